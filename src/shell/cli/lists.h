/* SPDX-License-Identifier: Apache-2.0 */
/* cli/lists.h -- the lists that a command asks.
 *
 * In : the options of the rows LISTS(id) of command.def: limits; --lists of DECIDING(id).
 * Out: options for engine/lists.h; the lists. Not: what is asked of them.
 */
#ifndef TW_CLI_LISTS_H
#define TW_CLI_LISTS_H

#include "cli/cli.h"
#include "engine/lists.h"

/* Limits, and where cli->file points to while lists are read. Valid as long as `cli`. */
struct tw_lists_options tw_cli_lists_options(struct tw_cli *cli);

/* Room for the path of a table or head at fault; it outlives the command, as a fault does. */
struct tw_buf tw_cli_lists_path(void);

/* The lists of --lists into *io, which the caller frees; it stays empty when there is no such option.
 * The errors of tw_lists_open; cli->file is the one at fault */
tw_err tw_cli_lists(struct tw_cli *cli, struct tw_lists *io, struct tw_fault *fault) TW_MUST_CHECK;

#endif
