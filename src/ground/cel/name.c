/* SPDX-License-Identifier: Apache-2.0 */
/* Names. In container a.b the name x is a.b.x, then a.x, then x; of x.y.z the longest beginning that is a
 * name wins, the rest are fields. A macro's variable goes before all of them. Source: langdef, Name
 * Resolution. */
#include "base/near.h"
#include "cel/build_priv.h"

bool tw_cel_name_candidate(struct tw_cel_build *b, struct tw_str name, bool absolute, size_t step,
                           struct tw_str *ret)
{
    struct tw_str in = absolute ? (struct tw_str){0} : b->env->container;
    for (; step > 0; step--) {
        if (in.n == 0) return false;
        while (in.n > 0 && in.s[in.n - 1] != '.') in.n--;
        if (in.n > 0) in.n--;
    }
    if (in.n == 0) {
        *ret = name;
        return true;
    }
    char *p = tw_cel_room(b, in.n + 1 + name.n, 1);
    if (p == NULL) return false;
    memcpy(p, in.s, in.n);
    p[in.n] = '.';
    memcpy(p + in.n + 1, name.s, name.n);
    *ret = (struct tw_str){p, in.n + 1 + name.n};
    return true;
}

static const struct tw_cel_local *find_local(const struct tw_cel_build *b, struct tw_str name)
{
    for (uint32_t i = b->locals; i-- > 0;)
        if (tw_str_eq(b->local[i].name, name)) return &b->local[i];
    return NULL;
}

/* a.b.c of nested SELECTs; false where it is not made of names alone, or begins with a macro's variable. */
static bool dotted(struct tw_cel_build *b, const struct tw_cel_node *node, struct tw_str *ret, bool *absolute)
{
    size_t n = 0;
    const struct tw_cel_node *root = node;
    for (; root->form == TW_CEL_FORM_SELECT && (root == node || !root->absolute); root = root->arg[0])
        n += root->name.n + 1;
    if (root->form != TW_CEL_FORM_NAME || (!root->absolute && find_local(b, root->name) != NULL))
        return false;
    *absolute = root->absolute;
    n += root->name.n;
    char *p = tw_cel_room(b, n, 1);
    if (p == NULL) return false;
    *ret = (struct tw_str){p, n};
    for (const struct tw_cel_node *at = node;; at = at->arg[0]) {
        n -= at->name.n;
        memcpy(p + n, at->name.s, at->name.n);
        if (at == root) return true;
        p[--n] = '.';
    }
}

/* int, list, google.protobuf.Timestamp: types are values too; dyn alone is none. */
static const struct tw_cel_type *type_named(struct tw_str name)
{
    static const struct {
        const char *name;
        enum tw_cel_kind kind;
    } row[] = {
#define X(id, name) {name, TW_CEL_##id},
        TW_CEL_KIND_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < TW_CEL_RECORD; i++)
        if (tw_str_is(name, row[i].name)) return tw_cel_type_of(row[i].kind);
    return NULL;
}

static void become(struct tw_cel_node *node, enum tw_cel_form form, uint32_t at,
                   const struct tw_cel_type *type)
{
    node->form = form;
    node->at = at;
    node->n = 0;
    node->type = type;
}

static bool settle_as(struct tw_cel_build *b, struct tw_cel_node *node, struct tw_str name)
{
    for (size_t i = 0; i < b->env->variables; i++) {
        const struct tw_cel_variable *v = &b->env->variable[i];
        if (!tw_str_eq(v->name, name)) continue;
        become(node, TW_CEL_FORM_VARIABLE, (uint32_t)i, v->type);
        return true;
    }
    const struct tw_cel_type *type = type_named(name);
    if (type == NULL) return false;
    become(node, TW_CEL_FORM_CONST, 0, tw_cel_type_new(b, TW_CEL_TYPE, type, NULL));
    node->value = (struct tw_cel_value){.type = type, .kind = TW_CEL_TYPE};
    return true;
}

bool tw_cel_name_settle(struct tw_cel_build *b, struct tw_cel_node *node)
{
    const struct tw_cel_local *local =
        node->form == TW_CEL_FORM_NAME && !node->absolute ? find_local(b, node->name) : NULL;
    if (local != NULL) {
        become(node, TW_CEL_FORM_LOCAL, (uint32_t)(local - b->local), local->type);
        return true;
    }
    struct tw_str name, candidate;
    bool absolute = false;
    if (!dotted(b, node, &name, &absolute)) return false;
    for (size_t step = 0; tw_cel_name_candidate(b, name, absolute, step, &candidate); step++)
        if (settle_as(b, node, candidate)) return true;
    return false;
}

bool tw_cel_name_refuse(struct tw_cel_build *b, struct tw_cel_node *node)
{
    if (b->err != TW_OK) return false;
    if (b->env->unchecked) {
        become(node, TW_CEL_FORM_FAULT, TW_CEL_FAULT_UNDECLARED, tw_cel_type_of(TW_CEL_DYN));
        return true;
    }
    unsigned best = TW_NEAR_FAR;
    struct tw_str meant = {0};
    for (size_t i = 0; i < b->env->variables; i++)
        if (tw_near_better(node->name, b->env->variable[i].name, &best)) meant = b->env->variable[i].name;
    for (uint32_t i = 0; i < b->locals; i++)
        if (tw_near_better(node->name, b->local[i].name, &best)) meant = b->local[i].name;
    if (meant.n > 0)
        return tw_cel_refuse(b, TW_FORMAT, node->byte, "there is no '%.*s' here; did you mean '%.*s'?",
                             TW_STR_ARG(node->name), TW_STR_ARG(meant)) != NULL;
    char list[96];
    struct tw_buf names = tw_buf_in(list, sizeof list);
    for (size_t i = 0; i < b->env->variables && !names.failed; i++) {
        tw_buf_text(&names, i > 0 ? ", " : "; there is ");
        tw_buf_str(&names, b->env->variable[i].name);
    }
    return tw_cel_refuse(b, TW_FORMAT, node->byte, "there is no '%.*s' here%.*s%s", TW_STR_ARG(node->name),
                         TW_STR_ARG(tw_buf_view(&names)), names.failed ? ", ..." : "") != NULL;
}

bool tw_cel_name_function(struct tw_cel_build *b, struct tw_cel_node *call)
{
    struct tw_str name, candidate;
    bool absolute = false;
    struct tw_cel_node as = {.form = TW_CEL_FORM_SELECT, .name = call->name, .n = 1, .arg = call->arg};
    if (!call->receiver || !dotted(b, &as, &name, &absolute)) return b->err == TW_OK;
    for (size_t step = 0; tw_cel_name_candidate(b, name, absolute, step, &candidate); step++)
        for (size_t i = 0; i < b->env->functions; i++) {
            if (b->env->function[i].receiver || !tw_str_eq(b->env->function[i].name, candidate)) continue;
            call->name = candidate;
            call->receiver = false;
            call->absolute = true;
            call->arg++;
            call->n--;
            return true;
        }
    return b->err == TW_OK;
}
