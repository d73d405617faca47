/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/page.h"

#include <math.h>

#include "check.h"

static struct tw_trial_report report;

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

/* A report as an evaluation of data with twins and mechanisms would leave it. */
static void fill(void)
{
    report = (struct tw_trial_report){.protocols = 2, .n_words = 2, .mechanisms = 2};
    report.mechanism[1] = TW_STR("short_weight");
    snprintf(report.words[0], sizeof report.words[0], "82 %% of rows are <copies>.");
    snprintf(report.words[1], sizeof report.words[1], "Second.");
    for (size_t k = 0; k < 2; k++) {
        struct tw_trial_protocol *p = &report.protocol[k];
        *p = (struct tw_trial_protocol){.name = k == 0 ? "as_published" : "first_occurrences",
                                        .rows = 8134,
                                        .taught = 37385,
                                        .base_rate = 0.2095,
                                        .duty = k == 0 ? 5e6 : 0};
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
            f->bins = 2;
            f->bin[0] = (struct tw_reliability){0.4, 0.5, 10};
            f->bin[1] = (struct tw_reliability){0.1, 0, 10};
        }
    }
}

static void every_scorer_and_both_protocols_are_there(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, "train.csv & valid.csv", &out);
    CHECK(!out.failed && holds(&out, "train.csv &amp; valid.csv"));
    CHECK(holds(&out, "<h2>As published</h2>") && holds(&out, "<h2>First occurrences only</h2>"));
    for (int s = 0; s < TW_SCORER_N; s++) {
        char row[80];
        snprintf(row, sizeof row, "<th scope=\"row\">%s</th>", tw_scorer_name((enum tw_scorer)s));
        CHECK(holds(&out, row));
    }
    CHECK(holds(&out, "<td>0.912</td>") || holds(&out, "<td>0.913</td>"));
    CHECK(holds(&out, "<td>needs a truth file</td>") && holds(&out, "<td>20.0 to 40.0 %</td>"));
    CHECK(holds(&out, ">short_weight</text>"));
    CHECK(!holds(&out, ">nan") && !holds(&out, ">inf"));
}

/* What stands in the way of believing the figures is seen first. */
static void copies_are_warned_of_on_top(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, "x", &out);
    CHECK(holds(&out, "<p class=\"warn\">82 % of rows are &lt;copies&gt;.</p>") &&
          holds(&out, "<p>Second.</p>"));
    report.protocols = 1;
    tw_buf_clear(&out);
    tw_trial_page(&report, "x", &out);
    CHECK(!holds(&out, "class=\"warn\"") && !holds(&out, "First occurrences only"));
    report.protocols = 2;
}

static void duty_is_drawn_only_where_there_is_some(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, "x", &out);
    const char *first = memmem(out.p, out.n, "Share of the recoverable duty", 29);
    CHECK(first != NULL);
    const size_t left = out.n - (size_t)(first + 29 - out.p);
    CHECK(memmem(first + 29, left, "Share of the recoverable duty", 29) == NULL);
}

static void calibration_runs_from_low_to_high_risk(void)
{
    TW_SCOPED_BUF out = {0};
    tw_trial_page(&report, "x", &out);
    CHECK(holds(&out, "<tr><th scope=\"row\">10.0 %</th><td>0 %") &&
          holds(&out, "</tr>\n<tr><th scope=\"row\">40.0 %</th><td>50.0 %"));
}

int main(void)
{
    fill();
    RUN(every_scorer_and_both_protocols_are_there);
    RUN(copies_are_warned_of_on_top);
    RUN(duty_is_drawn_only_where_there_is_some);
    RUN(calibration_runs_from_low_to_high_risk);
    return DONE();
}
