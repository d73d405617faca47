/* SPDX-License-Identifier: Apache-2.0 */
/* signer/secrets_priv.h -- the two secrets, and what is made with them.
 *
 * In : 32 bytes that signatures are made with, 32 bytes that the keys of the days come from.
 * Out: signatures, commitments, draws, and on demand the key of a day. Never one of the two.
 * Not: whether anyone may have them (signer/service_priv.h).
 *
 * They lie on pages of their own that are never swapped out and stand in no core file, and are wiped at the
 * end.
 */
#ifndef TW_SIGNER_SECRETS_PRIV_H
#define TW_SIGNER_SECRETS_PRIV_H

#include "audit/ed25519.h"
#include "base/hash.h"
#include "base/str.h"

struct signer_secrets {
    uint8_t seed[TW_ED25519_SEED];
    uint8_t days[TW_SHA256_BYTES]; /* the keys of the days come from it */
    int32_t day;                   /* of `key`; INT32_MIN = of none */
    struct tw_hmac_key key;
};

/* Empty ones. TW_UNAVAILABLE  the memory cannot be locked; the note says what to do */
tw_err signer_secrets_new(struct signer_secrets **ret, struct tw_fault *fault) TW_MUST_CHECK;
void signer_secrets_free(struct signer_secrets *s); /* takes NULL */
static inline void signer_secrets_freep(struct signer_secrets **s)
{
    signer_secrets_free(*s);
}

/* HMAC-SHA256(days, the day as 2026-11-23), as engine/draws.h has it. */
void signer_day_key(const struct signer_secrets *s, int32_t day, uint8_t ret[TW_SHA256_BYTES]);
/* SHA-256 of that. */
void signer_day_sum(const struct signer_secrets *s, int32_t day, uint8_t ret[TW_SHA256_BYTES]);
/* The first 64 bits, big-endian, of HMAC-SHA256(key of the day, number), as channel/channel.h has it. */
uint64_t signer_draw(struct signer_secrets *s, int32_t day, struct tw_str number);

#endif
