/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/chi2.h"

#include <math.h>

#include "base/fmath.h"

double tw_chi2_quantile(double degrees, double p)
{
    double low = 0;
    double high = degrees;
    while (tw_gamma_q(degrees / 2, high / 2) > 1 - p) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-10 * high; i++) {
        double mid = (low + high) / 2;
        if (tw_gamma_q(degrees / 2, mid / 2) > 1 - p)
            low = mid;
        else
            high = mid;
    }
    return (low + high) / 2;
}

static double total(const uint64_t *count, size_t n_bins)
{
    double sum = 0;
    for (size_t i = 0; i < n_bins; i++) sum += (double)count[i];
    return sum;
}

struct tw_evenness tw_evenness_of(const uint64_t *count, size_t n_bins)
{
    const double n = total(count, n_bins);
    size_t bins = n_bins;
    while (bins > 1 && n < (double)(bins * TW_EVEN_MIN)) bins /= 2;
    if (bins < 2) return (struct tw_evenness){.p = (double)NAN};
    const size_t each = n_bins / bins;
    const double expected = n / (double)bins;
    double sum = 0;
    for (size_t i = 0; i < bins; i++) {
        const double off = total(count + i * each, each) - expected;
        sum += off * off / expected;
    }
    return (struct tw_evenness){.bins = bins, .chi2 = sum, .p = tw_gamma_q((double)(bins - 1) / 2, sum / 2)};
}

double tw_psi(const uint64_t *before, const uint64_t *after, size_t n_bins)
{
    if (n_bins < 2) return 0;
    double n = total(before, n_bins) + 0.5 * (double)n_bins;
    double m = total(after, n_bins) + 0.5 * (double)n_bins;
    double sum = 0;
    for (size_t i = 0; i < n_bins; i++) {
        double p = ((double)before[i] + 0.5) / n;
        double q = ((double)after[i] + 0.5) / m;
        sum += (q - p) * tw_log(q / p);
    }
    return sum;
}

double tw_psi_threshold(const uint64_t *before, const uint64_t *after, size_t n_bins, double alpha)
{
    double n = total(before, n_bins);
    double m = total(after, n_bins);
    if (n_bins < 2 || n <= 0 || m <= 0) return 0;
    return (1 / n + 1 / m) * tw_chi2_quantile((double)(n_bins - 1), 1 - alpha);
}
