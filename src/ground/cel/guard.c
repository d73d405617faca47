/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of single texts for a condition to hold, read from its operations: so that of many
 * conditions only those are evaluated that can come to anything. */
#include "cel/run_priv.h"

enum { GUARDS_MOST = 16 }; /* of a program; further ones are let be */

struct guarding {
    const struct tw_cel_program *p;
    struct tw_arena *arena;
    struct tw_cel_guard *guard;
    size_t n;
};

/* The way from a variable through records to a field; false = it is another expression. */
static bool path_of(const struct tw_cel_program *p, uint32_t op, struct tw_cel_guard *g)
{
    uint32_t field[TW_CEL_GUARD_DEPTH], n = 0;
    for (;;) {
        const struct tw_cel_op *o = &p->op[op];
        if (n == TW_CEL_GUARD_DEPTH || (o->code != TW_CEL_CODE_SLOT_FIELD && o->code != TW_CEL_CODE_FIELD))
            return false;
        field[n++] = o->b;
        if (o->code == TW_CEL_CODE_SLOT_FIELD) {
            g->variable = o->a;
            break;
        }
        op = o->a;
    }
    g->fields = n;
    for (uint32_t i = 0; i < n; i++) g->field[i] = field[n - 1 - i];
    return true;
}

static bool same_path(const struct tw_cel_guard *a, const struct tw_cel_guard *b)
{
    bool same = a->variable == b->variable && a->fields == b->fields && a->prefix == b->prefix;
    for (uint32_t i = 0; same && i < a->fields; i++) same = a->field[i] == b->field[i];
    return same;
}

static const struct tw_cel_value *constant_of(const struct tw_cel_program *p, uint32_t op)
{
    const struct tw_cel_op *o = &p->op[op];
    if (o->code != TW_CEL_CODE_CONST || p->constant[o->a].kind != TW_CEL_STRING) return NULL;
    return &p->constant[o->a];
}

static tw_err texts_of(struct guarding *to, const struct tw_cel_value *at, size_t n, struct tw_cel_guard *g)
{
    struct tw_str *text = tw_arena_array(to->arena, n, sizeof *text);
    if (text == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) text[i] = tw_cel_text(at[i]);
    g->text = text;
    g->n = n;
    return TW_OK;
}

/* x == 'a', 'a' == x, x in ['a', 'b'], x.startsWith('a'). g->n stays 0 where it is none of these. */
static tw_err guard_of(struct guarding *to, const struct tw_cel_op *o, struct tw_cel_guard *g)
{
    const struct tw_cel_program *p = to->p;
    const struct tw_cel_value *c = NULL;
    *g = (struct tw_cel_guard){.n = 0};
    switch (o->code) {
    case TW_CEL_CODE_EQ:
        c = constant_of(p, o->b);
        if (c != NULL && path_of(p, o->a, g)) return texts_of(to, c, 1, g);
        c = constant_of(p, o->a);
        return c != NULL && path_of(p, o->b, g) ? texts_of(to, c, 1, g) : TW_OK;
    case TW_CEL_CODE_IN_SET:
        if (p->set[o->c].kind != TW_CEL_STRING || p->set[o->c].n == 0 || !path_of(p, o->a, g)) return TW_OK;
        return texts_of(to, p->set[o->c].at, p->set[o->c].n, g);
    case TW_CEL_CODE_CALL2:
        if (o->c != TW_CEL_FN_STARTS_WITH) return TW_OK;
        c = constant_of(p, o->b);
        if (c == NULL || c->n == 0 || !path_of(p, o->a, g)) return TW_OK;
        g->prefix = true;
        return texts_of(to, c, 1, g);
    default:
        return TW_OK;
    }
}

/* Several of one value each, alike and about one text. */
static tw_err guard_of_any(struct guarding *to, const struct tw_cel_op *o, struct tw_cel_guard *g)
{
    struct tw_cel_guard one;
    struct tw_str *text = tw_arena_array(to->arena, o->n, sizeof *text);
    if (text == NULL) return TW_NOMEM;
    for (uint32_t i = 0; i < o->n; i++) {
        TW_TRY(guard_of(to, &to->p->op[to->p->child[o->a + i].op], &one));
        if (i == 0) *g = one;
        if (one.n != 1 || !same_path(g, &one)) {
            g->n = 0;
            return TW_OK;
        }
        text[i] = one.text[0];
    }
    g->text = text;
    g->n = o->n;
    return TW_OK;
}

static tw_err gather(struct guarding *to, const struct tw_cel_op *o)
{
    struct tw_cel_guard g;
    if (to->n == GUARDS_MOST) return TW_OK;
    if (o->code == TW_CEL_CODE_AND) {
        for (uint32_t i = 0; i < o->n; i++) TW_TRY(gather(to, &to->p->op[to->p->child[o->a + i].op]));
        return TW_OK;
    }
    if (o->code == TW_CEL_CODE_OR)
        TW_TRY(guard_of_any(to, o, &g));
    else
        TW_TRY(guard_of(to, o, &g));
    if (g.n > 0) to->guard[to->n++] = g;
    return TW_OK;
}

tw_err tw_cel_guards(const struct tw_cel_program *p, struct tw_arena *arena, const struct tw_cel_guard **ret,
                     size_t *ret_n)
{
    struct guarding to = {.p = p, .arena = arena};
    to.guard = tw_arena_array(arena, GUARDS_MOST, sizeof *to.guard);
    if (to.guard == NULL) return TW_NOMEM;
    TW_TRY(gather(&to, &p->root));
    *ret = to.guard;
    *ret_n = to.n;
    return TW_OK;
}
