/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/json.h"
#include "cli/progress.h"
#include "cli/rules.h"
#include "cli/station.h"
#include "cli/table_priv.h"

enum { TOLD_MAX = 20, DAY_S = 86400 };

struct replay {
    struct tw_cli *cli;
    struct tw_progress progress;
    struct tw_run_options other; /* rules of the options */
    bool with;                   /* they take the place of those of then */
    struct tw_buf told;          /* the first declarations with another channel */
    uint64_t told_n;
    uint64_t from_to[TW_CHANNEL_N][TW_CHANNEL_N];
};

/* -- other rules than those of then */

static void with(void *to, struct tw_run_options *io)
{
    const struct replay *r = to;
    const struct tw_cli *cli = r->cli;
    const struct tw_run_options *o = &r->other;
    if (o->model != NULL || tw_cli_flag(cli, "model")) io->model = o->model;
    if (o->criteria != NULL || tw_cli_flag(cli, "criteria")) {
        io->criteria = o->criteria;
        io->signers = o->signers;
        io->criteria_limits = o->criteria_limits;
    }
    if (tw_cli_flag(cli, "lists")) io->lists = o->lists;
    if (tw_cli_flag(cli, "channels")) io->channels = o->channels;
    if (tw_cli_flag(cli, "duty_mix")) io->duty_mix = o->duty_mix;
    if (tw_cli_flag(cli, "de_minimis")) io->limits.de_minimis = o->limits.de_minimis;
    if (tw_cli_flag(cli, "memory")) io->memory_mib = o->memory_mib;
    if (tw_cli_flag(cli, "currency")) io->input.currency = o->input.currency;
}

/* A directory with model.json is a model; another is a published set, a file a draft. */
static tw_err take_with(struct replay *r, struct tw_fault *fault)
{
    char path[4096];
    struct stat st;
    const char *what = tw_cli_value(r->cli, "with");
    if (what == NULL) return TW_OK;
    r->with = true;
    r->cli->file = what;
    if (stat(what, &st) != 0)
        return tw_fail(fault, TW_NOTFOUND, "there is no such model or set of criteria; check the name");
    if (snprintf(path, sizeof path, "%s/model.json", what) >= (int)sizeof path)
        return tw_fail(fault, TW_ARG, "the path is too long");
    if (S_ISDIR(st.st_mode) && stat(path, &st) == 0) {
        r->other.model = what;
    } else if (S_ISDIR(st.st_mode) && r->other.signers == NULL) {
        return tw_fail(fault, TW_ARG,
                       "a directory holds a model, with model.json in it, or published sets: --signers FILE "
                       "says who may have signed them");
    } else {
        r->other.criteria = what;
    }
    r->cli->file = NULL;
    return TW_OK;
}

/* -- what of it is compared */

static tw_err read_end(const struct tw_cli *cli, const char *name, uint64_t *seq, int64_t *at,
                       struct tw_fault *fault)
{
    const char *text = tw_cli_value(cli, name);
    int32_t day = 0;
    if (text == NULL) return TW_OK;
    if (tw_day_parse(tw_str_from(text), &day, NULL) == TW_OK) {
        *at = (int64_t)day * DAY_S;
        return TW_OK;
    }
    if (tw_cli_registration(text, seq, NULL) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG,
                   "--%s takes a registration number, as 000000000042, or a day, as 2026-11-23; not '%.40s'",
                   name, text);
}

static tw_err read_range(const struct tw_cli *cli, struct tw_station_range *ret, struct tw_fault *fault)
{
    TW_TRY(read_end(cli, "from", &ret->from_seq, &ret->from_at, fault));
    TW_TRY(read_end(cli, "to", &ret->to_seq, &ret->to_at, fault));
    if (ret->to_at > 0) ret->to_at += DAY_S;
    return TW_OK;
}

/* -- what comes of it */

static void tell_one(struct replay *r, const struct tw_station_difference *d, const char *number)
{
    if (d->was == d->is || r->told_n++ >= TOLD_MAX) return;
    tw_buf_printf(&r->told, "%s version %u  %s, would be %s\n", number, d->version, tw_channel_name(d->was),
                  tw_channel_name(d->is));
}

static tw_err on_difference(void *to, const struct tw_station_difference *d, struct tw_fault *fault)
{
    struct replay *r = to;
    TW_SCOPED_BUF out = {0};
    char number[TW_STATION_NUMBER + 8];
    struct tw_json j = {.out = &out};
    r->from_to[d->was][d->is]++;
    tw_station_number(d->reg, number);
    tell_one(r, d, number);
    if (!r->cli->json || (r->with && d->was == d->is)) return TW_OK;
    tw_progress_end(&r->progress);
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

static unsigned long long moved(const struct replay *r)
{
    uint64_t n = 0;
    for (int was = 0; was < TW_CHANNEL_N; was++)
        for (int is = 0; is < TW_CHANNEL_N; is++)
            if (was != is) n += r->from_to[was][is];
    return n;
}

static void put_counts(const struct replay *r, struct tw_buf *out)
{
    for (int was = 0; was < TW_CHANNEL_N; was++)
        for (int is = 0; is < TW_CHANNEL_N; is++) {
            const unsigned long long n = r->from_to[was][is];
            if (n == 0 || (r->with && was == is)) continue;
            tw_buf_printf(out, "%-8s would be %-8s %llu\n", tw_channel_name((enum tw_channel)was),
                          was == is ? "the same, otherwise recorded:" : tw_channel_name((enum tw_channel)is),
                          n);
        }
}

static tw_err tell(struct replay *r, const struct tw_station_count *n, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    const unsigned long long replayed = n->replayed, differ = n->differ, other = moved(r);
    if (r->with)
        tw_buf_printf(&out,
                      "%llu decisions made again, %llu would have another channel, %llu the same and another "
                      "record\n",
                      replayed, other, differ - other);
    else
        tw_buf_printf(&out, "%llu decisions made again, %llu differences\n", replayed, differ);
    if (n->erased > 0)
        tw_buf_printf(
            &out,
            "erased: %llu of these; what criteria said of them is taken from the record, for names they "
            "may have looked at are gone\n",
            (unsigned long long)n->erased);
    put_counts(r, &out);
    tw_buf_str(&out, tw_buf_view(&r->told));
    if (r->told_n > TOLD_MAX)
        tw_buf_printf(&out, "and %llu more; --json tells all\n", (unsigned long long)r->told_n - TOLD_MAX);
    if (n->kept)
        tw_buf_printf(&out, "the state that is kept %s\n",
                      n->kept_differs ? "comes out otherwise" : "is what they come to");
    if (n->rules != 0)
        tw_buf_printf(&out,
                      "some were decided by a program with the rules %llu, this one has %d: what differs may "
                      "be the program's\n",
                      (unsigned long long)n->rules, TW_STATION_RULES);
    r->cli->finding = n->differ > 0 || n->kept_differs;
    if (out.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (!r->cli->json) return tw_cli_write(&out, fault);
    tw_cli_note(r->cli, "%.*s", (int)out.n - 1, out.p);
    return TW_OK;
}

static tw_err replay(struct replay *r, struct tw_cli_reading *reading, struct tw_fault *fault)
{
    __attribute__((cleanup(tw_lists_freep))) struct tw_lists lists = {.n = 0};
    TW_SCOPED(tw_station) *station = NULL;
    const struct tw_lists_options how = tw_cli_lists_options(r->cli);
    const struct tw_pin_told told = {r->cli, tw_cli_rules_told};
    struct tw_station_run run = {.how = &r->other,
                                 .lists = &how,
                                 .told = &told,
                                 .to = r,
                                 .differs = on_difference,
                                 .progress = on_progress};
    struct tw_station_count n = {0};
    r->with = tw_cli_rules_given(r->cli);
    TW_TRY(tw_cli_deciding_rules(r->cli, reading, &lists, &r->other, fault));
    TW_TRY(take_with(r, fault));
    TW_TRY(read_range(r->cli, &run.range, fault));
    TW_TRY(tw_cli_station(r->cli, true, &station, fault));
    run.station = station;
    if (r->with) run.with = with;
    tw_progress_begin(&r->progress, r->cli, "decisions");
    const tw_err err = tw_station_replay(&run, &n, fault);
    tw_progress_end(&r->progress);
    TW_TRY(err);
    return tell(r, &n, fault);
}

tw_err cmd_replay(struct tw_cli *cli, struct tw_fault *fault)
{
    struct replay r = {.cli = cli};
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    const tw_err err = replay(&r, reading, fault);
    tw_buf_free(&r.told);
    return err;
}
