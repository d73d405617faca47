/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_priv.h -- what station.c, station_days.c and the looks at its log share. */
#ifndef TW_ENGINE_STATION_PRIV_H
#define TW_ENGINE_STATION_PRIV_H

#include "engine/signer_client.h"
#include "engine/station.h"

enum { STATION_PRINT_KEY = 32, STATION_KINDS = 12 };

struct tw_station {
    struct tw_station_options o;
    struct tw_db *db;
    struct tw_signer_client *signer; /* NULL = read only */
    struct tw_tlog *log;
    struct tw_arena *arena;
    struct tw_buf key;              /* of the log */
    struct tw_signer_log signed_as; /* the last that was signed */
    struct tw_buf note;             /* a checkpoint that is not in the database yet; empty = there is none */
    uint64_t noted;                 /* size of the last checkpoint that is here or in the database */
    uint8_t print_key[STATION_PRINT_KEY];
    struct {
        const char *name; /* static */
        struct tw_hmac_key by;
    } kind[STATION_KINDS]; /* of fingerprints, as they were first asked for */
    size_t kinds;
    int32_t today; /* the day that was made ready; TW_NO_DAY = none */
};

/* What the station keeps of a day: the number of the leaf that commits to its key, and " revealed" when it
 * is; absent: nothing. In s->arena (station_days.c). */
tw_err station_day(struct tw_station *s, int32_t day, struct tw_str *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The log is at hand, and all of it signed: what was committed while the signer was gone is signed now. Not
 * within a batch. */
tw_err station_ready(struct tw_station *s, struct tw_fault *fault) TW_MUST_CHECK;

#endif
