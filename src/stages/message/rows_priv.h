/* SPDX-License-Identifier: Apache-2.0 */
/* message/rows_priv.h -- the loop of every reader of a flat table: a header row, then rows that stand alone.
 *
 * In : a CSV reader that is being fed, and what to do with its rows.
 * Out: the header row and each row handed to that; rows that are wrong handed to whoever keeps refused ones.
 * Not: declarations; their rows belong together (read.c).
 */
#ifndef TW_MESSAGE_ROWS_PRIV_H
#define TW_MESSAGE_ROWS_PRIV_H

#include "message/read.h"

struct rows {
    struct tw_csv *csv;
    bool planned;            /* the header row has been taken */
    bool may_be_empty;       /* nothing below it is no fault */
    uint64_t count, refused; /* rows below the header */
    void *to;                /* first argument of the next two */
    tw_err (*header)(void *to, const struct tw_csv_row *row, struct tw_fault *fault);
    /* Any error but TW_NOMEM and TW_LIMIT refuses the row; line and byte are filled in where it has left them
     * 0. */
    tw_err (*row)(void *to, const struct tw_csv_row *row, struct tw_fault *fault);
    void *refuse_to;
    tw_err (*refuse)(void *to, const struct tw_refused *refused,
                     struct tw_fault *fault); /* NULL: the first is final */
};

/* Takes all rows there are so far. *ret_end: there are no more.
 * The header's errors; TW_FORMAT (header and nothing else), TW_NOMEM, TW_LIMIT; what `refuse` returns */
tw_err rows_pump(struct rows *rows, bool *ret_end, struct tw_fault *fault) TW_MUST_CHECK;

#endif
