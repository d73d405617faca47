/* SPDX-License-Identifier: Apache-2.0 */
/* test_station_bits [EVERY [JOBS [TOGETHER]]] -- one bit after another is turned in the files of a station:
 * `station check` tells of damage, or all that is kept in them is what it was, to the byte. Of the bytes of
 * station.db and keys.db every EVERY-th has its turn (509; `make mutate-log` takes each), by JOBS processes
 * that each have a copy of the station (1).
 *
 * Each turn opens the file anew. Most bytes are of no row: there the rows are the same, and SQLite finds
 * pages and indexes sound. `station check` looks at all others one by one, and at those TOGETHER at a time
 * (1), all of them turned: it takes five times as long as to read the rows.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "engine/station_check.h"
#include "house.h"

enum {
    EVERY = 509,
    JOBS_MAX = 1024,
    TOGETHER_MAX = 256,
    TABLES_MAX = 40,
    FILE_MAX_BYTES = 16 << 20,
    PAGE = TW_DB_PAGE,
    HANG_S = 60
};

static long every = EVERY, jobs = 1, together = 1;
static char file_bytes[FILE_MAX_BYTES];

/* -- all that is kept: the rows of each table, read from the table itself and not from an index, the tables,
 * what the head of the file says it is; and the indexes, which SQLite holds against the rows */

struct kept {
    const char *file;
    char rows[TABLES_MAX][96];
    size_t n;
};

static void add_question(struct kept *k, const char *what)
{
    CHECK(k->n < TABLES_MAX && strlen(what) < sizeof k->rows[0]);
    strcpy(k->rows[k->n++], what);
}

static struct kept kept_in(const char *file)
{
    struct kept k = {.file = file};
    char rows[96];
    sqlite3 *h = NULL;
    sqlite3_stmt *s = NULL;
    add_question(&k, "SELECT * FROM sqlite_schema");
    add_question(&k, "PRAGMA application_id");
    add_question(&k, "PRAGMA user_version");
    add_question(&k, "PRAGMA integrity_check(1)");
    CHECK(sqlite3_open_v2(station_file(file), &h, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(h, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &s, NULL) ==
          SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        snprintf(rows, sizeof rows, "SELECT * FROM %.64s NOT INDEXED",
                 (const char *)sqlite3_column_text(s, 0));
        add_question(&k, rows);
    }
    CHECK(sqlite3_finalize(s) == SQLITE_OK && sqlite3_close(h) == SQLITE_OK && k.n > 4);
    return k;
}

static bool add_rows(sqlite3 *h, const char *rows, struct tw_sha256 *sum)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(h, rows, -1, &s, NULL);
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
static bool dump(const struct kept *k, uint8_t ret[TW_SHA256_BYTES])
{
    sqlite3 *h = NULL;
    struct tw_sha256 *sum = NULL;
    CHECK(tw_sha256_new(&sum) == TW_OK);
    bool good = sqlite3_open_v2(station_file(k->file), &h, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
    for (size_t i = 0; i < k->n && good; i++) good = add_rows(h, k->rows[i], sum);
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

/* -- one worker's turns */

/* What the worker has come to, for the one who waits for it; `at` is the byte where it died, if it did. */
struct tally {
    long at, told, same, lost;
};

/* Somebody else has the station open as well: opening finds the write-ahead log's index there and need not
 * make it, a tenth of the time of a turn. */
static void keep_open(sqlite3 *ret[2])
{
    static const char *const name[2] = {"station.db", "keys.db"};
    for (size_t i = 0; i < 2 && ret[i] == NULL; i++) {
        CHECK(sqlite3_open_v2(station_file(name[i]), &ret[i], SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
        CHECK(sqlite3_exec(ret[i], "SELECT * FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK);
    }
}

struct worker {
    const struct kept *kept;
    uint8_t before[TW_SHA256_BYTES]; /* of all that is kept */
    int fd;
    struct tally *tally;
    long held[TOGETHER_MAX]; /* bytes of no row, that are still to be looked at */
    long n;
};

/* `there`, or back to what it was. */
static void turn(const struct worker *w, long at, bool there)
{
    const char byte = (char)(there ? file_bytes[at] ^ 1 << at % 8 : file_bytes[at]);
    CHECK(pwrite(w->fd, &byte, 1, at) == 1);
}

static bool is_same(const struct worker *w)
{
    uint8_t now[TW_SHA256_BYTES];
    return dump(w->kept, now) && memcmp(w->before, now, sizeof now) == 0;
}

static void lose(const struct worker *w, const char *words)
{
    fprintf(stderr, "%s: byte %ld%s: nothing is told, and what is kept is another\n", w->kept->file,
            w->tally->at, words);
    w->tally->lost++;
}

static void look_at_held(struct worker *w)
{
    for (long i = 0; i < w->n; i++) turn(w, w->held[i], true);
    if (!is_told() && !is_same(w)) lose(w, " and those before it, together");
    for (long i = 0; i < w->n; i++) turn(w, w->held[i], false);
    w->n = 0;
}

/* The first page says how the file is opened: there nothing is put off. */
static void look_at(struct worker *w, long at)
{
    w->tally->at = at;
    alarm(HANG_S);
    turn(w, at, true);
    const bool same = is_same(w), later = same && at >= PAGE;
    const bool told = !later && is_told();
    if (!same && !told) lose(w, "");
    if (later) w->held[w->n++] = at;
    turn(w, at, false);
    w->tally->told += told;
    w->tally->same += same && !told;
    if (w->n == together) look_at_held(w);
}

/* The bytes first, first + step, ... of n. */
static void turns(struct worker *w, long n, long first, long step)
{
    sqlite3 *others[2] = {NULL, NULL};
    w->fd = open(station_file(w->kept->file), O_RDWR | O_CLOEXEC);
    CHECK(w->fd >= 0 && dump(w->kept, w->before) && !is_told());
    for (long at = first; at < n; at += step) {
        if (at >= PAGE) keep_open(others);
        look_at(w, at);
    }
    look_at_held(w);
    alarm(0);
    for (size_t i = 0; i < 2; i++) CHECK(sqlite3_close(others[i]) == SQLITE_OK);
    CHECK(!is_told() && close(w->fd) == 0); /* last: it ends what locks SQLite has */
}

/* -- all workers */

static void copy_file(const char *dir, const char *name)
{
    char path[128];
    const size_t n = read_whole(station_file(name), file_bytes, sizeof file_bytes);
    CHECK((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) < sizeof path);
    write_whole(path, file_bytes, n);
    CHECK(chmod(path, 0600) == 0);
}

/* A copy within the station's directory, which becomes this process's station. */
static void move_to_copy(long job)
{
    char dir[sizeof station_dir], keys[sizeof dir + 8];
    CHECK((size_t)snprintf(dir, sizeof dir, "%s/%ld", station_dir, job) < sizeof dir);
    snprintf(keys, sizeof keys, "%s/keys", dir);
    CHECK(mkdir(dir, 0700) == 0 && mkdir(keys, 0700) == 0);
    copy_file(dir, "keys/print.key");
    copy_file(dir, "keys.db");
    copy_file(dir, "station.db");
    memcpy(station_dir, dir, sizeof dir);
}

static pid_t start(const struct kept *k, long job, struct tally *t)
{
    fflush(stdout);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid > 0) return pid;
    CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    move_to_copy(job);
    const long n = (long)read_whole(station_file(k->file), file_bytes, sizeof file_bytes);
    CHECK(n > 0 && n < FILE_MAX_BYTES);
    struct worker w = {.kept = k, .tally = t};
    turns(&w, n, job * every, jobs * every);
    exit(0);
}

static void remove_copy(long job)
{
    char dir[sizeof station_dir + 24];
    snprintf(dir, sizeof dir, "%s/%ld", station_dir, job);
    CHECK(nftw(dir, station_remove, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static void each_bit_of(const char *file)
{
    struct stat st;
    pid_t pid[JOBS_MAX];
    long died = 0;
    struct tally sum = {0};
    const struct kept k = kept_in(file);
    CHECK(stat(station_file(file), &st) == 0);
    struct tally *t =
        mmap(NULL, JOBS_MAX * sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(t != MAP_FAILED);
    for (long i = 0; i < jobs; i++) pid[i] = start(&k, i, &t[i]);
    for (long i = 0; i < jobs; i++) {
        int status;
        CHECK(waitpid(pid[i], &status, 0) == pid[i]);
        if (status != 0) fprintf(stderr, "%s: byte %ld: the check died of it (%d)\n", file, t[i].at, status);
        died += status != 0;
        sum.told += t[i].told;
        sum.same += t[i].same;
        sum.lost += t[i].lost;
        remove_copy(i);
    }
    CHECK(munmap(t, JOBS_MAX * sizeof *t) == 0);
    printf("# %s: %ld of %ld bytes: %ld told, %ld of nothing that is kept, %ld lost\n", file,
           sum.told + sum.same + sum.lost, (long)st.st_size, sum.told, sum.same, sum.lost);
    CHECK(died == 0 && sum.lost == 0 && sum.told > 0);
    CHECK(sum.told + sum.same == (st.st_size + every - 1) / every);
}

static void a_bit_that_turned_in_station_db_is_told_or_of_nothing(void)
{
    each_bit_of("station.db");
}

static void a_bit_that_turned_in_keys_db_is_told_or_of_nothing(void)
{
    each_bit_of("keys.db");
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
    if (argc > 2) jobs = strtol(argv[2], NULL, 10);
    if (argc > 3) together = strtol(argv[3], NULL, 10);
    CHECK(every > 0 && jobs > 0 && jobs <= JOBS_MAX && together > 0 && together <= TOGETHER_MAX);
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
