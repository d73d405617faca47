/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h -- the frame of every speed comparison.
 *
 * In : two sides that do the same work, ours and a peer's, and the ratio we promise.
 * Out: rounds in turns, CPU time, medians, a line per comparison, the rows of this program in results.csv.
 * Not: whether both sides give the same answer; a bench says so with bench_check before it compares.
 *
 * CPU time is that of this thread (CLOCK_THREAD_CPUTIME_ID) and of child processes that have ended, so that a
 * side may be another program (child.h). Wall time is never looked at: a busy machine changes it, and CPU
 * time hardly.
 *
 *   int main(int argc, char **argv)
 *   {
 *       struct bench b = bench_start(argc, argv);
 *       bench_check(&b, same, "same answers on 1,000 rows");
 *       bench_duel(&b, &(struct bench_duel){"score_row", "rows", {"tidewaiter", ours, &ctx, 20000},
 *                                           {"libxgboost", theirs, &ctx, 2000}, .gate = 4});
 *       return bench_end(&b);
 *   }
 *
 * Arguments: --rounds N (default 5), --results FILE (default: none is written), --program FILE (tidewaiter),
 * --peers DIR (peers that are scripts), --quick (one round, no gate: does it run?).
 */
#ifndef TW_BENCH_H
#define TW_BENCH_H

#include <stdbool.h>
#include <stddef.h>

enum { BENCH_DUELS_MAX = 32, BENCH_ROUNDS_MAX = 99 };

/* One way to do the work. */
struct bench_side {
    const char *name;
    void (*run)(void *ctx); /* one round; ends the program with a word on stderr when it cannot */
    void *ctx;
    double n;           /* units of work in one round; the sides' may differ */
    const double *told; /* where `run` leaves the CPU seconds of a program that tells them itself, because its
                           start is not the work; NULL: all that has been spent */
};

struct bench_duel {
    const char *bench;            /* the name in results.csv */
    const char *unit;             /* plural, e.g. "rows" */
    struct bench_side ours, peer; /* peer.run NULL: ours alone, no ratio */
    double gate;                  /* least CPU-time ratio peer / ours per unit; 0 = told, not judged */
    double peer_least; /* units per CPU second that the peer is known to reach; a slower one is said to be,
                          since a slow peer is easily beaten. 0 = not known */
};

/* What has been measured so far. */
struct bench {
    const char *results;         /* NULL = nowhere */
    const char *program, *peers; /* NULL = not told */
    unsigned rounds;
    bool quick;
    int failed, missed; /* checks; bars */
    size_t n;
    struct bench_row {
        const char *bench, *side, *unit;
        double rate, ratio, gate; /* units per CPU second; 0 = none */
    } row[2 * BENCH_DUELS_MAX];
};

struct bench bench_start(int argc, char **argv);

/* A condition without which the comparison means nothing. */
void bench_check(struct bench *b, bool good, const char *what);

/* A round of each side unmeasured, then `rounds` of each in turns, the first to go changing each time. The
 * ratio is the median of the rounds' ratios. */
void bench_duel(struct bench *b, const struct bench_duel *d);

/* Rewrites this program's rows of the results file and leaves the others; returns what main should: 0, or 1
 * when a check failed, in which case nothing is written, or a bar was missed, which the rows say. */
int bench_end(const struct bench *b);

#endif
