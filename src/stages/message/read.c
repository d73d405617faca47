/* SPDX-License-Identifier: Apache-2.0 */
/* A declaration is under way from its first row to the row that belongs to another one. That row waits in the
 * CSV reader's buffer (`waiting`) while the finished declaration is handed out.
 *
 * A declaration that cannot be taken is `doomed`: its rows so far are refused at once and those that follow
 * as they come, so that refused rows go out in the order of the file. `why` is the fault they share. */
#include "message/read.h"

#include <assert.h>
#include <stdio.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/mem.h"
#include "message/complete.h"
#include "message/idset.h"
#include "message/read_priv.h"

enum { IDS_MAX = 64 << 20, DECLARATION_BYTES = 64 << 20, PLAN_BYTES = 4 << 20 };

/* A row as the CSV reader gave it, and what was wrong with it. */
struct met {
    struct tw_csv_row row;
    struct tw_str id; /* absent: cannot be told */
    bool bad;
    struct tw_fault fault;
};

struct tw_reader {
    struct tw_reader_config config;
    struct tw_csv *csv;
    struct tw_idset *ids;
    struct tw_arena *own; /* of the plan */
    struct row_plan plan;
    bool planned;
    bool waiting; /* `met` is the first row behind the declaration handed out */
    bool tainted; /* a row of nobody knows which declaration has just been refused: so is the next one */
    uint32_t tainted_line;
    struct met met;
    struct tw_reader_count count;

    bool under_way, doomed;
    struct tw_fault why;
    struct tw_arena *arena;
    struct tw_str id;
    uint64_t id_hash, bytes;
    struct tw_decl *decl;
    struct tw_item_value *value;
    struct tw_violations warnings;
    struct tw_finding *finding;
    size_t finding_n, room; /* room: items (and findings) there is memory for */
    struct held_row *first, *last;
    uint32_t rows;
};

tw_err tw_reader_new(const struct tw_reader_config *config, struct tw_reader **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_reader) *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    r->config = *config;
    struct tw_reader_config *const c = &r->config;
    c->csv.separator = c->map->separator;
    if (c->currency.n == 0) c->currency = c->map->national_currency;
    if (c->ids_max == 0) c->ids_max = IDS_MAX;
    if (c->items_max == 0 || c->items_max > TW_ITEMS_MAX) c->items_max = TW_ITEMS_MAX;
    if (c->declaration_bytes == 0) c->declaration_bytes = DECLARATION_BYTES;
    if (c->map->declaration.n == 0) return tw_fail(fault, TW_ARG, "the map says nothing about declarations");
    TW_TRY(tw_csv_new(&c->csv, &r->csv, fault));
    if (tw_arena_new(PLAN_BYTES, &r->own) != TW_OK || tw_idset_new(c->ids_max, &r->ids) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    *ret = r;
    r = NULL;
    return TW_OK;
}

void tw_reader_free(struct tw_reader *r)
{
    if (r == NULL) return;
    tw_csv_free(r->csv);
    tw_idset_free(r->ids);
    tw_arena_free(r->own);
    tw_free(r);
}

char *tw_reader_room(struct tw_reader *r, size_t *n)
{
    return tw_csv_room(r->csv, n);
}

void tw_reader_filled(struct tw_reader *r, size_t n)
{
    tw_csv_filled(r->csv, n);
}

void tw_reader_end(struct tw_reader *r)
{
    tw_csv_end(r->csv);
}

struct tw_reader_count tw_reader_count(const struct tw_reader *r)
{
    return r->count;
}

static tw_err refuse(struct tw_reader *r, struct tw_refused refused, struct tw_fault *fault)
{
    r->count.refused_rows++;
    return r->config.refuse == NULL ? TW_OK : r->config.refuse(r->config.to, &refused, fault);
}

static tw_err refuse_met(struct tw_reader *r, const struct tw_fault *why, bool culprit,
                         struct tw_fault *fault)
{
    const struct met *m = &r->met;
    return refuse(r,
                  (struct tw_refused){.raw = m->row.raw,
                                      .line = m->row.line,
                                      .declaration_id = m->id,
                                      .cut = m->row.cut,
                                      .culprit = culprit,
                                      .fault = why},
                  fault);
}

/* Refuses the declaration under way for the reason in r->why: the rows it has so far. `culprit`: the one at
 * fault, NULL when that one is not among them. */
static tw_err doom(struct tw_reader *r, const struct held_row *culprit, struct tw_fault *fault)
{
    assert(!r->doomed);
    r->doomed = true;
    r->count.refused_declarations++;
    for (const struct held_row *h = r->first; h != NULL; h = h->next)
        TW_TRY(refuse(r,
                      (struct tw_refused){.raw = h->raw,
                                          .line = h->line,
                                          .declaration_id = r->id,
                                          .culprit = h == culprit,
                                          .fault = &r->why},
                      fault));
    return TW_OK;
}

/* Room for one more item. */
static tw_err more_room(struct tw_reader *r)
{
    struct tw_decl *d = r->decl;
    if (d->items.n < r->room) return TW_OK;
    const size_t room = r->room == 0 ? 1 : r->room * 4;
    struct tw_item *item = tw_arena_room(r->arena, room, sizeof *item);
    if (item == NULL) return TW_NOMEM;
    if (d->items.n > 0) memcpy(item, d->items.at, d->items.n * sizeof *item);
    if (r->plan.finding.n > 0) {
        struct tw_finding *finding = tw_arena_array(r->arena, room, sizeof *finding);
        if (finding == NULL) return TW_NOMEM;
        if (r->finding_n > 0) memcpy(finding, r->finding, r->finding_n * sizeof *finding);
        r->finding = finding;
    }
    d->items.at = item;
    r->room = room;
    return TW_OK;
}

/* Takes the row that was met into the declaration under way. What is wrong with the row is told in r->why and
 * *ret_bad; an error is memory. */
static tw_err take_row(struct tw_reader *r, bool *ret_bad)
{
    struct tw_fault *const why = &r->why;
    struct tw_decl *const d = r->decl;
    struct held_row *row = NULL;
    *ret_bad = true;
    if (d->items.n == r->config.items_max) {
        *why = (struct tw_fault){.line = r->met.row.line, .byte = r->met.row.byte, .path = "item"};
        TW_IGNORE(
            tw_fail(why, TW_LIMIT, "more than %u items in one declaration; split it", r->config.items_max));
        return TW_OK;
    }
    r->bytes += r->met.row.raw.n + r->plan.columns * sizeof(struct tw_str) + sizeof(struct tw_item);
    if (r->bytes > r->config.declaration_bytes) {
        *why = (struct tw_fault){.line = r->met.row.line, .byte = r->met.row.byte};
        TW_IGNORE(tw_fail(why, TW_LIMIT, "this declaration is larger than %llu bytes, the most allowed",
                          (unsigned long long)r->config.declaration_bytes));
        return TW_OK;
    }
    TW_TRY(row_hold(&r->met.row, r->arena, &row));
    TW_TRY(more_room(r));
    if (r->last == NULL)
        r->first = row;
    else
        r->last->next = row;
    r->last = row;
    r->rows++;

    *why = (struct tw_fault){.code = TW_OK};
    struct tw_item *item = &d->items.at[d->items.n];
    tw_item_init(item);
    tw_err err = row == r->first ? row_to_header(&r->plan, row, r->arena, d, why)
                                 : row_agrees(&r->plan, r->first, row, why);
    if (err == TW_OK) err = row_to_item(&r->plan, row, r->arena, item, why);
    bool some = false;
    if (err == TW_OK && r->plan.finding.n > 0)
        err = row_wrong(
            &r->plan,
            row_to_finding(&r->plan.finding, row, r->config.currency, &r->finding[r->finding_n], &some, why),
            why);
    if (err == TW_NOMEM) return err;
    d->items.n++;
    if (item->number == 0) item->number = (uint32_t)d->items.n;
    if (some) r->finding[r->finding_n++].item = item->number;
    *ret_bad = err != TW_OK;
    return TW_OK;
}

/* Begins a declaration with the row that was met. */
static tw_err begin(struct tw_reader *r, struct tw_arena *arena, struct tw_fault *fault)
{
    tw_arena_reset(arena);
    r->under_way = true;
    r->doomed = false;
    r->arena = arena;
    r->first = r->last = NULL;
    r->rows = 0;
    r->bytes = sizeof(struct tw_decl);
    r->room = r->finding_n = 0;
    r->decl = tw_arena_room(arena, 1, sizeof *r->decl);
    if (r->decl == NULL || tw_str_dup(arena, r->met.id, &r->id) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_decl_init(r->decl);
    r->id_hash = tw_hash64(r->id.s, r->id.n, 0);
    if (!r->config.ids_may_return) tw_idset_prefetch(r->ids, r->id_hash);
    return TW_OK;
}

/* The row that was met is refused and its declaration with it. */
static tw_err doom_with_met(struct tw_reader *r, bool culprit, struct tw_fault *fault)
{
    TW_TRY(doom(r, NULL, fault));
    return refuse_met(r, &r->why, culprit, fault);
}

/* The row that was met belongs to the declaration under way. */
static tw_err go_on(struct tw_reader *r, struct tw_fault *fault)
{
    const bool tainted = r->tainted && r->first == NULL;
    r->tainted = false;
    if (r->doomed) return refuse_met(r, r->met.bad ? &r->met.fault : &r->why, r->met.bad, fault);
    if (r->met.bad) {
        r->why = r->met.fault;
        return doom_with_met(r, true, fault);
    }
    if (tainted) {
        r->why = (struct tw_fault){.line = r->met.row.line, .byte = r->met.row.byte};
        TW_IGNORE(
            tw_fail(&r->why, TW_FORMAT,
                    "the row in line %u cannot be read and may belong to this declaration; mend that row",
                    r->tainted_line));
        return doom_with_met(r, false, fault);
    }
    bool bad = false;
    const struct held_row *const before = r->last;
    if (take_row(r, &bad) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (!bad) return TW_OK;
    return r->last == before ? doom_with_met(r, true, fault) : doom(r, r->last, fault);
}

/* A row that cannot be read so far that its declaration could be told. */
static tw_err refuse_orphan(struct tw_reader *r, struct tw_fault *fault)
{
    if (!r->config.map->row_is_declaration) {
        if (r->under_way && !r->doomed) {
            r->why = r->met.fault;
            TW_TRY(doom(r, NULL, fault));
        }
        r->tainted = true;
        r->tainted_line = r->met.row.line;
    }
    r->count.refused_declarations += r->config.map->row_is_declaration;
    return refuse_met(r, &r->met.fault, true, fault);
}

static const struct held_row *row_of_item(const struct tw_reader *r, size_t item)
{
    const struct held_row *h = r->first;
    while (item-- > 0 && h->next != NULL) h = h->next;
    return h;
}

bool tw_reader_has(const struct tw_reader *r, enum tw_element e)
{
    const struct tw_binding *const both[] = {&r->plan.header, &r->plan.item};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < both[k]->n; i++)
            if (both[k]->at[i].column->target == (uint32_t)e) return true;
    return false;
}

void tw_reader_blame(const struct tw_reader *r, size_t item, struct tw_fault *fault)
{
    row_blame_element(&r->plan, row_of_item(r, item), fault);
}

/* Completes findings that stood in the rows. */
static tw_err settle_findings(struct tw_reader *r)
{
    for (size_t i = 0; i < r->finding_n; i++) {
        struct tw_finding *f = &r->finding[i];
        f->declaration_id = r->decl->id;
        if (f->known_day != TW_NO_DAY) continue;
        if (r->decl->lodged_at == TW_NO_TIME)
            return tw_fail(&r->why, TW_FORMAT,
                           "neither lodged_at nor known_day is given, so nobody knows when this was found");
        f->known_day = tw_time_day(r->decl->lodged_at) + (int32_t)r->config.map->known_days_after;
    }
    return TW_OK;
}

/* What can only be told when all rows are there. What is wrong goes to r->why, where to *ret_culprit. */
static tw_err complete(struct tw_reader *r, const struct held_row **ret_culprit)
{
    const struct tw_completion how = {.currency = r->config.currency,
                                      .valuation = r->config.valuation,
                                      .now = r->config.now != 0 ? r->config.now : TW_NO_TIME,
                                      .pass = r->config.map->pass};
    struct tw_completed done = {.value = NULL};
    r->why = (struct tw_fault){.item = 0};
    r->value = NULL;
    r->warnings = (struct tw_violations){NULL, 0};
    if (r->config.told != NULL) return TW_OK;
    tw_err err = tw_complete(r->decl, &how, r->arena, &done, &r->why);
    r->value = done.value;
    r->warnings = done.warnings;
    if (err == TW_OK) err = settle_findings(r);
    if (err != TW_OK) *ret_culprit = row_of_item(r, r->why.item);
    return err;
}

/* The declaration under way has all its rows. *ret_whole: it can be handed out. */
static tw_err finish(struct tw_reader *r, bool *ret_whole, struct tw_fault *fault)
{
    bool seen = false;
    r->under_way = false;
    if (!r->config.ids_may_return && tw_idset_put(r->ids, r->id_hash, &seen) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    *ret_whole = false;
    if (r->doomed) return TW_OK;
    const struct held_row *culprit = r->first;
    if (seen) {
        r->why = (struct tw_fault){.path = "declaration_id"};
        TW_IGNORE(tw_fail(
            &r->why, TW_CONFLICT,
            "declaration %.*s stood further up already; the rows of one declaration must follow one another",
            (int)(r->id.n < 40 ? r->id.n : 40), r->id.s));
    } else {
        const tw_err err = complete(r, &culprit);
        if (err == TW_NOMEM) return tw_fail(fault, err, "out of memory");
        *ret_whole = err == TW_OK;
    }
    if (*ret_whole) {
        r->count.declarations++;
        return TW_OK;
    }
    r->why.line = culprit->line;
    r->why.byte = culprit->byte;
    row_blame_element(&r->plan, culprit, &r->why);
    return doom(r, culprit, fault);
}

/* What was met, and of which declaration it is. */
static void meet(struct tw_reader *r, bool bad)
{
    struct met *m = &r->met;
    m->bad = bad;
    m->id = (struct tw_str){NULL, 0};
    r->count.rows += r->planned;
    if (!r->planned) return;
    if (r->plan.id < m->row.n) m->id = tw_str_trim(m->row.field[r->plan.id]);
    if (bad && !tw_str_utf8(m->id, NULL)) m->id.n = 0;
    if (m->id.n > 0 || bad) return;
    m->bad = true;
    m->fault = (struct tw_fault){
        .line = m->row.line, .column = r->plan.id + 1, .byte = m->row.byte, .path = "declaration_id"};
    TW_IGNORE(tw_fail(&m->fault, TW_FORMAT, "the declaration id is empty; each row needs one"));
}

/* The header row. */
static tw_err plan(struct tw_reader *r, struct tw_fault *fault)
{
    const struct tw_csv_row *row = &r->met.row;
    if (r->met.bad) {
        if (fault != NULL) *fault = r->met.fault;
        return r->met.fault.code;
    }
    const tw_err err = row_plan_make(r->config.map, row, r->own, &r->plan, fault);
    if (err != TW_OK && fault != NULL) fault->line = row->line;
    for (const char *sep = ",;\t|"; err == TW_NOTFOUND && row->n == 1 && *sep != 0; sep++)
        if (*sep != r->config.csv.separator && memchr(row->field->s, *sep, row->field->n) != NULL)
            return tw_fail(fault, err,
                           "the header row is one column; if '%s' separates columns, let the map say so",
                           *sep == '\t' ? "tab" : (char[2]){*sep, 0});
    TW_TRY(err);
    r->plan.told = r->config.told;
    r->plan.to = r->config.to;
    r->planned = true;
    return r->config.header == NULL ? TW_OK : r->config.header(r->config.to, row->raw, fault);
}

static tw_err hand_out(struct tw_reader *r, bool *ret_whole, struct tw_reading *ret, struct tw_fault *fault)
{
    TW_TRY(finish(r, ret_whole, fault));
    if (*ret_whole)
        *ret = (struct tw_reading){.decl = r->decl,
                                   .finding = r->finding,
                                   .finding_n = r->finding_n,
                                   .value = r->value,
                                   .warnings = r->warnings,
                                   .line = r->first->line,
                                   .rows = r->rows};
    return TW_OK;
}

/* Takes the row that was met. *ret_whole: a declaration is ready. */
static tw_err take_met(struct tw_reader *r, struct tw_arena *arena, bool *ret_whole, struct tw_reading *ret,
                       struct tw_fault *fault)
{
    r->waiting = false;
    if (r->met.id.n == 0) return refuse_orphan(r, fault);
    if (r->under_way && !tw_str_eq(r->id, r->met.id)) {
        r->waiting = true;
        return hand_out(r, ret_whole, ret, fault);
    }
    if (!r->under_way) TW_TRY(begin(r, arena, fault));
    TW_TRY(go_on(r, fault));
    return r->config.map->row_is_declaration ? hand_out(r, ret_whole, ret, fault) : TW_OK;
}

/* The bytes are at their end. */
static tw_err end(struct tw_reader *r, bool *ret_whole, struct tw_reading *ret, struct tw_fault *fault)
{
    if (!r->planned)
        return tw_fail(fault, TW_FORMAT, "there is not even a header row; the first row names the columns");
    if (r->count.rows == 0)
        return tw_fail(fault, TW_FORMAT, "a header row and nothing below it; there is nothing to read");
    return r->under_way ? hand_out(r, ret_whole, ret, fault) : TW_OK;
}

tw_err tw_reader_next(struct tw_reader *r, struct tw_arena *arena, enum tw_read_step *step,
                      struct tw_reading *ret, struct tw_fault *fault)
{
    enum tw_csv_step got = TW_CSV_ROW;
    bool whole = false;
    while (!whole && (got == TW_CSV_ROW || got == TW_CSV_REFUSED)) {
        if (!r->waiting) got = tw_csv_next(r->csv, &r->met.row, &r->met.fault);
        if (got == TW_CSV_MORE) break;
        if (got != TW_CSV_END && !r->waiting) meet(r, got == TW_CSV_REFUSED);
        TW_TRY(got == TW_CSV_END ? end(r, &whole, ret, fault)
               : r->planned      ? take_met(r, arena, &whole, ret, fault)
                                 : plan(r, fault));
    }
    *step = whole ? TW_READ_DECL : got == TW_CSV_MORE ? TW_READ_MORE : TW_READ_END;
    return TW_OK;
}
