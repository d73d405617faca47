/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static _Noreturn void stop(const char *what, const char *which)
{
    fprintf(stderr, "bench: %s%s\n", what, which);
    exit(2);
}

struct bench bench_start(int argc, char **argv)
{
    struct bench b = {.rounds = 5};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            b.quick = true;
        else if (strcmp(argv[i], "--results") == 0 && i + 1 < argc)
            b.results = argv[++i];
        else if (strcmp(argv[i], "--program") == 0 && i + 1 < argc)
            b.program = argv[++i];
        else if (strcmp(argv[i], "--peers") == 0 && i + 1 < argc)
            b.peers = argv[++i];
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            b.rounds = (unsigned)strtoul(argv[++i], NULL, 10);
        else
            stop("unknown argument ", argv[i]);
    }
    if (b.rounds < 5 || b.rounds > BENCH_ROUNDS_MAX) stop("--rounds must lie within 5 .. 99", "");
    if (b.quick) b.rounds = 1;
    return b;
}

void bench_check(struct bench *b, bool good, const char *what)
{
    printf("%-20s %s\n", good ? "checked" : "CHECK FAILED", what);
    fflush(stdout);
    if (!good) b->failed++;
}

static double cpu_s(void)
{
    struct timespec now;
    struct rusage children;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0 || getrusage(RUSAGE_CHILDREN, &children) != 0)
        stop("no CPU clock", "");
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec + (double)children.ru_utime.tv_sec +
           (double)children.ru_stime.tv_sec +
           1e-6 * (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec);
}

/* CPU seconds per unit. */
static double measure(const struct bench_side *s)
{
    double start = cpu_s();
    s->run(s->ctx);
    return (s->told != NULL ? *s->told : cpu_s() - start) / s->n;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, rising);
    return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void book(struct bench *b, const struct bench_row *row)
{
    if (b->n == sizeof b->row / sizeof *b->row) stop("too many duels", "");
    b->row[b->n++] = *row;
}

static void tell(struct bench *b, const struct bench_duel *d, double ours, double peer, double ratio)
{
    printf("%-20s %s %.4g %s/s", d->bench, d->ours.name, 1 / ours, d->unit);
    if (d->peer.run != NULL) {
        const bool judged = d->gate > 0 && !b->quick, missed = judged && ratio < d->gate;
        printf(" | %s %.4g | %.2fx", d->peer.name, 1 / peer, ratio);
        if (judged) printf(" (bar %gx, %s)", d->gate, missed ? "MISSED" : "met");
        if (1 / peer < d->peer_least && !b->quick)
            printf("; %s is slow, %.4g are expected", d->peer.name, d->peer_least);
        b->missed += missed;
    }
    printf("\n");
    fflush(stdout);
}

void bench_duel(struct bench *b, const struct bench_duel *d)
{
    double ours[BENCH_ROUNDS_MAX], peer[BENCH_ROUNDS_MAX] = {0}, ratio[BENCH_ROUNDS_MAX] = {0};
    const bool alone = d->peer.run == NULL;
    if (!b->quick) d->ours.run(d->ours.ctx);
    if (!b->quick && !alone) d->peer.run(d->peer.ctx);
    for (unsigned r = 0; r < b->rounds; r++) {
        if (r % 2 == 0) ours[r] = measure(&d->ours);
        if (!alone) peer[r] = measure(&d->peer);
        if (r % 2 == 1) ours[r] = measure(&d->ours);
        ratio[r] = peer[r] / ours[r];
    }
    double o = median(ours, b->rounds), p = median(peer, b->rounds), x = median(ratio, b->rounds);
    tell(b, d, o, p, x);
    book(b, &(struct bench_row){d->bench, d->ours.name, d->unit, 1 / o, alone ? 0 : x, alone ? 0 : d->gate});
    if (!alone) book(b, &(struct bench_row){d->bench, d->peer.name, d->unit, 1 / p, 1, 0});
}

/* Three digits are what such figures are worth. */
static void put_row(FILE *f, const struct bench_row *r)
{
    double scale = 1;
    while (r->rate / scale >= 1000) scale *= 10;
    double rate = r->rate >= 1000 ? (double)(long)(r->rate / scale + 0.5) * scale : r->rate;
    fprintf(f, "%s,%s,%s/s,%.*f,", r->bench, r->side, r->unit, rate >= 100 ? 0 : 3, rate);
    if (r->ratio > 0) fprintf(f, "%.2f", r->ratio);
    fprintf(f, r->gate > 0 ? ",%g,%s\n" : ",,\n", r->gate, r->ratio < r->gate ? "missed" : "met");
}

static bool is_mine(const struct bench *b, const char *line)
{
    for (size_t i = 0; i < b->n; i++) {
        size_t n = strlen(b->row[i].bench);
        if (strncmp(line, b->row[i].bench, n) == 0 && line[n] == ',') return true;
    }
    return false;
}

int bench_end(const struct bench *b)
{
    static const char head[] = "bench,side,unit,rate,ratio,bar,judged\n";
    if (b->results != NULL && !b->quick && b->failed == 0) {
        char aside[4096], line[1024];
        if ((size_t)snprintf(aside, sizeof aside, "%s.new", b->results) >= sizeof aside)
            stop("path too long: ", b->results);
        FILE *out = fopen(aside, "w"), *in = fopen(b->results, "r");
        if (out == NULL) stop("cannot write ", aside);
        fputs(head, out);
        while (in != NULL && fgets(line, sizeof line, in) != NULL)
            if (strncmp(line, "bench,", 6) != 0 && !is_mine(b, line)) fputs(line, out);
        for (size_t i = 0; i < b->n; i++) put_row(out, &b->row[i]);
        if (in != NULL) fclose(in);
        bool whole = fflush(out) == 0 && ferror(out) == 0;
        if (fclose(out) != 0 || !whole || rename(aside, b->results) != 0) stop("cannot write ", b->results);
    }
    return b->failed > 0 || b->missed > 0;
}
