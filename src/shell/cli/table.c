/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/near.h"
#include "cli/table_priv.h"

static const struct tw_command commands[] = {
#define COMMAND(id, name, arguments, help, example)                                                          \
    {COMMAND_##id, #name, arguments, help, example, cmd_##name},
#define OPTION(command, name, argument, help)
#define WHOLE(command, name, argument, from, to, otherwise, help)
#define REAL(command, name, argument, from, to, otherwise, help)
#include "cli/command.def"
#undef COMMAND
#undef OPTION
#undef WHOLE
#undef REAL
};

static const struct command_option options[] = {
#define COMMAND(id, name, arguments, help, example)
#define OPTION(cmd, nam, arg, hlp)                                                                           \
    {.command = COMMAND_##cmd, .name = #nam, .argument = (arg), .help = (hlp), .kind = OPTION_TEXT},
#define WHOLE(cmd, nam, arg, from, to, otherwise, hlp)                                                       \
    {.command = COMMAND_##cmd,                                                                               \
     .name = #nam,                                                                                           \
     .argument = (arg),                                                                                      \
     .help = (hlp),                                                                                          \
     .kind = OPTION_WHOLE,                                                                                   \
     .whole_from = (from),                                                                                   \
     .whole_to = (to),                                                                                       \
     .whole_otherwise = (otherwise)},
#define REAL(cmd, nam, arg, from, to, otherwise, hlp)                                                        \
    {.command = COMMAND_##cmd,                                                                               \
     .name = #nam,                                                                                           \
     .argument = (arg),                                                                                      \
     .help = (hlp),                                                                                          \
     .kind = OPTION_REAL,                                                                                    \
     .real_from = (from),                                                                                    \
     .real_to = (to),                                                                                        \
     .real_otherwise = (otherwise)},
#include "cli/command.def"
};

const struct tw_command *command_at(size_t i)
{
    return i < sizeof commands / sizeof commands[0] ? &commands[i] : NULL;
}

const struct command_option *option_at(size_t i)
{
    return i < sizeof options / sizeof options[0] ? &options[i] : NULL;
}

/* Is `text` the name, typed with hyphens or as the table has it. */
static bool same(const char *name, const char *text, size_t n)
{
    if (strlen(name) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] != text[i] && !(name[i] == '_' && text[i] == '-')) return false;
    return true;
}

const struct tw_command *command_find(const char *name)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (same(command_at(i)->name, name, strlen(name))) return command_at(i);
    return NULL;
}

const struct command_option *option_find(enum command_id command, const char *name, size_t name_n)
{
    for (size_t i = 0; option_at(i) != NULL; i++) {
        const struct command_option *o = option_at(i);
        if ((o->command == COMMAND_ALL || o->command == command) && same(o->name, name, name_n)) return o;
    }
    return NULL;
}

bool option_of(const struct command_option *o, const struct tw_command *c)
{
    return o->command == COMMAND_ALL || o->command == c->id;
}

const char *command_near(const char *name)
{
    const char *best = "";
    unsigned least = TW_NEAR_FAR;
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (tw_near_better(tw_str_from(name), tw_str_from(command_at(i)->name), &least))
            best = command_at(i)->name;
    return best;
}

const char *option_near(enum command_id command, const char *name, size_t name_n)
{
    const char *best = "";
    unsigned least = TW_NEAR_FAR;
    for (size_t i = 0; option_at(i) != NULL; i++) {
        const struct command_option *o = option_at(i);
        bool its = o->command == COMMAND_ALL || o->command == command;
        if (its && tw_near_better((struct tw_str){name, name_n}, tw_str_from(o->name), &least))
            best = o->name;
    }
    return best;
}

/* DECLARATIONS [FINDINGS] is one or two; FILE... is one or more; [FILE...] is any number. */
struct command_takes command_takes(const struct tw_command *c)
{
    struct command_takes ret = {0, 0};
    const char *p = c->arguments;
    while (*p != '\0') {
        size_t n = strcspn(p, " ");
        bool must = *p != '[';
        bool many = memmem(p, n, "...", 3) != NULL;
        ret.min += must ? 1 : 0;
        ret.max = many ? TW_CLI_ARGS_MAX : ret.max + 1;
        p += n;
        p += strspn(p, " ");
    }
    if (ret.max > TW_CLI_ARGS_MAX) ret.max = TW_CLI_ARGS_MAX;
    return ret;
}
