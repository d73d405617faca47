/* SPDX-License-Identifier: Apache-2.0 */
/* engine/lessons_priv.h -- what training keeps of a stream of declarations.
 *
 * In : each declaration's features as of its own time, the findings on its items.
 * Out: the rows that teach; the latest declarations, which a new model is to score.
 * Not: features, training.
 *
 * Of the stream two things remain: one row for each item with a finding, and the last so many declarations.
 */
#ifndef TW_ENGINE_LESSONS_PRIV_H
#define TW_ENGINE_LESSONS_PRIV_H

#include "decl/finding.h"
#include "feature/feature.h"
#include "learn/card.h"

/* Rows that teach; arrays of n. */
struct lessons {
    float *x; /* n x TW_FEATURE_N */
    struct tw_truth *truth;
    struct tw_card_row *place;
    size_t n, cap, found;
};

void lessons_free(struct lessons *l); /* frees what it holds; takes one of all zero */

/* One item with its finding.
 * declaration  its number in the stream */
struct lesson {
    const float *x; /* TW_FEATURE_N */
    const struct tw_look_item *look;
    const struct tw_finding *finding;
    struct tw_card_row place;
    uint32_t declaration;
    int32_t day; /* of lodging */
};
tw_err lessons_add(struct lessons *l, const struct lesson *one) TW_MUST_CHECK; /* TW_NOMEM */

/* The latest declarations. Of items no more are kept than RECENT_ITEMS_MAX, whatever the window. */
enum { RECENT_ITEMS_MAX = 400000 };
struct recent {
    size_t window;         /* declarations at most */
    uint32_t *items;       /* ring of window: items of each */
    size_t first, n;       /* declarations: the oldest, how many */
    float *x;              /* ring of cap rows of TW_FEATURE_N */
    double *stake;         /* one for each row */
    size_t row, rows, cap; /* rows: the oldest, how many, room */
};

tw_err recent_new(size_t window, struct recent *ret) TW_MUST_CHECK; /* TW_NOMEM */
void recent_free(struct recent *r);                                 /* takes one of all zero */
/* look->n rows. TW_NOMEM */
tw_err recent_add(struct recent *r, const struct tw_look *look, const float *x) TW_MUST_CHECK;

/* Row number `i` from the oldest on. */
static inline size_t recent_row(const struct recent *r, size_t i)
{
    return (r->row + i) % r->cap;
}
/* Items of the i-th declaration from the oldest on; their rows follow those of the one before. */
static inline uint32_t recent_items(const struct recent *r, size_t i)
{
    return r->items[(r->first + i) % r->window];
}

#endif
