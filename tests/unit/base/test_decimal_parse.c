/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, dates and hashes are read eight bytes at a time; here they meet what reads one byte after another.
 * Each text lies in memory of just its size, so that AddressSanitizer sees a byte too many. */
#include "base/date.h"
#include "base/decimal.h"
#include "base/load.h"
#include "base/rng.h"
#include "check.h"

/* The rules of decimal.h, byte by byte. */
static bool plain_number(const char *s, size_t n, struct tw_dec *ret)
{
    const size_t sign = n > 0 && (s[0] == '-' || s[0] == '+');
    size_t digits = 0, points = 0, scale = 0;
    __int128 v = 0;
    for (size_t i = sign; i < n; i++) {
        if (s[i] == '.' && points == 0) {
            points = 1;
        } else if (s[i] >= '0' && s[i] <= '9') {
            digits++;
            if (points > 0 && scale == TW_DEC_SCALE_MAX && s[i] == '0') continue;
            scale += points;
            v = v * 10 + (s[i] - '0');
        } else {
            return false;
        }
    }
    if (digits == 0 || scale > TW_DEC_SCALE_MAX || v > INT64_MAX) return false;
    *ret = (struct tw_dec){(int64_t)(n > 0 && s[0] == '-' ? -v : v), (uint8_t)scale, true};
    return true;
}

static void check_number(const char *text, size_t n)
{
    char *exact = malloc(n + (n == 0));
    CHECK(exact != NULL);
    memcpy(exact, text, n);
    struct tw_dec want = {7, 7, false}, got = {7, 7, false};
    const bool good = plain_number(exact, n, &want);
    const tw_err err = tw_dec_parse((struct tw_str){exact, n}, &got, NULL);
    free(exact);
    CHECK(good == (err == TW_OK));
    CHECK(got.v == want.v && got.scale == want.scale && got.set == want.set);
}

static void a_number_read_at_once_is_the_number_read_digit_by_digit(void)
{
    static const char digits[] = "0123456789", any[] = "0123456789.....-+ ,xe\x80\xff\x1e\n";
    struct tw_rng rng = tw_rng_new(1, "numbers");
    char text[32];
    for (size_t n = 0; n <= 22; n++) {
        for (size_t point = 0; point <= n; point++) { /* point == n: none */
            for (size_t i = 0; i < n; i++) text[i] = digits[tw_rng_below(&rng, 10)];
            if (point < n) text[point] = '.';
            check_number(text, n);
            for (size_t second = 0; second < n; second++) { /* each other byte, anywhere */
                const char was = text[second];
                for (size_t k = 10; k < sizeof any - 1; k++) {
                    text[second] = any[k];
                    check_number(text, n);
                }
                text[second] = was;
            }
        }
        for (int k = 0; k < 5000; k++) {
            for (size_t i = 0; i < n; i++) text[i] = any[tw_rng_below(&rng, k % 2 ? sizeof any - 1 : 12)];
            check_number(text, n);
        }
    }
}

static void the_largest_numbers_keep_their_digits(void)
{
    static const char *const text[] = {"9999999999999999",   "999999999.9999999", "0000000000000001",
                                       "99999999.99999999",  "12345678.",         ".00000001",
                                       ".000000001",         "99999999",          "9223372036854775",
                                       "922337203685477580", "1.0000000000",      "0"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) check_number(text[i], strlen(text[i]));
    struct tw_dec d;
    CHECK(tw_dec_parse(TW_STR("999999999.9999999"), &d, NULL) == TW_OK && d.v == 9999999999999999 &&
          d.scale == 7);
}

/* A time in the usual form and the same one written otherwise, which takes the other way. */
static void a_usual_time_is_the_time_of_its_parts(void)
{
    struct tw_rng rng = tw_rng_new(2, "times");
    static const char any[] = "0123456789:-TZ +x\x80";
    int good_n = 0;
    for (int k = 0; k < 100000; k++) {
        char usual[21], other[24];
        snprintf(usual, sizeof usual, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)(1895 + tw_rng_below(&rng, 310)),
                 (int)tw_rng_below(&rng, 14), (int)tw_rng_below(&rng, 33), (int)tw_rng_below(&rng, 25),
                 (int)tw_rng_below(&rng, 61), (int)tw_rng_below(&rng, 62));
        if (k % 4 == 0) usual[tw_rng_below(&rng, 19)] = any[tw_rng_below(&rng, sizeof any - 1)];
        snprintf(other, sizeof other, "%.19s.0%c", usual, usual[19]);
        char *exact = malloc(20);
        CHECK(exact != NULL);
        memcpy(exact, usual, 20);
        int64_t a = -1, b = -1;
        const tw_err err = tw_time_parse((struct tw_str){exact, 20}, &a, NULL);
        free(exact);
        if (err == TW_OK) {
            good_n++;
            CHECK(tw_time_parse((struct tw_str){other, 22}, &b, NULL) == TW_OK && a == b);
        } else {
            CHECK(a == -1);
            CHECK(tw_time_parse((struct tw_str){other, 22}, &b, NULL) != TW_OK);
        }
    }
    CHECK(good_n > 30000);
}

static __attribute__((noinline)) void check_load(size_t n)
{
    unsigned char *exact = malloc(n);
    uint64_t want = 0;
    CHECK(exact != NULL);
    for (size_t i = 0; i < n; i++) {
        exact[i] = (unsigned char)(0xf1 + 7 * i);
        want |= (uint64_t)exact[i] << 8 * i;
    }
    CHECK(tw_load_some(exact, n) == want);
    if (n == 4) CHECK(tw_load4(exact) == want);
    if (n == 8) CHECK(tw_load8(exact) == want);
    free(exact);
}

static void bytes_are_loaded_first_byte_lowest(void)
{
    for (size_t n = 1; n <= 8; n++) check_load(n);
}

int main(void)
{
    RUN(a_number_read_at_once_is_the_number_read_digit_by_digit);
    RUN(the_largest_numbers_keep_their_digits);
    RUN(a_usual_time_is_the_time_of_its_parts);
    RUN(bytes_are_loaded_first_byte_lowest);
    return DONE();
}
