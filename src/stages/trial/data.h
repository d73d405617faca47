/* SPDX-License-Identifier: Apache-2.0 */
/* trial/data.h -- a labelled past to judge scorers on.
 *
 * In : declarations in the order they were lodged, what inspections established, the truth where there is
 * one. Out: items as rows: what is known of each, raw columns, features as of their own time. Not: scores
 * (trial/scorer.h), figures (trial/evaluate.h).
 */
#ifndef TW_TRIAL_DATA_H
#define TW_TRIAL_DATA_H

#include "base/map.h"
#include "decl/decision.h"
#include "decl/element.h"
#include "feature/feature.h"

/* One item of one declaration. Money in national minor units. */
struct tw_trial_item {
    uint32_t declaration; /* index */
    uint32_t number;      /* item number as declared */
    int32_t day;          /* of lodging */
    /* what is measured against: the truth, or for data without one the findings themselves */
    bool judged; /* it is known whether this item was compliant */
    bool noncompliant;
    uint8_t mechanism;  /* index into tw_trial_data.mechanism; 0 = none or not known */
    double recoverable; /* duty; 0 when compliant or not known */
    /* what the truth says an inspection would have brought */
    bool would_miss;
    uint8_t delay_days;
    /* what was really inspected */
    bool inspected, found;
    int32_t known_day;
    uint8_t basis;     /* why it was inspected: enum tw_basis; TW_BASIS_N = not recorded */
    double propensity; /* 0 = not recorded */
    double recovered;  /* NaN = not recorded */
};

/* A raw column: a number, or a code numbered by first appearance. */
struct tw_trial_column {
    enum tw_element element;
    bool code;
    struct tw_intern *codes; /* of a code column */
    float *value;            /* per item; NaN = absent */
};

struct tw_trial_data {
    struct tw_decl **decl; /* owned by the arenas of whoever filled it */
    size_t n, cap;
    uint32_t *first; /* of declaration i: first item; first[n] = items */
    struct tw_trial_item *item;
    size_t items, items_cap;
    struct tw_trial_column column[TW_ELEMENT_N];
    size_t columns;
    struct tw_str mechanism[32]; /* names; [0] is "none"; static or owned by the caller */
    size_t mechanisms;
    const struct tw_manifest *const
        *manifest; /* owned by whoever filled it; what carriers say of the goods */
    size_t manifests;
    bool truth;               /* a truth file was joined */
    size_t train;             /* declarations before the split */
    uint64_t unmatched;       /* findings without their item */
    struct tw_map64 *by_item; /* hash of (declaration id, item number) -> item */
};

tw_err tw_trial_data_new(struct tw_trial_data **ret) TW_MUST_CHECK; /* TW_NOMEM */
void tw_trial_data_free(struct tw_trial_data *d);
static inline void tw_trial_data_freep(struct tw_trial_data **d)
{
    tw_trial_data_free(*d);
}

/* Appends a declaration, which must stay where it is. TW_NOMEM, TW_LIMIT (2^32-2 items) */
tw_err tw_trial_data_add(struct tw_trial_data *d, struct tw_decl *decl) TW_MUST_CHECK;

/* The item a finding or a truth is about; NULL = there is none. */
struct tw_trial_item *tw_trial_data_item(struct tw_trial_data *d, struct tw_str declaration_id,
                                         uint32_t number);

/* Joins a finding to its item (item 0 = all of them); counts it as unmatched when there is none. */
void tw_trial_data_finding(struct tw_trial_data *d, const struct tw_finding *f);

/* Where there is no truth: what was inspected is what is judged. */
void tw_trial_data_judge_by_findings(struct tw_trial_data *d);

/* Raw columns: every element that some declaration carries, codes numbered by first appearance. TW_NOMEM */
tw_err tw_trial_data_columns(struct tw_trial_data *d) TW_MUST_CHECK;

/* A result as one scorer came to know it. */
struct tw_trial_result {
    uint32_t item;
    int32_t known_day;
    bool found;
    double propensity; /* 0 = not recorded */
    double recovered;  /* NaN = not recorded */
};

/* The results of the real inspections of declarations [0, n), by known_day then item; the caller frees with
 * tw_free. all = every judged item instead, with the delay the truth gives: what a border that inspects
 * everything would know. TW_NOMEM */
tw_err tw_trial_results(const struct tw_trial_data *d, size_t n, bool all, struct tw_trial_result **ret,
                        size_t *ret_n) TW_MUST_CHECK;

/* One scorer's memory of the past. */
struct tw_trial_memory {
    struct tw_profile *profile; /* owned */
    struct tw_cargo *cargo;     /* owned; NULL = no manifests */
    struct tw_arena *arena;     /* owned; reset per declaration */
    size_t next;                /* results folded in so far */
};

/* `d` must outlive it. TW_NOMEM */
tw_err tw_trial_memory_new(const struct tw_trial_data *d, double de_minimis, struct tw_trial_memory *ret)
    TW_MUST_CHECK;
void tw_trial_memory_free(struct tw_trial_memory *m);

/* Lives through declarations [from, to): before each day, folds in the results known before it; for each item
 * writes its features to x + item * TW_FEATURE_N and its duty at stake to stake[item] (NULL = not wanted).
 * results    of this scorer, sorted by known_day; whoever has one is awaited
 * awaited    per item: will there be a result (NULL = exactly those in `results`)
 * TW_NOMEM */
struct tw_trial_span {
    size_t from, to;
    const struct tw_trial_result *result;
    size_t results;
    const uint8_t *awaited;
};
tw_err tw_trial_measure(struct tw_trial_memory *m, const struct tw_trial_data *d,
                        const struct tw_trial_span *span, float *x, double *stake) TW_MUST_CHECK;

#endif
