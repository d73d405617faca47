/* SPDX-License-Identifier: Apache-2.0 */
#include "message/json_split.h"

#include "base/buf.h"
#include "fault.h"

/* What comes out, one line each: "line:column text" or "! line:column note". */
static void split(struct tw_json_split *s, struct tw_str text, size_t piece, struct tw_buf *out)
{
    tw_json_split_clear(s);
    for (;;) {
        struct tw_json_piece p;
        struct tw_fault f = {0};
        const enum tw_json_step step = tw_json_split_next(s, &p, &f);
        if (step == TW_JSON_END) return;
        if (step == TW_JSON_MORE) {
            size_t room, n = text.n < piece ? text.n : piece;
            char *at = tw_json_split_room(s, &room);
            CHECK(at != NULL && room >= 16 << 10);
            if (n > 0) memcpy(at, text.s, n);
            tw_json_split_filled(s, n);
            text = (struct tw_str){text.s + n, text.n - n};
            if (n == 0) tw_json_split_end(s);
        } else if (step == TW_JSON_PIECE) {
            tw_buf_printf(out, "%u:%u %.*s\n", p.line, p.column, TW_STR_ARG(p.text));
        } else {
            CHECK(f.code == TW_FORMAT || f.code == TW_LIMIT);
            tw_buf_printf(out, "! %u:%u %s\n", f.line, f.column, f.note);
        }
    }
}

static void gives(uint32_t max, struct tw_str text, const char *want)
{
    TW_SCOPED(tw_json_split) *s = NULL;
    CHECK(tw_json_split_new(max, &s, NULL) == TW_OK);
    for (size_t piece = 1; piece <= text.n + 1; piece += piece < 8 ? 1 : 7) {
        TW_SCOPED_BUF out = {0};
        split(s, text, piece, &out);
        if (!tw_str_is(tw_buf_view(&out), want))
            printf("# pieces of %zu: %.*s\n", piece, TW_STR_ARG(tw_buf_view(&out)));
        CHECK(tw_str_is(tw_buf_view(&out), want));
    }
}

static void an_array_gives_its_elements(void)
{
    gives(0, TW_STR("[{\"a\":[1,2]} ,\n  {\"b\":\"],[\\\"\"}, 3]\n"),
          "1:2 {\"a\":[1,2]}\n2:3 {\"b\":\"],[\\\"\"}\n2:18 3\n");
    gives(0, TW_STR("\xef\xbb\xbf [ ] "), "");
    gives(0, TW_STR("[]"), "");
}

static void lines_give_themselves(void)
{
    gives(0, TW_STR("{\"a\":1}\n\n{\"b\":\n{\"c\":3}\r\n"), "1:1 {\"a\":1}\n3:1 {\"b\":\n4:1 {\"c\":3}\n");
    gives(0, TW_STR("{\"a\":1}"), "1:1 {\"a\":1}\n");
    gives(0, TW_STR("\xef\xbb\xbf{}\n1"), "1:1 {}\n2:1 1\n");
}

static void a_text_may_take_several_lines(void)
{
    gives(0, TW_STR("\n {\"a\":\n1}\n"), "2:2 {\"a\":\n1}\n");
    gives(0, TW_STR("{\"a\":\n1} x\n{}"), "1:1 {\"a\":\n1} x\n{}\n");
}

static void nothing_gives_nothing(void)
{
    gives(0, TW_STR(""), "");
    gives(0, TW_STR(" \n "), "");
    gives(0, TW_STR("\xef\xbb\xbf"), "");
}

static void what_is_wrong_between_elements_is_told_and_the_others_come(void)
{
    gives(0, TW_STR("[1,,2]"), "1:2 1\n! 1:4 a value is missing before this comma\n1:5 2\n");
    gives(0, TW_STR("[,1]"), "! 1:2 a value is missing before this comma\n1:3 1\n");
    gives(0, TW_STR("[1,]"), "1:2 1\n! 1:4 a value is missing between the comma and ]\n");
    gives(0, TW_STR("[1]]"), "1:2 1\n! 1:4 the array ends before this; nothing may stand behind it\n");
    gives(0, TW_STR("[1]\n[2]"), "1:2 1\n! 2:1 the array ends before this; nothing may stand behind it\n");
    gives(0, TW_STR("[1"), "1:2 1\n! 1:3 the file ends before its array is closed by ]; was it cut?\n");
    gives(0, TW_STR("[{},{\"a\":"),
          "1:2 {}\n! 1:5 the file ends within the value that begins here; was it cut?\n");
    gives(0, TW_STR("[{},\"a"),
          "1:2 {}\n! 1:5 the file ends within the value that begins here; was it cut?\n");
    gives(0, TW_STR("["), "! 1:2 the file ends before its array is closed by ]; was it cut?\n");
    gives(0, TW_STR("[1}2,3]"), "1:2 1}2\n1:6 3\n"); /* no JSON, as its reader will say */
}

static void a_text_too_long_is_told_and_the_others_come(void)
{
    gives(8, TW_STR("[{\"a\":1},{\"a\":123},{\"a\":3}]"),
          "1:2 {\"a\":1}\n! 1:10 this text has too many bytes; 8 are allowed\n1:20 {\"a\":3}\n");
    gives(8, TW_STR("{\"a\":1}\n{\"a\":1234567890}\n{}\n"),
          "1:1 {\"a\":1}\n! 2:1 this text has too many bytes; 8 are allowed\n3:1 {}\n");
    gives(8, TW_STR("{\"a\":1234567890}\n{}\n"),
          "! 1:1 this text has too many bytes; 8 are allowed\n2:1 {}\n");
    gives(8, TW_STR("{\n\"a\":\n1234567890}\n"), "! 1:1 this text has too many bytes; 8 are allowed\n");
}

static void a_place_in_a_text_is_a_place_in_its_file(void)
{
    const struct tw_json_piece p = {.line = 7, .column = 5, .byte = 100};
    struct tw_fault f = {.line = 1, .column = 3, .byte = 2};
    tw_json_piece_blame(&p, &f);
    CHECK(f.line == 7 && f.column == 7 && f.byte == 102);
    f = (struct tw_fault){.line = 2, .column = 3, .byte = 20};
    tw_json_piece_blame(&p, &f);
    CHECK(f.line == 8 && f.column == 3 && f.byte == 120);
    f = (struct tw_fault){.line = 0};
    tw_json_piece_blame(&p, &f);
    CHECK(f.line == 7 && f.column == 5);
    tw_json_piece_blame(&p, NULL);
}

static tw_err again(void)
{
    TW_SCOPED(tw_json_split) *s = NULL;
    size_t n;
    tw_err err = tw_json_split_new(0, &s, NULL);
    if (err != TW_OK) return err;
    return tw_json_split_room(s, &n) != NULL ? TW_OK : TW_NOMEM;
}

static void no_allocation_may_fail_unseen(void)
{
    CHECK(fault_each_allocation(again) == 2);
}

int main(void)
{
    RUN(an_array_gives_its_elements);
    RUN(lines_give_themselves);
    RUN(a_text_may_take_several_lines);
    RUN(nothing_gives_nothing);
    RUN(what_is_wrong_between_elements_is_told_and_the_others_come);
    RUN(a_text_too_long_is_told_and_the_others_come);
    RUN(a_place_in_a_text_is_a_place_in_its_file);
    RUN(no_allocation_may_fail_unseen);
    return DONE();
}
