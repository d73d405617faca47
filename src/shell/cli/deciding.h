/* SPDX-License-Identifier: Apache-2.0 */
/* cli/deciding.h -- what all commands that decide about declarations have in common.
 *
 * In : the options of the rows DECIDING(id) of command.def: model, state, findings, channels, key, seed ...
 * Out: options for engine/run.h. Not: the run, and what is made of its decisions.
 */
#ifndef TW_CLI_DECIDING_H
#define TW_CLI_DECIDING_H

#include "cli/lists.h"
#include "cli/reading.h"
#include "engine/run.h"

/* Reads the key, the channel settings and the lists, which the caller frees. `reading`, `cli` and `lists`
 * outlive *ret.
 * TW_ARG (both --key and --seed), and the faults of these files; cli->file is the one at fault */
tw_err tw_cli_deciding(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_lists *lists,
                       struct tw_run_options *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The rules alone, as a station takes them (TW_RULES_NONE: without): of the options of the rows RULES(id).
 * Nothing of draws, findings and the like. */
tw_err tw_cli_deciding_rules(struct tw_cli *cli, struct tw_cli_reading *reading, struct tw_lists *lists,
                             struct tw_run_options *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Says on stderr where chance comes from, and what it decides by when there is no model. */
void tw_cli_deciding_note(const struct tw_cli *cli, const struct tw_run_options *o);

/* Appends `before` and how manifests differ from those the model was taught with, without an end. Appends
 * nothing where it had some as the run has, or neither has. */
void tw_cli_deciding_manifests(const struct tw_run_summary *s, const char *before, struct tw_buf *out);

/* The same in one word: as_taught, missing, untaught. Static storage. */
const char *tw_cli_deciding_taught(const struct tw_run_summary *s);

/* Appends `before` and why scores of earlier runs were not measured against: "begun anew: ..." or "empty:
 * ...", without an end. Appends nothing where they were. */
void tw_cli_deciding_window(const struct tw_run_options *o, const struct tw_run_summary *s,
                            const char *before, struct tw_buf *out);

/* The shifts whose channels took more than they can, one line each behind `before`: what law demands is not
 * turned down. Nothing where there are none. */
void tw_cli_deciding_full(const struct tw_run_summary *s, const char *before, struct tw_buf *out);

/* The settings of --channels, else the defaults; texts in the arena. cli->file is the one at fault */
tw_err tw_cli_channels(struct tw_cli *cli, struct tw_arena *arena, struct tw_channel_settings *ret,
                       struct tw_fault *fault) TW_MUST_CHECK;

/* Those of the options. */
struct tw_criteria_limits tw_cli_criteria_limits(const struct tw_cli *cli);

#endif
