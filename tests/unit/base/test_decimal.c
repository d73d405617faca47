/* SPDX-License-Identifier: Apache-2.0 */
#include "base/decimal.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"

static struct tw_dec dec(int64_t v, unsigned scale)
{
    return (struct tw_dec){v, (uint8_t)scale, true};
}

static bool same(struct tw_dec a, int64_t v, unsigned scale)
{
    return a.set && a.v == v && a.scale == scale;
}

static const struct tw_dec absent;

/* 10^n */
static int64_t power(unsigned n)
{
    int64_t v = 1;
    while (n-- > 0) v *= 10;
    return v;
}

static void reads_sign_digits_and_point(void)
{
    static const struct {
        const char *text;
        int64_t v;
        unsigned scale;
    } good[] = {
        {"0", 0, 0},
        {"7", 7, 0},
        {"1234.50", 123450, 2},
        {"-12.5", -125, 1},
        {"+12.5", 125, 1},
        {".5", 5, 1},
        {"5.", 5, 0},
        {"-.25", -25, 2},
        {"007", 7, 0},
        {"0.123456789", 123456789, 9},
        {"0.1234567890000", 123456789, 9},
        {"1.000000000", 1000000000, 9},
        {"9223372036854775807", 9223372036854775807, 0}, /* the largest that is taken */
        {"-9223372036854775807", -9223372036854775807, 0},
        {"9223372036.854775807", 9223372036854775807, 9},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct tw_dec d = absent;
        struct tw_fault fault = {0};
        CHECK(tw_dec_parse(tw_str_from(good[i].text), &d, &fault) == TW_OK);
        CHECK(same(d, good[i].v, good[i].scale) && fault.note[0] == '\0');
    }
}

/* Short numbers are read eight digits at a time, long ones and odd ones digit by digit: both as a pupil
 * would. */
static void reads_every_length_with_the_point_anywhere(void)
{
    struct tw_rng r = tw_rng_new(2, "decimal");
    for (int round = 0; round < 40000; round++) {
        char text[24];
        const size_t n = 1 + tw_rng_below(&r, 18), point = tw_rng_below(&r, 20);
        int64_t v = 0;
        unsigned scale = 0, digits = 0;
        for (size_t i = 0; i < n; i++) {
            if (i == point) {
                text[i] = '.';
                continue;
            }
            const int digit = (int)tw_rng_below(&r, 10);
            text[i] = (char)('0' + digit);
            v = v * 10 + digit;
            digits++;
            scale += i > point;
        }
        struct tw_dec d = dec(42, 3);
        /* Exactly as large as the text, so that a byte read behind it is seen. */
        char *tight = malloc(n);
        CHECK(tight != NULL);
        memcpy(tight, text, n);
        const tw_err err = tw_dec_parse((struct tw_str){tight, n}, &d, NULL);
        if (digits == 0)
            CHECK(err == TW_FORMAT);
        else if (scale <= TW_DEC_SCALE_MAX)
            CHECK(err == TW_OK && same(d, v, scale));
        else
            CHECK(err == TW_OK || err == TW_RANGE); /* zeros behind the ninth decimal are taken */
        /* One byte that belongs into no number: refused, wherever it stands. */
        static const char odd[] = "/:;,-+ ex\x80\xb0\xff";
        const char was = tight[0];
        const size_t at = tw_rng_below(&r, n);
        tight[at] = odd[tw_rng_below(&r, sizeof odd)];
        const bool sign = at == 0 && (tight[0] == '-' || tight[0] == '+') && digits > (was != '.');
        d = dec(42, 3);
        if (!sign) CHECK(tw_dec_parse((struct tw_str){tight, n}, &d, NULL) != TW_OK && same(d, 42, 3));
        free(tight);
    }
}

static void refuses_what_is_no_number_and_says_what_it_met(void)
{
    static const char *const bad[] = {"",   "-",  "+",    ".",   "-.",  "1.2.3", "1,5",
                                      " 1", "1 ", "1e",   "1e5", "--1", "0x1",   "1-",
                                      "/1", ":1", "12ab", "１",  "NaN", "1\n2",  "1+1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_dec d = dec(42, 3);
        struct tw_fault fault = {0};
        CHECK(tw_dec_parse(tw_str_from(bad[i]), &d, &fault) == TW_FORMAT && same(d, 42, 3));
        CHECK(strstr(fault.note, "digits") != NULL);
        const char *shown = strcmp(bad[i], "1\n2") == 0 ? "1 2" : bad[i]; /* on one line */
        if (shown[0] != '\0') CHECK(strstr(fault.note, shown) != NULL);   /* the text itself is shown ... */
    }
    struct tw_fault fault = {0};
    struct tw_dec d;
    CHECK(tw_dec_parse((struct tw_str){NULL, 0}, &d, &fault) == TW_FORMAT &&
          strstr(fault.note, "'this'") != NULL);
    /* ... where it is short; the text need not end in NUL */
    CHECK(tw_dec_parse((struct tw_str){"x23456", 3}, &d, &fault) == TW_FORMAT &&
          strstr(fault.note, "'x23'") != NULL);
    const struct tw_str just = TW_STR("x23456789012345678901234567890123456789"),
                        over = TW_STR("x234567890123456789012345678901234567890");
    CHECK(just.n == 39 && tw_dec_parse(just, &d, &fault) == TW_FORMAT && strstr(fault.note, just.s) != NULL);
    CHECK(over.n == 40 && tw_dec_parse(over, &d, &fault) == TW_FORMAT &&
          strstr(fault.note, "'this'") != NULL);
    char many[300];
    memset(many, 'x', sizeof many);
    CHECK(tw_dec_parse((struct tw_str){many, sizeof many}, &d, &fault) == TW_FORMAT &&
          strstr(fault.note, "'this'") != NULL);
}

static void refuses_what_does_not_fit(void)
{
    static const struct {
        const char *text, *word;
    } bad[] = {
        {"9223372036854775808", "too large"},
        {"9223372036854775810", "too large"},
        {"99999999999999999999999", "too large"},
        {"-9223372036854775808", "too large"},
        {"9223372037.000000000", "too large"},
        {"0.1234567891", "9"},
        {"0.0000000001", "9"},
        {"1.0000000000000001", "9"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_dec d = dec(42, 3);
        struct tw_fault fault = {0};
        CHECK(tw_dec_parse(tw_str_from(bad[i].text), &d, &fault) == TW_RANGE && same(d, 42, 3));
        CHECK(strstr(fault.note, bad[i].word) != NULL && fault.code == TW_RANGE);
    }
}

static void changes_scale_rounding_half_to_even(void)
{
    static const struct {
        int64_t v, want;
        unsigned from, to;
    } row[] = {
        {15, 2, 1, 0},         {25, 2, 1, 0},        {35, 4, 1, 0},   {24, 2, 1, 0}, {26, 3, 1, 0},
        {-15, -2, 1, 0},       {-25, -2, 1, 0},      {-26, -3, 1, 0}, {0, 0, 9, 0},  {5, 0, 1, 0},
        {51, 1, 2, 0},         {150, 2, 2, 0},       {7, 700, 0, 2},  {7, 7, 3, 3},  {-7, -7000000000, 0, 9},
        {1999999999, 2, 9, 0}, {123456, 1235, 4, 2}, /* 12.3456 */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tw_dec d;
        CHECK(tw_dec_rescale(dec(row[i].v, row[i].from), (uint8_t)row[i].to, &d) == TW_OK);
        CHECK(same(d, row[i].want, row[i].to));
    }
    for (unsigned from = 0; from <= TW_DEC_SCALE_MAX; from++) /* every power of ten that is used */
        for (unsigned to = 0; to <= TW_DEC_SCALE_MAX; to++) {
            struct tw_dec d;
            CHECK(tw_dec_rescale(dec(3 * power(from), from), (uint8_t)to, &d) == TW_OK &&
                  same(d, 3 * power(to), to));
        }
    struct tw_dec d = dec(42, 3);
    CHECK(tw_dec_rescale(absent, 0, &d) == TW_RANGE &&
          tw_dec_rescale(dec(1, 0), TW_DEC_SCALE_MAX + 1, &d) == TW_RANGE);
    CHECK(tw_dec_rescale(dec(INT64_MAX / 10 + 1, 0), 1, &d) == TW_RANGE);
    CHECK(tw_dec_rescale(dec(INT64_MIN / 10 - 1, 0), 1, &d) == TW_RANGE && same(d, 42, 3));
    CHECK(tw_dec_rescale(dec(INT64_MAX, 5), 5, &d) == TW_OK && same(d, INT64_MAX, 5));
    CHECK(tw_dec_rescale(dec(INT64_MIN, 0), 0, &d) == TW_OK && same(d, INT64_MIN, 0));
}

static void adds_at_the_finer_scale(void)
{
    struct tw_dec d;
    CHECK(tw_dec_add(dec(15, 1), dec(225, 2), &d) == TW_OK && same(d, 375, 2));
    CHECK(tw_dec_add(dec(225, 2), dec(15, 1), &d) == TW_OK && same(d, 375, 2));
    CHECK(tw_dec_add(dec(-1, 0), dec(1, 9), &d) == TW_OK && same(d, -999999999, 9));
    CHECK(tw_dec_add(dec(INT64_MAX, 0), dec(-1, 0), &d) == TW_OK && same(d, INT64_MAX - 1, 0));
    CHECK(tw_dec_add(dec(INT64_MAX, 0), dec(0, 0), &d) == TW_OK && same(d, INT64_MAX, 0));
    CHECK(tw_dec_add(dec(INT64_MIN, 0), dec(0, 0), &d) == TW_OK && same(d, INT64_MIN, 0));
    d = dec(42, 3);
    CHECK(tw_dec_add(dec(INT64_MAX, 0), dec(1, 0), &d) == TW_RANGE);
    CHECK(tw_dec_add(dec(INT64_MIN, 0), dec(-1, 0), &d) == TW_RANGE);
    CHECK(tw_dec_add(dec(INT64_MAX, 0), dec(0, 1), &d) == TW_RANGE);
    CHECK(tw_dec_add(absent, dec(1, 0), &d) == TW_RANGE && tw_dec_add(dec(1, 0), absent, &d) == TW_RANGE);
    CHECK(same(d, 42, 3));
}

static void multiplies_at_the_scale_asked_for(void)
{
    struct tw_dec d;
    CHECK(tw_dec_mul(dec(25, 1), dec(5, 1), 2, &d) == TW_OK && same(d, 125, 2)); /* 2.5 x 0.5 */
    CHECK(tw_dec_mul(dec(25, 1), dec(5, 1), 1, &d) == TW_OK && same(d, 12, 1));  /* 1.25: half to even */
    CHECK(tw_dec_mul(dec(35, 1), dec(5, 1), 1, &d) == TW_OK && same(d, 18, 1));  /* 1.75 */
    CHECK(tw_dec_mul(dec(-25, 1), dec(5, 1), 1, &d) == TW_OK && same(d, -12, 1));
    CHECK(tw_dec_mul(dec(3, 0), dec(4, 0), 3, &d) == TW_OK && same(d, 12000, 3));
    CHECK(tw_dec_mul(dec(3, 0), dec(4, 0), 0, &d) == TW_OK && same(d, 12, 0));
    CHECK(tw_dec_mul(dec(1000000000, 9), dec(1000000000, 9), 0, &d) == TW_OK && same(d, 1, 0));
    CHECK(tw_dec_mul(dec(1234567890123, 2), dec(92000000, 8), 2, &d) == TW_OK && same(d, 1135802458913, 2));
    CHECK(tw_dec_mul(dec(INT64_MAX, 9), dec(INT64_MAX, 9), 0, &d) == TW_RANGE);
    CHECK(tw_dec_mul(dec(INT64_MAX, 9), dec(1, 9), 9, &d) == TW_OK && same(d, 9223372037, 9));
    d = dec(42, 3);
    CHECK(tw_dec_mul(dec(INT64_MAX, 0), dec(INT64_MAX, 0), 0, &d) == TW_RANGE);
    CHECK(tw_dec_mul(dec(INT64_MAX, 0), dec(INT64_MAX, 0), 9, &d) == TW_RANGE); /* beyond 128 bits */
    CHECK(tw_dec_mul(dec(INT64_MAX, 0), dec(1, 0), 1, &d) == TW_RANGE);
    CHECK(tw_dec_mul(absent, dec(1, 0), 0, &d) == TW_RANGE &&
          tw_dec_mul(dec(1, 0), absent, 0, &d) == TW_RANGE);
    CHECK(tw_dec_mul(dec(1, 0), dec(1, 0), TW_DEC_SCALE_MAX + 1, &d) == TW_RANGE && same(d, 42, 3));
    CHECK(tw_dec_mul(dec(1, 0), dec(1, 0), TW_DEC_SCALE_MAX, &d) == TW_OK && same(d, 1000000000, 9));
}

static void divides_at_the_scale_asked_for(void)
{
    struct tw_dec d;
    CHECK(tw_dec_div(dec(1, 0), dec(3, 0), 4, &d) == TW_OK && same(d, 3333, 4));
    CHECK(tw_dec_div(dec(2, 0), dec(3, 0), 4, &d) == TW_OK && same(d, 6667, 4));
    CHECK(tw_dec_div(dec(1, 0), dec(8, 0), 2, &d) == TW_OK && same(d, 12, 2)); /* 0.125 */
    CHECK(tw_dec_div(dec(3, 0), dec(8, 0), 2, &d) == TW_OK && same(d, 38, 2)); /* 0.375 */
    CHECK(tw_dec_div(dec(-1, 0), dec(8, 0), 2, &d) == TW_OK && same(d, -12, 2));
    CHECK(tw_dec_div(dec(1, 0), dec(-8, 0), 2, &d) == TW_OK && same(d, -12, 2));
    CHECK(tw_dec_div(dec(-1, 0), dec(-4, 0), 2, &d) == TW_OK && same(d, 25, 2));
    CHECK(tw_dec_div(dec(150, 2), dec(3, 1), 0, &d) == TW_OK && same(d, 5, 0)); /* 1.50 / 0.3 */
    CHECK(tw_dec_div(dec(3, 1), dec(150, 2), 1, &d) == TW_OK && same(d, 2, 1));
    CHECK(tw_dec_div(dec(INT64_MAX, 0), dec(1, 0), 0, &d) == TW_OK && same(d, INT64_MAX, 0));
    CHECK(tw_dec_div(dec(INT64_MAX, 9), dec(INT64_MAX, 9), 9, &d) == TW_OK && same(d, 1000000000, 9));
    d = dec(42, 3);
    CHECK(tw_dec_div(dec(1, 0), dec(0, 0), 0, &d) == TW_RANGE &&
          tw_dec_div(dec(1, 0), dec(1, 0), 10, &d) == TW_RANGE);
    CHECK(tw_dec_div(absent, dec(1, 0), 0, &d) == TW_RANGE &&
          tw_dec_div(dec(1, 0), absent, 0, &d) == TW_RANGE);
    CHECK(tw_dec_div(dec(INT64_MAX, 0), dec(1, 0), 1, &d) == TW_RANGE);
    CHECK(tw_dec_div(dec(INT64_MIN, 0), dec(-1, 0), 0, &d) == TW_RANGE);
    CHECK(tw_dec_div(dec(INT64_MAX, 0), dec(1, 9), 9, &d) == TW_RANGE &&
          same(d, 42, 3));                           /* beyond int64 by far */
    for (unsigned a = 0; a <= TW_DEC_SCALE_MAX; a++) /* 6 / 2 at every scale there is */
        for (unsigned b = 0; b <= TW_DEC_SCALE_MAX; b++)
            for (unsigned s = 0; s <= TW_DEC_SCALE_MAX; s++)
                CHECK(tw_dec_div(dec(6 * power(a), a), dec(2 * power(b), b), (uint8_t)s, &d) == TW_OK &&
                      same(d, 3 * power(s), s));
}

static void compares_by_value(void)
{
    CHECK(tw_dec_cmp(dec(10, 1), dec(100, 2)) == 0 && tw_dec_cmp(dec(0, 0), dec(0, 9)) == 0);
    CHECK(tw_dec_cmp(dec(101, 2), dec(1, 0)) == 1 && tw_dec_cmp(dec(1, 0), dec(101, 2)) == -1);
    CHECK(tw_dec_cmp(dec(-2, 0), dec(-19, 1)) == -1 && tw_dec_cmp(dec(-19, 1), dec(-2, 0)) == 1);
    CHECK(tw_dec_cmp(dec(INT64_MAX, 0), dec(INT64_MAX, 9)) == 1 &&
          tw_dec_cmp(dec(INT64_MIN, 0), dec(INT64_MIN, 9)) == -1);
}

static void gives_the_nearest_double(void)
{
    CHECK(tw_dec_f64(dec(123450, 2)) == 1234.5 && tw_dec_f64(dec(-1, 1)) == -0.1 &&
          tw_dec_f64(dec(3, 0)) == 3);
    CHECK(tw_dec_f64(dec(123456789, 9)) == 0.123456789 && isnan(tw_dec_f64(absent)));
}

static void multiplies_and_divides_without_losing_what_is_between(void)
{
    int64_t v = 42;
    CHECK(tw_muldiv(7, 3, 2, &v) == TW_OK && v == 10); /* 10.5 */
    CHECK(tw_muldiv(5, 3, 2, &v) == TW_OK && v == 8);  /* 7.5 */
    CHECK(tw_muldiv(-7, 3, 2, &v) == TW_OK && v == -10);
    CHECK(tw_muldiv(7, -3, 2, &v) == TW_OK && v == -10);
    CHECK(tw_muldiv(7, 3, -2, &v) == TW_OK && v == -10);
    CHECK(tw_muldiv(-7, 3, -4, &v) == TW_OK && v == 5); /* 5.25 */
    CHECK(tw_muldiv(2, 2, 3, &v) == TW_OK && v == 1 && tw_muldiv(4, 2, 3, &v) == TW_OK && v == 3);
    CHECK(tw_muldiv(INT64_MAX, INT64_MAX, INT64_MAX, &v) == TW_OK && v == INT64_MAX);
    CHECK(tw_muldiv(INT64_MIN, INT64_MIN, INT64_MIN, &v) == TW_OK && v == INT64_MIN);
    CHECK(tw_muldiv(INT64_MIN, 1, 1, &v) == TW_OK && v == INT64_MIN);
    v = 42;
    CHECK(tw_muldiv(1, 1, 0, &v) == TW_RANGE && tw_muldiv(INT64_MAX, 2, 1, &v) == TW_RANGE);
    CHECK(tw_muldiv(INT64_MIN, 1, -1, &v) == TW_RANGE && tw_muldiv(INT64_MIN, 2, 1, &v) == TW_RANGE &&
          v == 42);
}

/* Against arithmetic in long double and one step of correction, over numbers of all sizes. */
static void agrees_with_the_definition_on_random_numbers(void)
{
    struct tw_rng r = tw_rng_new(1, "decimal");
    for (int i = 0; i < 20000; i++) {
        const int64_t a = (int64_t)tw_rng_u64(&r) >> tw_rng_below(&r, 63),
                      num = (int64_t)tw_rng_u64(&r) >> tw_rng_below(&r, 63);
        const int64_t den = (int64_t)tw_rng_u64(&r) >> tw_rng_below(&r, 63);
        int64_t v;
        if (den == 0 || tw_muldiv(a, num, den, &v) != TW_OK) continue;
        /* |2 (a num - v den)| <= |den|, and v even where they are equal */
        __int128 twice = 2 * ((__int128)a * num - (__int128)v * den), size = den;
        if (twice < 0) twice = -twice;
        if (size < 0) size = -size;
        CHECK(twice < size || (twice == size && v % 2 == 0));
    }
}

/* 10^k times 10^k at scales that add up to k is 10^k: a power that is off by one gives another. */
static void knows_every_power_of_ten(void)
{
    int64_t power = 1;
    for (uint8_t k = 0; k <= 18; k++, power = k <= 18 ? power * 10 : 0) {
        const uint8_t one = k / 2;
        struct tw_dec got;
        CHECK(tw_dec_mul((struct tw_dec){power, one, true}, (struct tw_dec){power, (uint8_t)(k - one), true},
                         0, &got) == TW_OK);
        CHECK(got.v == power && got.scale == 0 && got.set);
    }
}

int main(void)
{
    RUN(reads_sign_digits_and_point);
    RUN(reads_every_length_with_the_point_anywhere);
    RUN(refuses_what_is_no_number_and_says_what_it_met);
    RUN(refuses_what_does_not_fit);
    RUN(changes_scale_rounding_half_to_even);
    RUN(adds_at_the_finer_scale);
    RUN(knows_every_power_of_ten);
    RUN(multiplies_at_the_scale_asked_for);
    RUN(divides_at_the_scale_asked_for);
    RUN(compares_by_value);
    RUN(gives_the_nearest_double);
    RUN(multiplies_and_divides_without_losing_what_is_between);
    RUN(agrees_with_the_definition_on_random_numbers);
    return DONE();
}
