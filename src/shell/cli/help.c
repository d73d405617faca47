/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a terminal, from the command table: no line over 80 columns. */
#include <stdio.h>
#include <string.h>

#include "cli/table_priv.h"
#include "tidewaiter/version.h"

enum { WIDTH = 80, HELP_COLUMN = 26, COMMAND_COLUMN = 16 };

void buf_typed(struct tw_buf *out, const char *name)
{
    struct name_typed room;
    tw_buf_text(out, name_typed(name, &room));
}

const char *name_typed(const char *name, struct name_typed *room)
{
    size_t n = 0;
    for (; name[n] != '\0' && n + 1 < sizeof room->text; n++) room->text[n] = name[n];
    room->text[n] = '\0';
    for (char *c = room->text; (c = strchr(c, '_')) != NULL; c++) *c = '-';
    return room->text;
}

static void blanks(struct tw_buf *out, size_t n)
{
    while (n-- > 0) tw_buf_char(out, ' ');
}

/* Bytes of `out` behind its last newline. */
static size_t column(const struct tw_buf *out)
{
    size_t n = 0;
    while (n < out->n && out->p[out->n - 1 - n] != '\n') n++;
    return n;
}

/* `text` from column `left` on, broken at blanks, with a newline behind. */
static void wrapped(struct tw_buf *out, size_t left, const char *text)
{
    if (column(out) >= left && left > 0) tw_buf_char(out, '\n');
    if (column(out) < left) blanks(out, left - column(out)); /* not below when memory is out */
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        size_t at = column(out);
        if (at > left && at + 1 + n > WIDTH) {
            tw_buf_char(out, '\n');
            blanks(out, left);
        } else if (at > left) {
            tw_buf_char(out, ' ');
        }
        tw_buf_put(out, text, n);
        text += n;
        text += strspn(text, " ");
    }
    tw_buf_char(out, '\n');
}

void option_words(struct tw_buf *out, const struct command_option *o)
{
    tw_buf_text(out, o->help);
    if (o->kind == OPTION_WHOLE) {
        tw_buf_printf(out, " (%lld", (long long)o->whole_from);
        if (o->whole_to == INT64_MAX)
            tw_buf_text(out, " and up");
        else
            tw_buf_printf(out, " to %lld", (long long)o->whole_to);
        if (o->whole_otherwise >= o->whole_from && o->whole_otherwise <= o->whole_to)
            tw_buf_printf(out, ", default %lld", (long long)o->whole_otherwise);
        tw_buf_char(out, ')');
    } else if (o->kind == OPTION_REAL) {
        tw_buf_printf(out, " (%g to %g", o->real_from, o->real_to);
        if (o->real_otherwise >= o->real_from && o->real_otherwise <= o->real_to)
            tw_buf_printf(out, ", default %g", o->real_otherwise);
        tw_buf_char(out, ')');
    }
}

static void wrapped_buf(struct tw_buf *out, size_t left, struct tw_buf *text)
{
    tw_buf_char(text, '\0');
    wrapped(out, left, text->failed ? "" : text->p);
}

void help_program(struct tw_buf *out)
{
    tw_buf_printf(out, "tidewaiter %s\n", tw_version());
    wrapped(out, 0,
            "Reads customs declarations, says of each how risky it is and why, and gives it a channel within "
            "the inspection capacity there is.");
    tw_buf_text(out, "\nusage: tidewaiter COMMAND [OPTIONS] [FILES]\n\ncommands:\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        tw_buf_text(out, "  ");
        buf_typed(out, command_at(i)->name);
        wrapped(out, COMMAND_COLUMN, command_at(i)->help);
    }
    tw_buf_text(out, "\n`tidewaiter COMMAND --help` tells more, `tidewaiter --version` its version.\n"
                     "Data go to standard output, messages to standard error; a file - is standard input.\n"
                     "Exit codes: 0 ok, 1 finding, 2 usage, 3 input rejected, 4 unavailable,\n"
                     "130 interrupted.\n");
}

void help_command(const struct tw_command *c, struct tw_buf *out)
{
    tw_buf_text(out, "usage: tidewaiter ");
    buf_typed(out, c->name);
    tw_buf_printf(out, " [OPTIONS]%s%s\n\n", c->arguments[0] != '\0' ? " " : "", c->arguments);
    wrapped(out, 0, c->help);
    tw_buf_text(out, "\noptions:\n");
    for (int all = 0; all < 2; all++) { /* its own first */
        for (size_t i = 0; option_at(i) != NULL; i++) {
            const struct command_option *o = option_at(i);
            if (!option_of(o, c) || (o->command == COMMAND_ALL) != (all == 1)) continue;
            TW_SCOPED_BUF words = {0};
            tw_buf_text(out, "  --");
            buf_typed(out, o->name);
            if (o->argument[0] != '\0') tw_buf_printf(out, " %s", o->argument);
            if (strcmp(o->name, "quiet") == 0) tw_buf_text(out, ", -q");
            if (strcmp(o->name, "help") == 0) tw_buf_text(out, ", -h");
            option_words(&words, o);
            wrapped_buf(out, HELP_COLUMN, &words);
        }
    }
    tw_buf_printf(out, "\nexample:\n  %s\n", c->example);
}
