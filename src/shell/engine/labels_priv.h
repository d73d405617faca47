/* SPDX-License-Identifier: Apache-2.0 */
/* engine/labels_priv.h -- which finding is about which item.
 *
 * In : findings of a file; declarations one after another, with those that stand in their rows.
 * Out: the finding on each item, as it comes; how many were about nothing.
 * Not: when a finding may be known (engine/results.h).
 */
#ifndef TW_ENGINE_LABELS_PRIV_H
#define TW_ENGINE_LABELS_PRIV_H

#include "message/findings.h"

struct labels;

/* list  sorted by the day they were known; must outlive the labels. TW_NOMEM */
tw_err labels_new(struct tw_finding_list list, struct labels **ret) TW_MUST_CHECK;
void labels_free(struct labels *l); /* takes NULL */
static inline void labels_freep(struct labels **l)
{
    labels_free(*l);
}

/* Fills ret[0 .. decl->items.n - 1]: the finding on each item, NULL = none. Of several on one item the last
 * counts, those of the file after those of the row. What is filled in is valid as long as the list and
 * reading. A declaration that comes twice has its findings counted twice. */
void labels_meet(struct labels *l, const struct tw_reading *reading, const struct tw_finding **ret);

struct labels_count {
    uint64_t read;       /* findings, those met in rows included */
    uint64_t unmatched;  /* of these without their declaration or item so far */
    uint64_t superseded; /* items whose finding gave way to a later one */
};
struct labels_count labels_count(const struct labels *l);

#endif
