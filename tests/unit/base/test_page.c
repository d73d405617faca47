/* SPDX-License-Identifier: Apache-2.0 */
#include "base/page.h"

#include <math.h>

#include "fault.h"

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static void escapes_what_html_would_take_for_its_own(void)
{
    TW_SCOPED_BUF out = {0};
    tw_page_escape(&out, TW_STR("<a href=\"x\">'&'</a>\x01\x7f\t\n"));
    CHECK(tw_str_is(tw_buf_view(&out), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\t\n"));
    tw_buf_clear(&out);
    tw_page_escape(&out, (struct tw_str){NULL, 0});
    tw_page_escape(&out, TW_STR("日本 é"));
    CHECK(tw_str_is(tw_buf_view(&out), "日本 é"));
}

static void asks_nobody_for_anything(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    tw_page_begin(&p, "<t>", "line");
    tw_page_section(&p, "one");
    tw_page_para(&p, TW_STR("text"));
    tw_page_section(&p, "two");
    tw_page_warning(&p, TW_STR("a & b"));
    tw_page_end(&p);
    CHECK(!out.failed && holds(&out, "<title>&lt;t&gt;</title>") && holds(&out, "a &amp; b"));
    CHECK(!holds(&out, "http://") && !holds(&out, "https://") && !holds(&out, "<script") &&
          !holds(&out, "url("));
    CHECK(holds(&out, "default-src 'none'") && holds(&out, "prefers-color-scheme:dark") &&
          holds(&out, "@media print"));
    CHECK(holds(&out, "</section>\n<section>\n<h2>two</h2>"));
    CHECK(out.n > 8 && memcmp(out.p + out.n - 8, "</html>\n", 8) == 0);
}

static void tables_name_their_rows_and_columns(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const struct tw_str head[] = {TW_STR("scorer"), TW_STR("AUC")}, row[] = {TW_STR("ours"), TW_STR("0.9")};
    tw_page_table_begin(&p, "figures");
    tw_page_table_row(&p, head, 2, true, false);
    tw_page_table_row(&p, row, 2, false, true);
    tw_page_table_end(&p);
    CHECK(holds(&out, "<thead><tr><th scope=\"col\">scorer</th><th scope=\"col\">AUC</th></tr></thead>"));
    CHECK(holds(&out, "<tr class=\"strong\"><th scope=\"row\">ours</th><td>0.9</td></tr>"));
    CHECK(holds(&out, "<p class=\"caption\" id=\"table1\">figures</p>") &&
          holds(&out, "<table aria-labelledby=\"table1\">"));
    tw_buf_clear(&out);
    tw_page_table_begin(&p, "others");
    CHECK(holds(&out, "id=\"table2\">others"));
    tw_buf_clear(&out);
    tw_page_table_begin(&p, NULL);
    CHECK(!holds(&out, "caption") && holds(&out, "<table>"));
}

static void a_number_stays_with_its_per_cent_sign(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const struct tw_str head[] = {TW_STR("found at 5 %"), TW_STR("a % b < %")},
                        row[] = {TW_STR("ours"), TW_STR("5 %")};
    tw_page_table_row(&p, head, 2, true, false);
    CHECK(holds(&out, ">found at 5&nbsp;%</th>") && holds(&out, ">a&nbsp;% b &lt;&nbsp;%</th>"));
    tw_page_table_row(&p, row, 2, false, false); /* cells do not break anyway */
    CHECK(holds(&out, "<td>5 %</td>"));
    tw_buf_clear(&out);
    tw_page_para(&p, TW_STR("5 % or `5 %`%"));
    CHECK(tw_str_is(tw_buf_view(&out), "<p>5&nbsp;% or <code>5 %</code>%</p>\n"));
    tw_buf_clear(&out);
    tw_page_para(&p, TW_STR(" %"));
    CHECK(tw_str_is(tw_buf_view(&out), "<p>&nbsp;%</p>\n"));
}

static void a_hash_may_be_broken_and_a_sentence_is_not_one(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const struct tw_str row[] = {TW_STR("model"),
                                 TW_STR("e4be6589c9ad14d8de105e6a6d2c06409ad56eb995d9993995cedef2"),
                                 TW_STR("as many letters as a hash has, but in words that break")};
    tw_page_table_row(&p, row, 3, false, false);
    CHECK(holds(&out, "<td class=\"long\">e4be6589") && holds(&out, "<td>as many"));
}

static void cells_are_written_for_people(void)
{
    char t[TW_PAGE_CELL];
    CHECK(tw_str_is(tw_page_percent(t, 0.12345), "12.3 %") && tw_str_is(tw_page_percent(t, 0), "0.0 %"));
    CHECK(tw_str_is(tw_page_number(t, 1240, 0), "1,240") && tw_str_is(tw_page_number(t, 0.9125, 3), "0.913"));
    CHECK(tw_str_is(tw_page_percents(t, 0.1, 0.149), "10.0 to 14.9 %"));
    CHECK(tw_str_is(tw_page_numbers(t, -0.5, 1, 2), "-0.50 to 1.00"));
    CHECK(tw_str_is(tw_page_percent(t, (double)NAN), "-") &&
          tw_str_is(tw_page_number(t, (double)INFINITY, 0), "-"));
    CHECK(tw_str_is(tw_page_percents(t, (double)NAN, 1), "-") &&
          tw_str_is(tw_page_numbers(t, 0, (double)NAN, 1), "-"));
    CHECK(tw_str_is(tw_page_day(t, 20000), "2024-10-04") && strcmp(t, "2024-10-04") == 0);
    CHECK(tw_str_is(tw_page_number(t, 1e200, 0), "-")); /* no cell has room for it */
}

static void a_cell_needs_no_heap(void)
{
    char t[TW_PAGE_CELL];
    tw_mem_fail_after(0);
    const struct tw_str number = tw_page_numbers(t, -1e6, 1e6, 3);
    tw_mem_fail_after(-1);
    CHECK(tw_str_is(number, "-1,000,000.000 to 1,000,000.000") && number.s[number.n] == '\0');
}

static void what_stands_between_backticks_is_typed(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    tw_page_para(&p, TW_STR("`a<b` and ``, then `open"));
    CHECK(tw_str_is(tw_buf_view(&out), "<p><code>a&lt;b</code> and <code></code>, then `open</p>\n"));
    tw_buf_clear(&out);
    tw_page_para(&p, (struct tw_str){NULL, 0});
    CHECK(tw_str_is(tw_buf_view(&out), "<p></p>\n"));
    tw_buf_clear(&out);
    tw_page_section(&p, "`x`");
    CHECK(holds(&out, "<h2>`x`</h2>"));
}

static void a_case_has_its_own_frame(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const struct tw_str why[] = {TW_STR("price < usual"), TW_STR("new")};
    tw_page_case_begin(&p, TW_STR("1. A & B"));
    tw_page_case_part(&p, "Why", why, 2);
    tw_page_case_end(&p);
    CHECK(tw_str_is(tw_buf_view(&out), "<article>\n<h3>1. A &amp; B</h3>\n<h4>Why</h4>\n<ul>\n"
                                       "<li>price &lt; usual</li>\n<li>new</li>\n</ul>\n</article>\n"));
}

static void a_full_buffer_sticks(void)
{
    TW_SCOPED_BUF out = {.max = 100};
    struct tw_page p = {.out = &out};
    tw_page_begin(&p, "t", NULL);
    tw_page_end(&p);
    CHECK(out.failed && out.n <= 100);
}

int main(void)
{
    RUN(escapes_what_html_would_take_for_its_own);
    RUN(asks_nobody_for_anything);
    RUN(tables_name_their_rows_and_columns);
    RUN(a_number_stays_with_its_per_cent_sign);
    RUN(a_hash_may_be_broken_and_a_sentence_is_not_one);
    RUN(cells_are_written_for_people);
    RUN(a_cell_needs_no_heap);
    RUN(what_stands_between_backticks_is_typed);
    RUN(a_case_has_its_own_frame);
    RUN(a_full_buffer_sticks);
    return DONE();
}
