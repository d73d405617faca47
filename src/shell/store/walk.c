/* SPDX-License-Identifier: Apache-2.0 */
#include "store/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

enum { PATH_BYTES_MAX = 4096 };

struct walk {
    const struct tw_walk *how;
    struct stat without; /* st_ino is 0 when nothing is left out */
    struct tw_fault *fault;
    unsigned depth;
};

static tw_err walk_directory(struct walk *w, const char *path);

/* The names in a directory, sorted; NULL when out of memory or unreadable (*err says which). */
struct names {
    char **at;
    size_t n, cap;
};

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n; i++) tw_free(names->at[i]);
    tw_free(names->at);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_name(struct names *names, const char *name)
{
    if (names->n == names->cap) {
        const size_t cap = names->cap > 0 ? names->cap * 2 : 64;
        char **more = tw_realloc(names->at, cap, sizeof *more);
        if (more == NULL) return false;
        names->at = more;
        names->cap = cap;
    }
    const size_t n = strlen(name) + 1;
    char *copy = tw_realloc(NULL, n, 1);
    if (copy == NULL) return false;
    names->at[names->n++] = memcpy(copy, name, n);
    return true;
}

static tw_err read_names(const char *path, struct names *ret, struct tw_fault *fault)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return tw_fail(fault, TW_IO, "the directory %.100s cannot be read: %.60s", path,
                       strerrordesc_np(errno));
    tw_err err = TW_OK;
    for (struct dirent *e;
         err == TW_OK && (e = readdir(dir)) != NULL;) /* NOLINT(concurrency-mt-unsafe): our own DIR */
        if (e->d_name[0] != '.' && !add_name(ret, e->d_name)) err = tw_fail(fault, TW_NOMEM, "out of memory");
    closedir(dir);
    if (ret->n > 1) qsort(ret->at, ret->n, sizeof *ret->at, by_bytes);
    return err;
}

static bool is_left_out(const struct walk *w, const struct stat *info)
{
    return w->without.st_ino != 0 && w->without.st_dev == info->st_dev && w->without.st_ino == info->st_ino;
}

static tw_err walk_entry(struct walk *w, const char *path, const char *name)
{
    char below[PATH_BYTES_MAX];
    struct stat info;
    if (snprintf(below, sizeof below, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name) >=
        PATH_BYTES_MAX)
        return tw_fail(w->fault, TW_LIMIT, "a path below %.60s is longer than %d bytes", path,
                       PATH_BYTES_MAX - 1);
    if (lstat(below, &info) != 0) return TW_OK; /* gone meanwhile */
    if (S_ISDIR(info.st_mode)) return is_left_out(w, &info) ? TW_OK : walk_directory(w, below);
    if (S_ISREG(info.st_mode)) return w->how->file(w->how->to, below, true, w->fault);
    if (w->how->other != NULL) w->how->other(w->how->to);
    return TW_OK;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as TW_WALK_DEPTH_MAX */
static tw_err walk_directory(struct walk *w, const char *path)
{
    struct names names = {NULL, 0, 0};
    if (w->depth >= TW_WALK_DEPTH_MAX)
        return tw_fail(w->fault, TW_LIMIT, "more than %d directories stand within each other",
                       TW_WALK_DEPTH_MAX);
    w->depth++;
    tw_err err = read_names(path, &names, w->fault);
    for (size_t i = 0; i < names.n && err == TW_OK; i++) err = walk_entry(w, path, names.at[i]);
    names_free(&names);
    w->depth--;
    return err;
}

tw_err tw_walk(const char *path, const struct tw_walk *how, struct tw_fault *fault)
{
    struct walk w = {.how = how, .fault = fault};
    struct stat info;
    if (how->without != NULL && stat(how->without, &w.without) != 0) w.without.st_ino = 0;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return walk_directory(&w, path);
    return how->file(how->to, path, false, fault);
}
