/* SPDX-License-Identifier: Apache-2.0 */
/* signer/store_priv.h -- a signer's directory: its keys, the last checkpoint it signed, its days.
 *
 * In : a directory (docs/formats/signer.md).
 * Out: what it holds, by one process at a time; signatures and days that are on the disk before they are
 * told. Not: what may be signed, shown or revealed (signer/service_priv.h).
 */
#ifndef TW_SIGNER_STORE_PRIV_H
#define TW_SIGNER_STORE_PRIV_H

#include "signer/days_priv.h"
#include "signer/secrets_priv.h"
#include "signer/settings_priv.h"

enum { SIGNER_ORIGIN_MAX = 128 };

struct signer_store {
    int dir, lock; /* -1 = not open */
    struct signer_settings settings;
    struct signer_secrets *secrets;
    char origin[SIGNER_ORIGIN_MAX + 1];
    uint8_t key[TW_ED25519_KEY];
    uint64_t size; /* of the log, at the last checkpoint that was signed */
    uint8_t root[TW_SHA256_BYTES];
    struct signer_days days;
};

/* Makes a directory with new keys, and appends the public one, a line.
 * TW_ARG  no such origin; the errors of signer_files_make and signer_file_replace */
tw_err signer_store_init(const char *path, struct tw_str origin, struct tw_buf *key, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Opens it for this process alone. *ret is to be closed also when this fails.
 * TW_CONFLICT  another process has it; the note has its pid
 * TW_NOTFOUND  a file is missing; TW_FORMAT  one is damaged; the errors of signer_files_open,
 * signer_file_read, signer_secrets_new and signer_settings_parse */
tw_err signer_store_open(const char *path, struct signer_store *ret, struct tw_fault *fault) TW_MUST_CHECK;
void signer_store_close(struct signer_store *s);

/* NAME+HASH+KEY. */
void signer_store_vkey(const struct signer_store *s, struct tw_buf *ret);

/* Signs a checkpoint, writes it down and appends the signature, as behind the name in its line of a note. It
 * is the last one then. Where the writing fails, nothing is appended. The errors of signer_file_replace;
 * TW_NOMEM */
tw_err signer_store_sign(struct signer_store *s, uint64_t size, const uint8_t root[TW_SHA256_BYTES],
                         struct tw_buf *signature, struct tw_fault *fault) TW_MUST_CHECK;

/* Writes down what has become of a day. The errors of signer_file_replace; TW_NOMEM */
tw_err signer_store_day(struct signer_store *s, int32_t day, enum signer_day is, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
