/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of a file come sorted: a cursor walks them. Those of rows come in the order of their declarations,
 * and wait in a heap by day and arrival. */
#include "engine/results.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* One that stood in a row; owns its declaration's id. */
struct waiting {
    struct tw_finding finding; /* its declaration_id.s is `id` */
    char *id;
    uint64_t arrival;
};

struct tw_results {
    struct tw_finding_list list;
    size_t next;             /* of the list */
    struct tw_map64 *expect; /* hashes of declarations in the list */
    struct waiting *heap;    /* the earliest first */
    size_t n, cap;
    uint64_t arrivals;
    struct tw_results_count count;
};

tw_err tw_results_new(struct tw_finding_list list, struct tw_results **ret)
{
    TW_SCOPED(tw_results) *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return TW_NOMEM;
    r->list = list;
    TW_TRY(tw_map64_new(&r->expect));
    for (size_t i = 0; i < list.n; i++) {
        uint32_t number;
        TW_TRY(tw_map64_put(r->expect, tw_profile_declaration(list.at[i].declaration_id), &number));
    }
    *ret = r;
    r = NULL;
    return TW_OK;
}

static void drop(struct waiting *w)
{
    tw_free(w->id);
}

void tw_results_free(struct tw_results *r)
{
    if (r == NULL) return;
    for (size_t i = 0; i < r->n; i++) drop(&r->heap[i]);
    tw_free(r->heap);
    tw_map64_free(r->expect);
    tw_free(r);
}

bool tw_results_expects(const struct tw_results *r, uint64_t declaration)
{
    return r->list.n > 0 && tw_map64_find(r->expect, declaration) != TW_MAP_NONE;
}

/* -- the heap
 * ---------------------------------------------------------------------------------------------------- */

static bool before(const struct waiting *a, const struct waiting *b)
{
    if (a->finding.known_day != b->finding.known_day) return a->finding.known_day < b->finding.known_day;
    return a->arrival < b->arrival;
}

static void swap(struct waiting *a, struct waiting *b)
{
    struct waiting c = *a;
    *a = *b;
    *b = c;
}

static void rise(struct waiting *heap, size_t i)
{
    for (size_t above; i > 0 && before(&heap[i], &heap[above = (i - 1) / 2]); i = above)
        swap(&heap[i], &heap[above]);
}

static void sink(struct waiting *heap, size_t n, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1;
        if (left < n && before(&heap[left], &heap[least])) least = left;
        if (left + 1 < n && before(&heap[left + 1], &heap[least])) least = left + 1;
        if (least == i) return;
        swap(&heap[i], &heap[least]);
        i = least;
    }
}

static tw_err add(struct tw_results *r, const struct tw_finding *f)
{
    if (r->n == r->cap) {
        size_t cap = r->cap < 64 ? 64 : r->cap * 2;
        struct waiting *heap = tw_realloc(r->heap, cap, sizeof *heap);
        if (heap == NULL) return TW_NOMEM;
        r->heap = heap;
        r->cap = cap;
    }
    struct waiting w = {*f, tw_calloc(f->declaration_id.n + 1, 1), r->arrivals};
    if (w.id == NULL) return TW_NOMEM;
    if (f->declaration_id.n > 0) memcpy(w.id, f->declaration_id.s, f->declaration_id.n);
    w.finding.declaration_id.s = w.id;
    w.finding.basis = (struct tw_str){NULL, 0}; /* nobody here asks for it */
    r->heap[r->n++] = w;
    r->arrivals++;
    rise(r->heap, r->n - 1);
    return TW_OK;
}

tw_err tw_results_add(struct tw_results *r, const struct tw_finding *f, size_t n)
{
    for (size_t i = 0; i < n; i++) TW_TRY(add(r, &f[i]));
    return TW_OK;
}

/* -- folding
 * ----------------------------------------------------------------------------------------------------- */

static tw_err fold_one(struct tw_results *r, const struct tw_finding *f, bool of_list, struct tw_profile *p)
{
    const tw_err err = tw_profile_finding(p, f);
    if (err == TW_NOTFOUND) {
        if (r->count.unmatched++ == 0 && of_list) r->count.first_unmatched = f->declaration_id;
        return TW_OK;
    }
    TW_TRY(err);
    r->count.folded++;
    r->count.found += tw_result_found(f->result);
    return TW_OK;
}

static tw_err fold_first_waiting(struct tw_results *r, struct tw_profile *p)
{
    struct waiting w = r->heap[0];
    r->heap[0] = r->heap[--r->n];
    sink(r->heap, r->n, 0);
    const tw_err err = fold_one(r, &w.finding, false, p);
    drop(&w);
    return err;
}

tw_err tw_results_fold(struct tw_results *r, int32_t day, struct tw_profile *p)
{
    for (;;) {
        const struct tw_finding *file = r->next < r->list.n ? &r->list.at[r->next] : NULL;
        const struct tw_finding *row = r->n > 0 ? &r->heap[0].finding : NULL;
        const bool of_list = file != NULL && (row == NULL || file->known_day <= row->known_day);
        const struct tw_finding *next = of_list ? file : row;
        if (next == NULL || next->known_day >= day) return TW_OK;
        TW_TRY(of_list ? fold_one(r, &r->list.at[r->next++], true, p) : fold_first_waiting(r, p));
    }
}

struct tw_results_count tw_results_count(const struct tw_results *r)
{
    struct tw_results_count c = r->count;
    c.waiting = r->list.n - r->next + r->n;
    return c;
}
