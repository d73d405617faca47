/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "station.h"
#include "store/db_priv.h"

static void sql(const char *file, const char *text)
{
    sqlite3 *h = NULL;
    CHECK(sqlite3_open(station_file(file), &h) == SQLITE_OK &&
          sqlite3_exec(h, text, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_close(h) == SQLITE_OK);
}

static tw_err try_open(const struct tw_db_options *o, struct tw_fault *fault)
{
    struct tw_db *db = NULL;
    const tw_err err = tw_db_open(station_dir, o, &db, fault);
    CHECK((err == TW_OK) == (db != NULL));
    tw_db_free(db);
    return err;
}

static const struct tw_db_options reading = {.read_only = true};

static void a_station_is_made_once_and_its_files_are_its_owners(void)
{
    struct stat st;
    struct tw_fault fault = {0};
    station_place();
    CHECK(try_open(NULL, &fault) == TW_NOTFOUND && strstr(fault.note, "tidewaiter init") != NULL);
    CHECK(access(station_file("station.lock"), F_OK) != 0);
    CHECK(tw_db_create(station_dir, NULL, station_id, NULL) == TW_OK);
    CHECK(stat(station_file("keys.db"), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(stat(station_file("station.db"), &st) == 0 && (st.st_mode & 0027) == 0);
    CHECK(tw_db_create(station_dir, NULL, station_id, &fault) == TW_CONFLICT);
    CHECK(strstr(fault.note, "another directory") != NULL);
    CHECK(tw_db_create("/nowhere/at/all", NULL, station_id, NULL) == TW_NOTFOUND);
}

static void what_was_committed_is_there_after_opening_again(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str v;
    struct tw_db *db = station_new();
    CHECK(tw_arena_new(1 << 16, &arena) == TW_OK);
    CHECK(tw_db_meta(db, TW_STR("station"), arena, &v, NULL) == TW_OK);
    CHECK(v.n == TW_DB_ID && memcmp(v.s, station_id, v.n) == 0);
    CHECK(tw_db_meta_put(db, TW_STR("a"), TW_STR("1"), NULL) == TW_ARG); /* no batch */
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_begin(db, NULL) == TW_ARG);
    CHECK(tw_db_meta_put(db, TW_STR("a"), TW_STR("1"), NULL) == TW_OK && tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_commit(db, NULL) == TW_ARG);
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_meta_put(db, TW_STR("a"), TW_STR("2"), NULL) == TW_OK);
    tw_db_free(db); /* undoes it */
    db = station_open(NULL);
    CHECK(tw_db_meta(db, TW_STR("a"), arena, &v, NULL) == TW_OK && tw_str_is(v, "1"));
    CHECK(tw_db_meta(db, TW_STR("b"), arena, &v, NULL) == TW_NOTFOUND);
    tw_db_free(db);
}

static void a_second_writer_is_refused_with_the_pid_of_the_first(void)
{
    struct tw_db *db = station_new();
    struct tw_fault fault = {0};
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld holds", (long)getpid());
    CHECK(try_open(NULL, &fault) == TW_CONFLICT && strstr(fault.note, pid) != NULL);
    CHECK(tw_db_create(station_dir, NULL, station_id, NULL) == TW_CONFLICT);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct tw_db *other = NULL;
        struct tw_fault f = {0};
        _exit(tw_db_open(station_dir, NULL, &other, &f) == TW_CONFLICT && strstr(f.note, pid) != NULL ? 0
                                                                                                      : 1);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    tw_db_free(db);
    CHECK(try_open(NULL, NULL) == TW_OK); /* the file of the lock stays; nobody holds it */
}

static void a_holder_that_was_killed_holds_nothing(void)
{
    int ready[2], status = 0;
    char c = 0;
    tw_db_free(station_new());
    CHECK(pipe(ready) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct tw_db *db = NULL;
        if (tw_db_open(station_dir, NULL, &db, NULL) != TW_OK) _exit(1);
        c = 1;
        TW_IGNORE(write(ready[1], &c, 1) == 1 ? TW_OK : TW_IO);
        pause();
        _exit(0);
    }
    close(ready[1]);
    CHECK(read(ready[0], &c, 1) == 1 && c == 1);
    CHECK(try_open(NULL, NULL) == TW_CONFLICT);
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
    CHECK(try_open(NULL, NULL) == TW_OK);
    close(ready[0]);
}

static void readers_see_one_moment_while_a_writer_goes_on(void)
{
    struct tw_db *db = station_new();
    put_decls(db, 1, 3);
    struct tw_db *reader = station_open(&reading);
    CHECK(count_of(reader, TW_DB_FACET_OFFICE, "south") == 1);
    CHECK(tw_db_begin(reader, NULL) == TW_OK && count_of(reader, TW_DB_FACET_OFFICE, "south") == 1);
    put_decls(db, 4, 6);
    CHECK(count_of(reader, TW_DB_FACET_OFFICE, "south") == 1);
    CHECK(tw_db_commit(reader, NULL) == TW_OK && count_of(reader, TW_DB_FACET_OFFICE, "south") == 2);
    CHECK(tw_db_begin(reader, NULL) == TW_OK);
    CHECK(tw_db_meta_put(reader, TW_STR("a"), TW_STR("1"), NULL) == TW_ARG);
    tw_db_free(reader);
    tw_db_free(db);
    reader = station_open(&reading); /* without a writer too */
    CHECK(count_of(reader, TW_DB_FACET_OFFICE, "south") == 2);
    tw_db_free(reader);
}

static void another_programs_file_is_refused_and_left_alone(void)
{
    struct tw_fault fault = {0};
    station_place();
    sql("station.db", "CREATE TABLE bookmarks(url TEXT)");
    CHECK(try_open(NULL, &fault) == TW_FORMAT && strstr(fault.note, "another program") != NULL);
    CHECK(tw_db_create(station_dir, NULL, station_id, NULL) == TW_FORMAT);
    sql("station.db",
        "INSERT INTO bookmarks VALUES('x')"); /* as it was: no write-ahead log, no other table */
    CHECK(access(station_file("station.db-wal"), F_OK) != 0);
    station_place();
    FILE *f = fopen(station_file("station.db"), "w");
    CHECK(f != NULL);
    for (int i = 0; i < 4096; i++) fputs("This is a letter.\n", f);
    CHECK(fclose(f) == 0);
    CHECK(try_open(NULL, &fault) == TW_FORMAT && strstr(fault.note, "no database") != NULL);
}

static void a_newer_schema_is_refused_with_what_to_do(void)
{
    struct tw_fault fault = {0};
    tw_db_free(station_new());
    sql("station.db", "PRAGMA user_version = 1000");
    CHECK(try_open(NULL, &fault) == TW_CONFLICT && strstr(fault.note, "newer program") != NULL);
    CHECK(try_open(&reading, &fault) == TW_CONFLICT);
    sql("station.db", "PRAGMA user_version = 1");
    sql("keys.db", "PRAGMA user_version = 2");
    CHECK(try_open(NULL, &fault) == TW_CONFLICT && strstr(fault.note, "keys.db") != NULL);
}

static void a_damaged_file_is_refused_and_what_can_be_read_is(void)
{
    struct tw_fault fault = {0};
    struct tw_db *db = station_new();
    put_decls(db, 1, 200);
    tw_db_free(db);
    FILE *f = fopen(station_file("station.db"), "r+");
    CHECK(f != NULL && fseek(f, 100, SEEK_SET) == 0); /* the first page's tree: the schema */
    for (int i = 0; i < 3000; i++) fputc(0x5a, f);
    CHECK(fclose(f) == 0);
    CHECK(try_open(NULL, &fault) == TW_FORMAT && strstr(fault.note, "backup") != NULL);
    CHECK(truncate(station_file("station.db"), 50) == 0);
    CHECK(try_open(NULL, &fault) == TW_FORMAT);
}

static void a_creation_that_was_cut_off_is_gone_on_with(void)
{
    struct tw_fault fault = {0};
    station_place();
    FILE *f = fopen(station_file("station.db"), "w");
    CHECK(f != NULL && fclose(f) == 0);
    CHECK(try_open(NULL, &fault) == TW_NOTFOUND && strstr(fault.note, "cut off") != NULL);
    CHECK(tw_db_create(station_dir, NULL, station_id, NULL) == TW_OK && try_open(NULL, NULL) == TW_OK);
}

static void keys_that_are_gone_or_open_to_others_are_refused(void)
{
    struct tw_fault fault = {0};
    const struct tw_db_options without = {.read_only = true, .without_keys = true};
    tw_db_free(station_new());
    CHECK(chmod(station_file("keys.db"), 0640) == 0);
    CHECK(try_open(NULL, &fault) == TW_ARG && strstr(fault.note, "chmod 600") != NULL);
    CHECK(try_open(&without, NULL) == TW_OK);
    CHECK(unlink(station_file("keys.db")) == 0);
    CHECK(try_open(NULL, &fault) == TW_NOTFOUND && strstr(fault.note, "its own backup") != NULL);
    CHECK(try_open(&reading, NULL) == TW_NOTFOUND && try_open(&without, NULL) == TW_OK);
    struct tw_db *db = station_open(&without);
    uint8_t key[TW_DB_KEY];
    CHECK(tw_db_key(db, &(struct tw_db_key_id){.reg = 1}, key, NULL) == TW_UNAVAILABLE);
    tw_db_free(db);
}

static void a_key_is_never_replaced_and_erased_once(void)
{
    struct tw_db *db = station_new();
    uint8_t key[TW_DB_KEY] = "key", got[TW_DB_KEY];
    const struct tw_db_key_id a = {.of = TW_DB_KEY_SOURCE, .reg = 258},
                              b = {.of = TW_DB_KEY_PARTY, .party = "\1\2"};
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_key_put(db, &a, key, NULL) == TW_OK && tw_db_key_put(db, &b, key, NULL) == TW_OK);
    CHECK(tw_db_key_put(db, &a, key, NULL) == TW_CONFLICT && tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_key(db, &a, got, NULL) == TW_OK && memcmp(got, key, sizeof key) == 0);
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_key_erase(db, &a, NULL) == TW_OK);
    CHECK(tw_db_key_erase(db, &a, NULL) == TW_NOTFOUND && tw_db_scrub(db, NULL) == TW_ARG);
    CHECK(tw_db_commit(db, NULL) == TW_OK);
    CHECK(tw_db_key(db, &a, got, NULL) == TW_NOTFOUND && tw_db_key(db, &b, got, NULL) == TW_OK);
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_key_erase(db, &b, NULL) == TW_OK);
    tw_db_rollback(db);
    CHECK(tw_db_key(db, &b, got, NULL) == TW_OK);
    tw_db_free(db);
}

static bool file_holds(const char *name, const void *p, size_t n)
{
    static char bytes[16 << 20];
    FILE *f = fopen(station_file(name), "r");
    if (f == NULL) return false;
    const size_t got = fread(bytes, 1, sizeof bytes, f);
    CHECK(fclose(f) == 0 && got < sizeof bytes);
    return memmem(bytes, got, p, n) != NULL;
}

static void a_scrubbed_key_is_in_no_file(void)
{
    struct tw_db *db = station_new();
    uint8_t key[TW_DB_KEY];
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    for (uint64_t i = 0; i < 5000; i++) { /* many pages, split and joined again and again */
        memset(key, 0x40 + (int)(i % 64), sizeof key);
        number(key, 8, i * 0x9e3779b97f4a7c15u);
        CHECK(tw_db_key_put(db, &(struct tw_db_key_id){TW_DB_KEY_SOURCE, i * 7919 % 5003, {0}}, key, NULL) ==
              TW_OK);
    }
    CHECK(tw_db_commit(db, NULL) == TW_OK && tw_db_begin(db, NULL) == TW_OK);
    for (uint64_t i = 0; i < 5000; i += 2)
        CHECK(tw_db_key_erase(db, &(struct tw_db_key_id){TW_DB_KEY_SOURCE, i * 7919 % 5003, {0}}, NULL) ==
              TW_OK);
    CHECK(tw_db_commit(db, NULL) == TW_OK && tw_db_scrub(db, NULL) == TW_OK);
    for (uint64_t i = 0; i < 5000; i += i < 100 ? 1 : 97) {
        memset(key, 0x40 + (int)(i % 64), sizeof key);
        number(key, 8, i * 0x9e3779b97f4a7c15u);
        CHECK(file_holds("keys.db", key, sizeof key) == (i % 2 == 1));
        CHECK(!file_holds("keys.db-wal", key, sizeof key) && !file_holds("station.db", key, sizeof key));
    }
    tw_db_free(db);
}

static void steps_of_the_schema_are_taken_one_by_one(void)
{
    static const char *const step[] = {"", "CREATE TABLE later(a INTEGER) STRICT",
                                       "ALTER TABLE later ADD COLUMN b TEXT",
                                       "CREATE TABLE later(twice INTEGER)"};
    struct tw_db *db = station_new();
    struct tw_fault fault = {0};
    int64_t n = 0;
    CHECK(db_migrate(db, DB_STATION, step, 1, 3, NULL) == TW_OK);
    CHECK(db_ask(db, DB_STATION, "PRAGMA user_version", &n, NULL) == TW_OK && n == 3);
    CHECK(db_ask(db, DB_STATION, "SELECT count(b) FROM later", &n, NULL) == TW_OK && n == 0);
    CHECK(db_migrate(db, DB_STATION, step, 3, 4, &fault) != TW_OK); /* fails: nothing of it */
    CHECK(db_ask(db, DB_STATION, "PRAGMA user_version", &n, NULL) == TW_OK && n == 3);
    tw_db_free(db);
}

static void options_outside_their_range_are_refused(void)
{
    tw_db_free(station_new());
    CHECK(try_open(&(struct tw_db_options){.body_kib = 65537}, NULL) == TW_ARG);
    CHECK(try_open(&(struct tw_db_options){.busy_ms = UINT32_MAX}, NULL) == TW_ARG);
    CHECK(try_open(&(struct tw_db_options){.cache_mib = 65537}, NULL) == TW_ARG);
    struct tw_db *db = station_open(&(struct tw_db_options){.body_kib = 1});
    static char text[1025];
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_meta_put(db, TW_STR("a"), (struct tw_str){text, 1025}, NULL) == TW_LIMIT);
    CHECK(tw_db_meta_put(db, TW_STR("a"), (struct tw_str){text, 1024}, NULL) == TW_OK);
    CHECK(tw_db_meta_put(db, (struct tw_str){text, TW_DB_SHORT_MAX + 1}, TW_STR(""), NULL) == TW_LIMIT);
    tw_db_free(db);
}

int main(void)
{
    RUN(a_station_is_made_once_and_its_files_are_its_owners);
    RUN(what_was_committed_is_there_after_opening_again);
    RUN(a_second_writer_is_refused_with_the_pid_of_the_first);
    RUN(a_holder_that_was_killed_holds_nothing);
    RUN(readers_see_one_moment_while_a_writer_goes_on);
    RUN(another_programs_file_is_refused_and_left_alone);
    RUN(a_newer_schema_is_refused_with_what_to_do);
    RUN(a_damaged_file_is_refused_and_what_can_be_read_is);
    RUN(a_creation_that_was_cut_off_is_gone_on_with);
    RUN(keys_that_are_gone_or_open_to_others_are_refused);
    RUN(a_key_is_never_replaced_and_erased_once);
    RUN(a_scrubbed_key_is_in_no_file);
    RUN(steps_of_the_schema_are_taken_one_by_one);
    RUN(options_outside_their_range_are_refused);
    station_clear();
    return DONE();
}
