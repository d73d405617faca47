/* SPDX-License-Identifier: Apache-2.0 */
/* One writer. The lock is the kernel's, on an open file (fcntl(2), open file description locks): it is gone
 * with its holder, however that ends, and a second handle of the same process is refused as well. The pid in
 * the file is for people; nobody trusts it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/db_priv.h"
#include "store/file_priv.h"

static tw_err say(const char *path, int e, struct tw_fault *fault)
{
    char words[64];
    if (e == ENOENT || e == ENOTDIR)
        return tw_fail(fault, TW_NOTFOUND, "there is no directory for %s", file_shown(path));
    if (e == ENOSPC || e == EDQUOT)
        return tw_fail(fault, TW_FULL, "%s: no room left on the device; free some", file_shown(path));
    return tw_fail(fault, TW_IO, "%s: %s", file_shown(path), strerror_r(e, words, sizeof words));
}

static tw_err held(int fd, const char *path, struct tw_fault *fault)
{
    char pid[16] = {0};
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
    while (n > 0 && (pid[n - 1] < '0' || pid[n - 1] > '9')) pid[--n] = '\0';
    return tw_fail(fault, TW_CONFLICT, "process %s holds this station (%s); end it, or read only",
                   n > 0 ? pid : "of unknown number", file_shown(path));
}

static tw_err take(int fd, const char *path, struct tw_fault *fault)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &all) != 0)
        return errno == EAGAIN || errno == EACCES ? held(fd, path, fault) : say(path, errno, fault);
    char pid[16];
    const int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) return say(path, errno, fault);
    return TW_OK;
}

tw_err db_lock(const char *dir, int *ret, struct tw_fault *fault)
{
    char path[DB_PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/station.lock", dir) >= sizeof path)
        return tw_fail(fault, TW_ARG, "the directory's name is too long");
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0644);
    if (fd < 0) return say(path, errno, fault);
    const tw_err err = take(fd, path, fault);
    if (err != TW_OK) {
        close(fd);
        return err;
    }
    *ret = fd;
    return TW_OK;
}
