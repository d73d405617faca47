/* SPDX-License-Identifier: Apache-2.0 */
/* cli/rules.h -- by what a station decides, from the options of a command.
 *
 * In : the options of the rows RULES(id) of command.def. Out: rules pinned and in force (engine/rules.h).
 * Not: deciding.
 */
#ifndef TW_CLI_RULES_H
#define TW_CLI_RULES_H

#include "cli/deciding.h"
#include "engine/rules.h"

/* Is there any option that is about rules? --currency alone is none. */
bool tw_cli_rules_given(const struct tw_cli *cli);

/* Puts in force what the options say over what was. cli->file is the one at fault.
 * reasons    NULL = as it was
 * manifests  those that are here by now count
 * The errors of tw_rules_change */
struct tw_cli_rules {
    const bool *reasons;
    bool manifests;
};
tw_err tw_cli_rules_change(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_station *s,
                           const struct tw_cli_rules *how, struct tw_rules_changed *ret,
                           struct tw_fault *fault) TW_MUST_CHECK;

/* Tells on standard error which pinned file was not what was pinned, and is made anew; `to` is the cli. */
void tw_cli_rules_told(void *to, const char *path, const char *what);

#endif
