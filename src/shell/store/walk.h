/* SPDX-License-Identifier: Apache-2.0 */
/* store/walk.h -- the files below a path.
 *
 * In : the path of a file or directory.
 * Out: one file after another, in the order of their names, byte by byte.
 * Not: what begins with a point. What is neither file nor directory, and symbolic links below the path, are
 * told and not followed.
 */
#ifndef TW_STORE_WALK_H
#define TW_STORE_WALK_H

#include <stdbool.h>

#include "base/err.h"

enum { TW_WALK_DEPTH_MAX = 32 }; /* directories within each other */

/* Nothing in it is owned. */
struct tw_walk {
    void *to; /* first argument of the next two */
    tw_err (*file)(void *to, const char *path, bool found, struct tw_fault *fault);
    void (*other)(void *to); /* neither file nor directory, or a symbolic link; NULL = need not be told */
    const char *without;     /* a directory that is not entered below the path, under any name; NULL = none */
};

/* Calls `file` for `path` itself (found = false) when it is no directory, else for each file below it (found
 * = true). What `file` returns but TW_OK ends the walk and is handed on.
 *
 * TW_NOTFOUND  there is no such file
 * TW_LIMIT     directories too deep, a path longer than 4,095 bytes
 * TW_IO        a directory that may not be read
 * TW_NOMEM */
tw_err tw_walk(const char *path, const struct tw_walk *how, struct tw_fault *fault) TW_MUST_CHECK;

#endif
