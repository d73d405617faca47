/* SPDX-License-Identifier: Apache-2.0 */
/* A multiply-and-fold hash over eight bytes at a time, read little-endian, with a full mixer at the end. It
 * is meant for tables in memory; nothing here withstands an attacker who chooses keys. */
#include "base/hash.h"

#include "base/load.h"

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t tw_hash64(const void *p, size_t n, uint64_t seed)
{
    const uint8_t *at = p;
    uint64_t h = seed ^ (0x9e3779b97f4a7c15u * (n + 1));
    size_t left = n;
    for (; left >= 8; left -= 8, at += 8)
        h = fold(h ^ tw_load8(at), 0xa0761d6478bd642fu) + 0xe7037ed1a0b428dbu;
    if (left > 0) h = fold(h ^ tw_load_some(at, left), 0x8ebc6af09c88c6e3u) + 0x589965cc75374cc3u;
    return tw_mix64(h);
}
