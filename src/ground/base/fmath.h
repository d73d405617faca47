/* SPDX-License-Identifier: Apache-2.0 */
/* base/fmath.h -- exp, log and friends from plain IEEE double operations.
 *
 * In : doubles.
 * Out: the same bits on every compiler and CPU, within 1 ulp or so of the true value.
 * Not: errno, floating-point exceptions, rounding modes. NaN gives NaN; log of 0 is -inf, of less NaN.
 */
#ifndef TW_BASE_FMATH_H
#define TW_BASE_FMATH_H

#include <stddef.h>

double tw_exp(double x);
double tw_log(double x);
void tw_log_many(const double *x, size_t n, double *ret); /* tw_log of each; the arrays are apart */
double tw_log2(double x);
double tw_pow(double x, double y); /* x >= 0 */
double tw_sin2pi(double turns);    /* sin(2 pi turns) */
double tw_cos2pi(double turns);
double tw_logistic(double x); /* 1 / (1 + exp(-x)) */
double tw_logit(double p);    /* 0 < p < 1 */
double tw_normal_cdf(double x);
double tw_normal_quantile(double p);   /* 0 < p < 1; Acklam's approximation and one Newton step */
double tw_lgamma(double x);            /* x > 0 */
double tw_gamma_q(double a, double x); /* regularised upper incomplete gamma: chi-square tail */

#endif
