/* SPDX-License-Identifier: Apache-2.0 */
/* engine/settings.h -- by what a station decides: everything that has a say and is no declaration.
 *
 * In : hashes of what was pinned (engine/pins.h), numbers.
 * Out: one canonical text and its hash; which text was in force when; options for engine/run.h.
 * Not: what the files say; draws, which are the signer's.
 *
 * A text of settings is an object of the station, and a leaf `settings` puts it in force: what is decided
 * behind that leaf, up to the next one, is decided by it. Such a stretch is a period. Each leaf names the one
 * before, so that all periods are found from the last leaf back. docs/formats/station.md has the text member
 * by member.
 */
#ifndef TW_ENGINE_SETTINGS_H
#define TW_ENGINE_SETTINGS_H

#include "channel/channel.h"
#include "criteria/criteria.h"
#include "engine/station.h"
#include "list/list.h"
#include "profile/profile.h"

/* By which rules this program decides. Raised whenever the same input would be decided otherwise than by the
 * program before; whoever replays a period of another number is told. */
enum { TW_STATION_RULES = 1 };

/* Hashes of zeros: none. */
struct tw_station_settings {
    uint8_t model[TW_SHA256_BYTES], criteria[TW_SHA256_BYTES], lists[TW_SHA256_BYTES]; /* trees */
    uint8_t channels[TW_SHA256_BYTES]; /* of tw_channel_settings_put */
    uint64_t manifests;                /* those with this seq or a lower one count */
    uint64_t rules;
    char currency[4]; /* "" = none */
    bool reasons;
    double duty_mix;                  /* negative = as the model was trained */
    struct tw_profile_limits profile; /* of a profile that begins empty */
    uint32_t memory_mib;              /* 0 = as the profile says */
    struct tw_criteria_limits criteria_limits;
    struct tw_watch_limits list_limits;
    uint32_t lists_max;
};

static inline bool tw_settings_has(const uint8_t hash[TW_SHA256_BYTES])
{
    static const uint8_t none[TW_SHA256_BYTES];
    return memcmp(hash, none, sizeof none) != 0;
}

/* The text, appended: the same settings are always the same bytes. */
void tw_settings_put(const struct tw_station_settings *s, struct tw_buf *out);
/* TW_FORMAT  it is no such text, or a newer program's; TW_NOMEM */
tw_err tw_settings_read(struct tw_str text, struct tw_station_settings *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* A leaf that put settings in force. */
struct tw_station_period {
    uint64_t seq;    /* of the leaf: decisions with a higher seq are of this period, unless of a later one */
    uint64_t before; /* of the leaf before; 0 = it is the first */
    uint8_t hash[TW_SHA256_BYTES]; /* of the text */
};

/* The last one. TW_NOTFOUND  nothing has been put in force yet; TW_FORMAT, and the errors of reading */
tw_err tw_settings_last(struct tw_station *s, struct tw_station_period *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
/* That with this seq. TW_FORMAT  no such leaf */
tw_err tw_settings_at(struct tw_station *s, uint64_t seq, struct tw_station_period *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_settings_of(struct tw_station *s, const struct tw_station_period *p,
                      struct tw_station_settings *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* All of them in order, in the arena. */
struct tw_station_periods {
    const struct tw_station_period *at;
    size_t n;
};
tw_err tw_settings_periods(struct tw_station *s, struct tw_arena *arena, struct tw_station_periods *ret,
                           struct tw_fault *fault) TW_MUST_CHECK;

/* Puts settings in force, within a batch. *ret_new: they differ from the last; else nothing is written. */
tw_err tw_settings_set(struct tw_station *s, const struct tw_station_settings *set, bool *ret_new,
                       struct tw_fault *fault) TW_MUST_CHECK;

#endif
