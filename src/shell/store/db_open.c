/* SPDX-License-Identifier: Apache-2.0 */
/* Creation, opening, steps of the schema. A file is looked at before anything is written to it: one that is
 * not ours stays as it is. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_priv.h"
#include "store/file_priv.h"

static const char *const station_step[] = {
#define STATION(sql) sql,
#define KEYS(sql)
#include "store/db_schema.def"
#undef STATION
#undef KEYS
};
static const char *const keys_step[] = {
#define STATION(sql)
#define KEYS(sql) sql,
#include "store/db_schema.def"
#undef STATION
#undef KEYS
};

enum {
    STATION_STEPS = sizeof station_step / sizeof *station_step,
    KEYS_STEPS = sizeof keys_step / sizeof *keys_step
};
_Static_assert((int)STATION_STEPS == (int)TW_DB_SCHEMA, "the last step leads to the schema the header names");

static const struct {
    const char *name;
    int32_t app;
    mode_t mode;
    const char *const *step;
    int64_t steps;
} kind[DB_FILES] = {
    {"station.db", DB_STATION_APP, 0640, station_step, STATION_STEPS},
    {"keys.db", DB_KEYS_APP, 0600, keys_step, KEYS_STEPS},
};

/* -- SQLite's memory is ours, so that tests can make it fail (base/mem.h) */

static void *mem_take(int n)
{
    return tw_realloc(NULL, (size_t)n, 1);
}

static void *mem_again(void *p, int n)
{
    return tw_realloc(p, (size_t)n, 1);
}

static int mem_size(void *p)
{
    return (int)malloc_usable_size(p);
}

static int mem_round(int n)
{
    return (n + 7) & ~7;
}

static int mem_begin(void *p)
{
    (void)p;
    return SQLITE_OK;
}

static void mem_end(void *p)
{
    (void)p;
}

static void set_up_sqlite(void)
{
    static const sqlite3_mem_methods mem = {mem_take,  tw_free,   mem_again, mem_size,
                                            mem_round, mem_begin, mem_end,   NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &mem);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counting would take a lock at each allocation */
    sqlite3_config(SQLITE_CONFIG_URI, 0);
}

/* -- handles */

struct tw_db *db_new(const struct tw_db_options *o)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_sqlite);
    struct tw_db *db = tw_calloc(1, sizeof *db);
    if (db == NULL) return NULL;
    if (o != NULL) db->options = *o;
    if (db->options.busy_ms == 0) db->options.busy_ms = 5000;
    if (db->options.cache_mib == 0) db->options.cache_mib = 64;
    if (db->options.body_kib == 0) db->options.body_kib = 16384;
    db->body_max = (size_t)db->options.body_kib * 1024;
    db->lock = -1;
    return db;
}

tw_err db_options_check(const struct tw_db *db, struct tw_fault *fault)
{
    const struct tw_db_options *o = &db->options;
    if (o->body_kib > 65536)
        return tw_fail(fault, TW_ARG, "records of %u KiB; at most 65536 can be set", o->body_kib);
    if (o->busy_ms > INT32_MAX || o->cache_mib > 65536)
        return tw_fail(fault, TW_ARG, "a wait of at most %d ms, a cache of at most 65536 MiB", INT32_MAX);
    return TW_OK;
}

void tw_db_free(struct tw_db *db)
{
    if (db == NULL) return;
    tw_db_rollback(db);
    for (int i = 0; i < DB_SQL_N; i++) sqlite3_finalize(db->kept[i]);
    for (int i = 0; i < DB_FILES; i++) sqlite3_close(db->file[i]);
    if (db->lock >= 0) close(db->lock);
    tw_free(db);
}

tw_err db_exec(struct tw_db *db, enum db_which which, const char *sql, struct tw_fault *fault)
{
    const int rc = sqlite3_exec(db->file[which], sql, NULL, NULL, NULL);
    return rc == SQLITE_OK
               ? TW_OK
               : db_say(db->file[which], sqlite3_extended_errcode(db->file[which]), db->path[which], fault);
}

tw_err db_ask(struct tw_db *db, enum db_which which, const char *sql, int64_t *ret, struct tw_fault *fault)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->file[which], sql, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? TW_OK : db_say(db->file[which], rc, db->path[which], fault);
}

/* Nothing a file says makes SQLite run anything, and cells are checked when a page is read. */
static int harden(sqlite3 *h, const struct tw_db_options *o)
{
    int rc = sqlite3_extended_result_codes(h, 1);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(h, (int)o->busy_ms);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    return rc;
}

tw_err db_open_file(struct tw_db *db, enum db_which which, const char *path, struct tw_fault *fault)
{
    const int flags = (db->options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if ((size_t)snprintf(db->path[which], DB_PATH_MAX, "%s", path) >= DB_PATH_MAX)
        return tw_fail(fault, TW_ARG, "the path is too long: %s", file_shown(path));
    int rc = sqlite3_open_v2(path, &db->file[which], flags, db->options.vfs);
    if (rc == SQLITE_OK) rc = harden(db->file[which], &db->options);
    if (rc != SQLITE_OK) return db_say(db->file[which], rc, path, fault);
    char sql[128];
    snprintf(sql, sizeof sql,
             "PRAGMA cell_size_check = ON; PRAGMA cache_size = -%u; PRAGMA temp_store = MEMORY",
             which == DB_KEYS ? db->options.cache_mib * 256 : db->options.cache_mib * 1024);
    return db_exec(db, which, sql, fault);
}

tw_err db_look_at(struct tw_db *db, enum db_which which, int64_t *ret_schema, struct tw_fault *fault)
{
    const char *shown = file_shown(db->path[which]);
    int64_t app = 0, schema = 0, tables = 0;
    TW_TRY(db_ask(db, which, "PRAGMA application_id", &app, fault));
    TW_TRY(db_ask(db, which, "PRAGMA user_version", &schema, fault));
    TW_TRY(db_ask(db, which, "SELECT count(*) FROM sqlite_schema", &tables, fault));
    if (app != kind[which].app && (app != 0 || schema != 0 || tables != 0))
        return tw_fail(fault, TW_FORMAT, "%s belongs to another program; name the directory of a station",
                       shown);
    if (schema > kind[which].steps)
        return tw_fail(
            fault, TW_CONFLICT,
            "%s was made by a newer program (schema %lld; this one knows %lld): use that one, or a backup "
            "from before",
            shown, (long long)schema, (long long)kind[which].steps);
    *ret_schema = schema;
    return TW_OK;
}

int db_make_tables(enum db_which which, sqlite3 **ret)
{
    int rc = sqlite3_open_v2(":memory:", ret, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    for (int64_t i = 0; i < kind[which].steps && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(*ret, kind[which].step[i], NULL, NULL, NULL);
    return rc;
}

/* -- writing */

static tw_err step_up(struct tw_db *db, enum db_which which, const char *step, int64_t to,
                      struct tw_fault *fault)
{
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %lld",
             (int)kind[which].app, (long long)to);
    TW_TRY(db_exec(db, which, "BEGIN IMMEDIATE", fault));
    tw_err err = db_exec(db, which, step, fault);
    if (err == TW_OK) err = db_exec(db, which, mark, fault);
    if (err == TW_OK) err = db_exec(db, which, "COMMIT", fault);
    if (err != TW_OK) sqlite3_exec(db->file[which], "ROLLBACK", NULL, NULL, NULL);
    return err;
}

tw_err db_migrate(struct tw_db *db, enum db_which which, const char *const *step, int64_t from, int64_t n,
                  struct tw_fault *fault)
{
    for (int64_t at = from; at < n; at++) TW_TRY(step_up(db, which, step[at], at + 1, fault));
    return TW_OK;
}

/* The journal's mode is the file's; the rest is this handle's. */
static tw_err make_durable(struct tw_db *db, enum db_which which, struct tw_fault *fault)
{
    char page[48];
    snprintf(page, sizeof page, "PRAGMA page_size = %d", TW_DB_PAGE); /* of a file that is still empty */
    TW_TRY(db_exec(db, which, page, fault));
    return db_exec(db, which,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                   "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8192",
                   fault);
}

/* Whoever closes last leaves the log and its index, empty: on a full disk a reader could not make them. */
static void keep_wal(struct tw_db *db, enum db_which which)
{
    int on = 1;
    (void)sqlite3_file_control(db->file[which], "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

static tw_err path_in(const char *dir, const char *name, char ret[DB_PATH_MAX], struct tw_fault *fault)
{
    if ((size_t)snprintf(ret, DB_PATH_MAX, "%s/%s", dir, name) < DB_PATH_MAX) return TW_OK;
    return tw_fail(fault, TW_ARG, "the directory's name is too long");
}

static tw_err say_errno(const char *path, int e, struct tw_fault *fault)
{
    char words[64];
    if (e == ENOENT || e == ENOTDIR)
        return tw_fail(fault, TW_NOTFOUND, "there is no %s; `tidewaiter init` makes a station",
                       file_shown(path));
    if (e == ENOSPC || e == EDQUOT)
        return tw_fail(fault, TW_FULL, "%s: no room left on the device; free some", file_shown(path));
    return tw_fail(fault, TW_IO, "%s: %s", file_shown(path), strerror_r(e, words, sizeof words));
}

static tw_err sync_dir(const char *dir, struct tw_fault *fault)
{
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return say_errno(dir, errno, fault);
    const int e = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return e == 0 ? TW_OK : say_errno(dir, e, fault);
}

static tw_err make_file(struct tw_db *db, const char *dir, enum db_which which, struct tw_fault *fault)
{
    char path[DB_PATH_MAX];
    TW_TRY(path_in(dir, kind[which].name, path, fault));
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, kind[which].mode);
    if (fd < 0) return say_errno(path, errno, fault);
    close(fd);
    TW_TRY(db_open_file(db, which, path, fault));
    int64_t schema = 0;
    TW_TRY(db_look_at(db, which, &schema, fault));
    if (which == DB_STATION && schema > 0)
        return tw_fail(fault, TW_CONFLICT, "there is a station in %s already; name another directory",
                       file_shown(dir));
    TW_TRY(make_durable(db, which, fault));
    return which == DB_KEYS ? db_migrate(db, which, kind[which].step, schema, kind[which].steps, fault)
                            : TW_OK;
}

/* station.db is a station from the moment its name is in it: the last step of all. */
static tw_err make_station(struct tw_db *db, const uint8_t id[TW_DB_ID], struct tw_fault *fault)
{
    char first[32 + 96 + 2 * TW_DB_ID];
    struct tw_buf b = tw_buf_in(first, sizeof first);
    tw_buf_text(&b, "INSERT INTO meta VALUES('station', x'");
    tw_buf_hex(&b, id, TW_DB_ID);
    tw_buf_put(&b, "')", 3); /* with its NUL */
    TW_TRY(db_exec(db, DB_STATION, "BEGIN IMMEDIATE", fault));
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d", DB_STATION_APP,
             STATION_STEPS);
    tw_err err = TW_OK;
    for (int i = 0; i < STATION_STEPS && err == TW_OK; i++)
        err = db_exec(db, DB_STATION, station_step[i], fault);
    if (err == TW_OK) err = db_exec(db, DB_STATION, first, fault);
    if (err == TW_OK) err = db_exec(db, DB_STATION, mark, fault);
    if (err == TW_OK) err = db_exec(db, DB_STATION, "COMMIT", fault);
    if (err != TW_OK) sqlite3_exec(db->file[DB_STATION], "ROLLBACK", NULL, NULL, NULL);
    return err;
}

tw_err tw_db_create(const char *dir, const struct tw_db_options *o, const uint8_t id[TW_DB_ID],
                    struct tw_fault *fault)
{
    struct tw_db *db = db_new(o);
    if (db == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    db->options.read_only = false;
    tw_err err = db_options_check(db, fault);
    if (err == TW_OK) err = db_lock(dir, &db->lock, fault);
    if (err == TW_OK) err = make_file(db, dir, DB_KEYS, fault);
    if (err == TW_OK) err = make_file(db, dir, DB_STATION, fault);
    if (err == TW_OK) err = sync_dir(dir, fault);
    if (err == TW_OK) err = make_station(db, id, fault);
    tw_db_free(db);
    return err;
}

/* -- opening */

static tw_err look_at_mode(const char *path, enum db_which which, struct tw_fault *fault)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno == ENOENT && which == DB_KEYS)
            return tw_fail(
                fault, TW_NOTFOUND,
                "%s is gone: put back its own backup; without it nothing that is sealed can be read",
                file_shown(path));
        return say_errno(path, errno, fault);
    }
    if (!S_ISREG(st.st_mode)) return tw_fail(fault, TW_FORMAT, "%s is no plain file", file_shown(path));
    if (which == DB_KEYS && (st.st_mode & 077) != 0)
        return tw_fail(fault, TW_ARG, "others may read or change %s (mode %04o); `chmod 600` it",
                       file_shown(path), (unsigned)(st.st_mode & 07777));
    return TW_OK;
}

tw_err db_open_lone(struct tw_db *db, enum db_which which, const char *path, struct tw_fault *fault)
{
    TW_TRY(look_at_mode(path, which, fault));
    return db_open_file(db, which, path, fault);
}

const char *db_file_name(enum db_which which)
{
    return kind[which].name;
}

static tw_err open_one(struct tw_db *db, const char *dir, enum db_which which, struct tw_fault *fault)
{
    char path[DB_PATH_MAX];
    int64_t schema = 0;
    TW_TRY(path_in(dir, kind[which].name, path, fault));
    TW_TRY(look_at_mode(path, which, fault));
    TW_TRY(db_open_file(db, which, path, fault));
    TW_TRY(db_look_at(db, which, &schema, fault));
    if (schema == 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "%s is empty: the making of this station was cut off; `tidewaiter init` "
                       "goes on with it",
                       file_shown(path));
    if (!db->options.read_only) {
        TW_TRY(make_durable(db, which, fault));
        keep_wal(db, which);
        return db_migrate(db, which, kind[which].step, schema, kind[which].steps, fault);
    }
    if (schema == kind[which].steps) return TW_OK;
    return tw_fail(fault, TW_CONFLICT,
                   "%s was made by an older program (schema %lld); open it once for writing",
                   file_shown(path), (long long)schema);
}

/* The lock; no file of it is left where there is no station. */
static tw_err hold(struct tw_db *db, const char *dir, struct tw_fault *fault)
{
    char path[DB_PATH_MAX];
    db->options.without_keys = false;
    TW_TRY(path_in(dir, kind[DB_STATION].name, path, fault));
    TW_TRY(look_at_mode(path, DB_STATION, fault));
    return db_lock(dir, &db->lock, fault);
}

tw_err tw_db_open(const char *dir, const struct tw_db_options *o, struct tw_db **ret, struct tw_fault *fault)
{
    struct tw_db *db = db_new(o);
    if (db == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = db_options_check(db, fault);
    if (err == TW_OK && !db->options.read_only) err = hold(db, dir, fault);
    if (err == TW_OK) err = open_one(db, dir, DB_STATION, fault);
    if (err == TW_OK && !db->options.without_keys) err = open_one(db, dir, DB_KEYS, fault);
    if (err != TW_OK) {
        tw_db_free(db);
        return err;
    }
    *ret = db;
    return TW_OK;
}
