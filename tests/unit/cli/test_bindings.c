/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "cli/bindings.h"
#include "fault.h"
#include "store/file.h"

static const char *json_text;

static tw_err bind(struct tw_str text, struct tw_arena *arena, struct tw_bindings *ret,
                   struct tw_fault *fault)
{
    const struct tw_json_node *json;
    TW_TRY(tw_json_parse(text, NULL, arena, &json, fault));
    return tw_bindings_of(json, arena, ret, fault);
}

/* What `tidewaiter cel` would print, told apart by a word where it is a fault. */
static void say(const struct tw_bindings *b, struct tw_str expression, struct tw_arena *arena,
                struct tw_buf *out)
{
    struct tw_fault fault = {0};
    struct tw_cel_value v;
    TW_SCOPED(tw_cel_program) *p = NULL;
    const struct tw_cel_env env = {.variable = b->variable, .variables = b->n};
    tw_buf_clear(out);
    if (tw_cel_compile(expression, &env, NULL, &p, &fault) != TW_OK) {
        tw_buf_printf(out, "refused: %s", fault.note);
    } else if (tw_cel_eval(p, b->slot, arena, &v, &fault) != TW_OK) {
        tw_buf_printf(out, "fault: %s", fault.note);
    } else {
        const struct tw_cel_type *type = tw_cel_result(p);
        tw_cel_show(v, type, out);
        tw_buf_text(out, " (");
        tw_cel_type_show(type->kind == TW_CEL_DYN ? tw_cel_type_of((enum tw_cel_kind)v.kind) : type, out);
        tw_buf_text(out, ")");
    }
}

static void check_says(const char *json, const char *expression, const char *answer)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_bindings b;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(bind(tw_str_from(json), arena, &b, NULL) == TW_OK);
    say(&b, tw_str_from(expression), arena, &out);
    if (!tw_str_is(tw_buf_view(&out), answer))
        fprintf(stderr, "%s: %.*s\n", expression, TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_is(tw_buf_view(&out), answer));
}

static void values_have_the_types_they_show(void)
{
    static const char json[] =
        "{\"a\":1,\"b\":1.0,\"c\":\"x\",\"d\":[1,2],\"e\":[1,2.5],\"f\":{},\"g\":[],\"h\":null,\"i\":"
        "{\"j\":[{\"k\":1},{\"k\":\"y\",\"l\":true}]},\"m\":9223372036854775808,\"n\":[[1],[]]}";
    check_says(json, "a", "1 (int)");
    check_says(json, "b", "1.0 (double)");
    check_says(json, "c", "'x' (string)");
    check_says(json, "d", "[1, 2] (list(int))");
    check_says(json, "e", "[1, 2.5] (list(dyn))");
    check_says(json, "f", "{} (map(dyn, dyn))");
    check_says(json, "g", "[] (list(dyn))");
    check_says(json, "h", "null (null)");
    check_says(json, "i.j.map(e, e.k)", "[1, 'y'] (list(dyn))");
    check_says(json, "i.j[1].l", "true (bool)");
    check_says(json, "i.j[0].k + 1", "2 (int)");
    check_says(json, "i.j[0].weight", "refused: j has no field 'weight'; it has k, l");
    check_says(json, "m", "9.223372036854776e+18 (double)");
    check_says(json, "n[0][0]", "1 (int)");
    check_says(json, "size(i) + size(i.j)", "3 (int)");
}

static void what_is_no_object_is_refused(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_bindings b;
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(bind(TW_STR("[1]"), arena, &b, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.note, "bindings are an object: {\"name\": value}") == 0 && fault.line == 1);
    CHECK(
        bind(TW_STR("{\"a\": {\"b\": [0.1111111111111111111111111111111111111111111111111111111111111111]}}"),
             arena, &b, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.path, "a") == 0);
}

static tw_err work(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_bindings b;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    return bind(tw_str_from(json_text), arena, &b, NULL);
}

static void each_allocation_may_fail(void)
{
    json_text = "{\"a\":[{\"b\":1},{\"c\":[1,2,3]}]}";
    CHECK(fault_each_allocation(work) > 1);
}

/* The cell between two bars of a table's row, with its \| as |; *row moves behind it. */
static struct tw_str cell(struct tw_str *row, char *room, size_t n)
{
    struct tw_buf b = tw_buf_in(room, n);
    size_t i = 0;
    for (; i < row->n && row->s[i] != '|'; i++) {
        if (row->s[i] == '\\' && i + 1 < row->n && row->s[i + 1] == '|') i++;
        tw_buf_char(&b, row->s[i]);
    }
    *row = i < row->n ? (struct tw_str){row->s + i + 1, row->n - i - 1} : (struct tw_str){0};
    return tw_str_trim(tw_buf_view(&b));
}

static bool is_code(struct tw_str s)
{
    return s.n > 2 && s.s[0] == '`' && s.s[s.n - 1] == '`';
}

static struct tw_str code(struct tw_str s)
{
    return (struct tw_str){s.s + 1, s.n - 2};
}

/* A row that ends with an expression and what it gives. */
static bool try_row(struct tw_str line, const struct tw_bindings *b, struct tw_arena *arena)
{
    char room[4][400];
    struct tw_str at[4] = {{0}}, rest = tw_str_trim(line);
    TW_SCOPED_BUF out = {0};
    size_t n = 0;
    if (rest.n == 0 || rest.s[0] != '|') return false;
    rest = (struct tw_str){rest.s + 1, rest.n - 1};
    for (; rest.n > 0 && n < 4; n++) at[n] = cell(&rest, room[n], sizeof room[n]);
    if (n < 2 || !is_code(at[n - 2]) || !is_code(at[n - 1])) return false;
    say(b, code(at[n - 2]), arena, &out);
    if (!tw_str_eq(tw_buf_view(&out), code(at[n - 1])))
        fprintf(stderr, "%.*s\n  gives %.*s\n", TW_STR_ARG(line), TW_STR_ARG(tw_buf_view(&out)));
    CHECK(tw_str_eq(tw_buf_view(&out), code(at[n - 1])));
    return true;
}

static void examples_of_the_guide_give_what_it_says(void)
{
    char path[4096];
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_bindings b;
    const char *source = getenv("TIDEWAITER_SOURCE");
    CHECK(source != NULL && tw_arena_new(8 << 20, &arena) == TW_OK);
    snprintf(path, sizeof path, "%s/docs/cel.md", source);
    CHECK(tw_file_in_all(path, 1 << 20, &text, NULL) == TW_OK);
    tw_buf_char(&text, '\0');
    const char *json = strstr(text.p, "```json\n");
    CHECK(json != NULL);
    json += 8;
    CHECK(bind((struct tw_str){json, (size_t)(strstr(json, "```") - json)}, arena, &b, NULL) == TW_OK);
    unsigned rows = 0;
    struct tw_str rest = tw_str_from(text.p);
    while (rest.n > 0) rows += try_row(tw_str_cut(rest, '\n', &rest), &b, arena);
    CHECK(rows >= 25);
}

int main(void)
{
    RUN(values_have_the_types_they_show);
    RUN(what_is_no_object_is_refused);
    RUN(each_allocation_may_fail);
    RUN(examples_of_the_guide_give_what_it_says);
    return DONE();
}
