/* SPDX-License-Identifier: Apache-2.0 */
/* engine/due.h -- declarations whose time is running: green on stand-by, yellow that turns blue.
 *
 * In : decisions as assess --json writes them, a moment, results of inspections, what officers selected and
 * what was cancelled.
 * Out: each declaration that stands by then, and each that has turned blue; counts.
 * Not: holding or releasing anything.
 *
 * Of a declaration the last version counts, of those that were decided by the moment: the last line with its
 * id. So nothing can be told before the last line is read.
 *
 * Memory: each declaration whose time ran in one of its versions, some 100 bytes and its id.
 */
#ifndef TW_ENGINE_DUE_H
#define TW_ENGINE_DUE_H

#include <signal.h>

#include "decl/decision.h"
#include "engine/instructions.h"
#include "message/findings.h"

enum tw_due_what {
    TW_DUE_STAND_BY, /* green, not yet released */
    TW_DUE_YELLOW,   /* not yet looked at */
    TW_DUE_BLUE,     /* yellow that nobody looked at in time */
    TW_DUE_N
};

/* Valid during the call. */
struct tw_due {
    enum tw_due_what what;
    struct tw_str id, office; /* office absent = none */
    int64_t at;               /* when it is released, turns blue, or turned blue: UTC seconds */
};

/* Nothing in it is owned. */
struct tw_due_options {
    const char *decisions; /* a path or "-" */
    int64_t at;            /* UTC seconds: decisions made later are passed over */
    struct tw_finding_list
        results; /* what was looked at: by the day it turned blue or the day of `at`, it did not */
    struct tw_instructions *told; /* what an officer selected by `at` stands by no more, and by the second it
                                     would have turned blue, does not. What was cancelled by `at`, and not
                                     before it was decided, is over. NULL = nothing */
    const volatile sig_atomic_t *stop;
    void *to;
    tw_err (*due)(void *to, const struct tw_due *one,
                  struct tw_fault *fault); /* in the order in which the last versions stand in the record */
};

/* ret  how many of each
 * TW_FORMAT (a line that is no decision, with its place), TW_NOMEM, TW_INTERRUPTED; the errors of
 * json_lines_read and of `due` */
tw_err tw_due_read(const struct tw_due_options *o, uint64_t ret[TW_DUE_N], struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
