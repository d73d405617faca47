/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/drift.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"
#include "stat/chi2.h"
#include "stat/rank.h"

enum { DECILES = 9, VALUES = TW_DRIFT_BINS - 2 };

/* Where a feature is cut: a value falls into bin k when it is above k of the edges. The last bin is for
 * missing values. */
struct cut {
    float edge[VALUES];
    size_t n;
};

/* Every so manieth value that is not missing. */
static size_t sample(const struct tw_drift_rows *r, size_t feature, double *ret)
{
    size_t stride = r->n / TW_DRIFT_SAMPLE + 1;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i += stride) {
        float v = r->x[i * r->n_features + feature];
        if (!isnan(v)) ret[n++] = (double)v;
    }
    return n;
}

static void add_edge(struct cut *c, float edge)
{
    size_t at = c->n;
    for (size_t i = 0; i < c->n; i++)
        if (c->edge[i] == edge) return;
    for (; at > 0 && c->edge[at - 1] > edge; at--) c->edge[at] = c->edge[at - 1];
    c->edge[at] = edge;
    c->n++;
}

/* A feature with few values has a bin for each, and one for whatever is above all of them. */
static bool cut_by_value(const double *v, size_t n, struct cut *c)
{
    for (size_t i = 0; i < n; i++) {
        float x = (float)v[i];
        size_t k = 0;
        while (k < c->n && c->edge[k] != x) k++;
        if (k < c->n) continue;
        if (c->n == VALUES) return false;
        add_edge(c, x);
    }
    return true;
}

/* Others are cut at their deciles. One that is the highest value there is would cut nothing off: the highest
 * below it stands in. */
static void cut_by_decile(double *v, size_t n, struct cut *c)
{
    double highest = v[0];
    for (size_t i = 1; i < n; i++)
        if (v[i] > highest) highest = v[i];
    double second = -(double)INFINITY;
    for (size_t i = 0; i < n; i++)
        if (v[i] < highest && v[i] > second) second = v[i];
    for (int d = 1; d <= DECILES; d++) {
        double edge = tw_quantile(v, n, d / 10.0);
        add_edge(c, (float)(edge < highest ? edge : second));
    }
}

static void count(const struct tw_drift_rows *r, size_t feature, const struct cut *c,
                  uint64_t ret[TW_DRIFT_BINS])
{
    for (size_t b = 0; b < TW_DRIFT_BINS; b++) ret[b] = 0;
    for (size_t i = 0; i < r->n; i++) {
        float v = r->x[i * r->n_features + feature];
        size_t b = TW_DRIFT_BINS - 1;
        if (!isnan(v))
            for (b = 0; b < c->n && v > c->edge[b]; b++) continue;
        ret[b]++;
    }
}

/* Leaves out bins that neither side knows. */
static size_t squeeze(uint64_t *before, uint64_t *after)
{
    size_t n = 0;
    for (size_t b = 0; b < TW_DRIFT_BINS; b++) {
        if (before[b] + after[b] == 0) continue;
        before[n] = before[b];
        after[n++] = after[b];
    }
    return n;
}

static struct tw_drift compare(const struct tw_drift_rows *before, const struct tw_drift_rows *after,
                               size_t feature, double alpha, double *scratch)
{
    struct cut c = {.n = 0};
    size_t n = sample(before, feature, scratch);
    if (n > 0 && !cut_by_value(scratch, n, &c)) {
        c.n = 0;
        cut_by_decile(scratch, n, &c);
    }
    struct tw_drift d = {.median_before = tw_quantile(scratch, n, 0.5)};
    n = sample(after, feature, scratch);
    d.median_after = tw_quantile(scratch, n, 0.5);
    uint64_t a[TW_DRIFT_BINS];
    uint64_t b[TW_DRIFT_BINS];
    count(before, feature, &c, a);
    count(after, feature, &c, b);
    d.missing_before = (double)a[TW_DRIFT_BINS - 1] / (double)before->n;
    d.missing_after = (double)b[TW_DRIFT_BINS - 1] / (double)after->n;
    size_t bins = squeeze(a, b);
    d.bins = (uint32_t)bins;
    d.psi = tw_psi(a, b, bins);
    d.threshold = tw_psi_threshold(a, b, bins, alpha);
    return d;
}

tw_err tw_drift_compare(const struct tw_drift_rows *before, const struct tw_drift_rows *after, double alpha,
                        struct tw_drift *ret, struct tw_fault *fault)
{
    if (before->n == 0 || after->n == 0) return tw_fail(fault, TW_ARG, "there are no rows to compare");
    if (before->n_features != after->n_features)
        return tw_fail(fault, TW_ARG, "%zu features then, %zu now: they must be the same", before->n_features,
                       after->n_features);
    if (!(alpha > 0 && alpha < 1))
        return tw_fail(fault, TW_ARG, "alpha is %g; between 0 and 1 is allowed", alpha);
    double *scratch = tw_calloc(TW_DRIFT_SAMPLE, sizeof(*scratch));
    if (scratch == NULL) return tw_fail(fault, TW_NOMEM, "out of memory for comparing features");
    for (size_t f = 0; f < before->n_features; f++) ret[f] = compare(before, after, f, alpha, scratch);
    tw_free(scratch);
    return TW_OK;
}
