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

struct tw_trial_settings tw_trial_settings_default(void)
{
    return (struct tw_trial_settings){
        .seed = 1, .threads = 2, .duty_mix = 0.35, .de_minimis = 150, .draws = 300};
}

void tw_trial_score_free(struct tw_trial_score *s)
{
    tw_free(s->item);
    tw_free(s->risk);
    tw_free(s->expected);
    *s = (struct tw_trial_score){.item = NULL};
}

tw_err tw_trial_score_new(size_t items, struct tw_trial_score *ret)
{
    struct tw_trial_score s = {.item = tw_calloc(items + 1, sizeof(double)),
                               .risk = tw_calloc(items + 1, sizeof(double)),
                               .expected = tw_calloc(items + 1, sizeof(double))};
    if (s.item == NULL || s.risk == NULL || s.expected == NULL) {
        tw_trial_score_free(&s);
        return TW_NOMEM;
    }
    *ret = s;
    return TW_OK;
}

/* -- ourselves
 * --------------------------------------------------------------------------------------------------- */

/* Rows of one scorer: `columns` numbers per item. */
struct columns {
    const float *x;
    size_t columns;
    uint32_t threads;
};

/* Adds the margins of one forest over the items to be scored. */
static tw_err add_margins(struct tw_str json, const struct tw_trial_view *v, struct columns c, double weight,
                          double *sum, struct tw_fault *fault)
{
    enum { BLOCK = 65536 };
    TW_SCOPED(tw_xgb_booster) *booster = NULL;
    float *margin = tw_calloc(BLOCK, sizeof *margin);
    if (margin == NULL) return TW_NOMEM;
    tw_err err = tw_xgb_booster_new(json, c.threads, &booster, fault);
    for (size_t at = v->from; at < v->to && err == TW_OK; at += BLOCK) {
        size_t n = v->to - at < BLOCK ? v->to - at : BLOCK;
        struct tw_xgb_rows rows = {.x = c.x + at * c.columns, .n_columns = c.columns, .n = n};
        err = tw_xgb_margins(booster, &rows, margin, fault);
        for (size_t k = 0; k < n && err == TW_OK; k++) sum[at + k] += weight * (double)margin[k];
    }
    tw_free(margin);
    return err;
}

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
        if (res->item >= v->teach_items || res->known_day >= v->as_of) continue;
        struct tw_truth *t = &truth[res->item];
        t->known = true;
        t->found = res->found;
        t->known_day = res->known_day;
        t->propensity = res->propensity;
        if (res->found && !isnan(res->recovered)) t->recovered_minor = (int64_t)res->recovered;
    }
}

static tw_err ours(const struct tw_trial_view *v, const struct tw_trial_settings *set,
                   struct tw_trial_score *ret, struct tw_fault *fault)
{
    struct tw_truth *truth = tw_calloc(v->teach_items + 1, sizeof *truth);
    double *margin = tw_calloc(v->to + 1, sizeof *margin), *share = tw_calloc(v->to + 1, sizeof *share);
    TW_SCOPED(tw_learned) *learned = NULL;
    tw_err err = truth == NULL || margin == NULL || share == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK) {
        fill_truth(v, truth);
        struct tw_learn_rows rows = {
            .x = v->x, .n_features = TW_FEATURE_N, .truth = truth, .n = v->teach_items};
        struct tw_learn_settings how = tw_learn_settings_default();
        how.seed = set->seed;
        how.threads = set->threads;
        err = tw_learn(&rows, &how, &learned, fault);
    }
    const struct columns features = {v->x, TW_FEATURE_N, set->threads};
    for (uint32_t b = 0; err == TW_OK && b < learned->bags; b++)
        err = add_margins(tw_buf_view(&learned->forest[b]), v, features, 1.0 / learned->bags, margin, fault);
    bool trees = err == TW_OK && learned->duty.way != TW_DUTY_CONSTANT;
    if (trees) err = add_margins(tw_buf_view(&learned->duty.json), v, features, 1.0, share, fault);
    for (size_t k = v->from; k < v->to && err == TW_OK; k++) {
        double log_share = trees ? share[k] + learned->duty.shift : learned->duty.base_margin;
        double part = tw_exp(log_share), stake = v->stake[k] > 0 ? v->stake[k] : 0;
        ret->risk[k] = tw_curve_at(&learned->curve, margin[k]);
        ret->item[k] = margin[k];
        ret->expected[k] = ret->risk[k] * (part < learned->duty.most ? part : learned->duty.most) * stake;
    }
    tw_free(truth);
    tw_free(margin);
    tw_free(share);
    return err;
}

/* -- peers: libxgboost as others use it
 * -------------------------------------------------------------------------- */

/* The published settings (arXiv 2208.02484, notebook of the released code), without its oversampling, which
 * measured worse on the released files. */
static const struct tw_xgb_param published[] = {
    {"objective", "binary:logistic"}, {"eta", "0.5994"}, {"max_depth", "4"},
    {"min_child_weight", "2"},        {"gamma", "1"},    {"colsample_bytree", "0.6"},
    {"tree_method", "exact"},         {"seed", "0"},     {"verbosity", "0"}};
enum { PUBLISHED_ROUNDS = 424, EXTRAS = 5 };

static tw_err peer(const struct tw_trial_view *v, bool tabular, struct tw_trial_score *ret,
                   struct tw_fault *fault)
{
    const struct tw_trial_data *d = v->data;
    size_t columns = d->columns + (tabular ? EXTRAS : 0),
           items = v->to > v->teach_items ? v->to : v->teach_items;
    static const enum tw_feature extra[EXTRAS] = {TW_FEATURE_PRICE_LOG, TW_FEATURE_DUTY_RATE,
                                                  TW_FEATURE_PRICE_ORIGIN, TW_FEATURE_IMPORTER_RATE,
                                                  TW_FEATURE_HS6_RATE};
    float *x = tw_calloc(items * columns + 1, sizeof *x), *label = tw_calloc(v->results + 1, sizeof *label);
    uint32_t *pick = tw_calloc(v->results + 1, sizeof *pick);
    double *margin = tw_calloc(v->to + 1, sizeof *margin);
    TW_SCOPED_BUF json = {0};
    tw_err err = x == NULL || label == NULL || pick == NULL || margin == NULL ? TW_NOMEM : TW_OK;
    size_t n = 0;
    if (err == TW_OK) {
        for (size_t k = 0; k < items; k++) {
            for (size_t c = 0; c < d->columns; c++) x[k * columns + c] = d->column[c].value[k];
            for (size_t c = 0; tabular && c < EXTRAS; c++)
                x[k * columns + d->columns + c] = v->x[k * TW_FEATURE_N + extra[c]];
        }
        for (size_t r = 0; r < v->results; r++) {
            if (v->result[r].item >= v->teach_items || v->result[r].known_day >= v->as_of) continue;
            pick[n] = v->result[r].item;
            label[n++] = v->result[r].found;
        }
        struct tw_xgb_rows rows = {.x = x, .n_columns = columns, .pick = pick, .n = n, .label = label};
        err = n == 0 ? tw_fail(fault, TW_ARG, "no labelled row before the split")
                     : tw_xgb_train_native(&rows, published, sizeof published / sizeof published[0],
                                           PUBLISHED_ROUNDS, &json, fault);
    }
    if (err == TW_OK)
        err = add_margins(tw_buf_view(&json), v, (struct columns){x, columns, 2}, 1.0, margin, fault);
    for (size_t k = v->from; k < v->to && err == TW_OK; k++) {
        ret->item[k] = margin[k];
        ret->risk[k] = tw_logistic(margin[k]);
    }
    tw_free(x);
    tw_free(label);
    tw_free(pick);
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
static tw_err twins(const struct tw_trial_view *v, struct tw_trial_score *ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    double *found = tw_calloc(v->results + 1, sizeof *found), *n = tw_calloc(v->results + 1, sizeof *n),
           all = 0, rows = 0;
    tw_err err = found == NULL || n == NULL ? TW_NOMEM : TW_OK;
    for (size_t r = 0; r < v->results && err == TW_OK; r++) {
        if (v->result[r].item >= v->teach_items || v->result[r].known_day >= v->as_of) continue;
        uint32_t at;
        err = tw_map64_put(map, tw_trial_twin_key(v->data, v->result[r].item), &at);
        if (err != TW_OK) break;
        found[at] += v->result[r].found;
        n[at] += 1;
        all += v->result[r].found;
        rows += 1;
    }
    for (size_t k = v->from; k < v->to && err == TW_OK; k++) {
        uint32_t at = tw_map64_find(map, tw_trial_twin_key(v->data, k));
        ret->item[k] = ret->risk[k] = at != TW_MAP_NONE ? found[at] / n[at] : rows > 0 ? all / rows : 0;
    }
    tw_free(found);
    tw_free(n);
    return err;
}

static double control(enum tw_scorer s, const struct tw_trial_view *v, size_t k, uint64_t seed)
{
    const float *x = v->x + k * TW_FEATURE_N;
    const struct tw_trial_item *i = &v->data->item[k];
    double value;
    switch (s) {
    case TW_SCORER_IMPORTER_HISTORY:
        value = (double)x[TW_FEATURE_IMPORTER_RATE];
        break;
    case TW_SCORER_PRICE_ONLY:
        value = -(double)x[TW_FEATURE_PRICE_ORIGIN];
        break;
    case TW_SCORER_ORACLE:
        return i->noncompliant ? 1 + i->recoverable : 0;
    default:
        return (double)(tw_mix64(tw_hash_join(seed, k)) >> 11) * 0x1p-53;
    }
    return isnan(value) ? -1e9 : value;
}

tw_err tw_scorer_run(enum tw_scorer s, const struct tw_trial_view *v, const struct tw_trial_settings *set,
                     struct tw_trial_score *ret, struct tw_fault *fault)
{
    for (size_t k = v->from; k < v->to; k++) ret->risk[k] = (double)NAN;
    switch (s) {
    case TW_SCORER_TIDEWAITER:
    case TW_SCORER_FULL_LABELS:
        return ours(v, set, ret, fault);
    case TW_SCORER_XGBOOST_RAW:
        return peer(v, false, ret, fault);
    case TW_SCORER_XGBOOST_TABULAR:
        return peer(v, true, ret, fault);
    case TW_SCORER_TWIN_LOOKUP:
        return twins(v, ret);
    default:
        for (size_t k = v->from; k < v->to; k++) ret->item[k] = control(s, v, k, set->seed);
        return TW_OK;
    }
}

double tw_trial_declaration_score(enum tw_scorer s, const struct tw_trial_data *d,
                                  const struct tw_trial_score *score, size_t k, double duty_mix)
{
    double none = 1, expected = 0, highest = -1e300;
    for (size_t i = d->first[k]; i < d->first[k + 1]; i++) {
        if (score->item[i] > highest) highest = score->item[i];
        if (!isnan(score->risk[i])) none *= 1 - score->risk[i];
        expected += score->expected[i];
    }
    if (s != TW_SCORER_TIDEWAITER && s != TW_SCORER_FULL_LABELS) return highest;
    /* Logarithm of risk^(1-m) x (expected + 1)^m; the highest margin breaks ties where risks saturate. */
    double risk = 1 - none;
    return (1 - duty_mix) * tw_log(risk > 1e-9 ? risk : 1e-9) + duty_mix * tw_log(expected + 1) +
           1e-6 * highest;
}
