/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_cargo.h -- what carriers said, as a station's declarations are held against it.
 *
 * In : the manifests that were taken in up to a place in the order; the declarations decided before another.
 * Out: the book of decl/cargo.h, with all of these declarations taken in.
 * Not: which manifests count when (engine/settings.h).
 *
 * The book is made anew where a station begins to work and where more manifests count, from the record alone;
 * so a decision is the same whenever and however often the work was interrupted. That takes as long as
 * reading all of it.
 */
#ifndef TW_ENGINE_STATION_CARGO_H
#define TW_ENGINE_STATION_CARGO_H

#include "decl/cargo.h"
#include "engine/station.h"

struct tw_station_cargo {
    struct tw_arena *arena; /* of the manifests */
    const struct tw_manifest **at;
    size_t n, cap;
    struct tw_cargo *cargo; /* NULL = it is not open */
};

/* manifests  those with this seq or a lower one; before  declarations with a lower seq are taken in
 * TW_LIMIT  they take more memory than manifests may (engine/manifests.h); TW_FORMAT, TW_NOMEM */
tw_err tw_station_cargo_open(struct tw_station *s, uint64_t manifests, uint64_t before,
                             struct tw_station_cargo *ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_station_cargo_close(struct tw_station_cargo *c); /* also one that was never opened */

#endif
