/* SPDX-License-Identifier: Apache-2.0 */
/* engine/amend.h -- requests about declarations, carried out on files.
 *
 * In : declarations as they were lodged, with customs' answers beside them that tell their numbers; requests
 * in the order they came. Out: of each request what it changed, or why it is refused; each next version as a
 * file. Not: whether a request is granted (message/request.h).
 *
 * A request names its declaration by the MRN. A declaration that carries none is known by the answers that
 * give its LRN an MRN; and where one file alone was named, every request is about that one.
 */
#ifndef TW_ENGINE_AMEND_H
#define TW_ENGINE_AMEND_H

#include <signal.h>

#include "message/request.h"

/* What became of one request. */
struct tw_amend_result {
    const char *file;       /* the request's */
    const char *base;       /* its declaration's; NULL = none was found */
    const char *written;    /* where the next version lies; NULL = its elements stay as they were */
    struct tw_str mrn, lrn; /* as the request says; absent when it could not be read */
    const struct tw_request_outcome *outcome; /* NULL = refused */
    const struct tw_fault *why;               /* it is refused; NULL = it is carried out */
};

/* Nothing in it is owned. NULL and 0: not wanted. */
struct tw_amend_options {
    const char *base; /* a file or directory */
    const char *out;  /* a directory; made where there is none */
    uint32_t version; /* the only one that requests may be about; 0 = any */
    struct tw_request_limits limits;
    const volatile sig_atomic_t *stop; /* not zero = give up with TW_INTERRUPTED */
    const char **file;                 /* set to the path being worked on; NULL behind the last one */
    void *to;                          /* first argument of the next */
    void (*result)(void *to,
                   const struct tw_amend_result *r); /* what it points to is valid during the call */
};

struct tw_amend_count {
    uint64_t declarations, answers; /* read from `base` */
    uint64_t unread;                /* files of `base` that are neither */
    uint64_t applied, refused;      /* requests */
};

/* Errors end the work, *options->file names the file at fault; *ret counts what was done before:
 * TW_ARG       no directory to write to
 * TW_NOTFOUND  no declaration in `base`
 * TW_CONFLICT  what is written would replace a file that is read
 * and those of tw_walk, tw_file_in_*, tw_file_out_* and TW_NOMEM */
tw_err tw_amend(const char *const *path, size_t n, const struct tw_amend_options *options,
                struct tw_amend_count *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
