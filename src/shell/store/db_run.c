/* SPDX-License-Identifier: Apache-2.0 */
/* Statements, batches, and what SQLite's codes mean to whoever runs a station. */
#include <errno.h>

#include "store/db_priv.h"
#include "store/file_priv.h"

static const struct {
    const char *text;
    enum db_which file;
} sql_row[] = {
#define X(id, file, sql) {sql, DB_##file},
#include "store/db_sql.def"
#undef X
};

const char *db_sql_text(enum db_sql id)
{
    return sql_row[id].text;
}

enum db_which db_sql_file(enum db_sql id)
{
    return sql_row[id].file;
}

/* -- faults */

/* Of a failed write the operating system may know better: a quota, a ceiling of the file's size. */
static bool no_room(sqlite3 *h, int rc)
{
    if ((rc & 0xff) == SQLITE_FULL) return true;
    const int e = h != NULL ? sqlite3_system_errno(h) : 0;
    return (rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_SHMSIZE || rc == SQLITE_IOERR_SHMOPEN) &&
           (e == ENOSPC || e == EDQUOT || e == EFBIG);
}

static tw_err say_constraint(int rc, const char *shown, struct tw_fault *fault)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return tw_fail(fault, TW_NOTFOUND, "%s has no record that this one belongs to", shown);
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
        return tw_fail(fault, TW_CONFLICT, "%s has a record of this number or name already", shown);
    default:
        return tw_fail(fault, TW_INTERNAL, "%s took a record for impossible (%d)", shown, rc);
    }
}

tw_err db_say(sqlite3 *h, int rc, const char *path, struct tw_fault *fault)
{
    const char *shown = file_shown(path);
    if (no_room(h, rc))
        return tw_fail(fault, TW_FULL,
                       "%s: no room left on the device; free some, then go on: nothing that was "
                       "acknowledged is lost",
                       shown);
    if (rc == SQLITE_IOERR_NOMEM) rc = SQLITE_NOMEM;
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return tw_fail(fault, TW_NOMEM, "%s: out of memory", shown);
    case SQLITE_CONSTRAINT:
        return say_constraint(rc, shown, fault);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return tw_fail(fault, TW_UNAVAILABLE, "%s is in use by another process; try again", shown);
    case SQLITE_CORRUPT:
        return tw_fail(fault, TW_FORMAT,
                       "%s is damaged; `station check` says where, the last backup restores it", shown);
    case SQLITE_NOTADB:
        return tw_fail(fault, TW_FORMAT,
                       "%s is no database, or its beginning is damaged; restore the last backup", shown);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return tw_fail(fault, TW_IO, "%s may not be written; check its owner, mode and file system", shown);
    case SQLITE_CANTOPEN:
        return tw_fail(fault, TW_IO, "%s could not be opened; check the mode of it and of its directory",
                       shown);
    case SQLITE_INTERRUPT:
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    case SQLITE_TOOBIG:
        return tw_fail(fault, TW_LIMIT, "%s takes no record as large as this", shown);
    case SQLITE_IOERR:
        return tw_fail(fault, TW_IO,
                       "%s could not be read or written (%d): look at the disk and the system's log", shown,
                       rc);
    default:
        return tw_fail(fault, TW_INTERNAL, "%s: SQLite answers %d, %s", shown, rc, sqlite3_errstr(rc));
    }
}

tw_err db_damaged(struct tw_db *db, const char *what, struct tw_fault *fault)
{
    const tw_err err = tw_fail(fault, TW_FORMAT, "%s is damaged: %s; the last backup restores it",
                               file_shown(db->path[DB_STATION]), what);
    return db->batch ? db_undo(db, err) : err;
}

/* -- limits */

tw_err db_within(const struct tw_db *db, struct tw_str v, const char *what, struct tw_fault *fault)
{
    if (v.n <= db->body_max) return TW_OK;
    return tw_fail(fault, TW_LIMIT, "%s of %zu bytes; a record takes %zu", what, v.n, db->body_max);
}

tw_err db_short(struct tw_str v, const char *what, struct tw_fault *fault)
{
    if (v.n <= TW_DB_SHORT_MAX) return TW_OK;
    return tw_fail(fault, TW_LIMIT, "%s of %zu bytes; at most %d are kept", what, v.n, TW_DB_SHORT_MAX);
}

tw_err db_code(int64_t v, int64_t least, const char *what, struct tw_fault *fault)
{
    if (v >= least && v <= TW_DB_CODE_MAX) return TW_OK;
    return tw_fail(fault, TW_ARG, "%s %lld; %lld to %d are kept", what, (long long)v, (long long)least,
                   TW_DB_CODE_MAX);
}

tw_err db_number(uint64_t v, const char *what, struct tw_fault *fault)
{
    if (v < INT64_MAX) return TW_OK;
    return tw_fail(fault, TW_ARG, "%s %llu is too large to be kept", what, (unsigned long long)v);
}

/* -- one statement */

struct db_use db_use(struct tw_db *db, enum db_sql id)
{
    struct db_use u = {.db = db, .s = db->kept[id], .id = id};
    if (u.s != NULL) return u;
    sqlite3 *h = db->file[db_sql_file(id)];
    u.rc = sqlite3_prepare_v3(h, db_sql_text(id), -1, SQLITE_PREPARE_PERSISTENT, &u.s, NULL);
    db->kept[id] = u.s;
    return u;
}

static void bound(struct db_use *u, int rc)
{
    if (u->rc == SQLITE_OK) u->rc = rc;
}

void db_i64(struct db_use *u, int64_t v)
{
    if (u->rc == SQLITE_OK) bound(u, sqlite3_bind_int64(u->s, ++u->mark, v));
}

/* Nothing is copied: what is handed in lives until the statement has run. */
void db_text(struct db_use *u, struct tw_str v)
{
    if (u->rc == SQLITE_OK)
        bound(u, sqlite3_bind_text64(u->s, ++u->mark, v.n > 0 ? v.s : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bytes(struct db_use *u, const void *p, size_t n)
{
    if (u->rc == SQLITE_OK) bound(u, sqlite3_bind_blob64(u->s, ++u->mark, n > 0 ? p : "", n, SQLITE_STATIC));
}

void db_null(struct db_use *u)
{
    if (u->rc == SQLITE_OK) bound(u, sqlite3_bind_null(u->s, ++u->mark));
}

void db_end(struct db_use *u)
{
    if (u->s == NULL) return;
    sqlite3_reset(u->s);
    sqlite3_clear_bindings(u->s);
}

/* A row that contradicts another, or is too large, leaves the batch as it was; all else ends it. */
static bool ends_batch(tw_err err)
{
    return err != TW_CONFLICT && err != TW_NOTFOUND && err != TW_LIMIT && err != TW_ARG;
}

/* Of a read that failed, too, SQLite may have undone the whole transaction; what came next would then stand
 * by itself. */
static tw_err failed(struct db_use *u, int rc, struct tw_fault *fault)
{
    const enum db_which which = db_sql_file(u->id);
    const tw_err err = db_say(u->db->file[which], rc, u->db->path[which], fault);
    db_end(u);
    return u->db->batch && ends_batch(err) ? db_undo(u->db, err) : err;
}

tw_err db_run(struct db_use *u, int *changed, struct tw_fault *fault)
{
    const int rc = u->rc != SQLITE_OK ? u->rc : sqlite3_step(u->s);
    if (rc != SQLITE_DONE) return failed(u, rc, fault);
    if (changed != NULL) *changed = sqlite3_changes(u->db->file[db_sql_file(u->id)]);
    db_end(u);
    return TW_OK;
}

tw_err db_row(struct db_use *u, bool *ret, struct tw_fault *fault)
{
    const int rc = u->rc != SQLITE_OK ? u->rc : sqlite3_step(u->s);
    *ret = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW) return TW_OK;
    if (rc != SQLITE_DONE) return failed(u, rc, fault);
    db_end(u);
    return TW_OK;
}

struct tw_str db_col_str(const struct db_use *u, int i)
{
    const char *p = sqlite3_column_blob(u->s, i); /* of a text its bytes: the file is UTF-8 */
    return (struct tw_str){p, p != NULL ? (size_t)sqlite3_column_bytes(u->s, i) : 0};
}

tw_err db_col_fixed(const struct db_use *u, int i, uint8_t *ret, size_t n, struct tw_fault *fault)
{
    const struct tw_str v = db_col_str(u, i);
    if (v.n != n) return db_damaged(u->db, "an id or hash has a wrong size", fault);
    memcpy(ret, v.s, n);
    return TW_OK;
}

/* -- batches */

/* SQLite may have rolled back by itself; then there is nothing left to undo. */
static void undo_file(struct tw_db *db, enum db_which which)
{
    sqlite3 *h = db->file[which];
    if (h == NULL || sqlite3_get_autocommit(h) != 0) return;
    struct db_use u = db_use(db, which == DB_STATION ? DB_SQL_ROLLBACK : DB_SQL_KEYS_ROLLBACK);
    TW_IGNORE(db_run(&u, NULL, NULL));
}

static void end_batch(struct tw_db *db)
{
    db->batch = false; /* a failure to undo is not undone */
    undo_file(db, DB_KEYS);
    undo_file(db, DB_STATION);
    db->keys_batch = false;
    memset(&db->counting, 0, sizeof db->counting);
}

tw_err db_undo(struct tw_db *db, tw_err err)
{
    end_batch(db);
    db->batch = true; /* until the caller ends it */
    db->broken = err;
    return err;
}

tw_err db_may_write(struct tw_db *db, struct tw_fault *fault)
{
    if (db->options.read_only) return tw_fail(fault, TW_ARG, "the station is open for reading alone");
    if (!db->batch) return tw_fail(fault, TW_ARG, "records are written within a batch");
    if (db->broken == TW_OK) return TW_OK;
    return tw_fail(fault, db->broken, "the batch was undone before: %s", tw_err_text(db->broken));
}

/* What undoes a batch must not need memory when there is none: it is prepared before the batch begins. */
static tw_err begin(struct tw_db *db, enum db_sql undo, enum db_sql with, struct tw_fault *fault)
{
    const enum db_which which = db_sql_file(undo);
    const struct db_use ready = db_use(db, undo);
    if (ready.rc != SQLITE_OK) return db_say(db->file[which], ready.rc, db->path[which], fault);
    struct db_use u = db_use(db, with);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_begin(struct tw_db *db, struct tw_fault *fault)
{
    if (db->batch) return tw_fail(fault, TW_ARG, "a batch is open already; they do not nest");
    TW_TRY(begin(db, DB_SQL_ROLLBACK, db->options.read_only ? DB_SQL_BEGIN_READ : DB_SQL_BEGIN_WRITE, fault));
    db->batch = true;
    db->broken = TW_OK;
    return TW_OK;
}

tw_err db_keys_begin(struct tw_db *db, struct tw_fault *fault)
{
    if (db->file[DB_KEYS] == NULL)
        return tw_fail(fault, TW_UNAVAILABLE, "the station is open without its keys");
    if (db->keys_batch) return TW_OK;
    const tw_err err = begin(db, DB_SQL_KEYS_ROLLBACK, DB_SQL_KEYS_BEGIN, fault);
    if (err != TW_OK) return db->broken == TW_OK ? db_undo(db, err) : err;
    db->keys_batch = true;
    return TW_OK;
}

static tw_err commit_both(struct tw_db *db, struct tw_fault *fault)
{
    TW_TRY(db_count_flush(db, fault));
    if (db->keys_batch) {
        struct db_use k = db_use(db, DB_SQL_KEYS_COMMIT);
        TW_TRY(db_run(&k, NULL, fault));
        db->keys_batch = false;
    }
    struct db_use u = db_use(db, DB_SQL_COMMIT);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_commit(struct tw_db *db, struct tw_fault *fault)
{
    if (!db->batch) return tw_fail(fault, TW_ARG, "there is no batch to commit");
    const tw_err err = db->broken == TW_OK ? commit_both(db, fault)
                                           : tw_fail(fault, db->broken, "the batch was undone before: %s",
                                                     tw_err_text(db->broken));
    end_batch(db); /* undoes what is left of one that failed */
    return err;
}

void tw_db_rollback(struct tw_db *db)
{
    if (db->batch) end_batch(db);
}
