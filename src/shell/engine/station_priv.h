/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_priv.h -- what station.c and station_days.c share. */
#ifndef TW_ENGINE_STATION_PRIV_H
#define TW_ENGINE_STATION_PRIV_H

#include "engine/signer_client.h"
#include "engine/station.h"

enum { STATION_PRINT_KEY = 32 };

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
    int32_t today; /* the day that was made ready; TW_NO_DAY = none */
};

#endif
