/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of ASYCUDA as conditions. A part that is not understood makes all around it not understood, and
 * each is told, so that an author sees everything at once. */
#include <string.h>

#include "base/near.h"
#include "criteria/asycuda_priv.h"

static const struct asycuda_name names[] = {
#define X(name, kind, path, box) {name, ASYCUDA_##kind, path, box},
#include "criteria/asycuda.def"
#undef X
};

/* What criteria of ASYCUDA read elsewhere, and what there is instead. */
static const struct {
    const char *name, *words;
} elsewhere[] = {
#define LISTS                                                                                                \
    "lists are kept outside of this text: write the codes out, as in ComCod In (\"08\", \"09\"), or ask "    \
    "lists.NAME.hit by hand"
#define VALUE                                                                                                \
    "value control is kept outside of this text: compare item.price_per_kg with profile.price_lower by hand"
#define TAXES "taxes are not computed here; item.duty_at_stake is duty, write the condition by hand"
    {"InListOr", LISTS},
    {"InListAnd", LISTS},
    {"InListTar", LISTS},
    {"InListDec", LISTS},
    {"InListCom", LISTS},
    {"InListFin", LISTS},
    {"InListCty", LISTS},
    {"InListCtyPD", LISTS},
    {"InListBoL", LISTS},
    {"GetValue", VALUE},
    {"ValMin", VALUE},
    {"ValMax", VALUE},
    {"TaxMP", TAXES},
    {"TaxRate", TAXES},
    {"TaxBasisVal", TAXES},
    {"TaxAmount", TAXES},
    {"CurRate", "declared amounts are in the currency of the declaration; write the condition by hand"},
    {"JulianDate", "days of a criterion stand under valid; write the condition by hand"},
    {"SubStrFnd", "StartsWith, EndsWith, Contains or Like say where a text is sought"},
#undef LISTS
#undef VALUE
#undef TAXES
};

/* -- names */

static const struct asycuda_name *name_of(struct tw_str name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (asycuda_is(name, names[i].name)) return &names[i];
    return NULL;
}

/* Num01, Str01: what a criterion keeps for itself. */
static bool is_variable(struct tw_str name)
{
    if (name.n < 4) return false;
    const struct tw_str head = {name.s, 3};
    if (!asycuda_is(head, "num") && !asycuda_is(head, "str")) return false;
    for (size_t i = 3; i < name.n; i++)
        if (name.s[i] < '0' || name.s[i] > '9') return false;
    return true;
}

static struct term unknown(struct translation *t, struct place at, struct tw_str name)
{
    const char *near = NULL;
    unsigned best = TW_NEAR_FAR;
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (asycuda_is(name, elsewhere[i].name))
            return asycuda_bad(t, at, "%s: %s", elsewhere[i].name, elsewhere[i].words);
    if (name.n > 3 && asycuda_is((struct tw_str){name.s, 3}, "box"))
        return asycuda_bad(t, at, "\"%.*s\": conditions see nothing of this box; write the condition by hand",
                           TW_STR_FIRST(name, 40));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (tw_near_better(name, tw_str_from(names[i].name), &best)) near = names[i].name;
    if (near != NULL)
        return asycuda_bad(t, at, "\"%.*s\" is not known here; is %s meant?", TW_STR_FIRST(name, 40), near);
    return asycuda_bad(t, at, "\"%.*s\" is not known here; write a box of the SAD instead, as Box33",
                       TW_STR_FIRST(name, 40));
}

static struct term of_name(struct translation *t, const struct node *n)
{
    for (size_t i = t->variables; i-- > 0;) {
        const struct variable *v = &t->variable[i];
        if (!asycuda_same(v->name, n->text)) continue;
        if (v->sure) return v->value;
        return asycuda_bad(t, n->at, "%.*s may have no value here; set it before the If",
                           TW_STR_FIRST(n->text, 40));
    }
    if (is_variable(n->text))
        return asycuda_bad(t, n->at, "%.*s has no value here", TW_STR_FIRST(n->text, 40));
    const struct asycuda_name *name = name_of(n->text);
    if (name == NULL) return unknown(t, n->at, n->text);
    const bool number = name->kind == ASYCUDA_NUMBER || name->kind == ASYCUDA_COUNT;
    asycuda_path(t, name->path, name->kind);
    return (struct term){.type = number ? TERM_NUMBER : TERM_TEXT,
                         .binds = BINDS_ALL,
                         .cel = tw_str_from(name->path),
                         .name = name,
                         .whole = name->kind == ASYCUDA_COUNT};
}

/* -- numbers */

static struct term of_number(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {0};
    struct tw_str s = n->text;
    const bool fraction = memchr(s.s, '.', s.n) != NULL;
    while (s.n > 1 && s.s[0] == '0' && s.s[1] != '.') {
        s.s++;
        s.n--;
    }
    if (s.s[0] == '.') tw_buf_char(&cel, '0');
    tw_buf_str(&cel, s);
    if (!fraction && s.n > 18) tw_buf_text(&cel, ".0");
    struct term r = asycuda_made(t, TERM_NUMBER, BINDS_ALL, &cel);
    r.literal = n;
    r.whole = !fraction && s.n <= 18;
    asycuda_will_try_number(t, r.cel);
    return r;
}

struct term asycuda_number(struct translation *t, const struct node *n)
{
    struct term a = asycuda_value(t, n);
    double v;
    if (a.type == TERM_TEXT && a.literal != NULL && tw_str_f64(a.literal->text, &v) == TW_OK && v >= 0) {
        struct node *number = tw_arena_alloc(t->arena, sizeof *number);
        if (number == NULL) return asycuda_no_memory(t);
        *number = *a.literal;
        number->kind = NODE_NUMBER;
        for (size_t i = 0; i < number->text.n; i++)
            if ((number->text.s[i] < '0' || number->text.s[i] > '9') && number->text.s[i] != '.')
                return asycuda_bad(t, n->at, "a number stands here as digits, with a point at most");
        return of_number(t, number);
    }
    if (a.type == TERM_NUMBER || a.type == TERM_BAD) return a;
    return asycuda_bad(t, n->at, "a number is expected here");
}

static struct term of_arithmetic(struct translation *t, const struct node *n)
{
    const struct term a = asycuda_as_double(t, asycuda_number(t, n->kid[0])),
                      b = asycuda_as_double(t, asycuda_number(t, n->kid[1]));
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    const bool product = n->op[0] == '*' || n->op[0] == '/';
    return asycuda_joined(
        t, &(struct joining){n->op, TERM_NUMBER, product ? BINDS_MULTIPLY : BINDS_ADD, n->at}, &a, &b);
}

static struct term of_minus(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {0};
    const struct term a = asycuda_as_double(t, asycuda_number(t, n->kid[0]));
    if (a.type == TERM_BAD) return a;
    tw_buf_char(&cel, '-');
    asycuda_within(&cel, &a, BINDS_ALL);
    return asycuda_made(t, TERM_NUMBER, BINDS_SIGN, &cel);
}

static struct term of_length(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {0};
    const struct term a = asycuda_value(t, n->kid[0]);
    if (a.type == TERM_BAD) return a;
    if (a.type != TERM_TEXT) return asycuda_bad(t, n->at, "GetLength is of a text");
    tw_buf_printf(&cel, "size(%.*s)", TW_STR_ARG(a.cel));
    struct term r = asycuda_made(t, TERM_NUMBER, BINDS_ALL, &cel);
    r.whole = true;
    return r;
}

/* A pattern written out: %a and %b are the two operands. */
static struct term of_pattern(struct translation *t, const struct node *n, const char *pattern)
{
    TW_SCOPED_BUF cel = {0};
    const struct term a = asycuda_as_double(t, asycuda_number(t, n->kid[0]));
    const struct term b = n->n > 1 ? asycuda_as_double(t, asycuda_number(t, n->kid[1])) : a;
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    if (a.cel.n + b.cel.n > TERM_BYTES_MAX / 4)
        return asycuda_bad(t, n->at, "written out, this grows beyond 64 KiB");
    for (const char *c = pattern; *c != '\0'; c++) {
        if (*c != '%')
            tw_buf_char(&cel, *c);
        else
            asycuda_within(&cel, *++c == 'b' ? &b : &a, BINDS_ALL);
    }
    return asycuda_made(t, TERM_NUMBER, strchr(pattern, '?') != NULL ? BINDS_IF : BINDS_MULTIPLY, &cel);
}

static struct term of_call(struct translation *t, const struct node *n)
{
    static const struct {
        const char *name, *pattern;
        size_t n;
    } row[] = {{"Abs", "%a < 0.0 ? -%a : %a", 1},
               {"Sqr", "%a * %a", 1},
               {"Min", "%a < %b ? %a : %b", 2},
               {"Max", "%a > %b ? %a : %b", 2}};
    if (asycuda_is(n->text, "GetLength") && n->n == 1) return of_length(t, n);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (asycuda_is(n->text, row[i].name) && n->n == row[i].n) return of_pattern(t, n, row[i].pattern);
    return unknown(t, n->at, n->text);
}

/* -- all of it */

struct term asycuda_value(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {0};
    switch (n->kind) {
    case NODE_NAME:
        return of_name(t, n);
    case NODE_NUMBER:
        return of_number(t, n);
    case NODE_TEXT: {
        asycuda_put_text(&cel, n->text);
        struct term r = asycuda_made(t, TERM_TEXT, BINDS_ALL, &cel);
        r.literal = n;
        return r;
    }
    case NODE_CALL:
        return of_call(t, n);
    case NODE_ARITHMETIC:
        return of_arithmetic(t, n);
    case NODE_MINUS:
        return of_minus(t, n);
    default:
        return asycuda_condition(t, n);
    }
}

static struct term of_joined(struct translation *t, const struct node *n)
{
    TW_SCOPED_BUF cel = {.max = TERM_BYTES_MAX};
    const int binds = n->kind == NODE_AND ? BINDS_AND : BINDS_OR;
    const size_t before = t->bad;
    for (size_t i = 0; i < n->n; i++) {
        const struct term one = asycuda_condition(t, n->kid[i]);
        if (i > 0) tw_buf_text(&cel, n->kind == NODE_AND ? " && " : " || ");
        asycuda_within(&cel, &one, binds);
    }
    return t->bad > before ? asycuda_none() : asycuda_made(t, TERM_BOOL, binds, &cel);
}

struct term asycuda_condition(struct translation *t, const struct node *n)
{
    struct term r;
    switch (n->kind) {
    case NODE_AND:
    case NODE_OR:
        return of_joined(t, n);
    case NODE_NOT:
        return asycuda_not(t, asycuda_condition(t, n->kid[0]));
    case NODE_COMPARE:
        return asycuda_compare(t, n->at, n->kid[0], n->op, n->kid[1]);
    case NODE_IN:
        return asycuda_in(t, n);
    case NODE_LIKE:
        return asycuda_like(t, n);
    default:
        r = asycuda_value(t, n);
        if (r.type == TERM_BOOL || r.type == TERM_BAD) return r;
        return asycuda_bad(t, n->at, "a condition is expected here: compare it with something");
    }
}
