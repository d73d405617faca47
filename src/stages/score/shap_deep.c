/* SPDX-License-Identifier: Apache-2.0 */
/* TreeSHAP as its authors wrote it, for trees too deep for tables: one recursion per tree that carries, for
 * each subset size, the weight of all subsets of the features met so far. Doubles throughout. Source:
 * Lundberg, Erion, Lee 2018, algorithm 2 (EXTEND, UNWIND), with the sum over an unwound path taken in place.
 */
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "score/shap_priv.h"

/* A feature met on the way, and the weight of the subsets of this many features. */
struct step {
    int32_t feature;
    double zero; /* share of the cover that goes this way when the feature is unknown */
    double one;  /* 1 where the row itself goes this way, else 0 */
    double weight;
};

struct descent {
    const struct deep_node *tree;
    const float *x;
    double *ret;
};

enum { STEPS_MAX = TW_DEPTH_MAX + 2 };

/* Appends a feature to a path of n steps. */
static void extend(struct step *p, uint32_t n, struct step next)
{
    p[n] = next;
    p[n].weight = n == 0 ? 1 : 0;
    for (uint32_t k = n; k-- > 0;) {
        p[k + 1].weight += next.one * p[k].weight * (k + 1) / (n + 1);
        p[k].weight = next.zero * p[k].weight * (n - k) / (n + 1);
    }
}

/* Takes step i out of a path of n + 1 steps. */
static void unwind(struct step *p, uint32_t n, uint32_t i)
{
    const double one = p[i].one, zero = p[i].zero;
    double carried = p[n].weight;
    for (uint32_t k = n; k-- > 0;) {
        if (one != 0) {
            double old = p[k].weight;
            p[k].weight = carried * (n + 1) / ((k + 1) * one);
            carried = old - p[k].weight * zero * (n - k) / (n + 1);
        } else {
            p[k].weight = p[k].weight * (n + 1) / (zero * (n - k));
        }
    }
    for (uint32_t k = i; k < n; k++) {
        p[k].feature = p[k + 1].feature;
        p[k].zero = p[k + 1].zero;
        p[k].one = p[k + 1].one;
    }
}

/* The sum of the weights that would be left without step i. */
static double unwound_sum(const struct step *p, uint32_t n, uint32_t i)
{
    const double one = p[i].one, zero = p[i].zero;
    double carried = p[n].weight, sum = 0;
    for (uint32_t k = n; k-- > 0;) {
        if (one != 0) {
            double w = carried * (n + 1) / ((k + 1) * one);
            sum += w;
            carried = p[k].weight - w * zero * (n - k) / (n + 1);
        } else {
            sum += p[k].weight * (n + 1) / (zero * (n - k));
        }
    }
    return sum;
}

/* Visits node i, reached by `next` after the n steps before `p`; works on its own copy of them. */
static void descend(const struct descent *d, uint32_t i, const struct step *before, uint32_t n,
                    struct step next)
{
    struct step p[STEPS_MAX];
    const struct deep_node *node = &d->tree[i];
    memcpy(p, before, n * sizeof *p);
    extend(p, n, next);
    if (node->feature == TW_LEAF) {
        for (uint32_t k = 1; k <= n; k++)
            d->ret[p[k].feature] += unwound_sum(p, n, k) * (p[k].one - p[k].zero) * (double)node->value;
        return;
    }
    float v = d->x[node->feature];
    bool left = isnan(v) ? node->default_left != 0 : v < node->threshold;
    struct step on = {.feature = node->feature, .zero = 1, .one = 1};
    for (uint32_t k = 1; k <= n; k++) {
        if (p[k].feature != node->feature) continue;
        on = p[k];
        unwind(p, n, k);
        n--;
        break;
    }
    const struct step to_left = {node->feature, on.zero * node->left_share, left ? on.one : 0, 0};
    const struct step to_right = {node->feature, on.zero * node->right_share, left ? 0 : on.one, 0};
    descend(d, (uint32_t)node->left, p, n + 1, to_left);
    descend(d, (uint32_t)node->right, p, n + 1, to_right);
}

void shap_deep_row(const struct tw_shap *s, const float *x, double *ret)
{
    const struct step root = {.feature = TW_LEAF, .zero = 1, .one = 1};
    memset(ret, 0, s->n_features * sizeof *ret);
    for (uint32_t t = 0; t < s->n_trees; t++) {
        struct descent d = {s->node + s->root[t], x, ret};
        descend(&d, 0, &root, 0, root);
    }
}

static double mean_of(const struct deep_node *tree, int32_t i)
{
    const struct deep_node *node = &tree[i];
    if (node->feature == TW_LEAF) return (double)node->value;
    return node->left_share * mean_of(tree, node->left) + node->right_share * mean_of(tree, node->right);
}

static void copy_tree(const struct tw_tree_spec *t, struct deep_node *ret)
{
    for (uint32_t i = 0; i < t->n; i++) {
        bool inner = t->feature[i] != TW_LEAF;
        ret[i] = (struct deep_node){.feature = t->feature[i],
                                    .threshold = t->threshold[i],
                                    .value = t->value[i],
                                    .left = t->left[i],
                                    .right = t->right[i],
                                    .default_left = t->default_left[i]};
        if (!inner) continue;
        ret[i].left_share = (double)t->cover[t->left[i]] / (double)t->cover[i];
        ret[i].right_share = (double)t->cover[t->right[i]] / (double)t->cover[i];
    }
}

tw_err shap_deep_build(struct tw_shap *s, const struct tw_forest_spec *spec)
{
    size_t n = 0;
    for (uint32_t t = 0; t < spec->n_trees; t++) n += spec->tree[t].n;
    s->node = tw_calloc(n, sizeof *s->node);
    s->root = tw_calloc(spec->n_trees, sizeof *s->root);
    if (s->node == NULL || s->root == NULL) return TW_NOMEM;
    n = 0;
    for (uint32_t t = 0; t < spec->n_trees; t++) {
        s->root[t] = n;
        copy_tree(&spec->tree[t], s->node + n);
        s->bias += mean_of(s->node + n, 0);
        n += spec->tree[t].n;
    }
    return TW_OK;
}
