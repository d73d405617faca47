/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/table_priv.h"

static const struct tw_command commands[] = {
#define COMMAND(id, name, arguments, help, example)                                                          \
    {COMMAND_##id, #name, arguments, help, example, cmd_##name},
#define OPTION(command, name, argument, help)
#include "cli/command.def"
#undef COMMAND
#undef OPTION
    {COMMAND_N, NULL, NULL, NULL, NULL, NULL}};

static const struct command_option options[] = {
#define COMMAND(id, name, arguments, help, example)
#define OPTION(command, name, argument, help) {COMMAND_##command, #name, argument, help},
#include "cli/command.def"
#undef COMMAND
#undef OPTION
    {COMMAND_N, NULL, NULL, NULL}};

/* Names in the table are C words; on the command line their underscores are hyphens. */
static bool same(const char *word, const char *text, size_t n)
{
    if (strlen(word) != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((word[i] == '_' ? '-' : word[i]) != text[i]) return false;
    return true;
}

const struct tw_command *command_at(size_t i)
{
    return commands[i].name != NULL ? &commands[i] : NULL;
}

const struct command_option *option_at(size_t i)
{
    return options[i].name != NULL ? &options[i] : NULL;
}

const struct tw_command *command_find(const char *name)
{
    for (const struct tw_command *c = commands; c->name != NULL; c++)
        if (same(c->name, name, strlen(name))) return c;
    return NULL;
}

const struct command_option *option_find(enum command_id command, const char *name, size_t name_n)
{
    for (const struct command_option *o = options; o->name != NULL; o++)
        if ((o->command == COMMAND_ALL || o->command == command) && same(o->name, name, name_n)) return o;
    return NULL;
}

enum { WORD_MAX = 32 };

/* Levenshtein's distance; words beyond WORD_MAX are taken as far away. */
static unsigned distance(const char *a, const char *b, size_t b_n)
{
    size_t a_n = strlen(a);
    unsigned row[WORD_MAX + 1];
    if (a_n > WORD_MAX || b_n > WORD_MAX) return WORD_MAX;
    for (size_t j = 0; j <= b_n; j++) row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_n; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_n; j++) {
            unsigned cost = diagonal + ((a[i - 1] == '_' ? '-' : a[i - 1]) != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < cost) cost = row[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            row[j] = cost;
        }
    }
    return row[b_n];
}

const char *command_near(const char *name)
{
    const char *best = "";
    unsigned least = 3;
    for (const struct tw_command *c = commands; c->name != NULL; c++) {
        unsigned d = distance(c->name, name, strlen(name));
        if (d < least) {
            least = d;
            best = c->name;
        }
    }
    return best;
}

const char *option_near(enum command_id command, const char *name, size_t name_n)
{
    const char *best = "";
    unsigned least = 3;
    for (const struct command_option *o = options; o->name != NULL; o++) {
        if (o->command != COMMAND_ALL && o->command != command) continue;
        unsigned d = distance(o->name, name, name_n);
        if (d < least) {
            least = d;
            best = o->name;
        }
    }
    return best;
}
