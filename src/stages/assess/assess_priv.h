/* SPDX-License-Identifier: Apache-2.0 */
/* assess/assess_priv.h -- what assess.c, decide.c, variant.c, explain.c and record.c share. */
#ifndef TW_ASSESS_ASSESS_PRIV_H
#define TW_ASSESS_ASSESS_PRIV_H

#include "assess/assess.h"
#include "score/order.h"
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

/* What lies between the two steps of assessing. */
struct weighed {
    struct tw_arena *arena; /* everything below lies in it */
    bool evidenced;         /* reasons were wanted: measured when decided, and folded in behind that */
    struct tw_look look;
    float *x;                      /* items x TW_FEATURE_N */
    struct tw_evidence *evidence;  /* the same; NULL = not wanted */
    struct tw_decision_item *item; /* one for each */
    struct tw_order_item *order;   /* one for each */
    struct tw_criteria_hit *hit;   /* hits of them */
    size_t hits;
    const struct tw_instruction *selected; /* NULL = no officer picked it */
    const struct tw_criteria_given *given; /* NULL = criteria are asked */
    double score;
    size_t worst;
};

/* Prices up to one spread below the usual one are usual: score selects none of them. */
static const double PRICE_GROUND = 1.0;

/* What memory fetches of the next three while one is measured; each wave finds what the one before it asked
 * for. */
void assess_fetch(const struct tw_assessor *a, const struct tw_assessment *one, size_t later);
void assess_measure(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w);
/* Criteria see what the features do: the past before this declaration. TW_NOMEM */
tw_err assess_ask(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w) TW_MUST_CHECK;
/* What the model says of item i, by its features. */
void assess_judge(const struct tw_assessor *a, struct weighed *w, size_t i);
/* Score and worst item, of what is said of the items. */
void assess_rank(const struct tw_assessor *a, struct weighed *w);

/* The one change of a declared field with which score alone would have let it go (variant.c). TW_NOMEM */
tw_err assess_find_change(const struct tw_assessor *a, const struct weighed *w, struct tw_arena *arena,
                          struct tw_assessment *one) TW_MUST_CHECK;

#endif
