/* SPDX-License-Identifier: Apache-2.0 */
/* stat/auc.h -- area under the curve with an interval that knows which rows belong together.
 *
 * In : scores, labels, for each row the group it belongs to.
 * Out: the area, its standard error, a 95 % interval.
 * Not: precision and recall; stat/metric.h has those.
 *
 * Items of one declaration, or declarations of one importer, are not so many independent rows: an interval
 * that takes them for that is too narrow. Each row's placement (the share of rows with the other label that
 * it stands above) is summed within its group, and it is the groups that vary.
 */
#ifndef TW_STAT_AUC_H
#define TW_STAT_AUC_H

#include "stat/metric.h"

/* Rows; arrays of n, not owned. */
struct tw_grouped {
    const double *score;   /* finite */
    const uint8_t *label;  /* 0 or 1 */
    const uint32_t *group; /* < groups; NULL = each row is its own */
    size_t n, groups;
};

struct tw_auc {
    double auc, se;        /* NaN without both labels; se also NaN with fewer than two groups of either */
    struct tw_interval ci; /* auc -+ 1.96 se, kept within 0..1 */
};

/* TW_ARG  a score is not finite. TW_NOMEM. Time O(n log n).
 * Source: Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data", Biometrics 53, 567-578;
 * without groups it is DeLong, DeLong and Clarke-Pearson 1988. */
tw_err tw_auc_grouped(const struct tw_grouped *rows, struct tw_auc *ret) TW_MUST_CHECK;

#endif
