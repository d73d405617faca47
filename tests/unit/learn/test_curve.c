/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/curve.h"

#include <math.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "fault.h"

enum { N = 40000 };
static float margin[N], label[N];
static double truth[N], weight[N];

/* A flow whose true log-odds are `bend` of the margin; rows are seen with a probability that grows with the
 * margin, and weigh the inverse. */
static struct tw_curve_rows flow(size_t n, double (*bend)(double), uint64_t seed)
{
    struct tw_rng rng = tw_rng_new(seed, "curve");
    for (size_t i = 0; i < n;) {
        double m = -3 + 1.5 * tw_rng_normal(&rng);
        double p = tw_logistic(bend(m));
        double seen = m > -1 ? 1 : 0.1;
        if (tw_rng_unit(&rng) >= seen) continue;
        margin[i] = (float)m;
        truth[i] = p;
        label[i] = tw_rng_unit(&rng) < p;
        weight[i++] = 1 / seen;
    }
    return (struct tw_curve_rows){.margin = margin, .label = label, .weight = weight, .n = n};
}

static double at_its_word(double m)
{
    return m;
}
static double too_bold(double m)
{
    return 0.5 * m - 1;
}
static double kinked(double m)
{
    return m < -2 ? -6 : -1 + 0.2 * m;
}

/* Weighted mean distance between what the curve says and the truth. */
static double distance(const struct tw_curve *c, size_t n)
{
    double sum = 0;
    double mass = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weight[i] * fabs(tw_curve_at(c, (double)margin[i]) - truth[i]);
        mass += weight[i];
    }
    return sum / mass;
}

static void check_shape(const struct tw_curve *c)
{
    CHECK(c->n >= 2 && c->n <= TW_CURVE_MAX);
    for (size_t i = 0; i < c->n; i++) {
        CHECK(c->risk[i] >= TW_RISK_MIN && c->risk[i] <= TW_RISK_MAX && isfinite(c->margin[i]));
        CHECK(i == 0 || (c->margin[i] > c->margin[i - 1] && c->risk[i] > c->risk[i - 1]));
    }
}

static void finds_the_curve_whatever_its_shape(void)
{
    double (*const shape[])(double) = {at_its_word, too_bold, kinked};
    for (size_t k = 0; k < 3; k++) {
        struct tw_curve_rows rows = flow(N, shape[k], 5 + k);
        struct tw_curve c;
        CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
        check_shape(&c);
        CHECK(distance(&c, N) < 0.01);
        CHECK(c.effective_n < N && c.effective_n > 100);
    }
}

static void stays_sensible_with_few_rows(void)
{
    double worst = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct tw_curve_rows rows = flow(200, too_bold, seed);
        struct tw_curve c;
        CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
        check_shape(&c);
        double d = distance(&c, 200);
        if (d > worst) worst = d;
    }
    CHECK(worst < 0.06); /* of a base rate of 0.1 */
}

static void the_mean_is_the_weighted_share_of_findings(void)
{
    struct tw_curve_rows rows = flow(5000, kinked, 9);
    struct tw_curve c;
    CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
    double said = 0;
    double found = 0;
    double mass = 0;
    for (size_t i = 0; i < rows.n; i++) {
        said += weight[i] * tw_curve_at(&c, (double)margin[i]);
        found += weight[i] * (double)label[i];
        mass += weight[i];
    }
    CHECK(fabs(said - found) / mass < 0.002);
}

static void nothing_found_gives_little_but_not_nothing(void)
{
    struct tw_curve_rows rows = flow(300, at_its_word, 3);
    for (size_t i = 0; i < rows.n; i++) label[i] = 0;
    struct tw_curve c;
    CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
    check_shape(&c);
    CHECK(tw_curve_at(&c, -3) > TW_RISK_MIN && tw_curve_at(&c, -3) < 0.02);
}

static void margins_that_are_all_the_same_give_the_share_of_findings(void)
{
    for (size_t i = 0; i < 1000; i++) {
        margin[i] = -4;
        label[i] = i % 20 == 0;
        weight[i] = 1;
    }
    struct tw_curve_rows rows = {.margin = margin, .label = label, .weight = weight, .n = 1000};
    struct tw_curve c;
    CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
    check_shape(&c);
    CHECK(fabs(tw_curve_at(&c, -4) - 0.05) < 0.003);
}

static void margins_that_mislead_are_all_but_ignored(void)
{
    struct tw_curve_rows rows = flow(5000, at_its_word, 4);
    for (size_t i = 0; i < rows.n; i++) label[i] = margin[i] < -4;
    struct tw_curve c;
    CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
    check_shape(&c);
    CHECK(c.slope == 0.05 && fabs(tw_curve_at(&c, -6) - tw_curve_at(&c, 0)) < 0.1);
}

static void without_rows_margins_are_taken_at_their_word(void)
{
    struct tw_curve_rows rows = {.n = 0};
    struct tw_curve c;
    CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
    check_shape(&c);
    for (double m = -5; m <= 5; m += 0.5) CHECK(fabs(tw_curve_at(&c, m) - tw_logistic(m)) < 0.003);
}

static void extremes_keep_two_points(void)
{
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < 20000; i++) {
            margin[i] = side == 0 ? -40 : 40;
            label[i] = (float)side;
            weight[i] = 1;
        }
        struct tw_curve_rows rows = {.margin = margin, .label = label, .weight = weight, .n = 20000};
        struct tw_curve c;
        CHECK(tw_curve_fit(&rows, &c, NULL) == TW_OK);
        check_shape(&c);
    }
}

static tw_err fit_a_little(void)
{
    struct tw_curve_rows rows = flow(50, at_its_word, 1);
    struct tw_curve c;
    return tw_curve_fit(&rows, &c, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(fit_a_little) > 3);
}

int main(void)
{
    RUN(finds_the_curve_whatever_its_shape);
    RUN(stays_sensible_with_few_rows);
    RUN(the_mean_is_the_weighted_share_of_findings);
    RUN(nothing_found_gives_little_but_not_nothing);
    RUN(margins_that_are_all_the_same_give_the_share_of_findings);
    RUN(margins_that_mislead_are_all_but_ignored);
    RUN(without_rows_margins_are_taken_at_their_word);
    RUN(extremes_keep_two_points);
    RUN(survives_every_failed_allocation);
    return DONE();
}
