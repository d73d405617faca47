/* SPDX-License-Identifier: Apache-2.0 */
/* synth/synth.h -- a country's traffic and its truth, from a world and a seed.
 *
 * In : a world (synth/world.h), a seed, how many declarations from which day on.
 * Out: CSV rows, one declaration at a time in the order of lodging: the declaration's items; a finding for
 * each item that the incumbent inspected; the truth of each item, which nothing but `evaluate` may read; what
 * carriers say is on board. Not: files. Memory grows with firms, not with declarations.
 *
 * Same world, seed and options: same bytes, on any compiler and CPU.
 */
#ifndef TW_SYNTH_SYNTH_H
#define TW_SYNTH_SYNTH_H

#include "base/buf.h"
#include "decl/manifest.h"
#include "synth/world.h"

struct tw_synth_options {
    uint64_t seed;
    int64_t declarations; /* 0 = the world's */
    int64_t months;       /* 0 = the world's */
    int32_t start_day;    /* UTC day of the first */
};

/* Where rows go; the caller empties the buffers whenever it likes. */
struct tw_synth_out {
    struct tw_buf declarations, findings, truth;
};

struct tw_synth;

/* World and goods must outlive what is returned. TW_RANGE (nothing to declare), TW_NOMEM */
tw_err tw_synth_new(const struct tw_world *world, const struct tw_world_goods_list *goods,
                    const struct tw_synth_options *options, struct tw_synth **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_synth_free(struct tw_synth *s);
static inline void tw_synth_freep(struct tw_synth **s)
{
    tw_synth_free(*s);
}

/* Appends the header rows of the three files. */
void tw_synth_headers(const struct tw_synth *s, struct tw_synth_out *out);

/* Appends the rows of the next declaration; *more = false, and nothing appended, after the last. TW_NOMEM */
tw_err tw_synth_next(struct tw_synth *s, struct tw_synth_out *out, bool *more) TW_MUST_CHECK;

/* Manifests of the ships of a day that has ended: not empty after the first tw_synth_next of another day, and
 * after the last. All versions of each, in the order of lodging; valid until the next tw_synth_next. Always
 * empty for a world without manifests. */
struct tw_synth_manifests {
    const struct tw_manifest *at;
    size_t n;
};
struct tw_synth_manifests tw_synth_manifests(const struct tw_synth *s);
bool tw_synth_has_manifests(const struct tw_synth *s);

/* Exchange rates of every day of the span: date,currency,rate (national units for one unit of the currency).
 */
void tw_synth_rates(const struct tw_synth *s, struct tw_buf *out);

/* The tariff in force: code,origin,preference,from,to,rate. */
void tw_synth_tariff(const struct tw_synth *s, struct tw_buf *out);

int64_t tw_synth_done(const struct tw_synth *s);  /* declarations written so far */
int64_t tw_synth_total(const struct tw_synth *s); /* declarations asked for */

#endif
