/* SPDX-License-Identifier: Apache-2.0 */
/* store/db_list.h -- pages of declarations, newest first, and how many there are of each kind.
 *
 * In : what is looked for, where the page before ended.
 * Out: heads of declarations by their last version (of a party: of every version), a place to go on from.
 * Not: search in texts; names are sealed.
 *
 * A page costs what it shows, wherever it lies: each of these questions has its index, none is counted off or
 * sorted. What comes in between two pages moves nothing.
 */
#ifndef TW_STORE_DB_LIST_H
#define TW_STORE_DB_LIST_H

#include "store/db_record.h"

/* What can be asked for. One at a time: what an index answers. */
enum tw_db_by {
    TW_DB_BY_ALL,
    TW_DB_BY_CHANNEL,
    TW_DB_BY_OFFICE,
    TW_DB_BY_OFFICE_CHANNEL,
    TW_DB_BY_STATE,
    TW_DB_BY_HS,    /* the first 2, 4 or 6 digits of a commodity code */
    TW_DB_BY_PARTY, /* every version it is named in, in whichever role */
    TW_DB_BY_TIME,  /* received in a stretch of time; ordered by time, then by seq */
    TW_DB_BY_N
};

/* Members that `by` does not name are not read. */
struct tw_db_filter {
    enum tw_db_by by;
    int32_t channel, state;
    struct tw_str office, hs;
    uint8_t party[TW_DB_ID];
    int64_t from, to; /* UTC seconds, both within */
};

enum { TW_DB_PAGE_MAX = 1000, TW_DB_CURSOR = 41 };

/* Where a page ended: letters and digits that may be handed out and back; they hold for the same filter
 * alone. */
struct tw_db_cursor {
    char text[TW_DB_CURSOR]; /* NUL-terminated; "" = the beginning, or, handed out, the end */
};

struct tw_db_row {
    struct tw_db_head head;
    uint32_t roles; /* of the party asked for; else 0 */
};

struct tw_db_page {
    struct tw_db_row *row;
    size_t n;
    struct tw_db_cursor next;
};

struct tw_db_ask {
    struct tw_db_filter filter;
    struct tw_str after; /* the text of a cursor; absent = from the beginning */
    size_t limit;        /* 1..TW_DB_PAGE_MAX */
};

/* TW_ARG     a limit, code or number of digits outside what is said; a cursor of another filter
 * TW_FORMAT  no cursor at all */
tw_err tw_db_list(struct tw_db *db, const struct tw_db_ask *ask, struct tw_arena *arena,
                  struct tw_db_page *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Declarations, by their last version, that share a value. */
enum tw_db_facet {
    TW_DB_FACET_CHANNEL,
    TW_DB_FACET_OFFICE,
    TW_DB_FACET_DAY,
    TW_DB_FACET_STATE,
    TW_DB_FACET_N
};

struct tw_db_count {
    enum tw_db_facet facet;
    struct tw_str
        value;  /* an office; else a number in decimal: channel (-1: none yet), state, UTC day received */
    uint64_t n; /* 1.. */
};

/* All values of one facet in the order of their bytes; within a batch as it was before it. */
tw_err tw_db_counts(struct tw_db *db, enum tw_db_facet facet, struct tw_arena *arena,
                    struct tw_db_count **ret, size_t *ret_n, struct tw_fault *fault) TW_MUST_CHECK;

#endif
