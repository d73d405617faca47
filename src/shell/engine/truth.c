/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "decl/money.h"
#include "engine/truth_priv.h"
#include "message/csv.h"
#include "store/file.h"

enum column { DECLARATION, ITEM, MECHANISM, DUTY, NONCOMPLIANT, MISS, DELAY, COLUMNS };
static const char *const column_name[COLUMNS] = {
    "declaration_id", "item", "mechanism", "recoverable_duty", "noncompliant", "would_miss", "delay_days"};

enum { DELAY_MAX = 255 };

/* One reading of the file. */
struct truth {
    struct tw_past *past;
    struct tw_csv *csv;
    size_t at[COLUMNS]; /* field of each column */
    bool header;        /* it has been read */
    uint64_t rows, matched;
};

static tw_err blame(struct tw_fault *fault, const struct tw_csv_row *row, size_t field, const char *name)
{
    if (fault == NULL) return TW_FORMAT;
    fault->line = row->line;
    fault->column = (uint32_t)field + 1;
    snprintf(fault->path, sizeof fault->path, "%s", name);
    return TW_FORMAT;
}

static tw_err bind(struct truth *t, const struct tw_csv_row *row, struct tw_fault *fault)
{
    for (int c = 0; c < COLUMNS; c++) {
        size_t f = 0;
        while (f < row->n && !tw_str_is(tw_str_trim(row->field[f]), column_name[c])) f++;
        if (f == row->n) {
            if (fault != NULL) fault->line = row->line;
            return tw_fail(fault, TW_NOTFOUND,
                           "the truth file has no column %s; it is to be written by tidewaiter synth",
                           column_name[c]);
        }
        t->at[c] = f;
    }
    t->header = true;
    return TW_OK;
}

static tw_err whole(const struct truth *t, const struct tw_csv_row *row, enum column c, int64_t most,
                    int64_t *ret, struct tw_fault *fault)
{
    struct tw_str text = row->field[t->at[c]];
    if (tw_str_i64(text, ret) == TW_OK && *ret >= 0 && *ret <= most) return TW_OK;
    TW_IGNORE(blame(fault, row, t->at[c], column_name[c]));
    return tw_fail(fault, TW_FORMAT, "'%.*s' is no whole number from 0 to %lld",
                   (int)(text.n < 24 ? text.n : 24), text.s, (long long)most);
}

static tw_err mechanism(struct tw_past *p, struct tw_str name, uint8_t *ret, struct tw_fault *fault)
{
    struct tw_trial_data *d = p->data;
    size_t m = 0, room = sizeof d->mechanism / sizeof d->mechanism[0];
    while (m < d->mechanisms && !tw_str_eq(d->mechanism[m], name)) m++;
    if (m == room) return tw_fail(fault, TW_LIMIT, "more than %zu mechanisms", room - 1);
    if (m == d->mechanisms) {
        if (tw_str_dup(p->arena, name, &d->mechanism[m]) != TW_OK)
            return tw_fail(fault, TW_NOMEM, "out of memory");
        d->mechanisms++;
    }
    *ret = (uint8_t)m;
    return TW_OK;
}

static tw_err duty(const struct truth *t, const struct tw_csv_row *row, double *ret, struct tw_fault *fault)
{
    struct tw_money money = {0};
    tw_err err = tw_money_set_amount(&money, row->field[t->at[DUTY]], fault);
    if (err == TW_OK)
        err = tw_money_settle(&money, tw_str_from(t->past->currency[0] != '\0' ? t->past->currency : "XTS"),
                              fault);
    if (err != TW_OK) TW_IGNORE(blame(fault, row, t->at[DUTY], column_name[DUTY]));
    *ret = tw_money_set(money) ? (double)money.minor : 0;
    return err;
}

static tw_err one_row(struct truth *t, const struct tw_csv_row *row, struct tw_fault *fault)
{
    int64_t number, noncompliant, miss, delay;
    uint8_t how = 0;
    double recoverable = 0;
    t->rows++;
    TW_TRY(whole(t, row, ITEM, TW_ITEMS_MAX, &number, fault));
    TW_TRY(whole(t, row, NONCOMPLIANT, 1, &noncompliant, fault));
    TW_TRY(whole(t, row, MISS, 1, &miss, fault));
    TW_TRY(whole(t, row, DELAY, DELAY_MAX, &delay, fault));
    TW_TRY(duty(t, row, &recoverable, fault));
    TW_TRY(mechanism(t->past, row->field[t->at[MECHANISM]], &how, fault));
    struct tw_trial_item *i =
        tw_trial_data_item(t->past->data, row->field[t->at[DECLARATION]], (uint32_t)number);
    if (i == NULL) {
        t->past->truth_unmatched++;
        return TW_OK;
    }
    t->matched++;
    i->judged = true;
    i->noncompliant = noncompliant != 0;
    i->mechanism = how;
    i->recoverable = noncompliant != 0 ? recoverable : 0;
    i->would_miss = miss != 0;
    i->delay_days = (uint8_t)delay;
    return TW_OK;
}

/* All rows that can be had before more bytes are needed. */
static tw_err rows(struct truth *t, bool *end, struct tw_fault *fault)
{
    for (;;) {
        struct tw_csv_row row;
        switch (tw_csv_next(t->csv, &row, fault)) {
        case TW_CSV_ROW:
            TW_TRY(t->header ? one_row(t, &row, fault) : bind(t, &row, fault));
            break;
        case TW_CSV_REFUSED:
            return fault != NULL ? fault->code : TW_FORMAT;
        case TW_CSV_MORE:
            return TW_OK;
        default:
            *end = true;
            return TW_OK;
        }
    }
}

static tw_err read_all(struct truth *t, struct tw_file_in *file, struct tw_fault *fault)
{
    for (bool end = false; !end;) {
        size_t room, n;
        TW_TRY(rows(t, &end, fault));
        if (end) break;
        char *p = tw_csv_room(t->csv, &room);
        TW_TRY(tw_file_in_read(file, p, room, &n, fault));
        if (n == 0)
            tw_csv_end(t->csv);
        else
            tw_csv_filled(t->csv, n);
    }
    if (t->rows == 0) return tw_fail(fault, TW_FORMAT, "the truth file has no rows");
    if (t->matched == 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "no row of the truth file names an item of these declarations; they go together as "
                       "synth wrote them");
    return TW_OK;
}

tw_err truth_read(const char *path, const struct tw_input_options *options, struct tw_past *p,
                  struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = options->stop};
    TW_SCOPED(tw_file_in) *file = NULL;
    TW_SCOPED(tw_csv) *csv = NULL;
    if (options->file != NULL) *options->file = path;
    TW_TRY(tw_file_in_open(path, &how, &file, fault));
    TW_TRY(tw_csv_new(NULL, &csv, fault));
    struct truth t = {.past = p, .csv = csv};
    struct tw_fault local = {0};
    tw_err err = read_all(&t, file, fault != NULL ? fault : &local);
    if (err == TW_OK) p->data->truth = true;
    return err;
}
