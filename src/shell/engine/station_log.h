/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_log.h -- a station's log, looked at from outside: is it whole, and what does it prove?
 *
 * In : a station, open for reading; registration numbers.
 * Out: the first place at which the log, its tiles, its checkpoints or the rows it speaks of disagree;
 * proofs. Not: whose signatures are believed (audit/policy.h); damage of the file (store/db.h).
 */
#ifndef TW_ENGINE_STATION_LOG_H
#define TW_ENGINE_STATION_LOG_H

#include "audit/proof.h"
#include "engine/station.h"

struct tw_station_log_report {
    uint64_t leaves, checkpoints, intakes, decisions, findings, commitments, reveals, erasures;
    uint64_t objects, settings, manifests;
    uint64_t pending; /* leaves behind the last checkpoint: all else is right, and TW_CONFLICT */
    uint64_t erased, erased_manifests; /* of the intakes: what came in is gone, as an erasure says */
    struct tw_checkpoint last;         /* origin in `note` */
    struct tw_buf note;                /* the last checkpoint, signed */
};
void tw_station_log_report_free(struct tw_station_log_report *r);

struct tw_station_log_watch {
    void *to;
    void (*progress)(void *to, uint64_t leaves); /* every thousand; NULL = not wanted */
    const volatile sig_atomic_t *stop;
    bool log_alone; /* leaves, tiles and checkpoints; not what the leaves speak of */
};

/* Reads all of it. fault->note names the first leaf, tile, checkpoint or row that is wrong.
 * TW_CONFLICT  something is; TW_INTERRUPTED, and the errors of reading */
tw_err tw_station_log_verify(struct tw_station *s, const struct tw_station_log_watch *w,
                             struct tw_station_log_report *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The proof that the last decision of a declaration stands in the log, and its leaf, both appended.
 * TW_NOTFOUND  no such declaration, not decided yet, or not signed yet */
tw_err tw_station_log_proof(struct tw_station *s, uint64_t reg, struct tw_buf *proof, struct tw_buf *leaf,
                            struct tw_fault *fault) TW_MUST_CHECK;

/* The last checkpoint. TW_NOTFOUND  nothing has been signed */
tw_err tw_station_log_checkpoint(struct tw_station *s, struct tw_buf *note, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Each leaf from `from` on, in order. */
tw_err tw_station_log_leaves(struct tw_station *s, uint64_t from, tw_db_leaf_fn fn, void *to,
                             struct tw_fault *fault) TW_MUST_CHECK;

/* The log as files below a directory, as C2SP tlog-tiles has them: checkpoint, tiles, bundles of entries.
 * The errors of writing files */
tw_err tw_station_log_files(struct tw_station *s, const char *dir, struct tw_fault *fault) TW_MUST_CHECK;

#endif
