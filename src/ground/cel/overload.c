/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"
#include "cel/build_priv.h"

const struct tw_cel_signature tw_cel_functions[TW_CEL_FN_N] = {
#define FUNCTION(id, name, call, overloads) {name, overloads, call},
#include "cel/function.def"
#undef FUNCTION
};

/* A B of a row, or the type parameters of a caller's function, within one trial. */
struct params {
    struct tw_str name[8];
    const struct tw_cel_type *open[8];
    size_t n;
};

static const struct tw_cel_type *param(struct tw_cel_build *b, struct params *p, struct tw_str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (tw_str_eq(p->name[i], name)) return p->open[i];
    if (p->n == sizeof p->name / sizeof *p->name) return tw_cel_type_of(TW_CEL_DYN);
    p->name[p->n] = name;
    return p->open[p->n++] = tw_cel_type_open(b);
}

/* The type that letters of function.def stand for; moves *at behind it. */
static const struct tw_cel_type *of_letters(struct tw_cel_build *b, struct params *p, const char **at)
{
    static const struct {
        char letter;
        enum tw_cel_kind kind;
    } row[] = {{'b', TW_CEL_BOOL},      {'i', TW_CEL_INT},      {'u', TW_CEL_UINT},
               {'d', TW_CEL_DOUBLE},    {'s', TW_CEL_STRING},   {'y', TW_CEL_BYTES},
               {'t', TW_CEL_TIMESTAMP}, {'r', TW_CEL_DURATION}, {'D', TW_CEL_DYN}};
    const char *letter = (*at)++;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (row[i].letter == *letter) return tw_cel_type_of(row[i].kind);
    if (*letter == 'L' || *letter == 'T') {
        const struct tw_cel_type *part = of_letters(b, p, at);
        return tw_cel_type_new(b, *letter == 'L' ? TW_CEL_LIST : TW_CEL_TYPE, part, NULL);
    }
    if (*letter == 'M') {
        const struct tw_cel_type *key = of_letters(b, p, at), *value = of_letters(b, p, at);
        return tw_cel_type_new(b, TW_CEL_MAP, key, value);
    }
    return param(b, p, (struct tw_str){letter, 1});
}

/* A caller's type with fresh types for its parameters. */
static const struct tw_cel_type *fresh(struct tw_cel_build *b, struct params *p,
                                       const struct tw_cel_type *type)
{
    if (type->kind == TW_CEL_PARAM) return param(b, p, type->name);
    if (type->n == 0) return type;
    struct tw_cel_type *t = tw_cel_room(b, 1, sizeof *t);
    const struct tw_cel_type **part = tw_cel_room(b, type->n, sizeof(const struct tw_cel_type *));
    if (t == NULL || part == NULL) return tw_cel_type_of(TW_CEL_DYN);
    for (uint32_t i = 0; i < type->n; i++) part[i] = fresh(b, p, type->part[i]);
    *t = *type;
    t->part = part;
    return t;
}

/* What the overloads that take the arguments result in. */
static void matched(struct tw_cel_build *b, struct tw_cel_node *node, const struct tw_cel_type *result)
{
    result = tw_cel_type_settled(b, result, false);
    if (node->type == NULL)
        node->type = result;
    else if (!tw_cel_type_same(node->type, result))
        node->type = tw_cel_type_of(TW_CEL_DYN);
}

/* -- operators and standard functions */

static void try_letters(struct tw_cel_build *b, struct tw_cel_node *node, const char *overload)
{
    struct params p = {.n = 0};
    const uint32_t mark = b->trails;
    const struct tw_cel_type *result = of_letters(b, &p, &overload);
    overload++; /* = */
    for (uint32_t i = 0; i < node->n; i++) {
        const bool more = *overload != ' ' && *overload != '\0';
        if (!more || !tw_cel_type_takes(b, node->arg[i]->type, of_letters(b, &p, &overload))) {
            tw_cel_type_undo(b, mark);
            return;
        }
    }
    if (*overload == ' ' || *overload == '\0')
        matched(b, node, result);
    else
        tw_cel_type_undo(b, mark);
}

/* As an expression writes it: + of _+_, size() of .size. */
static void put_name(const char *name, struct tw_buf *out)
{
    const bool sign = strchr(name, '_') != NULL;
    for (const char *c = name; *c != '\0'; c++)
        if (*c != '_' && *c != '.') tw_buf_char(out, *c);
    if (!sign) tw_buf_text(out, "()");
}

static void put_types(struct tw_cel_build *b, const struct tw_cel_node *node, struct tw_buf *out)
{
    for (uint32_t i = 0; i < node->n; i++) {
        tw_buf_text(out, i == 0 ? "" : i + 1 == node->n ? " and " : ", ");
        tw_cel_type_show(tw_cel_type_settled(b, node->arg[i]->type, false), out);
    }
    if (node->n == 0) tw_buf_text(out, "nothing");
}

/* One overload of a row, "int and int"; the place behind it. */
static const char *put_overload(struct tw_cel_build *b, const char *overload, struct tw_buf *out)
{
    struct params p = {.n = 0};
    (void)of_letters(b, &p, &overload);
    const char *const first = ++overload; /* behind = */
    for (int i = 0; *overload != ' ' && *overload != '\0'; i++) {
        const char *letter = overload;
        const struct tw_cel_type *t = of_letters(b, &p, &overload);
        const bool any = letter[0] == 'A' || letter[0] == 'B', of_any = letter[1] == 'A' || letter[1] == 'B';
        if (i > 0) tw_buf_text(out, " and ");
        if (any)
            tw_buf_text(out, i == 0 ? "anything" : first[0] == 'M' ? "its key" : "the same");
        else if (letter[0] == 'L' && of_any)
            tw_buf_text(out, "list");
        else if (letter[0] == 'M' && of_any)
            tw_buf_text(out, "map");
        else
            tw_cel_type_show(t, out);
    }
    return *overload == ' ' ? overload + 1 : NULL;
}

/* "int and int, uint and uint" of a row, as many as there is room for. */
static void put_overloads(struct tw_cel_build *b, const char *overload, struct tw_buf *out)
{
    enum { ROOM = 90 };
    const size_t from = out->n;
    while (overload != NULL) {
        char text[64];
        struct tw_buf one = tw_buf_in(text, sizeof text);
        overload = put_overload(b, overload, &one);
        if (out->n > from) tw_buf_text(out, ", ");
        if (out->n + one.n - from > ROOM) {
            tw_buf_text(out, "...");
            return;
        }
        tw_buf_str(out, tw_buf_view(&one));
    }
}

static bool none_takes(struct tw_cel_build *b, struct tw_cel_node *node)
{
    char name[32], types[64], right[128];
    struct tw_buf n = tw_buf_in(name, sizeof name), t = tw_buf_in(types, sizeof types),
                  r = tw_buf_in(right, sizeof right);
    put_name(tw_cel_functions[node->fn].name, &n);
    put_types(b, node, &t);
    put_overloads(b, tw_cel_functions[node->fn].overloads, &r);
    return tw_cel_misfit(b, node, "%.*s takes %.*s; here it has %.*s%s", TW_STR_ARG(tw_buf_view(&n)),
                         TW_STR_ARG(tw_buf_view(&r)), TW_STR_ARG(tw_buf_view(&t)), t.failed ? " ..." : "");
}

/* Is there an overload of as many parameters? */
static bool takes_as_many(struct tw_cel_build *b, const char *overload, uint32_t n)
{
    while (overload != NULL) {
        struct params p = {.n = 0};
        uint32_t parameters = 0;
        (void)of_letters(b, &p, &overload);
        for (overload++; *overload != ' ' && *overload != '\0'; parameters++)
            (void)of_letters(b, &p, &overload);
        if (parameters == n) return true;
        overload = *overload == ' ' ? overload + 1 : NULL;
    }
    return false;
}

static void become_fault(struct tw_cel_node *node, enum tw_cel_fault fault)
{
    node->form = TW_CEL_FORM_FAULT;
    node->at = fault;
    node->type = tw_cel_type_of(TW_CEL_DYN);
}

static bool check_standard(struct tw_cel_build *b, struct tw_cel_node *node)
{
    node->type = NULL;
    if (b->env->unchecked && !takes_as_many(b, tw_cel_functions[node->fn].overloads, node->n)) {
        become_fault(node, TW_CEL_FAULT_OVERLOAD); /* functions trust that they have their operands */
        return b->err == TW_OK;
    }
    for (const char *at = tw_cel_functions[node->fn].overloads; at != NULL;) {
        try_letters(b, node, at);
        at = strchr(at, ' ');
        if (at != NULL) at++;
    }
    if (b->err != TW_OK) return false;
    return node->type != NULL || none_takes(b, node);
}

/* -- functions by name */

static enum tw_cel_fn standard(struct tw_str name, bool receiver)
{
    for (unsigned i = 0; i < TW_CEL_FN_N; i++) {
        const char *row = tw_cel_functions[i].name;
        if ((*row == '.') == receiver && tw_str_is(name, row + receiver)) return (enum tw_cel_fn)i;
    }
    return TW_CEL_FN_N;
}

static void try_own(struct tw_cel_build *b, struct tw_cel_node *node, const struct tw_cel_function *f)
{
    struct params p = {.n = 0};
    const uint32_t mark = b->trails;
    if (f->n != node->n) return;
    for (uint32_t i = 0; i < node->n; i++)
        if (!tw_cel_type_takes(b, node->arg[i]->type, fresh(b, &p, f->parameter[i]))) {
            tw_cel_type_undo(b, mark);
            return;
        }
    matched(b, node, fresh(b, &p, f->result));
}

static const struct tw_cel_function *own(const struct tw_cel_build *b, const struct tw_cel_node *node,
                                         struct tw_str name, size_t from)
{
    for (size_t i = from; i < b->env->functions; i++)
        if (b->env->function[i].receiver == node->receiver && tw_str_eq(b->env->function[i].name, name))
            return &b->env->function[i];
    return NULL;
}

static bool no_function(struct tw_cel_build *b, struct tw_cel_node *node)
{
    unsigned best = TW_NEAR_FAR;
    struct tw_str meant = {0};
    if (b->env->unchecked) {
        become_fault(node, TW_CEL_FAULT_UNBOUND);
        return true;
    }
    for (unsigned i = 0; i < TW_CEL_FN_N; i++) {
        const char *row = tw_cel_functions[i].name;
        if ((*row == '.') != node->receiver) continue;
        const struct tw_str name = tw_str_from(row + node->receiver);
        if (tw_near_better(node->name, name, &best)) meant = name;
    }
    for (unsigned i = 0; i < TW_CEL_MACRO_N && node->receiver; i++) {
        static const char *const macro[] = {
#define X(id, name) name,
            TW_CEL_MACRO_TABLE(X)
#undef X
        };
        if (tw_near_better(node->name, tw_str_from(macro[i]), &best)) meant = tw_str_from(macro[i]);
    }
    for (size_t i = 0; i < b->env->functions; i++)
        if (b->env->function[i].receiver == node->receiver &&
            tw_near_better(node->name, b->env->function[i].name, &best))
            meant = b->env->function[i].name;
    if (meant.n > 0)
        return tw_cel_refuse(b, TW_FORMAT, node->byte, "there is no function %.*s() %s; did you mean %.*s()?",
                             TW_STR_ARG(node->name),
                             node->receiver ? "behind a dot" : "without a value before it",
                             TW_STR_ARG(meant)) != NULL;
    const bool other = standard(node->name, !node->receiver) != TW_CEL_FN_N;
    return tw_cel_refuse(b, TW_FORMAT, node->byte, "there is no function %.*s()%s", TW_STR_ARG(node->name),
                         !other           ? ""
                         : node->receiver ? " behind a dot; its value stands in the parentheses"
                                          : " without a value before it, as in value.name()") != NULL;
}

bool tw_cel_call_find(struct tw_cel_build *b, struct tw_cel_node *node)
{
    struct tw_str name;
    if (node->fn != TW_CEL_FN_N) return true;
    for (size_t step = 0; tw_cel_name_candidate(b, node->name, node->absolute || node->receiver, step, &name);
         step++) {
        const struct tw_cel_function *first = own(b, node, name, 0);
        if (first == NULL) continue;
        node->at = (uint32_t)(first - b->env->function);
        return true;
    }
    node->fn = (uint8_t)standard(node->name, node->receiver);
    if (node->fn != TW_CEL_FN_N) return true;
    return b->err == TW_OK && no_function(b, node);
}

bool tw_cel_call_check(struct tw_cel_build *b, struct tw_cel_node *node)
{
    if (node->fn != TW_CEL_FN_N) return check_standard(b, node);
    char types[96];
    struct tw_buf t = tw_buf_in(types, sizeof types);
    const struct tw_cel_function *f = &b->env->function[node->at];
    const struct tw_str name = f->name;
    node->type = NULL;
    for (; f != NULL; f = own(b, node, name, (size_t)(f - b->env->function) + 1)) try_own(b, node, f);
    if (node->type != NULL || b->err != TW_OK) return b->err == TW_OK;
    put_types(b, node, &t);
    return tw_cel_misfit(b, node, "%.*s() does not take %.*s", TW_STR_ARG(name), TW_STR_ARG(tw_buf_view(&t)));
}
