/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/deciding.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "decl/money.h"
#include "engine/day_keys.h"
#include "store/file.h"

enum { FLUSH_BYTES = 1 << 18 };

/* Where decisions go. */
struct outlet {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_file_out *file;
    const char *path; /* for faults; NULL = standard output */
    struct tw_buf text;
    const struct tw_run_options *o;
    struct tw_day_keys *keys; /* of --keys; NULL = not wanted */
    bool full;
    uint64_t n; /* declarations written */
};

static tw_err flush(struct outlet *out, size_t above, struct tw_fault *fault)
{
    if (out->text.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (out->text.n <= above) return TW_OK;
    out->cli->file = out->path;
    if (out->path == NULL) tw_cli_reading_pause(out->reading); /* it may be the same terminal */
    TW_TRY(tw_file_out_write(out->file, out->text.p, out->text.n, fault));
    tw_buf_clear(&out->text);
    return TW_OK;
}

/* -- a line of the table
 * ----------------------------------------------------------------------------------------- */

static void pad(struct tw_buf *b, size_t from, size_t width)
{
    do tw_buf_char(b, ' ');
    while (!b->failed && b->n - from < width);
}

static void put_basis(struct tw_buf *b, uint32_t basis)
{
    bool some = false;
    for (int k = 0; k < TW_BASIS_N; k++) {
        if ((basis & (1u << k)) == 0) continue;
        tw_buf_text(b, some ? ", " : "");
        tw_buf_text(b, tw_basis_name((enum tw_basis)k));
        some = true;
    }
    if (!some) tw_buf_char(b, '-');
}

static void put_risk(struct tw_buf *b, const struct tw_decision *k)
{
    double none = 1;
    bool known = false;
    for (size_t i = 0; i < k->items.n; i++) {
        known |= !isnan(k->items.at[i].margin);
        none *= 1 - k->items.at[i].risk_ppm / 1e6;
    }
    if (known)
        tw_buf_fixed(b, 100 * (1 - none), 1);
    else
        tw_buf_char(b, '-');
}

static void put_duty(struct tw_buf *b, const struct tw_decision *k)
{
    struct tw_money sum = {0};
    for (size_t i = 0; i < k->items.n; i++) {
        const struct tw_money m = k->items.at[i].expected_duty;
        if (!tw_money_set(m)) continue;
        memcpy(sum.cur, m.cur, sizeof sum.cur);
        sum.minor += m.minor;
    }
    if (tw_money_set(sum))
        tw_buf_amount(b, sum);
    else
        tw_buf_char(b, '-');
}

enum { ID_W = 18, LODGED_W = 18, OFFICE_W = 8, CHANNEL_W = 9, BASIS_W = 15, RISK_W = 8, DUTY_W = 14 };

static void put_head(struct tw_buf *b)
{
    static const struct {
        const char *word;
        size_t width;
    } column[] = {{"declaration", ID_W}, {"lodged", LODGED_W}, {"office", OFFICE_W}, {"channel", CHANNEL_W},
                  {"why", BASIS_W},      {"risk %", RISK_W},   {"duty", DUTY_W}};
    for (size_t i = 0; i < sizeof column / sizeof column[0]; i++) {
        size_t at = b->n;
        tw_buf_text(b, column[i].word);
        pad(b, at, column[i].width);
    }
    tw_buf_text(b, "first reason\n");
}

static void put_row(struct tw_buf *b, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    size_t at = b->n;
    tw_buf_str(b, k->declaration_id);
    pad(b, at, ID_W);
    at = b->n;
    if (k->decided_at != TW_NO_TIME)
        tw_buf_time(b, k->decided_at);
    else
        tw_buf_char(b, '-');
    if (k->decided_at != TW_NO_TIME && !b->failed) { /* 2025-01-03T07:21:40Z as 2025-01-03 07:21 */
        b->n = at + 16;
        b->p[at + 10] = ' ';
    }
    pad(b, at, LODGED_W);
    at = b->n;
    tw_buf_str(b, one->decl->office.n > 0 ? one->decl->office : TW_STR("-"));
    pad(b, at, OFFICE_W);
    at = b->n;
    tw_buf_text(b, tw_channel_name(k->channel));
    pad(b, at, CHANNEL_W);
    at = b->n;
    put_basis(b, k->basis);
    pad(b, at, BASIS_W);
    at = b->n;
    put_risk(b, k);
    pad(b, at, RISK_W);
    at = b->n;
    put_duty(b, k);
    pad(b, at, DUTY_W);
    for (size_t i = 0; i < k->reasons.n; i++) {
        if (k->reasons.at[i].against) continue;
        tw_buf_str(b, k->reasons.at[i].text);
        break;
    }
    while (b->n > at && b->p[b->n - 1] == ' ') b->n--;
    tw_buf_char(b, '\n');
}

/* -- the keys of the days, for who checks the draws
 * -------------------------------------------------------------- */

static tw_err open_keys(struct outlet *out, struct tw_fault *fault)
{
    const struct tw_day_keys_place place = {
        .dir = tw_cli_value(out->cli, "keys"), .make = true, .stop = tw_cli_stop()};
    if (place.dir == NULL) return TW_OK;
    out->cli->file = place.dir;
    TW_TRY(tw_day_keys_open(&place, &out->keys, fault));
    out->cli->file = NULL;
    return TW_OK;
}

static tw_err keep_key(struct outlet *out, int32_t day, struct tw_fault *fault)
{
    uint8_t key[TW_SHA256_BYTES];
    if (out->keys == NULL) return TW_OK;
    tw_draws_day_key(&out->o->draws, day, key);
    const tw_err err = tw_day_keys_add(out->keys, day, key, fault);
    if (err != TW_OK) out->cli->file = tw_cli_value(out->cli, "keys");
    return err;
}

static tw_err leave_keys(struct outlet *out, struct tw_fault *fault)
{
    if (out->keys == NULL) return TW_OK;
    out->cli->file = tw_cli_value(out->cli, "keys");
    TW_TRY(tw_day_keys_commit(out->keys, fault));
    out->cli->file = NULL;
    return TW_OK;
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct outlet *out = to;
    if (out->n == 0) tw_cli_deciding_note(out->cli, out->o); /* now that all files could be opened */
    TW_TRY(keep_key(out, one->look.day, fault));
    if (out->cli->json) {
        tw_assess_json(a, one, out->full, &out->text);
        tw_buf_char(&out->text, '\n');
    } else {
        if (out->n == 0) put_head(&out->text);
        put_row(&out->text, one);
    }
    out->n++;
    return flush(out, FLUSH_BYTES, fault);
}

static tw_err on_done(void *to, const struct tw_run_summary *sum, struct tw_fault *fault)
{
    struct outlet *out = to;
    if (sum->declarations == 0) {
        tw_cli_reading_summary(out->reading, sum->refused);
        out->cli->file = out->cli->arg[0];
        return tw_fail(fault, TW_FORMAT, "not one declaration could be taken; the reasons are told above");
    }
    TW_TRY(flush(out, 0, fault));
    TW_TRY(leave_keys(out, fault)); /* before the decisions that they are of */
    out->cli->file = out->path;
    TW_TRY(tw_file_out_commit(out->file, fault));
    out->cli->file = NULL;
    return TW_OK;
}

/* -- the summary
 * ------------------------------------------------------------------------------------------------- */

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void put_shares(struct tw_buf *b, const char *what, const struct tw_vocabulary *of, const uint64_t *n,
                       uint64_t whole)
{
    tw_buf_printf(b, "\n%-9s", what);
    bool some = false;
    for (size_t i = 0; i < of->n; i++) {
        if (n[i] == 0) continue;
        tw_buf_printf(b, "%s%s ", some ? ", " : "", of->at[i].code);
        tw_buf_fixed(b, 100 * share(n[i], whole), 2);
        tw_buf_text(b, " %");
        some = true;
    }
    if (!some) tw_buf_text(b, "none");
}

static void put_counts(struct tw_buf *b, const struct tw_run_summary *s)
{
    tw_buf_printf(b, "%llu declarations of %llu items decided", (unsigned long long)s->declarations,
                  (unsigned long long)s->items);
    if (s->first_day == TW_NO_DAY) return;
    tw_buf_text(b, ", lodged from ");
    tw_buf_day(b, s->first_day);
    tw_buf_text(b, " to ");
    tw_buf_day(b, s->last_day);
}

static void put_findings(struct tw_buf *b, const struct tw_run_summary *s)
{
    if (s->findings + s->findings_unmatched + s->findings_waiting == 0) return;
    tw_buf_printf(b, "\nfindings %llu taken in, %llu of them non-compliant", (unsigned long long)s->findings,
                  (unsigned long long)s->findings_found);
    if (s->findings_unmatched > 0)
        tw_buf_printf(b, "; %llu match no declaration that is awaited",
                      (unsigned long long)s->findings_unmatched);
    if (s->findings_waiting > 0)
        tw_buf_printf(b, "; %llu known on the last day or later: give them again with the next file",
                      (unsigned long long)s->findings_waiting);
}

/* What officers and cancellations did. */
static void put_told(struct tw_buf *b, const struct tw_run_options *o, const struct tw_run_summary *s)
{
    if (o->selected != NULL)
        tw_buf_printf(b,
                      "\nofficers %llu declarations selected; %llu rows came after the decision or are of no "
                      "declaration here",
                      (unsigned long long)s->selected, (unsigned long long)s->selected_late);
    if (o->cancelled != NULL)
        tw_buf_printf(b, "\ncancelled %llu, %llu of them not decided before",
                      (unsigned long long)s->cancelled, (unsigned long long)s->cancelled_unknown);
    if (s->again + s->relodged > 0)
        tw_buf_printf(
            b,
            "\nagain    %llu later versions, %llu of goods that were cancelled: nothing milder than before",
            (unsigned long long)s->again, (unsigned long long)s->relodged);
}

/* What deserves attention. */
static void put_remarks(struct tw_buf *b, const struct tw_run_options *o, const struct tw_run_summary *s)
{
    if (s->out_of_order > 0)
        tw_buf_printf(
            b,
            "\norder    %llu declarations stand behind later ones and were measured against what came after "
            "them; sort the file by time of lodging",
            (unsigned long long)s->out_of_order);
    if (s->evicted > 0)
        tw_buf_printf(b, "\nprofile  full: %llu keys that had not been seen for longest had to go",
                      (unsigned long long)s->evicted);
    tw_cli_deciding_full(s, "\ncapacity ", b);
    tw_cli_deciding_window(o, s, "\nwindow   ", b);
    tw_cli_deciding_manifests(s, "\nmanifests ", b);
}

static void put_json(struct tw_buf *b, const struct tw_run_options *o, const struct tw_run_summary *s)
{
    const struct {
        const char *key;
        uint64_t n;
    } count[] = {{"declarations", s->declarations},
                 {"items", s->items},
                 {"refused", s->refused},
                 {"findings", s->findings},
                 {"findings_found", s->findings_found},
                 {"findings_unmatched", s->findings_unmatched},
                 {"findings_waiting", s->findings_waiting},
                 {"out_of_order", s->out_of_order},
                 {"keys", s->keys},
                 {"evicted", s->evicted},
                 {"before", s->before},
                 {"again", s->again},
                 {"relodged", s->relodged},
                 {"selected", s->selected},
                 {"selected_late", s->selected_late},
                 {"cancelled", s->cancelled},
                 {"cancelled_unknown", s->cancelled_unknown},
                 {"full", s->full},
                 {"beyond_capacity", s->beyond},
                 {"shifts_above_capacity", s->beyond_shifts}};
    struct tw_json j = {.out = b};
    tw_json_begin_object(&j);
    tw_json_key(&j, "summary");
    tw_json_begin_object(&j);
    for (size_t i = 0; i < sizeof count / sizeof count[0]; i++) {
        tw_json_key(&j, count[i].key);
        tw_json_u64(&j, count[i].n);
    }
    tw_json_key(&j, "channel");
    tw_json_begin_object(&j);
    for (int c = 0; c < TW_CHANNEL_N; c++) {
        tw_json_key(&j, tw_channel_name((enum tw_channel)c));
        tw_json_fixed(&j, share(s->channel[c], s->declarations), 6);
    }
    tw_json_end_object(&j);
    tw_json_key(&j, "basis");
    tw_json_begin_object(&j);
    for (int k = 0; k < TW_BASIS_N; k++) {
        tw_json_key(&j, tw_basis_name((enum tw_basis)k));
        tw_json_fixed(&j, share(s->basis[k], s->declarations), 6);
    }
    tw_json_end_object(&j);
    tw_json_key(&j, "window_new");
    tw_json_bool(&j, s->window_new != TW_WINDOW_KEPT);
    tw_json_key(&j, "manifests");
    tw_json_text(&j, tw_cli_deciding_taught(s));
    tw_json_key(&j, "draws_from");
    tw_json_text(&j, o->draws.seeded ? "seed" : "key");
    tw_json_end_object(&j);
    tw_json_end_object(&j);
}

static void tell(const struct tw_cli *cli, const struct tw_run_options *o, const struct tw_run_summary *s)
{
    TW_SCOPED_BUF b = {0};
    if (cli->json) {
        put_json(&b, o, s);
    } else {
        put_counts(&b, s);
        put_shares(&b, "channel", tw_channel_vocabulary(), s->channel, s->declarations);
        put_shares(&b, "basis", tw_basis_vocabulary(), s->basis, s->declarations);
        put_findings(&b, s);
        put_told(&b, o, s);
        put_remarks(&b, o, s);
    }
    if (!b.failed) tw_cli_note(cli, "%.*s", (int)b.n, b.p);
}

/* Good rows were decided all the same; but unless refused ones were put aside as asked, somebody must look.
 */
static tw_err verdict(const struct tw_cli_reading *reading, const struct tw_run_options *o,
                      const struct tw_run_summary *s, struct tw_fault *fault)
{
    if (s->refused == 0 || o->input.rejects != NULL) return tw_cli_reading_manifests(reading, fault);
    const unsigned long long refused = s->refused, all = s->refused + s->declarations;
    return tw_fail(fault, TW_FORMAT,
                   "%llu of %llu declarations were refused and not decided; the others were", refused, all);
}

static tw_err assess(struct tw_cli *cli, struct outlet *out, struct tw_fault *fault)
{
    __attribute__((cleanup(tw_lists_freep))) struct tw_lists lists = {.n = 0};
    struct tw_run_options o;
    struct tw_run_summary sum;
    TW_TRY(tw_cli_deciding(cli, out->reading, &lists, &o, fault));
    o.reasons = !tw_cli_flag(cli, "no_reasons");
    o.to = out;
    o.decided = on_decided;
    o.done = on_done;
    const struct tw_file_options how = {.stop = tw_cli_stop()};
    out->path = tw_cli_value(cli, "out");
    cli->file = out->path;
    TW_TRY(tw_file_out_open(out->path != NULL ? out->path : "-", &how, &out->file, fault));
    TW_TRY(open_keys(out, fault));
    out->o = &o;
    TW_TRY(tw_run(&o, &sum, fault));
    tw_cli_reading_summary(out->reading, sum.refused);
    tell(cli, &o, &sum);
    return verdict(out->reading, &o, &sum, fault);
}

tw_err cmd_assess(struct tw_cli *cli, struct tw_fault *fault)
{
    struct outlet out = {.cli = cli, .full = tw_cli_flag(cli, "full")};
    if (out.full && !cli->json)
        return tw_fail(fault, TW_ARG,
                       "--full is for --json; `tidewaiter explain` shows one declaration in full");
    tw_err err = tw_cli_reading_new(cli, &out.reading, fault);
    const bool station = tw_cli_value(cli, "station") != NULL;
    if (err == TW_OK && !station && cli->args == 0)
        err = tw_fail(fault, TW_ARG, "`assess` takes a file of declarations, or --station DIR");
    if (err == TW_OK)
        err = station ? tw_cli_station_assess(cli, out.reading, fault) : assess(cli, &out, fault);
    tw_cli_reading_free(out.reading);
    tw_file_out_free(out.file);
    tw_day_keys_free(out.keys);
    tw_buf_free(&out.text);
    return err;
}
