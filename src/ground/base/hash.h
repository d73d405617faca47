/* SPDX-License-Identifier: Apache-2.0 */
/* base/hash.h -- fast hashes for tables, SHA-256 for proofs.
 *
 * In : bytes.
 * Out: 64 bits for tables (same on every machine), 256 bits for identity.
 * Not: secrecy; the fast hash is no protection against chosen keys where memory is at stake.
 */
#ifndef TW_BASE_HASH_H
#define TW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Same value on every compiler and CPU. */
uint64_t tw_hash64(const void *p, size_t n, uint64_t seed);

/* A bijective mixer of 64 bits (splitmix64's finaliser). */
static inline uint64_t tw_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Order-dependent: joins two hashes into one. */
static inline uint64_t tw_hash_join(uint64_t a, uint64_t b)
{
    return tw_mix64(a * 0x9e3779b97f4a7c15u + b);
}

enum { TW_SHA256_BYTES = 32, TW_SHA256_HEX = 65 };

struct tw_sha256; /* running state, on the heap; from OpenSSL's libcrypto */

tw_err tw_sha256_new(struct tw_sha256 **ret) TW_MUST_CHECK; /* TW_NOMEM, TW_UNAVAILABLE */
void tw_sha256_free(struct tw_sha256 *s);
static inline void tw_sha256_freep(struct tw_sha256 **s)
{
    tw_sha256_free(*s);
}
void tw_sha256_add(struct tw_sha256 *s, const void *p, size_t n);
void tw_sha256_end(struct tw_sha256 *s, uint8_t ret[TW_SHA256_BYTES]); /* then only free */

/* All at once; the second of two pieces, one after the other. p may be NULL where n is 0 */
void tw_sha256(const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES]);
void tw_sha256_two(const void *a, size_t a_n, const void *b, size_t b_n, uint8_t ret[TW_SHA256_BYTES]);
void tw_hmac_sha256(const void *key, size_t key_n, const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES]);

/* The same with a key that serves many times: half the work. */
struct tw_hmac_key {
    uint32_t inner[8], outer[8]; /* states of SHA-256 behind the key's two blocks */
};
void tw_hmac_key_make(const void *key, size_t key_n, struct tw_hmac_key *ret);
void tw_hmac_by(const struct tw_hmac_key *key, const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES]);

void tw_sha256_hex(const uint8_t sum[TW_SHA256_BYTES], char ret[TW_SHA256_HEX]); /* NUL-terminated */

#endif
