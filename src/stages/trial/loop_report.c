/* SPDX-License-Identifier: Apache-2.0 */
/* The closed loop in figures. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "trial/loop.h"

enum { WEEK = 7 };

struct tw_loop_flow tw_loop_flow_sum(const struct tw_loop_report *r, size_t from, size_t n)
{
    struct tw_loop_flow sum = {.lodged = 0};
    for (size_t k = from; k < from + n && k < r->n_days; k++) {
        const struct tw_loop_flow *day = &r->day[k];
        sum.lodged += day->lodged;
        sum.noncompliant += day->noncompliant;
        sum.duty += day->duty;
        for (size_t m = 0; m < TW_LOOP_MECHANISMS; m++) sum.met[m] += day->met[m];
    }
    return sum;
}

struct tw_loop_catch tw_loop_catch_sum(const struct tw_loop_report *r, size_t line, size_t from, size_t n)
{
    struct tw_loop_catch sum = {.selected = 0};
    for (size_t k = from; k < from + n && k < r->n_days && r->line[line].ran; k++) {
        const struct tw_loop_catch *day = &r->line[line].day[k];
        sum.selected += day->selected;
        sum.found += day->found;
        sum.drawn += day->drawn;
        sum.explored += day->explored;
        sum.drawn_found += day->drawn_found;
        sum.explored_found += day->explored_found;
        sum.duty += day->duty;
        for (size_t m = 0; m < TW_LOOP_MECHANISMS; m++) sum.caught[m] += day->caught[m];
    }
    return sum;
}

/* The line of the ceiling; r->lines = it did not play. */
static size_t ceiling(const struct tw_loop_report *r)
{
    size_t i = 0;
    while (i < r->lines && strcmp(r->line[i].name, tw_scorer_name(TW_SCORER_FULL_LABELS)) != 0) i++;
    return i < r->lines && r->line[i].ran ? i : r->lines;
}

bool tw_loop_half_is_known(const struct tw_loop_report *r, size_t mechanism)
{
    const size_t full = ceiling(r);
    if (full == r->lines || r->onset[mechanism] == TW_NO_DAY) return false;
    const size_t onset = (size_t)(r->onset[mechanism] - r->first_day);
    return tw_loop_catch_sum(r, full, onset, (r->n_days - onset) / WEEK * WEEK).caught[mechanism] > 0;
}

uint32_t tw_loop_weeks_to_half(const struct tw_loop_report *r, size_t line, size_t mechanism,
                               uint32_t *lasting)
{
    size_t full = ceiling(r);
    uint32_t first = 0, last = 0;
    if (lasting != NULL) *lasting = 0;
    if (full == r->lines || line >= r->lines || !r->line[line].ran || r->onset[mechanism] == TW_NO_DAY)
        return 0;
    size_t onset = (size_t)(r->onset[mechanism] - r->first_day);
    uint32_t weeks = (uint32_t)((r->n_days - onset) / WEEK);
    for (uint32_t w = 0; w < weeks; w++) {
        size_t from = onset + (size_t)w * WEEK;
        uint32_t ours = tw_loop_catch_sum(r, line, from, WEEK).caught[mechanism],
                 most = tw_loop_catch_sum(r, full, from, WEEK).caught[mechanism];
        if (first == 0 && most > 0 && 2 * ours >= most) first = w + 1;
        ours = tw_loop_catch_sum(r, line, from, r->n_days).caught[mechanism];
        most = tw_loop_catch_sum(r, full, from, r->n_days).caught[mechanism];
        if (last == 0 && most > 0 && 2 * ours >= most) last = w + 1;
    }
    if (lasting != NULL && last > 0) *lasting = last > first ? last : first;
    return first;
}

/* -- JSON
 * ---------------------------------------------------------------------------------------------------------
 */

static void number(struct tw_json *j, const char *key, double v)
{
    tw_json_key(j, key);
    tw_json_fixed(j, v, 6);
}

static void count(struct tw_json *j, const char *key, uint64_t v)
{
    tw_json_key(j, key);
    tw_json_u64(j, v);
}

static void day(struct tw_json *j, const char *key, int32_t utc_day)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_day(&text, utc_day);
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&text));
}

/* A mechanism's name as a key. */
static void mechanism_key(struct tw_json *j, const struct tw_loop_report *r, size_t m)
{
    char name[64];
    size_t n = r->mechanism[m].n < sizeof name ? r->mechanism[m].n : sizeof name - 1;
    memcpy(name, r->mechanism[m].s, n);
    name[n] = '\0';
    tw_json_key(j, name);
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

static void figures(struct tw_json *j, const struct tw_loop_report *r, const struct tw_loop_flow *flow,
                    const struct tw_loop_catch *c)
{
    count(j, "selected", c->selected);
    count(j, "found", c->found);
    number(j, "precision", share(c->found, c->selected));
    number(j, "recall", share(c->found, flow->noncompliant));
    number(j, "duty_share", share(c->duty, flow->duty));
    tw_json_key(j, "recall_by_mechanism");
    tw_json_begin_object(j);
    for (size_t m = 1; m < r->mechanisms; m++) {
        mechanism_key(j, r, m);
        tw_json_fixed(j, share(c->caught[m], flow->met[m]), 6);
    }
    tw_json_end_object(j);
}

static void flow_json(struct tw_json *j, const struct tw_loop_report *r, size_t from)
{
    struct tw_loop_flow flow = tw_loop_flow_sum(r, from, WEEK);
    size_t days = r->n_days - from < WEEK ? r->n_days - from : WEEK;
    tw_json_begin_object(j);
    day(j, "from", r->first_day + (int32_t)from);
    count(j, "days", days);
    count(j, "declarations", flow.lodged);
    count(j, "noncompliant", flow.noncompliant);
    tw_json_key(j, "duty_minor");
    tw_json_fixed(j, flow.duty, 0);
    tw_json_key(j, "by_mechanism");
    tw_json_begin_object(j);
    for (size_t m = 1; m < r->mechanisms; m++) {
        mechanism_key(j, r, m);
        tw_json_u64(j, flow.met[m]);
    }
    tw_json_end_object(j);
    tw_json_end_object(j);
}

static void line_json(struct tw_json *j, const struct tw_loop_report *r, size_t line)
{
    const struct tw_loop_line *l = &r->line[line];
    tw_json_begin_object(j);
    tw_json_key(j, "name");
    tw_json_text(j, l->name);
    if (!l->ran) {
        tw_json_key(j, "why_not");
        tw_json_text(j, l->why_not);
        tw_json_end_object(j);
        return;
    }
    struct tw_loop_flow flow = tw_loop_flow_sum(r, 0, r->n_days);
    struct tw_loop_catch c = tw_loop_catch_sum(r, line, 0, r->n_days);
    count(j, "trained", l->learned);
    figures(j, r, &flow, &c);
    count(j, "drawn", c.drawn);
    count(j, "drawn_found", c.drawn_found);
    count(j, "explored", c.explored);
    count(j, "explored_found", c.explored_found);
    tw_json_key(j, "weeks");
    tw_json_begin_array(j);
    for (size_t from = 0; from < r->n_days; from += WEEK) {
        flow = tw_loop_flow_sum(r, from, WEEK);
        c = tw_loop_catch_sum(r, line, from, WEEK);
        tw_json_begin_object(j);
        figures(j, r, &flow, &c);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_end_object(j);
}

static void weeks_or_null(struct tw_json *j, const char *key, uint32_t weeks)
{
    tw_json_key(j, key);
    if (weeks > 0)
        tw_json_u64(j, weeks);
    else
        tw_json_null(j);
}

/* Whole weeks since the mechanism began, and the first day of week w. */
static size_t weeks_since(const struct tw_loop_report *r, size_t m)
{
    return (r->n_days - (size_t)(r->onset[m] - r->first_day)) / WEEK;
}

static size_t week_from(const struct tw_loop_report *r, size_t m, size_t w)
{
    return (size_t)(r->onset[m] - r->first_day) + w * WEEK;
}

static void onset_json(struct tw_json *j, const struct tw_loop_report *r, size_t m)
{
    tw_json_begin_object(j);
    tw_json_key(j, "name");
    tw_json_str(j, r->mechanism[m]);
    day(j, "onset", r->onset[m]);
    tw_json_key(j, "declarations");
    tw_json_begin_array(j);
    for (size_t w = 0; w < weeks_since(r, m); w++)
        tw_json_u64(j, tw_loop_flow_sum(r, week_from(r, m, w), WEEK).met[m]);
    tw_json_end_array(j);
    tw_json_key(j, "half_known");
    tw_json_bool(j, tw_loop_half_is_known(r, m));
    tw_json_key(j, "scorers");
    tw_json_begin_array(j);
    for (size_t i = 0; i < r->lines; i++) {
        if (!r->line[i].ran) continue;
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_text(j, r->line[i].name);
        tw_json_key(j, "found");
        tw_json_begin_array(j);
        for (size_t w = 0; w < weeks_since(r, m); w++)
            tw_json_u64(j, tw_loop_catch_sum(r, i, week_from(r, m, w), WEEK).caught[m]);
        tw_json_end_array(j);
        uint32_t lasting, first = tw_loop_weeks_to_half(r, i, m, &lasting);
        weeks_or_null(j, "weeks_to_half", first);
        weeks_or_null(j, "weeks_to_half_lasting", lasting);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_end_object(j);
}

void tw_loop_report_json(const struct tw_loop_report *r, struct tw_json *j)
{
    tw_json_begin_object(j);
    number(j, "budget_percent", r->budget);
    number(j, "random_percent", r->random);
    number(j, "explore_percent", r->explore);
    count(j, "retrain_weeks", r->retrain_weeks);
    count(j, "retrain_full_weeks", r->retrain_full_weeks);
    count(j, "thin_full", r->thin_full);
    tw_json_key(j, "selection");
    tw_json_text(j, "day");
    tw_json_key(j, "weeks");
    tw_json_begin_array(j);
    for (size_t from = 0; from < r->n_days; from += WEEK) flow_json(j, r, from);
    tw_json_end_array(j);
    tw_json_key(j, "scorers");
    tw_json_begin_array(j);
    for (size_t i = 0; i < r->lines; i++) line_json(j, r, i);
    tw_json_end_array(j);
    tw_json_key(j, "new_mechanisms");
    tw_json_begin_array(j);
    for (size_t m = 1; m < r->mechanisms; m++)
        if (r->onset[m] != TW_NO_DAY) onset_json(j, r, m);
    tw_json_end_array(j);
    tw_json_end_object(j);
}

/* -- for people
 * --------------------------------------------------------------------------------------------------- */

static void cell(struct tw_buf *out, double v)
{
    if (isnan(v))
        tw_buf_text(out, "       -");
    else
        tw_buf_printf(out, "  %6.3f", v);
}

static void onset_text(const struct tw_loop_report *r, size_t m, struct tw_buf *out)
{
    tw_buf_printf(out, "\n%.*s, new since ", (int)r->mechanism[m].n, r->mechanism[m].s);
    tw_buf_day(out, r->onset[m]);
    if (weeks_since(r, m) == 0) {
        tw_buf_text(out, ": too late to be told by week\n");
        return;
    }
    tw_buf_text(out, ": declarations by week since, and how many of them each scorer found\n");
    tw_buf_printf(out, "%-17s", "declarations");
    for (size_t w = 0; w < weeks_since(r, m); w++)
        tw_buf_printf(out, " %4u", tw_loop_flow_sum(r, week_from(r, m, w), WEEK).met[m]);
    tw_buf_text(out, "   weeks to half of full_labels' (lasting)\n");
    for (size_t i = 0; i < r->lines; i++) {
        if (!r->line[i].ran) continue;
        tw_buf_printf(out, "%-17s", r->line[i].name);
        for (size_t w = 0; w < weeks_since(r, m); w++)
            tw_buf_printf(out, " %4u", tw_loop_catch_sum(r, i, week_from(r, m, w), WEEK).caught[m]);
        uint32_t lasting, first = tw_loop_weeks_to_half(r, i, m, &lasting);
        if (first == 0)
            tw_buf_text(out, tw_loop_half_is_known(r, m) ? "   never" : "   -");
        else
            tw_buf_printf(out, "   %u", first);
        if (lasting > 0) tw_buf_printf(out, " (%u)", lasting);
        tw_buf_char(out, '\n');
    }
}

void tw_loop_report_text(const struct tw_loop_report *r, struct tw_buf *out)
{
    struct tw_loop_flow flow = tw_loop_flow_sum(r, 0, r->n_days);
    tw_buf_printf(out, "closed loop: %zu days from ", r->n_days);
    tw_buf_day(out, r->first_day);
    tw_buf_printf(out,
                  ", %u declarations, %u non-compliant. Each scorer has %g %% of each day's inspected and "
                  "learns from that alone.\n",
                  flow.lodged, flow.noncompliant, r->budget);
    tw_buf_text(
        out,
        "                  inspected  found  precision  recall    duty | drawn  found  explored  found | "
        "precision by week\n");
    for (size_t i = 0; i < r->lines; i++) {
        const struct tw_loop_line *l = &r->line[i];
        tw_buf_printf(out, "%-17s", l->name);
        if (!l->ran) {
            tw_buf_printf(out, " %s\n", l->why_not);
            continue;
        }
        struct tw_loop_catch c = tw_loop_catch_sum(r, i, 0, r->n_days);
        tw_buf_printf(out, "  %8u  %5u   ", c.selected, c.found);
        cell(out, share(c.found, c.selected));
        cell(out, share(c.found, flow.noncompliant));
        cell(out, share(c.duty, flow.duty));
        tw_buf_printf(out, " | %5u  %5u  %8u  %5u |", c.drawn, c.drawn_found, c.explored, c.explored_found);
        for (size_t from = 0; from + WEEK <= r->n_days; from += WEEK) {
            struct tw_loop_catch week = tw_loop_catch_sum(r, i, from, WEEK);
            tw_buf_printf(out, " %.2f", share(week.found, week.selected));
        }
        tw_buf_char(out, '\n');
    }
    for (size_t m = 1; m < r->mechanisms; m++)
        if (r->onset[m] != TW_NO_DAY) onset_text(r, m, out);
}
