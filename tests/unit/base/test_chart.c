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
    return (struct tw_chart){.heading = "Yield & more",
                             .x_name = "inspected",
                             .y_name = "found",
                             .x_unit = TW_CHART_PERCENT,
                             .y_unit = TW_CHART_PERCENT,
                             .x = X,
                             .n = 4,
                             .n_series = 2,
                             .series = {{.name = TW_STR("ours"), .y = Y, .lo = LO, .hi = HI, .strong = true},
                                        {.name = TW_STR("theirs"), .y = X}}};
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
    CHECK(holds(&out, "<rect fill=\"var(--c0)\" x=\"187.0\"") &&
          holds(&out, "<rect fill=\"var(--c0)\" x=\"60.0\""));
    CHECK(holds(&out, ">a&lt;b</text>") && holds(&out, ">-1.00</text>"));
    /* A given range gives way: the bar would lie over the names. */
    tw_buf_clear(&out);
    c.y_to = 1;
    tw_chart_bars(&p, &c);
    CHECK(holds(&out, "<rect fill=\"var(--c0)\" x=\"187.0\""));
}

static void names_of_bars_have_the_room_they_need(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double v[] = {1, 1};
    const struct tw_str wide[] = {TW_STR("new or unusual relations"), TW_STR("été")},
                        widest[] = {TW_STR("a name that would leave nothing of the picture"), TW_STR("b")};
    struct tw_chart c = chart();
    c.n = 2;
    c.n_series = 1;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("share"), .y = v};
    c.category = wide;
    tw_chart_bars(&p, &c); /* 24 letters of 6.2, and 8 */
    CHECK(count(&out, "<rect fill=\"var(--c0)\" x=\"156.8\"") == 2 && holds(&out, "<text x=\"151.8\""));
    tw_buf_clear(&out);
    c.category = widest;
    tw_chart_bars(&p, &c);
    CHECK(count(&out, "<rect fill=\"var(--c0)\" x=\"190.0\"") == 2);
}

static void bars_have_whiskers_where_there_is_an_interval(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double v[] = {0.5, 0.2, 0, (double)NAN}, lo[] = {0.4, (double)NAN, 0, (double)NAN},
                 hi[] = {1.0, (double)NAN, 0.1, (double)NAN};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.n_series = 1;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("found"), .y = v, .lo = lo, .hi = hi};
    tw_chart_bars(&p, &c);
    /* From 60 for 0 to 314 for 1; number behind the whisker. */
    CHECK(count(&out, "class=\"whisker\"") == 2 && count(&out, "class=\"halo\"") == 2);
    CHECK(holds(&out, "M161.6 10.5L161.6 16.5M161.6 13.5L314.0 13.5M314.0 10.5L314.0 16.5"));
    CHECK(holds(&out, "<text x=\"318.0\"") && holds(&out, ">50.0 %</text>"));
    CHECK(holds(&out, "<td>50.0 % (40.0 % to 100 %)</td>") && holds(&out, "<td>20.0 %</td>"));
    CHECK(count(&out, ">–</text>") == 1 && count(&out, "<td>–</td>") == 1);
}

static void names_under_an_axis_are_neither_crowded_nor_cut(void)
{
    enum { WEEKS = 13 };
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    double v[WEEKS], x[WEEKS];
    char text[WEEKS][16];
    struct tw_str name[WEEKS];
    for (int i = 0; i < WEEKS; i++) {
        x[i] = v[i] = i;
        snprintf(text[i], sizeof text[i], "2026-01-%02d", i + 1);
        name[i] = tw_str_from(text[i]);
    }
    struct tw_chart c = chart();
    c.n_series = 1;
    c.x = x;
    c.category = name;
    c.n = WEEKS; /* 22.8 units each: every fourth name has 74 for its 62 */
    c.series[0] = (struct tw_chart_series){.name = TW_STR("weeks"), .y = v};
    tw_chart_lines(&p, &c);
    CHECK(count(&out, ">2026-01-") == 3 + WEEKS); /* those of the table too; the thirteenth would be cut */
    CHECK(holds(&out, ">2026-01-01</text>") && holds(&out, ">2026-01-05</text>") &&
          holds(&out, ">2026-01-09</text>"));
}

static void a_lone_bar_stands_beside_its_name(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double a[] = {1, 1, (double)NAN, 1}, b[] = {1, (double)NAN, (double)NAN, 1};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("size"), .y = a};
    c.series[1] = (struct tw_chart_series){.name = TW_STR("digits"), .y = b};
    tw_chart_bars(&p, &c);
    /* Rows of two bars of 12 and a gap of 8, from 8 on: the second's only bar begins half a bar lower. */
    CHECK(holds(&out, " y=\"8.0\" width") && holds(&out, " y=\"20.0\" width") &&
          holds(&out, " y=\"46.0\" width") && !holds(&out, " y=\"40.0\" width"));
    CHECK(holds(&out, " y=\"88.0\" text-anchor=\"start\">–</text>") && count(&out, "<rect fill") == 5);
}

static void counts_are_written_whole(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    const double v[] = {1240, 7, 0, 83};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.n_series = 1;
    c.y_unit = TW_CHART_COUNT;
    c.series[0] = (struct tw_chart_series){.name = TW_STR("declarations"), .y = v};
    tw_chart_bars(&p, &c);
    CHECK(holds(&out, ">1,240</text>") && holds(&out, "<td>7</td>") && holds(&out, ">83</text>") &&
          !holds(&out, ".00"));
    tw_buf_clear(&out);
    tw_chart_stacks(&p, &c);
    CHECK(holds(&out, ">1,500</text>") && holds(&out, ">500</text>"));
}

static void red_is_red_wherever_it_stands(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    struct tw_chart c = chart();
    c.category = NAMES;
    c.series[0].hue = TW_CHART_GREEN;
    c.series[1].hue = TW_CHART_RED;
    tw_chart_stacks(&p, &c);
    CHECK(count(&out, "fill=\"var(--c2)\"") == 3 + 1 && count(&out, "fill=\"var(--c7)\"") == 4 + 1);
    tw_buf_clear(&out);
    tw_chart_lines(&p, &c);
    CHECK(count(&out, "stroke=\"var(--c7)\"") == 2 && count(&out, "stroke=\"var(--c0)\"") == 0);
}

static void a_series_looks_like_one_of_another_picture(void)
{
    TW_SCOPED_BUF out = {0};
    struct tw_page p = {.out = &out};
    struct tw_chart c = chart();
    c.series[1].like = 4; /* as the one at place 3 there: curve and legend */
    tw_chart_lines(&p, &c);
    CHECK(count(&out, "stroke=\"var(--c3)\" stroke-width=\"1.6\" stroke-dasharray=\"8 3 2 3\"") == 2);
    CHECK(count(&out, "var(--c1)\"") == 0);
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
    RUN(names_of_bars_have_the_room_they_need);
    RUN(bars_have_whiskers_where_there_is_an_interval);
    RUN(names_under_an_axis_are_neither_crowded_nor_cut);
    RUN(a_lone_bar_stands_beside_its_name);
    RUN(counts_are_written_whole);
    RUN(red_is_red_wherever_it_stands);
    RUN(a_series_looks_like_one_of_another_picture);
    RUN(stacks_add_up);
    RUN(one_point_and_equal_numbers_are_drawn);
    return DONE();
}
