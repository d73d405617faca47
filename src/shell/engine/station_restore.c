/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is put together beside the place, looked at there, and then gets its name in one rename. */
#include "engine/station_restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/ed25519.h"
#include "store/secret.h"

enum { PATH_BYTES = 4096, PRINT_KEY = 32 };

#define PRINT_FILE "/keys/print.key"
#define PRINT_END  ".print"

static tw_err join(const char *a, const char *b, char ret[PATH_BYTES], struct tw_fault *fault)
{
    if (snprintf(ret, PATH_BYTES, "%s%s", a, b) < PATH_BYTES) return TW_OK;
    return tw_fail(fault, TW_ARG, "the path is too long");
}

static tw_err say_errno(const char *path, int e, struct tw_fault *fault)
{
    if (e == ENOENT)
        return tw_fail(fault, TW_NOTFOUND, "the directory above %.200s does not exist; make it", path);
    if (e == EEXIST || e == ENOTEMPTY)
        return tw_fail(fault, TW_CONFLICT, "%.200s stands there already and is not replaced; name another",
                       path);
    return tw_fail(fault, e == ENOSPC ? TW_FULL : TW_IO, "%.200s cannot be made: %s", path,
                   strerrordesc_np(e));
}

/* -- the secret of fingerprints */

static tw_err copy_secret(const char *from, const char *to, struct tw_fault *fault)
{
    char key[PRINT_KEY];
    struct tw_buf b = tw_buf_in(key, sizeof key);
    tw_err err = tw_secret_read(from, &b, fault);
    if (err == TW_OK && b.n != sizeof key)
        err = tw_fail(fault, TW_FORMAT, "%.200s is no copy of a station's keys/print.key", from);
    if (err == TW_OK) err = tw_secret_write(to, tw_buf_view(&b), fault);
    tw_wipe(key, sizeof key);
    return err;
}

tw_err tw_station_backup_keys(const char *dir, struct tw_db *db, const char *path, struct tw_fault *fault)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    TW_TRY(join(dir, PRINT_FILE, from, fault));
    TW_TRY(join(path, PRINT_END, to, fault));
    TW_TRY(tw_db_backup_keys(db, path, fault));
    const tw_err err = copy_secret(from, to, fault);
    if (err != TW_OK) (void)unlink(path); /* one without the other puts nothing back */
    return err;
}

/* -- a station */

/* Whatever of it is there. */
static void remove_all(const char *top)
{
    static const char *const file[] = {"/station.db",   "/station.db-wal", "/station.db-shm",
                                       "/keys.db",      "/keys.db-wal",    "/keys.db-shm",
                                       "/station.lock", "/keys/print.key"};
    static const char *const dir[] = {"/keys", "/models", "/criteria", "/lists", ""};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        if (join(top, file[i], path, NULL) == TW_OK) (void)unlink(path);
    for (size_t i = 0; i < sizeof dir / sizeof *dir; i++)
        if (join(top, dir[i], path, NULL) == TW_OK) (void)rmdir(path);
}

static tw_err make_dirs(const char *top, struct tw_fault *fault)
{
    static const char *const under[] = {"", "/keys", "/models", "/criteria", "/lists"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof under / sizeof *under; i++) {
        TW_TRY(join(top, under[i], path, fault));
        if (mkdir(path, 0750) != 0) return say_errno(path, errno, fault);
    }
    return TW_OK;
}

static tw_err sync_dir(const char *path, struct tw_fault *fault)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return say_errno(path, errno, fault);
    const int e = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return e == 0 ? TW_OK : say_errno(path, e, fault);
}

static tw_err is_whole(const struct tw_station_restore *o, struct tw_fault *fault)
{
    uint64_t damages = 0;
    const struct tw_db_checker how = {.stop = o->stop};
    TW_TRY(tw_db_check_file(o->station, &how, &damages, fault));
    if (damages == 0) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "this copy has %llu damages (`tidewaiter station check FILE` names them); take another",
                   (unsigned long long)damages);
}

/* Opens as any station does: with its signer it is met, and signs what was not. */
static tw_err look_at(const struct tw_station_restore *o, const char *top, uint64_t *without_key,
                      struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *s = NULL;
    const struct tw_station_options how = {
        .dir = top, .signer = o->signer, .read_only = o->signer == NULL, .stop = o->stop};
    const struct tw_db_checker checker = {.stop = o->stop};
    TW_TRY(tw_station_open(&how, &s, fault));
    if (o->signer != NULL) TW_TRY(tw_station_settle(s, fault));
    return tw_db_check(tw_station_db(s), &checker, without_key, fault); /* all else was looked at */
}

static tw_err fill(const struct tw_station_restore *o, const char *top, uint64_t *without_key,
                   struct tw_fault *fault)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    const struct tw_db_copies copies = {o->station, o->keys};
    TW_TRY(make_dirs(top, fault));
    TW_TRY(join(o->keys, PRINT_END, from, fault));
    TW_TRY(join(top, PRINT_FILE, to, fault));
    TW_TRY(copy_secret(from, to, fault));
    TW_TRY(tw_db_restore(&copies, top, o->progress, fault));
    TW_TRY(look_at(o, top, without_key, fault));
    return sync_dir(top, fault);
}

static tw_err above(const char *path, char ret[PATH_BYTES], struct tw_fault *fault)
{
    TW_TRY(join(path, "", ret, fault));
    char *slash = strrchr(ret, '/');
    if (slash == NULL) return join(".", "", ret, fault);
    slash[slash == ret] = '\0';
    return TW_OK;
}

tw_err tw_station_restore(const struct tw_station_restore *o, uint64_t *without_key, struct tw_fault *fault)
{
    char top[PATH_BYTES], parent[PATH_BYTES], end[32];
    snprintf(end, sizeof end, ".part-%ld", (long)getpid());
    TW_TRY(join(o->dir, end, top, fault));
    TW_TRY(above(o->dir, parent, fault));
    if (access(o->dir, F_OK) == 0) return say_errno(o->dir, EEXIST, fault);
    TW_TRY(is_whole(o, fault));
    tw_err err = fill(o, top, without_key, fault);
    if (err == TW_OK && rename(top, o->dir) != 0) err = say_errno(o->dir, errno, fault);
    if (err == TW_OK) return sync_dir(parent, fault);
    remove_all(top);
    return err;
}
