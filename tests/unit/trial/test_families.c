/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/families.h"

#include <math.h>

#include "../learn/planted.h"
#include "check.h"
#include "learn/xgb.h"
#include "learn/xgb_model.h"
#include "score/shap.h"

enum { N = 1030, BAGS = 2, LEARNED_FROM = 400 }; /* more rows than are attributed at once */

/* Two small forests that ask about a few features. */
static void train(struct tw_buf forest[BAGS])
{
    float *x = planted_matrix(LEARNED_FROM, TW_FEATURE_N, 0.1, 3);
    for (int b = 0; b < BAGS; b++) {
        float *y = planted_labels(x, LEARNED_FROM, TW_FEATURE_N, 4 + (uint64_t)b);
        const struct tw_xgb_param param[] = {
            {"objective", "binary:logistic"}, {"max_depth", "4"}, {"tree_method", "exact"}, {"nthread", "1"}};
        const struct tw_xgb_rows rows = {.x = x, .n_columns = TW_FEATURE_N, .n = LEARNED_FROM, .label = y};
        CHECK(tw_xgb_train_native(&rows, param, 4, 8, &forest[b], NULL) == TW_OK);
        free(y);
    }
    free(x);
}

/* One row's attributions of all bags, by family, by hand. */
static void by_hand(const struct tw_buf forest[BAGS], const float *x, double ret[TW_FAMILY_N])
{
    for (int k = 0; k < TW_FAMILY_N; k++) ret[k] = 0;
    for (int b = 0; b < BAGS; b++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        TW_SCOPED(tw_shap) *shap = NULL;
        struct tw_forest_spec spec;
        double phi[TW_FEATURE_N];
        CHECK(tw_arena_new(1 << 24, &arena) == TW_OK);
        CHECK(tw_xgb_model_read(tw_buf_view(&forest[b]), arena, &spec, NULL) == TW_OK);
        CHECK(tw_shap_new(&spec, "bag", &shap, NULL) == TW_OK);
        tw_shap_row(shap, x, phi);
        for (int f = 0; f < TW_FEATURE_N; f++)
            ret[tw_feature_row((enum tw_feature)f)->family] += phi[f] / BAGS;
    }
}

static struct tw_buf forest[BAGS];

static void a_family_weighs_what_its_features_do_together(void)
{
    const struct tw_learned l = {.forest = forest, .bags = BAGS};
    const size_t looked_at[] = {0, 1, 1023, 1024, N - 1};
    float *x = planted_matrix(N, TW_FEATURE_N, 0.1, 9);
    double *moved = malloc((size_t)N * TW_FAMILY_N * sizeof *moved);
    CHECK(moved != NULL);
    for (size_t i = 0; i < (size_t)N * TW_FAMILY_N; i++) moved[i] = 1e9; /* what was there does not count */
    CHECK(tw_trial_families(&l, x, N, moved, NULL) == TW_OK);
    for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++) {
        const size_t row = looked_at[i];
        double want[TW_FAMILY_N];
        bool down = false;
        int some = 0;
        by_hand(forest, x + row * TW_FEATURE_N, want);
        for (int k = 0; k < TW_FAMILY_N; k++) {
            CHECK(fabs(moved[row * TW_FAMILY_N + (size_t)k] - fabs(want[k])) < 1e-9);
            down = down || want[k] < -1e-3;
            some += fabs(want[k]) > 1e-3;
        }
        CHECK(some > 1 && down); /* families that differ, one of which moved the risk down */
    }
    free(moved);
    free(x);
}

static void a_forest_that_cannot_be_read_is_a_fault(void)
{
    struct tw_buf bad = {0};
    const struct tw_learned l = {.forest = &bad, .bags = 1};
    const float x[TW_FEATURE_N] = {0};
    double moved[TW_FAMILY_N];
    tw_buf_text(&bad, "{}");
    CHECK(tw_trial_families(&l, x, 1, moved, NULL) != TW_OK);
    tw_buf_free(&bad);
}

int main(void)
{
    train(forest);
    RUN(a_family_weighs_what_its_features_do_together);
    RUN(a_forest_that_cannot_be_read_is_a_fault);
    for (int b = 0; b < BAGS; b++) tw_buf_free(&forest[b]);
    return DONE();
}
