/* SPDX-License-Identifier: Apache-2.0 */
#include "score/forest.h"

#include "fault.h"
#include "grow.h"

static struct tw_forest *build(const struct tw_forest_spec *spec)
{
    struct tw_forest *f = NULL;
    struct tw_fault fault = {0};
    if (tw_forest_new(spec, "trees", &f, &fault) != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(f != NULL);
    return f;
}

static bool same_bits(float a, float b)
{
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x == y;
}

/* Every row of a batch, and each alone, against the plain walk. */
static void agrees(uint32_t n_trees, uint32_t depth, uint32_t n_features, size_t rows, uint64_t seed)
{
    struct grown *g = grow(n_trees, depth, n_features, seed);
    struct tw_forest *f = build(&g->spec);
    float *x = calloc(rows * n_features, sizeof *x), *margin = calloc(rows + 1, sizeof *margin);
    CHECK(x != NULL && margin != NULL);
    for (size_t r = 0; r < rows; r++) grow_row(x + r * n_features, n_features, true, &seed);
    margin[rows] = 42;
    tw_forest_batch(f, x, rows, margin);
    for (size_t r = 0; r < rows; r++) {
        CHECK(same_bits(margin[r], walk(&g->spec, x + r * n_features)));
        CHECK(same_bits(margin[r], tw_forest_row(f, x + r * n_features)));
    }
    CHECK(margin[rows] == 42);
    tw_forest_free(f);
    free(x);
    free(margin);
    free(g);
}

static void gives_the_bits_of_a_plain_walk(void)
{
    for (uint32_t depth = 0; depth <= 6; depth++)
        for (uint32_t n_trees = 0; n_trees <= 20; n_trees += n_trees < 9 ? 1 : 5)
            agrees(n_trees, depth, 1 + n_trees % 7, 100, depth * 100 + n_trees);
}

static void gives_the_bits_of_a_plain_walk_beyond_six_levels(void)
{
    for (uint32_t depth = 7; depth <= 40; depth += 3) agrees(9, depth, 11, 100, depth);
}

static void takes_any_number_of_rows(void)
{
    for (size_t rows = 0; rows <= 50; rows++) agrees(9, 6, 5, rows, rows);
}

static void takes_a_thousand_features(void)
{
    agrees(40, 6, TW_FEATURES_MAX, 40, 1);
    agrees(40, 6, 256, 40, 1);
    agrees(40, 6, 257, 40, 1);
    agrees(10, 9, TW_FEATURES_MAX, 40, 2);
}

/* x0 < threshold ? 2 : 3, upon a margin of 10 */
static struct tw_forest *one_question(float threshold, bool left)
{
    struct grown *g = calloc(1, sizeof *g);
    CHECK(g != NULL);
    uint32_t n = 1;
    split(&g->memory[0], &n, 0, 0, threshold);
    const float cover[] = {2, 1, 1}, value[] = {0, 2, 3};
    memcpy(g->memory[0].cover, cover, sizeof cover);
    memcpy(g->memory[0].value, value, sizeof value);
    g->memory[0].default_left[0] = left;
    g->tree[0].n = n;
    link_spec(g, 1, 1, 10);
    struct tw_forest *f = build(&g->spec);
    free(g);
    return f;
}

/* Rows of one number, alone, and `together` at a time. */
static void answers(const struct tw_forest *f, const float *in, const float *out, size_t n, size_t together)
{
    float ret[16];
    for (size_t i = 0; i < n; i++) CHECK(same_bits(tw_forest_row(f, &in[i]), out[i]));
    for (size_t i = 0; i + together <= n; i++) {
        tw_forest_batch(f, in + i, together, ret);
        for (size_t k = 0; k < together; k++) CHECK(same_bits(ret[k], out[i + k]));
    }
}

/* x0 < 1 ? 2 : 3, missing left or right */
static void follows_the_threshold_and_the_default(void)
{
    for (int left = 0; left <= 1; left++) {
        struct tw_forest *f = one_question(1, left != 0);
        CHECK(tw_forest_features(f) == 1 && tw_forest_depth(f) == 1);
        const float in[] = {1, 0.99999994F, 1.0000001F, INFINITY, -INFINITY, NAN, 0, -0.0F};
        const float out[] = {13, 12, 13, 13, 12, left ? 12.0F : 13.0F, 12, 12};
        answers(f, in, out, 8, 3);
        answers(f, in, out, 8, 8);
        tw_forest_free(f);
    }
}

/* x0 < 0 ? 2 : 3, whichever zero it is */
static void takes_both_zeros_for_one(void)
{
    for (int minus = 0; minus <= 1; minus++) {
        struct tw_forest *f = one_question(minus ? -0.0F : 0.0F, false);
        const float in[] = {0, -0.0F, 1e-45F, -1e-45F, 0, -0.0F, 1e-45F, -1e-45F, -1e-45F, -0.0F};
        const float out[] = {13, 13, 13, 12, 13, 13, 13, 12, 12, 13};
        answers(f, in, out, 10, 4);
        answers(f, in, out, 10, 10);
        tw_forest_free(f);
    }
}

static void adds_in_the_order_of_the_trees(void)
{
    struct grown *g = grow(12, 0, 1, 0);
    float value[12] = {1e8F, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1e8F}, x[40] = {0}, ret[40];
    for (size_t t = 0; t < 12; t++) g->memory[t].value[0] = value[t];
    g->spec.base_margin = 0;
    struct tw_forest *f = build(&g->spec);
    CHECK(tw_forest_row(f, x) == 0); /* each 1 is lost beside 1e8; any other order would keep some */
    tw_forest_batch(f, x, 40, ret);
    for (size_t r = 0; r < 40; r++) CHECK(ret[r] == 0);
    tw_forest_free(f);
    free(g);
}

static void leaves_result_alone_on_failure(void)
{
    struct grown *g = grow(3, 3, 2, 5);
    g->memory[2].cover[0] = -1;
    struct tw_forest *f = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_forest_new(&g->spec, "duty_trees", &f, &fault) == TW_FORMAT);
    CHECK(f == NULL && strcmp(fault.path, "duty_trees[2].cover[0]") == 0 && fault.item == 2);
    tw_forest_free(NULL);
    free(g);
}

static struct grown *given;

static tw_err build_given(void)
{
    struct tw_forest *f = NULL;
    tw_err err = tw_forest_new(&given->spec, "trees", &f, NULL);
    CHECK((err == TW_OK) == (f != NULL));
    tw_forest_free(f);
    return err;
}

static void survives_every_failed_allocation(void)
{
    given = grow(4, 6, 3, 1);
    CHECK(fault_each_allocation(build_given) == 5);
    free(given);
    given = grow(4, 12, 3, 1);
    CHECK(fault_each_allocation(build_given) == 5);
    free(given);
}

int main(void)
{
    RUN(gives_the_bits_of_a_plain_walk);
    RUN(gives_the_bits_of_a_plain_walk_beyond_six_levels);
    RUN(takes_any_number_of_rows);
    RUN(takes_a_thousand_features);
    RUN(follows_the_threshold_and_the_default);
    RUN(takes_both_zeros_for_one);
    RUN(adds_in_the_order_of_the_trees);
    RUN(leaves_result_alone_on_failure);
    RUN(survives_every_failed_allocation);
    return DONE();
}
