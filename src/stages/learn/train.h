/* SPDX-License-Identifier: Apache-2.0 */
/* learn/train.h -- from findings to a model.
 *
 * In : rows of features with what is known of each; settings; a seed.
 * Out: forests for risk and for duty, a calibration, what was measured on rows held back.
 * Not: files; the figures of the card (learn/card.h); the model's text (score/model.h).
 *
 * The way, for n labelled rows in time order:
 * 1. Rows lodged since the cut (a fifth) are held back. Each candidate's settings grow a forest on the rows
 *    before; log loss on the rows since, weighted and once margins are on the right scale, says how many
 *    rounds, and whether a later candidate clearly beats an earlier one (learn/judge.h).
 * 2. Margins of the held-back rows come from that forest. Where they hold fewer than 300 findings' worth
 * (weights count), the other rows get margins too, each block of time from a forest of all the other blocks.
 * 3. The calibration is fitted on these margins, with weights that stand for the whole flow.
 * 4. The forest that is kept is grown on all labelled rows, with the rounds of step 1. It has seen a little
 * more than the one the calibration was fitted on; the calibration is kept as it is.
 *
 * With fewer than 50 findings nothing is searched: a small forest of fixed size is grown, and the notes say
 * so.
 */
#ifndef TW_LEARN_TRAIN_H
#define TW_LEARN_TRAIN_H

#include "learn/curve.h"
#include "learn/duty.h"
#include "learn/sample.h"
#include "learn/xgb.h"

enum {
    TW_LEARN_BAGS_MAX = 8,
    TW_LEARN_NOTES_MAX = 12,
    TW_LEARN_FINDINGS_FEW = 50,  /* below: nothing is searched */
    TW_LEARN_FINDINGS_SOME = 300 /* of even weight, held back; below: calibration needs the other rows too */
};

struct tw_learn_settings {
    struct tw_sample_settings sample;
    const struct tw_xgb_settings *candidate; /* tried in turn; NULL = the built-in ones. Of each, loss,
                                                base_margin, monotone, seed and threads are set here;
                                                max_bin must be the same in all */
    size_t n_candidates;
    bool as_given; /* take the first candidate with its rounds as they are: nothing is searched, and only
                      rows held back calibrate (step 2 grows no blocks). For training again, often */
    struct tw_xgb_settings duty; /* of the second forest; likewise */
    const int8_t *monotone;      /* n_features, for risk: 1 = never falls as the value rises; NULL = free */
    uint32_t patience;           /* rounds without a better log loss after which a candidate stops, >= 1 */
    uint32_t bags;   /* forests with different seeds whose margins are averaged, 1..TW_LEARN_BAGS_MAX */
    uint32_t blocks; /* of time, for calibration, 2..20 */
    uint64_t seed;
    uint32_t threads;
    const volatile int *stop; /* not zero = give up with TW_INTERRUPTED, at the next tree; NULL = never */
};
struct tw_learn_settings tw_learn_settings_default(void);

/* The built-in candidates; *ret_n of them, static storage. */
const struct tw_xgb_settings *tw_learn_candidates(size_t *ret_n);

/* A row held back, as a model that had not seen it judged it. */
struct tw_held {
    uint32_t row; /* number in the rows */
    bool found;
    double weight; /* what it stands for in the flow, mean 1 over all labelled rows */
    float margin;
    double risk;       /* calibrated without the rows of its own half of the days */
    double duty_share; /* of the duty at stake, given a finding; from findings before the cut */
};

struct tw_learned {
    struct tw_buf *forest; /* bags of them, XGBoost's JSON; their margins are averaged */
    uint32_t bags;
    struct tw_xgb_settings used; /* of each, rounds included; monotone and stop are NULL here */
    size_t candidate;            /* which one it was */
    double loss;                 /* log loss on the rows held back (learn/judge.h); NaN = not judged */
    struct tw_curve curve;
    struct tw_duty duty;
    struct tw_sample *sample;
    struct tw_held *held; /* in time order */
    size_t n_held;
    size_t n_calibrated;        /* rows the calibration was fitted on */
    size_t n_empty, n_constant; /* features that are always missing, or always the same, on labelled rows */
    char note[TW_LEARN_NOTES_MAX][192]; /* what to know before trusting it: sentences */
    size_t n_notes;
};

/* Trains.
 *
 * TW_ARG    a setting; nothing to learn from (see tw_sample_new)
 * TW_RANGE  a feature that is infinite, a propensity ... ; fault->item is the row
 * TW_NOMEM, TW_INTERNAL, TW_INTERRUPTED
 *
 * Memory: what tw_xgb_data_new says for the labelled rows, and some 100 bytes per labelled row.
 * Same rows, settings, seed, threads and library: same bytes.
 */
tw_err tw_learn(const struct tw_learn_rows *rows, const struct tw_learn_settings *set,
                struct tw_learned **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_learned_free(struct tw_learned *l); /* takes NULL */
static inline void tw_learned_freep(struct tw_learned **l)
{
    tw_learned_free(*l);
}

#endif
