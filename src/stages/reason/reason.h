/* SPDX-License-Identifier: Apache-2.0 */
/* reason/reason.h -- why a declaration stands where it stands, in an officer's words.
 *
 * In : attributions of one item's features, the features with their evidence (feature/feature.h).
 * Out: at most four reasons for and the strongest against, each a sentence with the comparison and its
 * population, the numbers in it as JSON, and who may read it. Not: the decision; the field that would have
 * changed it (reason/change.h).
 *
 * Attributions are summed by family (feature/family.def), so that related columns do not split one reason
 * into three. The sentence of a family is that of the feature which moved it furthest in its direction and
 * has something to compare with.
 */
#ifndef TW_REASON_REASON_H
#define TW_REASON_REASON_H

#include "base/arena.h"
#include "decl/decision.h"
#include "feature/feature.h"

enum { TW_REASONS_FOR = 4, TW_REASONS_AGAINST = 1, TW_REASONS_MAX = TW_REASONS_FOR + TW_REASONS_AGAINST };

/* One item to be explained. Nothing is owned. */
struct tw_reason_case {
    const struct tw_decl *decl;
    size_t item;                        /* 0-based */
    const float *x;                     /* TW_FEATURE_N */
    const struct tw_evidence *evidence; /* TW_FEATURE_N */
    const double *attribution;          /* TW_FEATURE_N, margin units; all 0 without a model */
    const char *currency;               /* national, ISO 4217; "" = not known */
    int32_t day;                        /* UTC day of the decision: ends each population's window */
};

/* Writes the reasons, strongest first, those against last; *ret_n of them (may be 0).
 * A family whose sum is less than 0.02 margin units, or than a twentieth of the first reason's on its side,
 * is no reason. ret    room for TW_REASONS_MAX; texts in the arena TW_NOMEM. Pure, same bytes everywhere. */
tw_err tw_reason_write(const struct tw_reason_case *c, struct tw_arena *arena, struct tw_reason *ret,
                       size_t *ret_n) TW_MUST_CHECK;

/* The sentence of one feature, whatever it weighs, with its numbers and who may read it; weight and family
 * are those of the feature alone. `attribution` may be NULL: then it weighs nothing. TW_ARG (the declaration
 * has no such item), TW_NOMEM. Pure. */
tw_err tw_reason_feature(const struct tw_reason_case *c, enum tw_feature f, struct tw_arena *arena,
                         struct tw_reason *ret) TW_MUST_CHECK;

/* Day one, without a model: the attribution of a plain price check. Fills ret[TW_FEATURE_N] with 0 but for
 * the place of the price per kg among these goods (TW_FEATURE_PRICE_SPREAD), and returns the check's score:
 * how many spreads the price lies below the usual one, 0 when it does not or cannot be known. Pure. */
double tw_reason_price_check(const float *x, double *ret);

#endif
