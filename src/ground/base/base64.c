/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void tw_buf_base64(struct tw_buf *b, const void *p, size_t n)
{
    const unsigned char *at = p;
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i < 3 ? n - i : 3;
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++) v = v << 8 | (k < left ? at[i + k] : 0u);
        for (size_t k = 0; k < 4; k++) tw_buf_put(b, k <= left ? &digit[v >> (18 - 6 * k) & 63] : "=", 1);
    }
}

/* -1 = none */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, of which `pads` at the end stand for nothing. */
static bool take_four(const char *s, size_t pads, struct tw_buf *ret)
{
    uint32_t v = 0;
    for (size_t k = 0; k < 4 - pads; k++) {
        const int six = value_of(s[k]);
        if (six < 0) return false;
        v = v << 6 | (uint32_t)six;
    }
    v <<= 6 * pads;
    if ((v & ((1u << (8 * pads)) - 1)) != 0) return false;
    for (size_t k = 0; k < 3 - pads; k++) tw_buf_char(ret, (char)(v >> (16 - 8 * k) & 0xff));
    return true;
}

tw_err tw_base64_read(struct tw_str text, struct tw_buf *ret)
{
    const size_t before = ret->n;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t pads = 0;
        if (i + 4 == text.n) pads = text.s[i + 3] != '=' ? 0 : text.s[i + 2] != '=' ? 1 : 2;
        if (text.n - i < 4 || !take_four(text.s + i, pads, ret)) {
            ret->n = before;
            return TW_FORMAT;
        }
    }
    return ret->failed ? TW_NOMEM : TW_OK;
}
