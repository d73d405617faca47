/* SPDX-License-Identifier: Apache-2.0 */
/* signer/settings_priv.h -- what an operator may set.
 *
 * In : the bytes of signer.yaml (docs/formats/signer.md).
 * Out: limits, each within its range.
 * Not: files.
 */
#ifndef TW_SIGNER_SETTINGS_PRIV_H
#define TW_SIGNER_SETTINGS_PRIV_H

#include "base/err.h"
#include "base/str.h"

struct signer_settings {
    int64_t line_bytes;     /* longest line, without its line feed */
    int64_t batch;          /* most draws at once */
    int64_t connections;    /* at once */
    int64_t idle_s;         /* in which a connection must finish a request and take its answer */
    int64_t reveal_after_s; /* from the end of a day to its reveal */
    int64_t ahead_days;     /* draws may be of that many days after today */
    int64_t client_uid;     /* who may speak besides ourselves; -1 = nobody */
};

enum { SIGNER_SETTINGS_BYTES_MAX = 65536 };

struct signer_settings signer_defaults(void);

/* TW_FORMAT, TW_RANGE (with line and column), TW_LIMIT, TW_NOMEM */
tw_err signer_settings_parse(struct tw_str yaml, struct signer_settings *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
