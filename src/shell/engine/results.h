/* SPDX-License-Identifier: Apache-2.0 */
/* engine/results.h -- findings that wait for the day after they were known.
 *
 * In : findings of a file, findings that stand in the rows of declarations.
 * Out: the profile that knows them, at each moment, as far as they were known then.
 * Not: reading them.
 *
 * A finding has a day and no hour, so it counts from the next day on: a declaration never meets a result that
 * came later on its own day.
 */
#ifndef TW_ENGINE_RESULTS_H
#define TW_ENGINE_RESULTS_H

#include "message/findings.h"
#include "profile/profile.h"

struct tw_results;

/* list  of a file, sorted by day; may be empty; must outlive the results. TW_NOMEM */
tw_err tw_results_new(struct tw_finding_list list, struct tw_results **ret) TW_MUST_CHECK;
void tw_results_free(struct tw_results *r); /* takes NULL */
static inline void tw_results_freep(struct tw_results **r)
{
    tw_results_free(*r);
}

/* Has the file a finding on this declaration (tw_profile_declaration)? Then its keys are to be kept. */
bool tw_results_expects(const struct tw_results *r, uint64_t declaration);

/* Adds findings that stood in the rows of a declaration; they are copied. TW_NOMEM */
tw_err tw_results_add(struct tw_results *r, const struct tw_finding *f, size_t n) TW_MUST_CHECK;

/* Folds in everything known before `day`, in the order of days; of one day the file's come first. TW_NOMEM */
tw_err tw_results_fold(struct tw_results *r, int32_t day, struct tw_profile *p) TW_MUST_CHECK;

struct tw_results_count {
    uint64_t folded, found; /* results taken in; of these non-compliant */
    uint64_t unmatched;     /* the declaration is not awaited: never seen, too long ago, or taken in before */
    uint64_t waiting;       /* known on the last day or later */
    struct tw_str first_unmatched; /* declaration id; as long as the list; absent when it stood in a row */
};
struct tw_results_count tw_results_count(const struct tw_results *r);

#endif
