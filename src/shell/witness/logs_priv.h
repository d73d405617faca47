/* SPDX-License-Identifier: Apache-2.0 */
/* witness/logs_priv.h -- the logs that are watched, and how far each has been seen.
 *
 * In : the file `logs`: a key a line, NAME+HASH+BASE64, whose name is the log's origin.
 * Out: the logs. One that has several keys has a line for each.
 * Not: files; remembering (witness/store_priv.h).
 */
#ifndef TW_WITNESS_LOGS_PRIV_H
#define TW_WITNESS_LOGS_PRIV_H

#include "audit/note.h"
#include "audit/tlog.h"

enum {
    WITNESS_LOGS_BYTES_MAX = 4 << 20,
    WITNESS_LOGS_MAX = 10000,
    WITNESS_KEYS_MAX = 4 /* of a log */
};

struct witness_log {
    struct tw_str origin;
    struct tw_note_key key[WITNESS_KEYS_MAX]; /* each of kind TW_NOTE_ED25519 */
    size_t n;
    uint64_t size; /* leaves, at the last checkpoint that was cosigned; 0 = none was */
    uint8_t root[TW_TLOG_HASH];
};

struct witness_logs {
    struct witness_log *log; /* owned; what it points to lies in the text it was read from */
    size_t n, cap;
};

/* Of no log has anything been seen. Empty lines and lines that begin with # say nothing.
 * TW_FORMAT, TW_CONFLICT, TW_LIMIT with the line at fault; TW_NOMEM */
tw_err witness_logs_parse(struct tw_str text, struct witness_logs *ret, struct tw_fault *fault) TW_MUST_CHECK;
void witness_logs_clear(struct witness_logs *logs);

/* NULL: not known. */
struct witness_log *witness_logs_find(const struct witness_logs *logs, struct tw_str origin);

#endif
