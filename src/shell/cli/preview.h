/* SPDX-License-Identifier: Apache-2.0 */
/* cli/preview.h -- what a set of criteria would have done.
 *
 * In : a set, declarations of the past, what was found in them, the set in use.
 * Out: of each criterion hits, what it asked for, past yield, overlap; the load of each office; what would no
 * longer be selected. Not: whether it is to be published.
 */
#ifndef TW_CLI_PREVIEW_H
#define TW_CLI_PREVIEW_H

#include "cli/cli.h"

/* `criteria preview SET --over FILE`. The errors of tw_cli_deciding and tw_run. */
tw_err tw_cli_preview(struct tw_cli *cli, struct tw_fault *fault) TW_MUST_CHECK;

#endif
