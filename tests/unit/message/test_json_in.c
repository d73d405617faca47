/* SPDX-License-Identifier: Apache-2.0 */
#include "message/json_in.h"

#include "base/buf.h"
#include "fault.h"

static struct tw_arena *arena;
static struct tw_fault fault;

static tw_err parse(struct tw_str text, const struct tw_json_limits *limits, const struct tw_json_node **ret)
{
    tw_arena_reset(arena);
    fault = (struct tw_fault){0};
    return tw_json_parse(text, limits, arena, ret, &fault);
}

static const struct tw_json_node *reads(const char *text)
{
    const struct tw_json_node *root = NULL;
    const tw_err err = parse(tw_str_from(text), NULL, &root);
    if (err != TW_OK) printf("# %s: %s\n", text, fault.note);
    CHECK(err == TW_OK && root != NULL);
    return root;
}

static void refuses(struct tw_str text, tw_err want, uint32_t line, const char *words)
{
    const struct tw_json_node *root = NULL;
    const tw_err err = parse(text, NULL, &root);
    if (err != want || fault.line != line || strstr(fault.note, words) == NULL)
        printf("# %.*s: %s %u %s\n", (int)(text.n < 60 ? text.n : 60), text.s, tw_err_name(err), fault.line,
               fault.note);
    CHECK(err == want && root == NULL && fault.line == line && strstr(fault.note, words) != NULL);
}

static void each_value_knows_its_kind_its_text_and_its_place(void)
{
    const struct tw_json_node *root =
        reads("{\"a\": \"x\\u00e9\\\"]\",\n \"n\": [-1.50e2, 123456789012345678901,\ttrue,false , null],\n"
              "\"é\":{}, \"t\": \"\"}");
    CHECK(root->kind == TW_JSON_OBJECT && root->n == 4 && root->line == 1 && root->column == 1 &&
          root->parent == NULL);
    const struct tw_json_node *a = tw_json_get(root, "a"), *n = tw_json_get(root, "n");
    CHECK(a->kind == TW_JSON_TEXT && tw_str_is(a->text, "x\xc3\xa9\"]") && a->line == 1 && a->column == 7);
    CHECK(n->kind == TW_JSON_ARRAY && n->n == 5 && n->line == 2 && n->column == 7 && n->parent == root);
    const struct tw_json_node *e = tw_json_first(n);
    CHECK(e->kind == TW_JSON_NUMBER && tw_str_is(e->text, "-1.50e2") && e->parent == n);
    e = e->next;
    CHECK(e->kind == TW_JSON_NUMBER && tw_str_is(e->text, "123456789012345678901") && e->column == 17);
    e = e->next;
    CHECK(e->kind == TW_JSON_TRUE);
    e = e->next;
    CHECK(e->kind == TW_JSON_FALSE);
    e = e->next;
    CHECK(e->kind == TW_JSON_NULL && e->next == NULL);
    const struct tw_json_node *o = tw_json_get(root, "é");
    CHECK(o->kind == TW_JSON_OBJECT && o->n == 0 && tw_json_first(o) == NULL && o->line == 3 &&
          o->column == 5);
    CHECK(tw_json_get(root, "t")->text.n == 0 && tw_json_get(root, "t")->next == NULL);
    CHECK(tw_json_get(root, "z") == NULL && tw_json_get(a, "a") == NULL && tw_json_get(NULL, "a") == NULL);
}

static void a_value_may_stand_alone(void)
{
    CHECK(reads(" 12 ")->kind == TW_JSON_NUMBER);
    CHECK(reads("\"\\u0000\"")->text.n == 1);
    CHECK(reads("[]")->n == 0);
}

static void a_path_leads_to_a_value(void)
{
    struct tw_fault f = {0};
    const struct tw_json_node *root = reads("{\"items\": [{}, {\"price\":\n {\"amount\": 1}}]}");
    const struct tw_json_node *items = tw_json_get(root, "items");
    CHECK(items != NULL && items->n == 2);
    const struct tw_json_node *item = tw_json_first(items)->next;
    tw_json_blame(tw_json_get(tw_json_get(item, "price"), "amount"), &f);
    CHECK(strcmp(f.path, "items[1].price.amount") == 0 && f.line == 2 && f.column == 13);
    tw_json_blame(root, &f);
    CHECK(f.path[0] == '\0' && f.line == 1);
    tw_json_blame(root, NULL);
    TW_SCOPED_BUF deep = {0};
    for (int i = 0; i < 6; i++) tw_buf_printf(&deep, "{\"a_name_of_some_length_%d\":", i);
    tw_buf_text(&deep, "7}}}}}}");
    tw_buf_char(&deep, '\0');
    root = reads(deep.p);
    for (const struct tw_json_node *m = root; m != NULL; m = tw_json_first(m)) root = m;
    tw_json_blame(root, &f);
    CHECK(strlen(f.path) == sizeof f.path - 1 && strstr(f.path, "a_name_of_some_length_5") != NULL);
}

static void what_is_no_json_is_refused_with_its_line(void)
{
    refuses(TW_STR("{\"a\":1,\n\"b\":}"), TW_FORMAT, 2, "no JSON");
    refuses(TW_STR("[1,\n2"), TW_FORMAT, 2, "no JSON");
    refuses(TW_STR("{\"a\":1}\n x"), TW_FORMAT, 2, "no JSON");
    refuses(TW_STR("[01]"), TW_FORMAT, 1, "no JSON");
    refuses(TW_STR("{'a':1}"), TW_FORMAT, 1, "no JSON");
    refuses(TW_STR("[\"\xff\"]"), TW_FORMAT, 1, "no JSON");
    refuses(TW_STR("[\"a\nb\"]"), TW_FORMAT, 1, "no JSON");
    refuses(TW_STR("[1]\0"), TW_FORMAT, 1, "zero");
    refuses(TW_STR("[NaN]"), TW_FORMAT, 1, "no JSON");
    refuses(TW_STR(" \n"), TW_FORMAT, 0, "nothing here");
    refuses((struct tw_str){NULL, 0}, TW_FORMAT, 0, "nothing here");
    refuses(TW_STR("{\"a\":1,\n\"a\":2}"), TW_FORMAT, 2, "twice");
    refuses(TW_STR("{\"a\\u0000\":1}"), TW_FORMAT, 1, "NUL");
    refuses(TW_STR("[1e999]"), TW_FORMAT, 1, "overflow");
}

static tw_err within(const char *text, struct tw_json_limits limits)
{
    const struct tw_json_node *root;
    return parse(tw_str_from(text), &limits, &root);
}

static void each_limit_is_told_by_its_name(void)
{
    CHECK(within("[1,2,3]", (struct tw_json_limits){.bytes = 7}) == TW_OK);
    CHECK(within("[1,2,3]", (struct tw_json_limits){.bytes = 6}) == TW_LIMIT &&
          strcmp(fault.path, "bytes") == 0);
    CHECK(within("[1,2,3]", (struct tw_json_limits){.values = 4}) == TW_OK);
    CHECK(within("[1,2,3]", (struct tw_json_limits){.values = 3}) == TW_LIMIT &&
          strcmp(fault.path, "values") == 0);
    CHECK(fault.line == 1 && fault.column == 6);
    CHECK(within("[[{\"[[[\":1}],[[]]]", (struct tw_json_limits){.depth = 3}) == TW_OK);
    CHECK(within("[[{\"a\":[]}]]", (struct tw_json_limits){.depth = 3}) == TW_LIMIT &&
          strcmp(fault.path, "depth") == 0);
    TW_SCOPED_BUF deep = {0};
    for (int i = 0; i < 100000; i++) tw_buf_char(&deep, '[');
    const struct tw_json_node *root;
    CHECK(parse(tw_buf_view(&deep), NULL, &root) == TW_LIMIT && fault.column == 33);
    CHECK(parse(tw_buf_view(&deep), &(struct tw_json_limits){.depth = 1000}, &root) == TW_LIMIT &&
          fault.column == 65);
}

static void a_text_too_large_for_its_arena_is_a_limit(void)
{
    struct tw_arena *small = NULL;
    const struct tw_json_node *root = NULL;
    CHECK(tw_arena_new(1 << 16, &small) == TW_OK);
    TW_SCOPED_BUF many = {0};
    tw_buf_char(&many, '[');
    for (int i = 0; i < 5000; i++) tw_buf_text(&many, "1,");
    tw_buf_text(&many, "1]");
    CHECK(tw_json_parse(tw_buf_view(&many), NULL, small, &root, &fault) == TW_LIMIT);
    CHECK(strcmp(fault.path, "memory") == 0 && root == NULL);
    tw_arena_free(small);
}

static void the_first_bytes_tell_it(void)
{
    CHECK(tw_json_sniff(TW_STR("{")) && tw_json_sniff(TW_STR(" \r\n[1")) &&
          tw_json_sniff(TW_STR("\xef\xbb\xbf{\"a")));
    CHECK(!tw_json_sniff(TW_STR("a,b")) && !tw_json_sniff(TW_STR("<a>")) && !tw_json_sniff(TW_STR("  ")));
    CHECK(strcmp(tw_json_kind_words(TW_JSON_TEXT), "a text") == 0);
}

static tw_err again(void)
{
    struct tw_arena *own = NULL;
    const struct tw_json_node *root = NULL;
    tw_err err = tw_arena_new(1 << 20, &own);
    if (err != TW_OK) return err;
    err = tw_json_parse(TW_STR("{\"a\":[1,\"text\",{\"b\":null}]}"), NULL, own, &root, &fault);
    CHECK((err == TW_OK) == (root != NULL));
    tw_arena_free(own);
    return err;
}

static void no_allocation_may_fail_unseen(void)
{
    CHECK(fault_each_allocation(again) > 0);
}

int main(void)
{
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    RUN(each_value_knows_its_kind_its_text_and_its_place);
    RUN(a_value_may_stand_alone);
    RUN(a_path_leads_to_a_value);
    RUN(what_is_no_json_is_refused_with_its_line);
    RUN(each_limit_is_told_by_its_name);
    RUN(a_text_too_large_for_its_arena_is_a_limit);
    RUN(the_first_bytes_tell_it);
    RUN(no_allocation_may_fail_unseen);
    tw_arena_free(arena);
    return DONE();
}
