/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition says, as a tree of facts about single fields, read from its operations: so that one can
 * reason about it without values. Whatever is no such fact stands there as something that may be anything. */
#include "cel/run_priv.h"

struct outlining {
    const struct tw_cel_program *p;
    struct tw_arena *arena;
};

static tw_err outline_of(struct outlining *o, const struct tw_cel_op *op, const struct tw_cel_outline **ret);

static const struct tw_cel_type *field_type(const struct tw_cel_type *record, uint32_t field)
{
    if (record == NULL || record->kind != TW_CEL_RECORD || field >= record->fields_n) return NULL;
    return record->field[field].type;
}

/* The way from a variable through records to a field: `op` is the last step, of FIELD, SLOT_FIELD or has().
 * False = it is another expression. */
static bool path_of(const struct tw_cel_program *p, const struct tw_cel_op *op, struct tw_cel_outline *to)
{
    uint32_t field[TW_CEL_GUARD_DEPTH], n = 0;
    for (const struct tw_cel_op *o = op;; o = &p->op[o->a]) {
        if (o->code == TW_CEL_CODE_SLOT) { /* beneath a has() alone */
            to->variable = o->a;
            break;
        }
        const bool step = o->code == TW_CEL_CODE_FIELD || (o == op && o->code == TW_CEL_CODE_HAS_FIELD);
        if (n == TW_CEL_GUARD_DEPTH || (!step && o->code != TW_CEL_CODE_SLOT_FIELD)) return false;
        field[n++] = o->b;
        to->variable = o->a;
        if (o->code == TW_CEL_CODE_SLOT_FIELD) break;
    }
    to->fields = n;
    to->type = p->env->variable[to->variable].type;
    for (uint32_t i = 0; i < n; i++) {
        to->field[i] = field[n - 1 - i];
        to->type = field_type(to->type, to->field[i]);
    }
    return n > 0 && to->type != NULL;
}

static const struct tw_cel_value *constant_of(const struct tw_cel_program *p, uint32_t op)
{
    const struct tw_cel_op *o = &p->op[op];
    if (o->code != TW_CEL_CODE_CONST) return NULL;
    const struct tw_cel_value *c = &p->constant[o->a];
    const bool plain = c->kind == TW_CEL_STRING || c->kind == TW_CEL_INT || c->kind == TW_CEL_DOUBLE ||
                       c->kind == TW_CEL_UINT || c->kind == TW_CEL_BOOL;
    return plain ? c : NULL;
}

static enum tw_cel_fact_kind turned(enum tw_cel_fact_kind fact)
{
    switch (fact) {
    case TW_CEL_FACT_LT:
        return TW_CEL_FACT_GT;
    case TW_CEL_FACT_LE:
        return TW_CEL_FACT_GE;
    case TW_CEL_FACT_GT:
        return TW_CEL_FACT_LT;
    case TW_CEL_FACT_GE:
        return TW_CEL_FACT_LE;
    default:
        return fact;
    }
}

/* A field beside a constant, on either side. */
static bool compared(const struct tw_cel_program *p, const struct tw_cel_op *op, enum tw_cel_fact_kind fact,
                     struct tw_cel_outline *to)
{
    const struct tw_cel_value *right = constant_of(p, op->b), *left = constant_of(p, op->a);
    to->n = 1;
    to->fact = right != NULL ? fact : turned(fact);
    to->with = right != NULL ? right : left;
    return to->with != NULL && path_of(p, &p->op[right != NULL ? op->a : op->b], to);
}

/* Is it a fact about one field? Else *to is not to be used. */
static bool fact_of(const struct tw_cel_program *p, const struct tw_cel_op *op, struct tw_cel_outline *to)
{
    static const enum tw_cel_fact_kind ordered[] = {[TW_CEL_LT] = TW_CEL_FACT_LT,
                                                    [TW_CEL_LE] = TW_CEL_FACT_LE,
                                                    [TW_CEL_GT] = TW_CEL_FACT_GT,
                                                    [TW_CEL_GE] = TW_CEL_FACT_GE};
    switch (op->code) {
    case TW_CEL_CODE_EQ:
        return compared(p, op, TW_CEL_FACT_EQ, to);
    case TW_CEL_CODE_NE:
        return compared(p, op, TW_CEL_FACT_NE, to);
    case TW_CEL_CODE_COMPARE:
        return compared(p, op, ordered[op->c], to);
    case TW_CEL_CODE_IN_SET:
        to->fact = TW_CEL_FACT_IN;
        to->with = p->set[op->c].at;
        to->n = p->set[op->c].n;
        return path_of(p, &p->op[op->a], to);
    case TW_CEL_CODE_CALL2:
        to->fact = TW_CEL_FACT_PREFIX;
        to->with = constant_of(p, op->b);
        to->n = 1;
        return op->c == TW_CEL_FN_STARTS_WITH && to->with != NULL && path_of(p, &p->op[op->a], to);
    case TW_CEL_CODE_HAS_FIELD:
        to->fact = TW_CEL_FACT_HAS;
        return path_of(p, op, to);
    case TW_CEL_CODE_SLOT_FIELD:
    case TW_CEL_CODE_FIELD:
        to->fact = TW_CEL_FACT_TRUE;
        return path_of(p, op, to) && to->type->kind == TW_CEL_BOOL;
    default:
        return false;
    }
}

static tw_err parts_of(struct outlining *o, const uint32_t *op, size_t n, struct tw_cel_outline *to)
{
    const struct tw_cel_outline **part = tw_arena_array(o->arena, n, sizeof(const struct tw_cel_outline *));
    if (part == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) TW_TRY(outline_of(o, &o->p->op[op[i]], &part[i]));
    to->part = part;
    to->n = n;
    return TW_OK;
}

static tw_err joined(struct outlining *o, const struct tw_cel_op *op, struct tw_cel_outline *to)
{
    uint32_t *at = tw_arena_array(o->arena, op->n, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    for (uint32_t i = 0; i < op->n; i++) at[i] = o->p->child[op->a + i].op;
    to->kind = op->code == TW_CEL_CODE_AND ? TW_CEL_OUTLINE_AND : TW_CEL_OUTLINE_OR;
    return parts_of(o, at, op->n, to);
}

static tw_err outline_of(struct outlining *o, const struct tw_cel_op *op, const struct tw_cel_outline **ret)
{
    struct tw_cel_outline *to = tw_arena_alloc(o->arena, sizeof *to);
    if (to == NULL) return TW_NOMEM;
    *to = (struct tw_cel_outline){.kind = TW_CEL_OUTLINE_OTHER, .byte = op->byte};
    *ret = to;
    switch (op->code) {
    case TW_CEL_CODE_AND:
    case TW_CEL_CODE_OR:
        return joined(o, op, to);
    case TW_CEL_CODE_NOT:
        to->kind = TW_CEL_OUTLINE_NOT;
        return parts_of(o, &op->a, 1, to);
    case TW_CEL_CODE_COND:
        to->kind = TW_CEL_OUTLINE_CHOICE;
        return parts_of(o, (const uint32_t[]){op->a, op->b, op->c}, 3, to);
    case TW_CEL_CODE_CONST:
        if (o->p->constant[op->a].kind == TW_CEL_BOOL)
            to->kind = o->p->constant[op->a].b ? TW_CEL_OUTLINE_TRUE : TW_CEL_OUTLINE_FALSE;
        return TW_OK;
    default:
        break;
    }
    struct tw_cel_outline fact = *to;
    if (!fact_of(o->p, op, &fact)) return TW_OK;
    *to = fact;
    to->kind = TW_CEL_OUTLINE_FACT;
    return TW_OK;
}

tw_err tw_cel_outline_of(const struct tw_cel_program *p, struct tw_arena *arena,
                         const struct tw_cel_outline **ret)
{
    return outline_of(&(struct outlining){p, arena}, &p->root, ret);
}
