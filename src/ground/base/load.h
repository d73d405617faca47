/* SPDX-License-Identifier: Apache-2.0 */
/* base/load.h -- a few bytes at once, as a number.
 *
 * In : bytes.
 * Out: a number whose lowest byte is the first, on every machine.
 * Not: a byte beyond those named.
 */
#ifndef TW_BASE_LOAD_H
#define TW_BASE_LOAD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t tw_load8(const void *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

static inline uint64_t tw_load4(const void *p)
{
    uint32_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap32(w);
#endif
    return w;
}

/* n bytes, 1 <= n <= 8; no loop, so that n need not be guessed: what is loaded twice is the same both times.
 */
static inline uint64_t tw_load_some(const void *p, size_t n)
{
    const unsigned char *s = p;
    if (n == 8) return tw_load8(s);
    if (n >= 4) return tw_load4(s) | tw_load4(s + n - 4) << 8 * (n - 4);
    return (uint64_t)s[0] | (uint64_t)s[n / 2] << 8 * (n / 2) | (uint64_t)s[n - 1] << 8 * (n - 1);
}

#endif
