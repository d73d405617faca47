/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the declaration held against texts: how depends on what they are. A commodity code is compared as
 * far as it is written, for codes of the declaration are longer than the heading or subheading that a
 * criterion names. */
#include <string.h>

#include "criteria/asycuda_priv.h"

/* What a text must be to stand in such a place; NULL: it is. */
static const char *wanted(enum asycuda_kind kind, struct tw_str s)
{
    size_t digits = 0, letters = 0, blanks = 0;
    for (size_t i = 0; i < s.n; i++) {
        digits += s.s[i] >= '0' && s.s[i] <= '9';
        letters += s.s[i] >= 'A' && s.s[i] <= 'Z';
        blanks += s.s[i] == ' ';
    }
    switch (kind) {
    case ASYCUDA_TEXT:
        return NULL;
    case ASYCUDA_HS:
        return digits == s.n && s.n > 0 && s.n <= 10 ? NULL : "a commodity code, the first 1 to 10 digits";
    case ASYCUDA_COUNTRY:
        return letters == s.n && s.n == 2 ? NULL : "a country, two letters";
    case ASYCUDA_PROCEDURE:
        return digits == s.n && (s.n == 1 || s.n == 2 || s.n == 4)
                   ? NULL
                   : "a procedure: 1 digit, 2, or 4 with the previous one";
    default:
        return blanks == 0 && s.n > 0 ? NULL : "a code without blanks";
    }
}

/* A text as declarations have it; false: it could never be found, and was told. */
static bool normal(struct translation *t, const struct asycuda_name *name, const struct node *literal,
                   struct tw_str *ret)
{
    const struct tw_str s = tw_str_trim(literal->text);
    char *to = tw_arena_alloc(t->arena, s.n + 1);
    size_t n = 0;
    if (to == NULL) {
        asycuda_no_memory(t);
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.s[i];
        if (name->kind == ASYCUDA_HS && (c == '.' || c == ' ')) continue;
        to[n] = c;
        if (name->kind == ASYCUDA_COUNTRY && c >= 'a' && c <= 'z') to[n] = (char)(c - 32);
        n++;
    }
    *ret = (struct tw_str){to, n};
    const char *other = wanted(name->kind, *ret);
    if (other == NULL) return true;
    asycuda_bad(t, literal->at, "\"%.*s\" is never declared as %s; expected: %s", TW_STR_FIRST(s, 40),
                name->name, other);
    return false;
}

static struct term call_of(struct translation *t, const char *path, const char *function, struct tw_str s)
{
    TW_SCOPED_BUF cel = {0};
    tw_buf_printf(&cel, "%s.%s(", path, function);
    asycuda_put_text(&cel, s);
    tw_buf_char(&cel, ')');
    return asycuda_made(t, TERM_BOOL, BINDS_ALL, &cel);
}

static struct term compared(struct translation *t, const char *path, const char *op, struct tw_str s)
{
    TW_SCOPED_BUF cel = {0};
    tw_buf_printf(&cel, "%s %s ", path, op);
    asycuda_put_text(&cel, s);
    return asycuda_made(t, TERM_BOOL, BINDS_COMPARE, &cel);
}

/* Is it one of the codes that stand there with blanks between? */
static struct term among_words(struct translation *t, const char *path, struct tw_str s)
{
    TW_SCOPED_BUF cel = {0};
    asycuda_put_text(&cel, s);
    tw_buf_printf(&cel, " in %s.split(' ')", path);
    return asycuda_made(t, TERM_BOOL, BINDS_COMPARE, &cel);
}

static struct term of_procedure(struct translation *t, const char *path, struct tw_str s)
{
    if (s.n == 1) return call_of(t, path, "startsWith", s);
    if (s.n == 2) return compared(t, path, "==", s);
    const struct tw_str now = {s.s, 2}, before = {s.s + 2, 2};
    asycuda_will_try(t, path, ASYCUDA_PROCEDURE, now);
    asycuda_will_try(t, "item.previous_procedure", ASYCUDA_PROCEDURE, before);
    return asycuda_both(t, compared(t, path, "==", now),
                        compared(t, "item.previous_procedure", "==", before));
}

static struct term equals(struct translation *t, const struct asycuda_name *name, struct tw_str s)
{
    if (name->kind != ASYCUDA_PROCEDURE || s.n < 4) asycuda_will_try(t, name->path, name->kind, s);
    if (name->kind == ASYCUDA_HS || name->kind == ASYCUDA_PREFIX)
        return call_of(t, name->path, "startsWith", s);
    if (name->kind == ASYCUDA_WORDS) return among_words(t, name->path, s);
    if (name->kind == ASYCUDA_PROCEDURE) return of_procedure(t, name->path, s);
    return compared(t, name->path, "==", s);
}

/* The text before or behind it, by its last digit; absent: there is none. */
static struct tw_str beside(struct translation *t, struct tw_str s, int by)
{
    struct tw_str r = {NULL, 0};
    const int last = s.n > 0 ? s.s[s.n - 1] + by : ' ';
    char *to = last >= '0' && last <= '9' ? tw_arena_alloc(t->arena, s.n) : NULL;
    if (to == NULL) return r;
    memcpy(to, s.s, s.n);
    to[s.n - 1] = (char)last;
    r = (struct tw_str){to, s.n};
    return r;
}

/* What is compared as far as it is written stands neither before nor behind what begins with it. */
static struct term ordered(struct translation *t, const struct asycuda_name *name, const char *op,
                           struct tw_str s, struct place at)
{
    const char strict[2] = {op[0], '\0'};
    if (name->kind == ASYCUDA_WORDS || (name->kind == ASYCUDA_PROCEDURE && s.n > 2))
        return asycuda_bad(t, at, "%s has no order; compare it with = or <>", name->name);
    asycuda_will_try(t, name->path, name->kind, s);
    asycuda_will_try(t, name->path, name->kind, beside(t, s, -1));
    asycuda_will_try(t, name->path, name->kind, beside(t, s, 1));
    const bool prefix =
        name->kind == ASYCUDA_HS || name->kind == ASYCUDA_PREFIX || name->kind == ASYCUDA_PROCEDURE;
    if (!prefix) return compared(t, name->path, op, s);
    const struct term order = compared(t, name->path, strict, s),
                      begins = call_of(t, name->path, "startsWith", s);
    if (op[1] == '=')
        return op[0] == '>' ? compared(t, name->path, op, s) : asycuda_either(t, at, order, begins);
    return op[0] == '<' ? order : asycuda_both(t, order, asycuda_not(t, begins));
}

/* A part of the declaration held against a text. */
static struct term against(struct translation *t, const struct asycuda_name *name, const char *op,
                           const struct node *literal)
{
    struct tw_str s;
    if (literal->text.n == 0 && (strcmp(op, "==") == 0 || strcmp(op, "!=") == 0)) {
        TW_SCOPED_BUF cel = {0};
        tw_buf_printf(&cel, "has(%s)", name->path);
        const struct term there = asycuda_made(t, TERM_BOOL, BINDS_ALL, &cel);
        return op[0] == '!' ? there : asycuda_not(t, there);
    }
    if (!normal(t, name, literal, &s)) return asycuda_none();
    if (strcmp(op, "==") == 0) return equals(t, name, s);
    if (strcmp(op, "!=") == 0) {
        const struct term same = equals(t, name, s);
        const bool plain = same.binds == BINDS_COMPARE && name->kind != ASYCUDA_WORDS;
        return plain ? compared(t, name->path, "!=", s) : asycuda_not(t, same);
    }
    return ordered(t, name, op, s, literal->at);
}

static const char *flipped(const char *op)
{
    static const char *const pair[][2] = {{"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (strcmp(op, pair[i][0]) == 0) return pair[i][1];
    return op;
}

static bool is_text_name(const struct term *a)
{
    return a->type == TERM_TEXT && a->name != NULL;
}

struct term asycuda_compare(struct translation *t, struct place at, const struct node *left, const char *op,
                            const struct node *right)
{
    const struct term a = asycuda_value(t, left), b = asycuda_value(t, right);
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    if (is_text_name(&a) && b.literal != NULL) return against(t, a.name, op, b.literal);
    if (is_text_name(&b) && a.literal != NULL) return against(t, b.name, flipped(op), a.literal);
    if (a.type == TERM_TEXT && b.type == TERM_TEXT)
        return asycuda_joined(t, &(struct joining){op, TERM_BOOL, BINDS_COMPARE, at}, &a, &b);
    if (a.type == TERM_BOOL || b.type == TERM_BOOL)
        return asycuda_bad(t, at, "a condition is compared with a value");
    const struct term x = asycuda_number(t, left), y = asycuda_number(t, right);
    if (x.type == TERM_BAD || y.type == TERM_BAD) return asycuda_none();
    return asycuda_joined(t, &(struct joining){op, TERM_BOOL, BINDS_COMPARE, at}, &x, &y);
}

static bool is_plain(const struct asycuda_name *name)
{
    return name->kind == ASYCUDA_COUNTRY || name->kind == ASYCUDA_CODE || name->kind == ASYCUDA_TEXT;
}

static bool all_texts(const struct node *n)
{
    bool all = n->n > 1;
    for (size_t i = 1; i < n->n; i++) all = all && n->kid[i]->kind == NODE_TEXT && n->kid[i]->text.n > 0;
    return all;
}

struct term asycuda_in(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {0};
    const struct term a = asycuda_value(t, n->kid[0]);
    if (a.type == TERM_BAD) return a;
    if (n->n < 2) return asycuda_bad(t, n->at, "a list without anything in it never holds");
    const size_t before = t->bad;
    if (!is_text_name(&a) || !is_plain(a.name) || !all_texts(n)) {
        cel.max = TERM_BYTES_MAX;
        for (size_t i = 1; i < n->n; i++) {
            const struct term one = asycuda_compare(t, n->at, n->kid[0], "==", n->kid[i]);
            if (i > 1) tw_buf_text(&cel, " || ");
            asycuda_within(&cel, &one, BINDS_OR);
        }
        return t->bad > before ? asycuda_none()
                               : asycuda_made(t, TERM_BOOL, n->n > 2 ? BINDS_OR : BINDS_COMPARE, &cel);
    }
    tw_buf_printf(&cel, "%s in [", a.name->path);
    for (size_t i = 1; i < n->n; i++) {
        struct tw_str s;
        if (!normal(t, a.name, n->kid[i], &s)) continue;
        asycuda_will_try(t, a.name->path, a.name->kind, s);
        if (i > 1) tw_buf_text(&cel, ", ");
        asycuda_put_text(&cel, s);
    }
    tw_buf_char(&cel, ']');
    return t->bad > before ? asycuda_none() : asycuda_made(t, TERM_BOOL, BINDS_COMPARE, &cel);
}

/* What a pattern with stars at its ends asks; NULL = there are others in it. */
static const char *function_of(const char *op, struct tw_str *s)
{
    if (strcmp(op, "like") == 0) {
        const bool front = s->n > 0 && (s->s[0] == '*' || s->s[0] == '%');
        s->s += front;
        s->n -= front;
        const bool back = s->n > 0 && (s->s[s->n - 1] == '*' || s->s[s->n - 1] == '%');
        s->n -= back;
        op = front && back ? "contains" : front ? "endsWith" : back ? "startsWith" : "like";
    }
    for (size_t i = 0; i < s->n; i++)
        if (strchr("*%?_", s->s[i]) != NULL) return NULL;
    return op;
}

struct term asycuda_like(struct translation *t, const struct node *n)
{
    const struct term a = asycuda_value(t, n->kid[0]), b = asycuda_value(t, n->kid[1]);
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    if (!is_text_name(&a) || b.literal == NULL || a.name->kind == ASYCUDA_WORDS)
        return asycuda_bad(t, n->at, "this compares one text of the declaration with a pattern in quotes");
    struct node part = *b.literal;
    const char *op = function_of(n->op, &part.text);
    if (op == NULL || part.text.n == 0)
        return asycuda_bad(t, part.at,
                           "a pattern has a star at its begin, at its end or both; write others by hand");
    if (strcmp(op, "like") == 0) return against(t, a.name, "==", &part);
    struct asycuda_name as = *a.name;
    if (as.kind != ASYCUDA_HS) as.kind = ASYCUDA_TEXT; /* a part of a code is none yet */
    struct tw_str s;
    if (!normal(t, &as, &part, &s)) return asycuda_none();
    asycuda_will_try(t, a.name->path, a.name->kind, s);
    return call_of(t, a.name->path, op, s);
}
