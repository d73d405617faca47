/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/date.h"
#include "base/json.h"
#include "trial/audit.h"

/* -- JSON
 * ------------------------------------------------------------------------------------------------------ */

static void number(struct tw_json *j, const char *key, double v)
{
    tw_json_key(j, key);
    if (isnan(v))
        tw_json_null(j);
    else
        tw_json_fixed(j, v, 6);
}

static void count(struct tw_json *j, const char *key, size_t v)
{
    tw_json_key(j, key);
    tw_json_u64(j, v);
}

static void interval(struct tw_json *j, const char *key, struct tw_interval ci)
{
    tw_json_key(j, key);
    tw_json_begin_array(j);
    tw_json_fixed(j, ci.lo, 6);
    tw_json_fixed(j, ci.hi, 6);
    tw_json_end_array(j);
}

static void day(struct tw_json *j, const char *key, int32_t d)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_day(&text, d);
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&text));
}

static void twins_json(struct tw_json *j, const struct tw_trial_audit *a, const struct tw_trial_twins *t)
{
    tw_json_begin_object(j);
    tw_json_key(j, "columns");
    tw_json_begin_array(j);
    for (size_t c = 0; c < t->columns; c++) tw_json_str(j, a->column[t->column[c]].name);
    tw_json_end_array(j);
    number(j, "share", t->share);
    number(j, "coincidence", t->coincidence);
    number(j, "label_purity", t->purity);
    number(j, "chance_purity", t->chance);
    number(j, "other_trader", t->other_trader);
    number(j, "near_share", t->near_share);
    number(j, "near_purity", t->near_purity);
    count(j, "rows", t->rows);
    count(j, "distinct", t->distinct);
    tw_json_key(j, "lookup");
    tw_json_begin_object(j);
    number(j, "auc", t->lookup.auc);
    interval(j, "ci", t->lookup.ci);
    tw_json_key(j, "at");
    tw_json_begin_array(j);
    for (int p = 0; p < TW_TRIAL_PARTS; p++) {
        tw_json_begin_object(j);
        tw_json_key(j, "percent");
        tw_json_f64(j, tw_trial_percent[p]);
        number(j, "precision", t->precision[p]);
        interval(j, "ci", t->precision_ci[p]);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_end_object(j);
    tw_json_end_object(j);
}

static void columns_json(struct tw_json *j, const struct tw_trial_audit *a)
{
    tw_json_key(j, "columns");
    tw_json_begin_array(j);
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_str(j, c->name);
        tw_json_key(j, "kind");
        tw_json_text(j, c->number ? "number" : "code");
        tw_json_key(j, "entity");
        tw_json_bool(j, c->entity);
        tw_json_key(j, "mapped");
        tw_json_bool(j, c->mapped);
        count(j, "values", c->values);
        number(j, "missing", c->missing);
        number(j, "unseen", c->unseen);
        number(j, "auc", c->found.auc);
        interval(j, "ci", c->found.ci);
        number(j, "auc_exact", c->exact.auc);
        number(j, "auc_inspected", c->inspected.auc);
        count(j, "sure_rows", c->sure);
        count(j, "sure_found", c->sure_found);
        number(j, "psi", c->psi);
        number(j, "psi_threshold", c->threshold);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void months_json(struct tw_json *j, const struct tw_trial_audit *a)
{
    tw_json_key(j, "months");
    tw_json_begin_array(j);
    for (size_t i = 0; i < a->months; i++) {
        const struct tw_trial_month *m = &a->month[i];
        TW_SCOPED_BUF name = {0};
        tw_buf_printf(&name, "%04d-%02d", m->year, m->month);
        tw_json_begin_object(j);
        tw_json_key(j, "month");
        tw_json_str(j, tw_buf_view(&name));
        count(j, "declarations", m->declarations);
        count(j, "labelled", m->labelled);
        count(j, "found", m->found);
        number(j, "base_rate", m->labelled > 0 ? (double)m->found / (double)m->labelled : (double)NAN);
        interval(j, "ci", m->ci);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    number(j, "months_p", a->month_p);
}

static void delay_json(struct tw_json *j, const struct tw_trial_audit *a)
{
    tw_json_key(j, "delay");
    tw_json_begin_object(j);
    number(j, "median_days", a->delay.median);
    number(j, "p90_days", a->delay.p90);
    number(j, "most_days", a->delay.most);
    number(j, "same_day", a->delay.same_day);
    number(j, "within_14_days", a->delay.by_14);
    number(j, "within_30_days", a->delay.by_30);
    number(j, "earlier_known_after_split", a->delay.earlier_unknown);
    number(j, "labelled_last_14_days", a->delay.last_inspected);
    number(j, "labelled_before", a->delay.before_inspected);
    tw_json_end_object(j);
}

static void selection_json(struct tw_json *j, const struct tw_trial_audit *a)
{
    tw_json_key(j, "selection");
    tw_json_begin_object(j);
    number(j, "inspected", a->selection.share);
    number(j, "propensity_recorded", a->selection.recorded);
    number(j, "base_rate", a->selection.raw);
    interval(j, "ci", a->selection.raw_ci);
    number(j, "base_rate_weighted", a->selection.weighted);
    number(j, "effective_rows", a->selection.effective);
    number(j, "stand_for", a->selection.stand_for);
    tw_json_key(j, "basis");
    tw_json_begin_array(j);
    for (int b = 0; b <= TW_BASIS_N; b++) {
        const struct tw_trial_basis *by = &a->selection.by[b];
        if (by->rows == 0) continue;
        struct tw_interval ci = tw_wilson((double)by->found, (double)by->rows);
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_text(j, b < TW_BASIS_N ? tw_basis_name((enum tw_basis)b) : "not_recorded");
        count(j, "rows", by->rows);
        count(j, "found", by->found);
        interval(j, "ci", ci);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_end_object(j);
}

static void remarks_json(struct tw_json *j, const struct tw_trial_audit *a)
{
    tw_json_key(j, "checks");
    tw_json_begin_array(j);
    for (int c = 0; c < TW_TRIAL_CHECK_N; c++) {
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_text(j, tw_trial_check_name((enum tw_trial_check)c));
        tw_json_key(j, "question");
        tw_json_text(j, tw_trial_check_words((enum tw_trial_check)c));
        tw_json_key(j, "verdict");
        tw_json_text(j, tw_trial_weight_name(a->verdict[c]));
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    for (int warn = 1; warn >= 0; warn--) {
        tw_json_key(j, warn != 0 ? "warnings" : "notes");
        tw_json_begin_array(j);
        for (size_t i = 0; i < a->remarks; i++)
            if ((a->remark[i].weight >= TW_TRIAL_WARNS) == (warn != 0)) tw_json_text(j, a->remark[i].text);
        tw_json_end_array(j);
    }
    tw_json_key(j, "believable");
    tw_json_bool(j, a->believable);
}

void tw_trial_audit_json(const struct tw_trial_audit *a, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    count(&j, "declarations", a->declarations);
    count(&j, "rows", a->rows);
    count(&j, "labelled", a->labelled);
    count(&j, "found", a->found);
    count(&j, "unmatched_findings", (size_t)a->unmatched);
    tw_json_key(&j, "later");
    tw_json_begin_object(&j);
    count(&j, "declarations", a->later_declarations);
    count(&j, "labelled", a->later_labelled);
    count(&j, "found", a->later_found);
    tw_json_end_object(&j);
    day(&j, "from", a->first_day);
    day(&j, "split", a->split_day);
    day(&j, "to", a->last_day);
    tw_json_key(&j, "twins");
    twins_json(&j, a, &a->six);
    tw_json_key(&j, "widest_twins");
    twins_json(&j, a, &a->widest);
    number(&j, "whole_rows_repeated", a->whole_row);
    columns_json(&j, a);
    months_json(&j, a);
    delay_json(&j, a);
    selection_json(&j, a);
    remarks_json(&j, a);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

/* -- text
 * ------------------------------------------------------------------------------------------------------ */

enum { WIDTH = 100, INDENT = 20 };

/* Words from column INDENT on, broken at blanks. */
static void paragraph(struct tw_buf *out, const char *text)
{
    size_t at = INDENT;
    for (struct tw_str rest = tw_str_from(text); rest.n > 0;) {
        struct tw_str word = tw_str_cut(rest, ' ', &rest);
        if (at > INDENT && at + 1 + word.n > WIDTH) {
            tw_buf_printf(out, "\n%*s", INDENT, "");
            at = INDENT;
        } else if (at > INDENT) {
            tw_buf_char(out, ' ');
            at++;
        }
        tw_buf_str(out, word);
        at += word.n;
    }
    tw_buf_char(out, '\n');
}

static void cell(struct tw_buf *out, double v, const char *fmt, int width)
{
    if (isnan(v))
        tw_buf_printf(out, "%*s", width, "-");
    else if (fmt[0] == '%')
        tw_buf_printf(out, "%*.1f", width, 100 * v);
    else
        tw_buf_printf(out, "%*.3f", width, v);
}

static void column_text(struct tw_buf *out, const struct tw_trial_alone *c)
{
    tw_buf_printf(out, "%-24.*s%-7s", (int)(c->name.n < 24 ? c->name.n : 23), c->name.s,
                  c->number ? "number" : "code");
    tw_buf_printf(out, "%8zu", c->values);
    cell(out, c->missing, "%", 10);
    cell(out, c->unseen, "%", 9);
    cell(out, c->found.auc, "", 8);
    cell(out, c->found.ci.lo, "", 7);
    cell(out, c->found.ci.hi, "", 7);
    cell(out, c->exact.auc, "", 8);
    cell(out, c->inspected.auc, "", 11);
    cell(out, c->threshold > 0 ? c->psi : (double)NAN, "", 8);
    tw_buf_text(out, c->threshold > 0 && c->psi > c->threshold ? " moved\n" : "\n");
}

void tw_trial_audit_text(const struct tw_trial_audit *a, struct tw_buf *out)
{
    tw_buf_printf(out, "%zu declarations, %zu rows, ", a->declarations, a->rows);
    tw_buf_day(out, a->first_day);
    tw_buf_text(out, " to ");
    tw_buf_day(out, a->last_day);
    tw_buf_text(out, "; later rows are those since ");
    tw_buf_day(out, a->split_day);
    tw_buf_text(out, ".\n\n");
    for (size_t i = 0; i < a->remarks; i++) {
        const struct tw_trial_remark *r = &a->remark[i];
        tw_buf_printf(out, "%-9s%-11s", tw_trial_weight_name(r->weight), tw_trial_check_name(r->check));
        paragraph(out, r->text);
    }
    tw_buf_text(out,
                "\ncolumn                  kind     values  absent %  unseen %     AUC   from     to   exact"
                "  inspected     PSI\n");
    size_t constant = 0;
    for (size_t i = 0; i < a->columns; i++) {
        if (a->column[i].values > 1)
            column_text(out, &a->column[i]);
        else
            constant++;
    }
    if (constant > 0) tw_buf_printf(out, "and %zu that say the same everywhere\n", constant);
    tw_buf_text(out, "\nmonth    declarations  inspected  findings       %   from     to\n");
    for (size_t i = 0; i < a->months; i++) {
        const struct tw_trial_month *m = &a->month[i];
        tw_buf_printf(out, "%04d-%02d%14zu%11zu%10zu", m->year, m->month, m->declarations, m->labelled,
                      m->found);
        cell(out, m->labelled > 0 ? (double)m->found / (double)m->labelled : (double)NAN, "%", 8);
        cell(out, m->ci.lo, "%", 7);
        cell(out, m->ci.hi, "%", 7);
        tw_buf_char(out, '\n');
    }
    tw_buf_text(out,
                a->believable
                    ? "\nNothing here forbids to believe figures measured on this file; read the warnings "
                      "beside them.\n"
                    : "\nFigures measured on this file as it stands are not to be believed.\n");
}
