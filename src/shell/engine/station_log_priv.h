/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_log_priv.h -- what station_log.c and station_log_erased.c share.
 *
 * In : leaves of intake and erasure, the rows they speak of.
 * Out: is what stands under lock what the leaf says, or was it erased by a leaf that two people signed?
 * Not: anything another module may use.
 */
#ifndef TW_ENGINE_STATION_LOG_PRIV_H
#define TW_ENGINE_STATION_LOG_PRIV_H

#include "base/map.h"
#include "engine/station_log.h"
#include "message/json_in.h"

/* Parties of which a leaf says that they were erased. */
struct log_erased {
    struct tw_intern *told;
    bool pending; /* an erasure is not done yet: keys may still be there */
};
tw_err log_erased_begin(struct tw_db *db, struct log_erased *ret, struct tw_fault *fault) TW_MUST_CHECK;
void log_erased_free(struct log_erased *e);

struct log_place {
    struct tw_db *db;
    struct tw_arena *arena; /* of the leaf */
    uint64_t idx;
    const struct tw_json_node *leaf;
};

/* Is the source what the leaf of its intake commits to? *erased: it is gone, with one of its parties.
 * TW_CONFLICT */
tw_err log_source(const struct log_place *at, const struct tw_db_decl *row, const struct log_erased *e,
                  bool *erased, struct tw_fault *fault) TW_MUST_CHECK;
/* The same of a manifest. */
tw_err log_cargo(const struct log_place *at, const struct log_erased *e, bool *erased, struct tw_fault *fault)
    TW_MUST_CHECK;
/* Was it signed by two, and is all gone that it speaks of? TW_CONFLICT */
tw_err log_erasure(const struct log_place *at, struct log_erased *e, struct tw_fault *fault) TW_MUST_CHECK;
/* Behind the last leaf: is there one for each party that was erased? TW_CONFLICT */
tw_err log_erased_end(struct tw_db *db, struct log_erased *e, struct tw_fault *fault) TW_MUST_CHECK;

/* Members of leaves. */
bool log_hash_is(const struct tw_json_node *leaf, const char *key, const uint8_t sum[TW_SHA256_BYTES]);
bool log_whole(const struct tw_json_node *leaf, const char *key, uint64_t *ret);

#endif
