/* SPDX-License-Identifier: Apache-2.0 */
/* Many hand in, one station takes. Each test opens a queue; threads put; the main thread is the station's. */
#include <pthread.h>

#include "engine/station_queue.h"
#include "fault.h"
#include "house.h"

enum { PUTTERS = 4, EACH = FAULT_EVERY > 1 ? 200 : 1000, MOST = PUTTERS * EACH };

/* One that was put in, and what was told of it. */
struct asked {
    struct tw_decl decl;
    char id[24];
    int put, told; /* how often */
    struct tw_intake_receipt receipt;
    struct tw_fault why;
};

static struct asked asked[MOST];
static struct tw_station_queue *queue;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t told, told_busy, decisions, safes; /* told, told_busy and stay_away_ms: under the lock */
static uint64_t stay_away_ms;                    /* told in all */
static volatile sig_atomic_t stop;
static bool in_order;

/* -- both ends */

static void done(void *to, const struct tw_station_answer *a)
{
    static size_t last;
    struct asked *k = a->of;
    CHECK(to == &queue && (a->receipt == NULL) != (a->why == NULL));
    CHECK(k->told == k->put - 1);
    if (a->receipt != NULL) k->receipt = *a->receipt;
    if (a->why != NULL) k->why = *a->why;
    if (told == 0) last = 0;
    if (in_order) CHECK((size_t)(k - asked) >= last);
    last = (size_t)(k - asked);
    pthread_mutex_lock(&lock);
    k->told++;
    told++;
    pthread_mutex_unlock(&lock);
}

static size_t how_many_told(void)
{
    pthread_mutex_lock(&lock);
    const size_t n = told;
    pthread_mutex_unlock(&lock);
    return n;
}

static void rest(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static tw_err put(struct asked *k, uint32_t *retry_ms, struct tw_fault *fault)
{
    const struct tw_station_handed what = {.kind = TW_STATION_DECL, .decl = &k->decl};
    k->put++; /* it may be told before the call is over */
    const tw_err err = tw_station_queue_put(queue, &what, k, retry_ms, fault);
    if (err != TW_OK) k->put--;
    CHECK(err == TW_BUSY || retry_ms == NULL || *retry_ms == 0);
    return err;
}

/* Until it is in. */
static void put_in(struct asked *k)
{
    struct tw_fault why = {.code = TW_OK};
    char words[100];
    for (;;) {
        uint32_t ms = 1;
        const tw_err err = put(k, &ms, &why);
        if (err == TW_OK) return;
        CHECK(err == TW_BUSY && ms >= TW_QUEUE_RETRY_LEAST_MS && ms <= TW_QUEUE_RETRY_MOST_MS);
        snprintf(words, sizeof words, "; try again in %u ms", ms);
        CHECK(strstr(why.note, " waiting; try") != NULL && strstr(why.note, words) != NULL);
        pthread_mutex_lock(&lock);
        told_busy++;
        stay_away_ms += ms;
        pthread_mutex_unlock(&lock);
        rest();
    }
}

static void *put_each(void *from)
{
    struct asked *k = from;
    for (size_t i = 0; i < EACH; i++) put_in(&k[i]);
    return NULL;
}

static tw_err on_decision(void *to, const struct tw_station_decided *one, struct tw_fault *fault)
{
    (void)one;
    (void)fault;
    CHECK(to == &decisions);
    decisions++;
    return TW_OK;
}

static tw_err on_safe_told(void *to, struct tw_fault *fault)
{
    (void)fault;
    CHECK(to == &decisions);
    safes++;
    return TW_OK;
}

static tw_err assess_to(struct tw_station_count *n, struct tw_fault *fault)
{
    struct tw_run_options how = house_settings();
    how.reasons = false;
    how.input.stop = &stop;
    const struct tw_station_run run = {
        .station = station, .how = &how, .decided = on_decision, .safe = on_safe_told, .to = &decisions};
    return tw_station_queue_assess(queue, &run, n, fault);
}

static tw_err assess(struct tw_fault *fault)
{
    struct tw_station_count n;
    return assess_to(&n, fault);
}

/* -- a station, a queue, so many declarations */

static void open_queue(size_t count, size_t bytes)
{
    const struct tw_station_queue_options o = {count, bytes, &queue, done};
    tw_station_queue_free(queue);
    CHECK(tw_station_queue_new(&o, &queue, NULL) == TW_OK);
    told = told_busy = decisions = safes = 0;
    stay_away_ms = 0;
    stop = 0;
    in_order = true;
    for (size_t i = 0; i < MOST; i++) {
        struct asked *k = &asked[i];
        *k = (struct asked){.decl = *house_decl[i % (HOUSE_DECLS - 1)]};
        snprintf(k->id, sizeof k->id, "Q%zu", i);
        k->decl.id = tw_str_from(k->id);
    }
}

static void begin(size_t count, size_t bytes)
{
    house_renew();
    CHECK(make_it(NULL) == TW_OK && open_it(NULL) == TW_OK);
    open_queue(count, bytes);
}

static void finish(void)
{
    tw_station_queue_free(queue);
    queue = NULL;
}

static size_t in_station(void)
{
    size_t n = 0;
    CHECK(tw_db_decls_from(tw_station_db(station), &(struct tw_db_from){0, 0}, count_decl, &n, NULL) ==
          TW_OK);
    return n;
}

static void log_holds(void)
{
    struct tw_station_log_report r = {0};
    CHECK(settle(NULL) == TW_OK);
    CHECK(tw_station_log_verify(station, &(struct tw_station_log_watch){.to = NULL}, &r, NULL) == TW_OK);
    tw_station_log_report_free(&r);
    CHECK(damages_of(tw_station_db(station)) == 0);
}

static int by_reg(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Each of the first n was told once, by a number of its own. */
static void each_once(size_t n)
{
    static uint64_t reg[MOST];
    CHECK(told == n);
    for (size_t i = 0; i < n; i++) {
        CHECK(asked[i].put == asked[i].told && asked[i].why.code == TW_OK);
        reg[i] = asked[i].receipt.reg;
    }
    qsort(reg, n, sizeof *reg, by_reg);
    for (size_t i = 0; i < n; i++) CHECK(reg[i] > (i > 0 ? reg[i - 1] : 0));
}

/* -- threads */

/* Closes only when all were told: the station does not wait for the end to tell. */
static void *put_all(void *to)
{
    pthread_t thread[PUTTERS];
    (void)to;
    for (size_t i = 0; i < PUTTERS; i++)
        CHECK(pthread_create(&thread[i], NULL, put_each, &asked[i * EACH]) == 0);
    for (size_t i = 0; i < PUTTERS; i++) CHECK(pthread_join(thread[i], NULL) == 0);
    while (how_many_told() < MOST) rest();
    tw_station_queue_close(queue);
    return NULL;
}

static void many_threads_lose_nothing_and_double_nothing(void)
{
    static uint64_t reg[MOST];
    struct tw_station_count n;
    pthread_t thread;
    begin(7, 7 << 16);
    in_order = false;
    CHECK(pthread_create(&thread, NULL, put_all, NULL) == 0);
    CHECK(assess_to(&n, NULL) == TW_OK && pthread_join(thread, NULL) == 0);
    CHECK(n.taken == MOST && n.decided == MOST && n.known == 0 && decisions == MOST);
    CHECK(told_busy > 0 && stay_away_ms / told_busy < TW_QUEUE_RETRY_MOST_MS / 2); /* it is not as slow */
    CHECK(safes > 0 && in_station() == MOST);
    each_once(MOST);
    for (size_t i = 0; i < MOST; i++) CHECK(!asked[i].receipt.known);
    log_holds();
    for (size_t i = 0; i < MOST; i++) reg[i] = asked[i].receipt.reg;
    open_queue(0, 0); /* all again: they are known */
    in_order = false;
    CHECK(pthread_create(&thread, NULL, put_all, NULL) == 0);
    CHECK(assess_to(&n, NULL) == TW_OK && pthread_join(thread, NULL) == 0);
    CHECK(n.taken == 0 && n.known == MOST && in_station() == MOST);
    each_once(MOST);
    for (size_t i = 0; i < MOST; i++) CHECK(asked[i].receipt.known && asked[i].receipt.reg == reg[i]);
    finish();
}

static double ms_since(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)(now.tv_sec - from->tv_sec) + 1e-6 * (double)(now.tv_nsec - from->tv_nsec);
}

/* Leaves how long the quickest took. */
static void *put_one_by_one(void *to)
{
    double *quickest_ms = to;
    for (size_t i = 0; i < 10; i++) {
        struct timespec from;
        nanosleep(&(struct timespec){0, TW_QUEUE_WAIT_MS * 200000L}, NULL); /* it sleeps by now */
        clock_gettime(CLOCK_MONOTONIC, &from);
        put_in(&asked[i]);
        while (how_many_told() < i + 1) rest();
        const double ms = ms_since(&from);
        if (i == 0 || ms < *quickest_ms) *quickest_ms = ms;
    }
    tw_station_queue_close(queue);
    return NULL;
}

static void one_alone_waits_for_no_other(void)
{
    pthread_t thread;
    double quickest_ms = 0;
    begin(0, 0);
    CHECK(pthread_create(&thread, NULL, put_one_by_one, &quickest_ms) == 0);
    CHECK(assess(NULL) == TW_OK && pthread_join(thread, NULL) == 0);
    each_once(10);
    CHECK(quickest_ms < TW_QUEUE_WAIT_MS / 2.0);
    finish();
}

/* -- what is full, too large, refused */

static void who_comes_to_a_full_one_is_told_when_to_come_again(void)
{
    struct tw_fault why = {.code = TW_OK};
    uint32_t ms = 0;
    begin(3, 0);
    for (size_t i = 0; i < 3; i++) CHECK(put(&asked[i], &ms, NULL) == TW_OK);
    CHECK(put(&asked[3], &ms, &why) == TW_BUSY && why.code == TW_BUSY);
    CHECK(ms >= TW_QUEUE_RETRY_LEAST_MS && ms <= TW_QUEUE_RETRY_MOST_MS);
    CHECK(strncmp(why.note, "the station has 3 waiting; try again in ", 40) == 0);
    CHECK(put(&asked[3], NULL, NULL) == TW_BUSY && told == 0);
    tw_station_queue_close(queue);
    CHECK(put(&asked[3], &ms, &why) == TW_INTERRUPTED);
    CHECK(assess(NULL) == TW_OK && decisions == 3); /* those inside are decided all the same */
    each_once(3);
    CHECK(put(&asked[3], &ms, &why) == TW_INTERRUPTED);
    finish();
}

/* Each takes a block of 16 KiB, so that four fill it; a room of 12 more is not enough for one. */
static void it_is_full_by_bytes_as_well(void)
{
    uint32_t ms = 0;
    begin(0, 76 << 10);
    for (size_t i = 0; i < 4; i++) CHECK(put(&asked[i], &ms, NULL) == TW_OK);
    CHECK(put(&asked[4], &ms, NULL) == TW_BUSY && ms >= TW_QUEUE_RETRY_LEAST_MS);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK);
    each_once(4);
    finish();
}

static void one_that_is_larger_than_all_may_be_is_not_told_to_come_again(void)
{
    static char marks[100 << 10];
    struct tw_fault why = {.code = TW_OK};
    uint32_t ms = 1;
    begin(0, 64 << 10);
    memset(marks, 'x', sizeof marks);
    asked[0].decl.goods_location = (struct tw_str){marks, sizeof marks};
    CHECK(put(&asked[0], &ms, &why) == TW_LIMIT && ms == 0 && strstr(why.note, "64 KiB") != NULL);
    CHECK(put(&asked[1], &ms, NULL) == TW_OK);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK && in_station() == 1 && told == 1);
    finish();
}

static void what_is_refused_is_told_to_its_owner_alone(void)
{
    struct tw_station_count n;
    begin(0, 0);
    asked[1].decl = asked[2].decl = asked[0].decl; /* the same again, */
    asked[2].decl.office = TW_STR("elsewhere");    /* and with other content */
    asked[3].decl.version = 7;                     /* six are missing */
    for (size_t i = 0; i < 5; i++) CHECK(put(&asked[i], NULL, NULL) == TW_OK);
    tw_station_queue_close(queue);
    CHECK(assess_to(&n, NULL) == TW_OK);
    CHECK(n.taken == 2 && n.known == 1 && n.refused == 2 && told == 5 && in_station() == 2);
    CHECK(!asked[0].receipt.known && asked[1].receipt.known && asked[1].receipt.reg == asked[0].receipt.reg);
    CHECK(asked[2].why.code == TW_CONFLICT && asked[2].why.note[0] != '\0');
    CHECK(asked[3].why.code == TW_CONFLICT && asked[3].why.note[0] != '\0');
    CHECK(asked[0].why.code == TW_OK && asked[1].why.code == TW_OK && asked[4].why.code == TW_OK);
    CHECK(!asked[4].receipt.known && asked[4].receipt.reg != asked[0].receipt.reg);
    finish();
}

static tw_err is_manual(void *to, const struct tw_db_finding *row, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_finding f;
    TW_TRY(tw_arena_new(1 << 16, &arena));
    TW_TRY(tw_intake_finding_restore(row, arena, &f, fault));
    CHECK(tw_str_eq(f.basis, TW_STR("manual")));
    ++*(size_t *)to;
    return TW_OK;
}

static void results_of_inspections_go_the_same_way(void)
{
    char number[TW_STATION_NUMBER + 8], basis[] = "manual";
    size_t found = 0;
    begin(0, 0);
    CHECK(put(&asked[0], NULL, NULL) == TW_OK);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK && told == 1);
    const uint64_t reg = asked[0].receipt.reg;
    tw_station_number(reg, number);
    open_queue(0, 0);
    for (size_t i = 0; i < 2; i++) {
        const struct tw_finding f = {.declaration_id = i == 0 ? tw_str_from(number) : TW_STR("999999999999"),
                                     .item = 1,
                                     .result = TW_RESULT_VALUE,
                                     .basis = tw_str_from(basis),
                                     .known_day = (int32_t)(house_clock / TW_DAY_S) - 30};
        const struct tw_station_handed what = {.kind = TW_STATION_FINDING, .finding = &f};
        asked[i].put++;
        CHECK(tw_station_queue_put(queue, &what, &asked[i], NULL, NULL) == TW_OK);
    }
    memset(basis, 'x', sizeof basis - 1); /* the queue has its own */
    memset(number, '0', sizeof number - 1);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK && told == 2);
    CHECK(asked[0].why.code == TW_OK && asked[1].why.code == TW_CONFLICT);
    CHECK(tw_db_findings_of(tw_station_db(station), reg, is_manual, &found, NULL) == TW_OK && found == 1);
    finish();
}

/* -- what goes wrong */

/* All that were put in were told, some perhaps a receipt; each of these is there. */
static void told_truly(size_t n, tw_err err)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && told == n);
    for (size_t i = 0; i < n; i++) {
        struct tw_db_decl d;
        const struct asked *k = &asked[i];
        CHECK(k->told == 1 && (k->why.code == TW_OK || (k->why.code == err && k->why.note[0] != '\0')));
        if (k->why.code == TW_OK)
            CHECK(tw_db_decl(tw_station_db(station), k->receipt.reg, 1, arena, &d, NULL) == TW_OK);
        tw_arena_reset(arena);
    }
}

/* All are handed in again: each is in the station once, by the number that was told if one was. */
static void come_in_again(size_t n)
{
    static struct asked before[MOST];
    struct tw_station_count count;
    memcpy(before, asked, sizeof before);
    open_queue(0, 0);
    for (size_t i = 0; i < n; i++) CHECK(put(&asked[i], NULL, NULL) == TW_OK);
    tw_station_queue_close(queue);
    CHECK(assess_to(&count, NULL) == TW_OK && count.refused == 0 && in_station() == n);
    each_once(n);
    for (size_t i = 0; i < n; i++)
        if (before[i].why.code == TW_OK)
            CHECK(asked[i].receipt.known && asked[i].receipt.reg == before[i].receipt.reg);
    log_holds();
}

static void take_what_is_left(void)
{
    open_queue(0, 0);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK);
}

/* The disk is full from the n-th call on, for every third n of a run. */
static void a_full_disk_is_told_to_all_who_wait(void)
{
    enum { N = 5, FAR = 2000 };
    tw_err err = TW_FULL;
    size_t none = 0, some = 0; /* runs in which nobody, and somebody, had a receipt before it was full */
    for (long n = 0; err != TW_OK; n += 3 * FAULT_EVERY) {
        CHECK(n < FAR);
        begin(0, 0);
        take_what_is_left(); /* the days are committed to */
        open_queue(0, 0);
        for (size_t i = 0; i < N; i++) CHECK(put(&asked[i], NULL, NULL) == TW_OK);
        tw_station_queue_close(queue);
        fault_vfs_fail(n, VFS_FULL);
        err = assess(NULL);
        fault_vfs_clear();
        CHECK(err == TW_OK || err == TW_FULL || err == TW_IO);
        told_truly(N, err);
        some += err != TW_OK && asked[0].why.code == TW_OK;
        none += asked[0].why.code != TW_OK;
        come_in_again(N);
    }
    CHECK(some > 0 && none > 0);
    finish();
}

/* The n-th allocation fails and all that follow, for many n of a run: some of them while it is taken. */
static void want_of_memory_is_told_to_who_waits(void)
{
    tw_err err = TW_NOMEM;
    size_t i = 0;
    begin(0, 0);
    for (long n = 0; err != TW_OK; n += 7 * FAULT_EVERY, i++) {
        CHECK(i < MOST);
        take_what_is_left();
        open_queue(0, 0);
        CHECK(put(&asked[i], NULL, NULL) == TW_OK);
        tw_station_queue_close(queue);
        tw_mem_fail_after(n);
        err = assess(NULL);
        tw_mem_fail_after(-1);
        CHECK((err == TW_OK || err == TW_NOMEM) && told == 1 && asked[i].told == 1);
        CHECK(asked[i].why.code == TW_OK || asked[i].why.code == err);
    }
    CHECK(i > 5 && asked[i - 1].why.code == TW_OK);
    printf("# %zu runs\n", i);
    log_holds();
    finish();
}

static void *put_when_it_is_back(void *to)
{
    const size_t n = *(const size_t *)to;
    for (size_t i = 0; i < n; i++) {
        asked[i].why.code = TW_OK;
        for (tw_err err = TW_BUSY; err != TW_OK; rest()) {
            err = put(&asked[i], NULL, NULL);
            CHECK(err == TW_OK || err == TW_UNAVAILABLE);
        }
    }
    while (how_many_told() < 2 * n) rest();
    tw_station_queue_close(queue);
    return NULL;
}

/* What is durable and not signed is acknowledged to nobody; when the signer is back, it is known. */
static void without_a_signer_nothing_is_acknowledged(void)
{
    const size_t n = 5;
    struct tw_station_count count;
    struct tw_fault why = {.code = TW_OK};
    pthread_t thread;
    begin(0, 0);
    tw_station_queue_close(queue);
    CHECK(assess(NULL) == TW_OK);
    open_queue(0, 0);
    for (size_t i = 0; i < n; i++) CHECK(put(&asked[i], NULL, NULL) == TW_OK);
    signer_end();
    CHECK(assess(&why) == TW_UNAVAILABLE && why.code == TW_UNAVAILABLE && told == n);
    for (size_t i = 0; i < n; i++)
        CHECK(asked[i].told == 1 && asked[i].receipt.reg == 0 && strcmp(asked[i].why.note, why.note) == 0);
    uint32_t ms = 1;
    CHECK(put(&asked[0], &ms, &why) == TW_UNAVAILABLE && ms == 0 && why.note[0] != '\0');
    signer_begin();
    in_order = false; /* as each finds it open again */
    CHECK(pthread_create(&thread, NULL, put_when_it_is_back, (void *)(uintptr_t)&n) == 0);
    CHECK(assess_to(&count, NULL) == TW_OK && pthread_join(thread, NULL) == 0);
    CHECK(count.known == n && count.decided == n && in_station() == n);
    for (size_t i = 0; i < n; i++)
        CHECK(asked[i].told == 2 && asked[i].why.code == TW_OK && asked[i].receipt.known);
    log_holds();
    finish();
}

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
}

/* As Ctrl-C does, to the station's thread. */
static void *stop_soon(void *to)
{
    const pthread_t *thread = to;
    while (how_many_told() < 1) rest();
    CHECK(pthread_kill(*thread, SIGUSR1) == 0);
    return NULL;
}

static void an_idle_station_stops_when_it_is_told_to(void)
{
    const struct sigaction how = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    pthread_t thread, self = pthread_self();
    begin(0, 0);
    CHECK(sigaction(SIGUSR1, &how, NULL) == 0);
    CHECK(put(&asked[0], NULL, NULL) == TW_OK);
    CHECK(pthread_create(&thread, NULL, stop_soon, &self) == 0);
    CHECK(assess(NULL) == TW_INTERRUPTED && pthread_join(thread, NULL) == 0);
    CHECK(told == 1 && asked[0].why.code == TW_OK && decisions == 1);
    CHECK(put(&asked[1], NULL, NULL) == TW_INTERRUPTED);
    finish();
}

static void who_waits_when_it_stops_is_told(void)
{
    begin(0, 0);
    for (size_t i = 0; i < 3; i++) CHECK(put(&asked[i], NULL, NULL) == TW_OK);
    stop = 1;
    CHECK(assess(NULL) == TW_INTERRUPTED && in_station() == 0);
    told_truly(3, TW_INTERRUPTED);
    CHECK(asked[2].why.code == TW_INTERRUPTED);
    open_queue(0, 0);
    CHECK(put(&asked[0], NULL, NULL) == TW_OK);
    finish(); /* and so is who waits when nothing ever comes of it */
    CHECK(told == 1 && asked[0].why.code == TW_INTERRUPTED);
}

static tw_err make_and_put(void)
{
    TW_SCOPED(tw_station_queue) *q = NULL;
    const struct tw_station_queue_options o = {.count = 0};
    const struct tw_finding f = {.declaration_id = TW_STR("000000000001"), .basis = TW_STR("manual")};
    const struct tw_station_handed decl = {.kind = TW_STATION_DECL, .decl = house_decl[0]},
                                   found = {.kind = TW_STATION_FINDING, .finding = &f};
    TW_TRY(tw_station_queue_new(&o, &q, NULL));
    TW_TRY(tw_station_queue_put(q, &decl, NULL, NULL, NULL));
    return tw_station_queue_put(q, &found, NULL, NULL, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(make_and_put) > 4);
}

int main(void)
{
    house_begin();
    RUN(survives_every_failed_allocation);
    RUN(who_comes_to_a_full_one_is_told_when_to_come_again);
    RUN(it_is_full_by_bytes_as_well);
    RUN(one_that_is_larger_than_all_may_be_is_not_told_to_come_again);
    RUN(what_is_refused_is_told_to_its_owner_alone);
    RUN(results_of_inspections_go_the_same_way);
    RUN(many_threads_lose_nothing_and_double_nothing);
    RUN(one_alone_waits_for_no_other);
    RUN(a_full_disk_is_told_to_all_who_wait);
    RUN(want_of_memory_is_told_to_who_waits);
    RUN(without_a_signer_nothing_is_acknowledged);
    RUN(an_idle_station_stops_when_it_is_told_to);
    RUN(who_waits_when_it_stops_is_told);
    house_end();
    return DONE();
}
