/* SPDX-License-Identifier: Apache-2.0 */
/* The man page and the completion, from the command table; a test holds the repository's copies to it. */
#include <string.h>

#include "cli/table_priv.h"

/* scdoc takes underscores and asterisks as markup; a backslash makes them plain. Not in headings. */
static void man_text(struct tw_buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("_*\\", *c) != NULL) tw_buf_char(out, '\\');
        tw_buf_put(out, c, 1);
    }
}

static void man_option(struct tw_buf *out, const struct command_option *o)
{
    TW_SCOPED_BUF words = {0};
    tw_buf_text(out, "\n*--");
    buf_typed(out, o->name);
    tw_buf_char(out, '*');
    if (strcmp(o->name, "quiet") == 0) tw_buf_text(out, ", *-q*");
    if (strcmp(o->name, "help") == 0) tw_buf_text(out, ", *-h*");
    if (o->argument[0] != '\0') tw_buf_printf(out, " _%s_", o->argument);
    tw_buf_text(out, "\n\t");
    option_words(&words, o);
    tw_buf_char(&words, '\0');
    man_text(out, words.failed ? "" : words.p);
    tw_buf_char(out, '\n');
}

static void man_command(struct tw_buf *out, const struct tw_command *c)
{
    tw_buf_text(out, "\n## tidewaiter ");
    buf_typed(out, c->name);
    tw_buf_printf(out, " [OPTIONS]%s%s\n\n", c->arguments[0] != '\0' ? " " : "", c->arguments);
    man_text(out, c->help);
    tw_buf_char(out, '\n');
    for (size_t i = 0; option_at(i) != NULL; i++)
        if (option_at(i)->command == c->id) man_option(out, option_at(i));
    tw_buf_printf(out, "\nExample:\n\n```\n%s\n```\n", c->example);
}

void print_man(struct tw_buf *out)
{
    tw_buf_text(out,
                "tidewaiter(1)\n"
                "\n# NAME\n\n"
                "tidewaiter - customs declarations to risk, reasons and channels\n"
                "\n# SYNOPSIS\n\n"
                "*tidewaiter* _COMMAND_ [_OPTIONS_] [_FILES_]\n\n"
                "*tidewaiter* *--help* | *--version*\n"
                "\n# DESCRIPTION\n\n"
                "Reads customs declarations, says of each how risky it is and why, and gives it a channel\n"
                "within the inspection capacity there is.\n\n"
                "Data go to standard output, messages to standard error. A file named *-* is standard\n"
                "input. An option's value follows as the next word or behind an equals sign; *--* ends the\n"
                "options. Files are written aside and appear under their name whole or not at all.\n"
                "\n# COMMANDS\n");
    for (size_t i = 0; command_at(i) != NULL; i++) man_command(out, command_at(i));
    tw_buf_text(out, "\n# OPTIONS OF EVERY COMMAND\n");
    for (size_t i = 0; option_at(i) != NULL; i++)
        if (option_at(i)->command == COMMAND_ALL) man_option(out, option_at(i));
    tw_buf_text(
        out, "\n# EXIT STATUS\n\n"
             "*0*\n\tdone\n\n"
             "*1*\n\tdone, and something was found that needs a look\n\n"
             "*2*\n\tused wrongly: an unknown command or option, a value out of its range\n\n"
             "*3*\n\tthe input was rejected; the message says where and what would be right\n\n"
             "*4*\n\tsomething it needs is not available: memory, a device, a file that may not be read\n\n"
             "*130*\n\tinterrupted by Ctrl-C; nothing was left half written\n"
             "\n# ENVIRONMENT\n\n"
             "*NO_COLOR*\n\tset to anything: no colours\n\n"
             "*TERM*\n\t_dumb_: no colours and no line that is drawn again\n");
}

/* What a value is completed with: words for a|b|c, files for FILE and DIR. */
static void bash_value(struct tw_buf *out, const struct command_option *o)
{
    const char *a = o->argument;
    bool files = strstr(a, "FILE") != NULL, folders = strcmp(a, "DIR") == 0;
    bool choice = strchr(a, '|') != NULL && !files;
    if (!files && !folders && !choice) return;
    tw_buf_text(out, "        --");
    buf_typed(out, o->name);
    if (choice) {
        tw_buf_text(out, ") mapfile -t COMPREPLY < <(compgen -W '");
        for (const char *c = a; *c != '\0'; c++) tw_buf_put(out, *c == '|' ? " " : c, 1);
        tw_buf_text(out, "' -- \"$cur\"); return ;;\n");
    } else {
        tw_buf_printf(out, ") mapfile -t COMPREPLY < <(compgen -%s -- \"$cur\"); return ;;\n",
                      folders ? "d" : "f");
    }
}

static void bash_command(struct tw_buf *out, const struct tw_command *c)
{
    bool first = true, values = false;
    tw_buf_text(out, "    ");
    buf_typed(out, c->name);
    tw_buf_text(out, ")\n        words='");
    for (size_t i = 0; option_at(i) != NULL; i++) {
        if (!option_of(option_at(i), c)) continue;
        tw_buf_text(out, first ? "--" : " --");
        buf_typed(out, option_at(i)->name);
        values = values || option_at(i)->argument[0] != '\0';
        first = false;
    }
    tw_buf_text(out, "'\n");
    if (values) {
        tw_buf_text(out, "        case $prev in\n");
        for (size_t i = 0; option_at(i) != NULL; i++)
            if (option_of(option_at(i), c)) bash_value(out, option_at(i));
        tw_buf_text(out, "        esac\n");
    }
    tw_buf_text(out, "        ;;\n");
}

void print_bash(struct tw_buf *out)
{
    tw_buf_text(out, "# SPDX-License-Identifier: Apache-2.0\n"
                     "# bash completion for tidewaiter, written by `tidewaiter --print bash`\n"
                     "_tidewaiter()\n{\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
                     "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W '");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        buf_typed(out, command_at(i)->name);
        tw_buf_char(out, ' ');
    }
    tw_buf_text(out,
                "--help --version' -- \"$cur\")\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; command_at(i) != NULL; i++) bash_command(out, command_at(i));
    tw_buf_text(out, "    esac\n"
                     "    case $cur in\n"
                     "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
                     "    *) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
                     "    esac\n}\n"
                     "complete -o filenames -F _tidewaiter tidewaiter\n");
}
