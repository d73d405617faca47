/* SPDX-License-Identifier: Apache-2.0 */
/* stat/chi2.h -- how far counts may differ by chance, and how far they do.
 *
 * In : counts of the same bins in two samples.
 * Out: the population stability index, and what it may be before chance explains it no longer.
 * Not: bins; where to cut is the caller's business.
 *
 * The usual rule "more than 0.1 has moved, more than 0.25 has moved much" holds for no particular size of
 * sample: at 200 rows and 20 bins it cries wolf in a third of all cases, at 5,000 it sleeps through a bin
 * that grew by 30 %. Under no change the index is close to (1/n + 1/m) times a chi-square with one degree of
 * freedom fewer than there are bins, so that is what it is held against.
 */
#ifndef TW_STAT_CHI2_H
#define TW_STAT_CHI2_H

#include <stddef.h>
#include <stdint.h>

/* The value a chi-square of `degrees` (> 0) stays below with probability p, 0 < p < 1; to 1e-9 of itself. */
double tw_chi2_quantile(double degrees, double p);

/* How far counts of draws stand from the same share for every bin. */
struct tw_evenness {
    size_t bins; /* neighbours taken together until each may expect TW_EVEN_MIN draws; 0 = too few draws */
    double chi2; /* Pearson's sum over them */
    double p; /* probability of such a sum, or a larger one, when all bins are as likely; NaN without bins */
};
enum { TW_EVEN_MIN = 5 };

/* n_bins  a power of two, at least 2. Source: Pearson 1900; Cochran 1954, section 3, for TW_EVEN_MIN. */
struct tw_evenness tw_evenness_of(const uint64_t *count, size_t n_bins);

/* The index of two samples over the same n_bins; half a row is added to each bin, so that none is empty.
 * 0 when n_bins < 2. Source: Yurdakul 2018, "Statistical properties of population stability index". */
double tw_psi(const uint64_t *before, const uint64_t *after, size_t n_bins);

/* What tw_psi exceeds with probability `alpha` when nothing has changed. 0 when n_bins < 2 or a sample is
 * empty. */
double tw_psi_threshold(const uint64_t *before, const uint64_t *after, size_t n_bins, double alpha);

#endif
