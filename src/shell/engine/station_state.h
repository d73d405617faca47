/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_state.h -- a station's state as bytes: what its decisions of the past have left, with the
 * place in the sequence up to which they are in it (docs/formats/station.md, snapshot "state").
 */
#ifndef TW_ENGINE_STATION_STATE_H
#define TW_ENGINE_STATION_STATE_H

#include "engine/state_dir.h"

#define TW_STATION_STATE "state" /* kind of the snapshot */

/* Appends it. decision_seq  of the last decision in it. TW_NOMEM */
tw_err tw_station_state_save(const struct tw_state *s, uint64_t decision_seq, struct tw_buf *out)
    TW_MUST_CHECK;
/* The same of one that was saved before the last decision was known. */
void tw_station_state_mark(struct tw_buf *bytes, uint64_t decision_seq);

/* TW_FORMAT  damaged; and the errors of tw_profile_load, tw_channels_load */
tw_err tw_station_state_load(struct tw_str bytes, const struct tw_channel_settings *channels,
                             struct tw_state *ret, uint64_t *decision_seq, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
