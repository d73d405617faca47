/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/auc.h"

#include <math.h>

#include "base/mem.h"
#include "stat/rank.h"

/* Of one group: how many of its rows have each label, and the sums of their placements. */
struct group {
    double positives, negatives, placed_positives, placed_negatives;
};

static uint32_t group_of(const struct tw_grouped *rows, size_t i)
{
    return rows->group != NULL ? rows->group[i] : (uint32_t)i;
}

/* Walks runs of equal scores from the highest down and gives each row its placement; returns the sum over the
 * positives, that is pairs won. */
static double place(const struct tw_grouped *rows, const uint32_t *order, double positives, double negatives,
                    struct group *g)
{
    double above_positive = 0, above_negative = 0, won = 0;
    for (size_t at = 0; at < rows->n;) {
        size_t end = at;
        double same[2] = {0, 0};
        while (end < rows->n && rows->score[order[end]] == rows->score[order[at]])
            same[rows->label[order[end++]] != 0] += 1;
        double wins = negatives - above_negative - 0.5 * same[0], loses = above_positive + 0.5 * same[1];
        for (; at < end; at++) {
            struct group *of = &g[group_of(rows, order[at])];
            if (rows->label[order[at]] != 0) {
                of->positives += 1;
                of->placed_positives += wins / negatives;
                won += wins;
            } else {
                of->negatives += 1;
                of->placed_negatives += loses / positives;
            }
        }
        above_positive += same[1];
        above_negative += same[0];
    }
    return won;
}

/* Obuchowski's variance. */
static double variance(const struct group *g, size_t groups, double auc, double positives, double negatives)
{
    double with_positive = 0, with_negative = 0, with_any = 0, s10 = 0, s01 = 0, s11 = 0;
    for (size_t i = 0; i < groups; i++) {
        double p = g[i].placed_positives - g[i].positives * auc,
               n = g[i].placed_negatives - g[i].negatives * auc;
        with_positive += g[i].positives > 0;
        with_negative += g[i].negatives > 0;
        with_any += g[i].positives + g[i].negatives > 0;
        s10 += p * p;
        s01 += n * n;
        s11 += p * n;
    }
    if (with_positive < 2 || with_negative < 2) return (double)NAN;
    s10 *= with_positive / ((with_positive - 1) * positives);
    s01 *= with_negative / ((with_negative - 1) * negatives);
    s11 *= with_any / (with_any - 1);
    double v = s10 / positives + s01 / negatives + 2 * s11 / (positives * negatives);
    return v > 0 ? v : 0;
}

tw_err tw_auc_grouped(const struct tw_grouped *rows, struct tw_auc *ret)
{
    static const double Z = 1.959963984540054;
    struct tw_auc a = {.auc = (double)NAN, .se = (double)NAN, .ci = {(double)NAN, (double)NAN}};
    double positives = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (!isfinite(rows->score[i])) return TW_ARG;
        positives += rows->label[i] != 0;
    }
    double negatives = (double)rows->n - positives;
    if (positives == 0 || negatives == 0) {
        *ret = a;
        return TW_OK;
    }
    size_t groups = rows->group != NULL ? rows->groups : rows->n;
    uint32_t *order = tw_calloc(rows->n, sizeof *order);
    struct group *g = tw_calloc(groups, sizeof *g);
    tw_err err = order == NULL || g == NULL ? TW_NOMEM : tw_rank_falling(rows->score, rows->n, order);
    if (err == TW_OK) {
        a.auc = place(rows, order, positives, negatives, g) / (positives * negatives);
        a.se = sqrt(variance(g, groups, a.auc, positives, negatives));
        a.ci = (struct tw_interval){a.auc - Z * a.se, a.auc + Z * a.se};
        if (a.ci.lo < 0) a.ci.lo = 0;
        if (a.ci.hi > 1) a.ci.hi = 1;
        *ret = a;
    }
    tw_free(order);
    tw_free(g);
    return err;
}
