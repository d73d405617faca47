/* SPDX-License-Identifier: Apache-2.0 */
/* message/table.h -- exchange rates, tariffs and instructions from their files.
 *
 * In : bytes of a CSV text in pieces of any size.
 * Out: a table of rates (decl/rates.h), a tariff (decl/tariff.h) or instructions (decl/instruction.h).
 * Not: a file with a wrong row in it: a duty computed from half a tariff is worse than none, so the first
 * fault ends the reading.
 *
 * Columns, in any order; others are passed over (docs/formats/tables.md):
 *   rates   date, currency, rate, per (the rate buys so many units; 1 when left out)
 *   tariff  code, origin, preference, from, to, rate
 *   selected   declaration_id, channel, officer, reason, at
 *   cancelled  declaration_id, at
 */
#ifndef TW_MESSAGE_TABLE_H
#define TW_MESSAGE_TABLE_H

#include "decl/instruction.h"
#include "decl/rates.h"
#include "decl/tariff.h"
#include "message/csv.h"

enum tw_table_kind { TW_TABLE_RATES, TW_TABLE_TARIFF, TW_TABLE_SELECTED, TW_TABLE_CANCELLED };

struct tw_table;

/* rows_max  most rows; 0 = 10,000,000
 * TW_NOMEM */
tw_err tw_table_new(enum tw_table_kind kind, size_t rows_max, struct tw_table **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

void tw_table_free(struct tw_table *t); /* takes NULL */

static inline void tw_table_freep(struct tw_table **t)
{
    tw_table_free(*t);
}

/* Where the next bytes go, as tw_csv_room; then how many were put there, 0 = there are no more. Faults have
 * line, column and the column's name as path. TW_FORMAT, TW_RANGE, TW_NOTFOUND (a column is missing),
 * TW_CONFLICT (it stands twice), TW_LIMIT, TW_NOMEM */
char *tw_table_room(struct tw_table *t, size_t *n);
tw_err tw_table_filled(struct tw_table *t, size_t n, struct tw_fault *fault) TW_MUST_CHECK;

/* What has been read, when the end has been reached. Errors as tw_rates_new and tw_tariff_new, with the line.
 * TW_ARG  a table of the other kind */
tw_err tw_table_rates(const struct tw_table *t, struct tw_str national, int32_t max_age_d,
                      struct tw_rates **ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_table_tariff(const struct tw_table *t, struct tw_tariff **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The rows as they stand there; as long as the table. NULL of another kind. */
const struct tw_instruction *tw_table_instructions(const struct tw_table *t, size_t *ret_n);

#endif
