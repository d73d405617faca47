/* SPDX-License-Identifier: Apache-2.0 */
/* audit/ed25519.h -- signatures, by libsodium.
 *
 * In : secret seeds that somebody else drew, messages, public keys.
 * Out: signatures; whether one holds. Not: chance, files, formats (audit/ssh.h), who a key belongs to.
 *
 * Source: RFC 8032. What holds is decided strictly: keys and points of small order, keys that are written in
 * another way and signatures that are not reduced never hold, so a signature cannot be changed into another.
 */
#ifndef TW_AUDIT_ED25519_H
#define TW_AUDIT_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TW_ED25519_SEED = 32, TW_ED25519_KEY = 32, TW_ED25519_SIGNATURE = 64, TW_SHA512_BYTES = 64 };

/* The public key of a seed: 32 secret, unforeseeable bytes. */
void tw_ed25519_key(const uint8_t seed[TW_ED25519_SEED], uint8_t ret[TW_ED25519_KEY]);

/* Same seed and message, same signature. */
void tw_ed25519_sign(const uint8_t seed[TW_ED25519_SEED], const void *p, size_t n,
                     uint8_t ret[TW_ED25519_SIGNATURE]);

bool tw_ed25519_holds(const uint8_t key[TW_ED25519_KEY], const void *p, size_t n,
                      const uint8_t signature[TW_ED25519_SIGNATURE]);

void tw_sha512(const void *p, size_t n, uint8_t ret[TW_SHA512_BYTES]); /* FIPS 180-4 */

/* Overwrites what was secret, and is not optimised away. Takes NULL where n is 0. */
void tw_wipe(void *p, size_t n);

#endif
