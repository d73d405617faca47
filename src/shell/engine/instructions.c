/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/instructions.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

struct tw_instructions {
    struct tw_table *selected, *cancelled; /* own the texts; NULL = none */
    struct tw_intern *ids;                 /* that officers named */
    const struct tw_instruction **of;      /* the rows of `selected`, by id and time */
    size_t *first;                         /* of each id, among them; behind the last how many there are */
    const struct tw_instruction **gone;    /* the rows of `cancelled`, by time */
    size_t gone_n, next;                   /* those before `next` have been told */
    const struct tw_instruction **gone_of; /* the same, by id and time */
    struct tw_intern *gone_ids;            /* of those */
    bool *pending;                         /* of each id: it was not known, and is not decided yet */
    bool *used;                            /* of each id: it was asked for */
    struct tw_instructions_count count;
};

static int by_time(const struct tw_instruction *a, const struct tw_instruction *b)
{
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return a < b ? -1 : a > b; /* rows of one table: as they stand there */
}

static int time_order(const void *a, const void *b)
{
    return by_time(*(const struct tw_instruction *const *)a, *(const struct tw_instruction *const *)b);
}

static int id_order(const void *a, const void *b)
{
    const struct tw_instruction *const x = *(const struct tw_instruction *const *)a,
                                       *const y = *(const struct tw_instruction *const *)b;
    const int ids = tw_str_cmp(x->declaration_id, y->declaration_id);
    return ids != 0 ? ids : by_time(x, y);
}

/* Pointers to all rows of a table, in order. */
static tw_err sorted(const struct tw_table *table, int (*order)(const void *, const void *),
                     const struct tw_instruction ***ret, size_t *ret_n)
{
    size_t n = 0;
    const struct tw_instruction *row = table != NULL ? tw_table_instructions(table, &n) : NULL;
    const struct tw_instruction **at = tw_calloc(n + 1, sizeof(struct tw_instruction *));
    if (at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) at[i] = &row[i];
    qsort(at, n, sizeof(struct tw_instruction *), order);
    *ret = at;
    *ret_n = n;
    return TW_OK;
}

static tw_err put_in_order(struct tw_instructions *t)
{
    size_t n;
    TW_TRY(sorted(t->cancelled, time_order, &t->gone, &t->gone_n));
    TW_TRY(sorted(t->cancelled, id_order, &t->gone_of, &t->gone_n));
    TW_TRY(sorted(t->selected, id_order, &t->of, &n));
    TW_TRY(tw_intern_new(&t->ids));
    TW_TRY(tw_intern_new(&t->gone_ids));
    t->first = tw_calloc(n + 1, sizeof *t->first);
    t->used = tw_calloc(n + 1, sizeof *t->used);
    t->pending = tw_calloc(t->gone_n + 1, sizeof *t->pending);
    if (t->first == NULL || t->used == NULL || t->pending == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const size_t before = tw_intern_n(t->ids);
        uint32_t id;
        TW_TRY(tw_intern_put(t->ids, t->of[i]->declaration_id, &id));
        if (id == before) t->first[id] = i;
    }
    t->first[tw_intern_n(t->ids)] = n;
    t->count.late = n; /* until they are asked for */
    return TW_OK;
}

tw_err tw_instructions_read(const char *selected, const char *cancelled,
                            const struct tw_input_options *options, struct tw_instructions **ret,
                            struct tw_fault *fault)
{
    struct tw_instructions *t = tw_calloc(1, sizeof *t);
    if (t == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = TW_OK;
    if (selected != NULL) err = tw_input_table(selected, TW_TABLE_SELECTED, options, &t->selected, fault);
    if (err == TW_OK && cancelled != NULL)
        err = tw_input_table(cancelled, TW_TABLE_CANCELLED, options, &t->cancelled, fault);
    if (err == TW_OK && put_in_order(t) != TW_OK) err = tw_fail(fault, TW_NOMEM, "out of memory");
    if (err != TW_OK) {
        tw_instructions_free(t);
        return err;
    }
    *ret = t;
    return TW_OK;
}

void tw_instructions_free(struct tw_instructions *t)
{
    if (t == NULL) return;
    tw_table_free(t->selected);
    tw_table_free(t->cancelled);
    tw_intern_free(t->ids);
    tw_free(t->of);
    tw_free(t->first);
    tw_free(t->used);
    tw_free(t->gone);
    tw_free(t->gone_of);
    tw_free(t->pending);
    tw_intern_free(t->gone_ids);
    tw_free(t);
}

const struct tw_instruction *tw_instructions_selected(struct tw_instructions *t, struct tw_str id, int64_t at)
{
    const struct tw_instruction *ret = NULL;
    const uint32_t k = tw_intern_find(t->ids, id);
    if (k == TW_MAP_NONE) return NULL;
    for (size_t i = t->first[k]; i < t->first[k + 1] && t->of[i]->at <= at; i++) {
        const struct tw_instruction *one = t->of[i];
        t->count.late -= !t->used[k];
        if (ret == NULL || tw_channel_rank(one->channel) > tw_channel_rank(ret->channel)) ret = one;
    }
    t->count.selected += ret != NULL;
    t->used[k] = t->used[k] || ret != NULL;
    return ret;
}

bool tw_instructions_cancelled(const struct tw_instructions *t, struct tw_str id, int64_t from, int64_t by)
{
    size_t low = 0, high = t->gone_n; /* the first that is not before (id, from) lies within, or is `high` */
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int ids = tw_str_cmp(t->gone_of[mid]->declaration_id, id);
        if (ids < 0 || (ids == 0 && t->gone_of[mid]->at < from))
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->gone_n && tw_str_eq(t->gone_of[low]->declaration_id, id) && t->gone_of[low]->at <= by;
}

tw_err tw_instructions_cancel(struct tw_instructions *t, int64_t at, struct tw_goods *goods)
{
    for (; t->next < t->gone_n && t->gone[t->next]->at <= at; t->next++) {
        const struct tw_instruction *one = t->gone[t->next];
        bool known = false;
        uint32_t id;
        if (goods != NULL) TW_TRY(tw_goods_cancel(goods, one->declaration_id, &known));
        TW_TRY(tw_intern_put(t->gone_ids, one->declaration_id, &id));
        t->pending[id] = !known && one->at == at;
        t->count.cancelled++;
        t->count.unknown += !known;
    }
    return TW_OK;
}

tw_err tw_instructions_decided(struct tw_instructions *t, struct tw_str id, struct tw_goods *goods)
{
    bool known = false;
    const uint32_t k = tw_intern_find(t->gone_ids, id);
    if (k == TW_MAP_NONE || !t->pending[k] || goods == NULL) return TW_OK;
    t->pending[k] = false;
    TW_TRY(tw_goods_cancel(goods, id, &known));
    t->count.unknown -= known;
    return TW_OK;
}

struct tw_instructions_count tw_instructions_count(const struct tw_instructions *t)
{
    return t->count;
}
