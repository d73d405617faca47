/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/train.h"
#include "learn/card_page.h"
#include "store/file.h"

static void on_step(void *to, const char *words)
{
    const struct tw_cli *cli = to;
    if (tw_cli_lively(cli)) tw_cli_note(cli, "  %s", words);
}

static void counted(struct tw_buf *b, uint64_t n, const char *one, const char *many)
{
    tw_buf_grouped(b, (double)n, 0);
    tw_buf_printf(b, " %s", n == 1 ? one : many);
}

/* A share with its interval: 0.812 (0.790 to 0.834). */
static void share(struct tw_buf *b, double v, struct tw_interval ci)
{
    if (!isfinite(v)) {
        tw_buf_text(b, "not known");
        return;
    }
    tw_buf_fixed(b, v, 3);
    if (!isfinite(ci.lo) || !isfinite(ci.hi)) return;
    tw_buf_text(b, " (");
    tw_buf_fixed(b, ci.lo, 3);
    tw_buf_text(b, " to ");
    tw_buf_fixed(b, ci.hi, 3);
    tw_buf_char(b, ')');
}

static void data_text(const struct tw_card *c, struct tw_buf *b)
{
    const struct tw_card_data *d = &c->in->data;
    const struct tw_sample *s = c->in->learned->sample;
    tw_buf_text(b, "read       ");
    counted(b, d->declarations, "declaration", "declarations");
    tw_buf_text(b, " with ");
    counted(b, d->items, "item", "items");
    tw_buf_text(b, ", lodged from ");
    tw_buf_day(b, d->first_day);
    tw_buf_text(b, " to ");
    tw_buf_day(b, d->last_day);
    if (d->refused > 0) {
        tw_buf_text(b, "; ");
        counted(b, d->refused, "declaration refused", "declarations refused");
    }
    tw_buf_text(b, "\nresults    ");
    counted(b, s->n, "item inspected", "items inspected");
    tw_buf_text(b, ", ");
    counted(b, s->n_found, "finding", "findings");
    if (d->unmatched > 0) {
        tw_buf_text(b, "; ");
        counted(b, d->unmatched, "result is", "results are");
        tw_buf_text(b, " about nothing in the file");
    }
    tw_buf_char(b, '\n');
}

static void figures_text(const struct tw_card *c, struct tw_buf *b)
{
    const struct tw_card_figures *f = &c->all;
    tw_buf_text(b, "held back  ");
    counted(b, f->rows, "item", "items");
    tw_buf_text(b, " with ");
    counted(b, f->found, "finding", "findings");
    if (f->rows > 0) {
        tw_buf_text(b, ", lodged since ");
        tw_buf_day(b, c->in->learned->sample->cut_day);
        tw_buf_text(b, "; how a model that had not seen them did, with 95 % intervals:");
    }
    tw_buf_text(b, "\n  area under the curve        ");
    share(b, f->auc, f->auc_ci);
    for (int p = 0; p < TW_CARD_PARTS; p++) {
        tw_buf_printf(b, "\n  findings per item, top %2.0f %%  ", tw_card_percent[p]);
        share(b, f->at[p].precision, f->at[p].precision_ci);
    }
    tw_buf_text(b, "\n  findings per item, at random ");
    share(b, f->base_rate, f->base_rate_ci);
    tw_buf_text(b, "\n  calibration error           ");
    share(b, f->ece, f->ece_ci);
    tw_buf_char(b, '\n');
}

static void summary_text(const struct tw_card *c, const char *dir, struct tw_buf *b)
{
    data_text(c, b);
    figures_text(c, b);
    for (size_t i = 0; i < c->in->learned->n_notes; i++)
        tw_buf_printf(b, "note       %s\n", c->in->learned->note[i]);
    tw_buf_printf(b, "model      %s/model.json; what to know before trusting it: %s/card.md\n", dir, dir);
}

static void summary_json(const struct tw_trained *t, const char *dir, struct tw_buf *b)
{
    struct tw_json j = {.out = b};
    struct tw_str card = tw_trained_bytes(t).card_json;
    card.n -= card.n > 0; /* its line end */
    tw_json_begin_object(&j);
    tw_json_key(&j, "directory");
    tw_json_text(&j, dir);
    tw_json_key(&j, "card");
    tw_json_raw(&j, card);
    tw_json_end_object(&j);
    tw_buf_char(b, '\n');
}

/* Is the page to lie in the model's directory itself? */
static bool lies_in(const char *page, const char *dir)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') n--;
    return strncmp(page, dir, n) == 0 && page[n] == '/' && strchr(page + n + 1, '/') == NULL;
}

/* A page beside a model whose directory is yet to be made waits for it: *ret is NULL then. */
static tw_err page_open(struct tw_cli *cli, const char *dir, struct tw_file_out **ret, struct tw_fault *fault)
{
    if (dir == NULL)
        return tw_fail(fault, TW_ARG, "--out DIR is missing: the directory the model is written to");
    const tw_err err = tw_cli_page_open(cli, ret, fault);
    if (err != TW_NOTFOUND || !lies_in(tw_cli_value(cli, "html"), dir)) return err;
    cli->file = NULL;
    return TW_OK;
}

/* The model, and then the page that waited for it. */
static tw_err write_model(struct tw_cli *cli, const char *dir, const struct tw_model_dir_bytes *bytes,
                          struct tw_file_out **html, struct tw_fault *fault)
{
    cli->file = dir;
    TW_TRY(tw_model_dir_write(dir, bytes, fault));
    cli->file = NULL;
    return *html == NULL ? tw_cli_page_open(cli, html, fault) : TW_OK;
}

tw_err cmd_train(struct tw_cli *cli, struct tw_fault *fault)
{
    const char *dir = tw_cli_value(cli, "out");
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED(tw_trained) *t = NULL;
    TW_SCOPED(tw_file_out) *html = NULL;
    TW_SCOPED_BUF out = {0}, page = {0};
    struct tw_train_options o = tw_train_options_default();
    TW_TRY(page_open(cli, dir, &html, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    cli->file = dir;
    TW_TRY(tw_model_dir_try(dir, fault));
    cli->file = NULL;
    o.input = *tw_cli_reading_options(reading);
    o.declarations = cli->arg[0];
    o.findings = cli->args > 1 ? cli->arg[1] : NULL;
    o.limits.de_minimis = tw_cli_real(cli, "de_minimis");
    tw_profile_fit(&o.limits, (uint32_t)tw_cli_whole(cli, "memory"));
    o.duty_mix = tw_cli_real(cli, "duty_mix");
    o.seed = (uint64_t)tw_cli_whole(cli, "seed");
    o.threads = (uint32_t)tw_cli_whole(cli, "threads");
    o.to = cli;
    o.step = on_step;
    TW_TRY(tw_train(&o, &t, fault));
    const struct tw_card *card = tw_trained_card(t);
    tw_cli_reading_summary(reading, card->in->data.refused);
    const struct tw_model_dir_bytes bytes = tw_trained_bytes(t);
    TW_TRY(write_model(cli, dir, &bytes, &html, fault));
    if (cli->json)
        summary_json(t, dir, &out);
    else
        summary_text(card, dir, &out);
    TW_TRY(tw_cli_write(&out, fault));
    if (html != NULL) tw_card_page(card, &page);
    TW_TRY(tw_cli_page_write(cli, html, &page, fault));
    return tw_cli_reading_manifests(reading, fault);
}
