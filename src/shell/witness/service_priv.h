/* SPDX-License-Identifier: Apache-2.0 */
/* witness/service_priv.h -- all that a witness decides: add-checkpoint.
 *
 * In : an open store, the body of a request, the time.
 * Out: a status of HTTP and a body.
 * Not: connections (witness/serve_priv.h). One call at a time: from what was last seen to what is written
 *      down, nobody else comes between.
 *
 * Source: C2SP tlog-witness; its statuses, and in its order:
 *   400  no request; old size beyond that of the checkpoint      404  no log of that origin is watched
 *   403  no signature of the log, or one that does not hold
 *   409  old size is not the last one, or the same size has another root: the body is the last size
 *   422  the proof does not hold                                  200  the line of a cosignature
 */
#ifndef TW_WITNESS_SERVICE_PRIV_H
#define TW_WITNESS_SERVICE_PRIV_H

#include "witness/store_priv.h"

struct witness_answer {
    unsigned status;
    bool size;             /* the body is text/x.tlog.size */
    struct tw_buf body;    /* owned: lines */
    struct tw_fault fault; /* why not; code TW_OK with 200 */
};

/* now  UTC seconds. An answer of 500 and more is one whose record could not be written. */
void witness_add_checkpoint(struct witness_store *s, struct tw_str body, int64_t now,
                            struct witness_answer *ret);

#endif
