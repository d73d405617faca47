/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/buf.h"
#include "fault.h"

static struct tw_arena *arena;

static tw_err parse(const char *text, struct tw_yaml **ret, struct tw_fault *fault)
{
    tw_arena_reset(arena);
    return tw_yaml_parse(tw_str_from(text), arena, ret, fault);
}

static void values_keep_their_words_and_places(void)
{
    struct tw_yaml *root = NULL;
    CHECK(parse("# a comment\ncountry: NO\nlist: [1, \"2\"]\nmap:\n  deep: on\n", &root, NULL) == TW_OK);
    const struct tw_yaml *country = tw_yaml_get(root, "country"), *list = tw_yaml_get(root, "list");
    CHECK(root->kind == TW_YAML_MAP && root->n == 3 && tw_str_is(country->text, "NO"));
    CHECK(country->line == 2 && country->column == 10 && !country->quoted);
    CHECK(list->kind == TW_YAML_LIST && list->n == 2 && list->member[1]->quoted &&
          list->member[1]->column == 11);
    CHECK(tw_str_is(tw_yaml_get(tw_yaml_get(root, "map"), "deep")->text, "on"));
    CHECK(tw_yaml_get(root, "nothing") == NULL && tw_yaml_get(list, "x") == NULL &&
          tw_yaml_get(NULL, "x") == NULL);
}

static bool refused(const char *text, tw_err code, uint32_t line, const char *note)
{
    struct tw_yaml *root = NULL;
    struct tw_fault fault = {0};
    const tw_err err = parse(text, &root, &fault);
    const bool good = err == code && root == NULL && fault.line == line && strstr(fault.note, note) != NULL;
    if (!good) fprintf(stderr, "%s: %s, line %u: %s\n", text, tw_err_name(err), fault.line, fault.note);
    return good;
}

static void what_yaml_allows_and_we_do_not(void)
{
    CHECK(refused("a: &x 1\nb: *x\n", TW_FORMAT, 1, "anchors"));
    CHECK(refused("a: 1\nb: *x\n", TW_FORMAT, 2, "aliases"));
    CHECK(refused("a: !!int 1\n", TW_FORMAT, 1, "tags"));
    CHECK(refused("a: 1\nb: 2\na: 3\n", TW_FORMAT, 3, "'a' stands twice; it was given in line 1"));
    CHECK(refused("a: 1\n---\nb: 2\n", TW_FORMAT, 2, "second document"));
    CHECK(refused("[a, b]: 1\n", TW_FORMAT, 1, "key"));
    CHECK(refused("", TW_FORMAT, 1, "empty"));
    CHECK(refused("a: [1\n", TW_FORMAT, 2, "not YAML"));
    CHECK(refused("a: \"\\0\"\n", TW_FORMAT, 1, "NUL"));
    CHECK(refused("a: \xff\n", TW_FORMAT, 1, "UTF-8"));
}

static void limits_hold(void)
{
    TW_SCOPED_BUF deep = {0}, wide = {0};
    struct tw_yaml *root = NULL;
    struct tw_fault fault = {0};
    for (int i = 0; i < TW_YAML_DEPTH_MAX; i++) tw_buf_char(&deep, '[');
    for (int i = 0; i < TW_YAML_DEPTH_MAX; i++) tw_buf_char(&deep, ']');
    CHECK(tw_yaml_parse(tw_buf_view(&deep), arena, &root, NULL) == TW_OK);
    tw_buf_clear(&deep);
    for (int i = 0; i <= TW_YAML_DEPTH_MAX; i++) tw_buf_char(&deep, '[');
    for (int i = 0; i <= TW_YAML_DEPTH_MAX; i++) tw_buf_char(&deep, ']');
    CHECK(tw_yaml_parse(tw_buf_view(&deep), arena, &root, &fault) == TW_LIMIT &&
          strstr(fault.note, "32 levels") != NULL);
    tw_buf_char(&wide, '[');
    for (int i = 0; i < TW_YAML_NODES_MAX; i++) tw_buf_text(&wide, "1,");
    tw_buf_char(&wide, ']');
    TW_SCOPED(tw_arena) *large = NULL;
    CHECK(tw_arena_new((size_t)1 << 30, &large) == TW_OK);
    CHECK(tw_yaml_parse(tw_buf_view(&wide), large, &root, &fault) == TW_LIMIT);
}

/* Many keys in one map cost what they are worth: 200,000 of them take well under a second, not minutes. */
static void many_keys_are_compared_fast(void)
{
    TW_SCOPED_BUF text = {0};
    struct tw_yaml *root = NULL;
    for (int i = 0; i < 200000; i++) tw_buf_printf(&text, "key%d: 1\n", i);
    TW_SCOPED(tw_arena) *large = NULL;
    CHECK(tw_arena_new((size_t)1 << 30, &large) == TW_OK);
    CHECK(tw_yaml_parse(tw_buf_view(&text), large, &root, NULL) == TW_OK && root->n == 200000);
}

struct sub {
    int64_t n;
};
struct all {
    struct tw_str text;
    int64_t whole;
    double real;
    bool yes;
    int32_t day;
    struct sub sub;
    struct tw_yaml_items items, texts, numbers;
    const struct tw_yaml *node;
};
static const struct tw_yaml_field sub_fields[] = {
    {"n", TW_YAML_I64, offsetof(struct sub, n), true, 1, 9, NULL, 0},
    {NULL, TW_YAML_TEXT, 0, false, 0, 0, NULL, 0}};
static const struct tw_yaml_field fields[] = {
    {"text", TW_YAML_TEXT, offsetof(struct all, text), true, 0, 0, NULL, 0},
    {"whole", TW_YAML_I64, offsetof(struct all, whole), false, -5, 5, NULL, 0},
    {"real", TW_YAML_F64, offsetof(struct all, real), false, 0, 1, NULL, 0},
    {"yes", TW_YAML_BOOL, offsetof(struct all, yes), false, 0, 0, NULL, 0},
    {"day", TW_YAML_DAY, offsetof(struct all, day), false, 0, 0, NULL, 0},
    {"sub", TW_YAML_STRUCT, offsetof(struct all, sub), false, 0, 0, sub_fields, 0},
    {"items", TW_YAML_ITEMS, offsetof(struct all, items), false, 0, 0, sub_fields, sizeof(struct sub)},
    {"texts", TW_YAML_TEXTS, offsetof(struct all, texts), false, 0, 0, NULL, 0},
    {"numbers", TW_YAML_NUMBERS, offsetof(struct all, numbers), false, 0, 10, NULL, 0},
    {"node", TW_YAML_NODE, offsetof(struct all, node), false, 0, 0, NULL, 0},
    {NULL, TW_YAML_TEXT, 0, false, 0, 0, NULL, 0}};

static void tables_say_what_a_value_is(void)
{
    struct tw_yaml *root = NULL;
    struct all a = {.real = 0.5, .yes = true};
    CHECK(parse("text: 007\nwhole: -5\nyes: false\nday: 2026-11-23\nsub: {n: 3}\nitems: [{n: 1}, {n: 9}]\n"
                "texts: [NO, yes]\nnumbers: [1, 2.5]\nnode: {any: thing}\n",
                &root, NULL) == TW_OK);
    CHECK(tw_yaml_bind(root, fields, &a, arena, NULL) == TW_OK);
    CHECK(tw_str_is(a.text, "007") && a.whole == -5 && a.real == 0.5 && !a.yes && a.day == 20780 &&
          a.sub.n == 3);
    CHECK(a.items.n == 2 && ((const struct sub *)a.items.at)[1].n == 9);
    CHECK(a.texts.n == 2 && tw_str_is(((const struct tw_str *)a.texts.at)[0], "NO"));
    CHECK(a.numbers.n == 2 && ((const double *)a.numbers.at)[1] == 2.5 && a.node->kind == TW_YAML_MAP);
}

static bool unbound(const char *text, tw_err code, uint32_t line, const char *note)
{
    struct tw_yaml *root = NULL;
    struct all a = {0};
    struct tw_fault fault = {0};
    CHECK(parse(text, &root, NULL) == TW_OK);
    const tw_err err = tw_yaml_bind(root, fields, &a, arena, &fault);
    const bool good = err == code && fault.line == line && strstr(fault.note, note) != NULL;
    if (!good) fprintf(stderr, "%s: %s, line %u: %s\n", text, tw_err_name(err), fault.line, fault.note);
    return good;
}

static void what_does_not_fit_the_table_says_where(void)
{
    CHECK(unbound("whole: 1\n", TW_FORMAT, 1, "text"));
    CHECK(unbound("text: a\nwhole: 6\n", TW_RANGE, 2, "from -5 to 5"));
    CHECK(unbound("text: a\nwhole: 1.5\n", TW_FORMAT, 2, "whole number"));
    CHECK(unbound("text: a\nreal: 1.5junk\n", TW_FORMAT, 2, "number"));
    CHECK(unbound("text: a\nreal: .nan\n", TW_FORMAT, 2, "number"));
    CHECK(unbound("text: a\nyes: on\n", TW_FORMAT, 2, "true or false"));
    CHECK(unbound("text: a\nday: 2026-02-30\n", TW_FORMAT, 2, "date"));
    CHECK(unbound("text: [a]\n", TW_FORMAT, 1, "single value"));
    CHECK(unbound("text: a\nitems: 3\n", TW_FORMAT, 2, "list"));
    CHECK(unbound("text: a\nitems: [{n: 10}]\n", TW_RANGE, 2, "from 1 to 9"));
    CHECK(unbound("text: a\ntexts: [{n: 10}]\n", TW_FORMAT, 2, "text"));
    CHECK(unbound("text: a\nnumbers: [1, 11]\n", TW_RANGE, 2, "from 0 to 10"));
    CHECK(unbound("text: a\nwhloe: 1\n", TW_FORMAT, 2, "whole"));
}

static tw_err work(void)
{
    TW_SCOPED(tw_arena) *a = NULL;
    struct tw_yaml *root = NULL;
    struct all all = {0};
    TW_TRY(tw_arena_new(1 << 20, &a));
    TW_TRY(tw_yaml_parse(TW_STR("text: a\nitems: [{n: 1}, {n: 2}]\n"), a, &root, NULL));
    return tw_yaml_bind(root, fields, &all, a, NULL);
}

static void out_of_memory_is_an_error(void)
{
    CHECK(fault_each_allocation(work) >= 2);
}

int main(void)
{
    CHECK(tw_arena_new((size_t)64 << 20, &arena) == TW_OK);
    RUN(values_keep_their_words_and_places);
    RUN(what_yaml_allows_and_we_do_not);
    RUN(limits_hold);
    RUN(many_keys_are_compared_fast);
    RUN(tables_say_what_a_value_is);
    RUN(what_does_not_fit_the_table_says_where);
    RUN(out_of_memory_is_an_error);
    tw_arena_free(arena);
    return DONE();
}
