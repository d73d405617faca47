/* SPDX-License-Identifier: Apache-2.0 */
/* tests/check.h -- the whole unit test frame: TAP on stdout, the first failed CHECK ends the program.
 * A test is a function whose name is a sentence about behaviour; main() RUNs them and returns DONE(). */
#ifndef TW_CHECK_H
#define TW_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_ran;

#define CHECK(cond)                                                                                          \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            printf("not ok %d - %s:%d: CHECK(%s)\n", check_ran + 1, __FILE__, __LINE__, #cond);              \
            fflush(stdout);                                                                                  \
            fprintf(stderr, "%s:%d: CHECK(%s)\n", __FILE__, __LINE__, #cond);                                \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define RUN(fn) (fn(), printf("ok %d - %s\n", ++check_ran, #fn))

/* Counts as skipped, with the word that says why. */
#define SKIP(name, why) (printf("ok %d - %s # SKIP %s\n", ++check_ran, name, why))

#define DONE() (printf("1..%d\n", check_ran), 0)

#endif
