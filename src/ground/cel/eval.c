/* SPDX-License-Identifier: Apache-2.0 */
/* Faults and what is not known are values. An operation that needs all its operands answers "not known" when
 * one of them is, whatever the others are, and names all that is missing; then the first fault. && and ||
 * ask for less: one false, one true decides. Source: langdef, Logical Operators. */
#include "cel/run_priv.h"
#include "cel/shortcut_priv.h"

typedef struct tw_cel_value value;

value tw_cel_halt(struct tw_cel_run *r, tw_err stop)
{
    if (r->stop == TW_OK) r->stop = stop;
    return tw_cel_error(TW_CEL_FAULT_NONE);
}

void *tw_cel_make(struct tw_cel_run *r, size_t n, size_t size)
{
    if (!tw_cel_charge(r, n * size / 16)) {
        (void)tw_cel_halt(r, TW_LIMIT);
        return NULL;
    }
    void *p = r->arena != NULL ? tw_arena_room(r->arena, n, size) : NULL;
    if (p == NULL) (void)tw_cel_halt(r, TW_NOMEM);
    return p;
}

/* A fault gets the place of the operation it came from. */
static inline value placed(value v, const struct tw_cel_op *op)
{
    if (__builtin_expect(v.kind == TW_CEL_ERROR, 0) && v.n == 0) v.n = op->byte;
    return v;
}

/* Something that may not be there, as a value; `name` tells what it is called. of[0] of an UNKNOWN: nothing
 * but ABSENT led to it. */
static inline value known(value v, uint32_t name)
{
    if (__builtin_expect(v.kind == TW_CEL_ABSENT || v.kind == TW_CEL_UNKNOWN, 0))
        return (value){.u = (v.kind == TW_CEL_UNKNOWN ? v.u : 0) | (uint64_t)1 << name,
                       .kind = TW_CEL_UNKNOWN,
                       .of = {v.kind == TW_CEL_ABSENT || v.of[0] != 0}};
    return v;
}

/* What comes of operands one of which is void: all that is missing, else the first fault. */
static value void_of(value a, value b)
{
    if (a.kind == TW_CEL_UNKNOWN && b.kind == TW_CEL_UNKNOWN) {
        a.u |= b.u;
        a.of[0] &= b.of[0];
    }
    if (a.kind == TW_CEL_UNKNOWN) return a;
    if (b.kind == TW_CEL_UNKNOWN) return b;
    return a.kind == TW_CEL_ERROR ? a : b;
}

/* Values one after the other, of which one may be void. */
struct gathered {
    value worst; /* kind NULL while none is */
};

static bool gather(struct gathered *g, value v)
{
    if (!tw_cel_is_void(v)) return true;
    g->worst = g->worst.kind == TW_CEL_NULL ? v : void_of(g->worst, v);
    return false;
}

/* A field of a record in a slot: what most conditions look at. */
static inline value slot_field(const struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value on = r->slot[op->a];
    if (__builtin_expect(on.kind == TW_CEL_RECORD && op->b < on.n, 1))
        return placed(known(on.record[op->b], op->c), op);
    const value v = known(on, op->c);
    return placed(tw_cel_is_void(v) ? v : tw_cel_error(TW_CEL_FAULT_FIELD), op);
}

/* An operand. The two that are nearly all of them need no call. */
static inline value run(struct tw_cel_run *r, uint32_t number)
{
    const struct tw_cel_op *op = &r->p->op[number];
    if (op->code > TW_CEL_CODE_SLOT_FIELD || r->steps <= 0) return tw_cel_run_op(r, op);
    r->steps--;
    return op->code == TW_CEL_CODE_CONST ? r->p->constant[op->a] : slot_field(r, op);
}

/* -- fields: one of what is absent is absent too */

static value of_void(value on, const struct tw_cel_op *op)
{
    const bool has = op->code == TW_CEL_CODE_HAS || op->code == TW_CEL_CODE_HAS_FIELD;
    return has && on.kind == TW_CEL_UNKNOWN && on.of[0] != 0 ? tw_cel_bool(false) : on;
}

static value field(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value on = run(r, op->a);
    if (tw_cel_is_void(on)) return of_void(on, op);
    if (on.kind != TW_CEL_RECORD || op->b >= on.n) return placed(tw_cel_error(TW_CEL_FAULT_FIELD), op);
    if (op->code == TW_CEL_CODE_FIELD) return placed(known(on.record[op->b], op->c), op);
    const value v = on.record[op->b];
    return v.kind == TW_CEL_UNKNOWN ? known(v, op->c) : tw_cel_bool(v.kind != TW_CEL_ABSENT);
}

static value member(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value found;
    const value on = run(r, op->a);
    if (tw_cel_is_void(on)) return of_void(on, op);
    if (on.kind != TW_CEL_MAP) return placed(tw_cel_error(TW_CEL_FAULT_FIELD), op);
    const bool there = tw_cel_run_find(r, on, r->p->constant[op->b], &found);
    if (op->code == TW_CEL_CODE_HAS) {
        if (there && found.kind == TW_CEL_UNKNOWN) return known(found, op->c);
        return tw_cel_bool(there && found.kind != TW_CEL_ABSENT);
    }
    return placed(there ? known(found, op->c) : tw_cel_error(TW_CEL_FAULT_KEY), op);
}

/* -- logic */

/* && (decides: false) and || (decides: true) of n operands. What is no bool is a fault like others. */
static value logic(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const bool decides = op->code == TW_CEL_CODE_OR;
    const struct tw_cel_operand *child = r->p->child + op->a;
    struct gathered g = {0};
    bool yes;
    for (unsigned i = 0; i < op->n; i++) {
        if (tw_cel_shortcut(r, &child[i], &yes)) {
            if (yes == decides) return tw_cel_bool(yes);
            continue;
        }
        value v = run(r, child[i].op);
        if (__builtin_expect(v.kind == TW_CEL_BOOL, 1)) {
            if (v.b == decides) return v;
            continue;
        }
        if (r->stop != TW_OK) return v;
        if (!tw_cel_is_void(v)) v = placed(tw_cel_no_overload(&v, 1), op);
        (void)gather(&g, v);
    }
    return g.worst.kind == TW_CEL_NULL ? tw_cel_bool(!decides) : g.worst;
}

static value conditional(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value test = run(r, op->a);
    if (tw_cel_is_void(test)) return test;
    if (test.kind != TW_CEL_BOOL) return placed(tw_cel_no_overload(&test, 1), op);
    return run(r, test.b ? op->b : op->c);
}

/* -- calls */

static value call1(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value a = run(r, op->a);
    if (tw_cel_is_void(a)) return a;
    return placed(tw_cel_functions[op->c].call(r, &a, 1), op);
}

static value call2(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value arg[2];
    arg[0] = run(r, op->a);
    arg[1] = run(r, op->b);
    if (tw_cel_is_void(arg[0]) || tw_cel_is_void(arg[1])) return void_of(arg[0], arg[1]);
    return placed(tw_cel_functions[op->c].call(r, arg, 2), op);
}

static value element(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value arg[2];
    arg[0] = run(r, op->a);
    arg[1] = run(r, op->b);
    if (tw_cel_is_void(arg[0]) || tw_cel_is_void(arg[1])) return void_of(arg[0], arg[1]);
    return placed(known(tw_cel_call_index(r, arg, 2), op->c), op);
}

/* Operands in a row; false: one of them is void, *worst says which. */
static bool operands(struct tw_cel_run *r, const struct tw_cel_op *op, value *arg, value *worst)
{
    struct gathered g = {0};
    for (unsigned i = 0; i < op->n; i++) {
        arg[i] = run(r, r->p->child[op->a + i].op);
        if (r->stop != TW_OK) break;
        (void)gather(&g, arg[i]);
    }
    *worst = r->stop != TW_OK ? tw_cel_error(TW_CEL_FAULT_NONE) : g.worst;
    return worst->kind == TW_CEL_NULL;
}

static value call(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value arg[4], worst;
    if (op->n > 4) return placed(tw_cel_error(TW_CEL_FAULT_OVERLOAD), op);
    if (!operands(r, op, arg, &worst)) return worst;
    return placed(tw_cel_functions[op->c].call(r, arg, op->n), op);
}

static bool fits(const struct tw_cel_type *type, value v)
{
    return type->kind == TW_CEL_DYN || type->kind == TW_CEL_PARAM || type->kind == v.kind ||
           (type->kind == TW_CEL_RECORD && type->keyed && v.kind == TW_CEL_MAP);
}

static value custom(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value arg[TW_CEL_PARAMETERS_MAX], worst;
    const struct tw_cel_env *env = r->p->env;
    const struct tw_cel_function *first = &env->function[op->b];
    if (op->n > TW_CEL_PARAMETERS_MAX) return placed(tw_cel_error(TW_CEL_FAULT_OVERLOAD), op);
    if (!operands(r, op, arg, &worst)) return worst;
    for (size_t i = op->b; i < env->functions; i++) {
        const struct tw_cel_function *f = &env->function[i];
        bool takes = f->n == op->n && f->receiver == first->receiver && tw_str_eq(f->name, first->name);
        for (unsigned k = 0; takes && k < op->n; k++) takes = fits(f->parameter[k], arg[k]);
        if (!takes) continue;
        if (f->call == NULL) return placed(tw_cel_error(TW_CEL_FAULT_UNBOUND), op);
        return placed(f->call(f->with, arg, op->n, r->arena), op);
    }
    return placed(tw_cel_no_overload(arg, op->n), op);
}

static inline bool is_equal(struct tw_cel_run *r, value a, value b)
{
    if (a.kind == TW_CEL_STRING && b.kind == TW_CEL_STRING && a.n != b.n) return false;
    return tw_cel_run_equal(r, a, b);
}

static value equal(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value a = run(r, op->a), b = run(r, op->b);
    if (tw_cel_is_void(a) || tw_cel_is_void(b)) return void_of(a, b);
    return tw_cel_bool(is_equal(r, a, b) == (op->code == TW_CEL_CODE_EQ));
}

#define ORDERED(a, b, order)                                                                                 \
    ((order) == TW_CEL_LT   ? (a) < (b)                                                                      \
     : (order) == TW_CEL_LE ? (a) <= (b)                                                                     \
     : (order) == TW_CEL_GT ? (a) > (b)                                                                      \
                            : (a) >= (b))

static value compare(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value a = run(r, op->a), b = run(r, op->b);
    if (a.kind == TW_CEL_DOUBLE && b.kind == TW_CEL_DOUBLE) return tw_cel_bool(ORDERED(a.f, b.f, op->c));
    if (a.kind == TW_CEL_INT && b.kind == TW_CEL_INT) return tw_cel_bool(ORDERED(a.i, b.i, op->c));
    if (tw_cel_is_void(a) || tw_cel_is_void(b)) return void_of(a, b);
    return placed(tw_cel_ordered(r, a, b, (enum tw_cel_order)op->c), op);
}

static value in_set(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    bool holds;
    value arg[2];
    arg[0] = run(r, op->a);
    if (tw_cel_is_void(arg[0])) return arg[0];
    if (tw_cel_set_holds(&r->p->set[op->c], arg[0], &holds)) return tw_cel_bool(holds);
    arg[1] = run(r, op->b);
    return placed(tw_cel_call_in(r, arg, 2), op);
}

static value matches(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value a = run(r, op->a);
    if (tw_cel_is_void(a)) return a;
    if (a.kind != TW_CEL_STRING) return placed(tw_cel_no_overload(&a, 1), op);
    (void)tw_cel_charge_bytes(r, a.n);
    return tw_cel_bool(tw_cel_pattern_matches(r->p->pattern[op->b], a.s, a.n));
}

static value part(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value a = run(r, op->a);
    if (tw_cel_is_void(a)) return a;
    if (a.kind != TW_CEL_TIMESTAMP) return placed(tw_cel_no_overload(&a, 1), op);
    return tw_cel_time_part((enum tw_cel_fn)op->c, a, tw_cel_zone_offset(r->p->zone[op->b], a.i));
}

/* -- lists and maps that are written out */

static value list(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value worst;
    if (op->n == 0) return tw_cel_list(NULL, 0);
    value *at = tw_cel_make(r, op->n, sizeof *at);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    return operands(r, op, at, &worst) ? tw_cel_list(at, op->n) : worst;
}

static bool is_key(value v)
{
    return v.kind == TW_CEL_BOOL || v.kind == TW_CEL_INT || v.kind == TW_CEL_UINT || v.kind == TW_CEL_STRING;
}

static value map(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    value worst, other;
    if (op->n == 0) return tw_cel_map(NULL, 0);
    value *at = tw_cel_make(r, op->n, sizeof *at);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    if (!operands(r, op, at, &worst)) return worst;
    for (uint32_t i = 0; i < op->n / 2u; i++) {
        const value key = tw_cel_map_key(tw_cel_map(at, i), i);
        if (!is_key(key)) return placed(tw_cel_error(TW_CEL_FAULT_KEY_TYPE), op);
        if (tw_cel_run_find(r, tw_cel_map(at, i), key, &other))
            return placed(tw_cel_error(TW_CEL_FAULT_REPEATED), op);
    }
    return tw_cel_map(at, op->n / 2u);
}

/* -- macros */

struct macro {
    const struct tw_cel_op *op;
    value over;
    value *made; /* of those that make a list or a map */
    uint32_t made_n, ones;
    struct gathered g;
    bool decided; /* one element decides all */
};

/* The variables for element `i`. */
static void bind(struct tw_cel_run *r, const struct macro *m, uint32_t i)
{
    value *local = r->local + m->op->c;
    const bool two = (m->op->n & 3) == 2;
    if (m->over.kind == TW_CEL_MAP) {
        local[0] = tw_cel_map_key(m->over, i);
        if (two) local[1] = tw_cel_map_entry(m->over, i);
    } else {
        local[0] = two ? tw_cel_int(i) : m->over.list[i];
        if (two) local[1] = m->over.list[i];
    }
}

/* A condition of an element: true and its answer, or false where it has none. */
static bool holds(struct macro *m, value v, bool *ret)
{
    if (!tw_cel_is_void(v) && v.kind != TW_CEL_BOOL) v = placed(tw_cel_no_overload(&v, 1), m->op);
    if (!gather(&m->g, v)) return false;
    *ret = v.b;
    return true;
}

static void keep(struct macro *m, const value *local, value v)
{
    const size_t n = m->made_n++;
    if (m->op->of == TW_CEL_MACRO_TRANSFORM_MAP) {
        m->made[2 * n] = local[0];
        m->made[2 * n + 1] = v;
    } else {
        m->made[n] = v;
    }
}

static void step(struct tw_cel_run *r, struct macro *m, const uint32_t *child, uint32_t i)
{
    bool yes = true;
    const value *local = r->local + m->op->c;
    bind(r, m, i);
    if ((m->op->n & 4) != 0 && (!holds(m, run(r, child[1]), &yes) || !yes)) return;
    const value v = run(r, child[0]);
    switch (m->op->of) {
    case TW_CEL_MACRO_MAP:
    case TW_CEL_MACRO_TRANSFORM_MAP:
        if (gather(&m->g, v)) keep(m, local, v);
        return;
    case TW_CEL_MACRO_FILTER:
        if (holds(m, v, &yes) && yes) keep(m, local, local[0]);
        return;
    case TW_CEL_MACRO_ONE:
        if (holds(m, v, &yes)) m->ones += yes;
        return;
    default:
        if (holds(m, v, &yes)) m->decided = yes == (m->op->of == TW_CEL_MACRO_EXISTS);
    }
}

static value macro_result(const struct macro *m)
{
    if (m->decided) return tw_cel_bool(m->op->of == TW_CEL_MACRO_EXISTS);
    if (m->g.worst.kind != TW_CEL_NULL) return m->g.worst;
    switch (m->op->of) {
    case TW_CEL_MACRO_ALL:
        return tw_cel_bool(true);
    case TW_CEL_MACRO_EXISTS:
        return tw_cel_bool(false);
    case TW_CEL_MACRO_ONE:
        return tw_cel_bool(m->ones == 1);
    case TW_CEL_MACRO_TRANSFORM_MAP:
        return tw_cel_map(m->made, m->made_n);
    default:
        return tw_cel_list(m->made, m->made_n);
    }
}

static value macro(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    struct macro m = {.op = op, .over = run(r, op->a)};
    const uint32_t child[2] = {r->p->child[op->b].op, r->p->child[op->b + 1].op};
    const bool makes_map = op->of == TW_CEL_MACRO_TRANSFORM_MAP;
    if (tw_cel_is_void(m.over)) return m.over;
    if (m.over.kind != TW_CEL_LIST && m.over.kind != TW_CEL_MAP)
        return placed(tw_cel_no_overload(&m.over, 1), op);
    if (m.over.n > 0 && (makes_map || op->of == TW_CEL_MACRO_MAP || op->of == TW_CEL_MACRO_FILTER)) {
        m.made = tw_cel_make(r, (size_t)m.over.n * (makes_map ? 2 : 1), sizeof *m.made);
        if (m.made == NULL) return tw_cel_halt(r, TW_NOMEM);
    }
    for (uint32_t i = 0; i < m.over.n && !m.decided; i++) {
        step(r, &m, child, i);
        if (r->stop != TW_OK) return tw_cel_halt(r, r->stop);
    }
    return macro_result(&m);
}

/* -- all of it */

static value negation(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    const value v = run(r, op->a);
    if (v.kind == TW_CEL_BOOL) return tw_cel_bool(!v.b);
    return tw_cel_is_void(v) ? v : placed(tw_cel_no_overload(&v, 1), op);
}

value tw_cel_run_op(struct tw_cel_run *r, const struct tw_cel_op *op)
{
    if (__builtin_expect(--r->steps < 0, 0)) return tw_cel_halt(r, TW_LIMIT);
    switch ((enum tw_cel_code)op->code) {
    case TW_CEL_CODE_CONST:
        return r->p->constant[op->a];
    case TW_CEL_CODE_SLOT:
        return placed(known(r->slot[op->a], op->c), op);
    case TW_CEL_CODE_LOCAL:
        return placed(known(r->local[op->a], op->c), op);
    case TW_CEL_CODE_SLOT_FIELD:
        return slot_field(r, op);
    case TW_CEL_CODE_FIELD:
    case TW_CEL_CODE_HAS_FIELD:
        return field(r, op);
    case TW_CEL_CODE_SELECT:
    case TW_CEL_CODE_HAS:
        return member(r, op);
    case TW_CEL_CODE_AND:
    case TW_CEL_CODE_OR:
        return logic(r, op);
    case TW_CEL_CODE_NOT:
        return negation(r, op);
    case TW_CEL_CODE_COND:
        return conditional(r, op);
    case TW_CEL_CODE_CALL1:
        return call1(r, op);
    case TW_CEL_CODE_CALL2:
        return call2(r, op);
    case TW_CEL_CODE_INDEX:
        return element(r, op);
    case TW_CEL_CODE_CALL:
        return call(r, op);
    case TW_CEL_CODE_CUSTOM:
        return custom(r, op);
    case TW_CEL_CODE_EQ:
    case TW_CEL_CODE_NE:
        return equal(r, op);
    case TW_CEL_CODE_COMPARE:
        return compare(r, op);
    case TW_CEL_CODE_IN_SET:
        return in_set(r, op);
    case TW_CEL_CODE_MATCHES:
        return matches(r, op);
    case TW_CEL_CODE_PART:
        return part(r, op);
    case TW_CEL_CODE_LIST:
        return list(r, op);
    case TW_CEL_CODE_MAP:
        return map(r, op);
    case TW_CEL_CODE_MACRO:
        return macro(r, op);
    case TW_CEL_CODE_FAULT:
        return placed(tw_cel_error((enum tw_cel_fault)op->a), op);
    }
    return tw_cel_error(TW_CEL_FAULT_NONE);
}
