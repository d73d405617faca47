/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/shortcut_priv.h"

/* Longer texts are charged by their bytes, which their operation does. */
enum { TEXT_BYTES_MOST = 15 };

/* An int beside a field of doubles is compared as a double, which can be settled here. */
static struct tw_cel_value as_field(const struct tw_cel_program *p, const struct tw_cel_op *field,
                                    struct tw_cel_value with)
{
    const struct tw_cel_type *record = p->env->variable[field->a].type;
    const bool doubles = record->kind == TW_CEL_RECORD && field->b < record->fields_n &&
                         record->field[field->b].type->kind == TW_CEL_DOUBLE;
    return with.kind == TW_CEL_INT && doubles ? tw_cel_double((double)with.i) : with;
}

static uint8_t how_of(const struct tw_cel_op *o, struct tw_cel_value with)
{
    const bool number = with.kind == TW_CEL_INT || with.kind == TW_CEL_DOUBLE;
    const bool text = with.kind == TW_CEL_STRING && with.n > 0 && with.n <= TEXT_BYTES_MOST;
    if (o->code == TW_CEL_CODE_CALL2) return text ? TW_CEL_HOW_PREFIX : TW_CEL_HOW_NONE;
    if (number) return with.kind == TW_CEL_INT ? TW_CEL_HOW_INT : TW_CEL_HOW_DOUBLE;
    return text && o->code != TW_CEL_CODE_COMPARE ? TW_CEL_HOW_TEXT : TW_CEL_HOW_NONE;
}

static uint8_t holds_of(const struct tw_cel_op *o)
{
    static const uint8_t ordered[] = {[TW_CEL_LT] = TW_CEL_LESS,
                                      [TW_CEL_LE] = TW_CEL_LESS | TW_CEL_SAME,
                                      [TW_CEL_GT] = TW_CEL_MORE,
                                      [TW_CEL_GE] = TW_CEL_MORE | TW_CEL_SAME};
    if (o->code == TW_CEL_CODE_COMPARE) return ordered[o->c];
    return o->code == TW_CEL_CODE_NE ? TW_CEL_LESS | TW_CEL_MORE | TW_CEL_NO_ORDER : TW_CEL_SAME;
}

static bool compares(const struct tw_cel_op *o)
{
    return o->code == TW_CEL_CODE_EQ || o->code == TW_CEL_CODE_NE || o->code == TW_CEL_CODE_COMPARE ||
           o->code == TW_CEL_CODE_IN_SET || (o->code == TW_CEL_CODE_CALL2 && o->c == TW_CEL_FN_STARTS_WITH);
}

struct tw_cel_operand tw_cel_shortcut_of(const struct tw_cel_program *p, uint32_t op)
{
    struct tw_cel_operand ret = {.op = op};
    const struct tw_cel_op *o = &p->op[op], *field = &p->op[o->a];
    if (!compares(o) || field->code != TW_CEL_CODE_SLOT_FIELD || field->a > UINT8_MAX || field->b > UINT8_MAX)
        return ret;
    ret.slot = (uint8_t)field->a;
    ret.field = (uint8_t)field->b;
    ret.holds = holds_of(o);
    if (o->code == TW_CEL_CODE_IN_SET) {
        const struct tw_cel_set *set = &p->set[o->c];
        ret.with = (struct tw_cel_value){.list = set->at, .n = set->n, .kind = set->kind};
        ret.how = TW_CEL_HOW_IN;
    } else if (p->op[o->b].code == TW_CEL_CODE_CONST) {
        ret.with = as_field(p, field, p->constant[p->op[o->b].a]);
        ret.how = how_of(o, ret.with);
    }
    return ret;
}
