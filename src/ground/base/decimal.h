/* SPDX-License-Identifier: Apache-2.0 */
/* base/decimal.h -- exact decimal numbers for money, masses, quantities and rates.
 *
 * In : text such as 1234.50
 * Out: an integer and a scale; exact sums, products and roundings of them.
 * Not: double, except where a statistic asks for one.
 */
#ifndef TW_BASE_DECIMAL_H
#define TW_BASE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { TW_DEC_SCALE_MAX = 9 };

/* v / 10^scale. */
struct tw_dec {
    int64_t v;
    uint8_t scale; /* 0..TW_DEC_SCALE_MAX */
    bool set;      /* false = absent; then v and scale are 0 */
};

/* An amount of money. */
struct tw_money {
    int64_t minor; /* minor units of the currency (cents; whole yen) */
    char cur[4];   /* ISO 4217, NUL-terminated; "" = absent */
};

/* Optional sign, digits, optionally '.' and digits; no exponent, no grouping, no blanks. Digits after the
 * ninth decimal are refused unless they are zeros. On failure `ret` is untouched.
 * TW_FORMAT  not a number
 * TW_RANGE   beyond +-INT64_MAX at its own scale, or too many decimals */
tw_err tw_dec_parse(struct tw_str text, struct tw_dec *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* `a` at another scale, rounded half to even. TW_RANGE */
tw_err tw_dec_rescale(struct tw_dec a, uint8_t scale, struct tw_dec *ret) TW_MUST_CHECK;

tw_err tw_dec_add(struct tw_dec a, struct tw_dec b, struct tw_dec *ret)
    TW_MUST_CHECK; /* larger scale. TW_RANGE */

/* a*b at `scale`, rounded half to even, 128 bits inside. TW_RANGE */
tw_err tw_dec_mul(struct tw_dec a, struct tw_dec b, uint8_t scale, struct tw_dec *ret) TW_MUST_CHECK;

/* a/b at `scale`, rounded half to even. TW_RANGE (also b == 0) */
tw_err tw_dec_div(struct tw_dec a, struct tw_dec b, uint8_t scale, struct tw_dec *ret) TW_MUST_CHECK;

int tw_dec_cmp(struct tw_dec a, struct tw_dec b); /* by value: 1.0 == 1.00 */

/* Nearest double: v / 10^scale in IEEE double. Absent gives NaN. */
double tw_dec_f64(struct tw_dec a);

/* a * num / den on int64 with 128 bits inside, rounded half to even. TW_RANGE (also den == 0) */
tw_err tw_muldiv(int64_t a, int64_t num, int64_t den, int64_t *ret) TW_MUST_CHECK;

#endif
