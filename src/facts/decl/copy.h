/* SPDX-License-Identifier: Apache-2.0 */
/* decl/copy.h -- a declaration that outlives the bytes it was read from.
 *
 * In : a declaration.
 * Out: an equal one that points into one arena alone.
 * Not: anything changed.
 */
#ifndef TW_DECL_COPY_H
#define TW_DECL_COPY_H

#include "base/arena.h"
#include "decl/decl.h"

/* Copies `d` with everything it points to into `arena`. TW_NOMEM (also when the arena is full) */
tw_err tw_decl_copy(const struct tw_decl *d, struct tw_arena *arena, struct tw_decl **ret) TW_MUST_CHECK;

#endif
