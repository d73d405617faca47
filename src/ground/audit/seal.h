/* SPDX-License-Identifier: Apache-2.0 */
/* audit/seal.h -- bytes that only who has their key can read, and nobody can change unseen.
 *
 * In : a key, a nonce that somebody else drew, bytes, what they belong to.
 * Out: nonce and sealed bytes in one; the bytes again. Not: chance, keeping keys.
 *
 * XChaCha20-Poly1305 (libsodium, crypto_aead_xchacha20poly1305_ietf; draft-irtf-cfrg-xchacha): its nonces are
 * long enough to be drawn at random. Who destroys the key destroys what was sealed, in every copy.
 */
#ifndef TW_AUDIT_SEAL_H
#define TW_AUDIT_SEAL_H

#include "base/buf.h"

enum {
    TW_SEAL_KEY = 32,
    TW_SEAL_NONCE = 24,
    TW_SEAL_MORE = TW_SEAL_NONCE + 16 /* sealed is longer by so much */
};

/* Appends nonce and sealed bytes.
 * of  what they belong to: opening with another fails, so that nothing sealed can be put in another's place
 */
void tw_seal(const uint8_t key[TW_SEAL_KEY], const uint8_t nonce[TW_SEAL_NONCE], struct tw_str of,
             struct tw_str plain, struct tw_buf *out);

/* Appends the bytes. TW_CONFLICT  another key, of something else, or changed; `out` is as before. TW_NOMEM */
tw_err tw_unseal(const uint8_t key[TW_SEAL_KEY], struct tw_str of, struct tw_str sealed, struct tw_buf *out,
                 struct tw_fault *fault) TW_MUST_CHECK;

#endif
