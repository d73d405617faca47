/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/hash.h"

struct tw_rng tw_rng_new(uint64_t seed, const char *stream)
{
    struct tw_rng r;
    uint64_t x = tw_hash64(stream, strlen(stream), seed);
    for (int i = 0; i < 4; i++) {
        x += 0x9e3779b97f4a7c15u;
        r.s[i] = tw_mix64(x);
    }
    return r;
}

static uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t tw_rng_u64(struct tw_rng *r)
{
    uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t tw_rng_below(struct tw_rng *r, uint64_t n)
{
    /* Source: Lemire 2019, Fast random integer generation in an interval. */
    unsigned __int128 m = (unsigned __int128)tw_rng_u64(r) * n;
    if ((uint64_t)m < n) {
        uint64_t floor_ = (0 - n) % n;
        while ((uint64_t)m < floor_) m = (unsigned __int128)tw_rng_u64(r) * n;
    }
    return (uint64_t)(m >> 64);
}

double tw_rng_unit(struct tw_rng *r)
{
    return (double)(tw_rng_u64(r) >> 11) * 0x1p-53;
}

/* (0, 1): never an end. */
static double open_unit(struct tw_rng *r)
{
    return ((double)(tw_rng_u64(r) >> 12) + 0.5) * 0x1p-52;
}

double tw_rng_normal(struct tw_rng *r)
{
    /* Marsaglia's polar method; the second value is not kept, so that a stream has no hidden state. */
    for (;;) {
        double u = 2 * open_unit(r) - 1, v = 2 * open_unit(r) - 1, s = u * u + v * v;
        if (s > 0 && s < 1) return u * sqrt(-2 * tw_log(s) / s);
    }
}

double tw_rng_lognormal(struct tw_rng *r, double mu, double sigma)
{
    return tw_exp(mu + sigma * tw_rng_normal(r));
}

double tw_rng_exponential(struct tw_rng *r)
{
    return -tw_log(open_unit(r));
}

double tw_rng_pareto(struct tw_rng *r, double alpha)
{
    return tw_exp(tw_rng_exponential(r) / alpha);
}

double tw_rng_gamma(struct tw_rng *r, double shape)
{
    /* Source: Marsaglia and Tsang 2000; shapes below 1 by their boost. */
    if (shape < 1) return tw_rng_gamma(r, shape + 1) * tw_exp(-tw_rng_exponential(r) / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = tw_rng_normal(r), v = 1 + c * x;
        if (v <= 0) continue;
        v = v * v * v;
        if (tw_log(open_unit(r)) < 0.5 * x * x + d - d * v + d * tw_log(v)) return d * v;
    }
}

double tw_rng_beta(struct tw_rng *r, double a, double b)
{
    double x = tw_rng_gamma(r, a), y = tw_rng_gamma(r, b);
    return x + y > 0 ? x / (x + y) : 0.5;
}

uint32_t tw_rng_poisson(struct tw_rng *r, double mean)
{
    /* Large means are split: a sum of Poisson variables is Poisson. */
    uint32_t n = 0;
    while (mean > 30) {
        /* Ahrens and Dieter's gamma reduction. */
        double m = floor(mean * 7 / 8);
        double x = tw_rng_gamma(r, m);
        if (x > mean) {
            /* Binomial(m - 1, mean / x) of the first m - 1 events lie before `mean`. */
            for (uint32_t i = 1; i < (uint32_t)m; i++) n += tw_rng_unit(r) < mean / x;
            return n;
        }
        n += (uint32_t)m;
        mean -= x;
    }
    if (!(mean > 0)) return n;
    double limit = tw_exp(-mean), p = open_unit(r);
    while (p > limit) {
        n++;
        p *= open_unit(r);
    }
    return n;
}
