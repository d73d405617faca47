/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <math.h>

#include "check.h"

static void compares_by_bytes(void)
{
    CHECK(tw_str_eq(TW_STR("ab"), TW_STR("ab")) && !tw_str_eq(TW_STR("ab"), TW_STR("abc")));
    CHECK(tw_str_eq((struct tw_str){NULL, 0}, TW_STR("")) && tw_str_is((struct tw_str){NULL, 0}, ""));
    CHECK(tw_str_cmp(TW_STR("ab"), TW_STR("abc")) < 0 && tw_str_cmp(TW_STR("b"), TW_STR("abc")) > 0 &&
          tw_str_cmp(TW_STR("a"), TW_STR("a")) == 0 && tw_str_cmp((struct tw_str){NULL, 0}, TW_STR("a")) < 0);
    CHECK(tw_str_cmp(TW_STR("\x80"), TW_STR("a")) > 0); /* bytes, not chars with a sign */
    CHECK(tw_str_from(NULL).n == 0);
    CHECK(tw_str_starts(TW_STR("abc"), TW_STR("ab")) && !tw_str_starts(TW_STR("a"), TW_STR("ab")) &&
          tw_str_starts(TW_STR("a"), TW_STR("")));
}

static void trims_and_cuts(void)
{
    CHECK(tw_str_is(tw_str_trim(TW_STR(" \t a b\r\n")), "a b") && tw_str_trim(TW_STR("  ")).n == 0);
    struct tw_str rest, head = tw_str_cut(TW_STR("a=b=c"), '=', &rest);
    CHECK(tw_str_is(head, "a") && tw_str_is(rest, "b=c"));
    head = tw_str_cut(TW_STR("abc"), '=', &rest);
    CHECK(tw_str_is(head, "abc") && rest.n == 0);
}

static void numbers_are_the_whole_text_or_none(void)
{
    int64_t i = 77;
    CHECK(tw_str_i64(TW_STR("-9223372036854775808"), &i) == TW_OK && i == INT64_MIN);
    CHECK(tw_str_i64(TW_STR("+9223372036854775807"), &i) == TW_OK && i == INT64_MAX);
    CHECK(tw_str_i64(TW_STR("9223372036854775808"), &i) == TW_RANGE && i == INT64_MAX);
    CHECK(tw_str_i64(TW_STR("-9223372036854775809"), &i) == TW_RANGE);
    static const char *const no[] = {"", "-", "1x", " 1", "1 ", "1.0", "0x1"};
    for (size_t k = 0; k < sizeof no / sizeof no[0]; k++)
        CHECK(tw_str_i64(tw_str_from(no[k]), &i) == TW_FORMAT);
    double d = 7;
    CHECK(tw_str_f64(TW_STR("-1.5e3"), &d) == TW_OK && d == -1500);
    CHECK(tw_str_f64(TW_STR("1e999"), &d) == TW_RANGE && d == -1500);
    static const char *const not [] = {"", "1.5junk", "nan", "inf", " 1", "1 ", "0x1p3", "1,5", "--1"};
    for (size_t k = 0; k < sizeof not / sizeof not [0]; k++)
        CHECK(tw_str_f64(tw_str_from(not [k]), &d) == TW_FORMAT);
    CHECK(d == -1500);
}

static void utf8_as_unicode_has_it(void)
{
    size_t bad = 9;
    CHECK(tw_str_utf8(TW_STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), &bad) && bad == 9);
    static const struct {
        const char *text;
        size_t n, bad;
    } no[] = {{"a\0b", 3, 1},
              {"\x80", 1, 0},
              {"\xc0\xaf", 2, 0},
              {"ab\xc3", 3, 2},
              {"\xe0\x9f\xbf", 3, 0},
              {"\xed\xa0\x80", 3, 0},
              {"\xf4\x90\x80\x80", 4, 0},
              {"\xf0\x8f\xbf\xbf", 4, 0},
              {"abcdefgh\xff", 9, 8},
              {"\xf5\x80\x80\x80", 4, 0},
              {"\xe2\x82", 2, 0}};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        CHECK(!tw_str_utf8((struct tw_str){no[i].text, no[i].n}, &bad) && bad == no[i].bad);
    CHECK(!tw_str_utf8(TW_STR("\xff"), NULL));
}

static void copies_live_in_the_arena(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(100000, &arena) == TW_OK);
    struct tw_str copy;
    CHECK(tw_str_dup(arena, (struct tw_str){"abc", 2}, &copy) == TW_OK && copy.n == 2 &&
          strcmp(copy.s, "ab") == 0);
    CHECK(tw_str_dup(arena, (struct tw_str){NULL, 0}, &copy) == TW_OK && copy.n == 0);
    static const char big[200000] = {0};
    CHECK(tw_str_dup(arena, (struct tw_str){big, sizeof big}, &copy) == TW_NOMEM && copy.n == 0);
}

int main(void)
{
    RUN(compares_by_bytes);
    RUN(trims_and_cuts);
    RUN(numbers_are_the_whole_text_or_none);
    RUN(utf8_as_unicode_has_it);
    RUN(copies_live_in_the_arena);
    return DONE();
}
