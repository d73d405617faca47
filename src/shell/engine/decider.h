/* SPDX-License-Identifier: Apache-2.0 */
/* engine/decider.h -- a run (engine/run.h) in a thread of its own, so that who keeps the record need not
 * wait.
 *
 * In : declarations as a station keeps them, in their order, each with its draw and the results that count
 *      from it on.
 * Out: the same, decided, in the same order.
 * Not: rows, leaves, the database: they stay with the thread that hands jobs in and takes them back.
 *
 * Jobs lie in a ring. One thread fills the free ones and puts them in, as many at once as it likes, and takes
 * them back one by one; it may fill a slot only while there is room, so nothing is ever copied or lost.
 */
#ifndef TW_ENGINE_DECIDER_H
#define TW_ENGINE_DECIDER_H

#include "engine/intake.h"
#include "engine/run.h"

struct tw_decider;

struct tw_decider_job {
    /* put in; what they point at lives in `arena`, which is the job's own, until the job is given back */
    uint64_t reg, seq, draw;
    uint32_t version;
    const struct tw_criteria_given *said; /* what criteria said of it; NULL = they are asked */
    bool brief;                           /* without reasons, whatever the run wants */
    const void *note;                     /* of who puts it in; not read here */
    struct tw_intake_kept kept;           /* of the declaration */
    struct tw_finding_list came;          /* results that count from it on */
    struct tw_arena *arena;
    /* come out */
    enum tw_channel channel;
    uint32_t basis, propensity_ppm;
    uint8_t model[TW_SHA256_BYTES], criteria[TW_SHA256_BYTES], profile[TW_SHA256_BYTES];
    struct tw_buf record;   /* JSON */
    struct tw_buf features; /* vectors, little endian */
    struct tw_buf told;     /* JSON as it is shown; empty unless wanted */
};

/* Nothing is owned; it must outlive the decider. begin and leave are called in the decider's thread. */
struct tw_decider_options {
    const struct tw_run_options *how; /* declarations, source, state, only, to, decided, done are not read */
    size_t jobs;                      /* slots: at least a few blocks of a run */
    bool told, full;                  /* `told` is wanted; with all there is */
    struct tw_cargo *cargo;           /* as of tw_run_source; nobody else touches it until the end */
    void *to;
    tw_err (*begin)(void *to, struct tw_state *ret, struct tw_fault *fault); /* as of tw_run_source */
    tw_err (*leave)(void *to, struct tw_state *s, struct tw_fault *fault);   /* the same */
};

/* TW_NOMEM, TW_UNAVAILABLE (no thread) */
tw_err tw_decider_new(const struct tw_decider_options *o, struct tw_decider **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
/* Takes NULL. What is not decided is dropped. */
void tw_decider_free(struct tw_decider *d);
static inline void tw_decider_freep(struct tw_decider **d)
{
    tw_decider_free(*d);
}

/* The i-th free slot, from 0; NULL = there is none. What lies in it is old. */
struct tw_decider_job *tw_decider_slot(struct tw_decider *d, size_t i);
/* The first n free slots are filled. */
void tw_decider_put(struct tw_decider *d, size_t n);
/* How many were put in and not taken back. */
size_t tw_decider_pending(const struct tw_decider *d);

/* Waits for the next one, which is valid until tw_decider_give; there must be one pending. What ended the run
 * else: the errors of tw_run. */
tw_err tw_decider_take(struct tw_decider *d, struct tw_decider_job **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_decider_give(struct tw_decider *d); /* its slot is free again */

/* No more are put in. The rest is decided and waits to be taken, and `leave` is called. */
void tw_decider_close(struct tw_decider *d);
/* Behind the last: waits for the end of the run. */
tw_err tw_decider_end(struct tw_decider *d, struct tw_fault *fault) TW_MUST_CHECK;

#endif
