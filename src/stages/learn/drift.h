/* SPDX-License-Identifier: Apache-2.0 */
/* learn/drift.h -- has what comes in changed since the model learned?
 *
 * In : rows of features of the training span, and later ones.
 * Out: for each feature how far its distribution moved, and how far chance alone would move it.
 * Not: labels; a model can be stale while nothing here moves (a new trick looks like old trade).
 */
#ifndef TW_LEARN_DRIFT_H
#define TW_LEARN_DRIFT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    TW_DRIFT_BINS = 12,      /* ten by the deciles of the past, or one per value; and one for missing */
    TW_DRIFT_SAMPLE = 200000 /* rows the deciles are taken from, evenly spread */
};

/* Rows of n_features floats, row after row; NaN = missing. Nothing is owned. */
struct tw_drift_rows {
    const float *x;
    size_t n, n_features;
};

struct tw_drift {
    double psi;       /* population stability index */
    double threshold; /* what chance exceeds in a share of alpha of all comparisons; 0 = cannot be said */
    double missing_before, missing_after; /* shares */
    double median_before, median_after;   /* of those that are not missing; NaN = all are */
    uint32_t bins;                        /* that had rows in the past, or have now */
};

/* More than chance would do? */
static inline int tw_drift_moved(const struct tw_drift *d)
{
    return d->threshold > 0 && d->psi > d->threshold;
}

/* Compares every feature; `ret` has room for n_features of them.
 *
 * alpha  0 < alpha < 1: the share of unchanged features that may be called moved; 0.01. Items of one trader
 * are alike, so in practice somewhat more will be.
 *
 * TW_ARG  no rows, other features, alpha. TW_NOMEM. Time O((n + m) x features). Pure.
 */
tw_err tw_drift_compare(const struct tw_drift_rows *before, const struct tw_drift_rows *after, double alpha,
                        struct tw_drift *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
