/* SPDX-License-Identifier: Apache-2.0 */
#include "score/shap.h"

#include "base/hash.h"
#include "fault.h"
#include "grow.h"

static struct tw_shap *build(const struct tw_forest_spec *spec)
{
    struct tw_shap *s = NULL;
    struct tw_fault fault = {0};
    if (tw_shap_new(spec, "trees", &s, &fault) != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(s != NULL);
    return s;
}

/* What a tree says of x when only the features of coalition `known` are known. */
static double expected(const struct tw_tree_spec *t, uint32_t i, const float *x, uint32_t known)
{
    if (t->feature[i] == TW_LEAF) return (double)t->value[i];
    uint32_t left = (uint32_t)t->left[i], right = (uint32_t)t->right[i];
    if ((known >> t->feature[i]) & 1)
        return expected(t, goes_left(t, i, x[t->feature[i]]) ? left : right, x, known);
    return ((double)t->cover[left] * expected(t, left, x, known) +
            (double)t->cover[right] * expected(t, right, x, known)) /
           (double)t->cover[i];
}

static double expected_of_all(const struct tw_forest_spec *f, const float *x, uint32_t known)
{
    double sum = (double)f->base_margin;
    for (uint32_t t = 0; t < f->n_trees; t++) sum += expected(&f->tree[t], 0, x, known);
    return sum;
}

/* Shapley's definition: each coalition without i, weighted by the share of orders in which it comes before i.
 */
static void brute_force(const struct tw_forest_spec *f, const float *x, double *ret)
{
    double v[1 << 10], factorial[11] = {1};
    uint32_t n = f->n_features;
    CHECK(n <= 10);
    for (uint32_t k = 1; k <= n; k++) factorial[k] = factorial[k - 1] * k;
    for (uint32_t c = 0; c < 1U << n; c++) v[c] = expected_of_all(f, x, c);
    for (uint32_t i = 0; i < n; i++) {
        ret[i] = 0;
        for (uint32_t c = 0; c < 1U << n; c++) {
            if ((c >> i) & 1) continue;
            uint32_t size = (uint32_t)__builtin_popcount(c);
            ret[i] += factorial[size] * factorial[n - 1 - size] / factorial[n] * (v[c | 1U << i] - v[c]);
        }
    }
}

static bool near(double a, double b, double slack)
{
    return fabs(a - b) <= slack;
}

static void gives_the_values_of_a_textbook_and(void)
{
    /* Lundberg, Erion, Lee 2018, figure 1, model A: 80 with fever and cough, else 0; each combination as
     * often. */
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL);
    uint32_t n = 1;
    struct grown_tree *m = &g->memory[0];
    split(m, &n, 0, 0, 0.5F);
    split(m, &n, 1, 1, 0.5F);
    split(m, &n, 2, 1, 0.5F);
    float cover[] = {4, 2, 2, 1, 1, 1, 1};
    memcpy(m->cover, cover, sizeof cover);
    m->value[6] = 80;
    g->tree[0].n = n;
    link_spec(g, 1, 2, 0);
    struct tw_shap *s = build(&g->spec);
    CHECK(near(tw_shap_bias(s), 20, 1e-9));
    float x[][2] = {{1, 1}, {1, 0}, {0, 1}, {0, 0}};
    double value[][2] = {{30, 30}, {10, -30}, {-30, 10}, {-10, -10}}, ret[2];
    for (size_t r = 0; r < 4; r++) {
        tw_shap_row(s, x[r], ret);
        CHECK(near(ret[0], value[r][0], 1e-6) && near(ret[1], value[r][1], 1e-6));
    }
    tw_shap_free(s);
    free(g);
}

/* Rows against Shapley's definition and against the margin. */
static void agrees(uint32_t n_trees, uint32_t depth, uint32_t n_features, double slack, uint64_t seed)
{
    struct grown *g = grow(n_trees, depth, n_features, seed);
    struct tw_shap *s = build(&g->spec);
    CHECK(near(tw_shap_bias(s), expected_of_all(&g->spec, NULL, 0), 1e-4)); /* covers are float */
    for (int r = 0; r < 20; r++) {
        float x[10];
        double ret[10], want[10], sum = tw_shap_bias(s);
        grow_row(x, n_features, true, &seed);
        tw_shap_row(s, x, ret);
        brute_force(&g->spec, x, want);
        for (uint32_t j = 0; j < n_features; j++) {
            CHECK(near(ret[j], want[j], slack));
            sum += ret[j];
        }
        CHECK(near(sum, (double)walk(&g->spec, x), 1e-5));
    }
    tw_shap_free(s);
    free(g);
}

static void gives_shapleys_values_up_to_depth_six(void)
{
    for (uint32_t depth = 0; depth <= 6; depth++)
        for (uint32_t n_features = 1; n_features <= 8; n_features++)
            agrees(1 + depth, depth, n_features, 1e-5, depth * 10 + n_features);
}

static void gives_shapleys_values_beyond(void)
{
    for (uint32_t depth = 7; depth <= 12; depth++)
        for (uint32_t n_features = 1; n_features <= 10; n_features += 3)
            agrees(2, depth, n_features, 1e-5, depth * 10 + n_features);
}

static void gives_the_same_bits_alone_and_in_any_batch(void)
{
    const size_t sizes[] = {0, 1, 11, 12, 13, 16, 17, 33, 255, 256, 257, 267, 268, 600};
    const uint32_t depths[] = {3, 6, 8};
    for (size_t d = 0; d < 3; d++) {
        uint64_t seed = d;
        struct grown *g = grow(9, depths[d], 13, seed);
        struct tw_shap *s = build(&g->spec);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            size_t n = sizes[k];
            float *x = calloc(n * 13 + 1, sizeof *x);
            double *all = calloc(n * 13 + 1, sizeof *all), one[13];
            CHECK(x != NULL && all != NULL);
            for (size_t r = 0; r < n; r++) grow_row(x + r * 13, 13, true, &seed);
            all[n * 13] = 42;
            CHECK(tw_shap_batch(s, x, n, all) == TW_OK);
            for (size_t r = 0; r < n; r++) {
                tw_shap_row(s, x + r * 13, one);
                CHECK(memcmp(one, all + r * 13, sizeof one) == 0);
            }
            CHECK(all[n * 13] == 42);
            free(x);
            free(all);
        }
        tw_shap_free(s);
        free(g);
    }
}

/* The sum of these bytes is the same in every build, or replay would not be possible. */
static void gives_the_same_bits_on_every_compiler(void)
{
    const uint32_t depths[] = {6, 9};
    const uint64_t known[] = {0x86a9b793423c2f34, 0x433fd75832863ecd};
    for (size_t d = 0; d < 2; d++) {
        uint64_t seed = 7, sum = 0;
        struct grown *g = grow(30, depths[d], 40, seed);
        struct tw_shap *s = build(&g->spec);
        for (int r = 0; r < 100; r++) {
            float x[40];
            double ret[40];
            grow_row(x, 40, true, &seed);
            tw_shap_row(s, x, ret);
            sum = tw_hash64(ret, sizeof ret, sum);
        }
        printf("# depth %u: 0x%llx\n", depths[d], (unsigned long long)sum);
        CHECK(sum == known[d]);
        tw_shap_free(s);
        free(g);
    }
}

static void stays_exact_with_the_largest_values(void)
{
    uint64_t seed = 3;
    struct grown *g = grow(GROW_TREES, 6, 5, seed);
    for (size_t t = 0; t < GROW_TREES; t++)
        for (uint32_t i = 0; i < g->tree[t].n; i++)
            if (g->memory[t].feature[i] == TW_LEAF) g->memory[t].value[i] *= 2 * TW_LEAF_VALUE_MAX;
    struct tw_shap *s = build(&g->spec);
    for (int r = 0; r < 100; r++) {
        float x[5];
        double ret[5], want[5];
        grow_row(x, 5, true, &seed);
        tw_shap_row(s, x, ret);
        brute_force(&g->spec, x, want);
        for (size_t j = 0; j < 5; j++) CHECK(near(ret[j], want[j], 1e-5 * 1e9 * GROW_TREES));
    }
    tw_shap_free(s);
    free(g);
}

static void answers_a_forest_without_trees(void)
{
    struct tw_forest_spec none = {NULL, 0, 3, 1.5F};
    struct tw_shap *s = build(&none);
    float x[3 * 300] = {1, NAN, 3};
    double ret[3 * 300];
    memset(ret, 1, sizeof ret);
    CHECK(tw_shap_bias(s) == 1.5);
    tw_shap_row(s, x, ret);
    CHECK(ret[0] == 0 && ret[1] == 0 && ret[2] == 0);
    CHECK(tw_shap_batch(s, x, 300, ret) == TW_OK);
    for (size_t i = 0; i < 900; i++) CHECK(ret[i] == 0);
    tw_shap_free(s);
}

static void goes_down_64_levels(void)
{
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL);
    struct grown_tree *m = &g->memory[0];
    uint32_t n = 1, i = 0;
    m->cover[0] = 1;
    float x[64] = {0};
    for (uint32_t d = 0; d < 64; d++) {
        float cover = m->cover[i];
        i = (uint32_t)split(m, &n, i, (int32_t)d, 1);
        m->cover[i] = cover * 0.5F;
        m->cover[i + 1] = cover * 0.5F;
    }
    m->value[i] = 1;
    g->tree[0].n = n;
    link_spec(g, 1, 64, 0);
    struct tw_shap *s = build(&g->spec);
    double ret[64], sum = tw_shap_bias(s), rest = 1;
    tw_shap_row(s, x, ret);
    for (uint32_t d = 0; d < 64; d++) rest *= 0.5;
    CHECK(near(tw_shap_bias(s), rest, 1e-12));
    for (uint32_t d = 0; d < 64; d++) {
        CHECK(near(ret[d], (1 - rest) / 64, 1e-12)); /* all 64 features play the same part */
        sum += ret[d];
    }
    CHECK(near(sum, 1, 1e-12));
    tw_shap_free(s);
    free(g);
}

static void uses_recursion_where_tables_would_be_too_large(void)
{
    enum { MANY = TW_TREES_MAX };
    struct grown *g = grow(1, 6, 5, 11);
    struct tw_tree_spec *tree = calloc(MANY, sizeof *tree);
    CHECK(tree != NULL);
    for (size_t t = 0; t < MANY; t++) tree[t] = g->tree[0];
    struct tw_forest_spec many = {tree, MANY, 5, 0};
    struct tw_shap *s = build(&many), *one = build(&g->spec);
    float x[5];
    double ret[5], each[5];
    uint64_t seed = 1;
    grow_row(x, 5, true, &seed);
    tw_shap_row(s, x, ret);
    tw_shap_row(one, x, each);
    for (size_t j = 0; j < 5; j++) CHECK(near(ret[j], MANY * each[j], 1e-3));
    tw_shap_free(s);
    tw_shap_free(one);
    free(tree);
    free(g);
}

static void rounds_to_millionths(void)
{
    CHECK(tw_shap_micro(0) == 0 && tw_shap_micro(1) == 1000000);
    CHECK(tw_shap_micro(0.0000014) == 1 && tw_shap_micro(-0.0000014) == -1);
    CHECK(tw_shap_micro(0.0000016) == 2 && tw_shap_micro(-0.0000016) == -2);
    CHECK(tw_shap_micro(TW_TREES_MAX * (double)TW_LEAF_VALUE_MAX) == 4096000000000000000);
}

static void leaves_result_alone_on_failure(void)
{
    struct grown *g = grow(2, 4, 3, 1);
    g->memory[1].cover[0] = 0;
    struct tw_shap *s = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_shap_new(&g->spec, "trees", &s, &fault) == TW_FORMAT);
    CHECK(s == NULL && strcmp(fault.path, "trees[1].cover[0]") == 0);
    tw_shap_free(NULL);
    free(g);
}

static struct grown *given;

static tw_err explain_given(void)
{
    struct tw_shap *s = NULL;
    tw_err err = tw_shap_new(&given->spec, "trees", &s, NULL);
    CHECK((err == TW_OK) == (s != NULL));
    if (err != TW_OK) return err;
    float x[60] = {0};
    double ret[60] = {77};
    err = tw_shap_batch(s, x, 20, ret);
    CHECK((err == TW_OK) == (ret[0] != 77));
    tw_shap_free(s);
    return err;
}

static void survives_every_failed_allocation(void)
{
    given = grow(4, 6, 3, 1);
    CHECK(fault_each_allocation(explain_given) == 11);
    free(given);
    given = grow(4, 9, 3, 1);
    CHECK(fault_each_allocation(explain_given) == 4);
    free(given);
}

int main(void)
{
    RUN(gives_the_values_of_a_textbook_and);
    RUN(gives_shapleys_values_up_to_depth_six);
    RUN(gives_shapleys_values_beyond);
    RUN(gives_the_same_bits_alone_and_in_any_batch);
    RUN(gives_the_same_bits_on_every_compiler);
    RUN(stays_exact_with_the_largest_values);
    RUN(answers_a_forest_without_trees);
    RUN(goes_down_64_levels);
    RUN(uses_recursion_where_tables_would_be_too_large);
    RUN(rounds_to_millionths);
    RUN(leaves_result_alone_on_failure);
    RUN(survives_every_failed_allocation);
    return DONE();
}
