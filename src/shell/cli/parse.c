/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "cli/table_priv.h"

static const struct tw_cli_option *given(const struct tw_cli *cli, const char *name)
{
    assert(option_find(cli->command->id, name, strlen(name)) != NULL);
    for (size_t i = cli->options; i > 0; i--)
        if (strcmp(cli->option[i - 1].name, name) == 0) return &cli->option[i - 1];
    return NULL;
}

const char *tw_cli_value(const struct tw_cli *cli, const char *name)
{
    const struct tw_cli_option *o = given(cli, name);
    return o != NULL ? o->text : NULL;
}

bool tw_cli_flag(const struct tw_cli *cli, const char *name)
{
    return given(cli, name) != NULL;
}

int64_t tw_cli_whole(const struct tw_cli *cli, const char *name)
{
    const struct tw_cli_option *o = given(cli, name);
    const struct command_option *row = option_find(cli->command->id, name, strlen(name));
    assert(row->kind == OPTION_WHOLE);
    return o != NULL ? o->whole : row->whole_otherwise;
}

double tw_cli_real(const struct tw_cli *cli, const char *name)
{
    const struct tw_cli_option *o = given(cli, name);
    const struct command_option *row = option_find(cli->command->id, name, strlen(name));
    assert(row->kind == OPTION_REAL);
    return o != NULL ? o->real : row->real_otherwise;
}

static tw_err unknown(const struct tw_cli *cli, const char *text, size_t n, struct tw_fault *fault)
{
    struct name_typed command, near;
    const char *meant = option_near(cli->command->id, text, n);
    return tw_fail(fault, TW_ARG, "%s has no option --%.*s%s%s%s", name_typed(cli->command->name, &command),
                   (int)(n < 40 ? n : 40), text, meant[0] != '\0' ? "; did you mean --" : "",
                   name_typed(meant, &near), meant[0] != '\0' ? "?" : "");
}

static tw_err number(const struct command_option *row, struct tw_cli_option *o, struct tw_fault *fault)
{
    struct name_typed name;
    struct tw_str text = tw_str_from(o->text);
    if (row->kind == OPTION_WHOLE &&
        (tw_str_i64(text, &o->whole) != TW_OK || o->whole < row->whole_from || o->whole > row->whole_to)) {
        if (row->whole_to == INT64_MAX)
            return tw_fail(fault, TW_ARG, "--%s takes a whole number, %lld or more, not '%.40s'",
                           name_typed(row->name, &name), (long long)row->whole_from, o->text);
        return tw_fail(fault, TW_ARG, "--%s takes a whole number from %lld to %lld, not '%.40s'",
                       name_typed(row->name, &name), (long long)row->whole_from, (long long)row->whole_to,
                       o->text);
    }
    if (row->kind == OPTION_REAL &&
        (tw_str_f64(text, &o->real) != TW_OK || o->real < row->real_from || o->real > row->real_to))
        return tw_fail(fault, TW_ARG, "--%s takes a number from %g to %g, not '%.40s'",
                       name_typed(row->name, &name), row->real_from, row->real_to, o->text);
    return TW_OK;
}

/* The option argv[*i] and, where it takes a value that is not glued on, the next word. */
static tw_err one_option(struct tw_cli *cli, int argc, char **argv, int *i, struct tw_fault *fault)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    const char *value = name[n] == '=' ? name + n + 1 : NULL;
    const struct command_option *row = option_find(cli->command->id, name, n);
    if (row == NULL) return unknown(cli, name, n, fault);
    if (cli->options == TW_CLI_OPTIONS_MAX)
        return tw_fail(fault, TW_ARG, "more than %d options in one call", (int)TW_CLI_OPTIONS_MAX);
    if (row->argument[0] == '\0' && value != NULL)
        return tw_fail(fault, TW_ARG, "--%.*s takes no value", (int)n, name);
    if (row->argument[0] != '\0' && value == NULL) {
        bool option_follows = *i + 1 < argc && strncmp(argv[*i + 1], "--", 2) == 0;
        if (*i + 1 >= argc || option_follows)
            return tw_fail(fault, TW_ARG, "--%.*s needs a value: --%.*s %s", (int)n, name, (int)n, name,
                           row->argument);
        value = argv[++*i];
    }
    struct tw_cli_option o = {.name = row->name, .text = value};
    if (row->kind != OPTION_TEXT) TW_TRY(number(row, &o, fault));
    cli->option[cli->options++] = o;
    return TW_OK;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

static tw_err count_args(const struct tw_cli *cli, struct tw_fault *fault)
{
    struct name_typed room;
    struct command_takes takes = command_takes(cli->command);
    const char *name = name_typed(cli->command->name, &room);
    if (cli->args < takes.min)
        return tw_fail(fault, TW_ARG, "%s takes %s, and was given %s", name, cli->command->arguments,
                       cli->args == 0 ? "nothing" : "too little");
    if (cli->args > takes.max && takes.max == 0)
        return tw_fail(fault, TW_ARG, "%s takes no files, but was given '%.80s'", name, cli->arg[0]);
    if (cli->args > takes.max)
        return tw_fail(fault, TW_ARG, "%s takes %s, and was given %zu arguments", name,
                       cli->command->arguments, cli->args);
    return TW_OK;
}

tw_err cli_parse(struct tw_cli *cli, int argc, char **argv, struct tw_fault *fault)
{
    if (asks_help(argc, argv)) {
        cli->option[cli->options++] = (struct tw_cli_option){.name = "help"};
        return TW_OK;
    }
    tw_err err = TW_OK;
    bool only_args = false;
    for (int i = 2; i < argc && err == TW_OK; i++) {
        const char *word = argv[i];
        if (only_args || word[0] != '-' || word[1] == '\0') {
            if (cli->args == TW_CLI_ARGS_MAX)
                err = tw_fail(fault, TW_ARG, "more than %d files in one call", (int)TW_CLI_ARGS_MAX);
            else
                cli->arg[cli->args++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_args = true;
        } else if (strcmp(word, "-q") == 0) {
            cli->quiet = true;
        } else if (word[1] != '-') {
            err = tw_fail(fault, TW_ARG,
                          "options are written out, --name; '%.40s' is none; what is no option and begins so "
                          "stands behind --",
                          word);
        } else {
            err = one_option(cli, argc, argv, &i, fault);
        }
    }
    cli->json = tw_cli_flag(cli, "json"); /* also after a fault, which is then told as JSON */
    cli->quiet = cli->quiet || tw_cli_flag(cli, "quiet");
    return err == TW_OK ? count_args(cli, fault) : err;
}
