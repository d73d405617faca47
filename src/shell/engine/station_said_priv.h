/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_said_priv.h -- what criteria said of a declaration, out of the record of its decision.
 *
 * In : the record, JSON (docs/formats/decision.md). Out: outcomes, as they stand there.
 * Not: anything another module may use.
 */
#ifndef TW_ENGINE_STATION_SAID_PRIV_H
#define TW_ENGINE_STATION_SAID_PRIV_H

#include "criteria/criteria.h"

/* *ret NULL: no set had a say. Texts point into `record`. TW_FORMAT, TW_NOMEM */
tw_err station_said(struct tw_str record, struct tw_arena *arena, const struct tw_criteria_given **ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

#endif
