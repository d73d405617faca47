/* SPDX-License-Identifier: Apache-2.0 */
/* Help, man page and completion, all from the command table. */
#include <string.h>

#include "cli/table_priv.h"
#include "tidewaiter/version.h"

/* A word of the table as it is typed: underscores become hyphens. */
static void word(struct tw_buf *out, const char *name)
{
    for (const char *c = name; *c != '\0'; c++) tw_buf_char(out, *c == '_' ? '-' : *c);
}

static void pad(struct tw_buf *out, size_t from, size_t width)
{
    for (size_t used = out->n - from; used < width; used++) tw_buf_char(out, ' ');
}

void help_program(struct tw_buf *out)
{
    tw_buf_printf(out,
                  "tidewaiter %s: reads customs declarations, says how risky each is and why, and gives it a "
                  "channel\n\n"
                  "usage: tidewaiter COMMAND [OPTIONS] [FILES]\n\ncommands:\n",
                  tw_version());
    for (size_t i = 0; command_at(i) != NULL; i++) {
        size_t from = out->n;
        tw_buf_text(out, "  ");
        word(out, command_at(i)->name);
        pad(out, from, 14);
        tw_buf_printf(out, " %s\n", command_at(i)->help);
    }
    tw_buf_text(
        out,
        "\n`tidewaiter COMMAND --help` tells more. Data go to standard output, messages to standard error.\n"
        "Exit codes: 0 ok, 1 finding, 2 usage, 3 input rejected, 4 unavailable, 130 interrupted.\n");
}

static bool listed(const struct command_option *o, const struct tw_command *c)
{
    return o->command == COMMAND_ALL || o->command == c->id;
}

static void option_line(struct tw_buf *out, const struct command_option *o)
{
    size_t from = out->n;
    tw_buf_text(out, "  --");
    word(out, o->name);
    if (o->argument[0] != '\0') tw_buf_printf(out, " %s", o->argument);
    pad(out, from, 24);
    tw_buf_printf(out, " %s\n", o->help);
}

void help_command(const struct tw_command *c, struct tw_buf *out)
{
    tw_buf_text(out, "usage: tidewaiter ");
    word(out, c->name);
    tw_buf_printf(out, " [OPTIONS]%s%s\n\n%s\n\noptions:\n", c->arguments[0] != '\0' ? " " : "", c->arguments,
                  c->help);
    for (size_t i = 0; option_at(i) != NULL; i++)
        if (listed(option_at(i), c)) option_line(out, option_at(i));
    tw_buf_printf(out, "\nexample:\n  %s\n", c->example);
}

/* scdoc takes underscores and asterisks as markup; a backslash makes them plain. */
static void man_text(struct tw_buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("_*\\", *c) != NULL) tw_buf_char(out, '\\');
        tw_buf_char(out, *c);
    }
}

void help_man(struct tw_buf *out)
{
    tw_buf_text(
        out,
        "tidewaiter(1)\n\n# NAME\n\ntidewaiter - border clearance engine\n\n# SYNOPSIS\n\n*tidewaiter* "
        "_COMMAND_ "
        "[_OPTIONS_] [_FILES_]\n\n# DESCRIPTION\n\nReads customs declarations, says of each how risky it is "
        "and why, and gives it a channel within the inspection capacity there is.\n\nData go to standard "
        "output, messages to standard error. A file named *-* is standard input.\n\n# COMMANDS\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct tw_command *c = command_at(i);
        tw_buf_text(out, "\n## ");
        word(out, c->name);
        tw_buf_char(out, ' ');
        man_text(out, c->arguments);
        tw_buf_text(out, "\n\n");
        man_text(out, c->help);
        tw_buf_text(out, "\n");
        for (size_t k = 0; option_at(k) != NULL; k++) {
            const struct command_option *o = option_at(k);
            if (o->command != c->id) continue;
            tw_buf_text(out, "\n*--");
            word(out, o->name);
            tw_buf_text(out, "*");
            if (o->argument[0] != '\0') tw_buf_printf(out, " _%s_", o->argument);
            tw_buf_text(out, "\n\t");
            man_text(out, o->help);
            tw_buf_char(out, '\n');
        }
        tw_buf_text(out, "\nExample:\n\n```\n");
        tw_buf_text(out, c->example);
        tw_buf_text(out, "\n```\n");
    }
    tw_buf_text(out, "\n# OPTIONS OF EVERY COMMAND\n");
    for (size_t k = 0; option_at(k) != NULL; k++) {
        if (option_at(k)->command != COMMAND_ALL) continue;
        tw_buf_text(out, "\n*--");
        word(out, option_at(k)->name);
        tw_buf_text(out, "*\n\t");
        man_text(out, option_at(k)->help);
        tw_buf_char(out, '\n');
    }
    tw_buf_text(
        out,
        "\n# EXIT STATUS\n\n0 ok; 1 finding; 2 usage; 3 input rejected; 4 unavailable; 130 interrupted.\n\n"
        "# ENVIRONMENT\n\n*NO_COLOR*, *TERM=dumb*\n\tno colours, no progress that redraws its line\n");
}

void help_bash(struct tw_buf *out)
{
    tw_buf_text(out,
                "# bash completion for tidewaiter; written by `tidewaiter --print bash`\n_tidewaiter()\n{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n    "
                "    words=\"");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        if (i > 0) tw_buf_char(out, ' ');
        word(out, command_at(i)->name);
    }
    tw_buf_text(out, "\"\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        tw_buf_text(out, "        ");
        word(out, command_at(i)->name);
        tw_buf_text(out, ") words=\"");
        bool first = true;
        for (size_t k = 0; option_at(k) != NULL; k++) {
            if (!listed(option_at(k), command_at(i))) continue;
            tw_buf_text(out, first ? "--" : " --");
            word(out, option_at(k)->name);
            first = false;
        }
        tw_buf_text(out, "\" ;;\n");
    }
    tw_buf_text(out, "        esac\n    fi\n    case $cur in\n    -*) mapfile -t COMPREPLY < <(compgen -W "
                     "\"$words\" -- \"$cur\") ;;\n"
                     "    *) if [ \"$COMP_CWORD\" -eq 1 ]; then mapfile -t COMPREPLY < <(compgen -W "
                     "\"$words\" -- \"$cur\"); "
                     "else mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); fi ;;\n    esac\n}\ncomplete -o "
                     "filenames -F _tidewaiter "
                     "tidewaiter\n");
}
