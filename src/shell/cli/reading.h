/* SPDX-License-Identifier: Apache-2.0 */
/* cli/reading.h -- what all commands that read declarations have in common.
 *
 * In : the options of the rows READING(id) of command.def: map, currency, rates, tariff, rejects; or those of
 * them that a command has. Out: options for engine/input.h and engine/past.h, wired to the terminal: a
 * progress line, refused rows told one by one and summed up, Ctrl-C. Not: the reading itself.
 *
 * A command does:
 *
 *   TW_SCOPED(tw_cli_reading) *r = NULL;
 *   TW_TRY(tw_cli_reading_new(cli, &r, fault));
 *   ... tw_input_open(path, tw_cli_reading_options(r), ...) as often as it likes ...
 *   tw_cli_reading_summary(r, refused declarations);
 */
#ifndef TW_CLI_READING_H
#define TW_CLI_READING_H

#include "cli/cli.h"
#include "engine/past.h"

struct tw_cli_reading;

/* Finds the map: --map NAME (built in) or FILE (its name holds a point or a slash); `canonical` when not
 * given. cli  outlives what is returned; cli->file is kept at the file being worked on, NULL after a success
 * TW_NOTFOUND (the note lists the maps there are), TW_FORMAT ... (the map file), TW_NOMEM */
tw_err tw_cli_reading_new(struct tw_cli *cli, struct tw_cli_reading **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Takes NULL. Takes the progress line away. */
void tw_cli_reading_free(struct tw_cli_reading *r);
static inline void tw_cli_reading_freep(struct tw_cli_reading **r)
{
    tw_cli_reading_free(*r);
}

/* As long as `r`; a command may set what it needs besides (sha256, ids_may_return). */
struct tw_input_options *tw_cli_reading_options(struct tw_cli_reading *r);

/* As long as `r`; for settings that are read beside the map. */
struct tw_arena *tw_cli_reading_arena(struct tw_cli_reading *r);

/* Takes the progress line away; before anything else is written, and when the reading is over. */
void tw_cli_reading_pause(struct tw_cli_reading *r);

/* Sums up on stderr what was refused; nothing when nothing was. Sets cli->file to NULL. */
void tw_cli_reading_summary(struct tw_cli_reading *r, uint64_t refused_declarations);

/* TW_FORMAT when a file of manifests was refused: what was asked for is done, and somebody must look. */
tw_err tw_cli_reading_manifests(const struct tw_cli_reading *r, struct tw_fault *fault) TW_MUST_CHECK;

/* What engine/past.h needs of a command that takes DECLARATIONS [FINDINGS], or --train and --test, and
 * --split; without a split, nine months of twelve are learned from. Texts are cli's.
 * TW_ARG (--split is no date) */
tw_err tw_cli_past_options(const struct tw_cli *cli, struct tw_cli_reading *reading,
                           struct tw_past_options *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The step of a tw_trial_watch whose `to` is the cli: tells it on a lively terminal; false after Ctrl-C. */
bool tw_cli_step(void *cli, const char *words);

/* What a page is about, cut to fit: the file's name, or "train.csv, WORDS test.csv"; "" for neither. */
enum { TW_CLI_SUBJECT = 200 };
void tw_cli_subject(const struct tw_past_options *o, const char *words, char ret[TW_CLI_SUBJECT]);

#endif
