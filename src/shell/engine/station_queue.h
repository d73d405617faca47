/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_queue.h -- many threads hand in, one station takes: the way to the single writer.
 *
 * In : declarations and results of inspections, from any thread of the process, at any time.
 * Out: each of them to a station that decides (engine/station_run.h), first in, first out; to who handed one
 * in, once, what became of it: its receipt, when it is durable and signed and not before; or why there is
 * none. Not: decisions; they stand in the station under the receipt's number.
 *
 * It holds no more than it is told to, by count and by bytes. When it is full, who comes is told to try again
 * in so many milliseconds; nothing that it took is ever dropped without a word. For the faces that take in
 * from many at once (a server); a command that reads one file feeds the station itself, which saves a copy of
 * each declaration.
 *
 * One thread, the station's, calls tw_station_queue_assess and there also every `done`; all others put. A
 * server's life:
 *
 *   tw_station_queue_new(&how, &q, fault);
 *   ... threads: tw_station_queue_put(q, &what, their request, &retry_ms, fault) ...
 *   the station's thread: tw_station_queue_assess(q, &run, &n, fault), again when what ended it is mended
 *   at the end: tw_station_queue_close(q); the call above returns when all that waits is decided
 *   tw_station_queue_free(q);  behind the last thread
 */
#ifndef TW_ENGINE_STATION_QUEUE_H
#define TW_ENGINE_STATION_QUEUE_H

#include "engine/station_run.h"

enum {
    TW_QUEUE_COUNT = 4096,          /* inside at most, unless the options say otherwise: four rounds of a
                                       station, of which one is being signed while the next is decided */
    TW_QUEUE_BYTES = 256 << 20,     /* the same in bytes: count is met first, but by giants */
    TW_QUEUE_RETRY_LEAST_MS = 10,   /* nobody is told to come back sooner, */
    TW_QUEUE_RETRY_MOST_MS = 10000, /* or later */
    TW_QUEUE_WAIT_MS = 100          /* so long an idle station does not look whether it is to stop */
};

/* What became of one that was put in. Pointers are valid during the call. */
struct tw_station_answer {
    void *of;                                /* as it was put in */
    const struct tw_intake_receipt *receipt; /* durable and signed; of a result `known` alone. NULL = none */
    /* NULL where there is a receipt. TW_CONFLICT, TW_LIMIT: it was refused, it alone. All else: what ended
     * the station's work, and nobody knows whether this one was kept; handed in again it is taken or known */
    const struct tw_fault *why;
};

/* Nothing is owned; `to` outlives the queue. */
struct tw_station_queue_options {
    size_t count; /* inside at most: not taken yet, or taken and not signed yet; 0 = TW_QUEUE_COUNT */
    size_t bytes; /* the same, as they lie in memory, 16 KiB each at least; 0 = TW_QUEUE_BYTES */
    void *to;
    /* Once for each that was put in, in the order in which they were; in the station's thread, or in that of
     * tw_station_queue_free. It may put and close. NULL = nobody wants to know */
    void (*done)(void *to, const struct tw_station_answer *answer);
};

struct tw_station_queue;

/* TW_NOMEM, TW_UNAVAILABLE (no lock) */
tw_err tw_station_queue_new(const struct tw_station_queue_options *o, struct tw_station_queue **ret,
                            struct tw_fault *fault) TW_MUST_CHECK;
/* Takes NULL. No thread uses it any more. Who is still inside is told TW_INTERRUPTED. */
void tw_station_queue_free(struct tw_station_queue *q);
static inline void tw_station_queue_freep(struct tw_station_queue **q)
{
    tw_station_queue_free(*q);
}

/* Puts one in, from any thread; it is copied. Never waits for the station. TW_OK: it is inside, and nothing
 * is acknowledged yet; `done` will be told, perhaps before this returns.
 *
 * what      a declaration or a result
 * of        comes back with the answer
 * retry_ms  with TW_BUSY: in how many milliseconds half of what is inside will be gone, by the speed at which
 *           it went when it was full last, or at least as long as nothing has gone; with all else 0. NULL =
 * not wanted
 *
 * TW_BUSY         it is full; the same one may come again
 * TW_LIMIT        this one alone takes more than all together may: it can never be put in
 * TW_INTERRUPTED  the queue was closed, or the station was told to stop
 * TW_NOMEM, and what ended the station's work last, until it is taken up again */
tw_err tw_station_queue_put(struct tw_station_queue *q, const struct tw_station_handed *what, void *of,
                            uint32_t *retry_ms, struct tw_fault *fault) TW_MUST_CHECK;

/* From any thread, and again: nothing more is put in. What is inside is still taken. */
void tw_station_queue_close(struct tw_station_queue *q);

/* tw_station_assess, fed by the queue until it is closed and empty; r->feed is not read. Whatever else ends
 * it, all who are inside are told that. One at a time; when it has failed it may be called again, and the
 * queue is open again from then on.
 * The errors of tw_station_assess */
tw_err tw_station_queue_assess(struct tw_station_queue *q, const struct tw_station_run *r,
                               struct tw_station_count *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
