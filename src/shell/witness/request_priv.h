/* SPDX-License-Identifier: Apache-2.0 */
/* witness/request_priv.h -- what a log asks: a checkpoint, and the proof that it extends an earlier one.
 *
 * In : the body of a request.
 * Out: its parts, lying in it.
 * Not: whether any of it is true (witness/service_priv.h).
 *
 * Source: C2SP tlog-witness, add-checkpoint.
 */
#ifndef TW_WITNESS_REQUEST_PRIV_H
#define TW_WITNESS_REQUEST_PRIV_H

#include "audit/checkpoint.h"
#include "audit/note.h"

enum {
    WITNESS_PROOF_MAX = 63, /* lines, by the specification */
    WITNESS_TEXT_MAX =
        4000, /* bytes of a checkpoint without its signatures; audit/note.h cosigns no longer one */
};

struct witness_request {
    uint64_t old; /* leaves: the size that the proof begins at */
    uint8_t proof[WITNESS_PROOF_MAX][TW_TLOG_HASH];
    size_t n;
    struct tw_note note;
    struct tw_checkpoint checkpoint; /* what the note says */
};

/* proof_lines  most lines of the proof, up to WITNESS_PROOF_MAX
 *
 * TW_FORMAT, TW_LIMIT: fault->line is the line of the body */
tw_err witness_request_read(struct tw_str body, size_t proof_lines, struct witness_request *ret,
                            struct tw_fault *fault) TW_MUST_CHECK;

#endif
