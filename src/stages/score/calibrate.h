/* SPDX-License-Identifier: Apache-2.0 */
/* score/calibrate.h -- from a margin to a probability that means what it says.
 *
 * In : a margin, and the curve that learn/ fitted on rows the trees had not seen.
 * Out: a probability, never falling as the margin rises.
 * Not: fitting; that is learn/.
 */
#ifndef TW_SCORE_CALIBRATE_H
#define TW_SCORE_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TW_KNOTS_MAX = 4096 };

/* A curve through n knots; straight between two, flat beyond the first and the last. n == 0: the margin is
 * taken at its word, as log-odds. The arrays belong to whoever made them. */
struct tw_calibration {
    const double *x; /* margins, finite, strictly rising */
    const double *y; /* probabilities, 0..1, never falling */
    size_t n;        /* count, 0..TW_KNOTS_MAX */
};

/* TW_FORMAT, TW_LIMIT; fault->path says which knot, e.g. calibration.y[3]. */
tw_err tw_calibration_check(const struct tw_calibration *c, struct tw_fault *fault) TW_MUST_CHECK;

/* The probability at a margin, 0..1; `c` has passed the check. A NaN margin gives 0. Same bits on any CPU.
 * Pure. */
double tw_calibration_at(const struct tw_calibration *c, double margin);

/* The same in parts per million, 0..1000000, rounded half up: the form in which it is stored. */
uint32_t tw_calibration_ppm(const struct tw_calibration *c, double margin);

#endif
