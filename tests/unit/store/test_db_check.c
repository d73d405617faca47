/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "station.h"
#include "store/db.h"

static char told[4096];

static void tell(void *to, const struct tw_db_damage *d)
{
    (void)to;
    const size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%s: %s\n", d->table, d->what);
}

static uint64_t check_it(void)
{
    const struct tw_db_checker how = {.found = tell};
    uint64_t n = 0;
    struct tw_db *db = station_open(&(struct tw_db_options){.read_only = true});
    told[0] = '\0';
    CHECK(tw_db_check(db, &how, &n, NULL) == TW_OK);
    tw_db_free(db);
    return n;
}

static void fill(void)
{
    uint8_t hash[TW_SHA256_BYTES];
    struct tw_db *db = station_new();
    put_decls(db, 1, 50);
    CHECK(tw_db_begin(db, NULL) == TW_OK);
    CHECK(tw_db_object_put(db, TW_STR("model"), TW_STR("abc"), hash, NULL) == TW_OK);
    CHECK(tw_db_commit(db, NULL) == TW_OK);
    tw_db_free(db);
}

/* What nobody may do to a station: past its own interface. */
static void sql(const char *file, const char *text)
{
    sqlite3 *h = NULL;
    CHECK(sqlite3_open(station_file(file), &h) == SQLITE_OK &&
          sqlite3_exec(h, text, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_close(h) == SQLITE_OK);
}

static void each_damage_is_told_with_its_table(void)
{
    static const struct {
        const char *file, *sql, *says;
        uint64_t n;
    } row[] = {
        {"station.db", "UPDATE counter SET n = n + 1 WHERE facet = 1 AND value = 'south'",
         "counter: the count of", 1},
        {"station.db", "DELETE FROM counter WHERE facet = 2 AND value = '20717'", "'20717' is missing", 1},
        {"station.db", "INSERT INTO counter VALUES(3, '44', 1)", "'44' is 1;", 1},
        {"station.db", "DELETE FROM decl_hs WHERE hs = '8517' AND seq = 30",
         "decl_hs: lists by commodity code have", 1},
        {"station.db", "UPDATE decl_hs SET reg = 2 WHERE hs = '8517' AND seq = 30",
         "decl_hs: code 8517: seq 30", 1},
        {"station.db", "UPDATE decl_party SET seq = 31 WHERE reg = 3", "decl_party: number 3", 2},
        {"station.db", "UPDATE object SET bytes = x'00'", "object: bytes of the hash", 1},
        {"station.db", "DELETE FROM decl_fields WHERE reg = 9", "decl_fields: number 9", 1},
        {"station.db", "INSERT INTO source VALUES(77, 1, x'00')", "source: number 77",
         2}, /* nor has it a key */
        {"station.db", "INSERT INTO decision SELECT 78,1,1,1,1,1,1,1,x'',x'',x'',x'',''",
         "decision: a row belongs", 1},
        {"station.db", "INSERT INTO tile VALUES(1, 2, x'00')", "tile: tile 2 of level 1", 1},
        {"keys.db", "DELETE FROM key WHERE kind = 0 AND id = (SELECT min(id) FROM key WHERE kind = 0)",
         "party: ", 1},
        {"keys.db", "DELETE FROM key WHERE kind = 1 AND id = (SELECT min(id) FROM key WHERE kind = 1)",
         "source: ", 1},
        {"station.db",
         "PRAGMA writable_schema = ON;"
         "UPDATE sqlite_schema SET tbl_name = CAST(tbl_name AS BLOB) WHERE name = 'decl_seq'",
         "its tables are not those of a station", 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fill();
        CHECK(check_it() == 0);
        sql(row[i].file, row[i].sql);
        const uint64_t n = check_it();
        if (n != row[i].n || strstr(told, row[i].says) == NULL) fprintf(stderr, "%s -> %s", row[i].sql, told);
        CHECK(n == row[i].n && strstr(told, row[i].says) != NULL);
    }
}

static void a_wrong_last_version_is_told(void)
{
    fill();
    sql("station.db", "UPDATE decl SET current = 0 WHERE reg = 7");
    CHECK(check_it() > 0 && strstr(told, "decl: number 7: version 1 is not taken for the last one") != NULL);
}

/* The first bytes of each page are spoilt in turn. */
static bool refused_or_told(void)
{
    struct tw_db *db = NULL;
    const tw_err err = tw_db_open(station_dir, &(struct tw_db_options){.read_only = true}, &db, NULL);
    tw_db_free(db);
    if (err != TW_OK) return err == TW_FORMAT; /* a page of the schema */
    return check_it() > 0;
}

static void pages_that_were_overwritten_are_told(void)
{
    static char whole[4 << 20];
    fill();
    sql("station.db", "PRAGMA wal_checkpoint(TRUNCATE)");
    FILE *f = fopen(station_file("station.db"), "r");
    CHECK(f != NULL);
    const size_t n = fread(whole, 1, sizeof whole, f);
    CHECK(fclose(f) == 0 && n % TW_DB_PAGE == 0);
    size_t seen = 0;
    for (size_t page = 1; page < n / TW_DB_PAGE; page++) { /* the first: the file is not opened */
        f = fopen(station_file("station.db"), "r+");
        CHECK(f != NULL && fseek(f, (long)(page * TW_DB_PAGE), SEEK_SET) == 0);
        for (int i = 0; i < 64; i++) fputc(0xee, f);
        CHECK(fclose(f) == 0);
        seen += refused_or_told();
        f = fopen(station_file("station.db"), "r+");
        CHECK(f != NULL && fseek(f, (long)(page * TW_DB_PAGE), SEEK_SET) == 0);
        CHECK(fwrite(whole + page * TW_DB_PAGE, 1, 64, f) == 64 && fclose(f) == 0);
    }
    CHECK(seen == n / TW_DB_PAGE - 1 && check_it() == 0);
}

static void a_check_can_be_stopped_and_is_none_of_a_batch(void)
{
    const volatile sig_atomic_t stop = 1;
    const struct tw_db_checker how = {.stop = &stop};
    uint64_t n = 0;
    fill();
    struct tw_db *db = station_open(NULL);
    put_decls(db, 51, 400);
    CHECK(tw_db_check(db, &how, &n, NULL) == TW_INTERRUPTED);
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_check(db, &how, &n, NULL) == TW_ARG);
    tw_db_rollback(db);
    CHECK(damages_of(db) == 0);
    tw_db_free(db);
}

enum { MANY = 5000 }; /* while so many are read, somebody writes one more */

static pid_t write_on(void)
{
    fflush(stdout);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid > 0) return pid;
    CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    struct tw_db *writer = station_open(NULL);
    for (uint64_t i = MANY + 1;; i++) put_decls(writer, i, i);
}

static void what_a_writer_does_meanwhile_is_no_damage(void)
{
    fill();
    struct tw_db *db = station_open(NULL);
    put_decls(db, 51, MANY);
    tw_db_free(db);
    const pid_t writer = write_on();
    for (int i = 0; i < 10; i++) {
        const uint64_t n = check_it();
        if (n > 0) fputs(told, stderr);
        CHECK(n == 0);
    }
    CHECK(kill(writer, SIGKILL) == 0 && waitpid(writer, NULL, 0) == writer);
}

/* -- backups */

static bool step(void *to, uint64_t done, uint64_t total)
{
    struct tw_db *writer = to;
    CHECK(done <= total);
    if (writer != NULL)
        put_decls(writer, 1000 + done, 1000 + done); /* the copy is of one moment all the same */
    return writer != NULL;
}

static tw_err check_file(const char *path, uint64_t *n)
{
    const struct tw_db_checker how = {.found = tell};
    told[0] = '\0';
    return tw_db_check_file(path, &how, n, NULL);
}

static void a_backup_is_of_one_moment_while_a_writer_goes_on(void)
{
    char path[128];
    uint64_t n = 1;
    fill();
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    struct tw_db *writer = station_open(NULL),
                 *reader = station_open(&(struct tw_db_options){.read_only = true});
    for (uint64_t i = 100; i < 900; i += 100) put_decls(writer, i, i + 99);
    const uint64_t south = count_of(writer, TW_DB_FACET_OFFICE, "south");
    const struct tw_db_progress p = {writer, step};
    CHECK(tw_db_backup(reader, path, &p, NULL) == TW_OK);
    CHECK(count_of(writer, TW_DB_FACET_CHANNEL, "0") > 0);
    CHECK(check_file(path, &n) == TW_OK && n == 0);
    CHECK(tw_db_backup(reader, path, NULL, NULL) == TW_CONFLICT);
    tw_db_free(reader);
    tw_db_free(writer);
    CHECK(rename(path, station_file("station.db")) == 0);
    struct stat log;
    CHECK(stat(station_file("station.db-wal"), &log) == 0 &&
          log.st_size == 0); /* kept for readers of a full disk */
    CHECK(access(station_file("copy.db-wal"), F_OK) != 0);
    struct tw_db *db = station_open(NULL);
    CHECK(count_of(db, TW_DB_FACET_OFFICE, "south") == south && damages_of(db) == 0);
    tw_db_free(db);
}

static void a_backup_holds_no_key(void)
{
    static char bytes[8 << 20];
    char path[128];
    fill();
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    struct tw_db *db = station_open(NULL);
    CHECK(tw_db_backup(db, path, NULL, NULL) == TW_OK);
    tw_db_free(db);
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    CHECK(fclose(f) == 0 && n > 0 && memmem(bytes, n, "thirty-two random", 17) == NULL);
}

static void a_station_comes_back_out_of_its_copies(void)
{
    char path[128], keys[128], dir[128];
    struct stat st;
    fill();
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    snprintf(keys, sizeof keys, "%s/keys-copy.db", station_dir);
    snprintf(dir, sizeof dir, "%s/back", station_dir);
    struct tw_db *writer = station_open(NULL),
                 *lone = station_open(&(struct tw_db_options){.read_only = true, .without_keys = true});
    CHECK(tw_db_backup(writer, path, NULL, NULL) == TW_OK && tw_db_backup_keys(writer, keys, NULL) == TW_OK);
    CHECK(stat(keys, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(tw_db_backup_keys(writer, keys, NULL) == TW_CONFLICT);
    CHECK(tw_db_backup_keys(lone, path, NULL) == TW_UNAVAILABLE);
    tw_db_free(writer);
    tw_db_free(lone);
    const struct tw_db_copies copies = {path, keys}, turned = {keys, path}, loose = {path, path};
    CHECK(mkdir(dir, 0750) == 0);
    CHECK(tw_db_restore(&loose, dir, NULL, NULL) == TW_ARG); /* others may read these keys */
    CHECK(chmod(path, 0600) == 0 && tw_db_restore(&turned, dir, NULL, NULL) == TW_FORMAT);
    CHECK(tw_db_restore(&copies, dir, NULL, NULL) == TW_OK);
    CHECK(tw_db_restore(&copies, dir, NULL, NULL) == TW_CONFLICT);
    struct tw_db *db = NULL;
    CHECK(tw_db_open(dir, NULL, &db, NULL) == TW_OK && damages_of(db) == 0);
    CHECK(count_of(db, TW_DB_FACET_OFFICE, "south") > 0);
    tw_db_free(db);
}

static void a_backup_that_was_given_up_leaves_nothing(void)
{
    char path[128];
    fill();
    struct tw_db *db = station_open(NULL);
    put_decls(db, 100, 2000);
    snprintf(path, sizeof path, "%s/copy.db", station_dir);
    const struct tw_db_progress p = {NULL, step};
    CHECK(tw_db_backup(db, path, &p, NULL) == TW_INTERRUPTED && access(path, F_OK) != 0);
    CHECK(tw_db_backup(db, "/nowhere/copy.db", NULL, NULL) == TW_NOTFOUND);
    put_decls(db, 3000, 3001); /* the station goes on */
    CHECK(tw_db_begin(db, NULL) == TW_OK && tw_db_backup(db, path, NULL, NULL) == TW_ARG);
    tw_db_free(db);
    static const char *const name[] = {"station.lock", "station.db",  "station.db-wal", "station.db-shm",
                                       "keys.db",      "keys.db-wal", "keys.db-shm"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) CHECK(unlink(station_file(name[i])) == 0);
    CHECK(rmdir(station_dir) == 0); /* nothing else was there */
    station_dir[0] = '\0';
}

static void what_is_no_backup_is_refused(void)
{
    uint64_t n = 0;
    fill();
    CHECK(check_file(station_file("station.lock"), &n) == TW_FORMAT);
    CHECK(check_file(station_file("keys.db"), &n) == TW_FORMAT);
    CHECK(check_file(station_file("copy.db"), &n) == TW_NOTFOUND);
    FILE *empty = fopen(station_file("empty.db"), "w");
    CHECK(empty != NULL && fclose(empty) == 0 && check_file(station_file("empty.db"), &n) == TW_FORMAT);
    CHECK(check_file(station_file("station.db"), &n) == TW_OK && n == 0);
}

int main(void)
{
    RUN(each_damage_is_told_with_its_table);
    RUN(a_wrong_last_version_is_told);
    RUN(pages_that_were_overwritten_are_told);
    RUN(a_check_can_be_stopped_and_is_none_of_a_batch);
    RUN(what_a_writer_does_meanwhile_is_no_damage);
    RUN(a_backup_is_of_one_moment_while_a_writer_goes_on);
    RUN(a_backup_holds_no_key);
    RUN(a_station_comes_back_out_of_its_copies);
    RUN(a_backup_that_was_given_up_leaves_nothing);
    RUN(what_is_no_backup_is_refused);
    station_clear();
    return DONE();
}
