/* SPDX-License-Identifier: Apache-2.0 */
/* stat/sketch.h -- quantiles of positive numbers in little memory, with a fixed relative error.
 *
 * In : positive finite doubles with counts.
 * Out: quantiles within 2.2 % of a true one, shares below a value; merges; bytes.
 * Not: exact values, negatives, zero.
 *
 * The picture: a number's bucket is its binary exponent and the top four bits of its mantissa, so each power
 * of two is cut into 16 equal steps: the widest bucket is 1/16 of its lower end, its middle is at most 1/33
 * (3.0 %) and on average 2.2 % away. No logarithm is taken, so every machine finds the same bucket. The
 * counts of a run of buckets lie side by side; the run grows at either end as values come, up to 1,024
 * buckets (64 powers of two), beyond which the lowest collapse into one. Source: Masson, Rim and Lee,
 * DDSketch, VLDB 2019, with the fast mapping of its section 2.
 */
#ifndef TW_STAT_SKETCH_H
#define TW_STAT_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { TW_SKETCH_BUCKETS_MAX = 1024 };

/* Zeroed = empty. Owns `count`. */
struct tw_sketch {
    uint32_t *count; /* of buckets first .. first + n - 1; NULL when empty */
    int32_t first;
    uint16_t n, cap;
    uint32_t total; /* sum of all counts, saturating at 2^32 - 1 */
};

void tw_sketch_free(struct tw_sketch *s);  /* leaves an empty sketch */
void tw_sketch_clear(struct tw_sketch *s); /* the same: memory goes back */

/* Asks memory for the counts, some time before a quantile is asked for. */
static inline void tw_sketch_fetch(const struct tw_sketch *s)
{
    enum { LINE = 64 / sizeof(uint32_t) };
    for (uint32_t i = 0; i < s->n; i += LINE) __builtin_prefetch(&s->count[i]);
}

/* TW_ARG (not positive and finite; the sketch is unchanged), TW_NOMEM (unchanged) */
tw_err tw_sketch_add(struct tw_sketch *s, double value, uint32_t count) TW_MUST_CHECK;

static inline uint32_t tw_sketch_n(const struct tw_sketch *s)
{
    return s->total;
}

/* A value v such that about q of what was added is at most v; NaN when empty. 0 <= q <= 1. */
double tw_sketch_quantile(const struct tw_sketch *s, double q);

/* The same of two sketches taken together; either may be empty. */
double tw_sketch_quantile2(const struct tw_sketch *a, const struct tw_sketch *b, double q);

/* Several of them in one walk: q rises, n of them. */
void tw_sketch_quantiles2(const struct tw_sketch *a, const struct tw_sketch *b, const double *q, size_t n,
                          double *ret);

/* Where one quartile of two sketches taken together stands. It is moved as values come, a bucket at the most
 * as a rule, so that nobody walks when it is asked for. */
struct tw_sketch_mark {
    int32_t at;     /* its bucket */
    uint32_t below; /* in the buckets before that one; not kept beyond 2^32 - 2 values */
};

/* The marks of quartiles first .. first + n - 1: 1 is the lower one, 2 the median, 3 the upper one. */
void tw_sketch_marks(const struct tw_sketch *a, const struct tw_sketch *b, uint32_t first, size_t n,
                     struct tw_sketch_mark *ret);

/* tw_sketch_add to `a`, once, and the marks follow: they stand where tw_sketch_marks would set them. After an
 * error all is as it was. TW_ARG, TW_NOMEM */
tw_err tw_sketch_add_marked(struct tw_sketch *a, const struct tw_sketch *b, double value, uint32_t first,
                            size_t n, struct tw_sketch_mark *mark) TW_MUST_CHECK;

/* What tw_sketch_quantile2 would say of a mark's quartile. Its sketches are not both empty. */
double tw_sketch_marked(struct tw_sketch_mark mark);

/* Share of what was added in both that lies below `value`: whole buckets below its own, and half of its own.
 * NaN when both are empty. */
double tw_sketch_rank2(const struct tw_sketch *a, const struct tw_sketch *b, double value);

/* Adds everything in `from`. TW_NOMEM (then `s` may hold part of it) */
tw_err tw_sketch_merge(struct tw_sketch *s, const struct tw_sketch *from) TW_MUST_CHECK;

/* u16 number of buckets, i32 first bucket, then one u32 each, little-endian; failure sticks in `out`. */
void tw_sketch_save(const struct tw_sketch *s, struct tw_buf *out);

/* Reads one sketch from the front of the bytes; *used = bytes it took. TW_FORMAT, TW_NOMEM; ret untouched
 * then. */
tw_err tw_sketch_load(const uint8_t *p, size_t n, size_t *used, struct tw_sketch *ret) TW_MUST_CHECK;

#endif
