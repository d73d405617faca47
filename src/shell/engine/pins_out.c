/* SPDX-License-Identifier: Apache-2.0 */
/* What is pinned, as files. A directory that is not just what its tree says is taken away whole and made anew
 * aside, and has its name only when all of it is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/pins.h"
#include "store/file.h"

enum { PATH_BYTES = 4096, DEPTH_MAX = 8, FILE_BYTES_MAX = 1 << 30 };

static const char *const kind_dir[TW_PIN_KINDS] = {[TW_PIN_MODEL] = "models", [TW_PIN_CRITERIA] = "criteria"};

struct laying {
    struct tw_station *s;
    enum tw_pin_kind kind;
    const uint8_t *hash;
    const struct tw_pin_told *told;
    char above[PATH_BYTES];                  /* DIR/models */
    char dir[PATH_BYTES], fresh[PATH_BYTES]; /* DIR/models/HASH, and beside it while it is made */
    size_t files, there;                     /* of the tree; below the directory */
    bool changed;
    char path[PATH_BYTES]; /* of the file at hand */
};

static tw_err say_errno(struct tw_fault *fault, const char *path, int e)
{
    const tw_err code = e == ENOSPC || e == EDQUOT ? TW_FULL : e == ENOMEM ? TW_NOMEM : TW_IO;
    return tw_fail(fault, code, "%.100s cannot be made or read: %s", path, strerrordesc_np(e));
}

static tw_err join(char ret[PATH_BYTES], const char *dir, struct tw_str name, struct tw_fault *fault)
{
    if (snprintf(ret, PATH_BYTES, "%s/%.*s", dir, TW_STR_ARG(name)) < PATH_BYTES) return TW_OK;
    return tw_fail(fault, TW_ARG, "the path of the station is too long");
}

static void tell(struct laying *l, const char *path, const char *what)
{
    l->changed = true;
    if (l->told != NULL && l->told->changed != NULL) l->told->changed(l->told->to, path, what);
}

/* -- is it there as it was pinned? */

static tw_err look_at_file(void *to, const struct tw_pin_entry *e, struct tw_fault *fault)
{
    struct laying *l = to;
    struct stat st;
    uint8_t hash[TW_SHA256_BYTES];
    TW_SCOPED_BUF bytes = {0};
    struct tw_fault why = {.code = TW_OK};
    l->files++;
    TW_TRY(join(l->path, l->dir, e->path, fault));
    if (lstat(l->path, &st) != 0 && errno == ENOENT) {
        tell(l, l->path, "is missing");
        return TW_OK;
    }
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != e->bytes) {
        tell(l, l->path, "is not what was pinned");
        return TW_OK;
    }
    if (e->bytes == 0) return TW_OK;
    const tw_err err = tw_file_in_all(l->path, FILE_BYTES_MAX, &bytes, &why);
    if (err == TW_NOMEM) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_sha256(bytes.p, bytes.n, hash);
    if (err != TW_OK || memcmp(hash, e->sha256, sizeof hash) != 0) tell(l, l->path, "is not what was pinned");
    return TW_OK;
}

typedef tw_err (*visit_fn)(struct laying *l, const char *path, bool dir, struct tw_fault *fault);

/* Everything below a directory, what begins with a point too; a directory behind what is in it. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEPTH_MAX */
static tw_err visit(struct laying *l, const char *dir, unsigned depth, visit_fn fn, struct tw_fault *fault)
{
    DIR *d = opendir(dir);
    tw_err err = TW_OK;
    if (d == NULL) return say_errno(fault, dir, errno);
    for (const struct dirent *e;
         err == TW_OK && (e = readdir(d)) != NULL;) { /* NOLINT(concurrency-mt-unsafe) */
        char path[PATH_BYTES];
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        err = join(path, dir, tw_str_from(e->d_name), fault);
        if (err == TW_OK && lstat(path, &st) != 0) err = say_errno(fault, path, errno);
        const bool below = err == TW_OK && S_ISDIR(st.st_mode);
        if (below && depth < DEPTH_MAX) err = visit(l, path, depth + 1, fn, fault);
        if (err == TW_OK) err = fn(l, path, below, fault);
    }
    closedir(d);
    return err;
}

static tw_err count_file(struct laying *l, const char *path, bool dir, struct tw_fault *fault)
{
    (void)path;
    (void)fault;
    l->there += !dir;
    return TW_OK;
}

static tw_err remove_one(struct laying *l, const char *path, bool dir, struct tw_fault *fault)
{
    (void)l;
    if ((dir ? rmdir(path) : unlink(path)) == 0) return TW_OK;
    return say_errno(fault, path, errno);
}

static tw_err remove_all(struct laying *l, const char *dir, struct tw_fault *fault)
{
    struct stat st;
    if (lstat(dir, &st) != 0) return TW_OK;
    if (!S_ISDIR(st.st_mode)) return remove_one(l, dir, false, fault);
    TW_TRY(visit(l, dir, 0, remove_one, fault));
    return remove_one(l, dir, true, fault);
}

/* *there: it is, and holds just the tree's files. */
static tw_err look(struct laying *l, bool *there, struct tw_fault *fault)
{
    struct stat st;
    const struct tw_pin_each each = {l, look_at_file};
    *there = lstat(l->dir, &st) == 0;
    if (!*there) return TW_OK;
    if (!S_ISDIR(st.st_mode)) {
        tell(l, l->dir, "is no directory");
    } else {
        TW_TRY(tw_pin_tree(l->s, l->kind, l->hash, &each, fault));
        TW_TRY(visit(l, l->dir, 0, count_file, fault));
        if (l->there > l->files) tell(l, l->dir, "holds files that were not pinned");
    }
    *there = !l->changed;
    return TW_OK;
}

/* -- making it */

/* The directories above a file below l->fresh. */
static tw_err make_above(struct laying *l, struct tw_fault *fault)
{
    for (char *p = l->path + strlen(l->fresh) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        const bool made = mkdir(l->path, 0750) == 0 || errno == EEXIST;
        const int e = errno;
        if (!made) return say_errno(fault, l->path, e);
        *p = '/';
    }
    return TW_OK;
}

static tw_err write_file(void *to, const struct tw_pin_entry *e, struct tw_fault *fault)
{
    struct laying *l = to;
    TW_SCOPED_BUF bytes = {0};
    TW_SCOPED(tw_file_out) *out = NULL;
    TW_TRY(tw_pin_bytes(l->s, e->sha256, &bytes, fault));
    TW_TRY(join(l->path, l->fresh, e->path, fault));
    TW_TRY(make_above(l, fault));
    TW_TRY(tw_file_out_open(l->path, NULL, &out, fault));
    TW_TRY(tw_file_out_write(out, bytes.p, bytes.n, fault));
    return tw_file_out_commit(out, fault);
}

static tw_err make(struct laying *l, struct tw_fault *fault)
{
    const struct tw_pin_each each = {l, write_file};
    TW_TRY(remove_all(l, l->fresh, fault));
    TW_TRY(remove_all(l, l->dir, fault));
    if (mkdir(l->above, 0750) != 0 && errno != EEXIST) /* a station out of a backup has none */
        return say_errno(fault, l->above, errno);
    if (mkdir(l->fresh, 0750) != 0) return say_errno(fault, l->fresh, errno);
    TW_TRY(tw_pin_tree(l->s, l->kind, l->hash, &each, fault));
    if (rename(l->fresh, l->dir) == 0) return TW_OK;
    const int e = errno;
    TW_TRY(remove_all(l, l->fresh, fault));
    return e == EEXIST || e == ENOTEMPTY ? TW_OK
                                         : say_errno(fault, l->dir, e); /* another process was first */
}

tw_err tw_pin_lay_out(struct tw_station *s, enum tw_pin_kind kind, const uint8_t hash[TW_SHA256_BYTES],
                      const struct tw_pin_told *told, struct tw_buf *path, struct tw_fault *fault)
{
    struct laying l = {.s = s, .kind = kind, .hash = hash, .told = told};
    char hex[TW_SHA256_HEX], fresh[TW_SHA256_HEX + 32];
    bool there = false;
    tw_sha256_hex(hash, hex);
    snprintf(fresh, sizeof fresh, ".%s.%ld", hex, (long)getpid());
    TW_TRY(join(l.above, tw_station_dir(s), tw_str_from(kind_dir[kind]), fault));
    TW_TRY(join(l.dir, l.above, tw_str_from(hex), fault));
    TW_TRY(join(l.fresh, l.above, tw_str_from(fresh), fault));
    TW_TRY(look(&l, &there, fault));
    if (!there) TW_TRY(make(&l, fault));
    tw_buf_clear(path);
    tw_buf_put(path, l.dir, strlen(l.dir) + 1);
    return path->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}
