/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "engine/past.h"
#include "trial/audit_page.h"

static const double SPLIT_SHARE = 0.75; /* as evaluate takes it */

static tw_err past_options(const struct tw_cli *cli, struct tw_cli_reading *reading,
                           struct tw_past_options *ret, struct tw_fault *fault)
{
    *ret = (struct tw_past_options){.input = *tw_cli_reading_options(reading),
                                    .declarations = cli->args > 0 ? cli->arg[0] : NULL,
                                    .findings = cli->args > 1 ? cli->arg[1] : NULL,
                                    .train = tw_cli_value(cli, "train"),
                                    .test = tw_cli_value(cli, "test"),
                                    .split_day = TW_NO_DAY,
                                    .split_share = SPLIT_SHARE};
    const char *split = tw_cli_value(cli, "split");
    if (split == NULL) return TW_OK;
    if (tw_day_parse(tw_str_from(split), &ret->split_day, fault) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG, "--split takes a date such as 2025-10-01, not '%.40s'", split);
}

static bool on_step(void *to, const char *words)
{
    const struct tw_cli *cli = to;
    if (tw_cli_interrupted()) return false;
    if (tw_cli_lively(cli)) tw_cli_note(cli, "  %s", words);
    return true;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static tw_err write_page(struct tw_cli *cli, const struct tw_past_options *o, const struct tw_trial_audit *a,
                         struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "html");
    if (path == NULL) return TW_OK;
    TW_SCOPED_BUF page = {0};
    char subject[200] = "";
    if (o->train != NULL)
        snprintf(subject, sizeof subject, "%.80s, then %.80s", name_of(o->train), name_of(o->test));
    else if (o->declarations != NULL)
        snprintf(subject, sizeof subject, "%.160s", name_of(o->declarations));
    tw_trial_audit_page(a, subject, &page);
    return tw_cli_save(cli, path, &page, fault);
}

tw_err cmd_audit_data(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED_PAST past = {.data = NULL};
    TW_SCOPED(tw_trial_audit) *audit = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_past_options o;
    struct tw_trial_audit_settings set = tw_trial_audit_settings_default();
    set.seed = (uint64_t)tw_cli_whole(cli, "seed");
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    TW_TRY(past_options(cli, reading, &o, fault));
    TW_TRY(tw_past_read(&o, &past, fault));
    tw_cli_reading_summary(reading, past.refused);
    TW_TRY(tw_trial_audit(past.data, &set, &(struct tw_trial_watch){on_step, cli}, &audit, fault));
    TW_TRY(write_page(cli, &o, audit, fault));
    if (cli->json)
        tw_trial_audit_json(audit, &out);
    else
        tw_trial_audit_text(audit, &out);
    cli->finding = !audit->believable;
    return tw_cli_write(&out, fault);
}
