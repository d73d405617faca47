/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/audit_page.h"

#include <math.h>
#include <stdio.h>

#include "base/chart.h"

enum { CELL_BYTES = TW_PAGE_CELL, COLUMNS_DRAWN = 20 };

static double share(size_t of, size_t in_all)
{
    return in_all > 0 ? (double)of / (double)in_all : (double)NAN;
}

/* -- in words
 * -------------------------------------------------------------------------------------------------- */

static void verdicts(struct tw_page *page, const struct tw_trial_audit *a)
{
    struct tw_str row[] = {TW_STR("question"), TW_STR("verdict")};
    tw_page_table_begin(
        page, "Forbids: figures on this file as it stands are not to be believed. Warns: they need it "
              "said beside them. Unknown: the data do not suffice to say.");
    tw_page_table_row(page, row, 2, true, false);
    for (int c = 0; c < TW_TRIAL_CHECK_N; c++) {
        row[0] = tw_str_from(tw_trial_check_words((enum tw_trial_check)c));
        row[1] = a->verdict[c] == TW_TRIAL_NOTE ? TW_STR("no objection")
                                                : tw_str_from(tw_trial_weight_name(a->verdict[c]));
        tw_page_table_row(page, row, 2, false, a->verdict[c] >= TW_TRIAL_WARNS);
    }
    tw_page_table_end(page);
}

static void remarks(struct tw_page *page, const struct tw_trial_audit *a, enum tw_trial_weight from,
                    enum tw_trial_weight to)
{
    struct tw_str item[64];
    size_t n = 0;
    for (size_t i = 0; i < a->remarks && n < sizeof item / sizeof item[0]; i++)
        if (a->remark[i].weight >= from && a->remark[i].weight <= to)
            item[n++] = tw_str_from(a->remark[i].text);
    if (n > 0) tw_page_list(page, item, n);
}

/* -- pictures
 * -------------------------------------------------------------------------------------------------- */

/* Twins, their labels and what a look-up finds, each beside chance. */
static void twins_chart(struct tw_page *page, const struct tw_trial_audit *a, const struct tw_trial_twins *t)
{
    const struct tw_str category[] = {TW_STR("equal an earlier row"), TW_STR("carry its label"),
                                      TW_STR("look-up finds")};
    const double here[] = {t->share, t->purity, t->precision[2]},
                 chance[] = {t->coincidence, t->chance, share(a->later_found, a->later_labelled)};
    const struct tw_chart chart = {
        .heading = "Rows that come again",
        .note = "Later rows against earlier ones. By chance: with masses and amounts dealt "
                "anew within each chapter; with labels that have nothing to do with it; "
                "drawn evenly. What a look-up finds is the share of findings in its first 5 %.",
        .x_name = "what",
        .y_name = "share",
        .y_unit = TW_CHART_PERCENT,
        .category = category,
        .n = 3,
        .series = {{.name = TW_STR("here"), .y = here, .strong = true},
                   {.name = TW_STR("by chance"), .y = chance}},
        .n_series = 2,
        .y_to = 1};
    tw_chart_bars(page, &chart);
}

static double telling(const struct tw_trial_alone *c)
{
    if (isnan(c->found.auc)) return -1;
    double by_size = fabs(c->found.auc - 0.5), by_digits = fabs(c->exact.auc - 0.5);
    return by_size > by_digits ? by_size : by_digits;
}

/* The columns that tell most, the strongest first. */
static size_t strongest(const struct tw_trial_audit *a, const struct tw_trial_alone *ret[COLUMNS_DRAWN])
{
    size_t n = 0;
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        if (telling(c) < 0 || c->values < 2 || (n == COLUMNS_DRAWN && telling(c) <= telling(ret[n - 1])))
            continue;
        size_t k = n < COLUMNS_DRAWN ? n++ : n - 1;
        for (; k > 0 && telling(ret[k - 1]) < telling(c); k--) ret[k] = ret[k - 1];
        ret[k] = c;
    }
    return n;
}

static void columns_chart(struct tw_page *page, const struct tw_trial_audit *a)
{
    const struct tw_trial_alone *column[COLUMNS_DRAWN];
    struct tw_str name[COLUMNS_DRAWN];
    double size[COLUMNS_DRAWN], digits[COLUMNS_DRAWN];
    size_t n = strongest(a, column);
    for (size_t i = 0; i < n; i++) {
        name[i] = column[i]->name;
        size[i] = column[i]->found.auc - 0.5;
        digits[i] = column[i]->number ? column[i]->exact.auc - 0.5 : (double)NAN;
    }
    const struct tw_chart chart = {
        .heading = "What one column tells alone",
        .note = "Area under the curve above .5, which is chance: the past share of findings "
                "at a row's value, tried on later rows. Half would be: tells everything.",
        .x_name = "column",
        .y_name = "area above .5",
        .category = name,
        .n = n,
        .series = {{.name = TW_STR("by its value or size"), .y = size, .strong = true},
                   {.name = TW_STR("by its digits"), .y = digits}},
        .n_series = 2,
        .y_to = 0.5};
    if (n > 0) tw_chart_bars(page, &chart);
}

enum { MONTHS_DRAWN = 120 };

static void months_chart(struct tw_page *page, const struct tw_trial_audit *a)
{
    double x[MONTHS_DRAWN], y[MONTHS_DRAWN], lo[MONTHS_DRAWN], hi[MONTHS_DRAWN];
    char text[MONTHS_DRAWN][CELL_BYTES];
    struct tw_str name[MONTHS_DRAWN];
    size_t skip = a->months > MONTHS_DRAWN ? a->months - MONTHS_DRAWN : 0, n = a->months - skip;
    for (size_t i = 0; i < n; i++) {
        const struct tw_trial_month *m = &a->month[skip + i];
        snprintf(text[i], CELL_BYTES, "%04d-%02d", m->year, m->month);
        name[i] = tw_str_from(text[i]);
        x[i] = (double)i;
        y[i] = share(m->found, m->labelled);
        lo[i] = m->ci.lo;
        hi[i] = m->ci.hi;
    }
    const struct tw_chart chart = {
        .heading = "Findings by month",
        .note = "Of inspected declarations; the band is the 95 % interval.",
        .x_name = "month",
        .y_name = "findings",
        .y_unit = TW_CHART_PERCENT,
        .x = x,
        .category = name,
        .n = n,
        .series = {{.name = TW_STR("findings"), .y = y, .lo = lo, .hi = hi, .strong = true}},
        .n_series = 1,
        .points = true};
    if (n > 1) tw_chart_lines(page, &chart);
}

/* -- tables
 * ---------------------------------------------------------------------------------------------------- */

static void columns_table(struct tw_page *page, const struct tw_trial_audit *a)
{
    enum { CELLS = 8 };
    static const char *const head[CELLS] = {"column",        "values",    "absent",    "AUC",
                                            "95 % interval", "by digits", "inspected", "PSI"};
    struct tw_str row[CELLS];
    char t[CELLS][CELL_BYTES];
    for (size_t i = 0; i < CELLS; i++) row[i] = tw_str_from(head[i]);
    tw_page_table_begin(
        page, "Each column alone. Inspected: how well it tells who is inspected (AUC). PSI: how far "
              "later declarations moved; in bold what moved more than chance would.");
    tw_page_table_row(page, row, CELLS, true, false);
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        row[0] = c->name;
        row[1] = tw_page_number(t[1], (double)c->values, 0);
        row[2] = tw_page_percent(t[2], c->missing);
        row[3] = tw_page_number(t[3], c->found.auc, 3);
        row[4] = tw_page_numbers(t[4], c->found.ci.lo, c->found.ci.hi, 3);
        row[5] = tw_page_number(t[5], c->exact.auc, 3);
        row[6] = tw_page_number(t[6], c->inspected.auc, 3);
        row[7] = tw_page_number(t[7], c->threshold > 0 ? c->psi : (double)NAN, 3);
        tw_page_table_row(page, row, CELLS, false, c->threshold > 0 && c->psi > c->threshold);
    }
    tw_page_table_end(page);
}

static void basis_table(struct tw_page *page, const struct tw_trial_audit *a)
{
    struct tw_str row[] = {TW_STR("why it was inspected"), TW_STR("rows"), TW_STR("findings"),
                           TW_STR("95 % interval")};
    char t[4][CELL_BYTES];
    tw_page_table_begin(page, "Findings by the basis of the inspection.");
    tw_page_table_row(page, row, 4, true, false);
    for (int b = 0; b <= TW_BASIS_N; b++) {
        const struct tw_trial_basis *by = &a->selection.by[b];
        if (by->rows == 0) continue;
        row[0] = b < TW_BASIS_N ? tw_str_from(tw_basis_words((enum tw_basis)b)) : TW_STR("not recorded");
        row[1] = tw_page_number(t[1], (double)by->rows, 0);
        row[2] = tw_page_percent(t[2], share(by->found, by->rows));
        const struct tw_interval ci = tw_wilson((double)by->found, (double)by->rows);
        row[3] = tw_page_percents(t[3], ci.lo, ci.hi);
        tw_page_table_row(page, row, 4, false, false);
    }
    tw_page_table_end(page);
}

void tw_trial_audit_page(const struct tw_trial_audit *a, const char *subject, struct tw_buf *out)
{
    struct tw_page page = {.out = out};
    char t[4][CELL_BYTES];
    const struct tw_page_figure figure[] = {
        {tw_page_number(t[0], (double)a->declarations, 0), TW_STR("declarations")},
        {tw_page_number(t[1], (double)a->labelled, 0), TW_STR("items with a result")},
        {tw_page_percent(t[2], share(a->found, a->labelled)), TW_STR("of them a finding")},
        {tw_page_percent(t[3], a->six.columns > 0 ? a->six.share : a->widest.share),
         TW_STR("of later rows equal an earlier one")}};
    tw_page_begin(&page, "May figures on this file be believed?", subject);
    if (a->believable)
        tw_page_para(
            &page,
            TW_STR("Nothing here forbids to believe figures measured on this file; what warns needs to "
                   "be said beside them."));
    for (size_t i = 0; i < a->remarks; i++)
        if (a->remark[i].weight == TW_TRIAL_FORBIDS) tw_page_warning(&page, tw_str_from(a->remark[i].text));
    tw_page_figures(&page, figure, sizeof figure / sizeof figure[0]);
    verdicts(&page, a);
    tw_page_section(&page, "What was found");
    remarks(&page, a, TW_TRIAL_WARNS, TW_TRIAL_WARNS);
    remarks(&page, a, TW_TRIAL_NOTE, TW_TRIAL_UNKNOWN);
    tw_page_charts_begin(&page);
    if (a->six.columns > 0 || a->widest.columns > 0)
        twins_chart(&page, a, a->six.columns > 0 ? &a->six : &a->widest);
    columns_chart(&page, a);
    months_chart(&page, a);
    tw_page_charts_end(&page);
    tw_page_section(&page, "Every figure");
    columns_table(&page, a);
    if (a->labelled > 0) basis_table(&page, a);
    tw_page_end(&page);
}
