/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/table_priv.h"
#include "tidewaiter/version.h"

static volatile sig_atomic_t interrupted; /* set by the handler alone */

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

bool tw_cli_interrupted(void)
{
    return interrupted != 0;
}

/* One Ctrl-C asks the work to stop cleanly; a second one ends the program at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write that fails */
}

const char *tw_cli_value(const struct tw_cli *cli, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < cli->options; i++)
        if (strcmp(cli->option[i].name, name) == 0) value = cli->option[i].value;
    return value;
}

bool tw_cli_flag(const struct tw_cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->options; i++)
        if (strcmp(cli->option[i].name, name) == 0) return true;
    return false;
}

tw_err tw_cli_i64(const struct tw_cli *cli, const char *name, int64_t otherwise, int64_t min, int64_t max,
                  int64_t *ret, struct tw_fault *fault)
{
    const char *text = tw_cli_value(cli, name);
    int64_t v = otherwise;
    if (text != NULL && (tw_str_i64(tw_str_from(text), &v) != TW_OK || v < min || v > max))
        return tw_fail(fault, TW_ARG, "--%s takes a whole number from %lld to %lld, not '%.40s'", name,
                       (long long)min, (long long)max, text);
    *ret = v;
    return TW_OK;
}

tw_err tw_cli_f64(const struct tw_cli *cli, const char *name, double otherwise, double min, double max,
                  double *ret, struct tw_fault *fault)
{
    const char *text = tw_cli_value(cli, name);
    double v = otherwise;
    if (text != NULL && (tw_str_f64(tw_str_from(text), &v) != TW_OK || v < min || v > max))
        return tw_fail(fault, TW_ARG, "--%s takes a number from %g to %g, not '%.40s'", name, min, max, text);
    *ret = v;
    return TW_OK;
}

tw_err tw_cli_write(const struct tw_buf *out, struct tw_fault *fault)
{
    if (out->failed) return tw_fail(fault, TW_NOMEM, "out of memory while writing the answer");
    if (fwrite(out->p, 1, out->n, stdout) != out->n || fflush(stdout) != 0)
        return tw_fail(fault, TW_IO, "the answer could not be written to standard output: %s",
                       strerror(errno));
    return TW_OK;
}

void tw_cli_note(const struct tw_cli *cli, const char *fmt, ...)
{
    if (cli->quiet) return;
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

bool tw_cli_lively(const struct tw_cli *cli)
{
    const char *term = getenv("TERM");
    return !cli->quiet && isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == NULL && term != NULL &&
           strcmp(term, "dumb") != 0;
}

/* -- faults: one place, one form
 * ------------------------------------------------------------------------------- */

static void print_fault(const struct tw_cli *cli, tw_err err, const struct tw_fault *fault)
{
    const char *note = fault->note[0] != '\0' ? fault->note : tw_err_text(err);
    if (cli->json) {
        TW_SCOPED_BUF out = {0};
        struct tw_json j = {.out = &out};
        tw_json_begin_object(&j);
        tw_json_key(&j, "error");
        tw_json_text(&j, tw_err_name(err));
        if (cli->file != NULL) {
            tw_json_key(&j, "file");
            tw_json_text(&j, cli->file);
        }
        if (fault->line > 0) {
            tw_json_key(&j, "line");
            tw_json_u64(&j, fault->line);
        }
        if (fault->column > 0) {
            tw_json_key(&j, "column");
            tw_json_u64(&j, fault->column);
        }
        if (fault->path[0] != '\0') {
            tw_json_key(&j, "element");
            tw_json_text(&j, fault->path);
        }
        tw_json_key(&j, "note");
        tw_json_text(&j, note);
        tw_json_end_object(&j);
        tw_buf_char(&out, '\n');
        fwrite(out.p, 1, out.n, stderr);
        return;
    }
    fputs("tidewaiter: ", stderr);
    if (cli->file != NULL) fprintf(stderr, "%s:", cli->file);
    if (fault->line > 0) fprintf(stderr, "%u:", fault->line);
    if (fault->line > 0 && fault->column > 0) fprintf(stderr, "%u:", fault->column);
    if (cli->file != NULL || fault->line > 0) fputc(' ', stderr);
    if (fault->path[0] != '\0') fprintf(stderr, "%s: ", fault->path);
    fprintf(stderr, "%s\n", note);
}

/* -- parsing
 * --------------------------------------------------------------------------------------------------- */

static tw_err parse_option(struct tw_cli *cli, int argc, char **argv, int *i, struct tw_fault *fault)
{
    const char *text = argv[*i] + 2, *equals = strchr(text, '=');
    if (strcmp(argv[*i], "-q") == 0) text = "quiet", equals = NULL;
    size_t n = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const struct command_option *o = option_find(cli->command->id, text, n);
    if (o == NULL) {
        const char *near = option_near(cli->command->id, text, n);
        return tw_fail(fault, TW_ARG, "%s has no option --%.*s%s%s%s", cli->command->name, (int)n, text,
                       near[0] != '\0' ? "; did you mean --" : "", near, near[0] != '\0' ? "?" : "");
    }
    if (cli->options == TW_CLI_OPTIONS_MAX) return tw_fail(fault, TW_ARG, "more than 64 options");
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (o->argument[0] == '\0' && value != NULL)
        return tw_fail(fault, TW_ARG, "--%.*s takes no value", (int)n, text);
    if (o->argument[0] != '\0' && value == NULL) {
        if (*i + 1 >= argc)
            return tw_fail(fault, TW_ARG, "--%.*s needs a value: %s", (int)n, text, o->argument);
        value = argv[++*i];
    }
    cli->option[cli->options].name = o->name;
    cli->option[cli->options++].value = value;
    return TW_OK;
}

static tw_err parse(struct tw_cli *cli, int argc, char **argv, struct tw_fault *fault)
{
    bool only_args = false;
    for (int i = 2; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0) {
            only_args = true;
        } else if (!only_args && (strncmp(argv[i], "--", 2) == 0 || strcmp(argv[i], "-q") == 0)) {
            TW_TRY(parse_option(cli, argc, argv, &i, fault));
        } else if (!only_args && argv[i][0] == '-' && argv[i][1] != '\0') {
            return tw_fail(fault, TW_ARG, "options are written out: --name, not %.40s", argv[i]);
        } else if (cli->args == TW_CLI_ARGS_MAX) {
            return tw_fail(fault, TW_ARG, "more than 64 files in one call");
        } else {
            cli->arg[cli->args++] = argv[i];
        }
    }
    cli->json = tw_cli_flag(cli, "json");
    cli->quiet = tw_cli_flag(cli, "quiet");
    return TW_OK;
}

static int run(struct tw_cli *cli, int argc, char **argv)
{
    struct tw_fault fault = {0};
    TW_SCOPED_BUF help = {0};
    tw_err err = parse(cli, argc, argv, &fault);
    if (err == TW_OK && tw_cli_flag(cli, "help")) {
        help_command(cli->command, &help);
        err = tw_cli_write(&help, &fault);
    } else if (err == TW_OK) {
        err = cli->command->run(cli, &fault);
    }
    if (err == TW_INTERRUPTED) fputs("tidewaiter: interrupted; nothing was left half written\n", stderr);
    if (err != TW_OK && err != TW_INTERRUPTED) print_fault(cli, err, &fault);
    return tw_err_exit(err);
}

static int say(void (*what)(struct tw_buf *))
{
    TW_SCOPED_BUF out = {0};
    struct tw_fault fault = {0};
    struct tw_cli none = {0};
    what(&out);
    tw_err err = tw_cli_write(&out, &fault);
    if (err != TW_OK) print_fault(&none, err, &fault);
    return tw_err_exit(err);
}

static void version(struct tw_buf *out)
{
    tw_buf_printf(out, "tidewaiter %s\n", tw_version());
}

int tw_cli_main(int argc, char **argv)
{
    catch_signals();
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) return say(version);
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
        return say(help_program);
    if (argc == 3 && strcmp(argv[1], "--print") == 0 && strcmp(argv[2], "man") == 0) return say(help_man);
    if (argc == 3 && strcmp(argv[1], "--print") == 0 && strcmp(argv[2], "bash") == 0) return say(help_bash);
    if (argc < 2) {
        TW_SCOPED_BUF out = {0};
        help_program(&out);
        fwrite(out.p, 1, out.n, stderr);
        return tw_err_exit(TW_ARG);
    }
    struct tw_cli cli = {.command = command_find(argv[1])};
    if (cli.command == NULL) {
        const char *near = command_near(argv[1]);
        fprintf(stderr, "tidewaiter: there is no command '%s'%s%s%s; `tidewaiter --help` lists them\n",
                argv[1], near[0] != '\0' ? "; did you mean " : "", near, near[0] != '\0' ? "?" : "");
        return tw_err_exit(TW_ARG);
    }
    return run(&cli, argc, argv);
}
