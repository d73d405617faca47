/* SPDX-License-Identifier: Apache-2.0 */
#include "store/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file_priv.h"

static tw_err say_errno(struct tw_fault *fault, const char *path, int e)
{
    const char *shown = file_shown(path);
    char words[64];
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return tw_fail(fault, TW_NOTFOUND, "there is no %s, or no directory for it", shown);
    case EEXIST:
        return tw_fail(fault, TW_CONFLICT, "%s stands there already and is not replaced; choose another name",
                       shown);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return tw_fail(fault, TW_FULL, "%s: no room left; free some or write elsewhere", shown);
    default:
        return tw_fail(fault, TW_IO, "%s: %s", shown, strerror_r(e, words, sizeof words));
    }
}

static tw_err look_at_mode(int fd, const char *path, struct tw_fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return say_errno(fault, path, errno);
    if (!S_ISREG(st.st_mode)) return tw_fail(fault, TW_ARG, "%s is no plain file", file_shown(path));
    if ((st.st_mode & 077) == 0) return TW_OK;
    return tw_fail(
        fault, TW_ARG,
        "others may read or change %s (mode %04o), so it is no secret; `chmod 600` it, and use a new "
        "key if they have",
        file_shown(path), (unsigned)(st.st_mode & 07777));
}

static tw_err read_all(int fd, const char *path, struct tw_buf *ret, struct tw_fault *fault)
{
    for (;;) {
        char beyond;
        const size_t room = ret->cap - ret->n;
        const ssize_t got = room > 0 ? read(fd, ret->p + ret->n, room) : read(fd, &beyond, 1);
        if (got == 0) return TW_OK;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return say_errno(fault, path, errno);
        if (room == 0)
            return tw_fail(fault, TW_LIMIT, "%s is larger than %zu bytes, the limit for such a file",
                           file_shown(path), ret->cap);
        ret->n += (size_t)got;
    }
}

tw_err tw_secret_read(const char *path, struct tw_buf *ret, struct tw_fault *fault)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return say_errno(fault, path, errno);
    tw_err err = look_at_mode(fd, path, fault);
    if (err == TW_OK) err = read_all(fd, path, ret, fault);
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

tw_err tw_secret_write(const char *path, struct tw_str bytes, struct tw_fault *fault)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) return say_errno(fault, path, errno);
    const int e = write_all(fd, bytes);
    close(fd);
    if (e == 0) return TW_OK;
    (void)unlink(path);
    return say_errno(fault, path, e);
}
