/* SPDX-License-Identifier: Apache-2.0 */
/* score/response.h -- what the margin would be if one feature had another value.
 *
 * In : trees, a row, the feature that may change while all others stay.
 * Out: the margin for every value the feature could have, bit for bit what tw_forest_row would say; the
 * smallest change that brings it below a target. Not: which features a person could change, and the sentence;
 * that is reason/.
 *
 * A forest sees of a feature only which thresholds it reaches. Between two neighbouring thresholds nothing
 * changes, so a hundred or two margins answer for all values there are.
 */
#ifndef TW_SCORE_RESPONSE_H
#define TW_SCORE_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "score/forest_spec.h"

struct tw_response;

/* Sorts the thresholds of a forest by feature; `spec` is not needed afterwards. Errors: those of
 * tw_forest_check, with `name` in fault->path. */
tw_err tw_response_new(const struct tw_forest_spec *spec, const char *name, struct tw_response **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;
void tw_response_free(struct tw_response *r); /* takes NULL */
static inline void tw_response_freep(struct tw_response **r)
{
    tw_response_free(*r);
}

/* A row, walked once; then any of its features can be asked for. */
struct tw_response_row;

/* `arena` owns *ret; `x` and `r` must outlive it. TW_NOMEM. Time: about 5 us for 200 trees of depth 6. Pure.
 */
tw_err tw_response_row(const struct tw_response *r, const float *x, struct tw_arena *arena,
                       const struct tw_response_row **ret) TW_MUST_CHECK;

/* The margin as a function of one feature: margin[i] for edge[i - 1] <= value < edge[i], where edge[-1] is
 * -inf and the last cell ends at +inf, which belongs to it. */
struct tw_margins {
    const float *edge;   /* n - 1 thresholds, rising */
    const float *margin; /* n, n >= 1 */
    size_t n;
    float missing; /* the margin if the value were missing */
};

/* `arena` owns ret->margin; ret->edge lives as long as the tw_response.
 * TW_ARG    the forest has no such feature
 * TW_NOMEM
 * Time: a few us for 200 trees and 200 thresholds. Pure. */
tw_err tw_response_of(const struct tw_response_row *row, uint32_t feature, struct tw_arena *arena,
                      struct tw_margins *ret) TW_MUST_CHECK;

/* A change that is asked for. */
struct tw_wish {
    float from;        /* the value now, finite */
    float target;      /* the margin is to be below this */
    float least, most; /* the values that are possible, both included; may be infinite */
    bool whole;        /* whole numbers only */
};

/* A change that would do. */
struct tw_change {
    float value;     /* the possible value nearest to `from`; of two equally near the lower */
    float margin;    /* there */
    float low, high; /* every possible value with low <= value < high, or up to +inf, does it as well */
};

/* False = no possible value brings the margin below the target, or `from` is not finite; then `ret` is
 * untouched. Pure. */
bool tw_response_nearest(const struct tw_margins *m, const struct tw_wish *wish, struct tw_change *ret);

#endif
