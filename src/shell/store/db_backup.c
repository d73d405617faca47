/* SPDX-License-Identifier: Apache-2.0 */
/* A copy while others write, and the way back. The copy is read within one transaction, so that it is of one
 * moment and never begins again; it is written aside, turned into a file that needs no journal, synced, and
 * only then gets its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/db_priv.h"
#include "store/file_priv.h"

enum { PAGES_A_STEP = 128 };

struct copy {
    struct tw_db *from;
    enum db_which which;
    mode_t mode;
    sqlite3 *to;
    const char *path;
    char aside[DB_PATH_MAX], dir[DB_PATH_MAX];
};

static tw_err say_errno(const char *path, int e, struct tw_fault *fault)
{
    char words[64];
    const char *shown = file_shown(path);
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return tw_fail(fault, TW_NOTFOUND, "%s: its directory does not exist; create it first", shown);
    case EEXIST:
        return tw_fail(fault, TW_CONFLICT, "%s stands there already and is not replaced; choose another name",
                       shown);
    case ENOSPC:
    case EDQUOT:
        return tw_fail(fault, TW_FULL, "%s: no room left on the device; free some or write elsewhere", shown);
    default:
        return tw_fail(fault, TW_IO, "%s: %s", shown, strerror_r(e, words, sizeof words));
    }
}

static tw_err name(struct copy *c, struct tw_fault *fault)
{
    const char *slash = strrchr(c->path, '/');
    const int n = snprintf(c->aside, sizeof c->aside, "%s.part-%ld", c->path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof c->aside) return tw_fail(fault, TW_ARG, "the path is too long");
    snprintf(c->dir, sizeof c->dir, "%.*s",
             slash == NULL      ? 1
             : slash == c->path ? 1
                                : (int)(slash - c->path),
             slash == NULL ? "." : c->path);
    if (access(c->path, F_OK) == 0) return say_errno(c->path, EEXIST, fault);
    return TW_OK;
}

static tw_err open_aside(struct copy *c, struct tw_fault *fault)
{
    const int fd = open(c->aside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, c->mode);
    if (fd < 0) return say_errno(c->path, errno, fault);
    close(fd);
    int rc =
        sqlite3_open_v2(c->aside, &c->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, c->from->options.vfs);
    if (rc == SQLITE_OK) rc = sqlite3_extended_result_codes(c->to, 1);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* synced as a whole */
    return rc == SQLITE_OK ? TW_OK : db_say(c->to, rc, c->path, fault);
}

static tw_err pages(struct copy *c, const struct tw_db_progress *p, struct tw_fault *fault)
{
    sqlite3_backup *b = sqlite3_backup_init(c->to, "main", c->from->file[c->which], "main");
    if (b == NULL) return db_say(c->to, sqlite3_extended_errcode(c->to), c->path, fault);
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(b, PAGES_A_STEP);
        const uint64_t total = (uint64_t)sqlite3_backup_pagecount(b);
        const uint64_t left = (uint64_t)sqlite3_backup_remaining(b);
        if (rc == SQLITE_OK && p != NULL && p->step != NULL && !p->step(p->to, total - left, total))
            rc = SQLITE_INTERRUPT;
    }
    sqlite3_backup_finish(b);
    return rc == SQLITE_DONE ? TW_OK : db_say(c->to, rc, c->path, fault);
}

static tw_err sync_path(const char *path, int flags, const char *shown, struct tw_fault *fault)
{
    const int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) return say_errno(shown, errno, fault);
    const int e = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return e == 0 ? TW_OK : say_errno(shown, e, fault);
}

static tw_err publish(struct copy *c, struct tw_fault *fault)
{
    /* link, not rename: what came to stand there in the meantime is not replaced */
    if (link(c->aside, c->path) != 0) return say_errno(c->path, errno, fault);
    return sync_path(c->dir, O_RDONLY | O_DIRECTORY, c->path, fault);
}

static tw_err copy_all(struct copy *c, const struct tw_db_progress *p, struct tw_fault *fault)
{
    int64_t pages_there = 0;
    TW_TRY(open_aside(c, fault));
    TW_TRY(db_ask(c->from, c->which, "PRAGMA page_count", &pages_there, fault)); /* the moment begins here */
    TW_TRY(pages(c, p, fault));
    const int rc = sqlite3_exec(c->to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (rc != SQLITE_OK) return db_say(c->to, rc, c->path, fault);
    sqlite3_close(c->to);
    c->to = NULL;
    TW_TRY(sync_path(c->aside, O_RDONLY, c->path, fault));
    return publish(c, fault);
}

static tw_err copy_file(struct tw_db *db, enum db_which which, const char *path,
                        const struct tw_db_progress *p, struct tw_fault *fault)
{
    struct copy c = {.from = db, .which = which, .mode = which == DB_KEYS ? 0600 : 0640, .path = path};
    if (db->batch) return tw_fail(fault, TW_ARG, "a backup is made between batches");
    TW_TRY(name(&c, fault));
    TW_TRY(db_exec(db, which, "BEGIN", fault));
    const tw_err err = copy_all(&c, p, fault);
    sqlite3_close(c.to);
    sqlite3_exec(db->file[which], "ROLLBACK", NULL, NULL, NULL);
    (void)unlink(c.aside); /* where it was never made, there is none */
    return err;
}

tw_err tw_db_backup(struct tw_db *db, const char *path, const struct tw_db_progress *p,
                    struct tw_fault *fault)
{
    return copy_file(db, DB_STATION, path, p, fault);
}

tw_err tw_db_backup_keys(struct tw_db *db, const char *path, struct tw_fault *fault)
{
    if (db->file[DB_KEYS] == NULL)
        return tw_fail(fault, TW_UNAVAILABLE, "the station is open without its keys");
    return copy_file(db, DB_KEYS, path, NULL, fault);
}

/* -- back */

static tw_err put_back(struct tw_db *from, enum db_which which, const char *path, const char *dir,
                       const struct tw_db_progress *p, struct tw_fault *fault)
{
    char to[DB_PATH_MAX];
    int64_t schema = 0;
    TW_TRY(db_open_lone(from, which, path, fault));
    TW_TRY(db_look_at(from, which, &schema, fault));
    if (schema == 0) return tw_fail(fault, TW_FORMAT, "%s is no copy of a station's file", file_shown(path));
    if ((size_t)snprintf(to, sizeof to, "%s/%s", dir, db_file_name(which)) >= sizeof to)
        return tw_fail(fault, TW_ARG, "the directory's name is too long");
    return copy_file(from, which, to, p, fault);
}

tw_err tw_db_restore(const struct tw_db_copies *from, const char *dir, const struct tw_db_progress *p,
                     struct tw_fault *fault)
{
    struct tw_db *db = db_new(&(struct tw_db_options){.read_only = true});
    if (db == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = put_back(db, DB_KEYS, from->keys, dir, NULL, fault);
    if (err == TW_OK) err = put_back(db, DB_STATION, from->station, dir, p, fault);
    tw_db_free(db);
    return err;
}
