/* SPDX-License-Identifier: Apache-2.0 */
#include "message/table.h"

#include <stdio.h>

#include "base/date.h"
#include "base/mem.h"
#include "message/rows_priv.h"

enum { ROWS_MAX = 10000000, OWN_BYTES = 1 << 20 };

enum target {
    DATE,
    CURRENCY,
    RATE,
    PER,
    CODE,
    ORIGIN,
    PREFERENCE,
    FROM,
    TO,
    ID,
    AT,
    CHANNEL,
    OFFICER,
    REASON
};

#define COLUMN(text, what, must)                                                                             \
    {                                                                                                        \
        .name = {(text), sizeof(text) - 1}, .target = (what), .required = (must)                             \
    }

static const struct tw_map_column rates_column[] = {COLUMN("date", DATE, true),
                                                    COLUMN("currency", CURRENCY, true),
                                                    COLUMN("rate", RATE, true), COLUMN("per", PER, false)};
static const struct tw_map_column tariff_column[] = {
    COLUMN("code", CODE, true),  COLUMN("origin", ORIGIN, false), COLUMN("preference", PREFERENCE, false),
    COLUMN("from", FROM, false), COLUMN("to", TO, false),         COLUMN("rate", RATE, true)};
static const struct tw_map_column selected_column[] = {
    COLUMN("declaration_id", ID, true), COLUMN("channel", CHANNEL, true), COLUMN("officer", OFFICER, true),
    COLUMN("reason", REASON, true), COLUMN("at", AT, true)};
static const struct tw_map_column cancelled_column[] = {COLUMN("declaration_id", ID, true),
                                                        COLUMN("at", AT, true)};
static const struct tw_map map_of[] = {
    [TW_TABLE_RATES] = {.declaration = {rates_column, sizeof rates_column / sizeof *rates_column}},
    [TW_TABLE_TARIFF] = {.declaration = {tariff_column, sizeof tariff_column / sizeof *tariff_column}},
    [TW_TABLE_SELECTED] = {.declaration = {selected_column,
                                           sizeof selected_column / sizeof *selected_column}},
    [TW_TABLE_CANCELLED] = {.declaration = {cancelled_column,
                                            sizeof cancelled_column / sizeof *cancelled_column}},
};

struct tw_table {
    enum tw_table_kind kind;
    struct rows rows;
    struct tw_arena *own, *text;
    struct tw_binding binding;
    size_t n, cap, most;
    void *row; /* of the kind's size */
    uint32_t *line;
};

/* What a row becomes. */
static const size_t row_size[] = {[TW_TABLE_RATES] = sizeof(struct tw_rate),
                                  [TW_TABLE_TARIFF] = sizeof(struct tw_tariff_row),
                                  [TW_TABLE_SELECTED] = sizeof(struct tw_instruction),
                                  [TW_TABLE_CANCELLED] = sizeof(struct tw_instruction)};

/* One row as it is read. */
struct entry {
    int32_t day, from, to;
    struct tw_str currency, code, origin, preference;
    struct tw_dec rate, per;
    struct tw_instruction told;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err take_header(void *to, const struct tw_csv_row *row, struct tw_fault *fault)
{
    struct tw_table *t = to;
    bool *taken = tw_arena_array(t->own, row->n, sizeof *taken);
    if (taken == NULL) return no_memory(fault);
    const struct tw_map_header header = {row->field, row->n, taken};
    return tw_map_bind(&map_of[t->kind], TW_BIND_DECLARATION, &header, t->own, &t->binding, fault);
}

static tw_err number(struct tw_str text, bool zero, struct tw_dec *ret, struct tw_fault *fault)
{
    struct tw_dec v;
    TW_TRY(tw_dec_parse(text, &v, fault));
    if (v.v < 0 || (v.v == 0 && !zero))
        return tw_fail(fault, TW_RANGE, "\"%.*s\" is not %s zero; it must be",
                       (int)(text.n < 40 ? text.n : 40), text.s, zero ? "at least" : "above");
    *ret = v;
    return TW_OK;
}

static tw_err channel(struct tw_str text, enum tw_channel *ret, struct tw_fault *fault)
{
    TW_TRY(tw_channel_parse(text, ret, fault));
    if (*ret == TW_CHANNEL_RED || *ret == TW_CHANNEL_YELLOW || *ret == TW_CHANNEL_BLUE) return TW_OK;
    return tw_fail(fault, TW_RANGE, "an officer selects for red, yellow or blue, not for %s",
                   tw_channel_name(*ret));
}

static tw_err set(enum tw_table_kind kind, enum target target, struct tw_str text, struct entry *e,
                  struct tw_fault *fault)
{
    switch (target) {
    case DATE:
        return tw_day_parse(text, &e->day, fault);
    case FROM:
        return tw_day_parse(text, &e->from, fault);
    case TO:
        return tw_day_parse(text, &e->to, fault);
    case RATE:
        return number(text, kind == TW_TABLE_TARIFF, &e->rate, fault);
    case PER:
        return number(text, false, &e->per, fault);
    case CURRENCY:
        e->currency = text;
        return TW_OK;
    case CODE:
        e->code = text;
        return TW_OK;
    case ORIGIN:
        e->origin = text;
        return TW_OK;
    case PREFERENCE:
        e->preference = text;
        return TW_OK;
    case ID:
        e->told.declaration_id = text;
        return TW_OK;
    case AT:
        return tw_time_parse(text, &e->told.at, fault);
    case CHANNEL:
        return channel(text, &e->told.channel, fault);
    case OFFICER:
        e->told.officer = text;
        return TW_OK;
    case REASON:
        e->told.reason = text;
        return TW_OK;
    }
    return TW_INTERNAL;
}

static tw_err read_entry(const struct tw_table *t, const struct tw_csv_row *row, struct entry *e,
                         struct tw_fault *fault)
{
    for (size_t i = 0; i < t->binding.n; i++) {
        const struct tw_bound *b = &t->binding.at[i];
        const struct tw_str text = tw_str_trim(row->field[b->field]);
        tw_err err = TW_OK;
        if (text.n > 0)
            err = set(t->kind, (enum target)b->column->target, text, e, fault);
        else if (b->column->required)
            err = tw_fail(fault, TW_FORMAT, "this must not be empty");
        if (err == TW_OK) continue;
        fault->line = row->line;
        fault->column = b->field + 1;
        fault->byte = row->byte;
        snprintf(fault->path, sizeof fault->path, "%.*s", TW_STR_ARG(b->column->name));
        return err;
    }
    return TW_OK;
}

/* Room for one more row; what there is stays on failure. */
static tw_err more_room(struct tw_table *t)
{
    if (t->n < t->cap) return TW_OK;
    const size_t cap = t->cap < 256 ? 256 : t->cap + t->cap / 2;
    void *row = tw_realloc(t->row, cap, row_size[t->kind]);
    if (row != NULL) t->row = row;
    uint32_t *line = row != NULL ? tw_realloc(t->line, cap, sizeof *line) : NULL;
    if (line == NULL) return TW_NOMEM;
    t->line = line;
    t->cap = cap;
    return TW_OK;
}

static tw_err keep_texts(struct tw_table *t, struct entry *e)
{
    struct tw_str *const text[] = {
        &e->currency,     &e->code,       &e->origin, &e->preference, &e->told.declaration_id,
        &e->told.officer, &e->told.reason};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        if (text[i]->n > 0) TW_TRY(tw_str_dup(t->text, *text[i], text[i]));
    return TW_OK;
}

static tw_err keep(struct tw_table *t, struct entry *e, uint32_t line)
{
    TW_TRY(more_room(t));
    TW_TRY(keep_texts(t, e));
    t->line[t->n] = line;
    if (t->kind == TW_TABLE_RATES)
        ((struct tw_rate *)t->row)[t->n] = (struct tw_rate){e->day, e->currency, e->rate};
    else if (t->kind == TW_TABLE_TARIFF)
        ((struct tw_tariff_row *)t->row)[t->n] =
            (struct tw_tariff_row){e->code, e->origin, e->preference, e->from, e->to, e->rate};
    else
        ((struct tw_instruction *)t->row)[t->n] = e->told;
    t->n++;
    return TW_OK;
}

static tw_err take_row(void *to, const struct tw_csv_row *row, struct tw_fault *fault)
{
    struct tw_table *t = to;
    struct entry e = {.from = TW_NO_DAY, .to = TW_NO_DAY};
    TW_TRY(read_entry(t, row, &e, fault));
    if (e.per.set && (tw_dec_div(e.rate, e.per, TW_DEC_SCALE_MAX, &e.rate) != TW_OK || e.rate.v == 0))
        return tw_fail(fault, TW_RANGE, "the rate of one unit does not fit nine decimals");
    if (t->n >= t->most) return tw_fail(fault, TW_LIMIT, "more than %zu rows, the most allowed", t->most);
    return keep(t, &e, row->line) == TW_OK ? TW_OK : no_memory(fault);
}

tw_err tw_table_new(enum tw_table_kind kind, size_t rows_max, struct tw_table **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_table) *t = tw_calloc(1, sizeof *t);
    if (t == NULL) return no_memory(fault);
    t->kind = kind;
    t->most = rows_max > 0 ? rows_max : ROWS_MAX;
    const bool told = kind == TW_TABLE_SELECTED || kind == TW_TABLE_CANCELLED; /* there are days with none */
    t->rows = (struct rows){.to = t, .may_be_empty = told, .header = take_header, .row = take_row};
    TW_TRY(tw_csv_new(NULL, &t->rows.csv, fault));
    if (tw_arena_new(OWN_BYTES, &t->own) != TW_OK || tw_arena_new(SIZE_MAX, &t->text) != TW_OK)
        return no_memory(fault);
    *ret = t;
    t = NULL;
    return TW_OK;
}

void tw_table_free(struct tw_table *t)
{
    if (t == NULL) return;
    tw_csv_free(t->rows.csv);
    tw_arena_free(t->own);
    tw_arena_free(t->text);
    tw_free(t->row);
    tw_free(t->line);
    tw_free(t);
}

char *tw_table_room(struct tw_table *t, size_t *n)
{
    return tw_csv_room(t->rows.csv, n);
}

tw_err tw_table_filled(struct tw_table *t, size_t n, struct tw_fault *fault)
{
    bool at_end;
    if (n > 0)
        tw_csv_filled(t->rows.csv, n);
    else
        tw_csv_end(t->rows.csv);
    return rows_pump(&t->rows, &at_end, fault);
}

/* Tells the line of the row that a table did not want. */
static tw_err with_line(const struct tw_table *t, tw_err err, struct tw_fault *fault)
{
    if (err != TW_OK && fault != NULL && fault->item < t->n) fault->line = t->line[fault->item];
    return err;
}

tw_err tw_table_rates(const struct tw_table *t, struct tw_str national, int32_t max_age_d,
                      struct tw_rates **ret, struct tw_fault *fault)
{
    if (t->kind != TW_TABLE_RATES) return tw_fail(fault, TW_ARG, "this is no table of exchange rates");
    return with_line(t, tw_rates_new(t->row, t->n, national, max_age_d, ret, fault), fault);
}

tw_err tw_table_tariff(const struct tw_table *t, struct tw_tariff **ret, struct tw_fault *fault)
{
    if (t->kind != TW_TABLE_TARIFF) return tw_fail(fault, TW_ARG, "this is no tariff");
    return with_line(t, tw_tariff_new(t->row, t->n, ret, fault), fault);
}

const struct tw_instruction *tw_table_instructions(const struct tw_table *t, size_t *ret_n)
{
    const bool told = t->kind == TW_TABLE_SELECTED || t->kind == TW_TABLE_CANCELLED;
    *ret_n = told ? t->n : 0;
    return told ? t->row : NULL;
}
