/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/bits_priv.h -- which of a set's n criteria, by their numbers.
 *
 * A bit for each; behind them a bit for each word of these that has one, so that to go over the few that are
 * found is not to read the words of all.
 */
#ifndef TW_CRITERIA_BITS_PRIV_H
#define TW_CRITERIA_BITS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITS_NONE = UINT32_MAX };

static inline size_t bits_of_all(size_t n) /* words of the first kind */
{
    return n / 64 + 1;
}

static inline size_t bits_words(size_t n) /* of both; what is to be held, zeroed */
{
    return bits_of_all(n) + bits_of_all(n) / 64 + 1;
}

static inline bool bits_has(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

static inline void bits_put(uint64_t *bits, size_t n, size_t i)
{
    uint64_t *some = bits + bits_of_all(n);
    bits[i / 64] |= (uint64_t)1 << i % 64;
    some[i / 64 / 64] |= (uint64_t)1 << i / 64 % 64;
}

/* The first one at `from` or behind it, in `word`; BITS_NONE = there is none in this word. */
static inline uint32_t bits_in_word(const uint64_t *word, size_t from)
{
    const uint64_t left = word[from / 64] >> from % 64;
    return left != 0 ? (uint32_t)(from + (size_t)__builtin_ctzll(left)) : (uint32_t)BITS_NONE;
}

/* The first criterion that is in it, at `from` or behind it; BITS_NONE = no further one. from <= n */
static inline uint32_t bits_next(const uint64_t *bits, size_t n, size_t from)
{
    const size_t words = bits_of_all(n);
    const uint64_t *some = bits + words;
    uint32_t at = bits_in_word(bits, from);
    for (size_t w = from / 64 + 1; at == BITS_NONE && w < words; w = (w | 63) + 1) {
        const uint32_t word = bits_in_word(some, w);
        if (word != BITS_NONE) at = bits_in_word(bits, (size_t)word * 64);
    }
    return at;
}

/* Puts into `bits` what is in `more`. */
static inline void bits_join(uint64_t *bits, const uint64_t *more, size_t n)
{
    const size_t words = bits_of_all(n);
    const uint64_t *some = more + words;
    for (size_t s = 0; s < words / 64 + 1; s++) {
        bits[words + s] |= some[s];
        for (uint64_t left = some[s]; left != 0; left &= left - 1) {
            const size_t w = s * 64 + (size_t)__builtin_ctzll(left);
            bits[w] |= more[w];
        }
    }
}

#endif
