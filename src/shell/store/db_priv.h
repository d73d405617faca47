/* SPDX-License-Identifier: Apache-2.0 */
/* store/db_priv.h -- SQLite, for the files of db*.c alone.
 *
 * In : a statement's name (db_sql.def), values in the order of its marks.
 * Out: rows; SQLite's codes as faults; a batch undone where it cannot go on.
 * Not: anything another module may use.
 *
 * A statement is prepared when it is first used and kept until the handle is closed.
 */
#ifndef TW_STORE_DB_PRIV_H
#define TW_STORE_DB_PRIV_H

#include <sqlite3.h>

#include "store/db.h"
#include "store/db_list.h"

enum {
    DB_STATION_APP = 0x54576462, /* "TWdb", application_id of station.db */
    DB_KEYS_APP = 0x54576b79,    /* "TWky", of keys.db */
    DB_COUNT_SLOTS = 256,
    DB_PATH_MAX = 4096
};

enum db_which { DB_STATION, DB_KEYS, DB_FILES };

enum db_sql {
#define X(id, file, sql) DB_SQL_##id,
#include "store/db_sql.def"
#undef X
    DB_SQL_N
};
const char *db_sql_text(enum db_sql id);
enum db_which db_sql_file(enum db_sql id);

/* Changes of counts within a batch, added to the table when it is committed or the room is used up. */
struct db_counting {
    struct db_count_slot {
        int64_t change;
        uint8_t facet, n;
        bool used;
        char value[TW_DB_SHORT_MAX];
    } slot[DB_COUNT_SLOTS];
    unsigned used;
};

struct tw_db {
    sqlite3 *file[DB_FILES]; /* keys NULL: opened without */
    sqlite3_stmt *kept[DB_SQL_N];
    struct tw_db_options options;
    bool batch, keys_batch;
    tw_err broken;   /* the batch was undone for this */
    int lock;        /* station.lock, or -1 */
    size_t body_max; /* bytes */
    char path[DB_FILES][DB_PATH_MAX];
    struct db_counting counting;
};

/* SQLite's code as ours, with what to do. */
tw_err db_say(sqlite3 *h, int rc, const char *path, struct tw_fault *fault);

/* One use of a statement. A failure sticks until db_run, db_row or db_end. */
struct db_use {
    struct tw_db *db;
    sqlite3_stmt *s; /* NULL: could not be prepared */
    enum db_sql id;
    int mark, rc;
};
struct db_use db_use(struct tw_db *db, enum db_sql id);
void db_i64(struct db_use *u, int64_t v);
void db_text(struct db_use *u, struct tw_str v);
void db_bytes(struct db_use *u, const void *p, size_t n); /* n = 0: empty, not NULL */
void db_null(struct db_use *u);

/* To the end; *changed (NULL = need not be known) = rows written. What cannot go on undoes the batch. */
tw_err db_run(struct db_use *u, int *changed, struct tw_fault *fault) TW_MUST_CHECK;
/* *ret: is there another row. After false or a failure the use is over. */
tw_err db_row(struct db_use *u, bool *ret, struct tw_fault *fault) TW_MUST_CHECK;
void db_end(struct db_use *u);

/* Values of the row; texts and bytes until the next db_row. */
static inline int64_t db_col(const struct db_use *u, int i)
{
    return sqlite3_column_int64(u->s, i);
}
struct tw_str db_col_str(const struct db_use *u, int i);
/* Fixed sizes: another one is damage. TW_FORMAT */
tw_err db_col_fixed(const struct db_use *u, int i, uint8_t *ret, size_t n, struct tw_fault *fault)
    TW_MUST_CHECK;
tw_err db_damaged(struct tw_db *db, const char *what, struct tw_fault *fault);

/* May this handle write now? TW_ARG (no batch, a reader), or what undid the batch. */
tw_err db_may_write(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;
/* Undoes the batch: `err` is what every later write of it answers. Returns it. */
tw_err db_undo(struct tw_db *db, tw_err err);
/* Begins the batch of keys.db where it has none yet. */
tw_err db_keys_begin(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;

/* Limits, said the same way everywhere. */
tw_err db_within(const struct tw_db *db, struct tw_str v, const char *what, struct tw_fault *fault)
    TW_MUST_CHECK;
tw_err db_short(struct tw_str v, const char *what, struct tw_fault *fault) TW_MUST_CHECK;
tw_err db_code(int64_t v, int64_t least, const char *what, struct tw_fault *fault) TW_MUST_CHECK;
tw_err db_number(uint64_t v, const char *what, struct tw_fault *fault) TW_MUST_CHECK; /* 0..INT64_MAX-1 */

/* -- counts (db_count.c) */
struct db_facts {
    struct tw_str office;
    int32_t channel, state;
    int64_t received_at;
};
tw_err db_count(struct tw_db *db, const struct db_facts *f, int by, struct tw_fault *fault) TW_MUST_CHECK;
tw_err db_count_flush(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;

/* -- heads (db_decl.c): the first 8 values of a row; texts as db_col_str */
void db_head(const struct db_use *u, struct tw_db_head *ret);

/* -- opening (db_open.c) */
tw_err db_open_file(struct tw_db *db, enum db_which which, const char *path, struct tw_fault *fault)
    TW_MUST_CHECK;
/* A file that is there, by itself: no lock. */
tw_err db_open_lone(struct tw_db *db, enum db_which which, const char *path, struct tw_fault *fault)
    TW_MUST_CHECK;
const char *db_file_name(enum db_which which); /* in a station's directory */
tw_err db_exec(struct tw_db *db, enum db_which which, const char *sql, struct tw_fault *fault) TW_MUST_CHECK;
/* One number a statement gives. */
tw_err db_ask(struct tw_db *db, enum db_which which, const char *sql, int64_t *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
/* An empty database in memory with this program's tables; SQLite's code. To be closed also when it fails. */
int db_make_tables(enum db_which which, sqlite3 **ret);
struct tw_db *db_new(const struct tw_db_options *o); /* closed; NULL = no memory */
tw_err db_options_check(const struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK; /* TW_ARG */
/* Has it the application id and a schema this program knows? */
tw_err db_look_at(struct tw_db *db, enum db_which which, int64_t *ret_schema, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Brings a file from schema `from` to the last of `n` steps. */
tw_err db_migrate(struct tw_db *db, enum db_which which, const char *const *step, int64_t from, int64_t n,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* -- the lock (db_lock.c) */
tw_err db_lock(const char *dir, int *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
