/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <math.h>

#include "base/rng.h"
#include "fault.h"

static struct tw_buf out;

static bool is(const char *want)
{
    const bool same = !out.failed && tw_str_is(tw_buf_view(&out), want);
    if (!same) fprintf(stderr, "got '%.*s', want '%s'\n", TW_STR_ARG(tw_buf_view(&out)), want);
    tw_buf_clear(&out);
    return same;
}

static void pieces_join(void)
{
    tw_buf_text(&out, "a");
    tw_buf_char(&out, 'b');
    tw_buf_str(&out, TW_STR("cd"));
    tw_buf_str(&out, (struct tw_str){NULL, 0});
    tw_buf_put(&out, "efg", 2);
    tw_buf_printf(&out, "-%d-%s", 7, "x");
    CHECK(is("abcdef-7-x"));
    char longer[600];
    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    tw_buf_printf(&out, "%s!", longer); /* past the small buffer */
    CHECK(out.n == 600 && out.p[599] == '!');
    tw_buf_clear(&out);
}

static void whole_numbers_to_their_ends(void)
{
    tw_buf_i64(&out, INT64_MIN);
    tw_buf_char(&out, ' ');
    tw_buf_u64(&out, UINT64_MAX);
    tw_buf_char(&out, ' ');
    tw_buf_i64(&out, 0);
    CHECK(is("-9223372036854775808 18446744073709551615 0"));
}

static void decimals_keep_their_digits(void)
{
    tw_buf_dec(&out, 150, 2);
    tw_buf_char(&out, ' ');
    tw_buf_dec(&out, -5, 3);
    tw_buf_char(&out, ' ');
    tw_buf_dec(&out, 12, 0);
    tw_buf_char(&out, ' ');
    tw_buf_dec(&out, INT64_MIN, 9);
    CHECK(is("1.50 -0.005 12 -9223372036.854775808"));
}

static void doubles_and_floats_read_back_the_same(void)
{
    const double d[] = {0.1,     1.0 / 3, 5e-324,           1.7976931348623157e308, 123456789012345680.0,
                        -2.5e-7, 1e15,    999999999999999.0};
    for (size_t i = 0; i < sizeof d / sizeof d[0]; i++) {
        double back;
        tw_buf_f64(&out, d[i]);
        CHECK(tw_str_f64(tw_buf_view(&out), &back) == TW_OK && back == d[i]);
        tw_buf_clear(&out);
    }
    const float f[] = {0.1F, 16777216.0F, 3.4028235e38F, 1e-45F, -1.0F / 3};
    for (size_t i = 0; i < sizeof f / sizeof f[0]; i++) {
        double back;
        tw_buf_f32(&out, f[i]);
        CHECK(tw_str_f64(tw_buf_view(&out), &back) == TW_OK && (float)back == f[i]);
        tw_buf_clear(&out);
    }
    tw_buf_f64(&out, -0.0);
    tw_buf_char(&out, ' ');
    tw_buf_f64(&out, 0.1);
    tw_buf_char(&out, ' ');
    tw_buf_f32(&out, 0.1F);
    tw_buf_char(&out, ' ');
    tw_buf_f64(&out, (double)NAN);
    tw_buf_f32(&out, -INFINITY);
    CHECK(is("0 0.1 0.1 nullnull"));
}

static void fixed_rounds_half_away_from_zero(void)
{
    tw_buf_fixed(&out, 0.125, 2);
    tw_buf_char(&out, ' ');
    tw_buf_fixed(&out, -2.5, 0);
    tw_buf_char(&out, ' ');
    tw_buf_fixed(&out, 1e18, 2);
    tw_buf_char(&out, ' ');
    tw_buf_fixed(&out, 7, 12); /* nine digits at the most */
    tw_buf_char(&out, ' ');
    tw_buf_fixed(&out, (double)INFINITY, 2);
    CHECK(is("0.13 -3 1000000000000000000.00 7.000000000 null"));
    tw_buf_fixed(&out, -0.001, 2); /* no minus before nothing */
    CHECK(is("0.00"));
}

static void bytes_as_hex(void)
{
    const uint8_t b[] = {0, 0x0f, 0xa0, 0xff};
    tw_buf_hex(&out, b, sizeof b);
    CHECK(is("000fa0ff"));
}

static void a_ceiling_sticks_until_cleared(void)
{
    struct tw_buf b = {.max = 8};
    tw_buf_text(&b, "12345678");
    CHECK(!b.failed && b.n == 8);
    tw_buf_char(&b, '9');
    CHECK(b.failed && b.n == 8);
    tw_buf_text(&b, "");
    tw_buf_char(&b, 'x');
    CHECK(b.n == 8);
    tw_buf_clear(&b);
    tw_buf_text(&b, "ok");
    CHECK(!b.failed && b.n == 2);
    tw_buf_free(&b);
    CHECK(b.p == NULL && b.n == 0 && b.max == 8);
}

static bool grouped(double v, unsigned digits, const char *want)
{
    TW_SCOPED_BUF b = {0};
    tw_buf_char(&b, '<'); /* what stands before is left alone */
    tw_buf_grouped(&b, v, digits);
    return tw_str_is((struct tw_str){b.p + 1, b.n - 1}, want);
}

static void sets_thousands_apart(void)
{
    CHECK(grouped(0, 0, "0") && grouped(999, 0, "999") && grouped(1000, 0, "1,000"));
    CHECK(grouped(1240.5, 2, "1,240.50") && grouped(-1234567.891, 1, "-1,234,567.9"));
    CHECK(grouped(-999, 0, "-999") && grouped(999999.5, 0, "1,000,000") && grouped(0.0412, 4, "0.0412"));
    CHECK(grouped((double)NAN, 2, "null") && grouped(123456789012.0, 0, "123,456,789,012"));
}

static void grouping_stays_within_the_ceiling(void)
{
    char room[8];
    struct tw_buf b = {.p = room, .cap = sizeof room, .max = sizeof room};
    tw_buf_grouped(&b, 1234567, 0); /* nine characters */
    CHECK(b.failed && b.p == room && b.n <= sizeof room);
    tw_buf_clear(&b);
    tw_buf_grouped(&b, 123456, 0);
    CHECK(!b.failed && tw_str_is(tw_buf_view(&b), "123,456"));
}

static tw_err grow(void)
{
    TW_SCOPED_BUF b = {0};
    for (int i = 0; i < 2000; i++) tw_buf_char(&b, 'x');
    if (b.failed) return TW_NOMEM;
    return b.n == 2000 ? TW_OK : TW_INTERNAL;
}

static void out_of_memory_is_told_at_the_end(void)
{
    CHECK(fault_each_allocation(grow) > 3);
}

/* The shortest of printf's texts that reads back. */
static void shortest(char text[40], double v, bool single)
{
    for (int n = single ? 6 : 15; n <= (single ? 9 : 17); n++) {
        snprintf(text, 40, "%.*g", n, v);
        bool back = single ? strtof(text, NULL) == (float)v && (float)strtod(text, NULL) == (float)v
                           : strtod(text, NULL) == v;
        if (back) return;
    }
}

static void check_shortest(double v)
{
    char want[40];
    if (v != floor(v) || fabs(v) >= 1e15) {
        tw_buf_f64(&out, v);
        shortest(want, v, false);
        CHECK(is(want));
    }
    if (!isfinite((float)v)) return;
    tw_buf_f32(&out, (float)v);
    shortest(want, (double)(float)v, true);
    CHECK(is(want));
}

static void finds_the_shortest_text_as_printf_would(void)
{
    struct tw_rng r = tw_rng_new(7, "buf");
    for (int i = 0; i < 20000; i++) {
        uint64_t raw = tw_rng_u64(&r);
        double v;
        memcpy(&v, &raw, sizeof v); /* any double */
        if (isfinite(v)) check_shortest(v);
        const double decimals = (double)(raw >> 40) / (i % 2 == 0 ? 1e3 : 1e7);
        check_shortest(decimals * (i % 3 == 0 ? -1 : 1)); /* few digits */
        check_shortest((tw_rng_unit(&r) - 0.5) * (double)((uint64_t)1 << (i % 50)) / 1e5);
        check_shortest((double)((float)decimals + (float)(raw & 1) * 1e-7F));
        check_shortest((double)(raw >> 41) / 16777216.0); /* many bits: ties of printf */
    }
    const double edges[] = {0.0001,   0.00099999999, 1e-5, 999999.5,          999999.94,   1e6,
                            99999.95, 0.5,           1e14, 123456789012345.6, 9.9999995e-5};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) check_shortest(edges[i]);
}

int main(void)
{
    RUN(pieces_join);
    RUN(whole_numbers_to_their_ends);
    RUN(decimals_keep_their_digits);
    RUN(doubles_and_floats_read_back_the_same);
    RUN(fixed_rounds_half_away_from_zero);
    RUN(bytes_as_hex);
    RUN(a_ceiling_sticks_until_cleared);
    RUN(sets_thousands_apart);
    RUN(grouping_stays_within_the_ceiling);
    RUN(out_of_memory_is_told_at_the_end);
    tw_buf_free(&out);
    RUN(finds_the_shortest_text_as_printf_would);
    return DONE();
}
