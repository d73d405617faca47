/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of Shapley values, made once per model.
 *
 * Take one leaf. Whatever a row is, the leaf asks of it only: which of the <= 6 questions on my path do you
 * answer my way? So its share for each feature on the path is a function of <= 6 bits and can be tabulated.
 * Four leaves that hang on one node (a *unit*: that node, its two children, four leaves) share all of the
 * path but the last two questions; with 5 bits for the path and one for each child, 7 in all, one table of
 * 128 patterns answers for the four at once, for the <= 7 features that occur. A row is then explained by
 * looking up one table line per unit, and adding: no polynomial is left to compute. Where a leaf comes early,
 * the questions below it are idle, and the unit's table ends behind the patterns it can meet.
 *
 * The value a leaf v gives to coalition S is v * prod(o_j, j in S) * prod(z_j, j not in S): o_j is 1 where
 * the row answers all questions on feature j as the path does, z_j is the share of the cover that does. The
 * Shapley value of feature i is v * (o_i - z_i) * sum over k of k! (d-1-k)! / d! * c_k, where c_k is the
 * coefficient of t^k in prod(z_j + o_j t, j != i). Only sums and products: nothing is divided by a small
 * number.
 *
 * Table entries are integers, in units of a power of two so chosen that no sum of any row can leave int32.
 * Integer sums do not depend on the order, so a row has the same attributions alone, in a batch, on any CPU;
 * and they are more exact than float sums: the last bit is about 1e-8 of a margin unit.
 *
 * Idea: WOODELF (Nadel, Wettenstein 2025) and FastTreeSHAP v2 (Yang 2021): look-up by path patterns. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "score/shap_priv.h"

enum { PATTERNS = 1 << (TW_DEPTH_FAST + 1), MASKS = 1 << TW_DEPTH_FAST };

/* One question on the way to a leaf. */
struct hop {
    int32_t feature;
    double share; /* of the cover that goes this way */
    uint8_t bit;  /* of the pattern that holds the answer */
    bool right;   /* the answer that leads on */
};

/* A leaf's path by distinct features. */
struct path {
    uint32_t n_hops, n; /* questions; distinct features */
    const struct hop *hop;
    uint8_t of_hop[TW_DEPTH_FAST]; /* distinct feature of each question */
    int32_t feature[TW_DEPTH_FAST];
    double share[TW_DEPTH_FAST]; /* z_j */
};

/* One unit in the making. */
struct making {
    struct unit unit;
    uint32_t asked; /* a bit for each bit of the pattern that one of its leaves depends on */
    double value[PATTERNS][UNIT_FEATURES];
};

/* The walk over all leaves, which is done twice: to find the scale, and to fill in. */
struct walk {
    struct tw_shap *s;
    const struct tw_tree_spec *tree;
    struct making *making;
    double *bound;  /* by feature: what the attributions of any row stay within */
    double scale;   /* 0 on the first walk */
    uint32_t units; /* finished so far */
    uint32_t lines; /* of their tables */
    bool open;      /* making holds something */
    struct hop hop[TW_DEPTH_FAST];
};

size_t shap_table_bytes(uint32_t n_trees, uint32_t depth)
{
    uint32_t d = depth < DEPTH_MIN ? DEPTH_MIN : depth;
    return ((size_t)n_trees << (d - 2)) * ((size_t)1 << (d + 1)) * UNIT_FEATURES * sizeof(int32_t);
}

static struct path path_of(const struct hop *hop, uint32_t n_hops)
{
    struct path p = {.n_hops = n_hops, .hop = hop};
    for (uint32_t h = 0; h < n_hops; h++) {
        uint32_t j = 0;
        while (j < p.n && p.feature[j] != hop[h].feature) j++;
        if (j == p.n) {
            p.feature[j] = hop[h].feature;
            p.share[j] = 1;
            p.n++;
        }
        p.share[j] *= hop[h].share;
        p.of_hop[h] = (uint8_t)j;
    }
    return p;
}

/* Bit j: a row with this pattern answers all questions on distinct feature j as the path does. */
static uint32_t mask_of(const struct path *p, uint32_t pattern)
{
    uint32_t mask = (1U << p->n) - 1;
    for (uint32_t h = 0; h < p->n_hops; h++)
        if (((pattern >> p->hop[h].bit) & 1) != (p->hop[h].right ? 1U : 0U)) mask &= ~(1U << p->of_hop[h]);
    return mask;
}

/* sum of k! (n-1-k)! / n! * c_k, see above; whether bit i of the mask is set makes no difference. */
static double weigh(const struct path *p, uint32_t mask, uint32_t i)
{
    static const double factorial[] = {1, 1, 2, 6, 24, 120, 720};
    double c[TW_DEPTH_FAST + 1] = {1};
    uint32_t degree = 0;
    for (uint32_t j = 0; j < p->n; j++) {
        if (j == i) continue;
        const double own = (mask >> j & 1) != 0 ? 1 : 0;
        c[degree + 1] = 0;
        for (uint32_t k = degree + 1; k > 0; k--) c[k] = c[k] * p->share[j] + c[k - 1] * own;
        c[0] *= p->share[j];
        degree++;
    }
    double sum = 0;
    for (uint32_t k = 0; k <= degree; k++) sum += c[k] * factorial[k] * factorial[degree - k];
    return sum / factorial[p->n];
}

/* The column of a feature in a unit, a new one if need be. */
static uint32_t column_of(struct unit *u, int32_t feature)
{
    uint32_t c = 0;
    while (c < u->n && u->feature[c] != (uint16_t)feature) c++;
    if (c == u->n) u->feature[u->n++] = (uint16_t)feature;
    return c;
}

/* How many patterns the unit can meet: where no leaf asks the last questions, they are idle and answered
 * with 0. */
static uint32_t patterns_of(const struct making *m)
{
    uint32_t n = 1;
    while (m->asked >= n) n *= 2;
    return n;
}

static void add_leaf(struct making *m, const struct path *p, double value, uint32_t patterns)
{
    double share[MASKS][TW_DEPTH_FAST];
    uint32_t column[TW_DEPTH_FAST];
    for (uint32_t j = 0; j < p->n; j++) column[j] = column_of(&m->unit, p->feature[j]);
    for (uint32_t h = 0; h < p->n_hops; h++) m->asked |= 1U << p->hop[h].bit;
    for (uint32_t mask = 0; mask < 1U << p->n; mask++)
        for (uint32_t j = 0; j < p->n; j++) {
            if ((mask >> j & 1) != 0) continue;
            const double weight = weigh(p, mask, j);
            share[mask][j] = value * (0.0 - p->share[j]) * weight;
            share[mask | 1U << j][j] = value * (1.0 - p->share[j]) * weight;
        }
    for (uint32_t pattern = 0; pattern < patterns; pattern++) {
        uint32_t mask = mask_of(p, pattern);
        for (uint32_t j = 0; j < p->n; j++) m->value[pattern][column[j]] += share[mask][j];
    }
}

/* Books a finished unit: on the first walk its bounds, on the second its integers. */
static void close_unit(struct walk *w)
{
    if (!w->open) return;
    struct tw_shap *s = w->s;
    struct making *m = w->making;
    const uint32_t patterns = patterns_of(m);
    for (uint32_t c = 0; w->scale == 0 && c < m->unit.n; c++) {
        double most = 0;
        for (uint32_t p = 0; p < patterns; p++)
            most = fabs(m->value[p][c]) > most ? fabs(m->value[p][c]) : most;
        w->bound[m->unit.feature[c]] += most;
    }
    if (w->scale != 0) {
        int32_t *table = s->table + (size_t)w->lines * UNIT_FEATURES;
        m->unit.line = w->lines;
        m->unit.patterns = patterns;
        for (uint32_t p = 0; p < patterns; p++)
            for (uint32_t c = 0; c < m->unit.n; c++)
                table[p * UNIT_FEATURES + c] = (int32_t)floor(m->value[p][c] * w->scale + 0.5);
        s->unit[w->units] = m->unit;
        for (uint32_t c = m->unit.n; c < UNIT_FEATURES; c++)
            s->unit[w->units].feature[c] = (uint16_t)s->n_features;
    }
    w->units++;
    w->lines += patterns;
    w->open = false;
}

static void reach_leaf(struct walk *w, uint32_t node, uint32_t place, uint32_t level)
{
    const uint32_t unit_level = w->s->depth - 2;
    uint32_t unit = level <= unit_level ? place << (unit_level - level) : place >> (level - unit_level);
    if (w->open && w->making->unit.place != unit) close_unit(w);
    if (!w->open) {
        memset(w->making, 0, sizeof *w->making);
        w->making->unit.place = (uint8_t)unit;
        w->open = true;
    }
    struct path path = path_of(w->hop, level);
    double value = (double)w->tree->value[node], share = 1;
    for (uint32_t j = 0; j < path.n; j++) share *= path.share[j];
    if (w->scale == 0) w->s->bias += value * share;
    add_leaf(w->making, &path, value, 2U << w->s->depth);
}

/* Visits the leaves below `node`, which stands at `place` of its full tree, from left to right. */
static void visit(struct walk *w, uint32_t node, uint32_t place, uint32_t level)
{
    const struct tw_tree_spec *t = w->tree;
    if (t->feature[node] == TW_LEAF) {
        reach_leaf(w, node, place, level);
        return;
    }
    struct hop *hop = &w->hop[level];
    hop->feature = t->feature[node];
    hop->bit = (uint8_t)(level + (level == w->s->depth - 1 ? place & 1 : 0));
    for (int right = 0; right <= 1; right++) {
        uint32_t child = (uint32_t)(right ? t->right[node] : t->left[node]);
        hop->right = right != 0;
        hop->share = (double)t->cover[child] / (double)t->cover[node];
        visit(w, child, 2 * place + (uint32_t)right, level + 1);
    }
}

static void walk_all(struct walk *w, const struct tw_forest_spec *spec)
{
    w->units = w->lines = 0;
    for (uint32_t k = 0; k < spec->n_trees; k++) {
        w->tree = &spec->tree[k];
        w->s->first[k] = w->units;
        visit(w, 0, 1, 0);
        close_unit(w);
    }
    w->s->first[spec->n_trees] = w->units;
}

/* The largest power of two with which no sum of entries leaves int32. */
static double scale_for(const double *bound, uint32_t n_features, uint32_t units)
{
    double most = 0, scale = 0x1p60;
    for (uint32_t f = 0; f < n_features; f++) most = bound[f] > most ? bound[f] : most;
    double room = 0x1p31 - 2 - (double)units; /* each entry is rounded by at most 1/2 */
    while (most * scale > room) scale /= 2;
    return scale;
}

static void fill_questions(struct tw_shap *s, const struct tw_tree_spec *t, struct question *ret,
                           uint32_t node, uint32_t place)
{
    if (place >> s->depth != 0) return;
    bool inner = t->feature[node] != TW_LEAF;
    ret[place] = inner ? question_of(t, node, s->n_features) : question_idle(s->n_features);
    fill_questions(s, t, ret, inner ? (uint32_t)t->left[node] : node, 2 * place);
    fill_questions(s, t, ret, inner ? (uint32_t)t->right[node] : node, 2 * place + 1);
}

static tw_err fill_tables(struct tw_shap *s, const struct tw_forest_spec *spec, struct walk *w)
{
    s->question = tw_calloc((size_t)s->n_trees << s->depth, sizeof *s->question);
    s->first = tw_calloc((size_t)s->n_trees + 1, sizeof *s->first);
    if (s->question == NULL || s->first == NULL) return TW_NOMEM;
    for (uint32_t t = 0; t < s->n_trees; t++)
        fill_questions(s, &spec->tree[t], s->question + ((size_t)t << s->depth), 0, 1);
    walk_all(w, spec);
    s->unit = tw_calloc(w->units, sizeof *s->unit);
    s->table = tw_calloc(w->lines, UNIT_FEATURES * sizeof *s->table);
    if (s->unit == NULL || s->table == NULL) return TW_NOMEM;
    w->scale = scale_for(w->bound, s->n_features, w->units);
    walk_all(w, spec);
    s->unit_value = 1 / w->scale;
    return TW_OK;
}

tw_err shap_table_build(struct tw_shap *s, const struct tw_forest_spec *spec)
{
    struct walk w = {.s = s};
    w.making = tw_calloc(1, sizeof *w.making);
    w.bound = tw_calloc(s->n_features, sizeof *w.bound);
    tw_err err = w.making == NULL || w.bound == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK && s->n_trees > 0) err = fill_tables(s, spec, &w);
    tw_free(w.making);
    tw_free(w.bound);
    return err;
}
