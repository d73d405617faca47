/* SPDX-License-Identifier: Apache-2.0 */
/* engine/rules_priv.h -- how a set of criteria lies in its tree. */
#ifndef TW_ENGINE_RULES_PRIV_H
#define TW_ENGINE_RULES_PRIV_H

#include "engine/pins.h"

#define RULES_SET       "set.yaml"     /* of a draft */
#define RULES_PUBLISHED "published"    /* the directory of engine/published.h, with the one version */
#define RULES_SIGNERS   "signers.yaml" /* beside it: who may have signed */

/* Does the tree hold a published set? */
tw_err rules_is_published(struct tw_station *s, const uint8_t tree[TW_SHA256_BYTES], bool *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;

#endif
