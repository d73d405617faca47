/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/action.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/draws_verify.h"
#include "engine/due.h"

static const struct {
    const char *name, *words;
} half_row[TW_DRAW_HALVES] = {{"chance", "upper half, chance"}, {"ties", "lower half, ties  "}};

static unsigned long long ull(uint64_t n)
{
    return n;
}

static void put_altered(const struct tw_draws_report *r, struct tw_buf *out)
{
    if (r->altered == 0) return;
    tw_buf_printf(out, "altered  line %u: %.*s, drawn on ", r->first.line, (int)r->first.id.n, r->first.id.p);
    tw_buf_day(out, r->first.day);
    tw_buf_printf(out, ", has %016llx and would have %016llx", ull(r->first.stands), ull(r->first.would));
    if (r->altered > 1) tw_buf_printf(out, "; so have %llu more", ull(r->altered - 1));
    tw_buf_char(out, '\n');
}

static void put_keys(const struct tw_draws_report *r, struct tw_buf *out)
{
    tw_buf_printf(out, "keys     %llu revealed, ", ull(r->keys));
    if (r->keys_altered == 0) {
        tw_buf_text(out, "each the one committed to\n");
        return;
    }
    tw_buf_printf(out, "%llu of them not the one committed to; the first is of ", ull(r->keys_altered));
    tw_buf_day(out, r->key_day);
    tw_buf_printf(out, ", line %u of keys.jsonl\n", r->key_line);
}

static void put_even(const struct tw_draws_report *r, struct tw_buf *out)
{
    for (int h = 0; h < TW_DRAW_HALVES; h++) {
        const struct tw_evenness *e = &r->half[h];
        tw_buf_printf(out, "%s %s: ", h == 0 ? "even    " : "        ", half_row[h].words);
        if (e->bins == 0)
            tw_buf_text(out, "too few draws to tell\n");
        else
            tw_buf_printf(out, "chi-square %.1f over %zu cells, p = %.3g%s\n", e->chi2, e->bins, e->p,
                          e->p < TW_DRAW_ALARM ? ": chance is not so uneven" : "");
    }
}

static void put_text(const struct tw_draws_report *r, struct tw_buf *out)
{
    tw_buf_printf(out, "draws    %llu of %llu days, ", ull(r->decisions), ull(r->days));
    if (r->altered == 0)
        tw_buf_text(out, "each what its day's key and its declaration give");
    else
        tw_buf_printf(out, "%llu of them altered", ull(r->altered));
    if (r->repeated > 0) tw_buf_printf(out, "; %llu stand there before", ull(r->repeated));
    if (r->elsewhere > 0)
        tw_buf_printf(out, "; %llu of later versions whose first does not stand before", ull(r->elsewhere));
    tw_buf_char(out, '\n');
    put_altered(r, out);
    put_keys(r, out);
    put_even(r, out);
    tw_buf_text(out, tw_draws_true(r) ? "the record is true\n" : "the record is not true\n");
}

static void put_day(struct tw_json *j, const char *key, int32_t day)
{
    char room[16];
    struct tw_buf b = tw_buf_in(room, sizeof room);
    tw_buf_day(&b, day);
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&b));
}

static void put_draw(struct tw_json *j, const char *key, uint64_t draw)
{
    char room[32];
    struct tw_buf b = tw_buf_in(room, sizeof room);
    tw_buf_printf(&b, "%016llx", ull(draw));
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&b));
}

static void put_number(struct tw_json *j, const char *key, uint64_t n)
{
    tw_json_key(j, key);
    tw_json_u64(j, n);
}

static void put_firsts(struct tw_json *j, const struct tw_draws_report *r)
{
    tw_json_key(j, "first_altered");
    if (r->altered == 0) {
        tw_json_null(j);
    } else {
        tw_json_begin_object(j);
        put_number(j, "line", r->first.line);
        tw_json_key(j, "id");
        tw_json_str(j, tw_buf_view(&r->first.id));
        put_day(j, "day", r->first.day);
        put_draw(j, "stands", r->first.stands);
        put_draw(j, "would_be", r->first.would);
        tw_json_end_object(j);
    }
    tw_json_key(j, "first_key_altered");
    if (r->keys_altered == 0) {
        tw_json_null(j);
    } else {
        tw_json_begin_object(j);
        put_number(j, "line", r->key_line);
        put_day(j, "day", r->key_day);
        tw_json_end_object(j);
    }
}

static void put_json(const struct tw_draws_report *r, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "true_record");
    tw_json_bool(&j, tw_draws_true(r));
    put_number(&j, "draws", r->decisions);
    put_number(&j, "days", r->days);
    put_number(&j, "repeated", r->repeated);
    put_number(&j, "elsewhere", r->elsewhere);
    put_number(&j, "altered", r->altered);
    put_number(&j, "keys", r->keys);
    put_number(&j, "keys_altered", r->keys_altered);
    put_firsts(&j, r);
    tw_json_key(&j, "even");
    tw_json_begin_object(&j);
    for (int h = 0; h < TW_DRAW_HALVES; h++) {
        tw_json_key(&j, half_row[h].name);
        tw_json_begin_object(&j);
        put_number(&j, "cells", r->half[h].bins);
        tw_json_key(&j, "chi2");
        tw_json_fixed(&j, r->half[h].chi2, 6);
        tw_json_key(&j, "p");
        tw_json_fixed(&j, r->half[h].p, 9);
        tw_json_end_object(&j);
    }
    tw_json_end_object(&j);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

static tw_err verify(struct tw_cli *cli, struct tw_draws_report *r, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    const struct tw_draws_record record = {
        .decisions = cli->arg[1], .keys = cli->arg[2], .stop = tw_cli_stop(), .file = &cli->file};
    TW_TRY(tw_draws_verify(&record, r, fault));
    if (cli->json)
        put_json(r, &out);
    else
        put_text(r, &out);
    cli->finding = !tw_draws_true(r);
    return tw_cli_write(&out, fault);
}

static tw_err verify_draws(struct tw_cli *cli, struct tw_fault *fault)
{
    struct tw_draws_report r = {0};
    if (cli->args != 3)
        return tw_fail(fault, TW_ARG,
                       "`channel verify-draws` takes decisions and the directory of their keys");
    const tw_err err = verify(cli, &r, fault);
    tw_draws_report_free(&r);
    return err;
}

/* -- due */

static const struct {
    const char *key, *words;
} due_word[TW_DUE_N] = {[TW_DUE_STAND_BY] = {"stand_by", "stand-by, released at"},
                        [TW_DUE_YELLOW] = {"yellow", "yellow, turns blue at"},
                        [TW_DUE_BLUE] = {"blue", "turned blue at"}};

static tw_err on_due(void *to, const struct tw_due *one, struct tw_fault *fault)
{
    struct tw_cli *cli = to;
    TW_SCOPED_BUF out = {0};
    if (cli->json) {
        struct tw_json j = {.out = &out};
        char room[32];
        struct tw_buf at = tw_buf_in(room, sizeof room);
        tw_buf_time(&at, one->at);
        tw_json_begin_object(&j);
        tw_json_key(&j, "id");
        tw_json_str(&j, one->id);
        tw_json_key(&j, "office");
        if (one->office.n > 0)
            tw_json_str(&j, one->office);
        else
            tw_json_null(&j);
        tw_json_key(&j, "what");
        tw_json_text(&j, due_word[one->what].key);
        tw_json_key(&j, "at");
        tw_json_str(&j, tw_buf_view(&at));
        tw_json_end_object(&j);
    } else {
        tw_buf_printf(&out, "%-18.*s %-8.*s %s ", TW_STR_ARG(one->id),
                      TW_STR_ARG(one->office.n > 0 ? one->office : TW_STR("-")), due_word[one->what].words);
        tw_buf_time(&out, one->at);
    }
    tw_buf_char(&out, '\n');
    return tw_cli_write(&out, fault);
}

static tw_err read_moment(const struct tw_cli *cli, int64_t *ret, struct tw_fault *fault)
{
    const char *at = tw_cli_value(cli, "at");
    *ret = (int64_t)time(NULL);
    if (at == NULL || tw_time_parse(tw_str_from(at), ret, NULL) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG,
                   "--at takes a moment such as 2026-11-23 or 2026-11-23T05:57:00Z, not '%.40s'", at);
}

static tw_err due(struct tw_cli *cli, struct tw_fault *fault)
{
    struct tw_due_options o = {.decisions = cli->arg[1], .stop = tw_cli_stop(), .to = cli, .due = on_due};
    const char *path = tw_cli_value(cli, "findings");
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED(tw_findings) *findings = NULL;
    TW_SCOPED(tw_instructions) *told = NULL;
    uint64_t n[TW_DUE_N];
    if (cli->args != 2) return tw_fail(fault, TW_ARG, "`channel due` takes one file of decisions");
    TW_TRY(read_moment(cli, &o.at, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    if (path != NULL) {
        cli->file = path;
        TW_TRY(tw_input_findings(path, tw_cli_reading_options(reading), &findings, fault));
        tw_cli_reading_summary(reading, 0);
        o.results = tw_findings_list(findings);
    }
    TW_TRY(tw_instructions_read(tw_cli_value(cli, "selected"), tw_cli_value(cli, "cancelled"),
                                tw_cli_reading_options(reading), &told, fault));
    o.told = told;
    cli->file = o.decisions;
    TW_TRY(tw_due_read(&o, n, fault));
    cli->file = NULL;
    tw_cli_note(cli, "%llu on stand-by, %llu yellow and unseen, %llu turned blue", ull(n[TW_DUE_STAND_BY]),
                ull(n[TW_DUE_YELLOW]), ull(n[TW_DUE_BLUE]));
    return TW_OK;
}

tw_err cmd_channel(struct tw_cli *cli, struct tw_fault *fault)
{
    static const char *const word[] = {"verify-draws", "due"};
    enum { VERIFY, DUE, ACTIONS };
    size_t action = VERIFY;
    TW_TRY(tw_cli_action(cli, word, ACTIONS, &action, fault));
    return action == VERIFY ? verify_draws(cli, fault) : due(cli, fault);
}
