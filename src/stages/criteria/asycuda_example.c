/* SPDX-License-Identifier: Apache-2.0 */
/* Examples for a condition: values that it compares with are tried, one name after another, until it holds,
 * and until it does not. The condition itself prunes: what is false whatever else comes needs no more tries.
 */
#include <string.h>

#include "criteria/asycuda_priv.h"

enum { TRIES_MAX = 3000 };

struct search {
    const struct trying *with;
    const struct translation *t;
    const struct tw_cel_program *program;
    struct tw_cel_value root[ROOT_N];
    struct tw_cel_value *slot[PATHS_MAX]; /* NULL = the condition does not read it */
    struct tw_cel_value value[PATHS_MAX];
    struct tw_str text[PATHS_MAX]; /* as an example writes it; n = 0: not tried yet */
    bool asks_has;                 /* then what is false now may hold with more values */
    unsigned tries;
};

/* What was said of the condition, in the draft: "080810", 1000. */
static void put_example(const struct search *s, const char *hit, struct tw_buf *out)
{
    tw_buf_text(out, "      - {");
    for (size_t i = 0; i < s->t->paths; i++) {
        if (s->text[i].n == 0) continue;
        const bool number = s->t->path[i].number;
        tw_buf_printf(out, number ? "%s: %.*s, " : "%s: \"%.*s\", ", s->t->path[i].path,
                      TW_STR_ARG(s->text[i]));
    }
    tw_buf_printf(out, "hit: %s}\n", hit);
}

/* Bytes that need no escape between double quotes. */
static bool is_simple(struct tw_str s)
{
    return s.n > 0 && memchr(s.s, '"', s.n) == NULL && memchr(s.s, '\\', s.n) == NULL;
}

static tw_err evaluate(struct search *s, struct tw_cel_value *ret)
{
    struct tw_fault why = {0};
    s->tries++;
    tw_arena_reset(s->with->arena);
    const tw_err err = tw_cel_eval(s->program, s->root, s->with->arena, ret, &why);
    if (err != TW_OK) *ret = tw_cel_unknown(); /* its fault belongs to these values */
    return err == TW_NOMEM && !tw_arena_full(s->with->arena) ? err : TW_OK;
}

/* The k-th value to try for a path, in the order of a search that wants a hit; false: there are no more. */
static bool text_to_try(const struct candidates *c, size_t k, struct tw_str *ret)
{
    if (k > c->n) return false;
    *ret = k < c->n ? c->value[k] : tw_str_from(c->other);
    return true;
}

static bool number_to_try(const struct translation *t, size_t k, struct tw_arena *arena, struct tw_str *ret)
{
    static const double by[] = {0, 1, -1};
    TW_SCOPED_BUF text = {0};
    double v;
    if (k < 3 * t->numbers) {
        if (tw_str_f64(t->number[k / 3], &v) != TW_OK) return false;
        const bool whole = memchr(t->number[k / 3].s, '.', t->number[k / 3].n) == NULL;
        tw_buf_f64(&text, whole ? v + by[k % 3] : v);
    } else if (k < 3 * t->numbers + 2) {
        tw_buf_text(&text, k == 3 * t->numbers ? "1" : "1000000");
    } else {
        return false;
    }
    return tw_str_dup(arena, tw_buf_view(&text), ret) == TW_OK;
}

static bool to_try(const struct search *s, size_t path, size_t k, struct tw_str *ret)
{
    const struct candidates *c = &s->t->path[path];
    return c->number ? number_to_try(s->t, k, s->with->blank, ret) : text_to_try(c, k, ret);
}

/* Sets a path to a value; false when such a value cannot stand there. */
static bool set(struct search *s, size_t path, struct tw_str text)
{
    double f;
    int64_t i;
    const uint8_t kind = s->value[path].kind;
    if (!s->t->path[path].number) {
        if (!is_simple(text)) return false;
        *s->slot[path] = tw_cel_string(text);
    } else if (kind == TW_CEL_INT) {
        if (tw_str_i64(text, &i) != TW_OK) return false;
        *s->slot[path] = tw_cel_int(i);
    } else {
        if (tw_str_f64(text, &f) != TW_OK || f < 0) return false;
        *s->slot[path] = tw_cel_double(f);
    }
    s->text[path] = text;
    return true;
}

static void unset(struct search *s, size_t path)
{
    *s->slot[path] = tw_cel_absent();
    s->text[path].n = 0;
}

/* Tries the paths from `at` on; values stay set where it comes to what is wanted. */
static tw_err seek(struct search *s, size_t at, bool hit, bool *ret)
{
    struct tw_cel_value v;
    struct tw_str text;
    *ret = false;
    if (s->tries >= TRIES_MAX) return TW_OK;
    TW_TRY(evaluate(s, &v));
    if (v.kind == TW_CEL_BOOL) {
        *ret = v.b == hit;
        if (*ret || !s->asks_has) return TW_OK;
    }
    while (at < s->t->paths && s->slot[at] == NULL) at++;
    if (at == s->t->paths) return TW_OK;
    for (size_t k = 0; to_try(s, at, k, &text) && !*ret; k++)
        if (set(s, at, text)) TW_TRY(seek(s, at + 1, hit, ret));
    if (!*ret) unset(s, at);
    return TW_OK;
}

/* Does the condition read the path? Names are not parts of each other but for what follows a point. */
static bool reads(struct tw_str when, const char *path)
{
    const size_t n = strlen(path);
    for (size_t i = 0; i + n <= when.n; i++)
        if (memcmp(when.s + i, path, n) == 0) return true;
    return false;
}

static tw_err open_search(struct search *s, struct tw_str when)
{
    for (int r = 0; r < ROOT_N; r++)
        TW_TRY(schema_blank(s->with->schema, (enum root)r, s->with->blank, &s->root[r]));
    for (size_t i = 0; i < s->t->paths; i++) {
        const struct tw_cel_type *type;
        if (!reads(when, s->t->path[i].path)) continue;
        TW_TRY(schema_find(s->with->schema, tw_str_from(s->t->path[i].path), s->root, &s->slot[i], &type));
        s->value[i].kind = (uint8_t)type->kind;
    }
    return TW_OK;
}

static void clear(struct search *s)
{
    for (size_t i = 0; i < s->t->paths; i++)
        if (s->slot[i] != NULL) unset(s, i);
    s->tries = 0;
}

static tw_err find_examples(struct search *s, struct tw_buf *out, bool *ret_hit)
{
    struct tw_cel_value v;
    bool miss;
    TW_TRY(seek(s, 0, true, ret_hit));
    if (*ret_hit) put_example(s, "true", out);
    clear(s);
    TW_TRY(seek(s, 0, false, &miss));
    if (miss) put_example(s, "false", out);
    clear(s);
    if (*ret_hit || miss) return TW_OK;
    TW_TRY(evaluate(s, &v));
    put_example(s, v.kind == TW_CEL_BOOL ? v.b ? "true" : "false" : "unknown", out);
    return TW_OK;
}

tw_err asycuda_examples(const struct trying *with, const struct translation *t, struct tw_str when,
                        struct tw_buf *out, bool *ret_hit, struct tw_fault *fault)
{
    struct search s = {.with = with, .t = t, .asks_has = reads(when, "has(")};
    TW_SCOPED(tw_cel_program) *program = NULL;
    TW_TRY(tw_cel_compile(when, &with->schema->env, &with->limits, &program, fault));
    s.program = program;
    tw_arena_reset(with->blank);
    TW_TRY(open_search(&s, when));
    return find_examples(&s, out, ret_hit);
}
