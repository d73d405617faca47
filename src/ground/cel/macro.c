/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are macros: has(a.b), and a.all(x, ...) with its kin. With two variables they stand for index
 * and element of a list, key and value of a map (cel-go's comprehensions of two variables). */
#include "cel/build_priv.h"

static const struct {
    const char *name;
    uint8_t macro;
    uint8_t vars;
    uint8_t least, most; /* arguments, variables counted */
} macro_row[] = {
    {"all", TW_CEL_MACRO_ALL, 1, 2, 2},           {"all", TW_CEL_MACRO_ALL, 2, 3, 3},
    {"exists", TW_CEL_MACRO_EXISTS, 1, 2, 2},     {"exists", TW_CEL_MACRO_EXISTS, 2, 3, 3},
    {"exists_one", TW_CEL_MACRO_ONE, 1, 2, 2},    {"exists_one", TW_CEL_MACRO_ONE, 2, 3, 3},
    {"existsOne", TW_CEL_MACRO_ONE, 1, 2, 2},     {"existsOne", TW_CEL_MACRO_ONE, 2, 3, 3},
    {"map", TW_CEL_MACRO_MAP, 1, 2, 3},           {"filter", TW_CEL_MACRO_FILTER, 1, 2, 2},
    {"transformList", TW_CEL_MACRO_MAP, 2, 3, 4}, {"transformMap", TW_CEL_MACRO_TRANSFORM_MAP, 2, 3, 4},
};

static struct tw_cel_node *has(struct tw_cel_build *b, struct tw_cel_node *call)
{
    struct tw_cel_node *of = call->arg[0];
    if (of->form != TW_CEL_FORM_SELECT)
        return tw_cel_refuse(b, TW_FORMAT, of->from, "has() asks for a field: has(item.price)");
    of->form = TW_CEL_FORM_HAS;
    return of;
}

static bool variables(struct tw_cel_build *b, struct tw_cel_node *call, unsigned vars)
{
    for (unsigned i = 0; i < vars; i++) {
        const struct tw_cel_node *v = call->arg[1 + i];
        if (v->form != TW_CEL_FORM_NAME || v->absolute)
            return tw_cel_refuse(b, TW_FORMAT, v->from,
                                 "%.*s() begins with a name of your own, as in %.*s(x, ...)",
                                 TW_STR_ARG(call->name), TW_STR_ARG(call->name)) != NULL;
        call->var[i] = v->name;
    }
    if (vars == 2 && tw_str_eq(call->var[0], call->var[1]))
        return tw_cel_refuse(b, TW_FORMAT, call->arg[2]->from, "the two names of %.*s() are the same",
                             TW_STR_ARG(call->name)) != NULL;
    return true;
}

struct tw_cel_node *tw_cel_macro(struct tw_cel_build *b, struct tw_cel_node *call)
{
    if (!call->receiver) return tw_str_is(call->name, "has") && call->n == 1 ? has(b, call) : call;
    const uint32_t given = call->n - 1;
    for (size_t i = 0; i < sizeof macro_row / sizeof *macro_row; i++) {
        if (given < macro_row[i].least || given > macro_row[i].most ||
            !tw_str_is(call->name, macro_row[i].name))
            continue;
        const unsigned vars = macro_row[i].vars;
        const bool filtered = given > macro_row[i].least;
        if (!variables(b, call, vars)) return NULL;
        call->form = TW_CEL_FORM_MACRO;
        call->macro = macro_row[i].macro;
        call->vars = (uint8_t)vars;
        call->arg[1] = call->arg[vars + 1 + filtered]; /* the body stands last */
        if (filtered) call->arg[2] = call->arg[vars + 1];
        call->n = 2 + filtered;
        return call;
    }
    return call;
}
