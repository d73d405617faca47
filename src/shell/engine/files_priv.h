/* SPDX-License-Identifier: Apache-2.0 */
/* engine/files_priv.h -- the files that were named, those below directories and those in archives, one by
 * one.
 *
 * In : paths.
 * Out: each file, opened, with its first bytes, which say what is in it; what cannot be read, with the
 * reason. Not: what a file holds.
 */
#ifndef TW_ENGINE_FILES_PRIV_H
#define TW_ENGINE_FILES_PRIV_H

#include <signal.h>

#include "base/str.h"
#include "store/archive_in.h"

struct files_path {
    char *path;
    bool found; /* below a directory that was named */
};

/* {0} before files_add. */
struct files {
    const volatile sig_atomic_t *stop; /* NULL = nothing interrupts it */
    struct files_path *path;
    size_t n, cap, at;          /* paths; the next one */
    struct tw_archive *archive; /* being read: the path before the next one; NULL = none */
    char member[4200];          /* the name of its file, behind its own */
    const char *name;           /* of the file come to last, for faults */
    bool found;                 /* it was found below a directory or in an archive; else it was named */
    struct tw_file_in *file;    /* it; NULL = none */
    char first[512];            /* its first bytes */
    size_t first_n;
    uint64_t passed; /* below directories and in archives: empty files, links, what is no file */
};

/* Takes a file, or the files below a directory. The errors of tw_walk */
tw_err files_add(struct files *f, const char *path, struct tw_fault *fault) TW_MUST_CHECK;
/* Also what was never opened. *file: what a fault is told with; a name of these files is kept beyond them
 * there, until that of others is in the same thread. NULL = nobody asks */
void files_close(struct files *f, const char **file);

/* Leaves the file come to last and opens the next one. *some: there is one, or the fault of one. After an
 * error f->name is the file at fault; *ended: nothing more can be read, else the next call goes on. fault is
 * not NULL. The errors of tw_file_in_open, tw_file_in_read, tw_archive_open and tw_archive_next; TW_FORMAT
 * (an archive in an archive) */
tw_err files_next(struct files *f, bool *some, bool *ended, struct tw_fault *fault) TW_MUST_CHECK;

void files_leave(struct files *f); /* closes the file come to last */

static inline struct tw_str files_first(const struct files *f)
{
    return (struct tw_str){f->first, f->first_n};
}

/* Is it the fault of one file or message, behind which the next is gone on with? */
static inline bool files_goes_on(tw_err err)
{
    return err == TW_FORMAT || err == TW_LIMIT || err == TW_RANGE || err == TW_CONFLICT ||
           err == TW_NOTFOUND || err == TW_IO;
}

#endif
