/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/station.h"

#include "base/json.h"
#include "cli/progress.h"
#include "cli/rules.h"
#include "cli/table_priv.h"
#include "store/file.h"

tw_err tw_cli_station(struct tw_cli *cli, bool read_only, struct tw_station **ret, struct tw_fault *fault)
{
    const struct tw_station_options o = {.dir = tw_cli_value(cli, "station"),
                                         .signer = tw_cli_value(cli, "signer"),
                                         .read_only = read_only,
                                         .stop = tw_cli_stop()};
    if (o.dir == NULL)
        return tw_fail(fault, TW_ARG, "`%s` needs --station DIR, which `tidewaiter init` makes",
                       cli->command->name);
    cli->file = o.dir;
    TW_TRY(tw_station_open(&o, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

tw_err tw_cli_registration(const char *text, uint64_t *ret, struct tw_fault *fault)
{
    int64_t v = 0;
    if (tw_str_i64(tw_str_from(text), &v) != TW_OK || v < 1)
        return tw_fail(fault, TW_ARG, "'%.40s' is no registration number; it is digits, as 000000000042",
                       text);
    *ret = (uint64_t)v;
    return TW_OK;
}

/* -- assess */

struct deciding {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_file_out *file;
    struct tw_progress progress;
    struct tw_buf text; /* of what is not safe yet */
    uint64_t channel[TW_CHANNEL_N];
};

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct deciding *d = to;
    d->channel[one->decision.channel]++;
    if (!d->cli->json) return TW_OK;
    tw_assess_json(a, one, tw_cli_flag(d->cli, "full"), &d->text);
    tw_buf_char(&d->text, '\n');
    return d->text.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err on_safe(void *to, struct tw_fault *fault)
{
    struct deciding *d = to;
    if (d->text.n == 0) return TW_OK;
    tw_progress_end(&d->progress);
    TW_TRY(tw_file_out_write(d->file, d->text.p, d->text.n, fault));
    TW_TRY(tw_file_out_flush(d->file, fault));
    tw_buf_clear(&d->text);
    return TW_OK;
}

static void on_progress(void *to, uint64_t done)
{
    struct deciding *d = to;
    tw_progress_at(&d->progress, done, 0, done);
}

static void tell(const struct deciding *d, const struct tw_station_count *n)
{
    TW_SCOPED_BUF b = {0};
    if (d->cli->json) {
        struct tw_json j = {.out = &b};
        tw_json_begin_object(&j);
        tw_json_key(&j, "summary");
        tw_json_begin_object(&j);
        tw_json_key(&j, "declarations");
        tw_json_u64(&j, n->decided);
        tw_json_key(&j, "again");
        tw_json_u64(&j, n->again);
        tw_json_key(&j, "channel");
        tw_json_begin_object(&j);
        for (int ch = 0; ch < TW_CHANNEL_N; ch++) {
            tw_json_key(&j, tw_channel_name((enum tw_channel)ch));
            tw_json_u64(&j, d->channel[ch]);
        }
        tw_json_end_object(&j);
        tw_json_end_object(&j);
        tw_json_end_object(&j);
    } else {
        tw_buf_printf(&b, "%llu declarations decided, recorded and signed", (unsigned long long)n->decided);
        for (int ch = 0; ch < TW_CHANNEL_N; ch++)
            if (d->channel[ch] > 0)
                tw_buf_printf(&b, "\n%-8s %llu", tw_channel_name((enum tw_channel)ch),
                              (unsigned long long)d->channel[ch]);
        if (n->again > 0)
            tw_buf_printf(&b,
                          "\nagain    %llu that were decided before the last stop: each came out as it "
                          "stands on record",
                          (unsigned long long)n->again);
    }
    if (!b.failed) tw_cli_note(d->cli, "%.*s", (int)b.n, b.p);
}

/* What the options say is pinned and put in force first; then that alone decides. */
static tw_err open_rules(const struct deciding *d, struct tw_station *s, struct tw_rules *ret,
                         struct tw_fault *fault)
{
    const bool reasons = !tw_cli_flag(d->cli, "no_reasons");
    const struct tw_cli_rules how = {.reasons = &reasons};
    const struct tw_lists_options lists = tw_cli_lists_options(d->cli);
    const struct tw_pin_told told = {d->cli, tw_cli_rules_told};
    struct tw_rules_changed changed;
    struct tw_station_period now;
    struct tw_station_settings set;
    TW_TRY(tw_cli_rules_change(d->cli, d->reading, s, &how, &changed, fault));
    TW_TRY(tw_settings_last(s, &now, fault));
    TW_TRY(tw_settings_of(s, &now, &set, fault));
    return tw_rules_open(s, &set, &lists, &told, ret, fault);
}

static tw_err assess(struct deciding *d, struct tw_fault *fault)
{
    __attribute__((cleanup(tw_rules_closep))) struct tw_rules rules = {.arena = NULL};
    TW_SCOPED(tw_station) *station = NULL;
    const struct tw_file_options how = {.stop = NULL}; /* what is safe is told, interrupted or not */
    const char *path = tw_cli_value(d->cli, "out");
    struct tw_run_options o = {.input = *tw_cli_reading_options(d->reading)};
    struct tw_station_count n = {0};
    d->cli->file = path;
    TW_TRY(tw_file_out_open(path != NULL ? path : "-", &how, &d->file, fault));
    TW_TRY(tw_cli_station(d->cli, false, &station, fault));
    TW_TRY(open_rules(d, station, &rules, fault));
    tw_rules_options(&rules, &o);
    const struct tw_station_run run = {.station = station,
                                       .how = &o,
                                       .to = d,
                                       .decided = on_decided,
                                       .safe = on_safe,
                                       .progress = on_progress};
    tw_progress_begin(&d->progress, d->cli, "decisions");
    tw_err err = tw_station_assess(&run, &n, fault);
    tw_progress_end(&d->progress);
    if (err == TW_OK) err = tw_station_settle(station, fault);
    if (err == TW_OK) {
        err = tw_file_out_commit(d->file, fault);
    } else if (tw_file_out_seen(d->file).done > 0) { /* what is decided is told once: now */
        TW_IGNORE(tw_file_out_commit(d->file, NULL));
    }
    if (err == TW_OK || err == TW_INTERRUPTED) tell(d, &n);
    return err;
}

tw_err tw_cli_station_assess(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_fault *fault)
{
    struct deciding d = {.cli = cli, .reading = reading};
    static const char *const own[] = {"state",    "keys",      "key",      "findings",
                                      "selected", "cancelled", "manifests"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (tw_cli_value(cli, own[i]) != NULL)
            return tw_fail(fault, TW_ARG, "a station keeps its own record; leave --%s out", own[i]);
    if (cli->args > 0)
        return tw_fail(fault, TW_ARG,
                       "with --station, `assess` decides what `import` has taken in; it takes no file");
    const tw_err err = assess(&d, fault);
    tw_file_out_free(d.file);
    tw_buf_free(&d.text);
    return err;
}
