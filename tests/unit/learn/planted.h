/* SPDX-License-Identifier: Apache-2.0 */
/* planted.h -- small made-up matrices whose truth the tests know. */
#ifndef TW_TEST_PLANTED_H
#define TW_TEST_PLANTED_H

#include <math.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "check.h"

/* n x k values: even columns uniform in 0..1, odd ones small integers, `missing` of them NaN. */
static inline float *planted_matrix(size_t n, size_t k, double missing, uint64_t seed)
{
    float *x = malloc(n * k * sizeof(float));
    CHECK(x != NULL);
    struct tw_rng rng = tw_rng_new(seed, "planted");
    for (size_t i = 0; i < n * k; i++) {
        double v = tw_rng_unit(&rng);
        x[i] = (float)(i % k % 2 == 0 ? v : floor(v * 8));
        if (tw_rng_unit(&rng) < missing) x[i] = NAN;
    }
    return x;
}

/* The planted log-odds: neither column 0 nor column 2 says anything alone, only both together do; column 4
 * adds a little. Missing counts as low. */
static inline double planted_log_odds(const float *row)
{
    int a = row[0] > 0.5F;
    int b = row[2] > 0.5F;
    return (a != b ? 1.5 : -2.5) + (row[4] > 0.8F ? 1.0 : 0.0);
}

static inline float *planted_labels(const float *x, size_t n, size_t k, uint64_t seed)
{
    float *y = malloc(n * sizeof(float));
    CHECK(y != NULL);
    struct tw_rng rng = tw_rng_new(seed, "labels");
    for (size_t i = 0; i < n; i++) y[i] = tw_rng_unit(&rng) < tw_logistic(planted_log_odds(x + i * k));
    return y;
}

#endif
