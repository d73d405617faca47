/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/data.h"

#include <math.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/mem.h"
#include "decl/money.h"

tw_err tw_trial_data_new(struct tw_trial_data **ret)
{
    struct tw_trial_data *d = tw_calloc(1, sizeof *d);
    if (d == NULL) return TW_NOMEM;
    d->mechanism[0] = TW_STR("none");
    d->mechanisms = 1;
    tw_err err = tw_map64_new(&d->by_item);
    if (err != TW_OK) {
        tw_trial_data_free(d);
        return err;
    }
    *ret = d;
    return TW_OK;
}

static void drop_columns(struct tw_trial_data *d)
{
    for (size_t c = 0; c < d->columns; c++) {
        tw_intern_free(d->column[c].codes);
        tw_free(d->column[c].value);
    }
    d->columns = 0;
}

void tw_trial_data_free(struct tw_trial_data *d)
{
    if (d == NULL) return;
    drop_columns(d);
    tw_map64_free(d->by_item);
    tw_free(d->decl);
    tw_free(d->first);
    tw_free(d->item);
    tw_free(d);
}

static uint64_t item_key(uint64_t declaration, uint32_t number)
{
    return tw_hash_join(declaration, number);
}

static tw_err grow(struct tw_trial_data *d, size_t items)
{
    if (d->n + 1 >= d->cap) {
        size_t cap = d->cap < 1024 ? 1024 : d->cap * 2;
        struct tw_decl **decl = tw_realloc(d->decl, cap, sizeof(struct tw_decl *));
        if (decl == NULL) return TW_NOMEM;
        d->decl = decl;
        uint32_t *first = tw_realloc(d->first, cap + 1, sizeof *first);
        if (first == NULL) return TW_NOMEM;
        d->first = first;
        d->cap = cap;
    }
    if (d->items + items > d->items_cap) {
        size_t cap = (d->items + items) * 2;
        if (cap >= UINT32_MAX) return TW_LIMIT;
        struct tw_trial_item *item = tw_realloc(d->item, cap, sizeof *item);
        if (item == NULL) return TW_NOMEM;
        d->item = item;
        d->items_cap = cap;
    }
    return TW_OK;
}

tw_err tw_trial_data_add(struct tw_trial_data *d, struct tw_decl *decl)
{
    TW_TRY(grow(d, decl->items.n));
    int32_t day = decl->lodged_at != TW_NO_TIME ? tw_time_day(decl->lodged_at) : 0;
    uint64_t id = tw_profile_declaration(decl->id);
    d->first[d->n] = (uint32_t)d->items;
    for (size_t i = 0; i < decl->items.n; i++) {
        uint32_t at;
        TW_TRY(tw_map64_put(d->by_item, item_key(id, decl->items.at[i].number), &at));
        d->item[d->items++] = (struct tw_trial_item){.declaration = (uint32_t)d->n,
                                                     .number = decl->items.at[i].number,
                                                     .day = day,
                                                     .basis = TW_BASIS_N,
                                                     .recovered = (double)NAN};
    }
    d->decl[d->n++] = decl;
    d->first[d->n] = (uint32_t)d->items;
    return TW_OK;
}

struct tw_trial_item *tw_trial_data_item(struct tw_trial_data *d, struct tw_str declaration_id,
                                         uint32_t number)
{
    uint32_t at = tw_map64_find(d->by_item, item_key(tw_profile_declaration(declaration_id), number));
    return at != TW_MAP_NONE && at < d->items ? &d->item[at] : NULL;
}

static void join(struct tw_trial_item *i, const struct tw_finding *f)
{
    i->inspected = true;
    i->found = tw_result_found(f->result);
    i->known_day = f->known_day > i->day ? f->known_day : i->day;
    i->propensity = f->propensity;
    enum tw_basis basis = TW_BASIS_N; /* a word that is none of ours stays what it is: not recorded */
    TW_IGNORE(tw_basis_parse(f->basis, &basis, NULL));
    i->basis = (uint8_t)basis;
    i->recovered = f->delta_duty.cur[0] != '\0' ? (double)f->delta_duty.minor : (double)NAN;
}

void tw_trial_data_finding(struct tw_trial_data *d, const struct tw_finding *f)
{
    struct tw_trial_item *i = tw_trial_data_item(d, f->declaration_id, f->item != 0 ? f->item : 1);
    if (i == NULL) {
        d->unmatched++;
        return;
    }
    if (f->item != 0) {
        join(i, f);
        return;
    }
    for (uint32_t k = d->first[i->declaration]; k < d->first[i->declaration + 1]; k++) join(&d->item[k], f);
}

void tw_trial_data_judge_by_findings(struct tw_trial_data *d)
{
    for (size_t k = 0; k < d->items; k++) {
        struct tw_trial_item *i = &d->item[k];
        i->judged = i->inspected;
        i->noncompliant = i->found;
        i->recoverable = i->found && i->recovered > 0 ? i->recovered : 0;
    }
}

/* -- raw columns
 * ------------------------------------------------------------------------------------------------- */

/* What a peer is given as a number, a code, or not at all. */
enum use { USE_NOT, USE_CODE, USE_NUMBER };

static enum use use_of(enum tw_element e)
{
    switch (tw_element_row(e)->type) {
    case TW_TYPE_TIME:
        return USE_NOT;
    case TW_TYPE_COUNT:
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
    case TW_TYPE_AMOUNT:
        return USE_NUMBER;
    case TW_TYPE_NUMBER:
        return USE_NOT;
    default:
        break;
    }
    static const char *const not [] = {"declaration_id", "lrn", "mrn", "ucr"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (tw_str_is(tw_str_from(not [i]), tw_element_row(e)->name)) return USE_NOT;
    return USE_CODE;
}

static tw_err one_value(struct tw_trial_column *c, const struct tw_decl *decl, const struct tw_item *item,
                        struct tw_buf *text, float *ret)
{
    tw_buf_clear(text);
    tw_element_print(c->element,
                     tw_element_row(c->element)->level == TW_LEVEL_ITEM ? (const void *)item : decl, text);
    if (text->failed) return TW_NOMEM;
    *ret = NAN;
    if (text->n == 0) return TW_OK;
    if (c->code) {
        uint32_t number;
        TW_TRY(tw_intern_put(c->codes, tw_buf_view(text), &number));
        *ret = (float)number;
        return TW_OK;
    }
    double v;
    if (tw_str_f64(tw_buf_view(text), &v) == TW_OK) *ret = (float)v;
    return TW_OK;
}

static tw_err fill_column(struct tw_trial_data *d, struct tw_trial_column *c, struct tw_buf *text, bool *any)
{
    c->value = tw_calloc(d->items + 1, sizeof *c->value);
    if (c->value == NULL) return TW_NOMEM;
    if (c->code) TW_TRY(tw_intern_new(&c->codes));
    *any = false;
    for (size_t k = 0; k < d->items; k++) {
        const struct tw_decl *decl = d->decl[d->item[k].declaration];
        TW_TRY(one_value(c, decl, &decl->items.at[k - d->first[d->item[k].declaration]], text, &c->value[k]));
        *any = *any || !isnan(c->value[k]);
    }
    return TW_OK;
}

tw_err tw_trial_data_columns(struct tw_trial_data *d)
{
    TW_SCOPED_BUF text = {0};
    for (int e = 0; e < TW_ELEMENT_N; e++) {
        enum use use = use_of((enum tw_element)e);
        if (use == USE_NOT) continue;
        struct tw_trial_column *c = &d->column[d->columns];
        *c = (struct tw_trial_column){.element = (enum tw_element)e, .code = use == USE_CODE};
        bool any = false;
        tw_err err = fill_column(d, c, &text, &any);
        if (err == TW_OK && any) {
            d->columns++;
            continue;
        }
        tw_intern_free(c->codes);
        tw_free(c->value);
        if (err != TW_OK) drop_columns(d); /* half of them would be taken for all */
        TW_TRY(err);
    }
    return TW_OK;
}

/* -- results and memory
 * ------------------------------------------------------------------------------------------ */

static bool earlier(const struct tw_trial_result *a, const struct tw_trial_result *b)
{
    return a->known_day != b->known_day ? a->known_day < b->known_day : a->item < b->item;
}

/* Bottom-up merge sort; spare has room for n. */
static void sort_results(struct tw_trial_result *r, size_t n, struct tw_trial_result *spare)
{
    struct tw_trial_result *from = r, *to = spare;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n,
                   i = lo, j = mid;
            for (size_t k = lo; k < hi; k++)
                to[k] = i < mid && (j == hi || !earlier(&from[j], &from[i])) ? from[i++] : from[j++];
        }
        struct tw_trial_result *swap = from;
        from = to;
        to = swap;
    }
    if (from != r)
        for (size_t i = 0; i < n; i++) r[i] = from[i];
}

tw_err tw_trial_results(const struct tw_trial_data *d, size_t n, bool all, struct tw_trial_result **ret,
                        size_t *ret_n)
{
    size_t items = d->n > 0 ? d->first[n] : 0, count = 0;
    struct tw_trial_result *r = tw_calloc(items + 1, sizeof *r), *spare = tw_calloc(items + 1, sizeof *spare);
    if (r == NULL || spare == NULL) {
        tw_free(r);
        tw_free(spare);
        return TW_NOMEM;
    }
    for (size_t k = 0; k < items; k++) {
        const struct tw_trial_item *i = &d->item[k];
        if (all && i->judged)
            r[count++] = (struct tw_trial_result){(uint32_t)k, i->day + i->delay_days, i->noncompliant, 1.0,
                                                  i->recoverable};
        else if (!all && i->inspected)
            r[count++] =
                (struct tw_trial_result){(uint32_t)k, i->known_day, i->found, i->propensity, i->recovered};
    }
    sort_results(r, count, spare);
    tw_free(spare);
    *ret = r;
    *ret_n = count;
    return TW_OK;
}

tw_err tw_trial_memory_new(const struct tw_trial_data *d, double de_minimis, struct tw_trial_memory *ret)
{
    struct tw_profile_limits limits = tw_profile_defaults();
    struct tw_trial_memory m = {.next = 0};
    limits.de_minimis = de_minimis;
    tw_err err = tw_profile_new(limits, &m.profile);
    if (err == TW_OK) err = tw_arena_new(256 << 20, &m.arena);
    if (err == TW_OK && d->manifests > 0) err = tw_cargo_new(d->manifest, d->manifests, &m.cargo);
    if (err != TW_OK) {
        tw_trial_memory_free(&m);
        return err;
    }
    tw_profile_set_cargo(m.profile, m.cargo);
    *ret = m;
    return TW_OK;
}

void tw_trial_memory_free(struct tw_trial_memory *m)
{
    tw_profile_free(m->profile);
    tw_cargo_free(m->cargo);
    tw_arena_free(m->arena);
    *m = (struct tw_trial_memory){.next = 0};
}

static tw_err fold_result(struct tw_trial_memory *m, const struct tw_trial_data *d,
                          const struct tw_trial_result *r)
{
    const struct tw_trial_item *i = &d->item[r->item];
    struct tw_finding f = {.declaration_id = d->decl[i->declaration]->id,
                           .item = i->number,
                           .result = r->found ? TW_RESULT_OTHER : TW_RESULT_CONFORM,
                           .known_day = r->known_day,
                           .propensity = r->propensity};
    if (!isnan(r->recovered))
        f.delta_duty =
            (struct tw_money){(int64_t)r->recovered, "XXX"}; /* the profile compares shares, not currencies */
    tw_err err = tw_profile_finding(m->profile, &f);
    return err == TW_NOTFOUND ? TW_OK : err;
}

/* One declaration: the results known before its day, its features, then itself. */
static tw_err measure_one(struct tw_trial_memory *m, const struct tw_trial_data *d, size_t k,
                          const uint8_t *wait, float *x, double *stake)
{
    struct tw_look look = {.n = 0};
    tw_arena_reset(m->arena);
    float *rows = x + (size_t)d->first[k] * TW_FEATURE_N;
    TW_TRY(tw_feature_measure(m->profile, d->decl[k], m->arena, rows, NULL, &look));
    for (size_t i = 0; i < look.n && stake != NULL; i++) stake[d->first[k] + i] = look.item[i].stake;
    TW_TRY(tw_profile_fold(m->profile, &look));
    for (size_t i = 0; i < look.n; i++)
        if (wait[d->first[k] + i] != 0)
            TW_TRY(tw_profile_await(m->profile, look.declaration, d->item[d->first[k] + i].number,
                                    &look.item[i]));
    return TW_OK;
}

tw_err tw_trial_measure(struct tw_trial_memory *m, const struct tw_trial_data *d,
                        const struct tw_trial_span *span, float *x, double *stake)
{
    uint8_t *awaited = NULL;
    const uint8_t *wait = span->awaited;
    if (wait == NULL) {
        awaited = tw_calloc(d->items + 1, 1);
        if (awaited == NULL) return TW_NOMEM;
        for (size_t r = 0; r < span->results; r++) awaited[span->result[r].item] = 1;
        wait = awaited;
    }
    tw_err err = TW_OK;
    for (size_t k = span->from; k < span->to && err == TW_OK; k++) {
        int32_t day = d->first[k] < d->first[k + 1] ? d->item[d->first[k]].day : 0;
        while (m->next < span->results && span->result[m->next].known_day < day && err == TW_OK)
            err = fold_result(m, d, &span->result[m->next++]);
        if (err == TW_OK) err = measure_one(m, d, k, wait, x, stake);
    }
    tw_free(awaited);
    return err;
}
