/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "learn/xgb.h"

struct tw_xgb_settings tw_xgb_settings_default(void)
{
    return (struct tw_xgb_settings){
        .loss = TW_LOSS_LOGISTIC,
        .depth = TW_XGB_DEPTH_MAX,
        .rounds = 300,
        .eta = 0.05,
        .min_child_weight = 1,
        .lambda = 1,
        .subsample = 1,
        .colsample = 1,
        .max_bin = 256,
        .threads = 1,
    };
}

tw_err tw_xgb_settings_check(const struct tw_xgb_settings *s, struct tw_fault *fault)
{
    const struct {
        const char *name;
        double value, least, most;
    } range[] = {
        {"loss", s->loss, 0, TW_LOSS_N - 1},
        {"base_margin", s->base_margin, -1e9, 1e9},
        {"depth", s->depth, 1, TW_XGB_DEPTH_MAX},
        {"rounds", s->rounds, 1, TW_XGB_ROUNDS_MAX},
        {"eta", s->eta, 1e-6, 1},
        {"min_child_weight", s->min_child_weight, 1e-6, 1e9}, /* a leaf that no row weighs on has no cover */
        {"lambda", s->lambda, 0, 1e9},
        {"gamma", s->gamma, 0, 1e9},
        {"max_step", s->max_step, 0, 1e9},
        {"subsample", s->subsample, 1e-3, 1},
        {"colsample", s->colsample, 1e-3, 1},
        {"max_bin", s->max_bin, 2, 1024},
        {"threads", s->threads, 1, TW_XGB_THREADS_MAX},
    };
    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
        if (range[i].value >= range[i].least && range[i].value <= range[i].most) continue;
        if (fault != NULL) snprintf(fault->path, sizeof(fault->path), "%s", range[i].name);
        return tw_fail(fault, TW_ARG, "the setting %s is %g; %g to %g are allowed", range[i].name,
                       range[i].value, range[i].least, range[i].most);
    }
    return TW_OK;
}
