/* SPDX-License-Identifier: Apache-2.0 */
/* Recursive descent after the grammar of langdef, Syntax. What stands in a row (a && b && c, f(a, b), lists)
 * is one node with many operands; what leans to the left (a + b + c) is deep, and depth has a limit. */
#include "cel/build_priv.h"

static struct tw_cel_node *expression(struct tw_cel_build *b);

struct tw_cel_node *tw_cel_node_new(struct tw_cel_build *b, enum tw_cel_form form, uint32_t byte, uint32_t n)
{
    struct tw_cel_node *node = tw_cel_room(b, 1, sizeof *node);
    struct tw_cel_node **arg = n > 0 ? tw_cel_room(b, n, sizeof(struct tw_cel_node *)) : NULL;
    if (b->err != TW_OK) return NULL;
    *node = (struct tw_cel_node){.form = form,
                                 .byte = byte,
                                 .end = b->behind,
                                 .from = byte,
                                 .outer = byte,
                                 .n = n,
                                 .depth = 1,
                                 .fn = TW_CEL_FN_N,
                                 .arg = arg};
    return node;
}

static void *too_deep(struct tw_cel_build *b, uint32_t byte)
{
    if (b->err != TW_OK) return NULL;
    tw_cel_refuse(b, TW_LIMIT, byte, "the expression has parts more than %u deep within each other",
                  (unsigned)b->limits.depth);
    if (b->fault != NULL) memcpy(b->fault->path, "depth", sizeof "depth");
    return NULL;
}

/* Takes note of its operands: text, depth. NULL where one of them failed or all is too deep. */
static struct tw_cel_node *whole(struct tw_cel_build *b, struct tw_cel_node *node)
{
    if (node == NULL || b->err != TW_OK) return NULL;
    unsigned depth = 0;
    for (uint32_t i = 0; i < node->n; i++) {
        if (node->arg[i]->depth > depth) depth = node->arg[i]->depth;
        if (node->arg[i]->outer < node->from) node->from = node->arg[i]->outer;
    }
    node->outer = node->from;
    node->depth = (uint16_t)(depth + 1);
    node->end = b->behind;
    return node->depth <= b->limits.depth ? node : too_deep(b, node->byte);
}

static bool is(const struct tw_cel_build *b, int kind)
{
    return b->err == TW_OK && b->token.kind == kind;
}

static bool took(struct tw_cel_build *b, int kind)
{
    return is(b, kind) && tw_cel_next(b);
}

static struct tw_cel_node *unexpected(struct tw_cel_build *b, const char *what)
{
    const struct tw_cel_token *t = &b->token;
    if (t->kind == TW_CEL_TOKEN_END)
        return tw_cel_refuse(b, TW_FORMAT, t->byte, "the expression ends here; %s is missing", what);
    return tw_cel_refuse(b, TW_FORMAT, t->byte, "here stands '%.*s', but %s is expected",
                         (int)(t->end - t->byte < 40 ? t->end - t->byte : 40), b->source.s + t->byte, what);
}

static bool need(struct tw_cel_build *b, int kind, const char *what)
{
    if (is(b, kind)) return tw_cel_next(b);
    unexpected(b, what);
    return false;
}

/* -- what stands in a row */

/* Operands as they come; moved to the node when their number is known. */
struct row {
    struct tw_cel_node **at;
    uint32_t n, cap;
};

static bool add(struct tw_cel_build *b, struct row *row, struct tw_cel_node *node)
{
    if (node == NULL || b->err != TW_OK) return false;
    if (row->n == row->cap) {
        const uint32_t cap = row->cap > 0 ? row->cap * 2 : 4;
        struct tw_cel_node **at = tw_cel_room(b, cap, sizeof(struct tw_cel_node *));
        if (at == NULL) return false;
        if (row->n > 0) memcpy(at, row->at, row->n * sizeof(struct tw_cel_node *));
        row->at = at;
        row->cap = cap;
    }
    row->at[row->n++] = node;
    return true;
}

static struct tw_cel_node *of_row(struct tw_cel_build *b, enum tw_cel_form form, uint32_t byte,
                                  const struct row *row)
{
    struct tw_cel_node *node = tw_cel_node_new(b, form, byte, 0);
    if (node == NULL) return NULL;
    node->arg = row->at;
    node->n = row->n;
    return whole(b, node);
}

static bool room_left(struct tw_cel_build *b, uint32_t n, uint32_t byte)
{
    if (n <= b->limits.list) return true;
    tw_cel_refuse(b, TW_LIMIT, byte,
                  "the list has more than %u elements; keep long lists in a list of their own",
                  (unsigned)b->limits.list);
    if (b->fault != NULL) memcpy(b->fault->path, "list", sizeof "list");
    return false;
}

/* expression {"," expression} [","], up to `close`, which is taken. */
static bool arguments(struct tw_cel_build *b, struct row *row, int close, const char *what, bool comma_last)
{
    const uint32_t byte = b->token.byte;
    while (!is(b, close)) {
        if (!add(b, row, expression(b)) || !room_left(b, row->n, byte)) return false;
        if (is(b, close)) break;
        if (!need(b, ',', what)) return false;
        if (is(b, close) && !comma_last) return unexpected(b, "another argument") != NULL;
    }
    return need(b, close, what);
}

static struct tw_cel_node *list(struct tw_cel_build *b)
{
    struct row row = {0};
    const uint32_t byte = b->token.byte;
    if (!tw_cel_next(b) || !arguments(b, &row, ']', "',' or ']'", true)) return NULL;
    return of_row(b, TW_CEL_FORM_LIST, byte, &row);
}

static struct tw_cel_node *map(struct tw_cel_build *b)
{
    struct row row = {0};
    const uint32_t byte = b->token.byte;
    if (!tw_cel_next(b)) return NULL;
    while (!is(b, '}')) {
        if (!add(b, &row, expression(b)) || !need(b, ':', "':' and a value") ||
            !add(b, &row, expression(b)) || !room_left(b, row.n / 2, byte))
            return NULL;
        if (!is(b, '}') && !need(b, ',', "',' or '}'")) return NULL;
    }
    return need(b, '}', "'}'") ? of_row(b, TW_CEL_FORM_MAP, byte, &row) : NULL;
}

/* -- names, calls, members */

static struct tw_cel_node *constant(struct tw_cel_build *b, uint32_t byte, struct tw_cel_value v)
{
    struct tw_cel_node *node = tw_cel_node_new(b, TW_CEL_FORM_CONST, byte, 0);
    if (node != NULL) node->value = v;
    return node;
}

/* Behind '(': the arguments of a call. `on` NULL = a call without receiver. */
static struct tw_cel_node *call(struct tw_cel_build *b, struct tw_cel_node *on, struct tw_str name,
                                uint32_t byte, bool absolute)
{
    struct row row = {0};
    if (on != NULL && !add(b, &row, on)) return NULL;
    if (!arguments(b, &row, ')', "',' or ')'", false)) return NULL;
    struct tw_cel_node *node = of_row(b, TW_CEL_FORM_CALL, byte, &row);
    if (node == NULL) return NULL;
    node->name = name;
    node->receiver = on != NULL;
    node->absolute = absolute;
    node = tw_cel_macro(b, node);
    return node != NULL && node->form == TW_CEL_FORM_MACRO ? whole(b, node) : node;
}

static struct tw_cel_node *named(struct tw_cel_build *b, uint32_t from, bool absolute)
{
    const struct tw_cel_token t = b->token;
    if (!tw_cel_next(b)) return NULL;
    if (!absolute && tw_str_is(t.text, "true")) return constant(b, from, tw_cel_bool(true));
    if (!absolute && tw_str_is(t.text, "false")) return constant(b, from, tw_cel_bool(false));
    if (!absolute && tw_str_is(t.text, "null")) return constant(b, from, tw_cel_null());
    if (tw_str_is(t.text, "in") || tw_cel_is_reserved(t.text))
        return tw_cel_refuse(b, TW_FORMAT, t.byte, "'%.*s' is a reserved word and cannot be a name",
                             TW_STR_ARG(t.text));
    if (took(b, '(')) return call(b, NULL, t.text, t.byte, absolute);
    if (is(b, '{'))
        return tw_cel_refuse(b, TW_FORMAT, b->token.byte,
                             "messages cannot be built here; a map is written {'name': value}");
    struct tw_cel_node *node = tw_cel_node_new(b, TW_CEL_FORM_NAME, from, 0);
    if (node == NULL) return NULL;
    node->name = t.text;
    node->absolute = absolute;
    return node;
}

/* A literal that is no double: 2^63 is there for the minus before it alone. */
static struct tw_cel_node *literal(struct tw_cel_build *b, bool minus, uint32_t byte)
{
    struct tw_cel_value v = b->token.value;
    const bool past = v.kind == TW_CEL_UINT && v.n == 1;
    if (past && !minus) return tw_cel_refuse(b, TW_FORMAT, byte, "the number is larger than an int can hold");
    if (past)
        v = tw_cel_int(INT64_MIN);
    else if (minus && v.kind == TW_CEL_INT)
        v.i = -v.i;
    else if (minus)
        v.f = -v.f;
    return tw_cel_next(b) ? constant(b, byte, v) : NULL;
}

static bool takes_minus(struct tw_cel_value v)
{
    return v.kind == TW_CEL_INT || v.kind == TW_CEL_DOUBLE || (v.kind == TW_CEL_UINT && v.n == 1);
}

static struct tw_cel_node *primary(struct tw_cel_build *b)
{
    const uint32_t byte = b->token.byte;
    switch (b->token.kind) {
    case TW_CEL_TOKEN_LITERAL:
        return literal(b, false, byte);
    case TW_CEL_TOKEN_NAME:
        return named(b, byte, false);
    case '[':
        return list(b);
    case '{':
        return map(b);
    case '.':
        if (!tw_cel_next(b)) return NULL;
        return is(b, TW_CEL_TOKEN_NAME) ? named(b, byte, true) : unexpected(b, "a name");
    case '(': {
        if (!tw_cel_next(b)) return NULL;
        struct tw_cel_node *node = expression(b);
        if (node == NULL || !need(b, ')', "')'")) return NULL;
        node->outer = byte;
        /* (a.b).c is never the name a.b.c */
        if (node->form == TW_CEL_FORM_SELECT) node->absolute = true;
        return node;
    }
    default:
        return unexpected(b, "a value");
    }
}

static struct tw_cel_node *select_of(struct tw_cel_build *b, struct tw_cel_node *on)
{
    const struct tw_cel_token t = b->token;
    if (t.kind != TW_CEL_TOKEN_NAME && t.kind != TW_CEL_TOKEN_QUOTED)
        return unexpected(b, "the name of a field or function");
    if (t.kind == TW_CEL_TOKEN_NAME && (tw_str_is(t.text, "in") || tw_str_is(t.text, "true") ||
                                        tw_str_is(t.text, "false") || tw_str_is(t.text, "null")))
        return unexpected(b, "the name of a field or function");
    if (!tw_cel_next(b)) return NULL;
    if (t.kind == TW_CEL_TOKEN_NAME && took(b, '(')) return call(b, on, t.text, t.byte, false);
    struct tw_cel_node *node = tw_cel_node_new(b, TW_CEL_FORM_SELECT, t.byte, 1);
    if (node == NULL) return NULL;
    node->arg[0] = on;
    node->name = t.text;
    return whole(b, node);
}

static struct tw_cel_node *operation(struct tw_cel_build *b, enum tw_cel_fn fn, uint32_t byte,
                                     struct tw_cel_node *x, struct tw_cel_node *y)
{
    struct tw_cel_node *node =
        b->err == TW_OK ? tw_cel_node_new(b, TW_CEL_FORM_CALL, byte, y != NULL ? 2 : 1) : NULL;
    if (node == NULL) return NULL;
    node->fn = (uint8_t)fn;
    node->arg[0] = x;
    if (y != NULL) node->arg[1] = y;
    return whole(b, node);
}

static struct tw_cel_node *member(struct tw_cel_build *b, struct tw_cel_node *node)
{
    while (node != NULL && b->err == TW_OK) {
        const uint32_t byte = b->token.byte;
        if (took(b, '.')) {
            node = select_of(b, node);
        } else if (took(b, '[')) {
            struct tw_cel_node *index = expression(b);
            if (index == NULL || !need(b, ']', "']'")) return NULL;
            node = operation(b, TW_CEL_FN_INDEX, byte, node, index);
        } else if (is(b, '{')) {
            return tw_cel_refuse(b, TW_FORMAT, byte,
                                 "messages cannot be built here; a map is written {'name': value}");
        } else {
            return node;
        }
    }
    return NULL;
}

/* -- operators, from the tightest to the loosest */

static struct tw_cel_node *unary(struct tw_cel_build *b)
{
    const uint32_t byte = b->token.byte;
    const int kind = b->token.kind;
    if (kind != '!' && kind != '-') return member(b, primary(b));
    if (!tw_cel_next(b)) return NULL;
    if (kind == '-' && is(b, TW_CEL_TOKEN_LITERAL) && takes_minus(b->token.value))
        return member(b, literal(b, true, byte));
    if (is(b, kind == '!' ? '-' : '!')) return unexpected(b, "a value; put it in parentheses");
    if (++b->nesting > b->limits.depth) return too_deep(b, byte);
    struct tw_cel_node *of = unary(b);
    b->nesting--;
    return of != NULL ? operation(b, kind == '!' ? TW_CEL_FN_NOT : TW_CEL_FN_NEGATE, byte, of, NULL) : NULL;
}

static const struct {
    int level; /* 0 the loosest */
    int token;
    uint8_t fn;
} binary_row[] = {{0, TW_CEL_TOKEN_EQ, TW_CEL_FN_EQ},
                  {0, TW_CEL_TOKEN_NE, TW_CEL_FN_NE},
                  {0, '<', TW_CEL_FN_LT},
                  {0, TW_CEL_TOKEN_LE, TW_CEL_FN_LE},
                  {0, '>', TW_CEL_FN_GT},
                  {0, TW_CEL_TOKEN_GE, TW_CEL_FN_GE},
                  {1, '+', TW_CEL_FN_ADD},
                  {1, '-', TW_CEL_FN_SUBTRACT},
                  {2, '*', TW_CEL_FN_MULTIPLY},
                  {2, '/', TW_CEL_FN_DIVIDE},
                  {2, '%', TW_CEL_FN_MODULO}};

/* The operator of this level that comes next; TW_CEL_FN_N = none. */
static enum tw_cel_fn operator_next(const struct tw_cel_build *b, int level)
{
    if (level == 0 && is(b, TW_CEL_TOKEN_NAME) && tw_str_is(b->token.text, "in")) return TW_CEL_FN_IN;
    for (size_t i = 0; i < sizeof binary_row / sizeof *binary_row; i++)
        if (binary_row[i].level == level && is(b, binary_row[i].token)) return binary_row[i].fn;
    return TW_CEL_FN_N;
}

static struct tw_cel_node *binary(struct tw_cel_build *b, int level)
{
    if (level == 3) return unary(b);
    struct tw_cel_node *left = binary(b, level + 1);
    for (enum tw_cel_fn fn; left != NULL && (fn = operator_next(b, level)) != TW_CEL_FN_N;) {
        const uint32_t byte = b->token.byte;
        struct tw_cel_node *right = tw_cel_next(b) ? binary(b, level + 1) : NULL;
        left = right != NULL ? operation(b, fn, byte, left, right) : NULL;
    }
    return b->err == TW_OK ? left : NULL;
}

/* a && b && c, or the same with ||, of which && binds tighter. */
static struct tw_cel_node *logic(struct tw_cel_build *b, bool any)
{
    struct row row = {0};
    const int token = any ? TW_CEL_TOKEN_OR : TW_CEL_TOKEN_AND;
    struct tw_cel_node *first = any ? logic(b, false) : binary(b, 0);
    const uint32_t byte = b->token.byte;
    if (first == NULL || !is(b, token)) return first;
    if (!add(b, &row, first)) return NULL;
    while (took(b, token))
        if (!add(b, &row, any ? logic(b, false) : binary(b, 0))) return NULL;
    return b->err == TW_OK ? of_row(b, any ? TW_CEL_FORM_OR : TW_CEL_FORM_AND, byte, &row) : NULL;
}

static struct tw_cel_node *conditional(struct tw_cel_build *b)
{
    struct tw_cel_node *test = logic(b, true);
    const uint32_t byte = b->token.byte;
    if (test == NULL || !took(b, '?')) return b->err == TW_OK ? test : NULL;
    struct tw_cel_node *yes = logic(b, true);
    if (yes == NULL || !need(b, ':', "':' and what it is otherwise")) return NULL;
    struct tw_cel_node *no = expression(b),
                       *node = no != NULL ? tw_cel_node_new(b, TW_CEL_FORM_COND, byte, 3) : NULL;
    if (node == NULL) return NULL;
    node->arg[0] = test;
    node->arg[1] = yes;
    node->arg[2] = no;
    return whole(b, node);
}

static struct tw_cel_node *expression(struct tw_cel_build *b)
{
    if (b->err != TW_OK) return NULL;
    if (++b->nesting > b->limits.depth) return too_deep(b, b->token.byte);
    struct tw_cel_node *node = conditional(b);
    b->nesting--;
    return node;
}

struct tw_cel_node *tw_cel_parse(struct tw_cel_build *b)
{
    if (!tw_cel_next(b)) return NULL;
    struct tw_cel_node *node = expression(b);
    if (node != NULL && !is(b, TW_CEL_TOKEN_END)) return unexpected(b, "an operator or the end");
    return b->err == TW_OK ? node : NULL;
}
