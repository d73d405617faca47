/* SPDX-License-Identifier: Apache-2.0 */
/* What a demo came to, in words and as JSON. */
#include <math.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/demo_priv.h"
#include "stat/metric.h"

static const char *const pick_words[DEMO_PICKS] = {"found, by score",
                                                   "found, by score, for another reason",
                                                   "found, by a criterion",
                                                   "by score, and nothing was found",
                                                   "by chance",
                                                   "documents asked for"};

const char demo_differ[] =
    "These select differently, so the rows are yields and no contest on the same "
    "goods: score takes what looks worst, criteria what officers wrote, "
    "the incumbent what its five criteria name, chance anything; who is selected on several "
    "grounds stands in the first row of them. Inspections miss "
    "12 to 20 % of what there is, as the "
    "world states. `tidewaiter evaluate` ranks the same declarations by each.";

const char *demo_pick_words(enum demo_pick p)
{
    return pick_words[p];
}

double demo_rate(const struct demo_report *r)
{
    return r->played.cpu_s > 0 ? (double)r->played.declarations / r->played.cpu_s : (double)NAN;
}

/* --- in words --- */

enum { COLUMNS = 96 };

void demo_wrap(struct tw_buf *out, const char *first, size_t indent, struct tw_str text)
{
    size_t at = strlen(first);
    tw_buf_text(out, first);
    bool begun = false;
    while (text.n > 0) {
        const struct tw_str word = tw_str_cut(text, ' ', &text);
        if (begun && at + 1 + word.n > COLUMNS) {
            tw_buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (begun) {
            tw_buf_char(out, ' ');
            at++;
        }
        tw_buf_str(out, word);
        at += word.n;
        begun = true;
    }
    tw_buf_char(out, '\n');
}

static void days(struct tw_buf *out, int32_t from, int32_t to)
{
    tw_buf_day(out, from);
    tw_buf_text(out, " to ");
    tw_buf_day(out, to);
}

static void data_text(const struct demo_report *r, struct tw_buf *out)
{
    tw_buf_text(out, "A year to learn from: ");
    tw_buf_grouped(out, (double)r->year.declarations, 0);
    tw_buf_text(out, " declarations, ");
    days(out, r->year.first_day, r->year.last_day);
    tw_buf_text(out, "; ");
    tw_buf_grouped(out, (double)r->year.inspected, 0);
    tw_buf_text(out, " items inspected, ");
    tw_buf_grouped(out, (double)r->year.found, 0);
    tw_buf_text(out, " findings.\nA month to meet:      ");
    tw_buf_grouped(out, (double)r->played.declarations, 0);
    tw_buf_text(out, " declarations, ");
    days(out, r->played.first_day, r->played.last_day);
    tw_buf_text(out, ".\n\n");
}

/* Appends blanks until the line that begins at `from` has `width` columns, at least one. */
static void column(struct tw_buf *out, size_t from, size_t width)
{
    do tw_buf_char(out, ' ');
    while (!out->failed && out->n - from < width);
}

static void yield_text(const struct demo_report *r, enum tw_play_way w, struct tw_buf *out)
{
    const struct tw_play_yield *y = &r->played.of[w];
    const size_t from = out->n;
    tw_buf_printf(out, "  %s", tw_play_way_words(w));
    column(out, from, 26);
    tw_buf_grouped(out, (double)y->inspected, 0);
    column(out, from, 40);
    tw_buf_grouped(out, (double)y->found, 0);
    column(out, from, 48);
    if (y->inspected > 0) {
        const struct tw_interval ci = tw_wilson((double)y->found, (double)y->inspected);
        tw_buf_fixed(out, 100.0 * (double)y->found / (double)y->inspected, 1);
        tw_buf_text(out, " % (");
        tw_buf_fixed(out, 100 * ci.lo, 1);
        tw_buf_text(out, " to ");
        tw_buf_fixed(out, 100 * ci.hi, 1);
        tw_buf_char(out, ')');
        column(out, from, 74);
        tw_buf_grouped(out, y->recovered_minor / 100 / (double)y->inspected, 0);
        tw_buf_printf(out, " %s", r->currency);
    }
    tw_buf_char(out, '\n');
}

static void yields_text(const struct demo_report *r, struct tw_buf *out)
{
    tw_buf_text(
        out, "Found per inspection      inspections   found   per inspection (95 %)     duty back, each\n");
    for (int w = 0; w < TW_PLAY_WAYS; w++) yield_text(r, (enum tw_play_way)w, out);
    demo_wrap(out, "  ", 2, tw_str_from(demo_differ));
}

static void channels_text(const struct demo_report *r, struct tw_buf *out)
{
    static const enum tw_channel order[] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE,
                                            TW_CHANNEL_GREEN};
    tw_buf_text(out, "\nChannels   ");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const double n = (double)r->played.declarations;
        tw_buf_printf(out, "%s%s ", i > 0 ? ", " : "", tw_channel_name(order[i]));
        tw_buf_fixed(out, n > 0 ? 100 * (double)r->played.channel[order[i]] / n : 0, 1);
        tw_buf_text(out, " %");
    }
    tw_buf_text(out, " of declarations\nSpeed      ");
    if (isfinite(demo_rate(r)))
        tw_buf_grouped(out, demo_rate(r), 0);
    else
        tw_buf_char(out, '-');
    tw_buf_text(
        out, " declarations per second of one processor: read, measured, scored, given a channel, and the\n"
             "           controlled ones explained\n");
}

static void decision_text(const struct demo_picked *p, struct tw_buf *out)
{
    demo_wrap(out, "", 3, tw_buf_view(&p->head));
    demo_wrap(out, "   ", 3, tw_buf_view(&p->goods));
    for (size_t i = 0; i < p->reasons; i++)
        demo_wrap(out, p->against[i] ? "   -  " : "   +  ", 6, tw_buf_view(&p->reason[i]));
    if (p->change.n > 0) demo_wrap(out, "   =  ", 6, tw_buf_view(&p->change));
    demo_wrap(out, "   ", 3, tw_buf_view(&p->outcome));
}

static void decisions_text(const struct demo_report *r, struct tw_buf *out)
{
    int n = 0;
    tw_buf_text(
        out,
        "\nSome decisions, as an officer reads them (+ speaks for control, - against, = what would have made "
        "it green)\n");
    for (int i = 0; i < DEMO_PICKS; i++) {
        if (r->pick[i] == NULL) continue;
        tw_buf_printf(out, "\n%d. ", ++n);
        decision_text(r->pick[i], out);
    }
}

void demo_report_text(const struct demo_report *r, struct tw_buf *out)
{
    data_text(r, out);
    yields_text(r, out);
    channels_text(r, out);
    decisions_text(r, out);
    if (r->dir != NULL)
        tw_buf_printf(out, "\nAll files, the model and its card (model/card.md) lie in %s.\n", r->dir);
    else
        tw_buf_text(
            out,
            "\nAll of it is made up and gone again; --keep DIR keeps the files, the model and its card.\n");
}

/* --- as JSON --- */

static void count(struct tw_json *j, const char *key, uint64_t n)
{
    tw_json_key(j, key);
    tw_json_u64(j, n);
}

static void yields_json(const struct demo_report *r, struct tw_json *j)
{
    tw_json_key(j, "yields");
    tw_json_begin_array(j);
    for (int w = 0; w < TW_PLAY_WAYS; w++) {
        const struct tw_play_yield *y = &r->played.of[w];
        const double n = (double)y->inspected;
        const struct tw_interval ci =
            n > 0 ? tw_wilson((double)y->found, n) : (struct tw_interval){(double)NAN, (double)NAN};
        tw_json_begin_object(j);
        tw_json_key(j, "name");
        tw_json_text(j, tw_play_way_name((enum tw_play_way)w));
        count(j, "inspections", y->inspected);
        count(j, "found", y->found);
        tw_json_key(j, "per_inspection");
        tw_json_fixed(j, n > 0 ? (double)y->found / n : (double)NAN, 6);
        tw_json_key(j, "ci");
        tw_json_begin_array(j);
        tw_json_fixed(j, ci.lo, 6);
        tw_json_fixed(j, ci.hi, 6);
        tw_json_end_array(j);
        tw_json_key(j, "duty_per_inspection_minor");
        tw_json_fixed(j, n > 0 ? y->recovered_minor / n : (double)NAN, 0);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void channels_json(const uint64_t channel[TW_CHANNEL_N], struct tw_json *j)
{
    tw_json_begin_object(j);
    for (int c = 0; c < TW_CHANNEL_N; c++) count(j, tw_channel_name((enum tw_channel)c), channel[c]);
    tw_json_end_object(j);
}

static void weeks_json(const struct demo_report *r, struct tw_json *j)
{
    tw_json_key(j, "weeks");
    tw_json_begin_array(j);
    for (size_t k = 0; k < r->played.weeks; k++) {
        TW_SCOPED_BUF day = {0};
        tw_buf_day(&day, r->played.week[k].from);
        tw_json_begin_object(j);
        tw_json_key(j, "from");
        tw_json_str(j, tw_buf_view(&day));
        tw_json_key(j, "channels");
        channels_json(r->played.week[k].channel, j);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void leads_json(const struct demo_report *r, struct tw_json *j)
{
    tw_json_key(j, "by_first_reason");
    tw_json_begin_array(j);
    for (int f = 0; f < TW_FAMILY_N; f++) {
        if (r->lead[f].inspected == 0) continue;
        tw_json_begin_object(j);
        tw_json_key(j, "family");
        tw_json_text(j, tw_family_row((enum tw_family)f)->name);
        count(j, "inspections", r->lead[f].inspected);
        count(j, "found", r->lead[f].found);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void decisions_json(const struct demo_report *r, struct tw_json *j)
{
    tw_json_key(j, "decisions");
    tw_json_begin_array(j);
    for (int i = 0; i < DEMO_PICKS; i++) {
        if (r->pick[i] == NULL) continue;
        tw_json_begin_object(j);
        tw_json_key(j, "shown_as");
        tw_json_text(j, pick_words[i]);
        tw_json_key(j, "decision");
        tw_json_raw(j, tw_buf_view(&r->pick[i]->json));
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

void demo_report_json(const struct demo_report *r, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "seed");
    tw_json_u64(&j, r->seed);
    count(&j, "declarations", r->played.declarations);
    count(&j, "items", r->played.items);
    yields_json(r, &j);
    tw_json_key(&j, "channels");
    channels_json(r->played.channel, &j);
    weeks_json(r, &j);
    leads_json(r, &j);
    tw_json_key(&j, "currency");
    tw_json_text(&j, r->currency);
    tw_json_key(&j, "declarations_per_cpu_second");
    tw_json_fixed(&j, demo_rate(r), 0);
    decisions_json(r, &j);
    tw_json_key(&j, "words");
    tw_json_begin_array(&j);
    tw_json_text(&j, demo_differ);
    tw_json_end_array(&j);
    tw_json_key(&j, "card");
    tw_json_raw(&j, r->card);
    tw_json_key(&j, "directory");
    if (r->dir == NULL)
        tw_json_null(&j);
    else
        tw_json_text(&j, r->dir);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}
