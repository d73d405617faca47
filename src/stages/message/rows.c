/* SPDX-License-Identifier: Apache-2.0 */
#include "message/rows_priv.h"

static tw_err refuse(struct rows *rows, const struct tw_csv_row *row, const struct tw_fault *why,
                     struct tw_fault *fault)
{
    rows->refused++;
    if (rows->refuse == NULL) {
        if (fault != NULL) *fault = *why;
        return why->code;
    }
    const struct tw_refused refused = {
        .raw = row->raw, .line = row->line, .cut = row->cut, .culprit = true, .fault = why};
    return rows->refuse(rows->refuse_to, &refused, fault);
}

static tw_err take(struct rows *rows, const struct tw_csv_row *row, struct tw_fault *fault)
{
    rows->count++;
    struct tw_fault why = {.line = 0};
    const tw_err err = rows->row(rows->to, row, &why);
    if (err == TW_OK) return TW_OK;
    if (why.line == 0) {
        why.line = row->line;
        why.byte = row->byte;
    }
    if (err != TW_NOMEM && err != TW_LIMIT) return refuse(rows, row, &why, fault);
    if (fault != NULL) *fault = why;
    return err;
}

static tw_err take_header(struct rows *rows, const struct tw_csv_row *row, struct tw_fault *fault)
{
    const tw_err err = rows->header(rows->to, row, fault);
    if (err != TW_OK && fault != NULL) fault->line = row->line;
    rows->planned = err == TW_OK;
    return err;
}

static tw_err end(const struct rows *rows, struct tw_fault *fault)
{
    if (!rows->planned)
        return tw_fail(fault, TW_FORMAT, "there is not even a header row; the first row names the columns");
    if (rows->count == 0 && !rows->may_be_empty)
        return tw_fail(fault, TW_FORMAT, "a header row and nothing below it; there is nothing to read");
    return TW_OK;
}

/* A row that the CSV reader refused. */
static tw_err take_refused(struct rows *rows, const struct tw_csv_row *row, const struct tw_fault *why,
                           struct tw_fault *fault)
{
    rows->count += rows->planned;
    if (rows->planned) return refuse(rows, row, why, fault);
    if (fault != NULL) *fault = *why;
    return why->code;
}

tw_err rows_pump(struct rows *rows, bool *ret_end, struct tw_fault *fault)
{
    struct tw_csv_row row;
    struct tw_fault why;
    for (;;) {
        const enum tw_csv_step step = tw_csv_next(rows->csv, &row, &why);
        *ret_end = step == TW_CSV_END;
        if (step == TW_CSV_MORE) return TW_OK;
        if (step == TW_CSV_END) return end(rows, fault);
        TW_TRY(step == TW_CSV_REFUSED ? take_refused(rows, &row, &why, fault)
               : rows->planned        ? take(rows, &row, fault)
                                      : take_header(rows, &row, fault));
    }
}
