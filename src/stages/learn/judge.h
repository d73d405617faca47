/* SPDX-License-Identifier: Apache-2.0 */
/* learn/judge.h -- which settings, and how many rounds: margins of rows held back are judged.
 *
 * In : margins of all rows after each round. Out: the best round of a candidate, whether it beats another.
 * Not: growing (learn/xgb.h), the calibration that is kept (learn/curve.h).
 *
 * The measure is the weighted log loss of the rows held back after their margins were put on the right scale
 * by a slope and an offset. What is kept is calibrated anyway, so a forest that orders better and is too sure
 * of itself must not lose to one that orders worse: measured on plain log loss, forests of depth 6 stop after
 * 80 rounds where 200 find a tenth more.
 *
 * A candidate beats another only by more than two standard errors of the difference, row by row: with some
 * dozens of findings held back the least of several losses is mostly luck, and the first of the list is first
 * because it proved itself on many worlds (docs/evidence.md).
 */
#ifndef TW_LEARN_JUDGE_H
#define TW_LEARN_JUDGE_H

#include <stdbool.h>

#include "learn/sample.h"

struct tw_judge;

/* Of the sample's rows held back, at least one. TW_NOMEM */
tw_err tw_judge_new(const struct tw_sample *s, struct tw_judge **ret) TW_MUST_CHECK;
void tw_judge_free(struct tw_judge *j); /* takes NULL */
static inline void tw_judge_freep(struct tw_judge **j)
{
    tw_judge_free(*j);
}

/* The next candidate begins; what the one before did is forgotten unless tw_judge_better() has kept it. */
void tw_judge_begin(struct tw_judge *j);

/* Of the margins of the sample's rows (all n of it) after one more round: the loss. */
double tw_judge_round(struct tw_judge *j, const float *margin);

/* Is the best round of this candidate better than what is kept, by more than two standard errors? If so, or
 * if nothing is kept, it is kept now. */
bool tw_judge_better(struct tw_judge *j);

#endif
