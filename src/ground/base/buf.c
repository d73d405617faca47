/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void tw_buf_free(struct tw_buf *b)
{
    tw_free(b->p);
    *b = (struct tw_buf){.max = b->max};
}

void tw_buf_clear(struct tw_buf *b)
{
    b->n = 0;
    b->failed = false;
}

char *tw_buf_room(struct tw_buf *b, size_t n)
{
    if (b->failed) return NULL;
    if (b->cap - b->n >= n) return b->p + b->n;
    size_t need = b->n + n;
    size_t cap = b->cap < 256 ? 256 : b->cap + b->cap / 2;
    if (cap < need) cap = need;
    if (b->max != 0 && cap > b->max) cap = b->max;
    char *p = need < n || need > cap ? NULL : tw_realloc(b->p, cap, 1);
    if (p == NULL) {
        b->failed = true;
        return NULL;
    }
    b->p = p;
    b->cap = cap;
    return p + b->n;
}

void tw_buf_text(struct tw_buf *b, const char *z)
{
    tw_buf_put(b, z, strlen(z));
}

void tw_buf_str(struct tw_buf *b, struct tw_str s)
{
    tw_buf_put(b, s.s, s.n);
}

void tw_buf_printf(struct tw_buf *b, const char *fmt, ...)
{
    va_list ap;
    char small[256];
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if ((size_t)n < sizeof small) {
        tw_buf_put(b, small, (size_t)n);
        return;
    }
    char *at = tw_buf_room(b, (size_t)n + 1);
    if (at == NULL) return;
    va_start(ap, fmt);
    vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

enum { U64_DIGITS = 20 };

/* Digits of v, right-aligned in text[U64_DIGITS]; returns where they begin. */
static size_t digits(uint64_t v, char text[U64_DIGITS])
{
    size_t at = U64_DIGITS;
    do {
        text[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    return at;
}

void tw_buf_u64(struct tw_buf *b, uint64_t v)
{
    char text[U64_DIGITS];
    size_t at = digits(v, text);
    tw_buf_put(b, text + at, U64_DIGITS - at);
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void tw_buf_i64(struct tw_buf *b, int64_t v)
{
    if (v < 0) tw_buf_char(b, '-');
    tw_buf_u64(b, magnitude(v));
}

void tw_buf_dec(struct tw_buf *b, int64_t v, unsigned scale)
{
    char text[U64_DIGITS], out[64];
    size_t at = digits(magnitude(v), text), n = U64_DIGITS - at, len = 0;
    if (v < 0) out[len++] = '-';
    if (scale >= sizeof out - U64_DIGITS - 3) scale = 0; /* our own mistake: no caller has such a scale */
    size_t whole = n > scale ? n - scale : 0;
    if (whole == 0) out[len++] = '0';
    memcpy(out + len, text + at, whole);
    len += whole;
    if (scale > 0) {
        out[len++] = '.';
        for (size_t i = n; i < scale; i++) out[len++] = '0';
        memcpy(out + len, text + at + whole, n - whole);
        len += n - whole;
    }
    tw_buf_put(b, out, len);
}

static const double POW10[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* How many digits stand before the point; v >= 1e-4. 0 and less: zeros behind the point. */
static int magnitude10(double v)
{
    int e = -3;
    while (e <= 0 && v * POW10[-e] >= 1) e++;
    while (e > 0 && v >= POW10[e]) e++;
    return e;
}

static void put_short(struct tw_buf *b, bool minus, int64_t n, int decimals)
{
    while (decimals > 0 && n % 10 == 0) {
        n /= 10;
        decimals--;
    }
    tw_buf_dec(b, minus ? -n : n, (unsigned)decimals);
}

/* What has at most 15 digits is found without printf: an integer below 2^53 divided by a power of ten up to
 * 10^22 is the double nearest to that decimal (Clinger, How to read floating point numbers accurately, 1990),
 * and a decimal of 15 digits that reads back is the only one. */
static bool short_f64(struct tw_buf *b, double v)
{
    const double a = fabs(v);
    if (!(a >= 1e-4 && a < 1e15)) return false;
    const int decimals = 15 - magnitude10(a);
    if (decimals > 18) return false;
    const double n = floor(a * POW10[decimals] + 0.5);
    if (n / POW10[decimals] != a || n >= 0x1p53) return false;
    put_short(b, v < 0, (int64_t)n, decimals);
    return true;
}

void tw_buf_f64(struct tw_buf *b, double v)
{
    if (!isfinite(v)) {
        tw_buf_text(b, "null");
        return;
    }
    if (v == floor(v) && fabs(v) < 1e15) { /* most counts and amounts */
        if (v == 0) v = 0;
        tw_buf_i64(b, (int64_t)v);
        return;
    }
    if (short_f64(b, v)) return;
    char text[40];
    for (int n = 15; n <= 17; n++) {
        snprintf(text, sizeof text, "%.*g", n, v);
        if (strtod(text, NULL) == v) break;
    }
    tw_buf_text(b, text);
}

/* A float times a power of ten up to 10^12 is exact in double (24 bits and 5^12 < 2^28), so it is rounded as
 * printf does, half to even; the quotient is the double nearest to the decimal. Where that double lies
 * half-way between two floats, reading it as a float at once might differ: those are left to printf. */
static bool short_f32(struct tw_buf *b, float v)
{
    const double a = fabs((double)v);
    if (a == 0 && !signbit(v)) {
        tw_buf_char(b, '0');
        return true;
    }
    if (!(a >= 1e-4 && a < 1e6)) return false;
    const int e = magnitude10(a);
    for (int digits = 6; digits <= 9; digits++) {
        const int decimals = digits - e;
        const double exact = a * POW10[decimals], down = floor(exact), rest = exact - down;
        const double n = rest > 0.5 || (rest == 0.5 && ((int64_t)down & 1) != 0) ? down + 1 : down;
        const double q = n / POW10[decimals];
        uint64_t bits;
        memcpy(&bits, &q, sizeof bits);
        if ((bits & 0x1fffffff) == 0x10000000) return false;
        if ((double)(float)q != a) continue;
        put_short(b, v < 0, (int64_t)n, decimals);
        return true;
    }
    return false;
}

void tw_buf_f32(struct tw_buf *b, float v)
{
    if (!isfinite(v)) {
        tw_buf_text(b, "null");
        return;
    }
    if (short_f32(b, v)) return;
    char text[40];
    for (int n = 6; n <= 9; n++) {
        snprintf(text, sizeof text, "%.*g", n, (double)v);
        /* read as a float, or as a double and rounded: many readers know doubles only */
        if (strtof(text, NULL) == v && (float)strtod(text, NULL) == v) break;
    }
    tw_buf_text(b, text);
}

void tw_buf_fixed(struct tw_buf *b, double v, unsigned digits_n)
{
    static const double pow10[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    if (!isfinite(v)) {
        tw_buf_text(b, "null");
        return;
    }
    if (digits_n > 9) digits_n = 9;
    double scaled = floor(fabs(v) * pow10[digits_n] + 0.5);
    if (scaled >= 9e18) {
        tw_buf_printf(b, "%.*f", (int)digits_n, v);
        return;
    }
    int64_t whole = (int64_t)scaled;
    tw_buf_dec(b, v < 0 ? -whole : whole, digits_n);
}

void tw_buf_grouped(struct tw_buf *b, double v, unsigned digits_n)
{
    const size_t from = b->n;
    tw_buf_fixed(b, v, digits_n);
    if (b->failed || !isfinite(v)) return;
    size_t first = from + (b->p[from] == '-'), end = first; /* the whole part: [first, end) */
    while (end < b->n && b->p[end] != '.') end++;
    for (size_t at = end; at > first + 3;) {
        at -= 3;
        tw_buf_char(b, ','); /* makes room; the tail moves over it */
        if (b->failed) return;
        memmove(b->p + at + 1, b->p + at, b->n - 1 - at);
        b->p[at] = ',';
    }
}

void tw_buf_hex(struct tw_buf *b, const uint8_t *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    char *at = n > 0 ? tw_buf_room(b, 2 * n) : NULL;
    if (at == NULL) return;
    for (size_t i = 0; i < n; i++) {
        at[2 * i] = hex[p[i] >> 4];
        at[2 * i + 1] = hex[p[i] & 15];
    }
    b->n += 2 * n;
}
