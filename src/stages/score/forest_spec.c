/* SPDX-License-Identifier: Apache-2.0 */
#include "score/forest_spec.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* What is known while one tree is walked. */
struct check {
    const char *name;
    uint32_t tree;
    uint32_t n_features;
    uint8_t *level; /* by node: 0 = no parent seen yet, else 1 + the questions above it */
    uint32_t deepest;
    struct tw_fault *fault;
};

/* Sets the place to name[tree].member[node] and hands the fault back for its note. */
static struct tw_fault *at(const struct check *c, const char *member, uint32_t node)
{
    if (c->fault == NULL) return NULL;
    snprintf(c->fault->path, sizeof c->fault->path, "%s[%u].%s[%u]", c->name, c->tree, member, node);
    c->fault->item = c->tree;
    return c->fault;
}

static bool is_weight(float v)
{
    return isfinite(v) && v > 0.0F;
}

static tw_err check_leaf(const struct check *c, const struct tw_tree_spec *t, uint32_t i)
{
    if (!(fabsf(t->value[i]) <= TW_LEAF_VALUE_MAX))
        return tw_fail(at(c, "value", i), TW_RANGE, "the value of a leaf must lie within -1e9 .. 1e9");
    if (t->threshold[i] != 0.0F || t->left[i] != 0 || t->right[i] != 0 || t->default_left[i] != 0)
        return tw_fail(at(c, "feature", i), TW_FORMAT,
                       "this is a leaf, so its threshold, left, right and default_left must be 0");
    return TW_OK;
}

static tw_err check_child(struct check *c, const struct tw_tree_spec *t, uint32_t i, const char *side)
{
    int32_t child = side[0] == 'l' ? t->left[i] : t->right[i];
    if (child <= (int32_t)i || (uint32_t)child >= t->n)
        return tw_fail(at(c, side, i), TW_FORMAT,
                       "child %d of node %u must be a number from %u to %u: a child stands after its parent",
                       child, i, i + 1, t->n - 1);
    if (c->level[child] != 0)
        return tw_fail(at(c, side, i), TW_FORMAT, "node %d already has a parent; each node may have one only",
                       child);
    uint32_t level = c->level[i];
    if (level > TW_DEPTH_MAX)
        return tw_fail(at(c, side, i), TW_LIMIT, "a tree may ask at most %d questions in a row",
                       TW_DEPTH_MAX);
    c->level[child] = (uint8_t)(level + 1);
    if (level > c->deepest) c->deepest = level;
    return TW_OK;
}

static tw_err check_inner(struct check *c, const struct tw_tree_spec *t, uint32_t i)
{
    if (t->feature[i] < 0 || (uint32_t)t->feature[i] >= c->n_features)
        return tw_fail(at(c, "feature", i), TW_FORMAT,
                       "feature %d must be -1 (a leaf) or a number from 0 to %u", t->feature[i],
                       c->n_features - 1);
    if (!isfinite(t->threshold[i]))
        return tw_fail(at(c, "threshold", i), TW_FORMAT, "a threshold must be a finite number");
    if (t->default_left[i] > 1)
        return tw_fail(at(c, "default_left", i), TW_FORMAT, "default_left must be 0 or 1");
    if (t->value[i] != 0.0F)
        return tw_fail(at(c, "value", i), TW_FORMAT, "this node has children, so its value must be 0");
    TW_TRY(check_child(c, t, i, "left"));
    TW_TRY(check_child(c, t, i, "right"));
    double parent = (double)t->cover[i];
    double both = (double)t->cover[t->left[i]] + (double)t->cover[t->right[i]];
    if (!(fabs(both - parent) <= 1e-3 * parent))
        return tw_fail(at(c, "cover", i), TW_FORMAT,
                       "the cover of a node must be what its children have together, within 0.1 %%");
    return TW_OK;
}

static tw_err check_tree(struct check *c, const struct tw_tree_spec *t)
{
    if (t->n == 0) return tw_fail(at(c, "feature", 0), TW_FORMAT, "a tree must have at least one node");
    if (t->n > TW_NODES_MAX)
        return tw_fail(at(c, "feature", TW_NODES_MAX), TW_LIMIT, "a tree may have at most %d nodes",
                       TW_NODES_MAX);
    memset(c->level, 0, t->n);
    c->level[0] = 1;
    for (uint32_t i = 0; i < t->n; i++)
        if (!is_weight(t->cover[i]))
            return tw_fail(at(c, "cover", i), TW_FORMAT, "a cover must be a finite number above 0");
    for (uint32_t i = 0; i < t->n; i++) {
        if (c->level[i] == 0)
            return tw_fail(at(c, "feature", i), TW_FORMAT, "node %u is no node's child and not the root", i);
        TW_TRY(t->feature[i] == TW_LEAF ? check_leaf(c, t, i) : check_inner(c, t, i));
    }
    return TW_OK;
}

static struct tw_fault *whole(struct tw_fault *fault, const char *name)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
    return fault;
}

static tw_err check_size(const struct tw_forest_spec *spec, const char *name, struct tw_fault *fault)
{
    if (spec->n_features == 0 || spec->n_features > TW_FEATURES_MAX)
        return tw_fail(whole(fault, name), TW_LIMIT,
                       "a model must have from 1 to %d features; this one has %u", TW_FEATURES_MAX,
                       spec->n_features);
    if (spec->n_trees > TW_TREES_MAX)
        return tw_fail(whole(fault, name), TW_LIMIT, "a model may have at most %d trees; this one has %u",
                       TW_TREES_MAX, spec->n_trees);
    if (!(fabsf(spec->base_margin) <= TW_LEAF_VALUE_MAX))
        return tw_fail(whole(fault, name), TW_RANGE, "the base margin must lie within -1e9 .. 1e9");
    return TW_OK;
}

tw_err tw_forest_check(const struct tw_forest_spec *spec, const char *name, uint32_t *ret_depth,
                       struct tw_fault *fault)
{
    TW_TRY(check_size(spec, name, fault));
    struct check c = {.name = name, .n_features = spec->n_features, .fault = fault};
    c.level = tw_calloc(TW_NODES_MAX, 1);
    if (c.level == NULL) return tw_fail(fault, TW_NOMEM, "out of memory while checking a model");
    tw_err err = TW_OK;
    for (c.tree = 0; err == TW_OK && c.tree < spec->n_trees; c.tree++)
        err = check_tree(&c, &spec->tree[c.tree]);
    tw_free(c.level);
    if (err == TW_OK && ret_depth != NULL) *ret_depth = c.deepest;
    return err;
}
