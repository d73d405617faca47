/* SPDX-License-Identifier: Apache-2.0 */
/* base/rng.h -- numbers that look random and repeat for a seed, on any machine.
 *
 * In : a seed and the name of the stream.
 * Out: xoshiro256** and the usual distributions, built on base/fmath.h alone.
 * Not: randomness for secrets or for the channel draw (that is an HMAC).
 */
#ifndef TW_BASE_RNG_H
#define TW_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct tw_rng {
    uint64_t s[4];
};

/* Streams with different names are independent. Source: Blackman and Vigna 2018, seeded by splitmix64. */
struct tw_rng tw_rng_new(uint64_t seed, const char *stream);
uint64_t tw_rng_u64(struct tw_rng *r);
uint64_t tw_rng_below(struct tw_rng *r, uint64_t n); /* 0..n-1 without bias; n >= 1 */
double tw_rng_unit(struct tw_rng *r);                /* [0, 1), 53 bits */
double tw_rng_normal(struct tw_rng *r);              /* mean 0, sd 1 */
double tw_rng_lognormal(struct tw_rng *r, double mu, double sigma);
double tw_rng_exponential(struct tw_rng *r);          /* mean 1 */
double tw_rng_pareto(struct tw_rng *r, double alpha); /* >= 1 */
double tw_rng_gamma(struct tw_rng *r, double shape);  /* scale 1; shape > 0 */
double tw_rng_beta(struct tw_rng *r, double a, double b);
uint32_t tw_rng_poisson(struct tw_rng *r, double mean); /* mean <= 1e6 */

#endif
