/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "store/file.h"
#include "trial/loop.h"
#include "trial/page.h"

/* What --closed-loop needs is looked at before anything is read. */
static tw_err check_loop(const struct tw_cli *cli, struct tw_fault *fault)
{
    if (tw_cli_flag(cli, "closed_loop")) {
        if (tw_cli_value(cli, "truth") != NULL) return TW_OK;
        return tw_fail(fault, TW_ARG,
                       "--closed-loop needs --truth FILE: what was not inspected has no result otherwise");
    }
    if (tw_cli_value(cli, "retrain_weeks") != NULL)
        return tw_fail(fault, TW_ARG, "--retrain-weeks goes with --closed-loop");
    return TW_OK;
}

static const char *family_name(unsigned f)
{
    return tw_family_row((enum tw_family)f)->name;
}

static const char *scorer_name(unsigned s)
{
    return tw_scorer_name((enum tw_scorer)s);
}

/* The names that an option lists, as bits; `ret` stays as it is where the option is not given. */
static tw_err take_names(const struct tw_cli *cli, const char *option, const char *(*name)(unsigned),
                         unsigned n, uint32_t *ret, struct tw_fault *fault)
{
    const char *value = tw_cli_value(cli, option);
    if (value == NULL) return TW_OK;
    uint32_t bits = 0;
    for (struct tw_str rest = tw_str_from(value); rest.s != NULL;) {
        const struct tw_str one = tw_str_cut(rest, ',', &rest);
        unsigned k = 0;
        while (k < n && !tw_str_is(one, name(k))) k++;
        if (k < n) {
            bits |= 1u << k;
            continue;
        }
        TW_SCOPED_BUF all = {0};
        for (k = 0; k < n; k++) tw_buf_printf(&all, "%s%s", k > 0 ? ", " : "", name(k));
        return tw_fail(fault, TW_ARG, "--%s: there is no '%.*s'; there are %.*s", option, (int)one.n, one.s,
                       (int)all.n, all.p);
    }
    *ret = bits;
    return TW_OK;
}

/* What is left out of the comparison. */
static tw_err choose(const struct tw_cli *cli, struct tw_trial_settings *set, struct tw_fault *fault)
{
    TW_TRY(take_names(cli, "scorers", scorer_name, TW_SCORER_N, &set->scorers, fault));
    TW_TRY(take_names(cli, "without", family_name, TW_FAMILY_N, &set->without, fault));
    const char *one = tw_cli_value(cli, "scorers") != NULL ? "scorers" : "without";
    if (tw_cli_flag(cli, "closed_loop") && tw_cli_value(cli, one) != NULL)
        return tw_fail(fault, TW_ARG,
                       "--%s does not go with --closed-loop, where all play with all they know", one);
    return TW_OK;
}

static struct tw_trial_settings settings(const struct tw_cli *cli)
{
    struct tw_trial_settings set = tw_trial_settings_default();
    set.budget = tw_cli_real(cli, "budget");
    set.seed = (uint64_t)tw_cli_whole(cli, "seed");
    set.threads = (uint32_t)tw_cli_whole(cli, "threads");
    set.duty_mix = tw_cli_real(cli, "duty_mix");
    set.de_minimis = tw_cli_real(cli, "de_minimis");
    return set;
}

static tw_err play(struct tw_cli *cli, struct tw_trial_data *d, const struct tw_trial_settings *set,
                   struct tw_loop_report *ret, struct tw_fault *fault)
{
    struct tw_loop_settings how = tw_loop_settings_default();
    how.trial = *set;
    tw_loop_settings_budget(&how, tw_cli_real(cli, "budget"));
    how.retrain_weeks = (uint32_t)tw_cli_whole(cli, "retrain_weeks");
    return tw_loop_evaluate(d, &how, &(struct tw_trial_watch){tw_cli_step, cli}, ret, fault);
}

static tw_err write_report(const struct tw_cli *cli, const struct tw_trial_report *r,
                           const struct tw_loop_report *loop, struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    if (cli->json)
        tw_trial_report_json(r, loop, &out);
    else
        tw_trial_report_text(r, &out);
    if (!cli->json && loop != NULL) {
        tw_buf_char(&out, '\n');
        tw_loop_report_text(loop, &out);
    }
    return tw_cli_write(&out, fault);
}

static tw_err write_page(struct tw_cli *cli, const struct tw_past_options *o, const struct tw_trial_report *r,
                         const struct tw_loop_report *loop, struct tw_file_out *html, struct tw_fault *fault)
{
    TW_SCOPED_BUF page = {0};
    char subject[TW_CLI_SUBJECT];
    if (html == NULL) return TW_OK;
    tw_cli_subject(o, "tested on", subject);
    tw_trial_page(r, loop, subject, &page);
    return tw_cli_page_write(cli, html, &page, fault);
}

/* What can be wrong is told before the work. */
static tw_err begin(struct tw_cli *cli, struct tw_trial_settings *set, struct tw_file_out **html,
                    struct tw_fault *fault)
{
    TW_TRY(choose(cli, set, fault));
    TW_TRY(check_loop(cli, fault));
    return tw_cli_page_open(cli, html, fault);
}

tw_err cmd_evaluate(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *html = NULL;
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED_PAST past = {.data = NULL};
    struct tw_past_options o;
    struct tw_trial_settings set = settings(cli);
    struct tw_trial_report report;
    TW_SCOPED_LOOP loop = {.lines = 0};
    bool closed = tw_cli_flag(cli, "closed_loop");
    TW_TRY(begin(cli, &set, &html, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    TW_TRY(tw_cli_past_options(cli, reading, &o, fault));
    o.truth = tw_cli_value(cli, "truth");
    TW_TRY(tw_past_read(&o, &past, fault));
    tw_cli_reading_summary(reading, past.refused);
    TW_TRY(tw_trial_evaluate(past.data, &set, &(struct tw_trial_watch){tw_cli_step, cli}, &report, fault));
    if (closed) TW_TRY(play(cli, past.data, &set, &loop, fault));
    const struct tw_loop_report *played = closed ? &loop : NULL;
    TW_TRY(write_report(cli, &report, played, fault));
    TW_TRY(write_page(cli, &o, &report, played, html, fault));
    return tw_cli_reading_manifests(reading, fault);
}
