/* SPDX-License-Identifier: Apache-2.0 */
/* Which criteria can come to anything, found by the texts that decide: a declaration of shoes asks no
 * criterion about apples. A criterion stands under one text alone, the one that tells most apart: few values
 * of it, where the set has many. One that has none is always asked, and so is one whose text the declaration
 * does not say. */
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "criteria/criteria_priv.h"

enum { LENGTHS_MOST = 64, NONE = UINT32_MAX }; /* longer prefixes are cut, which asks a few too many */

/* Criteria under the values of one text, as lists in one array. */
struct shelf {
    struct tw_intern *values;
    uint32_t *head; /* of each value */
    size_t head_cap;
};

/* One text: what of it decides. */
struct way {
    struct tw_cel_guard path; /* its texts do not count */
    struct shelf whole, prefix;
    struct tw_intern *seen; /* every value that any criterion compares it with */
    uint64_t lengths;       /* bit n - 1: there are prefixes of n bytes */
    uint64_t *all;          /* bits of all criteria under it */
};

struct entry {
    uint32_t criterion, next;
};

struct index {
    size_t words; /* of a set of bits, one for each criterion */
    uint64_t *always;
    struct way *way;
    size_t ways, ways_cap;
    struct entry *entry;
    size_t entries, entries_cap;
};

static void *grown(void *at, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) return at;
    const size_t more = *cap < 16 ? 16 : *cap * 2;
    void *p = tw_realloc(at, more, size);
    if (p != NULL) *cap = more;
    return p;
}

void index_free(struct index *x)
{
    if (x == NULL) return;
    for (size_t i = 0; i < x->ways; i++) {
        tw_intern_free(x->way[i].whole.values);
        tw_intern_free(x->way[i].prefix.values);
        tw_intern_free(x->way[i].seen);
        tw_free(x->way[i].whole.head);
        tw_free(x->way[i].prefix.head);
        tw_free(x->way[i].all);
    }
    tw_free(x->way);
    tw_free(x->entry);
    tw_free(x->always);
    tw_free(x);
}

static bool same_path(const struct tw_cel_guard *a, const struct tw_cel_guard *b)
{
    bool same = a->variable == b->variable && a->fields == b->fields;
    for (uint32_t i = 0; same && i < a->fields; i++) same = a->field[i] == b->field[i];
    return same;
}

static tw_err way_of(struct index *x, const struct tw_cel_guard *g, struct way **ret)
{
    for (size_t i = 0; i < x->ways; i++)
        if (same_path(&x->way[i].path, g)) {
            *ret = &x->way[i];
            return TW_OK;
        }
    struct way *way = grown(x->way, &x->ways_cap, x->ways, sizeof *way);
    if (way == NULL) return TW_NOMEM;
    x->way = way;
    struct way *w = &x->way[x->ways++];
    *w = (struct way){.path = *g};
    TW_TRY(tw_intern_new(&w->whole.values));
    TW_TRY(tw_intern_new(&w->prefix.values));
    TW_TRY(tw_intern_new(&w->seen));
    w->all = tw_calloc(x->words, sizeof *w->all);
    *ret = w;
    return w->all != NULL ? TW_OK : TW_NOMEM;
}

static tw_err shelve(struct index *x, struct shelf *s, struct tw_str value, uint32_t criterion)
{
    uint32_t k;
    const size_t before = tw_intern_n(s->values);
    TW_TRY(tw_intern_put(s->values, value, &k));
    uint32_t *head = grown(s->head, &s->head_cap, k, sizeof *head);
    if (head == NULL) return TW_NOMEM;
    s->head = head;
    struct entry *entry = grown(x->entry, &x->entries_cap, x->entries, sizeof *entry);
    if (entry == NULL) return TW_NOMEM;
    x->entry = entry;
    x->entry[x->entries] = (struct entry){criterion, k == before ? (uint32_t)NONE : s->head[k]};
    s->head[k] = (uint32_t)x->entries++;
    return TW_OK;
}

static void set_bit(uint64_t *bits, size_t i)
{
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

static tw_err put(struct index *x, const struct tw_cel_guard *g, uint32_t criterion)
{
    struct way *w;
    TW_TRY(way_of(x, g, &w));
    set_bit(w->all, criterion);
    for (size_t i = 0; i < g->n; i++) {
        struct tw_str value = g->text[i];
        if (g->prefix && value.n > LENGTHS_MOST) value.n = LENGTHS_MOST;
        if (g->prefix) w->lengths |= (uint64_t)1 << (value.n - 1);
        TW_TRY(shelve(x, g->prefix ? &w->prefix : &w->whole, value, criterion));
    }
    return TW_OK;
}

/* The guards of a criterion. */
struct guards {
    const struct tw_cel_guard *at;
    size_t n;
};

static tw_err see(struct index *x, const struct guards *g)
{
    struct way *w;
    uint32_t k;
    for (size_t i = 0; i < g->n; i++) {
        TW_TRY(way_of(x, &g->at[i], &w));
        for (size_t v = 0; v < g->at[i].n; v++) TW_TRY(tw_intern_put(w->seen, g->at[i].text[v], &k));
    }
    return TW_OK;
}

/* The one whose values are the smallest part of all that the set compares that text with; of equal ones the
 * first. */
static tw_err best_of(struct index *x, const struct guards *g, const struct tw_cel_guard **ret)
{
    double least = 2;
    for (size_t i = 0; i < g->n; i++) {
        struct way *w;
        TW_TRY(way_of(x, &g->at[i], &w));
        const double part = (double)g->at[i].n / (double)tw_intern_n(w->seen);
        if (part >= least) continue;
        least = part;
        *ret = &g->at[i];
    }
    return TW_OK;
}

static tw_err shelve_all(struct index *x, const struct guards *g, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) TW_TRY(see(x, &g[i]));
    for (uint32_t i = 0; i < n; i++) {
        const struct tw_cel_guard *best = NULL;
        TW_TRY(best_of(x, &g[i], &best));
        if (best == NULL)
            set_bit(x->always, i);
        else
            TW_TRY(put(x, best, i));
    }
    return TW_OK;
}

/* Texts that lists tell are not known before a list is asked, which is what an index is to spare. */
static tw_err guards_of(const struct tw_criteria *c, size_t i, struct guards *ret)
{
    const struct tw_cel_guard *g;
    size_t n;
    TW_TRY(tw_cel_guards(c->at[i].program, c->arena, &g, &n));
    struct tw_cel_guard *kept = tw_arena_array(c->arena, n + 1, sizeof *kept);
    if (kept == NULL) return TW_NOMEM;
    for (size_t k = 0; k < n; k++)
        if (g[k].variable < ROOT_N) kept[ret->n++] = g[k];
    ret->at = kept;
    return TW_OK;
}

tw_err index_new(const struct tw_criteria *c, struct index **ret)
{
    struct index *x = tw_calloc(1, sizeof *x);
    if (x == NULL) return TW_NOMEM;
    *ret = x; /* the set's to free, also when it is not whole */
    x->words = c->n / 64 + 1;
    x->always = tw_calloc(x->words, sizeof *x->always);
    struct guards *g = tw_arena_array(c->arena, c->n, sizeof *g);
    if (x->always == NULL || g == NULL) return TW_NOMEM;
    memset(g, 0, c->n * sizeof *g);
    for (size_t i = 0; i < c->n && !c->unindexed; i++) TW_TRY(guards_of(c, i, &g[i]));
    return shelve_all(x, g, (uint32_t)c->n);
}

size_t index_words(const struct index *x)
{
    return x->words;
}

static void take(const struct index *x, const struct shelf *s, struct tw_str value, uint64_t *bits)
{
    const uint32_t k = tw_intern_find(s->values, value);
    for (uint32_t e = k != TW_MAP_NONE ? s->head[k] : (uint32_t)NONE; e != NONE; e = x->entry[e].next)
        set_bit(bits, x->entry[e].criterion);
}

/* The value at the end of a way. */
static struct tw_cel_value value_at(const struct way *w, const struct tw_cel_value *root)
{
    struct tw_cel_value v = root[w->path.variable];
    for (uint32_t i = 0; i < w->path.fields && v.kind == TW_CEL_RECORD; i++) v = v.record[w->path.field[i]];
    return v;
}

void index_find(const struct index *x, const struct tw_cel_value *root, const bool *filled, uint64_t *bits)
{
    memcpy(bits, x->always, x->words * sizeof *bits);
    for (size_t i = 0; i < x->ways; i++) {
        const struct way *w = &x->way[i];
        if (!filled[w->path.variable]) continue;
        const struct tw_cel_value v = value_at(w, root);
        if (v.kind != TW_CEL_STRING) { /* not known: each of them must say so */
            for (size_t k = 0; k < x->words; k++) bits[k] |= w->all[k];
            continue;
        }
        const struct tw_str text = tw_cel_text(v);
        if (tw_intern_n(w->whole.values) > 0) take(x, &w->whole, text, bits);
        for (uint64_t left = w->lengths; left != 0; left &= left - 1) {
            const size_t n = (size_t)__builtin_ctzll(left) + 1;
            if (n > text.n) break;
            take(x, &w->prefix, (struct tw_str){text.s, n}, bits);
        }
    }
}
