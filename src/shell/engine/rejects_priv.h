/* SPDX-License-Identifier: Apache-2.0 */
/* engine/rejects_priv.h -- refused rows, written aside.
 *
 * In : the header row and refused rows, verbatim; why.
 * Out: PATH, to be mended and read again, and PATH.reasons.csv.
 * Not: which rows are refused.
 */
#ifndef TW_ENGINE_REJECTS_PRIV_H
#define TW_ENGINE_REJECTS_PRIV_H

#include "message/read.h"
#include "store/file.h"

struct rejects {
    struct tw_file_out *rows, *reasons;
    struct tw_buf line;
    uint64_t next; /* line of PATH that the next row begins in */
};

/* Errors as tw_file_out_open; what was opened is for rejects_close to close. */
tw_err rejects_open(const char *path, const struct tw_file_options *options, struct rejects *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;
tw_err rejects_header(struct rejects *r, struct tw_str raw, struct tw_fault *fault) TW_MUST_CHECK;
tw_err rejects_row(struct rejects *r, const struct tw_refused *refused, struct tw_fault *fault) TW_MUST_CHECK;
tw_err rejects_commit(struct rejects *r, struct tw_fault *fault) TW_MUST_CHECK;
void rejects_close(struct rejects *r); /* also what was never opened */

#endif
