/* SPDX-License-Identifier: Apache-2.0 */
#include "message/csv.h"

#include "base/rng.h"
#include "csv_text.h"
#include "fault.h"

static struct tw_buf told;

/* What is told of `text` (pieces and instructions of every kind) is `want`. */
static void expect_with(const struct tw_csv_config *config, struct tw_str text, const char *want)
{
    csv_tell_the_same(text, config, &told);
    if (tw_str_is(tw_buf_view(&told), want)) return;
    fprintf(stderr, "told:\n%.*s\nwanted:\n%s\n", (int)told.n, told.p, want);
    CHECK(tw_str_is(tw_buf_view(&told), want));
}

static void expect(struct tw_str text, const char *want)
{
    expect_with(NULL, text, want);
}

static void reads_plain_rows_whatever_ends_their_lines(void)
{
    expect(TW_STR("a,b,c\n1,2,3\n"), "1: a|b|c\n2: 1|2|3\n");
    expect(TW_STR("a,b,c\r\n1,2,3\r\n"), "1: a|b|c\n2: 1|2|3\n");
    expect(TW_STR("a,b,c\r1,2,3\r"), "1: a|b|c\n2: 1|2|3\n");
    expect(TW_STR("a,b,c\n1,2,3"), "1: a|b|c\n2: 1|2|3\n");
    expect(TW_STR("a,b\n,\n1,\n,2\n , x \n"), "1: a|b\n2: |\n3: 1|\n4: |2\n5:  | x \n");
    expect(TW_STR("a"), "1: a\n");
    expect(TW_STR(""), "");
    expect(TW_STR(","), "1: |\n");
}

static void skips_empty_lines_but_counts_them(void)
{
    expect(TW_STR("\n\na,b\n\r\n\r1,2\n\n"), "3: a|b\n6: 1|2\n");
    expect(TW_STR("\n"), "");
    expect(TW_STR("\"\"\n\n\"\"\n"), "1: \n3: \n"); /* a quoted nothing is a field */
}

static void takes_quotes_off_and_makes_doubled_ones_single(void)
{
    expect(TW_STR("\"a\",\"b,c\",d\n\"\",\"e\"\"f\",\"\"\"\"\n"), "1: a|b,c|d\n2: |e\"f|\"\n");
    expect(TW_STR("\"\"\"a\"\"\",\"\"\"\"\"\"\n"), "1: \"a\"|\"\"\n");
    expect(TW_STR("a,\"x\ny\r\nz\rw\",b\n1,2,3\n"), "1: a|x\ny\r\nz\rw|b\n5: 1|2|3\n");
    expect(TW_STR("\"a\"\r\n\"b\"\r\"c\""), "1: a\n2: b\n3: c\n");
}

static void skips_a_byte_order_mark(void)
{
    expect(TW_STR("\xef\xbb\xbf"
                  "a,b\n"),
           "1: a|b\n");
    expect(TW_STR("\xef\xbb\xbf\"a\",b\n"), "1: a|b\n");
    expect(TW_STR("\xef\xbb\xbf"), "");
}

static void takes_other_separators(void)
{
    for (const char *sep = ";\t|: 1a*"; *sep != 0; sep++) {
        char text[] = "x,y?z\n\"?\"?,\n", want[] = "1: x,y|z\n2: ?|,\n";
        for (char *p = text; *p != 0; p++) *p = *p == '?' ? *sep : *p;
        for (char *p = want; *p != 0; p++) *p = *p == '?' ? *sep : *p;
        expect_with(&(struct tw_csv_config){.separator = *sep}, tw_str_from(text), want);
    }
}

static void refuses_a_stray_quote_and_goes_on_with_the_next_line(void)
{
    expect(TW_STR("a,b\n1\",2\n3,4\n"), "1: a|b\n! 2:1 @5 FORMAT <1\",2\n>\n3: 3|4\n");
    expect(TW_STR("a,b\n1, \"2\"\n3,4\n"), "1: a|b\n! 2:2 @7 FORMAT <1, \"2\"\n>\n3: 3|4\n");
    expect(TW_STR("a,b\n1,2\"\",\"x\r\n3,4"), "1: a|b\n! 2:2 @7 FORMAT <1,2\"\",\"x\r\n>\n3: 3|4\n");
    expect(TW_STR("a,b\n1,2\""), "1: a|b\n! 2:2 @7 FORMAT <1,2\">\n");
}

static void refuses_text_behind_a_closing_quote(void)
{
    expect(TW_STR("a,b\n\"1\"x,2\n3,4\n"), "1: a|b\n! 2:1 @4 FORMAT <\"1\"x,2\n>\n3: 3|4\n");
    expect(TW_STR("a,b\n1,\"2\" \n3,4\n"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2\" \n>\n3: 3|4\n");
    expect(TW_STR("a,b\n1,\"2\"x"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2\"x>\n");
}

static void names_the_line_where_an_unclosed_quote_opened_and_reads_the_lines_behind_it(void)
{
    expect(TW_STR("a,b\n1,\"2\n3,4\n5,6\n"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2\n>\n3: 3|4\n4: 5|6\n");
    expect(TW_STR("a,b\n1,\"2"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2>\n");
    expect(TW_STR("a,b\n\"x\ny\",\"2\r\n3,4\r\n"), "1: a|b\n! 3:2 @10 FORMAT <\"x\ny\",\"2\r\n>\n4: 3|4\n");
    /* the next quoted field seems to close it: still the line of the first quote is at fault */
    expect(TW_STR("a,b\n1,\"2\n3,\"4\"\n5,6\n"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2\n>\n3: 3|4\n4: 5|6\n");
    expect(TW_STR("a,b\n1,\"2\n3,\"4"), "1: a|b\n! 2:2 @6 FORMAT <1,\"2\n>\n! 3:2 @11 FORMAT <3,\"4>\n");
}

static void refuses_rows_of_another_length_than_the_first(void)
{
    expect(TW_STR("a,b\n1\n1,2,3\n1,2\n\"1\"\n"),
           "1: a|b\n! 2:1 @4 FORMAT <1\n>\n! 3:3 @6 FORMAT <1,2,3\n>\n4: 1|2\n! 5:1 @16 FORMAT <\"1\"\n>\n");
}

static void refuses_what_is_not_utf8(void)
{
    expect(TW_STR("a,b\nZ\xc3\xbcrich,\xe2\x82\xac\n"), "1: a|b\n2: Z\xc3\xbcrich|\xe2\x82\xac\n");
    expect(TW_STR("a,b\nZ\xfcrich,x\ny,\"z,\xc0\x80\"\n1,2\n"),
           "1: a|b\n! 2:1 @5 FORMAT <Z\xfcrich,x\n>\n! 3:2 @18 FORMAT <y,\"z,\xc0\x80\"\n>\n4: 1|2\n");
    expect(TW_STR("a,b\n1,\xe2\x82\n"), "1: a|b\n! 2:2 @6 FORMAT <1,\xe2\x82\n>\n");         /* cut off */
    expect(TW_STR("a,b\n1,\xed\xa0\x80\n"), "1: a|b\n! 2:2 @6 FORMAT <1,\xed\xa0\x80\n>\n"); /* surrogate */
}

static void refuses_bytes_of_zero_and_utf16(void)
{
    csv_tell_the_same(TW_STR("a,b\n1,\0\n3,4\n"), NULL, &told);
    CHECK(tw_str_eq(tw_buf_view(&told), TW_STR("1: a|b\n! 2:2 @6 FORMAT <1,\0\n>\n3: 3|4\n")));
    csv_tell_the_same(TW_STR("\xff\xfe"
                             "a\0,\0b\0"),
                      NULL, &told);
    CHECK(tw_str_eq(tw_buf_view(&told), TW_STR("! 1:1 @0 FORMAT <\xff\xfe"
                                               "a\0,\0b\0>\n")));
}

static const struct tw_csv_config small = {.row_bytes = 10, .columns = 4, .field_bytes = 5};

static void holds_to_the_limits_of_field_and_columns(void)
{
    expect_with(&small, TW_STR("a,b\n12345,1\n123456,1\n1,2\n"),
                "1: a|b\n2: 12345|1\n! 3:1 @12 LIMIT <123456,1\n>\n4: 1|2\n");
    expect_with(&small, TW_STR("a,b\n1,\"12345\"\n1,\"123456\"\n1,2\n"),
                "1: a|b\n2: 1|12345\n! 3:2 @16 LIMIT <1,\"123456\"\n>\n4: 1|2\n");
    expect_with(&small, TW_STR("a,b,c,d\n1,2,3,4\n"), "1: a|b|c|d\n2: 1|2|3|4\n");
    expect_with(&small, TW_STR("a,b,c,d,e\n"), "! 1:5 @8 LIMIT <a,b,c,d,e\n>\n");
    expect_with(&small, TW_STR("a,b,c,d\n1,,,,,,\n1,,,\n"),
                "1: a|b|c|d\n! 2:5 @13 LIMIT <1,,,,,,\n>\n3: 1|||\n");
}

static void holds_to_the_limit_of_a_row(void)
{
    expect_with(&small, TW_STR("1234,67890\n1,2\n"), "1: 1234|67890\n2: 1|2\n");
    expect_with(&small, TW_STR("1234,67890\r\n1,2\r\n"), "1: 1234|67890\n2: 1|2\n");
    expect_with(&small, TW_STR("1234,678901\n1,2\n"), "! 1:0 @0 LIMIT ~<1234,67890>\n2: 1|2\n");
    expect_with(&small, TW_STR("a,b\n12345678901234567890123456789\n1,2\n"),
                "1: a|b\n! 2:0 @4 LIMIT ~<1234567890>\n3: 1|2\n");
    expect_with(&small, TW_STR("a,b\n1,2,3,4,5,6,7,8\n1,2"),
                "1: a|b\n! 2:0 @4 LIMIT ~<1,2,3,4,5,>\n3: 1|2\n");
    expect_with(&small, TW_STR("a,b\n\"12\",\"4567\"89,1\n1,2"),
                "1: a|b\n! 2:0 @4 LIMIT ~<\"12\",\"4567>\n3: 1|2\n");
    expect_with(&small, TW_STR("a,b\n12345678901"), "1: a|b\n! 2:0 @4 LIMIT ~<1234567890>\n");
    /* quotes that stay open too long */
    expect_with(&small, TW_STR("a,b\n\"2\n3,4\n5,6\n7,8\n\"9\",0\n"),
                "1: a|b\n! 2:1 @4 LIMIT <\"2\n>\n3: 3|4\n4: 5|6\n5: 7|8\n6: 9|0\n");
    expect_with(&small, TW_STR("a,b\n1,\"345678901234\n\"5\",6\n"),
                "1: a|b\n! 2:2 @6 LIMIT ~<1,\"3456789>\n3: 5|6\n");
    /* a stray quote stays the reason although the line is too long as well */
    expect_with(&small, TW_STR("a,b\n1\"345678901234\n5,6\n"),
                "1: a|b\n! 2:1 @5 FORMAT ~<1\"34567890>\n3: 5|6\n");
}

/* The same near the real limits, at a mebibyte. */
static void holds_to_the_default_limits(void)
{
    enum { MIB = 1 << 20 };
    TW_SCOPED_BUF text = {0};
    for (int more = 0; more < 2; more++) {
        tw_buf_clear(&text);
        for (int i = 0; i < 16; i++) {
            tw_buf_text(&text, i > 0 ? "," : "");
            for (int k = 0; k < (MIB - 15) / 16; k++) tw_buf_char(&text, 'x');
        }
        while (text.n < (size_t)(MIB + more)) tw_buf_char(&text, 'y');
        tw_buf_text(&text, "\n");
        csv_tell_all(tw_buf_view(&text), 100000, NULL, &told);
        CHECK(
            tw_str_starts(tw_buf_view(&told), more == 0 ? TW_STR("1: xxx") : TW_STR("! 1:0 @0 LIMIT ~<xxx")));

        tw_buf_clear(&text);
        for (int k = 0; k < (64 << 10) + more; k++) tw_buf_char(&text, 'x');
        csv_tell_all(tw_buf_view(&text), 100000, NULL, &told);
        CHECK(
            tw_str_starts(tw_buf_view(&told), more == 0 ? TW_STR("1: xxx") : TW_STR("! 1:1 @0 LIMIT <xxx")));

        tw_buf_clear(&text);
        for (int k = 1; k < 512 + more; k++) tw_buf_char(&text, ',');
        csv_tell_all(tw_buf_view(&text), 100000, NULL, &told);
        CHECK(tw_str_starts(tw_buf_view(&told),
                            more == 0 ? TW_STR("1: |||") : TW_STR("! 1:513 @512 LIMIT <,,,")));
    }
}

static void finds_every_byte_that_matters_at_every_place_of_a_block(void)
{
    TW_SCOPED_BUF text = {0};
    for (size_t before = 0; before < 140; before++) {
        tw_buf_clear(&text);
        tw_buf_text(&text, "a,b\n");
        for (size_t i = 0; i < before; i++) tw_buf_char(&text, (char)('A' + i % 26));
        tw_buf_text(&text, ",\"x,\"\"y\"\"\"\r\n1,\xe2\x82\xac\n");
        TW_SCOPED_BUF want = {0};
        tw_buf_text(&want, "1: a|b\n2: ");
        for (size_t i = 0; i < before; i++) tw_buf_char(&want, (char)('A' + i % 26));
        tw_buf_text(&want, "|x,\"y\"\n3: 1|\xe2\x82\xac\n");
        csv_tell_the_same(tw_buf_view(&text), NULL, &told);
        CHECK(tw_str_eq(tw_buf_view(&told), tw_buf_view(&want)));
    }
}

static void costs_no_more_than_twice_the_reading_where_it_goes_back(void)
{
    /* Each line opens a quote that never closes; were every one sought to the end, this would take hours. */
    TW_SCOPED_BUF text = {0};
    for (int i = 0; i < 100000; i++) tw_buf_text(&text, i % 1000 == 0 ? "\"open,1\n" : "plain,\"1\"\n");
    csv_tell_all(tw_buf_view(&text), SIZE_MAX, NULL, &told);
    size_t refused = 0;
    for (size_t i = 0; i < told.n; i++) refused += told.p[i] == '!';
    CHECK(refused == 100);
}

/* Property: what is told of any bytes does not depend on the pieces they come in, nor on the instructions. */
static void broken_text_is_told_the_same_whatever_the_pieces(void)
{
    const struct tw_csv_config tight = {.row_bytes = 23, .columns = 3, .field_bytes = 9};
    struct tw_rng rng = tw_rng_new(7, "broken csv");
    for (int round = 0; round < 150; round++) {
        char text[120];
        const size_t n = tw_rng_below(&rng, sizeof text);
        const char *alphabet = round % 2 == 0 ? "abc,,\"\"\n\n\r\xc3\xa9" : "aaaaaaaa,\"\n\r";
        for (size_t i = 0; i < n; i++) text[i] = alphabet[tw_rng_below(&rng, strlen(alphabet))];
        csv_tell_the_same((struct tw_str){text, n}, round % 3 == 0 ? NULL : &tight, &told);
    }
}

static void refuses_a_configuration_that_cannot_work(void)
{
    const struct tw_csv_config wrong[] = {{.separator = '"'},
                                          {.separator = '\n'},
                                          {.separator = '\r'},
                                          {.separator = '\xe9'},
                                          {.row_bytes = (64 << 20) + 1},
                                          {.columns = 65537},
                                          {.field_bytes = (64 << 20) + 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tw_csv *csv = NULL;
        struct tw_fault fault = {0};
        CHECK(tw_csv_new(&wrong[i], &csv, &fault) == TW_ARG && csv == NULL && fault.note[0] != 0);
    }
}

static tw_err make_one(void)
{
    TW_SCOPED(tw_csv) *csv = NULL;
    return tw_csv_new(NULL, &csv, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(make_one) == 4);
}

int main(void)
{
    RUN(reads_plain_rows_whatever_ends_their_lines);
    RUN(skips_empty_lines_but_counts_them);
    RUN(takes_quotes_off_and_makes_doubled_ones_single);
    RUN(skips_a_byte_order_mark);
    RUN(takes_other_separators);
    RUN(refuses_a_stray_quote_and_goes_on_with_the_next_line);
    RUN(refuses_text_behind_a_closing_quote);
    RUN(names_the_line_where_an_unclosed_quote_opened_and_reads_the_lines_behind_it);
    RUN(refuses_rows_of_another_length_than_the_first);
    RUN(refuses_what_is_not_utf8);
    RUN(refuses_bytes_of_zero_and_utf16);
    RUN(holds_to_the_limits_of_field_and_columns);
    RUN(holds_to_the_limit_of_a_row);
    RUN(holds_to_the_default_limits);
    RUN(finds_every_byte_that_matters_at_every_place_of_a_block);
    RUN(costs_no_more_than_twice_the_reading_where_it_goes_back);
    RUN(broken_text_is_told_the_same_whatever_the_pieces);
    RUN(refuses_a_configuration_that_cannot_work);
    RUN(survives_every_failed_allocation);
    tw_buf_free(&told);
    return DONE();
}
