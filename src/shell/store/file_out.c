/* SPDX-License-Identifier: Apache-2.0 */
/* Writing aside. The bytes go to a file without a name (O_TMPFILE): if the process dies, the kernel forgets
 * it and nothing remains. On commit it is synced, gets a temporary name beside the final one, and is renamed
 * over it, which is atomic; then the directory is synced, so that the new name survives a power cut. Where
 * the file system has no nameless files, the temporary name exists from the start. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file_priv.h"

enum { TEMP_NAME = 288, TEMP_TRIES = 100 };

enum way { WAY_STRAIGHT, WAY_NAMELESS, WAY_NAMED };

struct tw_file_out {
    int fd, dir_fd;
    enum way way;
    bool owned;   /* fd is ours to close */
    bool temp_on; /* `temp` exists in the directory */
    bool committed;
    tw_err err; /* of the first failure; sticks */
    char *name; /* for faults */
    char *dir, *base;
    char temp[TEMP_NAME];
    struct tw_file_options options;
    unsigned char *block;
    size_t n;
    uint64_t done;
    struct tw_sha256 *sha;
};

static tw_err say_errno(const struct tw_file_out *f, struct tw_fault *fault, int e)
{
    const char *shown = file_shown(f->name);
    switch (e) {
    case ENOSPC:
    case EDQUOT:
        return tw_fail(fault, TW_FULL, "%s: no room left after %llu bytes; free some or write elsewhere",
                       shown, (unsigned long long)f->done);
    case EFBIG:
        return tw_fail(fault, TW_FULL,
                       "%s: files may not grow beyond %llu bytes here; raise the limit (ulimit -f)", shown,
                       (unsigned long long)f->done);
    case ENOENT:
    case ENOTDIR:
        return tw_fail(fault, TW_NOTFOUND, "%s: its directory does not exist; create it first", shown);
    case EACCES:
    case EPERM:
        return tw_fail(fault, TW_IO, "%s: you may not write there; choose a directory that is yours", shown);
    case EROFS:
        return tw_fail(fault, TW_IO, "%s lies on a read-only file system; write elsewhere", shown);
    case EPIPE:
        return tw_fail(fault, TW_IO, "%s: whoever was reading has gone", shown);
    case ENAMETOOLONG:
        return tw_fail(fault, TW_ARG, "%s: the name is too long; choose a shorter one", shown);
    default: {
        char words[64];
        return tw_fail(fault, TW_IO, "%s could not be written: %s", shown,
                       strerror_r(e, words, sizeof words));
    }
    }
}

/* Splits the name into directory and last part; follows a symbolic link to what it means. */
static tw_err split(struct tw_file_out *f, const char *path, struct tw_fault *fault)
{
    struct stat st;
    char *real = lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    const char *target = real != NULL ? real : path;
    const char *slash = strrchr(target, '/');
    const size_t n = slash == NULL ? 1 : slash == target ? 1 : (size_t)(slash - target);
    f->dir = tw_calloc(n + 1, 1);
    f->base = file_copy(slash == NULL ? target : slash + 1);
    if (f->dir != NULL) memcpy(f->dir, slash == NULL ? "." : target, n);
    free(real); /* from libc, not from base/mem.h */
    if (f->dir == NULL || f->base == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    return TW_OK;
}

/* Tries `make` with one temporary name after another until one is free. */
static tw_err with_temp_name(struct tw_file_out *f, int (*make)(struct tw_file_out *f),
                             struct tw_fault *fault)
{
    for (int i = 0; i < TEMP_TRIES; i++) {
        snprintf(f->temp, sizeof f->temp, ".%.200s.tmp-%ld%s%.0d", f->base, (long)getpid(), i > 0 ? "-" : "",
                 i);
        if (make(f) == 0) {
            f->temp_on = true;
            return TW_OK;
        }
        if (errno != EEXIST) return say_errno(f, fault, errno);
    }
    return tw_fail(fault, TW_CONFLICT, "%s: too many left-over temporary files beside it; remove .*.tmp-*",
                   file_shown(f->name));
}

static int make_named(struct tw_file_out *f)
{
    f->fd = openat(f->dir_fd, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return f->fd < 0 ? -1 : 0;
}

static int give_name(struct tw_file_out *f)
{
    char proc[48];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", f->fd);
    return linkat(AT_FDCWD, proc, f->dir_fd, f->temp, AT_SYMLINK_FOLLOW);
}

static tw_err open_aside(struct tw_file_out *f, const char *path, const struct stat *old,
                         struct tw_fault *fault)
{
    TW_TRY(split(f, path, fault));
    f->dir_fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->dir_fd < 0) return say_errno(f, fault, errno);
    f->owned = true;
    if (!f->options.named_temp && access("/proc/self/fd", X_OK) == 0) {
        f->fd = openat(f->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
        f->way = WAY_NAMELESS;
    }
    if (f->fd < 0) {
        f->way = WAY_NAMED;
        TW_TRY(with_temp_name(f, make_named, fault));
    }
    if (old != NULL && fchmod(f->fd, old->st_mode & 07777) != 0) return say_errno(f, fault, errno);
    return TW_OK;
}

static tw_err set_up(struct tw_file_out *f, const char *path, struct tw_fault *fault)
{
    const bool standard = strcmp(path, "-") == 0;
    f->name = file_copy(standard ? "standard output" : path);
    f->block = tw_calloc(FILE_BLOCK, 1);
    if (f->name == NULL || f->block == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (f->options.sha256) TW_TRY(tw_sha256_new(&f->sha));
    if (standard) {
        f->fd = STDOUT_FILENO;
        return TW_OK;
    }
    if (*path == 0)
        return tw_fail(fault, TW_ARG, "the output file has no name; give one, or - for standard output");
    struct stat st;
    const bool exists = stat(path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode))
        return tw_fail(fault, TW_ARG, "%s is a directory; name a file in it", file_shown(path));
    if (!exists && path[strlen(path) - 1] == '/')
        return tw_fail(fault, TW_ARG, "%s names a directory; name a file in it", file_shown(path));
    if (!exists || S_ISREG(st.st_mode)) return open_aside(f, path, exists ? &st : NULL, fault);
    f->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    f->owned = true;
    return f->fd < 0 ? say_errno(f, fault, errno) : TW_OK;
}

tw_err tw_file_out_open(const char *path, const struct tw_file_options *options, struct tw_file_out **ret,
                        struct tw_fault *fault)
{
    struct tw_file_out *f = tw_calloc(1, sizeof *f);
    if (f == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (options != NULL) f->options = *options;
    f->fd = f->dir_fd = -1;
    tw_err err = set_up(f, path, fault);
    if (err != TW_OK) {
        tw_file_out_free(f);
        return err;
    }
    *ret = f;
    return TW_OK;
}

void tw_file_out_free(struct tw_file_out *f)
{
    if (f == NULL) return;
    if (f->temp_on) unlinkat(f->dir_fd, f->temp, 0); /* if that fails, a file of that name stays: harmless */
    if (f->owned && f->fd >= 0) close(f->fd);
    if (f->dir_fd >= 0) close(f->dir_fd);
    tw_sha256_free(f->sha);
    tw_free(f->block);
    tw_free(f->dir);
    tw_free(f->base);
    tw_free(f->name);
    tw_free(f);
}

static tw_err write_all(struct tw_file_out *f, const unsigned char *p, size_t n, struct tw_fault *fault)
{
    while (n > 0) {
        if (file_stopped(&f->options)) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        ssize_t put = write(f->fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return say_errno(f, fault, errno);
        if (f->sha != NULL) tw_sha256_add(f->sha, p, (size_t)put);
        p += put;
        n -= (size_t)put;
        f->done += (uint64_t)put;
    }
    return TW_OK;
}

static tw_err again(const struct tw_file_out *f, struct tw_fault *fault)
{
    return tw_fail(fault, f->err, "%s: writing failed before", file_shown(f->name));
}

tw_err tw_file_out_flush(struct tw_file_out *f, struct tw_fault *fault)
{
    if (f->err != TW_OK) return again(f, fault);
    if (f->committed) return tw_fail(fault, TW_ARG, "%s is finished", file_shown(f->name));
    f->err = write_all(f, f->block, f->n, fault);
    f->n = 0;
    return f->err;
}

tw_err tw_file_out_write(struct tw_file_out *f, const void *p, size_t n, struct tw_fault *fault)
{
    if (f->err != TW_OK) return again(f, fault);
    if (f->committed) return tw_fail(fault, TW_ARG, "%s is finished", file_shown(f->name));
    if (n > FILE_BLOCK - f->n) TW_TRY(tw_file_out_flush(f, fault));
    if (n > FILE_BLOCK) return f->err = write_all(f, p, n, fault);
    if (n > 0) memcpy(f->block + f->n, p, n);
    f->n += n;
    return TW_OK;
}

static tw_err publish(struct tw_file_out *f, struct tw_fault *fault)
{
    if (fsync(f->fd) != 0) return say_errno(f, fault, errno);
    if (f->way == WAY_NAMELESS) TW_TRY(with_temp_name(f, give_name, fault));
    if (renameat(f->dir_fd, f->temp, f->dir_fd, f->base) != 0) return say_errno(f, fault, errno);
    f->temp_on = false;
    if (fsync(f->dir_fd) != 0) return say_errno(f, fault, errno);
    return TW_OK;
}

tw_err tw_file_out_commit(struct tw_file_out *f, struct tw_fault *fault)
{
    TW_TRY(tw_file_out_flush(f, fault));
    if (f->way != WAY_STRAIGHT) TW_TRY(f->err = publish(f, fault));
    f->committed = true;
    return TW_OK;
}

struct tw_file_seen tw_file_out_seen(const struct tw_file_out *f)
{
    return (struct tw_file_seen){f->done + f->n, 0};
}

tw_err tw_file_out_sha256(struct tw_file_out *f, uint8_t ret[TW_SHA256_BYTES])
{
    if (f->sha == NULL || !f->committed) return TW_ARG;
    tw_sha256_end(f->sha, ret);
    tw_sha256_free(f->sha);
    f->sha = NULL;
    return TW_OK;
}
