/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison as an operand of && and || is answered by its shortcut, alone by its operations: both must say
 * the same, with as many steps, whatever stands in the field. */
#include <math.h>

#include "unit/cel/try.h"

static const char *const comparison[] = {"item.price == 12.5",
                                         "item.price != 12.5",
                                         "item.price < 12.5",
                                         "item.price <= 12.5",
                                         "item.price > 12.5",
                                         "item.price >= 12.5",
                                         "item.price == 12",
                                         "item.price != 12",
                                         "item.price > 12",
                                         "item.price <= 12",
                                         "item.mass == 40",
                                         "item.mass != 40",
                                         "item.mass < 40",
                                         "item.mass <= 40",
                                         "item.mass > 40",
                                         "item.mass >= 40",
                                         "item.mass > 39.5",
                                         "item.mass in [3, 40, 5]",
                                         "item.mass == -40",
                                         "item.origin == 'XB'",
                                         "item.origin != 'XB'",
                                         "item.origin < 'XB'",
                                         "item.origin >= 'XB'",
                                         "item.origin == ''",
                                         "item.origin == 'XBXB'",
                                         "item.origin in ['XB']",
                                         "item.origin in ['', 'XA', 'XB']",
                                         "item.code.startsWith('85')",
                                         "item.code.startsWith('')",
                                         "item.code.startsWith('85171300001')",
                                         "item.code == '8517130000'",
                                         "item.code != 'a text that is longer than sixteen bytes'",
                                         "item.code == 'a text that is longer than sixteen bytes'",
                                         "item.code.startsWith('a text that is longer than sixteen bytes')",
                                         "item.code == 'sixteen bytes it'",
                                         "item.code.startsWith('8517130000')"};

enum { COMPARISONS = sizeof comparison / sizeof *comparison };

/* Every kind of value, and those next to the constants above. */
static size_t values(struct tw_cel_value *at)
{
    static const char *const text[] = {
        "XB", "XBXB", "XA", "8517130000", "sixteen bytes it", "a text that is longer than sixteen bytes", ""};
    const double number[] = {(double)NAN, -(double)INFINITY, 0x1p64, 12, 12.5, 40, -40};
    static const int64_t whole[] = {12, 40, -40, INT64_MIN, INT64_MAX};
    size_t n = 0;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) at[n++] = tw_cel_string(tw_str_from(text[i]));
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) at[n++] = tw_cel_double(number[i]);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) at[n++] = tw_cel_int(whole[i]);
    at[n++] = tw_cel_absent();
    at[n++] = tw_cel_unknown();
    at[n++] = tw_cel_error(TW_CEL_FAULT_CALLER);
    at[n++] = tw_cel_null();
    at[n++] = tw_cel_uint(40);
    at[n++] = tw_cel_bool(true);
    at[n++] = tw_cel_string((struct tw_str){NULL, 0});
    at[n++] = tw_cel_bytes(TW_STR("XB"));
    at[n++] = tw_cel_list(tags, 2);
    return n;
}

struct told {
    char words[256];
    uint32_t steps; /* the fewest it takes */
};

static struct told told_of(const char *before, const char *expression)
{
    struct told ret = {.steps = 0};
    TW_SCOPED_BUF text = {0};
    tw_buf_printf(&text, "%s%s", before, expression);
    do {
        limits.steps = ++ret.steps;
        snprintf(ret.words, sizeof ret.words, "%.255s", says_of(tw_buf_view(&text)));
    } while (strncmp(ret.words, "limit", 5) == 0);
    limits.steps = 0;
    return ret;
}

/* The operand before it decides nothing, and is as long as the blanks, so that faults have the same place. */
static void check_operand(const char *expression)
{
    const struct told alone = told_of("         ", expression);
    static const char *const before[] = {"true &&  ", "false || "};
    for (int i = 0; i < 2; i++) {
        const struct told operand = told_of(before[i], expression);
        const bool same = strcmp(operand.words, alone.words) == 0 && operand.steps == alone.steps + 2;
        if (!same)
            fprintf(stderr, "%s%s: %s, %u steps; alone: %s, %u\n", before[i], expression, operand.words,
                    operand.steps, alone.words, alone.steps);
        CHECK(same);
    }
}

static void operands_say_what_they_say_alone(void)
{
    struct tw_cel_value value[64];
    const size_t n = values(value);
    for (size_t v = 0; v < n; v++) {
        for (int f = 0; f < 4; f++) item[f] = value[v];
        for (size_t c = 0; c < COMPARISONS; c++) check_operand(comparison[c]);
    }
    set_up();
}

static void and_where_there_is_no_record(void)
{
    const struct tw_cel_value none[] = {tw_cel_absent(), tw_cel_unknown(), tw_cel_error(TW_CEL_FAULT_CALLER),
                                        tw_cel_int(1), tw_cel_record(item, 0)};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        slot[0] = none[i];
        for (size_t c = 0; c < COMPARISONS; c++) check_operand(comparison[c]);
    }
    set_up();
}

static void programs_may_live_side_by_side(void)
{
    static const char *const expression[] = {"item.origin == 'XB' && item.mass > 3", "1 +",
                                             "item.code.matches('^8') && item.price in [1.0, 12.5]"};
    struct tw_cel_program *p[3] = {NULL, NULL, NULL};
    struct tw_cel_env together = env;
    struct tw_cel_value v;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    together.arena = arena;
    for (int i = 0; i < 3; i++)
        CHECK((tw_cel_compile(tw_str_from(expression[i]), &together, NULL, &p[i], NULL) == TW_OK) ==
              (i != 1));
    for (int i = 0; i < 3; i += 2) CHECK(tw_cel_eval(p[i], slot, NULL, &v, NULL) == TW_OK && v.b);
    for (int i = 0; i < 3; i++) tw_cel_free(p[i]);
    together.arena = NULL;
    CHECK(tw_arena_new(1024, &together.arena) == TW_OK); /* has room for a few */
    tw_err err = TW_OK;
    for (int i = 0; i < 9 && err == TW_OK; i++) {
        struct tw_cel_program *one = NULL;
        err = tw_cel_compile(tw_str_from(expression[0]), &together, NULL, &one, NULL);
        CHECK((one != NULL) == (err == TW_OK));
        tw_cel_free(one);
    }
    CHECK(err == TW_NOMEM);
    tw_arena_free(together.arena);
}

int main(void)
{
    set_up();
    RUN(operands_say_what_they_say_alone);
    RUN(and_where_there_is_no_record);
    RUN(programs_may_live_side_by_side);
    return DONE();
}
