/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/main.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "signer/serve_priv.h"

enum { SOCKET_PATH_MAX = 4096 };

static const char help[] =
    "tidewaiter-signer -- holds the keys of a station's log and of its draws\n"
    "\n"
    "  tidewaiter-signer init DIR --origin NAME   make DIR with new keys; prints the public one\n"
    "  tidewaiter-signer run DIR [--socket PATH]  answer at DIR/socket, or PATH, until SIGTERM\n"
    "  tidewaiter-signer --help | --version\n"
    "\n"
    "Settings are read from DIR/signer.yaml: see tidewaiter-signer(1).\n";

static volatile sig_atomic_t ending; /* set by the handler alone */

static void on_signal(int number)
{
    (void)number;
    ending = 1;
}

/* Both wait until the process waits, so that what was begun is finished. Returns the mask to wait with. */
static sigset_t catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t ours, before;
    sigemptyset(&action.sa_mask);
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ours, &before);
    sigdelset(&before, SIGTERM);
    sigdelset(&before, SIGINT);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a write that fails */
    return before;
}

/* No core file, and no other process of this user reads our memory. */
static tw_err shut_in(struct tw_fault *fault)
{
    const struct rlimit none = {0, 0};
    char words[64];
    (void)umask(077);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0) return TW_OK;
    return tw_fail(fault, TW_UNAVAILABLE, "this process cannot be kept from leaving a core file: %s",
                   strerror_r(errno, words, sizeof words));
}

struct command {
    const char *action, *dir, *origin, *socket;
};

static tw_err usage(struct tw_fault *fault, const char *why, const char *what)
{
    return tw_fail(fault, TW_ARG, "%s %.60s; `tidewaiter-signer --help` shows what there is", why, what);
}

static tw_err print(const struct tw_buf *out, struct tw_fault *fault)
{
    if (out->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (fwrite(out->p, 1, out->n, stdout) == out->n && fflush(stdout) == 0) return TW_OK;
    return tw_fail(fault, TW_IO, "standard output could not be written");
}

static tw_err init(const struct command *c, struct tw_fault *fault)
{
    TW_SCOPED_BUF key = {0};
    if (c->socket != NULL) return usage(fault, "init has nothing to do with", "--socket");
    if (c->origin == NULL)
        return tw_fail(fault, TW_ARG,
                       "init needs --origin NAME, the name of the log, such as customs.example/harbor");
    TW_TRY(signer_store_init(c->dir, tw_str_from(c->origin), &key, fault));
    return print(&key, fault);
}

static void say_ready(const char *socket)
{
    (void)printf("listening at %s\n", socket);
    (void)fflush(stdout);
}

static tw_err run(const struct command *c, struct tw_fault *fault)
{
    char room[SOCKET_PATH_MAX];
    const sigset_t waiting = catch_signals();
    struct signer_store store;
    const struct signer_serving how = {.socket = c->socket != NULL ? c->socket : room,
                                       .end = &ending,
                                       .waiting = &waiting,
                                       .ready = say_ready};
    if (c->origin != NULL) return usage(fault, "run has nothing to do with", "--origin");
    if (snprintf(room, sizeof room, "%s/socket", c->dir) >= (int)sizeof room)
        return tw_fail(fault, TW_ARG, "the path of the directory is too long");
    tw_err err = signer_store_open(c->dir, &store, fault);
    if (err == TW_OK && store.settings.client_uid >= 0 && c->socket == NULL)
        err =
            tw_fail(fault, TW_ARG,
                    "uid %lld (client_uid) cannot reach a socket in %.60s; name one elsewhere with --socket",
                    (long long)store.settings.client_uid, c->dir);
    if (err == TW_OK) err = signer_serve(&store, &how, fault);
    signer_store_close(&store);
    return err;
}

static const struct {
    const char *name;
    tw_err (*does)(const struct command *c, struct tw_fault *fault);
} action[] = {{"init", init}, {"run", run}};

static tw_err parse(int argc, char **argv, struct command *ret, struct tw_fault *fault)
{
    struct command c = {0};
    for (int i = 1; i < argc; i++) {
        const char **option = strcmp(argv[i], "--origin") == 0   ? &c.origin
                              : strcmp(argv[i], "--socket") == 0 ? &c.socket
                                                                 : NULL;
        if (option != NULL) {
            if (i + 1 == argc) return usage(fault, "there is nothing behind", argv[i]);
            *option = argv[++i];
        } else if (argv[i][0] == '-') {
            return usage(fault, "there is no option", argv[i]);
        } else if (c.action == NULL) {
            c.action = argv[i];
        } else if (c.dir == NULL) {
            c.dir = argv[i];
        } else {
            return usage(fault, "nothing is known to do with", argv[i]);
        }
    }
    *ret = c;
    return TW_OK;
}

static tw_err act(int argc, char **argv, struct tw_fault *fault)
{
    struct command c = {0};
    TW_TRY(parse(argc, argv, &c, fault));
    if (c.action == NULL || c.dir == NULL || c.dir[0] == '\0')
        return usage(fault, "an action and a directory", "are needed");
    TW_TRY(shut_in(fault));
    for (size_t i = 0; i < sizeof action / sizeof *action; i++)
        if (strcmp(c.action, action[i].name) == 0) return action[i].does(&c, fault);
    return usage(fault, "there is no action", c.action);
}

int tw_signer_main(int argc, char **argv, const char *version)
{
    struct tw_fault fault = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(help, stdout) < 0 || fflush(stdout) != 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("tidewaiter-signer %s\n", version) < 0 || fflush(stdout) != 0;
    const tw_err err = act(argc, argv, &fault);
    if (err != TW_OK) (void)fprintf(stderr, "tidewaiter-signer: %s\n", fault.note);
    return tw_err_exit(err);
}
