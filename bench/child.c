/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static _Noreturn void stop(const char *what, const char *which)
{
    fprintf(stderr, "bench: %s%s\n", what, which);
    exit(2);
}

bool bench_child(const char *const *argv, char *ret, size_t room)
{
    int ends[2], status = 0;
    pid_t child = 0;
    size_t n = 0;
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1) != 0)
        stop("no pipe", "");
    char **const args = (char **)(uintptr_t)argv; /* posix_spawn does not change them */
    if (posix_spawn(&child, argv[0], &actions, NULL, args, environ) != 0) stop("cannot start ", argv[0]);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    static char dropped[1 << 16];
    for (ssize_t got = 1; got > 0;) {
        const bool keep = ret != NULL && n + 1 < room;
        got = read(ends[0], keep ? ret + n : dropped, keep ? room - 1 - n : sizeof dropped);
        if (got > 0 && keep) n += (size_t)got;
    }
    if (ret != NULL) ret[n] = '\0';
    close(ends[0]);
    if (waitpid(child, &status, 0) != child) stop("lost ", argv[0]);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void bench_child_must(const char *const *argv, char *ret, size_t room)
{
    if (!bench_child(argv, ret, room)) stop("this has failed: ", argv[0]);
}

double bench_children_s(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_CHILDREN, &u) != 0) stop("no CPU clock", "");
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

bool bench_python_has(const char *modules, const char *what)
{
    char line[256];
    snprintf(line, sizeof line, "try:\n import %s\nexcept ImportError:\n raise SystemExit(1)", modules);
    const char *const argv[] = {BENCH_PYTHON, "-c", line, NULL};
    if (access(BENCH_PYTHON, X_OK) == 0 && bench_child(argv, NULL, 0)) return true;
    printf("skipped: %s; " BENCH_PYTHON " has not %s (tools/deps bench)\n", what, modules);
    return false;
}

static char folder[BENCH_PATH];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *bench_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tidewaiter-bench-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(folder) == NULL || atexit(remove_folder) != 0) stop("cannot make the folder ", folder);
    return folder;
}

const char *bench_path(const char *in, const char *name)
{
    static char path[BENCH_PATHS_MAX][BENCH_PATH];
    static unsigned used;
    if (used == BENCH_PATHS_MAX) stop("too many paths", "");
    char *to = path[used++];
    if ((size_t)snprintf(to, BENCH_PATH, "%s/%s", in, name) >= BENCH_PATH) stop("path too long: ", name);
    return to;
}
