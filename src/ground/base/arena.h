/* SPDX-License-Identifier: Apache-2.0 */
/* base/arena.h -- memory with one lifetime.
 *
 * In : sizes.
 * Out: zeroed memory that lives until the arena is reset or freed.
 * Not: freeing piece by piece.
 */
#ifndef TW_BASE_ARENA_H
#define TW_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct tw_arena;

/* An empty arena that will never hold more than `max_bytes`. TW_NOMEM */
tw_err tw_arena_new(size_t max_bytes, struct tw_arena **ret) TW_MUST_CHECK;

/* Takes NULL. */
void tw_arena_free(struct tw_arena *arena);

/* Zeroed, 16-byte aligned; NULL when size is 0, the ceiling is reached or the heap is empty. */
void *tw_arena_alloc(struct tw_arena *arena, size_t size) TW_MUST_CHECK;

/* `n` zeroed elements of `size` bytes; NULL also when n*size overflows. */
void *tw_arena_array(struct tw_arena *arena, size_t n, size_t size) TW_MUST_CHECK;

/* The same without zeros, for what is filled at once: zeroing costs as much as filling. */
void *tw_arena_room(struct tw_arena *arena, size_t n, size_t size) TW_MUST_CHECK;

/* Has the ceiling refused anything since the last reset? Else what was refused was for want of memory. */
bool tw_arena_full(const struct tw_arena *arena);

/* Bytes of the heap that it holds, used or not; never more than its ceiling. */
size_t tw_arena_bytes(const struct tw_arena *arena);

/* Forgets everything allocated; keeps one block for the next use, so a reset per declaration costs no malloc.
 */
void tw_arena_reset(struct tw_arena *arena);

static inline void tw_arena_freep(struct tw_arena **arena)
{
    tw_arena_free(*arena);
}

/* TW_SCOPED(tw_arena) *a = NULL;  -- freed when the scope ends, whichever way it ends. */
#define TW_SCOPED(type) __attribute__((cleanup(type##_freep))) struct type

#endif
