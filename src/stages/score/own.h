/* SPDX-License-Identifier: Apache-2.0 */
/* score/own.h -- the features this program computes, as a model file names them.
 *
 * In : feature/feature.def.
 * Out: what learn/ writes into a model and what a model must have to be used here (tw_model_match).
 * Not: their values.
 */
#ifndef TW_SCORE_OWN_H
#define TW_SCORE_OWN_H

#include "score/model.h"

/* All TW_FEATURE_N of them, in the order of a row; the unit is the name of the form (tw_form_name). Static
 * storage. */
const struct tw_model_feature *tw_own_features(uint32_t *ret_n);

/* Does the model take the rows that tw_feature_compute makes? TW_CONFLICT, as tw_model_match. */
tw_err tw_own_match(const struct tw_model *m, struct tw_fault *fault) TW_MUST_CHECK;

#endif
