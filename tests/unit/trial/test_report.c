/* SPDX-License-Identifier: Apache-2.0 */
/* What an evaluation says in JSON and in words. */
#include <math.h>

#include "story.h"
#include "trial/evaluate.h"

static struct tw_trial_report r;

static bool holds(const struct tw_buf *b, const char *what)
{
    return memmem(b->p, b->n, what, strlen(what)) != NULL;
}

static void fill(void)
{
    r = (struct tw_trial_report){
        .protocols = 1, .n_words = 2, .mechanisms = 3, .twin_share = 0.25, .twin_purity = (double)NAN};
    r.mechanism[1] = TW_STR("short_weight");
    r.mechanism[2] = TW_STR("a mechanism whose name is longer than any key of this file may ever be, by far");
    snprintf(r.words[0], sizeof r.words[0], "First \"sentence\".");
    snprintf(r.words[1], sizeof r.words[1], "Second.");
    struct tw_trial_protocol *p = &r.protocol[0];
    *p = (struct tw_trial_protocol){
        .name = "time_split", .rows = 1998, .taught = 880, .base_rate = 0.055, .budget = 5};
    p->weeks = 2;
    p->week[0] = (struct tw_trial_week){20454, 300, 0.05};
    p->week[1] = (struct tw_trial_week){20461, 0, (double)NAN};
    p->met[1] = 15;
    for (int f = 0; f < TW_FAMILY_N; f++) p->family[f].all = p->family[f].top = (double)NAN;
    p->family[TW_FAMILY_PRICE].all = 0.25;
    p->family[TW_FAMILY_PRICE].top = 0.5;
    for (int s = 0; s < TW_SCORER_N; s++) {
        struct tw_trial_figures *f = &p->of[s];
        if (s == TW_SCORER_FULL_LABELS) {
            snprintf(f->why_not, sizeof f->why_not, "needs a truth file");
            continue;
        }
        f->ran = true;
        f->auc = 0.7;
        f->auc_ci = (struct tw_interval){0.65, 0.75};
        f->ap = 0.2;
        f->ece = (double)NAN;
        for (int k = 0; k < TW_TRIAL_PARTS; k++) {
            f->at[k].precision = 0.4 - 0.1 * k;
            f->at[k].recall = 0.1 * (k + 1);
            f->at[k].duty_share = 0.05 * (k + 1);
            f->at[k].ci = (struct tw_interval){0.3 - 0.1 * k, 0.5 - 0.1 * k};
            f->at[k].duty_ci = (struct tw_interval){0, 0.5};
        }
        f->mechanism_recall[1] = 0.6;
        f->mechanism_recall[2] = (double)NAN;
        f->week[0].precision = 0.2;
        f->week[0].recall = 0.3;
        f->week[0].duty_share = 0.4;
        f->week[0].ci = (struct tw_interval){0.1, 0.35};
        f->week[1].precision = f->week[1].recall = f->week[1].duty_share = (double)NAN;
        f->week[1].ci = (struct tw_interval){(double)NAN, (double)NAN};
    }
}

static void json_has_every_figure_under_its_name(void)
{
    TW_SCOPED_BUF out = {0};
    fill();
    tw_trial_report_json(&r, NULL, &out);
    CHECK(!out.failed && out.p[out.n - 1] == '\n' && !holds(&out, "nan"));
    CHECK(holds(
        &out, "{\"protocols\":[{\"name\":\"time_split\",\"rows\":1998,\"taught\":880,\"base_rate\":0.055000,"
              "\"budget_percent\":5.000000,\"weeks\":[{\"from\":\"2026-01-01\",\"rows\":300,"
              "\"base_rate\":0.050000},{\"from\":\"2026-01-08\",\"rows\":0,\"base_rate\":null}]"));
    CHECK(holds(&out, "\"mechanisms\":{\"short_weight\":15,"));
    CHECK(holds(&out, "\"families\":[{\"name\":\"price\",\"all\":0.250000,\"top\":0.500000},"
                      "{\"name\":\"weight\",\"all\":null,\"top\":null}"));
    CHECK(holds(&out,
                "{\"name\":\"tidewaiter\",\"auc\":0.700000,\"auc_ci\":[0.650000,0.750000],\"ap\":0.200000,"
                "\"ece\":null,\"at\":[{\"percent\":1.000000,\"precision\":0.400000,\"recall\":0.100000,"
                "\"duty_share\":0.050000,\"ci\":[0.300000,0.500000],\"duty_ci\":[0.000000,0.500000]},"));
    CHECK(holds(&out, "\"weeks\":[{\"precision\":0.200000,\"recall\":0.300000,\"duty_share\":0.400000,"
                      "\"ci\":[0.100000,0.350000]},{\"precision\":null,"));
    CHECK(holds(&out, "\"recall_by_mechanism\":{\"short_weight\":0.600000,\"a mechanism whose name"));
    CHECK(holds(&out, "{\"name\":\"full_labels\",\"why_not\":\"needs a truth file\"}"));
    CHECK(holds(&out,
                "\"twins\":{\"share\":0.250000,\"label_purity\":null},\"words\":[\"First \\\"sentence\\\".\","
                "\"Second.\"]}\n"));
    CHECK(!holds(&out, "closed_loop"));
}

static void json_has_the_closed_loop_where_it_was_played(void)
{
    static struct story s;
    TW_SCOPED_BUF out = {0};
    fill();
    begin(&s);
    tw_trial_report_json(&r, &s.r, &out);
    CHECK(holds(&out, "\"closed_loop\":{\"budget_percent\":5.000000,") && holds(&out, "},\"words\":["));
}

static void without_mechanisms_there_is_no_key_for_them(void)
{
    TW_SCOPED_BUF out = {0};
    fill();
    r.mechanisms = 1;
    tw_trial_report_json(&r, NULL, &out);
    CHECK(!holds(&out, "mechanism"));
}

static void the_table_has_a_line_for_each_scorer(void)
{
    TW_SCOPED_BUF out = {0};
    fill();
    tw_trial_report_text(&r, &out);
    CHECK(!out.failed && !holds(&out, "nan"));
    CHECK(holds(&out,
                "time_split: 1998 declarations, 5.50 % non-compliant, 880 labelled items to learn from\n"));
    CHECK(holds(
        &out,
        "\ntidewaiter          0.700   0.200       -   0.400   0.300   0.200   0.100   0.300   0.400   0.150"
        "   0.200   0.100   0.300\n"));
    CHECK(holds(&out, "\nfull_labels       needs a truth file\n"));
    CHECK(holds(&out, "of 100 inspections of the highest 5 % of each week, so many found something:\n"
                      "tidewaiter         20   -\nxgboost_raw        20   -\n"));
    CHECK(holds(&out, "\nFirst \"sentence\".\nSecond.\n"));
    r.protocol[0].of[TW_SCORER_XGBOOST_RAW].ran = false;
    tw_buf_clear(&out);
    tw_trial_report_text(&r, &out);
    CHECK(!holds(&out, "xgboost_raw        20"));
}

int main(void)
{
    RUN(json_has_every_figure_under_its_name);
    RUN(json_has_the_closed_loop_where_it_was_played);
    RUN(without_mechanisms_there_is_no_key_for_them);
    RUN(the_table_has_a_line_for_each_scorer);
    return DONE();
}
