/* SPDX-License-Identifier: Apache-2.0 */
/* cel_conform TESTS.json -- runs conformance tests of the Common Expression Language, as test_cel.py hands
 * them on: the JSON form of cel.expr.conformance.test.SimpleTest. One line per test: "ok", or what was wrong.
 */
#include <stdio.h>

#include "oracle/cel_json.h"

static bool same(struct tw_cel_value a, struct tw_cel_value b)
{
    if (a.kind != b.kind || a.n != b.n) return false;
    if (a.kind == TW_CEL_DOUBLE) return a.f == b.f || (a.f != a.f && b.f != b.f);
    if (a.kind == TW_CEL_LIST) {
        for (uint32_t i = 0; i < a.n; i++)
            if (!same(a.list[i], b.list[i])) return false;
        return true;
    }
    if (a.kind != TW_CEL_MAP) return tw_cel_equal(a, b);
    for (uint32_t i = 0; i < a.n; i++) {
        uint32_t k = 0;
        while (k < b.n && !(same(a.map[2 * i], b.map[2 * k]) && same(a.map[2 * i + 1], b.map[2 * k + 1])))
            k++;
        if (k == b.n) return false;
    }
    return true;
}

/* -- one test */

struct world {
    struct tw_cel_variable variable[NAMES];
    struct tw_cel_value slot[NAMES];
    struct tw_cel_function function[NAMES];
    struct tw_cel_env env;
};

static void declare(struct world *w, const json_t *test)
{
    const json_t *e;
    size_t i;
    json_array_foreach(json_object_get(test, "typeEnv"), i, e)
    {
        const struct tw_str name = text_of(json_object_get(e, "name"));
        const json_t *ident = json_object_get(e, "ident"), *overload;
        size_t k, m;
        if (ident != NULL) {
            CHECK(w->env.variables < NAMES);
            w->variable[w->env.variables++] =
                (struct tw_cel_variable){name, type_of(json_object_get(ident, "type"))};
            continue;
        }
        json_array_foreach(json_object_get(json_object_get(e, "function"), "overloads"), k, overload)
        {
            const json_t *params = json_object_get(overload, "params");
            const struct tw_cel_type **at = room(json_array_size(params), sizeof *at);
            for (m = 0; m < json_array_size(params); m++) at[m] = type_of(json_array_get(params, m));
            CHECK(w->env.functions < NAMES);
            w->function[w->env.functions++] = (struct tw_cel_function){
                .name = name,
                .receiver = json_is_true(json_object_get(overload, "isInstanceFunction")),
                .n = (uint8_t)m,
                .parameter = at,
                .result = type_of(json_object_get(overload, "resultType"))};
        }
    }
}

/* Functions that the tests take as there: cel-go's library of optional values. */
static void declare_optional(struct world *w)
{
    static const struct tw_cel_type t = {.kind = TW_CEL_PARAM, .name = {"T", 1}};
    static const struct tw_cel_type *const part[] = {&t};
    static const struct tw_cel_type optional = {
        .kind = TW_CEL_ABSTRACT, .n = 1, .name = {"optional_type", 13}, .part = part};
    w->function[w->env.functions++] =
        (struct tw_cel_function){.name = TW_STR("optional.none"), .result = &optional};
    w->function[w->env.functions++] = (struct tw_cel_function){
        .name = TW_STR("optional.of"), .n = 1, .parameter = part, .result = &optional};
}

static void bind(struct world *w, const json_t *test)
{
    const char *name;
    json_t *b;
    for (size_t i = 0; i < w->env.variables; i++) w->slot[i] = tw_cel_error(TW_CEL_FAULT_UNDECLARED);
    json_object_foreach(json_object_get(test, "bindings"), name, b)
    {
        size_t i = 0;
        while (i < w->env.variables && !tw_str_is(w->variable[i].name, name)) i++;
        CHECK(i < NAMES);
        if (i == w->env.variables)
            w->variable[w->env.variables++] =
                (struct tw_cel_variable){tw_str_from(name), tw_cel_type_of(TW_CEL_DYN)};
        w->slot[i] = value_of(json_object_get(b, "value"));
    }
}

static bool wrong(const char *what, const char *why)
{
    printf("%s: %s\n", what, why);
    return false;
}

static bool right_type(const struct tw_cel_program *p, const json_t *typed)
{
    TW_SCOPED_BUF is = {0};
    TW_SCOPED_BUF want = {0};
    if (typed == NULL) return true;
    tw_cel_type_show(tw_cel_result(p), &is);
    tw_cel_type_show(type_of(json_object_get(typed, "deducedType")), &want);
    if (tw_str_eq(tw_buf_view(&is), tw_buf_view(&want))) return true;
    printf("type %.*s, not %.*s\n", TW_STR_ARG(tw_buf_view(&is)), TW_STR_ARG(tw_buf_view(&want)));
    return false;
}

static bool right_value(const json_t *test, tw_err err, struct tw_cel_value got, const struct tw_fault *fault)
{
    const json_t *value = json_object_get(test, "value"), *typed = json_object_get(test, "typedResult");
    TW_SCOPED_BUF b = {0};
    if (json_object_get(test, "evalError") != NULL) {
        if (err == TW_RANGE) return true;
        tw_cel_show(got, NULL, &b);
        printf("no fault, but %s %.*s\n", tw_err_name(err), TW_STR_ARG(tw_buf_view(&b)));
        return false;
    }
    if (err != TW_OK) return wrong("fault", fault->note);
    if (typed != NULL) value = json_object_get(typed, "result");
    const struct tw_cel_value want = value != NULL ? value_of(value) : tw_cel_bool(true);
    if (same(got, want)) return true;
    tw_cel_show(got, NULL, &b);
    tw_buf_text(&b, ", not ");
    tw_cel_show(want, NULL, &b);
    printf("value %.*s\n", TW_STR_ARG(tw_buf_view(&b)));
    return false;
}

static bool run(const json_t *test)
{
    struct world w = {0};
    TW_SCOPED(tw_cel_program) *p = NULL;
    struct tw_fault fault = {0};
    struct tw_cel_value v = {0};
    w.env = (struct tw_cel_env){.container = text_of(json_object_get(test, "container")),
                                .variable = w.variable,
                                .function = w.function,
                                .unchecked = json_is_true(json_object_get(test, "disableCheck"))};
    declare_optional(&w);
    declare(&w, test);
    bind(&w, test);
    if (tw_cel_compile(text_of(json_object_get(test, "expr")), &w.env, NULL, &p, &fault) != TW_OK)
        return wrong("refused", fault.note);
    if (!right_type(p, json_object_get(test, "typedResult"))) return false;
    if (json_is_true(json_object_get(test, "checkOnly"))) return true;
    const tw_err err = tw_cel_eval(p, w.slot, arena, &v, &fault);
    return right_value(test, err, v, &fault);
}

int main(int argc, char **argv)
{
    json_error_t error;
    CHECK(argc == 2);
    json_t *tests = json_load_file(argv[1], JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    CHECK(json_is_array(tests));
    const json_t *t;
    size_t i;
    json_array_foreach(tests, i, t)
    {
        CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
        if (run(t)) printf("ok\n");
        tw_arena_free(arena);
    }
    json_decref(tests);
    return 0;
}
