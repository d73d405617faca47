/* SPDX-License-Identifier: Apache-2.0 */
/* cli/table_priv.h -- the command table and what reads it, for this module's files alone. */
#ifndef TW_CLI_TABLE_PRIV_H
#define TW_CLI_TABLE_PRIV_H

#include "cli/cli.h"

enum command_id {
    COMMAND_ALL,
#define COMMAND(id, name, arguments, help, example) COMMAND_##id,
#define OPTION(command, name, argument, help)
#define WHOLE(command, name, argument, from, to, otherwise, help)
#define REAL(command, name, argument, from, to, otherwise, help)
#include "cli/command.def"
#undef COMMAND
    COMMAND_N
};

struct tw_command {
    enum command_id id;
    const char *name, *arguments, *help, *example;
    tw_err (*run)(struct tw_cli *cli, struct tw_fault *fault);
};

enum option_kind { OPTION_TEXT, OPTION_WHOLE, OPTION_REAL }; /* a flag is a text with no argument */

struct command_option {
    enum command_id command; /* COMMAND_ALL = every one */
    const char *name, *argument, *help;
    enum option_kind kind;
    int64_t whole_from, whole_to, whole_otherwise;
    double real_from, real_to, real_otherwise;
};

const struct tw_command *command_at(size_t i);    /* NULL behind the last */
const struct command_option *option_at(size_t i); /* NULL behind the last */
const struct tw_command *command_find(const char *name);
const struct command_option *option_find(enum command_id command, const char *name, size_t name_n);
bool option_of(const struct command_option *o, const struct tw_command *c);

/* The name that was probably meant, "" when none is near. */
const char *command_near(const char *name);
const char *option_near(enum command_id command, const char *name, size_t name_n);

/* How many files a command takes, read from the words of its row. */
struct command_takes {
    size_t min, max;
};
struct command_takes command_takes(const struct tw_command *c);

/* Reads argv[2..] by the rows of cli->command. With --help among the options nothing else is held against the
 * caller. TW_ARG with a note that names the nearest option, the range, or the files that are missing */
tw_err cli_parse(struct tw_cli *cli, int argc, char **argv, struct tw_fault *fault) TW_MUST_CHECK;

void help_program(struct tw_buf *out);
void help_command(const struct tw_command *c, struct tw_buf *out);
void print_man(struct tw_buf *out);  /* man/tidewaiter.1.scd */
void print_bash(struct tw_buf *out); /* data/tidewaiter.bash */

/* A name of the table as it is typed: underscores become hyphens. The text lives in *room. */
struct name_typed {
    char text[48];
};
const char *name_typed(const char *name, struct name_typed *room);
void buf_typed(struct tw_buf *out, const char *name);

/* The help of an option with its range and default. */
void option_words(struct tw_buf *out, const struct command_option *o);

#define COMMAND(id, name, arguments, help, example)                                                          \
    tw_err cmd_##name(struct tw_cli *cli, struct tw_fault *fault);
#include "cli/command.def"
#undef COMMAND
#undef OPTION
#undef WHOLE
#undef REAL

#endif
