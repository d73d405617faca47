/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria about one declaration. Records are filled once, and only those that some condition reads. */
#include <stdio.h>
#include <string.h>

#include "criteria/bits_priv.h"
#include "criteria/criteria_priv.h"

double tw_criteria_draw(uint64_t draw, struct tw_str id)
{
    uint8_t text[8 + 64], sum[TW_SHA256_BYTES];
    const size_t n = id.n < sizeof text - 8 ? id.n : sizeof text - 8;
    for (int i = 0; i < 8; i++) text[i] = (uint8_t)(draw >> (56 - 8 * i));
    memcpy(text + 8, id.s, n);
    tw_sha256(text, 8 + n, sum);
    const uint32_t high = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3];
    return (double)high * 0x1p-32;
}

static bool applies(const struct tw_criterion *k, int32_t day, struct tw_str office)
{
    if (day < k->from || day > k->to) return false;
    bool here = k->offices_n == 0;
    for (size_t i = 0; i < k->offices_n && !here; i++) here = tw_str_eq(k->office[i], office);
    return here;
}

/* While a declaration is asked about. */
struct asking {
    const struct tw_criteria *c;
    const struct tw_criteria_case *k;
    struct tw_arena *arena;
    struct tw_cel_value whole[ROOT_N];   /* of the declaration; members of items are absent */
    struct tw_cel_value (*item)[ROOT_N]; /* of each item */
    size_t items;
    uint64_t *bits; /* who is asked */
    size_t words;
    struct listing *lists; /* NULL until a criterion that reads one is asked */
    struct tw_criteria_hit *hit;
    size_t n, cap;
};

static bool per_item(enum root r)
{
    return r == ROOT_ITEM || r == ROOT_PROFILE || r == ROOT_FEATURES;
}

static tw_err fill_all(struct asking *a)
{
    for (int r = 0; r < ROOT_N; r++) {
        if (!a->c->reads[r]) continue;
        if (!per_item((enum root)r))
            TW_TRY(schema_fill(a->c->schema, (enum root)r, a->k, 0, a->arena, &a->whole[r]));
        else if (a->items == 0)
            TW_TRY(schema_blank(a->c->schema, (enum root)r, a->arena, &a->whole[r]));
    }
    for (size_t i = 0; i < a->items; i++)
        for (int r = 0; r < ROOT_N; r++) {
            a->item[i][r] = a->whole[r];
            if (a->c->reads[r] && per_item((enum root)r))
                TW_TRY(schema_fill(a->c->schema, (enum root)r, a->k, i, a->arena, &a->item[i][r]));
        }
    return TW_OK;
}

static tw_err keep_text(struct asking *a, struct tw_str text, struct tw_str *ret)
{
    return tw_str_dup(a->arena, text, ret);
}

static tw_err evaluate(struct asking *a, const struct tw_criterion *k, const struct tw_cel_value *slot,
                       const struct tw_item *item, struct tw_cel_value *ret, struct tw_fault *fault)
{
    if (k->lists_n == 0) return tw_cel_eval(k->program, slot, a->c->trial, ret, fault);
    if (a->lists == NULL) TW_TRY(listing_new(a->c, a->k, a->arena, &a->lists));
    return listing_eval(a->lists, k, slot, item, ret, fault);
}

/* One evaluation, about an item or the whole (NULL): a stronger outcome than the one kept takes its place. */
static tw_err take(struct asking *a, const struct tw_criterion *k, const struct tw_cel_value *slot,
                   const struct tw_item *item, struct tw_criteria_hit *hit, bool *any)
{
    struct tw_cel_value v;
    struct tw_fault why;
    why.note[0] = '\0';          /* all of it would be cleared for every criterion of every item */
    tw_arena_reset(a->c->trial); /* what one criterion makes is no other's burden */
    const tw_err err = evaluate(a, k, slot, item, &v, &why);
    if (err == TW_NOMEM && !tw_arena_full(a->c->trial)) return TW_NOMEM;
    if (err == TW_OK && v.kind == TW_CEL_BOOL && !v.b) return TW_OK;
    const enum tw_outcome outcome = err != TW_OK            ? TW_OUTCOME_FAULT
                                    : v.kind == TW_CEL_BOOL ? TW_OUTCOME_HIT
                                                            : TW_OUTCOME_UNKNOWN;
    if (*any && hit->outcome == TW_OUTCOME_HIT) {
        hit->items += outcome == TW_OUTCOME_HIT;
        return TW_OK;
    }
    if (*any && outcome != TW_OUTCOME_HIT) return TW_OK; /* the first tells why */
    *any = true;
    *hit = (struct tw_criteria_hit){
        .criterion = k, .outcome = outcome, .item = item != NULL ? item->number : 0, .items = item != NULL};
    if (outcome == TW_OUTCOME_FAULT) return keep_text(a, tw_str_from(why.note), &hit->why);
    if (outcome == TW_OUTCOME_HIT) return k->lists_n > 0 ? listing_tell(a->lists, k, hit) : TW_OK;
    TW_SCOPED_BUF missing = {0};
    tw_cel_missing(k->program, v, &missing);
    if (missing.failed) return TW_NOMEM;
    return keep_text(a, tw_buf_view(&missing), &hit->why);
}

static tw_err keep_hit(struct asking *a, const struct tw_criteria_hit *hit)
{
    if (a->n == a->cap) {
        const size_t cap = a->cap > 0 ? 2 * a->cap : 16;
        struct tw_criteria_hit *more = tw_arena_room(a->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        for (size_t i = 0; i < a->n; i++) more[i] = a->hit[i];
        a->hit = more;
        a->cap = cap;
    }
    a->hit[a->n++] = *hit;
    return TW_OK;
}

static tw_err ask_one(struct asking *a, size_t at)
{
    const struct tw_criterion *k = &a->c->at[at];
    bool any = false;
    struct tw_criteria_hit hit;
    if ((!k->of_item || a->items == 0) && bits_has(a->bits, at))
        TW_TRY(take(a, k, a->whole, NULL, &hit, &any));
    for (size_t i = 0; k->of_item && i < a->items; i++)
        if (bits_has(a->bits + (i + 1) * a->words, at))
            TW_TRY(take(a, k, a->item[i], &a->k->decl->items.at[i], &hit, &any));
    return any ? keep_hit(a, &hit) : TW_OK;
}

/* Who can come to anything, of the whole and of each item: bits of the whole, then of the items. */
static tw_err find(struct asking *a)
{
    bool filled[ROOT_N];
    a->words = bits_words(a->c->n);
    a->bits = tw_arena_room(a->arena, (a->items + 2) * a->words, sizeof *a->bits);
    if (a->bits == NULL) return TW_NOMEM;
    uint64_t *any = a->bits + (a->items + 1) * a->words;
    for (int r = 0; r < ROOT_N; r++) filled[r] = a->c->reads[r] && (!per_item((enum root)r) || a->items == 0);
    index_find(a->c->index, a->whole, filled, a->bits);
    memcpy(any, a->bits, a->words * sizeof *any);
    for (int r = 0; r < ROOT_N; r++) filled[r] = a->c->reads[r];
    for (size_t i = 0; i < a->items; i++) {
        uint64_t *of = a->bits + (i + 1) * a->words;
        index_find(a->c->index, a->item[i], filled, of);
        bits_join(any, of, a->c->n);
    }
    return TW_OK;
}

static tw_err ask_found(struct asking *a)
{
    const uint64_t *any = a->bits + (a->items + 1) * a->words;
    const size_t n = a->c->n;
    for (uint32_t i = bits_next(any, n, 0); i != BITS_NONE; i = bits_next(any, n, i + 1))
        if (applies(&a->c->at[i], a->k->day, a->k->decl->office)) TW_TRY(ask_one(a, i));
    return TW_OK;
}

tw_err tw_criteria_ask(const struct tw_criteria *c, const struct tw_criteria_case *k, struct tw_arena *arena,
                       struct tw_criteria_hit **ret, size_t *ret_n)
{
    if (criteria_given(c, k->given)) return criteria_take(c, k->given, arena, ret, ret_n);
    struct asking a = {.c = c, .k = k, .arena = arena, .items = k->decl->items.n};
    a.item = tw_arena_room(arena, a.items + 1, sizeof *a.item);
    if (a.item == NULL) return TW_NOMEM;
    TW_TRY(fill_all(&a));
    TW_TRY(find(&a));
    TW_TRY(ask_found(&a));
    *ret = a.hit;
    *ret_n = a.n;
    return TW_OK;
}
