/* SPDX-License-Identifier: Apache-2.0 */
/* trial/evaluate.h -- scorers side by side on one past.
 *
 * In : data with a split (trial/data.h).
 * Out: for each protocol and scorer: area under the curve, average precision, calibration error; precision,
 * recall and share of recoverable duty at 1, 2, 5 and 10 % with 95 % intervals; what stands in words beside
 * it. Not: files.
 *
 * Rows to rank are declarations; calibration is measured on items, as risks are given.
 */
#ifndef TW_TRIAL_EVALUATE_H
#define TW_TRIAL_EVALUATE_H

#include "stat/metric.h"
#include "trial/scorer.h"

enum {
    TW_TRIAL_PARTS = 4,
    TW_TRIAL_BINS = 15,
    TW_TRIAL_PROTOCOLS_MAX = 2,
    TW_TRIAL_WORDS_MAX = 8,
    TW_TRIAL_WEEKS_MAX = 160
};
extern const double tw_trial_percent[TW_TRIAL_PARTS]; /* 1, 2, 5, 10 */

struct tw_trial_figures {
    bool ran;
    char why_not[160]; /* when it did not run */
    double auc, ap, ece;
    struct tw_interval auc_ci;
    struct {
        double precision, recall, duty_share;
        struct tw_interval ci, duty_ci; /* of precision, of duty_share */
    } at[TW_TRIAL_PARTS];
    double mechanism_recall[32]; /* at 5 %; NaN = no such declarations */
    struct tw_reliability bin[TW_TRIAL_BINS];
    size_t bins;
    struct { /* of the budget's share of each week, the highest of that week; NaN = nothing to divide by */
        double precision, recall, duty_share;
        struct tw_interval ci; /* of precision: Wilson on as many as were inspected */
    } week[TW_TRIAL_WEEKS_MAX];
};

/* A week since the split, counted from the first day after it. */
struct tw_trial_week {
    int32_t from;     /* UTC day */
    size_t rows;      /* declarations tested; 0 = none */
    double base_rate; /* of them non-compliant */
};

struct tw_trial_protocol {
    const char *name; /* as_published, first_occurrences, time_split */
    size_t rows;      /* declarations tested */
    size_t taught;    /* labelled items before the split */
    double base_rate; /* share of tested declarations that are non-compliant */
    double duty;      /* recoverable in all of them, minor units */
    double budget;    /* per cent of each week */
    struct tw_trial_week week[TW_TRIAL_WEEKS_MAX];
    size_t weeks;   /* up to the last declaration, TW_TRIAL_WEEKS_MAX at the most */
    size_t met[32]; /* tested declarations with each mechanism in them */
    struct {        /* share of each family in what moved our risks; NaN = it did not run */
        double all; /* over all tested items */
        double top; /* over those of the 5 % highest declarations */
    } family[TW_FAMILY_N];
    struct tw_trial_figures of[TW_SCORER_N];
};

struct tw_trial_report {
    struct tw_trial_protocol protocol[TW_TRIAL_PROTOCOLS_MAX];
    size_t protocols;
    double twin_share, twin_purity; /* test rows with an equal earlier row; of these, equal labels */
    char words[TW_TRIAL_WORDS_MAX][320];
    size_t n_words;
    struct tw_str mechanism[32];
    size_t mechanisms;
};

/* Runs every scorer that the data allow. Data with twins (over 20 % of tested items equal to an earlier one
 * in six columns) is reported twice, as published and by first occurrences only, without being asked.
 * watch  step is called before each step with its words; may be NULL; a return of false ends the run with
 *        TW_INTERRUPTED
 *
 * TW_ARG       no declaration before or after the split
 * TW_NOTFOUND  nothing judged after it
 * TW_NOMEM, TW_INTERNAL, TW_INTERRUPTED */
struct tw_trial_watch {
    bool (*step)(void *to, const char *words);
    void *to;
};
tw_err tw_trial_evaluate(struct tw_trial_data *d, const struct tw_trial_settings *set,
                         const struct tw_trial_watch *watch, struct tw_trial_report *ret,
                         struct tw_fault *fault) TW_MUST_CHECK;

/* The report as JSON (docs/formats/evaluate.md) and as a table for people.
 * loop  a border played on the same data (trial/loop.h); NULL = none */
struct tw_loop_report;
void tw_trial_report_json(const struct tw_trial_report *r, const struct tw_loop_report *loop,
                          struct tw_buf *out);
void tw_trial_report_text(const struct tw_trial_report *r, struct tw_buf *out);

#endif
