/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/table_priv.h"
#include "message/json_write.h"
#include "store/file.h"
#include "tidewaiter/version.h"

enum { EXIT_FINDING = 1 };

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

const volatile sig_atomic_t *tw_cli_stop(void)
{
    return &interrupted;
}

/* One Ctrl-C asks the work to stop cleanly; a second one ends the program at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write that fails */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow further */
}

tw_err tw_cli_write(const struct tw_buf *out, struct tw_fault *fault)
{
    if (out->failed) return tw_fail(fault, TW_NOMEM, "out of memory while writing the answer");
    if (out->n == 0 || (fwrite(out->p, 1, out->n, stdout) == out->n && fflush(stdout) == 0)) return TW_OK;
    int e = errno;
    char words[128];
    if (e == ENOSPC || e == EDQUOT || e == EFBIG)
        return tw_fail(fault, TW_FULL, "no room left where standard output goes; free some and run again");
    return tw_fail(fault, TW_IO, "standard output could not be written: %s",
                   strerror_r(e, words, sizeof words));
}

tw_err tw_cli_page_open(struct tw_cli *cli, struct tw_file_out **ret, struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "html");
    *ret = NULL;
    if (path == NULL) return TW_OK;
    if (strcmp(path, "-") == 0) /* no fault of a file */
        return tw_fail(fault, TW_ARG, "--html takes a file; standard output has the report");
    cli->file = path;
    TW_TRY(tw_file_out_open(path, NULL, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

tw_err tw_cli_page_write(struct tw_cli *cli, struct tw_file_out *file, const struct tw_buf *page,
                         struct tw_fault *fault)
{
    if (file == NULL) return TW_OK;
    cli->file = tw_cli_value(cli, "html");
    if (page->failed) return tw_fail(fault, TW_NOMEM, "out of memory while making the page");
    TW_TRY(tw_file_out_write(file, page->p, page->n, fault));
    TW_TRY(tw_file_out_commit(file, fault));
    cli->file = NULL;
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

static const char *environment(const char *name)
{
    return getenv(name); /* NOLINT(concurrency-mt-unsafe): nothing here ever sets a variable */
}

static bool is_terminal(int fd)
{
    const char *term = environment("TERM");
    return isatty(fd) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

bool tw_cli_lively(const struct tw_cli *cli)
{
    return !cli->quiet && is_terminal(STDERR_FILENO);
}

bool tw_cli_colour(const struct tw_cli *cli)
{
    const char *no = environment("NO_COLOR");
    return !cli->json && (no == NULL || no[0] == '\0') && is_terminal(STDOUT_FILENO);
}

static void fault_json(const struct tw_cli *cli, const struct tw_fault *fault, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "error");
    tw_json_text(&j, tw_err_name(fault->code));
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
    tw_json_text(&j, fault->note);
    tw_json_end_object(&j);
}

/* The line of cli->text that the fault is about, and a caret under the character. */
static void fault_caret(const struct tw_cli *cli, const struct tw_fault *fault, struct tw_buf *out)
{
    struct tw_str line = {0}, rest = cli->text;
    for (uint32_t i = 0; i < fault->line; i++) line = tw_str_cut(rest, '\n', &rest);
    tw_buf_printf(out, "\n  %.*s\n  ", TW_STR_ARG(line));
    uint32_t column = 1;
    for (size_t i = 0; i < line.n && column < fault->column; i++) {
        const bool next = i + 1 == line.n || ((unsigned char)line.s[i + 1] & 0xc0) != 0x80;
        if (next) tw_buf_char(out, line.s[i] == '\t' ? '\t' : ' ');
        column += next;
    }
    tw_buf_char(out, '^');
}

/* file:line:column: element: note, as compilers write, so that editors find the place. */
static void fault_text(const struct tw_cli *cli, const struct tw_fault *fault, struct tw_buf *out)
{
    bool named = cli->file != NULL && strncmp(fault->note, cli->file, strlen(cli->file)) == 0;
    tw_buf_text(out, "tidewaiter: ");
    if (cli->file != NULL && !named)
        tw_buf_printf(out, "%s:", strcmp(cli->file, "-") == 0 ? "(stdin)" : cli->file);
    if (fault->line > 0) tw_buf_printf(out, "%u:", fault->line);
    if (fault->line > 0 && fault->column > 0) tw_buf_printf(out, "%u:", fault->column);
    if ((cli->file != NULL && !named) || fault->line > 0) tw_buf_char(out, ' ');
    if (fault->path[0] != '\0') tw_buf_printf(out, "%s: ", fault->path);
    tw_buf_text(out, fault->note);
    if (cli->text.n > 0 && cli->file == NULL && fault->line > 0) fault_caret(cli, fault, out);
    if (fault->code == TW_ARG && cli->command != NULL && cli->file == NULL) {
        tw_buf_text(out, "\n`tidewaiter ");
        buf_typed(out, cli->command->name);
        tw_buf_text(out, " --help` shows what it takes.");
    }
}

void tw_cli_tell(const struct tw_cli *cli, const struct tw_fault *fault)
{
    TW_SCOPED_BUF out = {0};
    if (cli->json)
        fault_json(cli, fault, &out);
    else
        fault_text(cli, fault, &out);
    tw_buf_char(&out, '\n');
    if (out.failed)
        fputs("tidewaiter: out of memory\n", stderr);
    else
        fwrite(out.p, 1, out.n, stderr);
}

/* Has the reader of standard output gone away, as `| head` does when it has what it wants? */
static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* The one place where a fault that ends the program is told, and turned into an exit code. */
static int end(struct tw_cli *cli, tw_err err, struct tw_fault *fault)
{
    if (err == TW_OK) return cli->finding ? EXIT_FINDING : 0;
    if (err == TW_IO && reader_gone()) return tw_err_exit(err);
    fault->code = err;
    if (err == TW_INTERRUPTED) { /* whichever file it was, it is not at fault */
        cli->file = NULL;
        fault->note[0] = '\0';
    }
    if (fault->note[0] == '\0')
        tw_fail(fault, err, "%s",
                err == TW_INTERRUPTED ? "interrupted; nothing was left half written" : tw_err_text(err));
    tw_cli_tell(cli, fault);
    return tw_err_exit(err);
}

static int say(const struct tw_buf *out)
{
    struct tw_cli none = {0};
    struct tw_fault fault = {0};
    return end(&none, tw_cli_write(out, &fault), &fault);
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    struct tw_cli cli = {.command = command};
    struct tw_fault fault = {0};
    tw_err err = cli_parse(&cli, argc, argv, &fault);
    if (err == TW_OK && tw_cli_flag(&cli, "help")) {
        TW_SCOPED_BUF out = {0};
        help_command(command, &out);
        return say(&out);
    }
    if (err == TW_OK) err = command->run(&cli, &fault);
    return end(&cli, err, &fault);
}

static int usage(const char *word)
{
    TW_SCOPED_BUF note = {0};
    const char *near = command_near(word);
    tw_buf_printf(&note, "tidewaiter: there is no command '%.40s'", word);
    if (near[0] != '\0') {
        tw_buf_text(&note, "; did you mean ");
        buf_typed(&note, near);
        tw_buf_char(&note, '?');
    } else if (word[0] == '-') {
        tw_buf_text(&note, "; options stand behind the command");
    }
    tw_buf_text(&note, "\n`tidewaiter --help` lists the commands.\n");
    fwrite(note.p, 1, note.n, stderr);
    return tw_err_exit(TW_ARG);
}

static void print_schema(struct tw_buf *out)
{
    tw_json_write_schema(TW_LEVEL_DECL, out);
}

static void print_notification_schema(struct tw_buf *out)
{
    tw_json_write_schema(TW_LEVEL_NOTIFICATION, out);
}

/* Files of the repository that the program itself writes; false: there is none of that name. */
static bool print_named(const char *name, struct tw_buf *out)
{
    static const struct {
        const char *name;
        void (*print)(struct tw_buf *out);
    } of[] = {{"man", print_man},
              {"bash", print_bash},
              {"schema", print_schema},
              {"notification-schema", print_notification_schema}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (strcmp(name, of[i].name) != 0) continue;
        of[i].print(out);
        return true;
    }
    return false;
}

int tw_cli_main(int argc, char **argv)
{
    catch_signals();
    TW_SCOPED_BUF out = {0};
    const char *first = argc >= 2 ? argv[1] : "";
    const struct tw_command *command = command_find(first);
    if (command != NULL) return run(command, argc, argv);
    bool help = strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0;
    if (help && argc == 3 && command_find(argv[2]) != NULL)
        help_command(command_find(argv[2]), &out);
    else if (help && argc == 3)
        return usage(argv[2]);
    else if (help)
        help_program(&out);
    else if (strcmp(first, "--version") == 0)
        tw_buf_printf(&out, "tidewaiter %s\n", tw_version());
    else if (strcmp(first, "--print") == 0 && argc == 3 && print_named(argv[2], &out))
        return say(&out);
    else if (argc >= 2)
        return usage(first);
    if (argc >= 2) return say(&out);
    help_program(&out);
    fwrite(out.p, 1, out.n, stderr);
    return tw_err_exit(TW_ARG);
}
