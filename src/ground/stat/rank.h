/* SPDX-License-Identifier: Apache-2.0 */
/* stat/rank.h -- orders and order statistics.
 *
 * In : arrays of doubles.
 * Out: stable permutations, quantiles.
 * Not: anything that depends on how ties happen to fall.
 */
#ifndef TW_STAT_RANK_H
#define TW_STAT_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Fills order[0..n-1] with the row numbers by falling score, ties by rising row number; NaN counts as lowest.
 * n < 2^32. O(n log n). TW_NOMEM */
tw_err tw_rank_falling(const double *score, size_t n, uint32_t *order) TW_MUST_CHECK;

/* The q-quantile of v[0..n-1] by linear interpolation between order statistics (type 7 of Hyndman and Fan
 * 1996). Reorders v. n >= 1, no NaN; NaN when n is 0. O(n) on average. */
double tw_quantile(double *v, size_t n, double q);

#endif
