/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/cel/try.h"

static void literals_of_every_kind_are_read(void)
{
    static const struct said row[] = {
        {"1", "1"},
        {"0x1F", "31"},
        {"-0x1f", "-31"},
        {"42u", "42u"},
        {"0XffU", "255u"},
        {"18446744073709551615u", "18446744073709551615u"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1.5", "1.5"},
        {"1.0", "1.0"},
        {".5e2", "50.0"},
        {"2E-3", "0.002"},
        {"-0.0", "-0.0"},
        {"true", "true"},
        {"null", "null"},
        {"'it\\'s'", "'it\\'s'"},
        {"\"a\" 'b'", "refused 4: here stands ''b'', but an operator or the end is expected"},
        {"'''a\nb'''", "'a\\nb'"},
        {"r'a\\n'", "'a\\\\n'"},
        {"b'\\xff\\101'", "b'\\xffA'"},
        {"B'é'", "b'\\xc3\\xa9'"},
        {"bR'\\x'", "b'\\\\x'"},
        {"'\\u00e9\\U0001F431\\xe9\\351'", "'é🐱éé'"},
        {"'\\ud83d\\udc31'", "'🐱'"},
        {"'\\a\\b\\f\\n\\r\\t\\v\\?\\`'", "'\\a\\b\\f\\n\\r\\t\\v?`'"},
        {"[1, 2,]", "[1, 2]"},
        {"{'a': 1, 2: 'b',}", "{'a': 1, 2: 'b'}"},
        {"[]", "[]"},
        {"{}", "{}"},
        {" 1 // one\n + // two\n\t2", "3"},
        {"1 //", "1"},
    };
    SAY(row);
}

static void a_literal_that_is_none_is_refused_at_its_place(void)
{
    static const struct said row[] = {
        {"1 + 9223372036854775808", "refused 4: the number is larger than an int can hold"},
        {"99999999999999999999", "refused 0: the number is larger than an int can hold"},
        {"18446744073709551616u", "refused 0: the number is larger than a uint can hold"},
        {"-5u", "refused 0: - takes int, double; here it has uint"},
        {"0x", "refused 0: behind 0x stand the digits 0-9, a-f"},
        {"1e999", "refused 0: the number is longer or larger than a double can hold"},
        {"'abc", "refused 0: the text does not end; it ends with '"},
        {"'a\nb'", "refused 0: the text does not end; it ends with '"},
        {"\"\"\"abc\"\"", "refused 0: the text does not end; it ends with \"\"\""},
        {"'\\q'",
         "refused 1: \\ stands before one of \\ ? \" ' ` a b f n r t v x u U 0-3; r'...' keeps it as it is"},
        {"'\\x4'", "refused 1: \\x stands before two digits 0-9, a-f"},
        {"'\\u12'", "refused 1: \\u stands before four digits 0-9, a-f"},
        {"'\\U0011'", "refused 1: \\U stands before eight digits 0-9, a-f"},
        {"'\\U00110000'", "refused 1: there is no such character in Unicode"},
        {"'\\ud83d'", "refused 1: there is no such character in Unicode"},
        {"'\\18'", "refused 1: \\ and three digits 0-7 name a character: \\101"},
        {"b'\\u00e9'", "refused 2: bytes are written \\xff or \\377; \\u and \\U are for texts"},
    };
    SAY(row);
    CHECK(strcmp(says_of((struct tw_str){"'\xff'", 3}), "refused 0: the expression is not UTF-8") == 0);
    CHECK(strcmp(says_of((struct tw_str){"'\0'", 3}), "'\\x00'") == 0);
}

static void operators_bind_as_the_grammar_has_it(void)
{
    static const struct said row[] = {
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"10 - 2 - 3", "5"},
        {"24 / 4 / 2", "3"},
        {"true || false && false", "true"},
        {"1 < 2 == true", "true"},
        {"!true || true", "true"},
        {"!!true", "true"},
        {"--1", "1"},
        {"-(-1)", "1"},
        {"false ? 1 : false ? 2 : 3", "3"},
        {"1 + 1 in [2]", "true"},
        {"[[1]][0][0]", "1"},
        {"{'a': {'b': 1}}.a.b", "1"},
        {"{'content-type': 1}.`content-type`", "1"},
        {"{'if': 2}.if", "2"},
    };
    SAY(row);
}

static void what_is_no_expression_is_refused_with_what_is_missing(void)
{
    static const struct said row[] = {
        {"", "refused 0: the expression ends here; a value is missing"},
        {"1 +", "refused 3: the expression ends here; a value is missing"},
        {"(1", "refused 2: the expression ends here; ')' is missing"},
        {"[1, 2", "refused 5: the expression ends here; ',' or ']' is missing"},
        {"[1 2]", "refused 3: here stands '2', but ',' or ']' is expected"},
        {"{1}", "refused 2: here stands '}', but ':' and a value is expected"},
        {"{1: 2", "refused 5: the expression ends here; ',' or '}' is missing"},
        {"size(1,)", "refused 7: here stands ')', but another argument is expected"},
        {"true ? 1", "refused 8: the expression ends here; ':' and what it is otherwise is missing"},
        {"n = 3", "refused 2: equal is written =="},
        {"true & true", "refused 5: and is written &&"},
        {"true | true", "refused 5: or is written ||"},
        {"n # 3", "refused 2: this character has no meaning here"},
        {"n.", "refused 2: the expression ends here; the name of a field or function is missing"},
        {"item.in", "refused 5: here stands 'in', but the name of a field or function is expected"},
        {"item.`", "refused 5: a name in ` ` has letters, digits, blanks and _ . - / and ends with `"},
        {"package", "refused 0: 'package' is a reserved word and cannot be a name"},
        {"in", "refused 0: 'in' is a reserved word and cannot be a name"},
        {"Item{price: 1}", "refused 4: messages cannot be built here; a map is written {'name': value}"},
        {"item.Price{a: 1}", "refused 10: messages cannot be built here; a map is written {'name': value}"},
        {"!-1", "refused 1: here stands '-', but a value; put it in parentheses is expected"},
        {"has(n)", "refused 4: has() asks for a field: has(item.price)"},
        {"items.all(1, true)", "refused 10: all() begins with a name of your own, as in all(x, ...)"},
        {"items.all(i, i, true)", "refused 13: the two names of all() are the same"},
    };
    SAY(row);
}

static void a_fault_knows_line_and_character(void)
{
    struct tw_fault fault = {0};
    struct tw_cel_program *p = NULL;
    CHECK(tw_cel_compile(TW_STR("n > 1 &&\n 'é' == itme.origin"), &env, NULL, &p, &fault) == TW_FORMAT);
    CHECK(fault.line == 2 && fault.column == 9 && p == NULL);
    CHECK(strcmp(fault.note, "there is no 'itme' here; did you mean 'item'?") == 0);
    CHECK(tw_cel_compile(TW_STR("1 +"), &env, NULL, &p, NULL) == TW_FORMAT);
}

int main(void)
{
    set_up();
    RUN(literals_of_every_kind_are_read);
    RUN(a_literal_that_is_none_is_refused_at_its_place);
    RUN(operators_bind_as_the_grammar_has_it);
    RUN(what_is_no_expression_is_refused_with_what_is_missing);
    RUN(a_fault_knows_line_and_character);
    return DONE();
}
