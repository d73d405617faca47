/* SPDX-License-Identifier: Apache-2.0 */
/* `assess --station`. */
#include "base/json.h"
#include "cli/progress.h"
#include "cli/rules.h"
#include "cli/station.h"
#include "cli/table_priv.h"
#include "store/file.h"

enum { ARENA_BYTES = 200 << 20 };

struct deciding {
    struct tw_cli *cli;
    struct tw_cli_reading *reading;
    struct tw_input *in;    /* what is handed in; NULL = nothing */
    struct tw_arena *arena; /* of one of them */
    struct tw_file_out *file;
    struct tw_progress progress;
    struct tw_buf text; /* of what is not safe yet */
    uint64_t channel[TW_CHANNEL_N];
};

/* -- what is handed in */

static tw_err next(void *to, struct tw_station_handed *ret, struct tw_fault *fault)
{
    struct deciding *d = to;
    struct tw_reading reading;
    bool more = true;
    TW_TRY(tw_input_next(d->in, d->arena, &reading, &more, fault));
    *ret = (struct tw_station_handed){.kind = more ? TW_STATION_DECL : TW_STATION_END};
    if (more) ret->decl = reading.decl;
    return TW_OK;
}

static tw_err taken(void *to, const struct tw_station_handed *what, const struct tw_intake_receipt *receipt,
                    const struct tw_fault *refused, struct tw_fault *fault)
{
    struct deciding *d = to;
    if (refused != NULL) {
        tw_cli_reading_pause(d->reading);
        if (!d->cli->quiet) tw_cli_tell(d->cli, refused);
        return TW_OK;
    }
    if (!d->cli->json) return TW_OK;
    tw_cli_receipt("declaration_id", what->decl->id, receipt, &d->text);
    return d->text.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err open_input(struct deciding *d, struct tw_fault *fault)
{
    if (d->cli->args == 0) return TW_OK;
    tw_cli_reading_options(d->reading)->ids_may_return = true; /* known ones are told, not refused */
    if (tw_arena_new(ARENA_BYTES, &d->arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    return tw_input_open(d->cli->arg[0], tw_cli_reading_options(d->reading), &d->in, fault);
}

/* -- what is decided */

static tw_err on_decided(void *to, const struct tw_station_decided *one, struct tw_fault *fault)
{
    struct deciding *d = to;
    d->channel[one->channel]++;
    if (!d->cli->json) return TW_OK;
    tw_buf_str(&d->text, one->record);
    tw_buf_char(&d->text, '\n');
    return d->text.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err on_safe(void *to, struct tw_fault *fault)
{
    struct deciding *d = to;
    if (d->text.n == 0) return TW_OK;
    tw_progress_end(&d->progress);
    tw_cli_reading_pause(d->reading);
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

static void tell(const struct deciding *d, const struct tw_station_count *n, uint64_t refused)
{
    TW_SCOPED_BUF b = {0};
    if (d->cli->json) {
        struct tw_json j = {.out = &b};
        tw_json_begin_object(&j);
        tw_json_key(&j, "summary");
        tw_json_begin_object(&j);
        tw_json_key(&j, "declarations");
        tw_json_u64(&j, n->decided);
        if (d->in != NULL) {
            tw_json_key(&j, "taken");
            tw_json_u64(&j, n->taken);
            tw_json_key(&j, "known");
            tw_json_u64(&j, n->known);
            tw_json_key(&j, "refused");
            tw_json_u64(&j, refused);
        }
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
        const unsigned long long handed = n->taken + n->known, known = n->known, wrong = refused;
        if (d->in != NULL)
            tw_buf_printf(&b, "\nhanded in %llu, of these known before %llu; refused besides %llu", handed,
                          known, wrong);
        if (n->again > 0)
            tw_buf_printf(&b,
                          "\nagain    %llu that were decided before the last stop: each came out as it "
                          "stands on record",
                          (unsigned long long)n->again);
    }
    if (!b.failed) tw_cli_note(d->cli, "%.*s", (int)b.n, b.p);
}

/* What the options say is pinned and put in force first, and the manifests that came; then that alone
 * decides. */
static tw_err put_in_force(const struct deciding *d, struct tw_station *s, struct tw_fault *fault)
{
    const bool reasons = !tw_cli_flag(d->cli, "no_reasons");
    const struct tw_cli_rules how = {.reasons = &reasons, .manifests = true};
    struct tw_rules_changed changed;
    return tw_cli_rules_change(d->cli, d->reading, s, &how, &changed, fault);
}

/* What is decided is told once: now, whatever ended the work. */
static tw_err hand_out(struct deciding *d, tw_err err, struct tw_fault *fault)
{
    if (err == TW_OK && d->in != NULL) err = tw_input_finish(d->in, fault);
    if (err == TW_OK) return tw_file_out_commit(d->file, fault);
    if (tw_file_out_seen(d->file).done > 0) TW_IGNORE(tw_file_out_commit(d->file, NULL));
    return err;
}

static tw_err sum_up(const struct deciding *d, const struct tw_station_count *n, tw_err err,
                     struct tw_fault *fault)
{
    const uint64_t refused = n->refused + (d->in != NULL ? tw_input_count(d->in).refused_declarations : 0);
    if (d->in != NULL) tw_cli_reading_summary(d->reading, refused);
    if (err == TW_OK || err == TW_INTERRUPTED) tell(d, n, refused);
    if (err != TW_OK || refused == 0) return err;
    return tw_fail(fault, TW_FORMAT, "%llu refused and not taken in; all others were",
                   (unsigned long long)refused);
}

static tw_err decide(struct deciding *d, struct tw_station *s, struct tw_station_count *n,
                     struct tw_fault *fault)
{
    const struct tw_run_options o = {.input = *tw_cli_reading_options(d->reading)};
    const struct tw_lists_options lists = tw_cli_lists_options(d->cli);
    const struct tw_pin_told told = {d->cli, tw_cli_rules_told};
    const struct tw_station_feed feed = {d, next, taken};
    const struct tw_station_run run = {.station = s,
                                       .how = &o,
                                       .lists = &lists,
                                       .told = &told,
                                       .feed = d->in != NULL ? &feed : NULL,
                                       .full = tw_cli_flag(d->cli, "full"),
                                       .to = d,
                                       .decided = on_decided,
                                       .safe = on_safe,
                                       .progress = on_progress};
    tw_progress_begin(&d->progress, d->cli, "decisions");
    tw_err err = tw_station_assess(&run, n, fault);
    tw_progress_end(&d->progress);
    if (err == TW_OK) err = tw_station_settle(s, fault);
    return hand_out(d, err, fault);
}

static tw_err assess(struct deciding *d, struct tw_fault *fault)
{
    TW_SCOPED(tw_station) *station = NULL;
    const struct tw_file_options how = {.stop = NULL}; /* what is safe is told, interrupted or not */
    const char *path = tw_cli_value(d->cli, "out");
    struct tw_station_count n = {0};
    d->cli->file = path;
    TW_TRY(tw_file_out_open(path != NULL ? path : "-", &how, &d->file, fault));
    TW_TRY(tw_cli_station(d->cli, false, &station, fault));
    TW_TRY(put_in_force(d, station, fault));
    TW_TRY(open_input(d, fault));
    return sum_up(d, &n, decide(d, station, &n, fault), fault);
}

tw_err tw_cli_station_assess(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_fault *fault)
{
    struct deciding d = {.cli = cli, .reading = reading};
    static const char *const own[] = {"state",    "keys",      "key",      "findings",
                                      "selected", "cancelled", "manifests"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (tw_cli_value(cli, own[i]) != NULL)
            return tw_fail(fault, TW_ARG, "a station keeps its own record; leave --%s out", own[i]);
    const tw_err err = assess(&d, fault);
    tw_input_free(d.in);
    tw_arena_free(d.arena);
    tw_file_out_free(d.file);
    tw_buf_free(&d.text);
    return err;
}
