/* SPDX-License-Identifier: Apache-2.0 */
#include "score/calibrate.h"

#include <math.h>
#include <stdio.h>

#include "base/fmath.h"

static tw_err refuse(struct tw_fault *fault, char axis, size_t i, const char *note)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "calibration.%c[%zu]", axis, i);
    return tw_fail_at(fault, TW_FORMAT, i, "%s", note);
}

tw_err tw_calibration_check(const struct tw_calibration *c, struct tw_fault *fault)
{
    if (c->n > TW_KNOTS_MAX) {
        if (fault != NULL) snprintf(fault->path, sizeof fault->path, "calibration.x");
        return tw_fail(fault, TW_LIMIT, "a calibration may have at most %d knots; this one has %zu",
                       TW_KNOTS_MAX, c->n);
    }
    for (size_t i = 0; i < c->n; i++) {
        if (!isfinite(c->x[i]) || (i > 0 && !(c->x[i] > c->x[i - 1])))
            return refuse(fault, 'x', i, "margins must be finite numbers, each above the one before");
        if (!(c->y[i] >= 0 && c->y[i] <= 1) || (i > 0 && !(c->y[i] >= c->y[i - 1])))
            return refuse(fault, 'y', i, "probabilities must lie within 0 .. 1, none below the one before");
    }
    return TW_OK;
}

/* Rises with `margin` in floating point too: each operation does, and the end is held down to the knot's. */
static double between(const struct tw_calibration *c, size_t i, double margin)
{
    double share = (margin - c->x[i]) / (c->x[i + 1] - c->x[i]);
    double y = c->y[i] + (c->y[i + 1] - c->y[i]) * share;
    return y < c->y[i + 1] ? y : c->y[i + 1];
}

double tw_calibration_at(const struct tw_calibration *c, double margin)
{
    if (isnan(margin)) return 0;
    if (c->n == 0) return tw_logistic(margin);
    if (margin <= c->x[0]) return c->y[0];
    if (margin >= c->x[c->n - 1]) return c->y[c->n - 1];
    size_t low = 0, high = c->n - 1; /* x[low] <= margin < x[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (margin < c->x[middle])
            high = middle;
        else
            low = middle;
    }
    return between(c, low, margin);
}

uint32_t tw_calibration_ppm(const struct tw_calibration *c, double margin)
{
    return (uint32_t)floor(tw_calibration_at(c, margin) * 1e6 + 0.5);
}
