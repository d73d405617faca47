/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/page.h"

#include <math.h>

#include "base/date.h"
#include "fault.h"

static struct tw_trial_report report;

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

/* A report as an evaluation of data with twins and mechanisms would leave it. */
static void fill(void)
{
    report = (struct tw_trial_report){
        .protocols = 2, .n_words = 2, .mechanisms = 2, .twin_share = 0.82, .twin_purity = 0.991};
    report.mechanism[1] = TW_STR("short_weight");
    snprintf(report.words[0], sizeof report.words[0], "82 %% of rows are <copies>.");
    snprintf(report.words[1], sizeof report.words[1], "Second.");
    for (size_t k = 0; k < 2; k++) {
        struct tw_trial_protocol *p = &report.protocol[k];
        *p = (struct tw_trial_protocol){.name = k == 0 ? "as_published" : "first_occurrences",
                                        .rows = 8134,
                                        .taught = 37385,
                                        .base_rate = 0.2095,
                                        .budget = 3,
                                        .weeks = 2,
                                        .week = {{20454, 400, 0.25}, {20461, 0, (double)NAN}},
                                        .met = {[1] = 7},
                                        .duty = k == 0 ? 5e6 : 0};
        for (int f = 0; f < TW_FAMILY_N; f++) p->family[f].all = p->family[f].top = 0;
        p->family[TW_FAMILY_RECORD].all = 1;
        p->family[TW_FAMILY_PRICE].top = 1;
        for (int s = 0; s < TW_SCORER_N; s++) {
            struct tw_trial_figures *f = &p->of[s];
            f->ran = s != TW_SCORER_ORACLE;
            snprintf(f->why_not, sizeof f->why_not, "needs a truth file");
            f->auc = 0.9125;
            f->ap = 0.5;
            f->ece = (double)NAN;
            f->mechanism_recall[1] = 0.25;
            for (int i = 0; i < TW_TRIAL_PARTS; i++) {
                f->at[i].precision = 0.5 - 0.1 * i;
                f->at[i].ci = (struct tw_interval){0.4 - 0.1 * i, 0.6 - 0.1 * i};
                f->at[i].duty_share = 0.1 * i;
                f->at[i].duty_ci = (struct tw_interval){0, 0.2 * i};
            }
            f->week[0].precision = 0.625;
            f->week[0].ci = (struct tw_interval){0.5, 0.75};
            f->week[1].precision = f->week[1].ci.lo = f->week[1].ci.hi = (double)NAN;
            f->bins = 2;
            f->bin[0] = (struct tw_reliability){0.4, 0.5, 10};
            f->bin[1] = (struct tw_reliability){0.1, 0, 10};
        }
    }
}

static void every_scorer_and_both_protocols_are_there(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "train.csv & valid.csv", &out);
    CHECK(!out.failed && holds(&out, "train.csv &amp; valid.csv"));
    CHECK(holds(&out, "<h2>As published</h2>") && holds(&out, "<h2>First occurrences only</h2>"));
    for (int s = 0; s < TW_SCORER_N; s++) {
        char row[80];
        snprintf(row, sizeof row, "<th scope=\"row\">%s</th>", tw_scorer_name((enum tw_scorer)s));
        CHECK(holds(&out, row));
    }
    CHECK(holds(&out, "<td>0.912</td>") || holds(&out, "<td>0.913</td>"));
    CHECK(holds(&out, "<p>oracle did not run: needs a truth file.</p>") &&
          holds(&out, "<td>20.0 to 40.0 %</td>"));
    CHECK(holds(&out, ">short_weight (7)</text>"));
    CHECK(!holds(&out, ">nan") && !holds(&out, ">inf"));
}

/* What stands in the way of believing the figures is seen first. */
static void copies_are_warned_of_on_top(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(holds(&out, "<p class=\"warn\">82&nbsp;% of rows are &lt;copies&gt;.</p>") &&
          holds(&out, "<p>Second.</p>"));
    report.protocols = 1;
    tw_buf_clear(&out);
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(!holds(&out, "class=\"warn\"") && !holds(&out, "First occurrences only"));
    report.protocols = 2;
}

static void duty_is_drawn_only_where_there_is_some(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    const char *first = memmem(out.p, out.n, "Share of the recoverable duty", 29);
    CHECK(first != NULL);
    const size_t left = out.n - (size_t)(first + 29 - out.p);
    CHECK(memmem(first + 29, left, "Share of the recoverable duty", 29) == NULL);
}

static void what_copies_are_worth_is_drawn_where_there_are_any(void)
{
    TW_SCOPED_BUF out = {0};
    report.protocol[1].of[TW_SCORER_TIDEWAITER].at[2].precision = 0.125;
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(holds(&out, "<b>82.0 %</b><span>of tested rows equal an earlier one in six columns</span>") &&
          holds(&out, "<b>99.1 %</b>"));
    CHECK(holds(&out, "<th scope=\"row\">tidewaiter</th><td>30.0 % (20.0 % to 40.0 %)</td>"
                      "<td>12.5 % (20.0 % to 40.0 %)</td>"));
    report.protocols = 1;
    tw_buf_clear(&out);
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(!holds(&out, "What copied rows are worth"));
    report.protocols = 2;
    report.protocol[1].of[TW_SCORER_TIDEWAITER].at[2].precision = 0.3;
}

static void the_backtest_stands_week_by_week(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(holds(&out, "<h3 id=\"chart4\">Found per inspection, week by week</h3>"));
    CHECK(holds(&out, "the 3 % highest are inspected"));
    CHECK(holds(&out, "<th scope=\"row\">2026-01-01</th><td>62.5 % (50.0 % to 75.0 %)</td><td>62.5 %</td>"
                      "<td>62.5 %</td><td>62.5 %</td><td>25.0 %</td></tr>"));
    CHECK(holds(&out, "<th scope=\"row\">2026-01-08</th><td>–</td><td>–</td><td>–</td><td>–</td><td>–</td>"));
}

static void families_are_drawn_of_ours(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(holds(&out, "engine&#39;s risks rest on</h3>"));
    CHECK(holds(&out, "<th scope=\"row\">price</th><td>100 %</td><td>0 %</td>") &&
          holds(&out, "<th scope=\"row\">past findings</th><td>0 %</td><td>100 %</td>"));
    for (int k = 0; k < 2; k++) report.protocol[k].family[0].all = (double)NAN;
    tw_buf_clear(&out);
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(!holds(&out, "risks rest on"));
    for (int k = 0; k < 2; k++) report.protocol[k].family[0].all = 0;
}

static void a_scorer_looks_the_same_in_every_picture(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    char ours[64];
    for (const enum tw_scorer *s =
             (const enum tw_scorer[]){TW_SCORER_XGBOOST_RAW, TW_SCORER_FULL_LABELS, TW_SCORER_N};
         *s != TW_SCORER_N; s++) {
        snprintf(ours, sizeof ours, "fill=\"var(--c%d)\"/></svg>%s</li>", (int)*s,
                 tw_scorer_name(*s)); /* bars */
        CHECK(holds(&out, ours));
    }
}

static void the_closed_loop_is_a_section_where_it_was_played(void)
{
    TW_SCOPED_BUF out = {0};
    static struct tw_loop_flow day[7];
    struct tw_loop_report loop = {.n_days = 7, .first_day = 20454, .day = day, .budget = 5};
    for (size_t m = 0; m < TW_LOOP_MECHANISMS; m++) loop.onset[m] = TW_NO_DAY;
    tw_trial_page(&report, &loop, "x", &out);
    const char *at = memmem(out.p, out.n, "<h2>The border played", 21);
    CHECK(at != NULL && memmem(at, out.n - (size_t)(at - out.p), "<h2>Who is compared</h2>", 24) != NULL);
    tw_buf_clear(&out);
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(!holds(&out, "The border played"));
}

static void calibration_runs_from_low_to_high_risk(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, NULL, "x", &out);
    CHECK(holds(&out, "<tr><th scope=\"row\">10.0 %</th><td>0 %") &&
          holds(&out, "</tr>\n<tr><th scope=\"row\">40.0 %</th><td>50.0 %"));
}

static struct tw_buf whole;

/* A page without all memory fails, or is whole: it never has a hole. */
static tw_err make_page(void)
{
    TW_SCOPED_BUF out = {0};
    if (tw_buf_room(&out, whole.n) == NULL) return TW_NOMEM; /* so that only parts of it can fail below */
    tw_trial_page(&report, NULL, "x", &out);
    if (out.failed) return TW_NOMEM;
    CHECK(tw_str_eq(tw_buf_view(&out), tw_buf_view(&whole)));
    return TW_OK;
}

static void a_page_without_memory_has_no_holes(void)
{
    tw_trial_page(&report, NULL, "x", &whole);
    CHECK(!whole.failed && fault_each_allocation(make_page) == 1);
    tw_buf_free(&whole);
}

int main(void)
{
    fill();
    RUN(every_scorer_and_both_protocols_are_there);
    RUN(copies_are_warned_of_on_top);
    RUN(duty_is_drawn_only_where_there_is_some);
    RUN(what_copies_are_worth_is_drawn_where_there_are_any);
    RUN(the_backtest_stands_week_by_week);
    RUN(families_are_drawn_of_ours);
    RUN(a_scorer_looks_the_same_in_every_picture);
    RUN(the_closed_loop_is_a_section_where_it_was_played);
    RUN(calibration_runs_from_low_to_high_risk);
    RUN(a_page_without_memory_has_no_holes);
    return DONE();
}
