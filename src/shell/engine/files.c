/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/files_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/walk.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err add_path(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct files *f = to;
    struct stat info;
    if (found && stat(path, &info) == 0 && info.st_size == 0) { /* holds no message */
        f->passed++;
        return TW_OK;
    }
    if (f->n == f->cap) {
        const size_t cap = f->cap > 0 ? f->cap * 2 : 64;
        struct files_path *more = tw_realloc(f->path, cap, sizeof *more);
        if (more == NULL) return no_memory(fault);
        f->path = more;
        f->cap = cap;
    }
    const size_t n = strlen(path) + 1;
    char *copy = tw_realloc(NULL, n, 1);
    if (copy == NULL) return no_memory(fault);
    f->path[f->n++] = (struct files_path){memcpy(copy, path, n), found};
    return TW_OK;
}

static void add_other(void *to)
{
    struct files *f = to;
    f->passed++;
}

tw_err files_add(struct files *f, const char *path, struct tw_fault *fault)
{
    return tw_walk(path, &(struct tw_walk){.to = f, .file = add_path, .other = add_other}, fault);
}

void files_leave(struct files *f)
{
    tw_file_in_free(f->file);
    f->file = NULL;
}

void files_close(struct files *f, const char **file)
{
    static _Thread_local char kept[sizeof f->member];
    if (file != NULL && *file != NULL && *file == f->name) {
        snprintf(kept, sizeof kept, "%s", f->name);
        *file = kept;
    }
    files_leave(f);
    tw_archive_free(f->archive);
    for (size_t i = 0; i < f->n; i++) tw_free(f->path[i].path);
    tw_free(f->path);
}

static tw_err next_path(struct files *f, bool *some, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = f->stop};
    *some = f->at < f->n;
    if (!*some) return TW_OK;
    const struct files_path *path = &f->path[f->at++];
    f->name = path->path;
    f->found = path->found;
    return tw_archive_is(path->path) ? tw_archive_open(path->path, NULL, &how, &f->archive, fault) : TW_OK;
}

/* The next file of the archive being read; *some = false: it has no more, and is closed. */
static tw_err next_member(struct files *f, bool *some, bool *ended, struct tw_fault *fault)
{
    enum tw_archive_step step = TW_ARCHIVE_END;
    const char *path = f->path[f->at - 1].path, *name = "";
    f->name = path;
    tw_err err = tw_archive_next(f->archive, &step, &name, fault);
    *some = err != TW_OK || step != TW_ARCHIVE_END;
    if (err == TW_OK && *some) {
        snprintf(f->member, sizeof f->member, "%s/%s", path, name);
        f->name = f->member;
        f->found = true;
        return step == TW_ARCHIVE_REFUSED ? fault->code : TW_OK;
    }
    f->passed += tw_archive_empty(f->archive);
    tw_archive_free(f->archive);
    f->archive = NULL;
    *ended = err != TW_OK && !files_goes_on(err);
    return err;
}

static tw_err open_file(struct files *f, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = f->stop};
    f->first_n = 0;
    TW_TRY(f->archive != NULL ? tw_archive_file(f->archive, &f->file, fault)
                              : tw_file_in_open(f->name, &how, &f->file, fault));
    for (size_t got = 1; got > 0 && f->first_n < sizeof f->first; f->first_n += got)
        TW_TRY(tw_file_in_read(f->file, f->first + f->first_n, sizeof f->first - f->first_n, &got, fault));
    return f->archive != NULL && tw_archive_begins(files_first(f)) ? tw_archive_within(fault) : TW_OK;
}

tw_err files_next(struct files *f, bool *some, bool *ended, struct tw_fault *fault)
{
    *ended = *some = false;
    files_leave(f);
    while (!*some) {
        if (f->archive == NULL) {
            TW_TRY(next_path(f, some, fault));
            if (!*some) return TW_OK;
        }
        if (f->archive != NULL) TW_TRY(next_member(f, some, ended, fault));
    }
    const tw_err err = open_file(f, fault);
    if (err != TW_OK) files_leave(f);
    return err;
}
