/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/published.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

#define SET_NAME "set.yaml"
#define NEW_NAME ".new"

static tw_err say_errno(struct tw_fault *fault, const char *what, int e)
{
    char words[64];
    switch (e) {
    case ENOENT:
        return tw_fail(fault, TW_NOTFOUND, "the directory above it does not exist; create that first");
    case EEXIST:
    case ENOTDIR:
        return tw_fail(fault, TW_ARG, "this is a file, or lies in one; name a directory");
    case ENOSPC:
    case EDQUOT:
        return tw_fail(fault, TW_FULL, "%s: no room left; free some and publish again", what);
    default:
        return tw_fail(fault, TW_IO, "%s: %s", what, strerror_r(e, words, sizeof words));
    }
}

static tw_err path_of(const char *dir, const char *name, char ret[TW_SIGNING_PATH_MAX],
                      struct tw_fault *fault)
{
    if (snprintf(ret, TW_SIGNING_PATH_MAX, "%s/%s", dir, name) < TW_SIGNING_PATH_MAX - 64) return TW_OK;
    return tw_fail(fault, TW_ARG, "the path of the directory is too long; %d bytes are allowed",
                   TW_SIGNING_PATH_MAX - 128);
}

/* -- which versions there are */

/* The version that a directory of that name holds; 0 = it is none: 12, but not 012. */
static int64_t version_of(const char *name)
{
    int64_t v = 0;
    if (name[0] < '1' || name[0] > '9' || tw_str_i64(tw_str_from(name), &v) != TW_OK) return 0;
    return v;
}

/* The highest one; 0 = none. */
static tw_err find_latest(const char *dir, int64_t *ret, struct tw_fault *fault)
{
    DIR *d = opendir(dir);
    if (d == NULL && errno == ENOENT)
        return tw_fail(fault, TW_NOTFOUND,
                       "there is no such directory; `tidewaiter criteria publish` makes one");
    if (d == NULL && errno == ENOTDIR)
        return tw_fail(
            fault, TW_ARG,
            "this is a file; where signers are named, only a published set decides: name the directory "
            "that it was published to");
    if (d == NULL) return say_errno(fault, "the directory", errno);
    *ret = 0;
    errno = 0;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) { /* NOLINT(concurrency-mt-unsafe): its own DIR */
        const int64_t v = version_of(e->d_name);
        if (v > *ret) *ret = v;
    }
    const int failed = errno;
    closedir(d);
    return failed == 0 ? TW_OK : say_errno(fault, "the directory", failed);
}

static tw_err path_of_version(const char *dir, int64_t version, const char *name,
                              char ret[TW_SIGNING_PATH_MAX], struct tw_fault *fault)
{
    char below[64];
    snprintf(below, sizeof below, "%lld%s%s", (long long)version, *name != 0 ? "/" : "", name);
    return path_of(dir, below, ret, fault);
}

/* -- reading */

/* Puts the file's name before the place in it. */
static tw_err in_file(struct tw_fault *fault, int64_t version, tw_err err)
{
    if (err == TW_OK || fault == NULL) return err;
    char place[sizeof fault->path];
    memcpy(place, fault->path, sizeof place);
    snprintf(fault->path, sizeof fault->path, "%lld/" SET_NAME "%s%.50s", (long long)version,
             *place != 0 ? ": " : "", place);
    return err;
}

static tw_err read_latest(const char *dir, const struct tw_signers *s, const struct tw_set_reading *how,
                          struct tw_published *p, struct tw_fault *fault)
{
    char path[TW_SIGNING_PATH_MAX];
    TW_TRY(path_of_version(dir, p->version, SET_NAME, path, fault));
    TW_TRY(tw_signed_read(path, how, &p->files, fault));
    if (tw_criteria_version(p->files.set) != p->version)
        return tw_fail(fault, TW_CONFLICT,
                       "this is version %lld of the set in the directory of version %lld; somebody moved it",
                       (long long)tw_criteria_version(p->files.set), (long long)p->version);
    const struct tw_signed_case c = tw_signed_case_of(&p->files, TW_NO_DAY);
    TW_TRY(tw_signers_admit(s, &c, p->by, fault));
    if (tw_criteria_set_reviewer(p->files.set, p->by[TW_SIGNER_REVIEWER]->name) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    return TW_OK;
}

static tw_err open_latest(const char *dir, const struct tw_signers *s, const struct tw_set_reading *how,
                          struct tw_published *p, struct tw_fault *fault)
{
    TW_TRY(find_latest(dir, &p->version, fault));
    if (p->version == 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "no set has been published to this directory; `tidewaiter criteria publish` does");
    return in_file(fault, p->version, read_latest(dir, s, how, p, fault));
}

tw_err tw_published_open(const char *dir, const struct tw_signers *s, const struct tw_set_reading *how,
                         struct tw_published *ret, struct tw_fault *fault)
{
    *ret = (struct tw_published){.version = 0};
    const tw_err err = open_latest(dir, s, how, ret, fault);
    if (err != TW_OK) tw_published_close(ret);
    return err;
}

void tw_published_close(struct tw_published *p)
{
    tw_signed_clear(&p->files);
}

/* -- publishing */

/* A directory that is being published to. */
struct place {
    const char *dir;
    int fd; /* locked: nobody else publishes there */
    char fresh[TW_SIGNING_PATH_MAX];
};

static tw_err make_dir(const char *dir, struct tw_fault *fault)
{
    char above[TW_SIGNING_PATH_MAX];
    if (mkdir(dir, 0777) != 0) {
        const int e = errno; /* open() tells whether what is there is a directory */
        return e == EEXIST ? TW_OK : say_errno(fault, "the directory", e);
    }
    TW_TRY(path_of(dir, "..", above, fault)); /* its name is safe when the one above has been synced */
    const int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool safe = fd >= 0 && fsync(fd) == 0;
    const int e = errno;
    if (fd >= 0) close(fd);
    return safe ? TW_OK : say_errno(fault, "the directory above", e);
}

static tw_err lock(struct place *p, struct tw_fault *fault)
{
    p->fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->fd < 0) return say_errno(fault, "the directory", errno);
    if (flock(p->fd, LOCK_EX | LOCK_NB) == 0) return TW_OK;
    if (errno == EWOULDBLOCK)
        return tw_fail(fault, TW_CONFLICT, "somebody else is publishing to this directory; try again");
    return say_errno(fault, "the directory", errno);
}

/* Takes away what lies aside: an earlier call's that did not come to its end, or this one's. */
static void clear(const struct place *p)
{
    DIR *d = opendir(p->fresh);
    if (d == NULL) return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) /* NOLINT(concurrency-mt-unsafe): its own DIR */
        (void)unlinkat(dirfd(d), e->d_name, 0);             /* . and .. refuse */
    closedir(d);
    (void)rmdir(p->fresh);
}

static tw_err write_file(const char *path, struct tw_str bytes, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *file = NULL;
    TW_TRY(tw_file_out_open(path, NULL, &file, fault));
    TW_TRY(tw_file_out_write(file, bytes.s, bytes.n, fault));
    return tw_file_out_commit(file, fault); /* which syncs the directory too */
}

static tw_err write_aside(const struct place *p, const struct tw_signed *set, struct tw_fault *fault)
{
    char path[TW_SIGNING_PATH_MAX], signature[TW_SIGNING_PATH_MAX];
    clear(p);
    if (mkdir(p->fresh, 0777) != 0) return say_errno(fault, "the new version", errno);
    TW_TRY(path_of(p->fresh, SET_NAME, path, fault));
    TW_TRY(write_file(path, tw_buf_view(&set->set_bytes), fault));
    for (int r = 0; r < TW_SIGNER_ROLES; r++) {
        TW_TRY(tw_signing_path(path, (enum tw_signer_role)r, signature, fault));
        TW_TRY(write_file(signature, tw_buf_view(&set->signature[r]), fault));
    }
    return TW_OK;
}

/* Is the set a later version of the one that is there? One that cannot be read any more is followed all the
 * same, by its number. */
static tw_err follows(const struct place *p, const struct tw_publishing *what, struct tw_fault *fault)
{
    const struct tw_criteria *set = what->set->set;
    char path[TW_SIGNING_PATH_MAX];
    int64_t latest = 0;
    struct tw_signed old;
    TW_TRY(find_latest(p->dir, &latest, fault));
    if (latest == 0) return TW_OK;
    TW_TRY(path_of_version(p->dir, latest, SET_NAME, path, fault));
    if (tw_signed_read(path, what->how, &old, NULL) == TW_OK) {
        const bool same = tw_str_eq(tw_criteria_name(old.set), tw_criteria_name(set));
        if (!same)
            tw_fail(fault, TW_CONFLICT,
                    "the set in this directory is \"%.*s\", not \"%.*s\"; each has its own",
                    TW_STR_FIRST(tw_criteria_name(old.set), 50), TW_STR_FIRST(tw_criteria_name(set), 50));
        tw_signed_clear(&old);
        if (!same) return TW_CONFLICT;
    }
    if (tw_criteria_version(set) > latest) return TW_OK;
    return tw_fail(
        fault, TW_CONFLICT,
        "version %lld is published, and this is version %lld; give the set a higher version and let both "
        "sign it",
        (long long)latest, (long long)tw_criteria_version(set));
}

static tw_err put_in_place(const struct place *p, int64_t version, struct tw_fault *fault)
{
    char path[TW_SIGNING_PATH_MAX];
    TW_TRY(path_of_version(p->dir, version, "", path, fault));
    if (rename(p->fresh, path) != 0) return say_errno(fault, "the new version", errno);
    return fsync(p->fd) == 0 ? TW_OK : say_errno(fault, "the directory", errno);
}

static tw_err publish(struct place *p, const struct tw_publishing *what, struct tw_fault *fault)
{
    TW_TRY(path_of(p->dir, NEW_NAME, p->fresh, fault));
    TW_TRY(make_dir(p->dir, fault));
    TW_TRY(lock(p, fault));
    TW_TRY(follows(p, what, fault));
    tw_err err = write_aside(p, what->set, fault);
    if (err == TW_OK) err = put_in_place(p, tw_criteria_version(what->set->set), fault);
    if (err != TW_OK) clear(p);
    return err;
}

tw_err tw_publish(const char *dir, const struct tw_publishing *what,
                  const struct tw_signer *ret[TW_SIGNER_ROLES], struct tw_fault *fault)
{
    const struct tw_signed_case c = tw_signed_case_of(what->set, what->day);
    struct place p = {.dir = dir, .fd = -1};
    TW_TRY(tw_signers_admit(what->signers, &c, ret, fault));
    const tw_err err = publish(&p, what, fault);
    if (p.fd >= 0) close(p.fd); /* which unlocks it */
    return err;
}
