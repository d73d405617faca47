/* SPDX-License-Identifier: Apache-2.0 */
/* Terms put together as texts of CEL, with brackets where they are needed and a ceiling on what grows. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "criteria/asycuda_priv.h"

struct term asycuda_bad(struct translation *t, struct place at, const char *fmt, ...)
{
    char room[192];
    va_list args;
    va_start(args, fmt);
    vsnprintf(room, sizeof room, fmt, args);
    va_end(args);
    t->bad++;
    t->told(t->to, at, room);
    return asycuda_none();
}

struct term asycuda_no_memory(struct translation *t)
{
    t->err = TW_NOMEM;
    t->bad++;
    return asycuda_none();
}

/* -- texts of CEL */

struct term asycuda_made(struct translation *t, enum term_type type, int binds, struct tw_buf *cel)
{
    struct term r = {.type = type, .binds = binds};
    if (cel->failed && cel->max > 0)
        return asycuda_bad(t, (struct place){0, 0},
                           "written out, this grows beyond 64 KiB; write it as several criteria");
    if (cel->failed || tw_str_dup(t->arena, tw_buf_view(cel), &r.cel) != TW_OK) return asycuda_no_memory(t);
    return r;
}

void asycuda_within(struct tw_buf *out, const struct term *a, int binds)
{
    if (a->binds < binds) tw_buf_char(out, '(');
    tw_buf_str(out, a->cel);
    if (a->binds < binds) tw_buf_char(out, ')');
}

struct term asycuda_joined(struct translation *t, const struct joining *j, const struct term *a,
                           const struct term *b)
{
    TW_SCOPED_BUF cel = {0};
    if (a->cel.n + b->cel.n > TERM_BYTES_MAX)
        return asycuda_bad(t, j->at, "written out, this grows beyond 64 KiB; write it as several criteria");
    asycuda_within(&cel, a, j->binds);
    tw_buf_printf(&cel, " %s ", j->op);
    /* a - (b - c) keeps its brackets, a && b && c needs none */
    asycuda_within(&cel, b, j->binds + (j->binds > BINDS_AND));
    return asycuda_made(t, j->type, j->binds, &cel);
}

struct term asycuda_not(struct translation *t, struct term a)
{
    TW_SCOPED_BUF cel = {0};
    if (a.type == TERM_BAD) return a;
    if (a.cel.n > 1 && a.cel.s[0] == '!' && a.binds == BINDS_SIGN) { /* not not */
        const struct tw_str rest = {a.cel.s + 1, a.cel.n - 1};
        tw_buf_str(&cel, rest);
        return asycuda_made(t, TERM_BOOL, BINDS_ALL, &cel);
    }
    tw_buf_char(&cel, '!');
    asycuda_within(&cel, &a, BINDS_ALL);
    return asycuda_made(t, TERM_BOOL, BINDS_SIGN, &cel);
}

struct term asycuda_both(struct translation *t, struct term a, struct term b)
{
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    if (a.cel.n == 0) return b;
    return asycuda_joined(t, &(struct joining){"&&", TERM_BOOL, BINDS_AND, {0, 0}}, &a, &b);
}

struct term asycuda_either(struct translation *t, struct place at, struct term a, struct term b)
{
    if (a.type == TERM_BAD || b.type == TERM_BAD) return asycuda_none();
    return asycuda_joined(t, &(struct joining){"||", TERM_BOOL, BINDS_OR, at}, &a, &b);
}

struct term asycuda_as_double(struct translation *t, struct term a)
{
    TW_SCOPED_BUF cel = {0};
    if (a.type == TERM_BAD || !a.whole) return a;
    if (a.literal != NULL)
        tw_buf_printf(&cel, "%.*s.0", TW_STR_ARG(a.cel));
    else
        tw_buf_printf(&cel, "double(%.*s)", TW_STR_ARG(a.cel));
    return asycuda_made(t, TERM_NUMBER, BINDS_ALL, &cel);
}

struct term asycuda_choose(struct translation *t, struct term condition, struct term a, struct term b)
{
    TW_SCOPED_BUF cel = {0};
    if (condition.type == TERM_BAD || a.type == TERM_BAD || b.type == TERM_BAD || a.type != b.type)
        return asycuda_none();
    if (a.whole != b.whole) {
        a = asycuda_as_double(t, a);
        b = asycuda_as_double(t, b);
    }
    if (condition.cel.n + a.cel.n + b.cel.n > TERM_BYTES_MAX) return asycuda_none();
    asycuda_within(&cel, &condition, BINDS_OR);
    tw_buf_text(&cel, " ? ");
    asycuda_within(&cel, &a, BINDS_OR);
    tw_buf_text(&cel, " : ");
    asycuda_within(&cel, &b, BINDS_OR);
    struct term r = asycuda_made(t, a.type, BINDS_IF, &cel);
    r.whole = a.whole && b.whole;
    return r;
}

void asycuda_put_text(struct tw_buf *out, struct tw_str s)
{
    tw_buf_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '\'' || s.s[i] == '\\') tw_buf_char(out, '\\');
        tw_buf_char(out, s.s[i]);
    }
    tw_buf_char(out, '\'');
}

/* -- values to try */

struct candidates *asycuda_path(struct translation *t, const char *path, enum asycuda_kind kind)
{
    for (size_t i = 0; i < t->paths; i++)
        if (strcmp(t->path[i].path, path) == 0) return &t->path[i];
    if (t->paths == PATHS_MAX) return NULL;
    t->path[t->paths] = (struct candidates){.path = path,
                                            .number = kind == ASYCUDA_NUMBER || kind == ASYCUDA_COUNT,
                                            .other = kind == ASYCUDA_COUNTRY     ? "ZZ"
                                                     : kind == ASYCUDA_PROCEDURE ? "99"
                                                     : kind == ASYCUDA_HS        ? "999999"
                                                                                 : "x"};
    t->path[t->paths].value = tw_arena_array(t->arena, VALUES_MAX, sizeof(struct tw_str));
    if (t->path[t->paths].value == NULL) {
        t->err = TW_NOMEM;
        return NULL;
    }
    return &t->path[t->paths++];
}

void asycuda_will_try(struct translation *t, const char *path, enum asycuda_kind kind, struct tw_str value)
{
    struct candidates *c = asycuda_path(t, path, kind);
    if (c != NULL && c->n < VALUES_MAX && value.n > 0) c->value[c->n++] = value;
}

void asycuda_will_try_number(struct translation *t, struct tw_str value)
{
    if (t->number == NULL) t->number = tw_arena_array(t->arena, VALUES_MAX, sizeof *t->number);
    if (t->number == NULL)
        t->err = TW_NOMEM;
    else if (t->numbers < VALUES_MAX)
        t->number[t->numbers++] = value;
}
