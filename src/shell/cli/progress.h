/* SPDX-License-Identifier: Apache-2.0 */
/* cli/progress.h -- how far long work has come, on a terminal.
 *
 * In : how much is done.
 * Out: one line on stderr that is drawn again at most ten times a second, and goes away at the end.
 * Not: anything at all where stderr is no terminal, TERM is dumb, or --quiet was given.
 */
#ifndef TW_CLI_PROGRESS_H
#define TW_CLI_PROGRESS_H

#include "cli/cli.h"

struct tw_progress {
    const char *what; /* not owned: the plural of what is counted, "declarations" */
    int64_t start_ms; /* of a clock that only goes forward */
    int64_t drawn_ms; /* when the line was drawn last; 0 = never */
    bool lively;
};

void tw_progress_begin(struct tw_progress *p, const struct tw_cli *cli, const char *what);

/* Call as often as is convenient, once per thousand or so.
 * done, total  in one unit of the caller's (bytes of a file); total 0 = not known, then no share is shown
 * count        of `what` */
void tw_progress_at(struct tw_progress *p, uint64_t done, uint64_t total, uint64_t count);

/* Takes the line away, so that what is printed next starts on a clean one. Also right after a failure. */
void tw_progress_end(struct tw_progress *p);

/* The line itself, without colour or newline, at most 79 columns when `what` has at most 20. */
void tw_progress_line(struct tw_buf *out, const char *what, uint64_t done, uint64_t total, uint64_t count,
                      int64_t elapsed_ms);

#endif
