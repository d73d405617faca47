/* SPDX-License-Identifier: Apache-2.0 */
/* The closed loop in pictures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/chart.h"
#include "base/date.h"
#include "stat/metric.h"
#include "trial/page.h"

enum { WEEK = 7, WEEKS_MAX = 160, CELL_BYTES = TW_PAGE_CELL };

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

/* Whole weeks from day `from` of the report on. */
static size_t whole_weeks(const struct tw_loop_report *r, size_t from)
{
    const size_t n = from < r->n_days ? (r->n_days - from) / WEEK : 0;
    return n < WEEKS_MAX ? n : WEEKS_MAX;
}

/* A scorer looks here as it does in the other pictures: 1 + its number, 0 = it is none of these. */
static unsigned looks_like(const char *name)
{
    for (int s = 0; s < TW_SCORER_N; s++)
        if (strcmp(name, tw_scorer_name((enum tw_scorer)s)) == 0) return (unsigned)s + 1;
    return 0;
}

static bool is(const struct tw_loop_line *l, enum tw_scorer s)
{
    return strcmp(l->name, tw_scorer_name(s)) == 0;
}

/* What is drawn: all but the oracle, which would flatten the others. */
static bool drawn(const struct tw_loop_report *r, size_t line)
{
    return r->line[line].ran && !is(&r->line[line], TW_SCORER_ORACLE);
}

static struct tw_chart_series series(const struct tw_loop_line *l, const double *y)
{
    return (struct tw_chart_series){.name = tw_str_from(l->name),
                                    .y = y,
                                    .strong = is(l, TW_SCORER_TIDEWAITER),
                                    .like = looks_like(l->name)};
}

/* Numbers of one picture over weeks. */
struct weeks {
    double x[WEEKS_MAX], y[TW_LOOP_PLAYERS_MAX][WEEKS_MAX];
    char text[WEEKS_MAX][CELL_BYTES];
    struct tw_str name[WEEKS_MAX];
};

/* --- a mechanism that began since the split --- */

/* In which week half of the ceiling was reached. */
static void half_words(const struct tw_loop_report *r, size_t m, struct tw_buf *out)
{
    const char *before = " Half of what full_labels finds was found";
    bool any = false;
    for (size_t i = 0; i < r->lines && tw_loop_half_is_known(r, m); i++) {
        if (!drawn(r, i) || is(&r->line[i], TW_SCORER_FULL_LABELS)) continue;
        uint32_t lasting;
        const uint32_t first = tw_loop_weeks_to_half(r, i, m, &lasting);
        if (first == 0)
            tw_buf_printf(out, "%s by %s never", before, r->line[i].name);
        else if (lasting == 0)
            tw_buf_printf(out, "%s by %s in week %u, but not lastingly", before, r->line[i].name, first);
        else
            tw_buf_printf(out, "%s by %s in week %u, lastingly from week %u", before, r->line[i].name, first,
                          lasting);
        before = ",";
        any = true;
    }
    if (any) tw_buf_char(out, '.');
}

static void onset_para(struct tw_page *page, const struct tw_loop_report *r, size_t m)
{
    TW_SCOPED_BUF words = {0};
    const size_t from = (size_t)(r->onset[m] - r->first_day), weeks = whole_weeks(r, from);
    tw_buf_printf(&words, "%.*s is new since ", TW_STR_ARG(r->mechanism[m]));
    tw_buf_day(&words, r->onset[m]);
    if (weeks == 0)
        tw_buf_text(&words, ": too late to be told by week.");
    else
        tw_buf_printf(&words, ": %u declarations in %zu week%s.",
                      tw_loop_flow_sum(r, from, weeks * WEEK).met[m], weeks, weeks == 1 ? "" : "s");
    if (weeks > 0) half_words(r, m, &words);
    if (words.failed) page->out->failed = true;
    tw_page_para(page, tw_buf_view(&words));
}

static void onset_chart(struct tw_page *page, const struct tw_loop_report *r, size_t m, struct weeks *w)
{
    const size_t from = (size_t)(r->onset[m] - r->first_day), n = whole_weeks(r, from);
    char heading[CELL_BYTES + 64];
    if (n == 0) return;
    snprintf(heading, sizeof heading, "A new mechanism: %.*s", TW_STR_ARG(r->mechanism[m]));
    struct tw_chart chart = {.heading = heading,
                             .note = "Share of its declarations of each week in which an inspection found "
                                     "something, by weeks since it began.",
                             .x_name = "week since it began",
                             .y_name = "found",
                             .y_unit = TW_CHART_PERCENT,
                             .x = w->x,
                             .category = w->name,
                             .n = n,
                             .points = n < 30};
    for (size_t k = 0; k < n; k++) {
        const struct tw_loop_flow flow = tw_loop_flow_sum(r, from + k * WEEK, WEEK);
        w->x[k] = (double)k;
        snprintf(w->text[k], CELL_BYTES, "%zu", k + 1);
        w->name[k] = tw_str_from(w->text[k]);
        for (size_t i = 0; i < r->lines; i++)
            w->y[i][k] = share(tw_loop_catch_sum(r, i, from + k * WEEK, WEEK).caught[m], flow.met[m]);
    }
    for (size_t i = 0; i < r->lines && chart.n_series < TW_CHART_SERIES_MAX; i++)
        if (drawn(r, i)) chart.series[chart.n_series++] = series(&r->line[i], w->y[i]);
    if (chart.n_series > 0) tw_chart_lines(page, &chart);
}

/* Declarations with it by week, and how many of them each scorer found. */
static void onset_table(struct tw_page *page, const struct tw_loop_report *r, size_t m)
{
    enum { COLUMNS_MAX = 26 };
    const size_t from = (size_t)(r->onset[m] - r->first_day), all = whole_weeks(r, from);
    const size_t n = all < COLUMNS_MAX ? all : COLUMNS_MAX;
    char t[COLUMNS_MAX][CELL_BYTES], caption[CELL_BYTES + 128];
    struct tw_str row[COLUMNS_MAX + 1] = {TW_STR("week")};
    if (n == 0) return;
    snprintf(caption, sizeof caption,
             "%.*s: its declarations by weeks since it began, and in how many of them each scorer found "
             "something.",
             TW_STR_ARG(r->mechanism[m]));
    tw_page_table_begin(page, caption);
    for (size_t k = 0; k < n; k++) row[k + 1] = tw_page_number(t[k], (double)(k + 1), 0);
    tw_page_table_row(page, row, n + 1, true, false);
    row[0] = TW_STR("declarations");
    for (size_t k = 0; k < n; k++)
        row[k + 1] = tw_page_number(t[k], tw_loop_flow_sum(r, from + k * WEEK, WEEK).met[m], 0);
    tw_page_table_row(page, row, n + 1, false, false);
    for (size_t i = 0; i < r->lines; i++) {
        if (!r->line[i].ran) continue;
        row[0] = tw_str_from(r->line[i].name);
        for (size_t k = 0; k < n; k++)
            row[k + 1] = tw_page_number(t[k], tw_loop_catch_sum(r, i, from + k * WEEK, WEEK).caught[m], 0);
        tw_page_table_row(page, row, n + 1, false, is(&r->line[i], TW_SCORER_TIDEWAITER));
    }
    tw_page_table_end(page);
}

/* --- all of it --- */

static void yield_chart(struct tw_page *page, const struct tw_loop_report *r, struct weeks *w)
{
    const size_t n = whole_weeks(r, 0);
    struct tw_chart chart = {.heading = "Found per inspection, week by week",
                             .note = "Of each scorer's own inspections, those drawn by chance included.",
                             .x_name = "week from",
                             .y_name = "found something",
                             .y_unit = TW_CHART_PERCENT,
                             .x = w->x,
                             .category = w->name,
                             .n = n,
                             .points = n < 30};
    if (n == 0) return;
    for (size_t k = 0; k < n; k++) {
        w->name[k] = tw_page_day(w->text[k], r->first_day + (int32_t)(k * WEEK));
        w->x[k] = (double)k;
        for (size_t i = 0; i < r->lines; i++) {
            const struct tw_loop_catch c = tw_loop_catch_sum(r, i, k * WEEK, WEEK);
            w->y[i][k] = share(c.found, c.selected);
        }
    }
    for (size_t i = 0; i < r->lines && chart.n_series < TW_CHART_SERIES_MAX; i++)
        if (drawn(r, i)) chart.series[chart.n_series++] = series(&r->line[i], w->y[i]);
    if (chart.n_series > 0) tw_chart_lines(page, &chart);
}

static void mechanisms_chart(struct tw_page *page, const struct tw_loop_report *r)
{
    const struct tw_loop_flow flow = tw_loop_flow_sum(r, 0, r->n_days);
    double y[TW_LOOP_PLAYERS_MAX][TW_LOOP_MECHANISMS];
    char text[TW_LOOP_MECHANISMS][CELL_BYTES];
    struct tw_str name[TW_LOOP_MECHANISMS];
    struct tw_chart chart = {.heading = "Which mechanisms are found",
                             .note = "Share of each mechanism's declarations in which an inspection found "
                                     "something; in brackets how many there were.",
                             .x_name = "mechanism",
                             .y_name = "found",
                             .y_unit = TW_CHART_PERCENT,
                             .category = name};
    for (size_t m = 1; m < r->mechanisms; m++) {
        if (flow.met[m] == 0) continue;
        snprintf(text[chart.n], CELL_BYTES, "%.*s (%u)", TW_STR_ARG(r->mechanism[m]), flow.met[m]);
        name[chart.n] = tw_str_from(text[chart.n]);
        for (size_t i = 0; i < r->lines; i++)
            y[i][chart.n] = share(tw_loop_catch_sum(r, i, 0, r->n_days).caught[m], flow.met[m]);
        chart.n++;
    }
    for (size_t i = 0; i < r->lines; i++) {
        const struct tw_loop_line *l = &r->line[i];
        if (l->ran &&
            (is(l, TW_SCORER_TIDEWAITER) || is(l, TW_SCORER_XGBOOST_RAW) || is(l, TW_SCORER_FULL_LABELS)))
            chart.series[chart.n_series++] = series(l, y[i]);
    }
    if (chart.n > 0 && chart.n_series > 0) tw_chart_bars(page, &chart);
}

static struct tw_str of(char text[CELL_BYTES], uint32_t part, uint32_t whole)
{
    char a[CELL_BYTES], b[CELL_BYTES];
    tw_page_number(a, part, 0);
    tw_page_number(b, whole, 0);
    snprintf(text, CELL_BYTES, "%.20s of %.20s", a, b);
    return tw_str_from(text);
}

static void lines_table(struct tw_page *page, const struct tw_loop_report *r)
{
    enum { CELLS = 9 };
    static const char *const head[CELLS] = {
        "scorer",      "inspected", "found",   "found per inspection", "95 % interval", "of all there was",
        "of its duty", "random",    "explored"};
    const struct tw_loop_flow flow = tw_loop_flow_sum(r, 0, r->n_days);
    struct tw_str row[CELLS];
    char t[CELLS][CELL_BYTES];
    tw_page_table_begin(page, "Every scorer alone at the border, over all days since the split. Random and "
                              "explored: in how many of those drawn something was found.");
    for (size_t i = 0; i < CELLS; i++) row[i] = tw_str_from(head[i]);
    tw_page_table_row(page, row, CELLS, true, false);
    for (size_t i = 0; i < r->lines; i++) {
        const struct tw_loop_line *l = &r->line[i];
        const struct tw_loop_catch c = tw_loop_catch_sum(r, i, 0, r->n_days);
        row[0] = tw_str_from(l->name);
        for (size_t k = 1; k < CELLS; k++) row[k] = TW_STR("-");
        if (l->ran && c.selected > 0) {
            const struct tw_interval ci = tw_wilson(c.found, c.selected);
            row[1] = tw_page_number(t[1], c.selected, 0);
            row[2] = tw_page_number(t[2], c.found, 0);
            row[3] = tw_page_percent(t[3], share(c.found, c.selected));
            row[4] = tw_page_percents(t[4], ci.lo, ci.hi);
            row[5] = tw_page_percent(t[5], share(c.found, flow.noncompliant));
            row[6] = tw_page_percent(t[6], share(c.duty, flow.duty));
            if (c.drawn > 0) row[7] = of(t[7], c.drawn_found, c.drawn);
            if (c.explored > 0) row[8] = of(t[8], c.explored_found, c.explored);
        }
        tw_page_table_row(page, row, CELLS, false, is(l, TW_SCORER_TIDEWAITER));
    }
    tw_page_table_end(page);
    for (size_t i = 0; i < r->lines; i++) {
        char words[256];
        if (r->line[i].ran) continue;
        snprintf(words, sizeof words, "%s did not play: %s.", r->line[i].name, r->line[i].why_not);
        tw_page_para(page, tw_str_from(words));
    }
}

static void every(struct tw_buf *out, uint32_t weeks)
{
    if (weeks > 1)
        tw_buf_printf(out, "every %u weeks", weeks);
    else
        tw_buf_text(out, "every week");
}

static void rules(struct tw_page *page, const struct tw_loop_report *r)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_printf(
        &text,
        "Each scorer is alone at the border: of each day's declarations it has %g %% inspected, waits "
        "for the results, and learns from nothing else, anew ",
        r->budget);
    every(&text, r->retrain_weeks);
    tw_buf_printf(
        &text,
        ". Of its part this engine draws %g %% of all declarations at random and %g %% to see what it "
        "does not know; the peers spend all of theirs on score. full_labels is this engine where "
        "every result becomes known, inspected or not and without misses; to be affordable it "
        "learns anew ",
        r->random, r->explore);
    every(&text, r->retrain_full_weeks);
    if (r->thin_full > 1) tw_buf_printf(&text, ", and from one in %u conform results", r->thin_full);
    tw_buf_char(&text, '.');
    if (text.failed) page->out->failed = true;
    tw_page_para(page, tw_buf_view(&text));
}

void tw_loop_page(const struct tw_loop_report *r, struct tw_page *page)
{
    static const char AIM[] =
        "Inspections miss some of what there is; a miss counts as not found, whoever selected it.";
    struct weeks w;
    tw_page_section(page, "The border played: the closed loop");
    rules(page, r);
    tw_page_para(page, tw_str_from(AIM));
    for (size_t m = 1; m < r->mechanisms; m++)
        if (r->onset[m] != TW_NO_DAY) onset_para(page, r, m);
    tw_page_charts_begin(page);
    for (size_t m = 1; m < r->mechanisms; m++)
        if (r->onset[m] != TW_NO_DAY) onset_chart(page, r, m, &w);
    yield_chart(page, r, &w);
    mechanisms_chart(page, r);
    tw_page_charts_end(page);
    lines_table(page, r);
    for (size_t m = 1; m < r->mechanisms; m++)
        if (r->onset[m] != TW_NO_DAY) onset_table(page, r, m);
}
