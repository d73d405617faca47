/* SPDX-License-Identifier: Apache-2.0 */
/* Each that is inside lies, with what was put in, in an arena of its own. It waits; the station asks for it
 * and has it `given`; when its receipt comes it is `taken`; when the batch that it is of is signed, it is
 * answered and gone. Only the line of those that wait is shared, with the counts, under the lock; the rest is
 * the station's thread's alone.
 *
 * When nothing waits, the station must not: what came is committed and told before anybody waits for more. So
 * between two answers that there is nothing for now nothing is given, or the second comes at once; only
 * behind one that was not followed by anything the thread sleeps until something comes.
 */
#include "engine/station_queue.h"

#include <pthread.h>
#include <time.h>

#include "base/mem.h"
#include "decl/copy.h"

struct entry {
    struct entry *next;
    struct tw_arena *arena; /* holds this, too */
    void *of;
    struct tw_station_handed what;
    struct tw_intake_receipt receipt;
    struct tw_fault refused; /* code TW_OK: it was not */
};

struct line {
    struct entry *first, *last;
    size_t n;
};

struct tw_station_queue {
    struct tw_station_queue_options o;
    pthread_mutex_t lock;
    pthread_cond_t came; /* something, or the end */
    /* under the lock */
    struct line waiting;
    size_t count, bytes; /* inside */
    bool asleep, closed;
    struct tw_fault down; /* what ended the work last; code TW_OK: nothing did */
    int64_t since_us;     /* from then on nothing has gone of what is inside */
    double took_us, went; /* while it was full: so many went in that time; the older counts the less */
    uint64_t turned_away; /* since something went */
    /* of the station's thread */
    const struct tw_station_run *run;
    struct entry *given;
    struct line taken;
    bool owed; /* something was given since there was nothing for now */
};

static int64_t now_us(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -- lines */

static void append(struct line *l, struct entry *e)
{
    e->next = NULL;
    if (l->first == NULL)
        l->first = e;
    else
        l->last->next = e;
    l->last = e;
    l->n++;
}

static struct entry *pop(struct line *l)
{
    struct entry *e = l->first;
    if (e == NULL) return NULL;
    l->first = e->next;
    l->n--;
    return e;
}

/* -- an answer */

/* Makes room, then tells who put it in. why  NULL: it is safe, or was refused */
static void answer(struct tw_station_queue *q, struct entry *e, const struct tw_fault *why)
{
    struct tw_intake_receipt receipt = e->receipt;
    struct tw_fault refused = e->refused;
    if (why == NULL && refused.code != TW_OK) why = &refused;
    const struct tw_station_answer a = {e->of, why == NULL ? &receipt : NULL, why};
    const size_t bytes = tw_arena_bytes(e->arena);
    tw_arena_free(e->arena);
    pthread_mutex_lock(&q->lock);
    q->count--;
    q->bytes -= bytes;
    pthread_mutex_unlock(&q->lock);
    if (q->o.done != NULL) q->o.done(q->o.to, &a);
}

static void answer_all(struct tw_station_queue *q, struct line *l, const struct tw_fault *why)
{
    for (struct entry *e; (e = pop(l)) != NULL;) answer(q, e, why);
}

/* All that are inside, in their order. */
static void give_up(struct tw_station_queue *q, const struct tw_fault *why)
{
    answer_all(q, &q->taken, why);
    if (q->given != NULL) answer(q, q->given, why);
    q->given = NULL;
    pthread_mutex_lock(&q->lock);
    struct line rest = q->waiting;
    q->waiting = (struct line){.n = 0};
    pthread_mutex_unlock(&q->lock);
    answer_all(q, &rest, why);
}

/* -- making */

static tw_err make_lock(struct tw_station_queue *q)
{
    pthread_condattr_t how;
    if (pthread_mutex_init(&q->lock, NULL) != 0) return TW_UNAVAILABLE;
    bool made = pthread_condattr_init(&how) == 0;
    if (made) {
        made =
            pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&q->came, &how) == 0;
        pthread_condattr_destroy(&how);
    }
    if (made) return TW_OK;
    pthread_mutex_destroy(&q->lock);
    return TW_UNAVAILABLE;
}

tw_err tw_station_queue_new(const struct tw_station_queue_options *o, struct tw_station_queue **ret,
                            struct tw_fault *fault)
{
    struct tw_station_queue *q = tw_calloc(1, sizeof *q);
    if (q == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    q->o = *o;
    if (q->o.count == 0) q->o.count = TW_QUEUE_COUNT;
    if (q->o.bytes == 0) q->o.bytes = TW_QUEUE_BYTES;
    const tw_err err = make_lock(q);
    if (err != TW_OK) {
        tw_free(q);
        return tw_fail(fault, err, "the system gives no lock");
    }
    *ret = q;
    return TW_OK;
}

void tw_station_queue_free(struct tw_station_queue *q)
{
    struct tw_fault why = {.code = TW_OK};
    if (q == NULL) return;
    tw_station_queue_close(q);
    TW_IGNORE(tw_fail(&why, TW_INTERRUPTED, "the station ended before it took this in"));
    give_up(q, &why);
    pthread_cond_destroy(&q->came);
    pthread_mutex_destroy(&q->lock);
    tw_free(q);
}

/* -- putting in: any thread */

/* How long to stay away. */
static uint32_t retry_in(const struct tw_station_queue *q)
{
    const double half = (double)(q->count + 1) / 2, idle = (double)(now_us() - q->since_us) / 1000;
    double ms = q->went > 0 ? half * q->took_us / q->went / 1000 : 0;
    if (ms < idle) ms = idle;
    if (ms > TW_QUEUE_RETRY_MOST_MS) return TW_QUEUE_RETRY_MOST_MS;
    return ms < TW_QUEUE_RETRY_LEAST_MS ? TW_QUEUE_RETRY_LEAST_MS : (uint32_t)ms;
}

/* May one of so many bytes come in? Under the lock. */
static tw_err admit(struct tw_station_queue *q, size_t bytes, uint32_t *retry_ms, struct tw_fault *fault)
{
    if (q->closed)
        return tw_fail(fault, TW_INTERRUPTED, "the station is about to end and takes nothing more in");
    if (q->down.code != TW_OK) return tw_fail(fault, q->down.code, "%s", q->down.note);
    if (q->count < q->o.count && bytes <= q->o.bytes - q->bytes) return TW_OK;
    const uint32_t ms = retry_in(q);
    q->turned_away++;
    if (retry_ms != NULL) *retry_ms = ms;
    return tw_fail(fault, TW_BUSY, "the station has %zu waiting; try again in %u ms", q->count, ms);
}

static tw_err copy_finding(const struct tw_finding *f, struct tw_arena *arena, const struct tw_finding **ret)
{
    struct tw_finding *copy = tw_arena_alloc(arena, sizeof *copy);
    if (copy == NULL) return TW_NOMEM;
    *copy = *f;
    TW_TRY(tw_str_dup(arena, f->declaration_id, &copy->declaration_id));
    TW_TRY(tw_str_dup(arena, f->basis, &copy->basis));
    *ret = copy;
    return TW_OK;
}

static tw_err copy(const struct tw_station_handed *what, struct tw_arena *arena,
                   struct tw_station_handed *ret)
{
    struct tw_decl *d = NULL;
    *ret = (struct tw_station_handed){.kind = what->kind};
    if (what->kind == TW_STATION_FINDING) return copy_finding(what->finding, arena, &ret->finding);
    TW_TRY(tw_decl_copy(what->decl, arena, &d));
    ret->decl = d;
    return TW_OK;
}

/* NULL = see `fault` */
static struct entry *make_entry(const struct tw_station_queue *q, const struct tw_station_handed *what,
                                struct tw_fault *fault)
{
    struct tw_arena *arena = NULL;
    if (tw_arena_new(q->o.bytes, &arena) == TW_OK) {
        struct entry *e = tw_arena_alloc(arena, sizeof *e);
        if (e != NULL && copy(what, arena, &e->what) == TW_OK) {
            e->arena = arena;
            return e;
        }
    }
    const bool full = arena != NULL && tw_arena_full(arena);
    tw_arena_free(arena);
    if (full)
        TW_IGNORE(tw_fail(fault, TW_LIMIT,
                          "this takes more memory than all that may wait at the station: %zu KiB is the most",
                          q->o.bytes >> 10));
    else
        TW_IGNORE(tw_fail(fault, TW_NOMEM, "out of memory"));
    return NULL;
}

/* Under the lock. */
static void enter(struct tw_station_queue *q, struct entry *e)
{
    if (q->count == 0) q->since_us = now_us();
    q->count++;
    q->bytes += tw_arena_bytes(e->arena);
    append(&q->waiting, e);
    if (q->asleep) pthread_cond_signal(&q->came);
}

/* Takes the entry. */
static tw_err put_in(struct tw_station_queue *q, struct entry *e, uint32_t *retry_ms, struct tw_fault *fault)
{
    pthread_mutex_lock(&q->lock);
    const tw_err err = admit(q, tw_arena_bytes(e->arena), retry_ms, fault);
    if (err == TW_OK) enter(q, e); /* and may be gone when the lock is */
    pthread_mutex_unlock(&q->lock);
    if (err != TW_OK) tw_arena_free(e->arena);
    return err;
}

tw_err tw_station_queue_put(struct tw_station_queue *q, const struct tw_station_handed *what, void *of,
                            uint32_t *retry_ms, struct tw_fault *fault)
{
    struct tw_fault why = {.code = TW_OK};
    if (retry_ms != NULL) *retry_ms = 0;
    pthread_mutex_lock(&q->lock); /* who is turned away costs no copy */
    const tw_err err = admit(q, 0, retry_ms, fault);
    pthread_mutex_unlock(&q->lock);
    TW_TRY(err);
    struct entry *e = make_entry(q, what, &why);
    if (e == NULL) return tw_fail(fault, why.code, "%s", why.note);
    e->of = of;
    return put_in(q, e, retry_ms, fault);
}

void tw_station_queue_close(struct tw_station_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_signal(&q->came);
    pthread_mutex_unlock(&q->lock);
}

/* -- taking out: the station's thread */

/* Until something comes, the end, or it is time to look round. Under the lock. */
static void sleep_a_little(struct tw_station_queue *q)
{
    struct timespec until = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TW_QUEUE_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    q->asleep = true;
    while (q->waiting.first == NULL && !q->closed)
        if (pthread_cond_timedwait(&q->came, &q->lock, &until) != 0) break;
    q->asleep = false;
}

static tw_err next(void *to, struct tw_station_handed *ret, struct tw_fault *fault)
{
    struct tw_station_queue *q = to;
    (void)fault;
    pthread_mutex_lock(&q->lock);
    if (q->waiting.first == NULL && !q->owed && !q->closed) sleep_a_little(q);
    q->given = pop(&q->waiting);
    const bool closed = q->closed;
    pthread_mutex_unlock(&q->lock);
    q->owed = q->given != NULL;
    *ret = (struct tw_station_handed){.kind = closed ? TW_STATION_END : TW_STATION_IDLE};
    if (q->given != NULL) *ret = q->given->what;
    return TW_OK;
}

static tw_err taken(void *to, const struct tw_station_handed *what, const struct tw_intake_receipt *receipt,
                    const struct tw_fault *refused, struct tw_fault *fault)
{
    struct tw_station_queue *q = to;
    struct entry *e = q->given;
    (void)what;
    (void)fault;
    if (receipt != NULL) e->receipt = *receipt;
    if (refused != NULL) e->refused = *refused;
    q->given = NULL;
    append(&q->taken, e);
    return TW_OK;
}

/* How fast it empties is seen when it is full: else the station waits for what comes, and not the other way
 * round. Of what was seen before, half counts. */
static void see_speed(struct tw_station_queue *q, size_t n)
{
    const int64_t now = now_us();
    pthread_mutex_lock(&q->lock);
    if (q->turned_away > 0) {
        q->took_us = q->took_us / 2 + (double)(now - q->since_us);
        q->went = q->went / 2 + (double)n;
    }
    q->turned_away = 0;
    q->since_us = now;
    pthread_mutex_unlock(&q->lock);
}

static tw_err safe(void *to, struct tw_fault *fault)
{
    struct tw_station_queue *q = to;
    if (q->taken.n > 0) see_speed(q, q->taken.n);
    answer_all(q, &q->taken, NULL);
    return q->run->safe != NULL ? q->run->safe(q->run->to, fault) : TW_OK;
}

/* -- what the run's owner is told besides */

static tw_err decided(void *to, const struct tw_station_decided *one, struct tw_fault *fault)
{
    const struct tw_station_queue *q = to;
    return q->run->decided(q->run->to, one, fault);
}

static void progress(void *to, uint64_t done)
{
    const struct tw_station_queue *q = to;
    q->run->progress(q->run->to, done);
}

static void begin(struct tw_station_queue *q, const struct tw_station_run *r)
{
    q->run = r;
    q->owed = false;
    pthread_mutex_lock(&q->lock);
    q->down.code = TW_OK;
    q->since_us = now_us();
    pthread_mutex_unlock(&q->lock);
}

/* First nobody comes in any more, then those inside are told. */
static void end(struct tw_station_queue *q, const struct tw_fault *why)
{
    pthread_mutex_lock(&q->lock);
    q->down = *why;
    pthread_mutex_unlock(&q->lock);
    give_up(q, why);
    q->run = NULL;
}

tw_err tw_station_queue_assess(struct tw_station_queue *q, const struct tw_station_run *r,
                               struct tw_station_count *ret, struct tw_fault *fault)
{
    struct tw_fault why = {.code = TW_OK};
    const struct tw_station_feed feed = {q, next, taken};
    struct tw_station_run run = *r;
    run.feed = &feed;
    run.to = q;
    run.safe = safe;
    if (r->decided != NULL) run.decided = decided;
    if (r->progress != NULL) run.progress = progress;
    begin(q, r);
    const tw_err err = tw_station_assess(&run, ret, &why);
    if (err == TW_OK) { /* nobody is inside */
        q->run = NULL;
        return TW_OK;
    }
    if (why.code != err) TW_IGNORE(tw_fail(&why, err, "%s", tw_err_text(err)));
    end(q, &why);
    if (fault != NULL) *fault = why;
    return err;
}
