/* SPDX-License-Identifier: Apache-2.0 */
/* Values to compare with were computed with 200 bits (mpmath 1.3) and rounded once. */
#include "base/fmath.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "check.h"

static const struct {
    double x, y;
} EXP[] = {
    {-0x1.7480000000000p+9, 0x0.0000000000001p-1022}, {-0x1.5e40000000000p+9, 0x1.4ff475c68ca02p-1011},
    {-0x1.4400000000000p+4, 0x1.b93de1e27ca3bp-30},   {-0x1.0000000000000p+0, 0x1.78b56362cef38p-2},
    {-0x1.0000000000000p-1, 0x1.368b2fc6f960ap-1},    {-0x1.12e0be826d695p-30, 0x1.fffffff768fa1p-1},
    {0x1.999999999999ap-4, 0x1.1aec7b35a00d4p+0},     {0x1.0000000000000p-1, 0x1.a61298e1e069cp+0},
    {0x1.0000000000000p+0, 0x1.5bf0a8b145769p+1},     {0x1.26bb1af3a14cfp+1, 0x1.3ffffe0cbdf68p+3},
    {0x1.4000000000000p+3, 0x1.5829dcf950560p+14},    {0x1.62ccccccccccdp+6, 0x1.f4705bbffae5cp+127},
    {0x1.2c4cccccccccdp+8, 0x1.2e9c6cabf8f3fp+433},   {0x1.62c0000000000p+9, 0x1.81e9b4b52d0c9p+1023},
};
static const struct {
    double x, y;
} LOG[] = {
    {0x0.0000000000001p-1022, -0x1.74385446d71c3p+9}, {0x0.012688b70e62bp-1022, -0x1.64e69394d9508p+9},
    {0x1.4f8b588e368f1p-17, -0x1.7069e2aa2aa5bp+3},   {0x1.999999999999ap-4, -0x1.26bb1bbb55515p+1},
    {0x1.0000000000000p-1, -0x1.62e42fefa39efp-1},    {0x1.6a09e65dc27dfp-1, -0x1.62e4300c77ae8p-2},
    {0x1.fffffca501acbp-1, -0x1.ad7f2b1049b9fp-24},   {0x1.000001ad7f29bp+0, 0x1.ad7f2847b6492p-24},
    {0x1.8000000000000p+0, 0x1.9f323ecbf984cp-2},     {0x1.0000000000000p+1, 0x1.62e42fefa39efp-1},
    {0x1.5bf0a8b04919bp+1, 0x1.fffffffe8ca4cp-1},     {0x1.4000000000000p+3, 0x1.26bb1bbb55516p+1},
    {0x1.81cd6c8b43958p+13, 0x1.2d79559791e31p+3},    {0x1.7e43c8800759cp+996, 0x1.5963447f87fb5p+9},
};
static const struct {
    double x, y;
} SIN[] = {
    {0x1.999999999999ap-5, 0x1.3c6ef372fe950p-2},   {0x1.0000000000000p-3, 0x1.6a09e667f3bcdp-1},
    {0x1.3333333333333p-2, 0x1.e6f0e13445500p-1},   {0x1.fef9db22d0e56p-2, 0x1.9bc5a9d91f680p-8},
    {-0x1.999999999999ap-3, -0x1.e6f0e13445500p-1}, {0x1.d666666666666p+2, 0x1.9e3779b97f4b4p-1},
    {-0x1.f333333333333p+1, 0x1.2cf2304755a62p-1},
};
static const struct {
    double x, y;
} CDF[] = {
    {-0x1.0000000000000p+3, 0x1.669d2c90d55cep-51},
    {-0x1.8000000000000p+1, 0x1.61de1f985b5d7p-10},
    {-0x1.8000000000000p+0, 0x1.11a46d89647efp-4},
    {-0x1.999999999999ap-4, 0x1.d7375f15b2f1ep-2},
    {0x0.0p+0, 0x1.0000000000000p-1},
    {0x1.6666666666666p-1, 0x1.841d5715c32a8p-1},
    {0x1.2666666666666p+1, 0x1.fa825e945b3c9p-1},
    {0x1.4000000000000p+2, 0x1.fffff661ae86fp-1},
};
static const struct {
    double x, y;
} LGAMMA[] = {
    {0x1.999999999999ap-4, 0x1.2058e35f3deeep+1},
    {0x1.0000000000000p-1, 0x1.250d048e7a1bdp-1},
    {0x1.0000000000000p+0, 0x0.0p+0},
    {0x1.8000000000000p+0, -0x1.eeb95b094c191p-4},
    {0x1.0000000000000p+1, 0x0.0p+0},
    {0x1.d99999999999ap+1, 0x1.6d9625e359b87p+0},
    {0x1.4000000000000p+3, 0x1.99a8921a7f7cfp+3},
    {0x1.569999999999ap+7, 0x1.620eb695a6a1cp+9},
    {0x1.86a0000000000p+16, 0x1.00a97b57f4c2ep+20},
};
static const struct {
    double a, x, y;
} GAMMA_Q[] = {
    {0x1.0000000000000p-1, 0x1.999999999999ap-4, 0x1.4f37921b5187fp-1},
    {0x1.0000000000000p-1, 0x1.0000000000000p+2, 0x1.328f5ec350e67p-8},
    {0x1.0000000000000p+0, 0x1.0000000000000p+0, 0x1.78b56362cef38p-2},
    {0x1.4000000000000p+1, 0x1.3333333333333p-2, 0x1.f9db8fa049004p-1},
    {0x1.4000000000000p+3, 0x1.8000000000000p+3, 0x1.f06b4d3973e83p-3},
    {0x1.9000000000000p+5, 0x1.4000000000000p+5, 0x1.dbfd0ac9df30cp-1},
    {0x1.9000000000000p+5, 0x1.6800000000000p+6, 0x1.bac8ac85af412p-20},
};
static uint64_t ordered(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u >> 63 != 0 ? ~u : u | 1ull << 63;
}

/* How many doubles lie between the two. */
static uint64_t apart(double a, double b)
{
    const uint64_t x = ordered(a), y = ordered(b);
    return x > y ? x - y : y - x;
}

static bool near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void exp_and_log_are_within_one_unit_in_the_last_place(void)
{
    for (size_t i = 0; i < N(EXP); i++) CHECK(apart(tw_exp(EXP[i].x), EXP[i].y) <= 1);
    for (size_t i = 0; i < N(LOG); i++) CHECK(apart(tw_log(LOG[i].x), LOG[i].y) <= 1);
    CHECK(tw_exp(0) == 1 && tw_log(1) == 0 && tw_log2(8) == 3 && tw_log2(0.25) == -2);
}

static void ends_of_the_range_are_told(void)
{
    CHECK(isnan(tw_exp((double)NAN)) && isnan(tw_log((double)NAN)) && isnan(tw_log(-1)));
    CHECK(tw_exp(710) == (double)INFINITY && tw_exp(-746) == 0 && tw_exp(-(double)INFINITY) == 0);
    CHECK(tw_log(0) == -(double)INFINITY && tw_log((double)INFINITY) == (double)INFINITY);
    CHECK(tw_log2(0) == -(double)INFINITY && isnan(tw_log2(-1)));
    CHECK(tw_pow(0, 2) == 0 && tw_pow(0, -1) == (double)INFINITY && tw_pow(7, 0) == 1 &&
          isnan(tw_pow(-1, 0.5)));
    CHECK(isnan(tw_pow((double)NAN, 1)) && tw_pow(1, (double)NAN) == 1 && tw_pow((double)NAN, 0) == 1);
}

static uint64_t bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* n numbers that are positive and normal, or with one at place `odd` that is not. */
static void logs_agree(size_t n, size_t odd, double value)
{
    enum { MOST = 40 };
    double x[MOST] = {0}, many[MOST + 1];
    for (size_t i = 0; i < n; i++) x[i] = i == odd ? value : tw_exp((double)i * 31 - 600) * 1.37;
    many[n] = 42;
    tw_log_many(x, n, many);
    for (size_t i = 0; i < n; i++) CHECK(bits_of(many[i]) == bits_of(tw_log(x[i])));
    CHECK(many[n] == 42);
}

static void many_logs_are_those_of_each(void)
{
    const double odd[] = {0,
                          -0.0,
                          -1,
                          0x1p-1074,
                          0x1p-1022,
                          0x1.fffffffffffffp-1023,
                          (double)NAN,
                          -0x1p-1022,
                          -0x1p-1074,
                          0x1.fffffffffffffp+1023,
                          (double)INFINITY,
                          -(double)INFINITY,
                          1,
                          0x1.6a09e667f3bcdp0,
                          0x1.6a09e667f3bcep0};
    for (size_t n = 0; n <= 40; n++) logs_agree(n, n, 0);
    for (size_t k = 0; k < N(odd); k++)
        for (size_t n = 1; n <= 19; n++) logs_agree(n, (n + k) / 2 % n, odd[k]);
}

static void whole_powers_are_repeated_products(void)
{
    CHECK(tw_pow(3, 4) == 81 && tw_pow(10, -2) == 1.0 / 100 && tw_pow(1.5, 3) == 1.5 * 1.5 * 1.5);
    CHECK(near(tw_pow(2, 0.5), 1.4142135623730951, 1e-15) &&
          near(tw_pow(10, 100.5), 3.1622776601683795e100, 1e-13));
}

static void waves_meet_their_values_after_many_turns(void)
{
    for (size_t i = 0; i < N(SIN); i++) CHECK(fabs(tw_sin2pi(SIN[i].x) - SIN[i].y) <= 4e-15);
    CHECK(tw_sin2pi(0) == 0 && tw_sin2pi(0.25) == 1 && tw_cos2pi(0) == 1 && tw_cos2pi(0.5) == -1);
    CHECK(fabs(tw_cos2pi(1.0 / 6) - 0.5) < 1e-15);
}

static void logistic_and_logit_undo_each_other(void)
{
    for (int i = -81; i <= 81; i++) {
        const double x = i * 0.37;
        CHECK(x > 15 || fabs(tw_logit(tw_logistic(x)) - x) < 1e-2);
        CHECK(fabs(x) > 15 || near(tw_logit(tw_logistic(x)), x, 1e-8));
    }
    CHECK(tw_logistic(0) == 0.5 && tw_logistic(-800) >= 0 && tw_logistic(800) == 1);
}

static void the_normal_distribution_and_its_inverse(void)
{
    for (size_t i = 0; i < N(CDF); i++) CHECK(near(tw_normal_cdf(CDF[i].x), CDF[i].y, 1e-11));
    for (int i = 0; i < 73; i++) {
        const double p = 1e-7 + i * 0.0137;
        CHECK(near(tw_normal_cdf(tw_normal_quantile(p)), p, 1e-11));
    }
    CHECK(fabs(tw_normal_quantile(0.975) - 1.959963984540054) < 1e-13 &&
          fabs(tw_normal_quantile(0.5)) < 1e-15);
}

static void gamma_functions(void)
{
    for (size_t i = 0; i < N(LGAMMA); i++)
        CHECK(fabs(tw_lgamma(LGAMMA[i].x) - LGAMMA[i].y) <= 1e-13 * (1 + fabs(LGAMMA[i].y)));
    for (size_t i = 0; i < N(GAMMA_Q); i++)
        CHECK(near(tw_gamma_q(GAMMA_Q[i].a, GAMMA_Q[i].x), GAMMA_Q[i].y, 1e-11));
    CHECK(tw_gamma_q(3, 0) == 1 && tw_gamma_q(3, -1) == 1);
}

/* The same on every compiler and CPU: a hash over many results, pinned. */
static void bits_are_the_same_everywhere(void)
{
    uint64_t h = 0;
    for (int i = 1; i <= 20000; i++) {
        const double x = i * 0.0371;
        const double y[] = {tw_exp(x - 300), tw_log(x),       tw_pow(x, 0.7),       tw_sin2pi(x),
                            tw_log2(x),      tw_logistic(-x), tw_normal_cdf(x - 9), tw_gamma_q(x, x + 1)};
        h = tw_hash64(y, sizeof y, h);
    }
    CHECK(h == 0xa29289bd9fbbdf45u);
}

int main(void)
{
    RUN(exp_and_log_are_within_one_unit_in_the_last_place);
    RUN(ends_of_the_range_are_told);
    RUN(many_logs_are_those_of_each);
    RUN(whole_powers_are_repeated_products);
    RUN(waves_meet_their_values_after_many_turns);
    RUN(logistic_and_logit_undo_each_other);
    RUN(the_normal_distribution_and_its_inverse);
    RUN(gamma_functions);
    RUN(bits_are_the_same_everywhere);
    return DONE();
}
