/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/leaf.h"

#include "base/json.h"
#include "check.h"

static void takes_what_can_be_written_in_one_way(void)
{
    static const char *const good[] = {
        "{}",
        "{\"a\":1}",
        "{\"A\":true,\"B-1\":false,\"_\":null,\"a\":[],\"a.b\":{},\"ab\":\"\"}",
        "{\"a\":[1,-2,0,9007199254740991,-9007199254740991,[\"x\",{\"y\":\"z\"}]]}",
        "{\"a\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u000b/ \x7f z\xc3\xbcrich\"}",
        "{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(tw_leaf_check(tw_str_from(good[i]), NULL) == TW_OK);
    TW_SCOPED_BUF out = {0};
    struct tw_json j = {.out = &out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "text");
    char all[128];
    for (int i = 0; i < 128; i++) all[i] = (char)(127 - i);
    tw_json_str(&j, (struct tw_str){all, sizeof all});
    tw_json_key(&j, "whole");
    tw_json_i64(&j, -12);
    tw_json_end_object(&j);
    CHECK(tw_leaf_check(tw_buf_view(&out), NULL) == TW_OK); /* as base/json.h writes it */
}

static void refuses_any_other_with_its_place(void)
{
    static const struct {
        const char *text;
        uint32_t column;
    } bad[] = {{"", 1},
               {"[]", 1},
               {"{", 2},
               {"{} ", 3},
               {"{\"a\":1}\n", 8},
               {"{ \"a\":1}", 2},
               {"{\"a\" :1}", 5},
               {"{\"a\":1 }", 7},
               {"{\"a\":1,}", 8},
               {"{\"b\":1,\"a\":1}", 11},
               {"{\"a\":1,\"a\":1}", 11},
               {"{\"\":1}", 4},
               {"{\"a b\":1}", 7},
               {"{\"[\":1}", 5},
               {"{\"@\":1}", 5},
               {"{\"{\":1}", 5},
               {"{\"/\":1}", 5},
               {"{\":\":1}", 5},
               {"{\"a\":01}", 8},
               {"{\"a\":-0}", 8},
               {"{\"a\":-}", 7},
               {"{\"a\":1.5}", 7},
               {"{\"a\":1e5}", 7},
               {"{\"a\":9007199254740992}", 22},
               {"{\"a\":99999999999999999999}", 22},
               {"{\"a\":nul}", 6},
               {"{\"a\":n", 6},
               {"{\"a\":}", 6},
               {"{\"a\":", 6},
               {"{\"a\":?}", 6},
               {"{\"a\":[1}", 8},
               {"{\"a\":\"x}", 9},
               {"{\"a\":\"\n\"}", 7},
               {"{\"a\":\"\\/\"}", 8},
               {"{\"a\":\"\\u001F\"}", 8},
               {"{\"a\":\"\\u0041\"}", 8},
               {"{\"a\":\"\\u0009\"}", 8},
               {"{\"a\":\"\\u001g\"}", 8},
               {"{\"a\":\"\\u001/\"}", 8},
               {"{\"a\":\"\\u1000\"}", 8},
               {"{\"a\":\"\\u00", 8},
               {"{\"a\":\"\\", 8},
               {"{\"a\":\"\xff\"}", 7}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_fault fault = {0};
        CHECK(tw_leaf_check(tw_str_from(bad[i].text), NULL) == TW_FORMAT);
        CHECK(tw_leaf_check(tw_str_from(bad[i].text), &fault) == TW_FORMAT);
        if (fault.column != bad[i].column) printf("# %s: %u\n", bad[i].text, fault.column);
        CHECK(fault.column == bad[i].column);
    }
    CHECK(tw_leaf_check((struct tw_str){"{\"a\":\"\\\0\"}", 10}, NULL) == TW_FORMAT);
}

static void has_limits(void)
{
    static char large[TW_TLOG_LEAF_MAX + 1];
    memset(large, 'x', sizeof large);
    memcpy(large, "{\"a\":\"", 6);
    memcpy(large + TW_TLOG_LEAF_MAX - 2, "\"}", 2);
    CHECK(tw_leaf_check((struct tw_str){large, TW_TLOG_LEAF_MAX}, NULL) == TW_OK);
    CHECK(tw_leaf_check((struct tw_str){large, sizeof large}, NULL) == TW_LIMIT);
    CHECK(tw_leaf_check(TW_STR("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), NULL) == TW_LIMIT);
}

int main(void)
{
    RUN(takes_what_can_be_written_in_one_way);
    RUN(refuses_any_other_with_its_place);
    RUN(has_limits);
    return DONE();
}
