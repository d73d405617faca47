/* SPDX-License-Identifier: Apache-2.0 */
/* What a demo came to, as a page. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "base/chart.h"
#include "base/date.h"
#include "cli/demo_priv.h"
#include "stat/metric.h"

enum { CELL_BYTES = TW_PAGE_CELL };

/* Channels in the order they are read, the strictest first, in colours that say their name. */
static const struct {
    enum tw_channel channel;
    enum tw_chart_hue hue;
} shown[] = {{TW_CHANNEL_RED, TW_CHART_RED},
             {TW_CHANNEL_YELLOW, TW_CHART_YELLOW},
             {TW_CHANNEL_QUERY, TW_CHART_VIOLET},
             {TW_CHANNEL_BLUE, TW_CHART_BLUE},
             {TW_CHANNEL_GREEN, TW_CHART_GREEN}};
enum { SHOWN = sizeof shown / sizeof *shown };

static struct tw_str number(char text[CELL_BYTES], double v)
{
    return tw_page_number(text, v, 0);
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

static double yield(const struct tw_play_yield *y)
{
    return share((double)y->found, (double)y->inspected);
}

static struct tw_interval interval(double part, double whole)
{
    return whole > 0 ? tw_wilson(part, whole) : (struct tw_interval){(double)NAN, (double)NAN};
}

/* --- found per inspection --- */

static void yields_chart(struct tw_page *page, const struct demo_report *r)
{
    struct tw_str name[TW_PLAY_WAYS];
    double y[TW_PLAY_WAYS], lo[TW_PLAY_WAYS], hi[TW_PLAY_WAYS];
    for (int w = 0; w < TW_PLAY_WAYS; w++) {
        const struct tw_play_yield *of = &r->played.of[w];
        const struct tw_interval ci = interval((double)of->found, (double)of->inspected);
        name[w] = tw_str_from(tw_play_way_words((enum tw_play_way)w));
        y[w] = yield(of);
        lo[w] = ci.lo;
        hi[w] = ci.hi;
    }
    tw_chart_bars(page,
                  &(struct tw_chart){
                      .heading = "Found per inspection",
                      .note = "Of 100 inspections, so many found something; the line across the end of "
                              "a bar is the 95 % interval.",
                      .x_name = "selected",
                      .y_name = "found something",
                      .y_unit = TW_CHART_PERCENT,
                      .category = name,
                      .n = TW_PLAY_WAYS,
                      .n_series = 1,
                      .series = {{.name = TW_STR("found"), .y = y, .lo = lo, .hi = hi, .strong = true}}});
}

/* What spoke first for the inspections, and how often it was right. */
static void leads_chart(struct tw_page *page, const struct demo_report *r)
{
    struct tw_str name[TW_FAMILY_N];
    double inspected[TW_FAMILY_N], found[TW_FAMILY_N];
    size_t n = 0;
    for (int f = 0; f < TW_FAMILY_N; f++) {
        if (r->lead[f].inspected == 0) continue;
        name[n] = tw_str_from(tw_family_row((enum tw_family)f)->words);
        inspected[n] = (double)r->lead[f].inspected;
        found[n++] = (double)r->lead[f].found;
    }
    if (n == 0) return;
    tw_chart_bars(
        page,
        &(struct tw_chart){.heading = "First reason given",
                           .note = "Inspected declarations by what their first reason is about, and those of "
                                   "them in which something was found.",
                           .x_name = "first reason",
                           .y_name = "declarations",
                           .y_unit = TW_CHART_COUNT,
                           .category = name,
                           .n = n,
                           .n_series = 2,
                           .series = {{.name = TW_STR("inspected"), .y = inspected},
                                      {.name = TW_STR("something found"), .y = found}}});
}

static void yields_table(struct tw_page *page, const struct demo_report *r)
{
    enum { CELLS = 6 };
    static const struct tw_str head[CELLS] = {{"selected", 8},       {"inspections", 11},
                                              {"found", 5},          {"found per inspection", 20},
                                              {"95 % interval", 13}, {"duty back, each", 15}};
    tw_page_table_begin(page,
                        "Every figure. Duty back is what the inspections recovered, shared among them.");
    tw_page_table_row(page, head, CELLS, true, false);
    for (int w = 0; w < TW_PLAY_WAYS; w++) {
        const struct tw_play_yield *y = &r->played.of[w];
        const double n = (double)y->inspected;
        const struct tw_interval ci = interval((double)y->found, n);
        char t[CELLS][CELL_BYTES], each[CELL_BYTES + 8];
        snprintf(each, sizeof each, "%.*s %s", TW_STR_ARG(number(t[5], share(y->recovered_minor / 100, n))),
                 r->currency);
        const struct tw_str row[CELLS] = {tw_str_from(tw_play_way_words((enum tw_play_way)w)),
                                          number(t[1], n),
                                          number(t[2], (double)y->found),
                                          tw_page_percent(t[3], yield(y)),
                                          tw_page_percents(t[4], ci.lo, ci.hi),
                                          n > 0 ? tw_str_from(each) : TW_STR("-")};
        tw_page_table_row(page, row, CELLS, false, w == TW_PLAY_SCORE);
    }
    tw_page_table_end(page);
}

/* --- channels --- */

static bool used(const struct demo_report *r, enum tw_channel c)
{
    return r->played.channel[c] > 0;
}

static double of_week(const struct tw_play_week *w)
{
    double n = 0;
    for (int c = 0; c < TW_CHANNEL_N; c++) n += (double)w->channel[c];
    return n;
}

static void channels_chart(struct tw_page *page, const struct demo_report *r)
{
    double y[SHOWN][TW_PLAY_WEEKS_MAX];
    char text[TW_PLAY_WEEKS_MAX][CELL_BYTES];
    struct tw_str name[TW_PLAY_WEEKS_MAX];
    struct tw_chart chart = {.heading = "Channels by week",
                             .note =
                                 "Share of each week's declarations that were controlled. All others went "
                                 "straight through: green, release.",
                             .x_name = "week from",
                             .y_name = "of declarations",
                             .y_unit = TW_CHART_PERCENT,
                             .category = name,
                             .n = r->played.weeks};
    for (size_t k = 0; k < r->played.weeks; k++) {
        name[k] = tw_page_day(text[k], r->played.week[k].from);
        for (size_t s = 0; s < SHOWN; s++)
            y[s][k] = share((double)r->played.week[k].channel[shown[s].channel], of_week(&r->played.week[k]));
    }
    for (size_t s = 0; s < SHOWN; s++) {
        if (!used(r, shown[s].channel) || shown[s].channel == TW_CHANNEL_GREEN) continue;
        chart.series[chart.n_series++] = (struct tw_chart_series){
            .name = tw_str_from(tw_channel_name(shown[s].channel)), .y = y[s], .hue = shown[s].hue};
    }
    if (chart.n > 0 && chart.n_series > 0) tw_chart_stacks(page, &chart);
}

/* Declarations of a week, or of all, by channel. */
static void channels_row(struct tw_page *page, const struct demo_report *r, struct tw_str name,
                         const uint64_t channel[TW_CHANNEL_N], bool strong)
{
    char t[SHOWN + 1][CELL_BYTES];
    struct tw_str row[SHOWN + 2] = {name};
    double all = 0;
    size_t n = 2;
    for (int c = 0; c < TW_CHANNEL_N; c++) all += (double)channel[c];
    row[1] = number(t[SHOWN], all);
    for (size_t s = 0; s < SHOWN; s++)
        if (used(r, shown[s].channel)) row[n++] = number(t[s], (double)channel[shown[s].channel]);
    tw_page_table_row(page, row, n, false, strong);
}

static void channels_table(struct tw_page *page, const struct demo_report *r)
{
    struct tw_str head[SHOWN + 2] = {TW_STR("week from"), TW_STR("declarations")};
    TW_SCOPED_BUF caption = {0};
    size_t n = 2;
    tw_buf_text(&caption, "Declarations by week and channel");
    for (size_t s = 0; s < SHOWN; s++) {
        if (!used(r, shown[s].channel)) continue;
        tw_buf_printf(&caption, "%s %s is %s", n == 2 ? ":" : ",", tw_channel_name(shown[s].channel),
                      tw_channel_words(shown[s].channel));
        head[n++] = tw_str_from(tw_channel_name(shown[s].channel));
    }
    tw_buf_text(&caption, ". The last week may be a part of one.");
    tw_buf_char(&caption, '\0');
    if (caption.failed) page->out->failed = true;
    tw_page_table_begin(page, caption.failed ? "" : caption.p);
    tw_page_table_row(page, head, n, true, false);
    for (size_t k = 0; k < r->played.weeks; k++) {
        char text[CELL_BYTES];
        const struct tw_str name = tw_page_day(text, r->played.week[k].from);
        channels_row(page, r, name, r->played.week[k].channel, false);
    }
    channels_row(page, r, TW_STR("all"), r->played.channel, true);
    tw_page_table_end(page);
}

/* --- decisions --- */

/* The reasons on one side under their heading. */
static void side(struct tw_page *page, const struct demo_picked *p, bool against, const char *word)
{
    struct tw_str item[TW_REASONS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < p->reasons; i++)
        if (p->against[i] == against) item[n++] = tw_buf_view(&p->reason[i]);
    if (n > 0) tw_page_case_part(page, word, item, n);
}

static void decision(struct tw_page *page, const struct demo_picked *p, const char *words, int number_of)
{
    char heading[CELL_BYTES];
    snprintf(heading, sizeof heading, "%d. %c%s", number_of, toupper((unsigned char)words[0]), words + 1);
    tw_page_case_begin(page, tw_str_from(heading));
    tw_page_para(page, tw_buf_view(&p->head));
    tw_page_para(page, tw_buf_view(&p->goods));
    side(page, p, false, "Why it is worth controlling");
    side(page, p, true, "What speaks against control");
    if (p->change.n > 0) {
        const struct tw_str change = tw_buf_view(&p->change);
        tw_page_case_part(page, "What would have made it green", &change, 1);
    }
    const struct tw_str outcome = tw_buf_view(&p->outcome);
    tw_page_case_part(page, "What came of it", &outcome, 1);
    tw_page_case_end(page);
}

static void decisions(struct tw_page *page, const struct demo_report *r)
{
    int n = 0;
    tw_page_section(page, "Some decisions, as an officer reads them");
    for (int i = 0; i < DEMO_PICKS; i++)
        if (r->pick[i] != NULL) decision(page, r->pick[i], demo_pick_words((enum demo_pick)i), ++n);
    if (n == 0) tw_page_para(page, TW_STR("None of this month shows anything worth telling."));
}

/* --- the page --- */

static void days(struct tw_buf *b, const char *what, double n, int32_t from, int32_t to)
{
    tw_buf_text(b, what);
    tw_buf_grouped(b, n, 0);
    tw_buf_text(b, " declarations, ");
    tw_buf_day(b, from);
    tw_buf_text(b, " to ");
    tw_buf_day(b, to);
}

struct figure_text {
    char value[CELL_BYTES], word[2 * CELL_BYTES];
};

static struct tw_page_figure yield_figure(const struct demo_report *r, enum tw_play_way w, const char *word,
                                          struct figure_text *room)
{
    const struct tw_play_yield *y = &r->played.of[w];
    char found[CELL_BYTES], inspected[CELL_BYTES];
    number(found, (double)y->found);
    number(inspected, (double)y->inspected);
    snprintf(room->word, sizeof room->word, "%s (%.20s of %.20s)", word, found, inspected);
    return (struct tw_page_figure){tw_page_percent(room->value, yield(y)), tw_str_from(room->word)};
}

static void summary(struct tw_page *page, const struct demo_report *r)
{
    TW_SCOPED_BUF data = {0};
    struct figure_text text[3];
    char t[CELL_BYTES];
    days(&data, "The model learned from a year: ", (double)r->year.declarations, r->year.first_day,
         r->year.last_day);
    tw_buf_text(&data, "; ");
    tw_buf_grouped(&data, (double)r->year.inspected, 0);
    tw_buf_text(&data, " items of them were inspected, with ");
    tw_buf_grouped(&data, (double)r->year.found, 0);
    days(&data,
         " findings. Then it met a month, declaration by declaration: ", (double)r->played.declarations,
         r->played.first_day, r->played.last_day);
    tw_buf_char(&data, '.');
    if (data.failed) page->out->failed = true;
    tw_page_para(page, tw_buf_view(&data));
    const struct tw_str rate = number(t, demo_rate(r));
    const struct tw_page_figure figure[] = {
        yield_figure(r, TW_PLAY_SCORE, "of inspections by score found something", &text[0]),
        yield_figure(r, TW_PLAY_RANDOM, "of those drawn at random", &text[1]),
        yield_figure(r, TW_PLAY_INCUMBENT, "of the incumbent's", &text[2]),
        {rate, TW_STR("declarations decided per second of one processor")}};
    tw_page_figures(page, figure, sizeof figure / sizeof figure[0]);
}

void demo_page(const struct demo_report *r, struct tw_buf *out)
{
    struct tw_page page = {.out = out};
    tw_page_begin(&page, "A month at the border of a made-up country",
                  "Harbor, as `tidewaiter demo` lets it live. No person, firm or consignment in it is real.");
    summary(&page, r);
    tw_page_section(&page, "What inspections found");
    tw_page_warning(&page, tw_str_from(demo_differ));
    tw_page_charts_begin(&page);
    yields_chart(&page, r);
    tw_page_charts_end(&page);
    yields_table(&page, r);
    tw_page_section(&page, "How the border was kept");
    tw_page_charts_begin(&page);
    channels_chart(&page, r);
    leads_chart(&page, r);
    tw_page_charts_end(&page);
    channels_table(&page, r);
    decisions(&page, r);
    tw_page_end(&page);
}
