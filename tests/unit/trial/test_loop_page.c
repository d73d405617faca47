/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "story.h"
#include "trial/page.h"

static struct story s;

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static void page_of(struct tw_buf *out)
{
    struct tw_page page = {.out = out};
    tw_buf_clear(out);
    tw_loop_page(&s.r, &page);
    CHECK(!out->failed && !holds(out, ">nan") && !holds(out, ">-nan") && !holds(out, ">inf"));
}

static void tell(void)
{
    begin(&s);
    for (int w = 1; w <= 6; w++) finds(&s, 1, w, 4);
    finds(&s, 0, 3, 2);
}

static void the_new_mechanism_is_told_by_week_and_scorer(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    page_of(&out);
    CHECK(holds(&out, "A new mechanism: fresh</h3>") && !holds(&out, "A new mechanism: old"));
    CHECK(holds(
        &out, "fresh is new since 2024-10-07: 42 declarations in 6 weeks. Half of what full_labels finds was "
              "found by tidewaiter in week 3, but not lastingly, by random never."));
    /* Two of seven; the ceiling four of seven. */
    CHECK(holds(&out, "<th scope=\"row\">3</th><td>28.6 %</td><td>57.1 %</td><td>0 %</td></tr>"));
    CHECK(holds(
        &out,
        "<th scope=\"row\">declarations</th><td>7</td><td>7</td><td>7</td><td>7</td><td>7</td><td>7</td>"));
    CHECK(
        holds(&out, "<tr class=\"strong\"><th scope=\"row\">tidewaiter</th><td>0</td><td>0</td><td>2</td>"));
    for (int w = 3; w <= 6; w++) finds(&s, 0, w, 4);
    page_of(&out);
    CHECK(holds(&out, "by tidewaiter in week 3, lastingly from week 3,"));
}

static void every_scorer_is_told_over_all_days(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    s.day[0][0].drawn = 12;
    s.day[0][0].drawn_found = 1;
    s.day[0][1].explored = 9;
    page_of(&out);
    CHECK(holds(&out, "of each day&#39;s declarations it has 5&nbsp;% inspected") &&
          holds(&out, "draws 0.5&nbsp;% of all declarations at random"));
    CHECK(holds(
        &out, "<th scope=\"row\">tidewaiter</th><td>225</td><td>45</td><td>20.0 %</td><td>15.3 to 25.7 %</td>"
              "<td>25.0 %</td><td>12.5 %</td><td>1 of 12</td><td>0 of 9</td></tr>"));
    CHECK(holds(&out,
                "<th scope=\"row\">random</th><td>225</td><td>45</td><td>20.0 %</td><td>15.3 to 25.7 %</td>"
                "<td>25.0 %</td><td>12.5 %</td><td>-</td><td>-</td></tr>"));
    CHECK(holds(&out, "<th scope=\"row\">2024-10-04</th><td>20.0 %</td><td>20.0 %</td><td>20.0 %</td></tr>"));
    CHECK(holds(&out, ">old (135)</text>") && holds(&out, ">fresh (42)</text>"));
}

static void who_did_not_play_is_named_with_the_reason(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    s.r.line[2] = (struct tw_loop_line){.name = "random", .why_not = "it <rained>"};
    page_of(&out);
    CHECK(holds(&out, "<p>random did not play: it &lt;rained&gt;.</p>"));
    CHECK(holds(&out, "<th scope=\"row\">random</th><td>-</td><td>-</td>") &&
          !holds(&out, "</svg>random</li>"));
    for (int i = 0; i < 3; i++) s.r.line[i].ran = false;
    page_of(&out);
    CHECK(!holds(&out, "<figure>"));
}

static void the_oracle_is_in_tables_alone(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    s.r.line[2].name = "oracle";
    page_of(&out);
    CHECK(holds(&out, "<th scope=\"row\">oracle</th><td>225</td>") && !holds(&out, "</svg>oracle</li>"));
}

static void a_border_of_less_than_a_week_is_told_without_pictures(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    s.r.n_days = 5; /* the new mechanism has two days */
    s.r.mechanisms = 1;
    page_of(&out);
    CHECK(holds(&out, "<td>25</td><td>5</td>") && !holds(&out, "<figure>"));
    s.r.mechanisms = 3;
    page_of(&out);
    CHECK(holds(&out, "<p>fresh is new since 2024-10-07: too late to be told by week.</p>") &&
          !holds(&out, "week since it began") && !holds(&out, "Half of what"));
    s.r.n_days = 3 + 7;
    page_of(&out);
    CHECK(holds(&out, ": 7 declarations in 1 week. Half of what full_labels finds was found by"));
}

/* Of what full_labels did not find nobody can have found half. */
static void nothing_is_said_of_half_of_nothing(void)
{
    static const char alone[] = "<p>fresh is new since 2024-10-07: 42 declarations in 6 weeks.</p>";
    TW_SCOPED_BUF out = {0};
    begin(&s);
    finds(&s, 0, 3, 2);
    page_of(&out);
    CHECK(holds(&out, alone));
    tell();
    s.r.line[1].ran = false;
    page_of(&out);
    CHECK(holds(&out, alone));
    tell();
    s.r.line[0].ran = s.r.line[2].ran = false; /* nobody but the ceiling */
    page_of(&out);
    CHECK(holds(&out, alone));
}

static void the_rules_say_how_full_labels_learns(void)
{
    TW_SCOPED_BUF out = {0};
    tell();
    page_of(&out);
    CHECK(holds(&out, "learns from nothing else, anew every week. Of its part"));
    CHECK(holds(&out,
                "inspected or not and without misses; to be affordable it learns anew every 3 weeks, and "
                "from one in 4 conform results.</p>"));
    s.r.retrain_weeks = 2;
    s.r.thin_full = 1;
    page_of(&out);
    CHECK(holds(&out, "anew every 2 weeks. Of its part") && holds(&out, "learns anew every 3 weeks.</p>"));
}

static struct tw_buf whole;

/* A page without all memory fails, or is whole: it never has a hole. */
static tw_err make_page(void)
{
    TW_SCOPED_BUF out = {0};
    if (tw_buf_room(&out, whole.n) == NULL) return TW_NOMEM; /* so that only parts of it can fail below */
    struct tw_page page = {.out = &out};
    tw_loop_page(&s.r, &page);
    if (out.failed) return TW_NOMEM;
    CHECK(tw_str_eq(tw_buf_view(&out), tw_buf_view(&whole)));
    return TW_OK;
}

static void a_page_without_memory_has_no_holes(void)
{
    tell();
    page_of(&whole);
    CHECK(fault_each_allocation(make_page) > 3);
    tw_buf_free(&whole);
}

int main(void)
{
    RUN(the_new_mechanism_is_told_by_week_and_scorer);
    RUN(every_scorer_is_told_over_all_days);
    RUN(who_did_not_play_is_named_with_the_reason);
    RUN(the_oracle_is_in_tables_alone);
    RUN(a_border_of_less_than_a_week_is_told_without_pictures);
    RUN(nothing_is_said_of_half_of_nothing);
    RUN(the_rules_say_how_full_labels_learns);
    RUN(a_page_without_memory_has_no_holes);
    return DONE();
}
