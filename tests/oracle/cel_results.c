/* SPDX-License-Identifier: Apache-2.0 */
/* cel_results < GROUPS -- evaluates what stdin asks; one answer a line. A group is a line of JSON:
 * {"bindings": {name: {"value": ...}}, "typeEnv": [...], "expressions": [...]}. Answers: a letter for the
 * type, then the value; ! a fault; ? and both where checking an expression changed what comes of it, which it
 * must not. */
#include <stdio.h>

#include "oracle/cel_json.h"

struct world {
    struct tw_cel_variable variable[NAMES];
    struct tw_cel_value slot[NAMES];
    size_t n;
};

static void put(struct tw_cel_value v, struct tw_buf *out);

static int by_text(const void *a, const void *b)
{
    return tw_str_cmp(*(const struct tw_str *)a, *(const struct tw_str *)b);
}

static void put_map(struct tw_cel_value v, struct tw_buf *out)
{
    struct tw_str *entry = room(v.n, sizeof *entry);
    for (uint32_t i = 0; i < v.n; i++) {
        TW_SCOPED_BUF b = {0};
        put(tw_cel_map_key(v, i), &b);
        tw_buf_char(&b, ':');
        put(tw_cel_map_entry(v, i), &b);
        CHECK(tw_str_dup(arena, tw_buf_view(&b), &entry[i]) == TW_OK);
    }
    qsort(entry, v.n, sizeof *entry, by_text);
    tw_buf_char(out, '{');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i > 0) tw_buf_char(out, ',');
        tw_buf_str(out, entry[i]);
    }
    tw_buf_char(out, '}');
}

static void put_list(struct tw_cel_value v, struct tw_buf *out)
{
    tw_buf_char(out, '[');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i > 0) tw_buf_char(out, ',');
        put(v.list[i], out);
    }
    tw_buf_char(out, ']');
}

static void put(struct tw_cel_value v, struct tw_buf *out)
{
    switch ((enum tw_cel_kind)v.kind) {
    case TW_CEL_NULL:
        tw_buf_text(out, "null");
        break;
    case TW_CEL_BOOL:
        tw_buf_text(out, v.b ? "true" : "false");
        break;
    case TW_CEL_INT:
        tw_buf_printf(out, "i%lld", (long long)v.i);
        break;
    case TW_CEL_UINT:
        tw_buf_printf(out, "u%llu", (unsigned long long)v.u);
        break;
    case TW_CEL_DOUBLE:
        tw_buf_printf(out, v.f != v.f ? "dNaN" : "d%016llx", (unsigned long long)v.u);
        break;
    case TW_CEL_STRING:
    case TW_CEL_BYTES:
        tw_buf_char(out, v.kind == TW_CEL_STRING ? 's' : 'y');
        tw_buf_hex(out, (const uint8_t *)v.s, v.n);
        break;
    case TW_CEL_TIMESTAMP:
        tw_buf_printf(out, "t%lld.%u", (long long)v.i, (unsigned)v.n);
        break;
    case TW_CEL_DURATION:
        tw_buf_printf(out, "r%lld", (long long)v.i);
        break;
    case TW_CEL_LIST:
        put_list(v, out);
        break;
    case TW_CEL_MAP:
        put_map(v, out);
        break;
    case TW_CEL_TYPE:
        tw_buf_printf(out, "T%s", tw_cel_kind_name(v.type->kind));
        break;
    default:
        CHECK(0 && "no such value");
    }
}

/* False where the checker refuses it. */
static bool answer(const struct world *w, struct tw_str expression, bool unchecked, struct tw_buf *out)
{
    struct tw_cel_value v;
    TW_SCOPED(tw_cel_program) *p = NULL;
    const struct tw_cel_env env = {.variable = w->variable, .variables = w->n, .unchecked = unchecked};
    const tw_err err = tw_cel_compile(expression, &env, NULL, &p, NULL);
    if (err != TW_OK && !unchecked) return false;
    if (err != TW_OK || tw_cel_eval(p, w->slot, arena, &v, NULL) != TW_OK)
        tw_buf_char(out, '!');
    else
        put(v, out);
    return true;
}

static void answer_twice(const struct world *w, struct tw_str expression)
{
    TW_SCOPED_BUF plain = {0};
    TW_SCOPED_BUF checked = {0};
    CHECK(answer(w, expression, true, &plain));
    if (answer(w, expression, false, &checked) && !tw_str_eq(tw_buf_view(&plain), tw_buf_view(&checked)))
        printf("? unchecked %.*s checked %.*s\n", TW_STR_ARG(tw_buf_view(&plain)),
               TW_STR_ARG(tw_buf_view(&checked)));
    else
        printf("%.*s\n", TW_STR_ARG(tw_buf_view(&plain)));
}

static void group(const json_t *g)
{
    struct world w = {0};
    const json_t *e, *bindings = json_object_get(g, "bindings");
    size_t i;
    json_array_foreach(json_object_get(g, "typeEnv"), i, e)
    {
        const struct tw_str name = text_of(json_object_get(e, "name"));
        CHECK(w.n < NAMES);
        w.variable[w.n] =
            (struct tw_cel_variable){name, type_of(json_object_get(json_object_get(e, "ident"), "type"))};
        w.slot[w.n++] = value_of(json_object_get(json_object_get(bindings, name.s), "value"));
    }
    json_array_foreach(json_object_get(g, "expressions"), i, e) answer_twice(&w, text_of(e));
}

int main(void)
{
    json_error_t error;
    json_t *g;
    CHECK(tw_arena_new((size_t)1 << 30, &arena) == TW_OK);
    while ((g = json_loadf(stdin, JSON_DISABLE_EOF_CHECK | JSON_DECODE_INT_AS_REAL, &error)) != NULL) {
        group(g);
        json_decref(g);
        tw_arena_reset(arena);
    }
    return 0;
}
