/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reading.h"
#include "cli/table_priv.h"
#include "store/file.h"
#include "trial/audit_page.h"

static tw_err write_page(struct tw_cli *cli, const struct tw_past_options *o, const struct tw_trial_audit *a,
                         struct tw_file_out *html, struct tw_fault *fault)
{
    TW_SCOPED_BUF page = {0};
    char subject[TW_CLI_SUBJECT];
    if (html == NULL) return TW_OK;
    tw_cli_subject(o, "then", subject);
    tw_trial_audit_page(a, subject, &page);
    return tw_cli_page_write(cli, html, &page, fault);
}

tw_err cmd_audit_data(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *html = NULL;
    TW_SCOPED(tw_cli_reading) *reading = NULL;
    TW_SCOPED_PAST past = {.data = NULL};
    TW_SCOPED(tw_trial_audit) *audit = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_past_options o;
    struct tw_trial_audit_settings set = tw_trial_audit_settings_default();
    set.seed = (uint64_t)tw_cli_whole(cli, "seed");
    TW_TRY(tw_cli_page_open(cli, &html, fault));
    TW_TRY(tw_cli_reading_new(cli, &reading, fault));
    TW_TRY(tw_cli_past_options(cli, reading, &o, fault));
    TW_TRY(tw_past_read(&o, &past, fault));
    tw_cli_reading_summary(reading, past.refused);
    TW_TRY(tw_trial_audit(past.data, &set, &(struct tw_trial_watch){tw_cli_step, cli}, &audit, fault));
    if (cli->json)
        tw_trial_audit_json(audit, &out);
    else
        tw_trial_audit_text(audit, &out);
    cli->finding = !audit->believable;
    TW_TRY(tw_cli_write(&out, fault));
    return write_page(cli, &o, audit, html, fault);
}
