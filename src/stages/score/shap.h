/* SPDX-License-Identifier: Apache-2.0 */
/* score/shap.h -- how much each feature moved a margin.
 *
 * In : trees with covers, and rows as score/forest.h takes them.
 * Out: exact Shapley values of each row, path-dependent: a feature left out of a coalition sends the row both
 * ways, in proportion to the covers. They add up to the margin less the bias. Not: sentences; reason/ sums
 * the values by family and says them in words.
 *
 * Same bits on every compiler and CPU, alone or in a batch, up to depth 6; deeper trees too, for they are
 * added up in one order. Source: Lundberg, Erion, Lee 2018, Consistent individualized feature attribution for
 * tree ensembles, algorithm 2.
 */
#ifndef TW_SCORE_SHAP_H
#define TW_SCORE_SHAP_H

#include <stddef.h>
#include <stdint.h>

#include "score/forest_spec.h"

struct tw_shap;

/* Builds the tables: at most 4 KB for each group of four leaves, 6 to 12 MB and 0.1 s for 200 trees of depth
 * 6; trees deeper than TW_DEPTH_FAST, or tables over TW_SHAP_TABLE_MAX bytes, are answered by recursion, some
 * 200 times slower. `spec` is not needed afterwards. Errors: those of tw_forest_check, with `name` in
 * fault->path. */
enum { TW_SHAP_TABLE_MAX = 128 << 20 };
tw_err tw_shap_new(const struct tw_forest_spec *spec, const char *name, struct tw_shap **ret,
                   struct tw_fault *fault) TW_MUST_CHECK;
void tw_shap_free(struct tw_shap *s); /* takes NULL */
static inline void tw_shap_freep(struct tw_shap **s)
{
    tw_shap_free(*s);
}

/* The margin of a row of which nothing is known: base margin and the mean of each tree by cover. */
double tw_shap_bias(const struct tw_shap *s);

/* The attributions of one row, in margin units: ret[0..n_features-1]. Pure, any thread; needs 96 KB of stack.
 */
void tw_shap_row(const struct tw_shap *s, const float *x, double *ret);

/* The attributions of `n` rows, one row after the other; each exactly as tw_shap_row gives it, at about a
 * quarter of the time from 256 rows on. Pure, any thread. TW_NOMEM  `ret` is untouched */
tw_err tw_shap_batch(const struct tw_shap *s, const float *x, size_t n, double *ret) TW_MUST_CHECK;

/* Margin units to 1e-6 margin units, rounded half up: the form in which attributions are stored. */
int64_t tw_shap_micro(double v);

#endif
