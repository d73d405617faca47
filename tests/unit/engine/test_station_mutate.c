/* SPDX-License-Identifier: Apache-2.0 */
/* test_station_mutate [EVERY] -- a station of more than 256 leaves, of which one thing after another is
 * changed behind its back: `log verify` must see it, and name it. Of the bytes of leaves, tiles, checkpoints
 * and commitments every EVERY-th is flipped in turn (37; `make mutate-log` flips each); all else is tried
 * each time.
 */
#include "house.h"

enum { MANY = 132, TOGETHER = 9, EVERY = 37 };

static long every = EVERY;
static sqlite3 *raw; /* the same file, by a handle that knows no rules */
static struct tw_fault why;

/* -- the station */

static struct tw_decl *one_of_many(int i)
{
    char json[400];
    snprintf(json, sizeof json,
             "{\"declaration_id\":\"M%d\",\"lodged_at\":\"2026-10-%02dT08:00:00Z\",\"office\":\"HB%d\","
             "\"declarant\":{\"id\":\"DC%d\"},\"importer\":{\"id\":\"IM%d\",\"name\":\"Quill\"},"
             "\"items\":[{\"item\":1,\"hs\":\"61091%d\",\"origin\":\"CN\",\"net_mass_kg\":\"%d\"}]}",
             i, 1 + i / 6, i % 3, i % 5, i % 7, i % 3, 10 + i);
    return house_read(json);
}

static void take_many(int from, int to)
{
    TW_SCOPED(tw_intake) *in = NULL;
    CHECK(tw_intake_new(station, &in, NULL) == TW_OK);
    for (int i = from; i < to;) {
        CHECK(tw_station_begin(station, NULL) == TW_OK);
        for (int k = 0; k < TOGETHER && i < to; k++, i++) {
            struct tw_intake_receipt r;
            CHECK(tw_intake_take(in, one_of_many(i), &r, NULL) == TW_OK);
            if (i < 2) house_ack[i].reg = r.reg;
        }
        CHECK(tw_station_commit(station, NULL) == TW_OK);
    }
}

static void decide_many(void)
{
    const struct tw_run_options how = house_settings();
    struct tw_station_count n;
    const struct tw_station_run run = {.station = station, .how = &how};
    CHECK(tw_station_assess(&run, &n, NULL) == TW_OK);
}

static void small_station(void)
{
    house_renew();
    CHECK(make_it(NULL) == TW_OK && open_it(NULL) == TW_OK);
    take_many(0, 20);
    decide_many();
}

/* From now on it is read, and changed by `raw` alone. */
static void only_read(void)
{
    CHECK(tw_station_settle(station, NULL) == TW_OK);
    tw_station_free(station);
    station = NULL;
    house.read_only = true;
    CHECK(tw_station_open(&house, &station, NULL) == TW_OK);
    CHECK(sqlite3_open(station_file("station.db"), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF", NULL, NULL, NULL) ==
          SQLITE_OK);
}

static void no_more(void)
{
    CHECK(sqlite3_close(raw) == SQLITE_OK);
    house.read_only = false;
    tw_station_free(station);
    station = NULL;
}

/* -- what it says */

static tw_err verify(void)
{
    struct tw_station_log_report r = {0};
    why = (struct tw_fault){0};
    const tw_err err = tw_station_log_verify(station, &(struct tw_station_log_watch){.to = NULL}, &r, &why);
    tw_station_log_report_free(&r);
    return err;
}

/* Does the note name it? What stands behind the name must not go on with a digit. */
static bool named(const char *name)
{
    const char *at = strstr(why.note, name);
    return at != NULL && (at[strlen(name)] < '0' || at[strlen(name)] > '9');
}

static void refused(const char *name, const char *what)
{
    const tw_err err = verify();
    if (err != TW_CONFLICT || !named(name))
        fprintf(stderr, "%s: \"%s\" wanted, said: %s\n", what, name, why.note);
    CHECK(err == TW_CONFLICT && named(name));
}

static void whole(const char *what)
{
    const tw_err err = verify();
    if (err != TW_OK) fprintf(stderr, "%s: %s\n", what, why.note);
    CHECK(err == TW_OK);
}

static void sql(const char *text)
{
    char *said = NULL;
    if (sqlite3_exec(raw, text, NULL, NULL, &said) != SQLITE_OK) fprintf(stderr, "%s: %s\n", text, said);
    CHECK(said == NULL);
}

/* Does it, looks, and puts it back. */
static void try(const char *change, const char *name)
{
    sql("ATTACH ':memory:' AS keep; CREATE TABLE keep.leaf AS SELECT * FROM main.leaf; CREATE TABLE "
        "keep.tile AS SELECT"
        " * FROM main.tile; CREATE TABLE keep.checkpoint AS SELECT * FROM main.checkpoint; CREATE TABLE "
        "keep.finding AS"
        " SELECT * FROM main.finding; CREATE TABLE keep.decision AS SELECT * FROM main.decision; CREATE "
        "TABLE keep.decl AS"
        " SELECT * FROM main.decl; CREATE TABLE keep.meta AS SELECT * FROM main.meta");
    sql(change);
    refused(name, change);
    sql("BEGIN; DELETE FROM main.leaf; INSERT INTO main.leaf SELECT * FROM keep.leaf; DELETE FROM main.tile; "
        "INSERT INTO main.tile"
        " SELECT * FROM keep.tile; DELETE FROM main.checkpoint; INSERT INTO main.checkpoint SELECT * FROM "
        "keep.checkpoint;"
        " DELETE FROM main.finding; INSERT INTO main.finding SELECT * FROM keep.finding; DELETE FROM "
        "main.decision; INSERT"
        " INTO main.decision SELECT * FROM keep.decision; DELETE FROM main.decl; INSERT INTO main.decl "
        "SELECT * FROM keep.decl;"
        " DELETE FROM main.meta; INSERT INTO main.meta SELECT * FROM keep.meta; COMMIT; DETACH keep");
}

/* -- bytes */

struct bytes {
    const char *select; /* a name for people, the key, the bytes */
    const char *update; /* ?1 the bytes, ?2 the key */
};

static void put_back(sqlite3_stmt *put, const unsigned char *p, int n, sqlite3_int64 key, bool text)
{
    CHECK((text ? sqlite3_bind_text(put, 1, (const char *)p, n, SQLITE_STATIC)
                : sqlite3_bind_blob(put, 1, p, n, SQLITE_STATIC)) == SQLITE_OK);
    CHECK(sqlite3_bind_int64(put, 2, key) == SQLITE_OK);
    CHECK(sqlite3_step(put) == SQLITE_DONE && sqlite3_reset(put) == SQLITE_OK);
}

static long flip_row(sqlite3_stmt *put, unsigned char *p, int n, sqlite3_int64 key, bool text,
                     const char *name, long *turn)
{
    long flipped = 0;
    for (int i = 0; i < n; i++) {
        if ((*turn)++ % every != 0) continue;
        char what[64];
        const unsigned char was = p[i];
        snprintf(what, sizeof what, "byte %d of %d", i, n);
        p[i] = (unsigned char)(was ^ 1 << *turn % 7); /* texts stay ASCII */
        put_back(put, p, n, key, text);
        refused(name, what);
        p[i] = was;
        flipped++;
    }
    if (flipped > 0) put_back(put, p, n, key, text);
    return flipped;
}

/* Flips bytes of all rows that a question gives. */
static void flip(const struct bytes *b)
{
    static unsigned char room[1 << 16];
    sqlite3_stmt *get = NULL, *put = NULL;
    long flipped = 0, turn = 0, rows = 0;
    sqlite3_int64 key[1000];
    CHECK(sqlite3_prepare_v2(raw, b->update, -1, &put, NULL) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(raw, b->select, -1, &get, NULL) == SQLITE_OK);
    while (sqlite3_step(get) == SQLITE_ROW) key[rows++] = sqlite3_column_int64(get, 1);
    CHECK(rows > 0 && rows < 1000);
    for (long r = 0; r < rows; r++) {
        char name[64] = {0};
        CHECK(sqlite3_reset(get) == SQLITE_OK);
        while (sqlite3_step(get) == SQLITE_ROW && sqlite3_column_int64(get, 1) != key[r]) continue;
        const int n = sqlite3_column_bytes(get, 2);
        const bool text = sqlite3_column_type(get, 2) == SQLITE_TEXT;
        CHECK(n > 0 && n <= (int)sizeof room);
        memcpy(room, sqlite3_column_blob(get, 2), (size_t)n);
        snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(get, 0));
        CHECK(sqlite3_reset(get) == SQLITE_OK);
        flipped += flip_row(put, room, n, key[r], text, name, &turn);
    }
    sqlite3_finalize(get);
    sqlite3_finalize(put);
    whole(b->update);
    printf("# %ld of %ld bytes in %ld rows flipped, each seen and named: %s\n", flipped, turn, rows,
           b->update);
}

static void large_station(void)
{
    house_renew();
    CHECK(make_it(NULL) == TW_OK && open_it(NULL) == TW_OK);
    take_many(0, MANY - TOGETHER);
    decide_many();
    CHECK(find(NULL) == TW_OK);
    take_many(MANY - TOGETHER, MANY);
    house_clock = house_first + TW_DAY_S;
    decide_many();
    only_read();
    whole("as it is");
}

static void each_byte_of_a_leaf_is_seen(void)
{
    flip(&(struct bytes){"SELECT 'leaf ' || idx, idx, body FROM leaf ORDER BY idx",
                         "UPDATE leaf SET body = ?1 WHERE idx = ?2"});
}

static void each_byte_of_a_tile_is_seen(void)
{
    flip(&(struct bytes){"SELECT 'tile ' || level || '/' || idx, rowid, hashes FROM tile",
                         "UPDATE tile SET hashes = ?1 WHERE rowid = ?2"});
}

static void each_byte_of_a_checkpoint_is_seen(void)
{
    flip(&(struct bytes){"SELECT 'checkpoint of ' || size, size, note FROM checkpoint ORDER BY size",
                         "UPDATE checkpoint SET note = ?1 WHERE size = ?2"});
}

/* What the station goes by; the sums themselves stand in leaves. */
static void each_byte_of_what_is_kept_of_a_commitment_is_seen(void)
{
    const long before = every;
    every = 1;
    for (int k = 0; k < 3; k++) {
        char select[200], update[200];
        snprintf(select, sizeof select,
                 "SELECT 'leaf ' || CAST(value AS INTEGER), 1, value FROM meta WHERE name LIKE 'day:%%'"
                 " ORDER BY name LIMIT 1 OFFSET %d",
                 k);
        snprintf(update, sizeof update,
                 "UPDATE meta SET value = CAST(?1 AS BLOB) WHERE ?2 = 1 AND name = (SELECT name FROM meta"
                 " WHERE name LIKE 'day:%%' ORDER BY name LIMIT 1 OFFSET %d)",
                 k);
        flip(&(struct bytes){select, update});
    }
    every = before;
}

/* -- what was added, removed, changed in its order */

static void leaves_that_are_missing_or_in_another_order_are_seen(void)
{
    char text[400], name[40];
    sqlite3_stmt *s = NULL;
    CHECK(sqlite3_prepare_v2(raw, "SELECT count(*) FROM leaf", -1, &s, NULL) == SQLITE_OK &&
          sqlite3_step(s) == SQLITE_ROW);
    const int n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    CHECK(n > 256);
    for (int i = 0; i + 1 < n; i += 7) {
        snprintf(text, sizeof text,
                 "UPDATE leaf SET body = (SELECT body FROM keep.leaf k WHERE k.idx = %d - leaf.idx) WHERE "
                 "idx IN (%d, %d)",
                 2 * i + 1, i, i + 1);
        snprintf(name, sizeof name, "leaf %d", i);
        try(text, name);
        snprintf(text, sizeof text, "DELETE FROM leaf WHERE idx = %d", i);
        try(text, name);
    }
    snprintf(text, sizeof text, "DELETE FROM leaf WHERE idx = %d", n - 1);
    try(text, "is of more than there are");
    snprintf(text, sizeof text, "DELETE FROM leaf WHERE idx >= %d; DELETE FROM checkpoint WHERE size > %d",
             n - 3, n - 3);
    try(text, "tile 0/1");
    try("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)", "are under no checkpoint");
    try("DELETE FROM tile WHERE level = 1", "tile 1/0");
    try("DELETE FROM tile WHERE level = 0 AND idx = 1", "tile 0/1");
    snprintf(text, sizeof text, "INSERT INTO leaf SELECT %d, body FROM leaf WHERE idx = 3", n);
    try(text, "tile 0/1");
}

static void what_no_leaf_is_of_is_seen(void)
{
    try("INSERT INTO tile SELECT 0, 7, hashes FROM tile LIMIT 1", "tiles");
    try("INSERT INTO checkpoint SELECT 5000, note FROM checkpoint LIMIT 1", "checkpoint of 5000");
    try("INSERT INTO checkpoint SELECT 0, note FROM checkpoint LIMIT 1",
        "checkpoint of a size that never was");
    try("INSERT INTO decl SELECT 7777, 1, 7777, received_at, office, channel, state, current, content, "
        "declarant,"
        " randomblob(16), hs FROM decl LIMIT 1",
        "declaration 000000007777");
    try("INSERT INTO decision SELECT reg, 9, 7777, decided_at, channel, basis, propensity, draw, model, "
        "criteria, profile,"
        " features, record FROM decision WHERE reg = 3",
        "decision 000000000003");
    try("INSERT INTO finding SELECT reg, 7777, version, item, result, known_day, record FROM finding WHERE "
        "reg = 1",
        "finding 000000000001");
}

static void rows_that_were_changed_are_seen(void)
{
    try("UPDATE decl SET received_at = received_at + 1 WHERE reg = 5", "leaf 4");
    try("UPDATE decl SET seq = 9999 WHERE reg = 5", "leaf 4");
    try("UPDATE decision SET channel = channel + 1 WHERE reg = 5", "decision it speaks of, 000000000005");
}

/* -- what the signer signs, and no station should hold */

static void add_leaf(const char *json)
{
    CHECK(tw_station_begin(station, NULL) == TW_OK);
    CHECK(tw_station_leaf(station, tw_str_from(json), &why) == TW_OK);
    CHECK(tw_station_commit(station, NULL) == TW_OK && tw_station_settle(station, NULL) == TW_OK);
}

static void two_commitments_for_a_day_are_refused(void)
{
    char json[200], day[16] = {0};
    struct tw_buf text = tw_buf_in(day, sizeof day - 1);
    tw_buf_day(&text, (int32_t)(house_first / TW_DAY_S));
    snprintf(json, sizeof json, "{\"day\":\"%s\",\"sha256\":\"%064d\",\"type\":\"commitment\",\"v\":1}", day,
             7);
    small_station();
    add_leaf(json);
    refused("commits once more to the key", json);
    small_station(); /* the key itself is another */
    snprintf(json, sizeof json, "{\"day\":\"%s\",\"key\":\"%064d\",\"type\":\"reveal\",\"v\":1}", day, 7);
    add_leaf(json);
    refused("reveals another key", json);
    small_station();
    add_leaf("{\"day\":\"2020-01-01\",\"key\":"
             "\"0000000000000000000000000000000000000000000000000000000000000000\",\"type\":"
             "\"reveal\",\"v\":1}");
    refused("nothing commits to", "a reveal of a day that was never committed to");
}

static void copy(const char *from, const char *to)
{
    static char bytes[8 << 20];
    const size_t n = read_whole(station_file(from), bytes, sizeof bytes);
    CHECK(n > 0 && n < sizeof bytes);
    write_whole(station_file(to), bytes, n);
}

/* A copy from before: the station itself is whole, and the signer has seen more. */
static void an_older_station_is_refused_by_the_signer(void)
{
    small_station();
    CHECK(tw_station_settle(station, NULL) == TW_OK);
    tw_station_free(station);
    station = NULL;
    copy("station.db", "old.db");
    copy("keys.db", "old-keys.db");
    CHECK(open_it(NULL) == TW_OK);
    take_many(20, 30);
    CHECK(tw_station_settle(station, NULL) == TW_OK);
    tw_station_free(station);
    station = NULL;
    struct stat log;
    CHECK(stat(station_file("station.db-wal"), &log) == 0 && log.st_size == 0); /* all of it is in the file */
    copy("old.db", "station.db");
    copy("old-keys.db", "keys.db");
    why = (struct tw_fault){0};
    CHECK(open_it(&why) == TW_CONFLICT && strstr(why.note, "it lost some") != NULL);
    house.read_only = true;
    CHECK(tw_station_open(&house, &station, NULL) == TW_OK);
    whole("by itself it is whole");
    house.read_only = false;
}

int main(int argc, char **argv)
{
    if (argc > 1) every = strtol(argv[1], NULL, 10);
    CHECK(every > 0);
    house_begin();
    large_station();
    RUN(each_byte_of_a_leaf_is_seen);
    RUN(each_byte_of_a_tile_is_seen);
    RUN(each_byte_of_a_checkpoint_is_seen);
    RUN(each_byte_of_what_is_kept_of_a_commitment_is_seen);
    RUN(leaves_that_are_missing_or_in_another_order_are_seen);
    RUN(what_no_leaf_is_of_is_seen);
    RUN(rows_that_were_changed_are_seen);
    no_more();
    RUN(two_commitments_for_a_day_are_refused);
    RUN(an_older_station_is_refused_by_the_signer);
    house_end();
    return DONE();
}
