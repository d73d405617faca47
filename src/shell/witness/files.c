/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/files_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SHOWN = 100, NAME_BYTES = 96, GROWTH = 4096 };

static tw_err say_errno(struct tw_fault *fault, const char *name, int e)
{
    char words[64];
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return tw_fail(fault, TW_NOTFOUND, "there is no %.*s, or no directory for it", PATH_SHOWN, name);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return tw_fail(fault, TW_FULL, "%.*s: no room left; free some", PATH_SHOWN, name);
    default:
        return tw_fail(fault, TW_IO, "%.*s: %s", PATH_SHOWN, name, strerror_r(e, words, sizeof words));
    }
}

/* Is what is open ours, and ours alone? */
static tw_err look_at(int fd, const char *name, mode_t kind, mode_t others, struct tw_fault *fault)
{
    struct stat st;
    const bool dir = kind == S_IFDIR;
    if (fstat(fd, &st) != 0) return say_errno(fault, name, errno);
    if ((st.st_mode & S_IFMT) != kind)
        return tw_fail(fault, TW_ARG, "%.*s is no %s", PATH_SHOWN, name, dir ? "directory" : "plain file");
    if (st.st_uid != geteuid())
        return tw_fail(fault, TW_ARG,
                       "%.*s belongs to uid %u, and this process runs as %u; `chown` it or run as its owner",
                       PATH_SHOWN, name, (unsigned)st.st_uid, (unsigned)geteuid());
    if ((st.st_mode & others) != 0)
        return tw_fail(
            fault, TW_ARG,
            "others have rights in %.*s (mode %04o); `chmod %s` it, and make a new key if they used them",
            PATH_SHOWN, name, (unsigned)(st.st_mode & 07777), dir ? "700" : "600");
    return TW_OK;
}

tw_err witness_files_open(const char *path, int *ret_fd, struct tw_fault *fault)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return tw_fail(fault, TW_NOTFOUND,
                       "there is no %.*s; `tidewaiter-witness init DIR --name NAME` makes one", PATH_SHOWN,
                       path);
    if (fd < 0) return say_errno(fault, path, errno);
    const tw_err err = look_at(fd, path, S_IFDIR, 077, fault);
    if (err != TW_OK) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return TW_OK;
}

/* Has it any entry but itself and its parent? */
static tw_err look_for_entries(int fd, const char *path, struct tw_fault *fault)
{
    const int copy = dup(fd);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    int n = 0;
    if (d == NULL) {
        const int e = errno;
        if (copy >= 0) close(copy);
        return say_errno(fault, path, e);
    }
    while (readdir(d) != NULL) n++; /* NOLINT(concurrency-mt-unsafe): this stream is ours alone */
    closedir(d);
    if (n <= 2) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "%.*s is not empty, and no key is ever replaced; choose another directory", PATH_SHOWN,
                   path);
}

tw_err witness_files_make(const char *path, int *ret_fd, struct tw_fault *fault)
{
    int fd = -1;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return say_errno(fault, path, errno);
    TW_TRY(witness_files_open(path, &fd, fault));
    const tw_err err = look_for_entries(fd, path, fault);
    if (err != TW_OK) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return TW_OK;
}

static tw_err read_all(int fd, const char *name, struct tw_buf *ret, struct tw_fault *fault)
{
    for (;;) {
        char beyond;
        const size_t room = ret->max > 0 ? ret->max - ret->n : GROWTH, piece = room < GROWTH ? room : GROWTH;
        char *to = piece > 0 ? tw_buf_room(ret, piece) : &beyond;
        if (to == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
        const ssize_t got = read(fd, to, piece > 0 ? piece : 1);
        if (got == 0) return TW_OK;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return say_errno(fault, name, errno);
        if (piece == 0)
            return tw_fail(fault, TW_LIMIT, "%s is larger than %zu bytes, the limit for such a file", name,
                           ret->max);
        ret->n += (size_t)got;
    }
}

tw_err witness_file_read(int dir, const char *name, mode_t others, struct tw_buf *ret, struct tw_fault *fault)
{
    const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return tw_fail(fault, TW_NOTFOUND, "`%s` is missing; put it back from a backup (docs/formats/log.md)",
                       name);
    if (fd < 0) return say_errno(fault, name, errno);
    tw_err err = look_at(fd, name, S_IFREG, others, fault);
    if (err == TW_OK) err = read_all(fd, name, ret, fault);
    close(fd);
    return err;
}

static int write_all(int fd, struct tw_str bytes)
{
    for (size_t done = 0; done < bytes.n;) {
        const ssize_t put = write(fd, bytes.s + done, bytes.n - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        done += (size_t)put;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

tw_err witness_file_replace(int dir, const char *name, struct tw_str bytes, struct tw_fault *fault)
{
    char aside[NAME_BYTES];
    (void)snprintf(aside, sizeof aside, "%s.new", name);
    const int fd = openat(dir, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0) return say_errno(fault, aside, errno);
    int e = write_all(fd, bytes);
    if (close(fd) != 0 && e == 0) e = errno;
    if (e == 0 && renameat(dir, aside, dir, name) != 0) e = errno;
    if (e == 0 && fsync(dir) != 0) e = errno;
    return e == 0 ? TW_OK : say_errno(fault, name, e);
}
