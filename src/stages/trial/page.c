/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/page.h"

#include <math.h>
#include <stdio.h>

#include "base/chart.h"

enum { CELL_BYTES = TW_PAGE_CELL };

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
    {"time_split", "Tested on what came later",
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

/* Where a scorer is drawn it looks the same in every picture: .like is its number.
 *
 * One number per part for each scorer that ran, ours with its interval. */
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
                    ? "Non-compliant declarations among the highest scored; the band is the 95 % interval of "
                      "this "
                      "engine."
                    : "Duty recoverable from the highest scored, of all there was; the band as before.",
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
                                     .strong = ours,
                                     .like = (unsigned)s + 1};
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
        const struct tw_chart chart = {.heading = ours ? "Does a risk mean what it says?"
                                                       : "Does xgboost_raw's risk mean what it says?",
                                       .note = "Items in groups of equal size by stated risk; on the dotted "
                                               "line the stated risk is what was found.",
                                       .x_name = "risk as stated",
                                       .y_name = "found",
                                       .x_unit = TW_CHART_PERCENT,
                                       .y_unit = TW_CHART_PERCENT,
                                       .x = x,
                                       .n = f->bins,
                                       .n_series = 1,
                                       .series = {{.name = tw_str_from(tw_scorer_name(shown[k])),
                                                   .y = y,
                                                   .lo = lo,
                                                   .hi = hi,
                                                   .strong = ours,
                                                   .like = (unsigned)shown[k] + 1}},
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
    char text[32][CELL_BYTES];
    struct tw_str name[32];
    size_t n = 0;
    for (size_t m = 1; m < r->mechanisms && m < 32; m++) {
        bool any = false;
        for (size_t s = 0; s < SHOWN; s++) {
            y[s][n] = p->of[shown[s]].ran ? p->of[shown[s]].mechanism_recall[m] : (double)NAN;
            any = any || !isnan(y[s][n]);
        }
        if (!any) continue;
        snprintf(text[n], CELL_BYTES, "%.*s (%zu)", TW_STR_ARG(r->mechanism[m]), p->met[m]);
        name[n] = tw_str_from(text[n]);
        n++;
    }
    if (n == 0) return;
    struct tw_chart chart = {.heading = "Which mechanisms are caught",
                             .note = "Share of each mechanism's declarations that is among the 5 % highest "
                                     "scored; in brackets how many there were.",
                             .x_name = "mechanism",
                             .y_name = "caught at 5 %",
                             .y_unit = TW_CHART_PERCENT,
                             .category = name,
                             .n = n};
    for (size_t s = 0; s < SHOWN; s++)
        if (p->of[shown[s]].ran)
            chart.series[chart.n_series++] = (struct tw_chart_series){
                .name = tw_str_from(tw_scorer_name(shown[s])), .y = y[s], .like = (unsigned)shown[s] + 1};
    tw_chart_bars(page, &chart);
}

/* The backtest: what the budget found in each week. */
static void weeks_chart(struct tw_page *page, const struct tw_trial_protocol *p)
{
    static const enum tw_scorer shown[] = {TW_SCORER_TIDEWAITER, TW_SCORER_XGBOOST_RAW,
                                           TW_SCORER_XGBOOST_TABULAR, TW_SCORER_FULL_LABELS};
    enum { SHOWN = sizeof shown / sizeof shown[0] };
    double x[TW_TRIAL_WEEKS_MAX], y[SHOWN][TW_TRIAL_WEEKS_MAX], chance[TW_TRIAL_WEEKS_MAX],
        lo[TW_TRIAL_WEEKS_MAX], hi[TW_TRIAL_WEEKS_MAX];
    char text[TW_TRIAL_WEEKS_MAX][CELL_BYTES], note[256];
    struct tw_str name[TW_TRIAL_WEEKS_MAX];
    for (size_t k = 0; k < p->weeks; k++) {
        x[k] = (double)k;
        name[k] = tw_page_day(text[k], p->week[k].from);
        chance[k] = p->week[k].base_rate;
        lo[k] = p->of[TW_SCORER_TIDEWAITER].week[k].ci.lo;
        hi[k] = p->of[TW_SCORER_TIDEWAITER].week[k].ci.hi;
        for (size_t s = 0; s < SHOWN; s++) y[s][k] = p->of[shown[s]].week[k].precision;
    }
    snprintf(note, sizeof note,
             "Backtest: of each week's declarations the %g %% highest are inspected. The band is the 95 %% "
             "interval; the last week may be a part of one.",
             p->budget);
    struct tw_chart chart = {.heading = "Found per inspection, week by week",
                             .note = note,
                             .x_name = "week from",
                             .y_name = "found something",
                             .y_unit = TW_CHART_PERCENT,
                             .x = x,
                             .category = name,
                             .n = p->weeks,
                             .points = p->weeks < 30};
    for (size_t s = 0; s < SHOWN; s++) {
        if (!p->of[shown[s]].ran) continue;
        const bool ours = shown[s] == TW_SCORER_TIDEWAITER;
        chart.series[chart.n_series++] =
            (struct tw_chart_series){.name = tw_str_from(tw_scorer_name(shown[s])),
                                     .y = y[s],
                                     .lo = ours ? lo : NULL,
                                     .hi = ours ? hi : NULL,
                                     .strong = ours,
                                     .like = (unsigned)shown[s] + 1};
    }
    chart.series[chart.n_series++] = (struct tw_chart_series){
        .name = TW_STR("chance"), .y = chance, .like = (unsigned)TW_SCORER_RANDOM + 1};
    if (p->weeks > 1) tw_chart_lines(page, &chart);
}

static void families_chart(struct tw_page *page, const struct tw_trial_protocol *p)
{
    struct tw_str name[TW_FAMILY_N];
    double all[TW_FAMILY_N], top[TW_FAMILY_N];
    if (isnan(p->family[0].all)) return;
    for (int f = 0; f < TW_FAMILY_N; f++) {
        name[f] = tw_str_from(tw_family_row((enum tw_family)f)->words);
        all[f] = p->family[f].all;
        top[f] = p->family[f].top;
    }
    tw_chart_bars(page, &(struct tw_chart){.heading = "What this engine's risks rest on",
                                           .note = "Share of each family of reasons in all that moved the "
                                                   "risks up or down (exact attributions). The order "
                                                   "also weighs expected duty.",
                                           .x_name = "family of reasons",
                                           .y_name = "share of what moved the risk",
                                           .y_unit = TW_CHART_PERCENT,
                                           .category = name,
                                           .n = TW_FAMILY_N,
                                           .n_series = 2,
                                           .series = {{.name = TW_STR("the 5 % highest"), .y = top},
                                                      {.name = TW_STR("all tested"), .y = all}}});
}

/* What copied rows are worth: the same scorers with them and without. */
static void copies(struct tw_page *page, const struct tw_trial_report *r)
{
    static const enum tw_scorer shown[] = {TW_SCORER_TIDEWAITER, TW_SCORER_XGBOOST_RAW,
                                           TW_SCORER_XGBOOST_TABULAR, TW_SCORER_TWIN_LOOKUP,
                                           TW_SCORER_RANDOM};
    enum { SHOWN = sizeof shown / sizeof shown[0], AT_FIVE = 2 };
    struct tw_str name[SHOWN];
    double y[2][SHOWN], lo[2][SHOWN], hi[2][SHOWN];
    char t[2][CELL_BYTES];
    size_t n = 0;
    for (size_t s = 0; s < SHOWN; s++) {
        if (!r->protocol[0].of[shown[s]].ran || !r->protocol[1].of[shown[s]].ran) continue;
        name[n] = tw_str_from(tw_scorer_name(shown[s]));
        for (size_t k = 0; k < 2; k++) {
            const struct tw_trial_figures *f = &r->protocol[k].of[shown[s]];
            y[k][n] = f->at[AT_FIVE].precision;
            lo[k][n] = f->at[AT_FIVE].ci.lo;
            hi[k][n] = f->at[AT_FIVE].ci.hi;
        }
        n++;
    }
    tw_page_section(page, "What copied rows are worth");
    const struct tw_page_figure figure[] = {
        {tw_page_percent(t[0], r->twin_share), TW_STR("of tested rows equal an earlier one in six columns")},
        {tw_page_percent(t[1], r->twin_purity), TW_STR("of these carry the earlier one's result")}};
    tw_page_figures(page, figure, sizeof figure / sizeof figure[0]);
    tw_page_charts_begin(page);
    if (n > 0)
        tw_chart_bars(
            page,
            &(struct tw_chart){
                .heading = "Remembered or judged",
                .note = "Found per inspection when 5 % are inspected: with the copies in the "
                        "file, and with the first of each alone. The look-up learns nothing. "
                        "Lines are 95 % intervals.",
                .x_name = "scorer",
                .y_name = "found something",
                .y_unit = TW_CHART_PERCENT,
                .category = name,
                .n = n,
                .n_series = 2,
                .series = {{.name = TW_STR("as published"), .y = y[0], .lo = lo[0], .hi = hi[0]},
                           {.name = TW_STR("first occurrences only"), .y = y[1], .lo = lo[1], .hi = hi[1]}}});
    tw_page_charts_end(page);
}

/* -- tables
 * -------------------------------------------------------------------------------------------------- */

enum { CELLS = 13 };

static void figures_table(struct tw_page *page, const struct tw_trial_protocol *p)
{
    static const char *const head[CELLS] = {
        "scorer",        "found at 5 %", "95 % interval",    "duty at 5 %", "95 % interval",
        "recall at 5 %", "found at 1 %", "at 2 %",           "at 10 %",     "duty at 10 %",
        "AUC",           "AP",           "calibration error"};
    struct tw_str row[CELLS];
    for (size_t i = 0; i < CELLS; i++) row[i] = tw_str_from(head[i]);
    tw_page_table_begin(
        page,
        "Every scorer of the run. Found at 5 % is the share of non-compliant declarations among the 5 % "
        "highest scored, duty the share of all recoverable duty in them, recall the share of all "
        "non-compliant ones; ties count at their expectation.");
    tw_page_table_row(page, row, CELLS, true, false);
    for (int s = 0; s < TW_SCORER_N; s++) {
        const struct tw_trial_figures *f = &p->of[s];
        row[0] = tw_str_from(tw_scorer_name((enum tw_scorer)s));
        if (!f->ran) {
            for (size_t i = 1; i < CELLS; i++) row[i] = TW_STR("-");
            tw_page_table_row(page, row, CELLS, false, false);
            continue;
        }
        char t[CELLS][CELL_BYTES];
        row[1] = tw_page_percent(t[1], f->at[2].precision);
        row[2] = tw_page_percents(t[2], f->at[2].ci.lo, f->at[2].ci.hi);
        row[3] = tw_page_percent(t[3], f->at[2].duty_share);
        row[4] = tw_page_percents(t[4], f->at[2].duty_ci.lo, f->at[2].duty_ci.hi);
        row[5] = tw_page_percent(t[5], f->at[2].recall);
        row[6] = tw_page_percent(t[6], f->at[0].precision);
        row[7] = tw_page_percent(t[7], f->at[1].precision);
        row[8] = tw_page_percent(t[8], f->at[3].precision);
        row[9] = tw_page_percent(t[9], f->at[3].duty_share);
        row[10] = tw_page_number(t[10], f->auc, 3);
        row[11] = tw_page_number(t[11], f->ap, 3);
        row[12] = tw_page_number(t[12], f->ece, 3);
        tw_page_table_row(page, row, CELLS, false, s == TW_SCORER_TIDEWAITER);
    }
    tw_page_table_end(page);
    for (int s = 0; s < TW_SCORER_N; s++) {
        char words[256];
        if (p->of[s].ran) continue;
        snprintf(words, sizeof words, "%s did not run: %s.", tw_scorer_name((enum tw_scorer)s),
                 p->of[s].why_not);
        tw_page_para(page, tw_str_from(words));
    }
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
    const struct tw_page_figure figure[] = {
        {tw_page_number(t[0], (double)p->rows, 0), TW_STR("declarations tested")},
        {tw_page_percent(t[2], p->base_rate), TW_STR("of them non-compliant")},
        {tw_page_number(t[1], (double)p->taught, 0), TW_STR("labelled items to learn from")},
        {tw_page_percent(t[3], p->of[TW_SCORER_TIDEWAITER].ran ? p->of[TW_SCORER_TIDEWAITER].at[2].precision
                                                               : (double)NAN),
         TW_STR("found per inspection, 5 % inspected")}};
    tw_page_figures(page, figure, sizeof figure / sizeof figure[0]);
    tw_page_charts_begin(page);
    curve_chart(page, p, PRECISION);
    if (p->duty > 0) curve_chart(page, p, DUTY);
    weeks_chart(page, p);
    mechanism_chart(page, r, p);
    calibration_chart(page, p);
    families_chart(page, p);
    tw_page_charts_end(page);
    figures_table(page, p);
}

void tw_trial_page(const struct tw_trial_report *r, const struct tw_loop_report *loop, const char *subject,
                   struct tw_buf *out)
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
    tw_page_para(&page,
                 TW_STR("tidewaiter is this engine; who the others are stands at the end of the page."));
    if (r->protocols == 2) copies(&page, r);
    for (size_t k = 0; k < r->protocols; k++) one_protocol(&page, r, &r->protocol[k]);
    if (loop != NULL) tw_loop_page(loop, &page);
    who_they_are(&page);
    tw_page_end(&page);
}
