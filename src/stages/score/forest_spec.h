/* SPDX-License-Identifier: Apache-2.0 */
/* score/forest_spec.h -- boosted trees as plain arrays.
 *
 * In : trees from a model file or from a trainer.
 * Out: one neutral shape that the evaluator, the attributions and the writer are built from.
 * Not: evaluation; that is score/forest.h.
 *
 * A row x goes from the root to a leaf: at an inner node to the left where x[feature] < threshold, to the
 * right where it is not, and as `default_left` says where x[feature] is NaN (missing). The margin is the base
 * margin plus the values of the leaves met, added in float, in the order of the trees. Source: XGBoost 1.7,
 * src/predictor/cpu_predictor.cc.
 */
#ifndef TW_SCORE_FOREST_SPEC_H
#define TW_SCORE_FOREST_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    TW_TREES_MAX = 4096,    /* trees of one forest */
    TW_NODES_MAX = 65535,   /* nodes of one tree */
    TW_FEATURES_MAX = 1024, /* features of one row */
    TW_DEPTH_MAX = 64,      /* questions on the longest path of a tree */
    TW_DEPTH_FAST = 6,      /* up to here the fast paths apply; our own models never go beyond */
    TW_LEAF = -1            /* the feature of a leaf */
};
#define TW_LEAF_VALUE_MAX 1e9f /* so that 4,096 leaves in units of 1e-6 fit an int64 */

/* One tree. Node 0 is the root; both children of a node stand after it and have no other parent. */
struct tw_tree_spec {
    uint32_t n;                  /* count of nodes, 1..TW_NODES_MAX; odd */
    const int32_t *feature;      /* TW_LEAF or 0..n_features-1 */
    const float *threshold;      /* finite; 0 in a leaf */
    const int32_t *left, *right; /* node numbers; 0 in a leaf */
    const uint8_t *default_left; /* 1 = a missing value goes left; 0 in a leaf */
    const float *value; /* of a leaf, in margin units, at most TW_LEAF_VALUE_MAX; 0 in an inner node */
    const float *cover; /* training weight that came by, > 0; both children together have their parent's */
};

/* A forest; the arrays belong to whoever made it. */
struct tw_forest_spec {
    const struct tw_tree_spec *tree;
    uint32_t n_trees;    /* 0..TW_TREES_MAX */
    uint32_t n_features; /* 1..TW_FEATURES_MAX */
    float base_margin;   /* finite, at most TW_LEAF_VALUE_MAX */
};

/* Checks everything said above, so that what is built from `spec` needs no check of its own.
 *
 * name       what the trees are called in fault->path, e.g. "trees" in trees[3].left[7]
 * ret_depth  (may be NULL) the longest path, count of questions
 *
 * TW_FORMAT  a child that stands before its parent, has two parents or none, a number that is not finite ...
 * TW_LIMIT   too many trees, nodes, features or levels
 * TW_NOMEM
 *
 * Children's covers may differ from the parent's by 0.1 %: XGBoost sums them in float, each on its own.
 * Time O(nodes). Pure.
 */
tw_err tw_forest_check(const struct tw_forest_spec *spec, const char *name, uint32_t *ret_depth,
                       struct tw_fault *fault) TW_MUST_CHECK;

#endif
