/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up country lives for a year; a model learns from what its inspections found; the next month comes in
 * declaration by declaration. */
#include "cli/demo_priv.h"
#include "cli/progress.h"
#include "cli/table_priv.h"
#include "engine/train.h"
#include "store/file.h"

enum { MAP_ARENA_MAX = 1 << 20, THREADS = 1 };

struct demo {
    struct tw_cli *cli;
    struct tw_fault *fault;
    struct demo_country country;
    struct tw_arena *arena;
    struct tw_map map;
    struct tw_input_options input;
    struct tw_progress progress;
    struct tw_trained *trained;
    struct tw_name_fold *fold;
    struct tw_watchlist *list;
    struct tw_criteria *criteria;
    struct demo_picks picks;
    struct demo_report report;
    struct tw_file_out *html; /* NULL = no page is wanted */
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
    const struct tw_decision *k = &one->decision;
    if (outcome->inspected && k->reasons.n > 0 && !k->reasons.at[0].against) {
        struct demo_lead *lead = &d->report.lead[k->reasons.at[0].family];
        lead->inspected++;
        lead->found += outcome->found;
    }
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

/* Criteria, published, and the list that one of them asks. */
static tw_err prepare_criteria(struct demo *d)
{
    TW_TRY(tw_name_fold_new(&d->fold, d->fault));
    TW_TRY(tw_watchlist_new(tw_watchlist_builtin(TW_STR("addresses")), NULL, d->fold, &d->list, d->fault));
    TW_TRY(tw_watchlist_ready(d->list, d->fault));
    const struct tw_watchlists lists = {&d->list, 1};
    d->cli->file = d->country.dir;
    TW_TRY(demo_criteria(&d->country, &lists, &d->criteria, d->fault));
    d->cli->file = NULL;
    const struct tw_str author = tw_criteria_author(d->criteria),
                        reviewer = tw_criteria_reviewer(d->criteria);
    tw_cli_note(d->cli, "  criteria published: signed by %.*s, reviewed by %.*s", TW_STR_ARG(author),
                TW_STR_ARG(reviewer));
    return TW_OK;
}

static tw_err meet(struct demo *d)
{
    TW_TRY(prepare_criteria(d));
    const struct tw_train_options same = tw_train_options_default();
    const struct tw_play_options o = {.input = d->input,
                                      .declarations = d->country.path[DEMO_MONTH],
                                      .findings = d->country.path[DEMO_MONTH_FINDINGS],
                                      .truth = d->country.path[DEMO_MONTH_TRUTH],
                                      .model = d->country.model,
                                      .criteria = d->criteria,
                                      .channels = same.channels,
                                      .duty_mix = same.duty_mix,
                                      .seed = (uint64_t)tw_cli_whole(d->cli, "seed"),
                                      .to = d,
                                      .decided = on_decided};
    tw_progress_begin(&d->progress, d->cli, "declarations");
    const tw_err err = tw_play(&o, &d->report.played, d->fault);
    tw_progress_end(&d->progress);
    return err;
}

static tw_err run(struct demo *d)
{
    const char *keep = tw_cli_value(d->cli, "keep");
    TW_TRY(demo_place(keep, &d->country, d->fault));
    TW_TRY(tw_cli_page_open(d->cli, &d->html, d->fault)); /* it may be to lie there */
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

/* What was kept on the way, in one place. */
static void report(struct demo *d)
{
    struct demo_report *r = &d->report;
    const struct tw_card *card = tw_trained_card(d->trained);
    const struct tw_card_data *data = &card->in->data;
    r->seed = (uint64_t)tw_cli_whole(d->cli, "seed");
    r->currency = d->country.currency;
    r->dir = d->country.temporary ? NULL : d->country.dir;
    r->year.declarations = data->declarations;
    r->year.first_day = data->first_day;
    r->year.last_day = data->last_day;
    r->year.inspected = card->in->learned->sample->n;
    r->year.found = card->in->learned->sample->n_found;
    demo_chosen(&d->picks, r->pick);
    r->card = tw_trained_bytes(d->trained).card_json;
    r->card.n -= r->card.n > 0; /* its line end */
}

static tw_err tell(struct demo *d)
{
    TW_SCOPED_BUF out = {0}, page = {0};
    report(d);
    if (d->cli->json)
        demo_report_json(&d->report, &out);
    else
        demo_report_text(&d->report, &out);
    TW_TRY(tw_cli_write(&out, d->fault));
    if (d->html != NULL) demo_page(&d->report, &page);
    return tw_cli_page_write(d->cli, d->html, &page, d->fault);
}

tw_err cmd_demo(struct tw_cli *cli, struct tw_fault *fault)
{
    struct demo d = {.cli = cli, .fault = fault};
    tw_err err = run(&d);
    if (err == TW_OK) err = tell(&d);
    tw_file_out_free(d.html);
    demo_remove(&d.country);
    demo_picks_free(&d.picks);
    tw_trained_free(d.trained);
    tw_criteria_free(d.criteria);
    tw_watchlist_free(d.list);
    tw_name_fold_free(d.fold);
    tw_arena_free(d.arena);
    return err;
}
