/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/play.h"

#include <math.h>
#include <time.h>

#include "base/date.h"
#include "base/mem.h"
#include "engine/draws.h"
#include "engine/model_dir.h"
#include "engine/past.h"
#include "engine/results.h"

enum {
    ARENA_BYTES_MAX = 200 << 20
}; /* of one declaration: twice what the reader takes, and its assessment */

static const struct {
    const char *name, *words;
} way_row[TW_PLAY_WAYS] = {
#define X(id, name, words) {name, words},
    TW_PLAY_WAY_TABLE(X)
#undef X
};

const char *tw_play_way_name(enum tw_play_way w)
{
    return way_row[w].name;
}

const char *tw_play_way_words(enum tw_play_way w)
{
    return way_row[w].words;
}

/* One play. */
struct play {
    const struct tw_play_options *o;
    struct tw_fault *fault;
    struct tw_past past; /* the truth */
    struct tw_model_dir model;
    struct tw_assessor *assessor;
    struct tw_results *results;
    struct tw_input *input;
    struct tw_arena *arena;
    struct tw_draws draws;
    struct tw_play_report report;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* --- what the truth says --- */

static bool would_find(const struct tw_trial_item *i)
{
    return i->noncompliant && !i->would_miss;
}

/* The incumbent's inspections, and what there was to be found. */
static void count_others(struct play *p)
{
    const struct tw_trial_data *d = p->past.data;
    struct tw_play_yield *incumbent = &p->report.of[TW_PLAY_INCUMBENT], *all = &p->report.of[TW_PLAY_ALL];
    for (size_t k = 0; k < d->n; k++) {
        bool inspected = false, found = false, there = false;
        for (uint32_t i = d->first[k]; i < d->first[k + 1]; i++) {
            const struct tw_trial_item *item = &d->item[i];
            inspected |= item->inspected;
            found |= item->found;
            there |= would_find(item);
            if (item->found && item->recovered > 0) incumbent->recovered_minor += item->recovered;
            if (would_find(item)) all->recovered_minor += item->recoverable;
        }
        incumbent->inspected += inspected;
        incumbent->found += found;
        all->inspected++;
        all->found += there;
    }
}

/* Inspects: what is found, and when it will be known. */
static tw_err inspect(struct play *p, const struct tw_assessment *one, struct tw_play_outcome *ret)
{
    const struct tw_decl *d = one->decl;
    ret->inspected = true;
    for (size_t i = 0; i < d->items.n; i++) {
        const struct tw_trial_item *t = tw_trial_data_item(p->past.data, d->id, d->items.at[i].number);
        if (t == NULL) continue;
        const bool found = would_find(t);
        struct tw_finding f = {.declaration_id = d->id,
                               .item = d->items.at[i].number,
                               .result = found ? TW_RESULT_OTHER : TW_RESULT_CONFORM,
                               .known_day = t->day + t->delay_days,
                               .propensity = one->decision.propensity_ppm / 1e6};
        if (p->past.currency[0] != '\0') {
            f.delta_duty.minor = found ? (int64_t)t->recoverable : 0;
            memcpy(f.delta_duty.cur, p->past.currency, sizeof f.delta_duty.cur);
        }
        ret->found |= found;
        ret->recovered_minor += found ? t->recoverable : 0;
        TW_TRY(tw_results_add(p->results, &f, 1));
    }
    return TW_OK;
}

/* --- the play --- */

static tw_err open_all(struct play *p)
{
    const struct tw_play_options *o = p->o;
    const struct tw_past_options past = {.input = o->input,
                                         .declarations = o->declarations,
                                         .findings = o->findings,
                                         .truth = o->truth,
                                         .split_day = TW_NO_DAY};
    struct tw_assess_settings set = tw_assess_settings_default();
    TW_TRY(tw_past_read(&past, &p->past, p->fault));
    TW_TRY(tw_model_dir_open(o->model, &o->channels, &p->model, p->fault));
    bool anew;
    TW_TRY(tw_model_dir_order(&p->model, &o->channels, o->duty_mix, &anew, p->fault));
    struct tw_assess_parts parts = {.model = p->model.model,
                                    .profile = p->model.profile,
                                    .channels = p->model.channels,
                                    .criteria = o->criteria};
    memcpy(parts.profile_hash, p->model.profile_hash, sizeof parts.profile_hash);
    memcpy(set.currency, p->past.currency, sizeof set.currency);
    set.duty_mix = o->duty_mix;
    TW_TRY(tw_assessor_new(&parts, &set, &p->assessor, p->fault));
    if (tw_results_new((struct tw_finding_list){NULL, 0}, &p->results) != TW_OK ||
        tw_arena_new(ARENA_BYTES_MAX, &p->arena) != TW_OK)
        return no_memory(p->fault);
    p->draws = tw_draws_of_seed(o->seed);
    return tw_input_open(o->declarations, &o->input, &p->input, p->fault);
}

static void close_all(struct play *p)
{
    tw_input_free(p->input);
    tw_assessor_free(p->assessor);
    tw_results_free(p->results);
    tw_arena_free(p->arena);
    tw_model_dir_close(&p->model);
    tw_past_free(&p->past);
}

static void count_week(struct tw_play_report *r, int32_t day, enum tw_channel channel)
{
    enum { WEEK = 7 };
    const int32_t origin = r->weeks > 0 ? r->week[0].from : day;
    const size_t at = day > origin ? (size_t)((day - origin) / WEEK) : 0;
    if (at >= TW_PLAY_WEEKS_MAX) return;
    for (; r->weeks <= at; r->weeks++)
        r->week[r->weeks] = (struct tw_play_week){.from = origin + WEEK * (int32_t)r->weeks};
    r->week[at].channel[channel]++;
}

static enum tw_play_way way_of(uint32_t basis)
{
    if ((basis & TW_BASIS_BIT(MANDATORY)) != 0) return TW_PLAY_MANDATORY;
    if ((basis & TW_BASIS_BIT(CRITERION)) != 0) return TW_PLAY_CRITERION;
    return (basis & TW_BASIS_BIT(SCORE)) != 0 ? TW_PLAY_SCORE : TW_PLAY_RANDOM;
}

static void count(struct play *p, const struct tw_assessment *one, const struct tw_play_outcome *o)
{
    struct tw_play_report *r = &p->report;
    const int32_t day = one->look.day;
    const uint32_t basis = one->decision.basis;
    r->declarations++;
    r->items += one->look.n;
    r->channel[one->decision.channel]++;
    count_week(r, day, one->decision.channel);
    if (r->first_day == TW_NO_DAY || day < r->first_day) r->first_day = day;
    if (r->last_day == TW_NO_DAY || day > r->last_day) r->last_day = day;
    if (!o->inspected) return;
    struct tw_play_yield *y = &r->of[way_of(basis)];
    y->inspected++;
    y->found += o->found;
    y->recovered_minor += o->recovered_minor;
}

static tw_err meet(struct play *p, const struct tw_decl *d)
{
    struct tw_assessment one, *all = &one;
    struct tw_play_outcome outcome = {.inspected = false};
    const int32_t day =
        d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : tw_profile_day(p->model.profile);
    TW_TRY(tw_results_fold(p->results, day, p->model.profile));
    TW_TRY(tw_assess(p->assessor, d, tw_draw(&p->draws, day, d->id), p->arena, &one));
    if (one.decision.channel != TW_CHANNEL_GREEN) TW_TRY(tw_assess_explain(p->assessor, &all, &p->arena, 1));
    if (one.decision.channel == TW_CHANNEL_RED) TW_TRY(inspect(p, &one, &outcome));
    count(p, &one, &outcome);
    return p->o->decided != NULL ? p->o->decided(p->o->to, p->assessor, &one, &outcome) : TW_OK;
}

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static tw_err go_through(struct play *p)
{
    const double begun = cpu_now();
    for (;;) {
        struct tw_reading r;
        bool more = false;
        TW_TRY(tw_input_next(p->input, p->arena, &r, &more, p->fault));
        if (!more) break;
        const tw_err err = meet(p, r.decl);
        if (err != TW_OK) return err == TW_NOMEM ? no_memory(p->fault) : err;
    }
    p->report.cpu_s = cpu_now() - begun;
    return tw_input_finish(p->input, p->fault);
}

tw_err tw_play(const struct tw_play_options *o, struct tw_play_report *ret, struct tw_fault *fault)
{
    struct play p = {.o = o, .fault = fault};
    p.report.first_day = p.report.last_day = TW_NO_DAY;
    tw_err err = open_all(&p);
    if (err == TW_OK) {
        count_others(&p);
        err = go_through(&p);
    }
    close_all(&p);
    if (err == TW_OK) *ret = p.report;
    return err;
}
