/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations are taken by the block, each in an arena of its own until its block is handed on. Those of one
 * day that stand together are assessed together, since no result comes between them; with reasons a block
 * holds more, for explaining is cheaper by the hundred, and without it stays in the fastest memory. */
#include "engine/run.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "engine/instructions.h"
#include "engine/manifests.h"
#include "engine/model_dir.h"
#include "engine/published.h"
#include "engine/results.h"
#include "engine/state_dir.h"
#include "score/order.h"
#include "store/file.h"

enum {
    BLOCK = 256, /* declarations explained together */
    DAY_S = 86400,
    ABREAST = 32,               /* assessed together: what a near cache holds of them */
    BLOCK_ITEMS = 2000,         /* no more are added to a block that holds so many items */
    ARENA_BYTES_MAX = 200 << 20 /* of one declaration: twice what the reader takes, and its assessment */
};

struct run {
    const struct tw_run_options *o;
    struct tw_fault *fault;
    struct tw_model_dir model;
    struct tw_state state;
    double duty_mix;                /* what scores are in order of */
    struct tw_profile *own_profile; /* where neither model nor state brought one */
    struct tw_channels *own_channels;
    struct tw_profile *profile; /* the one in use */
    struct tw_channels *channels;
    struct tw_carried carried;
    struct tw_cargo *cargo; /* that one, or the source's; NULL = none */
    struct tw_findings *findings;
    struct tw_results *results;
    struct tw_instructions *told;
    struct tw_assessor *assessor;
    struct tw_input *input;
    struct tw_draws draws;
    struct tw_criteria *criteria; /* NULL = none */
    struct tw_arena **arena;      /* block of them */
    struct tw_assessment *one;
    struct tw_reading *reading;
    size_t block, n, items; /* most it takes; how many are in it, with how many items */
    size_t assessed;        /* of these */
    int32_t day;            /* of those that are not */
    uint64_t evicted_before;
    uint8_t began[TW_SHA256_BYTES]; /* hash of the past it began with, as the record names it; 0 = none */
    struct tw_run_summary sum;
    bool met; /* `only` */
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void work_on(const struct run *r, const char *path)
{
    if (r->o->input.file != NULL) *r->o->input.file = path;
}

/* -- what is at hand before the first declaration
 * ---------------------------------------------------------------- */

static tw_err open_state(struct run *r)
{
    const struct tw_run_source *from = r->o->source;
    if (from != NULL) {
        const tw_err err = from->begin(from->to, &r->state, r->fault);
        return err == TW_NOTFOUND ? TW_OK : err;
    }
    if (r->o->state == NULL) return TW_OK;
    work_on(r, r->o->state);
    const tw_err err = tw_state_open(r->o->state, &r->o->channels, &r->state, r->fault);
    if (err != TW_NOTFOUND) return err;
    if (r->fault != NULL) *r->fault = (struct tw_fault){.code = TW_OK};
    return r->o->only == NULL ? tw_state_try(r->o->state, r->fault) : TW_OK;
}

/* Also takes the mix that the model was trained for, unless the run has its own. */
static tw_err open_model(struct run *r)
{
    r->duty_mix = r->o->duty_mix < 0 ? TW_ORDER_MIX : r->o->duty_mix;
    if (r->o->model == NULL) return TW_OK;
    work_on(r, r->o->model);
    TW_TRY(tw_model_dir_open(r->o->model, &r->o->channels, &r->model, r->fault));
    if (r->o->duty_mix < 0) r->duty_mix = tw_channels_ordered_by(r->model.channels);
    return TW_OK;
}

/* The window of scores that new ones are measured against: the state's, if its scores are of this model and
 * in this order; else the model's, if they are in this order; else a new one. */
static tw_err choose_window(struct run *r, const char *model_sha)
{
    const double order = r->model.model != NULL ? r->duty_mix : 0;
    const bool same_model = r->state.channels != NULL && strcmp(r->state.model, model_sha) == 0;
    if (same_model && tw_channels_ordered_by(r->state.channels) == order) {
        r->channels = r->state.channels;
        return TW_OK;
    }
    if (r->state.channels != NULL) r->sum.window_new = same_model ? TW_WINDOW_ORDER : TW_WINDOW_MODEL;
    if (r->model.channels != NULL) {
        bool anew;
        TW_TRY(tw_model_dir_order(&r->model, &r->o->channels, order, &anew, r->fault));
        if (anew) r->sum.window_new = TW_WINDOW_EMPTY;
        r->channels = r->model.channels;
        return TW_OK;
    }
    TW_TRY(tw_channels_new(&r->o->channels, &r->own_channels, r->fault));
    tw_channels_order(r->own_channels, order);
    r->channels = r->own_channels;
    return TW_OK;
}

/* Whichever has the later past: a state's, else a model's, else none. */
static tw_err choose_past(struct run *r, uint8_t hash[TW_SHA256_BYTES])
{
    const char *sha = r->model.model != NULL ? tw_model_sha256(r->model.model) : "";
    r->profile = r->state.profile != NULL ? r->state.profile : r->model.profile;
    if (r->profile != NULL)
        memcpy(hash, r->state.profile != NULL ? r->state.profile_hash : r->model.profile_hash,
               TW_SHA256_BYTES);
    work_on(r, NULL);
    TW_TRY(choose_window(r, sha));
    if (r->profile == NULL) {
        if (tw_profile_new(r->o->limits, &r->own_profile) != TW_OK) return no_memory(r->fault);
        r->profile = r->own_profile;
    }
    r->evicted_before = tw_profile_evicted(r->profile);
    if (r->o->memory_mib == 0) return TW_OK;
    struct tw_profile_limits l;
    tw_profile_fit(&l, r->o->memory_mib);
    return tw_profile_resize(r->profile, l.max_keys, l.max_awaited) == TW_OK ? TW_OK : no_memory(r->fault);
}

/* A set that its author and its reviewer have signed. */
static tw_err open_published(struct run *r)
{
    const struct tw_set_reading how = {&r->o->criteria_limits, &r->o->lists};
    TW_SCOPED(tw_signers) *signers = NULL;
    struct tw_published p;
    work_on(r, r->o->signers);
    TW_TRY(tw_signing_signers(r->o->signers, &signers, r->fault));
    work_on(r, r->o->criteria);
    TW_TRY(tw_published_open(r->o->criteria, signers, &how, &p, r->fault));
    r->criteria = p.files.set;
    p.files.set = NULL;
    tw_published_close(&p);
    work_on(r, NULL);
    return TW_OK;
}

static tw_err open_criteria(struct run *r)
{
    TW_SCOPED_BUF text = {0};
    if (r->o->criteria == NULL) return TW_OK;
    if (r->o->signers != NULL) return open_published(r);
    work_on(r, r->o->criteria);
    TW_TRY(tw_file_in_all(r->o->criteria, tw_criteria_bytes(&r->o->criteria_limits), &text, r->fault));
    TW_TRY(
        tw_criteria_parse(tw_buf_view(&text), &r->o->criteria_limits, &r->o->lists, &r->criteria, r->fault));
    work_on(r, NULL);
    return TW_OK;
}

static tw_err open_assessor(struct run *r, struct tw_str currency)
{
    struct tw_assess_parts parts = {.model = r->model.model, .criteria = r->criteria};
    struct tw_assess_settings set = {.duty_mix = r->duty_mix, .reasons = r->o->reasons};
    TW_TRY(choose_past(r, parts.profile_hash));
    memcpy(r->began, parts.profile_hash, sizeof r->began);
    parts.profile = r->profile;
    parts.channels = r->channels;
    if (currency.n == 3) memcpy(set.currency, currency.s, 3);
    r->sum.model = r->model.model != NULL;
    return tw_assessor_new(&parts, &set, &r->assessor, r->fault);
}

/* Findings, and what is said beside the declarations. */
static tw_err open_findings(struct run *r)
{
    struct tw_finding_list list = {NULL, 0};
    if (r->o->findings != NULL) {
        TW_TRY(tw_input_findings(r->o->findings, &r->o->input, &r->findings, r->fault));
        list = tw_findings_list(r->findings);
    }
    if (tw_results_new(list, &r->results) != TW_OK) return no_memory(r->fault);
    return tw_instructions_read(r->o->selected, r->o->cancelled, &r->o->input, &r->told, r->fault);
}

/* Does the score go by what manifests say? */
static bool goes_by_manifests(const struct tw_forest_spec *forest)
{
    for (uint32_t t = 0; t < forest->n_trees; t++)
        for (uint32_t n = 0; n < forest->tree[t].n; n++) {
            const int32_t f = forest->tree[t].feature[n];
            if (f >= 0 && tw_feature_row((enum tw_feature)f)->family == TW_FAMILY_MANIFEST) return true;
        }
    return false;
}

static enum tw_run_manifests held_against(const struct run *r)
{
    if (r->model.model == NULL) return TW_RUN_AS_TAUGHT;
    const struct tw_model_spec *m = tw_model_spec(r->model.model);
    const bool taught = goes_by_manifests(&m->risk) || goes_by_manifests(&m->duty);
    if (taught == (r->cargo != NULL)) return TW_RUN_AS_TAUGHT;
    return taught ? TW_RUN_WITHOUT : TW_RUN_UNTAUGHT;
}

/* Room for the declarations that are worked on together. */
static tw_err open_block(struct run *r)
{
    r->block = r->o->only != NULL ? 1 : r->o->reasons ? BLOCK : ABREAST;
    r->arena = tw_calloc(r->block, sizeof(struct tw_arena *));
    r->one = tw_calloc(r->block, sizeof *r->one);
    r->reading = tw_calloc(r->block, sizeof *r->reading);
    if (r->arena == NULL || r->one == NULL || r->reading == NULL) return no_memory(r->fault);
    for (size_t i = 0; i < r->block; i++)
        if (tw_arena_new(ARENA_BYTES_MAX, &r->arena[i]) != TW_OK) return no_memory(r->fault);
    return TW_OK;
}

static tw_err open_all(struct run *r)
{
    const struct tw_input_options *in = &r->o->input;
    TW_TRY(open_state(r));
    TW_TRY(open_model(r));
    TW_TRY(open_criteria(r));
    TW_TRY(open_assessor(r, in->currency != NULL ? tw_str_from(in->currency) : in->map->national_currency));
    TW_TRY(open_findings(r));
    if (r->o->source == NULL) TW_TRY(tw_carried_read(in, &r->carried, r->fault));
    r->cargo = r->o->source != NULL ? r->o->source->cargo : r->carried.cargo;
    tw_profile_set_cargo(r->profile, r->cargo);
    r->sum.manifests = held_against(r);
    TW_TRY(open_block(r));
    return r->o->source != NULL ? TW_OK : tw_input_open(r->o->declarations, in, &r->input, r->fault);
}

static void close_all(struct run *r)
{
    tw_input_free(r->input);
    tw_assessor_free(r->assessor);
    tw_criteria_free(r->criteria);
    tw_results_free(r->results);
    tw_instructions_free(r->told);
    tw_findings_free(r->findings);
    tw_profile_free(r->own_profile);
    tw_channels_free(r->own_channels);
    tw_state_close(&r->state);
    tw_model_dir_close(&r->model);
    tw_carried_free(&r->carried);
    for (size_t i = 0; r->arena != NULL && i < r->block; i++) tw_arena_free(r->arena[i]);
    tw_free(r->arena);
    tw_free(r->one);
    tw_free(r->reading);
}

/* -- one declaration after another
 * ------------------------------------------------------------------------------- */

/* Controls beyond capacity, by office and shift. */
static void count_beyond(struct tw_run_summary *s, const struct tw_assessment *one)
{
    const struct tw_str office = one->decl->office;
    if (one->beyond == 0) return;
    s->beyond++;
    s->beyond_shifts += one->beyond == 1;
    for (size_t i = 0; i < s->fullest_n; i++) {
        struct tw_run_full *f = &s->fullest[i];
        if (f->shift != one->shift || f->channel != one->decision.channel || !tw_str_is(office, f->office))
            continue;
        f->beyond = one->beyond;
        return;
    }
    if (one->beyond != 1 || s->fullest_n == TW_RUN_FULL_MAX) return;
    struct tw_run_full *f = &s->fullest[s->fullest_n++];
    *f = (struct tw_run_full){
        .shift = one->shift, .channel = one->decision.channel, .capacity = one->capacity, .beyond = 1};
    snprintf(f->office, sizeof f->office, "%.*s", TW_STR_FIRST(office, (int)sizeof f->office - 1));
}

static void count(struct run *r, const struct tw_assessment *one)
{
    struct tw_run_summary *s = &r->sum;
    const uint32_t basis = one->decision.basis;
    const int32_t day = one->look.day;
    s->declarations++;
    s->items += one->look.n;
    s->channel[one->decision.channel]++;
    for (int b = 0; b < TW_BASIS_N; b++) {
        s->basis[b] += (basis & (1u << b)) != 0;
        s->alone[b] += basis == 1u << b;
    }
    count_beyond(s, one);
    s->again += one->before.version;
    s->relodged += !one->before.version && (one->before.own.of.s != NULL || one->before.shared.of.s != NULL);
    s->full += one->full != TW_CHANNEL_GREEN;
    if (one->decl->lodged_at == TW_NO_TIME) return;
    if (s->first_day == TW_NO_DAY || day < s->first_day) s->first_day = day;
    s->out_of_order += s->last_day != TW_NO_DAY && day < s->last_day;
    if (s->last_day == TW_NO_DAY || day > s->last_day) s->last_day = day;
}

static int32_t day_of(const struct run *r, const struct tw_reading *reading)
{
    const int64_t at = reading->decl->lodged_at;
    return at != TW_NO_TIME ? tw_time_day(at) : tw_profile_day(r->profile);
}

/* Without a time, it is decided before all that was said on its day. */
static int64_t moment_of(const struct run *r, const struct tw_decl *d)
{
    return d->lodged_at != TW_NO_TIME || r->day == TW_NO_DAY ? d->lodged_at : (int64_t)r->day * DAY_S;
}

static tw_err decide_one(struct run *r, size_t i)
{
    const struct tw_reading *reading = &r->reading[i];
    struct tw_assessment *one = &r->one[i];
    const int32_t day =
        r->day != TW_NO_DAY ? r->day : 0; /* as profile/look.c takes it, and the record tells */
    struct tw_goods *goods = tw_channels_goods(r->channels);
    uint64_t draw;
    TW_TRY(tw_instructions_cancel(r->told, moment_of(r, reading->decl), goods));
    if (r->o->source != NULL)
        TW_TRY(r->o->source->draw(r->o->source->to, reading->decl, &draw));
    else
        draw = tw_draw(&r->draws, day, reading->decl->id);
    TW_TRY(tw_assess_decide(r->assessor, one, r->n - 1 - i, draw));
    TW_TRY(tw_instructions_decided(r->told, reading->decl->id, goods));
    const bool expected = reading->finding_n > 0 || tw_results_expects(r->results, one->look.declaration);
    if (expected) TW_TRY(tw_assess_await(r->assessor, one));
    TW_TRY(tw_results_add(r->results, reading->finding, reading->finding_n));
    count(r, one);
    return TW_OK;
}

static struct tw_assess_case case_of(const struct run *r, size_t i)
{
    const struct tw_decl *d = r->reading[i].decl;
    const struct tw_run_source *from = r->o->source;
    return (struct tw_assess_case){.decl = d,
                                   .given = from != NULL ? from->said(from->to) : NULL,
                                   .arena = r->arena[i],
                                   .selected = tw_instructions_selected(r->told, d->id, moment_of(r, d))};
}

/* Assesses what has been read and is of one day. */
static tw_err assess_day(struct run *r)
{
    struct tw_assess_case c[ABREAST];
    const size_t first = r->assessed, n = r->n - first;
    if (n == 0) return TW_OK;
    for (size_t i = 0; i < n; i++) c[i] = case_of(r, first + i);
    tw_err err = tw_results_fold(r->results, r->day, r->profile);
    if (err == TW_OK) err = tw_assess_begin(r->assessor, c, n, &r->one[first]);
    for (; err == TW_OK && r->assessed < r->n; r->assessed++) err = decide_one(r, r->assessed);
    return err == TW_OK ? TW_OK : no_memory(r->fault);
}

/* Assesses the rest of the block, explains it and hands it on. */
static tw_err hand_on(struct run *r)
{
    struct tw_assessment *all[BLOCK];
    TW_TRY(assess_day(r));
    for (size_t i = 0; i < r->n; i++) all[i] = &r->one[i];
    if (tw_assess_attribute(r->assessor, all, r->arena, r->n) != TW_OK) return no_memory(r->fault);
    for (size_t i = 0; i < r->n; i++) {
        if (tw_assess_reasons(r->assessor, all[i], r->arena[i]) != TW_OK) return no_memory(r->fault);
        if (r->o->decided != NULL) TW_TRY(r->o->decided(r->o->to, r->assessor, &r->one[i], r->fault));
    }
    r->n = r->items = r->assessed = 0;
    return TW_OK;
}

/* May nothing be assessed together with this one? What was read without a time is of the profile's last day,
 * whichever that is; a result known before its declaration counts for the next. */
static bool stands_alone(const struct tw_reading *reading, int32_t day)
{
    bool alone = reading->decl->lodged_at == TW_NO_TIME;
    for (size_t i = 0; i < reading->finding_n; i++) alone |= reading->finding[i].known_day < day;
    return alone;
}

/* Takes up what was read behind the block, and assesses what is not to wait for more. */
static tw_err take_up(struct run *r)
{
    struct tw_reading *reading = &r->reading[r->n];
    if (reading->decl->lodged_at == TW_NO_TIME || day_of(r, reading) != r->day) TW_TRY(assess_day(r));
    r->day = day_of(r, reading);
    r->items += reading->decl->items.n;
    r->n++;
    return r->n - r->assessed == ABREAST || stands_alone(reading, r->day) ? assess_day(r) : TW_OK;
}

/* Of a source, too, what became known before it counts for it and what follows, whatever stands in the block.
 */
static tw_err read_one(struct run *r, struct tw_reading *reading, bool *more)
{
    const struct tw_run_source *from = r->o->source;
    struct tw_finding_list came = {NULL, 0};
    if (from == NULL) return tw_input_next(r->input, r->arena[r->n], reading, more, r->fault);
    *reading = (struct tw_reading){.decl = NULL};
    TW_TRY(from->next(from->to, r->arena[r->n], reading, &came, more, r->fault));
    if (came.n == 0) return TW_OK;
    TW_TRY(assess_day(r));
    return tw_results_add(r->results, came.at, came.n) == TW_OK ? TW_OK : no_memory(r->fault);
}

static bool may_explain(const struct run *r)
{
    const struct tw_run_source *from = r->o->source;
    return from == NULL || from->reasons == NULL || *from->reasons;
}

/* Reads the next one. *more = false: there is none, or no more is wanted. */
static tw_err one_more(struct run *r, bool *more)
{
    const char *only = r->o->only;
    struct tw_reading *reading = &r->reading[r->n];
    TW_TRY(read_one(r, reading, more));
    if (!*more) return TW_OK;
    if (reading->decl == NULL) return hand_on(r);
    const bool wanted = only == NULL || tw_str_is(reading->decl->id, only);
    tw_assessor_reasons(r->assessor, r->o->reasons && wanted && may_explain(r));
    TW_TRY(take_up(r));
    r->met = wanted && only != NULL;
    *more = !r->met;
    if (!wanted) {
        TW_TRY(assess_day(r));
        r->n = r->items = r->assessed = 0;
    }
    return r->n == r->block || r->items >= BLOCK_ITEMS ? hand_on(r) : TW_OK;
}

static tw_err go_through(struct run *r)
{
    for (bool more = true; more;) TW_TRY(one_more(r, &more));
    return hand_on(r);
}

/* -- the end
 * ----------------------------------------------------------------------------------------------------- */

/* To the source, which may take it over, wherever it came from. */
static tw_err hand_over(struct run *r, struct tw_state *s)
{
    const struct tw_run_source *from = r->o->source;
    tw_profile_set_cargo(s->profile, NULL);
    TW_TRY(from->leave(from->to, s, r->fault));
    struct tw_profile **const profile[] = {&r->own_profile, &r->state.profile, &r->model.profile};
    struct tw_channels **const channels[] = {&r->own_channels, &r->state.channels, &r->model.channels};
    for (size_t i = 0; i < sizeof profile / sizeof *profile; i++) {
        if (s->profile == NULL && *profile[i] == r->profile) *profile[i] = NULL;
        if (s->channels == NULL && *channels[i] == r->channels) *channels[i] = NULL;
    }
    return TW_OK;
}

static tw_err leave_state(struct run *r)
{
    const struct tw_run_source *from = r->o->source;
    if ((r->o->state == NULL && from == NULL) || r->o->only != NULL) return TW_OK;
    struct tw_state s = {.profile = r->profile,
                         .channels = r->channels,
                         .declarations = r->state.declarations + r->sum.declarations};
    if (r->model.model != NULL) memcpy(s.model, tw_model_sha256(r->model.model), sizeof s.model);
    memcpy(s.profile_hash, r->began, sizeof s.profile_hash);
    if (from != NULL) return hand_over(r, &s);
    work_on(r, r->o->state);
    TW_TRY(tw_state_write(r->o->state, &s, r->fault));
    work_on(r, NULL);
    return TW_OK;
}

static void sum_up(struct run *r)
{
    const struct tw_results_count c = tw_results_count(r->results);
    struct tw_run_summary *s = &r->sum;
    const struct tw_instructions_count told = tw_instructions_count(r->told);
    s->selected = told.selected;
    s->selected_late = told.late;
    s->cancelled = told.cancelled;
    s->cancelled_unknown = told.unknown;
    s->findings = c.folded;
    s->findings_found = c.found;
    s->findings_unmatched = c.unmatched;
    s->findings_waiting = c.waiting;
    s->keys = tw_profile_keys(r->profile);
    s->evicted = tw_profile_evicted(r->profile) - r->evicted_before;
    s->before = r->state.declarations;
    if (r->input != NULL) s->refused = tw_input_count(r->input).refused_declarations;
}

static tw_err run(struct run *r)
{
    TW_TRY(open_all(r));
    TW_TRY(go_through(r));
    if (tw_instructions_cancel(r->told, INT64_MAX, tw_channels_goods(r->channels)) != TW_OK)
        return no_memory(r->fault);
    if (r->o->only != NULL && !r->met)
        return tw_fail(r->fault, TW_NOTFOUND, "there is no declaration '%.60s' in this file", r->o->only);
    sum_up(r);
    if (r->input != NULL) TW_TRY(tw_input_finish(r->input, r->fault));
    if (r->o->done != NULL) TW_TRY(r->o->done(r->o->to, &r->sum, r->fault));
    return leave_state(r); /* last: what went before can be done again, a fold cannot */
}

tw_err tw_run(const struct tw_run_options *o, struct tw_run_summary *ret, struct tw_fault *fault)
{
    struct run r = {.o = o, .fault = fault, .draws = o->draws};
    r.sum.first_day = r.sum.last_day = TW_NO_DAY;
    const tw_err err = run(&r);
    close_all(&r);
    if (err == TW_OK) *ret = r.sum;
    return err;
}
