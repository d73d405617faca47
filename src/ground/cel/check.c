/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "base/near.h"
#include "cel/build_priv.h"

const char *tw_cel_type_words(const struct tw_cel_build *b, const struct tw_cel_type *type,
                              struct tw_cel_words *words)
{
    struct tw_buf out = tw_buf_in(words->text, sizeof words->text - 4);
    tw_cel_type_show(tw_cel_type_head(b, type), &out);
    memcpy(words->text + out.n, out.failed ? "..." : "", out.failed ? 4 : 1);
    return words->text;
}

bool tw_cel_misfit(struct tw_cel_build *b, struct tw_cel_node *node, const char *fmt, ...)
{
    node->type = tw_cel_type_of(TW_CEL_DYN);
    if (b->err != TW_OK || b->env->unchecked) return b->err == TW_OK;
    char note[sizeof b->fault->note];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(note, sizeof note, fmt, ap);
    va_end(ap);
    return tw_cel_refuse(b, TW_FORMAT, node->byte, "%s", note) != NULL;
}

static const struct tw_cel_type *of(enum tw_cel_kind kind)
{
    return tw_cel_type_of(kind);
}

/* Does it agree? Else what was tried is taken back. */
static bool takes(struct tw_cel_build *b, const struct tw_cel_type *to, const struct tw_cel_type *from)
{
    const uint32_t mark = b->trails;
    if (tw_cel_type_takes(b, to, from)) return true;
    tw_cel_type_undo(b, mark);
    return false;
}

/* -- fields */

static bool no_field(struct tw_cel_build *b, struct tw_cel_node *node, const struct tw_cel_type *record)
{
    unsigned best = TW_NEAR_FAR;
    struct tw_str meant = {0};
    struct tw_cel_words words;
    char list[80];
    struct tw_buf names = tw_buf_in(list, sizeof list);
    for (uint32_t i = 0; i < record->fields_n; i++) {
        if (tw_near_better(node->name, record->field[i].name, &best)) meant = record->field[i].name;
        if (i > 0) tw_buf_text(&names, ", ");
        if (!names.failed) tw_buf_str(&names, record->field[i].name);
    }
    tw_cel_type_words(b, record, &words);
    if (meant.n > 0)
        return tw_cel_misfit(b, node, "%s has no field '%.*s'; did you mean '%.*s'?", words.text,
                             TW_STR_ARG(node->name), TW_STR_ARG(meant));
    return tw_cel_misfit(b, node, "%s has no field '%.*s'; it has %.*s%s", words.text, TW_STR_ARG(node->name),
                         TW_STR_ARG(tw_buf_view(&names)), names.failed ? " ..." : "");
}

static bool field(struct tw_cel_build *b, struct tw_cel_node *node, const struct tw_cel_type *record)
{
    for (uint32_t i = 0; i < record->fields_n; i++) {
        if (!tw_str_eq(record->field[i].name, node->name)) continue;
        node->at = record->keyed ? UINT32_MAX : i;
        node->type = record->field[i].type;
        return true;
    }
    return no_field(b, node, record);
}

static bool member(struct tw_cel_build *b, struct tw_cel_node *node)
{
    struct tw_cel_words words;
    const bool has = node->form == TW_CEL_FORM_HAS;
    bool fine = true;
    node->at = UINT32_MAX;
    const struct tw_cel_type *on = tw_cel_type_head(b, node->arg[0]->type);
    switch (on->kind) {
    case TW_CEL_RECORD:
        fine = field(b, node, on);
        break;
    case TW_CEL_VARIABLE:
        (void)takes(b, of(TW_CEL_DYN), on);
        node->type = of(TW_CEL_DYN);
        break;
    case TW_CEL_DYN:
        node->type = on;
        break;
    case TW_CEL_MAP:
        node->type = on->part[1];
        if (!takes(b, on->part[0], of(TW_CEL_STRING)))
            fine = tw_cel_misfit(b, node, "the keys of this map are of type %s; ask for one in [ ]",
                                 tw_cel_type_words(b, on->part[0], &words));
        break;
    default:
        fine = tw_cel_misfit(b, node, "%s has no fields, and so no '%.*s'", tw_cel_type_words(b, on, &words),
                             TW_STR_ARG(node->name));
    }
    if (has) node->type = of(TW_CEL_BOOL);
    return fine;
}

/* -- lists and maps */

static bool list(struct tw_cel_build *b, struct tw_cel_node *node)
{
    const struct tw_cel_type *element = NULL;
    for (uint32_t i = 0; i < node->n; i++) element = tw_cel_type_join(b, element, node->arg[i]->type);
    node->type = tw_cel_type_new(b, TW_CEL_LIST, element != NULL ? element : tw_cel_type_open(b), NULL);
    return true;
}

static bool is_key(const struct tw_cel_type *t)
{
    return t->kind == TW_CEL_INT || t->kind == TW_CEL_UINT || t->kind == TW_CEL_BOOL ||
           t->kind == TW_CEL_STRING || t->kind == TW_CEL_DYN || t->kind == TW_CEL_VARIABLE;
}

static bool map(struct tw_cel_build *b, struct tw_cel_node *node)
{
    const struct tw_cel_type *key = NULL, *value = NULL;
    struct tw_cel_words words;
    for (uint32_t i = 0; i < node->n; i += 2) {
        struct tw_cel_node *k = node->arg[i];
        if (!is_key(tw_cel_type_head(b, k->type)) &&
            !tw_cel_misfit(b, k, "a key is an int, uint, bool or string, not %s",
                           tw_cel_type_words(b, k->type, &words)))
            return false;
        key = tw_cel_type_join(b, key, k->type);
        value = tw_cel_type_join(b, value, node->arg[i + 1]->type);
    }
    node->type = tw_cel_type_new(b, TW_CEL_MAP, key != NULL ? key : tw_cel_type_open(b),
                                 value != NULL ? value : tw_cel_type_open(b));
    return true;
}

/* -- logic */

static bool truth(struct tw_cel_build *b, struct tw_cel_node *node, const char *what)
{
    struct tw_cel_words words;
    if (takes(b, of(TW_CEL_BOOL), node->type)) return true;
    return tw_cel_misfit(b, node, "%s is true or false; this is %s", what,
                         tw_cel_type_words(b, node->type, &words));
}

static bool logic(struct tw_cel_build *b, struct tw_cel_node *node)
{
    node->type = of(TW_CEL_BOOL);
    for (uint32_t i = 0; i < node->n; i++)
        if (!truth(b, node->arg[i], node->form == TW_CEL_FORM_AND ? "each side of &&" : "each side of ||"))
            return false;
    return true;
}

static bool conditional(struct tw_cel_build *b, struct tw_cel_node *node)
{
    struct tw_cel_words yes, no;
    const struct tw_cel_type *both = tw_cel_type_open(b);
    if (!truth(b, node->arg[0], "what stands before ?")) return false;
    node->type = both;
    if (takes(b, node->arg[1]->type, both) && takes(b, node->arg[2]->type, both)) return true;
    return tw_cel_misfit(
        b, node, "both sides of : are of one type; here they are %s and %s, or wrap them in dyn()",
        tw_cel_type_words(b, node->arg[1]->type, &yes), tw_cel_type_words(b, node->arg[2]->type, &no));
}

/* -- macros */

/* What the macro's variables are: element; key; index and element; key and value. */
static bool range(struct tw_cel_build *b, struct tw_cel_node *node, const struct tw_cel_type *var[2])
{
    struct tw_cel_words words;
    const struct tw_cel_type *over = tw_cel_type_head(b, node->arg[0]->type);
    const bool two = node->vars == 2;
    var[0] = var[1] = of(TW_CEL_DYN);
    switch (over->kind) {
    case TW_CEL_LIST:
        var[0] = two ? of(TW_CEL_INT) : over->part[0];
        var[1] = over->part[0];
        return true;
    case TW_CEL_MAP:
        var[0] = over->part[0];
        var[1] = over->part[1];
        return true;
    case TW_CEL_RECORD:
        if (!over->keyed) break;
        var[0] = of(TW_CEL_STRING);
        return true;
    case TW_CEL_VARIABLE:
        (void)takes(b, of(TW_CEL_DYN), over);
        return true;
    case TW_CEL_DYN:
        return true;
    default:
        break;
    }
    return tw_cel_misfit(b, node, "%.*s() goes over a list or a map, not %s", TW_STR_ARG(node->name),
                         tw_cel_type_words(b, over, &words));
}

static void macro_result(struct tw_cel_build *b, struct tw_cel_node *node,
                         const struct tw_cel_type *const var[2])
{
    switch (node->macro) {
    case TW_CEL_MACRO_MAP:
        node->type = tw_cel_type_new(b, TW_CEL_LIST, node->arg[1]->type, NULL);
        break;
    case TW_CEL_MACRO_FILTER:
        node->type = tw_cel_type_new(b, TW_CEL_LIST, var[0], NULL);
        break;
    case TW_CEL_MACRO_TRANSFORM_MAP:
        node->type = tw_cel_type_new(b, TW_CEL_MAP, var[0], node->arg[1]->type);
        break;
    default:
        node->type = of(TW_CEL_BOOL);
        break;
    }
}

static bool macro(struct tw_cel_build *b, struct tw_cel_node *node)
{
    const struct tw_cel_type *var[2];
    if (!tw_cel_check(b, node->arg[0]) || !range(b, node, var)) return false;
    node->at = b->locals;
    for (unsigned i = 0; i < node->vars; i++)
        b->local[b->locals++] = (struct tw_cel_local){node->var[i], var[i]};
    /* as they come about: the condition may settle what the body then has */
    bool fine = node->n < 3 || (tw_cel_check(b, node->arg[2]) && truth(b, node->arg[2], "the condition"));
    fine = fine && tw_cel_check(b, node->arg[1]);
    b->locals -= node->vars;
    if (!fine) return false;
    if (node->macro != TW_CEL_MACRO_MAP && node->macro != TW_CEL_MACRO_TRANSFORM_MAP &&
        !truth(b, node->arg[1], "the condition"))
        return false;
    macro_result(b, node, var);
    return b->err == TW_OK;
}

/* -- all of it */

static bool operands(struct tw_cel_build *b, struct tw_cel_node *node)
{
    for (uint32_t i = 0; i < node->n; i++)
        if (!tw_cel_check(b, node->arg[i])) return false;
    return true;
}

static bool call(struct tw_cel_build *b, struct tw_cel_node *node)
{
    if (!tw_cel_name_function(b, node) || !tw_cel_call_find(b, node)) return false;
    return node->form == TW_CEL_FORM_FAULT || (operands(b, node) && tw_cel_call_check(b, node));
}

static bool form(struct tw_cel_build *b, struct tw_cel_node *node)
{
    switch (node->form) {
    case TW_CEL_FORM_CONST:
        node->type = of(node->value.kind);
        return true;
    case TW_CEL_FORM_NAME:
        return tw_cel_name_settle(b, node) || tw_cel_name_refuse(b, node);
    case TW_CEL_FORM_SELECT:
        if (tw_cel_name_settle(b, node)) return true;
        return operands(b, node) && member(b, node);
    case TW_CEL_FORM_HAS:
        return operands(b, node) && member(b, node);
    case TW_CEL_FORM_CALL:
        return call(b, node);
    case TW_CEL_FORM_AND:
    case TW_CEL_FORM_OR:
        return operands(b, node) && logic(b, node);
    case TW_CEL_FORM_COND:
        return operands(b, node) && conditional(b, node);
    case TW_CEL_FORM_LIST:
        return operands(b, node) && list(b, node);
    case TW_CEL_FORM_MAP:
        return operands(b, node) && map(b, node);
    case TW_CEL_FORM_MACRO:
        return macro(b, node);
    default:
        return true;
    }
}

bool tw_cel_check(struct tw_cel_build *b, struct tw_cel_node *node)
{
    return b->err == TW_OK && form(b, node) && b->err == TW_OK;
}
