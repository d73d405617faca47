/* SPDX-License-Identifier: Apache-2.0 */
/* Each variant turns 64 bytes into a word with one bit per byte that means something; the places of the bits
 * are then written out, four at a time so that the loop has few branches to guess. The variants differ in
 * nothing but how the word is made.
 *
 * The AVX2 variant compares all four bytes at once: a shuffle looks up, by the low four bits of each byte,
 * the one byte with those low bits that means something; equal = it is that byte. Quote, CR, LF and the usual
 * separators (comma, semicolon, tab, bar) differ in their low four bits; for a separator that does not, four
 * compares it is. Source: Langdale and Lemire 2019, "Parsing Gigabytes of JSON per Second", section 3.1. */
#include "message/csv_scan_priv.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Written out, as compilers know it and make one instruction of it where there is one. */
static inline size_t count_bits(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (size_t)(x * 0x0101010101010101u >> 56);
}

/* Stores the places of the four lowest bits, of fewer with anything in the rest, and returns the other bits.
 */
static inline uint64_t write_four(uint64_t bits, size_t base, uint16_t *at)
{
    uint64_t four = 0;
    for (unsigned i = 0; i < 4; i++) {
        four |= (uint64_t)__builtin_ctzll(bits | (uint64_t)1 << 63) /* 0 has no ctz */
                << 16 * (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 3 - i : i);
        bits &= bits - 1;
    }
    four += base * 0x0001000100010001u;
    memcpy(at, &four, sizeof four);
    return bits;
}

/* Twelve at once, for which there is nothing to guess; few blocks have more. */
static inline size_t write_places(uint64_t bits, size_t base, uint16_t *at, size_t n)
{
    const size_t end = n + count_bits(bits);
    bits = write_four(bits, base, at + n);
    bits = write_four(bits, base, at + n + 4);
    bits = write_four(bits, base, at + n + 8);
    for (n += 12; n < end; n += 4) bits = write_four(bits, base, at + n);
    return end;
}

/* The bits of the first `left` bytes of a block. */
static inline uint64_t keep_first(size_t left)
{
    return left >= 64 ? UINT64_MAX : ((uint64_t)1 << left) - 1;
}

static const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

/* 0x80 in each byte of `word` that equals the byte of which `same` is eight copies; exact in every byte. */
static inline uint64_t bytes_equal(uint64_t word, uint64_t same)
{
    const uint64_t x = word ^ same;
    return ~((((x & ~highs) + ~highs) | x) | ~highs);
}

static size_t scan_portable(const unsigned char *p, size_t n, unsigned char separator, uint16_t *at,
                            bool *odd)
{
    size_t found = 0;
    uint64_t strange = 0;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t bits = 0;
        for (size_t k = 0; k < 64; k += 8) {
            uint64_t w;
            memcpy(&w, p + i + k, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
            w = __builtin_bswap64(w);
#endif
            const uint64_t hit = bytes_equal(w, ones * separator) | bytes_equal(w, ones * '"') |
                                 bytes_equal(w, ones * '\n') | bytes_equal(w, ones * '\r');
            bits |= ((hit >> 7) * 0x0102040810204080u >> 56) << k;
            strange |= (w & highs) | bytes_equal(w, 0);
        }
        found = write_places(bits & keep_first(n - i), i, at, found);
    }
    *odd = strange != 0;
    return found;
}

#if defined(__x86_64__)

static size_t scan_sse2(const unsigned char *p, size_t n, unsigned char separator, uint16_t *at, bool *odd)
{
    const __m128i sep = _mm_set1_epi8((char)separator), quote = _mm_set1_epi8('"'), lf = _mm_set1_epi8('\n'),
                  cr = _mm_set1_epi8('\r');
    __m128i high = _mm_setzero_si128(), low = _mm_set1_epi8(-1);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t bits = 0;
        for (size_t k = 0; k < 64; k += 16) {
            const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i + k));
            const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, sep), _mm_cmpeq_epi8(x, quote)),
                                             _mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, cr)));
            bits |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << k;
            high = _mm_or_si128(high, x);
            low = _mm_min_epu8(low, x);
        }
        found = write_places(bits & keep_first(n - i), i, at, found);
    }
    *odd = _mm_movemask_epi8(_mm_or_si128(high, _mm_cmpeq_epi8(low, _mm_setzero_si128()))) != 0;
    return found;
}

/* Bits of 32 bytes. `table` as told above; when `four` is set, `sep` is compared besides. */
__attribute__((target("avx2"))) static inline uint64_t hits_avx2(__m256i x, __m256i table, __m256i sep,
                                                                 bool four)
{
    __m256i hit = _mm256_cmpeq_epi8(x, _mm256_shuffle_epi8(table, x));
    if (four) hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(x, sep));
    return (uint64_t)(unsigned)_mm256_movemask_epi8(hit);
}

__attribute__((target("avx2,bmi,popcnt"))) static size_t
scan_avx2(const unsigned char *p, size_t n, unsigned char separator, uint16_t *at, bool *odd)
{
    /* A byte above 127 is looked up as 0, which it is not; an unused entry holds a byte with other low bits.
     */
    char low_bits[16] = {1, 0, '"', 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0};
    const bool four = low_bits[separator & 15] > 1;
    if (!four) low_bits[separator & 15] = (char)separator;
    const __m256i table =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)low_bits));
    const __m256i sep = _mm256_set1_epi8((char)separator);
    __m256i high = _mm256_setzero_si256(), low = _mm256_set1_epi8(-1);
    size_t found = 0;
    for (size_t i = 0; i < n; i += 64) {
        const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
        const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(p + i + 32));
        const uint64_t bits = hits_avx2(x, table, sep, four) | hits_avx2(y, table, sep, four) << 32;
        high = _mm256_or_si256(high, _mm256_or_si256(x, y));
        low = _mm256_min_epu8(low, _mm256_min_epu8(x, y));
        found = write_places(bits & keep_first(n - i), i, at, found);
    }
    *odd = _mm256_movemask_epi8(_mm256_or_si256(high, _mm256_cmpeq_epi8(low, _mm256_setzero_si256()))) != 0;
    return found;
}

csv_scan_fn *csv_scan_for(enum tw_csv_simd simd)
{
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
    if (simd == TW_CSV_PORTABLE) return scan_portable;
    if (simd == TW_CSV_SSE2) return scan_sse2;
    if (simd == TW_CSV_AVX2) return avx2 ? scan_avx2 : NULL;
    return avx2 ? scan_avx2 : scan_sse2;
}

#else

csv_scan_fn *csv_scan_for(enum tw_csv_simd simd)
{
    return simd == TW_CSV_PORTABLE || simd == TW_CSV_BEST ? scan_portable : NULL;
}

#endif
