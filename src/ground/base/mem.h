/* SPDX-License-Identifier: Apache-2.0 */
/* base/mem.h -- the one door to the heap, so that tests can make the n-th allocation fail.
 *
 * In : sizes.
 * Out: memory, zeroed where it says so, or NULL.
 * Not: lifetimes; arenas (base/arena.h) have those.
 */
#ifndef TW_BASE_MEM_H
#define TW_BASE_MEM_H

#include <stddef.h>

/* `n` elements of `size` bytes, zeroed; NULL when out of memory, when n*size overflows or is 0. */
void *tw_calloc(size_t n, size_t size) __attribute__((warn_unused_result));

/* Room for `n` elements of `size` bytes, the old content kept, new bytes undefined; NULL (and `p` still
 * valid) when out of memory or when n*size overflows or is 0. */
void *tw_realloc(void *p, size_t n, size_t size) __attribute__((warn_unused_result));

/* Takes NULL. */
void tw_free(void *p);

/* For tests only (tests/fault.h): after `n` more successful allocations every further one fails; n < 0 =
 * never. Per process; library code never calls it. */
void tw_mem_fail_after(long n);

#endif
