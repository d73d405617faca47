/* SPDX-License-Identifier: Apache-2.0 */
/* exp and log by the classic reductions, in plain IEEE double operations written in one fixed order: with
 * -ffp-contract=off every compiler and CPU gives the same bits. ln 2 is split in two so that the reduction of
 * exp and the sum of log lose nothing; the polynomials are those of FreeBSD's msun (e_exp.c, e_log.c; Sun
 * Microsystems 1993), good to within one unit in the last place. */
#include "base/fmath.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/each_cpu.h"

static const double LN2_HI = 6.93147180369123816490e-01, LN2_LO = 1.90821492927058770002e-10;
static const double INV_LN2 = 1.44269504088896338700e+00;
static const double PI = 3.14159265358979323846;

static TW_INLINE uint64_t bits_of(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static TW_INLINE double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* x * 2^k without overflow on the way. */
static double scale(double x, int k)
{
    if (k > 1023) return x * 0x1p1023 * from_bits((uint64_t)(k - 1023 + 1023) << 52);
    if (k < -1022) return x * from_bits((uint64_t)(k + 1000 + 1023) << 52) * 0x1p-1000;
    return x * from_bits((uint64_t)(k + 1023) << 52);
}

double tw_exp(double x)
{
    static const double P1 = 1.66666666666666019037e-01, P2 = -2.77777777770155933842e-03,
                        P3 = 6.61375632143793436117e-05, P4 = -1.65339022054652515390e-06,
                        P5 = 4.13813679705723846039e-08;
    if (isnan(x)) return x;
    if (x > 709.782712893384) return (double)INFINITY;
    if (x < -745.1332191019412) return 0;
    double k = floor(x * INV_LN2 + 0.5);
    double hi = x - k * LN2_HI, lo = k * LN2_LO, r = hi - lo;
    double t = r * r;
    double c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    double y = 1 - ((lo - (r * c) / (2 - c)) - hi);
    return scale(y, (int)k);
}

/* x = 2^k * m with sqrt(1/2) <= m < sqrt(2); x positive, normal. Whether m is halved is as good as random, so
 * it is no branch; and all of it is what vectors have, too: k becomes a double in the mantissa of 2^52. */
static TW_INLINE double split(double x, double *k)
{
    static const uint64_t MANTISSA = 0xfffffffffffff, SQRT2 = 0x6a09e667f3bcd; /* that of sqrt(2) */
    static const uint64_t TWO_52 = 0x4330000000000000;
    const uint64_t u = bits_of(x), half = (SQRT2 - (u & MANTISSA)) >> 63;
    *k = from_bits(TWO_52 | ((u >> 52) + half)) - (0x1p52 + 1023);
    return from_bits((u & MANTISSA) | (1023 - half) << 52);
}

/* log(m) - f for m = 1 + f near 1, as f*f*... : returns R so that log(1+f) = f - (f*f/2 - s*(f*f/2 + R)). */
static TW_INLINE double log_tail(double f, double *s_out)
{
    static const double L1 = 6.666666666666735130e-01, L2 = 3.999999999940941908e-01,
                        L3 = 2.857142874366239149e-01, L4 = 2.222219843214978396e-01,
                        L5 = 1.818357216161805012e-01, L6 = 1.531383769920937332e-01,
                        L7 = 1.479819860511658591e-01;
    double s = f / (2 + f), z = s * s, w = z * z;
    double t1 = w * (L2 + w * (L4 + w * L6)), t2 = z * (L1 + w * (L3 + w * (L5 + w * L7)));
    *s_out = s;
    return t1 + t2;
}

/* The highest bit is set unless x is positive and normal: these sort as their bits do. */
static TW_INLINE uint64_t oddness(double x)
{
    static const uint64_t LEAST = 0x0010000000000000, MOST = 0x7fefffffffffffff;
    const uint64_t u = bits_of(x);
    return u | (u - LEAST) | (MOST - u);
}

/* x positive, normal; the logarithm of x / 2^below. */
static TW_INLINE double log_normal(double x, double below)
{
    double k, f = split(x, &k) - 1, s, dk = k - below;
    double r = log_tail(f, &s), h = 0.5 * f * f;
    return dk * LN2_HI - ((h - (s * (h + r) + dk * LN2_LO)) - f);
}

double tw_log(double x)
{
    if (oddness(x) >> 63 == 0) return log_normal(x, 0);
    if (isnan(x) || x < 0) return (double)NAN;
    if (x == 0) return -(double)INFINITY;
    return isinf(x) ? x : log_normal(x * 0x1p54, 54); /* subnormal */
}

/* Whether all are normal; if so, their logarithms. */
TW_EACH_CPU static bool log_normals(const double *restrict x, size_t n, double *restrict ret)
{
    uint64_t odd = 0;
    for (size_t i = 0; i < n; i++) {
        odd |= oddness(x[i]);
        ret[i] = log_normal(x[i], 0);
    }
    return odd >> 63 == 0;
}

void tw_log_many(const double *x, size_t n, double *ret)
{
    if (log_normals(x, n, ret)) return;
    for (size_t i = 0; i < n; i++) ret[i] = tw_log(x[i]);
}

double tw_log2(double x)
{
    double k, below = 0;
    if (!(x > 0) || isinf(x)) return tw_log(x);
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        below = 54;
    }
    double m = split(x, &k);
    return k - below + tw_log(m) * INV_LN2;
}

double tw_pow(double x, double y)
{
    if (y == 0 || x == 1) return 1;
    if (isnan(x) || isnan(y) || x < 0) return (double)NAN;
    if (x == 0) return y > 0 ? 0 : (double)INFINITY;
    /* Whole small powers exactly as repeated products would give. */
    if (y == floor(y) && fabs(y) <= 64) {
        double p = 1, base = x;
        for (unsigned n = (unsigned)fabs(y); n != 0; n >>= 1) {
            if ((n & 1) != 0) p *= base;
            base *= base;
        }
        return y < 0 ? 1 / p : p;
    }
    return tw_exp(y * tw_log(x));
}

/* sin and cos of 2 pi t for |t| <= 1/8, by their series: 1e-17 behind the last term. */
static double sin_core(double t)
{
    double x = 2 * PI * t, z = x * x;
    return x * (1 + z * (-1.0 / 6 +
                         z * (1.0 / 120 +
                              z * (-1.0 / 5040 +
                                   z * (1.0 / 362880 + z * (-1.0 / 39916800 + z * (1.0 / 6227020800.0)))))));
}

static double cos_core(double t)
{
    double x = 2 * PI * t, z = x * x;
    return 1 + z * (-1.0 / 2 +
                    z * (1.0 / 24 +
                         z * (-1.0 / 720 +
                              z * (1.0 / 40320 + z * (-1.0 / 3628800 + z * (1.0 / 479001600.0 +
                                                                            z * (-1.0 / 87178291200.0)))))));
}

double tw_sin2pi(double turns)
{
    double t = turns - floor(turns + 0.5); /* -1/2 .. 1/2 */
    double eighth = floor(t * 4 + 0.5);    /* nearest quarter turn: -2 .. 2 */
    double r = t - eighth * 0.25;
    switch ((int)eighth & 3) {
    case 0:
        return sin_core(r);
    case 1:
        return cos_core(r);
    case 2:
        return -sin_core(r);
    default:
        return -cos_core(r);
    }
}

double tw_cos2pi(double turns)
{
    return tw_sin2pi(turns - floor(turns) + 0.25);
}

double tw_logistic(double x)
{
    if (x >= 0) return 1 / (1 + tw_exp(-x));
    double e = tw_exp(x);
    return e / (1 + e);
}

double tw_logit(double p)
{
    return tw_log(p / (1 - p));
}

double tw_normal_cdf(double x)
{
    /* Phi(x) = Q(1/2, x^2/2) / 2 on the left side: the incomplete gamma function has the accuracy. */
    double q = 0.5 * tw_gamma_q(0.5, 0.5 * x * x);
    return x < 0 ? q : 1 - q;
}

double tw_normal_quantile(double p)
{
    /* Source: Peter Acklam 2003, relative error below 1.2e-9, then one Newton step. */
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                               1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                               6.680131188771972e+01, -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    double x;
    if (p < 0.02425 || p > 0.97575) {
        double q = sqrt(-2 * tw_log(p < 0.5 ? p : 1 - p));
        x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
            ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
        if (p > 0.5) x = -x;
    } else {
        double q = p - 0.5, r = q * q;
        x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
            (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
    }
    double e = x < 0 ? tw_normal_cdf(x) - p : (1 - p) - tw_normal_cdf(-x);
    return x - e * sqrt(2 * PI) * tw_exp(0.5 * x * x);
}

double tw_lgamma(double x)
{
    /* Lanczos, g = 7, n = 9 (Godfrey 2001): 1e-15 relative for x > 0. */
    static const double c[] = {0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                               771.32342877765313,   -176.61502916214059,   12.507343278686905,
                               -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    if (x < 0.5) return tw_log(PI / fabs(tw_sin2pi(x / 2))) - tw_lgamma(1 - x);
    double y = x - 1, sum = c[0], t = y + 7.5;
    for (int i = 1; i < 9; i++) sum += c[i] / (y + i);
    return 0.5 * tw_log(2 * PI) + (y + 0.5) * tw_log(t) - t + tw_log(sum);
}

double tw_gamma_q(double a, double x)
{
    /* Series below a + 1, Lentz's continued fraction above. Source: Numerical Recipes, section 6.2. */
    enum { STEPS = 1000 };
    if (!(x > 0)) return 1;
    double front = tw_exp(-x + a * tw_log(x) - tw_lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int n = 1; n < STEPS && term > sum * 1e-17; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return 1 - sum * front;
    }
    static const double TINY = 1e-300;
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int n = 1; n < STEPS; n++) {
        double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        if (fabs(d) < TINY) d = TINY;
        c = b + an / c;
        if (fabs(c) < TINY) c = TINY;
        d = 1 / d;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-16) break;
    }
    return front * h;
}
