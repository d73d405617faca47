/* SPDX-License-Identifier: Apache-2.0 */
/* How trees are made fast without giving up a bit.
 *
 * A tree of depth d <= 6 is stored as a full binary tree in an array: node i has its children at 2i and 2i+1,
 * the root is 1, and after d questions i - 2^d is the number of the leaf. A leaf that comes early is copied
 * to all places below it, under questions that everybody answers with left. So each row asks exactly d
 * questions in each tree, and nothing is left that a CPU could guess wrongly: the next i is 2i + !(z <
 * threshold).
 *
 * Missing values ask for no branch either: question_priv.h.
 *
 * One row: eight trees are walked side by side, to hide the time each load takes; a batch walks sixteen rows
 * side by side through one tree. The leaves are always added in float in the order of the trees, from the
 * base margin on, which is what XGBoost does; hence the same bits.
 *
 * A vector path was measured and turned down (README.md has the figures). Deeper trees are walked node by
 * node. */
#include "score/forest.h"

#include <stdbool.h>

#include "base/mem.h"
#include "score/question_priv.h"

enum {
    SIDE_BY_SIDE = 8,     /* trees walked together for one row */
    BLOCK = 16,           /* rows walked together in a batch */
    BLOCK_FEATURES = 256, /* up to which a block is written out on the stack: 16 * 513 floats */
};

/* A node of a deep tree; right = left + 1; left == 0 marks a leaf, whose value stands in `threshold`. */
struct link {
    float threshold;
    uint16_t slot;
    uint16_t left;
};

struct tw_forest {
    float base_margin;
    uint32_t n_features, n_trees, depth;
    struct question *question; /* fast: n_trees << depth, NULL when deeper than TW_DEPTH_FAST */
    float *leaf;               /* fast: n_trees << depth */
    struct link *link;         /* deep: all nodes of all trees */
    size_t *root;              /* deep: n_trees offsets into link */
};

uint32_t tw_forest_features(const struct tw_forest *f)
{
    return f->n_features;
}

uint32_t tw_forest_depth(const struct tw_forest *f)
{
    return f->depth;
}

void tw_forest_free(struct tw_forest *f)
{
    if (f == NULL) return;
    tw_free(f->question);
    tw_free(f->leaf);
    tw_free(f->link);
    tw_free(f->root);
    tw_free(f);
}

/* Writes what lies below `node` of tree number `tree` to place `i` of its full tree, with `levels` questions
 * to go. */
static void fill_full(struct tw_forest *f, const struct tw_tree_spec *t, size_t tree, uint32_t node, size_t i,
                      uint32_t levels)
{
    size_t first = tree << f->depth;
    if (levels == 0) {
        f->leaf[first + i - ((size_t)1 << f->depth)] = t->value[node];
        return;
    }
    bool inner = t->feature[node] != TW_LEAF;
    f->question[first + i] = inner ? question_of(t, node, f->n_features) : question_idle(f->n_features);
    fill_full(f, t, tree, inner ? (uint32_t)t->left[node] : node, 2 * i, levels - 1);
    fill_full(f, t, tree, inner ? (uint32_t)t->right[node] : node, 2 * i + 1, levels - 1);
}

static tw_err build_fast(struct tw_forest *f, const struct tw_forest_spec *spec)
{
    size_t n = (size_t)spec->n_trees << f->depth;
    f->question = tw_calloc(n, sizeof *f->question);
    f->leaf = tw_calloc(n, sizeof *f->leaf);
    if (f->question == NULL || f->leaf == NULL) return TW_NOMEM;
    for (uint32_t t = 0; t < spec->n_trees; t++) fill_full(f, &spec->tree[t], t, 0, 1, f->depth);
    return TW_OK;
}

/* Renumbers one tree so that both children of a node are neighbours; `place` has room for its nodes. */
static void link_tree(const struct tw_forest *f, const struct tw_tree_spec *t, uint32_t *place,
                      struct link *ret)
{
    uint32_t next = 1;
    place[0] = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        struct link *link = &ret[place[i]];
        if (t->feature[i] == TW_LEAF) {
            *link = (struct link){t->value[i], 0, 0};
            continue;
        }
        struct question q = question_of(t, i, f->n_features);
        *link = (struct link){q.threshold, (uint16_t)q.slot, (uint16_t)next};
        place[t->left[i]] = next++;
        place[t->right[i]] = next++;
    }
}

static tw_err build_deep(struct tw_forest *f, const struct tw_forest_spec *spec)
{
    size_t n = 0;
    for (uint32_t t = 0; t < spec->n_trees; t++) n += spec->tree[t].n;
    f->link = tw_calloc(n, sizeof *f->link);
    f->root = tw_calloc(spec->n_trees, sizeof *f->root);
    uint32_t *place = tw_calloc(TW_NODES_MAX, sizeof *place);
    bool whole = f->link != NULL && f->root != NULL && place != NULL;
    n = 0;
    for (uint32_t t = 0; whole && t < spec->n_trees; t++) {
        f->root[t] = n;
        link_tree(f, &spec->tree[t], place, f->link + n);
        n += spec->tree[t].n;
    }
    tw_free(place);
    return whole ? TW_OK : TW_NOMEM;
}

tw_err tw_forest_new(const struct tw_forest_spec *spec, const char *name, struct tw_forest **ret,
                     struct tw_fault *fault)
{
    uint32_t depth = 0;
    TW_TRY(tw_forest_check(spec, name, &depth, fault));
    struct tw_forest *f = tw_calloc(1, sizeof *f);
    if (f == NULL) return tw_fail(fault, TW_NOMEM, "out of memory while building a model");
    f->base_margin = spec->base_margin;
    f->n_features = spec->n_features;
    f->n_trees = spec->n_trees;
    f->depth = depth;
    tw_err err = TW_OK;
    if (spec->n_trees > 0) err = depth <= TW_DEPTH_FAST ? build_fast(f, spec) : build_deep(f, spec);
    if (err != TW_OK) {
        tw_forest_free(f);
        return tw_fail(fault, err, "out of memory while building a model");
    }
    *ret = f;
    return TW_OK;
}

static inline uint32_t step(const struct question *tree, uint32_t i, const float *z)
{
    return 2 * i + !(z[tree[i].slot] < tree[i].threshold);
}

static float row_fast(const struct tw_forest *f, const float *z)
{
    const uint32_t depth = f->depth;
    const size_t size = (size_t)1 << depth;
    float sum = f->base_margin;
    uint32_t t = 0;
    for (; t + SIDE_BY_SIDE <= f->n_trees; t += SIDE_BY_SIDE) {
        const struct question *tree = f->question + t * size;
        const float *leaf = f->leaf + t * size;
        uint32_t i[SIDE_BY_SIDE];
        for (uint32_t k = 0; k < SIDE_BY_SIDE; k++) i[k] = 1;
        for (uint32_t d = 0; d < depth; d++)
            for (uint32_t k = 0; k < SIDE_BY_SIDE; k++) i[k] = step(tree + k * size, i[k], z);
        for (uint32_t k = 0; k < SIDE_BY_SIDE; k++) sum += leaf[k * size + i[k] - size];
    }
    for (; t < f->n_trees; t++) {
        uint32_t i = 1;
        for (uint32_t d = 0; d < depth; d++) i = step(f->question + t * size, i, z);
        sum += f->leaf[t * size + i - size];
    }
    return sum;
}

static float row_deep(const struct tw_forest *f, const float *z)
{
    float sum = f->base_margin;
    for (uint32_t t = 0; t < f->n_trees; t++) {
        const struct link *tree = f->link + f->root[t];
        uint32_t i = 0;
        while (tree[i].left != 0) i = (uint32_t)tree[i].left + !(z[tree[i].slot] < tree[i].threshold);
        sum += tree[i].threshold;
    }
    return sum;
}

float tw_forest_row(const struct tw_forest *f, const float *x)
{
    float z[SLOTS_MAX];
    question_slots(x, f->n_features, 1, z);
    return f->link == NULL ? row_fast(f, z) : row_deep(f, z);
}

/* BLOCK rows at once; z holds their slots one row after the other. */
static void block_fast(const struct tw_forest *f, const float *z, float *ret)
{
    const uint32_t depth = f->depth;
    const size_t size = (size_t)1 << depth, width = 2 * (size_t)f->n_features + 1;
    float sum[BLOCK];
    for (size_t r = 0; r < BLOCK; r++) sum[r] = f->base_margin;
    for (uint32_t t = 0; t < f->n_trees; t++) {
        const struct question *tree = f->question + t * size;
        const float *leaf = f->leaf + t * size;
        uint32_t i[BLOCK];
        for (size_t r = 0; r < BLOCK; r++) i[r] = 1;
        for (uint32_t d = 0; d < depth; d++)
            for (size_t r = 0; r < BLOCK; r++) i[r] = step(tree, i[r], z + r * width);
        for (size_t r = 0; r < BLOCK; r++) sum[r] += leaf[i[r] - size];
    }
    for (size_t r = 0; r < BLOCK; r++) ret[r] = sum[r];
}

static void block_gather(const struct tw_forest *f, const float *const *x, float *ret)
{
    float z[BLOCK * (2 * BLOCK_FEATURES + 1)];
    const size_t width = 2 * (size_t)f->n_features + 1;
    for (size_t r = 0; r < BLOCK; r++) question_slots(x[r], f->n_features, 1, z + r * width);
    block_fast(f, z, ret);
}

void tw_forest_gather(const struct tw_forest *f, const float *const *x, size_t n, float *ret)
{
    size_t done = 0;
    if (f->link == NULL && f->n_features <= BLOCK_FEATURES)
        for (; done + BLOCK <= n; done += BLOCK) block_gather(f, x + done, ret + done);
    for (; done < n; done++) ret[done] = tw_forest_row(f, x[done]);
}

void tw_forest_batch(const struct tw_forest *f, const float *x, size_t n, float *ret)
{
    const float *row[BLOCK];
    for (size_t done = 0, many; done < n; done += many) {
        many = n - done < BLOCK ? n - done : BLOCK;
        for (size_t r = 0; r < many; r++) row[r] = x + (done + r) * f->n_features;
        tw_forest_gather(f, row, many, ret + done);
    }
}
