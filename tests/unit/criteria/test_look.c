/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` tells of conditions: each is a claim about all declarations, which a test puts to many. */
#include <math.h>

#include "../profile/border.h"
#include "base/rng.h"
#include "fault.h"
#include "set.h"

#define DAY 20454 /* 2026-01-01 */

static struct tw_arena *arena;

/* -- sets of conditions */

/* An outcome that the example of a condition has with nothing known. */
static const char *outcome_of(const char *when)
{
    static const char *const word[] = {"unknown", "false", "true"};
    for (size_t i = 0; i < 3; i++) {
        TW_SCOPED_BUF yaml = {0};
        struct tw_criteria *c = NULL;
        struct tw_fault fault = {0};
        tw_buf_printf(&yaml, HEAD "  - id: A\n    when: \"%s\"\n" REST "    examples: [{hit: %s}]\n", when,
                      word[i]);
        const tw_err err = tw_criteria_parse(tw_buf_view(&yaml), NULL, NULL, &c, &fault);
        if (err != TW_OK && i == 2) printf("# %s: %s\n", when, fault.note);
        tw_criteria_free(c);
        if (err == TW_OK) return word[i];
    }
    CHECK(0 && "no condition");
    return NULL;
}

static void add(struct tw_buf *yaml, const char *id, const char *when, const char *channel,
                const char *offices)
{
    tw_buf_printf(
        yaml,
        "  - id: %s\n    when: \"%s\"\n    channel: %s\n    reason: r\n    owner: kim\n"
        "    valid: {from: 2025-01-01, to: 2026-12-31}\n    offices: [%s]\n    examples: [{hit: %s}]\n",
        id, when, channel, offices, outcome_of(when));
}

static struct tw_criteria *looked_at(struct tw_buf *yaml, const struct tw_criteria_remark **r, size_t *n)
{
    tw_buf_char(yaml, '\0');
    struct tw_criteria *c = set_of(yaml->p);
    CHECK(tw_criteria_look(c, DAY, arena, r, n) == TW_OK);
    return c;
}

/* -- one condition, and what is told of it */

static void is_told(const char *when, const char *offices, const char *words, uint32_t column)
{
    TW_SCOPED_BUF yaml = {0};
    const struct tw_criteria_remark *r;
    size_t n;
    tw_buf_text(&yaml, HEAD);
    add(&yaml, "A", when, "red", offices);
    struct tw_criteria *c = looked_at(&yaml, &r, &n);
    const bool same = words == NULL ? n == 0 : n == 1 && tw_str_is(r->words, words) && r->column == column;
    if (!same)
        printf("# %s: %zu remarks, %u:%u %.*s\n", when, n, n > 0 ? r->line : 0, n > 0 ? r->column : 0,
               n > 0 ? (int)r->words.n : 0, n > 0 ? r->words.s : "");
    CHECK(same && (n == 0 || r->line == (column > 5 ? 6 : 5)));
    tw_criteria_free(c);
}

static void says(const char *when, const char *words, uint32_t column)
{
    is_told(when, "'*'", words, column);
}

#define NEVER "never holds: "
#define PART  "has a part that never holds: "
#define EVER  "is never without a hit: it hits whatever is declared, or is not evaluated"

static void conditions_that_never_hold_are_told(void)
{
    static const struct {
        const char *when, *words;
        uint32_t column;
    } row[] = {
        {"item.net_mass_kg > 10.0 && item.net_mass_kg < 5.0",
         NEVER "item.net_mass_kg would have to be more than 10.0 and be less than 5.0", 56},
        {"5 < item.net_mass_kg && 3 >= item.net_mass_kg",
         NEVER "item.net_mass_kg would have to be more than 5 and be at most 3", 38},
        {"item.package_count > 5 && item.package_count < 6",
         NEVER "item.package_count would have to be more than 5 and be less than 6", 57},
        {"item.origin == 'US' && item.hs == '0808' && item.origin == 'CN'",
         NEVER "item.origin would have to be 'US' and be 'CN'", 68},
        {"item.origin in ['US', 'CN'] && item.origin in ['FR', 'DE', 'IT', 'ES', 'PT']",
         NEVER "item.origin would have to be one of 'CN', 'US' and be one of 'DE', 'ES', 'FR' and 2 others",
         55},
        {"item.hs.startsWith('08') && item.hs == '090121'",
         NEVER "item.hs would have to begin with '08' and be '090121'", 48},
        {"item.hs.startsWith('0808') && !item.hs.startsWith('08')",
         NEVER "item.hs would have to begin with '0808' and not begin with '08'", 51},
        {"item.hs.startsWith('08') && item.hs > '09'",
         NEVER "item.hs would have to begin with '08' and be more than '09'", 48},
        {"item.hs.startsWith('09') && item.hs < '08'",
         NEVER "item.hs would have to begin with '09' and be less than '08'", 48},
        {"item.hs >= '0810' && item.hs < '0801'",
         NEVER "item.hs would have to be at least '0810' and be less than '0801'", 41},
        {"item.origin == 'USA'",
         NEVER "item.origin would have to be 'USA', and a country is two capital letters", 24},
        {"item.hs.startsWith('apples')",
         NEVER "item.hs would have to begin with 'apples', and a commodity code is 2, 4 or 6 to 10 digits",
         20},
        {"item.net_mass_kg < 0",
         NEVER "item.net_mass_kg would have to be less than 0, and it is never below 0", 29},
        {"item.number < 1",
         NEVER "item.number would have to be less than 1, and it is a whole number from 1 on", 24},
        {"item.package_count == 1.5",
         NEVER "item.package_count would have to be 1.5, and it is a whole number, 0 or more", 31},
        {"!has(item.preference) && item.preference == '300'",
         NEVER "item.preference would have to be missing and be '300'", 53},
        {"manifest.joined == true && !manifest.joined",
         NEVER "manifest.joined would have to be true and not be true", 49},
        {"item.package_count >= 1 && item.package_count <= 1 && item.package_count != 1",
         NEVER "nothing meets all that is asked of item.package_count", 31},
        {"(item.origin == 'US' || item.origin == 'CN') && item.origin == 'FR'",
         NEVER "item.origin would have to be 'US' and be 'FR', and so in each of its cases", 72},
        {"item.origin == 'US' ? item.origin == 'CN' : item.origin == 'US'",
         NEVER "item.origin would have to be 'US' and be 'CN', and so in each of its cases", 46},
        {"item.value > 5.0 && (item.hs == 'apples' || item.origin == 'US')",
         PART "item.hs would have to be 'apples', and a commodity code is 2, 4 or 6 to 10 digits", 41},
        {"item.net_mass_kg > 5 || item.net_mass_kg <= 5", EVER, 12},
        {"!(item.origin == 'US' && item.origin == 'CN')", EVER, 12},
        {"item.net_mass_kg >= 0", EVER, 12},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) says(row[i].when, row[i].words, row[i].column);
    is_told("declaration.office == 'HB03'", "HB01, HB02",
            NEVER "declaration.office would have to be 'HB03' and be one of the criterion's offices", 31);
    is_told("item.origin == 'US'", "HB01, HB02, HB01", "names the office HB01 twice", 5);
}

static void what_may_be_is_not_told(void)
{
    static const char *const fine[] = {
        "item.net_mass_kg > 5.0 && item.net_mass_kg < 10.0",
        "item.net_mass_kg >= 5.0 && item.net_mass_kg <= 5.0",
        "item.origin == 'US' || item.origin == 'CN'",
        "item.origin == 'US' && item.dispatch == 'CN'",
        "item.hs.startsWith('08') && item.hs.startsWith('0808') && item.hs != '080810'",
        "item.hs.startsWith('08') && item.hs == '080810'",
        "item.hs >= '0801' && item.hs < '0810' && !item.hs.startsWith('0805')",
        "item.hs >= '08' && item.hs.startsWith('08')",
        "item.hs > '08' && item.hs < '0801'",
        "item.package_count > 5 && item.package_count < 7",
        "item.net_mass_kg > 5.0 && item.net_mass_kg < 6.0",
        "has(item.preference) && item.preference == '300'",
        "!has(item.preference) || item.preference == '300'",
        "item.description.contains('a') && !item.description.contains('b')",
        "item.net_mass_kg > item.gross_mass_kg && item.net_mass_kg < item.gross_mass_kg",
        "declaration.documents.exists(d, d.type == 'A') && declaration.documents.exists(d, d.type == 'B')",
        "profile.importer_seen == 0 && profile.importer_found == 0",
        "item.package_count in [1, 2] && item.package_count in [2, 3]",
        "item.quantity > 9007199254740993.0 && item.quantity < 9007199254740995.0",
        "manifest.late && !manifest.joined",
        "manifest.late == true && manifest.joined == false",
        ("declaration.lodged_at > timestamp('2027-01-01T00:00:00Z') && declaration.lodged_at < "
         "timestamp('2026-01-01T00:00:00Z')"),
    };
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) says(fine[i], NULL, 0);
    is_told("declaration.office == 'HB01' && item.origin == 'US'", "HB01, HB02", NULL, 0);
}

/* -- conditions of others */

static void adds(const char *a, const char *k, const char *channel, const char *offices, bool nothing)
{
    TW_SCOPED_BUF yaml = {0};
    const struct tw_criteria_remark *r;
    size_t n;
    tw_buf_text(&yaml, HEAD);
    add(&yaml, "K", k, channel, offices);
    add(&yaml, "A", a, "yellow", "'*'");
    struct tw_criteria *c = looked_at(&yaml, &r, &n);
    bool same = !nothing;
    for (size_t i = 0; i < n; i++)
        if (tw_str_is(r[i].criterion->id, "K"))
            same = nothing &&
                   tw_str_starts(r[i].words, TW_STR("adds nothing: A (line 13) hits whatever it hits"));
    if (!same) printf("# %s / %s: %zu %.*s\n", a, k, n, n > 0 ? (int)r->words.n : 0, n > 0 ? r->words.s : "");
    CHECK(same);
    tw_criteria_free(c);
}

static void a_criterion_that_adds_nothing_is_told(void)
{
    adds("item.origin == 'US'", "item.origin == 'US' && item.value > 5.0", "yellow", "'*'", true);
    adds("item.origin == 'US'", "item.origin == 'US' && item.value > 5.0", "blue", "HB01", true);
    adds("item.origin == 'US'", "item.origin == 'US' && item.value > 5.0", "red", "'*'", false);
    adds("item.origin in ['US', 'CN']", "item.origin == 'US' && item.description.contains('x')", "yellow",
         "'*'", true);
    adds("item.hs.startsWith('08')", "item.hs.startsWith('0808')", "yellow", "'*'", true);
    adds("item.hs.startsWith('0808')", "item.hs.startsWith('08')", "yellow", "'*'", false);
    adds("item.hs.startsWith('08')", "item.hs in ['080810', '080910']", "yellow", "'*'", true);
    adds("item.net_mass_kg > 5", "item.net_mass_kg > 7.0", "yellow", "'*'", true);
    adds("item.net_mass_kg > 5 || item.origin == 'US'", "item.net_mass_kg > 7.0 || item.origin == 'US'",
         "yellow", "'*'", true);
    adds("item.net_mass_kg > 5", "item.origin == 'US'", "yellow", "'*'", false);
    adds("item.net_mass_kg >= 0.0", "item.origin == 'US'", "yellow", "'*'",
         false); /* it may not be declared */
    adds("has(item.preference)", "item.preference == '300'", "yellow", "'*'", true);
    adds("!has(item.preference)", "item.origin == 'US' && !has(item.preference)", "yellow", "'*'", true);
    adds("declaration.office == 'HB01'", "item.origin == 'US'", "yellow", "HB01", true);
    adds("item.origin != 'FR'", "item.origin == 'US' && item.hs == '0808'", "yellow", "'*'", true);
    adds("!(item.origin == 'FR' && item.value > 5.0)", "item.origin == 'US' && item.hs == '0808'", "yellow",
         "'*'", true);
    adds("item.price_per_kg * 2.0 > 5.0", "item.price_per_kg > 5.0", "yellow", "'*'", false);
}

/* -- each claim, put to many declarations */

enum { SETS = 1500, CRITERIA = 4, CASES = 40 };

struct trial {
    struct tw_rng rng;
    struct tw_profile *profile;
    size_t never, ever, nothing; /* claims that were put to declarations */
};

static unsigned draw(struct trial *t, unsigned n)
{
    return (unsigned)tw_rng_below(&t->rng, n);
}

static void put_fact(struct trial *t, struct tw_buf *out)
{
    static const char *const fact[] = {"item.origin == 'US'",
                                       "item.origin != 'CN'",
                                       "item.origin in ['US', 'CN']",
                                       "item.hs.startsWith('08')",
                                       "item.hs.startsWith('0808')",
                                       "item.hs == '080810'",
                                       "item.hs >= '0809'",
                                       "item.hs < '0808'",
                                       "item.net_mass_kg > 5.0",
                                       "item.net_mass_kg <= 5",
                                       "item.net_mass_kg < 7.5",
                                       "item.net_mass_kg in [5, 7]",
                                       "item.package_count >= 2",
                                       "item.package_count < 2",
                                       "item.package_count == 2",
                                       "has(item.preference)",
                                       "item.preference == '300'",
                                       "declaration.office == 'HB01'",
                                       "declaration.office != 'HB01'",
                                       "item.description.contains('e')"};
    if (draw(t, 4) == 0) tw_buf_text(out, "!");
    tw_buf_printf(out, "(%s)", fact[draw(t, sizeof fact / sizeof *fact)]);
}

static void put_condition(struct trial *t, unsigned depth, struct tw_buf *out)
{
    static const char *const joint[] = {" && ", " && ", " || ", " ? "};
    if (depth == 0 || draw(t, 4) == 0) {
        put_fact(t, out);
        return;
    }
    const char *op = joint[draw(t, 4)];
    tw_buf_char(out, '(');
    put_condition(t, depth - 1, out);
    tw_buf_text(out, op);
    put_condition(t, depth - 1, out);
    if (op[1] == '?') {
        tw_buf_text(out, " : ");
        put_condition(t, depth - 1, out);
    }
    tw_buf_char(out, ')');
}

static void declare_any(struct trial *t, struct shipment *s)
{
    static const char *const origin[] = {"US", "CN", "FR", ""}, *const office[] = {"HB01", "HB02", "HB03"};
    static const char *const hs[] = {"080810", "080910", "0701", "08", ""};
    static const int64_t grams[] = {0, 4999, 5000, 5001, 7000, 7500, 8000};
    (void)declare(s, 1, 1, 1, DAY, 50000, grams[draw(t, 7)]);
    s->item.origin = tw_str_from(origin[draw(t, 4)]);
    s->item.hs = tw_str_from(hs[draw(t, 5)]);
    s->item.package_count = (int64_t)draw(t, 5) - 1;
    s->item.preference = tw_str_from(draw(t, 3) == 0 ? "300" : draw(t, 2) == 0 ? "100" : "");
    s->item.net_mass_kg.set = draw(t, 5) != 0;
    s->decl.office = tw_str_from(office[draw(t, 3)]);
    s->decl.items.n = draw(t, 10) != 0;
}

/* What came of a criterion; -1: no hit. */
static int outcome(const struct tw_criteria_hit *hit, size_t n, const struct tw_criterion *k)
{
    for (size_t i = 0; i < n; i++)
        if (hit[i].criterion == k) return (int)hit[i].outcome;
    return -1;
}

static bool applies(const struct tw_criterion *k, struct tw_str office)
{
    for (size_t i = 0; i < k->offices_n; i++)
        if (tw_str_eq(k->office[i], office)) return true;
    return k->offices_n == 0;
}

static void hold(struct trial *t, const struct tw_criteria *c, const struct tw_criteria_remark *r,
                 const struct tw_criteria_hit *hit, size_t n, const struct tw_decl *d)
{
    const int came = outcome(hit, n, r->criterion);
    size_t of;
    const struct tw_criterion *k = tw_criteria_at(c, &of);
    if (tw_str_starts(r->words, TW_STR("never holds"))) {
        t->never++;
        CHECK(came != TW_OUTCOME_HIT);
    } else if (tw_str_starts(r->words, TW_STR("is never without"))) {
        t->ever++;
        CHECK(came >= 0 || !applies(r->criterion, d->office));
    } else if (tw_str_starts(r->words, TW_STR("adds nothing: ")) && came == TW_OUTCOME_HIT) {
        t->nothing++;
        size_t other = (size_t)(r->words.s[strlen("adds nothing: C")] - '0');
        CHECK(other < of && outcome(hit, n, &k[other]) == TW_OUTCOME_HIT);
    }
}

static void put_to_trial(struct trial *t)
{
    static const char *const channel[] = {"red", "yellow", "blue"}, *const offices[] = {"'*'", "'*'", "HB01",
                                                                                        "HB02, HB01"};
    static float x[TW_FEATURE_N];
    TW_SCOPED_BUF yaml = {0};
    TW_SCOPED(tw_arena) *work = NULL;
    const struct tw_criteria_remark *r;
    size_t remarks;
    tw_buf_text(&yaml, HEAD);
    for (int i = 0; i < CRITERIA; i++) {
        TW_SCOPED_BUF when = {0};
        char id[4];
        snprintf(id, sizeof id, "C%d", i);
        put_condition(t, 3, &when);
        tw_buf_char(&when, '\0');
        add(&yaml, id, when.p, channel[draw(t, 3)], offices[draw(t, 4)]);
    }
    struct tw_criteria *c = looked_at(&yaml, &r, &remarks);
    CHECK(tw_arena_new(16 << 20, &work) == TW_OK);
    for (int i = 0; i < CASES && remarks > 0; i++) {
        struct shipment s;
        struct tw_look look;
        struct tw_criteria_hit *hit;
        size_t n;
        tw_arena_reset(work);
        declare_any(t, &s);
        CHECK(tw_feature_measure(t->profile, &s.decl, work, x, NULL, &look) == TW_OK);
        const struct tw_criteria_case k = {&s.decl, t->profile, &look, x, 2, DAY, NULL};
        CHECK(tw_criteria_ask(c, &k, work, &hit, &n) == TW_OK);
        for (size_t j = 0; j < remarks; j++) hold(t, c, &r[j], hit, n, &s.decl);
    }
    tw_criteria_free(c);
}

static void no_claim_is_ever_wrong(void)
{
    struct trial t = {.never = 0};
    t.rng = tw_rng_new(7, "look");
    CHECK(tw_profile_new(tw_profile_defaults(), &t.profile) == TW_OK);
    for (int i = 0; i < SETS; i++) {
        tw_arena_reset(arena);
        put_to_trial(&t);
    }
    CHECK(t.never > 5000 && t.ever > 500 && t.nothing > 200);
    tw_profile_free(t.profile);
}

static struct tw_criteria *few;

static tw_err look_with_little(void)
{
    TW_SCOPED(tw_arena) *little = NULL;
    const struct tw_criteria_remark *r;
    size_t n;
    const tw_err made = tw_arena_new(8 << 20, &little);
    if (made != TW_OK) return made;
    const tw_err err = tw_criteria_look(few, DAY, little, &r, &n);
    CHECK(err != TW_OK || n == 1);
    return err;
}

static void survives_every_failed_allocation(void)
{
    few = set_of(HEAD ONE("A", "(item.origin == 'US' || item.hs == 'x') && item.origin == 'CN'",
                          "[{hit: unknown}]") ONE("B", "item.origin == 'US'", "[{hit: unknown}]"));
    CHECK(fault_each_allocation(look_with_little) > 1);
    tw_criteria_free(few);
}

int main(void)
{
    CHECK(tw_arena_new(256 << 20, &arena) == TW_OK);
    RUN(conditions_that_never_hold_are_told);
    RUN(what_may_be_is_not_told);
    RUN(a_criterion_that_adds_nothing_is_told);
    RUN(no_claim_is_ever_wrong);
    RUN(survives_every_failed_allocation);
    tw_arena_free(arena);
    return DONE();
}
