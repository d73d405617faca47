/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/audit_rows_priv.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "stat/rank.h"

enum { MEASURED_VALUES_MIN = 20 };

void audit_rows_free(struct audit_rows *r)
{
    for (size_t c = 0; c < r->goods; c++) tw_free(r->hash[c]);
    tw_free(r->item);
    tw_free(r->chapter);
    tw_free(r->key);
    tw_free(r->dealt);
    tw_free(r->deal);
    tw_free(r->whole);
}

static uint64_t value_hash(float v, size_t salt)
{
    union {
        float f;
        uint32_t bits;
    } u = {.f = isnan(v) ? 0 : v};
    return isnan(v) ? 0 : tw_hash_join(salt + 1, (uint64_t)u.bits + 1);
}

static uint64_t code_hash(struct tw_str s, size_t digits, size_t salt)
{
    return tw_hash_join(salt, tw_hash64(s.s, s.n < digits ? s.n : digits, 5));
}

static struct tw_str hs_of(const struct tw_trial_data *d, size_t k)
{
    const struct tw_decl *decl = d->decl[d->item[k].declaration];
    return decl->items.at[k - d->first[d->item[k].declaration]].hs;
}

/* -- which columns, which rows
 * -------------------------------------------------------------------------------- */

static tw_err distinct_values(const struct audit_rows *r, const float *value, size_t *ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    for (size_t i = 0; i < r->n; i++) {
        uint32_t at;
        if (!isnan(value[r->item[i]])) TW_TRY(tw_map64_put(map, value_hash(value[r->item[i]], 0), &at));
    }
    *ret = tw_map64_n(map);
    return TW_OK;
}

/* Goods columns say something of the goods or their way: no party, no free text, no number given to one
 * consignment, not the same everywhere. */
static tw_err add_goods(struct audit *w, struct audit_rows *r, size_t at)
{
    const struct audit_source *s = &w->source[at];
    size_t distinct;
    if (s->party || s->text || r->goods == AUDIT_GOODS_MAX) return TW_OK;
    TW_TRY(distinct_values(r, s->value, &distinct));
    if (distinct < 2 || (s->code && distinct > r->n / 2)) return TW_OK;
    uint64_t *hash = tw_calloc(r->n + 1, sizeof *hash);
    if (hash == NULL) return TW_NOMEM;
    for (size_t i = 0; i < r->n; i++)
        hash[i] = s->element == TW_ELEMENT_HS ? code_hash(hs_of(w->d, r->item[i]), 6, at)
                                              : value_hash(s->value[r->item[i]], at);
    r->hash[r->goods] = hash;
    r->column[r->goods] = (uint16_t)at;
    bool of_tariff = s->element == TW_ELEMENT_DUTY_RATE; /* a number, but nobody measures it */
    r->measured[r->goods++] = !s->code && !of_tariff && distinct >= MEASURED_VALUES_MIN;
    return TW_OK;
}

static const float *trader_of(const struct audit *w)
{
    static const enum tw_element who[] = {TW_ELEMENT_IMPORTER_ID,  TW_ELEMENT_IMPORTER_NAME,
                                          TW_ELEMENT_CONSIGNEE_ID, TW_ELEMENT_CONSIGNEE_NAME,
                                          TW_ELEMENT_DECLARANT_ID, TW_ELEMENT_EXPORTER_ID};
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
        for (size_t at = 0; at < w->sources; at++)
            if (w->source[at].element == who[i]) return w->source[at].value;
    return NULL;
}

/* -- dealing anew
 * --------------------------------------------------------------------------------------------- */

static void shuffle(uint32_t *v, size_t n, struct tw_rng *rng)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = tw_rng_below(rng, i);
        uint32_t swap = v[i - 1];
        v[i - 1] = v[j];
        v[j] = swap;
    }
}

/* Whom each row has its measures from: rows are put in order of chapters, and each chapter is shuffled. */
static tw_err deal_ordered(const struct audit *w, struct audit_rows *r, double *chapter, uint32_t *order,
                           uint32_t *from)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    for (size_t i = 0; i < r->n; i++) {
        uint32_t at;
        TW_TRY(tw_map64_put(map, tw_mix64(r->chapter[i]), &at));
        chapter[i] = (double)at;
    }
    TW_TRY(tw_rank_falling(chapter, r->n, order));
    struct tw_rng rng = tw_rng_new(w->set->seed, "twins dealt anew");
    for (size_t lo = 0, hi; lo < r->n; lo = hi) {
        for (hi = lo; hi < r->n && chapter[order[hi]] == chapter[order[lo]]; hi++) from[hi] = order[hi];
        shuffle(from + lo, hi - lo, &rng);
    }
    for (size_t i = 0; i < r->n; i++) r->deal[order[i]] = from[i];
    return TW_OK;
}

static tw_err deal(const struct audit *w, struct audit_rows *r)
{
    double *chapter = tw_calloc(r->n + 1, sizeof *chapter);
    uint32_t *order = tw_calloc(r->n + 1, sizeof *order), *from = tw_calloc(r->n + 1, sizeof *from);
    bool room = chapter != NULL && order != NULL && from != NULL;
    tw_err err = room ? deal_ordered(w, r, chapter, order, from) : TW_NOMEM;
    tw_free(chapter);
    tw_free(order);
    tw_free(from);
    return err;
}

tw_err audit_rows_fill(struct audit *w, struct audit_rows *r)
{
    const struct tw_trial_data *d = w->d;
    size_t n = w->a->labelled + 1;
    r->item = tw_calloc(n, sizeof *r->item);
    r->chapter = tw_calloc(n, sizeof *r->chapter);
    r->key = tw_calloc(n, sizeof *r->key);
    r->dealt = tw_calloc(n, sizeof *r->dealt);
    r->deal = tw_calloc(n, sizeof *r->deal);
    r->whole = tw_calloc(n, sizeof *r->whole);
    if (r->item == NULL || r->chapter == NULL || r->key == NULL || r->dealt == NULL || r->deal == NULL ||
        r->whole == NULL)
        return TW_NOMEM;
    for (size_t k = 0; k < d->items; k++) {
        if (!d->item[k].inspected) continue;
        r->split += k < w->split;
        r->chapter[r->n] = code_hash(hs_of(d, k), 2, 0);
        r->item[r->n++] = (uint32_t)k;
    }
    r->trader = trader_of(w);
    for (size_t at = 0; at < w->sources; at++) {
        for (size_t i = 0; i < r->n; i++) r->whole[i] += value_hash(w->source[at].value[r->item[i]], at);
        TW_TRY(add_goods(w, r, at));
    }
    return deal(w, r);
}

/* -- keys
 * -------------------------------------------------------------------------------------------------------- */

void audit_fill_key(const struct audit_rows *r, uint32_t set, bool dealt, uint64_t *key)
{
    for (size_t i = 0; i < r->n; i++) key[i] = 0;
    for (size_t c = 0; c < r->goods; c++) {
        if (!audit_in(set, c)) continue;
        for (size_t i = 0; i < r->n; i++) key[i] += r->hash[c][dealt && r->measured[c] ? r->deal[i] : i];
    }
}

tw_err audit_share(const struct audit_rows *r, const uint64_t *key, const uint64_t *without, uint64_t thin,
                   double *ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    size_t later = 0, twins = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (thin > 1 && r->chapter[i] % thin != 0) continue;
        uint64_t k = audit_key(key, without, i);
        uint32_t at;
        if (i < r->split) {
            TW_TRY(tw_map64_put(map, k, &at));
            continue;
        }
        later++;
        twins += tw_map64_find(map, k) != TW_MAP_NONE;
    }
    *ret = later > 0 ? (double)twins / (double)later : 0;
    return TW_OK;
}

/* -- earlier rows by key
 * ---------------------------------------------------------------------------------------------------- */

void audit_before_free(struct audit_before *b)
{
    tw_map64_free(b->map);
    tw_free(b->all);
    tw_free(b->found);
    tw_free(b->last);
}

tw_err audit_before_new(const struct audit *w, const struct audit_rows *r, const uint64_t *key,
                        const uint64_t *without, struct audit_before *ret)
{
    struct audit_before b = {.all = tw_calloc(r->n + 1, sizeof(double)),
                             .found = tw_calloc(r->n + 1, sizeof(double)),
                             .last = tw_calloc(r->n + 1, sizeof(uint32_t))};
    tw_err err = b.all == NULL || b.found == NULL || b.last == NULL ? TW_NOMEM : tw_map64_new(&b.map);
    for (size_t i = 0; i < r->split && err == TW_OK; i++) {
        uint32_t at;
        err = tw_map64_put(b.map, audit_key(key, without, i), &at);
        if (err != TW_OK) break;
        b.all[at] += 1;
        b.found[at] += w->d->item[r->item[i]].found;
        b.last[at] = (uint32_t)i;
    }
    if (err == TW_OK)
        *ret = b;
    else
        audit_before_free(&b);
    return err;
}
