/* SPDX-License-Identifier: Apache-2.0 */
/* message/findings.h -- findings from a file of their own.
 *
 * In : bytes in pieces of any size; a map that says how such a file is read.
 * Out: all findings, sorted by the day they were known and, within a day, as they stood in the file.
 * Not: joining them with declarations; whoever does that reports what matches none.
 */
#ifndef TW_MESSAGE_FINDINGS_H
#define TW_MESSAGE_FINDINGS_H

#include "message/read.h"

struct tw_findings_config {
    const struct tw_map *map; /* not owned, outlives the reader */
    struct tw_csv_config csv; /* its separator is the map's */
    struct tw_str currency;   /* of deltas without one; absent = the map's national currency */
    uint64_t most;            /* findings that are kept; 0 = 20,000,000 */
    void *to;
    tw_err (*refuse)(void *to, const struct tw_refused *refused,
                     struct tw_fault *fault); /* NULL: the first is final */
};

struct tw_finding_list {
    const struct tw_finding *at;
    size_t n;
};

struct tw_findings;

/* TW_ARG (the map does not say how to read findings), TW_NOMEM */
tw_err tw_findings_new(const struct tw_findings_config *config, struct tw_findings **ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

void tw_findings_free(struct tw_findings *f); /* takes NULL */

static inline void tw_findings_freep(struct tw_findings **f)
{
    tw_findings_free(*f);
}

/* Where the next bytes go, as tw_csv_room; then how many were put there, 0 = there are no more.
 * TW_NOTFOUND, TW_CONFLICT  the header row: a column missing or standing twice
 * TW_FORMAT                 no header row, or nothing below it
 * TW_LIMIT                  more findings than may be kept
 * TW_NOMEM                  and what `refuse` returns */
char *tw_findings_room(struct tw_findings *f, size_t *n);
tw_err tw_findings_filled(struct tw_findings *f, size_t n, struct tw_fault *fault) TW_MUST_CHECK;

/* The findings, when the end has been reached; valid until the reader is freed. Time O(n log n). */
struct tw_finding_list tw_findings_list(const struct tw_findings *f);

struct tw_reader_count tw_findings_count(const struct tw_findings *f); /* rows and refused_rows */

#endif
