/* SPDX-License-Identifier: Apache-2.0 */
/* engine/signer_client.h -- a station's end of the socket of tidewaiter-signer (docs/formats/signer.md).
 *
 * In : the path of the socket; checkpoints, days, registration numbers.
 * Out: signed notes, commitments, draws, revealed keys; or why not.
 * Not: what stands in the log, where notes are kept. One thread.
 *
 * A connection that breaks is made again once for each request, for every request may be asked again. What
 * the signer refuses comes back with its own error and words. So TW_UNAVAILABLE alone says that waiting
 * helps: decisions wait then, and nothing unsigned is acknowledged.
 *
 * The order that a station keeps: leaves are committed to its file, then _sign, then they are acknowledged.
 * _last tells where the signer stands when the station begins: its log has at least that many leaves, or has
 * lost some.
 */
#ifndef TW_ENGINE_SIGNER_CLIENT_H
#define TW_ENGINE_SIGNER_CLIENT_H

#include <signal.h>

#include "audit/tlog.h"

struct tw_signer_client;

enum { TW_SIGNER_TIMEOUT_MS = 5000, TW_SIGNER_NUMBER_MAX = 64 };

/* Nothing is owned; socket and stop outlive the client. */
struct tw_signer_options {
    const char *socket;
    struct tw_str key;                 /* NAME+HASH+KEY that it must have; absent = any */
    int64_t timeout_ms;                /* of a request, connecting included; 0 = TW_SIGNER_TIMEOUT_MS */
    const volatile sig_atomic_t *stop; /* not zero = give up; NULL = never */
};

/* Connects. All calls: TW_UNAVAILABLE  there is no signer, it does not answer in time, or takes no more
 * connections TW_ARG       the path is too long; the signer does not speak with this user TW_CONFLICT  it has
 * another key than asked for, or than before; what it refuses by its state TW_FORMAT    it speaks another
 * version or does not keep to it; TW_INTERRUPTED, TW_NOMEM */
tw_err tw_signer_client_open(const struct tw_signer_options *o, struct tw_signer_client **ret,
                             struct tw_fault *fault) TW_MUST_CHECK;
void tw_signer_client_free(struct tw_signer_client *c); /* takes NULL */
static inline void tw_signer_client_freep(struct tw_signer_client **c)
{
    tw_signer_client_free(*c);
}

struct tw_str
tw_signer_client_key(const struct tw_signer_client *c); /* NAME+HASH+KEY; as long as the client */

/* A log at a size. */
struct tw_signer_log {
    uint64_t size;
    uint8_t root[TW_TLOG_HASH];
};
/* The last checkpoint that was signed. */
tw_err tw_signer_client_last(struct tw_signer_client *c, struct tw_signer_log *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Appends the note: checkpoint and signature, which was seen to hold.
 * proof  of consistency, from the last one */
tw_err tw_signer_client_sign(struct tw_signer_client *c, const struct tw_signer_log *log,
                             const struct tw_tlog_path *proof, struct tw_buf *note, struct tw_fault *fault)
    TW_MUST_CHECK;

/* SHA-256 of the day's key, to be written into the log. */
tw_err tw_signer_client_commit(struct tw_signer_client *c, int32_t day, uint8_t ret[TW_TLOG_HASH],
                               struct tw_fault *fault) TW_MUST_CHECK;

/* Shows the leaf that has it in the last signed checkpoint: from now on there are draws of that day.
 * proof  of inclusion */
struct tw_signer_leaf {
    uint64_t index;
    struct tw_str bytes;
};
tw_err tw_signer_client_show(struct tw_signer_client *c, int32_t day, const struct tw_signer_leaf *leaf,
                             const struct tw_tlog_path *proof, struct tw_fault *fault) TW_MUST_CHECK;

/* The draws of n registration numbers, each 1 to TW_SIGNER_NUMBER_MAX characters from ! to ~; any n, in as
 * many requests as that takes. On failure some of `ret` may be filled. TW_ARG  fault->item is a number that
 * has other characters */
tw_err tw_signer_client_draw(struct tw_signer_client *c, int32_t day, const struct tw_str *number, size_t n,
                             uint64_t *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The day's key. TW_CONFLICT  the day is not over, or was not shown */
tw_err tw_signer_client_reveal(struct tw_signer_client *c, int32_t day, uint8_t ret[TW_TLOG_HASH],
                               struct tw_fault *fault) TW_MUST_CHECK;

#endif
