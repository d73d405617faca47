/* SPDX-License-Identifier: Apache-2.0 */
#include "criteria/box_priv.h"

#include <string.h>

static bool same_path(const struct tw_cel_outline *a, const struct tw_cel_outline *b)
{
    bool same = a->variable == b->variable && a->fields == b->fields;
    for (uint32_t i = 0; same && i < a->fields; i++) same = a->field[i] == b->field[i];
    return same;
}

/* The facts of a box about one field; how many. */
static size_t about(const struct box *box, const struct tw_cel_outline *path, struct fact *to)
{
    size_t n = 0;
    for (size_t i = 0; i < box->n; i++)
        if (same_path(box->fact[i].of, path)) to[n++] = box->fact[i];
    return n;
}

/* The two facts that exclude each other, or the one that nothing meets. */
static struct clash clash_of(const struct range *r, const struct fact *fact, size_t n)
{
    struct clash c = {.path = fact[0].of};
    for (size_t i = 0; i < n; i++)
        if (facts_exclude(r, &fact[i], 1)) {
            c.one = fact[i];
            return c;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            const struct fact two[] = {fact[i], fact[k]};
            if (!facts_exclude(r, two, 2)) continue;
            c.one = two[0];
            c.other = two[1];
            return c;
        }
    return c;
}

/* Is a box impossible, seen by the fields of its last `fresh` facts? */
static bool is_impossible(struct boxing *b, const struct box *box, size_t fresh)
{
    struct fact fact[BOX_FACTS_MAX];
    for (size_t i = box->n - fresh; i < box->n; i++) {
        const struct tw_cel_outline *path = box->fact[i].of;
        const struct range r = range_of(b->schema, path);
        const size_t n = about(box, path, fact);
        if (!facts_exclude(&r, fact, n)) continue;
        if (b->clash.cases == 0) b->clash = clash_of(&r, fact, n);
        b->clash.cases++;
        return true;
    }
    return false;
}

/* None yet, with room for `most`. */
static tw_err no_boxes(struct boxing *b, size_t most, struct boxes *ret)
{
    *ret = (struct boxes){.at = tw_arena_array(b->arena, most + 1, sizeof *ret->at)};
    return ret->at != NULL ? TW_OK : TW_NOMEM;
}

/* One that says nothing. */
static tw_err any_box(struct boxing *b, struct boxes *ret)
{
    TW_TRY(no_boxes(b, 1, ret));
    ret->at[ret->n++] = (struct box){NULL, 0};
    return TW_OK;
}

static tw_err one_fact(struct boxing *b, const struct fact *fact, struct boxes *ret)
{
    struct fact *kept = tw_arena_alloc(b->arena, sizeof *kept);
    TW_TRY(any_box(b, ret));
    if (kept == NULL) return TW_NOMEM;
    *kept = *fact;
    ret->at[0] = (struct box){kept, 1};
    if (is_impossible(b, &ret->at[0], 1)) ret->n = 0;
    return TW_OK;
}

/* Facts of both; one that would hold too many says less. */
static tw_err join(struct boxing *b, const struct box *x, const struct box *y, struct boxes *to)
{
    struct box both = *x;
    if (y->n > 0 && x->n + y->n <= BOX_FACTS_MAX) {
        struct fact *fact = tw_arena_array(b->arena, x->n + y->n, sizeof *fact);
        if (fact == NULL) return TW_NOMEM;
        if (x->n > 0) memcpy(fact, x->fact, x->n * sizeof *fact);
        memcpy(fact + x->n, y->fact, y->n * sizeof *fact);
        both = (struct box){fact, x->n + y->n};
        if (is_impossible(b, &both, y->n)) return TW_OK;
    }
    to->at[to->n++] = both;
    return TW_OK;
}

/* Where both hold. Of what would be too many boxes the second is let be, which leaves more possible. */
static tw_err meet(struct boxing *b, struct boxes *io, const struct boxes *with)
{
    struct boxes both;
    if (with->n > 0 && io->n * with->n > BOXES_MAX) return TW_OK;
    TW_TRY(no_boxes(b, io->n * with->n, &both));
    for (size_t i = 0; i < io->n; i++)
        for (size_t k = 0; k < with->n; k++) TW_TRY(join(b, &io->at[i], &with->at[k], &both));
    *io = both;
    return TW_OK;
}

/* Where one of them holds. Too many boxes become one that says nothing. */
static void unite(struct boxes *io, const struct boxes *with)
{
    if (io->n + with->n > BOXES_MAX) {
        io->at[0] = (struct box){NULL, 0};
        io->n = 1;
        return;
    }
    for (size_t i = 0; i < with->n; i++) io->at[io->n++] = with->at[i];
}

static tw_err all_of(struct boxing *b, const struct tw_cel_outline *o, bool truth, struct boxes *ret)
{
    struct boxes part;
    TW_TRY(any_box(b, ret));
    for (size_t i = 0; i < o->n && ret->n > 0; i++) {
        TW_TRY(boxes_of(b, o->part[i], truth, NULL, &part));
        TW_TRY(meet(b, ret, &part));
    }
    return TW_OK;
}

static tw_err any_of(struct boxing *b, const struct tw_cel_outline *o, bool truth, struct boxes *ret)
{
    struct boxes part;
    TW_TRY(no_boxes(b, BOXES_MAX, ret));
    for (size_t i = 0; i < o->n; i++) {
        TW_TRY(boxes_of(b, o->part[i], truth, NULL, &part));
        unite(ret, &part);
    }
    return TW_OK;
}

/* c ? x : y comes to truth by x where c is true, by y where it is false. */
static tw_err choice(struct boxing *b, const struct tw_cel_outline *o, bool truth, struct boxes *ret)
{
    struct boxes way, end;
    TW_TRY(no_boxes(b, BOXES_MAX, ret));
    for (size_t i = 1; i <= 2; i++) {
        TW_TRY(boxes_of(b, o->part[0], i == 1, NULL, &way));
        TW_TRY(boxes_of(b, o->part[i], truth, NULL, &end));
        TW_TRY(meet(b, &way, &end));
        unite(ret, &way);
    }
    return TW_OK;
}

static tw_err plain_boxes(struct boxing *b, const struct tw_cel_outline *o, bool truth, struct boxes *ret)
{
    switch (o->kind) {
    case TW_CEL_OUTLINE_AND:
        return truth ? all_of(b, o, true, ret) : any_of(b, o, false, ret);
    case TW_CEL_OUTLINE_OR:
        return truth ? any_of(b, o, true, ret) : all_of(b, o, false, ret);
    case TW_CEL_OUTLINE_NOT:
        return plain_boxes(b, o->part[0], !truth, ret);
    case TW_CEL_OUTLINE_CHOICE:
        return choice(b, o, truth, ret);
    case TW_CEL_OUTLINE_TRUE:
    case TW_CEL_OUTLINE_FALSE:
        return (o->kind == TW_CEL_OUTLINE_TRUE) == truth ? any_box(b, ret) : no_boxes(b, 0, ret);
    case TW_CEL_OUTLINE_FACT:
        return one_fact(b, &(struct fact){o, truth}, ret);
    default:
        return any_box(b, ret);
    }
}

tw_err boxes_of(struct boxing *b, const struct tw_cel_outline *o, bool truth, const struct fact *within,
                struct boxes *ret)
{
    struct boxes first, rest;
    if (within == NULL) return plain_boxes(b, o, truth, ret);
    TW_TRY(one_fact(b, within, &first));
    TW_TRY(plain_boxes(b, o, truth, &rest));
    TW_TRY(meet(b, &rest, &first));
    *ret = rest;
    return TW_OK;
}

/* -- what a box settles */

static bool settles_fact(const struct boxing *b, const struct box *box, const struct tw_cel_outline *o,
                         bool truth)
{
    struct fact fact[BOX_FACTS_MAX + 1];
    const size_t n = about(box, o, fact);
    bool there = false, absent = false;
    for (size_t i = 0; i < n; i++) {
        const bool no = fact[i].of->fact == TW_CEL_FACT_HAS && !fact[i].holds;
        absent = absent || no;
        there = there || !no;
    }
    if (o->fact == TW_CEL_FACT_HAS) return truth ? there : absent;
    if (!there) return false; /* it may be not known */
    const struct range r = range_of(b->schema, o);
    fact[n] = (struct fact){o, !truth};
    return facts_exclude(&r, fact, n + 1);
}

static bool settles_all(const struct boxing *b, const struct box *box, const struct tw_cel_outline *o,
                        bool truth)
{
    for (size_t i = 0; i < o->n; i++)
        if (!box_settles(b, box, o->part[i], truth)) return false;
    return true;
}

static bool settles_any(const struct boxing *b, const struct box *box, const struct tw_cel_outline *o,
                        bool truth)
{
    for (size_t i = 0; i < o->n; i++)
        if (box_settles(b, box, o->part[i], truth)) return true;
    return false;
}

bool box_settles(const struct boxing *b, const struct box *box, const struct tw_cel_outline *o, bool truth)
{
    switch (o->kind) {
    case TW_CEL_OUTLINE_AND:
        return truth ? settles_all(b, box, o, true) : settles_any(b, box, o, false);
    case TW_CEL_OUTLINE_OR:
        return truth ? settles_any(b, box, o, true) : settles_all(b, box, o, false);
    case TW_CEL_OUTLINE_NOT:
        return box_settles(b, box, o->part[0], !truth);
    case TW_CEL_OUTLINE_CHOICE:
        return (box_settles(b, box, o->part[0], true) && box_settles(b, box, o->part[1], truth)) ||
               (box_settles(b, box, o->part[0], false) && box_settles(b, box, o->part[2], truth));
    case TW_CEL_OUTLINE_TRUE:
    case TW_CEL_OUTLINE_FALSE:
        return (o->kind == TW_CEL_OUTLINE_TRUE) == truth;
    case TW_CEL_OUTLINE_FACT:
        return settles_fact(b, box, o, truth);
    default:
        return false;
    }
}
