/* SPDX-License-Identifier: Apache-2.0 */
/* store/file_priv.h -- what reading and writing files share.
 *
 * In : paths, errno.
 * Out: words for faults.
 * Not: anything another module may use.
 */
#ifndef TW_STORE_FILE_PRIV_H
#define TW_STORE_FILE_PRIV_H

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "store/file.h"

enum { FILE_SHOWN_MAX = 72, FILE_BLOCK = 128 * 1024 };

/* The end of a path, short enough for a note. */
static inline const char *file_shown(const char *path)
{
    size_t n = strlen(path);
    return n > FILE_SHOWN_MAX ? path + (n - FILE_SHOWN_MAX) : path;
}

static inline char *file_copy(const char *z)
{
    size_t n = strlen(z) + 1;
    char *p = tw_calloc(n, 1);
    if (p != NULL) memcpy(p, z, n);
    return p;
}

static inline bool file_stopped(const struct tw_file_options *o)
{
    return o->stop != NULL && *o->stop != 0;
}

#endif
