/* SPDX-License-Identifier: Apache-2.0 */
#include "score/calibrate.h"

#include <math.h>

#include "base/fmath.h"
#include "check.h"
#include "grow.h"

static const double margin[] = {-3, -1, 0.5, 2}, risk[] = {0.01, 0.05, 0.05, 0.8};
static const struct tw_calibration curve = {margin, risk, 4};

static void is_straight_between_knots_and_flat_beyond(void)
{
    CHECK(tw_calibration_ppm(&curve, -3) == 10000 && tw_calibration_ppm(&curve, -1) == 50000);
    CHECK(tw_calibration_ppm(&curve, 0.5) == 50000 && tw_calibration_ppm(&curve, 2) == 800000);
    CHECK(tw_calibration_ppm(&curve, -2) == 30000 && tw_calibration_ppm(&curve, 1.25) == 425000);
    CHECK(tw_calibration_ppm(&curve, 0) == 50000);
    CHECK(tw_calibration_ppm(&curve, -1e300) == 10000 && tw_calibration_ppm(&curve, 1e300) == 800000);
    CHECK(tw_calibration_ppm(&curve, -(double)INFINITY) == 10000 &&
          tw_calibration_ppm(&curve, (double)INFINITY) == 800000);
    CHECK(tw_calibration_ppm(&curve, (double)NAN) == 0);
}

static void takes_one_knot_as_a_constant(void)
{
    const struct tw_calibration one = {margin, risk, 1};
    CHECK(tw_calibration_ppm(&one, -9) == 10000 && tw_calibration_ppm(&one, 9) == 10000);
}

static void takes_margins_as_log_odds_without_knots(void)
{
    const struct tw_calibration none = {0};
    CHECK(tw_calibration_ppm(&none, 0) == 500000);
    CHECK(tw_calibration_at(&none, -2) == tw_logistic(-2));
    CHECK(tw_calibration_ppm(&none, -(double)INFINITY) == 0 &&
          tw_calibration_ppm(&none, (double)INFINITY) == 1000000);
    CHECK(tw_calibration_ppm(&none, (double)NAN) == 0);
}

static void never_falls(void)
{
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        double x[20], y[20], last = -1;
        size_t n = 1 + draw(&seed) % 20;
        for (size_t i = 0; i < n; i++) {
            x[i] = (i > 0 ? x[i - 1] : -5) + 1e-9 + draw_unit(&seed);
            y[i] = (i > 0 ? y[i - 1] : 0) +
                   (1 - (i > 0 ? y[i - 1] : 0)) * draw_unit(&seed) * (double)(draw(&seed) & 1);
        }
        const struct tw_calibration c = {x, y, n};
        CHECK(tw_calibration_check(&c, NULL) == TW_OK);
        for (double m = -6; m < 12; m += 0.003) {
            double p = tw_calibration_at(&c, m);
            CHECK(p >= last && p >= y[0] && p <= y[n - 1]);
            last = p;
        }
        for (size_t i = 1; i < n; i++) { /* the last doubles before a knot must not overshoot it */
            double before = x[i] - (x[i] - x[i - 1]) * 0x1p-52;
            CHECK(tw_calibration_at(&c, before) <= y[i] && tw_calibration_at(&c, x[i]) == y[i]);
        }
    }
}

static void refused(struct tw_calibration c, tw_err code, const char *path)
{
    struct tw_fault fault = {0};
    CHECK(tw_calibration_check(&c, &fault) == code);
    CHECK(strcmp(fault.path, path) == 0 && fault.note[0] != '\0');
    CHECK(tw_calibration_check(&c, NULL) == code);
}

static void refuses_a_curve_that_is_none(void)
{
    static double many[TW_KNOTS_MAX + 1];
    refused((struct tw_calibration){(double[]){0, 0}, (double[]){0, 1}, 2}, TW_FORMAT, "calibration.x[1]");
    refused((struct tw_calibration){(double[]){1, 0}, (double[]){0, 1}, 2}, TW_FORMAT, "calibration.x[1]");
    refused((struct tw_calibration){(double[]){(double)NAN}, (double[]){0}, 1}, TW_FORMAT,
            "calibration.x[0]");
    refused((struct tw_calibration){(double[]){0, (double)INFINITY}, (double[]){0, 1}, 2}, TW_FORMAT,
            "calibration.x[1]");
    refused((struct tw_calibration){(double[]){0, 1}, (double[]){0.5, 0.4}, 2}, TW_FORMAT,
            "calibration.y[1]");
    refused((struct tw_calibration){(double[]){0, 1}, (double[]){-0.1, 0.4}, 2}, TW_FORMAT,
            "calibration.y[0]");
    refused((struct tw_calibration){(double[]){0, 1}, (double[]){0.1, 1.1}, 2}, TW_FORMAT,
            "calibration.y[1]");
    refused((struct tw_calibration){(double[]){0, 1}, (double[]){0.1, (double)NAN}, 2}, TW_FORMAT,
            "calibration.y[1]");
    refused((struct tw_calibration){many, many, TW_KNOTS_MAX + 1}, TW_LIMIT, "calibration.x");
    CHECK(tw_calibration_check(&curve, NULL) == TW_OK);
    CHECK(tw_calibration_check(&(struct tw_calibration){0}, NULL) == TW_OK);
}

int main(void)
{
    RUN(is_straight_between_knots_and_flat_beyond);
    RUN(takes_one_knot_as_a_constant);
    RUN(takes_margins_as_log_odds_without_knots);
    RUN(never_falls);
    RUN(refuses_a_curve_that_is_none);
    return DONE();
}
