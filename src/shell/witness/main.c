/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/main.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "witness/serve_priv.h"

static const char help[] =
    "tidewaiter-witness -- watches that logs only grow, and cosigns their checkpoints\n"
    "\n"
    "  tidewaiter-witness init DIR --name NAME   make DIR with a new key; prints the public one\n"
    "  tidewaiter-witness run DIR                answer add-checkpoint over HTTP until SIGTERM\n"
    "  tidewaiter-witness --help | --version\n"
    "\n"
    "The keys of the logs stand in DIR/logs, settings in DIR/witness.yaml: see tidewaiter-witness(1).\n";

/* Signals that end it are waited for, so that what was begun is finished; no thread takes them meanwhile. */
static sigset_t block_signals(void)
{
    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigaddset(&end, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &end, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a write that fails */
    return end;
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
    const char *action, *dir, *name;
};

static tw_err usage(struct tw_fault *fault, const char *why, const char *what)
{
    return tw_fail(fault, TW_ARG, "%s %.60s; `tidewaiter-witness --help` shows what there is", why, what);
}

static tw_err init(const struct command *c, struct tw_fault *fault)
{
    TW_SCOPED_BUF key = {0};
    if (c->name == NULL)
        return tw_fail(fault, TW_ARG,
                       "init needs --name NAME, the name of the witness, such as audit.example/harbor");
    TW_TRY(witness_store_init(c->dir, tw_str_from(c->name), &key, fault));
    if (fwrite(key.p, 1, key.n, stdout) == key.n && fflush(stdout) == 0) return TW_OK;
    return tw_fail(fault, TW_IO, "standard output could not be written; the key stands in DIR/witness.pub");
}

static void say_ready(const char *at)
{
    (void)printf("listening at http://%s/add-checkpoint\n", at);
    (void)fflush(stdout);
}

static tw_err run(const struct command *c, struct tw_fault *fault)
{
    const sigset_t end = block_signals();
    struct witness_store store;
    if (c->name != NULL) return usage(fault, "run has nothing to do with", "--name");
    tw_err err = witness_store_open(c->dir, &store, fault);
    if (err == TW_OK) err = witness_serve(&store, &end, say_ready, fault);
    witness_store_close(&store);
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
        if (strcmp(argv[i], "--name") == 0) {
            if (i + 1 == argc) return usage(fault, "there is nothing behind", argv[i]);
            c.name = argv[++i];
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

int tw_witness_main(int argc, char **argv, const char *version)
{
    struct tw_fault fault = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(help, stdout) < 0 || fflush(stdout) != 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("tidewaiter-witness %s\n", version) < 0 || fflush(stdout) != 0;
    const tw_err err = act(argc, argv, &fault);
    if (err != TW_OK) (void)fprintf(stderr, "tidewaiter-witness: %s\n", fault.note);
    return tw_err_exit(err);
}
