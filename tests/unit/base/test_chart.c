/* SPDX-License-Identifier: Apache-2.0 */
#include "base/chart.h"

#include <math.h>

#include "check.h"

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static size_t count(const struct tw_buf *b, const char *what)
{
    size_t n = 0;
    for (const char *p = b->p, *end = b->p + b->n;
         (p = memmem(p, (size_t)(end - p), what, strlen(what))) != NULL; p++)
        n++;
    return n;
}

static const double X[] = {0.01, 0.02, 0.05, 0.10}, Y[] = {0.6, 0.5, (double)NAN, 0.3},
                    LO[] = {0.5, 0.4, (double)NAN, 0.2}, HI[] = {0.7, 0.6, (double)NAN, 0.4};
static const struct tw_str NAMES[] = {{"a<b", 3}, {"second", 6}, {"third", 5}, {"fourth", 6}};

static struct tw_chart chart(void)
{
    return (struct tw_chart){
        .heading = "Yield & more",
        .x_name = "inspected",
        .y_name = "found",
        .x_unit = TW_CHART_PERCENT,
        .y_unit = TW_CHART_PERCENT,
        .x = X,
        .n = 4,
        .n_series = 2,
        .series = {{TW_STR("ours"), Y, LO, HI, true}, {TW_STR("theirs"), X, NULL, NULL, false}}};
}

static void lines_break_where_a_number_is_missing(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    struct tw_chart c = chart();
    c.points = true;
    tw_chart_lines(&p, &c);
    /* y from 0 to 70 % in steps of 20: 0.6 of 0.8 up from 196 to 20 */
    CHECK(holds(&out, "d=\"M75.6 64.0L105.2 86.0M342.0 130.0\""));
    CHECK(count(&out, "<circle") == 3 + 4);
    CHECK(holds(&out, ">10 %</text>") && holds(&out, ">80 %</text>") && !holds(&out, "nan") &&
          !holds(&out, "inf"));
    CHECK(holds(&out, "Yield &amp; more") && holds(&out, "opacity=\".16\""));
    CHECK(holds(&out, "<td>60.0 % (50.0 % to 70.0 %)</td>") && holds(&out, "<td>–</td>"));
}

static void styles_differ_by_more_than_colour(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const struct tw_chart c = chart();
    tw_chart_lines(&p, &c);
    CHECK(holds(&out, "stroke=\"var(--c0)\" stroke-width=\"3\"") &&
          holds(&out, "stroke=\"var(--c1)\" stroke-width=\"1.6\" stroke-dasharray=\"6 3\""));
    CHECK(holds(&out, "</svg>ours</li>") && holds(&out, "</svg>theirs</li>"));
}

static void bars_go_left_below_zero(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double v[] = {1, -1, 0.5, (double)NAN};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.n_series = 1;
    c.y_unit = TW_CHART_PLAIN;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("share"), .y = v};
    tw_chart_bars(&p, &c);
    CHECK(count(&out, "<rect") == 3);
    CHECK(holds(&out, "<rect fill=\"var(--c0)\" x=\"219.0\"") &&
          holds(&out, "<rect fill=\"var(--c0)\" x=\"122.0\""));
    CHECK(holds(&out, ">a&lt;b</text>") && holds(&out, ">-1.00</text>"));
    /* A given range gives way: the bar would lie over the names. */
    tw_buf_clear(&out);
    c.y_to = 1;
    tw_chart_bars(&p, &c);
    CHECK(holds(&out, "<rect fill=\"var(--c0)\" x=\"219.0\""));
}

static void stacks_add_up(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double a[] = {0.25, 0.25, 0.25, 0.25}, b[] = {0.75, 0.75, 0.75, 0.75};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("red"), .y = a};
    c.series[1] = (struct tw_chart_series){.name = TW_STR("green"), .y = b};
    tw_chart_stacks(&p, &c);
    CHECK(count(&out, "y=\"152.0\" width=\"59.2\" height=\"44.0\"") == 4);
    CHECK(count(&out, "y=\"20.0\" width=\"59.2\" height=\"132.0\"") == 4);
}

static void one_point_and_equal_numbers_are_drawn(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double x[] = {3}, y[] = {0};
    struct tw_chart c = {.heading = "h",
                         .x_name = "x",
                         .y_name = "y",
                         .x = x,
                         .n = 1,
                         .n_series = 1,
                         .series = {{.name = TW_STR("s"), .y = y}}};
    tw_chart_lines(&p, &c);
    CHECK(!out.failed && !holds(&out, "nan") && !holds(&out, "inf"));
}

int main(void)
{
    RUN(lines_break_where_a_number_is_missing);
    RUN(styles_differ_by_more_than_colour);
    RUN(bars_go_left_below_zero);
    RUN(stacks_add_up);
    RUN(one_point_and_equal_numbers_are_drawn);
    return DONE();
}
