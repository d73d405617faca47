/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/table_priv.h"
#include "engine/draws_verify.h"

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

tw_err cmd_channel(struct tw_cli *cli, struct tw_fault *fault)
{
    struct tw_draws_report r = {0};
    if (strcmp(cli->arg[0], "verify-draws") != 0)
        return tw_fail(fault, TW_ARG, "channel can verify-draws, not '%.40s'", cli->arg[0]);
    const tw_err err = verify(cli, &r, fault);
    tw_draws_report_free(&r);
    return err;
}
