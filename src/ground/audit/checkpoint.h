/* SPDX-License-Identifier: Apache-2.0 */
/* audit/checkpoint.h -- how large a log was and what its root, as the text that is signed.
 *
 * In : the text of a note. Out: origin, size, root. Not: signatures (audit/note.h).
 * Source: C2SP tlog-checkpoint.
 */
#ifndef TW_AUDIT_CHECKPOINT_H
#define TW_AUDIT_CHECKPOINT_H

#include "audit/tlog.h"

struct tw_checkpoint {
    struct tw_str origin; /* which log: TW_NOTE_NAME_MAX bytes at the most */
    uint64_t size;        /* leaves, up to 2^63 - 1 */
    uint8_t root[TW_TLOG_HASH];
    struct tw_str more; /* lines behind these, each with its line feed; absent as a rule */
};

/* TW_FORMAT with the line at fault. Lies in `text`. */
tw_err tw_checkpoint_read(struct tw_str text, struct tw_checkpoint *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_checkpoint_put(const struct tw_checkpoint *c, struct tw_buf *out);

/* A number without leading zeros, up to 2^63 - 1; false: it is none. */
bool tw_checkpoint_number(struct tw_str text, uint64_t *ret);
/* A hash in base64; false: it is none. */
bool tw_checkpoint_hash(struct tw_str text, uint8_t ret[TW_TLOG_HASH]);

#endif
