/* SPDX-License-Identifier: Apache-2.0 */
/* cli/table_priv.h -- the command table, for this module's files alone. */
#ifndef TW_CLI_TABLE_PRIV_H
#define TW_CLI_TABLE_PRIV_H

#include "cli/cli.h"

enum command_id {
    COMMAND_ALL,
#define COMMAND(id, name, arguments, help, example) COMMAND_##id,
#define OPTION(command, name, argument, help)
#include "cli/command.def"
#undef COMMAND
#undef OPTION
    COMMAND_N
};

struct tw_command {
    enum command_id id;
    const char *name, *arguments, *help, *example;
    tw_err (*run)(struct tw_cli *cli, struct tw_fault *fault);
};

struct command_option {
    enum command_id command; /* COMMAND_ALL = every one */
    const char *name, *argument, *help;
};

const struct tw_command *command_find(const char *name); /* NULL when unknown */
const struct tw_command *command_at(size_t i);           /* NULL behind the last */
const struct command_option *option_at(size_t i);        /* NULL behind the last */
const struct command_option *option_find(enum command_id command, const char *name, size_t name_n);

/* The nearest name by edit distance, "" when none is near. */
const char *command_near(const char *name);
const char *option_near(enum command_id command, const char *name, size_t name_n);

void help_program(struct tw_buf *out);
void help_command(const struct tw_command *c, struct tw_buf *out);
void help_man(struct tw_buf *out);  /* man/tidewaiter.1.scd */
void help_bash(struct tw_buf *out); /* data/tidewaiter.bash */

#define COMMAND(id, name, arguments, help, example)                                                          \
    tw_err cmd_##name(struct tw_cli *cli, struct tw_fault *fault);
#define OPTION(command, name, argument, help)
#include "cli/command.def"
#undef COMMAND
#undef OPTION

#endif
