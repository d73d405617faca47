/* SPDX-License-Identifier: Apache-2.0 */
/* store/db.h -- a station's database: opened by one writer and any number of readers, written by the batch.
 *
 * In : a station's directory; records (db_record.h, db_log.h).
 * Out: the same records after any crash, pages of them (db_list.h); faults that say what to do.
 * Not: what records mean; sealing (the caller's); hashing of the log (audit/).
 *
 * Two files. station.db holds everything; what could name a person is in it only sealed. keys.db holds the
 * keys that open it, 32 random bytes for each party and each source, and nothing else; so a copy of
 * station.db is no copy of a key, and who destroys a key has destroyed every copy of what it sealed. Within a
 * batch keys.db is made durable first: whatever station.db holds can be opened, and a crash in between leaves
 * a key that opens nothing.
 *
 * A batch is written whole or not at all. After a call within it that failed with
 *   TW_ARG, TW_LIMIT, TW_NOTFOUND, TW_CONFLICT   nothing of that call was written; the batch goes on;
 *   anything else (full, I/O, memory, damage)    all of the batch is undone at once, every further write of
 * it answers the same, until tw_db_rollback or tw_db_commit ends it. The handle stays usable: reads go on,
 * and a later batch works once its cause is gone.
 *
 * A handle belongs to one thread at a time. Files: docs/formats/station.md.
 */
#ifndef TW_STORE_DB_H
#define TW_STORE_DB_H

#include <signal.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"

enum {
    TW_DB_ID = 16,              /* bytes of a party's id, a fingerprint, a station's id */
    TW_DB_KEY = 32,             /* bytes of a key */
    TW_DB_SHORT_MAX = 64,       /* bytes of an office, a kind, a name */
    TW_DB_OBJECT_MAX = 512,     /* MiB of one object */
    TW_DB_SNAPSHOT_MAX = 16384, /* MiB of one snapshot: a state grows with what has been seen */
    TW_DB_PAGE = 8192, /* bytes of a page of the files that this program makes: three records fit in one */
    TW_DB_SCHEMA = 1   /* the schema this program writes */
};

struct tw_db;

/* 0 and NULL mean the default. */
struct tw_db_options {
    bool read_only;     /* any number at once, beside the writer; takes no lock */
    bool without_keys;  /* read only: keys.db is not opened; for who need not know names */
    uint32_t busy_ms;   /* how long to wait for another's checkpoint: 5,000 */
    uint32_t cache_mib; /* pages kept in memory: 64 */
    uint32_t body_kib;  /* ceiling of one text or bytes of a record: 16,384; at most 65,536 */
    const char *vfs;    /* of SQLite; for tests */
};

/* Makes station.db and keys.db in a directory that exists, with mode 0640 and 0600, and leaves them closed. A
 * creation that was cut off is gone on with.
 * id  a new station's random name
 * TW_CONFLICT  there is a station already, or another process holds it
 * TW_NOTFOUND (no directory), TW_IO, TW_FULL, TW_NOMEM */
tw_err tw_db_create(const char *dir, const struct tw_db_options *o, const uint8_t id[TW_DB_ID],
                    struct tw_fault *fault) TW_MUST_CHECK;

/* Opens what tw_db_create made. Whoever writes holds `station.lock` until it is closed, and brings an older
 * schema up to this one, a step a transaction.
 * TW_NOTFOUND  there is no station here, or one of its files is gone
 * TW_CONFLICT  another process writes (the note has its pid); made by a newer program; read only: by an older
 * TW_FORMAT    another program's file, or damaged
 * TW_ARG       others may read keys.db; an option outside its range
 * TW_UNAVAILABLE (busy), TW_IO, TW_FULL, TW_NOMEM */
tw_err tw_db_open(const char *dir, const struct tw_db_options *o, struct tw_db **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Takes NULL. An open batch is undone. */
void tw_db_free(struct tw_db *db);
static inline void tw_db_freep(struct tw_db **db)
{
    tw_db_free(*db);
}

/* One batch of writes; of a reader, one moment that all reads in it see. They do not nest.
 * TW_ARG  there is one already, or none
 * TW_UNAVAILABLE, and as above. After a commit that failed nothing of the batch is there, or -- of a machine
 * that stops before the next batch -- all of it: none of it was acknowledged either way. */
tw_err tw_db_begin(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_commit(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;
void tw_db_rollback(struct tw_db *db); /* without a batch it does nothing */

/* What there is one of. name: at most TW_DB_SHORT_MAX bytes. Put replaces. TW_NOTFOUND, TW_LIMIT, TW_NOMEM.
 * "station" is the id it was created with. */
tw_err tw_db_meta_put(struct tw_db *db, struct tw_str name, struct tw_str value, struct tw_fault *fault)
    TW_MUST_CHECK;
tw_err tw_db_meta(struct tw_db *db, struct tw_str name, struct tw_arena *arena, struct tw_str *ret,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* -- keys.db */

enum tw_db_key_of { TW_DB_KEY_PARTY, TW_DB_KEY_SOURCE };

/* What a key belongs to: a party, or the source bytes of a declaration or manifest in all its versions.
 * TW_CONFLICT  it has one: a key is never replaced; TW_NOTFOUND  it has none, or was erased
 * TW_UNAVAILABLE  opened without keys */
struct tw_db_key_id {
    enum tw_db_key_of of;
    uint64_t reg;            /* of a source */
    uint8_t party[TW_DB_ID]; /* of a party */
};

tw_err tw_db_key_put(struct tw_db *db, const struct tw_db_key_id *id, const uint8_t key[TW_DB_KEY],
                     struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_key(struct tw_db *db, const struct tw_db_key_id *id, uint8_t ret[TW_DB_KEY],
                 struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_key_erase(struct tw_db *db, const struct tw_db_key_id *id, struct tw_fault *fault) TW_MUST_CHECK;

/* Leaves no byte of what was erased in either file: keys.db is written anew without the free room between its
 * rows, and both write-ahead logs are emptied. Not within a batch. TW_UNAVAILABLE  a reader is in the way */
tw_err tw_db_scrub(struct tw_db *db, struct tw_fault *fault) TW_MUST_CHECK;

/* -- being sure */

struct tw_db_damage {
    const char *table; /* "" = the file as a whole */
    const char *what;  /* one sentence */
};

struct tw_db_checker {
    void *to;
    void (*found)(void *to, const struct tw_db_damage *d); /* valid during the call */
    const volatile sig_atomic_t *stop;                     /* not zero = TW_INTERRUPTED; NULL = never */
};

/* Reads every page: is the file whole, does every row have what it points at, are counts, lists by commodity
 * code and last versions what the rows say, do objects have their hash, does what is sealed have its key
 * (unless opened without). *damages = how many were told. Damage is no failure. Not within a batch.
 * TW_IO, TW_NOMEM, TW_INTERRUPTED: it could not be looked at to the end */
tw_err tw_db_check(struct tw_db *db, const struct tw_db_checker *how, uint64_t *damages,
                   struct tw_fault *fault) TW_MUST_CHECK;

/* The same of a file by itself, as tw_db_backup makes it. Errors of tw_db_open too */
tw_err tw_db_check_file(const char *path, const struct tw_db_checker *how, uint64_t *damages,
                        struct tw_fault *fault) TW_MUST_CHECK;

struct tw_db_progress {
    void *to;
    bool (*step)(void *to, uint64_t done, uint64_t total); /* pages; false = give up; NULL = not told */
};

/* Copies station.db as it is at one moment to a new file, which appears whole or not at all, while a writer
 * goes on. Of a reader, or of a writer between batches; keys.db is not in it.
 * TW_CONFLICT  `path` exists; TW_INTERRUPTED, TW_IO, TW_FULL, TW_NOMEM, TW_NOTFOUND (directory) */
tw_err tw_db_backup(struct tw_db *db, const char *path, const struct tw_db_progress *p,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* The same of keys.db, with mode 0600. Made behind a copy of station.db, it opens all that is in that.
 * TW_UNAVAILABLE  opened without keys */
tw_err tw_db_backup_keys(struct tw_db *db, const char *path, struct tw_fault *fault) TW_MUST_CHECK;

/* Makes a station's two files, in a directory that has none, out of copies of them. An older schema stays as
 * it is until it is opened for work. TW_FORMAT  another program's file, or damaged; TW_CONFLICT  there is one
 * already; of a newer program; TW_ARG  others may read the copy of the keys; and as tw_db_backup */
struct tw_db_copies {
    const char *station, *keys; /* paths */
};
tw_err tw_db_restore(const struct tw_db_copies *from, const char *dir, const struct tw_db_progress *p,
                     struct tw_fault *fault) TW_MUST_CHECK;

#endif
