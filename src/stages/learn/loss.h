/* SPDX-License-Identifier: Apache-2.0 */
/* learn/loss.h -- how wrong a margin is, and which way to move it.
 *
 * In : a margin (float, as the trees add it up), what was true, a weight.
 * Out: the loss, its first and second derivative, and the best margin that is the same for every row.
 * Not: trees; those are learn/xgb.h.
 *
 * Written here and not left to the tree library, whose exp() is the machine's: with base/fmath.h the same
 * rows give the same trees on every CPU.
 */
#ifndef TW_LEARN_LOSS_H
#define TW_LEARN_LOSS_H

#include <stddef.h>

#include "base/err.h"

enum tw_loss {
    TW_LOSS_LOGISTIC, /* label 0..1; the margin is a log-odds */
    TW_LOSS_SQUARED,  /* any label; the margin is the prediction */
    TW_LOSS_GAMMA,    /* label > 0; the margin is the logarithm of the mean */
    TW_LOSS_TWEEDIE,  /* label >= 0; the same, variance = mean^1.5 */
    TW_LOSS_N
};

struct tw_slope {
    float first, second; /* by the margin; second > 0 */
};

/* Derivatives of weight x loss. Margins beyond +-30 count as +-30 where an exponential is taken, and `second`
 * is at least 1e-16 x weight, so no sum overflows. Pure. Source: Chen and Guestrin 2016, equation 3; Gamma
 * and Tweedie deviance as in XGBoost 1.7, regression_obj.cu. */
struct tw_slope tw_loss_slope(enum tw_loss loss, float margin, float label, float weight);

/* The loss itself, per unit of weight, up to a constant of the label. Lower is better. Pure. */
double tw_loss_value(enum tw_loss loss, double margin, double label);

/* The prediction a margin stands for: probability, value or mean. */
double tw_loss_mean(enum tw_loss loss, double margin);

/* The margin that is best when all rows must share one: the link of the weighted mean, which is kept within
 * what the link can take. weight NULL = all 1. Sum of weights > 0. */
double tw_loss_base(enum tw_loss loss, const float *label, const float *weight, size_t n);

/* Is `label` one this loss can take? */
int tw_loss_takes(enum tw_loss loss, float label);

#endif
