/* SPDX-License-Identifier: Apache-2.0 */
/* message/idset.h -- which declarations have been seen, in few bytes each.
 *
 * In : 64-bit hashes of declaration ids.
 * Out: has this one been here before, among the last so many.
 * Not: the ids themselves. Two ids share a hash by chance once in 1.8e19 pairs: among five million ids a
 * wrong answer is to be expected in one of 1.5 million files.
 */
#ifndef TW_MESSAGE_IDSET_H
#define TW_MESSAGE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tw_idset;

/* A set that remembers at least the last `max`/2 hashes and at most `max`, in at most 16 bytes each (24 while
 * it grows). max >= 2. TW_NOMEM */
tw_err tw_idset_new(uint64_t max, struct tw_idset **ret) TW_MUST_CHECK;

void tw_idset_free(struct tw_idset *s); /* takes NULL */

static inline void tw_idset_freep(struct tw_idset **s)
{
    tw_idset_free(*s);
}

/* Asks the memory for the place of `hash`, so that tw_idset_put soon after need not wait. */
void tw_idset_prefetch(const struct tw_idset *s, uint64_t hash);

/* *ret_seen = was it there before; it is there now. TW_NOMEM: nothing has changed */
tw_err tw_idset_put(struct tw_idset *s, uint64_t hash, bool *ret_seen) TW_MUST_CHECK;

#endif
