/* SPDX-License-Identifier: Apache-2.0 */
/* Each element becomes a number of 64 bits, made of its path, text and attributes; both messages' numbers are
 * sorted and compared. Only where they differ a message is gone through again, for the path of one that is
 * told. */
#include "message/xml_same.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

struct level {
    uint64_t path, attributes;
    size_t text, name; /* where its text begins, and its step of the path */
    bool parent;
};

struct gather {
    bool bare, known; /* whether names are taken without their namespace is known */
    struct level *level;
    size_t depth, levels;
    uint64_t *element;
    size_t n, cap;
    struct tw_buf text, path;
    uint64_t wanted; /* while a path is looked for */
    char *found;     /* 192 bytes */
};

static void gather_free(struct gather *g)
{
    tw_free(g->level);
    tw_free(g->element);
    tw_buf_free(&g->text);
    tw_buf_free(&g->path);
}

#define SCOPED_GATHER __attribute__((cleanup(gather_free))) struct gather

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static uint64_t hash(struct tw_str s, uint64_t seed)
{
    return tw_hash64(s.s, s.n, seed);
}

static uint64_t name_of(const struct gather *g, struct tw_str ns, struct tw_str name)
{
    return hash(name, g->bare ? 1 : hash(ns, 2));
}

static bool grow(void **at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return true;
    void *more = tw_realloc(*at, *cap > 0 ? *cap * 2 : 64, size);
    if (more == NULL) return false;
    *at = more;
    *cap = *cap > 0 ? *cap * 2 : 64;
    return true;
}

static tw_err on_start(void *to, const struct tw_xml_element *e, struct tw_fault *fault)
{
    struct gather *g = to;
    if (!g->known) g->bare = e->ns.n == 0;
    g->known = true;
    if (!grow((void **)&g->level, g->depth, &g->levels, sizeof *g->level)) return no_memory(fault);
    struct level *l = &g->level[g->depth];
    if (g->depth > 0) l[-1].parent = true;
    *l = (struct level){.text = g->text.n, .name = g->path.n};
    l->path = tw_hash_join(g->depth > 0 ? l[-1].path : 0, name_of(g, e->ns, e->name));
    for (size_t i = 0; i < e->n; i++) /* a sum, since their order means nothing */
        l->attributes += tw_hash_join(name_of(g, e->attribute[i].ns, e->attribute[i].name),
                                      hash(e->attribute[i].value, 3));
    if (g->found != NULL) {
        tw_buf_char(&g->path, '/');
        tw_buf_str(&g->path, e->name);
    }
    g->depth++;
    return TW_OK;
}

static tw_err on_text(void *to, struct tw_str text, struct tw_fault *fault)
{
    struct gather *g = to;
    tw_buf_str(&g->text, text);
    return g->text.failed ? no_memory(fault) : TW_OK;
}

static tw_err on_end(void *to, struct tw_fault *fault)
{
    struct gather *g = to;
    const struct level *l = &g->level[--g->depth];
    struct tw_str text = tw_buf_from(&g->text, l->text);
    if (l->parent) text = tw_str_trim(text);
    const uint64_t element = tw_hash_join(tw_hash_join(l->path, l->attributes), hash(text, 4));
    g->text.n = l->text;
    if (g->found != NULL) {
        const size_t n = g->path.n < 191 ? g->path.n : 191;
        if (element == g->wanted && g->found[0] == '\0' && !g->path.failed) memcpy(g->found, g->path.p, n);
        g->path.n = l->name;
        return TW_OK;
    }
    if (!grow((void **)&g->element, g->n, &g->cap, sizeof *g->element)) return no_memory(fault);
    g->element[g->n++] = element;
    return TW_OK;
}

static tw_err gather(struct tw_xml *x, struct gather *g, struct tw_fault *fault)
{
    const struct tw_xml_events events = {g, on_start, on_text, on_end};
    g->depth = 0;
    return tw_xml_parse(x, &events, fault);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void sort(struct gather *g)
{
    if (g->n > 0) qsort(g->element, g->n, sizeof *g->element, by_number);
}

/* Counts what only one of two sorted arrays has; *one is of the first that is missing, else added. */
static void count(const struct gather *a, const struct gather *b, struct tw_xml_difference *d, uint64_t *one)
{
    size_t i = 0, k = 0;
    while (i < a->n || k < b->n) {
        if (i < a->n && k < b->n && a->element[i] == b->element[k]) {
            i++;
            k++;
        } else if (k == b->n || (i < a->n && a->element[i] < b->element[k])) {
            *one = a->element[i++];
            d->missing++;
        } else {
            if (d->missing == 0) *one = b->element[k];
            k++;
            d->added++;
        }
    }
}

tw_err tw_xml_compare(struct tw_xml *a, struct tw_xml *b, struct tw_xml_difference *ret,
                      struct tw_fault *fault)
{
    SCOPED_GATHER first = {.n = 0};
    SCOPED_GATHER second = {.n = 0};
    struct tw_xml_difference d = {0};
    uint64_t one = 0;
    TW_TRY(gather(a, &first, fault));
    second.known = true;
    second.bare = first.bare;
    TW_TRY(gather(b, &second, fault));
    sort(&first);
    sort(&second);
    d.elements = (uint32_t)first.n;
    count(&first, &second, &d, &one);
    if (d.missing > 0 || d.added > 0) {
        struct gather *again = d.missing > 0 ? &first : &second;
        again->wanted = one;
        again->found = d.first;
        TW_TRY(gather(d.missing > 0 ? a : b, again, fault));
    }
    *ret = d;
    return TW_OK;
}
