/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/judge.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "learn/curve.h"
#include "learn/loss.h"

struct tw_judge {
    const struct tw_sample *s;
    size_t n; /* rows held back */
    float *margin, *label;
    double *weight;
    struct tw_curve_line line; /* right for the round before; margins change little from one to the next */
    double *now, *best, *kept; /* loss of each row: this round, the candidate's best round, what is kept */
    double best_loss;
    bool any, keeps;
};

void tw_judge_free(struct tw_judge *j)
{
    if (j == NULL) return;
    tw_free(j->margin);
    tw_free(j->label);
    tw_free(j->weight);
    tw_free(j->now);
    tw_free(j->best);
    tw_free(j->kept);
    tw_free(j);
}

tw_err tw_judge_new(const struct tw_sample *s, struct tw_judge **ret)
{
    TW_SCOPED(tw_judge) *j = tw_calloc(1, sizeof *j);
    if (j == NULL) return TW_NOMEM;
    const size_t n = s->n_held;
    j->s = s;
    j->margin = tw_calloc(n, sizeof *j->margin);
    j->label = tw_calloc(n, sizeof *j->label);
    j->weight = tw_calloc(n, sizeof *j->weight);
    j->now = tw_calloc(n, sizeof *j->now);
    j->best = tw_calloc(n, sizeof *j->best);
    j->kept = tw_calloc(n, sizeof *j->kept);
    if (j->margin == NULL || j->label == NULL || j->weight == NULL || j->now == NULL || j->best == NULL ||
        j->kept == NULL)
        return TW_NOMEM;
    for (size_t i = 0; i < s->n; i++) {
        if (s->part[i] != TW_PART_HELD) continue;
        j->label[j->n] = s->label[i];
        j->weight[j->n++] = (double)s->weight[i];
    }
    tw_judge_begin(j);
    *ret = j;
    j = NULL;
    return TW_OK;
}

void tw_judge_begin(struct tw_judge *j)
{
    j->line = (struct tw_curve_line){1, 0};
    j->any = false;
}

double tw_judge_round(struct tw_judge *j, const float *margin)
{
    size_t n = 0;
    for (size_t i = 0; i < j->s->n; i++)
        if (j->s->part[i] == TW_PART_HELD) j->margin[n++] = margin[i];
    tw_curve_line_better(&(struct tw_curve_rows){j->margin, j->label, j->weight, n}, &j->line);
    double sum = 0, mass = 0;
    for (size_t i = 0; i < n; i++) {
        const double z = j->line.slope * (double)j->margin[i] + j->line.offset;
        j->now[i] = tw_loss_value(TW_LOSS_LOGISTIC, z, (double)j->label[i]);
        sum += j->weight[i] * j->now[i];
        mass += j->weight[i];
    }
    const double loss = sum / mass;
    if (!j->any || loss < j->best_loss) {
        j->any = true;
        j->best_loss = loss;
        memcpy(j->best, j->now, n * sizeof *j->best);
    }
    return loss;
}

/* By more than two standard errors of the weighted mean of differences? */
static bool clearly_less(const struct tw_judge *j)
{
    double sum = 0, mass = 0, square = 0;
    for (size_t i = 0; i < j->n; i++) {
        sum += j->weight[i] * (j->kept[i] - j->best[i]);
        mass += j->weight[i];
    }
    const double mean = sum / mass;
    for (size_t i = 0; i < j->n; i++) {
        const double d = j->weight[i] * (j->kept[i] - j->best[i] - mean);
        square += d * d;
    }
    return mean > 2 * sqrt(square) / mass;
}

bool tw_judge_better(struct tw_judge *j)
{
    if (!j->any || (j->keeps && !clearly_less(j))) return false;
    double *was = j->kept;
    j->kept = j->best;
    j->best = was;
    j->keeps = true;
    j->any = false;
    return true;
}
