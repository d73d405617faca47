/* SPDX-License-Identifier: Apache-2.0 */
/* signer/service_priv.h -- what a signer answers.
 *
 * In : one line of a client, the time.
 * Out: one line: ok and what was asked for, or no and why (docs/formats/signer.md).
 * Not: connections, and who may ask.
 *
 * What is refused here cannot be had of a signer by any means: that is what all else in this module serves.
 */
#ifndef TW_SIGNER_SERVICE_PRIV_H
#define TW_SIGNER_SERVICE_PRIV_H

#include "audit/tlog.h"
#include "signer/store_priv.h"

enum { SIGNER_PROTOCOL = 1, SIGNER_NUMBER_MAX = 64 };

/* The line that greets, with its line feed. */
void signer_greet(const struct signer_store *s, struct tw_buf *out);

/* Appends the answer with its line feed; out->failed = no memory for it.
 * line  without its line feed; any bytes
 * now   UTC seconds */
void signer_answer(struct signer_store *s, struct tw_str line, int64_t now, struct tw_buf *out);

/* Appends `no`, the error and the fault's note. */
void signer_refuse(const struct tw_fault *fault, struct tw_buf *out);

#endif
