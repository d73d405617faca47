/* SPDX-License-Identifier: Apache-2.0 */
/* engine/past.h -- a labelled past in memory, for what looks at all of it at once (evaluate, audit-data).
 *
 * In : paths of declarations, findings, truth; a split.
 * Out: trial/data.h's rows in the order of lodging, with declarations that live as long as the past.
 * Not: training on files of any size; that streams (engine/train.h).
 */
#ifndef TW_ENGINE_PAST_H
#define TW_ENGINE_PAST_H

#include "engine/manifests.h"
#include "trial/data.h"

struct tw_past_options {
    struct tw_input_options input;
    const char *declarations; /* one file with a split ... */
    const char *train, *test; /* ... or two files: before and after it */
    const char *findings;     /* NULL = the declarations' rows carry them, or there are none */
    const char *truth;        /* NULL = none (docs/worlds.md) */
    int32_t split_day;        /* lodged on it or later is tested; TW_NO_DAY = see split_share */
    double split_share;       /* of the declarations before the split, 0 < share < 1, moved to the next day's
                                 begin; used when neither split_day nor test is given. 0 = none: all of it
                                 lies before the split */
};

struct tw_past {
    struct tw_trial_data *data;
    struct tw_arena *arena; /* owns the declarations */
    struct tw_carried carried;
    uint64_t refused;         /* declarations */
    uint64_t truth_unmatched; /* rows of the truth file without their item, as of refused declarations */
    char currency[4];         /* national; "" = not known */
};

/* Reads it. Declarations that stand out of order are put in the order of lodging.
 *
 * TW_ARG       a combination that says nothing; rejects asked for of two files
 * TW_NOTFOUND  a findings file whose every row names no declaration; a truth file likewise
 * TW_CONFLICT  the file after the split begins before the one before it ends
 * TW_NOMEM     also where all declarations would take more than 16 GiB
 * and the errors of tw_input_*; the truth file's faults name line and column. *ret is filled on success only.
 */
tw_err tw_past_read(const struct tw_past_options *o, struct tw_past *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_past_free(struct tw_past *p); /* frees what it holds; takes one of all zero */
static inline void tw_past_freep(struct tw_past *p)
{
    tw_past_free(p);
}
/* TW_SCOPED_PAST p = {0}; */
#define TW_SCOPED_PAST __attribute__((cleanup(tw_past_freep))) struct tw_past

#endif
