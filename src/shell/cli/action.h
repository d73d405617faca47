/* SPDX-License-Identifier: Apache-2.0 */
/* cli/action.h -- what commands have in common that do one of several things: COMMAND ACTION FILE...
 *
 * In : a parsed call whose first argument names the action.
 * Out: which one; the day of --at. Not: doing it.
 */
#ifndef TW_CLI_ACTION_H
#define TW_CLI_ACTION_H

#include "cli/cli.h"

/* Which of `n` words the first argument is. TW_ARG, the note lists them and names the one that is near. */
tw_err tw_cli_action(const struct tw_cli *cli, const char *const *word, size_t n, size_t *ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* Hands over each argument behind the action. One that is refused is told, and the others are gone on with,
 * unless it is the only one. *refused: how many were. The errors of `each`, of which TW_NOMEM and
 * TW_INTERRUPTED end it; `what` names one of them. TW_ARG (there is none) */
typedef tw_err tw_cli_each_fn(void *to, const char *path, struct tw_fault *fault);
tw_err tw_cli_each(struct tw_cli *cli, const char *what, tw_cli_each_fn *each, void *to, size_t *refused,
                   struct tw_fault *fault) TW_MUST_CHECK;

/* The UTC day of --at DATE, else that of the clock. TW_ARG */
tw_err tw_cli_day(const struct tw_cli *cli, int32_t *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
