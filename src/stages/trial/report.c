/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/date.h"
#include "base/json.h"
#include "trial/loop.h"

static void number(struct tw_json *j, const char *key, double v)
{
    tw_json_key(j, key);
    tw_json_fixed(j, v, 6);
}

static void interval(struct tw_json *j, const char *key, struct tw_interval i)
{
    tw_json_key(j, key);
    tw_json_begin_array(j);
    tw_json_fixed(j, i.lo, 6);
    tw_json_fixed(j, i.hi, 6);
    tw_json_end_array(j);
}

static void weeks_of(struct tw_json *j, const struct tw_trial_protocol *p, const struct tw_trial_figures *f)
{
    tw_json_key(j, "weeks");
    tw_json_begin_array(j);
    for (size_t k = 0; k < p->weeks; k++) {
        tw_json_begin_object(j);
        number(j, "precision", f->week[k].precision);
        number(j, "recall", f->week[k].recall);
        number(j, "duty_share", f->week[k].duty_share);
        interval(j, "ci", f->week[k].ci);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void weeks(struct tw_json *j, const struct tw_trial_protocol *p)
{
    number(j, "budget_percent", p->budget);
    tw_json_key(j, "weeks");
    tw_json_begin_array(j);
    for (size_t k = 0; k < p->weeks; k++) {
        struct tw_buf day = {0};
        tw_buf_day(&day, p->week[k].from);
        tw_json_begin_object(j);
        tw_json_key(j, "from");
        tw_json_str(j, tw_buf_view(&day));
        tw_json_key(j, "rows");
        tw_json_u64(j, p->week[k].rows);
        number(j, "base_rate", p->week[k].base_rate);
        tw_json_end_object(j);
        tw_buf_free(&day);
    }
    tw_json_end_array(j);
}

/* A mechanism's name as a key. */
static void mechanism_key(struct tw_json *j, const struct tw_trial_report *r, size_t m)
{
    char name[64];
    size_t n = r->mechanism[m].n < sizeof name ? r->mechanism[m].n : sizeof name - 1;
    memcpy(name, r->mechanism[m].s, n);
    name[n] = '\0';
    tw_json_key(j, name);
}

static void mechanisms(struct tw_json *j, const struct tw_trial_report *r, const struct tw_trial_protocol *p)
{
    if (r->mechanisms < 2) return;
    tw_json_key(j, "mechanisms");
    tw_json_begin_object(j);
    for (size_t m = 1; m < r->mechanisms; m++) {
        mechanism_key(j, r, m);
        tw_json_u64(j, p->met[m]);
    }
    tw_json_end_object(j);
}

static void families(struct tw_json *j, const struct tw_trial_protocol *p)
{
    tw_json_key(j, "families");
    tw_json_begin_array(j);
    for (int f = 0; f < TW_FAMILY_N; f++) {
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_text(j, tw_family_row((enum tw_family)f)->name);
        number(j, "all", p->family[f].all);
        number(j, "top", p->family[f].top);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void one(struct tw_json *j, const struct tw_trial_report *r, const struct tw_trial_protocol *p,
                enum tw_scorer s)
{
    const struct tw_trial_figures *f = &p->of[s];
    tw_json_begin_object(j);
    tw_json_key(j, "name");
    tw_json_text(j, tw_scorer_name(s));
    if (!f->ran) {
        tw_json_key(j, "why_not");
        tw_json_text(j, f->why_not);
        tw_json_end_object(j);
        return;
    }
    number(j, "auc", f->auc);
    interval(j, "auc_ci", f->auc_ci);
    number(j, "ap", f->ap);
    number(j, "ece", f->ece);
    tw_json_key(j, "at");
    tw_json_begin_array(j);
    for (int k = 0; k < TW_TRIAL_PARTS; k++) {
        tw_json_begin_object(j);
        number(j, "percent", tw_trial_percent[k]);
        number(j, "precision", f->at[k].precision);
        number(j, "recall", f->at[k].recall);
        number(j, "duty_share", f->at[k].duty_share);
        interval(j, "ci", f->at[k].ci);
        interval(j, "duty_ci", f->at[k].duty_ci);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    weeks_of(j, p, f);
    if (r->mechanisms > 1) {
        tw_json_key(j, "recall_by_mechanism");
        tw_json_begin_object(j);
        for (size_t m = 1; m < r->mechanisms; m++) {
            mechanism_key(j, r, m);
            tw_json_fixed(j, f->mechanism_recall[m], 6);
        }
        tw_json_end_object(j);
    }
    tw_json_end_object(j);
}

void tw_trial_report_json(const struct tw_trial_report *r, const struct tw_loop_report *loop,
                          struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "protocols");
    tw_json_begin_array(&j);
    for (size_t k = 0; k < r->protocols; k++) {
        const struct tw_trial_protocol *p = &r->protocol[k];
        tw_json_begin_object(&j);
        tw_json_key(&j, "name");
        tw_json_text(&j, p->name);
        tw_json_key(&j, "rows");
        tw_json_u64(&j, p->rows);
        tw_json_key(&j, "taught");
        tw_json_u64(&j, p->taught);
        number(&j, "base_rate", p->base_rate);
        weeks(&j, p);
        mechanisms(&j, r, p);
        families(&j, p);
        tw_json_key(&j, "scorers");
        tw_json_begin_array(&j);
        for (int s = 0; s < TW_SCORER_N; s++) one(&j, r, p, (enum tw_scorer)s);
        tw_json_end_array(&j);
        tw_json_end_object(&j);
    }
    tw_json_end_array(&j);
    tw_json_key(&j, "twins");
    tw_json_begin_object(&j);
    number(&j, "share", r->twin_share);
    number(&j, "label_purity", r->twin_purity);
    tw_json_end_object(&j);
    if (loop != NULL) {
        tw_json_key(&j, "closed_loop");
        tw_loop_report_json(loop, &j);
    }
    tw_json_key(&j, "words");
    tw_json_begin_array(&j);
    for (size_t k = 0; k < r->n_words; k++) tw_json_text(&j, r->words[k]);
    tw_json_end_array(&j);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static void cell(struct tw_buf *out, double v)
{
    if (isnan(v))
        tw_buf_text(out, "       -");
    else
        tw_buf_printf(out, "  %6.3f", v);
}

/* Findings per 100 inspections, week by week. */
static void by_week(const struct tw_trial_protocol *p, struct tw_buf *out)
{
    static const enum tw_scorer shown[] = {TW_SCORER_TIDEWAITER, TW_SCORER_XGBOOST_RAW};
    tw_buf_printf(
        out, "week by week, of 100 inspections of the highest %g %% of each week, so many found something:\n",
        p->budget);
    for (size_t s = 0; s < sizeof shown / sizeof shown[0]; s++) {
        const struct tw_trial_figures *f = &p->of[shown[s]];
        if (!f->ran) continue;
        tw_buf_printf(out, "%-17s", tw_scorer_name(shown[s]));
        for (size_t k = 0; k < p->weeks; k++) {
            if (isnan(f->week[k].precision))
                tw_buf_text(out, "   -");
            else
                tw_buf_printf(out, " %3.0f", 100 * f->week[k].precision);
        }
        tw_buf_char(out, '\n');
    }
}

void tw_trial_report_text(const struct tw_trial_report *r, struct tw_buf *out)
{
    for (size_t k = 0; k < r->protocols; k++) {
        const struct tw_trial_protocol *p = &r->protocol[k];
        tw_buf_printf(out, "%s: %zu declarations, %.2f %% non-compliant, %zu labelled items to learn from\n",
                      p->name, p->rows, 100 * p->base_rate, p->taught);
        tw_buf_text(out, "                    AUC      AP     ECE |  P@1%    P@2%    P@5%   P@10% |  R@5%   "
                         "R@10% | duty@5% duty@10%"
                         " | P@5% from to\n");
        for (int s = 0; s < TW_SCORER_N; s++) {
            const struct tw_trial_figures *f = &p->of[s];
            tw_buf_printf(out, "%-17s", tw_scorer_name((enum tw_scorer)s));
            if (!f->ran) {
                tw_buf_printf(out, " %s\n", f->why_not);
                continue;
            }
            const double row[] = {f->auc,
                                  f->ap,
                                  f->ece,
                                  f->at[0].precision,
                                  f->at[1].precision,
                                  f->at[2].precision,
                                  f->at[3].precision,
                                  f->at[2].recall,
                                  f->at[3].recall,
                                  f->at[2].duty_share,
                                  f->at[3].duty_share,
                                  f->at[2].ci.lo,
                                  f->at[2].ci.hi};
            for (size_t c = 0; c < sizeof row / sizeof row[0]; c++) cell(out, row[c]);
            tw_buf_char(out, '\n');
        }
        by_week(p, out);
        tw_buf_char(out, '\n');
    }
    for (size_t k = 0; k < r->n_words; k++) tw_buf_printf(out, "%s\n", r->words[k]);
}
