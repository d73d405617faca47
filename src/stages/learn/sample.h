/* SPDX-License-Identifier: Apache-2.0 */
/* learn/sample.h -- which rows teach, what each weighs, which are held back to be tested on.
 *
 * In : rows of features with what is known of each.
 * Out: the inspected ones in time order, weights, a cut in time.
 * Not: training; that is learn/train.h.
 *
 * Only inspected rows have a label, and inspections are not drawn evenly: rows picked for good reason crowd
 * out those picked by chance. Each row therefore weighs 1 / (its probability of having been inspected),
 * capped: a cap keeps one lucky draw from deciding everything, at the price of leaning towards what was
 * inspected.
 *
 * The cut is by the day of lodging. Rows lodged before it teach, if their result was known by then too; rows
 * lodged since are held back. So what is measured on them is what would have been met.
 */
#ifndef TW_LEARN_SAMPLE_H
#define TW_LEARN_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define TW_RECOVERED_UNKNOWN INT64_MIN

/* What is known of one row (one item of one declaration). */
struct tw_truth {
    int32_t lodged_day;      /* UTC day of lodging */
    int32_t known_day;       /* UTC day the result was known; of rows with a known result, >= lodged_day */
    uint32_t declaration;    /* rows with the same number are items of one declaration */
    bool known;              /* it was inspected and the result is in */
    bool found;              /* the result was non-compliance */
    double propensity;       /* probability of the inspection, 0 < p <= 1; 0 = not recorded */
    double at_stake;         /* duty at stake (profile/profile.h), minor units; <= 0 or NaN = not known */
    int64_t recovered_minor; /* duty recovered by the finding, minor units; TW_RECOVERED_UNKNOWN */
};

/* Nothing is owned. */
struct tw_learn_rows {
    const float *x;               /* n x n_features, computed as of each row's own time; NaN = missing */
    size_t n_features;            /* count */
    const struct tw_truth *truth; /* n */
    size_t n;                     /* rows, inspected or not */
};

struct tw_sample_settings {
    double held_share;  /* share of labelled rows held back, 0 < share <= 0.5; 0.2 */
    double cap;         /* most that 1 / propensity may be while training; 8 */
    double cap_measure; /* the same while calibrating and measuring; 200 */
};
struct tw_sample_settings tw_sample_settings_default(void);

enum tw_part {
    TW_PART_TEACH, /* before the cut, result known before it */
    TW_PART_LATE,  /* before the cut, result known since: of no use until the final training */
    TW_PART_HELD   /* since the cut */
};

/* The labelled rows in time order; arrays of n. */
struct tw_sample {
    size_t n;
    uint32_t *pick; /* row number */
    uint8_t *part;  /* enum tw_part */
    float *label;   /* 1 = found */
    float *weight;  /* for training, mean 1 */
    double *flow;   /* for measuring: 1 / propensity within cap_measure, mean 1 */
    size_t n_found, n_held, n_held_found, n_late;
    size_t n_unrecorded; /* rows without a propensity; they weigh as if it had been 1 */
    int32_t first_day, last_day;
    int32_t cut_day;       /* rows lodged on it or later are held back */
    bool cut_within_a_day; /* all rows are of one day: the cut is by their order */
    double effective_n;    /* (sum w)^2 / sum w^2 of weight */
    double effective_flow; /* the same of flow */
    double base_rate;      /* weighted share of findings, by flow */
};

/* Draws it up.
 *
 * TW_ARG    a setting; no row is labelled, none is a finding, all are (the note says what is needed)
 * TW_RANGE  a propensity that is no probability, a result known before lodging; fault->item is the row
 * TW_NOMEM
 *
 * Time O(n + m log m), m labelled rows. Pure.
 */
tw_err tw_sample_new(const struct tw_learn_rows *rows, const struct tw_sample_settings *s,
                     struct tw_sample **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_sample_free(struct tw_sample *s); /* takes NULL */
static inline void tw_sample_freep(struct tw_sample **s)
{
    tw_sample_free(*s);
}

#endif
