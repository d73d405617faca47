/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "unit/cel/try.h"

static struct tw_str many(struct tw_buf *b, const char *first, const char *each, int n, const char *last)
{
    tw_buf_clear(b);
    tw_buf_text(b, first);
    for (int i = 0; i < n; i++) tw_buf_text(b, each);
    tw_buf_text(b, last);
    CHECK(!b->failed);
    return tw_buf_view(b);
}

static void expect(struct tw_str expression, const char *answer)
{
    const char *got = says_of(expression);
    if (strcmp(got, answer) != 0) fprintf(stderr, "says %s\nnot  %s\n", got, answer);
    CHECK(strcmp(got, answer) == 0);
}

static void an_expression_has_at_most_so_many_bytes(void)
{
    TW_SCOPED_BUF b = {0};
    expect(many(&b, "1", " ", 65535, ""), "1");
    expect(many(&b, "1", " ", 65536, ""), "limit 0: the expression has 65537 bytes; 65536 are allowed");
    limits.bytes = 3;
    expect(TW_STR("1  "), "1");
    expect(TW_STR("1   "), "limit 0: the expression has 4 bytes; 3 are allowed");
    limits.bytes = 0;
}

static void parts_are_at_most_so_deep(void)
{
    static const char deep[] = "the expression has parts more than 100 deep within each other";
    static const struct {
        const char *first, *each, *last;
        int most;
        const char *answer;
    } row[] = {{"1", " + 1", "", 99, "100"},
               {"true", " == true", "", 99, "true"},
               {"", "!", "true", 99, NULL},
               {"", "-", "n", 99, NULL},
               {"[x]", "[0]", "", 98, NULL}};
    TW_SCOPED_BUF b = {0};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        CHECK(strncmp(says_of(many(&b, row[i].first, row[i].each, row[i].most, row[i].last)), "limit", 5) !=
              0);
        if (row[i].answer != NULL) CHECK(strcmp(said, row[i].answer) == 0);
        CHECK(strstr(says_of(many(&b, row[i].first, row[i].each, row[i].most + 2, row[i].last)), deep) !=
              NULL);
        CHECK(strncmp(said, "limit", 5) == 0);
    }
    const char *const open[] = {"(", "[", "{1:", "size(", "true ? true : ", "[1].map(e, "};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        CHECK(strstr(says_of(many(&b, "", open[i], 2000, "")), deep) != NULL);
    expect(many(&b, "true", " || true", 5000, ""), "true");
    limits.depth = 2;
    expect(TW_STR("1 + 1"), "2");
    expect(TW_STR("1 + 1 + 1"), "limit 6: the expression has parts more than 2 deep within each other");
    limits.depth = TW_CEL_DEPTH_MOST + 1;
    expect(TW_STR("1"), "refused 0: an expression may be at most 200 deep");
    limits.depth = TW_CEL_DEPTH_MOST;
    CHECK(strncmp(says_of(many(&b, "", "[1].map(e, ", 100, "1")), "refused", 7) == 0);
    limits.depth = 0;
}

static void a_written_list_has_at_most_so_many_elements(void)
{
    static const char long_list[] =
        "the list has more than 10000 elements; keep long lists in a list of their own";
    TW_SCOPED_BUF b = {0};
    expect(many(&b, "size([", "1,", 10000, "])"), "10000");
    CHECK(strstr(says_of(many(&b, "size([", "1,", 10001, "])")), long_list) != NULL &&
          strncmp(said, "limit", 5) == 0);
    limits.list = 2;
    expect(TW_STR("{1: 1, 2: 2}"), "{1: 1, 2: 2}");
    expect(TW_STR("{1: 1, 2: 2, 3: 3}"),
           "limit 0: the list has more than 2 elements; keep long lists in a list of their own");
    limits.list = 60001;
    expect(TW_STR("1"), "refused 0: a list may have at most 60000 elements");
    limits.list = 0;
    limits.bytes = (1 << 20) + 1;
    expect(TW_STR("1"), "refused 0: an expression may have at most 1 MiB");
    limits.bytes = 0;
}

static void an_evaluation_takes_at_most_so_many_steps(void)
{
    static const char steps[] = "limit 0: the expression takes more than the 100000 steps that are allowed";
    TW_SCOPED_BUF b = {0};
    tw_buf_text(&b, "");
    static const char range[] = "[1,2,3,4,5,6,7,8,9,10].all(e, ";
    for (int i = 0; i < 6; i++) tw_buf_text(&b, range);
    tw_buf_text(&b, "true))))))");
    expect(tw_buf_view(&b), steps);
    tw_buf_text(&b, " || true"); /* nothing absorbs it */
    expect(tw_buf_view(&b), steps);
    expect(many(&b, "['a']", ".map(e, e + e)", 25, ""), steps);
    expect(many(&b, "n == 1 || [[n]]", ".map(e, [e, e])", 40, " == dyn([[n]])"), "false");
    expect(many(&b, "[[n]]", ".map(e, [e, e])", 20, ".all(e, [e] == [e])"), steps);
    limits.steps = 5;
    expect(TW_STR("n + n > 1"), "true");
    expect(TW_STR("n + n + n > 1"), "limit 0: the expression takes more than the 5 steps that are allowed");
    limits.steps = 0;
}

/* Long texts cost what looking at them takes. */
static void long_values_cost_steps_too(void)
{
    static char text[4 << 20];
    memset(text, 'a', sizeof text - 1);
    slot[3] = tw_cel_string((struct tw_str){text, sizeof text - 1});
    static const char *const rows[] = {"x.contains('b')",
                                       "x.matches('b')",
                                       "size(x) > 0",
                                       "x + 'a' == ''",
                                       "x.trim() == ''",
                                       "x.lowerAscii() == ''",
                                       "x.split('b') == []",
                                       "string(bytes(x)) == ''",
                                       "x.matches(x)",
                                       "x == x + ''",
                                       "x <= x"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK(strncmp(says(rows[i]), "limit 0", 7) == 0);
    set_up();
}

static void what_an_expression_makes_needs_an_arena_with_room(void)
{
    struct tw_cel_value v = tw_cel_int(77);
    struct tw_fault fault = {0};
    static const char *const rows[] = {"item.origin + 'a'",
                                       "[n]",
                                       "{n: n}",
                                       "items.map(i, i.mass)",
                                       "items.filter(i, true)",
                                       "item.tags + item.tags",
                                       "string(n)",
                                       "item.origin.lowerAscii()",
                                       "item.origin.split('a')",
                                       "table.transformMap(k, v, v)"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TW_SCOPED(tw_cel_program) *p = NULL;
        TW_SCOPED(tw_arena) *small = NULL;
        CHECK(tw_cel_compile(tw_str_from(rows[i]), &env, NULL, &p, NULL) == TW_OK);
        CHECK(tw_cel_eval(p, slot, NULL, &v, &fault) == TW_NOMEM && v.i == 77);
        CHECK(tw_arena_new(1, &small) == TW_OK);
        CHECK(tw_cel_eval(p, slot, small, &v, &fault) == TW_NOMEM && v.i == 77);
    }
}

static tw_err compile_and_evaluate(void)
{
    struct tw_cel_program *p = NULL;
    struct tw_cel_value v = tw_cel_null();
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    const tw_err err = tw_cel_compile(
        TW_STR(
            "items.exists(i, i.price > 1.0 && i.origin in ['XA', 'XB']) && when.getHours('Europe/Paris') == "
            "0 && "
            "item.code.matches('^8') && size([[], [1], [[2]]]) == 3 && {'a': [n]}.a == [3] && twice(n) == 6"),
        &env, NULL, &p, NULL);
    CHECK((p != NULL) == (err == TW_OK));
    TW_TRY(err);
    const tw_err ran = tw_cel_eval(p, slot, arena, &v, NULL);
    CHECK(ran != TW_OK || v.b);
    tw_cel_free(p);
    return ran;
}

static void each_allocation_may_fail(void)
{
    CHECK(fault_each_allocation(compile_and_evaluate) > 8);
}

/* "No heap": with not one allocation left, conditions are still decided. */
static void evaluation_takes_nothing_from_the_heap(void)
{
    TW_SCOPED(tw_cel_program) *p = NULL;
    struct tw_cel_value v = tw_cel_null();
    CHECK(tw_cel_compile(
              TW_STR("item.price * 2.0 > 1.0 && item.origin in ['XB', 'XC'] && item.code.startsWith('85') && "
                     "items.all(i, i.mass < 50) && when > timestamp('2000-01-01T00:00:00Z') && "
                     "when.getHours('Europe/Paris') == 0 && has(item.importer.name)"),
              &env, NULL, &p, NULL) == TW_OK);
    tw_mem_fail_after(0);
    const tw_err err = tw_cel_eval(p, slot, NULL, &v, NULL);
    tw_mem_fail_after(-1);
    CHECK(err == TW_OK && v.kind == TW_CEL_BOOL && v.b);
}

int main(void)
{
    set_up();
    RUN(an_expression_has_at_most_so_many_bytes);
    RUN(parts_are_at_most_so_deep);
    RUN(a_written_list_has_at_most_so_many_elements);
    RUN(an_evaluation_takes_at_most_so_many_steps);
    RUN(long_values_cost_steps_too);
    RUN(what_an_expression_makes_needs_an_arena_with_room);
    RUN(each_allocation_may_fail);
    RUN(evaluation_takes_nothing_from_the_heap);
    return DONE();
}
