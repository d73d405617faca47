/* SPDX-License-Identifier: Apache-2.0 */
/* store/db_log.h -- bytes a station keeps for others: the log, pinned objects, snapshots.
 *
 * In : leaves, tiles and checkpoints as audit/ makes them; files by their hash; states by their place in the
 *      sequence.
 * Out: the same. Not: whether they agree with each other; audit/ and `station check` find that out.
 *
 * Calls and failures as in db_record.h.
 */
#ifndef TW_STORE_DB_LOG_H
#define TW_STORE_DB_LOG_H

#include "base/buf.h"
#include "store/db_record.h"

/* -- the log (docs/formats/station.md): nothing of it is ever changed, but a tile that was not full */

enum { TW_DB_LEAF_MAX = 65535, TW_DB_TILE_MAX = 256 * TW_SHA256_BYTES, TW_DB_LEVEL_MAX = 63 };

tw_err tw_db_leaf_put(struct tw_db *db, uint64_t idx, struct tw_str body, struct tw_fault *fault)
    TW_MUST_CHECK; /* TW_CONFLICT: it is there; TW_LIMIT */
typedef tw_err (*tw_db_leaf_fn)(void *to, uint64_t idx, struct tw_str body, struct tw_fault *fault);
tw_err tw_db_leaves_from(struct tw_db *db, const struct tw_db_from *from, tw_db_leaf_fn fn, void *to,
                         struct tw_fault *fault) TW_MUST_CHECK; /* from->seq: the first idx */

/* hashes  1 to 256 of 32 bytes. One that is there is replaced only by a longer one with the same beginning.
 * TW_CONFLICT  by another one */
struct tw_db_tile_at {
    uint32_t level; /* 0..63 */
    uint64_t idx;
};
tw_err tw_db_tile_put(struct tw_db *db, const struct tw_db_tile_at *at, struct tw_str hashes,
                      struct tw_fault *fault) TW_MUST_CHECK;
/* room for TW_DB_TILE_MAX bytes; *ret_n of them are filled. TW_NOTFOUND */
tw_err tw_db_tile(struct tw_db *db, const struct tw_db_tile_at *at, uint8_t *ret, size_t *ret_n,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* Replaces a note of the same size: further signatures. The last one has the greatest size. TW_NOTFOUND */
tw_err tw_db_checkpoint_put(struct tw_db *db, uint64_t size, struct tw_str note, struct tw_fault *fault)
    TW_MUST_CHECK;
tw_err tw_db_checkpoint(struct tw_db *db, uint64_t size, struct tw_arena *arena, struct tw_str *ret,
                        struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_checkpoint_last(struct tw_db *db, struct tw_arena *arena, uint64_t *ret_size, struct tw_str *ret,
                             struct tw_fault *fault) TW_MUST_CHECK;

/* How many rows there are of all that the log speaks of; counts them one by one. */
struct tw_db_totals {
    uint64_t leaves, tiles, checkpoints, decls, decisions, findings, manifests;
};
tw_err tw_db_totals(struct tw_db *db, struct tw_db_totals *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* -- objects: what decisions name by its hash. One that is there is left as it is.
 * kind  at most TW_DB_SHORT_MAX bytes. TW_LIMIT (TW_DB_OBJECT_MAX) */
tw_err tw_db_object_put(struct tw_db *db, struct tw_str kind, struct tw_str bytes,
                        uint8_t ret_hash[TW_SHA256_BYTES], struct tw_fault *fault) TW_MUST_CHECK;
/* TW_NOTFOUND; TW_FORMAT: its bytes have another hash; TW_NOMEM: the arena is too small */
tw_err tw_db_object(struct tw_db *db, const uint8_t hash[TW_SHA256_BYTES], struct tw_arena *arena,
                    struct tw_str *ret_kind, struct tw_str *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Is it there, and are its bytes what its hash says? *ret_bytes = how many. TW_NOTFOUND; TW_FORMAT */
tw_err tw_db_object_look(struct tw_db *db, const uint8_t hash[TW_SHA256_BYTES], uint64_t *ret_bytes,
                         struct tw_fault *fault) TW_MUST_CHECK;

/* -- snapshots: a state as it was when everything before `seq` had been taken in */

struct tw_db_snapshot {
    struct tw_str kind;
    uint64_t seq;
};

/* One that is being written, within a batch: put, any number of times, then end. It replaces older ones of
 * its kind once the batch is committed: one is kept. A failure undoes the batch.
 * TW_CONFLICT  there is one of that kind and seq
 * TW_LIMIT     it is larger than TW_DB_SNAPSHOT_MAX */
struct tw_db_snapshot_out;
tw_err tw_db_snapshot_new(struct tw_db *db, const struct tw_db_snapshot *s, struct tw_db_snapshot_out **ret,
                          struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_db_snapshot_put(struct tw_db_snapshot_out *out, const void *p, size_t n, struct tw_fault *fault)
    TW_MUST_CHECK;
tw_err tw_db_snapshot_end(struct tw_db_snapshot_out *out, struct tw_fault *fault) TW_MUST_CHECK;
void tw_db_snapshot_out_free(struct tw_db_snapshot_out *out); /* takes NULL */
static inline void tw_db_snapshot_out_freep(struct tw_db_snapshot_out **out)
{
    tw_db_snapshot_out_free(*out);
}

/* The latest of a kind, looked through as a whole before any of it is handed out. One at a time of a handle.
 * TW_NOTFOUND
 * TW_FORMAT  a part of it is missing, or was changed */
struct tw_db_snapshot_in;
tw_err tw_db_snapshot_open(struct tw_db *db, struct tw_str kind, struct tw_db_snapshot_in **ret,
                           struct tw_fault *fault) TW_MUST_CHECK;
uint64_t tw_db_snapshot_seq(const struct tw_db_snapshot_in *in);
uint64_t tw_db_snapshot_bytes(const struct tw_db_snapshot_in *in);
/* The next piece, valid until the next call; of no bytes: that was all. */
tw_err tw_db_snapshot_next(struct tw_db_snapshot_in *in, struct tw_str *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_db_snapshot_in_free(struct tw_db_snapshot_in *in); /* takes NULL */
static inline void tw_db_snapshot_in_freep(struct tw_db_snapshot_in **in)
{
    tw_db_snapshot_in_free(*in);
}

#endif
