/* SPDX-License-Identifier: Apache-2.0 */
/* assess/assess_priv.h -- what assess.c, explain.c and record.c share. */
#ifndef TW_ASSESS_ASSESS_PRIV_H
#define TW_ASSESS_ASSESS_PRIV_H

#include "assess/assess.h"
#include "score/shap.h"

struct tw_assessor {
    struct tw_assess_parts parts;
    struct tw_assess_settings set;
    bool reasons;             /* set.reasons, and wanted now */
    struct tw_shap *shap;     /* NULL without a model or without reasons */
    struct tw_arena *variant; /* what a variant is measured in; NULL without reasons */
    unsigned digits;          /* decimals of the national currency */
    uint8_t model_hash[TW_SHA256_BYTES];
    char profile_hex[TW_SHA256_HEX];
    bool profile_known; /* the run began with a state */
};

#endif
