/* SPDX-License-Identifier: Apache-2.0 */
/* Types that are not settled yet. [] is a list of something; what, is settled by the first use that asks for
 * it, and every settlement goes on a trail, so that an overload that did not fit can be taken back. A type
 * gives way to a more general one: what was int and meets dyn is dyn from then on.
 *
 * Source: langdef, Gradual Type Checking; where it is silent, the conformance tests of type_deductions, which
 * hold cel-go's rules. */
#include "cel/build_priv.h"

const struct tw_cel_type *tw_cel_type_new(struct tw_cel_build *b, enum tw_cel_kind kind,
                                          const struct tw_cel_type *first, const struct tw_cel_type *second)
{
    const uint32_t n = second != NULL ? 2 : 1;
    struct tw_cel_type *t = tw_cel_room(b, 1, sizeof *t);
    const struct tw_cel_type **part = tw_cel_room(b, n, sizeof(const struct tw_cel_type *));
    if (t == NULL || part == NULL) return tw_cel_type_of(TW_CEL_DYN);
    part[0] = first;
    if (second != NULL) part[1] = second;
    *t = (struct tw_cel_type){.kind = kind, .n = n, .part = part};
    return t;
}

/* `n` + 1 elements of `*at`; doubles them in the arena. */
static bool grow(struct tw_cel_build *b, void **at, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap) return true;
    const uint32_t more = *cap > 0 ? *cap * 2 : 64;
    void *p = tw_cel_room(b, more, size);
    if (p == NULL) return false;
    if (n > 0) memcpy(p, *at, n * size);
    *at = p;
    *cap = more;
    return true;
}

const struct tw_cel_type *tw_cel_type_open(struct tw_cel_build *b)
{
    struct tw_cel_type *t = tw_cel_room(b, 1, sizeof *t);
    void *sub = b->sub;
    if (t == NULL || !grow(b, &sub, b->subs, &b->subs_cap, sizeof(const struct tw_cel_type *)))
        return tw_cel_type_of(TW_CEL_DYN);
    b->sub = sub;
    b->sub[b->subs] = NULL;
    *t = (struct tw_cel_type){.kind = TW_CEL_VARIABLE, .fields_n = b->subs++};
    return t;
}

static uint32_t number(const struct tw_cel_type *open)
{
    return open->fields_n;
}

static bool settle(struct tw_cel_build *b, const struct tw_cel_type *open, const struct tw_cel_type *as)
{
    void *trail = b->trail;
    if (!grow(b, &trail, b->trails, &b->trails_cap, sizeof *b->trail)) return false;
    b->trail = trail;
    b->trail[b->trails++] = (struct tw_cel_settled){number(open), b->sub[number(open)]};
    b->sub[number(open)] = as;
    return true;
}

void tw_cel_type_undo(struct tw_cel_build *b, uint32_t mark)
{
    while (b->trails > mark) {
        b->trails--;
        b->sub[b->trail[b->trails].number] = b->trail[b->trails].was;
    }
}

const struct tw_cel_type *tw_cel_type_head(const struct tw_cel_build *b, const struct tw_cel_type *type)
{
    while (type->kind == TW_CEL_VARIABLE && b->sub[number(type)] != NULL) type = b->sub[number(type)];
    return type;
}

bool tw_cel_type_same(const struct tw_cel_type *a, const struct tw_cel_type *b)
{
    if (a == b) return true;
    if (a->kind != b->kind || a->n != b->n || !tw_str_eq(a->name, b->name)) return false;
    if (a->kind == TW_CEL_VARIABLE) return number(a) == number(b);
    for (uint32_t i = 0; i < a->n; i++)
        if (!tw_cel_type_same(a->part[i], b->part[i])) return false;
    return true;
}

/* Does `open` occur within `type`? Then the one cannot be settled as the other. */
static bool occurs(const struct tw_cel_build *b, const struct tw_cel_type *open,
                   const struct tw_cel_type *type)
{
    type = tw_cel_type_head(b, type);
    if (type->kind == TW_CEL_VARIABLE) return number(type) == number(open);
    for (uint32_t i = 0; i < type->n; i++)
        if (occurs(b, open, type->part[i])) return true;
    return false;
}

/* Is `a` as general as `c`, or more? */
static bool as_general(const struct tw_cel_build *b, const struct tw_cel_type *a, const struct tw_cel_type *c)
{
    a = tw_cel_type_head(b, a);
    c = tw_cel_type_head(b, c);
    if (a->kind == TW_CEL_DYN || a->kind == TW_CEL_VARIABLE) return true;
    if (c->kind == TW_CEL_DYN || c->kind == TW_CEL_VARIABLE) return false;
    if (a->kind != c->kind || a->n != c->n || !tw_str_eq(a->name, c->name)) return false;
    if (a->kind == TW_CEL_TYPE) return true;
    for (uint32_t i = 0; i < a->n; i++)
        if (!as_general(b, a->part[i], c->part[i])) return false;
    return true;
}

/* Of two types that agree, the one that both values have. */
static const struct tw_cel_type *wider(const struct tw_cel_build *b, const struct tw_cel_type *a,
                                       const struct tw_cel_type *c)
{
    if (tw_cel_type_head(b, c)->kind == TW_CEL_NULL) return a;
    if (tw_cel_type_head(b, a)->kind == TW_CEL_NULL) return c;
    return as_general(b, a, c) ? a : c;
}

/* Can `open` stand for `type`? *had: it was settled already. */
static bool stands_for(struct tw_cel_build *b, const struct tw_cel_type *type, const struct tw_cel_type *open,
                       bool *had)
{
    const struct tw_cel_type *so_far = b->sub[number(open)];
    *had = so_far != NULL;
    if (tw_cel_type_same(type, open) || (so_far != NULL && tw_cel_type_same(type, so_far)))
        return *had = true;
    if (so_far == NULL) return !occurs(b, open, type) && settle(b, open, type);
    if (!tw_cel_type_takes(b, type, so_far)) return false;
    const struct tw_cel_type *both = wider(b, type, so_far);
    return occurs(b, open, both) || settle(b, open, both);
}

/* null stands where a record, a caller's type, a time or a span is asked: the way to say there is none. */
static bool takes_null(const struct tw_cel_type *t)
{
    return t->kind == TW_CEL_NULL || t->kind == TW_CEL_RECORD || t->kind == TW_CEL_ABSTRACT ||
           t->kind == TW_CEL_TIMESTAMP || t->kind == TW_CEL_DURATION;
}

/* An object of JSON, whose members are known, where such a map is asked. */
static bool takes_keyed(struct tw_cel_build *b, const struct tw_cel_type *map)
{
    return tw_cel_type_takes(b, map->part[0], tw_cel_type_of(TW_CEL_STRING)) &&
           tw_cel_type_takes(b, map->part[1], tw_cel_type_of(TW_CEL_DYN));
}

static bool takes_settled(struct tw_cel_build *b, const struct tw_cel_type *to,
                          const struct tw_cel_type *from)
{
    if (to->kind == TW_CEL_DYN || from->kind == TW_CEL_DYN) return true;
    if (to->kind == TW_CEL_NULL || from->kind == TW_CEL_NULL)
        return takes_null(to->kind == TW_CEL_NULL ? from : to);
    if (to->kind == TW_CEL_MAP && from->kind == TW_CEL_RECORD && from->keyed) return takes_keyed(b, to);
    if (from->kind == TW_CEL_MAP && to->kind == TW_CEL_RECORD && to->keyed) return takes_keyed(b, from);
    if (to->kind == TW_CEL_RECORD && from->kind == TW_CEL_RECORD)
        return to == from || (to->keyed && from->keyed) ||
               (to->name.n > 0 && tw_str_eq(to->name, from->name));
    if (to->kind != from->kind || to->n != from->n || !tw_str_eq(to->name, from->name)) return false;
    if (to->kind == TW_CEL_TYPE) return true;
    for (uint32_t i = 0; i < to->n; i++)
        if (!tw_cel_type_takes(b, to->part[i], from->part[i])) return false;
    return true;
}

bool tw_cel_type_takes(struct tw_cel_build *b, const struct tw_cel_type *to, const struct tw_cel_type *from)
{
    bool had = false;
    if (b->err != TW_OK) return false;
    if (from->kind == TW_CEL_VARIABLE) {
        if (stands_for(b, to, from, &had)) return true;
        if (had) return false;
    }
    if (to->kind == TW_CEL_VARIABLE) return stands_for(b, from, to, &had);
    return takes_settled(b, to, from);
}

const struct tw_cel_type *tw_cel_type_join(struct tw_cel_build *b, const struct tw_cel_type *so_far,
                                           const struct tw_cel_type *next)
{
    if (so_far == NULL) return next;
    const uint32_t mark = b->trails;
    if (tw_cel_type_takes(b, so_far, next)) return wider(b, so_far, next);
    tw_cel_type_undo(b, mark);
    return tw_cel_type_of(TW_CEL_DYN);
}

const struct tw_cel_type *tw_cel_type_settled(struct tw_cel_build *b, const struct tw_cel_type *type,
                                              bool close)
{
    type = tw_cel_type_head(b, type);
    if (type->kind == TW_CEL_VARIABLE) return close ? tw_cel_type_of(TW_CEL_DYN) : type;
    if (type->n == 0 || type->kind == TW_CEL_RECORD) return type;
    struct tw_cel_type *t = tw_cel_room(b, 1, sizeof *t);
    const struct tw_cel_type **part = tw_cel_room(b, type->n, sizeof(const struct tw_cel_type *));
    if (t == NULL || part == NULL) return tw_cel_type_of(TW_CEL_DYN);
    for (uint32_t i = 0; i < type->n; i++) part[i] = tw_cel_type_settled(b, type->part[i], close);
    *t = *type;
    t->part = part;
    return t;
}
