/* SPDX-License-Identifier: Apache-2.0 */
/* stat/metric.h -- how well a ranking finds what it looks for.
 *
 * In : scores, labels, values, optionally how often each row counts.
 * Out: area under the curve, average precision, precision, recall and share of value at a part, calibration
 * error. Not: which model; nothing here depends on how ties happen to fall: rows of one score share what
 * falls to them.
 */
#ifndef TW_STAT_METRIC_H
#define TW_STAT_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Rows to measure; arrays of n, not owned, at least as long-lived as the ranking made of them. */
struct tw_ranking {
    const double *score;  /* higher = sooner; finite */
    const uint8_t *label; /* 0 or 1 */
    const double *value;  /* >= 0, e.g. recoverable duty; NULL = all 0 */
    size_t n;
    const double *weight;  /* > 0: how many of the flow a row stands for; NULL = all 1 */
    const uint32_t *group; /* rows that are drawn together by the bootstrap, e.g. items of one declaration:
                              numbers below n; NULL = each row alone */
};

/* A ranking sorted once, so that resamples need no sorting. */
struct tw_ranked;

/* TW_NOMEM; TW_ARG when a score is not finite */
tw_err tw_ranked_new(const struct tw_ranking *r, struct tw_ranked **ret) TW_MUST_CHECK;
void tw_ranked_free(struct tw_ranked *r);
static inline void tw_ranked_freep(struct tw_ranked **r)
{
    tw_ranked_free(*r);
}

/* At the k highest scores, k = floor(n * percent / 100), by weight where rows have one. Where rows tie across
 * the boundary, the expectation over a random order of them. NaN where undefined (k = 0, no positives, no
 * value). */
struct tw_at {
    double k, precision, recall, value_share;
};

/* `times` (n, or NULL = once each): how often each row counts, by its number in the ranking. */
struct tw_at tw_ranked_at(const struct tw_ranked *r, double percent, const uint32_t *times);
/* Mann-Whitney with midranks. NaN without both labels. */
double tw_ranked_auc(const struct tw_ranked *r, const uint32_t *times);
/* Sum of precision times step of recall at each distinct score (as scikit-learn's average_precision_score).
 */
double tw_ranked_ap(const struct tw_ranked *r, const uint32_t *times);

/* Scores as probabilities: the error below, each row by its weight. NaN without rows. */
double tw_ranked_ece(const struct tw_ranked *r, const uint32_t *times);
/* Percentile bootstrap: `draws` resamples of the n rows, or of their groups; the 2.5 % and 97.5 % quantiles
 * of the statistic. */
struct tw_interval {
    double lo, hi;
};
enum tw_statistic {
    TW_STATISTIC_AUC,
    TW_STATISTIC_AP,
    TW_STATISTIC_PRECISION,
    TW_STATISTIC_RECALL,
    TW_STATISTIC_VALUE,
    TW_STATISTIC_ECE
};

/* percent is for precision, recall and value. NaN where no resample has the statistic. Source: Efron 1979; of
 * groups: Davison and Hinkley 1997, section 3.8. TW_NOMEM */
tw_err tw_ranked_bootstrap(const struct tw_ranked *r, enum tw_statistic what, double percent, unsigned draws,
                           uint64_t seed, struct tw_interval *ret) TW_MUST_CHECK;

/* Several at once on the same resamples: each gets what tw_ranked_bootstrap would give it, in a fraction of
 * the time. wanted, ret: n of each. TW_NOMEM */
struct tw_wanted {
    enum tw_statistic what;
    double percent;
};
tw_err tw_ranked_bootstraps(const struct tw_ranked *r, const struct tw_wanted *wanted, size_t n,
                            unsigned draws, uint64_t seed, struct tw_interval *ret) TW_MUST_CHECK;

/* Expected calibration error of probabilities: mean over 15 bins of equal count of |mean probability - mean
 * label|, weighted by the bins' sizes. NaN when n is 0. TW_NOMEM */
tw_err tw_calibration_error(const double *probability, const uint8_t *label, size_t n, double *ret)
    TW_MUST_CHECK;

/* One bin of a reliability diagram. */
struct tw_reliability {
    double probability, frequency;
    size_t n;
};

/* The bins behind tw_calibration_error; *ret_n <= bins of them. TW_NOMEM */
tw_err tw_reliability_bins(const double *probability, const uint8_t *label, size_t n,
                           struct tw_reliability *ret, size_t bins, size_t *ret_n) TW_MUST_CHECK;

/* Wilson's 95 % interval for a share of k in n. n >= 1. Source: Wilson 1927. */
struct tw_interval tw_wilson(double k, double n);

#endif
