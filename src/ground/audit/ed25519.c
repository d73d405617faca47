/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that names libsodium. What is called here draws no randomness and keeps no state, so that
 * sodium_init(), which chooses among sources and faster ways of other functions, is not needed. Of what is
 * called only verification can fail. */
#include "audit/ed25519.h"
#include "audit/seal.h"

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

/* -- sealing (audit/seal.h) */

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == TW_SEAL_KEY, "a key has 32 bytes");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == TW_SEAL_NONCE, "a nonce has 24 bytes");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TW_SEAL_MORE - TW_SEAL_NONCE,
               "a tag has 16 bytes");

void tw_seal(const uint8_t key[TW_SEAL_KEY], const uint8_t nonce[TW_SEAL_NONCE], struct tw_str of,
             struct tw_str plain, struct tw_buf *out)
{
    tw_buf_put(out, nonce, TW_SEAL_NONCE);
    const size_t n = plain.n + TW_SEAL_MORE - TW_SEAL_NONCE;
    uint8_t *at = (uint8_t *)tw_buf_room(out, n);
    if (at == NULL) return;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(at, NULL, (const uint8_t *)plain.s, plain.n,
                                                     (const uint8_t *)of.s, of.n, NULL, nonce, key);
    out->n += n;
}

tw_err tw_unseal(const uint8_t key[TW_SEAL_KEY], struct tw_str of, struct tw_str sealed, struct tw_buf *out,
                 struct tw_fault *fault)
{
    if (sealed.n < TW_SEAL_MORE) return tw_fail(fault, TW_CONFLICT, "this was not sealed, or it was cut off");
    const uint8_t *nonce = (const uint8_t *)sealed.s;
    const size_t n = sealed.n - TW_SEAL_MORE;
    uint8_t *at = (uint8_t *)tw_buf_room(out, n + 1); /* room for nothing may be none */
    if (at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(at, NULL, NULL, nonce + TW_SEAL_NONCE,
                                                   sealed.n - TW_SEAL_NONCE, (const uint8_t *)of.s, of.n,
                                                   nonce, key) != 0)
        return tw_fail(fault, TW_CONFLICT,
                       "what was sealed cannot be opened: by another key, or it was changed");
    out->n += n;
    return TW_OK;
}
