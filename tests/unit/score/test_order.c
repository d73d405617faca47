/* SPDX-License-Identifier: Apache-2.0 */
#include "score/order.h"

#include <math.h>
#include <stdbool.h>

#include "base/fmath.h"
#include "check.h"

static const double NONE = (double)NAN;

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void the_worst_item_is_the_declarations_risk(void)
{
    struct tw_order_item two[] = {{0.2, 0, 0}, {0.5, 0, 0}};
    CHECK(tw_order_risk(two, 2) == 0.5 && tw_order_risk(two, 1) == 0.2 && tw_order_risk(two, 0) == 0);
    struct tw_order_item odd[] = {{NONE, 0, 0}, {-1, 0, 0}, {0.25, 0, 0}};
    CHECK(tw_order_risk(odd, 3) == 0.25 && tw_order_risk(odd, 2) == 0);
    struct tw_order_item sure[] = {{2, 0, 0}, {0.1, 0, 0}};
    CHECK(tw_order_risk(sure, 2) == 1);
}

static void mix_0_is_the_order_of_risk_and_mix_1_that_of_duty(void)
{
    struct tw_order_item risky = {0.9, 100, 0}, costly = {0.1, 100000, 0};
    CHECK(tw_order(&risky, 1, 0) > tw_order(&costly, 1, 0));
    CHECK(tw_order(&risky, 1, 1) < tw_order(&costly, 1, 1));
    CHECK(near(tw_order(&risky, 1, 0), tw_log(0.9)) && near(tw_order(&costly, 1, 1), tw_log(100001)));
    CHECK(near(tw_order(&risky, 1, 0.25), 0.75 * tw_log(0.9) + 0.25 * tw_log(101)));
}

static void duty_of_all_items_counts(void)
{
    struct tw_order_item both[] = {{0, 40, 0}, {0, 60, 0}}, one = {0, 100, 0};
    CHECK(tw_order(both, 2, 1) == tw_order(&one, 1, 1));
}

static void margins_break_ties_and_nothing_else(void)
{
    struct tw_order_item a = {0.999, 10, 4}, b = {0.999, 10, 5}, c = {0.998, 10, 60};
    CHECK(tw_order(&b, 1, 0.35) > tw_order(&a, 1, 0.35));
    CHECK(tw_order(&a, 1, 0.35) > tw_order(&c, 1, 0.35));
    struct tw_order_item pair[] = {a, b}, back[] = {b, a};
    CHECK(tw_order(pair, 2, 0.35) == tw_order(back, 2, 0.35));
}

static void what_is_not_known_is_nothing_and_the_place_stays_finite(void)
{
    struct tw_order_item unknown = {NONE, NONE, NAN}, zero = {0, 0, 0};
    CHECK(isfinite(tw_order(&unknown, 1, 0.35)) && tw_order(&unknown, 1, 0.35) <= tw_order(&zero, 1, 0.35));
    struct tw_order_item huge[] = {{1, 1.7e308, INFINITY}, {1, 1.7e308, -INFINITY}};
    for (double mix = 0; mix <= 1; mix += 0.5) {
        CHECK(isfinite(tw_order(NULL, 0, mix)));
        CHECK(isfinite(tw_order(huge, 2, mix)) && tw_order(huge, 2, mix) > tw_order(&zero, 1, mix));
    }
}

int main(void)
{
    RUN(the_worst_item_is_the_declarations_risk);
    RUN(mix_0_is_the_order_of_risk_and_mix_1_that_of_duty);
    RUN(duty_of_all_items_counts);
    RUN(margins_break_ties_and_nothing_else);
    RUN(what_is_not_known_is_nothing_and_the_place_stays_finite);
    return DONE();
}
