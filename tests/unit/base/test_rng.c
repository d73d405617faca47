/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include <math.h>
#include <stdbool.h>

#include "base/hash.h"
#include "check.h"

enum { N = 200000 };

/* Mean and standard deviation of N draws lie within five standard errors of what they should be. */
static bool fits(const double *x, double mean, double sd)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) sum += x[i];
    const double m = sum / N;
    for (int i = 0; i < N; i++) squares += (x[i] - m) * (x[i] - m);
    const double s = sqrt(squares / N);
    const bool good = fabs(m - mean) < 5 * sd / sqrt(N) && fabs(s - sd) < 0.03 * sd;
    if (!good) fprintf(stderr, "mean %g (%g), sd %g (%g)\n", m, mean, s, sd);
    return good;
}

static double x[N];

#define DRAW(what)                                                                                           \
    do {                                                                                                     \
        struct tw_rng r = tw_rng_new(11, #what);                                                             \
        for (int i = 0; i < N; i++) x[i] = (double)(what);                                                   \
    } while (0)

static void distributions_have_their_means_and_spreads(void)
{
    DRAW(tw_rng_unit(&r));
    CHECK(fits(x, 0.5, sqrt(1.0 / 12)));
    for (int i = 0; i < N; i++) CHECK(x[i] >= 0 && x[i] < 1);
    DRAW(tw_rng_normal(&r));
    CHECK(fits(x, 0, 1));
    DRAW(tw_rng_exponential(&r));
    CHECK(fits(x, 1, 1));
    DRAW(tw_rng_lognormal(&r, 1, 0.5));
    CHECK(fits(x, exp(1.125), exp(1.125) * sqrt(exp(0.25) - 1)));
    DRAW(tw_rng_pareto(&r, 5));
    CHECK(fits(x, 1.25, sqrt(5.0 / (16 * 3))));
    DRAW(tw_rng_gamma(&r, 3));
    CHECK(fits(x, 3, sqrt(3)));
    DRAW(tw_rng_gamma(&r, 0.4));
    CHECK(fits(x, 0.4, sqrt(0.4)));
    DRAW(tw_rng_beta(&r, 2, 6));
    CHECK(fits(x, 0.25, sqrt(2.0 * 6 / (64 * 9))));
    DRAW(tw_rng_poisson(&r, 3.5));
    CHECK(fits(x, 3.5, sqrt(3.5)));
    DRAW(tw_rng_poisson(&r, 900));
    CHECK(fits(x, 900, 30));
    DRAW(tw_rng_below(&r, 7));
    CHECK(fits(x, 3, 2));
}

static void streams_repeat_and_differ(void)
{
    struct tw_rng a = tw_rng_new(1, "a"), again = tw_rng_new(1, "a"), b = tw_rng_new(1, "b"),
                  c = tw_rng_new(2, "a");
    int equal = 0;
    for (int i = 0; i < 1000; i++) {
        const uint64_t v = tw_rng_u64(&a);
        CHECK(v == tw_rng_u64(&again));
        equal += v == tw_rng_u64(&b);
        equal += v == tw_rng_u64(&c);
    }
    CHECK(equal == 0);
}

static void bits_are_the_same_everywhere(void)
{
    struct tw_rng r = tw_rng_new(2026, "pinned");
    uint64_t h = 0;
    for (int i = 0; i < 2000; i++) {
        const double y[] = {tw_rng_unit(&r),        tw_rng_normal(&r),
                            tw_rng_exponential(&r), tw_rng_pareto(&r, 1.5),
                            tw_rng_gamma(&r, 2.2),  tw_rng_beta(&r, 0.7, 3),
                            tw_rng_poisson(&r, 40), (double)tw_rng_below(&r, 1000)};
        h = tw_hash64(y, sizeof y, h);
    }
    CHECK(h == 0x5e368d634467b367u);
}

int main(void)
{
    RUN(distributions_have_their_means_and_spreads);
    RUN(streams_repeat_and_differ);
    RUN(bits_are_the_same_everywhere);
    return DONE();
}
