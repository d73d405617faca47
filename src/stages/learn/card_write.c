/* SPDX-License-Identifier: Apache-2.0 */
/* A card as JSON and as text: docs/formats/card.md. */
#include <math.h>

#include "base/date.h"
#include "base/json.h"
#include "learn/card.h"

enum { FIGURE_DIGITS = 6 };

static const char PURPOSE[] = "Says of each item of an import declaration how likely a control is to end "
                              "with a finding, and what duty it would "
                              "bring in, so that declarations can be put in an order. Officers decide; a "
                              "random share is controlled whatever it "
                              "says.";

/* --- JSON --- */

static void number(struct tw_json *j, const char *key, double v)
{
    tw_json_key(j, key);
    tw_json_fixed(j, v, FIGURE_DIGITS);
}

static void count(struct tw_json *j, const char *key, uint64_t v)
{
    tw_json_key(j, key);
    tw_json_u64(j, v);
}

static void interval(struct tw_json *j, const char *key, struct tw_interval ci)
{
    tw_json_key(j, key);
    tw_json_begin_array(j);
    tw_json_fixed(j, ci.lo, FIGURE_DIGITS);
    tw_json_fixed(j, ci.hi, FIGURE_DIGITS);
    tw_json_end_array(j);
}

static void day(struct tw_json *j, const char *key, int32_t d)
{
    TW_SCOPED_BUF text = {0};
    tw_json_key(j, key);
    if (d == TW_NO_DAY) {
        tw_json_null(j);
        return;
    }
    tw_buf_day(&text, d);
    j->out->failed |= text.failed;
    tw_json_str(j, tw_buf_view(&text));
}

static void hash(struct tw_json *j, const char *sha256)
{
    tw_json_key(j, "sha256");
    if (*sha256 != 0)
        tw_json_text(j, sha256);
    else
        tw_json_null(j);
}

/* The members of a figures object, into one that is open. */
static void figures(struct tw_json *j, const struct tw_card_figures *f)
{
    count(j, "rows", f->rows);
    count(j, "findings", f->found);
    number(j, "rows_worth", f->rows_worth);
    number(j, "base_rate", f->base_rate);
    interval(j, "base_rate_ci", f->base_rate_ci);
    number(j, "said", f->said);
    number(j, "auc", f->auc);
    interval(j, "auc_ci", f->auc_ci);
    number(j, "ap", f->ap);
    interval(j, "ap_ci", f->ap_ci);
    number(j, "ece", f->ece);
    interval(j, "ece_ci", f->ece_ci);
    tw_json_key(j, "at");
    tw_json_begin_array(j);
    for (int p = 0; p < TW_CARD_PARTS; p++) {
        tw_json_begin_object(j);
        tw_json_key(j, "percent");
        tw_json_f64(j, tw_card_percent[p]);
        number(j, "precision", f->at[p].precision);
        interval(j, "ci", f->at[p].precision_ci);
        number(j, "recall", f->at[p].recall);
        number(j, "duty_share", f->at[p].duty_share);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void data_json(struct tw_json *j, const struct tw_card_data *d, const struct tw_sample *s)
{
    tw_json_key(j, "data");
    tw_json_begin_object(j);
    day(j, "from", d->first_day);
    day(j, "to", d->last_day);
    count(j, "declarations", d->declarations);
    count(j, "manifests", d->manifests);
    count(j, "refused_declarations", d->refused);
    count(j, "items", d->items);
    count(j, "unordered_declarations", d->unordered);
    count(j, "results", d->findings);
    count(j, "refused_results", d->refused_findings);
    count(j, "unmatched_results", d->unmatched);
    count(j, "superseded_results", d->superseded);
    count(j, "labelled_items", s->n);
    count(j, "findings", s->n_found);
    count(j, "without_propensity", s->n_unrecorded);
    number(j, "base_rate", s->base_rate);
    count(j, "forgotten_keys", d->forgotten);
    tw_json_end_object(j);
}

static void held_json(struct tw_json *j, const struct tw_card *c)
{
    const struct tw_sample *s = c->in->learned->sample;
    tw_json_key(j, "held_back");
    tw_json_begin_object(j);
    day(j, "since", s->n_held > 0 ? s->cut_day : TW_NO_DAY);
    figures(j, &c->all);
    tw_json_key(j, "duty");
    tw_json_begin_object(j);
    number(j, "expected_minor", floor(c->duty_said + 0.5));
    number(j, "recovered_minor", floor(c->duty_found + 0.5));
    tw_json_key(j, "currency");
    tw_json_str(j, c->in->currency);
    tw_json_end_object(j);
    tw_json_end_object(j);
}

static void groups_json(struct tw_json *j, const struct tw_card *c)
{
    tw_json_key(j, "groups");
    tw_json_begin_object(j);
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) {
        tw_json_key(j, tw_card_division_name((enum tw_card_division)d));
        tw_json_begin_array(j);
        for (size_t i = 0; i < c->by[d].n; i++) {
            const struct tw_card_group *g = &c->by[d].group[i];
            tw_json_begin_object(j);
            tw_json_key(j, "code");
            tw_json_str(j, g->code);
            tw_json_key(j, "words");
            tw_json_text(j, g->words);
            count(j, "merged", g->merged);
            figures(j, &g->is);
            tw_json_end_object(j);
        }
        tw_json_end_array(j);
    }
    tw_json_end_object(j);
}

static void training_json(struct tw_json *j, const struct tw_card_input *in)
{
    tw_json_key(j, "settings");
    tw_json_begin_object(j);
    for (size_t i = 0; i < in->n_settings; i++) {
        TW_SCOPED_BUF name = {0};
        tw_buf_str(&name, in->setting[i].name);
        tw_buf_char(&name, 0);
        if (name.failed)
            j->out->failed = true;
        else
            tw_json_key(j, name.p);
        tw_json_str(j, in->setting[i].value);
    }
    tw_json_end_object(j);
}

static void files_json(struct tw_json *j, const struct tw_card_input *in)
{
    tw_json_key(j, "files");
    tw_json_begin_array(j);
    for (size_t i = 0; i < in->n_files; i++) {
        tw_json_begin_object(j);
        tw_json_key(j, "role");
        tw_json_text(j, in->file[i].role);
        tw_json_key(j, "name");
        tw_json_str(j, in->file[i].name);
        hash(j, in->file[i].sha256);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

void tw_card_json(const struct tw_card *c, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    const struct tw_learned *l = c->in->learned;
    tw_json_begin_object(&j);
    tw_json_key(&j, "format");
    tw_json_text(&j, "tidewaiter-card");
    count(&j, "version", 1);
    tw_json_key(&j, "purpose");
    tw_json_text(&j, PURPOSE);
    data_json(&j, &c->in->data, l->sample);
    held_json(&j, c);
    groups_json(&j, c);
    tw_json_key(&j, "notes");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < l->n_notes; i++) tw_json_text(&j, l->note[i]);
    tw_json_end_array(&j);
    tw_json_key(&j, "limits");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < c->n_limits; i++) tw_json_text(&j, c->limit[i]);
    tw_json_end_array(&j);
    training_json(&j, c->in);
    files_json(&j, c->in);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

/* --- text --- */

/* A share with three digits; what cannot be said is a dash. */
static void share(struct tw_buf *b, double v)
{
    if (isfinite(v))
        tw_buf_fixed(b, v, 3);
    else
        tw_buf_text(b, "-");
}

static void share_ci(struct tw_buf *b, double v, struct tw_interval ci)
{
    share(b, v);
    if (!isfinite(v) || !isfinite(ci.lo) || !isfinite(ci.hi)) return;
    tw_buf_text(b, " (");
    share(b, ci.lo);
    tw_buf_text(b, " to ");
    share(b, ci.hi);
    tw_buf_char(b, ')');
}

/* A code from a file must not break the table. */
static void cell(struct tw_buf *b, struct tw_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '|' || s.s[i] == '`' || s.s[i] == '\\' || s.s[i] == '*' || s.s[i] == '_' ||
            s.s[i] == '<')
            tw_buf_char(b, '\\');
        const char blank = ' ';
        tw_buf_put(b, (unsigned char)s.s[i] < ' ' ? &blank : s.s + i, 1);
    }
}

static void data_text(const struct tw_card *c, struct tw_buf *b)
{
    const struct tw_card_data *d = &c->in->data;
    const struct tw_sample *s = c->in->learned->sample;
    tw_buf_text(b, "\n## What it learned from\n\n");
    tw_buf_grouped(b, (double)d->declarations, 0);
    tw_buf_text(b, " declarations with ");
    tw_buf_grouped(b, (double)d->items, 0);
    tw_buf_text(b, " items");
    if (d->first_day != TW_NO_DAY) {
        tw_buf_text(b, ", lodged from ");
        tw_buf_day(b, d->first_day);
        tw_buf_text(b, " to ");
        tw_buf_day(b, d->last_day);
    }
    tw_buf_text(b, ". The results of inspections on ");
    tw_buf_grouped(b, (double)s->n, 0);
    tw_buf_text(b, " items are known; ");
    tw_buf_grouped(b, (double)s->n_found, 0);
    tw_buf_text(b, " are findings. By the probabilities of these inspections, a share of ");
    share(b, s->base_rate);
    tw_buf_text(b, " of all items would be.\n");
    if (d->refused > 0) {
        tw_buf_char(b, '\n');
        tw_buf_grouped(b, (double)d->refused, 0);
        tw_buf_text(b, " declarations could not be read and were left out.\n");
    }
}

static void held_text(const struct tw_card *c, struct tw_buf *b)
{
    const struct tw_card_figures *f = &c->all;
    tw_buf_text(b,
                "\n## How it did on what it had not seen\n\n| figure | value (95 % interval) |\n|---|---|\n| "
                "items held back | ");
    tw_buf_grouped(b, (double)f->rows, 0);
    tw_buf_text(b, " |\n| findings among them | ");
    tw_buf_grouped(b, (double)f->found, 0);
    tw_buf_text(b, " |\n| share of findings in the flow | ");
    share_ci(b, f->base_rate, f->base_rate_ci);
    tw_buf_text(b, " |\n| what the model said it would be | ");
    share(b, f->said);
    tw_buf_text(b, " |\n| area under the ROC curve | ");
    share_ci(b, f->auc, f->auc_ci);
    tw_buf_text(b, " |\n| average precision | ");
    share_ci(b, f->ap, f->ap_ci);
    for (int p = 0; p < TW_CARD_PARTS; p++) {
        tw_buf_printf(b, " |\n| findings per item in the riskiest %.0f %% | ", tw_card_percent[p]);
        share_ci(b, f->at[p].precision, f->at[p].precision_ci);
        tw_buf_printf(b, " |\n| share of all findings in them | ");
        share(b, f->at[p].recall);
        tw_buf_printf(b, " |\n| share of all recovered duty in them | ");
        share(b, f->at[p].duty_share);
    }
    tw_buf_text(b, " |\n| calibration error | ");
    share_ci(b, f->ece, f->ece_ci);
    tw_buf_text(b, " |\n");
}

static void group_row(const struct tw_card_group *g, struct tw_buf *b)
{
    const struct tw_card_figures *f = &g->is;
    tw_buf_text(b, "| ");
    cell(b, g->code);
    if (g->code.n > 0 && *g->words != 0) tw_buf_char(b, ' ');
    cell(b, tw_str_from(g->words));
    if (g->merged > 0) tw_buf_printf(b, " (%zu %s)", g->merged, g->merged == 1 ? "group" : "groups");
    tw_buf_text(b, " | ");
    tw_buf_grouped(b, (double)f->rows, 0);
    tw_buf_text(b, " | ");
    tw_buf_grouped(b, (double)f->found, 0);
    tw_buf_text(b, " | ");
    share_ci(b, f->base_rate, f->base_rate_ci);
    tw_buf_text(b, " | ");
    share(b, f->said);
    tw_buf_text(b, " | ");
    share_ci(b, f->auc, f->auc_ci);
    tw_buf_text(b, " | ");
    share_ci(b, f->at[1].precision, f->at[1].precision_ci);
    tw_buf_text(b, " | ");
    share_ci(b, f->ece, f->ece_ci);
    tw_buf_text(b, " |\n");
}

static void groups_text(const struct tw_card *c, struct tw_buf *b)
{
    for (int d = 0; d < TW_CARD_DIVISION_N; d++) {
        tw_buf_printf(
            b,
            "\n### By %s\n\n| %s | items | findings | share in the flow | said | area under the curve | "
            "findings per item in the riskiest 10 %% | calibration error "
            "|\n|---|--:|--:|---|---|---|---|---|\n",
            tw_card_division_words((enum tw_card_division)d),
            tw_card_division_words((enum tw_card_division)d));
        for (size_t i = 0; i < c->by[d].n; i++) group_row(&c->by[d].group[i], b);
    }
}

static void list_text(const char *title, const struct tw_card *c, bool limits, struct tw_buf *b)
{
    const size_t n = limits ? c->n_limits : c->in->learned->n_notes;
    if (n == 0) return;
    tw_buf_printf(b, "\n## %s\n\n", title);
    for (size_t i = 0; i < n; i++) tw_buf_printf(b, "- %s\n", limits ? c->limit[i] : c->in->learned->note[i]);
}

static void record_text(const struct tw_card_input *in, struct tw_buf *b)
{
    tw_buf_text(b, "\n## Settings\n\n| setting | value |\n|---|---|\n");
    for (size_t i = 0; i < in->n_settings; i++) {
        tw_buf_text(b, "| ");
        cell(b, in->setting[i].name);
        tw_buf_text(b, " | ");
        cell(b, in->setting[i].value);
        tw_buf_text(b, " |\n");
    }
    tw_buf_text(b, "\n## Files\n\n| file | name | SHA-256 |\n|---|---|---|\n");
    for (size_t i = 0; i < in->n_files; i++) {
        tw_buf_printf(b, "| %s | ", in->file[i].role);
        cell(b, in->file[i].name);
        tw_buf_printf(b, " | %s |\n", in->file[i].sha256[0] != 0 ? in->file[i].sha256 : "not known");
    }
}

void tw_card_text(const struct tw_card *c, struct tw_buf *out)
{
    tw_buf_printf(out, "# Model card\n\n%s\n", PURPOSE);
    data_text(c, out);
    held_text(c, out);
    list_text("What to know before trusting it", c, true, out);
    list_text("Notes of the training", c, false, out);
    tw_buf_text(out, "\n## For whom\n");
    groups_text(c, out);
    record_text(c->in, out);
}
