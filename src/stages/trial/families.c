/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/families.h"

#include <math.h>

#include "base/mem.h"
#include "learn/xgb_model.h"
#include "score/shap.h"

enum { BLOCK = 1024, ARENA_BYTES_MAX = 256 << 20 };

/* Adds the attributions of one forest, by family. */
static tw_err add_bag(const struct tw_shap *shap, const float *x, size_t n, double weight, double *ret)
{
    double *phi = tw_calloc((n < BLOCK ? n : BLOCK) * TW_FEATURE_N + 1, sizeof *phi);
    tw_err err = phi == NULL ? TW_NOMEM : TW_OK;
    for (size_t at = 0; at < n && err == TW_OK; at += BLOCK) {
        const size_t rows = n - at < BLOCK ? n - at : BLOCK;
        err = tw_shap_batch(shap, x + at * TW_FEATURE_N, rows, phi);
        for (size_t k = 0; k < rows && err == TW_OK; k++)
            for (int f = 0; f < TW_FEATURE_N; f++)
                ret[(at + k) * TW_FAMILY_N + tw_feature_row((enum tw_feature)f)->family] +=
                    weight * phi[k * TW_FEATURE_N + (size_t)f];
    }
    tw_free(phi);
    return err;
}

static tw_err bag(struct tw_str json, struct tw_shap **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_forest_spec spec;
    TW_TRY(tw_arena_new(ARENA_BYTES_MAX, &arena));
    TW_TRY(tw_xgb_model_read(json, arena, &spec, fault));
    return tw_shap_new(&spec, "bag", ret, fault);
}

tw_err tw_trial_families(const struct tw_learned *l, const float *x, size_t n, double *ret,
                         struct tw_fault *fault)
{
    for (size_t i = 0; i < n * TW_FAMILY_N; i++) ret[i] = 0;
    for (uint32_t b = 0; b < l->bags; b++) {
        TW_SCOPED(tw_shap) *shap = NULL;
        TW_TRY(bag(tw_buf_view(&l->forest[b]), &shap, fault));
        TW_TRY(add_bag(shap, x, n, 1.0 / l->bags, ret));
    }
    for (size_t i = 0; i < n * TW_FAMILY_N; i++) ret[i] = fabs(ret[i]);
    return TW_OK;
}
