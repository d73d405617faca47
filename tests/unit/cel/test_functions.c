/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "unit/cel/try.h"

static void values_are_converted_or_it_is_said_why_not(void)
{
    static const struct said row[] = {
        {"int(3u) + int(2.9) + int('-7') + int(when)", "1234567888"},
        {"int(18446744073709551615u)", "fault 0: the value is beyond the range of the type"},
        {"int(1e19)", "fault 0: the value is beyond the range of the type"},
        {"int(0.0 / 0.0)", "fault 0: the value is beyond the range of the type"},
        {"int('12a')", "fault 0: the text does not say such a value"},
        {"int('9223372036854775808')", "fault 0: the value is beyond the range of the type"},
        {"uint(3) + uint(2.9) + uint('7')", "12u"},
        {"uint(-1)", "fault 0: the value is beyond the range of the type"},
        {"uint(-0.5)", "fault 0: the value is beyond the range of the type"},
        {"uint('-1')", "fault 0: the text does not say such a value"},
        {"uint('')", "fault 0: the text does not say such a value"},
        {"uint('18446744073709551616')", "fault 0: the value is beyond the range of the type"},
        {"double(1) + double(2u) + double('1.5e1')", "18.0"},
        {"double('NaN') != double('nan') && double('-inf') < double('Infinity')", "true"},
        {"double('1e999')", "fault 0: the value is beyond the range of the type"},
        {"double('one')", "fault 0: the text does not say such a value"},
        {"string(1) + string(2u) + string(1.5) + string(true) + string(b'x') + string('y')", "'121.5truexy'"},
        {"string(when) + string(duration('90m'))", "'2009-02-13T23:31:30Z5400s'"},
        {"string(1.0 / 0.0) + string(-0.0)", "'Infinity-0'"},
        {"string(b'\\xff')", "fault 0: the bytes are not UTF-8"},
        {"string(b'\\x00')", "'\\x00'"},
        {"bytes('é')", "b'\\xc3\\xa9'"},
        {"bool('true') && !bool('F'.lowerAscii())", "true"},
        {"bool('yes')", "fault 0: the text does not say such a value"},
        {"type(dyn([1]))", "list"},
        {"[type(null), type(when), type(duration('1s')), type(int)]",
         "[null_type, google.protobuf.Timestamp, google.protobuf.Duration, type]"},
        {"google.protobuf.Timestamp == type(when)", "true"},
    };
    SAY(row);
}

static void texts_are_looked_at_by_code_points(void)
{
    static const struct said row[] = {
        {"size('πέντε') + 'ab'.size() + size(b'é') + size([1]) + size({1: 2})", "11"},
        {"item.code.startsWith('8517') && !item.code.startsWith('85171300001')", "true"},
        {"item.code.endsWith('0000') && ''.endsWith('')", "true"},
        {"item.code.contains('713') && !''.contains('a') && 'a'.contains('')", "true"},
        {"item.code.matches('^85(17|18)') && matches(item.code, '0+$')", "true"},
        {"item.code.matches('^' + item.code)", "true"},
        {"item.code.matches('^$')", "false"},
        {"item.code.matches(x + '(')", "fault 10: the pattern is not one RE2 knows"},
        {"'mañana'.matches('a+ñ+a+') && '🐱'.matches('^.$')", "true"},
        {"'TacoCÆt'.lowerAscii() + 'tacoCαt'.upperAscii() + ''.lowerAscii()", "'tacocÆtTACOCαT'"},
        {"' \\u2003a b\\n\\u00a0'.trim() + '|' + ''.trim() + '  '.trim()", "'a b|'"},
        {"'a,b,,c'.split(',')", "['a', 'b', '', 'c']"},
        {"'a,b,c'.split(',', 2)", "['a', 'b,c']"},
        {"'a,b,c'.split(',', 0) == [] && 'a,b'.split(',', 1) == ['a,b']", "true"},
        {"'a,b,c'.split(',', -1) == 'a,b,c'.split(',', 100)", "true"},
        {"'aé🐱'.split('')", "['a', 'é', '🐱']"},
        {"'aé🐱'.split('', 2)", "['a', 'é🐱']"},
        {"''.split(',')", "['']"},
        {"','.split(',')", "['', '']"},
        {"''.split('')", "[]"},
        {"'abc'.split('abc')", "['', '']"},
        {"'a'.split(',', -2)", "fault 4: the limit of split() is a count, or -1 for all"},
    };
    SAY(row);
}

static void every_function_refuses_kinds_it_has_no_overload_for(void)
{
    static const char *const rows[] = {"!x",
                                       "-x",
                                       "x + 1",
                                       "x - 1",
                                       "x * 1",
                                       "x / 1",
                                       "x % 1",
                                       "x < 1",
                                       "1 in x",
                                       "x[0]",
                                       "size(x)",
                                       "x.size()",
                                       "bool(x)",
                                       "int(x)",
                                       "uint(x)",
                                       "double(x)",
                                       "string(x)",
                                       "bytes(x)",
                                       "timestamp(x)",
                                       "duration(x)",
                                       "x.contains('')",
                                       "x.startsWith('')",
                                       "x.endsWith('')",
                                       "x.matches('')",
                                       "matches(x, '')",
                                       "x.matches(string(n))",
                                       "x.getFullYear()",
                                       "x.getHours('UTC')",
                                       "x.getHours(string(n))",
                                       "x.lowerAscii()",
                                       "x.upperAscii()",
                                       "x.trim()",
                                       "x.split('')",
                                       "x.split('', 1)",
                                       "'a'.split(x)",
                                       "duration('1s').split(x)",
                                       "when + x",
                                       "when - x",
                                       "when.getHours(x)",
                                       "dyn(duration('1s')).getMonth()",
                                       "dyn(duration('1s')).getHours('UTC')"};
    slot[3] = tw_cel_null();
    env.unchecked = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strstr(says(rows[i]), "there is no such operation for ") == NULL)
            fprintf(stderr, "%s: %s\n", rows[i], said);
        CHECK(strstr(said, "there is no such operation for ") != NULL);
    }
    set_up();
}

static const char *json_of(const char *expression)
{
    TW_SCOPED(tw_cel_program) *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_cel_value v;
    struct tw_buf out = tw_buf_in(said, sizeof said - 1);
    struct tw_json j = {.out = &out};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(tw_cel_compile(tw_str_from(expression), &env, NULL, &p, NULL) == TW_OK);
    CHECK(tw_cel_eval(p, slot, arena, &v, NULL) == TW_OK);
    tw_cel_json(v, tw_cel_result(p), &j);
    said[out.n] = '\0';
    return said;
}

static void values_are_written_as_json(void)
{
    static const struct said row[] = {
        {"[null, true, 1, 2u, 1.5, 'a\\n']", "[null,true,1,2,1.5,\"a\\n\"]"},
        {"[9007199254740993, -9007199254740992]", "[\"9007199254740993\",\"-9007199254740992\"]"},
        {"18446744073709551615u", "\"18446744073709551615\""},
        {"[1.0 / 0.0, 0.0 / 0.0]", "[\"Infinity\",\"NaN\"]"},
        {"[b'', b'a', b'ab', b'abc\\xff']", "[\"\",\"YQ==\",\"YWI=\",\"YWJj/w==\"]"},
        {"{'a': 1, 2: {true: []}, 3u: 4}", "{\"a\":1,\"2\":{\"true\":[]},\"3\":4}"},
        {"[when, duration('-1.5s')]", "[\"2009-02-13T23:31:30Z\",\"-1.5s\"]"},
        {"item.importer", "{\"name\":\"Bay Traders\",\"country\":\"XA\"}"},
        {"type(1)", "\"int\""},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (strcmp(json_of(row[i].expression), row[i].answer) != 0)
            fprintf(stderr, "%s: %s, not %s\n", row[i].expression, said, row[i].answer);
        CHECK(strcmp(said, row[i].answer) == 0);
    }
    CHECK(strcmp(says("item.importer"), "{name: 'Bay Traders', country: 'XA'}") == 0);
}

int main(void)
{
    set_up();
    RUN(values_are_converted_or_it_is_said_why_not);
    RUN(texts_are_looked_at_by_code_points);
    RUN(every_function_refuses_kinds_it_has_no_overload_for);
    RUN(values_are_written_as_json);
    return DONE();
}
