/* SPDX-License-Identifier: Apache-2.0 */
/* trial/audit.h -- may figures on this past be believed?
 *
 * In : data with a split (trial/data.h): declarations and what inspections established.
 * Out: twins across the split, what each column tells alone, traders without signal, drift, delay of results,
 * who was inspected; of each in words whether it forbids to believe figures.
 * Not: a model, or the truth; what is looked at here are the findings alone, so a file can be examined by
 * whoever holds it.
 *
 * Rows are items. "Earlier" rows stand before the split, "later" ones after it. Every question is put as
 * somebody would who wants to be fooled as little as possible: what is learned from the earlier rows is tried
 * on the later ones, and beside each figure stands what chance alone would give.
 */
#ifndef TW_TRIAL_AUDIT_H
#define TW_TRIAL_AUDIT_H

#include "stat/auc.h"
#include "trial/data.h"
#include "trial/evaluate.h"

/* What is asked. X(ID, name, the question) */
#define TW_TRIAL_CHECK_TABLE(X)                                                                              \
    X(LABELS, "labels", "are there results enough to measure anything by")                                   \
    X(TWINS, "twins", "do later rows repeat earlier ones, result included")                                  \
    X(LEAKS, "leaks", "does one column alone tell the result")                                               \
    X(ENTITIES, "entities", "does it matter who trades")                                                     \
    X(BASE_RATE, "base_rate", "does the share of findings change over the months")                           \
    X(DRIFT, "drift", "does what is declared change over the months")                                        \
    X(DELAY, "delay", "when were results known")                                                             \
    X(SELECTION, "selection", "who was inspected, and can that be undone")

enum tw_trial_check {
#define X(id, name, words) TW_TRIAL_CHECK_##id,
    TW_TRIAL_CHECK_TABLE(X)
#undef X
        TW_TRIAL_CHECK_N
};

const char *tw_trial_check_name(enum tw_trial_check c); /* "twins" */
const char *tw_trial_check_words(enum tw_trial_check c);

/* How much a remark weighs, rising. */
enum tw_trial_weight {
    TW_TRIAL_NOTE,    /* good to know */
    TW_TRIAL_UNKNOWN, /* the data do not suffice to say */
    TW_TRIAL_WARNS,   /* figures need this said beside them */
    TW_TRIAL_FORBIDS, /* figures on this file as it stands are not to be believed */
    TW_TRIAL_WEIGHT_N
};
const char *tw_trial_weight_name(enum tw_trial_weight w); /* "note", "unknown", "warns", "forbids" */

struct tw_trial_remark {
    enum tw_trial_check check;
    enum tw_trial_weight weight;
    char text[480]; /* sentences for people */
};

/* One column of the file, alone. */
struct tw_trial_alone {
    struct tw_str name;  /* as long as the data */
    bool mapped;         /* an element of ours; else a column that no feature reads */
    bool number;         /* else a code */
    bool entity;         /* a party's number or name, or the office */
    bool party;          /* anything of a party: its town too */
    size_t values;       /* distinct ones, absent not counted */
    double missing;      /* share of rows */
    double unseen;       /* share of later rows whose value is none of the earlier ones; NaN for numbers */
    struct tw_auc found; /* the past share of findings at its value (numbers: within a quarter octave), tried
                            on later rows that carry a result */
    struct tw_auc exact; /* the same with each number a value of its own; of a code: `found` */
    struct tw_auc inspected; /* does it tell who is inspected; NaN where everybody is, or nobody */
    /* Values that had findings nearly always (9 in 10 or more of at least 10 rows), where they came again */
    size_t sure, sure_found; /* later rows at such values; of these, findings */
    double psi, threshold;   /* stat/chi2.h; threshold 0 = cannot be said */
};

/* Rows that repeat earlier rows in a set of columns. NaN where there is nothing to say it of. */
struct tw_trial_twins {
    uint16_t column[64]; /* the set, as numbers of columns */
    size_t columns;      /* 0 = no such set */
    size_t rows, later;  /* that carry a result; of these, later ones */
    size_t distinct;     /* rows that differ from each other */
    double share;        /* of later rows that equal an earlier one */
    double coincidence; /* the same after what is measured was dealt anew within each chapter: values that are
                           usual coincide */
    double purity;      /* of those that do: how often they carry the label of most equal earlier ones */
    double chance;      /* what purity would be if labels had nothing to do with it */
    double other_trader; /* share of those that name another trader than their latest twin; NaN = none is
                            named */
    double near_share;   /* of later rows: no earlier one is equal, one is equal in all but one column */
    double near_purity;
    struct tw_auc lookup; /* the mean label of equal earlier rows as a score */
    double precision[TW_TRIAL_PARTS];
    struct tw_interval precision_ci[TW_TRIAL_PARTS];
};

/* A calendar month. */
struct tw_trial_month {
    int year, month;
    size_t declarations, labelled, found; /* labelled: all its items carry a result; found: of these */
    struct tw_interval ci;                /* Wilson's, of found in labelled; NaN when none is labelled */
};

/* Inspections of one basis. */
struct tw_trial_basis {
    size_t rows, found;
};

struct tw_trial_audit {
    size_t declarations, rows, labelled, found; /* rows are items; labelled: a result is known */
    size_t later_declarations, later_labelled, later_found;
    int32_t first_day, split_day, last_day; /* split_day: of the first later declaration */
    struct tw_trial_alone *column;          /* owned */
    size_t columns;
    /* In six columns: hs6, dispatch, origin, duty rate, tax type, net mass; as many of them as there are. And
     * in the largest set of goods columns in which rows repeat beyond coincidence. */
    struct tw_trial_twins six, widest;
    double whole_row;             /* share of later rows equal to an earlier one in every column */
    struct tw_trial_month *month; /* owned, in order, months without declarations left out */
    size_t months;
    double month_p; /* that base rates differ so much or more by chance alone; NaN = cannot be said */
    struct {
        double median, p90, most;      /* days from lodging to the result */
        double same_day, by_14, by_30; /* shares */
        double earlier_unknown;        /* of earlier results: not yet known when the later part begins */
        double last_inspected,
            before_inspected;     /* share of declarations with a result: the last 14 days, before */
        double last_declarations; /* of the last 14 days; count */
    } delay;
    struct {
        double share;         /* of rows inspected */
        double recorded;      /* of these: with a propensity */
        double raw, weighted; /* share of findings; each inspection counting 1 / propensity (up to 200) */
        struct tw_interval raw_ci;
        double stand_for; /* sum of 1 / propensity over all rows: 1 when they add up to the flow */
        double stand_for_se;
        double effective;                         /* even-weighted rows the weighted share rests on */
        struct tw_trial_basis by[TW_BASIS_N + 1]; /* the last: not recorded */
    } selection;
    uint64_t unmatched;             /* findings that name no row */
    struct tw_trial_remark *remark; /* owned; heaviest first */
    size_t remarks;
    enum tw_trial_weight verdict[TW_TRIAL_CHECK_N]; /* the heaviest remark of each */
    bool believable;                                /* nothing forbids */
};

struct tw_trial_audit_settings {
    uint64_t seed;
    unsigned draws; /* of the bootstrap */
};
struct tw_trial_audit_settings tw_trial_audit_settings_default(void);

/* Examines it; fills d's raw columns where they are not.
 * watch  as in tw_trial_evaluate; may be NULL
 * TW_ARG  no declaration before or after the split. TW_NOMEM, TW_INTERRUPTED */
tw_err tw_trial_audit(struct tw_trial_data *d, const struct tw_trial_audit_settings *set,
                      const struct tw_trial_watch *watch, struct tw_trial_audit **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_trial_audit_free(struct tw_trial_audit *a); /* takes NULL */
static inline void tw_trial_audit_freep(struct tw_trial_audit **a)
{
    tw_trial_audit_free(*a);
}

/* As JSON (docs/formats/audit.md) and as text for people. */
void tw_trial_audit_json(const struct tw_trial_audit *a, struct tw_buf *out);
void tw_trial_audit_text(const struct tw_trial_audit *a, struct tw_buf *out);

#endif
