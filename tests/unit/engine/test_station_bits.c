/* SPDX-License-Identifier: Apache-2.0 */
/* test_station_bits [EVERY] -- one bit after another is turned in the files of a station: `station check`
 * tells of damage, or all that is kept in them is what it was, to the byte. Of the bytes of station.db and
 * keys.db every EVERY-th has its turn (509; `make mutate-log` takes more).
 */
#include "engine/station_check.h"
#include "house.h"

enum { EVERY = 509, FILE_MAX_BYTES = 16 << 20, PAGE = TW_DB_PAGE };

static long every = EVERY;
static char file_bytes[FILE_MAX_BYTES];

/* -- all that is kept */

static const char *const station_rows[] = {
    "meta ORDER BY 1",       "object ORDER BY 1",         "party ORDER BY 1",
    "decl ORDER BY 1, 2",    "decl_fields ORDER BY 1, 2", "decl_party ORDER BY 1, 2, 3",
    "decl_hs ORDER BY 1, 2", "source ORDER BY 1, 2",      "decision ORDER BY 1, 2, 3",
    "finding ORDER BY 1, 2", "manifest ORDER BY 1, 2",    "leaf ORDER BY 1",
    "tile ORDER BY 1, 2",    "checkpoint ORDER BY 1",     "snapshot ORDER BY 1, 2, 3",
    "counter ORDER BY 1, 2"};
static const char *const key_rows[] = {"key ORDER BY 1, 2"};

static bool add_rows(sqlite3 *h, const char *rows, struct tw_sha256 *sum)
{
    char text[128];
    sqlite3_stmt *s = NULL;
    snprintf(text, sizeof text, "SELECT * FROM %s", rows);
    int rc = sqlite3_prepare_v2(h, text, -1, &s, NULL);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(s)) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(s); i++) {
                const int head[2] = {sqlite3_column_type(s, i), sqlite3_column_bytes(s, i)};
                tw_sha256_add(sum, head, sizeof head);
                if (head[1] > 0) tw_sha256_add(sum, sqlite3_column_blob(s, i), (size_t)head[1]);
            }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE;
}

/* false: it cannot be read. */
static bool dump(const char *name, const char *const *rows, size_t n, uint8_t ret[TW_SHA256_BYTES])
{
    sqlite3 *h = NULL;
    struct tw_sha256 *sum = NULL;
    CHECK(tw_sha256_new(&sum) == TW_OK);
    bool good = sqlite3_open_v2(station_file(name), &h, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
    for (size_t i = 0; i < n && good; i++) good = add_rows(h, rows[i], sum);
    tw_sha256_end(sum, ret);
    tw_sha256_free(sum);
    CHECK(sqlite3_close(h) == SQLITE_OK);
    return good;
}

/* -- what is told of it */

static void count_damage(void *to, const struct tw_db_damage *d)
{
    (void)to;
    (void)d;
}

/* As `station check` does. */
static bool is_told(void)
{
    struct tw_db *db = NULL;
    struct tw_station *s = NULL;
    uint64_t n = 0;
    const struct tw_db_checker how = {.found = count_damage};
    tw_err err = tw_db_open(station_dir, &(struct tw_db_options){.read_only = true}, &db, NULL);
    if (err == TW_OK) err = tw_db_check(db, &how, &n, NULL);
    tw_db_free(db);
    if (err != TW_OK || n > 0) return true;
    err = tw_station_open(&house, &s, NULL);
    if (err == TW_OK) err = tw_station_check(s, &how, &n, NULL);
    tw_station_free(s);
    return err != TW_OK || n > 0;
}

static void turn(FILE *f, long at, char byte)
{
    CHECK(fseek(f, at, SEEK_SET) == 0 && fputc((unsigned char)byte, f) != EOF && fflush(f) == 0);
}

static void each_bit_of(const char *name, const char *const *rows, size_t tables)
{
    uint8_t before[TW_SHA256_BYTES], now[TW_SHA256_BYTES];
    long told = 0, same = 0;
    const long n = (long)read_whole(station_file(name), file_bytes, sizeof file_bytes);
    CHECK(n > 0 && n < FILE_MAX_BYTES && dump(name, rows, tables, before));
    CHECK(!is_told());
    FILE *f = fopen(station_file(name), "r+");
    CHECK(f != NULL);
    for (long at = 0; at < n; at += every) {
        turn(f, at, (char)(file_bytes[at] ^ 1 << at % 8));
        if (is_told()) {
            told++;
        } else {
            const bool read = dump(name, rows, tables, now);
            if (!read || memcmp(before, now, sizeof now) != 0)
                fprintf(stderr, "%s: byte %ld: nothing is told, and what is kept is another\n", name, at);
            CHECK(read && memcmp(before, now, sizeof now) == 0);
            same++;
        }
        turn(f, at, file_bytes[at]);
    }
    CHECK(fclose(f) == 0 && !is_told());
    printf("# %s: %ld of %ld bytes: %ld told, %ld of nothing that is kept\n", name, told + same, n, told,
           same);
    CHECK(told > 0);
}

static void a_bit_that_turned_in_station_db_is_told_or_of_nothing(void)
{
    each_bit_of("station.db", station_rows, sizeof station_rows / sizeof *station_rows);
}

static void a_bit_that_turned_in_keys_db_is_told_or_of_nothing(void)
{
    each_bit_of("keys.db", key_rows, 1);
}

static void a_file_that_was_cut_off_is_told(void)
{
    const size_t n = read_whole(station_file("station.db"), file_bytes, sizeof file_bytes);
    for (size_t pages = 0; pages * PAGE < n; pages += 3) {
        write_whole(station_file("station.db"), file_bytes, pages * PAGE);
        CHECK(is_told());
    }
    write_whole(station_file("station.db"), file_bytes, n);
    CHECK(!is_told());
}

int main(int argc, char **argv)
{
    if (argc > 1) every = strtol(argv[1], NULL, 10);
    CHECK(every > 0);
    house_begin();
    house.vfs = NULL;
    house_renew();
    for (int step = 0; step < HOUSE_STEPS; step++) CHECK(house_step[step](NULL) == TW_OK);
    tw_station_free(station);
    station = NULL;
    house.read_only = true;
    RUN(a_bit_that_turned_in_station_db_is_told_or_of_nothing);
    RUN(a_bit_that_turned_in_keys_db_is_told_or_of_nothing);
    RUN(a_file_that_was_cut_off_is_told);
    house_end();
    return DONE();
}
