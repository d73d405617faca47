/* SPDX-License-Identifier: Apache-2.0 */
/* score/question_priv.h -- asking a row without asking whether a value is missing.
 *
 * A row is written twice: slot f holds x[f] with NaN as -inf, slot F + f with NaN as +inf. A node whose
 * missing values go left reads the first, one whose go right the second; thresholds are finite, so -inf
 * always goes left and +inf always right. Slot 2F holds 0, for questions that fill a tree up and that
 * everybody answers with left: their threshold is +inf.
 */
#ifndef TW_SCORE_QUESTION_PRIV_H
#define TW_SCORE_QUESTION_PRIV_H

#include <math.h>
#include <stdbool.h>

#include "score/forest_spec.h"

/* Is slot's value below the threshold? Then left. */
struct question {
    float threshold;
    uint32_t slot;
};

enum { SLOTS_MAX = 2 * TW_FEATURES_MAX + 1 };

/* The question of an inner node. */
static inline struct question question_of(const struct tw_tree_spec *t, uint32_t node, uint32_t n_features)
{
    uint32_t slot = (uint32_t)t->feature[node] + (t->default_left[node] ? 0 : n_features);
    return (struct question){t->threshold[node], slot};
}

/* One that everybody answers with left. */
static inline struct question question_idle(uint32_t n_features)
{
    return (struct question){INFINITY, 2 * n_features};
}

static inline bool question_is_idle(const struct question *q)
{
    return isinf(q->threshold);
}

/* Writes the 2F + 1 slots of a row, `stride` apart. */
static inline void question_slots(const float *x, uint32_t n_features, size_t stride, float *ret)
{
    for (size_t j = 0; j < n_features; j++) {
        float v = x[j];
        ret[j * stride] = isnan(v) ? -INFINITY : v;
        ret[(n_features + j) * stride] = isnan(v) ? INFINITY : v;
    }
    ret[2 * (size_t)n_features * stride] = 0.0F;
}

#endif
