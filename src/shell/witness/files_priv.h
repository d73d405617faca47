/* SPDX-License-Identifier: Apache-2.0 */
/* witness/files_priv.h -- the few files of a witness, which nobody but their owner may change.
 *
 * In : a directory, names in it, bytes.
 * Out: bytes; files that are replaced whole or not at all, and are on the disk when the call returns.
 * Not: what the bytes mean.
 */
#ifndef TW_WITNESS_FILES_PRIV_H
#define TW_WITNESS_FILES_PRIV_H

#include <sys/types.h>

#include "base/buf.h"

/* An open directory that belongs to us alone.
 * TW_NOTFOUND, TW_ARG (no directory, not ours, others have rights in it: the note says what to do), TW_IO */
tw_err witness_files_open(const char *path, int *ret_fd, struct tw_fault *fault) TW_MUST_CHECK;

/* Makes the directory (it may stand there empty) with mode 0700, and opens it.
 * TW_CONFLICT  there is something in it; the errors of witness_files_open */
tw_err witness_files_make(const char *path, int *ret_fd, struct tw_fault *fault) TW_MUST_CHECK;

/* Appends a file to `ret`; of a secret that is a buffer in the caller's own bytes (tw_buf_in).
 *
 * others  rights that nobody else may have in it: 077, or 022 where it may be read
 *
 * TW_NOTFOUND; TW_ARG (no plain file, not ours, others have such rights); TW_LIMIT (beyond ret->max); TW_IO,
 * TW_NOMEM */
tw_err witness_file_read(int dir, const char *name, mode_t others, struct tw_buf *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Replaces a file, or makes it: NAME.new is written and synced, renamed, and the directory synced.
 * TW_FULL, TW_IO: then the old bytes stand there, or, when the last sync failed, perhaps the new ones */
tw_err witness_file_replace(int dir, const char *name, struct tw_str bytes, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
