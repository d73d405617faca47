/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/drift.h"

#include <math.h>

#include "base/rng.h"
#include "fault.h"

enum { N = 20000, M = 6000, K = 8 };
static float before[N * K], after[M * K];
static const struct tw_drift_rows past = {before, N, K};
static const struct tw_drift_rows now = {after, M, K};

/* Continuous, few values, mostly one high value, mostly one low value, half missing, constant, never, skewed.
 */
static void fill(float *x, size_t n, uint64_t seed)
{
    struct tw_rng rng = tw_rng_new(seed, "drift");
    for (size_t i = 0; i < n; i++) {
        float *row = x + i * K;
        row[0] = (float)tw_rng_normal(&rng);
        row[1] = (float)tw_rng_below(&rng, 3);
        row[2] = tw_rng_unit(&rng) < 0.96 ? 1 : (float)tw_rng_unit(&rng);
        row[3] = tw_rng_unit(&rng) < 0.96 ? 0 : (float)tw_rng_unit(&rng);
        row[4] = tw_rng_unit(&rng) < 0.5 ? NAN : (float)tw_rng_unit(&rng);
        row[5] = 7;
        row[6] = NAN;
        row[7] = (float)tw_rng_lognormal(&rng, 3, 2);
    }
}

static void what_has_not_changed_has_not_moved(void)
{
    fill(before, N, 1);
    fill(after, M, 2);
    struct tw_drift d[K];
    CHECK(tw_drift_compare(&past, &now, 0.001, d, NULL) == TW_OK);
    for (size_t f = 0; f < K; f++) CHECK(!tw_drift_moved(d + f));
    CHECK(d[0].bins == 10 && d[1].bins == 3 && d[4].bins == 11 && d[7].bins == 10);
    CHECK(d[2].bins == 2 && d[3].bins == 2); /* the one value, and all others */
    CHECK(d[5].bins == 1 && d[6].bins == 1 && d[5].psi == 0 && d[5].threshold == 0);
    CHECK(d[5].median_before == 7 && isnan(d[6].median_after) && d[6].missing_after == 1);
    CHECK(fabs(d[4].missing_before - 0.5) < 0.02 && fabs(d[0].median_after) < 0.05);
}

static void every_kind_of_change_is_seen(void)
{
    fill(before, N, 1);
    fill(after, M, 2);
    for (size_t i = 0; i < M; i++) {
        after[i * K] += 0.15F;                                           /* shifted */
        if (i % 20 == 0) after[i * K + 1] = 3;                           /* a value never seen */
        if (i % 30 == 0) after[i * K + 2] = 0.5F;                        /* fewer at the high value */
        if (i % 30 == 0) after[i * K + 3] = 0.5F;                        /* fewer at the low value */
        if (i % 10 == 0) after[i * K + 4] = NAN;                         /* more missing */
        if (i % 100 == 0) after[i * K + 5] = 8;                          /* no longer constant */
        if (i % 100 == 0) after[i * K + 6] = 1;                          /* no longer always missing */
        if (after[i * K + 7] > 50 && i % 3 == 0) after[i * K + 7] /= 50; /* fewer large ones */
    }
    struct tw_drift d[K];
    CHECK(tw_drift_compare(&past, &now, 0.001, d, NULL) == TW_OK);
    CHECK(tw_drift_moved(d + 0) && tw_drift_moved(d + 2) && tw_drift_moved(d + 3) && tw_drift_moved(d + 4));
    CHECK(tw_drift_moved(d + 1) && tw_drift_moved(d + 5) && tw_drift_moved(d + 6) && tw_drift_moved(d + 7));
    CHECK(d[4].missing_after > 0.53 && d[0].median_after > 0.1);
    CHECK(d[1].bins == 4 && d[5].bins == 2);
}

static void a_large_past_is_cut_by_an_even_sample(void)
{
    enum { LARGE = 3 * TW_DRIFT_SAMPLE };
    float *x = malloc(LARGE * sizeof(float));
    CHECK(x != NULL);
    struct tw_rng rng = tw_rng_new(9, "large");
    for (size_t i = 0; i < LARGE; i++) x[i] = (float)tw_rng_unit(&rng);
    struct tw_drift d;
    struct tw_drift_rows all = {x, LARGE, 1};
    struct tw_drift_rows part = {x, 50000, 1};
    CHECK(tw_drift_compare(&all, &part, 0.001, &d, NULL) == TW_OK);
    CHECK(d.bins == 10 && !tw_drift_moved(&d) && fabs(d.median_before - 0.5) < 0.01);
    free(x);
}

static void refuses_what_cannot_be_compared(void)
{
    struct tw_drift d[K];
    struct tw_drift_rows other = {after, M / 2, K - 1};
    struct tw_drift_rows none = {after, 0, K};
    CHECK(tw_drift_compare(&past, &other, 0.01, d, NULL) == TW_ARG);
    CHECK(tw_drift_compare(&past, &none, 0.01, d, NULL) == TW_ARG);
    CHECK(tw_drift_compare(&past, &now, 0, d, NULL) == TW_ARG);
}

static tw_err look(void)
{
    struct tw_drift d[K];
    return tw_drift_compare(&past, &now, 0.01, d, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(look) == 1);
}

int main(void)
{
    RUN(what_has_not_changed_has_not_moved);
    RUN(every_kind_of_change_is_seen);
    RUN(a_large_past_is_cut_by_an_even_sample);
    RUN(refuses_what_cannot_be_compared);
    RUN(survives_every_failed_allocation);
    return DONE();
}
