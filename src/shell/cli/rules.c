/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rules.h"

static const char *const limits[] = {"criteria_max",  "criteria_steps",  "criteria_examples",
                                     "criteria_mib",  "condition_bytes", "condition_depth",
                                     "condition_list"};
static const char *const others[] = {"model",    "criteria", "signers",    "lists",
                                     "channels", "duty_mix", "de_minimis", "memory"};

static bool any(const struct tw_cli *cli, const char *const *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tw_cli_flag(cli, name[i])) return true;
    return false;
}

bool tw_cli_rules_given(const struct tw_cli *cli)
{
    return any(cli, limits, sizeof limits / sizeof *limits) ||
           any(cli, others, sizeof others / sizeof *others);
}

void tw_cli_rules_told(void *to, const char *path, const char *what)
{
    tw_cli_note(to, "%s %s; it is made anew from what the station has pinned", path, what);
}

tw_err tw_cli_rules_change(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_station *s,
                           const struct tw_cli_rules *how, struct tw_rules_changed *ret,
                           struct tw_fault *fault)
{
    const struct tw_input_options *in = tw_cli_reading_options(reading);
    const struct tw_lists_options lists = tw_cli_lists_options(cli);
    const struct tw_criteria_limits criteria = tw_cli_criteria_limits(cli);
    const double mix = tw_cli_real(cli, "duty_mix"), de_minimis = tw_cli_real(cli, "de_minimis");
    const uint32_t memory = (uint32_t)tw_cli_whole(cli, "memory");
    struct tw_buf table = tw_cli_lists_path();
    struct tw_channel_settings channels;
    struct tw_rules_change c = {.model = tw_cli_value(cli, "model"),
                                .criteria = tw_cli_value(cli, "criteria"),
                                .signers = tw_cli_value(cli, "signers"),
                                .lists = tw_cli_value(cli, "lists"),
                                .currency = in->currency,
                                .currency_first = in->map->national_currency,
                                .duty_mix = tw_cli_flag(cli, "duty_mix") ? &mix : NULL,
                                .de_minimis = tw_cli_flag(cli, "de_minimis") ? &de_minimis : NULL,
                                .memory_mib = tw_cli_flag(cli, "memory") ? &memory : NULL,
                                .reasons = how->reasons,
                                .lists_how = &lists,
                                .manifests = how->manifests};
    if (c.criteria != NULL || any(cli, limits, sizeof limits / sizeof *limits)) c.criteria_limits = &criteria;
    if (tw_cli_flag(cli, "channels")) {
        TW_TRY(tw_cli_channels(cli, tw_cli_reading_arena(reading), &channels, fault));
        c.channels = &channels;
    }
    TW_TRY(tw_rules_change(s, &c, &table, ret, fault));
    cli->file = NULL;
    return TW_OK;
}
