/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/auc.h"

#include <math.h>

#include "base/rng.h"
#include "check.h"
#include "fault.h"

enum { N = 400, GROUPS = 40 };

static double score[N];
static uint8_t label[N];
static uint32_t group[N];

static void is_the_area_that_metric_gives(void)
{
    struct tw_rng rng = tw_rng_new(1, "auc");
    for (size_t i = 0; i < N; i++) {
        label[i] = tw_rng_unit(&rng) < 0.3;
        score[i] = floor(4 * tw_rng_normal(&rng)) + label[i];
    }
    struct tw_ranking r = {.score = score, .label = label, .n = N};
    TW_SCOPED(tw_ranked) *ranked = NULL;
    CHECK(tw_ranked_new(&r, &ranked) == TW_OK);
    struct tw_auc a;
    CHECK(tw_auc_grouped(&(struct tw_grouped){score, label, NULL, N, 0}, &a) == TW_OK);
    CHECK(fabs(a.auc - tw_ranked_auc(ranked, NULL)) < 1e-12);
    /* The bootstrap agrees on how much it may vary. */
    struct tw_interval ci;
    CHECK(tw_ranked_bootstrap(ranked, TW_STATISTIC_AUC, 0, 2000, 7, &ci) == TW_OK);
    CHECK(fabs(a.ci.lo - ci.lo) < 0.01 && fabs(a.ci.hi - ci.hi) < 0.01);
}

/* By hand: positives at 3 and 1, negatives at 2, 2 and 0. Placements 1 and 1/3; 1/2, 1/2 and 0. */
static void agrees_with_delong_by_hand(void)
{
    const double s[] = {3, 1, 2, 2, 0};
    const uint8_t l[] = {1, 1, 0, 0, 0};
    struct tw_auc a;
    CHECK(tw_auc_grouped(&(struct tw_grouped){s, l, NULL, 5, 0}, &a) == TW_OK);
    CHECK(fabs(a.auc - 2.0 / 3) < 1e-12);
    /* s10 = 2 x (1/3)^2 / 1, s01 = (2 x (1/6)^2 + (1/3)^2) / 2, over 2 and 3 */
    CHECK(fabs(a.se - sqrt(2.0 / 9 / 2 + (2.0 / 36 + 1.0 / 9) / 2 / 3)) < 1e-12);
    CHECK(a.ci.lo == 0 && a.ci.hi == 1); /* 2 in 5 rows: anything is possible */
}

/* Each row ten times over says no more than once. */
static void copies_of_a_row_do_not_narrow_it(void)
{
    struct tw_rng rng = tw_rng_new(2, "auc");
    double s[GROUPS];
    uint8_t l[GROUPS];
    for (size_t g = 0; g < GROUPS; g++) {
        l[g] = g % 3 == 0;
        s[g] = tw_rng_normal(&rng) + l[g];
        for (size_t i = g * 10; i < g * 10 + 10; i++) {
            score[i] = s[g];
            label[i] = l[g];
            group[i] = (uint32_t)(GROUPS - 1 - g);
        }
    }
    struct tw_auc once, grouped, loose;
    CHECK(tw_auc_grouped(&(struct tw_grouped){s, l, NULL, GROUPS, 0}, &once) == TW_OK);
    CHECK(tw_auc_grouped(&(struct tw_grouped){score, label, group, N, GROUPS + 5}, &grouped) == TW_OK);
    CHECK(tw_auc_grouped(&(struct tw_grouped){score, label, NULL, N, 0}, &loose) == TW_OK);
    CHECK(fabs(once.auc - grouped.auc) < 1e-12 && fabs(once.se - grouped.se) < 1e-12);
    CHECK(loose.se < 0.4 * grouped.se);
}

/* Positives and negatives of one group move together; that narrows the interval. */
static void what_groups_share_counts(void)
{
    struct tw_rng rng = tw_rng_new(3, "auc");
    for (size_t i = 0; i < N; i++) {
        group[i] = (uint32_t)(i / 2);
        label[i] = i % 2;
        score[i] = label[i] + (i % 2 != 0 ? score[i - 1] : 5 * tw_rng_normal(&rng));
    }
    struct tw_auc grouped, loose;
    CHECK(tw_auc_grouped(&(struct tw_grouped){score, label, group, N, N / 2}, &grouped) == TW_OK);
    CHECK(tw_auc_grouped(&(struct tw_grouped){score, label, NULL, N, 0}, &loose) == TW_OK);
    CHECK(grouped.auc == loose.auc && grouped.se < 0.5 * loose.se);
}

static void says_nothing_where_nothing_can_be_said(void)
{
    const double s[] = {1, 2, (double)NAN};
    const uint8_t l[] = {1, 1, 0};
    struct tw_auc a = {.auc = 5};
    CHECK(tw_auc_grouped(&(struct tw_grouped){s, l, NULL, 2, 0}, &a) == TW_OK && isnan(a.auc) && isnan(a.se));
    CHECK(tw_auc_grouped(&(struct tw_grouped){s, l, NULL, 0, 0}, &a) == TW_OK && isnan(a.ci.lo));
    a.auc = 5;
    CHECK(tw_auc_grouped(&(struct tw_grouped){s, l, NULL, 3, 0}, &a) == TW_ARG && a.auc == 5);
    const double t[] = {1, 2, 0};
    CHECK(tw_auc_grouped(&(struct tw_grouped){t, l, NULL, 3, 0}, &a) == TW_OK && a.auc == 1 && isnan(a.se));
}

static tw_err work(void)
{
    const double s[] = {3, 1, 2, 2, 0};
    const uint8_t l[] = {1, 1, 0, 0, 0};
    struct tw_auc a = {.auc = 5};
    tw_err err = tw_auc_grouped(&(struct tw_grouped){s, l, NULL, 5, 0}, &a);
    CHECK(err == TW_OK || a.auc == 5);
    return err;
}

static void leaves_result_alone_on_failure(void)
{
    CHECK(fault_each_allocation(work) == 3);
}

int main(void)
{
    RUN(is_the_area_that_metric_gives);
    RUN(agrees_with_delong_by_hand);
    RUN(copies_of_a_row_do_not_narrow_it);
    RUN(what_groups_share_counts);
    RUN(says_nothing_where_nothing_can_be_said);
    RUN(leaves_result_alone_on_failure);
    return DONE();
}
