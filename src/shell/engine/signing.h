/* SPDX-License-Identifier: Apache-2.0 */
/* engine/signing.h -- keys of those who sign, and their signatures beside a set.
 *
 * In : paths of a key, of a set, of the configuration that names signers.
 * Out: a pair of keys; a signature; a set with the signatures beside it.
 * Not: who may sign (criteria/signers.h); publishing (engine/published.h).
 */
#ifndef TW_ENGINE_SIGNING_H
#define TW_ENGINE_SIGNING_H

#include "criteria/signers.h"

enum {
    TW_SIGNERS_BYTES_MAX = 4 << 20,
    TW_SIGNATURE_BYTES_MAX = 4096,
    TW_PRIVATE_KEY_BYTES_MAX = 4096,
    TW_SIGNING_PATH_MAX = 4096
};

/* Draws a key, writes it to `path` with mode 0600 and its public half to PATH.pub, a line.
 * owner  stands in both as a comment; up to TW_SSH_COMMENT_MAX bytes
 * TW_CONFLICT  one of them stands there already; the errors of tw_secret_write and tw_file_out_* */
tw_err tw_signing_keygen(const char *path, struct tw_str owner, uint8_t ret[TW_ED25519_KEY],
                         struct tw_fault *fault) TW_MUST_CHECK;

/* The private key in a file. Wipe it when done. The errors of tw_secret_read and tw_ssh_private_read */
tw_err tw_signing_key(const char *path, struct tw_ssh_private *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The errors of tw_file_in_all and tw_signers_parse. */
tw_err tw_signing_signers(const char *path, struct tw_signers **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* SET.author.sig or SET.reviewer.sig; of a request REQUEST.asker.sig, REQUEST.confirmer.sig. TW_ARG (the path
 * is too long) */
tw_err tw_signing_path(const char *set, enum tw_signer_role role, char ret[TW_SIGNING_PATH_MAX],
                       struct tw_fault *fault) TW_MUST_CHECK;

/* What a set is read with (tw_criteria_parse). Nothing is owned; NULL = all defaults, no lists. */
struct tw_set_reading {
    const struct tw_criteria_limits *limits;
    const struct tw_watchlists *lists;
};

/* A set's file and the signatures beside it, read and parsed. */
struct tw_signed {
    struct tw_buf set_bytes, signature[TW_SIGNER_ROLES]; /* empty = there is none */
    struct tw_criteria *set;
};
/* The lists of `how` outlive *ret. On failure *ret is empty; fault->path tells which signature it is about,
 * where it is one. The errors of tw_file_in_all and tw_criteria_parse */
tw_err tw_signed_read(const char *path, const struct tw_set_reading *how, struct tw_signed *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;
void tw_signed_clear(struct tw_signed *s);
/* For judging; valid as long as `s`. day  as in struct tw_signed_case */
struct tw_signed_case tw_signed_case_of(const struct tw_signed *s, int32_t day);

/* Writes a signature of `set` by `key` beside its file, whole or not at all; an older one is replaced.
 * The errors of tw_signing_path and tw_file_out_* */
tw_err tw_signing_sign(const char *path, const struct tw_signed *set, enum tw_signer_role role,
                       const struct tw_ssh_private *key, struct tw_fault *fault) TW_MUST_CHECK;

/* The same of any bytes. */
tw_err tw_signing_sign_bytes(const char *path, struct tw_str bytes, enum tw_signer_role role,
                             const struct tw_ssh_private *key, struct tw_fault *fault) TW_MUST_CHECK;
/* Appends the signature that stands beside a file; none is no failure. */
tw_err tw_signing_signature(const char *of, enum tw_signer_role role, struct tw_buf *ret,
                            struct tw_fault *fault) TW_MUST_CHECK;

#endif
