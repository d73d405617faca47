/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/cel/try.h"

static const char *type_of(const char *expression)
{
    struct tw_fault fault = {0};
    TW_SCOPED(tw_cel_program) *p = NULL;
    if (tw_cel_compile(tw_str_from(expression), &env, NULL, &p, &fault) != TW_OK)
        return say_fault("refused", &fault);
    struct tw_buf out = tw_buf_in(said, sizeof said - 1);
    tw_cel_type_show(tw_cel_result(p), &out);
    said[out.n] = '\0';
    return said;
}

static void types_are_found(void)
{
    static const struct said row[] = {
        {"item", "item"},
        {"item.price", "double"},
        {"item.importer.country", "string"},
        {"items[0].tags", "list(string)"},
        {"items.map(i, i.mass)", "list(int)"},
        {"items.filter(i, i.mass > 1)", "list(item)"},
        {"items.transformMap(k, i, i.price)", "map(int, double)"},
        {"table.map(k, k)", "list(string)"},
        {"table.transformMap(k, v, v * 2)", "map(string, int)"},
        {"table.a", "int"},
        {"[1, 2.0]", "list(dyn)"},
        {"[[], [1]]", "list(list(int))"},
        {"[]", "list(dyn)"},
        {"{}", "map(dyn, dyn)"},
        {"{'a': [1u]}", "map(string, list(uint))"},
        {"n > 1 ? 'a' : 'b'", "string"},
        {"n > 1 ? [] : [n]", "list(int)"},
        {"when - when", "duration"},
        {"when + duration('1h')", "timestamp"},
        {"type(n)", "type(int)"},
        {"x + 1", "int"},
        {"x == 1", "bool"},
        {"x.anything[3].more", "dyn"},
        {"dyn(1)", "dyn"},
        {"null", "null"},
        {"[item, null][0]", "item"},
        {"twice(n)", "int"},
        {"n.twice()", "int"},
        {"tax.due(item)", "int"},
        {"'a b'.split(' ')", "list(string)"},
        {"item.price > n", "bool"},
        {"item.mass == 1.5", "bool"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (strcmp(type_of(row[i].expression), row[i].answer) != 0)
            fprintf(stderr, "%s: %s, not %s\n", row[i].expression, said, row[i].answer);
        CHECK(strcmp(said, row[i].answer) == 0);
    }
}

static void what_does_not_fit_is_refused_with_what_would(void)
{
    static const struct said row[] = {
        {"item.pirce > 5.0", "refused 5: item has no field 'pirce'; did you mean 'price'?"},
        {"item.qwertyuiop",
         "refused 5: item has no field 'qwertyuiop'; it has price, mass, origin, code, tags, importer"},
        {"has(item.pirce)", "refused 9: item has no field 'pirce'; did you mean 'price'?"},
        {"itme.price", "refused 0: there is no 'itme' here; did you mean 'item'?"},
        {"quantity > 1", "refused 0: there is no 'quantity' here; there is item, items, n, x, when, table"},
        {"items.exists(it, ti.mass > 1)", "refused 17: there is no 'ti' here; did you mean 'it'?"},
        {"n.price", "refused 2: int has no fields, and so no 'price'"},
        {"items.price", "refused 6: list(item) has no fields, and so no 'price'"},
        {"{1: 2}.a", "refused 7: the keys of this map are of type int; ask for one in [ ]"},
        {"item.origin > 5", "refused 12: > takes int and int, uint and uint, double and double, string and "
                            "string, timestamp and timestamp, ...; here it has string and int"},
        {"item.origin == 5", "refused 12: == takes anything and the same, int and uint, int and double, uint "
                             "and int, uint and double, ...; here it has string and int"},
        {"n + 'a'", "refused 2: + takes int and int, uint and uint, double and double, string and string, "
                    "bytes and bytes, ...; here it has int and string"},
        {"n && true", "refused 0: each side of && is true or false; this is int"},
        {"true || 'a'", "refused 8: each side of || is true or false; this is string"},
        {"n ? 1 : 2", "refused 0: what stands before ? is true or false; this is int"},
        {"true ? 1 : 'a'",
         "refused 5: both sides of : are of one type; here they are int and string, or wrap them in dyn()"},
        {"items.all(i, i.mass)", "refused 15: the condition is true or false; this is int"},
        {"n.exists(i, true)", "refused 2: exists() goes over a list or a map, not int"},
        {"items.map(i, i.mass, i.mass)", "refused 15: the condition is true or false; this is int"},
        {"{1.5: 2}", "refused 1: a key is an int, uint, bool or string, not double"},
        {"sizes(items)",
         "refused 0: there is no function sizes() without a value before it; did you mean size()?"},
        {"item.origin.startWith('X')",
         "refused 12: there is no function startWith() behind a dot; did you mean startsWith()?"},
        {"items.exist(i, true)",
         "refused 6: there is no function exist() behind a dot; did you mean exists()?"},
        {"contains(item.origin, 'X')",
         "refused 0: there is no function contains() without a value before it, as in value.name()"},
        {"item.mass.int()",
         "refused 10: there is no function int() behind a dot; its value stands in the parentheses"},
        {"frobnicate(1)", "refused 0: there is no function frobnicate()"},
        {"item.origin.contains(5)",
         "refused 12: contains() takes string and string; here it has string and int"},
        {"size()", "refused 0: size() takes string, bytes, list, map; here it has nothing"},
        {"twice('a')", "refused 0: twice() does not take string"},
        {"item.origin.matches('(')", "refused 20: not a pattern of RE2: missing ): ("},
        {"when.getHours('Europe/Pariss')",
         "refused 14: there is no time zone 'Europe/Pariss'; they are written Europe/Paris, UTC or +02:00"},
        {"n in 5", "refused 2: in takes anything and list, anything and map, int and list(double), double "
                   "and list(int), ...; here it has int and int"},
    };
    SAY(row);
}

static void names_are_looked_up_in_the_container_and_longest_first(void)
{
    static const struct tw_cel_variable names[] = {
        {{"a.b.c", 5}, NULL}, {{"a.b", 3}, NULL}, {{"x.y", 3}, NULL}, {{"y", 1}, NULL}};
    struct tw_cel_variable v[4];
    for (int i = 0; i < 4; i++)
        v[i] = (struct tw_cel_variable){names[i].name, tw_cel_type_of(i == 1 ? TW_CEL_MAP : TW_CEL_INT)};
    const struct tw_cel_value key = tw_cel_string(TW_STR("c"));
    const struct tw_cel_value entry[] = {key, tw_cel_int(20)};
    const struct tw_cel_value values[] = {tw_cel_int(1), tw_cel_map(entry, 1), tw_cel_int(3), tw_cel_int(4)};
    static const struct {
        const char *container, *expression;
        int64_t is;
    } row[] = {{"", "a.b.c", 1},
               {"", "(a.b).c", 20},
               {"", "a.b['c']", 20},
               {"x", "y", 3},
               {"x.z", "y", 3},
               {"x", ".y", 4},
               {"", "y", 4},
               {"a", "b.c", 1},
               {"a.b", "c", 1},
               {"", "[7].map(y, y)[0]", 7},
               {"x", "[7].map(y, .y)[0]", 4}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const struct tw_cel_env e = {
            .container = tw_str_from(row[i].container), .variable = v, .variables = 4};
        TW_SCOPED(tw_cel_program) *p = NULL;
        TW_SCOPED(tw_arena) *arena = NULL;
        struct tw_cel_value got;
        CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
        struct tw_fault fault = {0};
        if (tw_cel_compile(tw_str_from(row[i].expression), &e, NULL, &p, &fault) != TW_OK)
            fprintf(stderr, "%s: %s\n", row[i].expression, fault.note);
        CHECK(fault.code == TW_OK);
        CHECK(tw_cel_eval(p, values, arena, &got, NULL) == TW_OK);
        CHECK(got.kind == TW_CEL_INT && got.i == row[i].is);
    }
}

static void objects_of_json_are_records_to_the_checker_and_maps_to_the_rest(void)
{
    struct tw_cel_field f[] = {{TW_STR("price"), tw_cel_type_of(TW_CEL_DOUBLE)}};
    const struct tw_cel_type t = {
        .kind = TW_CEL_RECORD, .keyed = true, .name = {"order", 5}, .field = f, .fields_n = 1};
    const struct tw_cel_variable v = {TW_STR("order"), &t};
    const struct tw_cel_env e = {.variable = &v, .variables = 1};
    const struct tw_cel_value entry[] = {tw_cel_string(TW_STR("price")), tw_cel_double(2)};
    const struct tw_cel_value value = tw_cel_map(entry, 1);
    static const char *const yes[] = {"order.price == 2.0",      "has(order.price)",
                                      "'price' in order",        "order['price'] == 2",
                                      "size(order) == 1",        "order.all(k, k == 'price')",
                                      "order == {'price': 2.0}", "order.exists(k, v, v == 2)"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        TW_SCOPED(tw_cel_program) *p = NULL;
        struct tw_cel_value got = tw_cel_null();
        CHECK(tw_cel_compile(tw_str_from(yes[i]), &e, NULL, &p, NULL) == TW_OK);
        CHECK(tw_cel_eval(p, &value, NULL, &got, NULL) == TW_OK && got.kind == TW_CEL_BOOL && got.b);
    }
    struct tw_cel_program *none = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_cel_compile(TW_STR("order.pirce"), &e, NULL, &none, &fault) == TW_FORMAT);
    CHECK(strcmp(fault.note, "order has no field 'pirce'; did you mean 'price'?") == 0);
}

static void a_program_knows_which_variables_it_reads(void)
{
    TW_SCOPED(tw_cel_program) *p = NULL;
    CHECK(tw_cel_compile(TW_STR("item.price > 1.0 || n in [1]"), &env, NULL, &p, NULL) == TW_OK);
    CHECK(tw_cel_reads(p, 0) && tw_cel_reads(p, 2));
    CHECK(!tw_cel_reads(p, 1) && !tw_cel_reads(p, 3) && !tw_cel_reads(p, 4));
}

static void a_program_knows_which_fields_it_reads(void)
{
    static const struct {
        const char *expression, *reads; /* of item: price, mass, origin, code, tags, importer */
    } row[] = {{"n == 3", "------"},
               {"item.mass > 3", "-m----"},
               {"has(item.code) && item.importer.name == 'a'", "---c-i"},
               {"has(item.importer.name) || item.tags.exists(t, t == item.origin)", "--o-ti"},
               {"items.exists(i, i.price > 1.0)", "------"},
               {"item == items[0]", "pmocti"},
               {"[item].exists(i, i.mass == 1)", "pmocti"},
               {"dyn(item) == x || item.mass > 3", "pmocti"},
               {"has(item.mass) && items.exists(i, i == item)", "pmocti"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_cel_program) *p = NULL;
        bool reads[6] = {false};
        CHECK(tw_cel_compile(tw_str_from(row[i].expression), &env, NULL, &p, NULL) == TW_OK);
        tw_cel_reads_fields(p, 0, reads, 6);
        for (int f = 0; f < 6; f++) CHECK(reads[f] == (row[i].reads[f] != '-'));
    }
}

static void unchecked_expressions_fail_where_they_are_evaluated(void)
{
    static const struct said row[] = {
        {"nobody", "fault 0: there is no such name"},
        {"nobody || true", "true"},
        {"nothing(1)", "fault 0: there is no such function"},
        {"false && nothing(1)", "false"},
        {"'a' && false", "false"},
        {"1 + 'a'", "fault 2: there is no such operation for int and string"},
        {"n.price", "fault 2: there is no such field"},
        {"item.price", "12.5"},
        {"item.pirce", "fault 5: there is no such field"},
        {"{1.5: 2}", "fault 0: a key is an int, uint, bool or string"},
        {"twice('a')", "fault 0: there is no such operation for string"},
        {"size()", "fault 0: there is no such operation for these types"},
        {"size() == 1 || true", "true"},
        {"int(1, 2)", "fault 0: there is no such operation for these types"},
        {"'a'.split()", "fault 4: there is no such operation for these types"},
        {"'a'.trim('b')", "fault 4: there is no such operation for these types"},
        {"'a'.split('b', 1, 2)", "fault 4: there is no such operation for these types"},
    };
    env.unchecked = true;
    SAY(row);
    env.unchecked = false;
}

int main(void)
{
    set_up();
    RUN(types_are_found);
    RUN(what_does_not_fit_is_refused_with_what_would);
    RUN(names_are_looked_up_in_the_container_and_longest_first);
    RUN(objects_of_json_are_records_to_the_checker_and_maps_to_the_rest);
    RUN(a_program_knows_which_variables_it_reads);
    RUN(a_program_knows_which_fields_it_reads);
    RUN(unchecked_expressions_fail_where_they_are_evaluated);
    return DONE();
}
