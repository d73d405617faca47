/* SPDX-License-Identifier: Apache-2.0 */
/* The ring has six places, each at or behind the one before: put, handed to the run, asked for what criteria
 * said, drawn for, decided, taken. All but `handed`, `asked` and `drawn`, which are the run's own, are read
 * and written under the lock. */
#include "engine/decider.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"

enum { ARENA_BYTES = 256 << 20, TELL_EVERY = 32 };

struct tw_decider {
    struct tw_decider_options o;
    struct tw_run_options how;
    struct tw_run_source source;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t in, out; /* something for the run; something for the other */
    bool made, running;     /* lock and conditions; thread */
    struct tw_decider_job *job;
    uint64_t put, handed, asked, drawn, decided, taken;
    bool closed, dropped, ended;
    bool reasons; /* wanted of what is handed out now; the run's own */
    tw_err err;
    struct tw_fault fault;
    const char *file; /* that the run works on */
};

static struct tw_decider_job *job_at(struct tw_decider *d, uint64_t place)
{
    return &d->job[place % d->o.jobs];
}

/* -- in the run's thread */

enum step { STEP_JOB, STEP_PAUSE, STEP_END, STEP_DROPPED };

/* What comes next? Before it waits, or where reasons begin or end, the run hands on what it holds. */
static enum step next_step(struct tw_decider *d)
{
    enum step step = STEP_JOB;
    pthread_mutex_lock(&d->lock);
    const bool holds = d->handed > d->decided;
    if (d->handed == d->put && !d->closed && !holds) pthread_cond_signal(&d->out);
    while (d->handed == d->put && !d->closed && !d->dropped && !holds) pthread_cond_wait(&d->in, &d->lock);
    if (d->dropped)
        step = STEP_DROPPED;
    else if (d->handed < d->put)
        step = holds && job_at(d, d->handed)->brief == d->reasons ? STEP_PAUSE : STEP_JOB;
    else
        step = d->closed ? STEP_END : STEP_PAUSE;
    pthread_mutex_unlock(&d->lock);
    return step;
}

static tw_err next(void *to, struct tw_arena *arena, struct tw_reading *ret, struct tw_finding_list *came,
                   bool *more, struct tw_fault *fault)
{
    struct tw_decider *d = to;
    const enum step step = next_step(d);
    *more = step == STEP_JOB || step == STEP_PAUSE;
    if (step == STEP_DROPPED) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    if (step != STEP_JOB) return TW_OK;
    const struct tw_decider_job *j = job_at(d, d->handed++);
    d->reasons = !j->brief;
    *came = j->came;
    tw_arena_reset(arena);
    return tw_intake_restore(&j->kept, arena, &ret->decl, fault);
}

/* They are asked, and drawn for, in the order in which they were handed out. */
static const struct tw_criteria_given *said(void *to)
{
    struct tw_decider *d = to;
    return job_at(d, d->asked++)->said;
}

static tw_err draw(void *to, const struct tw_decl *decl, uint64_t *ret)
{
    struct tw_decider *d = to;
    (void)decl;
    *ret = job_at(d, d->drawn++)->draw;
    return TW_OK;
}

static void put_features(const struct tw_assessment *one, struct tw_buf *out)
{
    for (size_t i = 0; i < one->look.n * TW_FEATURE_N; i++) {
        uint32_t v;
        char le[4];
        memcpy(&v, &one->x[i], sizeof v);
        for (int k = 0; k < 4; k++) le[k] = (char)(uint8_t)(v >> (8 * k));
        tw_buf_put(out, le, sizeof le);
    }
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct tw_decider *d = to;
    const struct tw_decision *k = &one->decision;
    struct tw_decider_job *j = job_at(d, d->decided); /* this thread alone moves it on */
    j->channel = k->channel;
    j->basis = k->basis;
    j->propensity_ppm = k->propensity_ppm;
    memcpy(j->model, k->model_hash, sizeof j->model);
    memcpy(j->criteria, k->criteria_hash, sizeof j->criteria);
    memcpy(j->profile, k->profile_hash, sizeof j->profile);
    tw_buf_clear(&j->record);
    tw_buf_clear(&j->features);
    tw_buf_clear(&j->told);
    tw_assess_record(a, one, &j->record);
    put_features(one, &j->features);
    if (d->o.told) tw_assess_json(a, one, d->o.full, &j->told);
    if (j->record.failed || j->features.failed || j->told.failed)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    pthread_mutex_lock(&d->lock);
    if (++d->decided % TELL_EVERY == 0) pthread_cond_signal(&d->out);
    const bool dropped = d->dropped;
    pthread_mutex_unlock(&d->lock);
    return dropped ? tw_fail(fault, TW_INTERRUPTED, "interrupted") : TW_OK;
}

static void *run(void *to)
{
    struct tw_decider *d = to;
    struct tw_run_summary sum;
    struct tw_fault fault = {.code = TW_OK};
    const tw_err err = tw_run(&d->how, &sum, &fault);
    if (err != TW_OK && fault.code != err) TW_IGNORE(tw_fail(&fault, err, "%s", tw_err_text(err)));
    pthread_mutex_lock(&d->lock);
    d->err = err;
    d->fault = fault;
    d->ended = true;
    pthread_cond_signal(&d->out);
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

static tw_err begin(void *to, struct tw_state *ret, struct tw_fault *fault)
{
    const struct tw_decider *d = to;
    return d->o.begin(d->o.to, ret, fault);
}

static tw_err leave(void *to, struct tw_state *s, struct tw_fault *fault)
{
    const struct tw_decider *d = to;
    return d->o.leave(d->o.to, s, fault);
}

/* -- in the other */

static bool make(struct tw_decider *d)
{
    if (pthread_mutex_init(&d->lock, NULL) != 0) return false;
    d->made = pthread_cond_init(&d->in, NULL) == 0;
    if (d->made && pthread_cond_init(&d->out, NULL) == 0) return true;
    if (d->made) pthread_cond_destroy(&d->in);
    pthread_mutex_destroy(&d->lock);
    d->made = false;
    return false;
}

static tw_err make_jobs(struct tw_decider *d)
{
    d->job = tw_calloc(d->o.jobs, sizeof *d->job);
    if (d->job == NULL) return TW_NOMEM;
    for (size_t i = 0; i < d->o.jobs; i++)
        if (tw_arena_new(ARENA_BYTES, &d->job[i].arena) != TW_OK) return TW_NOMEM;
    return TW_OK;
}

tw_err tw_decider_new(const struct tw_decider_options *o, struct tw_decider **ret, struct tw_fault *fault)
{
    struct tw_decider *d = tw_calloc(1, sizeof *d);
    if (d == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    d->o = *o;
    d->reasons = true;
    d->source = (struct tw_run_source){d, begin, next, said, draw, leave, o->cargo, &d->reasons};
    d->how = *o->how;
    d->how.source = &d->source;
    d->how.state = d->how.only = NULL;
    d->how.to = d;
    d->how.decided = on_decided;
    d->how.done = NULL;
    d->how.input.file = &d->file;
    tw_err err = make_jobs(d) == TW_OK ? TW_OK : tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK && !make(d)) err = tw_fail(fault, TW_UNAVAILABLE, "the system gives no lock");
    if (err == TW_OK && pthread_create(&d->thread, NULL, run, d) != 0)
        err = tw_fail(fault, TW_UNAVAILABLE, "the system gives no thread to decide in");
    if (err != TW_OK) {
        tw_decider_free(d);
        return err;
    }
    d->running = true;
    *ret = d;
    return TW_OK;
}

static void wait_for_end(struct tw_decider *d)
{
    if (!d->running) return;
    pthread_join(d->thread, NULL);
    d->running = false;
}

void tw_decider_free(struct tw_decider *d)
{
    if (d == NULL) return;
    if (d->running) {
        pthread_mutex_lock(&d->lock);
        d->dropped = true;
        pthread_cond_signal(&d->in);
        pthread_mutex_unlock(&d->lock);
        wait_for_end(d);
    }
    if (d->made) {
        pthread_cond_destroy(&d->in);
        pthread_cond_destroy(&d->out);
        pthread_mutex_destroy(&d->lock);
    }
    for (size_t i = 0; d->job != NULL && i < d->o.jobs; i++) {
        tw_arena_free(d->job[i].arena);
        tw_buf_free(&d->job[i].record);
        tw_buf_free(&d->job[i].features);
        tw_buf_free(&d->job[i].told);
    }
    tw_free(d->job);
    tw_free(d);
}

/* `put` and `taken` are written by the thread that calls here alone. */
size_t tw_decider_pending(const struct tw_decider *d)
{
    return (size_t)(d->put - d->taken);
}

struct tw_decider_job *tw_decider_slot(struct tw_decider *d, size_t i)
{
    if (tw_decider_pending(d) + i >= d->o.jobs) return NULL;
    return job_at(d, d->put + i);
}

void tw_decider_put(struct tw_decider *d, size_t n)
{
    pthread_mutex_lock(&d->lock);
    d->put += n;
    pthread_cond_signal(&d->in);
    pthread_mutex_unlock(&d->lock);
}

/* What ended the run, with the file that it was working on. */
static tw_err tell(const struct tw_decider *d, struct tw_fault *fault)
{
    const char **file = d->o.how->input.file;
    if (fault != NULL) *fault = d->fault;
    if (file != NULL && d->file != NULL) *file = d->file;
    return d->err;
}

tw_err tw_decider_take(struct tw_decider *d, struct tw_decider_job **ret, struct tw_fault *fault)
{
    pthread_mutex_lock(&d->lock);
    while (d->taken == d->decided && !d->ended) pthread_cond_wait(&d->out, &d->lock);
    const bool there = d->taken < d->decided;
    pthread_mutex_unlock(&d->lock);
    if (there) {
        *ret = job_at(d, d->taken);
        return TW_OK;
    }
    if (d->err == TW_OK) return tw_fail(fault, TW_INTERNAL, "the run ended before its last declaration");
    return tell(d, fault);
}

void tw_decider_give(struct tw_decider *d)
{
    pthread_mutex_lock(&d->lock);
    d->taken++;
    pthread_mutex_unlock(&d->lock);
}

void tw_decider_close(struct tw_decider *d)
{
    pthread_mutex_lock(&d->lock);
    d->closed = true;
    pthread_cond_signal(&d->in);
    pthread_mutex_unlock(&d->lock);
}

tw_err tw_decider_end(struct tw_decider *d, struct tw_fault *fault)
{
    wait_for_end(d);
    return d->err != TW_OK ? tell(d, fault) : TW_OK;
}
