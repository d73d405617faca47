/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_log_check_priv.h -- what a log is held against besides its own hashes: the tile that has a
 * leaf, the commitments of days, the rows that no leaf speaks of.
 *
 * In : leaves in their order, the station's rows.
 * Out: the first disagreement, by its leaf, tile, checkpoint, day or row. Not: the order (station_log.c).
 *
 * Each is TW_CONFLICT where something disagrees, or an error of reading.
 */
#ifndef TW_ENGINE_STATION_LOG_CHECK_PRIV_H
#define TW_ENGINE_STATION_LOG_CHECK_PRIV_H

#include "engine/station_log.h"
#include "message/json_in.h"

/* The tile of level 0 at hand. */
struct log_tile {
    bool there;
    uint64_t index;
    size_t n; /* bytes */
    uint8_t hash[TW_DB_TILE_MAX];
};

/* Has the tile the hash of this leaf? The one that the last checkpoint does not bear out is named. */
tw_err log_leaf_in_tile(struct tw_station *s, struct log_tile *t, uint64_t idx,
                        const uint8_t hash[TW_TLOG_HASH], struct tw_fault *fault) TW_MUST_CHECK;

/* Days whose keys the log commits to. */
struct log_days {
    struct log_day *at;
    size_t n, cap;
};
void log_days_free(struct log_days *d);

/* A leaf that commits to a day's key, reveals it, or tells by which a draw was made: one commitment a day,
 * before all else; the key that is revealed is the one committed to. */
tw_err log_day_commitment(struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                          struct tw_fault *fault) TW_MUST_CHECK;
tw_err log_day_reveal(struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                      struct tw_fault *fault) TW_MUST_CHECK;
tw_err log_day_draw(const struct log_days *d, uint64_t idx, const struct tw_json_node *leaf,
                    struct tw_fault *fault) TW_MUST_CHECK;
/* Behind the last leaf: does the station think the same of its days? */
tw_err log_days_end(struct tw_station *s, const struct log_days *d, struct tw_fault *fault) TW_MUST_CHECK;

/* Behind the last leaf: is there a checkpoint besides those of the leaves? */
tw_err log_checkpoints_end(struct tw_station *s, const struct tw_station_log_report *r,
                           struct tw_fault *fault) TW_MUST_CHECK;
/* And a row or a tile that no leaf is of?
 * tiles  that the leaves make */
tw_err log_rows_end(struct tw_station *s, const struct tw_station_log_report *r, uint64_t tiles,
                    struct tw_fault *fault) TW_MUST_CHECK;

#endif
