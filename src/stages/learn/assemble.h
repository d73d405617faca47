/* SPDX-License-Identifier: Apache-2.0 */
/* learn/assemble.h -- what was learned, in the shape score/ writes and evaluates.
 *
 * In : the result of a training, the feature table.
 * Out: one model (score/model.h).
 * Not: training; the bytes (tw_model_write).
 *
 * Several bags become one forest: all their trees, each leaf divided by the number of bags. So the margin is
 * the mean of theirs, and evaluator and attributions know nothing of bags.
 */
#ifndef TW_LEARN_ASSEMBLE_H
#define TW_LEARN_ASSEMBLE_H

#include "base/arena.h"
#include "learn/train.h"
#include "score/model.h"

/* The features as the model file names them. */
struct tw_feature_table {
    const struct tw_model_feature *feature; /* n, in the order of a row */
    uint32_t n;
    char sha256[TW_SHA256_HEX];
};

/* `ret` points into `arena`, `l` and the table, and needs all three. The arena must hold some 40 bytes per
 * node of every tree: 64 MiB are enough for any model that can be written.
 *
 * TW_ARG    the table has another number of features than the rows had
 * TW_LIMIT  more trees than a model file takes: fewer bags or rounds would do
 * TW_NOMEM  also when the arena is full; TW_FORMAT never, unless libxgboost writes what its schema does not
 * say
 */
tw_err tw_learned_model(const struct tw_learned *l, const struct tw_feature_table *table,
                        struct tw_arena *arena, struct tw_model_spec *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The settings used and what was measured while choosing them, by name: the model file and the card list
 * them. In the arena. TW_NOMEM */
tw_err tw_learned_settings(const struct tw_learned *l, struct tw_arena *arena,
                           const struct tw_model_setting **ret, size_t *ret_n, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
