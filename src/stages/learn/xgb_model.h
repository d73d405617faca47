/* SPDX-License-Identifier: Apache-2.0 */
/* learn/xgb_model.h -- XGBoost's JSON model as our arrays.
 *
 * In : the bytes of an XGBoost model (JSON, as XGBoosterSaveModelToBuffer and save_model write it; 1.7
 * to 2.1). Out: a forest as score/ takes it, with the same margins bit for bit. Not: training; and nothing
 * here names libxgboost, so a model brought by a supplier is read as data.
 *
 * Source: XGBoost 1.7, doc/model.schema.
 */
#ifndef TW_LEARN_XGB_MODEL_H
#define TW_LEARN_XGB_MODEL_H

#include "base/arena.h"
#include "base/str.h"
#include "score/forest_spec.h"

/* Reads a gbtree model with one output; `ret` points into `arena`. Nodes that pruning has cut off are left
 * out, the rest stand level by level.
 *
 * TW_FORMAT  not such a model, or one with several outputs, categories, dropped trees (dart) or an objective
 * whose margin is not known here; fault->path is the place, e.g. learner.gradient_booster.model.trees[3]
 * TW_LIMIT   more trees, nodes or features than score/ takes
 * TW_NOMEM   also when the arena is full
 *
 * The base margin is the link of base_score: itself for regression and ranking, log-odds for binary:logistic,
 * logarithm for counts. Its bits are XGBoost's where base_score is its own margin or 0.5; else logf() may
 * differ in the last place from ours. Time O(bytes). Pure.
 */
tw_err tw_xgb_model_read(struct tw_str json, struct tw_arena *arena, struct tw_forest_spec *ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

#endif
