/* SPDX-License-Identifier: Apache-2.0 */
/* message/csv_decl.h -- declarations as rows of the project's own columns.
 *
 * In : declarations.
 * Out: a header row with the name of every element of header and item, then a row for each item; the header's
 * elements stand in each. The map `canonical` reads it again (message/read.h). Not: what a table has no
 * columns for, which is counted: lists, but for the numbers of containers; extra.
 */
#ifndef TW_MESSAGE_CSV_DECL_H
#define TW_MESSAGE_CSV_DECL_H

#include "base/buf.h"
#include "decl/same.h"

void tw_csv_write_names(struct tw_buf *out);

/* Appends the rows of a declaration.
 * before   the id of the one before it, which must be another; absent for the first
 * missing  told of each element that no column takes; may be NULL
 * ret_left their number
 * TW_FORMAT    it has no id or no item, by which rows belong together
 * TW_CONFLICT  the id of the one before it; both have fault->path, and nothing is written */
tw_err tw_csv_write_decl(const struct tw_decl *decl, struct tw_str before, const struct tw_missing *missing,
                         struct tw_buf *out, size_t *ret_left, struct tw_fault *fault) TW_MUST_CHECK;

#endif
