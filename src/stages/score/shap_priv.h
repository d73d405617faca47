/* SPDX-License-Identifier: Apache-2.0 */
/* score/shap_priv.h -- what shap.c, shap_table.c and shap_deep.c share. */
#ifndef TW_SCORE_SHAP_PRIV_H
#define TW_SCORE_SHAP_PRIV_H

#include "score/question_priv.h"
#include "score/shap.h"

enum {
    UNIT_FEATURES = 8, /* values of one table row: at most 7 features meet in a unit, one place is padding */
    DEPTH_MIN = 2,     /* shallower forests are filled up to this, so that every unit has its three nodes */
};

/* The leaves below one node of the level before the last but one, and where their values go. */
struct unit {
    uint32_t line;     /* its table's first in `table`, counted in lines of UNIT_FEATURES */
    uint32_t patterns; /* lines of its table */
    uint8_t place;     /* of the node in its full tree */
    uint8_t n;         /* count of features, 0..7 */
    uint16_t feature[UNIT_FEATURES];
};

/* A node of a deep tree. */
struct deep_node {
    int32_t feature; /* TW_LEAF or a feature */
    float threshold;
    float value;
    int32_t left, right;
    uint8_t default_left;
    double left_share, right_share; /* of the cover */
};

struct tw_shap {
    double bias;
    uint32_t n_features, n_trees;

    uint32_t depth;            /* tables: DEPTH_MIN..TW_DEPTH_FAST; 0 = by recursion */
    double unit_value;         /* tables: margin units of one integer step, a power of two */
    struct question *question; /* tables: n_trees << depth */
    struct unit *unit;         /* tables: of all trees in order */
    uint32_t *first;           /* tables: n_trees + 1 numbers of first units */
    int32_t *table;            /* tables: by unit, pattern, feature; a unit has the patterns it can meet */

    struct deep_node *node; /* recursion: all nodes */
    size_t *root;           /* recursion: n_trees offsets into node */
};

/* Bytes of the tables of a forest that is `depth` deep, an upper bound. */
size_t shap_table_bytes(uint32_t n_trees, uint32_t depth);

/* Fills the members marked `tables` and the bias; s->depth is set. TW_NOMEM; then tw_shap_free tidies up. */
tw_err shap_table_build(struct tw_shap *s, const struct tw_forest_spec *spec) TW_MUST_CHECK;

/* The same for the members marked `recursion`. */
tw_err shap_deep_build(struct tw_shap *s, const struct tw_forest_spec *spec) TW_MUST_CHECK;
void shap_deep_row(const struct tw_shap *s, const float *x, double *ret);

#endif
