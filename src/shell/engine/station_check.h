/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_check.h -- is each row of a station what its log, its sources and its records make it?
 *
 * In : a station, open for reading, with its keys.
 * Out: what is not, told table by table.
 * Not: pages, references, counts (store/db.h: tw_db_check, which comes first); whose log it is (the signer,
 * witnesses).
 *
 * SQLite has no sums over its pages: a bit that turns in a text is for it another text. So all that is kept
 * is held against what it was made of: leaves (engine/station_log.h), the declaration under lock, the record
 * of a decision.
 */
#ifndef TW_ENGINE_STATION_CHECK_H
#define TW_ENGINE_STATION_CHECK_H

#include "engine/station.h"

/* *damages = how many were told; of what was erased nothing can be said. Not within a batch.
 * TW_IO, TW_NOMEM, TW_INTERRUPTED: it could not be looked at to the end */
tw_err tw_station_check(struct tw_station *s, const struct tw_db_checker *how, uint64_t *damages,
                        struct tw_fault *fault) TW_MUST_CHECK;

#endif
