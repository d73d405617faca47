/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/chi2.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"

/* Abramowitz and Stegun, table 26.8. */
static void quantiles_are_those_of_the_tables(void)
{
    CHECK(fabs(tw_chi2_quantile(1, 0.95) - 3.84146) < 1e-5);
    CHECK(fabs(tw_chi2_quantile(9, 0.99) - 21.6660) < 1e-4);
    CHECK(fabs(tw_chi2_quantile(19, 0.99) - 36.1908) < 1e-4);
    CHECK(fabs(tw_chi2_quantile(10, 0.5) - 9.34182) < 1e-5);
    CHECK(fabs(tw_chi2_quantile(100, 0.05) - 77.9295) < 1e-4);
}

static void fill(uint64_t *count, const double *share, size_t bins, size_t n, struct tw_rng *rng)
{
    for (size_t i = 0; i < bins; i++) count[i] = 0;
    for (size_t i = 0; i < n; i++) {
        double u = tw_rng_unit(rng);
        size_t b = 0;
        while (b + 1 < bins && u >= share[b]) u -= share[b++];
        count[b]++;
    }
}

static void cries_wolf_as_often_as_it_says_and_sees_a_bin_that_grew(void)
{
    double even[10];
    double grown[10];
    for (size_t i = 0; i < 10; i++) {
        even[i] = 0.1;
        grown[i] = (i == 0 ? 0.13 : 0.1) / 1.03;
    }
    struct tw_rng rng = tw_rng_new(1, "psi");
    uint64_t before[10];
    uint64_t after[10];
    fill(before, even, 10, 100000, &rng);
    int false_alarms = 0;
    int seen = 0;
    for (int round = 0; round < 1000; round++) {
        fill(after, even, 10, 2000, &rng);
        false_alarms += tw_psi(before, after, 10) > tw_psi_threshold(before, after, 10, 0.05);
        fill(after, grown, 10, 5000, &rng);
        seen += tw_psi(before, after, 10) > tw_psi_threshold(before, after, 10, 0.01);
    }
    CHECK(false_alarms > 20 && false_alarms < 90); /* 50 are expected */
    CHECK(seen > 800);
}

static void equal_shares_give_zero_and_one_bin_says_nothing(void)
{
    const uint64_t a[] = {100, 200, 300};
    const uint64_t b[] = {100, 200, 300};
    const uint64_t none[] = {0, 0, 0};
    CHECK(tw_psi(a, b, 3) == 0);
    CHECK(tw_psi(a, none, 1) == 0 && tw_psi_threshold(a, b, 1, 0.01) == 0);
    CHECK(tw_psi_threshold(a, none, 3, 0.01) == 0);
    CHECK(isfinite(tw_psi(a, none, 3)));
}

static void evenness_is_pearsons_and_joins_bins_that_expect_too_little(void)
{
    uint64_t count[256];
    for (size_t i = 0; i < 256; i++) count[i] = 10;
    struct tw_evenness e = tw_evenness_of(count, 256);
    CHECK(e.bins == 256 && e.chi2 == 0 && e.p == 1);
    count[3] += 60;
    e = tw_evenness_of(count, 256);
    CHECK(e.bins == 256 && e.chi2 > 345 && e.p < 0.001);
    for (size_t i = 0; i < 256; i++) count[i] = i < 20;
    e = tw_evenness_of(count, 256); /* 20 draws: four bins of five, all in the first */
    CHECK(e.bins == 4 && fabs(e.chi2 - 60) < 1e-9 && e.p < 1e-9);
    for (size_t i = 0; i < 256; i++) count[i] = i < 9;
    e = tw_evenness_of(count, 256);
    CHECK(e.bins == 0 && e.chi2 == 0 && isnan(e.p));
    count[0] = 7, count[1] = 13;
    e = tw_evenness_of(count, 2); /* (3^2 + 3^2) / 10 */
    CHECK(e.bins == 2 && fabs(e.chi2 - 1.8) < 1e-12 && fabs(e.p - 0.179712) < 1e-5);
}

int main(void)
{
    RUN(quantiles_are_those_of_the_tables);
    RUN(cries_wolf_as_often_as_it_says_and_sees_a_bin_that_grew);
    RUN(equal_shares_give_zero_and_one_bin_says_nothing);
    RUN(evenness_is_pearsons_and_joins_bins_that_expect_too_little);
    return DONE();
}
