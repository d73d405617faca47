/* SPDX-License-Identifier: Apache-2.0 */
/* How trees are made fast without giving up a bit.
 *
 * A tree of depth d <= 6 is stored as a full binary tree in an array: node i has its children at 2i and 2i+1,
 * the root is 1, and after d questions i - 2^d is the number of the leaf. A leaf that comes early is copied
 * to all places below it, under questions that everybody answers with left. So each row asks exactly d
 * questions in each tree, and nothing is left that a CPU could guess wrongly: the next i is 2i + (z > bar).
 *
 * Rows and thresholds are compared as whole numbers in the order of the floats, which is an instruction less;
 * missing values ask for no branch either (question_priv.h has the slots).
 *
 * A batch walks sixteen rows side by side through one tree, which is then at hand. Their slots stand in
 * columns, one question's sixteen numbers in one cache line; the fifteen questions of the upper four levels
 * are put to all sixteen rows in loops that compilers turn into vectors, which is less work than to follow
 * each row. Meanwhile memory is asked for the next tree. One row walks through eight trees side by side, to
 * hide the time each load takes; and since it meets every tree anew, it walks through a copy in which the
 * seven questions of the upper three levels fill one cache line, and those behind each of the eight ways
 * through them another: two lines of a tree are touched instead of four. The leaves are always added in float
 * in the order of the trees, from the base margin on, which is what XGBoost does; hence the same bits.
 *
 * What vectors do and do not win is measured in README.md. Deeper trees are walked node by node. */
#include "score/forest.h"

#include <stdbool.h>
#include <string.h>

#include "base/each_cpu.h"
#include "base/mem.h"
#include "score/question_priv.h"

enum {
    SIDE_BY_SIDE = 8,     /* trees walked together for one row */
    BLOCK = 16,           /* rows walked together in a batch */
    BLOCK_MIN = 8,        /* fewer are faster one by one */
    BLOCK_FEATURES = 256, /* up to which a block is written out on the stack */
    IN_VECTORS = 4,       /* levels of a tree whose questions are put to a whole block */
    STEP = 4,             /* rows of a block that are followed together further down */
    UPPER_MAX = 3,        /* levels of a cache line */
    LINE = 1 << UPPER_MAX /* questions of a cache line, with the unused number 0 */
};

/* A question: is the number in the slot below the bar? Then left. */
struct gate {
    int32_t bar;
    uint32_t slot;
};

/* The same for one row: right where the number in the slot is above the bar, both without a sign, which costs
 * one row an instruction less. */
struct line_gate {
    uint32_t bar, slot;
};
_Static_assert(LINE * sizeof(struct line_gate) == 64, "a line of questions is a cache line");

/* A node of a deep tree; right = left + 1; left == 0 marks a leaf, whose value stands in `threshold`. */
struct link {
    float threshold;
    uint16_t slot;
    uint16_t left;
};

struct tw_forest {
    float base_margin;
    uint32_t n_features, n_trees, depth;
    uint32_t upper, lower;  /* fast: levels in a tree's first line and in the others */
    uint32_t size;          /* fast: gates of a tree, in whole lines */
    struct gate *gate;      /* fast: n_trees << depth, slots in columns of BLOCK; NULL when deeper than
                               TW_DEPTH_FAST */
    struct line_gate *line; /* fast: the same in lines, n_trees x size, slots as they are counted */
    void *lines;            /* fast: what was allocated for them */
    float *leaf;            /* fast: n_trees << depth */
    struct link *link;      /* deep: all nodes of all trees */
    size_t *root;           /* deep: n_trees offsets into link */
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
    tw_free(f->gate);
    tw_free(f->lines);
    tw_free(f->leaf);
    tw_free(f->link);
    tw_free(f->root);
    tw_free(f);
}

/* The numbers of what lies below and above all floats, in the slots of missing values. */
static const int32_t LOWEST = INT32_MIN, HIGHEST = INT32_MAX - 1, UNREACHED = INT32_MAX;

/* A float as a number that sorts as it does; both zeros are one. A NaN has some number, too. */
static inline int32_t sortable(float v)
{
    int32_t u;
    v += 0.0F;
    memcpy(&u, &v, sizeof u);
    return u ^ ((u >> 31) & INT32_MAX);
}

/* -1 = is no number. */
static inline int32_t is_missing(float v)
{
    uint32_t u;
    memcpy(&u, &v, sizeof u);
    return -(int32_t)((u & 0x7fffffffU) > 0x7f800000U);
}

static inline int32_t either(int32_t where, int32_t yes, int32_t no)
{
    return (where & yes) | (~where & no);
}

/* The same order without a sign. */
static inline uint32_t unsign(int32_t v)
{
    return (uint32_t)v ^ 0x80000000U;
}

/* Writes the 2F + 1 slots of a row: question_slots as numbers that sort, with LOWEST for -inf in place of a
 * missing value, and HIGHEST for +inf. */
static inline void sortable_slots(const float *x, uint32_t n_features, uint32_t *restrict ret)
{
    for (size_t j = 0; j < n_features; j++) {
        const int32_t missing = is_missing(x[j]), u = sortable(x[j]);
        ret[j] = unsign(either(missing, LOWEST, u));
        ret[n_features + j] = unsign(either(missing, HIGHEST, u));
    }
    ret[2 * (size_t)n_features] = unsign(LOWEST);
}

/* A question in both forms. */
static void put_gate(struct question q, struct gate *gate, struct line_gate *line)
{
    const int32_t bar = question_is_idle(&q) ? UNREACHED : sortable(q.threshold);
    *gate = (struct gate){bar, q.slot * BLOCK};
    *line = (struct line_gate){unsign(bar) - 1, q.slot};
}

/* Where number i of a full tree's questions stands in its lines. */
static size_t place_of(const struct tw_forest *f, size_t i)
{
    if (i >> f->upper == 0) return i;
    uint32_t level = 0;
    while (i >> (f->upper + level + 1) != 0) level++;
    const size_t line = (i >> level) - ((size_t)1 << f->upper), within = i & (((size_t)1 << level) - 1);
    return (1 + line) * LINE + (((size_t)1 << level) | within);
}

/* Writes what lies below `node` of tree number `tree` to place `i` of its full tree, with `levels` questions
 * to go. */
static void fill_full(struct tw_forest *f, const struct tw_tree_spec *t, size_t tree, uint32_t node, size_t i,
                      uint32_t levels)
{
    if (levels == 0) {
        f->leaf[(tree << f->depth) + i - ((size_t)1 << f->depth)] = t->value[node];
        return;
    }
    bool inner = t->feature[node] != TW_LEAF;
    put_gate(inner ? question_of(t, node, f->n_features) : question_idle(f->n_features),
             &f->gate[(tree << f->depth) + i], &f->line[tree * f->size + place_of(f, i)]);
    fill_full(f, t, tree, inner ? (uint32_t)t->left[node] : node, 2 * i, levels - 1);
    fill_full(f, t, tree, inner ? (uint32_t)t->right[node] : node, 2 * i + 1, levels - 1);
}

static tw_err build_fast(struct tw_forest *f, const struct tw_forest_spec *spec)
{
    f->upper = f->depth < UPPER_MAX ? f->depth : UPPER_MAX;
    f->lower = f->depth - f->upper;
    f->size = f->lower == 0 ? LINE : (1 + LINE) * LINE;
    const size_t n = (size_t)spec->n_trees << f->depth, bytes = LINE * sizeof *f->line;
    f->gate = tw_calloc(n, sizeof *f->gate);
    f->leaf = tw_calloc(n, sizeof *f->leaf);
    f->lines = tw_calloc((size_t)spec->n_trees * f->size + LINE, sizeof *f->line);
    if (f->gate == NULL || f->leaf == NULL || f->lines == NULL) return TW_NOMEM;
    const size_t off = (uintptr_t)f->lines % bytes;
    f->line = (struct line_gate *)(void *)((char *)f->lines + (off == 0 ? 0 : bytes - off));
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

/* 1 = right. */
static TW_INLINE uint32_t passes(const uint32_t *z, const struct line_gate *g)
{
    return g->bar < z[g->slot];
}

/* The line behind way `i` through a tree's first one, where it has lower levels. */
static inline const struct line_gate *line_behind(const struct line_gate *tree, size_t i)
{
    return tree + (i - LINE + 1) * LINE;
}

/* Number of the leaf behind ways `i` and `j`. */
static inline size_t leaf_behind(size_t i, size_t j, uint32_t upper, uint32_t lower)
{
    return ((i - ((size_t)1 << upper)) << lower) + j - ((size_t)1 << lower);
}

/* `levels` down from the first gate of each of `n` trees, side by side. */
static TW_INLINE void walk(const uint32_t *z, const struct line_gate *const *tree, const uint32_t n,
                           uint32_t levels, size_t *way)
{
    for (uint32_t k = 0; k < n; k++) way[k] = 1;
    for (uint32_t d = 0; d < levels; d++)
        for (uint32_t k = 0; k < n; k++) way[k] = 2 * way[k] + passes(z, &tree[k][way[k]]);
}

/* Levels of a tree by lines: those in its first one, those in the lines behind. */
struct levels {
    uint32_t upper, lower;
};

/* `n` trees from number t on, side by side. */
static TW_INLINE float row_trees(const struct tw_forest *f, const uint32_t *z, size_t t, const uint32_t n,
                                 const struct levels of, float sum)
{
    const struct line_gate *tree[SIDE_BY_SIDE];
    const float *leaf = f->leaf + (t << (of.upper + of.lower));
    size_t i[SIDE_BY_SIDE], j[SIDE_BY_SIDE];
    for (uint32_t k = 0; k < n; k++) tree[k] = f->line + (t + k) * f->size;
    walk(z, tree, n, of.upper, i);
    for (uint32_t k = 0; k < n && of.lower > 0; k++) tree[k] = line_behind(tree[k], i[k]);
    walk(z, tree, n, of.lower, j);
    for (uint32_t k = 0; k < n; k++)
        sum += leaf[((size_t)k << (of.upper + of.lower)) + leaf_behind(i[k], j[k], of.upper, of.lower)];
    return sum;
}

static TW_INLINE float row_levels(const struct tw_forest *f, const uint32_t *z, const struct levels of)
{
    float sum = f->base_margin;
    uint32_t t = 0;
    for (; t + SIDE_BY_SIDE <= f->n_trees; t += SIDE_BY_SIDE) sum = row_trees(f, z, t, SIDE_BY_SIDE, of, sum);
    for (; t < f->n_trees; t++) sum = row_trees(f, z, t, 1, of, sum);
    return sum;
}

static float row_fast(const struct tw_forest *f, const uint32_t *z)
{
    return f->depth == TW_DEPTH_FAST ? row_levels(f, z, (struct levels){UPPER_MAX, TW_DEPTH_FAST - UPPER_MAX})
                                     : row_levels(f, z, (struct levels){f->upper, f->lower});
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
    if (f->link == NULL) {
        uint32_t z[SLOTS_MAX];
        if (f->depth > 0) sortable_slots(x, f->n_features, z); /* else nobody asks */
        return row_fast(f, z);
    }
    float z[SLOTS_MAX];
    question_slots(x, f->n_features, 1, z);
    return row_deep(f, z);
}

/* -- sixteen rows. `c` holds their slots in columns, and where it begins is the row. */

/* -1 = left. */
static TW_INLINE int32_t left(const int32_t *c, const struct gate *g)
{
    return -(int32_t)(g->bar > c[g->slot]);
}

/* 1 = right. */
static TW_INLINE uint32_t right(const int32_t *c, const struct gate *g)
{
    return c[g->slot] >= g->bar;
}

/* What the question below number i answers, to the left or right of it. */
static TW_INLINE int32_t left_below(const int32_t *c, const struct gate *tree, size_t i, int32_t way)
{
    return either(way, left(c, &tree[2 * i]), left(c, &tree[2 * i + 1]));
}

/* The ways of a block through the upper four levels of a tree. */
static TW_INLINE void upper_ways(const int32_t *restrict c, const struct gate *restrict tree,
                                 uint32_t *restrict ret)
{
    for (size_t r = 0; r < BLOCK; r++) {
        const int32_t one = left(c + r, &tree[1]), two = left_below(c + r, tree, 1, one);
        const int32_t three = either(one, left_below(c + r, tree, 2, two), left_below(c + r, tree, 3, two));
        const int32_t low = either(two, left_below(c + r, tree, 4, three), left_below(c + r, tree, 5, three));
        const int32_t high =
            either(two, left_below(c + r, tree, 6, three), left_below(c + r, tree, 7, three));
        ret[r] = (uint32_t)(31 + 8 * one + 4 * two + 2 * three + either(one, low, high));
    }
}

/* Asks memory for a tree that is walked soon, by cache lines. */
static TW_INLINE void fetch_tree(const struct gate *tree, const float *leaf, size_t size)
{
    for (size_t i = 0; i < size; i += LINE) __builtin_prefetch(tree + i);
    for (size_t i = 0; i < size; i += 64 / sizeof *leaf) __builtin_prefetch(leaf + i);
}

static TW_INLINE void block_levels(const struct tw_forest *f, const int32_t *c, const uint32_t depth,
                                   float *ret)
{
    const size_t size = (size_t)1 << depth;
    const uint32_t above = depth >= IN_VECTORS ? IN_VECTORS : 0;
    const struct gate *tree = f->gate;
    const float *leaf = f->leaf;
    float sum[BLOCK];
    for (size_t r = 0; r < BLOCK; r++) sum[r] = f->base_margin;
    for (uint32_t t = 0; t < f->n_trees; t++, tree += size, leaf += size) {
        uint32_t way[BLOCK];
        const size_t next = t + 1 < f->n_trees ? size : 0;
        fetch_tree(tree + next, leaf + next, size);
        if (above > 0)
            upper_ways(c, tree, way);
        else
            for (size_t r = 0; r < BLOCK; r++) way[r] = 1;
        for (size_t r = 0; r < BLOCK; r += STEP) {
            uint32_t i[STEP];
            for (size_t k = 0; k < STEP; k++) i[k] = way[r + k];
            for (uint32_t d = above; d < depth; d++)
                for (size_t k = 0; k < STEP; k++) i[k] = 2 * i[k] + right(c + r + k, &tree[i[k]]);
            for (size_t k = 0; k < STEP; k++) sum[r + k] += leaf[i[k] - size];
        }
    }
    for (size_t r = 0; r < BLOCK; r++) ret[r] = sum[r];
}

TW_EACH_CPU static void block_fast(const struct tw_forest *f, const int32_t *c, float *ret)
{
    if (f->depth == TW_DEPTH_FAST)
        block_levels(f, c, TW_DEPTH_FAST, ret);
    else
        block_levels(f, c, f->depth, ret);
}

typedef int32_t four __attribute__((vector_size(16)));

/* Four features of four rows, turned on their side. */
static TW_INLINE void turn(const float *const *x, size_t j, int32_t *c)
{
    four v[4];
    for (size_t k = 0; k < 4; k++) memcpy(&v[k], x[k] + j, sizeof v[k]);
    const four ab = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
    const four cd = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
    const four ef = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
    const four gh = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    const four turned[] = {
        __builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
        __builtin_shufflevector(ef, gh, 0, 1, 4, 5), __builtin_shufflevector(ef, gh, 2, 3, 6, 7)};
    for (size_t k = 0; k < 4; k++) memcpy(c + (j + k) * (size_t)BLOCK, &turned[k], sizeof turned[k]);
}

/* sortable_slots of a block, in columns. */
TW_EACH_CPU static void block_slots(const float *const *x, size_t n_features, int32_t *restrict c)
{
    size_t j = 0;
    for (; j + 4 <= n_features; j += 4)
        for (size_t r = 0; r < BLOCK; r += 4) turn(x + r, j, c + r);
    for (; j < n_features; j++)
        for (size_t r = 0; r < BLOCK; r++) memcpy(&c[j * BLOCK + r], x[r] + j, sizeof *c);
    for (j = 0; j < n_features; j++) {
        int32_t *low = c + j * BLOCK, *high = c + (n_features + j) * BLOCK;
        for (size_t r = 0; r < BLOCK; r++) {
            float v;
            memcpy(&v, &low[r], sizeof v);
            const int32_t missing = is_missing(v), u = sortable(v);
            low[r] = either(missing, LOWEST, u);
            high[r] = either(missing, HIGHEST, u);
        }
    }
    for (size_t r = 0; r < BLOCK; r++) c[2 * n_features * BLOCK + r] = LOWEST;
}

/* Up to BLOCK rows; the last one stands in for those that lack. */
static void block_gather(const struct tw_forest *f, const float *const *x, size_t n, float *ret)
{
    int32_t c[BLOCK * (2 * BLOCK_FEATURES + 1)];
    const float *row[BLOCK];
    float margin[BLOCK];
    for (size_t r = 0; r < BLOCK; r++) row[r] = x[r < n ? r : n - 1];
    block_slots(row, f->n_features, c);
    block_fast(f, c, margin);
    memcpy(ret, margin, n * sizeof *ret);
}

void tw_forest_gather(const struct tw_forest *f, const float *const *x, size_t n, float *ret)
{
    size_t done = 0;
    if (f->link == NULL && f->n_features <= BLOCK_FEATURES && f->depth > 0)
        for (size_t take; n - done >= BLOCK_MIN; done += take) {
            take = n - done < BLOCK ? n - done : BLOCK;
            block_gather(f, x + done, take, ret + done);
        }
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
