/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/engine/house.h -- a whole station for tests, with its signer in a process of its own, and a
 * scripted life: nine steps, each of which may be tried again after it failed, and what must hold of all that
 * was acknowledged so far.
 *
 * The station's disk may fail (store/fault_vfs.h); the signer's does not: it is another machine's.
 */
#ifndef TW_TEST_HOUSE_H
#define TW_TEST_HOUSE_H

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "../signer/home.h"
#include "../store/fault_vfs.h"
#include "../store/station.h"
#include "base/date.h"
#include "base/json.h"
#include "engine/intake.h"
#include "engine/station_log.h"
#include "engine/station_run.h"
#include "message/complete.h"
#include "message/json_read.h"
#include "signer/main.h"

enum { HOUSE_DECLS = 12, HOUSE_FIRST = 5, HOUSE_STEPS = 9 };

static struct tw_station_options house;
static struct tw_station *station;
static char house_socket[sizeof home + 8];
static pid_t house_signer = -1;
static int64_t house_first, house_clock;
static struct tw_arena *house_arena; /* of what is handed in */
static struct tw_decl *house_decl[HOUSE_DECLS];
static struct tw_map house_map;

/* What was acknowledged. A decision that was handed out and is not safe yet is `pending`. */
static struct house_ack {
    uint64_t reg;
    bool decided, pending, found;
    uint64_t draw;
    enum tw_channel channel;
} house_ack[HOUSE_DECLS];

/* -- the signer */

static inline void signer_begin(void)
{
    int ends[2];
    char line[200];
    char *argv[] = {(char[]){"tidewaiter-signer"}, (char[]){"run"}, home, NULL};
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    house_signer = fork();
    CHECK(house_signer >= 0);
    if (house_signer == 0) {
        CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0); /* a test that fails leaves nothing behind */
        CHECK(dup2(ends[1], STDOUT_FILENO) >= 0);
        close(ends[0]);
        close(ends[1]);
        const int code = tw_signer_main(3, argv, "0");
        fflush(stdout);
        _exit(code);
    }
    close(ends[1]);
    CHECK(read(ends[0], line, sizeof line) > 0 && strncmp(line, "listening at ", 13) == 0);
    close(ends[0]);
}

static inline void signer_end(void)
{
    if (house_signer < 0) return;
    CHECK(kill(house_signer, SIGKILL) == 0 && waitpid(house_signer, NULL, 0) == house_signer);
    house_signer = -1;
}

static inline size_t read_whole(const char *path, char *room, size_t n)
{
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    const size_t got = fread(room, 1, n, f);
    CHECK(fclose(f) == 0);
    return got;
}

static inline void write_whole(const char *path, const char *p, size_t n)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0);
}

/* The signer forgets: a new station has a log of its own. */
static inline void signer_renew(void)
{
    static char checkpoint[1000], days[1000];
    static size_t checkpoint_n, days_n;
    signer_end();
    if (checkpoint_n == 0) {
        checkpoint_n = read_whole(home_file("checkpoint"), checkpoint, sizeof checkpoint);
        days_n = read_whole(home_file("days"), days, sizeof days);
    }
    write_whole(home_file("checkpoint"), checkpoint, checkpoint_n);
    write_whole(home_file("days"), days, days_n);
    signer_begin();
}

/* -- what is handed in */

static inline struct tw_decl *house_read(const char *json)
{
    const struct tw_json_node *node;
    struct tw_decl *d;
    struct tw_completed completed;
    struct tw_fault why = {0};
    const struct tw_completion how = {
        .currency = TW_STR("XTS"), .now = TW_NO_TIME, .pass = UINT64_MAX, .rates_may_lack = true};
    struct tw_str text;
    CHECK(tw_str_dup(house_arena, tw_str_from(json), &text) == TW_OK);
    CHECK(tw_json_parse(text, NULL, house_arena, &node, NULL) == TW_OK);
    if (tw_json_read_decl(node, 0, NULL, house_arena, &d, &why) != TW_OK ||
        tw_complete(d, &how, house_arena, &completed, &why) != TW_OK)
        fprintf(stderr, "%s: %s\n", why.path, why.note);
    CHECK(why.code == TW_OK);
    return d;
}

/* The last one is a second version of the first. */
static inline void house_read_decls(void)
{
    char json[600];
    for (size_t i = 0; i < HOUSE_DECLS; i++) {
        const bool later = i + 1 == HOUSE_DECLS;
        snprintf(json, sizeof json,
                 "{\"declaration_id\":\"L%zu\",\"version\":%d,\"lodged_at\":\"2026-10-%02zuT08:00:00Z\","
                 "\"office\":\"HB%d\","
                 "\"declarant\":{\"id\":\"DC%zu\",\"name\":\"Brokers\"},\"importer\":{\"id\":\"IM%zu\","
                 "\"name\":\"Quill\"},"
                 "\"items\":[{\"item\":1,\"hs\":\"610910\",\"origin\":\"CN\",\"net_mass_kg\":\"%zu\"}]}",
                 later ? (size_t)0 : i, later ? 2 : 1, 1 + i, later ? 2 : 1, (later ? 0 : i) % 3, i % 4,
                 10 + i);
        house_decl[i] = house_read(json);
    }
}

static inline uint32_t version_of(size_t i)
{
    return i + 1 == HOUSE_DECLS ? 2 : 1;
}

/* -- steps */

static int64_t house_now(void)
{
    return house_clock;
}

static inline tw_err make_it(struct tw_fault *fault)
{
    struct tw_station *s = NULL;
    tw_err err = tw_station_init(&house, fault);
    if (err == TW_CONFLICT) { /* it stood by the time something failed */
        err = tw_station_open(&house, &s, fault);
        tw_station_free(s);
    }
    return err;
}

static inline tw_err open_it(struct tw_fault *fault)
{
    tw_station_free(station);
    station = NULL;
    return tw_station_open(&house, &station, fault);
}

static inline tw_err end_it(tw_err err, struct tw_fault *fault)
{
    if (err == TW_OK) return tw_station_commit(station, fault);
    tw_station_rollback(station);
    return err;
}

static inline tw_err take_in(size_t from, size_t to, struct tw_fault *fault)
{
    TW_SCOPED(tw_intake) *in = NULL;
    struct tw_intake_receipt r[HOUSE_DECLS];
    TW_TRY(tw_intake_new(station, &in, fault));
    TW_TRY(tw_station_begin(station, fault));
    tw_err err = TW_OK;
    for (size_t i = from; i < to && err == TW_OK; i++) err = tw_intake_take(in, house_decl[i], &r[i], fault);
    TW_TRY(end_it(err, fault));
    for (size_t i = from; i < to; i++) {
        CHECK(house_ack[i].reg == 0 || house_ack[i].reg == r[i].reg);
        CHECK(r[i].version == version_of(i) && r[i].reg > 0);
        house_ack[i].reg = r[i].reg;
    }
    return TW_OK;
}

static inline tw_err take_first(struct tw_fault *fault)
{
    return take_in(0, HOUSE_FIRST, fault);
}

static inline tw_err take_more(struct tw_fault *fault)
{
    TW_TRY(take_in(HOUSE_FIRST - 1, HOUSE_DECLS - 3, fault)); /* one of them is known */
    return take_in(HOUSE_DECLS - 3, HOUSE_DECLS, fault);
}

static inline struct house_ack *ack_of(uint64_t reg, uint32_t version)
{
    for (size_t i = 0; i < HOUSE_DECLS; i++)
        if (house_ack[i].reg == reg && version_of(i) == version) return &house_ack[i];
    CHECK(0 && "of a declaration that was not acknowledged");
    return NULL;
}

static tw_err on_decided(void *to, const struct tw_station_decided *one, struct tw_fault *fault)
{
    (void)to;
    (void)fault;
    struct house_ack *k = ack_of(one->reg, one->version);
    CHECK(!k->decided);
    k->pending = true;
    k->draw = one->draw;
    k->channel = one->channel;
    return TW_OK;
}

static tw_err on_safe(void *to, struct tw_fault *fault)
{
    (void)to;
    (void)fault;
    for (size_t i = 0; i < HOUSE_DECLS; i++) {
        house_ack[i].decided |= house_ack[i].pending;
        house_ack[i].pending = false;
    }
    return TW_OK;
}

static inline struct tw_run_options house_settings(void)
{
    struct tw_channel_settings c = tw_channel_defaults();
    struct tw_profile_limits limits = tw_profile_defaults();
    return (struct tw_run_options){.input = {.map = &house_map, .currency = "XTS", .stop = house.stop},
                                   .channels = c,
                                   .limits = limits,
                                   .duty_mix = -1,
                                   .reasons = true};
}

static inline tw_err decide(struct tw_fault *fault)
{
    const struct tw_run_options how = house_settings();
    struct tw_station_count n;
    const struct tw_station_run run = {
        .station = station, .how = &how, .decided = on_decided, .safe = on_safe};
    for (size_t i = 0; i < HOUSE_DECLS; i++) house_ack[i].pending = false;
    return tw_station_assess(&run, &n, fault);
}

/* Results of the first two. */
static inline tw_err find(struct tw_fault *fault)
{
    TW_SCOPED(tw_intake) *in = NULL;
    TW_TRY(tw_intake_new(station, &in, fault));
    TW_TRY(tw_station_begin(station, fault));
    tw_err err = TW_OK;
    for (size_t i = 0; i < 2 && err == TW_OK; i++) {
        char number[TW_STATION_NUMBER + 8];
        bool known = false;
        tw_station_number(house_ack[i].reg, number);
        const struct tw_finding f = {.declaration_id = tw_str_from(number),
                                     .item = 1,
                                     .result = i == 0 ? TW_RESULT_CONFORM : TW_RESULT_VALUE,
                                     .known_day = (int32_t)(house_clock / TW_DAY_S) - 30};
        err = tw_intake_finding(in, &f, &known, fault);
    }
    TW_TRY(end_it(err, fault));
    house_ack[0].found = house_ack[1].found = true;
    return TW_OK;
}

/* The next day: it is committed to, and the one before revealed. */
static inline tw_err decide_next_day(struct tw_fault *fault)
{
    house_clock = house_first + TW_DAY_S;
    return decide(fault);
}

static inline tw_err settle(struct tw_fault *fault)
{
    return tw_station_settle(station, fault);
}

static tw_err (*const house_step[HOUSE_STEPS])(struct tw_fault *fault) = {
    make_it, open_it, take_first, decide, find, take_more, decide_next_day, settle, open_it};
enum { HOUSE_OPEN = 1 };

/* -- what must hold */

static tw_err count_finding(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    (void)f;
    (void)fault;
    ++*(size_t *)to;
    return TW_OK;
}

static tw_err count_decl(void *to, const struct tw_db_decl *d, struct tw_fault *fault)
{
    (void)d;
    (void)fault;
    ++*(size_t *)to;
    return TW_OK;
}

/* All that was acknowledged can be read. */
static inline void house_holds(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db *db = tw_station_db(station);
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    for (size_t i = 0; i < HOUSE_DECLS; i++) {
        const struct house_ack *k = &house_ack[i];
        struct tw_db_decl d;
        struct tw_db_decision one;
        size_t findings = 0;
        if (k->reg == 0) continue;
        CHECK(tw_db_decl(db, k->reg, version_of(i), arena, &d, NULL) == TW_OK);
        if (k->decided)
            CHECK(tw_db_decision(db, k->reg, version_of(i), arena, &one, NULL) == TW_OK &&
                  one.draw == k->draw && one.channel == (int32_t)k->channel);
        if (k->found)
            CHECK(tw_db_findings_of(db, k->reg, count_finding, &findings, NULL) == TW_OK && findings == 1);
        tw_arena_reset(arena);
    }
}

static inline void say(const struct tw_fault *why)
{
    fprintf(stderr, "%s: %s\n", tw_err_text(why->code), why->note);
}

/* And the log is whole, the file undamaged, each declaration there once. */
static inline void house_is_sound(void)
{
    struct tw_station_log_report r = {0};
    struct tw_fault why = {0};
    size_t n = 0, most = 0;
    house_holds();
    CHECK(damages_of(tw_station_db(station)) == 0);
    const tw_err err = tw_station_log_verify(station, &(struct tw_station_log_watch){.to = NULL}, &r, &why);
    if (err != TW_OK) say(&why);
    CHECK(err == TW_OK);
    tw_station_log_report_free(&r);
    CHECK(tw_db_decls_from(tw_station_db(station), &(struct tw_db_from){0, 0}, count_decl, &n, NULL) ==
          TW_OK);
    for (size_t i = 0; i < HOUSE_DECLS; i++) most += house_ack[i].reg > 0;
    CHECK(n >= most && n <= HOUSE_DECLS);
}

/* Decided from the first on, it comes to the same decisions and the same state. */
static inline void house_folds(void)
{
    const struct tw_run_options how = house_settings();
    struct tw_station_count n;
    const struct tw_station_run run = {.station = station, .how = &how};
    CHECK(tw_station_replay(&run, &n, NULL) == TW_OK);
    CHECK(n.replayed == HOUSE_DECLS && n.differ == 0 && n.kept && !n.kept_differs);
}

/* -- lives */

static inline void house_begin(void)
{
    struct tw_str yaml;
    if (access("/dev/shm", W_OK) == 0)
        station_top = "/dev/shm"; /* thousands of lives, none of them the disk's */
    snprintf(home, sizeof home, "%s/tidewaiter-house-XXXXXX", station_top);
    CHECK(mkdtemp(home) != NULL);
    CHECK(rmdir(home) == 0);
    home_make();
    snprintf(house_socket, sizeof house_socket, "%s/socket", home);
    tw_db_free(station_new()); /* SQLite is set up by the first station; only then has it a VFS to build on */
    CHECK(tw_arena_new(16 << 20, &house_arena) == TW_OK);
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, house_arena, &house_map, NULL) == TW_OK);
    house_read_decls();
    house = (struct tw_station_options){.signer = house_socket, .now = house_now, .vfs = fault_vfs_name()};
}

/* There is an empty directory. */
static inline void house_place(void)
{
    tw_station_free(station);
    station = NULL;
    station_place();
    house.dir = station_dir;
    fault_vfs_reset();
}

/* Nothing is there but a directory and a signer. */
static inline void house_renew(void)
{
    house_place();
    signer_renew();
    memset(house_ack, 0, sizeof house_ack);
    house_first = house_clock = ((int64_t)time(NULL) / TW_DAY_S - 4) * TW_DAY_S + 3600;
}

static inline void house_end(void)
{
    tw_station_free(station);
    signer_end();
    fault_vfs_reset();
    station_clear();
    home_remove();
    tw_arena_free(house_arena);
}

#endif
