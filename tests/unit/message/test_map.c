/* SPDX-License-Identifier: Apache-2.0 */
#include "message/map.h"

#include "check.h"
#include "fault.h"

static struct tw_arena *arena;
static struct tw_map map;
static struct tw_fault fault;

#define HEAD "name: x\nwords: a test\nformat: csv\nrows: items\n"

static tw_err parse(const char *yaml)
{
    fault = (struct tw_fault){0};
    return tw_map_parse(tw_str_from(yaml), arena, &map, &fault);
}

static void reads_the_maps_of_the_program(void)
{
    static const char *const name[] = {"canonical", "kcs"};
    for (size_t i = 0; i < 2; i++) {
        struct tw_str yaml;
        CHECK(tw_map_builtin(tw_str_from(name[i]), &yaml, &fault) == TW_OK);
        CHECK(tw_map_parse(yaml, arena, &map, &fault) == TW_OK && tw_str_is(map.name, name[i]));
    }
    CHECK(map.row_is_declaration && tw_str_is(map.national_currency, "KRW") && map.separator == ',');
    CHECK(map.pass == ((uint64_t)1 << TW_CHECK_ZERO_NET | (uint64_t)1 << TW_CHECK_ZERO_VALUE));
    CHECK(map.declaration.n == 20 && map.finding.n == 3 && map.findings_file.n == 0);
}

static void lists_the_known_maps_when_one_is_unknown(void)
{
    struct tw_str yaml;
    CHECK(tw_map_builtin(TW_STR("ksc"), &yaml, &fault) == TW_NOTFOUND);
    CHECK(strstr(fault.note, "'ksc'") != NULL && strstr(fault.note, "canonical, kcs") != NULL);
}

static void takes_every_option_of_a_column(void)
{
    CHECK(parse(HEAD "separator: tab\nnational_currency: EUR\nabsent: [NA, \"-\"]\n"
                     "columns:\n"
                     "  No: declaration_id\n"
                     "  Weight: {is: net_mass_kg, unit: TNE, required: true}\n"
                     "  Paid: {is: price, currency: USD, absent: [n/a]}\n"
                     "  Way: {is: transport_mode, values: {sea: \"1\", none: \"\"}}\n"
                     "constants: {importer.country: NO}\n") == TW_OK);
    CHECK(map.separator == '\t' && map.declaration.n == 6 && !map.row_is_declaration);
    const struct tw_map_column *c = map.declaration.at;
    CHECK(c[0].target == TW_ELEMENT_DECLARATION_ID && c[0].absent_n == 2 && tw_str_is(c[0].absent[1], "-"));
    CHECK(c[1].required && tw_str_is(c[1].unit, "TNE"));
    CHECK(c[2].target == TW_ELEMENT_PRICE && c[2].absent_n == 1 && tw_str_is(c[2].absent[0], "n/a"));
    CHECK(c[3].target == TW_ELEMENT_PRICE_CURRENCY && c[3].name.n == 0 && tw_str_is(c[3].constant, "USD"));
    CHECK(c[4].word_n == 2 && tw_str_is(c[4].word[0].to, "1") && c[4].word[1].to.n == 0);
    CHECK(c[5].target == TW_ELEMENT_IMPORTER_COUNTRY &&
          tw_str_is(c[5].constant, "NO")); /* Norway, no boolean */
}

static void says_where_a_map_is_wrong(void)
{
    static const struct {
        const char *yaml;
        tw_err err;
        uint32_t line;
        const char *note;
    } wrong[] = {
        {"name: x\n", TW_FORMAT, 1, "missing"},
        {HEAD, TW_FORMAT, 1, "columns"},
        {HEAD "colums: {A: hs}\n", TW_FORMAT, 5, "colums"},
        {HEAD "columns: {}\n", TW_FORMAT, 5, "columns and their elements"},
        {HEAD "columns:\n  A: orgin\n", TW_NOTFOUND, 6, "is 'origin' meant?"},
        {HEAD "columns:\n  A: zzzzzz\n", TW_NOTFOUND, 6, "elements.md lists"},
        {HEAD "columns:\n  A: [hs]\n", TW_FORMAT, 6, "an element"},
        {HEAD "columns:\n  A: {required: true}\n", TW_FORMAT, 6, "'is' is missing"},
        {HEAD "columns:\n  A: {is: hs, required: yes}\n", TW_FORMAT, 6, "true or false"},
        {HEAD "columns:\n  A: {is: hs, unit: KGM}\n", TW_FORMAT, 6, "only masses"},
        {HEAD "columns:\n  A: {is: net_mass_kg, unit: LTR}\n", TW_FORMAT, 6, "no unit of mass"},
        {HEAD "columns:\n  A: {is: hs, currency: USD}\n", TW_FORMAT, 6, "only amounts"},
        {HEAD "columns:\n  A: {is: price, currency: XXQ}\n", TW_FORMAT, 6, "no currency"},
        {HEAD "columns:\n  A: {is: hs, values: {}}\n", TW_FORMAT, 6, "texts of the file"},
        {HEAD "columns:\n  A: {is: hs, values: {a: [b]}}\n", TW_FORMAT, 6, "one text"},
        {HEAD "columns:\n  A: hs\n  B: hs\n", TW_CONFLICT, 6, "fed twice"},
        {HEAD "columns:\n  A: hs\nconstants: {hs: \"01\"}\n", TW_CONFLICT, 6, "fed twice"},
        {HEAD "columns:\n  A: hs\nconstants: {origin: }\n", TW_FORMAT, 7, "one text"},
        {HEAD "columns:\n  A: hs\npass: [zero_nett]\n", TW_NOTFOUND, 7, "zero_net"},
        {HEAD "columns:\n  A: hs\nconstants: [a]\n", TW_FORMAT, 7, "elements and their values"},
        {HEAD "columns:\n  A: hs\nseparator: both\n", TW_FORMAT, 7, "one character"},
        {HEAD "columns:\n  A: hs\nnational_currency: EURO\n", TW_FORMAT, 7, "ISO 4217"},
        {HEAD "columns:\n  A: hs\nfindings: {columns: {B: rezult_code}}\n", TW_NOTFOUND, 7,
         "is 'result_code' meant?"},
        {HEAD "columns:\n  A: hs\nfindings: {columns: {B: result_code}, known_days_after: -1}\n", TW_RANGE, 7,
         "range"},
        {"name: x\nwords: y\nformat: xml\nrows: items\ncolumns: {A: hs}\n", TW_FORMAT, 3, "csv"},
        {"name: x\nwords: y\nformat: csv\nrows: lines\ncolumns: {A: hs}\n", TW_FORMAT, 4, "'items' or"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const tw_err err = parse(wrong[i].yaml);
        if (err != wrong[i].err || fault.line != wrong[i].line || strstr(fault.note, wrong[i].note) == NULL)
            fprintf(stderr, "case %zu: %s, line %u: %s\n", i, tw_err_name(err), fault.line, fault.note);
        CHECK(err == wrong[i].err && fault.code == err && fault.line == wrong[i].line);
        CHECK(strstr(fault.note, wrong[i].note) != NULL);
    }
}

static tw_err bind(enum tw_binding_of which, const char *const *name, size_t n, struct tw_binding *ret,
                   bool *taken)
{
    struct tw_str names[8];
    for (size_t i = 0; i < n; i++) names[i] = tw_str_from(name[i]);
    fault = (struct tw_fault){0};
    return tw_map_bind(&map, which, &(struct tw_map_header){names, n, taken}, arena, ret, &fault);
}

static void binds_columns_by_name_in_any_order(void)
{
    CHECK(parse(HEAD "columns:\n  No: {is: declaration_id, required: true}\n  Code: hs\n  Gone: origin\n"
                     "constants: {dispatch: CN}\n") == TW_OK);
    struct tw_binding b;
    bool taken[4] = {false};
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"Other", "Code ", "x", " No"}, 4, &b, taken) == TW_OK);
    CHECK(b.n == 3 && b.columns == 2 && !taken[0] && taken[1] && !taken[2] && taken[3]);
    CHECK(b.at[0].field == 3 && b.at[1].field == 1 && tw_str_is(b.at[2].column->constant, "CN"));
}

static void takes_elements_by_their_own_names_where_the_map_says_so(void)
{
    CHECK(parse(HEAD "own_names: true\ncolumns:\n  No: declaration_id\n  Code: hs\n"
                     "findings_file: {columns: {No: declaration_id}}\n") == TW_OK);
    struct tw_binding b;
    bool taken[5] = {false};
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"origin", "Code", "hs", "No", "result_code"}, 5, &b,
               taken) == TW_OK);
    CHECK(b.n == 3 && b.at[2].field == 0 && b.at[2].column->target == TW_ELEMENT_ORIGIN);
    CHECK(taken[0] && taken[1] && !taken[2] && taken[3] && !taken[4]); /* hs is fed by Code already */
    bool in_file[5] = {false};
    CHECK(bind(TW_BIND_FINDINGS_FILE, (const char *[]){"origin", "Code", "hs", "No", "result_code"}, 5, &b,
               in_file) == TW_OK);
    CHECK(b.n == 2 && b.at[1].field == 4 && b.at[1].column->target == TW_FINDING_RESULT);
}

static void says_what_is_missing_and_what_may_be_meant(void)
{
    CHECK(parse(HEAD "columns:\n  HS6 Code: {is: hs, required: true}\n") == TW_OK);
    struct tw_binding b;
    bool taken[8] = {false};
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"No", "hs6 code", "x"}, 3, &b, taken) == TW_NOTFOUND);
    CHECK(strstr(fault.note, "'HS6 Code' is missing; is 'hs6 code' meant? found: No, hs6 code, x") != NULL);
    const char *many[] = {"a column of a long name",
                          "another column of a long name",
                          "a third of a long name",
                          "a fourth of a long name",
                          "a fifth",
                          "a sixth",
                          "a seventh",
                          "an eighth"};
    CHECK(bind(TW_BIND_DECLARATION, many, 8, &b, taken) == TW_NOTFOUND);
    CHECK(strstr(fault.note, "found: a column") != NULL && strstr(fault.note, ", ...") != NULL);
}

static void refuses_a_needed_column_that_stands_twice(void)
{
    CHECK(parse(HEAD "own_names: true\ncolumns:\n  No: declaration_id\n") == TW_OK);
    struct tw_binding b;
    bool taken[4] = {false};
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"No", "x", "x", "No"}, 4, &b, taken) == TW_CONFLICT);
    CHECK(fault.column == 4 && strstr(fault.note, "'No' stands twice") != NULL);
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"No", "hs", "hs"}, 3, &b, taken) == TW_CONFLICT);
    CHECK(bind(TW_BIND_DECLARATION, (const char *[]){"No", "x", "x"}, 3, &b, taken) ==
          TW_OK); /* nobody needs x */
}

static tw_err parse_and_bind(void)
{
    TW_SCOPED(tw_arena) *a = NULL;
    struct tw_map m;
    struct tw_binding b;
    struct tw_str yaml;
    TW_TRY(tw_arena_new(1 << 20, &a));
    TW_TRY(tw_map_builtin(TW_STR("canonical"), &yaml, NULL));
    TW_TRY(tw_map_parse(yaml, a, &m, NULL));
    const struct tw_str name[] = {TW_STR("declaration_id"), TW_STR("lodged_at"), TW_STR("hs"),
                                  TW_STR("origin")};
    bool taken[4] = {false};
    return tw_map_bind(&m, TW_BIND_DECLARATION, &(struct tw_map_header){name, 4, taken}, a, &b, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(parse_and_bind) >= 2);
}

int main(void)
{
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    RUN(reads_the_maps_of_the_program);
    RUN(lists_the_known_maps_when_one_is_unknown);
    RUN(takes_every_option_of_a_column);
    RUN(says_where_a_map_is_wrong);
    RUN(binds_columns_by_name_in_any_order);
    RUN(takes_elements_by_their_own_names_where_the_map_says_so);
    RUN(says_what_is_missing_and_what_may_be_meant);
    RUN(refuses_a_needed_column_that_stands_twice);
    RUN(survives_every_failed_allocation);
    tw_arena_free(arena);
    return DONE();
}
