/* SPDX-License-Identifier: Apache-2.0 */
#include "base/decimal.h"

#include <math.h>

#include "base/load.h"

static const int64_t pow10_i64[19] = {1,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000};

static tw_err not_a_number(struct tw_str text, struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "'%.40s' is not a number; digits with at most one decimal point are allowed",
                   text.n > 0 && text.n < 40 ? text.s : "this");
}

static const uint64_t zeros = 0x3030303030303030u; /* eight times '0' */

/* Bit 7 of each byte of `d` that is above 9, and perhaps of bytes behind the first such. */
static inline uint64_t above_nine(uint64_t d)
{
    return (d | (d + 0x7676767676767676u)) & 0x8080808080808080u;
}

/* Eight digits, 0..9 each, the first in the lowest byte: neighbours are joined to pairs, pairs to fours,
 * fours to eight. */
static inline uint64_t join_digits(uint64_t d)
{
    d = d * 10 + (d >> 8);
    return ((d & 0x000000ff000000ffu) * (100 + ((uint64_t)1000000 << 32)) +
            (d >> 16 & 0x000000ff000000ffu) * (1 + ((uint64_t)10000 << 32))) >>
           32;
}

/* Digits, at most 16, with at most one point among the last eight bytes: what nearly every number in a
 * declaration is. False = look closer. */
static inline bool parse_usual(struct tw_str text, struct tw_dec *ret)
{
    const size_t n = text.n;
    uint64_t last,
        first = 0; /* the last eight bytes less '0' each, and those before them; 0 where there is none */
    if (n - 1 < 8) {
        last = (tw_load_some(text.s, n) ^ zeros) << 8 * (8 - n);
    } else if (n - 9 < 8) {
        last = tw_load8(text.s + n - 8) ^ zeros;
        first = (tw_load8(text.s) ^ zeros) << 8 * (16 - n);
        if (above_nine(first) != 0) return false;
    } else {
        return false;
    }
    const uint64_t odd = above_nine(last);
    unsigned scale = 0;
    if (odd != 0) { /* what stands before a point moves up by one */
        const unsigned at = (unsigned)__builtin_ctzll(odd) - 7;
        const uint64_t behind = ~(uint64_t)0xff << at;
        if ((odd & (odd - 1)) != 0 || (last >> at & 0xff) != ('.' ^ '0') || n == 1) return false;
        last = (last & behind) | (last << 8 & ~behind) | first >> 56;
        first <<= 8;
        scale = 7 - at / 8;
    }
    uint64_t v = join_digits(last);
    if (n > 8) v += join_digits(first) * 100000000;
    *ret = (struct tw_dec){(int64_t)v, (uint8_t)scale, true};
    return true;
}

static __attribute__((noinline)) tw_err parse_any(struct tw_str text, struct tw_dec *ret,
                                                  struct tw_fault *fault)
{
    char shown[41];
    size_t shown_n = text.n < sizeof shown - 1 ? text.n : sizeof shown - 1;
    size_t i = 0;
    bool minus = false, any = false, point = false;
    uint64_t v = 0;
    unsigned scale = 0;
    if (text.n > 0 && (text.s[0] == '-' || text.s[0] == '+')) {
        minus = text.s[0] == '-';
        i = 1;
    }
    for (; i < text.n; i++) {
        unsigned digit = (unsigned)(unsigned char)text.s[i] - '0';
        if (digit <= 9) {
            any = true;
            if (point && scale == TW_DEC_SCALE_MAX) {
                if (digit != 0) goto too_fine;
                continue;
            }
            if (v > ((uint64_t)INT64_MAX - digit) / 10) goto too_large;
            v = v * 10 + digit;
            scale += point;
        } else if (text.s[i] == '.' && !point) {
            point = true;
        } else {
            goto no_number;
        }
    }
    if (!any) goto no_number;
    *ret = (struct tw_dec){minus ? -(int64_t)v : (int64_t)v, (uint8_t)scale, true};
    return TW_OK;

too_fine:
    return tw_fail(fault, TW_RANGE, "more than %d decimals; round to %d", TW_DEC_SCALE_MAX, TW_DEC_SCALE_MAX);
too_large:
    return tw_fail(fault, TW_RANGE,
                   "the number is too large; about 922 million million at 4 decimals is the most");
no_number:
    memcpy(shown, text.s != NULL ? text.s : "", shown_n);
    shown[shown_n] = '\0';
    return not_a_number((struct tw_str){shown, shown_n}, fault);
}

tw_err tw_dec_parse(struct tw_str text, struct tw_dec *ret, struct tw_fault *fault)
{
    return parse_usual(text, ret) ? TW_OK : parse_any(text, ret, fault);
}

/* a / den rounded half to even; den > 0. */
static __int128 round_div(__int128 a, __int128 den)
{
    bool minus = a < 0;
    unsigned __int128 u = minus ? -(unsigned __int128)a : (unsigned __int128)a, d = (unsigned __int128)den;
    unsigned __int128 q = u / d, twice = (u % d) * 2;
    if (twice > d || (twice == d && (q & 1) != 0)) q++;
    return minus ? -(__int128)q : (__int128)q;
}

static tw_err fit(__int128 v, uint8_t scale, struct tw_dec *ret)
{
    if (v > INT64_MAX || v < INT64_MIN) return TW_RANGE;
    *ret = (struct tw_dec){(int64_t)v, scale, true};
    return TW_OK;
}

tw_err tw_dec_rescale(struct tw_dec a, uint8_t scale, struct tw_dec *ret)
{
    if (!a.set || scale > TW_DEC_SCALE_MAX) return TW_RANGE;
    __int128 v = a.v;
    if (scale >= a.scale) return fit(v * pow10_i64[scale - a.scale], scale, ret);
    return fit(round_div(v, pow10_i64[a.scale - scale]), scale, ret);
}

tw_err tw_dec_add(struct tw_dec a, struct tw_dec b, struct tw_dec *ret)
{
    if (!a.set || !b.set) return TW_RANGE;
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    return fit((__int128)a.v * pow10_i64[scale - a.scale] + (__int128)b.v * pow10_i64[scale - b.scale], scale,
               ret);
}

tw_err tw_dec_mul(struct tw_dec a, struct tw_dec b, uint8_t scale, struct tw_dec *ret)
{
    if (!a.set || !b.set || scale > TW_DEC_SCALE_MAX) return TW_RANGE;
    __int128 v = (__int128)a.v * b.v;
    int down = a.scale + b.scale - scale;
    if (down >= 0) return fit(round_div(v, pow10_i64[down]), scale, ret);
    if (__builtin_mul_overflow(v, (__int128)pow10_i64[-down], &v)) return TW_RANGE;
    return fit(v, scale, ret);
}

tw_err tw_dec_div(struct tw_dec a, struct tw_dec b, uint8_t scale, struct tw_dec *ret)
{
    if (!a.set || !b.set || b.v == 0 || scale > TW_DEC_SCALE_MAX) return TW_RANGE;
    /* a.v / 10^sa / (b.v / 10^sb) * 10^scale = a.v * 10^(sb + scale) / (b.v * 10^sa); 2^63 * 10^18 < 2^127 */
    __int128 num = a.v, den = b.v;
    if (den < 0) {
        num = -num;
        den = -den;
    }
    num *= (__int128)pow10_i64[b.scale] * pow10_i64[scale];
    return fit(round_div(num, den * pow10_i64[a.scale]), scale, ret);
}

int tw_dec_cmp(struct tw_dec a, struct tw_dec b)
{
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    __int128 x = (__int128)a.v * pow10_i64[scale - a.scale], y = (__int128)b.v * pow10_i64[scale - b.scale];
    return (x > y) - (x < y);
}

double tw_dec_f64(struct tw_dec a)
{
    return a.set ? (double)a.v / (double)pow10_i64[a.scale] : (double)NAN;
}

tw_err tw_muldiv(int64_t a, int64_t num, int64_t den, int64_t *ret)
{
    if (den == 0) return TW_RANGE;
    __int128 v = (__int128)a * num, d = den;
    if (d < 0) {
        v = -v;
        d = -d;
    }
    v = round_div(v, d);
    if (v > INT64_MAX || v < INT64_MIN) return TW_RANGE;
    *ret = (int64_t)v;
    return TW_OK;
}
