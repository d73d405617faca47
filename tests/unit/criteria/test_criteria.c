/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "set.h"

static void refuses_within(const char *yaml, const struct tw_criteria_limits *limits, tw_err err,
                           uint32_t line, uint32_t column, const char *words)
{
    struct tw_criteria *c = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_criteria_parse(tw_str_from(yaml), limits, NULL, &c, &fault) == err && c == NULL);
    const bool same = fault.line == line && (column == 0 || fault.column == column);
    if (!same || strstr(fault.note, words) == NULL)
        printf("# %u:%u (%s) %s\n", fault.line, fault.column, fault.path, fault.note);
    CHECK(same && strstr(fault.note, words) != NULL);
    tw_criteria_free(c);
}

static void refuses(const char *yaml, tw_err err, uint32_t line, uint32_t column, const char *words)
{
    refuses_within(yaml, NULL, err, line, column, words);
}

#define HITS   "[{origin: US, hit: true}, {origin: CN, hit: false}, {hit: unknown}]"
#define APPLES "item.origin == 'US'"

static void a_set_is_read_with_all_it_says(void)
{
    struct tw_criteria *c = set_of(
        "name: harbour\nversion: 12\nauthor: analyst.kim\ncriteria:\n"
        "  - id: APPLES-US\n"
        "    when: >\n"
        "      item.hs.startsWith('080810') && item.origin == 'US'\n"
        "      && item.price_per_kg < 0.6 * profile.price_median\n"
        "    channel: yellow\n    probability: 0.25\n"
        "    reason: Apples from the United States below 60 % of the usual price\n"
        "    task: Count cartons, weigh three\n    legal_basis: Order 12/2026\n    owner: analyst.kim\n"
        "    valid: {from: 2026-01-01, to: 2026-12-31}\n    offices: [HB01, HB02]\n"
        "    examples:\n"
        "      - {hs: \"08081080\", origin: US, price_per_kg: 0.40, price_median: 1.10, hit: true}\n"
        "      - {hs: \"08081080\", origin: US, price_per_kg: 0.90, price_median: 1.10, hit: false}\n"
        "      - {hs: \"08081080\", origin: US, price_per_kg: 0.40, hit: unknown}\n"
        "  - id: LAW\n    class: mandatory_control\n    when: \"'X1' in declaration.container_id\"\n"
        "    channel: red\n    reason: r\n    owner: o\n    valid: {from: 2026-01-01, to: 2026-12-31}\n"
        "    offices: [\"*\"]\n    examples: [{declaration.container_id: [X0, X1], hit: true}]\n"
        "  - id: AEO\n    class: facilitation\n    when: declaration.importer.id in ['IM1', 'IM2']\n"
        "    reason: r\n    owner: o\n    valid: {from: 2026-01-01, to: 2026-12-31}\n    offices: [\"*\"]\n"
        "    examples: [{importer.id: IM2, hit: true}, {importer.id: IM3, hit: false}]\n");
    size_t n;
    const struct tw_criterion *k = tw_criteria_at(c, &n);
    CHECK(n == 3 && tw_criteria_version(c) == 12 && tw_str_is(tw_criteria_name(c), "harbour"));
    CHECK(tw_str_is(tw_criteria_author(c), "analyst.kim"));
    CHECK(tw_str_is(k[0].id, "APPLES-US") && k[0].class == TW_CRITERION_CRITERION &&
          k[0].probability == 0.25);
    CHECK(k[0].channel == TW_CHANNEL_YELLOW && k[0].of_item && k[0].offices_n == 2 && k[0].examples == 3);
    CHECK(tw_str_is(k[0].task, "Count cartons, weigh three") && k[0].line == 5);
    CHECK(k[1].class == TW_CRITERION_MANDATORY && !k[1].of_item && k[1].offices_n == 0 &&
          k[1].probability == 1);
    CHECK(k[2].class == TW_CRITERION_FACILITATION && k[2].channel == TW_CHANNEL_GREEN);
    tw_criteria_free(c);
}

static void a_fault_points_at_its_character(void)
{
    refuses(HEAD ONE("A", "item.orgin == 'US'", HITS), TW_FORMAT, 6, 16, "orgin");
    refuses(HEAD ONE("A", "\"item.origin == 5\"", HITS), TW_FORMAT, 6, 24, "");
    refuses(HEAD ONE("A", ">\n      item.origin == 'US'\n\n      && item.hs == 7", HITS), TW_FORMAT, 9, 18,
            "");
    refuses(HEAD ONE("A", "item.origin", HITS), TW_FORMAT, 6, 11, "compare it with something");
    refuses(HEAD ONE("A", "[a]", HITS), TW_FORMAT, 6, 0, "one expression");
}

static void examples_are_run(void)
{
    refuses(HEAD ONE("A", APPLES, "[{origin: CN, hit: true}]"), TW_FORMAT, 12, 16,
            "is no hit, and says it is a hit");
    refuses(HEAD ONE("A", APPLES, "[{hit: false}]"), TW_FORMAT, 12, 0, "not known: item.origin");
    refuses(HEAD ONE("A", APPLES, "[{orgin: CN, hit: true}]"), TW_NOTFOUND, 12, 0, "criteria names");
    refuses(HEAD ONE("A", APPLES, "[{net_mass_kg: much, hit: true}]"), TW_FORMAT, 12, 0, "of type double");
    refuses(HEAD ONE("A", APPLES, "[{origin: CN}]"), TW_FORMAT, 12, 0, "what comes of it");
    refuses(HEAD ONE("A", APPLES, "[{origin: CN, hit: maybe}]"), TW_FORMAT, 12, 0, "true, false or unknown");
    refuses(HEAD ONE("A", APPLES, "[]"), TW_FORMAT, 12, 0, "no example");
    refuses(HEAD ONE("A", "1 / declaration.package_total > 0", "[{package_total: 0, hit: true}]"), TW_FORMAT,
            12, 0, "division by zero");
    struct tw_criteria *c = set_of(HEAD ONE(
        "A",
        "declaration.lodged_at < timestamp('2026-01-01T00:00:00Z') && manifest.late && features.hour > 2.0",
        "[{lodged_at: 2025-05-05T10:00:00Z, late: true, hour: 3, hit: true}]"));
    tw_criteria_free(c);
}

static void what_a_criterion_must_say(void)
{
#define SAYS(key, text)                                                                                      \
    HEAD "  - id: A\n    when: " APPLES "\n    owner: kim\n    reason: r\n    examples: " HITS "\n"          \
         "    " key ": " text "\n"
#define DAYS "    valid: {from: 2025-01-01, to: 2026-12-31}\n"
#define ALL  "    offices: [\"*\"]\n"
    refuses(HEAD "  - id: A\n", TW_FORMAT, 5, 0, "when");
    refuses(SAYS("channel", "green") DAYS ALL, TW_RANGE, 10, 0, "blue, yellow or red");
    refuses(SAYS("channel", "query") DAYS ALL, TW_RANGE, 10, 0, "blue, yellow or red");
    refuses(SAYS("probability", "1.5") DAYS ALL "    channel: red\n", TW_RANGE, 10, 0, "");
    refuses(SAYS("probability", "-0.1") DAYS ALL "    channel: red\n", TW_RANGE, 10, 0, "");
    refuses(SAYS("class", "law") DAYS ALL "    channel: red\n", TW_NOTFOUND, 10, 0, "mandatory_control");
    refuses(SAYS("class", "mandatory_control") DAYS ALL "    channel: red\n    probability: 0.5\n", TW_RANGE,
            14, 0, "always");
    refuses(SAYS("class", "facilitation") DAYS ALL "    channel: red\n", TW_FORMAT, 5, 0, "no channel");
    refuses(SAYS("task", "t") DAYS ALL, TW_FORMAT, 5, 0, "'channel' is missing");
    refuses(SAYS("tasks", "t") DAYS ALL, TW_FORMAT, 10, 0, "tasks");
    refuses(SAYS("channel", "red") ALL "    valid: {from: 2026-01-02, to: 2026-01-01}\n", TW_RANGE, 12, 0,
            "ends before");
    refuses(SAYS("channel", "red") ALL "    valid: {from: 2026-01-02, to: 2026-02-31}\n", TW_FORMAT, 12, 0,
            "");
    refuses(SAYS("channel", "red") DAYS "    offices: []\n", TW_FORMAT, 12, 0, "never hit");
    refuses(SAYS("channel", "red") DAYS "    offices: [HB01, \"*\"]\n", TW_FORMAT, 12, 0,
            "leave the others out");
    refuses(HEAD ONE("A B", APPLES, HITS), TW_FORMAT, 5, 0, "letters, digits");
    refuses("name: t\nversion: 0\nauthor: k\ncriteria: []\n", TW_RANGE, 2, 0, "");
    refuses("name: t\nversion: 1\nauthor: k\ncriteria: []\n", TW_FORMAT, 4, 0, "one at the least");
    refuses("name: &a t\nversion: 1\n", TW_FORMAT, 1, 0, "");
}

static void an_id_stands_once_on_a_day(void)
{
#define IN(id, from, to)                                                                                     \
    "  - id: " id "\n    when: " APPLES                                                                      \
    "\n    channel: red\n    reason: r\n    owner: k\n    valid: {from: " from ", to: " to                   \
    "}\n    offices: [\"*\"]\n    examples: " HITS "\n"
    refuses(HEAD IN("A", "2026-01-01", "2026-06-30") IN("B", "2026-01-01", "2026-06-30")
                IN("A", "2026-06-30", "2026-12-31"),
            TW_CONFLICT, 21, 0, "stands in line 5 already");
    struct tw_criteria *c =
        set_of(HEAD IN("A", "2026-01-01", "2026-06-30") IN("A", "2026-07-01", "2026-12-31"));
    tw_criteria_free(c);
}

static void limits_have_their_numbers(void)
{
    const struct tw_criteria_limits two = {.criteria = 2}, three_examples = {.examples = 2},
                                    small = {.cel = {.bytes = 10}}, flat = {.cel = {.depth = 2}},
                                    lists = {.cel = {.list = 2}}, steps = {.cel = {.steps = 3}};
    refuses_within(HEAD ONE("A", APPLES, HITS) ONE("B", APPLES, HITS) ONE("C", APPLES, HITS), &two, TW_LIMIT,
                   21, 0, "at most 2 criteria, and this one has 3");
    refuses_within(HEAD ONE("A", APPLES, HITS), &three_examples, TW_LIMIT, 12, 0, "more than 2 examples");
    refuses_within(HEAD ONE("A", APPLES, HITS), &small, TW_LIMIT, 6, 0, "");
    refuses_within(HEAD ONE("A", "((((item.origin)))) == 'US'", HITS), &flat, TW_LIMIT, 6, 0, "");
    refuses_within(HEAD ONE("A", "item.origin in ['A', 'B', 'C']", HITS), &lists, TW_LIMIT, 6, 0, "");
    refuses_within(HEAD ONE("A", "item.origin == 'US' && item.hs == '1' && item.hs != '2'", HITS), &steps,
                   TW_FORMAT, 12, 0, "fails here");
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, HEAD);
    for (int i = 0; i < 5001; i++) tw_buf_printf(&many, ONE("C%d", "true", "[{hit: true}]"), i);
    tw_buf_char(&many, '\0');
    refuses(many.p, TW_LIMIT, 4 + 5000 * 8 + 1, 0, "at most 5000 criteria");
}

/* -- what an author is told */

static void an_author_is_told_what_to_look_at(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_criteria *c =
        set_of(HEAD ONE("ALWAYS", "item.origin == 'US' || true", "[{hit: true}]")
                   ONE("NEVER", "false && item.origin == 'US'", "[{hit: false}]") ONE("PLAIN", APPLES, HITS)
                       ONE("TWIN", APPLES, HITS) IN("OVER", "2024-01-01", "2024-06-30"));
    static const char *const want[] = {"ALWAYS holds always", "NEVER never holds",
                                       "TWIN adds nothing: PLAIN (line 21)",
                                       "OVER is over: its last day was 2024-06-30"};
    const struct tw_criteria_remark *r;
    size_t n = 0;
    int32_t day = 0;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_day_parse(TW_STR("2026-05-05"), &day, NULL) == TW_OK);
    CHECK(tw_criteria_look(c, day, arena, &r, &n) == TW_OK && n == 4);
    for (size_t i = 0; i < n && i < 4; i++) {
        TW_SCOPED_BUF said = {0};
        tw_buf_printf(&said, "%.*s %.*s", TW_STR_ARG(r[i].criterion->id), TW_STR_ARG(r[i].words));
        if (!tw_str_starts(tw_buf_view(&said), tw_str_from(want[i]))) printf("# %.*s\n", (int)said.n, said.p);
        CHECK(tw_str_starts(tw_buf_view(&said), tw_str_from(want[i])));
    }
    tw_criteria_free(c);
}

static void every_name_can_be_asked_for(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_criteria_name *name;
    size_t n = 0, features = 0;
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK && tw_criteria_names(NULL, arena, &name, &n) == TW_OK);
    for (size_t i = 0; i < n; i++) {
        TW_SCOPED_BUF yaml = {0};
        tw_buf_printf(&yaml, HEAD ONE("A", "has(%.*s) || true", "[{hit: true}]"), TW_STR_ARG(name[i].path));
        tw_buf_char(&yaml, '\0');
        struct tw_criteria *c = set_of(yaml.p);
        tw_criteria_free(c);
        CHECK(name[i].words[0] != '\0');
        features += tw_str_starts(name[i].path, TW_STR("features."));
    }
    CHECK(features == TW_FEATURE_N && n > 250);
}

static tw_err read_one(void)
{
    TW_SCOPED(tw_criteria) *c = NULL;
    return tw_criteria_parse(TW_STR(HEAD ONE("A", APPLES, HITS)), NULL, NULL, &c, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_one) > 5);
}

int main(void)
{
    RUN(a_set_is_read_with_all_it_says);
    RUN(a_fault_points_at_its_character);
    RUN(examples_are_run);
    RUN(what_a_criterion_must_say);
    RUN(an_id_stands_once_on_a_day);
    RUN(limits_have_their_numbers);
    RUN(an_author_is_told_what_to_look_at);
    RUN(every_name_can_be_asked_for);
    RUN(survives_every_failed_allocation);
    return DONE();
}
