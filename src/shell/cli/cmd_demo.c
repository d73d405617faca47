/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up country lives for a year; a model learns from what its inspections found; the next month comes in
 * declaration by declaration. */
#include <math.h>
#include <stdio.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/demo_priv.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "engine/train.h"
#include "stat/metric.h"

enum { MAP_ARENA_MAX = 1 << 20, THREADS = 1 };

static const char *const pick_words[DEMO_PICKS] = {"found, by score", "found, by score, for another reason",
                                                   "by score, and nothing was found", "by chance",
                                                   "documents asked for"};

static const char DIFFER[] = "These select differently, so the rows are yields and no contest on the same "
                             "goods: score takes what looks worst, "
                             "the incumbent what its five criteria name, chance anything. Inspections miss "
                             "12 to 20 % of what there is, as the "
                             "world states. `tidewaiter evaluate` ranks the same declarations by each.";

struct demo {
    struct tw_cli *cli;
    struct tw_fault *fault;
    struct demo_country country;
    struct tw_arena *arena;
    struct tw_map map;
    struct tw_input_options input;
    struct tw_progress progress;
    struct tw_trained *trained;
    struct demo_picks picks;
    struct tw_play_report played;
};

/* --- a year, a model, a month --- */

static void on_progress(void *to, const struct tw_input_progress *p)
{
    struct demo *d = to;
    tw_progress_at(&d->progress, p->bytes, p->total, p->declarations);
}

static void on_step(void *to, const char *words)
{
    struct demo *d = to;
    tw_progress_end(&d->progress);
    tw_cli_note(d->cli, "  %s", words);
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         const struct tw_play_outcome *outcome)
{
    struct demo *d = to;
    return demo_pick(&d->picks, a, one, outcome);
}

static tw_err prepare(struct demo *d)
{
    struct tw_str yaml;
    if (tw_arena_new(MAP_ARENA_MAX, &d->arena) != TW_OK) return tw_fail(d->fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_map_builtin(TW_STR("canonical"), &yaml, d->fault));
    TW_TRY(tw_map_parse(yaml, d->arena, &d->map, d->fault));
    d->input = (struct tw_input_options){.map = &d->map,
                                         .currency = d->country.currency,
                                         .rates = d->country.path[DEMO_RATES],
                                         .tariff = d->country.path[DEMO_TARIFF],
                                         .stop = tw_cli_stop(),
                                         .to = d,
                                         .progress = on_progress,
                                         .file = &d->cli->file};
    return TW_OK;
}

static tw_err learn(struct demo *d)
{
    struct tw_train_options o = tw_train_options_default();
    o.input = d->input;
    o.declarations = d->country.path[DEMO_YEAR];
    o.findings = d->country.path[DEMO_YEAR_FINDINGS];
    o.limits.de_minimis = d->country.de_minimis;
    o.seed = (uint64_t)tw_cli_whole(d->cli, "seed");
    o.threads = THREADS;
    o.to = d;
    o.step = on_step;
    tw_progress_begin(&d->progress, d->cli, "declarations");
    const tw_err err = tw_train(&o, &d->trained, d->fault);
    tw_progress_end(&d->progress);
    TW_TRY(err);
    const struct tw_model_dir_bytes bytes = tw_trained_bytes(d->trained);
    d->cli->file = d->country.model;
    return tw_model_dir_write(d->country.model, &bytes, d->fault);
}

static tw_err meet(struct demo *d)
{
    const struct tw_train_options same = tw_train_options_default();
    const struct tw_play_options o = {.input = d->input,
                                      .declarations = d->country.path[DEMO_MONTH],
                                      .findings = d->country.path[DEMO_MONTH_FINDINGS],
                                      .truth = d->country.path[DEMO_MONTH_TRUTH],
                                      .model = d->country.model,
                                      .channels = same.channels,
                                      .duty_mix = same.duty_mix,
                                      .seed = (uint64_t)tw_cli_whole(d->cli, "seed"),
                                      .to = d,
                                      .decided = on_decided};
    tw_progress_begin(&d->progress, d->cli, "declarations");
    const tw_err err = tw_play(&o, &d->played, d->fault);
    tw_progress_end(&d->progress);
    return err;
}

static tw_err run(struct demo *d)
{
    const char *keep = tw_cli_value(d->cli, "keep");
    TW_TRY(demo_place(keep, &d->country, d->fault));
    d->country.declarations = tw_cli_whole(d->cli, "declarations");
    tw_cli_note(d->cli, "1 of 3  a year and a month in the life of harbor, a made-up country");
    d->cli->file = d->country.dir;
    TW_TRY(demo_write(d->cli, &d->country, (uint64_t)tw_cli_whole(d->cli, "seed"), d->fault));
    d->cli->file = NULL;
    TW_TRY(prepare(d));
    tw_cli_note(d->cli, "2 of 3  a model of the year");
    TW_TRY(learn(d));
    tw_cli_note(d->cli, "3 of 3  the month comes in, declaration by declaration");
    TW_TRY(meet(d));
    d->cli->file = NULL;
    return TW_OK;
}

/* --- in words --- */

static void days(struct tw_buf *b, int32_t from, int32_t to)
{
    tw_buf_day(b, from);
    tw_buf_text(b, " to ");
    tw_buf_day(b, to);
}

static void data_text(const struct demo *d, struct tw_buf *b)
{
    const struct tw_card *card = tw_trained_card(d->trained);
    const struct tw_card_data *data = &card->in->data;
    tw_buf_text(b, "A year to learn from: ");
    tw_buf_grouped(b, (double)data->declarations, 0);
    tw_buf_text(b, " declarations, ");
    days(b, data->first_day, data->last_day);
    tw_buf_text(b, "; ");
    tw_buf_grouped(b, (double)card->in->learned->sample->n, 0);
    tw_buf_text(b, " items inspected, ");
    tw_buf_grouped(b, (double)card->in->learned->sample->n_found, 0);
    tw_buf_text(b, " findings.\nA month to meet:      ");
    tw_buf_grouped(b, (double)d->played.declarations, 0);
    tw_buf_text(b, " declarations, ");
    days(b, d->played.first_day, d->played.last_day);
    tw_buf_text(b, ".\n\n");
}

/* Appends blanks until the line that begins at `from` has `width` columns, at least one. */
static void column(struct tw_buf *b, size_t from, size_t width)
{
    do tw_buf_char(b, ' ');
    while (!b->failed && b->n - from < width);
}

static void yield_text(const struct demo *d, enum tw_play_way w, struct tw_buf *b)
{
    const struct tw_play_yield *y = &d->played.of[w];
    const size_t from = b->n;
    tw_buf_printf(b, "  %s", tw_play_way_words(w));
    column(b, from, 26);
    tw_buf_grouped(b, (double)y->inspected, 0);
    column(b, from, 40);
    tw_buf_grouped(b, (double)y->found, 0);
    column(b, from, 48);
    if (y->inspected > 0) {
        const struct tw_interval ci = tw_wilson((double)y->found, (double)y->inspected);
        tw_buf_fixed(b, 100.0 * (double)y->found / (double)y->inspected, 1);
        tw_buf_text(b, " % (");
        tw_buf_fixed(b, 100 * ci.lo, 1);
        tw_buf_text(b, " to ");
        tw_buf_fixed(b, 100 * ci.hi, 1);
        tw_buf_char(b, ')');
        column(b, from, 74);
        tw_buf_grouped(b, y->recovered_minor / 100 / (double)y->inspected, 0);
        tw_buf_printf(b, " %s", d->country.currency);
    }
    tw_buf_char(b, '\n');
}

static void yields_text(const struct demo *d, struct tw_buf *b)
{
    tw_buf_text(
        b, "Found per inspection      inspections   found   per inspection (95 %)     duty back, each\n");
    for (int w = 0; w < TW_PLAY_WAYS; w++) yield_text(d, (enum tw_play_way)w, b);
    demo_wrap(b, "  ", 2, tw_str_from(DIFFER));
}

static double rate(const struct demo *d)
{
    return d->played.cpu_s > 0 ? (double)d->played.declarations / d->played.cpu_s : (double)NAN;
}

static void channels_text(const struct demo *d, struct tw_buf *b)
{
    static const enum tw_channel order[] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE,
                                            TW_CHANNEL_GREEN};
    tw_buf_text(b, "\nChannels   ");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const double n = (double)d->played.declarations;
        tw_buf_printf(b, "%s%s ", i > 0 ? ", " : "", tw_channel_name(order[i]));
        tw_buf_fixed(b, n > 0 ? 100 * (double)d->played.channel[order[i]] / n : 0, 1);
        tw_buf_text(b, " %");
    }
    tw_buf_text(b, " of declarations\nSpeed      ");
    if (isfinite(rate(d)))
        tw_buf_grouped(b, rate(d), 0);
    else
        tw_buf_char(b, '-');
    tw_buf_text(
        b, " declarations per second of one processor: read, measured, scored, given a channel, and the\n"
           "           controlled ones explained\n");
}

static void decisions_text(const struct demo *d, struct tw_buf *b)
{
    const struct demo_picked *pick[DEMO_PICKS];
    int n = 0;
    demo_chosen(&d->picks, pick);
    tw_buf_text(
        b,
        "\nSome decisions, as an officer reads them (+ speaks for control, - against, = what would have made "
        "it green)\n");
    for (int i = 0; i < DEMO_PICKS; i++) {
        if (pick[i] == NULL) continue;
        tw_buf_printf(b, "\n%d. ", ++n);
        tw_buf_str(b, tw_buf_view(&pick[i]->text));
    }
}

static void report_text(const struct demo *d, struct tw_buf *b)
{
    data_text(d, b);
    yields_text(d, b);
    channels_text(d, b);
    decisions_text(d, b);
    if (!d->country.temporary)
        tw_buf_printf(b, "\nAll files, the model and its card (model/card.md) lie in %s.\n", d->country.dir);
    else
        tw_buf_text(
            b,
            "\nAll of it is made up and gone again; --keep DIR keeps the files, the model and its card.\n");
}

/* --- as JSON --- */

static void count(struct tw_json *j, const char *key, uint64_t n)
{
    tw_json_key(j, key);
    tw_json_u64(j, n);
}

static void yields_json(const struct demo *d, struct tw_json *j)
{
    tw_json_key(j, "yields");
    tw_json_begin_array(j);
    for (int w = 0; w < TW_PLAY_WAYS; w++) {
        const struct tw_play_yield *y = &d->played.of[w];
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

static void channels_json(const struct demo *d, struct tw_json *j)
{
    tw_json_key(j, "channels");
    tw_json_begin_object(j);
    for (int c = 0; c < TW_CHANNEL_N; c++)
        count(j, tw_channel_name((enum tw_channel)c), d->played.channel[c]);
    tw_json_end_object(j);
}

static void decisions_json(const struct demo *d, struct tw_json *j)
{
    const struct demo_picked *pick[DEMO_PICKS];
    demo_chosen(&d->picks, pick);
    tw_json_key(j, "decisions");
    tw_json_begin_array(j);
    for (int i = 0; i < DEMO_PICKS; i++) {
        if (pick[i] == NULL) continue;
        tw_json_begin_object(j);
        tw_json_key(j, "shown_as");
        tw_json_text(j, pick_words[i]);
        tw_json_key(j, "decision");
        tw_json_raw(j, tw_buf_view(&pick[i]->json));
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void report_json(const struct demo *d, struct tw_buf *b)
{
    struct tw_json j = {.out = b};
    struct tw_str card = tw_trained_bytes(d->trained).card_json;
    card.n -= card.n > 0; /* its line end */
    tw_json_begin_object(&j);
    tw_json_key(&j, "seed");
    tw_json_i64(&j, tw_cli_whole(d->cli, "seed"));
    count(&j, "declarations", d->played.declarations);
    count(&j, "items", d->played.items);
    yields_json(d, &j);
    channels_json(d, &j);
    tw_json_key(&j, "currency");
    tw_json_text(&j, d->country.currency);
    tw_json_key(&j, "declarations_per_cpu_second");
    tw_json_fixed(&j, rate(d), 0);
    decisions_json(d, &j);
    tw_json_key(&j, "words");
    tw_json_begin_array(&j);
    tw_json_text(&j, DIFFER);
    tw_json_end_array(&j);
    tw_json_key(&j, "card");
    tw_json_raw(&j, card);
    tw_json_key(&j, "directory");
    if (d->country.temporary)
        tw_json_null(&j);
    else
        tw_json_text(&j, d->country.dir);
    tw_json_end_object(&j);
    tw_buf_char(b, '\n');
}

tw_err cmd_demo(struct tw_cli *cli, struct tw_fault *fault)
{
    struct demo d = {.cli = cli, .fault = fault};
    TW_SCOPED_BUF out = {0};
    tw_err err = run(&d);
    if (err == TW_OK && cli->json)
        report_json(&d, &out);
    else if (err == TW_OK)
        report_text(&d, &out);
    if (err == TW_OK) err = tw_cli_write(&out, fault);
    demo_remove(&d.country);
    demo_picks_free(&d.picks);
    tw_trained_free(d.trained);
    tw_arena_free(d.arena);
    return err;
}
