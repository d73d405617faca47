/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../profile/border.h"
#include "base/rng.h"
#include "fault.h"
#include "set.h"

static struct tw_arena *arena;
static struct tw_profile *profile;

/* A year of telephones at about 200.00 a kilogram, by importers 0 to 4. */
static void live(void)
{
    CHECK(tw_profile_new(tw_profile_defaults(), &profile) == TW_OK);
    for (int i = 0; i < 400; i++) {
        struct shipment s;
        struct tw_look look =
            pass(profile, declare(&s, i, i % 5, 1, 20000 + i / 4, 90000 + 100 * (i % 200), 5000), arena);
        if (i != 5) continue;
        CHECK(tw_profile_await(profile, look.declaration, 1, &look.item[0]) == TW_OK);
        const struct tw_finding f = {
            .declaration_id = s.decl.id, .item = 1, .known_day = 20002, .result = TW_RESULT_VALUE};
        CHECK(tw_profile_finding(profile, &f) == TW_OK);
    }
}

static void ask(const struct tw_criteria *c, const struct tw_decl *d, struct tw_criteria_hit **hit, size_t *n)
{
    static float x[4 * TW_FEATURE_N];
    struct tw_look look;
    CHECK(tw_feature_measure(profile, d, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {d, profile, &look, x, 2, look.day, NULL};
    CHECK(tw_criteria_ask(c, &k, arena, hit, n) == TW_OK);
}

/* What comes of a condition: '+' hit, '?' not evaluated, '!' fault, '-' no hit; why in `why`. */
static char comes_of(const char *when, const struct tw_decl *d, struct tw_str *why)
{
    static const char *const of_nothing[] = {"unknown", "false",
                                             "true"}; /* one of them is its example's outcome */
    struct tw_criteria_hit *hit = NULL;
    struct tw_criteria *c = NULL;
    size_t n = 0;
    for (int i = 0; i < 3 && c == NULL; i++) {
        TW_SCOPED_BUF yaml = {0};
        struct tw_fault fault = {0};
        tw_buf_printf(&yaml,
                      HEAD "  - id: A\n    when: \"%s\"\n" REST "    examples: [{number: 9, hit: %s}]\n",
                      when, of_nothing[i]);
        if (tw_criteria_parse(tw_buf_view(&yaml), NULL, NULL, &c, &fault) != TW_OK && i == 2)
            printf("# %s: %s\n", when, fault.note);
    }
    CHECK(c != NULL);
    if (c == NULL) return '#';
    ask(c, d, &hit, &n);
    tw_criteria_free(c);
    *why = n > 0 ? hit->why : (struct tw_str){NULL, 0};
    return n == 0 ? '-' : "+?!"[hit->outcome];
}

static void conditions_see_what_is_declared_and_known(void)
{
    static const struct {
        const char *when;
        char comes;
        const char *why;
    } row[] = {
        {"item.hs.startsWith('851701') && declaration.office == 'HB01'", '+', ""},
        {"item.origin == 'CN' && item.dispatch != item.origin", '+', ""},
        {"declaration.importer.id == 'IMP1' && declaration.importer.street.contains('Quay')", '+', ""},
        {"item.price_per_kg > 99.9 && item.price_per_kg < 100.1", '+', ""},
        {"item.price_per_kg < 0.6 * profile.price_median", '+', ""},
        {"profile.price_lower < profile.price_median && profile.price_median < profile.price_upper", '+', ""},
        {"profile.price_median > 195.0 && profile.price_median < 205.0", '+', ""},
        {"item.value == 500.0 && item.net_mass_kg == 5.0 && item.quantity_unit == 'NAR'", '+', ""},
        {"profile.importer_seen == 80 && profile.importer_days == 100 && profile.goods_seen == 400", '+', ""},
        {"profile.exporter_inspected == 1 && profile.exporter_found == 1", '+', ""},
        {"features.price_rank < 0.01 && features.weekday >= 0.0", '+', ""},
        {"item.preference == '300'", '?', "item.preference"},
        {"has(item.preference) && item.preference == '300' && item.number == 1", '-', ""},
        {"item.origin == 'US' && item.preference == '300'", '-', ""},
        {"declaration.items.exists(i, i.origin == 'CN') && item.number > 0", '+', ""},
        {"declaration.documents.exists(d, d.type == 'C400') && item.number > 0", '-', ""},
        {"size(declaration.container_id) == 0 && item.number > 0", '+', ""},
        {"manifest.joined && item.number > 0", '-', ""},
        {"manifest.late && item.number > 0", '?', "manifest.late"},
        {"1 / (item.number - 1) > -1", '!', "division by zero"},
        {"declaration.lodged_at > timestamp('2024-01-01T00:00:00Z') && item.number > 0", '+', ""},
    };
    struct shipment s;
    const struct tw_decl *d = declare(&s, 9000, 1, 1, 20100, 50000, 5000);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_str why;
        const char came = comes_of(row[i].when, d, &why);
        if (came != row[i].comes || !tw_str_starts(why, tw_str_from(row[i].why)))
            printf("# %s: %c %.*s\n", row[i].when, came, TW_STR_ARG(why));
        CHECK(came == row[i].comes && tw_str_starts(why, tw_str_from(row[i].why)));
    }
}

static void of_several_items_the_strongest_outcome_is_told_once(void)
{
    struct tw_criteria *c = set_of(HEAD ONE("DEAR", "item.value > 100.0", "[{item.value: 101, hit: true}]"));
    struct shipment s;
    const struct tw_decl *d = declare(&s, 9000, 1, 1, 20100, 5000, 5000);
    struct tw_item item[3] = {s.item, s.item, s.item};
    for (uint32_t i = 0; i < 3; i++) item[i].number = i + 1;
    item[0].customs_value = (struct tw_money){0, ""}; /* of the first nothing is known */
    item[2].customs_value.minor = 500000;
    s.decl.items.at = item;
    s.decl.items.n = 3;
    struct tw_criteria_hit *hit = NULL;
    size_t n = 0;
    ask(c, d, &hit, &n);
    CHECK(n == 1 && hit->outcome == TW_OUTCOME_HIT && hit->item == 3 && hit->items == 1 && hit->why.n == 0);
    item[1].customs_value.minor = 500000;
    ask(c, d, &hit, &n);
    CHECK(n == 1 && hit->item == 2 && hit->items == 2);
    s.decl.items.n = 1;
    ask(c, d, &hit, &n);
    CHECK(n == 1 && hit->outcome == TW_OUTCOME_UNKNOWN && tw_str_is(hit->why, "item.value"));
    s.decl.items.n = 0; /* of no item nothing is known */
    ask(c, d, &hit, &n);
    CHECK(n == 1 && hit->outcome == TW_OUTCOME_UNKNOWN && hit->item == 0);
    tw_criteria_free(c);
}

/* Lists that conditions make are gone behind each of them, however many items there are. */
static void what_conditions_make_does_not_add_up(void)
{
    enum { N = 400 };
    static struct tw_item item[N];
    static float x[N * TW_FEATURE_N];
    TW_SCOPED(tw_arena) *small = NULL;
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, HEAD "  - id: A\n    when: \"[");
    for (int i = 0; i < 500; i++) tw_buf_printf(&yaml, "%d, ", i);
    tw_buf_text(&yaml, "500].map(n, n + item.number).size() > 500\"\n" REST
                       "    examples: [{number: 1, hit: true}]\n");
    tw_buf_char(&yaml, '\0');
    struct tw_criteria *c = set_of(yaml.p);
    struct shipment s;
    struct tw_look look;
    struct tw_criteria_hit *hit = NULL;
    size_t n = 0;
    (void)declare(&s, 9000, 1, 1, 20100, 50000, 5000);
    for (uint32_t i = 0; i < N; i++) {
        item[i] = s.item;
        item[i].number = i + 1;
    }
    s.decl.items.at = item;
    s.decl.items.n = N;
    CHECK(tw_arena_new(2 << 20, &small) == TW_OK); /* all lists together would take 3.2 MB */
    CHECK(tw_feature_measure(profile, &s.decl, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {&s.decl, profile, &look, x, 2, look.day, NULL};
    CHECK(tw_criteria_ask(c, &k, small, &hit, &n) == TW_OK && n == 1 && hit->items == N);
    tw_criteria_free(c);
}

static void only_what_is_valid_here_and_today_is_asked(void)
{
    struct tw_criteria *c =
        set_of(HEAD "  - id: A\n    when: item.number == 1\n    channel: red\n    reason: r\n    owner: k\n"
                    "    valid: {from: 2024-10-01, to: 2024-10-10}\n    offices: [HB02, HB01]\n"
                    "    examples: [{number: 1, hit: true}]\n");
    int32_t first = 0;
    CHECK(tw_day_parse(TW_STR("2024-10-01"), &first, NULL) == TW_OK);
    for (int32_t day = first - 1; day <= first + 10; day++) {
        struct shipment s;
        struct tw_criteria_hit *hit = NULL;
        size_t n = 9;
        ask(c, declare(&s, 9000, 1, 1, day, 50000, 5000), &hit, &n);
        CHECK(n == (day >= first && day <= first + 9));
        s.decl.office = TW_STR("HB03");
        ask(c, &s.decl, &hit, &n);
        CHECK(n == 0);
    }
    tw_criteria_free(c);
}

/* Changes what an example says comes of it until each is right: the fault names its line. */
static void fit_examples(struct tw_str yaml, struct tw_buf *ret)
{
    tw_buf_str(ret, yaml);
    for (;;) {
        struct tw_criteria *c = NULL;
        struct tw_fault fault = {0};
        const tw_err err = tw_criteria_parse(tw_buf_view(ret), NULL, NULL, &c, &fault);
        tw_criteria_free(c);
        if (err == TW_OK) return;
        char *line = ret->p;
        for (uint32_t l = 1; l < fault.line; l++) line = strchr(line, '\n') + 1;
        char *hit = strstr(line, "hit: ");
        const char *now = strstr(fault.note, "is a hit,") != NULL           ? "true "
                          : strstr(fault.note, "is no hit,") != NULL        ? "false"
                          : strstr(fault.note, "is not evaluated,") != NULL ? "null "
                                                                            : NULL;
        CHECK(hit != NULL && now != NULL);
        if (hit == NULL || now == NULL) return;
        memcpy(hit + 5, now, 5);
    }
}

/* A condition out of parts that an index can use, and such that it cannot. */
static void some_condition(struct tw_rng *r, struct tw_buf *out)
{
    static const char *const part[] = {"item.hs.startsWith('8517')",
                                       "item.hs.startsWith('85') || item.hs.startsWith('02')",
                                       "item.hs == '851701'",
                                       "item.hs in ['851701', '851702', '020230']",
                                       "'CN' == item.origin",
                                       "item.origin == 'US'",
                                       "item.origin in ['CN', 'VN']",
                                       "declaration.importer.id == 'IMP1'",
                                       "declaration.office.startsWith('HB0')",
                                       "item.preference == '300'",
                                       "item.preference in ['100', '300']",
                                       "declaration.type == 'IMA'",
                                       "item.price_per_kg < profile.price_median",
                                       "has(item.preference)",
                                       "item.description.contains('phone')",
                                       "!(item.origin == 'CN')",
                                       "item.origin == item.dispatch",
                                       "profile.importer_seen > 50",
                                       "item.origin == 'CN' || item.dispatch == 'CN'",
                                       "1 / (item.number - 1) > 0"};
    const uint64_t n = 1 + tw_rng_below(r, 4);
    for (uint64_t i = 0; i < n; i++)
        tw_buf_printf(out, "%s(%s)", i > 0 ? " && " : "", part[tw_rng_below(r, sizeof part / sizeof *part)]);
}

static bool same_hits(const struct tw_criteria_hit *a, size_t an, const struct tw_criteria_hit *b, size_t bn)
{
    bool same = an == bn;
    for (size_t i = 0; same && i < an; i++)
        same = tw_str_eq(a[i].criterion->id, b[i].criterion->id) && a[i].outcome == b[i].outcome &&
               a[i].item == b[i].item && a[i].items == b[i].items && tw_str_eq(a[i].why, b[i].why);
    return same;
}

static void the_index_changes_nothing(void)
{
    enum { N = 200 };
    struct tw_rng r = tw_rng_new(5, "index");
    TW_SCOPED_BUF yaml = {0};
    size_t hits = 0, unknown = 0;
    tw_buf_text(&yaml, HEAD);
    for (int i = 0; i < N; i++) {
        tw_buf_printf(&yaml, "  - id: C%d\n    when: \"", i);
        some_condition(&r, &yaml);
        tw_buf_text(
            &yaml, "\"\n" REST
                   "    examples: [{hs: \"9\", origin: XX, dispatch: YY, type: T, office: O, importer.id: I, "
                   "preference: \"1\", description: d, price_per_kg: 2, price_median: 1, importer_seen: 1, "
                   "number: 3, hit: false}]\n");
    }
    /* An example may be another outcome: whatever it is, it is the same of both. */
    struct tw_criteria *with = NULL, *without = NULL;
    const struct tw_criteria_limits all = {.unindexed = true};
    TW_SCOPED_BUF fitted = {0};
    fit_examples(tw_buf_view(&yaml), &fitted);
    CHECK(tw_criteria_parse(tw_buf_view(&fitted), NULL, NULL, &with, NULL) == TW_OK);
    CHECK(tw_criteria_parse(tw_buf_view(&fitted), &all, NULL, &without, NULL) == TW_OK);
    for (int i = 0; i < 200 && with != NULL && without != NULL; i++) {
        static const char *const origin[] = {"CN", "US", "VN", ""}, *const preference[] = {"", "100", "300"};
        struct shipment s;
        struct tw_criteria_hit *a = NULL, *b = NULL;
        size_t an = 0, bn = 0;
        (void)declare(&s, 9000, i % 3, i % 4, 20100, 50000, 5000);
        struct tw_item item[2] = {s.item, s.item};
        item[1].number = 2;
        item[0].origin = tw_str_from(origin[i % 4]);
        item[0].preference = tw_str_from(preference[i % 3]);
        item[1].origin = tw_str_from(origin[i / 4 % 4]);
        if (i % 7 == 0) item[1].hs = (struct tw_str){NULL, 0};
        s.decl.type = tw_str_from(i % 5 == 0 ? "" : "IMA");
        s.decl.items.at = item;
        s.decl.items.n = (size_t)(i % 3);
        ask(with, &s.decl, &a, &an);
        ask(without, &s.decl, &b, &bn);
        CHECK(same_hits(a, an, b, bn));
        hits += an;
        for (size_t k = 0; k < an; k++) unknown += a[k].outcome == TW_OUTCOME_UNKNOWN;
    }
    CHECK(hits > 2000 && unknown > 200);
    tw_criteria_free(with);
    tw_criteria_free(without);
}

/* Each criterion has a draw of its own, and each draw is spread evenly. */
static void draws_of_criteria_are_their_own(void)
{
    enum { N = 20000 };
    double sum = 0, both = 0;
    for (uint64_t i = 0; i < N; i++) {
        const uint64_t draw = tw_mix64(i + 1);
        const double a = tw_criteria_draw(draw, TW_STR("A")), b = tw_criteria_draw(draw, TW_STR("B"));
        CHECK(a >= 0 && a < 1 && a == tw_criteria_draw(draw, TW_STR("A")));
        sum += a;
        both += (a < 0.5) == (b < 0.5);
    }
    CHECK(fabs(sum / N - 0.5) < 0.01 && fabs(both / N - 0.5) < 0.02);
    /* printf '\0\0\0\0\0\0\0\1A' | sha256sum: 6ce5... */
    CHECK(tw_criteria_draw(1, TW_STR("A")) != tw_criteria_draw(2, TW_STR("A")));
}

static tw_err ask_with_little(void)
{
    static float x[TW_FEATURE_N];
    TW_SCOPED(tw_arena) *own = NULL;
    TW_SCOPED(tw_criteria) *c = NULL;
    struct shipment s;
    struct tw_look look;
    struct tw_criteria_hit *hit;
    size_t n;
    const struct tw_decl *d = declare(&s, 9000, 1, 1, 20100, 50000, 5000);
    TW_TRY(tw_arena_new(8 << 20, &own));
    TW_TRY(tw_criteria_parse(TW_STR(HEAD ONE("A", "item.preference == '3'", "[{preference: 3, hit: true}]")),
                             NULL, NULL, &c, NULL));
    TW_TRY(tw_feature_measure(profile, d, own, x, NULL, &look));
    return tw_criteria_ask(c, &(struct tw_criteria_case){d, profile, &look, x, 2, look.day, NULL}, own, &hit,
                           &n);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(ask_with_little) > 5);
}

int main(void)
{
    CHECK(tw_arena_new(256 << 20, &arena) == TW_OK);
    live();
    RUN(conditions_see_what_is_declared_and_known);
    RUN(of_several_items_the_strongest_outcome_is_told_once);
    RUN(what_conditions_make_does_not_add_up);
    RUN(only_what_is_valid_here_and_today_is_asked);
    RUN(the_index_changes_nothing);
    RUN(draws_of_criteria_are_their_own);
    RUN(survives_every_failed_allocation);
    tw_profile_free(profile);
    tw_arena_free(arena);
    return DONE();
}
