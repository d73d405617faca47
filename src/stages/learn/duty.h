/* SPDX-License-Identifier: Apache-2.0 */
/* learn/duty.h -- what share of the duty at stake a finding brings in, given that there is one.
 *
 * In : findings with the duty they recovered and the duty that was at stake.
 * Out: a forest (or a constant) whose margin is the logarithm of that share.
 * Not: how likely a finding is.
 *
 * Three ways to say it are fitted on findings before the cut and judged on findings since, all by the same
 * measure (Tweedie deviance with power 1.5, in money): a constant; trees for the share; trees for its
 * logarithm. Trees must beat the constant by 2 %, else the constant stays. With fewer than 100 findings, or
 * 20 since the cut, nothing can be judged and the constant is taken: total recovered / total at stake, pulled
 * to 1 by five findings' worth.
 */
#ifndef TW_LEARN_DUTY_H
#define TW_LEARN_DUTY_H

#include "learn/sample.h"
#include "learn/xgb.h"

enum tw_duty_way {
    TW_DUTY_CONSTANT,
    TW_DUTY_SHARE,     /* trees for recovered / at stake */
    TW_DUTY_LOG_SHARE, /* trees for its logarithm */
    TW_DUTY_WAYS
};
const char *tw_duty_way_words(enum tw_duty_way w); /* static storage */

struct tw_duty {
    enum tw_duty_way way;
    double base_margin; /* where the trees start; of a constant, all there is */
    double most;        /* no share said may be more: the 99th percentile seen, at least 1 */
    double shift;       /* base_margin less the trees' own base: what to add to their margin */
    struct tw_buf json; /* the trees; their own base is to be replaced by base_margin. Empty for a constant */
    struct tw_buf
        json_before;     /* trees from findings before the cut alone, to be measured on what came since */
    double shift_before; /* the same for these; of a constant, the margin itself */
    uint32_t rounds;
    size_t n, n_held;              /* findings with known amounts; of these since the cut */
    double deviance[TW_DUTY_WAYS]; /* on those since the cut; NaN = not tried */
};

/* Settings for trees over findings: shallow, slow, held back by max_step. */
struct tw_xgb_settings tw_duty_settings_default(void);

/* Fits it.
 *
 * set  loss, base_margin and rounds are chosen here; max rounds, depth and the rest are as given
 *
 * TW_ARG, TW_RANGE (as tw_xgb_data_new), TW_NOMEM, TW_INTERNAL. Pure but for the threads of learn/xgb.h.
 * Source: Tweedie deviance, Jorgensen 1987; retransformation of logarithms, Duan 1983 (as a ratio of
 * sums).
 */
tw_err tw_duty_fit(const struct tw_learn_rows *rows, const struct tw_sample *sample,
                   const struct tw_xgb_settings *set, struct tw_duty *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_duty_clear(struct tw_duty *d); /* frees what it holds */

#endif
