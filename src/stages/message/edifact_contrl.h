/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_contrl.h -- what a receiver answers to an interchange: CONTRL.
 *
 * In : the segments of a file, in their order.
 * Out: an interchange with a CONTRL for each interchange of the file: accepted, or rejected as a whole (UCI),
 * or some of its messages (UCM), with each segment (UCS) and data element (UCD) at fault. Not: whether what a
 * message says is right; customs answers that with CUSRES.
 *
 * Action (0083): 7 this level is acknowledged, and what is below it where it is not rejected; 4 this level
 * and all below it is rejected. A message is rejected for any fault of syntax: of its envelope, of the order
 * of its segments, of a value's kind or length. Faults between messages reject the interchange. Of a message
 * whose type is not known nothing can be checked; it is rejected, by its type (14). Positions (0098) count
 * the tag as 1, segments (0096) count UNH as 1.
 *
 * The answer has the syntax version of what it answers: 4, else 3.
 * Source: ISO 9735 (CONTRL of syntax version 3), ISO 9735-4 (of version 4); UN/EDIFACT 0083, 0085.
 */
#ifndef TW_MESSAGE_EDIFACT_CONTRL_H
#define TW_MESSAGE_EDIFACT_CONTRL_H

#include "message/edifact.h"

struct tw_edi_answer;

/* TW_NOMEM */
tw_err tw_edi_answer_new(struct tw_edi_answer **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_edi_answer_free(struct tw_edi_answer *a); /* takes NULL */
static inline void tw_edi_answer_freep(struct tw_edi_answer **a)
{
    tw_edi_answer_free(*a);
}

struct tw_edi_answered {
    uint32_t interchanges, rejected;      /* answered; of them rejected as a whole */
    uint32_t messages, messages_rejected; /* rejected by themselves */
    uint32_t loose;                       /* messages outside any interchange, which nobody can answer */
};

enum {
    TW_EDI_ANSWER_UCS_MAX = 999, /* segments told of a message: what the directory allows */
    TW_EDI_ANSWER_UCD_MAX = 99   /* data elements told of a segment: the same */
};

/* Begins a file; answers are appended to `out`.
 * at  when the answer is prepared, UTC seconds */
void tw_edi_answer_begin(struct tw_edi_answer *a, int64_t at, struct tw_buf *out);

/* The next segment. TW_NOMEM */
tw_err tw_edi_answer_put(struct tw_edi_answer *a, const struct tw_edi_segment *s, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Bytes that are no segment: the interchange is rejected. */
void tw_edi_answer_broken(struct tw_edi_answer *a);

/* Ends the file. TW_NOMEM, TW_LIMIT: sender or recipient is longer than UNB takes */
tw_err tw_edi_answer_end(struct tw_edi_answer *a, struct tw_edi_answered *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
