/* SPDX-License-Identifier: Apache-2.0 */
/* witness/store_priv.h -- a witness's directory: its key, its logs, the last checkpoint of each.
 *
 * In : a directory (docs/formats/log.md).
 * Out: what it holds, by one process at a time; cosignatures of checkpoints that are on the disk before they
 *      are told.
 * Not: what may be cosigned (witness/service_priv.h).
 */
#ifndef TW_WITNESS_STORE_PRIV_H
#define TW_WITNESS_STORE_PRIV_H

#include "witness/logs_priv.h"
#include "witness/request_priv.h"
#include "witness/settings_priv.h"

struct witness_store {
    int dir, lock; /* -1 = not open */
    struct witness_settings settings;
    char name[TW_NOTE_NAME_MAX];
    struct tw_note_key key; /* its name lies in `name`: a store is not copied */
    uint8_t *seed;          /* on a page of its own that is never swapped out and stands in no core file */
    struct tw_buf text;     /* of the file `logs` */
    struct witness_logs logs;
};

/* Makes a directory with a new key, and appends the public one, a line.
 * TW_ARG  no such name; TW_UNAVAILABLE  no chance, or no memory that can be locked; the errors of
 * witness_files_make and witness_file_replace */
tw_err witness_store_init(const char *path, struct tw_str name, struct tw_buf *key, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Opens it for this process alone. *ret is to be closed also when this fails.
 * TW_CONFLICT  another process has it; the note has its pid
 * TW_NOTFOUND  a file is missing; TW_FORMAT  one is damaged; TW_UNAVAILABLE  as above; the errors of
 * witness_files_open, witness_file_read, witness_logs_parse and witness_settings_parse */
tw_err witness_store_open(const char *path, struct witness_store *ret, struct tw_fault *fault) TW_MUST_CHECK;
void witness_store_close(struct witness_store *s);

/* Cosigns what was found to extend the last checkpoint of `log`, one of s->logs, writes it down and appends
 * the line. It is the last one then. Where the writing fails, nothing is appended, and the last one is the
 * one before. now  UTC seconds. The errors of witness_file_replace; TW_NOMEM */
tw_err witness_store_cosign(struct witness_store *s, struct witness_log *log, const struct witness_request *r,
                            int64_t now, struct tw_buf *line, struct tw_fault *fault) TW_MUST_CHECK;

#endif
