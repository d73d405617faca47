/* SPDX-License-Identifier: Apache-2.0 */
/* audit/proof.h -- a proof that something stands in a log, in one text that can be printed and checked
 * offline.
 *
 * In : a leaf's place, hashes, a signed checkpoint; or the text of all that.
 * Out: the text; whether a leaf is proven by it under a policy.
 * Source: C2SP tlog-proof.
 */
#ifndef TW_AUDIT_PROOF_H
#define TW_AUDIT_PROOF_H

#include "audit/policy.h"

enum { TW_PROOF_BYTES_MAX = 2 << 20 };

struct tw_proof {
    uint64_t index;
    struct tw_tlog_path path;
    struct tw_str checkpoint; /* a signed note */
    struct tw_str extra;      /* base64; absent as a rule. Nothing vouches for it */
};

/* TW_FORMAT with the line at fault, TW_LIMIT. Lies in `text`. */
tw_err tw_proof_read(struct tw_str text, struct tw_proof *ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_proof_put(const struct tw_proof *p, struct tw_buf *out);

/* Does it prove that the leaf stands in the log? TW_CONFLICT: no. And the errors of tw_policy_judge */
tw_err tw_proof_judge(const struct tw_proof *p, const struct tw_policy *policy, struct tw_str leaf,
                      struct tw_checkpoint *ret, struct tw_policy_seen *seen, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
