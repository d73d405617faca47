/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up what shap_table.c has tabulated. For each tree the answers to its questions are gathered, from
 * the root down, into the pattern of each unit; the pattern names the line of the unit's table that is added.
 * A batch does the same for 256 rows at once, column by column, in loops without branches that a compiler can
 * turn into vector instructions; the sums are integers, so it makes no difference. The tables are larger than
 * any near cache: while one unit is looked up, memory is asked for the table of the next. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/each_cpu.h"
#include "base/mem.h"
#include "score/shap_priv.h"

enum {
    BLOCK = 256,    /* rows of a batch that go through the tables together */
    BLOCK_MIN = 12, /* fewer are faster one by one */
    STEP = 16,      /* a block is filled up to a multiple of this, and walked in such steps */
    UNITS = 1 << (TW_DEPTH_FAST - 2), /* of a full tree; as many nodes above them, with the unused 0 */
    PLACES = 2 * UNITS                /* both */
};

/* The working memory of a batch. */
struct work {
    float *z;                    /* slots: [2F + 1][BLOCK] */
    int32_t *sum;                /* [F + 1][BLOCK]; the last for padding */
    uint8_t below[UNITS][BLOCK]; /* answers of a tree's nodes above the units, from the root down to each */
    uint16_t line[BLOCK];        /* offset of the unit's table line */
    size_t n;                    /* rows in use, a multiple of STEP */
    uint8_t answers[3][BLOCK];   /* above and of the three questions of a unit */
};

void tw_shap_free(struct tw_shap *s)
{
    if (s == NULL) return;
    tw_free(s->question);
    tw_free(s->unit);
    tw_free(s->first);
    tw_free(s->table);
    tw_free(s->node);
    tw_free(s->root);
    tw_free(s);
}

tw_err tw_shap_new(const struct tw_forest_spec *spec, const char *name, struct tw_shap **ret,
                   struct tw_fault *fault)
{
    uint32_t depth = 0;
    TW_TRY(tw_forest_check(spec, name, &depth, fault));
    struct tw_shap *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return tw_fail(fault, TW_NOMEM, "out of memory while building attributions");
    s->n_features = spec->n_features;
    s->n_trees = spec->n_trees;
    s->bias = (double)spec->base_margin;
    bool tables = depth <= TW_DEPTH_FAST && shap_table_bytes(spec->n_trees, depth) <= TW_SHAP_TABLE_MAX;
    if (tables) s->depth = depth < DEPTH_MIN ? DEPTH_MIN : depth;
    tw_err err = tables ? shap_table_build(s, spec) : shap_deep_build(s, spec);
    if (err != TW_OK) {
        tw_shap_free(s);
        return tw_fail(fault, err, "out of memory while building attributions");
    }
    *ret = s;
    return TW_OK;
}

double tw_shap_bias(const struct tw_shap *s)
{
    return s->bias;
}

int64_t tw_shap_micro(double v)
{
    return (int64_t)floor(v * 1e6 + 0.5);
}

/* 1 = right. */
static inline uint32_t answer(const struct question *q, const float *z)
{
    return z[q->slot] < q->threshold ? 0 : 1;
}

/* The answers of one row to the questions above and in each unit of a tree. */
static void row_patterns(const struct question *tree, uint32_t depth, const float *z, uint8_t *pattern)
{
    const uint32_t level = depth - 2;
    const size_t first = (size_t)1 << level;
    pattern[1] = 0;
    for (uint32_t d = 0; d < level; d++)
        for (size_t i = (size_t)1 << d; i < (size_t)2 << d; i++)
            pattern[2 * i] = pattern[2 * i + 1] = (uint8_t)(pattern[i] | answer(&tree[i], z) << d);
    for (size_t i = first; i < 2 * first; i++) {
        uint32_t own = answer(&tree[i], z) << level;
        uint32_t children = answer(&tree[2 * i], z) << 1 | answer(&tree[2 * i + 1], z) << 2;
        pattern[i] = (uint8_t)(pattern[i] | own | children << level);
    }
}

static void row_tables(const struct tw_shap *s, const float *x, double *ret)
{
    float z[SLOTS_MAX];
    int32_t sum[TW_FEATURES_MAX];
    uint8_t pattern[PLACES];
    question_slots(x, s->n_features, 1, z);
    memset(sum, 0, s->n_features * sizeof *sum);
    for (uint32_t t = 0; t < s->n_trees; t++) {
        row_patterns(s->question + ((size_t)t << s->depth), s->depth, z, pattern);
        for (uint32_t k = s->first[t]; k < s->first[t + 1]; k++) {
            const struct unit *u = &s->unit[k];
            const int32_t *line = s->table + ((size_t)u->line + pattern[u->place]) * UNIT_FEATURES;
            for (uint32_t c = 0; c < u->n; c++) sum[u->feature[c]] += line[c];
        }
    }
    for (uint32_t f = 0; f < s->n_features; f++) ret[f] = sum[f] * s->unit_value;
}

void tw_shap_row(const struct tw_shap *s, const float *x, double *ret)
{
    if (s->depth != 0)
        row_tables(s, x, ret);
    else
        shap_deep_row(s, x, ret);
}

/* Rows of the block; tells the compiler that no rest is left. */
static TW_INLINE size_t whole_steps(const struct work *w)
{
    return w->n & ~(size_t)(STEP - 1);
}

/* ret[r] = above[r], and `bit` where row r of n answers right. */
static TW_INLINE void ask(const struct work *w, size_t n, const struct question *q, uint8_t bit,
                          const uint8_t *restrict above, uint8_t *restrict ret)
{
    const float *z = w->z + (size_t)q->slot * BLOCK;
    const float threshold = q->threshold;
    for (size_t r = 0; r < n; r++) ret[r] = (uint8_t)(above[r] | (z[r] >= threshold ? bit : 0));
}

/* The answers above each unit of a tree, of a whole block. */
static TW_INLINE void block_patterns(struct work *w, const struct question *tree, uint32_t level)
{
    memset(w->below[0], 0, w->n);
    for (uint32_t d = 0; d < level; d++)
        for (size_t i = (size_t)1 << d; i < (size_t)2 << d; i++)
            ask(w, whole_steps(w), &tree[i], (uint8_t)(1U << d), w->below[i / 2], w->below[i]);
}

/* The table lines of one unit, of a whole block. */
static TW_INLINE void block_lines(struct work *w, const struct question *tree, uint32_t level, size_t place)
{
    const struct question *own[] = {&tree[place], &tree[2 * place], &tree[2 * place + 1]};
    const uint8_t *above = w->below[place / 2];
    const size_t n = whole_steps(w);
    for (uint32_t k = 0; k < 3; k++) {
        if (question_is_idle(own[k])) continue;
        ask(w, n, own[k], (uint8_t)(1U << (level + k)), above, w->answers[k]);
        above = w->answers[k];
    }
    for (size_t r = 0; r < n; r++) w->line[r] = (uint16_t)(above[r] * UNIT_FEATURES);
}

typedef int32_t four __attribute__((vector_size(16)));

static TW_INLINE four load(const int32_t *p)
{
    four v;
    memcpy(&v, p, sizeof v);
    return v;
}

static TW_INLINE void add(int32_t *sum, four v)
{
    four old = load(sum) + v;
    memcpy(sum, &old, sizeof old);
}

/* A table that will be looked up soon. */
struct ahead {
    const int32_t *table;
    size_t last; /* integer in it: one less than a power of two; 0 = nothing is asked for */
};

static TW_INLINE struct ahead ahead_of(const struct tw_shap *s, const struct unit *u)
{
    return (struct ahead){s->table + (size_t)u->line * UNIT_FEATURES, u->patterns * UNIT_FEATURES - 1};
}

/* Adds four columns of table lines to the sums of their four features: four rows are read and turned on their
 * side. The compiler makes what it can of the vectors; plain integers otherwise. On the way memory is asked
 * for the table that is looked up next, a cache line (16 integers) every four rows, so that few wait at a
 * time; more lines than it has, or than there are rows, do no harm. */
static TW_INLINE void add_columns(struct work *w, const int32_t *table, const uint16_t *feature,
                                  struct ahead ahead)
{
    const uint16_t *line = w->line;
    int32_t *s0 = w->sum + (size_t)feature[0] * BLOCK, *s1 = w->sum + (size_t)feature[1] * BLOCK;
    int32_t *s2 = w->sum + (size_t)feature[2] * BLOCK, *s3 = w->sum + (size_t)feature[3] * BLOCK;
    for (size_t r = 0, n = w->n; r < n; r += 4) {
        if (ahead.last != 0) __builtin_prefetch(ahead.table + (r * 4 & ahead.last));
        four a = load(table + line[r]), b = load(table + line[r + 1]);
        four c = load(table + line[r + 2]), d = load(table + line[r + 3]);
        four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
        four ef = __builtin_shufflevector(a, b, 2, 6, 3, 7), gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        add(s0 + r, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
        add(s1 + r, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
        add(s2 + r, __builtin_shufflevector(ef, gh, 0, 1, 4, 5));
        add(s3 + r, __builtin_shufflevector(ef, gh, 2, 3, 6, 7));
    }
}

TW_EACH_CPU static void block_tables(const struct tw_shap *s, struct work *w)
{
    const uint32_t level = s->depth - 2;
    memset(w->sum, 0, (size_t)s->n_features * BLOCK * sizeof *w->sum);
    for (uint32_t t = 0; t < s->n_trees; t++) {
        const struct question *tree = s->question + ((size_t)t << s->depth);
        block_patterns(w, tree, level);
        for (uint32_t k = s->first[t]; k < s->first[t + 1]; k++) {
            const struct unit *u = &s->unit[k];
            const int32_t *table = s->table + (size_t)u->line * UNIT_FEATURES;
            block_lines(w, tree, level, u->place);
            add_columns(w, table, u->feature, ahead_of(s, u + (k + 1 < s->first[s->n_trees])));
            if (u->n > 4) add_columns(w, table + 4, u->feature + 4, (struct ahead){table, 0});
        }
    }
}

/* Up to BLOCK rows. The columns that fill up the last step hold what was there before; nobody reads their
 * sums. */
static void block(const struct tw_shap *s, struct work *w, const float *x, size_t n, double *ret)
{
    w->n = (n + STEP - 1) / STEP * STEP;
    for (size_t r = 0; r < n; r++) question_slots(x + r * s->n_features, s->n_features, BLOCK, w->z + r);
    block_tables(s, w);
    for (size_t r = 0; r < n; r++)
        for (size_t f = 0; f < s->n_features; f++)
            ret[r * s->n_features + f] = w->sum[f * BLOCK + r] * s->unit_value;
}

tw_err tw_shap_batch(const struct tw_shap *s, const float *x, size_t n, double *ret)
{
    size_t done = 0;
    if (s->depth != 0 && n >= BLOCK_MIN) {
        struct work *w = tw_calloc(1, sizeof *w);
        float *z = tw_calloc((2 * (size_t)s->n_features + 1) * BLOCK, sizeof *z);
        int32_t *sum = tw_realloc(NULL, ((size_t)s->n_features + 1) * BLOCK, sizeof *sum);
        bool whole = w != NULL && z != NULL && sum != NULL;
        if (whole) *w = (struct work){.z = z, .sum = sum};
        for (size_t take; whole && n - done >= BLOCK_MIN; done += take) {
            take = n - done < BLOCK ? n - done : BLOCK;
            block(s, w, x + done * s->n_features, take, ret + done * s->n_features);
        }
        tw_free(w);
        tw_free(z);
        tw_free(sum);
        if (!whole) return TW_NOMEM;
    }
    for (; done < n; done++) tw_shap_row(s, x + done * s->n_features, ret + done * s->n_features);
    return TW_OK;
}
