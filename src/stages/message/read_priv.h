/* SPDX-License-Identifier: Apache-2.0 */
/* message/read_priv.h -- one row's texts into the members of a declaration.
 *
 * In : a row, what its columns are bound to.
 * Out: a header, an item or a finding filled from it.
 * Not: which rows belong together; read.c knows.
 */
#ifndef TW_MESSAGE_READ_PRIV_H
#define TW_MESSAGE_READ_PRIV_H

#include "message/read.h"

/* A row whose texts have been put where they stay. */
struct held_row {
    struct held_row *next;
    struct tw_str raw;
    uint32_t line;
    uint64_t byte;
    const struct tw_str *field; /* as many as the header row has */
};

/* The columns of a file, sorted by what they fill. */
struct row_plan {
    struct tw_binding header, item, finding; /* header: elements of level DECL */
    struct tw_str *name;                     /* of the columns of the file, blanks off */
    uint32_t *extra;                         /* columns that nothing takes */
    size_t columns, extra_n;
    uint32_t id; /* the column of the declaration id */

    /* told of each value that is not taken, which is then no error; NULL: the first one is */
    void (*told)(void *to, const struct tw_fault *fault);
    void *to;
};

/* Binds a header row. Texts are copied into `arena`. Errors as tw_map_bind. */
tw_err row_plan_make(const struct tw_map *map, const struct tw_csv_row *row, struct tw_arena *arena,
                     struct row_plan *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Copies a row into `arena`. */
tw_err row_hold(const struct tw_csv_row *row, struct tw_arena *arena, struct held_row **ret) TW_MUST_CHECK;

/* What is wrong with a value, as an error, or told: then TW_OK. */
tw_err row_wrong(const struct row_plan *plan, tw_err err, struct tw_fault *fault) TW_MUST_CHECK;

/* Fill the object from the row; on failure the fault has line, column, byte and element. */
tw_err row_to_header(const struct row_plan *plan, const struct held_row *row, struct tw_arena *arena,
                     struct tw_decl *decl, struct tw_fault *fault) TW_MUST_CHECK;
tw_err row_to_item(const struct row_plan *plan, const struct held_row *row, struct tw_arena *arena,
                   struct tw_item *item, struct tw_fault *fault) TW_MUST_CHECK;

/* Does a later row of the declaration say the same of its header as the first? TW_CONFLICT */
tw_err row_agrees(const struct row_plan *plan, const struct held_row *first, const struct held_row *row,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* The finding in the row; *ret_some = false: it has none. known_day is left absent where no column gives it.
 */
tw_err row_to_finding(const struct tw_binding *binding, const struct held_row *row, struct tw_str currency,
                      struct tw_finding *ret, bool *ret_some, struct tw_fault *fault) TW_MUST_CHECK;

/* Says in a fault where in the file the column stands. */
void row_blame(const struct held_row *row, const struct tw_bound *bound, struct tw_fault *fault);

/* The same for an element that is known by its name in fault->path. */
void row_blame_element(const struct row_plan *plan, const struct held_row *row, struct tw_fault *fault);

#endif
