/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert_put_priv.h -- one record after another of a file, in the form that is wanted.
 *
 * In : declarations and notifications.
 * Out: one file of JSON or one table with all of them, or a message for each.
 * Not: where they come from; convert_decls.c reads.
 */
#ifndef TW_ENGINE_CONVERT_PUT_PRIV_H
#define TW_ENGINE_CONVERT_PUT_PRIV_H

#include "engine/convert_decl_priv.h"
#include "engine/convert_priv.h"

struct put {
    struct convert *c;
    const char *path;
    enum convert_kind kind;
    bool other;              /* another form is written than was read */
    struct tw_file_out *out; /* JSON or a table, once there is something to write */
    char to[CONVERT_PATH_MAX];
    struct tw_buf held;   /* the first message, until it is known whether there is a second */
    struct tw_buf before; /* id of the declaration before */
    unsigned n;           /* written */
    struct record record; /* under way */
};

/* Writes one, and tells what the form has no place for.
 * TW_FORMAT: a notification cannot be rows; and the errors of what writes the form */
tw_err put_record(struct put *p, struct record record, struct tw_fault *fault) TW_MUST_CHECK;

/* Tells `n` values of that name as left out. */
void put_leave(struct put *p, const char *name, uint64_t n);

/* Behind the last one. */
tw_err put_finish(struct put *p, struct tw_fault *fault) TW_MUST_CHECK;
void put_close(struct put *p);

#endif
