/* SPDX-License-Identifier: Apache-2.0 */
/* trial/scorer.h -- who ranks: ourselves, peers, controls.
 *
 * In : labelled rows before the split, all rows' features and raw columns.
 * Out: a score and, where it has one, a probability per item; scores per declaration.
 * Not: figures.
 */
#ifndef TW_TRIAL_SCORER_H
#define TW_TRIAL_SCORER_H

#include "learn/train.h"
#include "score/order.h"
#include "trial/data.h"

/* X(ID, name in reports, words) */
#define TW_SCORER_TABLE(X)                                                                                   \
    X(TIDEWAITER, "tidewaiter", "this engine")                                                               \
    X(XGBOOST_RAW, "xgboost_raw", "gradient boosting on the raw columns, published settings")                \
    X(XGBOOST_TABULAR, "xgboost_tabular",                                                                    \
      "the same with price per kg, duty rate, price ratio, past findings of importer and goods")             \
    X(FULL_LABELS, "full_labels", "this engine, had every row been inspected: the ceiling of its features")  \
    X(IMPORTER_HISTORY, "importer_history", "past findings of the importer alone")                           \
    X(PRICE_ONLY, "price_only", "lowest price per kg against the usual first")                               \
    X(TWIN_LOOKUP, "twin_lookup", "the label of an earlier row equal in six columns; no learning")           \
    X(RANDOM, "random", "chance")                                                                            \
    X(ORACLE, "oracle", "the truth itself: what could be had at the most")

enum tw_scorer {
#define X(id, name, words) TW_SCORER_##id,
    TW_SCORER_TABLE(X)
#undef X
        TW_SCORER_N
};

const char *tw_scorer_name(enum tw_scorer s);
const char *tw_scorer_words(enum tw_scorer s);
bool tw_scorer_is_ours(enum tw_scorer s); /* this engine, whatever labels it is given */

/* What a model of ours says of an item. */
struct tw_trial_score {
    double *item;                /* per item; higher = sooner; owned */
    double *risk;                /* probability per item; NaN = this scorer gives none; owned */
    double *expected;            /* duty expected to be recovered, minor units; owned; 0 where unknown */
    struct tw_order_item *order; /* per item; room for tw_trial_declaration_score to work in; owned */
};

void tw_trial_score_free(struct tw_trial_score *s);
tw_err tw_trial_score_new(size_t items, struct tw_trial_score *ret) TW_MUST_CHECK;

/* Settings of a run. */
struct tw_trial_settings {
    uint64_t seed;
    uint32_t threads;
    double duty_mix;   /* order by risk^(1-m) x expected duty^m: 0 = risk alone, 1 = duty alone */
    double de_minimis; /* national currency units; 0 = none */
    unsigned draws;    /* of the bootstrap */
    uint32_t scorers;  /* those that rank: bits 1 << enum tw_scorer; all */
    uint32_t without;  /* families of reasons this engine does without: bits 1 << enum tw_family; none */
    double budget;     /* per cent of each week's declarations that may be inspected, 0 < b <= 100; 5 */
};
struct tw_trial_settings tw_trial_settings_default(void);

/* Rows as one scorer knows them. */
struct tw_trial_view {
    const struct tw_trial_data *data;
    const float *x;      /* items x TW_FEATURE_N; features as of each item's time, by what this scorer knew */
    const double *stake; /* per item */
    const struct tw_trial_result *result; /* what it may learn from */
    size_t results;
    int32_t as_of;      /* results known before this day teach */
    size_t teach_items; /* items [0, teach_items) may teach */
    size_t from, to;    /* items to score */
};

/* What a scorer has learned. */
struct tw_scorer_model;
void tw_scorer_model_free(struct tw_scorer_model *m); /* takes NULL */
static inline void tw_scorer_model_freep(struct tw_scorer_model **m)
{
    tw_scorer_model_free(*m);
}

/* What ours has learned; NULL of the others. Lives as long as `m`. */
const struct tw_learned *tw_scorer_learned(const struct tw_scorer_model *m);

/* Trains, where the scorer trains (the others get an empty model).
 * before  an earlier model of the same scorer: ours keeps its settings and number of rounds instead of
 *         searching them again, which is most of the work; NULL = search
 * TW_ARG  nothing to learn from (no finding yet); TW_NOMEM, TW_INTERNAL */
tw_err tw_scorer_train(enum tw_scorer s, const struct tw_trial_view *v, const struct tw_trial_settings *set,
                       const struct tw_scorer_model *before, struct tw_scorer_model **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Fills ret for items [v->from, v->to). TW_NOMEM, TW_INTERNAL */
tw_err tw_scorer_score(enum tw_scorer s, const struct tw_scorer_model *m, const struct tw_trial_view *v,
                       const struct tw_trial_settings *set, struct tw_trial_score *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Both in one go; the errors of both. */
tw_err tw_scorer_run(enum tw_scorer s, const struct tw_trial_view *v, const struct tw_trial_settings *set,
                     struct tw_trial_score *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The score of declaration k from its items': ours by tw_order, others by their highest item. Not to be
 * called by two threads with one score. */
double tw_trial_declaration_score(enum tw_scorer s, const struct tw_trial_data *d,
                                  const struct tw_trial_score *score, size_t k, double duty_mix);

#endif
