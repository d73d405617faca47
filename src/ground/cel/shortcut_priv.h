/* SPDX-License-Identifier: Apache-2.0 */
/* cel/shortcut_priv.h -- comparisons that are answered without a walk through their operations.
 *
 * In : an operand of && or || with what it compares, slots.
 * Out: its answer; or none, and its operation is to be run.
 * Not: anything that could be a fault, or not known: these are left to the operation, with their places.
 *
 * Nearly all that officers write is a field beside a constant: item.origin == 'XA', item.value > 500.0. As
 * operations that is three, which lie apart and each of which has to allow for every kind of value. A
 * shortcut holds slot, field and constant together, answers when the field's value is of the constant's kind,
 * and takes as many steps as its operations would.
 */
#ifndef TW_CEL_SHORTCUT_PRIV_H
#define TW_CEL_SHORTCUT_PRIV_H

#include "cel/run_priv.h"

enum tw_cel_how {
    TW_CEL_HOW_NONE, /* no shortcut */
    TW_CEL_HOW_TEXT,
    TW_CEL_HOW_PREFIX,
    TW_CEL_HOW_INT,
    TW_CEL_HOW_DOUBLE,
    TW_CEL_HOW_IN
};

/* How a value may stand to a constant. NaN stands in no order, nor do texts that are not the same. */
enum { TW_CEL_LESS = 1, TW_CEL_SAME = 2, TW_CEL_MORE = 4, TW_CEL_NO_ORDER = 8 };

/* Operation `op` as an operand, with its shortcut where there is one. */
struct tw_cel_operand tw_cel_shortcut_of(const struct tw_cel_program *p, uint32_t op);

#define TW_CEL_STANDS(a, b)                                                                                  \
    ((a) < (b) ? TW_CEL_LESS : (a) == (b) ? TW_CEL_SAME : (a) > (b) ? TW_CEL_MORE : TW_CEL_NO_ORDER)

/* False: there is no answer here. */
static inline bool tw_cel_shortcut(struct tw_cel_run *r, const struct tw_cel_operand *o, bool *ret)
{
    if (o->how == TW_CEL_HOW_NONE) return false;
    const struct tw_cel_value *on = &r->slot[o->slot], *with = &o->with;
    if (on->kind != TW_CEL_RECORD || o->field >= on->n) return false;
    const struct tw_cel_value *v = &on->record[o->field];
    if (v->kind != with->kind) return false;
    bool same = false;
    unsigned stands;
    switch ((enum tw_cel_how)o->how) {
    case TW_CEL_HOW_INT:
        stands = TW_CEL_STANDS(v->i, with->i);
        break;
    case TW_CEL_HOW_DOUBLE:
        stands = TW_CEL_STANDS(v->f, with->f);
        break;
    case TW_CEL_HOW_TEXT:
        same = v->n == with->n && memcmp(v->s, with->s, with->n) == 0;
        stands = same ? TW_CEL_SAME : TW_CEL_NO_ORDER;
        break;
    case TW_CEL_HOW_PREFIX:
        same = v->n >= with->n && memcmp(v->s, with->s, with->n) == 0;
        stands = same ? TW_CEL_SAME : TW_CEL_NO_ORDER;
        break;
    default:
        (void)tw_cel_set_holds(&(struct tw_cel_set){with->list, with->n, with->kind}, *v, &same);
        stands = same ? TW_CEL_SAME : TW_CEL_NO_ORDER;
    }
    (void)tw_cel_charge(r,
                        o->how == TW_CEL_HOW_IN ? 2 : 3); /* the evaluation ends when there are none left */
    *ret = (o->holds & stands) != 0;
    return true;
}

#endif
