/* SPDX-License-Identifier: Apache-2.0 */
#include "feature/feature.h"

tw_err tw_feature_measure(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                          float *x, struct tw_evidence *evidence, struct tw_look *ret)
{
    TW_TRY(tw_profile_look(p, d, arena, ret));
    for (size_t i = 0; i < ret->n; i++) {
        struct tw_evidence *e = evidence != NULL ? evidence + i * TW_FEATURE_N : NULL;
        tw_feature_compute(p, d, ret, i, x + i * TW_FEATURE_N, e);
    }
    return TW_OK;
}
