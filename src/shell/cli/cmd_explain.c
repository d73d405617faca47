/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "cli/deciding.h"
#include "cli/table_priv.h"
#include "decl/money.h"

enum { ARENA_BYTES_MAX = 4 << 20 };

/* What is being written, and what it is written of. */
struct page {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    const struct tw_run_options *o;
    const char *currency; /* national; "" = not known */
    struct tw_arena *arena;
    struct tw_buf text;
};

static void field(struct tw_buf *b, const char *what, struct tw_str value)
{
    if (value.n == 0) return;
    tw_buf_text(b, what);
    tw_buf_str(b, value);
}

static void gap(struct tw_buf *b, size_t from, size_t width)
{
    do tw_buf_char(b, ' ');
    while (!b->failed && b->n - from < width);
}

/* Parts per million as per cent, without zeros at the end. */
static void put_percent(struct tw_buf *b, uint32_t ppm)
{
    unsigned digits = 4;
    for (; digits > 0 && ppm % 10 == 0; digits--) ppm /= 10;
    tw_buf_dec(b, ppm, digits);
    tw_buf_text(b, " %");
}

/* -- what was declared and decided
 * --------------------------------------------------------------------------------- */

static void put_party(struct tw_buf *b, const char *role, const struct tw_party *p)
{
    if (p->id.n == 0 && p->name.n == 0) return;
    size_t at = b->n;
    tw_buf_printf(b, "  %s", role);
    gap(b, at, 13);
    tw_buf_str(b, p->id);
    field(b, p->id.n > 0 ? ", " : "", p->name);
    field(b, ", ", p->city);
    field(b, ", ", p->country);
    tw_buf_char(b, '\n');
}

static void put_head(struct tw_buf *b, const struct tw_decl *d)
{
    field(b, "Declaration ", d->id);
    if (d->version > 0) tw_buf_printf(b, ", version %u", d->version);
    if (d->lodged_at != TW_NO_TIME) {
        tw_buf_text(b, ", lodged ");
        tw_buf_time(b, d->lodged_at);
    }
    field(b, " at ", d->office);
    tw_buf_char(b, '\n');
    put_party(b, "importer", &d->importer);
    put_party(b, "exporter", d->exporter.id.n + d->exporter.name.n > 0 ? &d->exporter : &d->seller);
    put_party(b, "declarant", &d->declarant);
}

static void put_boundary(struct tw_buf *b, const char *what, double v)
{
    tw_buf_text(b, what);
    tw_buf_text(b, isfinite(v) ? " at " : " nowhere yet");
    if (isfinite(v)) tw_buf_fixed(b, v, 4);
}

/* What was decided of these goods before. */
static void put_before(struct tw_buf *b, const struct tw_goods_before *before)
{
    const struct tw_goods_floor *own = &before->own, *shared = &before->shared;
    if (own->of.s != NULL && before->version) {
        tw_buf_text(b, "  a later version: it keeps the draw of ");
        tw_buf_day(b, before->draw_day);
    } else if (own->of.s != NULL) {
        tw_buf_text(b, "  declared before and cancelled");
    }
    if (own->of.s != NULL)
        tw_buf_printf(b, "; as %.*s it was %s, and nothing milder now\n", TW_STR_ARG(own->of),
                      tw_channel_name(own->channel));
    if (shared->of.s != NULL)
        tw_buf_printf(
            b,
            "  another trader's %.*s names the same container or document, was %s and was cancelled: "
            "nothing milder where there is room\n",
            TW_STR_ARG(shared->of), tw_channel_name(shared->channel));
}

/* What an officer said, what was decided of these goods before, what comes next. */
static void put_circumstances(struct tw_buf *b, const struct tw_assessment *one)
{
    if (one->selected != NULL) {
        tw_buf_printf(b, "  %.*s wanted it %s: %.*s (", TW_STR_ARG(one->selected->officer),
                      tw_channel_name(one->selected->channel), TW_STR_ARG(one->selected->reason));
        tw_buf_time(b, one->selected->at);
        tw_buf_text(b, ")\n");
    }
    put_before(b, &one->before);
    if (one->explored > 0) {
        tw_buf_text(b, "  exploration would pick it with a probability of ");
        put_percent(b, (uint32_t)(one->explored * 1e6 + 0.5));
        tw_buf_text(b, ": how little is known of such goods is ");
        tw_buf_fixed(b, one->novelty, 2);
        tw_buf_text(b, " of 1\n");
    }
    if (one->full != TW_CHANNEL_GREEN)
        tw_buf_printf(b, "  %s was called for and is full: the office can take %lld in this shift\n",
                      tw_channel_name(one->full), (long long)one->full_capacity);
    if (one->beyond > 0)
        tw_buf_printf(b,
                      "  the office is full: this is control %u beyond the %lld it can take in this shift\n",
                      one->beyond, (long long)one->capacity);
    if (one->stand_by_until != TW_NO_TIME) {
        tw_buf_text(b, "  stand-by: released at ");
        tw_buf_time(b, one->stand_by_until);
        tw_buf_text(b, " unless an officer holds it\n");
    }
    if (one->blue_at != TW_NO_TIME) {
        tw_buf_text(b, "  turns blue at ");
        tw_buf_time(b, one->blue_at);
        tw_buf_text(b, " if nobody has looked at it\n");
    }
}

static void put_decision(struct tw_buf *b, const struct page *p, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    tw_buf_printf(b, "\nChannel: %s (%s)\n", tw_channel_name(k->channel), tw_channel_words(k->channel));
    bool some = false;
    for (int i = 0; i < TW_BASIS_N; i++) {
        if ((k->basis & (1u << i)) == 0) continue;
        tw_buf_printf(b, "  because of %s\n", tw_basis_words((enum tw_basis)i));
        some = true;
    }
    if (!some) tw_buf_text(b, "  because nothing selected it\n");
    tw_buf_printf(b, "  score alone would have chosen %s: it is ", tw_channel_name(k->score_channel));
    tw_buf_fixed(b, one->score, 4);
    put_boundary(b, ", red began", one->red_from);
    put_boundary(b, ", green ended", one->green_below);
    if (one->before.version) {
        tw_buf_text(b, "\n  its draw was made before, so this channel was certain\n");
    } else {
        tw_buf_text(b, "\n  its own draw gave this channel with a probability of ");
        put_percent(b, k->propensity_ppm);
        tw_buf_char(b, '\n');
    }
    put_circumstances(b, one);
    if (p->o->model == NULL)
        tw_buf_text(b,
                    "  no model: the score is how many spreads the lowest price lies below the usual one\n");
}

static void put_item(struct tw_buf *b, const struct tw_item *i, const struct tw_decision_item *k, bool worst)
{
    tw_buf_printf(b, "  %u ", i->number);
    field(b, " ", i->hs);
    field(b, " ", i->description);
    field(b, " from ", i->origin);
    if (!tw_str_eq(i->dispatch, i->origin)) field(b, " by way of ", i->dispatch);
    if (i->net_mass_kg.set) {
        tw_buf_text(b, ", ");
        tw_buf_dec(b, i->net_mass_kg.v, i->net_mass_kg.scale);
        tw_buf_text(b, " kg");
    }
    if (tw_money_set(i->customs_value)) {
        tw_buf_text(b, ", ");
        tw_buf_amount(b, i->customs_value);
        field(b, " ", tw_money_cur(&i->customs_value));
    }
    if (!isnan(k->margin)) {
        tw_buf_text(b, "\n     chance of a finding ");
        put_percent(b, k->risk_ppm);
    }
    if (tw_money_set(k->expected_duty)) {
        tw_buf_text(b, ", duty expected to be recovered ");
        tw_buf_amount(b, k->expected_duty);
        field(b, " ", tw_money_cur(&k->expected_duty));
    }
    if (worst) tw_buf_text(b, "\n     weighs most: the reasons are about this item");
    tw_buf_char(b, '\n');
}

static void put_weight(struct tw_buf *b, int64_t micro)
{
    tw_buf_text(b, micro < 0 ? "-" : "+");
    tw_buf_fixed(b, (double)(micro < 0 ? -micro : micro) / 1e6, 4);
}

static void put_reasons(struct tw_buf *b, const struct tw_decision *k, bool against)
{
    bool some = false;
    for (size_t i = 0; i < k->reasons.n; i++) {
        const struct tw_reason *r = &k->reasons.at[i];
        if (r->against != against) continue;
        if (!some)
            tw_buf_text(b, against ? "\nWhat speaks against control\n" : "\nWhy it is worth controlling\n");
        some = true;
        tw_buf_text(b, "  ");
        tw_buf_str(b, r->text);
        tw_buf_printf(b, "\n     %s, ", tw_family_row((enum tw_family)r->family)->words);
        put_weight(b, r->weight_micro);
        tw_buf_printf(b, "; %s\n", tw_audience_words((enum tw_audience)r->audience));
    }
}

/* -- every feature
 * ----------------------------------------------------------------------------------------------- */

static tw_err put_feature(struct page *p, const struct tw_reason_case *c, enum tw_feature f)
{
    struct tw_buf *b = &p->text;
    struct tw_reason r;
    TW_TRY(tw_reason_feature(c, f, p->arena, &r));
    size_t at = b->n;
    tw_buf_text(b, "    ");
    tw_buf_text(b, tw_feature_row(f)->name);
    gap(b, at, 31);
    at = b->n;
    if (isnan(c->x[f]))
        tw_buf_char(b, '-');
    else
        tw_buf_fixed(b, (double)c->x[f], 4);
    gap(b, at, 12);
    at = b->n;
    if (r.weight_micro != 0)
        put_weight(b, r.weight_micro);
    else
        tw_buf_char(b, '0');
    gap(b, at, 10);
    tw_buf_str(b, r.text);
    tw_buf_char(b, '\n');
    return TW_OK;
}

static tw_err put_features(struct page *p, const struct tw_assessment *one)
{
    const struct tw_reason_case c = {.decl = one->decl,
                                     .item = one->worst,
                                     .x = one->x + one->worst * TW_FEATURE_N,
                                     .evidence = one->evidence + one->worst * TW_FEATURE_N,
                                     .attribution = one->attribution,
                                     .currency = p->currency,
                                     .day = one->look.day};
    tw_buf_printf(
        &p->text,
        "\nWhat item %u was measured by: value (- = cannot be known), what it added to the score, and what "
        "it compares\n",
        one->decl->items.at[one->worst].number);
    for (int family = 0; family < TW_FAMILY_N; family++) {
        tw_buf_printf(&p->text, "  %s\n", tw_family_row((enum tw_family)family)->words);
        for (int f = 0; f < TW_FEATURE_N; f++)
            if (tw_feature_row((enum tw_feature)f)->family == (enum tw_family)family)
                TW_TRY(put_feature(p, &c, (enum tw_feature)f));
    }
    return TW_OK;
}

/* What stands on a list, and whose that is. */
static void put_listed(struct tw_buf *b, const struct tw_criteria_listed *l)
{
    tw_buf_printf(b, "\n    %.*s", TW_STR_ARG(l->words));
    tw_buf_printf(b, "\n      %.*s: %.*s; owner %.*s", TW_STR_ARG(l->list->name), TW_STR_ARG(l->list->words),
                  TW_STR_ARG(l->list->owner));
    if (l->list->version > 0) tw_buf_printf(b, ", version %lld", (long long)l->list->version);
    if (l->hit.entry->note.n > 0)
        tw_buf_printf(b, "\n      entry %.*s: %.*s", TW_STR_ARG(l->hit.entry->id),
                      TW_STR_ARG(l->hit.entry->note));
}

/* What it asks for, and whether its draw did. */
static void put_asking(struct tw_buf *b, const struct tw_criteria_hit *h, bool passed)
{
    const struct tw_criterion *c = h->criterion;
    tw_buf_printf(b, "%s %s",
                  passed && c->class == TW_CRITERION_CRITERION ? "let pass; would ask for" : "asks for",
                  tw_channel_name(c->channel));
    if (c->probability >= 1) return;
    tw_buf_printf(b, " with probability %g: ", c->probability);
    if (h->certain)
        tw_buf_printf(b, "it asked; %u hits before it had come to no control, so it was certain to",
                      c->patience);
    else
        tw_buf_text(b, h->asks ? "its draw asked" : "its draw did not ask");
}

/* One that hits, in its author's words, and what it asked for. passed = a facilitation lets it pass. */
static void put_hit(struct tw_buf *b, const struct tw_criteria_hit *h, bool passed)
{
    const struct tw_criterion *c = h->criterion;
    tw_buf_printf(b, "  %.*s, %s: %.*s", TW_STR_ARG(c->id),
                  c->class == TW_CRITERION_MANDATORY      ? "mandatory control"
                  : c->class == TW_CRITERION_FACILITATION ? "facilitation"
                                                          : "criterion",
                  TW_STR_ARG(c->reason));
    if (h->items > 1)
        tw_buf_printf(b, " (item %u and %u more)", h->item, h->items - 1);
    else if (h->item > 0)
        tw_buf_printf(b, " (item %u)", h->item);
    tw_buf_text(b, "\n    ");
    if (c->class == TW_CRITERION_FACILITATION) {
        tw_buf_text(b, "criteria and score let it pass; mandatory controls and chance do not");
    } else {
        put_asking(b, h, passed);
    }
    for (size_t i = 0; i < h->listed_n; i++) put_listed(b, &h->listed[i]);
    if (c->task.n > 0) tw_buf_printf(b, "\n    task: %.*s", TW_STR_ARG(c->task));
    if (c->legal_basis.n > 0) tw_buf_printf(b, "\n    legal basis: %.*s", TW_STR_ARG(c->legal_basis));
    tw_buf_char(b, '\n');
}

/* Criteria that hit, and those of which nobody can say. */
static void put_criteria(struct tw_buf *b, const struct tw_assessment *one)
{
    bool passed = false;
    if (one->hits == 0) return;
    for (size_t i = 0; i < one->hits; i++)
        passed = passed || (one->hit[i].outcome == TW_OUTCOME_HIT &&
                            one->hit[i].criterion->class == TW_CRITERION_FACILITATION);
    tw_buf_text(b, "\nCriteria\n");
    for (size_t i = 0; i < one->hits; i++) {
        const struct tw_criteria_hit *h = &one->hit[i];
        const struct tw_str id = h->criterion->id;
        if (h->outcome == TW_OUTCOME_HIT)
            put_hit(b, h, passed);
        else if (h->outcome == TW_OUTCOME_UNKNOWN)
            tw_buf_printf(b, "  %.*s: not evaluated; not known: %.*s\n", TW_STR_ARG(id), TW_STR_ARG(h->why));
        else
            tw_buf_printf(b, "  %.*s: failed and was passed over: %.*s; its owner, %.*s, must mend it\n",
                          TW_STR_ARG(id), TW_STR_ARG(h->why), TW_STR_ARG(h->criterion->owner));
    }
}

/* The lists that the set reads, as its file does. */
static void put_lists(struct tw_buf *b, const struct tw_criteria *set)
{
    const struct tw_watchlists lists = set != NULL ? tw_criteria_lists(set) : (struct tw_watchlists){NULL, 0};
    for (size_t i = 0; i < lists.n; i++) {
        const struct tw_watch_head *h = tw_watchlist_head(lists.at[i]);
        tw_buf_printf(b, "  list     ");
        tw_buf_hex(b, h->sha256, sizeof h->sha256);
        tw_buf_printf(b, " %.*s", TW_STR_ARG(h->name));
        if (h->version > 0) tw_buf_printf(b, ", version %lld", (long long)h->version);
        tw_buf_char(b, '\n');
    }
}

static void put_signed(struct tw_buf *b, const struct tw_criteria *set)
{
    if (set == NULL) return;
    const struct tw_str reviewer = tw_criteria_reviewer(set);
    tw_buf_printf(b, "  %-8s ", "signed");
    if (reviewer.n > 0)
        tw_buf_printf(b, "by %.*s as author and %.*s as reviewer\n", TW_STR_ARG(tw_criteria_author(set)),
                      TW_STR_ARG(reviewer));
    else
        tw_buf_text(b, "by nobody: the criteria are a draft\n");
}

static void put_grounds(struct tw_buf *b, const struct page *p, const struct tw_assessment *one,
                        const struct tw_criteria *set)
{
    static const uint8_t none[TW_SHA256_BYTES] = {0};
    const struct tw_decision *k = &one->decision;
    const struct {
        const char *what;
        const uint8_t *hash;
    } row[] = {{"model", k->model_hash}, {"profile", k->profile_hash}, {"criteria", k->criteria_hash}};
    tw_buf_text(b, "\nTo decide it again\n");
    for (size_t i = 0; i < (p->o->criteria != NULL ? 3 : 2); i++) {
        tw_buf_printf(b, "  %-8s ", row[i].what);
        if (memcmp(row[i].hash, none, sizeof none) == 0)
            tw_buf_text(b, "none");
        else
            tw_buf_hex(b, row[i].hash, TW_SHA256_BYTES);
        tw_buf_char(b, '\n');
    }
    put_signed(b, set);
    put_lists(b, set);
    uint8_t draw[8];
    for (int i = 0; i < 8; i++) draw[i] = (uint8_t)(k->draw >> (56 - 8 * i));
    tw_buf_text(b, "  draw     ");
    tw_buf_hex(b, draw, sizeof draw);
    if (p->o->draws.seeded)
        tw_buf_printf(b, " of --seed %lld\n", (long long)tw_cli_whole(p->cli, "seed"));
    else
        tw_buf_text(b, " of the key of that day\n");
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct page *p = to;
    struct tw_buf *b = &p->text;
    if (p->cli->json) {
        tw_assess_json(a, one, true, b);
        tw_buf_char(b, '\n');
        return TW_OK;
    }
    const struct tw_decision *k = &one->decision;
    put_head(b, one->decl);
    put_decision(b, p, one);
    if (k->items.n > 0) tw_buf_text(b, "\nItems\n");
    for (size_t i = 0; i < k->items.n; i++)
        put_item(b, &one->decl->items.at[i], &k->items.at[i], i == one->worst && k->items.n > 1);
    put_criteria(b, one);
    put_reasons(b, k, false);
    put_reasons(b, k, true);
    if (k->counterfactual.n > 0) {
        field(b, "\nWhat would have made it green\n  ", k->counterfactual);
        tw_buf_char(b, '\n');
    }
    if (k->items.n > 0 && put_features(p, one) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    put_grounds(b, p, one, tw_assessor_criteria(a));
    return TW_OK;
}

/* What the score was not measured against: the decision would have been another one otherwise. */
static void put_window(struct page *p, const struct tw_run_options *o, const struct tw_run_summary *s)
{
    const bool kept = s->window_new == TW_WINDOW_KEPT, taught = s->manifests == TW_RUN_AS_TAUGHT;
    if (kept && taught) return;
    if (p->cli->json) { /* as the summary of assess has it */
        if (taught)
            tw_cli_note(p->cli, "{\"summary\":{\"window_new\":true}}");
        else
            tw_cli_note(p->cli, "{\"summary\":{\"window_new\":%s,\"manifests\":\"%s\"}}",
                        kept ? "false" : "true", tw_cli_deciding_taught(s));
        return;
    }
    tw_cli_deciding_window(o, s, "\nThe window of scores was ", &p->text);
    tw_cli_deciding_manifests(s, "\nManifests: ", &p->text);
    tw_buf_char(&p->text, '\n');
}

/* Quietly: what is refused, or how many there were, is not what was asked. */
static tw_err explain(struct tw_cli *cli, struct page *p, const char *id, struct tw_fault *fault)
{
    __attribute__((cleanup(tw_lists_freep))) struct tw_lists lists = {.n = 0};
    struct tw_run_options o;
    struct tw_run_summary sum;
    if (tw_arena_new(ARENA_BYTES_MAX, &p->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_cli_deciding(cli, p->reading, &lists, &o, fault));
    char currency[4] = "";
    const struct tw_str national =
        o.input.currency != NULL ? tw_str_from(o.input.currency) : o.input.map->national_currency;
    if (national.n == 3) memcpy(currency, national.s, 3);
    p->currency = currency;
    p->o = &o;
    o.only = id;
    o.to = p;
    o.decided = on_decided;
    TW_TRY(tw_run(&o, &sum, fault));
    tw_cli_reading_pause(p->reading);
    put_window(p, &o, &sum);
    cli->file = NULL;
    return tw_cli_write(&p->text, fault);
}

tw_err cmd_explain(struct tw_cli *cli, struct tw_fault *fault)
{
    struct page p = {.cli = cli};
    const char *id = tw_cli_value(cli, "id");
    if ((id == NULL) == (cli->args < 2))
        return tw_fail(fault, TW_ARG, "name one declaration: `tidewaiter explain FILE ID`, or --id ID");
    tw_err err = tw_cli_reading_new(cli, &p.reading, fault);
    if (err == TW_OK) err = explain(cli, &p, id != NULL ? id : cli->arg[1], fault);
    tw_cli_reading_free(p.reading);
    tw_arena_free(p.arena);
    tw_buf_free(&p.text);
    return err;
}
