/* SPDX-License-Identifier: Apache-2.0 */
/* base/chart.h -- charts as SVG within a page (base/page.h).
 *
 * In : named series of numbers.
 * Out: a figure with heading, picture, legend, and the numbers themselves in a table that opens.
 * Not: what the numbers mean.
 *
 * A series is told apart by line style and label as well as by colour, so that print and colour-blind eyes
 * lose nothing. The picture is drawn 360 units wide, so that its letters keep their size on a telephone.
 */
#ifndef TW_BASE_CHART_H
#define TW_BASE_CHART_H

#include "base/page.h"

enum { TW_CHART_SERIES_MAX = 12, TW_CHART_POINTS_MAX = 2000 };

/* Colours that a series is known by elsewhere, so that red is red. */
enum tw_chart_hue {
    TW_CHART_BY_PLACE, /* the colour of its place among the series */
    TW_CHART_RED,
    TW_CHART_YELLOW,
    TW_CHART_GREEN,
    TW_CHART_BLUE,
    TW_CHART_VIOLET,
    TW_CHART_HUE_N
};

/* n numbers each; NaN = no point there. */
struct tw_chart_series {
    struct tw_str name;
    const double *y;
    const double *lo, *hi; /* of lines a band around y, of bars a whisker; NULL = none */
    bool strong;           /* ours: drawn on top, thick */
    enum tw_chart_hue hue;
    unsigned like; /* it looks as the series at place like - 1, so that charts agree; 0 = by its own place */
};

/* How numbers are written: 0.05 as 5 % or as 0.05; 1240 of something as 1,240. */
enum tw_chart_unit { TW_CHART_PLAIN, TW_CHART_PERCENT, TW_CHART_COUNT };

struct tw_chart {
    const char *heading;
    const char *note; /* a sentence under it; NULL = none */
    const char *x_name, *y_name;
    enum tw_chart_unit x_unit, y_unit;
    const double *x;               /* n, rising; of bars: not used */
    const struct tw_str *category; /* n, of bars; of lines NULL, or the names of the places on the x axis */
    size_t n;                      /* 1..TW_CHART_POINTS_MAX */
    struct tw_chart_series series[TW_CHART_SERIES_MAX];
    size_t n_series;
    double y_from, y_to; /* both 0 = from the numbers, 0 included */
    bool points;         /* marks at each point, e.g. for few of them */
    bool diagonal;       /* y = x as a guide: calibration */
};

/* Lines with bands over x. */
void tw_chart_lines(struct tw_page *p, const struct tw_chart *c);

/* Horizontal bars: for each category one bar per series, with a whisker where it has lo and hi. Negative
 * numbers go left. */
void tw_chart_bars(struct tw_page *p, const struct tw_chart *c);

/* Vertical bars that stand on each other, the first series at the bottom: shares of a whole per category,
 * e.g. channels by week. */
void tw_chart_stacks(struct tw_page *p, const struct tw_chart *c);

#endif
