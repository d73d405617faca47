/* SPDX-License-Identifier: Apache-2.0 */
/* learn/curve.h -- from margins to probabilities that mean what they say.
 *
 * In : margins of rows the forest was not trained on, what was found, weights that stand for the whole flow.
 * Out: a rising curve of a few dozen points.
 * Not: reading it; that is score/calibrate.h.
 *
 * Three steps, each the answer to a fault of the one before.
 * 1. A logistic curve with two numbers (Platt), which begins at "margins are log-odds" and moves as far as
 * the rows say: steady with ten findings, but a straight line in log-odds.
 * 2. Steps that never fall (isotonic regression): any shape, but wild at the ends and where rows are few. So
 *    each step is pulled to the logistic curve as if one more finding's worth of rows had shown just that.
 * 3. Between the steps' middles straight lines in log-odds, beyond the outermost the slope of the logistic
 *    curve: no two margins share a probability, so that no order is lost. Last, the curve as a whole is moved
 *    so that its mean is the weighted share of findings.
 */
#ifndef TW_LEARN_CURVE_H
#define TW_LEARN_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TW_CURVE_MAX = 64 };
#define TW_RISK_MIN 1e-5
#define TW_RISK_MAX 0.999

struct tw_curve {
    size_t n;                    /* points, 2..TW_CURVE_MAX */
    double margin[TW_CURVE_MAX]; /* strictly rising */
    double risk[TW_CURVE_MAX];   /* strictly rising, TW_RISK_MIN..TW_RISK_MAX */
    double slope, offset;        /* of the logistic curve: log-odds = slope x margin + offset */
    double effective_n;          /* even-weighted rows it rests on */
};

/* Rows to fit on; nothing is owned. */
struct tw_curve_rows {
    const float *margin, *label; /* n; label 0 or 1 */
    const double *weight;        /* n, > 0 */
    size_t n;                    /* 0 = margins are taken at their word, as log-odds */
};

/* Step 1 alone: log-odds = slope x margin + offset. */
struct tw_curve_line {
    double slope, offset;
};
/* One step of Newton's method from the line given; never a worse line. Pure. */
void tw_curve_line_better(const struct tw_curve_rows *rows, struct tw_curve_line *line);

/* TW_NOMEM. Time O(n log n). Pure. Source: Platt 1999; Zadrozny and Elkan 2002 (isotonic regression). */
tw_err tw_curve_fit(const struct tw_curve_rows *rows, struct tw_curve *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The probability at a margin: straight lines between the points, flat beyond them. */
double tw_curve_at(const struct tw_curve *c, double margin);

#endif
