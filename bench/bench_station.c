/* SPDX-License-Identifier: Apache-2.0 */
/* A station at work: declarations that lie parsed in memory are registered, signed, drawn for, decided with
 * reasons and recorded, through the very calls of `tidewaiter assess FILE --station`, with a signer as a
 * process of its own. Beside it: what no station can do without. The rows, leaves and index entries that the
 * run left behind are written from memory, in as many batches, each as durable, into an empty copy of the
 * schema by plain SQLite; and `tidewaiter assess --json` decides the same declarations of a file. The CPU of
 * both together is the peer; of the station all counts, its signer too. Both halves of the peer are at work
 * at once, as the station's two threads are: a second of a core does less while its twin is busy.
 *
 * Then what one declaration alone takes, and the log by itself. How often the disk is waited for is counted
 * by our own fsync and fdatasync, which stand before the C library's. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "decl/copy.h"
#include "engine/input.h"
#include "engine/station_log.h"
#include "engine/station_queue.h"
#include "signer/main.h"

enum { SINGLES = 300, BATCH = 1000, LEAVES = 200000, WALL_BAR = 10000, SYNC_BAR = 3 };

static _Atomic long *syncs; /* of this process and its signer */

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
__attribute__((visibility("default"))) int fsync(int fd)
{
    atomic_fetch_add(syncs, 1);
    return (int)syscall(SYS_fsync, fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    atomic_fetch_add(syncs, 1);
    return (int)syscall(SYS_fdatasync, fd);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

static void must(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_station: %s %s %s\n", tw_err_text(err), fault->path, fault->note);
    exit(2);
}

static void must_sql(int rc, sqlite3 *h)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
    fprintf(stderr, "bench_station: SQLite: %s\n", sqlite3_errmsg(h));
    exit(2);
}

static double seconds(const struct timeval *a, const struct timeval *b)
{
    return (double)(a->tv_sec + b->tv_sec) + 1e-6 * (double)(a->tv_usec + b->tv_usec);
}

static double cpu_of(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return seconds(&u.ru_utime, &u.ru_stime);
}

static double wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* -- what is at hand */

struct world {
    const struct bench *b;
    const char *folder, *csv, *rates, *model;
    struct tw_map map;
    struct tw_arena *maps, *arena;
    struct tw_decl **decl;
    size_t n, items;
    double station_s, peer_s, best; /* CPU of the last run; items a wall second, of the best */
    int runs;
    char keys[BENCH_PATH], dir[BENCH_PATH], socket[BENCH_PATH + 16], copy[BENCH_PATH];
    pid_t signer;
};

static struct tw_input_options reading(const struct world *w)
{
    return (struct tw_input_options){.map = &w->map, .currency = "XTS", .rates = w->rates};
}

static void parse(struct world *w)
{
    TW_SCOPED(tw_input) *in = NULL;
    TW_SCOPED(tw_arena) *one = NULL;
    struct tw_fault fault = {0};
    struct tw_str yaml;
    const size_t room = w->b->quick ? 4000 : 30000;
    must(tw_arena_new(1 << 20, &w->maps), &fault);
    must(tw_arena_new((size_t)2 << 30, &w->arena), &fault);
    must(tw_arena_new(1 << 28, &one), &fault);
    must(tw_map_builtin(TW_STR("canonical"), &yaml, &fault), &fault);
    must(tw_map_parse(yaml, w->maps, &w->map, &fault), &fault);
    const struct tw_input_options how = reading(w);
    must(tw_input_open(w->csv, &how, &in, &fault), &fault);
    w->decl = calloc(room, sizeof(struct tw_decl *));
    if (w->decl == NULL) must(TW_NOMEM, &fault);
    for (bool more = true; w->n < room;) {
        struct tw_reading r;
        must(tw_input_next(in, one, &r, &more, &fault), &fault);
        if (!more) break;
        must(tw_decl_copy(r.decl, w->arena, &w->decl[w->n++]), &fault);
        w->items += r.decl->items.n;
    }
}

static struct world make_world(const struct bench *b)
{
    const char *f = bench_folder();
    struct world w = {.b = b,
                      .folder = f,
                      .csv = bench_path(f, "declarations.csv"),
                      .rates = bench_path(f, "rates.csv"),
                      .model = bench_path(f, "model"),
                      .signer = -1};
    const char *const synth[] = {
        b->program, "synth", "--world", "harbor", "--declarations", b->quick ? "4000" : "30000",
        "--out",    f,       "--quiet", NULL};
    bench_child_must(synth, NULL, 0);
    const char *const train[] = {b->program, "train", w.csv,        bench_path(f, "findings.csv"),
                                 "--rates",  w.rates, "--currency", "XTS",
                                 "--out",    w.model, "--quiet",    NULL};
    bench_child_must(train, NULL, 0);
    parse(&w);
    return w;
}

/* -- a signer and a new station */

static void signer_must(const char *const *argv, int argc)
{
    const pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL) _exit(2);
        _exit(tw_signer_main(argc, (char **)(uintptr_t)argv, "bench"));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "bench_station: no signer\n");
        exit(2);
    }
}

static double stop_signer(struct world *w)
{
    struct rusage u = {0};
    int status;
    if (w->signer <= 0) return 0;
    kill(w->signer, SIGTERM);
    wait4(w->signer, &status, 0, &u);
    w->signer = -1;
    return seconds(&u.ru_utime, &u.ru_stime);
}

static void start_signer(struct world *w)
{
    const char *const init[] = {"signer", "init", w->keys, "--origin", "bench.example/log", NULL};
    const char *const run[] = {"signer", "run", w->keys, NULL};
    signer_must(init, 5);
    w->signer = fork();
    if (w->signer == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL) _exit(2);
        _exit(tw_signer_main(3, (char **)(uintptr_t)run, "bench"));
    }
    for (int i = 0; access(w->socket, F_OK) != 0; i++) {
        if (i == 2000) must(TW_UNAVAILABLE, &(struct tw_fault){.note = "the signer does not begin"});
        usleep(5000);
    }
}

static struct tw_station *new_station(struct world *w)
{
    struct tw_station *s = NULL;
    struct tw_fault fault = {0};
    snprintf(w->keys, sizeof w->keys, "%s/k%d", w->folder, w->runs);
    snprintf(w->dir, sizeof w->dir, "%s/s%d", w->folder, w->runs);
    snprintf(w->copy, sizeof w->copy, "%s/c%d", w->folder, w->runs++);
    snprintf(w->socket, sizeof w->socket, "%s/socket", w->keys);
    start_signer(w);
    const struct tw_station_options o = {.dir = w->dir, .signer = w->socket};
    must(tw_station_init(&o, &fault), &fault);
    must(tw_station_open(&o, &s, &fault), &fault);
    return s;
}

/* -- ours */

struct feed {
    struct world *w;
    size_t at, most;
    bool singly, asked; /* one by one */
};

static tw_err next(void *to, struct tw_station_handed *ret, struct tw_fault *fault)
{
    struct feed *f = to;
    (void)fault;
    f->asked = f->singly && !f->asked;
    *ret = (struct tw_station_handed){.kind = TW_STATION_END};
    if (f->at == f->most) return TW_OK;
    if (f->singly && !f->asked) {
        ret->kind = TW_STATION_IDLE;
        return TW_OK;
    }
    ret->kind = TW_STATION_DECL;
    ret->decl = f->w->decl[f->at++];
    return TW_OK;
}

static struct tw_run_options rules_of(const struct world *w)
{
    return (struct tw_run_options){.input = reading(w),
                                   .model = w->model,
                                   .channels = tw_channel_defaults(),
                                   .limits = tw_profile_defaults(),
                                   .duty_mix = -1,
                                   .reasons = true};
}

static uint64_t decide(struct world *w, struct tw_station *s, struct feed *f)
{
    struct tw_fault fault = {0};
    struct tw_station_count n;
    const struct tw_run_options how = rules_of(w);
    const struct tw_station_feed feed = {f, next, NULL};
    const struct tw_station_run run = {.station = s, .how = &how, .feed = &feed};
    must(tw_station_assess(&run, &n, &fault), &fault);
    must(tw_station_settle(s, &fault), &fault);
    return n.decided;
}

static void run_station(void *ctx)
{
    struct world *w = ctx;
    struct tw_station *s = new_station(w);
    struct feed f = {w, 0, w->n, false, false};
    const double cpu = cpu_of(RUSAGE_SELF), from = wall();
    const uint64_t n = decide(w, s, &f);
    tw_station_free(s);
    const double took = wall() - from;
    w->station_s = cpu_of(RUSAGE_SELF) - cpu + stop_signer(w);
    if (n != w->n) must(TW_INTERNAL, &(struct tw_fault){.note = "not all were decided"});
    if ((double)w->items / took > w->best) w->best = (double)w->items / took;
}

/* -- the same from many threads, through the queue */

enum { HANDS = 2 };

struct crowd {
    struct world *w;
    struct tw_station_queue *queue;
    _Atomic size_t turn, told, turned_away, left; /* left: hands that are at work */
};

static void on_answer(void *to, const struct tw_station_answer *a)
{
    struct crowd *c = to;
    if (a->why != NULL) must(a->why->code, a->why);
    atomic_fetch_add(&c->told, 1);
}

static void *hand_in(void *to)
{
    struct crowd *c = to;
    for (size_t i; (i = atomic_fetch_add(&c->turn, 1)) < c->w->n;) {
        const struct tw_station_handed what = {.kind = TW_STATION_DECL, .decl = c->w->decl[i]};
        struct tw_fault fault = {0};
        uint32_t ms;
        for (tw_err err; (err = tw_station_queue_put(c->queue, &what, NULL, &ms, &fault)) != TW_OK;) {
            if (err != TW_BUSY) must(err, &fault);
            atomic_fetch_add(&c->turned_away, 1);
            usleep(1000 * ms);
        }
    }
    if (atomic_fetch_sub(&c->left, 1) == 1) tw_station_queue_close(c->queue);
    return NULL;
}

static uint64_t decide_for(struct crowd *c, struct tw_station *s)
{
    pthread_t thread[HANDS];
    struct tw_fault fault = {0};
    struct tw_station_count n;
    const struct tw_run_options how = rules_of(c->w);
    const struct tw_station_run run = {.station = s, .how = &how};
    for (size_t i = 0; i < HANDS; i++)
        if (pthread_create(&thread[i], NULL, hand_in, c) != 0) must(TW_UNAVAILABLE, &fault);
    must(tw_station_queue_assess(c->queue, &run, &n, &fault), &fault);
    for (size_t i = 0; i < HANDS; i++) pthread_join(thread[i], NULL);
    must(tw_station_settle(s, &fault), &fault);
    return n.decided;
}

static void through_the_queue(struct bench *b, struct world *w)
{
    struct tw_station *s = new_station(w);
    struct crowd c = {.w = w, .left = HANDS};
    struct tw_fault fault = {0};
    char words[200];
    const struct tw_station_queue_options o = {.to = &c, .done = on_answer};
    must(tw_station_queue_new(&o, &c.queue, &fault), &fault);
    const double cpu = cpu_of(RUSAGE_SELF), from = wall();
    const uint64_t n = decide_for(&c, s);
    const double took = wall() - from, spent = cpu_of(RUSAGE_SELF) - cpu;
    tw_station_queue_free(c.queue);
    tw_station_free(s);
    snprintf(
        words, sizeof words,
        "from %d threads through the queue: %.0f items/s wall, %.2f times the CPU of the last run without; "
        "%zu times told to come again, each acknowledged once",
        HANDS, (double)w->items / took, (spent + stop_signer(w)) / w->station_s, atomic_load(&c.turned_away));
    bench_check(b, n == w->n && atomic_load(&c.told) == w->n, words);
}

/* -- the peer: the rows again */

/* Rows of one table, in the order of the log, each with the size that the log had when it was written. */
struct table {
    const char *name, *rows; /* its values, and that size behind them */
    int file;                /* 0 station.db, 1 keys.db */
    sqlite3_value **value;
    int64_t *at;
    size_t n, cap;
    int columns;
};

#define OF_DECL(t)                                                                                           \
    "SELECT t.*, d.seq FROM " t " t JOIN decl d ON d.reg = t.reg AND d.version = t.version ORDER BY d.seq"
static struct table table[] = {
    {.name = "party",
     .rows = "SELECT p.*, (SELECT min(seq) FROM decl_party d WHERE d.party = p.id) FROM party p ORDER BY 4"},
    {.name = "decl", .rows = "SELECT *, seq FROM decl ORDER BY seq"},
    {.name = "decl_fields", .rows = OF_DECL("decl_fields")},
    {.name = "decl_party", .rows = "SELECT *, seq FROM decl_party ORDER BY seq"},
    {.name = "decl_hs", .rows = "SELECT *, seq FROM decl_hs ORDER BY seq"},
    {.name = "source", .rows = OF_DECL("source")},
    {.name = "decision", .rows = "SELECT *, seq FROM decision ORDER BY seq"},
    {.name = "leaf", .rows = "SELECT *, idx FROM leaf ORDER BY idx"},
    {.name = "tile", .rows = "SELECT *, (idx + 1) << (8 * (level + 1)) FROM tile ORDER BY 4"},
    {.name = "checkpoint", .rows = "SELECT *, size FROM checkpoint ORDER BY size"},
    {.name = "counter", .rows = "SELECT *, 1 << 60 FROM counter"},
    {.name = "meta", .rows = "SELECT *, 1 << 60 FROM meta WHERE name <> 'station'"},
    {.name = "snapshot", .rows = "SELECT *, 1 << 60 FROM snapshot"},
    {.name = "key", .rows = "SELECT *, 0 FROM key ORDER BY kind, id", .file = 1}};
enum { TABLES = sizeof table / sizeof *table };

static sqlite3 *opened(const char *dir, const char *name)
{
    static const char how[] =
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8192";
    char path[BENCH_PATH + 16];
    sqlite3 *h = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    must_sql(sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), h);
    must_sql(sqlite3_exec(h, how, NULL, NULL, NULL), h);
    return h;
}

static void load_table(struct table *t, sqlite3 *h)
{
    sqlite3_stmt *s = NULL;
    must_sql(sqlite3_prepare_v2(h, t->rows, -1, &s, NULL), h);
    t->columns = sqlite3_column_count(s) - 1;
    t->n = 0;
    for (int rc; (rc = sqlite3_step(s)) != SQLITE_DONE; t->n++) {
        must_sql(rc, h);
        if (t->n == t->cap) {
            t->cap = t->cap > 0 ? 2 * t->cap : 1024;
            t->value = realloc(t->value, t->cap * (size_t)t->columns * sizeof *t->value);
            t->at = realloc(t->at, t->cap * sizeof *t->at);
            if (t->value == NULL || t->at == NULL) must(TW_NOMEM, &(struct tw_fault){0});
        }
        for (int i = 0; i < t->columns; i++)
            t->value[t->n * (size_t)t->columns + (size_t)i] = sqlite3_value_dup(sqlite3_column_value(s, i));
        t->at[t->n] = sqlite3_column_int64(s, t->columns);
    }
    sqlite3_finalize(s);
}

static void load_rows(const struct world *w)
{
    sqlite3 *h[2] = {opened(w->dir, "station.db"), opened(w->dir, "keys.db")};
    for (size_t i = 0; i < TABLES; i++) load_table(&table[i], h[table[i].file]);
    for (int i = 0; i < 2; i++) sqlite3_close(h[i]);
    struct table *keys = &table[TABLES - 1]; /* as evenly as declarations are */
    const struct table *checkpoints = &table[9];
    for (size_t i = 0; i < keys->n; i++) keys->at[i] = checkpoints->at[i * checkpoints->n / keys->n];
}

static void put_row(sqlite3_stmt *s, const struct table *t, size_t row, sqlite3 *h)
{
    for (int i = 0; i < t->columns; i++)
        sqlite3_bind_value(s, i + 1, t->value[row * (size_t)t->columns + (size_t)i]);
    must_sql(sqlite3_step(s), h);
    sqlite3_reset(s);
}

static void put_rows(const struct world *w)
{
    sqlite3 *h[2] = {opened(w->copy, "station.db"), opened(w->copy, "keys.db")};
    sqlite3_stmt *put[TABLES];
    size_t done[TABLES] = {0};
    const struct table *checkpoints = &table[9];
    for (size_t i = 0; i < TABLES; i++) {
        char sql[128] = "";
        int n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES(?", table[i].name);
        for (int k = 1; k < table[i].columns; k++) n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
        snprintf(sql + n, sizeof sql - (size_t)n, ")");
        must_sql(sqlite3_prepare_v2(h[table[i].file], sql, -1, &put[i], NULL), h[table[i].file]);
    }
    for (size_t b = 0; b < checkpoints->n; b++) {
        const int64_t to = b + 1 < checkpoints->n ? checkpoints->at[b] : INT64_MAX;
        for (int f = 0; f < 2; f++) must_sql(sqlite3_exec(h[f], "BEGIN IMMEDIATE", NULL, NULL, NULL), h[f]);
        for (size_t i = 0; i < TABLES; i++)
            while (done[i] < table[i].n && table[i].at[done[i]] <= to)
                put_row(put[i], &table[i], done[i]++, h[table[i].file]);
        for (int f = 1; f >= 0; f--) must_sql(sqlite3_exec(h[f], "COMMIT", NULL, NULL, NULL), h[f]);
    }
    for (size_t i = 0; i < TABLES; i++) {
        if (done[i] != table[i].n) must(TW_INTERNAL, &(struct tw_fault){.note = "a row was left over"});
        sqlite3_finalize(put[i]);
    }
    for (int i = 0; i < 2; i++) sqlite3_close(h[i]);
}

static void run_peer(void *ctx)
{
    struct world *w = ctx;
    struct tw_fault fault = {0};
    static const uint8_t id[TW_DB_ID] = {1};
    static int copies;
    snprintf(w->copy, sizeof w->copy, "%s/copy%d", w->folder, copies++);
    if (mkdir(w->copy, 0700) != 0) must(TW_IO, &fault);
    must(tw_db_create(w->copy, NULL, id, &fault), &fault);
    const char *const assess[] = {w->b->program,
                                  "assess",
                                  w->csv,
                                  "--rates",
                                  w->rates,
                                  "--currency",
                                  "XTS",
                                  "--model",
                                  w->model,
                                  "--json",
                                  "--quiet",
                                  "--out",
                                  bench_path(w->folder, "out"),
                                  NULL};
    const double cpu = cpu_of(RUSAGE_SELF), children = cpu_of(RUSAGE_CHILDREN);
    const pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        execv(assess[0], (char **)(uintptr_t)assess);
        _exit(127);
    }
    put_rows(w);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) must(TW_INTERNAL, &fault);
    w->peer_s = cpu_of(RUSAGE_SELF) - cpu + cpu_of(RUSAGE_CHILDREN) - children;
}

/* -- one alone; the log alone */

/* What it takes to register one, which is not decided: waits for the disk, CPU seconds. */
static double register_one_by_one(struct world *w, struct tw_station *s, double *cpu_each)
{
    struct tw_fault fault = {0};
    TW_SCOPED(tw_intake) *in = NULL;
    must(tw_intake_new(s, &in, &fault), &fault);
    const long waits = atomic_load(syncs);
    const double cpu = cpu_of(RUSAGE_SELF);
    for (size_t i = 0; i < SINGLES; i++) {
        struct tw_intake_receipt r;
        must(tw_station_begin(s, &fault), &fault);
        must(tw_intake_take(in, w->decl[i], &r, &fault), &fault);
        must(tw_station_commit(s, &fault), &fault);
    }
    *cpu_each = (cpu_of(RUSAGE_SELF) - cpu) / SINGLES;
    return (double)(atomic_load(syncs) - waits) / SINGLES;
}

static void one_by_one(struct bench *b, struct world *w)
{
    struct tw_station *s = new_station(w);
    struct feed none = {w, 0, 0, false, false}, f = {w, SINGLES, 2 * SINGLES, true, false};
    char words[200];
    double register_s;
    const double registering = register_one_by_one(w, s, &register_s);
    decide(w, s, &none); /* the days are committed to, caches are warm */
    double cpu = cpu_of(RUSAGE_SELF);
    long waits = atomic_load(syncs);
    decide(w, s, &none); /* what opening the model takes, which is not of any one of them */
    const double opening = cpu_of(RUSAGE_SELF) - cpu;
    const long opening_waits = atomic_load(syncs) - waits;
    cpu = cpu_of(RUSAGE_SELF);
    waits = atomic_load(syncs);
    decide(w, s, &f);
    const double each = (cpu_of(RUSAGE_SELF) - cpu - opening) / SINGLES;
    const double all = (double)(atomic_load(syncs) - waits - opening_waits) / SINGLES;
    tw_station_free(s);
    stop_signer(w);
    snprintf(
        words, sizeof words,
        "one alone: to register it %.2f ms CPU and %.2f waits for the disk, for its decision %.2f ms (1 at "
        "most) and %.2f waits (%d at most)",
        register_s * 1e3, registering, (each - register_s) * 1e3, all - registering, SYNC_BAR);
    bench_check(b, each - register_s <= 1e-3 && all - registering <= SYNC_BAR + 0.2, words);
}

static tw_err append(struct tw_station *s, uint64_t from, struct tw_fault *fault)
{
    char leaf[512];
    TW_TRY(tw_station_begin(s, fault));
    for (uint64_t i = from; i < from + BATCH; i++) {
        const int n =
            snprintf(leaf, sizeof leaf,
                     "{\"at\":1795862244,\"channel\":\"green\",\"criteria\":\"%064d\",\"draw\":\"%016llx\","
                     "\"features\":\"%064llx\",\"record\":\"%064llx\",\"reg\":%llu,\"type\":\"bench\"}",
                     0, (unsigned long long)i * 7919, (unsigned long long)i * 104729,
                     (unsigned long long)i * 1299709, (unsigned long long)i);
        TW_TRY(tw_station_leaf(s, (struct tw_str){leaf, (size_t)n}, fault));
    }
    return tw_station_commit(s, fault);
}

static void log_alone(struct bench *b, struct world *w)
{
    struct tw_station *s = new_station(w);
    struct tw_fault fault = {0};
    struct tw_station_log_report report;
    char words[160];
    const uint64_t most = b->quick ? 10000 : LEAVES;
    const double cpu = cpu_of(RUSAGE_SELF);
    for (uint64_t i = 0; i < most; i += BATCH) must(append(s, i, &fault), &fault);
    const double appended = cpu_of(RUSAGE_SELF) - cpu;
    must(tw_station_settle(s, &fault), &fault);
    const double before = cpu_of(RUSAGE_SELF);
    const struct tw_station_log_watch watch = {.log_alone = true};
    must(tw_station_log_verify(s, &watch, &report, &fault), &fault);
    const double verified = cpu_of(RUSAGE_SELF) - before;
    const double signing = stop_signer(w);
    bench_check(b, report.leaves == most, "the log that was written is whole");
    snprintf(words, sizeof words,
             "log: %.0f leaves appended and %.0f verified a CPU second (80000, 300000 at least)",
             (double)most / (appended + signing), (double)most / verified);
    bench_check(
        b, b->quick || ((double)most / (appended + signing) >= 80000 && (double)most / verified >= 300000),
        words);
    tw_station_log_report_free(&report);
    tw_station_free(s);
}

int main(int argc, char **argv)
{
    syncs = mmap(NULL, sizeof *syncs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (syncs == MAP_FAILED) return 2;
    struct bench b = bench_start(argc, argv);
    struct world w = make_world(&b);
    char words[160];
    run_station(&w);
    load_rows(&w);
    w.best = 0;
    const struct bench_duel duel = {
        .bench = "station_decide",
        .unit = "items",
        .ours = {"tidewaiter", run_station, &w, (double)w.items, &w.station_s},
        .peer = {"rows by SQLite + assess", run_peer, &w, (double)w.items, &w.peer_s},
        .gate = 1 / 2.5};
    bench_duel(&b, &duel);
    snprintf(words, sizeof words, "wall: %.0f items/s, the best run (%d at least)", w.best, WALL_BAR);
    bench_check(&b, b.quick || w.best >= WALL_BAR, words);
    through_the_queue(&b, &w);
    one_by_one(&b, &w);
    log_alone(&b, &w);
    return bench_end(&b);
}
