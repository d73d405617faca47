/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of base that names OpenSSL. The plain SHA256_* functions are old but take no locks and no
 * heap, which makes a short HMAC five times as fast as HMAC() of OpenSSL 3; every declaration needs one,
 * every criterion with a probability a sum, and every leaf of a log several. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct tw_sha256 {
    EVP_MD_CTX *ctx;
};

tw_err tw_sha256_new(struct tw_sha256 **ret)
{
    struct tw_sha256 *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return TW_NOMEM;
    s->ctx = EVP_MD_CTX_new();
    if (s->ctx == NULL || EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) != 1) {
        tw_sha256_free(s);
        return TW_UNAVAILABLE;
    }
    *ret = s;
    return TW_OK;
}

void tw_sha256_free(struct tw_sha256 *s)
{
    if (s == NULL) return;
    EVP_MD_CTX_free(s->ctx);
    tw_free(s);
}

/* A digest that fails half-way would be worse than none: libcrypto's SHA-256 fails only when misused by us.
 */
static void must(int ok)
{
    if (ok != 1) abort();
}

void tw_sha256_add(struct tw_sha256 *s, const void *p, size_t n)
{
    must(EVP_DigestUpdate(s->ctx, p, n));
}

void tw_sha256_end(struct tw_sha256 *s, uint8_t ret[TW_SHA256_BYTES])
{
    must(EVP_DigestFinal_ex(s->ctx, ret, NULL));
}

void tw_sha256(const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES])
{
    tw_sha256_two(p, n, NULL, 0, ret);
}

void tw_sha256_two(const void *a, size_t a_n, const void *b, size_t b_n, uint8_t ret[TW_SHA256_BYTES])
{
    SHA256_CTX ctx;
    must(SHA256_Init(&ctx));
    if (a_n > 0) must(SHA256_Update(&ctx, a, a_n));
    if (b_n > 0) must(SHA256_Update(&ctx, b, b_n));
    must(SHA256_Final(ret, &ctx));
}

_Static_assert(sizeof(((SHA256_CTX *)0)->h) == sizeof(((struct tw_hmac_key *)0)->inner),
               "a state has 8 words");

/* The state of SHA-256 behind one block. */
static void begin_with(const uint8_t block[SHA256_CBLOCK], uint32_t state[8])
{
    SHA256_CTX ctx;
    must(SHA256_Init(&ctx));
    must(SHA256_Update(&ctx, block, SHA256_CBLOCK));
    memcpy(state, ctx.h, sizeof ctx.h);
}

/* SHA-256 of the block behind which `state` is, and of what follows. */
static void go_on(const uint32_t state[8], const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES])
{
    SHA256_CTX ctx;
    must(SHA256_Init(&ctx));
    memcpy(ctx.h, state, sizeof ctx.h);
    ctx.Nl = SHA256_CBLOCK * 8; /* bits so far */
    if (n > 0) must(SHA256_Update(&ctx, p, n));
    must(SHA256_Final(ret, &ctx));
}

/* Source: RFC 2104, sections 2 and 4. */
void tw_hmac_key_make(const void *key, size_t key_n, struct tw_hmac_key *ret)
{
    uint8_t inner[SHA256_CBLOCK] = {0}, outer[SHA256_CBLOCK];
    if (key_n > sizeof inner)
        tw_sha256(key, key_n, inner);
    else if (key_n > 0)
        memcpy(inner, key, key_n);
    for (size_t i = 0; i < sizeof inner; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    begin_with(inner, ret->inner);
    begin_with(outer, ret->outer);
}

void tw_hmac_by(const struct tw_hmac_key *key, const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES])
{
    uint8_t sum[TW_SHA256_BYTES];
    go_on(key->inner, p, n, sum);
    go_on(key->outer, sum, sizeof sum, ret);
}

void tw_hmac_sha256(const void *key, size_t key_n, const void *p, size_t n, uint8_t ret[TW_SHA256_BYTES])
{
    struct tw_hmac_key k;
    tw_hmac_key_make(key, key_n, &k);
    tw_hmac_by(&k, p, n, ret);
}

void tw_sha256_hex(const uint8_t sum[TW_SHA256_BYTES], char ret[TW_SHA256_HEX])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < TW_SHA256_BYTES; i++) {
        ret[2 * i] = hex[sum[i] >> 4];
        ret[2 * i + 1] = hex[sum[i] & 15];
    }
    ret[TW_SHA256_HEX - 1] = '\0';
}
