/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/progress.h"
#include "cli/station.h"
#include "cli/table_priv.h"

struct replay {
    struct tw_cli *cli;
    struct tw_progress progress;
    uint64_t from_to[TW_CHANNEL_N][TW_CHANNEL_N];
};

static tw_err on_difference(void *to, const struct tw_station_difference *d, struct tw_fault *fault)
{
    struct replay *r = to;
    TW_SCOPED_BUF out = {0};
    char number[TW_STATION_NUMBER + 8];
    struct tw_json j = {.out = &out};
    r->from_to[d->was][d->is]++;
    if (!r->cli->json) return TW_OK;
    tw_progress_end(&r->progress);
    tw_station_number(d->reg, number);
    tw_json_begin_object(&j);
    tw_json_key(&j, "registration");
    tw_json_text(&j, number);
    tw_json_key(&j, "version");
    tw_json_i64(&j, d->version);
    tw_json_key(&j, "was");
    tw_json_raw(&j, d->was_record);
    tw_json_key(&j, "is");
    tw_json_raw(&j, d->is_record);
    tw_json_end_object(&j);
    tw_buf_char(&out, '\n');
    return tw_cli_write(&out, fault);
}

static void on_progress(void *to, uint64_t done)
{
    struct replay *r = to;
    tw_progress_at(&r->progress, done, 0, done);
}

static tw_err tell(struct replay *r, const struct tw_station_count *n, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    tw_buf_printf(&out, "%llu decisions made again, %llu differences\n", (unsigned long long)n->replayed,
                  (unsigned long long)n->differ);
    if (n->erased > 0)
        tw_buf_printf(
            &out,
            "erased: %llu of these; what criteria said of them is taken from the record, for names they "
            "may have looked at are gone\n",
            (unsigned long long)n->erased);
    for (int was = 0; was < TW_CHANNEL_N; was++)
        for (int is = 0; is < TW_CHANNEL_N; is++)
            if (r->from_to[was][is] > 0)
                tw_buf_printf(&out, "%-8s would be %-8s %llu\n", tw_channel_name((enum tw_channel)was),
                              was == is ? "the same, otherwise recorded:"
                                        : tw_channel_name((enum tw_channel)is),
                              (unsigned long long)r->from_to[was][is]);
    if (n->kept)
        tw_buf_printf(&out, "the state that is kept %s\n",
                      n->kept_differs ? "comes out otherwise" : "is what they come to");
    r->cli->finding = n->differ > 0 || n->kept_differs;
    if (!r->cli->json) return tw_cli_write(&out, fault);
    tw_cli_note(r->cli, "%.*s", (int)out.n - 1, out.p);
    return TW_OK;
}

static tw_err replay(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_fault *fault)
{
    __attribute__((cleanup(tw_lists_freep))) struct tw_lists lists = {.n = 0};
    TW_SCOPED(tw_station) *station = NULL;
    struct replay r = {.cli = cli};
    struct tw_run_options o;
    struct tw_station_count n = {0};
    TW_TRY(tw_cli_deciding(cli, reading, &lists, &o, fault));
    TW_TRY(tw_cli_station(cli, true, &station, fault));
    const struct tw_station_run run = {
        .station = station, .how = &o, .to = &r, .differs = on_difference, .progress = on_progress};
    tw_progress_begin(&r.progress, cli, "decisions");
    const tw_err err = tw_station_replay(&run, &n, fault);
    tw_progress_end(&r.progress);
    TW_TRY(err);
    return tell(&r, &n, fault);
}

tw_err cmd_replay(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    return replay(cli, reading, fault);
}
