/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria that ask lists. */
#include "../profile/border.h"
#include "base/rng.h"
#include "fault.h"
#include "set.h"

enum { DAY = 20500 }; /* 2026-02-16 */

static struct tw_arena *arena;
static struct tw_profile *profile;
static struct tw_name_fold *fold;

#define LIST(name, kind, more) "list: " name "\nkind: " kind "\nwords: w\nowner: kim\nsource: s\n" more
static const char *const list_text[] = {
    LIST("FIRMS", "parties",
         "version: 4\nmatch: fuzzy\nthreshold: 0.8\nentries:\n"
         "  - {id: f1, value: Belnor Works Hamburg GmbH, note: Short weight}\n"
         "  - {id: f2, value: Old Firm, valid: {to: 2026-02-15}}\n"
         "  - {id: f3, value: IMP3}\n"
         "examples: [{value: ZZZZ, hit: false}]\n"),
    LIST("BOXES", "containers",
         "entries: [{id: b1, value: CSQU3054383}]\n"
         "examples: [{value: ZZZZ99, hit: false}]\n"),
    LIST("GOODS", "codes",
         "entries: [{id: g1, value: \"851701\"}, {id: g2, value: \"8517\"}]\n"
         "examples: [{value: \"99\", hit: false}]\n"),
    LIST("OVER", "codes",
         "valid: {to: 2026-02-15}\nentries: [{id: o1, value: \"8517\"}]\n"
         "examples: [{value: \"99\", hit: false}]\n")};
enum { FIRMS, BOXES, GOODS, OVER, LISTS };

static struct tw_watchlist *list[LISTS];
static const struct tw_watchlists lists = {list, LISTS};

static void make_lists(void)
{
    CHECK(tw_name_fold_new(&fold, NULL) == TW_OK);
    for (int i = 0; i < LISTS; i++) {
        struct tw_fault fault = {0};
        tw_err err = tw_watchlist_new(tw_str_from(list_text[i]), NULL, fold, &list[i], &fault);
        if (err == TW_OK) err = tw_watchlist_ready(list[i], &fault);
        if (err != TW_OK) printf("# %u:%u %s\n", fault.line, fault.column, fault.note);
        CHECK(err == TW_OK);
    }
}

static const char *const of_nothing[] = {"unknown", "false", "true"};

/* The set of one criterion. Its example is one of three, of nothing that is known. */
static struct tw_criteria *one_of(const char *when, int *of)
{
    struct tw_criteria *c = NULL;
    for (int i = 0; i < 3 && c == NULL; i++) {
        *of = i;
        TW_SCOPED_BUF yaml = {0};
        struct tw_fault fault = {0};
        tw_buf_printf(&yaml,
                      HEAD "  - id: A\n    when: \"%s\"\n" REST "    examples: [{number: 9, hit: %s}]\n",
                      when, of_nothing[i]);
        if (tw_criteria_parse(tw_buf_view(&yaml), NULL, &lists, &c, &fault) != TW_OK && i == 2)
            printf("# %s: %s\n", when, fault.note);
    }
    CHECK(c != NULL);
    return c;
}

struct answer {
    struct tw_criteria_hit *hit;
    size_t n;
};

static struct answer ask(const struct tw_criteria *c, const struct tw_decl *d)
{
    static float x[8 * TW_FEATURE_N];
    struct answer a = {NULL, 0};
    struct tw_look look;
    CHECK(tw_feature_measure(profile, d, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {d, profile, &look, x, 2, look.day, NULL};
    CHECK(tw_criteria_ask(c, &k, arena, &a.hit, &a.n) == TW_OK);
    return a;
}

/* '+' hit, '?' not evaluated, '!' fault, '-' no hit, as conditions are; the hit stays in the arena. */
static char comes_of(const char *when, const struct tw_decl *d, struct answer *ret)
{
    int of;
    TW_SCOPED(tw_criteria) *c = one_of(when, &of);
    *ret = (struct answer){NULL, 0};
    if (c == NULL) return '#';
    *ret = ask(c, d);
    return ret->n == 0 ? '-' : "+?!"[ret->hit->outcome];
}

static const struct tw_decl *shipment(struct shipment *s)
{
    (void)declare(s, 9000, 1, 1, DAY, 50000, 5000);
    s->decl.importer.name = TW_STR("BELNOR WROKS, HAMBURG");
    return &s->decl;
}

static void conditions_see_what_a_list_finds(void)
{
    static const struct {
        const char *when;
        char comes;
        const char *why;
    } row[] = {
        {"lists.FIRMS.hit", '+', ""},
        {"lists.FIRMS.hit && lists.FIRMS.score > 0.8 && lists.FIRMS.score < 1.0", '+', ""},
        {"lists.FIRMS.entry == 'f1' && lists.FIRMS.element == 'importer.name'", '+', ""},
        {"lists.FIRMS.value == 'BELNOR WROKS, HAMBURG'", '+', ""},
        {"lists.FIRMS.parts == ['belnor', 'wroks', 'hamburg']", '+', ""},
        {"lists.FIRMS.parts.size() >= 4", '-', ""},
        {"'hamburg' in lists.FIRMS.parts && has(lists.FIRMS.entry)", '+', ""},
        {"lists.GOODS.hit && lists.GOODS.entry == 'g1' && lists.GOODS.parts == ['851701']", '+', ""},
        {"lists.GOODS.score == 1.0 && lists.GOODS.element == 'hs'", '+', ""},
        /* no container is declared: nobody can say */
        {"lists.BOXES.hit", '?', "lists.BOXES.hit"},
        {"has(lists.BOXES.hit) && lists.BOXES.hit", '-', ""},
        /* what is over hits nothing */
        {"lists.OVER.hit", '-', ""},
        {"!lists.OVER.hit && lists.OVER.score == 0.0", '+', ""},
        {"lists.OVER.entry == 'o1'", '-', ""},
        {"lists.OVER.entry == '' && lists.OVER.element == '' && lists.OVER.parts.size() == 0", '+', ""},
        {"lists.BOXES.parts.size() > 1 || lists.BOXES.score > 0.5", '?',
         "lists.BOXES.parts, lists.BOXES.score"},
        /* what decides alone */
        {"item.preference == '300' && lists.GOODS.entry == 'g2'", '-', ""},
        {"item.preference == '300' || lists.GOODS.entry == 'g1'", '+', ""},
        {"1 / (item.number - 1) > 0 && lists.GOODS.hit", '!', "division by zero"},
        {"1 / (item.number - 1) > 0 && lists.OVER.hit", '-', ""},
    };
    struct shipment s;
    const struct tw_decl *d = shipment(&s);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct answer a = {NULL, 0};
        const char came = comes_of(row[i].when, d, &a);
        const struct tw_str why = a.n > 0 ? a.hit->why : (struct tw_str){NULL, 0};
        const bool as_said = came == row[i].comes && tw_str_is(why, row[i].why);
        if (!as_said) printf("# %s: %c %.*s\n", row[i].when, came, TW_STR_ARG(why));
        CHECK(as_said);
    }
}

static bool tells(const struct answer *a, const char *const *entry, size_t n)
{
    bool same = a->n == 1 && a->hit->listed_n == n;
    for (size_t i = 0; same && i < n; i++) same = tw_str_is(a->hit->listed[i].hit.entry->id, entry[i]);
    return same;
}

/* Of two that would hit only the first was asked, and exact ones come before fuzzy ones. */
static void a_list_is_asked_when_nothing_is_decided_without_it(void)
{
    struct shipment s;
    struct answer a;
    const struct tw_decl *d = shipment(&s);
    CHECK(comes_of("lists.FIRMS.hit || lists.GOODS.hit", d, &a) == '+');
    CHECK(tells(&a, (const char *const[]){"g1"}, 1));
    CHECK(comes_of("lists.FIRMS.hit && lists.GOODS.hit", d, &a) == '+');
    CHECK(tells(&a, (const char *const[]){"g1", "f1"}, 2));
    CHECK(comes_of("item.origin == 'CN' || lists.GOODS.hit", d, &a) == '+' && tells(&a, NULL, 0));
    CHECK(comes_of("!lists.OVER.hit", d, &a) == '+' && tells(&a, NULL, 0));
    CHECK(comes_of("item.origin == 'CN' ? lists.GOODS.hit : lists.FIRMS.hit", d, &a) == '+');
    CHECK(tells(&a, (const char *const[]){"g1"}, 1));
}

static void a_hit_tells_where_how_like_and_what_agrees(void)
{
    struct shipment s;
    struct answer a;
    CHECK(comes_of("lists.FIRMS.hit", shipment(&s), &a) == '+' && a.hit->listed_n == 1 && a.hit->item == 0);
    const struct tw_criteria_listed *l = a.hit->listed;
    CHECK(tw_str_is(l->list->name, "FIRMS") && l->list->version == 4 && tw_str_is(l->list->owner, "kim"));
    CHECK(l->hit.element == TW_ELEMENT_IMPORTER_NAME && l->hit.score > 0.8 && l->hit.score < 1);
    CHECK(l->parts == 3 && tw_str_is(l->part[1], "wroks"));
    static const char words[] =
        "importer 'BELNOR WROKS, HAMBURG' is 0.95 like entry f1 'Belnor Works Hamburg GmbH' of list FIRMS: "
        "belnor, hamburg agree; wroks is nearly the same; gmbh is a legal form";
    if (!tw_str_is(l->words, words)) printf("# %.*s\n", TW_STR_ARG(l->words));
    CHECK(tw_str_is(l->words, words));
}

static void lists_that_look_into_items_are_asked_of_each(void)
{
    struct shipment s;
    struct answer a;
    struct tw_container own = {.id = TW_STR("CSQU 305438-3")}, other = {.id = TW_STR("TWAU1234560")};
    (void)shipment(&s);
    struct tw_item item[3] = {s.item, s.item, s.item};
    for (uint32_t i = 0; i < 3; i++) item[i].number = i + 1;
    s.decl.items.at = item;
    s.decl.items.n = 3;
    item[0].hs = TW_STR("640399");
    CHECK(comes_of("lists.GOODS.hit", &s.decl, &a) == '+' && a.hit->item == 2 && a.hit->items == 2);
    CHECK(a.hit->listed_n == 1 && a.hit->listed->hit.item == 2);
    item[2].containers.at = &own;
    item[2].containers.n = 1;
    CHECK(comes_of("lists.BOXES.hit", &s.decl, &a) == '+' && a.hit->item == 3 && a.hit->items == 1);
    CHECK(comes_of("lists.BOXES.hit && lists.GOODS.hit && lists.FIRMS.hit", &s.decl, &a) == '+');
    CHECK(a.hit->item == 3 && a.hit->listed_n == 3);
    s.decl.containers.at = &own; /* one of the header is one of each item */
    s.decl.containers.n = 1;
    CHECK(comes_of("lists.BOXES.hit", &s.decl, &a) == '+' && a.hit->item == 1 && a.hit->items == 3);
    CHECK(a.hit->listed->hit.item == 0);
    CHECK(comes_of("lists.FIRMS.hit", &s.decl, &a) == '+' && a.hit->item == 0 && a.hit->items == 0);
    s.decl.items.n = 0;
    CHECK(comes_of("lists.BOXES.hit", &s.decl, &a) == '+' && a.hit->item == 0);
    CHECK(comes_of("lists.GOODS.hit", &s.decl, &a) == '?');
    s.decl.containers.at = &other;
    CHECK(comes_of("lists.BOXES.hit", &s.decl, &a) == '-');
}

static void entries_hit_on_their_own_days_alone(void)
{
    struct shipment s;
    struct answer a;
    (void)shipment(&s);
    s.decl.importer.name = TW_STR("Old Firm");
    CHECK(comes_of("lists.FIRMS.hit", &s.decl, &a) == '-');
    s.decl.lodged_at -= TW_DAY_S;
    CHECK(comes_of("lists.FIRMS.hit", &s.decl, &a) == '+' && tells(&a, (const char *const[]){"f2"}, 1));
    CHECK(comes_of("lists.OVER.hit", &s.decl, &a) == '+');
}

static void refuses(const char *when, const struct tw_watchlists *given, uint32_t column, const char *words)
{
    TW_SCOPED(tw_criteria) *c = NULL;
    TW_SCOPED_BUF yaml = {0};
    struct tw_fault fault = {0};
    tw_buf_printf(
        &yaml, HEAD "  - id: A\n    when: %s\n" REST "    examples: [{lists.FIRMS.hit: true, hit: true}]\n",
        when);
    CHECK(tw_criteria_parse(tw_buf_view(&yaml), NULL, given, &c, &fault) != TW_OK);
    const bool as_said = strstr(fault.note, words) != NULL && fault.line == 6 && fault.column == column;
    if (!as_said) printf("# %u:%u %s\n", fault.line, fault.column, fault.note);
    CHECK(as_said);
}

static void a_list_that_is_not_there_is_told_with_its_place(void)
{
    refuses("lists.FRIMS.hit", &lists, 17, "did you mean 'FIRMS'");
    refuses("true && lists.QQQQQQ.hit", &lists, 25, "it has FIRMS, BOXES, GOODS, OVER");
    refuses("lists.FIRMS.socre > 0.9", &lists, 23, "did you mean 'score'");
    refuses("true && lists.FIRMS.hit", NULL, 19, "--lists");
    refuses("lists == lists", &lists, 11, "lists.NAME.hit");
    refuses("lists.FIRMS.hit == 'f1'", &lists, 27, "bool");
}

static void examples_state_what_a_list_finds(void)
{
    struct tw_criteria *c = NULL;
    struct tw_fault fault = {0};
    static const char yaml[] = HEAD ONE(
        "A", "lists.FIRMS.hit && lists.FIRMS.entry != 'f3' && lists.FIRMS.parts.size() > 1",
        "\n      - {lists.FIRMS.hit: true, FIRMS.entry: f1, FIRMS.parts: [belnor, works], hit: true}\n"
        "      - {FIRMS.hit: true, FIRMS.entry: f3, hit: false}\n"
        "      - {FIRMS.hit: false, hit: false}\n"
        "      - {lists.GOODS.hit: true, hit: unknown}");
    CHECK(tw_criteria_parse(tw_str_from(yaml), NULL, &lists, &c, &fault) == TW_OK);
    if (c == NULL) printf("# %u:%u %s\n", fault.line, fault.column, fault.note);
    if (c == NULL) return;
    size_t n;
    const struct tw_criterion *k = tw_criteria_at(c, &n);
    CHECK(k->examples == 4 && !k->of_item && k->lists_n == 1 && k->list[0] == FIRMS);
    const struct tw_watchlists read = tw_criteria_lists(c);
    CHECK(read.n == 1 && read.at[0] == list[FIRMS]);
    tw_criteria_free(c);
}

static void a_list_that_is_over_is_remarked_on(void)
{
    int of;
    TW_SCOPED(tw_criteria) *c = one_of("lists.OVER.hit && lists.FIRMS.hit", &of);
    const struct tw_criteria_remark *r;
    size_t n;
    if (c == NULL) return;
    CHECK(tw_criteria_look(c, DAY - 1, arena, &r, &n) == TW_OK && n == 0);
    CHECK(tw_criteria_look(c, DAY, arena, &r, &n) == TW_OK && n == 1);
    CHECK(tw_str_starts(r->words, TW_STR("reads list OVER, which hits nothing any more")));
}

static void entries_and_elements_that_cannot_come_are_remarked_on(void)
{
    static const struct {
        const char *when, *words; /* NULL: none */
    } row[] = {
        {"lists.FIRMS.entry == 'f1'", NULL},
        {"lists.FIRMS.entry in ['f1', 'f9']", "asks for entry f9 of list FIRMS, which has none of that id"},
        {"lists.FIRMS.hit && lists.FIRMS.entry == 'f2'",
         "asks for entry f2 of list FIRMS, which hits nothing"},
        {"lists.FIRMS.entry == '' && item.origin == 'CN'", NULL},
        {"lists.FIRMS.element == 'seller.name'", NULL},
        {"lists.GOODS.element == 'origin'", "asks for element origin, at which list GOODS does not look"},
        {"lists.FIRMS.value == 'f9'", NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        int of;
        TW_SCOPED(tw_criteria) *c = one_of(row[i].when, &of);
        const struct tw_criteria_remark *r = NULL;
        size_t n;
        CHECK(c != NULL && tw_criteria_look(c, DAY, arena, &r, &n) == TW_OK);
        CHECK(n == (row[i].words != NULL) && (n == 0 || tw_str_starts(r->words, tw_str_from(row[i].words))));
    }
}

static void names_of_lists_are_listed(void)
{
    const struct tw_criteria_name *name;
    size_t n, of_lists = 0;
    CHECK(tw_criteria_names(&lists, arena, &name, &n) == TW_OK);
    for (size_t i = 0; i < n; i++) of_lists += tw_str_starts(name[i].path, TW_STR("lists."));
    CHECK(of_lists == 6 * LISTS && tw_str_is(name[n - 1].path, "lists.OVER.parts"));
    CHECK(tw_criteria_names(NULL, arena, &name, &n) == TW_OK);
    CHECK(!tw_str_starts(name[n - 1].path, TW_STR("lists.")));
}

/* A condition out of parts that an index can use, and of lists. */
static void some_condition(struct tw_rng *r, struct tw_buf *out)
{
    static const char *const part[] = {"lists.FIRMS.hit",
                                       "lists.FIRMS.score > 0.9",
                                       "lists.GOODS.entry == 'g1'",
                                       "lists.GOODS.entry in ['g1', 'g2']",
                                       "lists.BOXES.hit || item.origin == 'CN'",
                                       "!lists.OVER.hit",
                                       "lists.GOODS.element.startsWith('hs')",
                                       "item.hs == '851701'",
                                       "item.origin in ['CN', 'VN']",
                                       "declaration.importer.id == 'IMP1'",
                                       "declaration.office.startsWith('HB0')",
                                       "item.preference == '300'"};
    const uint64_t n = 1 + tw_rng_below(r, 3);
    for (uint64_t i = 0; i < n; i++)
        tw_buf_printf(out, "%s(%s)", i > 0 ? (tw_rng_below(r, 4) == 0 ? " || " : " && ") : "",
                      part[tw_rng_below(r, sizeof part / sizeof *part)]);
}

static bool same_listed(const struct tw_criteria_hit *a, const struct tw_criteria_hit *b)
{
    bool same = a->listed_n == b->listed_n;
    for (size_t i = 0; same && i < a->listed_n; i++)
        same = a->listed[i].list == b->listed[i].list && a->listed[i].hit.entry == b->listed[i].hit.entry &&
               tw_str_eq(a->listed[i].words, b->listed[i].words);
    return same;
}

/* The hit of the i-th criterion; NULL = none. */
static const struct tw_criteria_hit *hit_of(const struct tw_criteria *c, const struct answer *a, size_t i)
{
    size_t n;
    for (size_t k = 0; k < a->n; k++)
        if (a->hit[k].criterion == &tw_criteria_at(c, &n)[i]) return &a->hit[k];
    return NULL;
}

static bool same_hit(const struct tw_criteria_hit *a, const struct tw_criteria_hit *b)
{
    if (a == NULL || b == NULL) return a == b;
    return a->outcome == b->outcome && a->item == b->item && a->items == b->items &&
           tw_str_eq(a->why, b->why) && same_listed(a, b);
}

static const struct tw_decl *some_shipment(int i, struct shipment *s, struct tw_item item[2],
                                           struct tw_container *box)
{
    static const char *const origin[] = {"CN", "US", ""}, *const name[] = {"Belnor Works", "Old Firm", ""};
    (void)declare(s, 9000, i % 4, i % 3, DAY - i % 2, 50000, 5000);
    *box = (struct tw_container){.id = tw_str_from(i % 2 == 0 ? "CSQU3054383" : "TWAU1234560")};
    item[0] = item[1] = s->item;
    item[0].origin = tw_str_from(origin[i % 3]);
    item[1].number = 2;
    item[1].containers.at = box;
    item[1].containers.n = i % 5 > 1;
    s->decl.importer.name = tw_str_from(name[i / 3 % 3]);
    s->decl.items.at = item;
    s->decl.items.n = (size_t)(i / 4 % 3);
    return &s->decl;
}

/* Alone and among all others, with the index and without. */
static void what_a_criterion_comes_to_depends_on_itself_alone(void)
{
    enum { N = 80 };
    struct tw_rng r = tw_rng_new(9, "lists");
    const struct tw_criteria_limits all = {.unindexed = true};
    struct tw_criteria *alone[N], *with = NULL, *without = NULL;
    size_t hits = 0, listed = 0;
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, HEAD);
    for (int i = 0; i < N; i++) {
        TW_SCOPED_BUF when = {0};
        int of;
        some_condition(&r, &when);
        tw_buf_char(&when, '\0');
        alone[i] = one_of(when.p, &of);
        tw_buf_printf(&yaml, "  - id: C%d\n    when: \"%s\"\n" REST "    examples: [{number: 9, hit: %s}]\n",
                      i, when.p, of_nothing[of]);
    }
    CHECK(tw_criteria_parse(tw_buf_view(&yaml), NULL, &lists, &with, NULL) == TW_OK);
    CHECK(tw_criteria_parse(tw_buf_view(&yaml), &all, &lists, &without, NULL) == TW_OK);
    for (int i = 0; i < 120 && with != NULL && without != NULL; i++) {
        struct shipment s;
        struct tw_item item[2];
        struct tw_container box;
        const struct tw_decl *d = some_shipment(i, &s, item, &box);
        const struct answer a = ask(with, d), b = ask(without, d);
        for (size_t k = 0; k < N; k++) {
            const struct answer one = ask(alone[k], d);
            const struct tw_criteria_hit *h = one.n > 0 ? one.hit : NULL;
            CHECK(same_hit(h, hit_of(with, &a, k)) && same_hit(h, hit_of(without, &b, k)));
            hits += h != NULL && h->outcome == TW_OUTCOME_HIT;
            listed += h != NULL && h->listed_n > 0;
        }
        tw_arena_reset(arena);
    }
    CHECK(hits > 1000 && listed > 500);
    for (int k = 0; k < N; k++) tw_criteria_free(alone[k]);
    tw_criteria_free(with);
    tw_criteria_free(without);
}

/* Where the arena has had room once, a declaration is asked about with no more. */
/* What was said on record is said again, of the same set alone, whatever the declaration now is. */
static void what_was_given_is_not_asked(void)
{
    static float x[TW_FEATURE_N];
    int of;
    TW_SCOPED(tw_criteria) *c = one_of("lists.FIRMS.hit", &of);
    struct shipment s;
    struct tw_look look;
    struct tw_criteria_hit *hit = NULL;
    size_t n = 0;
    CHECK(c != NULL);
    const struct tw_criteria_said said[] = {{.id = TW_STR("NOBODY"), .outcome = TW_OUTCOME_HIT},
                                            {.id = tw_criteria_at(c, &n)->id,
                                             .outcome = TW_OUTCOME_HIT,
                                             .item = 1,
                                             .items = 2,
                                             .lists = TW_STR("[7]")}};
    struct tw_criteria_given g = {.at = said, .n = 2};
    const struct tw_decl *d = shipment(&s);
    s.decl.importer.name = (struct tw_str){NULL, 0};
    CHECK(tw_feature_measure(profile, d, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {d, profile, &look, x, 2, look.day, &g};
    CHECK(tw_criteria_ask(c, &k, arena, &hit, &n) == TW_OK && n == 0); /* of another set: it is asked */
    memcpy(g.set, tw_criteria_hash(c), sizeof g.set);
    CHECK(tw_criteria_ask(c, &k, arena, &hit, &n) == TW_OK && n == 1);
    CHECK(hit->outcome == TW_OUTCOME_HIT && hit->item == 1 && hit->items == 2 && hit->listed_n == 0);
    CHECK(tw_str_is(hit->quoted, "[7]") && tw_str_eq(hit->criterion->id, said[1].id));
    g.n = 0;
    CHECK(tw_criteria_ask(c, &k, arena, &hit, &n) == TW_OK && n == 0);
}

static void asking_takes_nothing_from_the_heap(void)
{
    static float x[TW_FEATURE_N];
    int of;
    TW_SCOPED(tw_arena) *own = NULL;
    TW_SCOPED(tw_criteria) *c =
        one_of("lists.FIRMS.hit && lists.GOODS.hit && lists.FIRMS.parts.size() > 1", &of);
    struct shipment s;
    struct tw_look look;
    const struct tw_decl *d = shipment(&s);
    CHECK(c != NULL && tw_arena_new(8 << 20, &own) == TW_OK);
    CHECK(tw_feature_measure(profile, d, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {d, profile, &look, x, 2, look.day, NULL};
    for (int i = 0; i < 2; i++) {
        struct tw_criteria_hit *hit = NULL;
        size_t n = 0;
        tw_arena_reset(own);
        if (i == 1) tw_mem_fail_after(0);
        const tw_err err = tw_criteria_ask(c, &k, own, &hit, &n);
        tw_mem_fail_after(-1);
        CHECK(err == TW_OK && n == 1 && hit->listed_n == 2);
    }
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
    TW_TRY(tw_arena_new(8 << 20, &own));
    TW_TRY(tw_criteria_parse(TW_STR(HEAD ONE("A", "lists.FIRMS.hit && lists.GOODS.hit", "[{hit: unknown}]")),
                             NULL, &lists, &c, NULL));
    TW_TRY(tw_feature_measure(profile, shipment(&s), own, x, NULL, &look));
    const struct tw_criteria_case k = {&s.decl, profile, &look, x, 2, look.day, NULL};
    TW_TRY(tw_criteria_ask(c, &k, own, &hit, &n));
    CHECK(n == 1 && hit->listed_n == 2);
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(ask_with_little) > 5);
}

int main(void)
{
    CHECK(tw_arena_new(256 << 20, &arena) == TW_OK);
    CHECK(tw_profile_new(tw_profile_defaults(), &profile) == TW_OK);
    make_lists();
    RUN(conditions_see_what_a_list_finds);
    RUN(a_list_is_asked_when_nothing_is_decided_without_it);
    RUN(a_hit_tells_where_how_like_and_what_agrees);
    RUN(lists_that_look_into_items_are_asked_of_each);
    RUN(entries_hit_on_their_own_days_alone);
    RUN(a_list_that_is_not_there_is_told_with_its_place);
    RUN(examples_state_what_a_list_finds);
    RUN(a_list_that_is_over_is_remarked_on);
    RUN(entries_and_elements_that_cannot_come_are_remarked_on);
    RUN(names_of_lists_are_listed);
    RUN(what_a_criterion_comes_to_depends_on_itself_alone);
    RUN(what_was_given_is_not_asked);
    RUN(asking_takes_nothing_from_the_heap);
    RUN(survives_every_failed_allocation);
    for (int i = 0; i < LISTS; i++) tw_watchlist_free(list[i]);
    tw_name_fold_free(fold);
    tw_profile_free(profile);
    tw_arena_free(arena);
    return DONE();
}
