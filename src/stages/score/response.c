/* SPDX-License-Identifier: Apache-2.0 */
/* Each node knows the rank of its threshold among all thresholds of its feature. Where the feature in
 * question is asked for, the walk goes both ways and cuts the range of ranks in two; at a leaf the range gets
 * the leaf's value. Every tree adds to every cell once, in the order of the trees, in float: so each cell
 * holds the bits that the evaluator would give.
 *
 * Most trees do not ask for the feature on the path this row takes; they add the same value everywhere. That
 * is found out once per row, for all features, by a filter of 64 bits per tree: feature f sets bit f mod 64.
 */
#include "score/response.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/question_priv.h"

/* right = left + 1; left == 0 marks a leaf, whose value stands in `threshold`. */
struct node {
    float threshold;
    uint16_t slot, left;
    uint32_t rank; /* of the threshold among those of the feature */
};

struct tw_response {
    float base_margin;
    uint32_t n_features, n_trees;
    struct node *node;
    size_t *root;  /* n_trees offsets into node */
    float *edge;   /* thresholds by feature, each run rising without repeats */
    size_t *first; /* n_features + 1 offsets into edge */
};

struct tw_response_row {
    const struct tw_response *response;
    float *slots;
    float *leaf;    /* by tree: the value this row meets */
    uint64_t *asks; /* by tree: filter of the features asked for on the way */
};

void tw_response_free(struct tw_response *r)
{
    if (r == NULL) return;
    tw_free(r->node);
    tw_free(r->root);
    tw_free(r->edge);
    tw_free(r->first);
    tw_free(r);
}

static uint32_t feature_of(const struct tw_response *r, const struct node *node)
{
    return node->slot < r->n_features ? node->slot : node->slot - r->n_features;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The number of edges of `feature` below v, which is the rank of v when it is one of them. */
static uint32_t rank_of(const struct tw_response *r, uint32_t feature, float v)
{
    size_t low = r->first[feature], high = r->first[feature + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->edge[middle] < v)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)(low - r->first[feature]);
}

/* Renumbers a tree so that both children of a node are neighbours; `place` has room for its nodes. */
static void link_tree(const struct tw_response *r, const struct tw_tree_spec *t, uint32_t *place,
                      struct node *ret)
{
    uint32_t next = 1;
    place[0] = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        struct node *node = &ret[place[i]];
        if (t->feature[i] == TW_LEAF) {
            *node = (struct node){.threshold = t->value[i]};
            continue;
        }
        struct question q = question_of(t, i, r->n_features);
        uint32_t rank = rank_of(r, (uint32_t)t->feature[i], q.threshold);
        *node = (struct node){q.threshold, (uint16_t)q.slot, (uint16_t)next, rank};
        place[t->left[i]] = next++;
        place[t->right[i]] = next++;
    }
}

/* Puts all thresholds into `edge`, feature by feature; first[f] .. first[f + 1] is the run of feature f. */
static void gather_edges(struct tw_response *r, const struct tw_forest_spec *spec, size_t *next)
{
    for (uint32_t t = 0; t < spec->n_trees; t++)
        for (uint32_t i = 0; i < spec->tree[t].n; i++)
            if (spec->tree[t].feature[i] != TW_LEAF) r->first[spec->tree[t].feature[i] + 1]++;
    for (uint32_t f = 0; f < r->n_features; f++) {
        next[f] = r->first[f];
        r->first[f + 1] += r->first[f];
    }
    for (uint32_t t = 0; t < spec->n_trees; t++)
        for (uint32_t i = 0; i < spec->tree[t].n; i++)
            if (spec->tree[t].feature[i] != TW_LEAF)
                r->edge[next[spec->tree[t].feature[i]]++] = spec->tree[t].threshold[i];
}

/* Sorts each run and drops repeats; the runs move together. */
static void sort_edges(struct tw_response *r)
{
    size_t from = 0, to = 0;
    for (uint32_t f = 0; f < r->n_features; f++) {
        size_t end = r->first[f + 1], start = to;
        if (end > from) qsort(r->edge + from, end - from, sizeof *r->edge, compare);
        for (size_t i = from; i < end; i++)
            if (to == start || r->edge[i] > r->edge[to - 1]) r->edge[to++] = r->edge[i];
        from = end;
        r->first[f] = start;
    }
    r->first[r->n_features] = to;
}

static tw_err build(struct tw_response *r, const struct tw_forest_spec *spec)
{
    size_t n = 0;
    for (uint32_t t = 0; t < spec->n_trees; t++) n += spec->tree[t].n;
    r->first = tw_calloc((size_t)r->n_features + 1, sizeof *r->first);
    r->node = tw_calloc(n + 1, sizeof *r->node); /* an empty forest is one too */
    r->edge = tw_calloc(n + 1, sizeof *r->edge);
    r->root = tw_calloc((size_t)r->n_trees + 1, sizeof *r->root);
    size_t *next = tw_calloc(r->n_features, sizeof *next);
    uint32_t *place = tw_calloc(TW_NODES_MAX, sizeof *place);
    bool whole = r->first != NULL && r->node != NULL && r->edge != NULL && r->root != NULL && next != NULL &&
                 place != NULL;
    if (whole) {
        gather_edges(r, spec, next);
        sort_edges(r);
        n = 0;
        for (uint32_t t = 0; t < spec->n_trees; t++) {
            r->root[t] = n;
            link_tree(r, &spec->tree[t], place, r->node + n);
            n += spec->tree[t].n;
        }
    }
    tw_free(next);
    tw_free(place);
    return whole ? TW_OK : TW_NOMEM;
}

tw_err tw_response_new(const struct tw_forest_spec *spec, const char *name, struct tw_response **ret,
                       struct tw_fault *fault)
{
    TW_TRY(tw_forest_check(spec, name, NULL, fault));
    struct tw_response *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return tw_fail(fault, TW_NOMEM, "out of memory while building a response");
    r->base_margin = spec->base_margin;
    r->n_features = spec->n_features;
    r->n_trees = spec->n_trees;
    tw_err err = build(r, spec);
    if (err != TW_OK) {
        tw_response_free(r);
        return tw_fail(fault, err, "out of memory while building a response");
    }
    *ret = r;
    return TW_OK;
}

tw_err tw_response_row(const struct tw_response *r, const float *x, struct tw_arena *arena,
                       const struct tw_response_row **ret)
{
    struct tw_response_row *row = tw_arena_alloc(arena, sizeof *row);
    float *slots = tw_arena_array(arena, 2 * (size_t)r->n_features + 1, sizeof *slots);
    float *leaf = tw_arena_array(arena, (size_t)r->n_trees + 1, sizeof *leaf);
    uint64_t *asks = tw_arena_array(arena, (size_t)r->n_trees + 1, sizeof *asks);
    if (row == NULL || slots == NULL || leaf == NULL || asks == NULL) return TW_NOMEM;
    question_slots(x, r->n_features, 1, slots);
    for (uint32_t t = 0; t < r->n_trees; t++) {
        const struct node *tree = r->node + r->root[t];
        uint32_t i = 0;
        while (tree[i].left != 0) {
            asks[t] |= (uint64_t)1 << (feature_of(r, &tree[i]) & 63);
            i = (uint32_t)tree[i].left + !(slots[tree[i].slot] < tree[i].threshold);
        }
        leaf[t] = tree[i].threshold;
    }
    *row = (struct tw_response_row){r, slots, leaf, asks};
    *ret = row;
    return TW_OK;
}

/* A part of the cells on its way down a tree. */
struct range {
    uint32_t node;
    uint32_t low, high; /* cells low .. high - 1 */
    bool missing;       /* the row with the value missing comes by here too */
};

static void add(struct tw_margins *m, float *margin, const struct range *g, float value)
{
    for (uint32_t c = g->low; c < g->high; c++) margin[c] += value;
    if (g->missing) m->missing += value;
}

/* One tree that asks for the feature. */
static void add_tree(const struct tw_response_row *row, const struct node *tree, uint32_t feature,
                     struct tw_margins *m, float *margin)
{
    const struct tw_response *r = row->response;
    struct range stack[TW_DEPTH_MAX + 2];
    size_t n = 0;
    stack[n++] = (struct range){0, 0, (uint32_t)m->n, true};
    while (n > 0) {
        struct range g = stack[--n];
        const struct node *node = &tree[g.node];
        if (node->left == 0) {
            add(m, margin, &g, node->threshold);
        } else if (feature_of(r, node) != feature) {
            g.node = (uint32_t)node->left + !(row->slots[node->slot] < node->threshold);
            stack[n++] = g;
        } else {
            bool default_left = node->slot < r->n_features;
            uint32_t cut = node->rank + 1; /* the first cell on the right */
            struct range left = {node->left, g.low, g.high < cut ? g.high : cut, g.missing && default_left};
            struct range right = {(uint32_t)node->left + 1, g.low > cut ? g.low : cut, g.high,
                                  g.missing && !default_left};
            if (left.low < left.high || left.missing) stack[n++] = left;
            if (right.low < right.high || right.missing) stack[n++] = right;
        }
    }
}

tw_err tw_response_of(const struct tw_response_row *row, uint32_t feature, struct tw_arena *arena,
                      struct tw_margins *ret)
{
    const struct tw_response *r = row->response;
    if (feature >= r->n_features) return TW_ARG;
    struct tw_margins m = {.edge = r->edge + r->first[feature],
                           .n = r->first[feature + 1] - r->first[feature] + 1,
                           .missing = r->base_margin};
    float *margin = tw_arena_array(arena, m.n, sizeof *margin);
    if (margin == NULL) return TW_NOMEM;
    for (size_t c = 0; c < m.n; c++) margin[c] = r->base_margin;
    const uint64_t bit = (uint64_t)1 << (feature & 63);
    for (uint32_t t = 0; t < r->n_trees; t++) {
        const struct range all = {0, 0, (uint32_t)m.n, true};
        if ((row->asks[t] & bit) != 0)
            add_tree(row, r->node + r->root[t], feature, &m, margin);
        else
            add(&m, margin, &all, row->leaf[t]);
    }
    m.margin = margin;
    *ret = m;
    return TW_OK;
}

/* The largest float below v; v is finite. */
static float below(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (v == 0.0F)
        bits = 0x80000001u; /* the smallest negative number */
    else
        bits += v > 0.0F ? UINT32_MAX : 1;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The value of low <= v < high (or up to +inf) that the wish allows and that is nearest to where it starts.
 */
static bool nearest_within(const struct tw_wish *w, float low, float high, float *ret)
{
    float least = low > w->least ? low : w->least;
    float most = isfinite(high) ? below(high) : high;
    if (w->most < most) most = w->most;
    if (w->whole) {
        least = (float)ceil((double)least);
        most = (float)floor((double)most);
    }
    if (!(least <= most)) return false;
    float v = w->from;
    if (w->whole && v > least && v < most) {
        double down = floor((double)v), up = ceil((double)v);
        v = (float)((double)v - down <= up - (double)v ? down : up);
    }
    *ret = v < least ? least : v > most ? most : v;
    return true;
}

bool tw_response_nearest(const struct tw_margins *m, const struct tw_wish *wish, struct tw_change *ret)
{
    bool found = false;
    double best = 0;
    if (!isfinite(wish->from)) return false;
    for (size_t i = 0; i < m->n; i++) {
        if (!(m->margin[i] < wish->target)) continue;
        size_t end = i; /* the last cell of this run */
        while (end + 1 < m->n && m->margin[end + 1] < wish->target) end++;
        float low = i == 0 ? -INFINITY : m->edge[i - 1], high = end + 1 == m->n ? INFINITY : m->edge[end],
              value = 0;
        if (nearest_within(wish, low, high, &value)) {
            double far = fabs((double)value - (double)wish->from);
            size_t cell = i;
            while (cell < end && value >= m->edge[cell]) cell++;
            if (!found || far < best) *ret = (struct tw_change){value, m->margin[cell], low, high};
            if (!found || far < best) best = far;
            found = true;
        }
        i = end;
    }
    return found;
}
