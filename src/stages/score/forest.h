/* SPDX-License-Identifier: Apache-2.0 */
/* score/forest.h -- what boosted trees say of a row.
 *
 * In : trees (score/forest_spec.h) and rows of float features, NaN where a value is missing.
 * Out: margins, bit for bit those of XGBoost 1.7.4's CPU predictor, on any compiler and CPU.
 * Not: probabilities (score/calibrate.h); why (score/shap.h).
 */
#ifndef TW_SCORE_FOREST_H
#define TW_SCORE_FOREST_H

#include <stddef.h>
#include <stdint.h>

#include "score/forest_spec.h"

struct tw_forest;

/* Builds an evaluator; `spec` is not needed afterwards. Errors: those of tw_forest_check, with `name` in
 * fault->path. */
tw_err tw_forest_new(const struct tw_forest_spec *spec, const char *name, struct tw_forest **ret,
                     struct tw_fault *fault) TW_MUST_CHECK;
void tw_forest_free(struct tw_forest *f); /* takes NULL */
static inline void tw_forest_freep(struct tw_forest **f)
{
    tw_forest_free(*f);
}

uint32_t tw_forest_features(const struct tw_forest *f); /* count of values in a row */
uint32_t tw_forest_depth(const struct tw_forest *f);    /* questions on the longest path */

/* The margin of one row of tw_forest_features(f) values. -inf and +inf are values like others.
 * Time: about 1 us for 200 trees of depth 6 (bench/results.csv). Pure, any thread. */
float tw_forest_row(const struct tw_forest *f, const float *x);

/* The margins of `n` rows that follow each other in `x`; ret[i] is exactly tw_forest_row of row i. Pure, any
 * thread; needs 70 KB of stack. */
void tw_forest_batch(const struct tw_forest *f, const float *x, size_t n, float *ret);

/* The same of rows that lie anywhere. */
void tw_forest_gather(const struct tw_forest *f, const float *const *x, size_t n, float *ret);

#endif
