/* SPDX-License-Identifier: Apache-2.0 */
/* audit/ssh.h -- keys and signatures as OpenSSH writes them, so that anyone makes and checks them without us.
 *
 * In : what ssh-keygen wrote: a public key (one line), a private key (PEM), a signature (PEM).
 * Out: the same, written; whether a signature holds.
 * Not: other kinds of keys than Ed25519, keys with a passphrase, agents: these sign by ssh-keygen itself.
 *
 * A signature is of bytes and of a purpose, a short text (ssh-keygen -Y sign -n PURPOSE): what was signed for
 * one purpose holds for no other, nor is it ever a log-in over SSH.
 *
 * Source: OpenSSH's PROTOCOL.sshsig and PROTOCOL.key; RFC 4253, section 6.6; RFC 8709, sections 4 and 6.
 */
#ifndef TW_AUDIT_SSH_H
#define TW_AUDIT_SSH_H

#include "audit/ed25519.h"
#include "base/buf.h"

enum { TW_SSH_PURPOSE_MAX = 64, TW_SSH_COMMENT_MAX = 256 }; /* bytes */

/* -- public keys: ssh-ed25519 BASE64 [COMMENT] */

/* TW_FORMAT  another kind of key, a private one, no key at all. TW_NOMEM */
tw_err tw_ssh_key_read(struct tw_str line, uint8_t ret[TW_ED25519_KEY], struct tw_fault *fault) TW_MUST_CHECK;

/* Appends the line, without its end. comment  absent = none; no line end in it */
void tw_ssh_key_put(const uint8_t key[TW_ED25519_KEY], struct tw_str comment, struct tw_buf *out);

/* Appends what ssh-keygen -l shows of it: SHA256:... */
void tw_ssh_fingerprint(const uint8_t key[TW_ED25519_KEY], struct tw_buf *out);

/* -- private keys: wipe them (tw_wipe) when done, and the texts they came from */

struct tw_ssh_private {
    uint8_t seed[TW_ED25519_SEED];
    uint8_t key[TW_ED25519_KEY]; /* public */
};

/* TW_FORMAT  no private key, another kind, one with a passphrase; the note says what to do. TW_NOMEM */
tw_err tw_ssh_private_read(struct tw_str text, struct tw_ssh_private *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Appends the file of a private key without a passphrase.
 * check    any number; it stands there twice
 * comment  up to TW_SSH_COMMENT_MAX bytes; with a longer one `out` fails */
void tw_ssh_private_put(const struct tw_ssh_private *key, uint32_t check, struct tw_str comment,
                        struct tw_buf *out);

/* -- signatures */

struct tw_ssh_signature {
    uint8_t key[TW_ED25519_KEY]; /* public, of who signed */
    uint8_t bytes[TW_ED25519_SIGNATURE];
    bool sha256;                          /* the message's sum is by SHA-256, else by SHA-512 */
    char purpose[TW_SSH_PURPOSE_MAX + 1]; /* what it says it was for */
};

/* Appends the file of a signature. purpose  1..TW_SSH_PURPOSE_MAX bytes; with a much longer one `out` fails
 */
void tw_ssh_sign(const struct tw_ssh_private *key, const char *purpose, struct tw_str message,
                 struct tw_buf *out);

/* TW_FORMAT  no signature, one by another kind of key, one with more in it. TW_NOMEM */
tw_err tw_ssh_signature_read(struct tw_str text, struct tw_ssh_signature *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Does it hold of this message for this purpose? Whose key it is by, and whether that may sign, others say.
 */
bool tw_ssh_signature_holds(const struct tw_ssh_signature *s, const char *purpose, struct tw_str message);

#endif
