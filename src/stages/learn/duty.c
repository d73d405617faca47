/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/duty.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "stat/rank.h"

enum { FINDINGS_MIN = 100, TEACH_MIN = 50, HELD_MIN = 20, PATIENCE = 30 };
#define BETTER_BY 0.98 /* of the constant's deviance: what trees must reach */
#define PULL      5.0  /* findings' worth of "all that is at stake is recovered" in the constant */
#define LOG_FLOOR 0.01 /* added to a share before its logarithm is taken */
#define MEAN_MIN  1e-6 /* of the mean amount: least that may be said of a finding */

/* The findings with known amounts. */
struct findings {
    size_t n, n_teach, n_held;
    uint32_t *pick;
    uint8_t *teach, *held;       /* 1 = before the cut and known by then; 1 = since the cut */
    float *label, *label_weight; /* as the way at hand wants them */
    double *amount, *stake;      /* recovered, at stake: minor units, >= 0 and > 0 */
    double *share;               /* amount / stake */
    double *weight;
    float *margin;
    double mean_amount, mean_stake, most;
};

const char *tw_duty_way_words(enum tw_duty_way w)
{
    static const char *const words[] = {"a constant", "trees for the share",
                                        "trees for the logarithm of the share"};
    return (unsigned)w < TW_DUTY_WAYS ? words[w] : "?";
}

struct tw_xgb_settings tw_duty_settings_default(void)
{
    struct tw_xgb_settings s = tw_xgb_settings_default();
    s.depth = 4;
    s.min_child_weight = 5;
    s.lambda = 5;
    s.max_step = 0.7;
    s.max_bin = 64;
    return s;
}

void tw_duty_clear(struct tw_duty *d)
{
    tw_buf_free(&d->json);
    tw_buf_free(&d->json_before);
    *d = (struct tw_duty){0};
}

static void findings_free(struct findings *f)
{
    tw_free(f->pick);
    tw_free(f->teach);
    tw_free(f->held);
    tw_free(f->label);
    tw_free(f->label_weight);
    tw_free(f->amount);
    tw_free(f->stake);
    tw_free(f->share);
    tw_free(f->weight);
    tw_free(f->margin);
}

static bool usable(const struct tw_truth *t)
{
    return t->found && t->recovered_minor != TW_RECOVERED_UNKNOWN && t->at_stake > 0 && t->at_stake < 1e18;
}

static tw_err findings_alloc(struct findings *f, size_t n)
{
    f->pick = tw_calloc(n, sizeof(*f->pick));
    f->teach = tw_calloc(n, sizeof(*f->teach));
    f->held = tw_calloc(n, sizeof(*f->held));
    f->label = tw_calloc(n, sizeof(*f->label));
    f->label_weight = tw_calloc(n, sizeof(*f->label_weight));
    f->amount = tw_calloc(n, sizeof(*f->amount));
    f->stake = tw_calloc(n, sizeof(*f->stake));
    f->share = tw_calloc(n, sizeof(*f->share));
    f->weight = tw_calloc(n, sizeof(*f->weight));
    f->margin = tw_calloc(n, sizeof(*f->margin));
    bool good = f->pick != NULL && f->teach != NULL && f->held != NULL && f->label != NULL &&
                f->label_weight != NULL && f->amount != NULL && f->stake != NULL && f->share != NULL &&
                f->weight != NULL && f->margin != NULL;
    return good ? TW_OK : TW_NOMEM;
}

/* What no share may exceed: the 99th percentile, so that one finding on goods with next to no duty at stake
 * does not teach trees to expect thousandfold; at least 1. */
static tw_err find_most(struct findings *f)
{
    double *copy = tw_calloc(f->n, sizeof(*copy));
    if (copy == NULL) return TW_NOMEM;
    memcpy(copy, f->share, f->n * sizeof(*copy));
    double high = tw_quantile(copy, f->n, 0.99);
    tw_free(copy);
    if (high > f->most) f->most = high;
    return TW_OK;
}

static tw_err gather(const struct tw_learn_rows *rows, const struct tw_sample *s, struct findings *f)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) n += usable(rows->truth + s->pick[i]);
    f->most = 1;
    if (n == 0) return TW_OK;
    TW_TRY(findings_alloc(f, n));
    double mass = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_truth *t = rows->truth + s->pick[i];
        if (!usable(t)) continue;
        size_t k = f->n++;
        f->pick[k] = s->pick[i];
        f->teach[k] = s->part[i] == TW_PART_TEACH;
        f->held[k] = s->part[i] == TW_PART_HELD;
        f->n_teach += f->teach[k];
        f->n_held += f->held[k];
        f->amount[k] = t->recovered_minor > 0 ? (double)t->recovered_minor : 0;
        f->stake[k] = t->at_stake;
        f->weight[k] = (double)s->weight[i];
        mass += f->weight[k];
        f->mean_amount += f->weight[k] * f->amount[k];
        f->mean_stake += f->weight[k] * f->stake[k];
        f->share[k] = f->amount[k] / f->stake[k];
    }
    f->mean_amount /= mass;
    f->mean_stake /= mass;
    return find_most(f);
}

/* The constant of the rows that `use` marks (NULL = all), as a margin. */
static double constant(const struct findings *f, const uint8_t *use)
{
    double amount = PULL * f->mean_stake;
    double stake = PULL * f->mean_stake;
    for (size_t i = 0; i < f->n; i++) {
        if (use != NULL && use[i] == 0) continue;
        amount += f->weight[i] * f->amount[i];
        stake += f->weight[i] * f->stake[i];
    }
    return stake > 0 ? tw_log(amount / stake) : 0;
}

/* --- the judge: all ways by the same measure --- */

struct bench {
    const struct findings *f;
    enum tw_duty_way way;
    const uint8_t *use; /* what the trees learn from; NULL = all */
    double shift;       /* log of total recovered / total said, over `use` */
};

static double said(const struct findings *f, size_t i, double margin)
{
    double share = tw_loss_mean(TW_LOSS_GAMMA, margin);
    return (share < f->most ? share : f->most) * f->stake[i];
}

static void settle_total(struct bench *b, const float *margin)
{
    double recovered = 0;
    double total = 0;
    for (size_t i = 0; i < b->f->n; i++) {
        if (b->use != NULL && b->use[i] == 0) continue;
        recovered += b->f->weight[i] * b->f->amount[i];
        total += b->f->weight[i] * said(b->f, i, (double)margin[i]);
    }
    b->shift = recovered > 0 && total > 0 ? tw_log(recovered / total) : 0;
}

/* Weighted mean deviance of what is said of one finding held back, in units of the mean amount. */
static double deviance_of(const struct findings *f, size_t i, double money)
{
    double mean = money / f->mean_amount;
    if (mean < MEAN_MIN) mean = MEAN_MIN;
    double y = f->amount[i] / f->mean_amount;
    return f->weight[i] * (tw_loss_value(TW_LOSS_TWEEDIE, tw_log(mean), y) - 4 * sqrt(y));
}

static tw_err judge(void *ctx, uint32_t round, const float *margin, double *ret, struct tw_fault *fault)
{
    struct bench *b = ctx;
    (void)round;
    (void)fault;
    settle_total(b, margin);
    double sum = 0;
    double mass = 0;
    for (size_t i = 0; i < b->f->n; i++) {
        if (b->f->held[i] == 0) continue;
        sum += deviance_of(b->f, i, said(b->f, i, (double)margin[i] + b->shift));
        mass += b->f->weight[i];
    }
    *ret = sum / mass;
    return TW_OK;
}

static double deviance_of_constant(const struct findings *f)
{
    double margin = constant(f, f->teach);
    double sum = 0;
    double mass = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->held[i] == 0) continue;
        sum += deviance_of(f, i, said(f, i, margin));
        mass += f->weight[i];
    }
    return sum / mass;
}

/* --- the trees --- */

/* Labels and weights as the way wants them. A share weighs by the root of what was at stake: then its
 * deviance is that of the money. */
static void label_findings(struct findings *f, enum tw_duty_way way)
{
    for (size_t i = 0; i < f->n; i++) {
        double share = f->share[i] < f->most ? f->share[i] : f->most;
        f->label[i] = (float)(way == TW_DUTY_SHARE ? share : tw_log(share + LOG_FLOOR));
        f->label_weight[i] = (float)(f->weight[i] * sqrt(f->stake[i] / f->mean_stake));
    }
}

struct growing {
    const struct tw_learn_rows *rows;
    struct findings *f;
    const struct tw_xgb_settings *set;
};

/* Grows the trees of one way: judged (use = those before the cut), or with as many rounds as are given. */
static tw_err grow(const struct growing *g, struct bench *b, uint32_t rounds, struct tw_xgb_forest *ret,
                   double *base, struct tw_fault *fault)
{
    struct findings *f = g->f;
    label_findings(f, b->way);
    struct tw_xgb_rows rows = {.x = g->rows->x,
                               .n_columns = g->rows->n_features,
                               .pick = f->pick,
                               .n = f->n,
                               .label = f->label,
                               .weight = f->label_weight};
    struct tw_xgb_settings set = *g->set;
    set.loss = b->way == TW_DUTY_LOG_SHARE ? TW_LOSS_SQUARED : TW_LOSS_TWEEDIE;
    set.base_margin = tw_loss_base(set.loss, f->label, f->label_weight, f->n);
    if (rounds > 0) set.rounds = rounds;
    TW_SCOPED(tw_xgb_data) *data = NULL;
    TW_TRY(tw_xgb_data_new(&rows, &set, &data, fault));
    struct tw_xgb_run run = {.use = b->use, .margin = f->margin};
    if (rounds == 0) {
        run.judge = judge;
        run.ctx = b;
        run.patience = PATIENCE;
    }
    TW_TRY(tw_xgb_train(data, &set, &run, ret, fault));
    settle_total(b, f->margin);
    *base = set.base_margin;
    return TW_OK;
}

static bool can_judge(const struct findings *f)
{
    return f->n >= FINDINGS_MIN && f->n_teach >= TEACH_MIN && f->n_held >= HELD_MIN && f->mean_amount > 0;
}

/* Tries every way; *way is the best, *rounds what it took. */
static tw_err choose(const struct growing *g, struct tw_duty *d, uint32_t *rounds, struct tw_fault *fault)
{
    for (int w = 0; w < TW_DUTY_WAYS; w++) d->deviance[w] = (double)NAN;
    if (!can_judge(g->f)) return TW_OK;
    double best = BETTER_BY * deviance_of_constant(g->f);
    d->deviance[TW_DUTY_CONSTANT] = deviance_of_constant(g->f);
    for (int w = TW_DUTY_SHARE; w < TW_DUTY_WAYS; w++) {
        struct bench b = {.f = g->f, .way = (enum tw_duty_way)w, .use = g->f->teach};
        struct tw_xgb_forest forest = {0};
        double base = 0;
        TW_TRY(grow(g, &b, 0, &forest, &base, fault));
        d->deviance[w] = forest.loss;
        if (!(forest.loss < best)) {
            tw_buf_free(&forest.json);
            continue;
        }
        best = forest.loss;
        tw_buf_free(&d->json_before);
        d->json_before = forest.json;
        d->shift_before = b.shift;
        d->way = b.way;
        *rounds = forest.rounds;
    }
    return TW_OK;
}

static tw_err fit(const struct growing *g, struct tw_duty *d, struct tw_fault *fault)
{
    uint32_t rounds = 0;
    TW_TRY(choose(g, d, &rounds, fault));
    d->n = g->f->n;
    d->n_held = g->f->n_held;
    d->most = g->f->most;
    if (d->way == TW_DUTY_CONSTANT) {
        d->base_margin = constant(g->f, NULL);
        d->shift = d->base_margin;
        d->shift_before = constant(g->f, g->f->teach);
        return TW_OK;
    }
    struct bench b = {.f = g->f, .way = d->way};
    struct tw_xgb_forest forest = {0};
    double base = 0;
    TW_TRY(grow(g, &b, rounds, &forest, &base, fault));
    d->json = forest.json;
    d->rounds = forest.rounds;
    d->base_margin = base + b.shift;
    d->shift = b.shift;
    return TW_OK;
}

tw_err tw_duty_fit(const struct tw_learn_rows *rows, const struct tw_sample *sample,
                   const struct tw_xgb_settings *set, struct tw_duty *ret, struct tw_fault *fault)
{
    struct findings f = {0};
    struct tw_duty d = {0};
    tw_err err = gather(rows, sample, &f);
    if (err != TW_OK) err = tw_fail(fault, err, "out of memory for %zu findings", sample->n_found);
    if (err == TW_OK) err = fit(&(struct growing){rows, &f, set}, &d, fault);
    findings_free(&f);
    if (err != TW_OK) tw_duty_clear(&d);
    TW_TRY(err);
    *ret = d;
    return TW_OK;
}
