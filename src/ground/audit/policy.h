/* SPDX-License-Identifier: Apache-2.0 */
/* audit/policy.h -- whose signatures make a checkpoint believed: logs, witnesses, how many of them.
 *
 * In : a policy file; checkpoints with their signatures.
 * Out: whether one is to be believed, and how many witnesses have seen it.
 * Not: fetching anything; what addresses are for.
 *
 * Source: C2SP tlog-policy. Groups of witnesses may hold groups: k of n of them must have signed.
 */
#ifndef TW_AUDIT_POLICY_H
#define TW_AUDIT_POLICY_H

#include "audit/checkpoint.h"
#include "audit/note.h"

enum {
    TW_POLICY_BYTES_MAX = 1 << 20,
    TW_POLICY_LOGS_MAX = 64,
    TW_POLICY_NAMES_MAX = 128 /* witnesses and groups */
};

struct tw_policy;

/* TW_FORMAT with the line at fault, TW_LIMIT, TW_NOMEM. Keys and names lie in `text`, which outlives it. */
tw_err tw_policy_read(struct tw_str text, struct tw_policy **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_policy_free(struct tw_policy *p); /* takes NULL */
static inline void tw_policy_freep(struct tw_policy **p)
{
    tw_policy_free(*p);
}

struct tw_policy_seen {
    unsigned witnesses; /* that have signed */
    int64_t first;      /* the earliest time at which one did; 0 = none */
};

/* Is that checkpoint to be believed? Its log is known and has signed it, no known key's signature fails, and
 * the quorum of witnesses has signed. *ret is what the note says. TW_FORMAT    no checkpoint TW_NOTFOUND  of
 * a log that is not known TW_CONFLICT  a signature is missing or does not hold */
tw_err tw_policy_judge(const struct tw_policy *p, struct tw_str note, struct tw_checkpoint *ret,
                       struct tw_policy_seen *seen, struct tw_fault *fault) TW_MUST_CHECK;

#endif
