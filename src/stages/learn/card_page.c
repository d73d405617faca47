/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/card_page.h"

#include <math.h>
#include <stdio.h>

#include "base/chart.h"
#include "base/date.h"

enum { CELL_BYTES = TW_PAGE_CELL, CELLS = 8, BINS_MAX = 10, BIN_ROWS = 30 };

/* -- calibration: rows held back in groups of equal size by their risk
 * -------------------------------------------- */

/* Sums of one bin, each row by what it stands for in the flow. */
struct bin {
    double weight, squares, risk, found;
};

/* Which of `bins` bins of the range a row falls into; the caller hands square roots of risks, so that risks
 * of 1 and of 30 % both have their place. */
static size_t bin_of(double risk, double lo, double hi, size_t bins)
{
    const double at = hi > lo ? (risk - lo) / (hi - lo) * (double)bins : 0;
    return at >= (double)bins ? bins - 1 : (size_t)at;
}

static void calibration_chart(struct tw_page *page, const struct tw_card *c)
{
    const struct tw_learned *l = c->in->learned;
    if (l->n_held < (size_t)2 * BIN_ROWS) return;
    const size_t bins = l->n_held / BIN_ROWS < BINS_MAX ? l->n_held / BIN_ROWS : BINS_MAX;
    double highest = 0;
    for (size_t i = 0; i < l->n_held; i++)
        if (l->held[i].risk > highest) highest = l->held[i].risk;
    struct bin bin[BINS_MAX] = {{0}};
    for (size_t i = 0; i < l->n_held; i++) {
        struct bin *b = &bin[bin_of(sqrt(l->held[i].risk), 0, sqrt(highest), bins)];
        b->weight += l->held[i].weight;
        b->squares += l->held[i].weight * l->held[i].weight;
        b->risk += l->held[i].weight * l->held[i].risk;
        b->found += l->held[i].found ? l->held[i].weight : 0;
    }
    double x[BINS_MAX], y[BINS_MAX], lo[BINS_MAX], hi[BINS_MAX];
    size_t n = 0;
    for (size_t b = 0; b < bins; b++) {
        if (bin[b].weight <= 0) continue;
        x[n] = bin[b].risk / bin[b].weight;
        y[n] = bin[b].found / bin[b].weight;
        const double worth = bin[b].weight * bin[b].weight / bin[b].squares; /* rows of even weight */
        const struct tw_interval ci = tw_wilson(y[n] * worth, worth);
        lo[n] = ci.lo;
        hi[n++] = ci.hi;
    }
    if (n < 2) return;
    const struct tw_chart chart = {
        .heading = "Does a risk mean what it says?",
        .note = "Items held back, in steps of stated risk, weighted to stand for the "
                "whole flow; on the dotted line the stated risk is what was found. "
                "The band is the 95 % interval.",
        .x_name = "risk as stated",
        .y_name = "found",
        .x_unit = TW_CHART_PERCENT,
        .y_unit = TW_CHART_PERCENT,
        .x = x,
        .n = n,
        .n_series = 1,
        .series = {{.name = TW_STR("this model"), .y = y, .lo = lo, .hi = hi, .strong = true}},
        .points = true,
        .diagonal = true};
    tw_chart_lines(page, &chart);
}

/* -- groups
 * -------------------------------------------------------------------------------------------------- */

static struct tw_str name_of(const struct tw_card_group *g)
{
    if (g->words[0] != '\0') return tw_str_from(g->words);
    return g->code.n > 0 ? g->code : TW_STR("not declared");
}

/* Are the names of all groups short enough to stand beside a bar? */
static bool names_are_short(const struct tw_card_group *group, size_t n)
{
    enum { SHORT = 28 };
    for (size_t i = 0; i < n; i++)
        if (name_of(&group[i]).n > SHORT) return false;
    return true;
}

/* What the model expected in each group beside what was found there. */
static void groups_chart(struct tw_page *page, const struct tw_card *c, enum tw_card_division d)
{
    struct tw_str name[TW_CARD_GROUPS_MAX + 1];
    double said[TW_CARD_GROUPS_MAX + 1], found[TW_CARD_GROUPS_MAX + 1], lo[TW_CARD_GROUPS_MAX + 1],
        hi[TW_CARD_GROUPS_MAX + 1];
    size_t n = 0;
    const bool named = names_are_short(c->by[d].group, c->by[d].n);
    for (size_t i = 0; i < c->by[d].n && n <= TW_CARD_GROUPS_MAX; i++) {
        const struct tw_card_group *g = &c->by[d].group[i];
        if (g->is.rows == 0) continue;
        name[n] = named ? name_of(g) : g->code.n > 0 ? g->code : TW_STR("not declared");
        said[n] = g->is.said;
        lo[n] = g->is.base_rate_ci.lo;
        hi[n] = g->is.base_rate_ci.hi;
        found[n++] = g->is.base_rate;
    }
    if (n < 2) return; /* one group is the whole */
    char heading[96], note[192];
    snprintf(heading, sizeof heading, "By %s", tw_card_division_words(d));
    snprintf(
        note, sizeof note,
        "Share of findings in the flow: as the model expected it, and as it was, with the 95 %% interval.%s",
        named ? "" : " The names stand in the table below.");
    const struct tw_chart chart = {.heading = heading,
                                   .note = note,
                                   .x_name = tw_card_division_words(d),
                                   .y_name = "findings",
                                   .y_unit = TW_CHART_PERCENT,
                                   .category = name,
                                   .n = n,
                                   .n_series = 2,
                                   .series = {{.name = TW_STR("expected"), .y = said},
                                              {.name = TW_STR("found"), .y = found, .lo = lo, .hi = hi}}};
    tw_chart_bars(page, &chart);
}

static void groups_table(struct tw_page *page, const struct tw_card *c, enum tw_card_division d)
{
    static const struct tw_str head[CELLS] = {
        {"group", 5},          {"items", 5},           {"findings", 8}, {"share found", 11},
        {"95 % interval", 13}, {"share expected", 14}, {"AUC", 3},      {"calibration error", 17}};
    char caption[128];
    snprintf(caption, sizeof caption, "By %s", tw_card_division_words(d));
    tw_page_table_begin(page, caption);
    tw_page_table_row(page, head, CELLS, true, false);
    for (size_t i = 0; i < c->by[d].n; i++) {
        const struct tw_card_group *g = &c->by[d].group[i];
        char t[CELLS][CELL_BYTES];
        const struct tw_str row[CELLS] = {
            name_of(g),
            tw_page_number(t[1], (double)g->is.rows, 0),
            tw_page_number(t[2], (double)g->is.found, 0),
            tw_page_percent(t[3], g->is.base_rate),
            tw_page_percents(t[4], g->is.base_rate_ci.lo, g->is.base_rate_ci.hi),
            tw_page_percent(t[5], g->is.said),
            tw_page_number(t[6], g->is.auc, 3),
            tw_page_number(t[7], g->is.ece, 3)};
        tw_page_table_row(page, row, CELLS, false, false);
    }
    tw_page_table_end(page);
}

/* -- the page
 * ------------------------------------------------------------------------------------------------ */

static void held_back(struct tw_page *page, const struct tw_card *c)
{
    const struct tw_card_figures *f = &c->all;
    char t[6][CELL_BYTES], auc[160], top[160];
    tw_page_section(page, "On what it had not seen");
    snprintf(auc, sizeof auc, "area under the curve (%.*s)",
             TW_STR_ARG(tw_page_numbers(t[0], f->auc_ci.lo, f->auc_ci.hi, 3)));
    snprintf(top, sizeof top, "found among the %.0f %% of highest risk (%.*s)", tw_card_percent[0],
             TW_STR_ARG(tw_page_percents(t[1], f->at[0].precision_ci.lo, f->at[0].precision_ci.hi)));
    const struct tw_page_figure figure[] = {
        {tw_page_number(t[2], f->auc, 3), tw_str_from(auc)},
        {tw_page_percent(t[3], f->at[0].precision), tw_str_from(top)},
        {tw_page_percent(t[4], f->base_rate), TW_STR("found by chance alone")},
        {tw_page_number(t[5], f->ece, 3), TW_STR("calibration error")}};
    tw_page_figures(page, figure, sizeof figure / sizeof figure[0]);
    tw_page_charts_begin(page);
    calibration_chart(page, c);
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) groups_chart(page, c, (enum tw_card_division)d);
    tw_page_charts_end(page);
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) groups_table(page, c, (enum tw_card_division)d);
}

static void record(struct tw_page *page, const struct tw_card *c)
{
    tw_page_section(page, "What it was made from");
    static const struct tw_str files[] = {{"file", 4}, {"name", 4}, {"SHA-256", 7}};
    tw_page_table_begin(page, "Files read and written");
    tw_page_table_row(page, files, 3, true, false);
    for (size_t i = 0; i < c->in->n_files; i++) {
        const struct tw_card_file *f = &c->in->file[i];
        const struct tw_str row[] = {tw_str_from(f->role), f->name, tw_str_from(f->sha256)};
        tw_page_table_row(page, row, 3, false, false);
    }
    tw_page_table_end(page);
    static const struct tw_str settings[] = {{"setting", 7}, {"value", 5}};
    tw_page_table_begin(page, "Settings");
    tw_page_table_row(page, settings, 2, true, false);
    for (size_t i = 0; i < c->in->n_settings; i++) {
        const struct tw_str row[] = {c->in->setting[i].name, c->in->setting[i].value};
        tw_page_table_row(page, row, 2, false, false);
    }
    tw_page_table_end(page);
}

void tw_card_page(const struct tw_card *c, struct tw_buf *out)
{
    struct tw_page page = {.out = out};
    const struct tw_card_data *d = &c->in->data;
    TW_SCOPED_BUF line = {0};
    tw_buf_grouped(&line, (double)d->declarations, 0);
    tw_buf_text(&line, " declarations with ");
    tw_buf_grouped(&line, (double)d->items, 0);
    tw_buf_text(&line, " items");
    if (d->first_day != TW_NO_DAY) {
        tw_buf_text(&line, ", lodged from ");
        tw_buf_day(&line, d->first_day);
        tw_buf_text(&line, " to ");
        tw_buf_day(&line, d->last_day);
    }
    tw_buf_text(&line, "; ");
    tw_buf_grouped(&line, (double)d->findings, 0);
    tw_buf_text(&line, " results");
    tw_buf_char(&line, '\0');
    if (line.failed) {
        out->failed = true;
        return;
    }
    tw_page_begin(&page, "Model card", line.p);
    for (size_t i = 0; i < c->in->learned->n_notes; i++)
        tw_page_warning(&page, tw_str_from(c->in->learned->note[i]));
    held_back(&page, c);
    tw_page_section(&page, "What to know before trusting it");
    struct tw_str limit[TW_CARD_WORDS_MAX];
    for (size_t i = 0; i < c->n_limits; i++) limit[i] = tw_str_from(c->limit[i]);
    tw_page_list(&page, limit, c->n_limits);
    record(&page, c);
    tw_page_end(&page);
}
