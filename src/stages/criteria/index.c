/* SPDX-License-Identifier: Apache-2.0 */
/* Which criteria can come to anything, found by the texts that decide: a declaration of shoes asks no
 * criterion about apples. A criterion stands under one text alone, the one that tells most apart: few values
 * of it, where the set has many. One that has none is always asked, and so is one whose text the declaration
 * does not say.
 *
 * Where it stands there are marks of its next best texts, so that one about shoes from elsewhere is passed
 * over unread: a bit for each value that would do, of 32, which values share by chance. */
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "criteria/bits_priv.h"
#include "criteria/criteria_priv.h"

enum {
    LENGTHS_MOST = 64, /* longer prefixes are cut, which asks a few too many */
    MARKED_MOST = 64,  /* ways that marks are of; those found first */
    MARKS = 2,
    GUARD_BYTES = 512 << 20, /* what all guards may take, as long as the index is made */
    NONE = UINT32_MAX
};

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
    bool marked;            /* entries elsewhere have a mark of it */
};

/* A text of another way that has to do, too. */
struct mark {
    uint32_t way; /* below MARKED_MOST */
    uint32_t bits;
};

struct entry {
    uint32_t criterion, next;
    struct mark mark[MARKS];
};

struct index {
    const struct tw_criterion *at; /* the set's */
    size_t n;                      /* of these */
    uint64_t *always;              /* bits of those that are asked of whatever is declared */
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

/* The number of the way that a guard is of, a new one if it is new. */
static tw_err way_of(struct index *x, const struct tw_cel_guard *g, uint32_t *ret)
{
    for (*ret = 0; *ret < x->ways; ++*ret)
        if (same_path(&x->way[*ret].path, g)) return TW_OK;
    struct way *way = grown(x->way, &x->ways_cap, x->ways, sizeof *way);
    if (way == NULL) return TW_NOMEM;
    x->way = way;
    struct way *w = &x->way[x->ways++];
    *w = (struct way){.path = *g};
    TW_TRY(tw_intern_new(&w->whole.values));
    TW_TRY(tw_intern_new(&w->prefix.values));
    TW_TRY(tw_intern_new(&w->seen));
    w->all = tw_calloc(bits_words(x->n), sizeof *w->all);
    return w->all != NULL ? TW_OK : TW_NOMEM;
}

static tw_err shelve(struct index *x, struct shelf *s, struct tw_str value, struct entry one)
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
    one.next = k == before ? (uint32_t)NONE : s->head[k];
    x->entry[x->entries] = one;
    s->head[k] = (uint32_t)x->entries++;
    return TW_OK;
}

/* A value of a guard as it is looked up. */
static struct tw_str value_of(const struct tw_cel_guard *g, size_t i, struct way *w)
{
    struct tw_str value = g->text[i];
    if (g->prefix && value.n > LENGTHS_MOST) value.n = LENGTHS_MOST;
    if (g->prefix) w->lengths |= (uint64_t)1 << (value.n - 1);
    return value;
}

static uint32_t mark_bit(struct tw_str value, bool prefix)
{
    return (uint32_t)1 << tw_hash64(value.s, value.n, prefix) % 32;
}

/* `g` NULL, or of a way beyond those that marks are of: one that always does. */
static tw_err mark_of(struct index *x, const struct tw_cel_guard *g, struct mark *ret)
{
    uint32_t way = NONE;
    *ret = (struct mark){0, UINT32_MAX};
    if (g != NULL) TW_TRY(way_of(x, g, &way));
    if (way >= MARKED_MOST) return TW_OK;
    struct way *w = &x->way[way];
    w->marked = true;
    *ret = (struct mark){way, 0};
    for (size_t i = 0; i < g->n; i++) ret->bits |= mark_bit(value_of(g, i, w), g->prefix);
    return TW_OK;
}

static tw_err put(struct index *x, const struct tw_cel_guard *g, struct entry one)
{
    uint32_t way;
    TW_TRY(way_of(x, g, &way));
    struct way *w = &x->way[way];
    bits_put(w->all, x->n, one.criterion);
    for (size_t i = 0; i < g->n; i++)
        TW_TRY(shelve(x, g->prefix ? &w->prefix : &w->whole, value_of(g, i, w), one));
    return TW_OK;
}

/* The guards of a criterion. */
struct guards {
    const struct tw_cel_guard *at;
    size_t n;
};

static tw_err see(struct index *x, const struct guards *g)
{
    uint32_t way, k;
    for (size_t i = 0; i < g->n; i++) {
        TW_TRY(way_of(x, &g->at[i], &way));
        for (size_t v = 0; v < g->at[i].n; v++) TW_TRY(tw_intern_put(x->way[way].seen, g->at[i].text[v], &k));
    }
    return TW_OK;
}

/* The one whose values are the smallest part of all that the set compares that text with; of equal ones the
 * first. None about a text that one of the n before it is about; NULL = there is no other. */
static tw_err best_of(struct index *x, const struct guards *g, const struct tw_cel_guard *const *before,
                      size_t n, const struct tw_cel_guard **ret)
{
    double least = 2;
    *ret = NULL;
    for (size_t i = 0; i < g->n; i++) {
        uint32_t way;
        bool other = true;
        TW_TRY(way_of(x, &g->at[i], &way));
        for (size_t k = 0; k < n; k++) other = other && !same_path(before[k], &g->at[i]);
        const double part = (double)g->at[i].n / (double)tw_intern_n(x->way[way].seen);
        if (part >= least || !other) continue;
        least = part;
        *ret = &g->at[i];
    }
    return TW_OK;
}

static tw_err shelve_one(struct index *x, const struct guards *g, uint32_t criterion)
{
    const struct tw_cel_guard *best[1 + MARKS] = {NULL};
    struct entry one = {.criterion = criterion};
    for (size_t i = 0; i <= MARKS && (i == 0 || best[i - 1] != NULL); i++)
        TW_TRY(best_of(x, g, best, i, &best[i]));
    for (size_t i = 0; i < MARKS; i++) TW_TRY(mark_of(x, best[i + 1], &one.mark[i]));
    if (best[0] != NULL) return put(x, best[0], one);
    bits_put(x->always, x->n, criterion);
    return TW_OK;
}

static tw_err shelve_all(struct index *x, const struct guards *g, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) TW_TRY(see(x, &g[i]));
    for (uint32_t i = 0; i < n; i++) TW_TRY(shelve_one(x, &g[i], i));
    return TW_OK;
}

static void lay_shelf(const struct index *x, struct shelf *s, struct entry *to, uint32_t *n)
{
    for (size_t k = 0; k < tw_intern_n(s->values); k++) {
        uint32_t e = s->head[k];
        s->head[k] = *n;
        for (bool last = false; !last; ++*n) {
            to[*n] = x->entry[e];
            e = to[*n].next;
            last = e == NONE;
            to[*n].next = last ? (uint32_t)NONE : *n + 1;
        }
    }
}

/* Moves the entries of a value to where they are read in a row. */
static tw_err lay_out(struct index *x)
{
    uint32_t n = 0;
    struct entry *to = tw_calloc(x->entries + 1, sizeof *to);
    if (to == NULL) return TW_NOMEM;
    for (size_t i = 0; i < x->ways; i++) {
        lay_shelf(x, &x->way[i].whole, to, &n);
        lay_shelf(x, &x->way[i].prefix, to, &n);
        tw_intern_free(x->way[i].seen); /* it has told what is best */
        x->way[i].seen = NULL;
    }
    tw_free(x->entry);
    x->entry = to;
    return TW_OK;
}

/* Texts that lists tell are not known before a list is asked, which is what an index is to spare. */
static tw_err guards_of(const struct tw_criteria *c, size_t i, struct tw_arena *arena, struct guards *ret)
{
    const struct tw_cel_guard *g;
    size_t n;
    TW_TRY(tw_cel_guards(c->at[i].program, arena, &g, &n));
    struct tw_cel_guard *kept = tw_arena_array(arena, n + 1, sizeof *kept);
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
    x->at = c->at;
    x->n = c->n;
    x->always = tw_calloc(bits_words(c->n), sizeof *x->always);
    TW_SCOPED(tw_arena) *scratch = NULL;
    TW_TRY(tw_arena_new(GUARD_BYTES, &scratch));
    struct guards *g = tw_arena_array(scratch, c->n, sizeof *g);
    if (x->always == NULL || g == NULL) return TW_NOMEM;
    for (size_t i = 0; i < c->n && !c->unindexed; i++) TW_TRY(guards_of(c, i, scratch, &g[i]));
    TW_TRY(shelve_all(x, g, (uint32_t)c->n));
    return lay_out(x);
}

/* met: by way, the bits of its value */
static void take(const struct index *x, const struct shelf *s, struct tw_str value, const uint32_t *met,
                 uint64_t *bits)
{
    const uint32_t k = tw_intern_find(s->values, value);
    for (uint32_t e = k != TW_MAP_NONE ? s->head[k] : (uint32_t)NONE; e != NONE; e = x->entry[e].next) {
        const struct entry *one = &x->entry[e];
        bool all = true;
        for (int i = 0; i < MARKS; i++) all = all && (one->mark[i].bits & met[one->mark[i].way]) != 0;
        if (!all) continue;
        __builtin_prefetch(&x->at[one->criterion]); /* it is asked next */
        bits_put(bits, x->n, one->criterion);
    }
}

/* The value at the end of a way. */
static struct tw_cel_value value_at(const struct way *w, const struct tw_cel_value *root)
{
    struct tw_cel_value v = root[w->path.variable];
    for (uint32_t i = 0; i < w->path.fields && v.kind == TW_CEL_RECORD; i++) v = v.record[w->path.field[i]];
    return v;
}

/* The bits that marks of a way may have for its value to do; all where it is not known. */
static uint32_t bits_of(const struct way *w, struct tw_cel_value v)
{
    if (v.kind != TW_CEL_STRING) return UINT32_MAX;
    const struct tw_str text = tw_cel_text(v);
    uint32_t bits = mark_bit(text, false);
    for (uint64_t left = w->lengths; left != 0; left &= left - 1) {
        const size_t n = (size_t)__builtin_ctzll(left) + 1;
        if (n > text.n) break;
        bits |= mark_bit((struct tw_str){text.s, n}, true);
    }
    return bits;
}

void index_find(const struct index *x, const struct tw_cel_value *root, const bool *filled, uint64_t *bits)
{
    uint32_t met[MARKED_MOST];
    for (size_t i = 0; i < x->ways && i < MARKED_MOST; i++) {
        const struct way *w = &x->way[i];
        met[i] = w->marked && filled[w->path.variable] ? bits_of(w, value_at(w, root)) : UINT32_MAX;
    }
    memcpy(bits, x->always, bits_words(x->n) * sizeof *bits);
    for (size_t i = 0; i < x->ways; i++) {
        const struct way *w = &x->way[i];
        if (!filled[w->path.variable]) continue;
        const struct tw_cel_value v = value_at(w, root);
        if (v.kind != TW_CEL_STRING) { /* not known: each of them must say so */
            bits_join(bits, w->all, x->n);
            continue;
        }
        const struct tw_str text = tw_cel_text(v);
        if (tw_intern_n(w->whole.values) > 0) take(x, &w->whole, text, met, bits);
        for (uint64_t left = w->lengths; left != 0; left &= left - 1) {
            const size_t n = (size_t)__builtin_ctzll(left) + 1;
            if (n > text.n) break;
            take(x, &w->prefix, (struct tw_str){text.s, n}, met, bits);
        }
    }
}
