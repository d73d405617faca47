/* SPDX-License-Identifier: Apache-2.0 */
/* learn/xgb.h -- growing trees; xgb.c is the one file that names libxgboost.
 *
 * In : rows of floats, what was true of each, settings.
 * Out: XGBoost's JSON model text (src: its doc/model.schema), byte for byte the same for the same rows,
 * settings and thread count, on any CPU. Not: which rows, which weights, which settings; that is
 * learn/train.h.
 *
 * The idea. The library keeps two things only: the quantised matrix and the search for splits, which use
 * plain additions and multiplications. Gradients come from learn/loss.h and row sampling from base/rng.h,
 * both ours. Rows that are held out stay in the matrix with gradients of zero: they move no split and no
 * leaf, but the library keeps their margins up to date as it does for all others, so that watching them costs
 * nothing.
 */
#ifndef TW_LEARN_XGB_H
#define TW_LEARN_XGB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "learn/loss.h"

enum {
    TW_XGB_ROUNDS_MAX = 4096,
    TW_XGB_COLUMNS_MAX = 1024,
    TW_XGB_DEPTH_MAX = 6, /* a rule of the product: exact attributions in microseconds */
    TW_XGB_THREADS_MAX = 256
};

/* Rows to learn from. Nothing is owned, nothing is copied but in chunks. */
struct tw_xgb_rows {
    const float *x;       /* n_columns values per row, row after row; NaN = missing; not infinite */
    size_t n_columns;     /* 1..TW_XGB_COLUMNS_MAX */
    const uint32_t *pick; /* the n rows of x to use, by number, repeats allowed; NULL = the first n */
    size_t n;             /* count of rows */
    const float *label;   /* n, in the order of pick; NULL where only predictions are wanted */
    const float *weight;  /* n, >= 0, not all 0; NULL = all 1 */
};

/* Settings of one forest. All are printed on the model card. */
struct tw_xgb_settings {
    enum tw_loss loss;
    double base_margin;      /* where every row starts, e.g. tw_loss_base() */
    uint32_t depth;          /* 1..TW_XGB_DEPTH_MAX questions on a path */
    uint32_t rounds;         /* 1..TW_XGB_ROUNDS_MAX trees */
    double eta;              /* 0.000001..1: share of each tree's step that is taken */
    double min_child_weight; /* >= 0.000001: least sum of second derivatives in a leaf */
    double lambda;           /* >= 0: pull of leaf values to 0 */
    double gamma;            /* >= 0: least gain of a split */
    double subsample;        /* 0.001..1: share of rows for each tree */
    double colsample;        /* 0.001..1: share of columns for each tree */
    double max_step;         /* >= 0: most a leaf may move a margin before eta; 0 = no bound */
    uint32_t max_bin;        /* 2..1024 values a column is cut into; taken from tw_xgb_data_new's */
    const int8_t *monotone; /* n_columns: 1 = never falls as the value rises, -1 = never rises; NULL = free */
    uint64_t seed;
    uint32_t threads;         /* 1..TW_XGB_THREADS_MAX; part of what must be equal for equal bytes */
    const volatile int *stop; /* no setting: not zero = give up with TW_INTERRUPTED; NULL = never */
};

/* The library's version, e.g. 1.7.4; part of what must be equal for equal bytes. */
struct tw_xgb_version {
    int major, minor, patch;
};
struct tw_xgb_version tw_xgb_version(void);

/* A sensible start: depth 6, 300 rounds, eta 0.05, logistic, everything sampled, one thread. */
struct tw_xgb_settings tw_xgb_settings_default(void);

/* TW_ARG with the name of the setting in fault->path. */
tw_err tw_xgb_settings_check(const struct tw_xgb_settings *s, struct tw_fault *fault) TW_MUST_CHECK;

/* Rows, cut into bins once, to be trained on as often as needed. Holds 1 to 5 bytes per value. */
struct tw_xgb_data;

/* Needs s->loss (labels are checked), s->max_bin and s->threads. `rows` need not outlive the call.
 *
 * TW_ARG    no rows or columns, too many, a setting out of range
 * TW_RANGE  an infinite value, a label the loss cannot take, a weight that is negative or not finite;
 *           fault->item is the row (place in pick)
 * TW_NOMEM, TW_INTERNAL (the library's own words in the note)
 */
tw_err tw_xgb_data_new(const struct tw_xgb_rows *rows, const struct tw_xgb_settings *s,
                       struct tw_xgb_data **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_xgb_data_free(struct tw_xgb_data *d); /* takes NULL */
static inline void tw_xgb_data_freep(struct tw_xgb_data **d)
{
    tw_xgb_data_free(*d);
}

/* One training. All zero = all rows are used, all rounds are grown, nobody watches. */
struct tw_xgb_run {
    const uint8_t *use; /* n bytes: 0 = held out, moves nothing; NULL = all rows are used */
    /* Called with the margins of all rows after tree `round` (1, 2 ...); *ret is what to bring down. An error
     * ends the training, with that error. NULL = s->rounds trees. */
    tw_err (*judge)(void *ctx, uint32_t round, const float *margin, double *ret, struct tw_fault *fault);
    void *ctx;
    uint32_t patience; /* rounds without a new best after which it stops; 0 = never */
    float *margin; /* room for n: margins of the forest as cut, held-out rows included; NULL = not wanted */
};

struct tw_xgb_forest {
    struct tw_buf json; /* freed by the caller */
    uint32_t rounds;    /* trees in it: the best round when it was judged, else all */
    double loss;        /* what the judge said of it; 0 without a judge */
};

/* Grows a forest and cuts it at its best round.
 *
 * run  NULL = all zero
 *
 * TW_ARG  a setting; no row is used. TW_NOMEM, TW_INTERNAL, TW_INTERRUPTED, and the judge's errors.
 * Reads no clock and no random numbers; the library starts `threads` threads and ends when they have.
 */
tw_err tw_xgb_train(struct tw_xgb_data *d, const struct tw_xgb_settings *s, const struct tw_xgb_run *run,
                    struct tw_xgb_forest *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* One parameter of the library, by its own name, e.g. {"tree_method", "exact"}. */
struct tw_xgb_param {
    const char *name, *value;
};

/* The library as others use it: its own objective, its own sampling. For the peers we are measured against;
 * its bytes may differ between machines. Values may be infinite only with tree methods that take them.
 * TW_ARG, TW_RANGE, TW_NOMEM, TW_INTERNAL (a parameter value it refuses). */
tw_err tw_xgb_train_native(const struct tw_xgb_rows *rows, const struct tw_xgb_param *param, size_t n_params,
                           uint32_t rounds, struct tw_buf *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The library's own predictor, for peers and for tests of ours. */
struct tw_xgb_booster;

/* TW_FORMAT: not a model text. */
tw_err tw_xgb_booster_new(struct tw_str json, uint32_t threads, struct tw_xgb_booster **ret,
                          struct tw_fault *fault) TW_MUST_CHECK;
void tw_xgb_booster_free(struct tw_xgb_booster *b); /* takes NULL */
static inline void tw_xgb_booster_freep(struct tw_xgb_booster **b)
{
    tw_xgb_booster_free(*b);
}

/* The margins of rows->n rows (XGBoosterPredictFromDense); infinite values are allowed here. */
tw_err tw_xgb_margins(struct tw_xgb_booster *b, const struct tw_xgb_rows *rows, float *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* What each column added to each margin: rows->n x (n_columns + 1), the last is the bias (pred_contribs).
 * TW_RANGE: an infinite value. */
tw_err tw_xgb_contributions(struct tw_xgb_booster *b, const struct tw_xgb_rows *rows, float *ret,
                            struct tw_fault *fault) TW_MUST_CHECK;

#endif
