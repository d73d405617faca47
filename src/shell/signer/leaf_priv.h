/* SPDX-License-Identifier: Apache-2.0 */
/* signer/leaf_priv.h -- is a leaf of the log the commitment to a day's key?
 *
 * In : the bytes of a leaf, a day, a sum.
 * Out: yes or no. It is when it is a leaf as audit/leaf.h has them whose members day, sha256 and type are the
 * day, the sum and "commitment"; what else it says is the station's.
 * Not: whether it stands in the log.
 */
#ifndef TW_SIGNER_LEAF_PRIV_H
#define TW_SIGNER_LEAF_PRIV_H

#include "base/str.h"

/* day, sum  as they have to stand there: 2026-11-23, 64 hex digits */
bool signer_leaf_commits(struct tw_str leaf, struct tw_str day, struct tw_str sum);

#endif
