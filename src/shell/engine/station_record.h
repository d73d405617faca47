/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_record.h -- one decision as a station keeps it: its row, its leaf (docs/formats/log.md); and
 * whether a decision that is made again is the one that stands there.
 */
#ifndef TW_ENGINE_STATION_RECORD_H
#define TW_ENGINE_STATION_RECORD_H

#include "engine/decider.h"
#include "engine/station.h"

enum { TW_STATION_DECIDED = 1 }; /* state of a declaration that was decided (docs/formats/station.md) */

/* Within a batch. leaf  room. *ret_seq = of the decision. The errors of tw_db_decision_put, tw_db_decl_move,
 * tw_station_leaf */
tw_err tw_station_record(struct tw_station *s, const struct tw_decider_job *j, int32_t day,
                         struct tw_buf *leaf, uint64_t *ret_seq, struct tw_fault *fault) TW_MUST_CHECK;

/* Bit for bit; of a brief one all but its text. */
bool tw_station_same(const struct tw_db_decision *was, const struct tw_decider_job *is);

#endif
