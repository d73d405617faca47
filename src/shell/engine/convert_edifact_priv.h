/* SPDX-License-Identifier: Apache-2.0 */
/* engine/convert_edifact_priv.h -- an interchange of any size, read and written again segment by segment.
 *
 * In : its first bytes and the file behind them.
 * Out: the same segments in another file; what is wrong with its envelope, each with the rule's id.
 * Not: what its messages say.
 */
#ifndef TW_ENGINE_CONVERT_EDIFACT_PRIV_H
#define TW_ENGINE_CONVERT_EDIFACT_PRIV_H

#include "engine/convert.h"
#include "message/edifact.h"
#include "store/file.h"

struct edifact_work; /* what is used again for the next file */

tw_err edifact_work_new(struct edifact_work **ret, struct tw_fault *fault) TW_MUST_CHECK;
void edifact_work_free(struct edifact_work *w); /* takes NULL */

/* Nothing in it is owned. */
struct edifact_job {
    struct tw_file_in *in;
    struct tw_file_out *out; /* not committed here */
    struct tw_str first;     /* of the file, read already */
    bool check;              /* read what is written, and compare */
    void *to;                /* first argument of told, which may be NULL */
    void (*told)(void *to, const struct tw_fault *what);
    bool *fatal; /* set while errors are no fault of the interchange */
};

struct edifact_count {
    uint64_t segments,
        lost;        /* lost: with `check`, those that differ from what was read, or are missing or added */
    uint64_t faults; /* of the envelope */
    uint64_t flaws;  /* of messages, where they are read */
};

/* Gives the reader the next bytes: what is left of `first`, then what the file has. */
tw_err edifact_feed(struct tw_edi *e, struct tw_file_in *in, struct tw_str *first, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Ends with the first segment that is none: what is behind it is not read. TW_FORMAT, TW_LIMIT, and the
 * errors of the files. */
tw_err edifact_convert(struct edifact_work *w, const struct edifact_job *job, struct edifact_count *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

#endif
