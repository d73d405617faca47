/* SPDX-License-Identifier: Apache-2.0 */
/* store/secret.h -- files that nobody but their owner may read.
 *
 * In : a path, bytes.
 * Out: the bytes, in the caller's memory alone; a new file of mode 0600.
 * Not: what the bytes mean; passphrases.
 */
#ifndef TW_STORE_SECRET_H
#define TW_STORE_SECRET_H

#include "base/buf.h"

/* Appends the whole file to `ret`, which is a buffer in the caller's own bytes (tw_buf_in), so that no copy
 * of a secret stays on the heap. TW_NOTFOUND  no such file; TW_ARG  others may read or change it, or it is no
 * plain file TW_LIMIT     larger than what is left of `ret`; TW_IO */
tw_err tw_secret_read(const char *path, struct tw_buf *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Makes a file that only its owner may read, synced to the disk. What stands there already is never replaced:
 * a key that is overwritten is lost. TW_CONFLICT  something has that name; TW_NOTFOUND (no directory),
 * TW_FULL, TW_IO: then there is no such file */
tw_err tw_secret_write(const char *path, struct tw_str bytes, struct tw_fault *fault) TW_MUST_CHECK;

#endif
