/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/page.h"

#include <math.h>
#include <stdio.h>

#include "base/chart.h"

static const struct {
    const char *name, *heading, *words;
} protocol_words[] = {
    {"as_published", "As published",
     "All rows of the later file, as others have reported on it. Rows that equal an earlier one "
     "are in it, and whoever remembers those does well."},
    {"first_occurrences", "First occurrences only",
     "Of rows that are equal in six columns only the first is kept, before and after the split. What is left "
     "has to be judged, "
     "not remembered."},
    {"time_split", "Later than what was learned from",
     "Learned from results known before the split; tested on declarations lodged since."}};

static const char *heading_of(const char *name)
{
    for (size_t i = 0; i < sizeof protocol_words / sizeof protocol_words[0]; i++)
        if (tw_str_is(tw_str_from(name), protocol_words[i].name)) return protocol_words[i].heading;
    return name;
}

static const char *words_of(const char *name)
{
    for (size_t i = 0; i < sizeof protocol_words / sizeof protocol_words[0]; i++)
        if (tw_str_is(tw_str_from(name), protocol_words[i].name)) return protocol_words[i].words;
    return NULL;
}

/* -- pictures
 * ------------------------------------------------------------------------------------------------ */

/* One number per part for each scorer that ran, ours with its interval. */
struct curves {
    double x[TW_TRIAL_PARTS];
    double y[TW_SCORER_N][TW_TRIAL_PARTS], lo[TW_SCORER_N][TW_TRIAL_PARTS], hi[TW_SCORER_N][TW_TRIAL_PARTS];
};

enum what { PRECISION, DUTY };

static void fill_curves(const struct tw_trial_protocol *p, enum what what, struct curves *c)
{
    for (int k = 0; k < TW_TRIAL_PARTS; k++) {
        c->x[k] = tw_trial_percent[k] / 100;
        for (int s = 0; s < TW_SCORER_N; s++) {
            const struct tw_trial_figures *f = &p->of[s];
            const struct tw_interval i = what == PRECISION ? f->at[k].ci : f->at[k].duty_ci;
            c->y[s][k] = what == PRECISION ? f->at[k].precision : f->at[k].duty_share;
            c->lo[s][k] = i.lo;
            c->hi[s][k] = i.hi;
        }
    }
}

static void curve_chart(struct tw_page *page, const struct tw_trial_protocol *p, enum what what)
{
    struct curves c;
    fill_curves(p, what, &c);
    struct tw_chart chart = {
        .heading = what == PRECISION ? "Found per inspection" : "Share of the recoverable duty",
        .note = what == PRECISION
                    ? "Non-compliant declarations among the highest scored; the band is the 95 % interval."
                    : "Duty recoverable from the highest scored, of all there was.",
        .x_name = "declarations inspected",
        .y_name = what == PRECISION ? "non-compliant" : "duty",
        .x_unit = TW_CHART_PERCENT,
        .y_unit = TW_CHART_PERCENT,
        .x = c.x,
        .n = TW_TRIAL_PARTS,
        .points = true};
    for (int s = 0; s < TW_SCORER_N; s++) {
        if (!p->of[s].ran || s == TW_SCORER_ORACLE) continue; /* the oracle would flatten all others */
        const bool ours = s == TW_SCORER_TIDEWAITER;
        chart.series[chart.n_series++] =
            (struct tw_chart_series){.name = tw_str_from(tw_scorer_name((enum tw_scorer)s)),
                                     .y = c.y[s],
                                     .lo = ours ? c.lo[s] : NULL,
                                     .hi = ours ? c.hi[s] : NULL,
                                     .strong = ours};
    }
    if (chart.n_series > 0) tw_chart_lines(page, &chart);
}

static void calibration_chart(struct tw_page *page, const struct tw_trial_protocol *p)
{
    static const enum tw_scorer shown[] = {TW_SCORER_TIDEWAITER, TW_SCORER_XGBOOST_RAW};
    for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
        const struct tw_trial_figures *f = &p->of[shown[k]];
        if (!f->ran || f->bins < 2) continue;
        double x[TW_TRIAL_BINS], y[TW_TRIAL_BINS], lo[TW_TRIAL_BINS], hi[TW_TRIAL_BINS];
        for (size_t b = 0; b < f->bins; b++) {
            const struct tw_reliability *bin = &f->bin[f->bins - 1 - b]; /* the riskiest come first there */
            const struct tw_interval i = tw_wilson(bin->frequency * (double)bin->n, (double)bin->n);
            x[b] = bin->probability;
            y[b] = bin->frequency;
            lo[b] = i.lo;
            hi[b] = i.hi;
        }
        const bool ours = shown[k] == TW_SCORER_TIDEWAITER;
        const struct tw_chart chart = {
            .heading = ours ? "Does a risk mean what it says?" : "The same of xgboost_raw",
            .note = "Items in groups of equal size by stated risk; on the dotted "
                    "line the stated risk is what was found.",
            .x_name = "risk as stated",
            .y_name = "found",
            .x_unit = TW_CHART_PERCENT,
            .y_unit = TW_CHART_PERCENT,
            .x = x,
            .n = f->bins,
            .n_series = 1,
            .series =
                {{.name = tw_str_from(tw_scorer_name(shown[k])), .y = y, .lo = lo, .hi = hi, .strong = ours}},
            .points = true,
            .diagonal = true};
        tw_chart_lines(page, &chart);
    }
}

static void mechanism_chart(struct tw_page *page, const struct tw_trial_report *r,
                            const struct tw_trial_protocol *p)
{
    static const enum tw_scorer shown[] = {TW_SCORER_TIDEWAITER, TW_SCORER_XGBOOST_RAW,
                                           TW_SCORER_FULL_LABELS};
    enum { SHOWN = sizeof shown / sizeof shown[0] };
    double y[SHOWN][32];
    struct tw_str name[32];
    size_t n = 0;
    for (size_t m = 1; m < r->mechanisms && m < 32; m++) {
        bool any = false;
        for (size_t s = 0; s < SHOWN; s++) {
            y[s][n] = p->of[shown[s]].ran ? p->of[shown[s]].mechanism_recall[m] : (double)NAN;
            any = any || !isnan(y[s][n]);
        }
        if (any) name[n++] = r->mechanism[m];
    }
    if (n == 0) return;
    struct tw_chart chart = {.heading = "Which tricks are met",
                             .note = "Share of each mechanism's declarations among the 5 % highest scored.",
                             .x_name = "mechanism",
                             .y_name = "met at 5 %",
                             .y_unit = TW_CHART_PERCENT,
                             .category = name,
                             .n = n};
    for (size_t s = 0; s < SHOWN; s++)
        if (p->of[shown[s]].ran)
            chart.series[chart.n_series++] =
                (struct tw_chart_series){.name = tw_str_from(tw_scorer_name(shown[s])), .y = y[s]};
    tw_chart_bars(page, &chart);
}

/* -- tables
 * -------------------------------------------------------------------------------------------------- */

enum { CELLS = 13, CELL_BYTES = 48 };

static struct tw_str cell(char text[CELL_BYTES], double v, bool percent)
{
    if (isnan(v))
        snprintf(text, CELL_BYTES, "-");
    else if (percent)
        snprintf(text, CELL_BYTES, "%.1f %%", 100 * v);
    else
        snprintf(text, CELL_BYTES, "%.3f", v);
    return tw_str_from(text);
}

static struct tw_str span(char text[CELL_BYTES], struct tw_interval i)
{
    if (isnan(i.lo) || isnan(i.hi))
        snprintf(text, CELL_BYTES, "-");
    else
        snprintf(text, CELL_BYTES, "%.1f to %.1f %%", 100 * i.lo, 100 * i.hi);
    return tw_str_from(text);
}

static void figures_table(struct tw_page *page, const struct tw_trial_protocol *p)
{
    static const char *const head[CELLS] = {
        "scorer",       "AUC",           "AP",          "calibration error",
        "found at 1 %", "at 2 %",        "at 5 %",      "at 5 %, 95 % interval",
        "at 10 %",      "recall at 5 %", "duty at 5 %", "duty at 5 %, interval",
        "duty at 10 %"};
    struct tw_str row[CELLS];
    for (size_t i = 0; i < CELLS; i++) row[i] = tw_str_from(head[i]);
    tw_page_table_begin(
        page,
        "Every scorer of the run. Found at 5 % is the share of non-compliant declarations among the 5 % "
        "highest scored; ties count at their expectation.");
    tw_page_table_row(page, row, CELLS, true, false);
    for (int s = 0; s < TW_SCORER_N; s++) {
        const struct tw_trial_figures *f = &p->of[s];
        row[0] = tw_str_from(tw_scorer_name((enum tw_scorer)s));
        if (!f->ran) {
            row[1] = tw_str_from(f->why_not);
            tw_page_table_row(page, row, 2, false, false);
            continue;
        }
        char t[CELLS][CELL_BYTES];
        row[1] = cell(t[1], f->auc, false);
        row[2] = cell(t[2], f->ap, false);
        row[3] = cell(t[3], f->ece, false);
        row[4] = cell(t[4], f->at[0].precision, true);
        row[5] = cell(t[5], f->at[1].precision, true);
        row[6] = cell(t[6], f->at[2].precision, true);
        row[7] = span(t[7], f->at[2].ci);
        row[8] = cell(t[8], f->at[3].precision, true);
        row[9] = cell(t[9], f->at[2].recall, true);
        row[10] = cell(t[10], f->at[2].duty_share, true);
        row[11] = span(t[11], f->at[2].duty_ci);
        row[12] = cell(t[12], f->at[3].duty_share, true);
        tw_page_table_row(page, row, CELLS, false, s == TW_SCORER_TIDEWAITER);
    }
    tw_page_table_end(page);
}

static void who_they_are(struct tw_page *page)
{
    char text[TW_SCORER_N][160];
    struct tw_str item[TW_SCORER_N];
    for (int s = 0; s < TW_SCORER_N; s++) {
        snprintf(text[s], sizeof text[s], "%s: %s", tw_scorer_name((enum tw_scorer)s),
                 tw_scorer_words((enum tw_scorer)s));
        item[s] = tw_str_from(text[s]);
    }
    tw_page_section(page, "Who is compared");
    tw_page_list(page, item, TW_SCORER_N);
}

static void one_protocol(struct tw_page *page, const struct tw_trial_report *r,
                         const struct tw_trial_protocol *p)
{
    tw_page_section(page, heading_of(p->name));
    if (words_of(p->name) != NULL) tw_page_para(page, tw_str_from(words_of(p->name)));
    char t[4][CELL_BYTES];
    snprintf(t[0], CELL_BYTES, "%zu", p->rows);
    snprintf(t[1], CELL_BYTES, "%zu", p->taught);
    const struct tw_page_figure figure[] = {
        {tw_str_from(t[0]), TW_STR("declarations tested")},
        {cell(t[2], p->base_rate, true), TW_STR("of them non-compliant")},
        {tw_str_from(t[1]), TW_STR("labelled items to learn from")},
        {cell(t[3],
              p->of[TW_SCORER_TIDEWAITER].ran ? p->of[TW_SCORER_TIDEWAITER].at[2].precision : (double)NAN,
              true),
         TW_STR("found per inspection, 5 % inspected")}};
    tw_page_figures(page, figure, sizeof figure / sizeof figure[0]);
    tw_page_charts_begin(page);
    curve_chart(page, p, PRECISION);
    if (p->duty > 0) curve_chart(page, p, DUTY);
    mechanism_chart(page, r, p);
    calibration_chart(page, p);
    tw_page_charts_end(page);
    figures_table(page, p);
}

void tw_trial_page(const struct tw_trial_report *r, const char *subject, struct tw_buf *out)
{
    struct tw_page page = {.out = out};
    tw_page_begin(&page, "Scorers side by side", subject);
    for (size_t k = 0; k < r->n_words; k++) {
        const struct tw_str words = tw_str_from(r->words[k]);
        if (k == 0 && r->protocols > 1)
            tw_page_warning(&page, words);
        else
            tw_page_para(&page, words);
    }
    for (size_t k = 0; k < r->protocols; k++) one_protocol(&page, r, &r->protocol[k]);
    who_they_are(&page);
    tw_page_end(&page);
}
