/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/cel/try.h -- an expression and what comes of it, as a text.
 *
 * What expressions may see: item (a record), items (a list of it), n, x, when, table, and functions of the
 * tests' own. says() answers a value as an expression would write it, "not known: NAMES", "fault BYTE: NOTE"
 * of an evaluation, or "refused BYTE: NOTE" of a compilation. */
#ifndef TW_TESTS_CEL_TRY_H
#define TW_TESTS_CEL_TRY_H

#include "cel/cel.h"
#include "check.h"

static struct tw_cel_type importer_type = {.kind = TW_CEL_RECORD, .name = {"importer", 8}};
static struct tw_cel_type item_type = {.kind = TW_CEL_RECORD, .name = {"item", 4}};
static struct tw_cel_type strings_type = {.kind = TW_CEL_LIST, .n = 1};
static struct tw_cel_type items_type = {.kind = TW_CEL_LIST, .n = 1};
static struct tw_cel_type table_type = {.kind = TW_CEL_MAP, .n = 2};
static const struct tw_cel_type *strings_part[1], *items_part[1], *table_part[2], *pair_part[2], *tax_part[1];

static struct tw_cel_field importer_field[2], item_field[6];
static struct tw_cel_variable variable[6];
static struct tw_cel_function function[3];
static struct tw_cel_env env;
static struct tw_cel_limits limits;

static struct tw_cel_value importer[2], item[6], items[2], tags[2], table[4], slot[6];

/* fn of the tests: what is 7 it cannot do */
static struct tw_cel_value twice(void *with, const struct tw_cel_value *arg, size_t n, struct tw_arena *arena)
{
    (void)with, (void)n, (void)arena;
    return arg[0].i == 7 ? tw_cel_error(TW_CEL_FAULT_CALLER) : tw_cel_int(2 * arg[0].i);
}

static void set_up(void)
{
    const struct tw_cel_type *string = tw_cel_type_of(TW_CEL_STRING), *of_int = tw_cel_type_of(TW_CEL_INT);
    strings_part[0] = string;
    items_part[0] = &item_type;
    table_part[0] = string;
    table_part[1] = of_int;
    strings_type.part = strings_part;
    items_type.part = items_part;
    table_type.part = table_part;
    importer_field[0] = (struct tw_cel_field){TW_STR("name"), string};
    importer_field[1] = (struct tw_cel_field){TW_STR("country"), string};
    importer_type.field = importer_field;
    importer_type.fields_n = 2;
    item_field[0] = (struct tw_cel_field){TW_STR("price"), tw_cel_type_of(TW_CEL_DOUBLE)};
    item_field[1] = (struct tw_cel_field){TW_STR("mass"), of_int};
    item_field[2] = (struct tw_cel_field){TW_STR("origin"), string};
    item_field[3] = (struct tw_cel_field){TW_STR("code"), string};
    item_field[4] = (struct tw_cel_field){TW_STR("tags"), &strings_type};
    item_field[5] = (struct tw_cel_field){TW_STR("importer"), &importer_type};
    item_type.field = item_field;
    item_type.fields_n = 6;
    variable[0] = (struct tw_cel_variable){TW_STR("item"), &item_type};
    variable[1] = (struct tw_cel_variable){TW_STR("items"), &items_type};
    variable[2] = (struct tw_cel_variable){TW_STR("n"), of_int};
    variable[3] = (struct tw_cel_variable){TW_STR("x"), tw_cel_type_of(TW_CEL_DYN)};
    variable[4] = (struct tw_cel_variable){TW_STR("when"), tw_cel_type_of(TW_CEL_TIMESTAMP)};
    variable[5] = (struct tw_cel_variable){TW_STR("table"), &table_type};
    pair_part[0] = pair_part[1] = of_int;
    tax_part[0] = tw_cel_type_of(TW_CEL_DYN);
    function[0] = (struct tw_cel_function){TW_STR("twice"), false, 1, pair_part, of_int, twice, NULL};
    function[1] = (struct tw_cel_function){TW_STR("twice"), true, 1, pair_part, of_int, twice, NULL};
    function[2] = (struct tw_cel_function){TW_STR("tax.due"), false, 1, tax_part, of_int, NULL, NULL};
    env = (struct tw_cel_env){.variable = variable, .variables = 6, .function = function, .functions = 3};
    importer[0] = tw_cel_string(TW_STR("Bay Traders"));
    importer[1] = tw_cel_string(TW_STR("XA"));
    tags[0] = tw_cel_string(TW_STR("new"));
    tags[1] = tw_cel_string(TW_STR("rare"));
    item[0] = tw_cel_double(12.5);
    item[1] = tw_cel_int(40);
    item[2] = tw_cel_string(TW_STR("XB"));
    item[3] = tw_cel_string(TW_STR("8517130000"));
    item[4] = tw_cel_list(tags, 2);
    item[5] = tw_cel_record(importer, 2);
    items[0] = items[1] = tw_cel_record(item, 6);
    table[0] = tw_cel_string(TW_STR("a"));
    table[1] = tw_cel_int(1);
    table[2] = tw_cel_string(TW_STR("b"));
    table[3] = tw_cel_int(2);
    slot[0] = items[0];
    slot[1] = tw_cel_list(items, 2);
    slot[2] = tw_cel_int(3);
    slot[3] = tw_cel_string(TW_STR("free"));
    slot[4] = tw_cel_timestamp(1234567890, 0);
    slot[5] = tw_cel_map(table, 2);
    limits = (struct tw_cel_limits){0};
}

static char said[1 << 16];

static const char *say_fault(const char *what, const struct tw_fault *fault)
{
    snprintf(said, sizeof said, "%s %llu: %s", what, (unsigned long long)fault->byte, fault->note);
    return said;
}

static const char *says_of(struct tw_str expression)
{
    struct tw_fault fault = {0};
    struct tw_cel_value v = tw_cel_null();
    TW_SCOPED(tw_cel_program) *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
    const tw_err err = tw_cel_compile(expression, &env, &limits, &p, &fault);
    CHECK(err == TW_OK || fault.code == err);
    if (err != TW_OK) return say_fault(err == TW_LIMIT ? "limit" : "refused", &fault);
    const tw_err ran = tw_cel_eval(p, slot, arena, &v, &fault);
    CHECK(ran == TW_OK || fault.code == ran);
    if (ran != TW_OK)
        return say_fault(ran == TW_LIMIT ? "limit" : ran == TW_NOMEM ? "memory" : "fault", &fault);
    struct tw_buf out = tw_buf_in(said, sizeof said - 1);
    if (v.kind == TW_CEL_UNKNOWN) {
        tw_buf_text(&out, "not known: ");
        tw_cel_missing(p, v, &out);
    } else {
        tw_cel_show(v, tw_cel_result(p), &out);
    }
    said[out.n] = '\0';
    return said;
}

static const char *says(const char *expression)
{
    return says_of(tw_str_from(expression));
}

struct said {
    const char *expression, *answer;
};

static inline void check_said(const struct said *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = says(row[i].expression);
        if (strcmp(got, row[i].answer) != 0)
            fprintf(stderr, "%s\n  says  %s\n  not   %s\n", row[i].expression, got, row[i].answer);
        CHECK(strcmp(got, row[i].answer) == 0);
    }
}

#define SAY(row) check_said(row, sizeof(row) / sizeof *(row))

#endif
