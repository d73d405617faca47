/* SPDX-License-Identifier: Apache-2.0 */
/* trial/families.h -- how much each family of reasons weighs in a model's risks.
 *
 * In : what ours has learned, rows of features.
 * Out: exact attributions (score/shap.h) summed by family (feature/family.def). Not: sentences.
 */
#ifndef TW_TRIAL_FAMILIES_H
#define TW_TRIAL_FAMILIES_H

#include "feature/feature.h"
#include "learn/train.h"

/* How far each family moved the log-odds of n rows, up or down: ret[row * TW_FAMILY_N + family], the size of
 * the sum of its features' attributions, averaged over the bags.
 * x  n x TW_FEATURE_N
 * TW_NOMEM; errors of tw_xgb_model_read and tw_shap_new */
tw_err tw_trial_families(const struct tw_learned *l, const float *x, size_t n, double *ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

#endif
