/* SPDX-License-Identifier: Apache-2.0 */
/* base/map.h -- tables from keys to dense numbers.
 *
 * In : texts or 64-bit keys.
 * Out: 0, 1, 2 ... in the order of first appearance, so payload lives in the caller's own arrays.
 * Not: removal.
 */
#ifndef TW_BASE_MAP_H
#define TW_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { TW_MAP_NONE = UINT32_MAX };

struct tw_intern; /* text -> dense number, texts are copied */

tw_err tw_intern_new(struct tw_intern **ret) TW_MUST_CHECK;
void tw_intern_free(struct tw_intern *m);
static inline void tw_intern_freep(struct tw_intern **m)
{
    tw_intern_free(*m);
}
/* The number of `key`, a new one if it is new. TW_NOMEM, TW_LIMIT (2^32-2 keys) */
tw_err tw_intern_put(struct tw_intern *m, struct tw_str key, uint32_t *ret) TW_MUST_CHECK;
uint32_t tw_intern_find(const struct tw_intern *m, struct tw_str key);    /* TW_MAP_NONE when absent */
struct tw_str tw_intern_text(const struct tw_intern *m, uint32_t number); /* valid until the table is freed */
size_t tw_intern_n(const struct tw_intern *m);

struct tw_map64; /* 64-bit key -> dense number; keys are taken as already well mixed */

tw_err tw_map64_new(struct tw_map64 **ret) TW_MUST_CHECK;
void tw_map64_free(struct tw_map64 *m);
static inline void tw_map64_freep(struct tw_map64 **m)
{
    tw_map64_free(*m);
}
tw_err tw_map64_put(struct tw_map64 *m, uint64_t key, uint32_t *ret) TW_MUST_CHECK;
uint32_t tw_map64_find(const struct tw_map64 *m, uint64_t key);
size_t tw_map64_n(const struct tw_map64 *m);

#endif
