/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons by the block: one row for each declaration, that of the item which weighs most. */
#include <string.h>

#include "assess/assess_priv.h"
#include "base/mem.h"

static tw_err no_reasons(struct tw_assessment *one)
{
    one->decision.reasons.at = NULL;
    one->decision.reasons.n = 0;
    return TW_OK;
}

tw_err tw_assess_reasons(const struct tw_assessor *a, struct tw_assessment *one, struct tw_arena *arena)
{
    if (!a->reasons) return TW_OK;
    if (one->attribution == NULL) return no_reasons(one);
    const double *attribution = one->attribution;
    const struct tw_reason_case c = {.decl = one->decl,
                                     .item = one->worst,
                                     .x = one->x + one->worst * TW_FEATURE_N,
                                     .evidence = one->evidence + one->worst * TW_FEATURE_N,
                                     .attribution = attribution,
                                     .currency = a->set.currency,
                                     .day = one->look.day};
    struct tw_reason reason[TW_REASONS_MAX];
    size_t n = 0;
    TW_TRY(tw_reason_write(&c, arena, reason, &n));
    if (n == 0) return no_reasons(one);
    struct tw_reason *kept = tw_arena_room(arena, n, sizeof *kept);
    if (kept == NULL) return TW_NOMEM;
    memcpy(kept, reason, n * sizeof *kept);
    one->decision.reasons.at = kept;
    one->decision.reasons.n = n;
    return TW_OK;
}

/* Attributions of the items that weigh most, n x TW_FEATURE_N; rows of declarations without items are
 * nothing. */
static tw_err attribute(const struct tw_assessor *a, struct tw_assessment *const *one, size_t n, float *x,
                        double *ret)
{
    for (size_t i = 0; i < n; i++) {
        const struct tw_assessment *k = one[i];
        float *row = x + i * TW_FEATURE_N;
        if (k->look.n == 0)
            memset(row, 0, TW_FEATURE_N * sizeof *row);
        else
            memcpy(row, k->x + k->worst * TW_FEATURE_N, TW_FEATURE_N * sizeof *row);
    }
    if (a->shap != NULL) return tw_shap_batch(a->shap, x, n, ret);
    for (size_t i = 0; i < n; i++) (void)tw_reason_price_check(x + i * TW_FEATURE_N, ret + i * TW_FEATURE_N);
    return TW_OK;
}

tw_err tw_assess_attribute(struct tw_assessor *a, struct tw_assessment *const *one,
                           struct tw_arena *const *arena, size_t n)
{
    if (!a->reasons || n == 0) return TW_OK;
    float *x = tw_realloc(NULL, n, TW_FEATURE_N * sizeof *x);
    double *attribution = tw_realloc(NULL, n, TW_FEATURE_N * sizeof *attribution);
    tw_err err = x == NULL || attribution == NULL ? TW_NOMEM : attribute(a, one, n, x, attribution);
    for (size_t i = 0; i < n && err == TW_OK; i++) {
        if (one[i]->look.n == 0) continue;
        double *own = tw_arena_room(arena[i], TW_FEATURE_N, sizeof *own);
        if (own == NULL) {
            err = TW_NOMEM;
            break;
        }
        memcpy(own, attribution + i * TW_FEATURE_N, TW_FEATURE_N * sizeof *own);
        one[i]->attribution = own;
    }
    tw_free(x);
    tw_free(attribution);
    return err;
}

tw_err tw_assess_explain(struct tw_assessor *a, struct tw_assessment *const *one,
                         struct tw_arena *const *arena, size_t n)
{
    TW_TRY(tw_assess_attribute(a, one, arena, n));
    for (size_t i = 0; i < n; i++) TW_TRY(tw_assess_reasons(a, one[i], arena[i]));
    return TW_OK;
}
