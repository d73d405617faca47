/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/metric.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "stat/rank.h"

struct tw_ranked {
    size_t n;
    uint32_t *order; /* row numbers by falling score */
    uint8_t *last;   /* is this the last row of its score */
    struct tw_ranking rows;
};

tw_err tw_ranked_new(const struct tw_ranking *r, struct tw_ranked **ret)
{
    for (size_t i = 0; i < r->n; i++)
        if (!isfinite(r->score[i])) return TW_ARG;
    struct tw_ranked *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return TW_NOMEM;
    *s = (struct tw_ranked){.n = r->n, .rows = *r};
    s->order = tw_calloc(r->n + 1, sizeof *s->order);
    s->last = tw_calloc(r->n + 1, 1);
    tw_err err = s->order == NULL || s->last == NULL ? TW_NOMEM : tw_rank_falling(r->score, r->n, s->order);
    if (err != TW_OK) {
        tw_ranked_free(s);
        return err;
    }
    for (size_t i = 0; i < r->n; i++)
        s->last[i] = i + 1 == r->n || r->score[s->order[i]] != r->score[s->order[i + 1]];
    *ret = s;
    return TW_OK;
}

void tw_ranked_free(struct tw_ranked *r)
{
    if (r == NULL) return;
    tw_free(r->order);
    tw_free(r->last);
    tw_free(r);
}

/* Sums over the rows of one score. */
struct tie {
    double n, positives, value;
};

/* What a row counts for. */
static double mass_of(const struct tw_ranked *r, const uint32_t *times, uint32_t row)
{
    double w = times != NULL ? times[row] : 1;
    return r->rows.weight != NULL ? w * r->rows.weight[row] : w;
}

/* The next run of equal scores from *at on. */
static struct tie next_tie(const struct tw_ranked *r, const uint32_t *times, size_t *at)
{
    struct tie t = {0};
    for (bool end = false; !end; (*at)++) {
        uint32_t row = r->order[*at];
        double w = mass_of(r, times, row);
        t.n += w;
        t.positives += w * r->rows.label[row];
        if (r->rows.value != NULL) t.value += w * r->rows.value[row];
        end = r->last[*at];
    }
    return t;
}

static struct tie totals(const struct tw_ranked *r, const uint32_t *times)
{
    struct tie all = {0};
    for (size_t at = 0; at < r->n;) {
        struct tie t = next_tie(r, times, &at);
        all.n += t.n;
        all.positives += t.positives;
        all.value += t.value;
    }
    return all;
}

static struct tw_at at_of(const struct tw_ranked *r, double percent, const uint32_t *times, struct tie all)
{
    struct tie got = {0};
    double k = floor(all.n * percent / 100 + 1e-9);
    for (size_t at = 0; at < r->n && got.n < k;) {
        struct tie t = next_tie(r, times, &at);
        if (t.n <= 0) continue;
        double part = got.n + t.n <= k ? 1 : (k - got.n) / t.n;
        got.n += part * t.n;
        got.positives += part * t.positives;
        got.value += part * t.value;
    }
    return (struct tw_at){.k = k,
                          .precision = k > 0 ? got.positives / k : (double)NAN,
                          .recall = all.positives > 0 ? got.positives / all.positives : (double)NAN,
                          .value_share = all.value > 0 ? got.value / all.value : (double)NAN};
}

struct tw_at tw_ranked_at(const struct tw_ranked *r, double percent, const uint32_t *times)
{
    return at_of(r, percent, times, totals(r, times));
}

double tw_ranked_auc(const struct tw_ranked *r, const uint32_t *times)
{
    double pairs = 0, positives = 0, negatives = 0;
    for (size_t at = 0;
         at < r->n;) { /* each negative meets the positives above it, and half of those beside it */
        struct tie t = next_tie(r, times, &at);
        double neg = t.n - t.positives;
        pairs += neg * (positives + 0.5 * t.positives);
        positives += t.positives;
        negatives += neg;
    }
    return positives > 0 && negatives > 0 ? pairs / (positives * negatives) : (double)NAN;
}

double tw_ranked_ap(const struct tw_ranked *r, const uint32_t *times)
{
    double all = totals(r, times).positives, n = 0, positives = 0, sum = 0;
    for (size_t at = 0; at < r->n;) {
        struct tie t = next_tie(r, times, &at);
        n += t.n;
        positives += t.positives;
        if (n > 0) sum += t.positives * positives / n;
    }
    return all > 0 ? sum / all : (double)NAN;
}

enum { ECE_BINS = 15 };

double tw_ranked_ece(const struct tw_ranked *r, const uint32_t *times)
{
    double all = 0, error = 0, mass = 0, said = 0, found = 0;
    uint64_t n = r->n, before = 0, bin = 1; /* bin = the first that ends behind the row at hand */
    if (times != NULL) n = 0;
    for (size_t i = 0; times != NULL && i < r->n; i++) n += times[i];
    for (size_t at = 0; at < r->n; at++) {
        uint32_t row = r->order[at];
        if (before >= n * bin / ECE_BINS) {
            error += fabs(said - found);
            said = found = 0;
            while (before >= n * bin / ECE_BINS && bin < ECE_BINS) bin++;
        }
        mass = mass_of(r, times, row);
        all += mass;
        said += mass * r->rows.score[row];
        found += mass * r->rows.label[row];
        before += times != NULL ? times[row] : 1;
    }
    error += fabs(said - found);
    return all > 0 ? error / all : (double)NAN;
}

/* `all`: the totals of this resample */
static double statistic(const struct tw_ranked *r, const struct tw_wanted *w, const uint32_t *times,
                        struct tie all)
{
    switch (w->what) {
    case TW_STATISTIC_AUC:
        return tw_ranked_auc(r, times);
    case TW_STATISTIC_AP:
        return tw_ranked_ap(r, times);
    case TW_STATISTIC_PRECISION:
        return at_of(r, w->percent, times, all).precision;
    case TW_STATISTIC_RECALL:
        return at_of(r, w->percent, times, all).recall;
    case TW_STATISTIC_ECE:
        return tw_ranked_ece(r, times);
    default:
        return at_of(r, w->percent, times, all).value_share;
    }
}

/* How many groups there are; each row is one where none are given. */
static size_t groups_of(const struct tw_ranked *r)
{
    size_t most = 0;
    if (r->rows.group == NULL) return r->n;
    for (size_t i = 0; i < r->n; i++)
        if (r->rows.group[i] >= most) most = (size_t)r->rows.group[i] + 1;
    return most;
}

/* Draws as many groups as there are; drawn[g] = how often. */
static void resample(const struct tw_ranked *r, size_t groups, struct tw_rng *rng, uint32_t *drawn,
                     uint32_t *times)
{
    for (size_t g = 0; g < groups; g++) drawn[g] = 0;
    for (size_t g = 0; g < groups; g++) drawn[tw_rng_below(rng, groups)]++;
    for (size_t i = 0; i < r->n && r->rows.group != NULL; i++) times[i] = drawn[r->rows.group[i]];
}

/* The middle 95 % of those that are not NaN; sorts them. */
static struct tw_interval middle(double *got, unsigned draws)
{
    size_t n = 0;
    for (unsigned d = 0; d < draws; d++)
        if (!isnan(got[d])) got[n++] = got[d];
    return (struct tw_interval){tw_quantile(got, n, 0.025), tw_quantile(got, n, 0.975)};
}

tw_err tw_ranked_bootstraps(const struct tw_ranked *r, const struct tw_wanted *wanted, size_t n,
                            unsigned draws, uint64_t seed, struct tw_interval *ret)
{
    for (size_t i = 0; i < n; i++) ret[i] = (struct tw_interval){(double)NAN, (double)NAN};
    if (r->n == 0 || draws == 0 || n == 0) return TW_OK;
    const size_t groups = groups_of(r);
    uint32_t *drawn = tw_calloc(groups, sizeof *drawn);
    uint32_t *own = r->rows.group != NULL ? tw_calloc(r->n, sizeof *own) : NULL;
    uint32_t *times = r->rows.group != NULL ? own : drawn;
    double *got = tw_calloc(n * draws, sizeof *got);
    tw_err err = drawn == NULL || times == NULL || got == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK) {
        struct tw_rng rng = tw_rng_new(seed, "bootstrap");
        for (unsigned d = 0; d < draws; d++) {
            resample(r, groups, &rng, drawn, times);
            struct tie all = totals(r, times);
            for (size_t i = 0; i < n; i++) got[i * draws + d] = statistic(r, &wanted[i], times, all);
        }
        for (size_t i = 0; i < n; i++) ret[i] = middle(got + i * draws, draws);
    }
    tw_free(drawn);
    tw_free(own);
    tw_free(got);
    return err;
}

tw_err tw_ranked_bootstrap(const struct tw_ranked *r, enum tw_statistic what, double percent, unsigned draws,
                           uint64_t seed, struct tw_interval *ret)
{
    struct tw_interval one;
    TW_TRY(tw_ranked_bootstraps(r, &(struct tw_wanted){what, percent}, 1, draws, seed, &one));
    *ret = one;
    return TW_OK;
}

tw_err tw_reliability_bins(const double *probability, const uint8_t *label, size_t n,
                           struct tw_reliability *ret, size_t bins, size_t *ret_n)
{
    *ret_n = 0;
    if (n == 0 || bins == 0) return TW_OK;
    uint32_t *order = tw_calloc(n, sizeof *order);
    if (order == NULL) return TW_NOMEM;
    tw_err err = tw_rank_falling(probability, n, order);
    for (size_t b = 0, at = 0; b < bins && err == TW_OK; b++) {
        size_t end = n * (b + 1) / bins;
        if (end <= at) continue;
        struct tw_reliability *bin = &ret[(*ret_n)++];
        *bin = (struct tw_reliability){.n = end - at};
        for (; at < end; at++) {
            bin->probability += probability[order[at]];
            bin->frequency += label[order[at]];
        }
        bin->probability /= (double)bin->n;
        bin->frequency /= (double)bin->n;
    }
    tw_free(order);
    return err;
}

tw_err tw_calibration_error(const double *probability, const uint8_t *label, size_t n, double *ret)
{
    struct tw_reliability bin[ECE_BINS];
    size_t bins;
    TW_TRY(tw_reliability_bins(probability, label, n, bin, ECE_BINS, &bins));
    double sum = 0;
    for (size_t b = 0; b < bins; b++) sum += (double)bin[b].n * fabs(bin[b].probability - bin[b].frequency);
    *ret = n > 0 ? sum / (double)n : (double)NAN;
    return TW_OK;
}

struct tw_interval tw_wilson(double k, double n)
{
    static const double Z = 1.959963984540054;
    double p = k / n, z2 = Z * Z, mid = p + z2 / (2 * n), half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (struct tw_interval){(mid - half) / (1 + z2 / n), (mid + half) / (1 + z2 / n)};
}
