/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "story.h"

static uint32_t weeks(const struct story *s, size_t line, uint32_t *lasting)
{
    return tw_loop_weeks_to_half(&s->r, line, FRESH, lasting);
}

static void says_in_which_week_half_of_the_ceiling_was_reached(void)
{
    static struct story s;
    uint32_t lasting;
    begin(&s);                                          /* six whole weeks since the onset */
    CHECK(weeks(&s, 0, &lasting) == 0 && lasting == 0); /* the ceiling found nothing: nothing to compare */
    for (int w = 1; w <= 6; w++) finds(&s, 1, w, w < 2 ? 0 : 6);
    CHECK(weeks(&s, 0, &lasting) == 0 && lasting == 0);
    CHECK(weeks(&s, 1, &lasting) == 2 && lasting == 2);
    finds(&s, 0, 4, 2);
    CHECK(weeks(&s, 0, NULL) == 0);
    finds(&s, 0, 4, 3);
    CHECK(weeks(&s, 0, &lasting) == 4 && lasting == 0); /* but nothing in weeks 5 and 6 */
    finds(&s, 0, 6, 6);
    CHECK(weeks(&s, 0, &lasting) == 4 && lasting == 4); /* 9 of 18 */
    finds(&s, 0, 6, 4);
    CHECK(weeks(&s, 0, &lasting) == 4 && lasting == 6);                      /* 7 of 18; 4 of 12; 4 of 6 */
    CHECK(tw_loop_weeks_to_half(&s.r, 0, 1, &lasting) == 0 && lasting == 0); /* not a new one */
    s.r.line[1].ran = false;
    CHECK(weeks(&s, 0, &lasting) == 0 && lasting == 0);
}

static void sums_stop_at_the_last_day(void)
{
    static struct story s;
    begin(&s);
    CHECK(tw_loop_flow_sum(&s.r, 0, 7).lodged == 700 && tw_loop_flow_sum(&s.r, 42, 7).lodged == 300);
    CHECK(tw_loop_flow_sum(&s.r, 0, 7).met[FRESH] == 4 && tw_loop_flow_sum(&s.r, 45, 7).lodged == 0);
    CHECK(tw_loop_catch_sum(&s.r, 2, 42, 7).selected == 15 && tw_loop_catch_sum(&s.r, 2, 0, 45).duty == 4500);
    s.r.line[2].ran = false;
    CHECK(tw_loop_catch_sum(&s.r, 2, 0, 45).selected == 0);
}

static bool has(const struct tw_buf *b, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= b->n; i++)
        if (memcmp(b->p + i, part, n) == 0) return true;
    return false;
}

static void the_json_holds_weeks_scorers_and_new_mechanisms(void)
{
    static struct story s;
    begin(&s);
    for (int w = 1; w <= 6; w++) finds(&s, 1, w, 4);
    finds(&s, 0, 3, 2);
    s.r.line[2] = (struct tw_loop_line){.name = "random", .why_not = "it rained"};
    TW_SCOPED_BUF out = {0};
    struct tw_json j = {.out = &out};
    tw_loop_report_json(&s.r, &j);
    CHECK(!out.failed && j.depth == 0);
    CHECK(has(&out, "{\"budget_percent\":5.000000,\"random_percent\":0.500000,"));
    CHECK(has(&out, "{\"from\":\"2024-10-04\",\"days\":7,\"declarations\":700,\"noncompliant\":28,"
                    "\"duty_minor\":5600,\"by_mechanism\":{\"old\":21,\"fresh\":4}}"));
    CHECK(has(&out, "\"days\":3,\"declarations\":300,"));
    CHECK(has(&out,
              "{\"name\":\"tidewaiter\",\"trained\":6,\"selected\":225,\"found\":45,\"precision\":0.200000,"
              "\"recall\":0.250000,\"duty_share\":0.125000,\"recall_by_mechanism\":{\"old\":0.333333,"));
    CHECK(has(&out, "{\"name\":\"random\",\"why_not\":\"it rained\"}"));
    CHECK(has(
        &out,
        "{\"name\":\"fresh\",\"onset\":\"2024-10-07\",\"declarations\":[7,7,7,7,7,7],\"half_known\":true,"));
    s.r.line[1].ran = false; /* full_labels */
    TW_SCOPED_BUF alone = {0};
    j = (struct tw_json){.out = &alone};
    tw_loop_report_json(&s.r, &j);
    CHECK(has(&alone, "\"declarations\":[7,7,7,7,7,7],\"half_known\":false,"));
    CHECK(has(&out, "{\"name\":\"tidewaiter\",\"found\":[0,0,2,0,0,0],\"weeks_to_half\":3,"
                    "\"weeks_to_half_lasting\":null}"));
    CHECK(has(&out, "{\"name\":\"full_labels\",\"found\":[4,4,4,4,4,4],\"weeks_to_half\":1,"
                    "\"weeks_to_half_lasting\":1}"));
    CHECK(!has(&out, "\"name\":\"old\""));
}

static void the_table_says_the_same(void)
{
    static struct story s;
    begin(&s);
    for (int w = 1; w <= 6; w++) finds(&s, 1, w, 4);
    finds(&s, 0, 3, 2);
    s.r.line[2] = (struct tw_loop_line){.name = "random", .why_not = "it rained"};
    TW_SCOPED_BUF out = {0};
    tw_loop_report_text(&s.r, &out);
    CHECK(!out.failed);
    CHECK(has(&out, "closed loop: 45 days from 2024-10-04, 4500 declarations, 180 non-compliant."));
    CHECK(has(&out, "tidewaiter              225     45      0.200   0.250   0.125 |"));
    CHECK(has(&out, "random            it rained\n"));
    CHECK(has(&out, "\nfresh, new since 2024-10-07: "));
    CHECK(has(&out, "tidewaiter           0    0    2    0    0    0   3\n"));
    CHECK(has(&out, "full_labels          4    4    4    4    4    4   1 (1)\n"));
}

static void nothing_is_said_of_half_of_nothing(void)
{
    static struct story s;
    TW_SCOPED_BUF out = {0};
    begin(&s);
    CHECK(!tw_loop_half_is_known(&s.r, FRESH));
    tw_loop_report_text(&s.r, &out);
    CHECK(has(&out, "random               0    0    0    0    0    0   -\n") && !has(&out, "never"));
    finds(&s, 1, 6, 1);
    CHECK(tw_loop_half_is_known(&s.r, FRESH) && !tw_loop_half_is_known(&s.r, 1));
    tw_buf_clear(&out);
    tw_loop_report_text(&s.r, &out);
    CHECK(has(&out, "random               0    0    0    0    0    0   never\n"));
    s.r.line[1].ran = false;
    CHECK(!tw_loop_half_is_known(&s.r, FRESH));
    s.r.line[1].ran = true;
    s.r.n_days = 3 + 6; /* six days since it began */
    CHECK(!tw_loop_half_is_known(&s.r, FRESH));
    tw_buf_clear(&out);
    tw_loop_report_text(&s.r, &out);
    CHECK(has(&out, "\nfresh, new since 2024-10-07: too late to be told by week\n") && !has(&out, "never"));
}

int main(void)
{
    RUN(says_in_which_week_half_of_the_ceiling_was_reached);
    RUN(sums_stop_at_the_last_day);
    RUN(the_json_holds_weeks_scorers_and_new_mechanisms);
    RUN(the_table_says_the_same);
    RUN(nothing_is_said_of_half_of_nothing);
    return DONE();
}
