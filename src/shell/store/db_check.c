/* SPDX-License-Identifier: Apache-2.0 */
/* Is everything there? SQLite looks at pages, indexes and references; the rest is what this module itself
 * promises: counts, lists by commodity code, last versions, hashes, keys. Damage that keeps a question from
 * being answered is told like any other, and the next is asked. */
#include <stdio.h>

#include "store/db_log.h"
#include "store/db_priv.h"
#include "store/file_priv.h"

struct check {
    struct tw_db *db;
    const struct tw_db_checker *how;
    uint64_t n;
    int64_t codes; /* lines decl_hs should have */
};

enum { DAMAGES_TOLD = 100, STEPS_BETWEEN = 10000 };

static void tell(struct check *c, const char *table, const char *what)
{
    c->n++;
    if (c->how->found != NULL) c->how->found(c->how->to, &(struct tw_db_damage){table, what});
}

/* Questions whose every row is a damage: the table it is of, the sentence, what finds it. */
#define QUESTIONS(X)                                                                                         \
    X("counter", "the count of facet %s '%s' is %s; the rows say otherwise",                                 \
      "WITH now(facet, value, n) AS (SELECT 0, CAST(channel AS TEXT), count(*) FROM decl WHERE current = 1 " \
      "GROUP BY channel UNION ALL SELECT 1, office, count(*) FROM decl WHERE current = 1 GROUP BY office "   \
      "UNION ALL SELECT 2, CAST((received_at - ((received_at % 86400) + 86400) % 86400) / 86400 AS TEXT),"   \
      " count(*) FROM decl WHERE current = 1 GROUP BY 2 UNION ALL"                                           \
      " SELECT 3, CAST(state AS TEXT), count(*) FROM decl WHERE current = 1 GROUP BY state)"                 \
      " SELECT facet, value, n FROM (SELECT * FROM counter EXCEPT SELECT * FROM now)"                        \
      " UNION ALL SELECT facet, value, 'missing' FROM now WHERE (facet, value) NOT IN"                       \
      " (SELECT facet, value FROM counter)")                                                                 \
    X("decl", "number %s: version %s is%s taken for the last one",                                           \
      "SELECT d.reg, d.version, iif(d.current, '', ' not') FROM decl d WHERE d.current <>"                   \
      " (NOT EXISTS(SELECT 1 FROM decl l WHERE l.reg = d.reg AND l.version > d.version))")                   \
    X("decl_hs", "code %s: seq %s stands for number %s, which does not have it",                             \
      "SELECT h.hs, h.seq, h.reg FROM decl_hs h LEFT JOIN decl d ON d.reg = h.reg AND d.version = h.version" \
      " WHERE d.reg IS NULL OR d.current <> 1 OR d.seq <> h.seq OR instr(' ' || d.hs, ' ' || h.hs) = 0")     \
    X("decl_party", "number %s, version %s: a party stands under seq %s, which is another's",                \
      "SELECT p.reg, p.version, p.seq FROM decl_party p JOIN decl d ON d.reg = p.reg AND"                    \
      " d.version = p.version WHERE d.seq <> p.seq")                                                         \
    X("decl_fields", "number %s, version %s has no fields%s",                                                \
      "SELECT d.reg, d.version, '' FROM decl d LEFT JOIN decl_fields f ON f.reg = d.reg AND"                 \
      " f.version = d.version WHERE f.reg IS NULL")                                                          \
    X("source", "number %s, version %s is nothing's source%s",                                               \
      "SELECT s.reg, s.version, '' FROM source s WHERE NOT EXISTS(SELECT 1 FROM decl d WHERE"                \
      " d.reg = s.reg AND d.version = s.version) AND NOT EXISTS(SELECT 1 FROM manifest m WHERE"              \
      " m.reg = s.reg AND m.version = s.version)")                                                           \
    X("tile", "tile %s of level %s has a wrong size: %s bytes",                                              \
      "SELECT idx, level, length(hashes) FROM tile WHERE length(hashes) NOT BETWEEN 32 AND 8192 OR"          \
      " length(hashes) % 32 <> 0")

static const char *shown(sqlite3_stmt *s, int i)
{
    const char *text = (const char *)sqlite3_column_text(s, i);
    return text != NULL ? text : "?";
}

/* What SQLite cannot read is told; what keeps it from looking is a failure. */
static tw_err ended(struct check *c, enum db_which which, const char *table, int rc, struct tw_fault *fault)
{
    struct tw_fault why = {0};
    const tw_err err = db_say(c->db->file[which], rc, c->db->path[which], &why);
    if (err == TW_FORMAT) {
        tell(c, table, "its pages cannot be read");
        return TW_OK;
    }
    if (fault != NULL) *fault = why;
    return err;
}

struct question {
    enum db_which which;
    const char *table, *sql;
    void (*row)(struct check *c, const struct question *q, sqlite3_stmt *s);
    const char *words;
};

static tw_err put(struct check *c, const struct question *q, struct tw_fault *fault)
{
    sqlite3_stmt *s = NULL;
    sqlite3 *h = c->db->file[q->which];
    int rc = sqlite3_prepare_v2(h, q->sql, -1, &s, NULL);
    const uint64_t before = c->n;
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(s);
        if (rc == SQLITE_ROW) q->row(c, q, s);
        if (c->n - before >= DAMAGES_TOLD)
            rc = SQLITE_DONE; /* one table, however bad, does not hide the others */
    }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? TW_OK : ended(c, q->which, q->table, rc, fault);
}

static void say_row(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    char what[256], *at = what;
    int column = 0;
    for (const char *w = q->words; *w != '\0' && at < what + sizeof what - 1; w++) {
        if (w[0] != '%' || w[1] != 's') {
            *at++ = *w;
            continue;
        }
        const int n = snprintf(at, sizeof what - (size_t)(at - what), "%.64s", shown(s, column++));
        at +=
            (size_t)n < sizeof what - (size_t)(at - what) ? (size_t)n : sizeof what - (size_t)(at - what) - 1;
        w++;
    }
    *at = '\0';
    tell(c, q->table, what);
}

static void say_integrity(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    if (strcmp(shown(s, 0), "ok") != 0) tell(c, q->table, shown(s, 0));
}

static void say_reference(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    char what[160];
    (void)q;
    snprintf(what, sizeof what, "a row belongs to one of %.64s that is not there", shown(s, 2));
    tell(c, shown(s, 0), what);
}

static void say_hash(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    uint8_t now[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX], what[128];
    const void *bytes = sqlite3_column_blob(s, 1);
    tw_sha256(bytes, bytes != NULL ? (size_t)sqlite3_column_bytes(s, 1) : 0, now);
    if (sqlite3_column_bytes(s, 0) == (int)sizeof now &&
        memcmp(now, sqlite3_column_blob(s, 0), sizeof now) == 0)
        return;
    tw_sha256_hex(now, hex);
    snprintf(what, sizeof what, "bytes of the hash %s are kept under another", hex);
    tell(c, q->table, what);
}

/* Each table by itself, so that what is found has a name; only then the file as a whole. */
static tw_err look_at_pages(struct check *c, enum db_which which, struct tw_fault *fault)
{
    const uint64_t before = c->n;
    TW_TRY(put(c, &(struct question){which, "", "PRAGMA integrity_check(1)", say_integrity, ""}, fault));
    if (c->n == before) return TW_OK;
    sqlite3_stmt *s = NULL;
    const char *tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    int rc = sqlite3_prepare_v2(c->db->file[which], tables, -1, &s, NULL);
    tw_err err = TW_OK;
    while (rc == SQLITE_OK && err == TW_OK && sqlite3_step(s) == SQLITE_ROW) {
        char sql[128];
        snprintf(sql, sizeof sql, "PRAGMA integrity_check('%.64s')", shown(s, 0));
        err = put(c, &(struct question){which, shown(s, 0), sql, say_integrity, ""}, fault);
    }
    sqlite3_finalize(s);
    return err;
}

/* The tables are those that this program makes: what a bit that turned made of their text might still be one,
 * and a text that became bytes reads the same.
 */
static tw_err look_at_schema(struct check *c, enum db_which which, struct tw_fault *fault)
{
    static const char ask[] =
        "SELECT quote(type) || quote(name) || quote(tbl_name) || quote(sql) FROM sqlite_schema ORDER BY 1";
    sqlite3 *made = NULL;
    sqlite3_stmt *want = NULL, *is = NULL;
    int rc = db_make_tables(which, &made);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(made, ask, -1, &want, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(c->db->file[which], ask, -1, &is, NULL);
    bool same = true;
    while (rc == SQLITE_OK && same) {
        const int one = sqlite3_step(want), other = sqlite3_step(is);
        same = one == other && (one != SQLITE_ROW || strcmp(shown(want, 0), shown(is, 0)) == 0);
        if (one != SQLITE_ROW) rc = one;
    }
    sqlite3_finalize(want);
    sqlite3_finalize(is);
    sqlite3_close(made);
    if (!same) tell(c, "", "its tables are not those of a station");
    return rc == SQLITE_DONE || rc == SQLITE_OK ? TW_OK : ended(c, which, "", rc, fault);
}

static void say_snapshot(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    TW_SCOPED(tw_db_snapshot_in) *in = NULL;
    const char *kind = shown(s, 0);
    if (tw_db_snapshot_open(c->db, tw_str_from(kind), &in, NULL) != TW_OK)
        tell(c, q->table, "a part of one is missing, or was changed");
    if (sqlite3_column_int64(s, 1) != 1) tell(c, q->table, "there is another than the latest");
}

static tw_err look_at_rows(struct check *c, struct tw_fault *fault)
{
    static const struct question all[] = {
#define X(table, words, sql) {DB_STATION, table, sql, say_row, words},
        QUESTIONS(X)
#undef X
    };
    TW_TRY(put(c, &(struct question){DB_STATION, "", "PRAGMA foreign_key_check", say_reference, ""}, fault));
    TW_TRY(put(c, &(struct question){DB_STATION, "object", "SELECT hash, bytes FROM object", say_hash, ""},
               fault));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) TW_TRY(put(c, &all[i], fault));
    return put(c,
               &(struct question){DB_STATION, "snapshot",
                                  "SELECT kind, count(DISTINCT seq) FROM snapshot GROUP BY kind",
                                  say_snapshot, ""},
               fault);
}

/* Every line of decl_hs is some row's, as a question asks; so where there are as many as there should be,
 * none is missing. One question, that is of one moment while a writer goes on: the rows, then how many lines.
 */
#define CODES_ASK "SELECT hs, NULL FROM decl WHERE current = 1 UNION ALL SELECT NULL, count(*) FROM decl_hs"

static void add_codes(struct check *c, const char *hs)
{
    for (size_t at = 0, n = strlen(hs); at + 6 <= n; at += 7)
        for (size_t d = 2; d <= 6; d += 2) c->codes += at == 0 || memcmp(hs + at - 7, hs + at, d) != 0;
}

static void say_codes(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    char what[128];
    if (sqlite3_column_type(s, 1) == SQLITE_NULL) {
        add_codes(c, shown(s, 0));
        return;
    }
    if (c->codes == sqlite3_column_int64(s, 1)) return;
    snprintf(what, sizeof what, "lists by commodity code have %s lines; the rows say %lld", shown(s, 1),
             (long long)c->codes);
    tell(c, q->table, what);
}

/* -- keys */

static void say_no_key(struct check *c, const struct question *q, sqlite3_stmt *s)
{
    uint8_t key[TW_DB_KEY];
    struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE};
    const bool party = strcmp(q->table, "party") == 0;
    if (party && sqlite3_column_bytes(s, 0) != TW_DB_ID) {
        tell(c, q->table, "an id has a wrong size");
        return;
    }
    if (party) {
        id.of = TW_DB_KEY_PARTY;
        memcpy(id.party, sqlite3_column_blob(s, 0), TW_DB_ID);
    } else {
        id.reg = (uint64_t)sqlite3_column_int64(s, 0);
    }
    const tw_err err = tw_db_key(c->db, &id, key, NULL);
    explicit_bzero(key, sizeof key);
    if (err != TW_OK)
        tell(c, q->table,
             party ? "a party's text is sealed and its key is gone"
                   : "source bytes are sealed and their key is gone");
}

static tw_err look_at_keys(struct check *c, struct tw_fault *fault)
{
    if (c->db->file[DB_KEYS] == NULL) return TW_OK;
    TW_TRY(look_at_pages(c, DB_KEYS, fault));
    TW_TRY(look_at_schema(c, DB_KEYS, fault));
    TW_TRY(put(c,
               &(struct question){DB_STATION, "party", "SELECT id FROM party WHERE sealed IS NOT NULL",
                                  say_no_key, ""},
               fault));
    return put(c, &(struct question){DB_STATION, "source", "SELECT DISTINCT reg FROM source", say_no_key, ""},
               fault);
}

static int stopped(void *to)
{
    const struct check *c = to;
    return c->how->stop != NULL && *c->how->stop != 0;
}

static void watch(struct check *c, bool on)
{
    for (int i = 0; i < DB_FILES; i++) {
        sqlite3 *h = c->db->file[i];
        if (h != NULL) sqlite3_progress_handler(h, STEPS_BETWEEN, on ? stopped : NULL, on ? c : NULL);
    }
}

tw_err tw_db_check(struct tw_db *db, const struct tw_db_checker *how, uint64_t *damages,
                   struct tw_fault *fault)
{
    struct check c = {.db = db, .how = how};
    if (db->batch) return tw_fail(fault, TW_ARG, "a station is checked between batches");
    watch(&c, true);
    tw_err err = look_at_pages(&c, DB_STATION, fault);
    if (err == TW_OK) err = look_at_schema(&c, DB_STATION, fault);
    if (err == TW_OK) err = look_at_rows(&c, fault);
    if (err == TW_OK)
        err = put(&c, &(struct question){DB_STATION, "decl_hs", CODES_ASK, say_codes, ""}, fault);
    if (err == TW_OK) err = look_at_keys(&c, fault);
    watch(&c, false);
    if (err == TW_OK) *damages = c.n;
    return err;
}

tw_err tw_db_check_file(const char *path, const struct tw_db_checker *how, uint64_t *damages,
                        struct tw_fault *fault)
{
    int64_t schema = 0;
    struct tw_db *db = db_new(&(struct tw_db_options){.read_only = true, .without_keys = true});
    if (db == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = db_open_lone(db, DB_STATION, path, fault);
    if (err == TW_OK) err = db_look_at(db, DB_STATION, &schema, fault);
    if (err == TW_OK && schema == 0)
        err = tw_fail(fault, TW_FORMAT, "%s is empty, no copy of a station; name another", file_shown(path));
    if (err == TW_OK && schema != TW_DB_SCHEMA)
        err = tw_fail(fault, TW_CONFLICT,
                      "%s has the schema %lld, this program %d; restore it and open it once",
                      file_shown(path), (long long)schema, TW_DB_SCHEMA);
    if (err == TW_OK) err = tw_db_check(db, how, damages, fault);
    tw_db_free(db);
    return err;
}
