/* SPDX-License-Identifier: Apache-2.0 */
/* A criterion from its words.
 *
 *   criterion  = Criteria [name] [;] {statement}
 *   statement  = If or Then {statement} {ElseIf or Then {statement}} [Else {statement}] Endif [;]
 *              | name (IS | :=) sum [;]
 *   or = and {Or and}     and = not {And not}     not = Not not | compared
 *   compared   = sum [(= EQ <> NE < LT <= LE > GT >= GE) sum | [Not] In ( sum {, sum} ) | [Not] (Like |
 *                StartsWith | EndsWith | Contains) sum]
 *   sum = product {(+ Plus - Minus) product}     product = sign {(* Mul / Div) sign}     sign = - sign | one
 *   one = number | text | name | name ( [sum {, sum}] ) | ( or )
 */
#include <stdio.h>

#include "criteria/asycuda_priv.h"

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z') return (char)(c + 32);
    return c;
}

bool asycuda_is(struct tw_str name, const char *word)
{
    size_t i = 0;
    for (; i < name.n; i++) {
        if (name.s[i] == ' ') continue; /* Box 33 */
        if (*word == '\0' || lower(name.s[i]) != lower(*word)) return false;
        word++;
    }
    return name.n > 0 && *word == '\0';
}

bool asycuda_same(struct tw_str a, struct tw_str b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++) same = lower(a.s[i]) == lower(b.s[i]);
    return same;
}

/* -- words */

static void advance(struct parser *p)
{
    p->last_to = p->now.to;
    p->last_line = p->now.last_line;
    p->now = p->next;
    p->next = asycuda_word(&p->lexer);
}

void asycuda_begin(struct parser *p, struct tw_str text, struct tw_arena *arena, uint32_t depth_max)
{
    *p = (struct parser){
        .lexer = {.text = text, .place = {1, 1}}, .arena = arena, .depth_max = depth_max, .last_line = 1};
    p->now = asycuda_word(&p->lexer);
    p->next = asycuda_word(&p->lexer);
}

static bool word_is(const struct word *w, const char *what)
{
    return (w->kind == WORD_NAME && asycuda_is(w->text, what)) ||
           (w->kind == WORD_SIGN && tw_str_is(w->text, what));
}

static bool accept(struct parser *p, const char *what)
{
    if (!word_is(&p->now, what)) return false;
    advance(p);
    return true;
}

/* Two words that some write as one: End If. */
static bool accept_both(struct parser *p, const char *whole, const char *a, const char *b)
{
    if (accept(p, whole)) return true;
    if (!word_is(&p->now, a) || !word_is(&p->next, b)) return false;
    advance(p);
    advance(p);
    return true;
}

bool asycuda_at_criterion(const struct parser *p)
{
    return word_is(&p->now, "criteria");
}

void asycuda_skip(struct parser *p)
{
    while (p->now.kind != WORD_END && !asycuda_at_criterion(p)) advance(p);
}

static tw_err wrong(struct parser *p, const char *wanted)
{
    const struct word *w = &p->now;
    if (w->kind == WORD_END)
        tw_fail(&p->fault, TW_FORMAT, "the text ends where %s is expected", wanted);
    else if (w->kind == WORD_SIGN && (w->text.s[0] == '"' || w->text.s[0] == '\'' || w->text.s[0] == '\xE2'))
        tw_fail(&p->fault, TW_FORMAT,
                "%.*s begins a text that is not closed in its line, or means nothing here",
                TW_STR_FIRST(w->text, 40));
    else
        tw_fail(&p->fault, TW_FORMAT, "\"%.*s\" stands where %s is expected", TW_STR_FIRST(w->text, 40),
                wanted);
    p->fault.line = w->at.line;
    p->fault.column = w->at.column;
    return TW_FORMAT;
}

static tw_err deeper(struct parser *p)
{
    if (++p->depth <= p->depth_max) return TW_OK;
    tw_fail(&p->fault, TW_LIMIT,
            "parts lie more than %u deep within each other; write it as several criteria", p->depth_max);
    p->fault.line = p->now.at.line;
    p->fault.column = p->now.at.column;
    return TW_LIMIT;
}

/* -- expressions */

static tw_err new_node(struct parser *p, enum node_kind kind, struct node **ret)
{
    struct node *n = tw_arena_alloc(p->arena, sizeof *n);
    if (n == NULL) return TW_NOMEM;
    *n = (struct node){.kind = kind, .text = p->now.text, .at = p->now.at, .op = ""};
    *ret = n;
    return TW_OK;
}

/* Room for a power of two of them, so that it is asked for seldom. */
static tw_err add_kid(struct parser *p, struct node *n, struct node *kid)
{
    if ((n->n & (n->n - 1)) == 0) {
        struct node **more = tw_arena_array(p->arena, n->n > 0 ? 2 * n->n : 1, sizeof(struct node *));
        if (more == NULL) return TW_NOMEM;
        for (size_t i = 0; i < n->n; i++) more[i] = n->kid[i];
        n->kid = more;
    }
    n->kid[n->n++] = kid;
    return TW_OK;
}

static tw_err read_or(struct parser *p, struct node **ret);
static tw_err read_sum(struct parser *p, struct node **ret);

/* ( a, b ) behind what n is. */
static tw_err read_list(struct parser *p, struct node *n)
{
    struct node *kid;
    if (accept(p, ")")) return TW_OK;
    do {
        TW_TRY(read_sum(p, &kid));
        TW_TRY(add_kid(p, n, kid));
    } while (accept(p, ","));
    return accept(p, ")") ? TW_OK : wrong(p, "a comma or )");
}

static bool is_keyword(struct tw_str name)
{
    static const char *const word[] = {"criteria", "if", "then", "else", "elseif", "endif",
                                       "and",      "or", "not",  "is",   "in",     "like"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (asycuda_is(name, word[i])) return true;
    return false;
}

static tw_err read_brackets(struct parser *p, struct node **ret)
{
    TW_TRY(deeper(p));
    TW_TRY(read_or(p, ret));
    p->depth--;
    return accept(p, ")") ? TW_OK : wrong(p, ")");
}

static bool is_value(const struct word *w)
{
    if (w->kind == WORD_NAME) return !is_keyword(w->text);
    return w->kind == WORD_TEXT || w->kind == WORD_NUMBER;
}

static tw_err read_one(struct parser *p, struct node **ret)
{
    const struct word w = p->now;
    if (accept(p, "(")) return read_brackets(p, ret);
    if (!is_value(&w)) return wrong(p, "a name, a text or a number");
    TW_TRY(new_node(p, w.kind == WORD_NAME ? NODE_NAME : w.kind == WORD_TEXT ? NODE_TEXT : NODE_NUMBER, ret));
    advance(p);
    if (w.kind != WORD_NAME || !accept(p, "(")) return TW_OK;
    (*ret)->kind = NODE_CALL;
    TW_TRY(deeper(p));
    TW_TRY(read_list(p, *ret));
    p->depth--;
    return TW_OK;
}

static tw_err read_sign(struct parser *p, struct node **ret)
{
    if (!word_is(&p->now, "-") && !word_is(&p->now, "minus")) return read_one(p, ret);
    struct node *kid = NULL;
    TW_TRY(new_node(p, NODE_MINUS, ret));
    advance(p);
    TW_TRY(deeper(p));
    TW_TRY(read_sign(p, &kid));
    p->depth--;
    return add_kid(p, *ret, kid);
}

struct joint {
    const char *sign, *word, *op;
    struct place at;
};

/* left op right */
static tw_err new_pair(struct parser *p, enum node_kind kind, struct joint joint, struct node *left,
                       struct node *right, struct node **ret)
{
    TW_TRY(new_node(p, kind, ret));
    (*ret)->op = joint.op;
    (*ret)->at = joint.at;
    TW_TRY(add_kid(p, *ret, left));
    return add_kid(p, *ret, right);
}

static const char *accept_operator(struct parser *p, const struct joint *o)
{
    for (; o->op != NULL; o++)
        if (accept(p, o->sign) || accept(p, o->word)) return o->op;
    return NULL;
}

/* a + b + c: each operator holds what stands before it, so a chain is as deep as it is long. */
static tw_err read_chain(struct parser *p, const struct joint *of,
                         tw_err (*part)(struct parser *, struct node **), struct node **ret)
{
    TW_TRY(part(p, ret));
    uint32_t links = 0;
    for (;;) {
        const struct place at = p->now.at;
        const char *op = accept_operator(p, of);
        struct node *right;
        if (op == NULL) break;
        TW_TRY(deeper(p));
        links++;
        TW_TRY(part(p, &right));
        TW_TRY(new_pair(p, NODE_ARITHMETIC, (struct joint){.op = op, .at = at}, *ret, right, ret));
    }
    p->depth -= links;
    return TW_OK;
}

static tw_err read_product(struct parser *p, struct node **ret)
{
    static const struct joint of[] = {
        {.sign = "*", .word = "mul", .op = "*"}, {.sign = "/", .word = "div", .op = "/"}, {.op = NULL}};
    return read_chain(p, of, read_sign, ret);
}

static tw_err read_sum(struct parser *p, struct node **ret)
{
    static const struct joint of[] = {
        {.sign = "+", .word = "plus", .op = "+"}, {.sign = "-", .word = "minus", .op = "-"}, {.op = NULL}};
    return read_chain(p, of, read_product, ret);
}

/* Behind `left`: a comparison by a word, with Not before it or not. */
static tw_err read_by_word(struct parser *p, struct node *left, struct node **ret)
{
    static const struct joint like[] = {{.sign = "like", .word = "like", .op = "like"},
                                        {.sign = "startswith", .word = "beginswith", .op = "startsWith"},
                                        {.sign = "endswith", .word = "endswith", .op = "endsWith"},
                                        {.sign = "contains", .word = "contains", .op = "contains"},
                                        {.op = NULL}};
    struct node *kid, *found;
    const bool in = word_is(&p->now, "in");
    TW_TRY(new_node(p, in ? NODE_IN : NODE_LIKE, &found));
    TW_TRY(add_kid(p, found, left));
    *ret = found;
    if (accept(p, "in")) return accept(p, "(") ? read_list(p, found) : wrong(p, "( and a list");
    found->op = accept_operator(p, like);
    if (found->op == NULL) return wrong(p, "In, Like, StartsWith, EndsWith or Contains");
    TW_TRY(read_sum(p, &kid));
    return add_kid(p, found, kid);
}

static bool begins_by_word(const struct word *w)
{
    static const char *const word[] = {"in", "like", "startswith", "beginswith", "endswith", "contains"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (w->kind == WORD_NAME && asycuda_is(w->text, word[i])) return true;
    return false;
}

static tw_err read_not_by_word(struct parser *p, struct node *left, struct node **ret)
{
    struct node *kid;
    TW_TRY(new_node(p, NODE_NOT, ret));
    advance(p);
    TW_TRY(read_by_word(p, left, &kid));
    return add_kid(p, *ret, kid);
}

static tw_err read_compared(struct parser *p, struct node **ret)
{
    static const struct joint of[] = {{.sign = "=", .word = "eq", .op = "=="},
                                      {.sign = "<>", .word = "ne", .op = "!="},
                                      {.sign = "<=", .word = "le", .op = "<="},
                                      {.sign = ">=", .word = "ge", .op = ">="},
                                      {.sign = "<", .word = "lt", .op = "<"},
                                      {.sign = ">", .word = "gt", .op = ">"},
                                      {.op = NULL}};
    struct node *left, *right;
    TW_TRY(read_sum(p, &left));
    *ret = left;
    if (begins_by_word(&p->now)) return read_by_word(p, left, ret);
    if (word_is(&p->now, "not") && begins_by_word(&p->next)) return read_not_by_word(p, left, ret);
    const struct place at = p->now.at;
    const char *op = accept_operator(p, of);
    if (op == NULL) return TW_OK;
    TW_TRY(read_sum(p, &right));
    return new_pair(p, NODE_COMPARE, (struct joint){.op = op, .at = at}, left, right, ret);
}

static tw_err read_not(struct parser *p, struct node **ret)
{
    if (!word_is(&p->now, "not")) return read_compared(p, ret);
    struct node *kid;
    TW_TRY(new_node(p, NODE_NOT, ret));
    advance(p);
    TW_TRY(deeper(p));
    TW_TRY(read_not(p, &kid));
    p->depth--;
    return add_kid(p, *ret, kid);
}

/* a Or b Or c is one node: as many as one likes. */
static tw_err read_joined(struct parser *p, const char *word, enum node_kind kind,
                          tw_err (*part)(struct parser *, struct node **), struct node **ret)
{
    struct node *first, *kid;
    TW_TRY(part(p, &first));
    *ret = first;
    if (!word_is(&p->now, word)) return TW_OK;
    TW_TRY(new_node(p, kind, ret));
    TW_TRY(add_kid(p, *ret, first));
    while (accept(p, word)) {
        TW_TRY(part(p, &kid));
        TW_TRY(add_kid(p, *ret, kid));
    }
    return TW_OK;
}

static tw_err read_and(struct parser *p, struct node **ret)
{
    return read_joined(p, "and", NODE_AND, read_not, ret);
}

static tw_err read_or(struct parser *p, struct node **ret)
{
    return read_joined(p, "or", NODE_OR, read_and, ret);
}

/* -- statements */

static tw_err read_block(struct parser *p, struct block *ret);

static bool at_elseif(const struct parser *p)
{
    return word_is(&p->now, "elseif") || word_is(&p->now, "elsif");
}

static tw_err read_if(struct parser *p, struct statement *s);

static tw_err read_elseif(struct parser *p, struct statement *s)
{
    struct statement *inner = tw_arena_alloc(p->arena, sizeof *inner);
    if (inner == NULL) return TW_NOMEM;
    *inner = (struct statement){.at = p->now.at};
    advance(p);
    s->otherwise.first = inner;
    return read_if(p, inner);
}

static tw_err read_else(struct parser *p, struct statement *s)
{
    if (accept(p, "else")) TW_TRY(read_block(p, &s->otherwise));
    return accept_both(p, "endif", "end", "if") ? TW_OK : wrong(p, "a statement or Endif");
}

/* Behind If, and behind ElseIf, which is an If in the Else of the one before. */
static tw_err read_if(struct parser *p, struct statement *s)
{
    TW_TRY(deeper(p));
    TW_TRY(read_or(p, &s->condition));
    if (!accept(p, "then")) return wrong(p, "Then");
    TW_TRY(read_block(p, &s->then));
    if (at_elseif(p))
        TW_TRY(read_elseif(p, s));
    else
        TW_TRY(read_else(p, s));
    p->depth--;
    return TW_OK;
}

static tw_err read_statement(struct parser *p, struct statement *s)
{
    *s = (struct statement){.at = p->now.at, .name = p->now.text};
    if (accept(p, "if")) {
        TW_TRY(read_if(p, s));
    } else {
        if (p->now.kind != WORD_NAME || is_keyword(p->now.text))
            return wrong(p, "If or the name of what is set");
        advance(p);
        if (!accept(p, "is") && !accept(p, ":=")) return wrong(p, "IS");
        TW_TRY(read_sum(p, &s->value));
    }
    while (accept(p, ";")) {
    }
    return TW_OK;
}

/* A rule of taxation, or what else stands beside criteria in files of an administration. */
static bool at_other(const struct parser *p)
{
    return p->next.kind == WORD_TEXT &&
           (word_is(&p->now, "rule") || word_is(&p->now, "formula") || word_is(&p->now, "assignment"));
}

static bool at_end_of_block(const struct parser *p)
{
    return at_other(p) || p->now.kind == WORD_END || asycuda_at_criterion(p) || at_elseif(p) ||
           word_is(&p->now, "else") || word_is(&p->now, "endif") ||
           (word_is(&p->now, "end") && word_is(&p->next, "if"));
}

static tw_err read_block(struct parser *p, struct block *ret)
{
    struct statement **to = &ret->first;
    while (accept(p, ";")) {
    }
    while (!at_end_of_block(p)) {
        struct statement *s = tw_arena_alloc(p->arena, sizeof *s);
        if (s == NULL) return TW_NOMEM;
        *to = s;
        TW_TRY(read_statement(p, s));
        to = &s->next;
    }
    return TW_OK;
}

/* A name, unless a statement begins there already. */
static void read_name(struct parser *p, struct parsed *ret)
{
    const bool set = word_is(&p->next, "is") || word_is(&p->next, ":=");
    if (p->now.kind != WORD_TEXT && (p->now.kind != WORD_NAME || is_keyword(p->now.text) || set)) return;
    ret->name = tw_str_trim(p->now.text);
    advance(p);
}

tw_err asycuda_parse(struct parser *p, struct parsed *ret)
{
    *ret = (struct parsed){.at = p->now.at, .from = p->now.from};
    p->depth = 0;
    advance(p);
    read_name(p, ret);
    TW_TRY(read_block(p, &ret->body));
    if (p->now.kind != WORD_END && !asycuda_at_criterion(p) && !at_other(p))
        return wrong(p, "Criteria or the end");
    ret->to = p->last_to;
    return TW_OK;
}
