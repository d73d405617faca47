/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_state.h -- what a station's decisions of the past have left, in its database (snapshot
 * "state", docs/formats/station.md). It goes in and out in pieces, for it may be as large as the memory that
 * is set aside for it.
 */
#ifndef TW_ENGINE_STATION_STATE_H
#define TW_ENGINE_STATION_STATE_H

#include "engine/state_dir.h"
#include "store/db_log.h"

#define TW_STATION_STATE "state" /* kind of the snapshot */

/* Zeroed = there is none. */
struct tw_station_state {
    struct tw_state is;     /* without its channels, which are */
    struct tw_buf channels; /* as tw_channels_save has them */
    uint64_t seq, decision; /* of the last declaration and the last decision in it */
    uint64_t bytes;         /* it takes in the database, since it was kept or loaded */
};
void tw_station_state_close(struct tw_station_state *s); /* leaves none */

/* Within a batch. TW_CONFLICT  it is the one that is there; and the errors of tw_db_snapshot_put */
tw_err tw_station_state_keep(struct tw_db *db, struct tw_station_state *s, struct tw_fault *fault)
    TW_MUST_CHECK;

/* TW_NOTFOUND  there is none, or one of another version, which is made again
 * TW_FORMAT    damaged; and the errors of tw_db_snapshot_open and tw_profile_read */
tw_err tw_station_state_load(struct tw_db *db, struct tw_station_state *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* *kept     the one in the database is of the same place
 * *differs  and is not the same */
tw_err tw_station_state_compare(struct tw_db *db, const struct tw_station_state *s, bool *kept, bool *differs,
                                struct tw_fault *fault) TW_MUST_CHECK;

#endif
