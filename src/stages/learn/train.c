/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/train.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "learn/judge.h"

enum { ROUNDS_FEW = 120, ROUNDS_MIN = 20, HELD_FINDINGS_MIN = 5, EFFECTIVE_FEW = 100 };

/* One training. Arrays are as long as the sample. */
struct school {
    const struct tw_learn_rows *rows;
    const struct tw_learn_settings *set;
    const struct tw_sample *s;
    struct tw_learned *l;
    struct tw_xgb_data *data;
    uint8_t *use;    /* what the forest at hand learns from */
    uint8_t *marked; /* 1 = margin[i] is from a forest that has not seen row i */
    float *margin, *trial, *sum;
    double *weight;
};

struct tw_learn_settings tw_learn_settings_default(void)
{
    return (struct tw_learn_settings){
        .sample = tw_sample_settings_default(),
        .duty = tw_duty_settings_default(),
        .patience = 40,
        .bags = 1,
        .blocks = 5,
        .threads = 1,
    };
}

const struct tw_xgb_settings *tw_learn_candidates(size_t *ret_n)
{
    static const struct tw_xgb_settings built_in[] = {
        {.depth = 6,
         .rounds = 600,
         .eta = 0.05,
         .min_child_weight = 1,
         .lambda = 2,
         .subsample = 0.8,
         .colsample = 0.8,
         .max_bin = 128,
         .threads = 1},
        {.depth = 4,
         .rounds = 600,
         .eta = 0.05,
         .min_child_weight = 2,
         .lambda = 5,
         .subsample = 0.8,
         .colsample = 0.5,
         .max_bin = 128,
         .threads = 1},
        {.depth = 3,
         .rounds = 600,
         .eta = 0.05,
         .min_child_weight = 4,
         .lambda = 10,
         .subsample = 0.8,
         .colsample = 0.5,
         .max_bin = 128,
         .threads = 1},
    };
    *ret_n = sizeof(built_in) / sizeof(built_in[0]);
    return built_in;
}

void tw_learned_free(struct tw_learned *l)
{
    if (l == NULL) return;
    for (uint32_t i = 0; l->forest != NULL && i < l->bags; i++) tw_buf_free(l->forest + i);
    tw_free(l->forest);
    tw_duty_clear(&l->duty);
    tw_sample_free(l->sample);
    tw_free(l->held);
    tw_free(l);
}

static void note(struct tw_learned *l, const char *fmt, ...) TW_PRINTF(2, 3);
static void note(struct tw_learned *l, const char *fmt, ...)
{
    if (l->n_notes == TW_LEARN_NOTES_MAX) return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(l->note[l->n_notes++], sizeof(l->note[0]), fmt, args);
    va_end(args);
}

static tw_err out_of_memory(size_t n, struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory for %zu rows to learn from", n);
}

/* --- growing on some rows --- */

/* Every row starts from even odds, though findings are rare: the first trees then see all rows alike, where
 * from the share of findings they would see hardly any but the findings. On harbor worth .01 of AUC and some
 * sixty rounds. */
static const double START = 0;

static struct tw_xgb_settings settings_for(const struct school *c, const struct tw_xgb_settings *candidate)
{
    struct tw_xgb_settings s = *candidate;
    s.loss = TW_LOSS_LOGISTIC;
    s.base_margin = START;
    s.monotone = c->set->monotone;
    s.seed = c->set->seed;
    s.threads = c->set->threads;
    s.stop = c->set->stop;
    return s;
}

/* Grows all bags on the rows in use. Their mean margins go to c->trial; their texts to `forest` (may be
 * NULL). */
static tw_err grow_bags(struct school *c, const struct tw_xgb_settings *chosen, struct tw_buf *forest,
                        struct tw_fault *fault)
{
    uint32_t bags = c->set->bags;
    struct tw_xgb_settings s = settings_for(c, chosen);
    memset(c->sum, 0, c->s->n * sizeof(float));
    for (uint32_t b = 0; b < bags; b++) {
        struct tw_xgb_forest f = {0};
        s.seed = c->set->seed + b;
        TW_TRY(tw_xgb_train(c->data, &s, &(struct tw_xgb_run){.use = c->use, .margin = c->trial}, &f, fault));
        if (forest != NULL)
            forest[b] = f.json;
        else
            tw_buf_free(&f.json);
        for (size_t i = 0; i < c->s->n; i++) c->sum[i] += c->trial[i];
    }
    for (size_t i = 0; i < c->s->n; i++) c->trial[i] = c->sum[i] / (float)bags;
    return TW_OK;
}

/* --- 1. which settings, how many rounds --- */

static tw_err judge(void *ctx, uint32_t round, const float *margin, double *ret, struct tw_fault *fault)
{
    (void)round;
    (void)fault;
    *ret = tw_judge_round(ctx, margin);
    return TW_OK;
}

static size_t use_part(struct school *c, enum tw_part part)
{
    size_t found = 0;
    for (size_t i = 0; i < c->s->n; i++) {
        c->use[i] = c->s->part[i] == part;
        found += c->use[i] != 0 && c->s->label[i] > 0;
    }
    return found;
}

static tw_err try_candidates(struct school *c, const struct tw_xgb_settings *candidate, size_t n,
                             struct tw_fault *fault)
{
    struct tw_learned *l = c->l;
    TW_SCOPED(tw_judge) *j = NULL;
    if (tw_judge_new(c->s, &j) != TW_OK) return out_of_memory(c->s->n_held, fault);
    for (size_t k = 0; k < n; k++) {
        struct tw_xgb_settings s = settings_for(c, candidate + k);
        struct tw_xgb_run run = {.use = c->use, .judge = judge, .ctx = j, .patience = c->set->patience};
        tw_judge_begin(j);
        struct tw_xgb_forest f = {0};
        TW_TRY(tw_xgb_train(c->data, &s, &run, &f, fault));
        tw_buf_free(&f.json);
        if (!tw_judge_better(j)) continue;
        l->loss = f.loss;
        l->candidate = k;
        l->used = candidate[k];
        l->used.rounds = f.rounds < ROUNDS_MIN ? ROUNDS_MIN : f.rounds;
    }
    return TW_OK;
}

static void mark(struct school *c, size_t i)
{
    c->margin[i] = c->trial[i];
    c->marked[i] = 1;
}

/* Chooses, and gives the rows held back their margins. */
static tw_err choose(struct school *c, const struct tw_xgb_settings *candidate, size_t n,
                     struct tw_fault *fault)
{
    struct tw_learned *l = c->l;
    const struct tw_sample *s = c->s;
    bool few = s->n_found < TW_LEARN_FINDINGS_FEW;
    size_t teach = use_part(c, TW_PART_TEACH);
    bool split = teach > 0 && s->n_held > 0;
    l->loss = (double)NAN;
    l->candidate = 0; /* the first has proved itself on most worlds */
    l->used = candidate[l->candidate];
    if (!c->set->as_given && l->used.rounds > ROUNDS_FEW) l->used.rounds = ROUNDS_FEW;
    if (few && !c->set->as_given)
        note(l,
             "Only %zu findings: settings are fixed, not searched. Trust the order little and the risk less; "
             "50 "
             "findings make a beginning, 300 a model.",
             s->n_found);
    if (!few && split && !c->set->as_given && s->n_held_found >= HELD_FINDINGS_MIN)
        TW_TRY(try_candidates(c, candidate, n, fault));
    if (!split) {
        note(l, "No finding was known before the rows held back: the figures come from blocks of time, not "
                "from the "
                "future.");
        return TW_OK;
    }
    TW_TRY(grow_bags(c, &l->used, NULL, fault));
    for (size_t i = 0; i < s->n; i++)
        if (s->part[i] == TW_PART_HELD) mark(c, i);
    return TW_OK;
}

/* --- 2. margins for the rows before the cut --- */

/* Each block of neighbouring rows without a margin gets its own from a forest of all other rows. */
static tw_err mark_blocks(struct school *c, struct tw_fault *fault)
{
    const struct tw_sample *s = c->s;
    size_t left = 0;
    for (size_t i = 0; i < s->n; i++) left += c->marked[i] == 0;
    uint32_t blocks = c->set->blocks;
    uint32_t *block = tw_calloc(s->n, sizeof(*block)); /* 1..blocks; 0 = has its margin already */
    if (block == NULL) return out_of_memory(s->n, fault);
    size_t seen = 0;
    for (size_t i = 0; i < s->n; i++)
        if (c->marked[i] == 0) block[i] = 1 + (uint32_t)((uint64_t)blocks * seen++ / left);
    tw_err err = TW_OK;
    for (uint32_t b = 1; b <= blocks && err == TW_OK; b++) {
        size_t others = 0;
        size_t mine = 0;
        for (size_t i = 0; i < s->n; i++) {
            c->use[i] = block[i] != b;
            others += c->use[i];
            mine += block[i] == b;
        }
        if (mine == 0 || others == 0) continue;
        err = grow_bags(c, &c->l->used, NULL, fault);
        for (size_t i = 0; i < s->n && err == TW_OK; i++)
            if (block[i] == b) mark(c, i);
    }
    tw_free(block);
    return err;
}

/* --- 3. calibration --- */

/* Days, or within one day declarations, are dealt to two halves. */
static uint32_t half_of(const struct school *c, size_t i)
{
    const struct tw_truth *t = c->rows->truth + c->s->pick[i];
    uint32_t number = c->s->cut_within_a_day ? t->declaration : (uint32_t)t->lodged_day;
    return number % 2;
}

/* Fits on the marked rows, but for those of the half `without` (2 = none); overwrites trial and sum. */
static tw_err fit_curve(struct school *c, uint32_t without, struct tw_curve *ret, size_t *ret_n,
                        struct tw_fault *fault)
{
    const struct tw_sample *s = c->s;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (c->marked[i] == 0 || half_of(c, i) == without) continue;
        c->trial[n] = c->margin[i];
        c->sum[n] = s->label[i];
        c->weight[n++] = s->flow[i];
    }
    *ret_n = n;
    return tw_curve_fit(&(struct tw_curve_rows){c->trial, c->sum, c->weight, n}, ret, fault);
}

static tw_err calibrate(struct school *c, struct tw_fault *fault)
{
    struct tw_learned *l = c->l;
    TW_TRY(fit_curve(c, 2, &l->curve, &l->n_calibrated, fault));
    struct tw_curve other[2];
    size_t n = 0;
    for (uint32_t half = 0; half < 2; half++) TW_TRY(fit_curve(c, half, other + half, &n, fault));
    for (size_t k = 0, i = 0; i < c->s->n; i++) {
        if (c->s->part[i] != TW_PART_HELD) continue;
        struct tw_held *h = l->held + k++;
        h->row = c->s->pick[i];
        h->found = c->s->label[i] > 0;
        h->weight = c->s->flow[i];
        h->margin = c->margin[i];
        h->risk = tw_curve_at(other + half_of(c, i), (double)h->margin);
    }
    return TW_OK;
}

/* --- duty of the rows held back --- */

static tw_err share_held(struct school *c, struct tw_fault *fault)
{
    struct tw_learned *l = c->l;
    const struct tw_duty *d = &l->duty;
    double constant = tw_loss_mean(TW_LOSS_GAMMA, d->shift_before);
    for (size_t k = 0; k < l->n_held; k++) l->held[k].duty_share = constant < d->most ? constant : d->most;
    if (d->json_before.n == 0 || l->n_held == 0) return TW_OK;
    TW_SCOPED(tw_xgb_booster) *b = NULL;
    TW_TRY(tw_xgb_booster_new(tw_buf_view(&d->json_before), c->set->threads, &b, fault));
    struct tw_xgb_rows rows = {
        .x = c->rows->x, .n_columns = c->rows->n_features, .pick = c->s->pick, .n = c->s->n};
    TW_TRY(tw_xgb_margins(b, &rows, c->trial, fault));
    for (size_t k = 0, i = 0; i < c->s->n; i++) {
        if (c->s->part[i] != TW_PART_HELD) continue;
        double share = tw_loss_mean(TW_LOSS_GAMMA, (double)c->trial[i] + d->shift_before);
        l->held[k++].duty_share = share < d->most ? share : d->most;
    }
    return TW_OK;
}

/* --- what to know before trusting it --- */

static void look_at_columns(struct school *c)
{
    size_t k = c->rows->n_features;
    for (size_t f = 0; f < k; f++) {
        float first = NAN;
        bool varies = false;
        bool missing = false;
        for (size_t i = 0; i < c->s->n && !varies; i++) {
            float v = c->rows->x[(size_t)c->s->pick[i] * k + f];
            missing |= isnan(v);
            if (isnan(v)) continue;
            if (isnan(first)) first = v;
            varies = v != first;
        }
        bool empty = isnan(first);
        c->l->n_empty += empty;
        c->l->n_constant += !empty && !varies && !missing;
    }
}

static void note_idle(struct tw_learned *l, size_t n, const char *why)
{
    note(l, "%zu %s %s: %s nothing.", n, n == 1 ? "feature was" : "features were", why,
         n == 1 ? "it says" : "they say");
}

static void add_notes(struct school *c)
{
    struct tw_learned *l = c->l;
    const struct tw_sample *s = c->s;
    if (s->n_unrecorded == s->n)
        note(l, "No probability of inspection is recorded: risk and figures describe what gets inspected, "
                "not all "
                "that is declared.");
    else if (s->n_unrecorded > 0)
        note(l, "%zu of %zu inspections have no recorded probability and count as certain.", s->n_unrecorded,
             s->n);
    if (s->effective_flow < EFFECTIVE_FEW)
        note(l, "Weights are so uneven that %zu rows are worth %.0f: calibration rests on few.", s->n,
             s->effective_flow);
    if (s->cut_within_a_day)
        note(
            l,
            "All rows are of one day: rows were held back by their order, which says little about tomorrow.");
    if (s->n_held > 0 && s->n_held_found < HELD_FINDINGS_MIN)
        note(l,
             "The rows held back hold %zu findings: what was measured on them is hardly better than a guess.",
             s->n_held_found);
    if (l->curve.slope <= 0.1)
        note(l, "On rows it had not seen the forest hardly ordered at all: the calibration makes all risks "
                "alike.");
    if (l->n_empty > 0) note_idle(l, l->n_empty, "never present");
    if (l->n_constant > 0) note_idle(l, l->n_constant, "always the same");
    if (l->duty.n == 0)
        note(l,
             "No finding has both its recovered duty and the duty at stake: expected duty is not said, and "
             "declarations are ordered by risk alone.");
}

/* --- all together --- */

static tw_err check_settings(const struct tw_learn_settings *s, const struct tw_xgb_settings *candidate,
                             size_t n, struct tw_fault *fault)
{
    if (s->bags < 1 || s->bags > TW_LEARN_BAGS_MAX)
        return tw_fail(fault, TW_ARG, "%u bags; 1 to %d are allowed", s->bags, TW_LEARN_BAGS_MAX);
    if (s->blocks < 2 || s->blocks > 20)
        return tw_fail(fault, TW_ARG, "%u blocks; 2 to 20 are allowed", s->blocks);
    if (s->patience < 1) return tw_fail(fault, TW_ARG, "patience must be 1 or more rounds");
    if (n < 1) return tw_fail(fault, TW_ARG, "there must be settings to try");
    for (size_t i = 0; i < n; i++)
        if (candidate[i].max_bin != candidate[0].max_bin)
            return tw_fail_at(fault, TW_ARG, i, "all settings to try must have the same max_bin");
    return TW_OK;
}

static tw_err school_open(struct school *c, const struct tw_xgb_settings *candidate, struct tw_fault *fault)
{
    size_t n = c->s->n;
    c->use = tw_calloc(n, sizeof(*c->use));
    c->marked = tw_calloc(n, sizeof(*c->marked));
    c->margin = tw_calloc(n, sizeof(*c->margin));
    c->trial = tw_calloc(n, sizeof(*c->trial));
    c->sum = tw_calloc(n, sizeof(*c->sum));
    c->weight = tw_calloc(n, sizeof(*c->weight));
    c->l->forest = tw_calloc(c->set->bags, sizeof(*c->l->forest));
    c->l->bags = c->set->bags;
    c->l->n_held = c->s->n_held;
    c->l->held = tw_calloc(c->s->n_held + 1, sizeof(*c->l->held));
    if (c->use == NULL || c->marked == NULL || c->margin == NULL || c->trial == NULL || c->sum == NULL ||
        c->weight == NULL || c->l->forest == NULL || c->l->held == NULL)
        return out_of_memory(n, fault);
    struct tw_xgb_rows rows = {.x = c->rows->x,
                               .n_columns = c->rows->n_features,
                               .pick = c->s->pick,
                               .n = n,
                               .label = c->s->label,
                               .weight = c->s->weight};
    struct tw_xgb_settings s = settings_for(c, candidate);
    tw_err err = tw_xgb_data_new(&rows, &s, &c->data, fault);
    if (err == TW_RANGE && fault != NULL) fault->item = c->s->pick[fault->item];
    return err;
}

static void school_close(struct school *c)
{
    tw_xgb_data_free(c->data);
    tw_free(c->use);
    tw_free(c->marked);
    tw_free(c->margin);
    tw_free(c->trial);
    tw_free(c->sum);
    tw_free(c->weight);
}

static tw_err attend(struct school *c, const struct tw_xgb_settings *candidate, size_t n,
                     struct tw_fault *fault)
{
    struct tw_learned *l = c->l;
    TW_TRY(school_open(c, candidate, fault));
    TW_TRY(choose(c, candidate, n, fault));
    double worth = (double)c->s->n_held_found * c->s->effective_flow / (double)c->s->n;
    if (worth < TW_LEARN_FINDINGS_SOME && !c->set->as_given) TW_TRY(mark_blocks(c, fault));
    TW_TRY(calibrate(c, fault));
    memset(c->use, 1, c->s->n);
    TW_TRY(grow_bags(c, &l->used, l->forest, fault));
    l->used.base_margin = START;
    l->used.seed = c->set->seed;
    l->used.threads = c->set->threads;
    struct tw_xgb_settings duty = c->set->duty;
    duty.seed = c->set->seed;
    duty.threads = c->set->threads;
    duty.stop = c->set->stop;
    TW_TRY(tw_duty_fit(c->rows, c->s, &duty, &l->duty, fault));
    TW_TRY(share_held(c, fault));
    look_at_columns(c);
    add_notes(c);
    return TW_OK;
}

tw_err tw_learn(const struct tw_learn_rows *rows, const struct tw_learn_settings *set,
                struct tw_learned **ret, struct tw_fault *fault)
{
    size_t n = set->n_candidates;
    const struct tw_xgb_settings *candidate = set->candidate;
    if (candidate == NULL) candidate = tw_learn_candidates(&n);
    TW_TRY(check_settings(set, candidate, n, fault));
    TW_SCOPED(tw_learned) *l = tw_calloc(1, sizeof(*l));
    if (l == NULL) return out_of_memory(rows->n, fault);
    TW_TRY(tw_sample_new(rows, &set->sample, &l->sample, fault));
    struct school c = {.rows = rows, .set = set, .s = l->sample, .l = l};
    tw_err err = attend(&c, candidate, n, fault);
    school_close(&c);
    TW_TRY(err);
    *ret = l;
    l = NULL;
    return TW_OK;
}
