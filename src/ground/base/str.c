/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int tw_str_cmp(struct tw_str a, struct tw_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n > 0 ? memcmp(a.s, b.s, n) : 0;
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool tw_str_starts(struct tw_str a, struct tw_str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}

struct tw_str tw_str_cut(struct tw_str a, char sep, struct tw_str *rest)
{
    const char *at = a.n > 0 ? memchr(a.s, sep, a.n) : NULL;
    if (at == NULL) {
        *rest = (struct tw_str){NULL, 0};
        return a;
    }
    size_t n = (size_t)(at - a.s);
    *rest = (struct tw_str){at + 1, a.n - n - 1};
    return (struct tw_str){a.s, n};
}

tw_err tw_str_dup(struct tw_arena *arena, struct tw_str a, struct tw_str *ret)
{
    char *s = tw_arena_alloc(arena, a.n + 1);
    if (s == NULL) return TW_NOMEM;
    if (a.n > 0) memcpy(s, a.s, a.n);
    *ret = (struct tw_str){s, a.n};
    return TW_OK;
}

tw_err tw_str_i64(struct tw_str a, int64_t *ret)
{
    size_t i = a.n > 0 && (a.s[0] == '-' || a.s[0] == '+') ? 1 : 0;
    bool minus = i == 1 && a.s[0] == '-';
    if (i == a.n) return TW_FORMAT;
    int64_t v = 0;
    for (; i < a.n; i++) {
        if (a.s[i] < '0' || a.s[i] > '9') return TW_FORMAT;
        int digit = a.s[i] - '0';
        /* Negative inside: its range is the larger one. */
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v)) return TW_RANGE;
    }
    if (!minus && v == INT64_MIN) return TW_RANGE;
    *ret = minus ? v : -v;
    return TW_OK;
}

/* [+-] digits [. digits] [e [+-] digits], nothing else: no blanks, hexadecimals, infinities. */
static bool number_form(struct tw_str a)
{
    size_t i = 0, digits = 0;
    if (i < a.n && (a.s[i] == '-' || a.s[i] == '+')) i++;
    for (; i < a.n && a.s[i] >= '0' && a.s[i] <= '9'; i++) digits++;
    if (i < a.n && a.s[i] == '.')
        for (i++; i < a.n && a.s[i] >= '0' && a.s[i] <= '9'; i++) digits++;
    if (digits == 0) return false;
    if (i == a.n) return true;
    if (a.s[i] != 'e' && a.s[i] != 'E') return false;
    i++;
    if (i < a.n && (a.s[i] == '-' || a.s[i] == '+')) i++;
    size_t first = i;
    while (i < a.n && a.s[i] >= '0' && a.s[i] <= '9') i++;
    return i == a.n && i > first;
}

tw_err tw_str_f64(struct tw_str a, double *ret)
{
    char text[64];
    if (a.n >= sizeof text || !number_form(a)) return TW_FORMAT;
    memcpy(text, a.s, a.n);
    text[a.n] = '\0';
    double v = strtod(text, NULL);
    if (!isfinite(v)) return TW_RANGE;
    *ret = v;
    return TW_OK;
}

/* Length of the well-formed sequence at p, 0 when there is none. The second byte's range depends on the
 * first. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned char a = p[0];
    if (a < 0x80) return a != 0;
    size_t len = a >= 0xc2 && a <= 0xdf ? 2 : (a & 0xf0) == 0xe0 ? 3 : a >= 0xf0 && a <= 0xf4 ? 4 : 0;
    if (len == 0 || len > n) return 0;
    unsigned char lo = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;
    unsigned char hi = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < lo || p[1] > hi) return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return len;
}

bool tw_str_utf8(struct tw_str a, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)a.s;
    size_t i = 0;
    while (i < a.n) {
        while (a.n - i >= 8) { /* eight plain bytes at once: no high bit, no zero */
            uint64_t w;
            memcpy(&w, p + i, sizeof w);
            if (((w | (w - 0x0101010101010101u)) & 0x8080808080808080u) != 0) break;
            i += 8;
        }
        if (i == a.n) break;
        size_t len = utf8_sequence(p + i, a.n - i);
        if (len == 0) {
            if (bad != NULL) *bad = i;
            return false;
        }
        i += len;
    }
    return true;
}
