/* SPDX-License-Identifier: Apache-2.0 */
/* cli/cli.h -- the command line: one table of commands, one way to parse, one way to fail.
 *
 * In : argv.
 * Out: data on stdout, messages on stderr, exit codes 0 ok, 1 finding, 2 usage, 3 input rejected, 4
 * unavailable, 130 interrupted. Not: work; commands hand it to the engine.
 */
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { TW_CLI_OPTIONS_MAX = 64, TW_CLI_ARGS_MAX = 64 };

struct tw_command;

/* One parsed call. Texts are argv's own. */
struct tw_cli {
    const struct tw_command *command;
    struct {
        const char *name, *value; /* value NULL = a flag */
    } option[TW_CLI_OPTIONS_MAX];
    size_t options;
    const char *arg[TW_CLI_ARGS_MAX];
    size_t args;
    bool json, quiet;
    const char *file; /* what a fault is about; a command sets it before it reads a file */
};

/* The whole program behind main(). */
int tw_cli_main(int argc, char **argv);

/* The value of an option, the last one given; NULL = not given. `name` must stand in the command's table. */
const char *tw_cli_value(const struct tw_cli *cli, const char *name);
bool tw_cli_flag(const struct tw_cli *cli, const char *name);

/* A number in [min, max]; `otherwise` when the option is not given. TW_ARG with a note */
tw_err tw_cli_i64(const struct tw_cli *cli, const char *name, int64_t otherwise, int64_t min, int64_t max,
                  int64_t *ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_cli_f64(const struct tw_cli *cli, const char *name, double otherwise, double min, double max,
                  double *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Writes everything to stdout; TW_IO when it cannot be written (a full disk, a closed pipe). */
tw_err tw_cli_write(const struct tw_buf *out, struct tw_fault *fault) TW_MUST_CHECK;

/* A note for people on stderr, unless --quiet; the newline is added. */
void tw_cli_note(const struct tw_cli *cli, const char *fmt, ...) TW_PRINTF(2, 3);

/* True once Ctrl-C or SIGTERM came; long work polls it and returns TW_INTERRUPTED. */
bool tw_cli_interrupted(void);

/* True when stderr is a terminal that can redraw a line and people want it to. */
bool tw_cli_lively(const struct tw_cli *cli);

#endif
