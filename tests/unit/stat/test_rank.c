/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/rank.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"
#include "fault.h"

static void orders_by_falling_score_and_rising_row(void)
{
    struct tw_rng r = tw_rng_new(1, "rank");
    for (int round = 0; round < 200; round++) {
        double score[97];
        uint32_t order[97];
        size_t n = tw_rng_below(&r, 98);
        for (size_t i = 0; i < n; i++)
            score[i] = tw_rng_below(&r, 9) == 0 ? (double)NAN : (double)tw_rng_below(&r, 7);
        CHECK(tw_rank_falling(score, n, order) == TW_OK);
        uint64_t seen[2] = {0};
        for (size_t i = 0; i < n; i++) {
            CHECK(order[i] < n && (seen[order[i] / 64] & (1ull << order[i] % 64)) == 0);
            seen[order[i] / 64] |= 1ull << order[i] % 64;
            if (i == 0) continue;
            double a = score[order[i - 1]], b = score[order[i]];
            if (isnan(a))
                CHECK(isnan(b) && order[i - 1] < order[i]);
            else
                CHECK(isnan(b) || a > b || (a == b && order[i - 1] < order[i]));
        }
    }
}

static void finds_the_quantile_that_sorting_finds(void)
{
    struct tw_rng r = tw_rng_new(2, "rank");
    for (int round = 0; round < 3000; round++) {
        double v[64], sorted[64];
        size_t n = 1 + tw_rng_below(&r, 64);
        for (size_t i = 0; i < n; i++) sorted[i] = v[i] = (double)tw_rng_below(&r, 1 + (uint64_t)round % 40);
        for (size_t i = 1; i < n; i++)
            for (size_t j = i; j > 0 && sorted[j] < sorted[j - 1]; j--) {
                double t = sorted[j];
                sorted[j] = sorted[j - 1];
                sorted[j - 1] = t;
            }
        double q = tw_rng_unit(&r), at = q * (double)(n - 1);
        size_t k = (size_t)at;
        double want = k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[k];
        CHECK(fabs(tw_quantile(v, n, q) - want) < 1e-12);
    }
    CHECK(isnan(tw_quantile(NULL, 0, 0.5)));
}

static tw_err order_ten(void)
{
    const double score[10] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    uint32_t order[10];
    return tw_rank_falling(score, 10, order);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(order_ten) == 1);
}

int main(void)
{
    RUN(orders_by_falling_score_and_rising_row);
    RUN(finds_the_quantile_that_sorting_finds);
    RUN(survives_every_failed_allocation);
    return DONE();
}
