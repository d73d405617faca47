/* SPDX-License-Identifier: Apache-2.0 */
/* grow.h -- random forests and rows for the tests of score, and the plainest possible way through a tree.
 *
 * Thresholds are small whole numbers and rows often hit them exactly; values are missing or infinite now and
 * then. */
#ifndef TW_TEST_GROW_H
#define TW_TEST_GROW_H

#include <math.h>
#include <stdbool.h>

#include "check.h"
#include "score/forest_spec.h"

enum { GROW_NODES = 4096, GROW_TREES = 40 };

/* Memory of one tree. */
struct grown_tree {
    int32_t feature[GROW_NODES], left[GROW_NODES], right[GROW_NODES];
    float threshold[GROW_NODES], value[GROW_NODES], cover[GROW_NODES];
    uint8_t default_left[GROW_NODES];
};

struct grown {
    struct grown_tree memory[GROW_TREES];
    struct tw_tree_spec tree[GROW_TREES];
    struct tw_forest_spec spec;
};

/* splitmix64 */
static inline uint64_t draw(uint64_t *seed)
{
    uint64_t x = *seed += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static inline double draw_unit(uint64_t *seed)
{
    return (double)(draw(seed) >> 11) * 0x1p-53;
}

static inline void link_spec(struct grown *g, uint32_t n_trees, uint32_t n_features, float base_margin)
{
    for (uint32_t t = 0; t < n_trees; t++) {
        struct grown_tree *m = &g->memory[t];
        g->tree[t] = (struct tw_tree_spec){.n = g->tree[t].n,
                                           .feature = m->feature,
                                           .threshold = m->threshold,
                                           .left = m->left,
                                           .right = m->right,
                                           .default_left = m->default_left,
                                           .value = m->value,
                                           .cover = m->cover};
    }
    g->spec = (struct tw_forest_spec){g->tree, n_trees, n_features, base_margin};
}

/* Turns leaf `i` of `m` into a node; returns the number of its left child. */
static inline int32_t split(struct grown_tree *m, uint32_t *n, uint32_t i, int32_t feature, float threshold)
{
    m->feature[i] = feature;
    m->threshold[i] = threshold;
    m->value[i] = 0;
    m->left[i] = (int32_t)*n;
    m->right[i] = (int32_t)*n + 1;
    m->feature[*n] = m->feature[*n + 1] = TW_LEAF;
    *n += 2;
    return m->left[i];
}

static inline uint32_t grow_tree(struct grown_tree *m, uint32_t depth, uint32_t n_features, uint64_t *seed)
{
    uint32_t n = 1, level[GROW_NODES] = {0};
    memset(m, 0, sizeof *m);
    m->feature[0] = TW_LEAF;
    m->cover[0] = 1000;
    for (uint32_t i = 0; i < n; i++) {
        bool stop = level[i] == depth || n + 2 > GROW_NODES || (i > 0 && draw(seed) % 6 == 0);
        if (stop) {
            m->value[i] = (float)(draw_unit(seed) - 0.5);
            continue;
        }
        int32_t feature = (int32_t)(draw(seed) % n_features);
        float threshold = (float)(draw(seed) % 9) - 4;
        uint32_t left = (uint32_t)split(m, &n, i, feature, threshold);
        float share = (float)(0.02 + 0.96 * draw_unit(seed));
        m->default_left[i] = draw(seed) & 1;
        m->cover[left] = m->cover[i] * share;
        m->cover[left + 1] = m->cover[i] - m->cover[left];
        level[left] = level[left + 1] = level[i] + 1;
    }
    return n;
}

static inline struct grown *grow(uint32_t n_trees, uint32_t depth, uint32_t n_features, uint64_t seed)
{
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL && n_trees <= GROW_TREES);
    for (uint32_t t = 0; t < n_trees; t++) g->tree[t].n = grow_tree(&g->memory[t], depth, n_features, &seed);
    link_spec(g, n_trees, n_features, (float)(draw_unit(&seed) - 0.5));
    return g;
}

/* Whole numbers around the thresholds, halves, large ones; `odd` also missing and infinite ones. */
static inline void grow_row(float *x, uint32_t n_features, bool odd, uint64_t *seed)
{
    for (uint32_t j = 0; j < n_features; j++) {
        uint64_t kind = draw(seed) % 16;
        x[j] = (float)(int)(draw(seed) % 11) - 5;
        if (kind == 0) x[j] += 0.5F;
        if (kind == 1) x[j] *= 1e20F;
        if (odd && kind == 2) x[j] = NAN;
        if (odd && kind == 3) x[j] = INFINITY;
        if (odd && kind == 4) x[j] = -INFINITY;
        if (kind == 5) x[j] = -0.0F;
    }
}

static inline bool goes_left(const struct tw_tree_spec *t, uint32_t i, float v)
{
    return isnan(v) ? t->default_left[i] != 0 : v < t->threshold[i];
}

static inline float walk(const struct tw_forest_spec *f, const float *x)
{
    float sum = f->base_margin;
    for (uint32_t k = 0; k < f->n_trees; k++) {
        const struct tw_tree_spec *t = &f->tree[k];
        uint32_t i = 0;
        while (t->feature[i] != TW_LEAF)
            i = (uint32_t)(goes_left(t, i, x[t->feature[i]]) ? t->left[i] : t->right[i]);
        sum += t->value[i];
    }
    return sum;
}

#endif
