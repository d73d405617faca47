/* SPDX-License-Identifier: Apache-2.0 */
/* engine/log_pins_priv.h -- leaves about what is pinned and about manifests, held against what is kept.
 *
 * In : leaves in their order. Out: the first that speaks of what is not there, or is otherwise.
 * Not: the log itself (engine/station_log.h).
 */
#ifndef TW_ENGINE_LOG_PINS_PRIV_H
#define TW_ENGINE_LOG_PINS_PRIV_H

#include "base/map.h"
#include "engine/settings.h"
#include "message/json_in.h"

struct log_pins {
    struct tw_station *s;
    struct tw_intern *objects; /* hashes that leaves have named so far, each looked at once */
    uint64_t last;             /* seq of the last leaf of settings; 0 = none so far */
    bool rules;                /* there are such */
    uint8_t model[TW_SHA256_BYTES], criteria[TW_SHA256_BYTES]; /* that decisions must name now */
};

tw_err log_pins_begin(struct log_pins *p, struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;
void log_pins_end(struct log_pins *p);

/* TW_CONFLICT  leaf and object, settings or manifest disagree */
tw_err log_pins_object(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                       struct tw_fault *fault) TW_MUST_CHECK;
tw_err log_pins_settings(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                         struct tw_fault *fault) TW_MUST_CHECK;
tw_err log_pins_manifest(struct log_pins *p, uint64_t idx, const struct tw_json_node *leaf,
                         struct tw_arena *arena, struct tw_fault *fault) TW_MUST_CHECK;

/* Behind the last leaf: does the station go by the settings that stand last in the log? TW_CONFLICT */
tw_err log_pins_all(struct log_pins *p, struct tw_fault *fault) TW_MUST_CHECK;

#endif
