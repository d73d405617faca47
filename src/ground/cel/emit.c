/* SPDX-License-Identifier: Apache-2.0 */
/* The settled tree as operations. What has only constants below it is computed here, once; where that ends in
 * a fault it is left to the evaluation, which may never come to it. */
#include <stdlib.h>

#include "cel/build_priv.h"
#include "cel/shortcut_priv.h"

enum { FOLD_STEPS = 20000 };

struct emit {
    struct tw_cel_build *b;
    struct tw_cel_program *p;
};

static uint32_t emit(struct emit *e, const struct tw_cel_node *node);

/* Makes room for one more in an array of the program. It grows in the memory of the tree, and moves to that
 * of the program when it is whole, so that a program takes no more than it needs. */
static bool grow(struct emit *e, void **at, uint32_t n, uint32_t *cap, size_t size)
{
    if (e->b->err != TW_OK) return false;
    if (n < *cap) return true;
    const uint32_t more = *cap > 0 ? *cap * 2 : 8;
    void *p = tw_cel_room(e->b, more, size);
    if (p == NULL) return false;
    if (n > 0) memcpy(p, *at, n * size);
    *at = p;
    *cap = more;
    return true;
}

/* Puts `value` behind the last of an array; the number of its place. */
#define PUT(e, array, count, value)                                                                          \
    ({                                                                                                       \
        void *put_at_ = (e)->p->array;                                                                       \
        const bool put_ok_ = grow(e, &put_at_, (e)->p->count, &(e)->p->count##_cap, sizeof(value));          \
        (e)->p->array = put_at_;                                                                             \
        if (put_ok_) (e)->p->array[(e)->p->count++] = (value);                                               \
        put_ok_ ? (e)->p->count - 1 : 0;                                                                     \
    })

static uint32_t op(struct emit *e, struct tw_cel_op o)
{
    return PUT(e, op, ops, o);
}

static const struct tw_cel_op *made(const struct emit *e, uint32_t at)
{
    return &e->p->op[at];
}

static bool is_const(const struct emit *e, uint32_t at)
{
    return e->b->err == TW_OK && made(e, at)->code == TW_CEL_CODE_CONST;
}

static struct tw_cel_value const_of(const struct emit *e, uint32_t at)
{
    return e->p->constant[made(e, at)->a];
}

/* -- constants: what they point to moves from the tree to the program; equal ones are one, unless far apart
 */

enum { LOOK_BACK = 64 };

static uint32_t look_from(const struct emit *e)
{
    return e->p->constants > LOOK_BACK ? e->p->constants - LOOK_BACK : 0;
}

static bool keep_text(struct emit *e, struct tw_cel_value *v)
{
    for (uint32_t i = look_from(e); i < e->p->constants; i++) {
        const struct tw_cel_value *c = &e->p->constant[i];
        if (c->kind != v->kind || c->n != v->n || memcmp(c->s, v->s, v->n) != 0) continue;
        v->s = c->s;
        return true;
    }
    struct tw_str copy;
    if (tw_str_dup(e->p->arena, tw_cel_text(*v), &copy) != TW_OK) return tw_cel_starved(e->b) != NULL;
    v->s = copy.s;
    return true;
}

static bool is_same(struct tw_cel_value a, struct tw_cel_value b)
{
    return a.kind == b.kind && a.n == b.n && a.u == b.u;
}

static uint32_t constant(struct emit *e, struct tw_cel_value v)
{
    if ((v.kind == TW_CEL_STRING || v.kind == TW_CEL_BYTES) && v.n > 0 && !keep_text(e, &v)) return 0;
    for (uint32_t i = look_from(e); i < e->p->constants; i++)
        if (is_same(e->p->constant[i], v)) return i;
    return PUT(e, constant, constants, v);
}

/* How much there was before an operation and its operands. */
struct mark {
    uint32_t ops, constants, children;
};

static struct mark mark(const struct emit *e)
{
    return (struct mark){e->p->ops, e->p->constants, e->p->children};
}

/* Computes an operation whose operands are constants, and forgets all that was there for it alone. */
static uint32_t fold(struct emit *e, uint32_t at, struct mark before)
{
    if (e->b->err != TW_OK) return 0;
    struct tw_cel_run r = {.p = e->p, .arena = e->p->arena, .steps = FOLD_STEPS};
    const struct tw_cel_value v = tw_cel_run_op(&r, made(e, at));
    if (r.stop == TW_NOMEM) tw_cel_starved(e->b);
    if (r.stop != TW_OK || r.steps < 0 || tw_cel_is_void(v)) return at;
    const uint32_t byte = made(e, at)->byte;
    e->p->ops = before.ops;
    e->p->constants = before.constants;
    e->p->children = before.children;
    return op(
        e, (struct tw_cel_op){.code = TW_CEL_CODE_CONST, .a = PUT(e, constant, constants, v), .byte = byte});
}

/* -- names that may be missing */

static uint32_t missing(struct emit *e, const struct tw_cel_node *node)
{
    struct tw_cel_program *p = e->p;
    const struct tw_str text = {p->source.s + node->from, node->end - node->from};
    for (uint32_t i = 0; i < p->missings; i++)
        if (tw_str_eq(p->missing[i], text)) return i;
    return p->missings < TW_CEL_MISSING_MAX - 1 ? PUT(e, missing, missings, text) : TW_CEL_MISSING_MAX - 1;
}

static uint32_t load(struct emit *e, const struct tw_cel_node *node)
{
    const uint32_t name = missing(e, node);
    if (node->form == TW_CEL_FORM_LOCAL)
        return op(
            e, (struct tw_cel_op){.code = TW_CEL_CODE_LOCAL, .a = node->at, .c = name, .byte = node->byte});
    e->p->reads[node->at / 64] |= (uint64_t)1 << node->at % 64;
    return op(e, (struct tw_cel_op){.code = TW_CEL_CODE_SLOT, .a = node->at, .c = name, .byte = node->byte});
}

static uint32_t select_of(struct emit *e, const struct tw_cel_node *node)
{
    const bool has = node->form == TW_CEL_FORM_HAS, by_name = node->at == UINT32_MAX;
    const struct mark before = mark(e);
    const uint32_t name = missing(e, node), on = emit(e, node->arg[0]);
    struct tw_cel_op o = {.a = on, .b = node->at, .c = name, .byte = node->byte};
    if (e->b->err != TW_OK) return 0;
    if (by_name) {
        o.b = constant(e, tw_cel_string(node->name));
        o.code = has ? TW_CEL_CODE_HAS : TW_CEL_CODE_SELECT;
        const uint32_t at = op(e, o);
        return is_const(e, on) ? fold(e, at, before) : at;
    }
    o.code = has ? TW_CEL_CODE_HAS_FIELD : TW_CEL_CODE_FIELD;
    if (!has && made(e, on)->code == TW_CEL_CODE_SLOT) { /* the way of most conditions: in one step */
        o.code = TW_CEL_CODE_SLOT_FIELD;
        o.a = made(e, on)->a;
        e->p->ops = before.ops;
    }
    return op(e, o);
}

/* -- operands in a row */

static bool row(struct emit *e, const struct tw_cel_node *node, uint32_t *ret, bool *all_const)
{
    *all_const = true;
    uint32_t *at = tw_cel_room(e->b, node->n, sizeof *at);
    for (uint32_t i = 0; i < node->n && e->b->err == TW_OK; i++) {
        at[i] = emit(e, node->arg[i]);
        *all_const = *all_const && is_const(e, at[i]);
    }
    *ret = e->p->children;
    for (uint32_t i = 0; i < node->n && e->b->err == TW_OK; i++)
        (void)PUT(e, child, children, tw_cel_shortcut_of(e->p, at[i]));
    return e->b->err == TW_OK;
}

static uint32_t in_row(struct emit *e, const struct tw_cel_node *node, enum tw_cel_code code, uint32_t b,
                       uint32_t c)
{
    bool all_const;
    uint32_t children;
    const struct mark before = mark(e);
    if (!row(e, node, &children, &all_const)) return 0;
    const uint32_t at = op(e, (struct tw_cel_op){.code = (uint8_t)code,
                                                 .n = (uint16_t)node->n,
                                                 .a = children,
                                                 .b = b,
                                                 .c = c,
                                                 .byte = node->byte});
    if (!all_const || code == TW_CEL_CODE_CUSTOM) return at;
    return fold(e, at, before);
}

/* -- calls */

static int by_value(const void *a, const void *b)
{
    const struct tw_cel_value *x = a, *y = b;
    if (x->kind == TW_CEL_INT) return (x->i > y->i) - (x->i < y->i);
    return tw_str_cmp(tw_cel_text(*x), tw_cel_text(*y));
}

/* A list of texts, or of ints, that is written out: in order, to be searched. */
static bool set_of(struct emit *e, struct tw_cel_value list, uint32_t *ret)
{
    if (list.kind != TW_CEL_LIST || list.n == 0) return false;
    const uint8_t kind = list.list[0].kind;
    if (kind != TW_CEL_STRING && kind != TW_CEL_INT) return false;
    for (uint32_t i = 0; i < list.n; i++)
        if (list.list[i].kind != kind) return false;
    struct tw_cel_value *at = tw_arena_room(e->p->arena, list.n, sizeof *at);
    if (at == NULL) return tw_cel_starved(e->b) != NULL;
    memcpy(at, list.list, list.n * sizeof *at);
    qsort(at, list.n, sizeof *at, by_value);
    *ret = PUT(e, set, sets, ((struct tw_cel_set){at, list.n, kind}));
    return e->b->err == TW_OK;
}

static uint32_t pattern(struct emit *e, struct tw_cel_op o, struct tw_cel_value text, uint32_t byte)
{
    char why[96];
    struct tw_cel_pattern *made_of = NULL;
    const tw_err err = tw_cel_pattern_new(text.s, text.n, &made_of, why, sizeof why);
    if (err == TW_NOMEM) tw_cel_starved(e->b);
    if (err == TW_FORMAT) tw_cel_refuse(e->b, TW_FORMAT, byte, "not a pattern of RE2: %s", why);
    const uint32_t were = e->p->patterns;
    o.b = PUT(e, pattern, patterns, made_of); /* NOLINT(bugprone-sizeof-expression): of pointers */
    if (e->p->patterns == were) tw_cel_pattern_free(made_of);
    o.code = TW_CEL_CODE_MATCHES;
    return op(e, o);
}

static uint32_t part(struct emit *e, struct tw_cel_op o, struct tw_cel_value name, uint32_t byte)
{
    struct tw_cel_zone *zone = NULL;
    const tw_err err = tw_cel_zone_new(tw_cel_text(name), &zone);
    if (err == TW_NOMEM) tw_cel_starved(e->b);
    if (err == TW_NOTFOUND)
        tw_cel_refuse(e->b, TW_FORMAT, byte,
                      "there is no time zone '%.*s'; they are written Europe/Paris, UTC or +02:00",
                      TW_STR_ARG(tw_cel_text(name)));
    const uint32_t were = e->p->zones;
    o.b = PUT(e, zone, zones, zone); /* NOLINT(bugprone-sizeof-expression): of pointers */
    if (e->p->zones == were) tw_cel_zone_free(zone);
    o.code = TW_CEL_CODE_PART;
    return op(e, o);
}

/* Calls whose second operand is known; false where it is a call as any other. */
static bool special(struct emit *e, const struct tw_cel_node *node, struct tw_cel_op *o, uint32_t *ret)
{
    const uint32_t byte = node->arg[node->n - 1]->from;
    if (node->n != 2 || !is_const(e, o->b)) return false;
    const struct tw_cel_value known = const_of(e, o->b);
    switch (node->fn) {
    case TW_CEL_FN_IN:
        if (!set_of(e, known, &o->c)) return false;
        o->code = TW_CEL_CODE_IN_SET;
        *ret = op(e, *o);
        return true;
    case TW_CEL_FN_MATCHES:
    case TW_CEL_FN_MATCHES_OF:
        if (known.kind != TW_CEL_STRING) return false;
        *ret = pattern(e, *o, known, byte);
        return true;
    default:
        if (node->fn < TW_CEL_FN_YEAR || node->fn > TW_CEL_FN_MILLISECONDS || known.kind != TW_CEL_STRING)
            return false;
        *ret = part(e, *o, known, byte);
        return true;
    }
}

static void code_of(enum tw_cel_fn fn, struct tw_cel_op *o)
{
    o->c = fn;
    o->code = TW_CEL_CODE_CALL2;
    switch (fn) {
    case TW_CEL_FN_EQ:
        o->code = TW_CEL_CODE_EQ;
        break;
    case TW_CEL_FN_NE:
        o->code = TW_CEL_CODE_NE;
        break;
    case TW_CEL_FN_LT:
    case TW_CEL_FN_LE:
    case TW_CEL_FN_GT:
    case TW_CEL_FN_GE:
        o->code = TW_CEL_CODE_COMPARE;
        o->c = (uint32_t)(fn - TW_CEL_FN_LT);
        break;
    default:
        break;
    }
}

static uint32_t call(struct emit *e, const struct tw_cel_node *node)
{
    if (node->fn == TW_CEL_FN_N) return in_row(e, node, TW_CEL_CODE_CUSTOM, node->at, node->receiver);
    if (node->n > 2) return in_row(e, node, TW_CEL_CODE_CALL, 0, node->fn);
    struct tw_cel_op o = {.byte = node->byte, .c = node->fn};
    const struct mark before = mark(e);
    o.a = emit(e, node->arg[0]);
    if (node->n == 2) o.b = emit(e, node->arg[1]);
    if (e->b->err != TW_OK) return 0;
    uint32_t at;
    const bool known = is_const(e, o.a) && (node->n == 1 || is_const(e, o.b));
    if (!special(e, node, &o, &at)) {
        if (node->fn == TW_CEL_FN_INDEX)
            o.code = TW_CEL_CODE_INDEX, o.c = missing(e, node);
        else if (node->n == 2)
            code_of((enum tw_cel_fn)node->fn, &o);
        else
            o.code = node->fn == TW_CEL_FN_NOT ? TW_CEL_CODE_NOT : TW_CEL_CODE_CALL1;
        at = op(e, o);
    }
    return known ? fold(e, at, before) : at;
}

/* -- the rest */

static uint32_t conditional(struct emit *e, const struct tw_cel_node *node)
{
    struct tw_cel_op o = {.code = TW_CEL_CODE_COND, .byte = node->byte};
    o.a = emit(e, node->arg[0]);
    o.b = emit(e, node->arg[1]);
    o.c = emit(e, node->arg[2]);
    return op(e, o);
}

static uint32_t macro(struct emit *e, const struct tw_cel_node *node)
{
    struct tw_cel_op o = {.code = TW_CEL_CODE_MACRO,
                          .of = node->macro,
                          .n = (uint16_t)(node->vars | (node->n == 3 ? 4 : 0)),
                          .c = node->at,
                          .byte = node->byte};
    o.a = emit(e, node->arg[0]);
    const uint32_t body = emit(e, node->arg[1]), filter = node->n == 3 ? emit(e, node->arg[2]) : 0;
    o.b = e->p->children;
    (void)PUT(e, child, children, ((struct tw_cel_operand){.op = body}));
    (void)PUT(e, child, children, ((struct tw_cel_operand){.op = filter}));
    return op(e, o);
}

static uint32_t emit(struct emit *e, const struct tw_cel_node *node)
{
    if (e->b->err != TW_OK) return 0;
    switch (node->form) {
    case TW_CEL_FORM_CONST:
        return op(e, (struct tw_cel_op){
                         .code = TW_CEL_CODE_CONST, .a = constant(e, node->value), .byte = node->byte});
    case TW_CEL_FORM_VARIABLE:
    case TW_CEL_FORM_LOCAL:
        return load(e, node);
    case TW_CEL_FORM_SELECT:
    case TW_CEL_FORM_HAS:
        return select_of(e, node);
    case TW_CEL_FORM_CALL:
        return call(e, node);
    case TW_CEL_FORM_AND:
        return in_row(e, node, TW_CEL_CODE_AND, 0, 0);
    case TW_CEL_FORM_OR:
        return in_row(e, node, TW_CEL_CODE_OR, 0, 0);
    case TW_CEL_FORM_COND:
        return conditional(e, node);
    case TW_CEL_FORM_LIST:
        return in_row(e, node, TW_CEL_CODE_LIST, 0, 0);
    case TW_CEL_FORM_MAP:
        return in_row(e, node, TW_CEL_CODE_MAP, 0, 0);
    case TW_CEL_FORM_MACRO:
        return macro(e, node);
    default:
        return op(e, (struct tw_cel_op){.code = TW_CEL_CODE_FAULT, .a = node->at, .byte = node->byte});
    }
}

/* A type of the tree, copied to where the program lives; those of the caller stay where they are. */
static const struct tw_cel_type *keep_type(struct emit *e, const struct tw_cel_type *type)
{
    if (type->n == 0 || type->kind == TW_CEL_RECORD)
        return type->kind == TW_CEL_VARIABLE ? tw_cel_type_of(TW_CEL_DYN) : type;
    struct tw_cel_type *t = tw_arena_room(e->p->arena, 1, sizeof *t);
    const struct tw_cel_type **part = tw_arena_room(e->p->arena, type->n, sizeof(const struct tw_cel_type *));
    if (t == NULL || part == NULL) {
        tw_cel_starved(e->b);
        return tw_cel_type_of(TW_CEL_DYN);
    }
    for (uint32_t i = 0; i < type->n; i++) part[i] = keep_type(e, type->part[i]);
    *t = *type;
    t->part = part;
    return t;
}

tw_err tw_cel_emit(struct tw_cel_build *b, struct tw_cel_node *root, struct tw_cel_program *p)
{
    struct emit e = {.b = b, .p = p};
    p->result = keep_type(&e, tw_cel_type_settled(b, root->type, true));
    const uint32_t at = emit(&e, root);
    if (b->err == TW_OK) p->root = p->op[at];
    return b->err;
}
