/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that names libsodium. What is called here draws no randomness and keeps no state, so that
 * sodium_init(), which chooses among sources and faster ways of other functions, is not needed. Of what is
 * called only verification can fail. */
#include "audit/ed25519.h"

#include <sodium.h>

_Static_assert(crypto_sign_SEEDBYTES == TW_ED25519_SEED, "a seed has 32 bytes");
_Static_assert(crypto_sign_PUBLICKEYBYTES == TW_ED25519_KEY, "a public key has 32 bytes");
_Static_assert(crypto_sign_BYTES == TW_ED25519_SIGNATURE, "a signature has 64 bytes");
_Static_assert(crypto_hash_sha512_BYTES == TW_SHA512_BYTES, "a sum has 64 bytes");

void tw_ed25519_key(const uint8_t seed[TW_ED25519_SEED], uint8_t ret[TW_ED25519_KEY])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(ret, secret, seed);
    tw_wipe(secret, sizeof secret);
}

void tw_ed25519_sign(const uint8_t seed[TW_ED25519_SEED], const void *p, size_t n,
                     uint8_t ret[TW_ED25519_SIGNATURE])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES], key[TW_ED25519_KEY];
    (void)crypto_sign_seed_keypair(key, secret, seed);
    (void)crypto_sign_detached(ret, NULL, p, n, secret);
    tw_wipe(secret, sizeof secret);
}

bool tw_ed25519_holds(const uint8_t key[TW_ED25519_KEY], const void *p, size_t n,
                      const uint8_t signature[TW_ED25519_SIGNATURE])
{
    return crypto_sign_verify_detached(signature, p, n, key) == 0;
}

void tw_sha512(const void *p, size_t n, uint8_t ret[TW_SHA512_BYTES])
{
    (void)crypto_hash_sha512(ret, p, n);
}

void tw_wipe(void *p, size_t n)
{
    if (n > 0) sodium_memzero(p, n);
}
