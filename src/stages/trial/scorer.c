/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/scorer.h"

#include <math.h>

#include "base/fmath.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "trial/data_priv.h"

static const struct {
    const char *name, *words;
} scorer_row[TW_SCORER_N] = {
#define X(id, name, words) {name, words},
    TW_SCORER_TABLE(X)
#undef X
};

const char *tw_scorer_name(enum tw_scorer s)
{
    return scorer_row[s].name;
}

const char *tw_scorer_words(enum tw_scorer s)
{
    return scorer_row[s].words;
}

bool tw_scorer_is_ours(enum tw_scorer s)
{
    return s == TW_SCORER_TIDEWAITER || s == TW_SCORER_FULL_LABELS;
}

struct tw_trial_settings tw_trial_settings_default(void)
{
    return (struct tw_trial_settings){.seed = 1,
                                      .threads = 2,
                                      .duty_mix = TW_ORDER_MIX,
                                      .de_minimis = 150,
                                      .draws = 300,
                                      .scorers = UINT32_MAX,
                                      .budget = 5};
}

void tw_trial_score_free(struct tw_trial_score *s)
{
    tw_free(s->item);
    tw_free(s->risk);
    tw_free(s->expected);
    tw_free(s->order);
    *s = (struct tw_trial_score){.item = NULL};
}

tw_err tw_trial_score_new(size_t items, struct tw_trial_score *ret)
{
    struct tw_trial_score s = {.item = tw_calloc(items + 1, sizeof(double)),
                               .risk = tw_calloc(items + 1, sizeof(double)),
                               .expected = tw_calloc(items + 1, sizeof(double)),
                               .order = tw_calloc(items + 1, sizeof *s.order)};
    if (s.item == NULL || s.risk == NULL || s.expected == NULL || s.order == NULL) {
        tw_trial_score_free(&s);
        return TW_NOMEM;
    }
    *ret = s;
    return TW_OK;
}

/* -- what was learned
 * --------------------------------------------------------------------------------------------- */

/* Of ours the risk forests, their calibration and the duty forest; of a peer its forest; of the twin look-up
 * its table. */
struct tw_scorer_model {
    struct tw_learned *learned;
    struct tw_xgb_booster *forest[TW_LEARN_BAGS_MAX], *duty;
    uint32_t forests;
    struct tw_map64 *twin;
    double *found, *n; /* per twin */
    double base;       /* rate of those without a twin */
};

void tw_scorer_model_free(struct tw_scorer_model *m)
{
    if (m == NULL) return;
    tw_learned_free(m->learned);
    for (uint32_t b = 0; b < m->forests; b++) tw_xgb_booster_free(m->forest[b]);
    tw_xgb_booster_free(m->duty);
    tw_map64_free(m->twin);
    tw_free(m->found);
    tw_free(m->n);
    tw_free(m);
}

const struct tw_learned *tw_scorer_learned(const struct tw_scorer_model *m)
{
    return m->learned;
}

/* May the scorer learn from this result? */
static bool teaches(const struct tw_trial_view *v, const struct tw_trial_result *r)
{
    return r->item < v->teach_items && r->known_day < v->as_of;
}

/* Adds the margins of one forest over `all` rows. */
static tw_err add_margins(struct tw_xgb_booster *booster, const struct tw_xgb_rows *all, double weight,
                          double *sum, struct tw_fault *fault)
{
    enum { BLOCK = 65536 };
    float *margin = tw_calloc(all->n < BLOCK ? all->n + 1 : BLOCK, sizeof *margin);
    if (margin == NULL) return TW_NOMEM;
    tw_err err = TW_OK;
    for (size_t at = 0; at < all->n && err == TW_OK; at += BLOCK) {
        struct tw_xgb_rows part = {.x = all->x + at * all->n_columns,
                                   .n_columns = all->n_columns,
                                   .n = all->n - at < BLOCK ? all->n - at : BLOCK};
        err = tw_xgb_margins(booster, &part, margin, fault);
        for (size_t k = 0; k < part.n && err == TW_OK; k++) sum[at + k] += weight * (double)margin[k];
    }
    tw_free(margin);
    return err;
}

/* -- ourselves
 * --------------------------------------------------------------------------------------------------- */

static void fill_truth(const struct tw_trial_view *v, struct tw_truth *truth)
{
    const struct tw_trial_data *d = v->data;
    for (size_t k = 0; k < v->teach_items; k++)
        truth[k] = (struct tw_truth){.lodged_day = d->item[k].day,
                                     .known_day = d->item[k].day,
                                     .declaration = d->item[k].declaration,
                                     .at_stake = v->stake[k],
                                     .recovered_minor = TW_RECOVERED_UNKNOWN};
    for (size_t r = 0; r < v->results; r++) {
        const struct tw_trial_result *res = &v->result[r];
        if (!teaches(v, res)) continue;
        struct tw_truth *t = &truth[res->item];
        t->known = true;
        t->found = res->found;
        t->known_day = res->known_day;
        t->propensity = res->propensity;
        if (res->found && !isnan(res->recovered)) t->recovered_minor = (int64_t)res->recovered;
    }
}

static tw_err train_ours(const struct tw_trial_view *v, const struct tw_trial_settings *set,
                         const struct tw_scorer_model *before, struct tw_scorer_model *m,
                         struct tw_fault *fault)
{
    struct tw_truth *truth = tw_calloc(v->teach_items + 1, sizeof *truth);
    if (truth == NULL) return TW_NOMEM;
    fill_truth(v, truth);
    struct tw_learn_rows rows = {.x = v->x, .n_features = TW_FEATURE_N, .truth = truth, .n = v->teach_items};
    struct tw_learn_settings how = tw_learn_settings_default();
    how.seed = set->seed;
    how.threads = set->threads;
    how.monotone = tw_feature_monotone();
    if (before != NULL) {
        how.candidate = &before->learned->used;
        how.n_candidates = 1;
        how.as_given = true;
    }
    tw_err err = tw_learn(&rows, &how, &m->learned, fault);
    tw_free(truth);
    TW_TRY(err);
    for (; m->forests < m->learned->bags; m->forests++)
        TW_TRY(tw_xgb_booster_new(tw_buf_view(&m->learned->forest[m->forests]), set->threads,
                                  &m->forest[m->forests], fault));
    if (m->learned->duty.way == TW_DUTY_CONSTANT) return TW_OK;
    return tw_xgb_booster_new(tw_buf_view(&m->learned->duty.json), set->threads, &m->duty, fault);
}

static tw_err score_ours(const struct tw_scorer_model *m, const struct tw_trial_view *v,
                         struct tw_trial_score *ret, struct tw_fault *fault)
{
    const struct tw_learned *l = m->learned;
    size_t n = v->to - v->from;
    double *margin = tw_calloc(n + 1, sizeof *margin), *share = tw_calloc(n + 1, sizeof *share);
    const struct tw_xgb_rows rows = {.x = v->x + v->from * TW_FEATURE_N, .n_columns = TW_FEATURE_N, .n = n};
    tw_err err = margin == NULL || share == NULL ? TW_NOMEM : TW_OK;
    for (uint32_t b = 0; b < m->forests && err == TW_OK; b++)
        err = add_margins(m->forest[b], &rows, 1.0 / m->forests, margin, fault);
    if (err == TW_OK && m->duty != NULL) err = add_margins(m->duty, &rows, 1.0, share, fault);
    for (size_t i = 0; i < n && err == TW_OK; i++) {
        size_t k = v->from + i;
        double log_share = m->duty != NULL ? share[i] + l->duty.shift : l->duty.base_margin;
        double part = tw_exp(log_share), stake = v->stake[k] > 0 ? v->stake[k] : 0;
        ret->risk[k] = tw_curve_at(&l->curve, margin[i]);
        ret->item[k] = margin[i];
        if (l->duty.n > 0) /* else no finding says what is recovered: ordered by risk alone */
            ret->expected[k] = ret->risk[k] * (part < l->duty.most ? part : l->duty.most) * stake;
    }
    tw_free(margin);
    tw_free(share);
    return err;
}

/* -- peers: libxgboost as others use it
 * -------------------------------------------------------------------------- */

/* The published settings (arXiv 2208.02484, notebook of the released code), without its oversampling, which
 * measured worse on the released files. */
static const struct tw_xgb_param published[] = {{"objective", "binary:logistic"},
                                                {"eta", "0.5994"},
                                                {"max_depth", "4"},
                                                {"min_child_weight", "2"},
                                                {"gamma", "1"},
                                                {"colsample_bytree", "0.6"},
                                                {"tree_method", "exact"},
                                                {"seed", "0"},
                                                {"nthread", "1"},
                                                {"verbosity", "0"}};
enum { PUBLISHED_ROUNDS = 424, EXTRAS = 5, MANIFEST_EXTRAS = 5, PEER_THREADS = 1 };

/* What the tabular peer has besides the raw columns; the join with manifests where there are some. */
static size_t extras(enum tw_scorer s, const struct tw_trial_data *d)
{
    if (s != TW_SCORER_XGBOOST_TABULAR) return 0;
    return EXTRAS + (d->manifests > 0 ? MANIFEST_EXTRAS : 0);
}

static size_t peer_columns(enum tw_scorer s, const struct tw_trial_data *d)
{
    return d->columns + extras(s, d);
}

/* The row of item k as a peer sees it. */
static void peer_row(enum tw_scorer s, const struct tw_trial_view *v, size_t k, float *row)
{
    static const enum tw_feature extra[EXTRAS + MANIFEST_EXTRAS] = {
        TW_FEATURE_PRICE_LOG,         TW_FEATURE_DUTY_RATE,    TW_FEATURE_PRICE_ORIGIN,
        TW_FEATURE_IMPORTER_RATE,     TW_FEATURE_HS6_RATE,     TW_FEATURE_MANIFEST_MASS,
        TW_FEATURE_MANIFEST_PACKAGES, TW_FEATURE_UNMANIFESTED, TW_FEATURE_STRANGE_CONTAINERS,
        TW_FEATURE_MANIFEST_LATE};
    const struct tw_trial_data *d = v->data;
    for (size_t c = 0; c < d->columns; c++) row[c] = d->column[c].value[k];
    for (size_t c = 0; c < extras(s, d); c++) row[d->columns + c] = v->x[k * TW_FEATURE_N + extra[c]];
}

static tw_err train_peer(enum tw_scorer s, const struct tw_trial_view *v, struct tw_scorer_model *m,
                         struct tw_fault *fault)
{
    size_t columns = peer_columns(s, v->data), n = 0;
    float *x = tw_calloc(v->results * columns + 1, sizeof *x),
          *label = tw_calloc(v->results + 1, sizeof *label);
    TW_SCOPED_BUF json = {0};
    tw_err err = x == NULL || label == NULL ? TW_NOMEM : TW_OK;
    for (size_t r = 0; r < v->results && err == TW_OK; r++) {
        if (!teaches(v, &v->result[r])) continue;
        peer_row(s, v, v->result[r].item, x + n * columns);
        label[n++] = v->result[r].found;
    }
    struct tw_xgb_rows rows = {.x = x, .n_columns = columns, .n = n, .label = label};
    if (err == TW_OK && n == 0) err = tw_fail(fault, TW_ARG, "no labelled row before the split");
    if (err == TW_OK)
        err = tw_xgb_train_native(&rows, published, sizeof published / sizeof published[0], PUBLISHED_ROUNDS,
                                  &json, fault);
    if (err == TW_OK) err = tw_xgb_booster_new(tw_buf_view(&json), PEER_THREADS, &m->forest[0], fault);
    if (err == TW_OK) m->forests = 1;
    tw_free(x);
    tw_free(label);
    return err;
}

static tw_err score_peer(enum tw_scorer s, const struct tw_scorer_model *m, const struct tw_trial_view *v,
                         struct tw_trial_score *ret, struct tw_fault *fault)
{
    size_t columns = peer_columns(s, v->data), n = v->to - v->from;
    float *x = tw_calloc(n * columns + 1, sizeof *x);
    double *margin = tw_calloc(n + 1, sizeof *margin);
    tw_err err = x == NULL || margin == NULL ? TW_NOMEM : TW_OK;
    for (size_t i = 0; i < n && err == TW_OK; i++) peer_row(s, v, v->from + i, x + i * columns);
    struct tw_xgb_rows rows = {.x = x, .n_columns = columns, .n = n};
    if (err == TW_OK) err = add_margins(m->forest[0], &rows, 1.0, margin, fault);
    for (size_t i = 0; i < n && err == TW_OK; i++) {
        ret->item[v->from + i] = margin[i];
        ret->risk[v->from + i] = tw_logistic(margin[i]);
    }
    tw_free(x);
    tw_free(margin);
    return err;
}

/* -- controls
 * ---------------------------------------------------------------------------------------------------- */

static uint64_t text_hash(uint64_t h, struct tw_str s)
{
    return tw_hash_join(h, tw_hash64(s.s, s.n, 3));
}

uint64_t tw_trial_twin_key(const struct tw_trial_data *d, size_t k)
{
    const struct tw_decl *decl = d->decl[d->item[k].declaration];
    const struct tw_item *i = &decl->items.at[k - d->first[d->item[k].declaration]];
    uint64_t h = text_hash(1, (struct tw_str){i->hs.s, i->hs.n < 6 ? i->hs.n : 6});
    h = text_hash(h, i->dispatch.n > 0 ? i->dispatch : decl->dispatch);
    h = text_hash(h, i->origin);
    h = tw_hash_join(h, (uint64_t)i->duty_rate.v * 16 + i->duty_rate.scale);
    h = text_hash(h, i->tax_type);
    return tw_hash_join(h, (uint64_t)i->net_mass_kg.v * 16 + i->net_mass_kg.scale);
}

/* Mean label of earlier rows that are equal in six columns; those without a twin get the base rate. */
static tw_err train_twins(const struct tw_trial_view *v, struct tw_scorer_model *m)
{
    TW_TRY(tw_map64_new(&m->twin));
    m->found = tw_calloc(v->results + 1, sizeof *m->found);
    m->n = tw_calloc(v->results + 1, sizeof *m->n);
    if (m->found == NULL || m->n == NULL) return TW_NOMEM;
    double all = 0, rows = 0;
    for (size_t r = 0; r < v->results; r++) {
        if (!teaches(v, &v->result[r])) continue;
        uint32_t at;
        TW_TRY(tw_map64_put(m->twin, tw_trial_twin_key(v->data, v->result[r].item), &at));
        m->found[at] += v->result[r].found;
        m->n[at] += 1;
        all += v->result[r].found;
        rows += 1;
    }
    m->base = rows > 0 ? all / rows : 0;
    return TW_OK;
}

static void score_twins(const struct tw_scorer_model *m, const struct tw_trial_view *v,
                        struct tw_trial_score *ret)
{
    for (size_t k = v->from; k < v->to; k++) {
        uint32_t at = tw_map64_find(m->twin, tw_trial_twin_key(v->data, k));
        ret->item[k] = ret->risk[k] = at != TW_MAP_NONE ? m->found[at] / m->n[at] : m->base;
    }
}

static double control(enum tw_scorer s, const struct tw_trial_view *v, size_t k, uint64_t seed)
{
    const struct tw_trial_item *i = &v->data->item[k];
    double value;
    switch (s) {
    case TW_SCORER_IMPORTER_HISTORY:
        value = (double)v->x[k * TW_FEATURE_N + TW_FEATURE_IMPORTER_RATE];
        break;
    case TW_SCORER_PRICE_ONLY:
        value = -(double)v->x[k * TW_FEATURE_N + TW_FEATURE_PRICE_ORIGIN];
        break;
    case TW_SCORER_ORACLE:
        return i->noncompliant ? 1 + i->recoverable : 0;
    default:
        return (double)(tw_mix64(tw_hash_join(seed, k)) >> 11) * 0x1p-53;
    }
    return isnan(value) ? -1e9 : value;
}

/* -- all of them
 * ----------------------------------------------------------------------------------------------------- */

tw_err tw_scorer_train(enum tw_scorer s, const struct tw_trial_view *v, const struct tw_trial_settings *set,
                       const struct tw_scorer_model *before, struct tw_scorer_model **ret,
                       struct tw_fault *fault)
{
    TW_SCOPED(tw_scorer_model) *m = tw_calloc(1, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    if (tw_scorer_is_ours(s))
        TW_TRY(train_ours(v, set, before, m, fault));
    else if (s == TW_SCORER_XGBOOST_RAW || s == TW_SCORER_XGBOOST_TABULAR)
        TW_TRY(train_peer(s, v, m, fault));
    else if (s == TW_SCORER_TWIN_LOOKUP)
        TW_TRY(train_twins(v, m));
    *ret = m;
    m = NULL;
    return TW_OK;
}

tw_err tw_scorer_score(enum tw_scorer s, const struct tw_scorer_model *m, const struct tw_trial_view *v,
                       const struct tw_trial_settings *set, struct tw_trial_score *ret,
                       struct tw_fault *fault)
{
    for (size_t k = v->from; k < v->to; k++) ret->risk[k] = (double)NAN;
    switch (s) {
    case TW_SCORER_TIDEWAITER:
    case TW_SCORER_FULL_LABELS:
        return score_ours(m, v, ret, fault);
    case TW_SCORER_XGBOOST_RAW:
    case TW_SCORER_XGBOOST_TABULAR:
        return score_peer(s, m, v, ret, fault);
    case TW_SCORER_TWIN_LOOKUP:
        score_twins(m, v, ret);
        return TW_OK;
    default:
        for (size_t k = v->from; k < v->to; k++) ret->item[k] = control(s, v, k, set->seed);
        return TW_OK;
    }
}

tw_err tw_scorer_run(enum tw_scorer s, const struct tw_trial_view *v, const struct tw_trial_settings *set,
                     struct tw_trial_score *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_scorer_model) *m = NULL;
    TW_TRY(tw_scorer_train(s, v, set, NULL, &m, fault));
    return tw_scorer_score(s, m, v, set, ret, fault);
}

double tw_trial_declaration_score(enum tw_scorer s, const struct tw_trial_data *d,
                                  const struct tw_trial_score *score, size_t k, double duty_mix)
{
    size_t from = d->first[k], to = d->first[k + 1];
    double highest = -1e300;
    for (size_t i = from; i < to; i++) {
        score->order[i] = (struct tw_order_item){score->risk[i], score->expected[i], (float)score->item[i]};
        if (score->item[i] > highest) highest = score->item[i];
    }
    return tw_scorer_is_ours(s) ? tw_order(score->order + from, to - from, duty_mix) : highest;
}
