/* SPDX-License-Identifier: Apache-2.0 */
/* cli/cli.h -- the command line: one table of commands, one way to parse, one way to fail.
 *
 * In : argv.
 * Out: data on stdout, messages on stderr, exit codes as base/err.h's table has them.
 * Not: work; a command reads its options, hands the work to others and writes the answer.
 */
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { TW_CLI_OPTIONS_MAX = 64, TW_CLI_ARGS_MAX = 64 };

struct tw_command;

/* One given option; `name` as the table has it. */
struct tw_cli_option {
    const char *name;
    const char *text; /* NULL = a flag */
    int64_t whole;    /* of a WHOLE row */
    double real;      /* of a REAL row */
};

/* One parsed call. Texts are argv's own. */
struct tw_cli {
    const struct tw_command *command;
    struct tw_cli_option option[TW_CLI_OPTIONS_MAX];
    size_t options;
    const char *arg[TW_CLI_ARGS_MAX]; /* as many as the command's row allows; "-" is standard input */
    size_t args;
    bool json, quiet;
    bool finding;     /* the work went well and found something against what it looked at: exit code 1 */
    const char *file; /* what a fault is about; a command sets it before it reads a file. NULL = none */
    struct tw_str
        text; /* the same where no file is: a fault shows the line of it, and a caret. absent = none */
};

/* The whole program behind main(); returns the exit code. */
int tw_cli_main(int argc, char **argv);

/* The value of an option, the last one given. `name` is that of a row of command.def which belongs to the
 * command or to ALL, with underscores; another is a fault of ours and caught by an assertion.
 * tw_cli_value      NULL = not given
 * tw_cli_whole      of a WHOLE row; within its range, or the row's `otherwise`
 * tw_cli_real       of a REAL row; the same */
const char *tw_cli_value(const struct tw_cli *cli, const char *name);
bool tw_cli_flag(const struct tw_cli *cli, const char *name);
int64_t tw_cli_whole(const struct tw_cli *cli, const char *name);
double tw_cli_real(const struct tw_cli *cli, const char *name);

/* Writes everything to stdout at once. TW_FULL, TW_IO, TW_NOMEM (the buffer had failed) */
tw_err tw_cli_write(const struct tw_buf *out, struct tw_fault *fault) TW_MUST_CHECK;

/* The page of --html. It is opened before the work, so that a path that cannot be written is told at once and
 * not after minutes; and written behind the report, whole or not at all. Where they fail
 * cli->file is left at its path, but for "-", which is no file. *ret is NULL, and nothing is written, where
 * --html is not given. TW_ARG (standard output: the report goes there); the errors of tw_file_out_open,
 * _write and _commit; TW_NOMEM (the buffer had failed) */
struct tw_file_out;
tw_err tw_cli_page_open(struct tw_cli *cli, struct tw_file_out **ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_cli_page_write(struct tw_cli *cli, struct tw_file_out *file, const struct tw_buf *page,
                         struct tw_fault *fault) TW_MUST_CHECK;

/* A note for people on stderr, unless --quiet; the newline is added. */
void tw_cli_note(const struct tw_cli *cli, const char *fmt, ...) TW_PRINTF(2, 3);

/* Tells one fault on stderr, with cli->file, as the end of the program would: text, or JSON with --json. For
 * faults that do not end the work; the caller minds --quiet. */
void tw_cli_tell(const struct tw_cli *cli, const struct tw_fault *fault);

/* True once Ctrl-C or SIGTERM came; long work polls it and returns TW_INTERRUPTED. The flag itself, for
 * tw_file_options.stop and other loops that do not know this module. A second Ctrl-C ends the program. */
bool tw_cli_interrupted(void);
const volatile sig_atomic_t *tw_cli_stop(void);

/* May stderr be redrawn: a terminal other than TERM=dumb, and not --quiet. cli/progress.h asks this itself.
 */
bool tw_cli_lively(const struct tw_cli *cli);

/* May stdout be coloured: a terminal other than TERM=dumb, not --json, and no NO_COLOR in the environment. */
bool tw_cli_colour(const struct tw_cli *cli);

#endif
