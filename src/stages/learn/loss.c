/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/loss.h"

#include <math.h>

#include "base/fmath.h"

#define MARGIN_MAX   30.0
#define SECOND_MIN   1e-16
#define TWEEDIE      1.5 /* the power of the mean that the variance follows: between Poisson (1) and Gamma (2) */
#define MEAN_MIN     1e-9
#define LOG1P_SERIES 1e-5

static double within(double margin)
{
    if (margin > MARGIN_MAX) return MARGIN_MAX;
    return margin < -MARGIN_MAX ? -MARGIN_MAX : margin;
}

struct tw_slope tw_loss_slope(enum tw_loss loss, float margin, float label, float weight)
{
    double m = (double)margin;
    double y = (double)label;
    double w = (double)weight;
    double first = 0;
    double second = 0;
    switch (loss) {
    case TW_LOSS_LOGISTIC: {
        double p = tw_logistic(within(m));
        first = p - y;
        second = p * (1 - p);
        break;
    }
    case TW_LOSS_GAMMA: {
        double ratio = y * tw_exp(-within(m));
        first = 1 - ratio;
        second = ratio;
        break;
    }
    case TW_LOSS_TWEEDIE: {
        double half = tw_exp((2 - TWEEDIE) * within(m)); /* sqrt of the mean */
        double a = y / half;
        first = half - a;
        second = (2 - TWEEDIE) * half + (TWEEDIE - 1) * a;
        break;
    }
    case TW_LOSS_SQUARED:
    case TW_LOSS_N:
        first = m - y;
        second = 1;
        break;
    }
    if (second < SECOND_MIN) second = SECOND_MIN;
    return (struct tw_slope){(float)(w * first), (float)(w * second)};
}

/* log(1 + exp(m)) without overflow and without losing the small end. */
static double softplus(double m)
{
    double e = tw_exp(m > 0 ? -m : m);
    double log1p = e < LOG1P_SERIES ? e - e * e / 2 : tw_log(1 + e);
    return (m > 0 ? m : 0) + log1p;
}

double tw_loss_value(enum tw_loss loss, double margin, double label)
{
    double m = within(margin);
    switch (loss) {
    case TW_LOSS_LOGISTIC:
        return softplus(m) - label * m;
    case TW_LOSS_GAMMA:
        return m + label * tw_exp(-m);
    case TW_LOSS_TWEEDIE: {
        double half = tw_exp((2 - TWEEDIE) * m);
        return half / (2 - TWEEDIE) + label / (half * (TWEEDIE - 1));
    }
    case TW_LOSS_SQUARED:
    case TW_LOSS_N:
        break;
    }
    return (margin - label) * (margin - label) / 2;
}

double tw_loss_mean(enum tw_loss loss, double margin)
{
    switch (loss) {
    case TW_LOSS_LOGISTIC:
        return tw_logistic(margin);
    case TW_LOSS_GAMMA:
    case TW_LOSS_TWEEDIE:
        return tw_exp(within(margin));
    case TW_LOSS_SQUARED:
    case TW_LOSS_N:
        break;
    }
    return margin;
}

double tw_loss_base(enum tw_loss loss, const float *label, const float *weight, size_t n)
{
    double sum = 0;
    double mass = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight != NULL ? (double)weight[i] : 1;
        sum += w * (double)label[i];
        mass += w;
    }
    double mean = mass > 0 ? sum / mass : 0;
    switch (loss) {
    case TW_LOSS_LOGISTIC: {
        double edge = 1e-6;
        if (mean < edge) mean = edge;
        return tw_logit(mean > 1 - edge ? 1 - edge : mean);
    }
    case TW_LOSS_GAMMA:
    case TW_LOSS_TWEEDIE:
        return tw_log(mean < MEAN_MIN ? MEAN_MIN : mean);
    case TW_LOSS_SQUARED:
    case TW_LOSS_N:
        break;
    }
    return mean;
}

int tw_loss_takes(enum tw_loss loss, float label)
{
    if (!isfinite(label)) return 0;
    switch (loss) {
    case TW_LOSS_LOGISTIC:
        return label >= 0 && label <= 1;
    case TW_LOSS_GAMMA:
        return label > 0;
    case TW_LOSS_TWEEDIE:
        return label >= 0;
    case TW_LOSS_SQUARED:
        return 1;
    case TW_LOSS_N:
        break;
    }
    return 0;
}
