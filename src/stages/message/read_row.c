/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path of reading: for each column that is bound, one tw_element_set. What most columns do not have
 * -- translations, texts that mean nothing, units -- costs them one look each. */
#include <assert.h>
#include <stdio.h>

#include "base/date.h"
#include "decl/money.h"
#include "message/read_priv.h"

static tw_err no_room(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err row_hold(const struct tw_csv_row *row, struct tw_arena *arena, struct held_row **ret)
{
    const size_t fields = row->n * sizeof(struct tw_str);
    struct held_row *held = tw_arena_room(arena, 1, sizeof *held + fields + row->raw.n);
    if (held == NULL) return TW_NOMEM;
    struct tw_str *const field = (struct tw_str *)(void *)(held + 1);
    char *const raw = (char *)(held + 1) + fields;
    memcpy(raw, row->raw.s, row->raw.n);
    for (size_t i = 0; i < row->n; i++) {
        field[i] = row->field[i];
        const uintptr_t offset = (uintptr_t)field[i].s - (uintptr_t)row->raw.s;
        if (offset <= row->raw.n)
            field[i].s = raw + offset;
        else
            TW_TRY(tw_str_dup(arena, field[i], &field[i])); /* doubled quotes were taken out of it */
    }
    *held = (struct held_row){.raw = {raw, row->raw.n}, .line = row->line, .byte = row->byte, .field = field};
    *ret = held;
    return TW_OK;
}

void row_blame(const struct held_row *row, const struct tw_bound *bound, struct tw_fault *fault)
{
    if (fault == NULL) return;
    fault->line = row->line;
    fault->byte = row->byte;
    fault->column = 0;
    if (bound == NULL || bound->column->name.n == 0) return;
    fault->column = bound->field + 1;
    const uintptr_t offset = (uintptr_t)row->field[bound->field].s - (uintptr_t)row->raw.s;
    if (offset <= row->raw.n) fault->byte += offset;
}

void row_blame_element(const struct row_plan *plan, const struct held_row *row, struct tw_fault *fault)
{
    const struct tw_binding *const both[] = {&plan->header, &plan->item};
    row_blame(row, NULL, fault);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < both[k]->n; i++) {
            const struct tw_bound *b = &both[k]->at[i];
            const char *name = tw_element_row((enum tw_element)b->column->target)->name;
            if (fault != NULL && strcmp(name, fault->path) == 0) row_blame(row, b, fault);
        }
}

/* The meaning of a text in a column that translates, or that has texts for no value. */
static tw_err translate(const struct tw_map_column *c, struct tw_str field, struct tw_str *ret,
                        struct tw_fault *fault)
{
    struct tw_str text = tw_str_trim(field);
    for (size_t i = 0; i < c->absent_n; i++)
        if (tw_str_eq(text, c->absent[i])) text.n = 0;
    for (size_t i = 0; i < c->word_n; i++) {
        if (!tw_str_eq(text, c->word[i].from)) continue;
        *ret = c->word[i].to;
        return TW_OK;
    }
    if (c->word_n > 0 && text.n > 0)
        return tw_fail(fault, TW_NOTFOUND,
                       "\"%.*s\" is not among the %zu values that the map knows for this column",
                       (int)(text.n < 40 ? text.n : 40), text.s, c->word_n);
    *ret = text;
    return TW_OK;
}

/* The text that a bound column gives: a constant, or the field with its translation. */
static inline tw_err text_of(const struct tw_bound *bound, const struct tw_str *field, struct tw_str *ret,
                             struct tw_fault *fault)
{
    const struct tw_map_column *c = bound->column;
    if (__builtin_expect(c->word_n + c->absent_n > 0, 0) && c->name.n > 0)
        return translate(c, field[bound->field], ret, fault);
    *ret = c->name.n > 0 ? field[bound->field] : c->constant;
    return TW_OK;
}

tw_err row_wrong(const struct row_plan *plan, tw_err err, struct tw_fault *fault)
{
    if (plan->told == NULL || err == TW_NOMEM || err == TW_OK) return err;
    plan->told(plan->to, fault);
    return TW_OK;
}

static tw_err fill(const struct row_plan *plan, const struct tw_binding *binding, const struct held_row *row,
                   struct tw_arena *arena, void *object, struct tw_fault *fault)
{
    for (const struct tw_bound *b = binding->at, *const end = b + binding->n; b < end; b++) {
        const enum tw_element e = (enum tw_element)b->column->target;
        struct tw_str text;
        tw_err err = text_of(b, row->field, &text, fault);
        if (err == TW_OK && text.n > 0)
            err = b->column->unit.n > 0 ? tw_element_set_mass(e, text, b->column->unit, object, fault)
                                        : tw_element_set(e, text, arena, object, fault);
        if (err == TW_OK) continue;
        row_blame(row, b, fault);
        if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", tw_element_row(e)->name);
        TW_TRY(row_wrong(plan, err, fault));
    }
    return TW_OK;
}

tw_err row_to_header(const struct row_plan *plan, const struct held_row *row, struct tw_arena *arena,
                     struct tw_decl *decl, struct tw_fault *fault)
{
    return fill(plan, &plan->header, row, arena, decl, fault);
}

static tw_err keep_extra(const struct row_plan *plan, const struct held_row *row, struct tw_arena *arena,
                         struct tw_item *item, struct tw_fault *fault)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->extra_n; i++) n += row->field[plan->extra[i]].n > 0;
    if (n == 0) return TW_OK;
    struct tw_extra *extra = tw_arena_array(arena, n, sizeof *extra);
    if (extra == NULL) return no_room(fault);
    item->extra.at = extra;
    item->extra.n = n;
    for (size_t i = 0; i < plan->extra_n; i++) {
        const uint32_t c = plan->extra[i];
        if (row->field[c].n > 0) *extra++ = (struct tw_extra){.path = plan->name[c], .value = row->field[c]};
    }
    return TW_OK;
}

tw_err row_to_item(const struct row_plan *plan, const struct held_row *row, struct tw_arena *arena,
                   struct tw_item *item, struct tw_fault *fault)
{
    TW_TRY(fill(plan, &plan->item, row, arena, item, fault));
    return plan->extra_n > 0 ? keep_extra(plan, row, arena, item, fault) : TW_OK;
}

tw_err row_agrees(const struct row_plan *plan, const struct held_row *first, const struct held_row *row,
                  struct tw_fault *fault)
{
    for (size_t i = 0; i < plan->header.n; i++) {
        const struct tw_bound *b = &plan->header.at[i];
        if (b->column->name.n == 0) continue;
        const struct tw_str was = first->field[b->field], is = row->field[b->field];
        if (tw_str_eq(was, is)) continue;
        const struct tw_str was_text = tw_str_trim(was), text = tw_str_trim(is);
        if (text.n == 0 || tw_str_eq(was_text, text)) continue;
        const char *name = tw_element_row((enum tw_element)b->column->target)->name;
        row_blame(row, b, fault);
        if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
        const tw_err err =
            tw_fail(fault, TW_CONFLICT,
                    "%s is \"%.*s\" here and \"%.*s\" in line %u; rows of one declaration must agree", name,
                    (int)(text.n < 30 ? text.n : 30), text.s, (int)(was_text.n < 30 ? was_text.n : 30),
                    was_text.n > 0 ? was_text.s : "", first->line);
        TW_TRY(row_wrong(plan, err, fault));
    }
    return TW_OK;
}

static tw_err set_item_number(struct tw_str text, uint32_t *ret, struct tw_fault *fault)
{
    int64_t n;
    if (tw_str_i64(text, &n) != TW_OK || n < 0 || n > TW_ITEMS_MAX)
        return tw_fail(fault, TW_FORMAT,
                       "\"%.*s\" is no item number; 1 to %d are, or 0 for the whole declaration",
                       (int)(text.n < 40 ? text.n : 40), text.s, TW_ITEMS_MAX);
    *ret = (uint32_t)n;
    return TW_OK;
}

static tw_err set_propensity(struct tw_str text, double *ret, struct tw_fault *fault)
{
    double p;
    if (tw_str_f64(text, &p) != TW_OK || !(p > 0) || p > 1)
        return tw_fail(fault, TW_RANGE,
                       "\"%.*s\" is no probability; above 0 and at most 1 is right, or nothing",
                       (int)(text.n < 40 ? text.n : 40), text.s);
    *ret = p;
    return TW_OK;
}

/* `result` is set once: the first column that gives one wins. */
static tw_err set_field(enum tw_finding_field field, struct tw_str text, struct tw_finding *f,
                        bool *has_result, struct tw_fault *fault)
{
    switch (field) {
    case TW_FINDING_DECLARATION:
        f->declaration_id = text;
        return TW_OK;
    case TW_FINDING_ITEM:
        return set_item_number(text, &f->item, fault);
    case TW_FINDING_RESULT:
        if (*has_result) return TW_OK;
        *has_result = true;
        return tw_result_parse(text, &f->result, fault);
    case TW_FINDING_DELTA_VALUE:
        return tw_money_set_signed(&f->delta_value, text, fault);
    case TW_FINDING_DELTA_VALUE_CURRENCY:
        return tw_money_set_currency(&f->delta_value, text, fault);
    case TW_FINDING_DELTA_DUTY:
        return tw_money_set_signed(&f->delta_duty, text, fault);
    case TW_FINDING_DELTA_DUTY_CURRENCY:
        return tw_money_set_currency(&f->delta_duty, text, fault);
    case TW_FINDING_KNOWN:
        return tw_day_parse(text, &f->known_day, fault);
    case TW_FINDING_BASIS:
        f->basis = text;
        return TW_OK;
    case TW_FINDING_PROPENSITY:
        return set_propensity(text, &f->propensity, fault);
    case TW_FINDING_FIELD_N:
        break;
    }
    return TW_INTERNAL;
}

tw_err row_to_finding(const struct tw_binding *binding, const struct held_row *row, struct tw_str currency,
                      struct tw_finding *ret, bool *ret_some, struct tw_fault *fault)
{
    struct tw_finding f = {.known_day = TW_NO_DAY};
    bool has_result = false;
    for (const struct tw_bound *b = binding->at, *const end = b + binding->n; b < end; b++) {
        const enum tw_finding_field field = (enum tw_finding_field)b->column->target;
        struct tw_str text = {NULL, 0};
        tw_err err = text_of(b, row->field, &text, fault);
        text = tw_str_trim(text);
        if (err == TW_OK && text.n > 0) err = set_field(field, text, &f, &has_result, fault);
        if (err == TW_OK) continue;
        row_blame(row, b, fault);
        if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", tw_finding_field_name(field));
        return err;
    }
    if (has_result) {
        tw_err err = tw_money_settle(&f.delta_value, currency, fault);
        if (err == TW_OK) err = tw_money_settle(&f.delta_duty, currency, fault);
        if (err != TW_OK) {
            row_blame(row, NULL, fault);
            return err;
        }
    }
    *ret = f;
    *ret_some = has_result;
    return TW_OK;
}

/* Splits what a binding feeds by the level of the element. */
static tw_err split_levels(const struct tw_binding *all, struct tw_arena *arena, struct row_plan *plan,
                           struct tw_fault *fault)
{
    bool has_id = false;
    plan->header.at = tw_arena_array(arena, all->n, sizeof *all->at);
    plan->item.at = tw_arena_array(arena, all->n, sizeof *all->at);
    if (plan->header.at == NULL || plan->item.at == NULL) return no_room(fault);
    for (size_t i = 0; i < all->n; i++) {
        const enum tw_element e = (enum tw_element)all->at[i].column->target;
        struct tw_binding *to = tw_element_row(e)->level == TW_LEVEL_DECL ? &plan->header : &plan->item;
        to->at[to->n++] = all->at[i];
        if (e != TW_ELEMENT_DECLARATION_ID || all->at[i].column->name.n == 0) continue;
        plan->id = all->at[i].field;
        has_id = true;
    }
    if (!has_id)
        return tw_fail(fault, TW_NOTFOUND, "no column gives the declaration_id; name one in the map");
    return TW_OK;
}

tw_err row_plan_make(const struct tw_map *map, const struct tw_csv_row *row, struct tw_arena *arena,
                     struct row_plan *ret, struct tw_fault *fault)
{
    struct row_plan plan = {.columns = row->n};
    struct tw_binding all;
    plan.name = tw_arena_array(arena, row->n, sizeof *plan.name);
    plan.extra = tw_arena_array(arena, row->n, sizeof *plan.extra);
    bool *taken = tw_arena_array(arena, row->n, sizeof *taken);
    if (plan.name == NULL || plan.extra == NULL || taken == NULL) return no_room(fault);
    for (size_t i = 0; i < row->n; i++)
        if (tw_str_dup(arena, tw_str_trim(row->field[i]), &plan.name[i]) != TW_OK) return no_room(fault);
    const struct tw_map_header header = {plan.name, row->n, taken};
    TW_TRY(tw_map_bind(map, TW_BIND_DECLARATION, &header, arena, &all, fault));
    TW_TRY(split_levels(&all, arena, &plan, fault));
    if (map->finding.n > 0) TW_TRY(tw_map_bind(map, TW_BIND_FINDING, &header, arena, &plan.finding, fault));
    if (plan.finding.columns == 0) plan.finding.n = 0; /* constants alone find nothing */
    for (uint32_t i = 0; i < row->n; i++)
        if (!taken[i]) plan.extra[plan.extra_n++] = i;
    *ret = plan;
    return TW_OK;
}
