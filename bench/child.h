/* SPDX-License-Identifier: Apache-2.0 */
/* child.h -- sides that are programs of their own, and files for both.
 *
 * In : a command line; what to write.
 * Out: what it says on standard output; a folder that goes when the bench ends.
 * Not: its CPU time; bench.h counts that, or the program tells its own (struct bench_side).
 */
#ifndef TW_BENCH_CHILD_H
#define TW_BENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { BENCH_PATH = 1024, BENCH_PATHS_MAX = 32 };

/* Debian's Python, for which tools/deps installs what the peers need. */
#define BENCH_PYTHON "/usr/bin/python3"

/* Runs argv[0] (a path), NULL-terminated, and waits. Its standard output goes to ret[0..room-1],
 * NUL-terminated, the rest is dropped; ret NULL: all is. True = it ended with 0. */
bool bench_child(const char *const *argv, char *ret, size_t room);

/* The same, but a failure ends the bench with a word on stderr. */
void bench_child_must(const char *const *argv, char *ret, size_t room);

/* CPU seconds of all children that have ended. */
double bench_children_s(void);

/* True = BENCH_PYTHON has these modules, e.g. "pandas, xgboost"; else says on stdout what is skipped for want
 * of them. */
bool bench_python_has(const char *modules, const char *what);

/* A new folder below TMPDIR or /tmp, removed with its files when the program ends. Once per program. */
const char *bench_folder(void);

/* folder/name; static storage, so at most BENCH_PATHS_MAX of them in a program. */
const char *bench_path(const char *folder, const char *name);

#endif
