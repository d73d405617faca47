/* SPDX-License-Identifier: Apache-2.0 */
/* trial/loop.h -- the border played: each scorer lives with what its own inspections found.
 *
 * In : data with its truth and a split (trial/data.h); who plays; how many inspections each may make.
 * Out: day by day what each had inspected and found; of mechanisms that began since the split, how many weeks
 * passed until a scorer found half of what it could have with every label.
 * Not: files; the figures of the same scorers on what the incumbent inspected (trial/evaluate.h).
 *
 * The play. Until the split every player knows what the incumbent's inspections brought. Then, for each day:
 *   1. The results that became known before the day reach the player that earned them, and its profile.
 *   2. Once in `retrain` weeks the player learns anew from all results it has.
 *   3. Its profile meets the day's declarations in the order of lodging; then it ranks them, and the highest
 *      are inspected. So officers choose among the goods of one day; what a week would bring later is not
 *      known to them. The budget is a share of each day's declarations; what is left of a fraction is carried
 *      to the next day, so that over any span it is kept to the declaration.
 *   4. Each item of what was inspected gets its result from the truth, with the miss and on the day the truth
 *      file states. Of everything else no player ever learns anything: what it is handed has the truth, and
 *      the incumbent's findings since the split, taken out.
 *
 * A player with chance draws part of its budget: the random minimum evenly from what its score left (no part
 * of the border is ever beyond reach), and the exploration in proportion to what the player says it would
 * like to know. Both record the probability with which each was drawn, so that learning can weigh it
 * (learn/sample.h).
 */
#ifndef TW_TRIAL_LOOP_H
#define TW_TRIAL_LOOP_H

#include "base/json.h"
#include "decl/decision.h"
#include "trial/evaluate.h"

enum { TW_LOOP_PLAYERS_MAX = 16, TW_LOOP_MECHANISMS = 32 };

struct tw_loop_settings {
    struct tw_trial_settings trial;
    double budget;  /* per cent of declarations that each player may have inspected, 0 < b <= 50; 5 */
    double random;  /* per cent of declarations, within the budget, drawn evenly by players with chance */
    double explore; /* the same drawn by what they would like to know */
    uint32_t retrain_weeks;      /* >= 1; 1 */
    uint32_t retrain_full_weeks; /* of the player that knows every label; >= 1; 3 */
    uint32_t thin_full;          /* the same: tw_loop_player.thin; 4 */
    uint32_t scorers;            /* bits 1u << enum tw_scorer: who plays; 0 = all who can */
};
struct tw_loop_settings tw_loop_settings_default(void);
/* Another budget, with the same parts of it left to chance. */
void tw_loop_settings_budget(struct tw_loop_settings *s, double percent);

/* Declarations [from, to), and what a player says of number k at [k - from]. */
struct tw_loop_day {
    size_t from, to;
    double *score;  /* higher = sooner; 0 to begin with */
    double *wonder; /* how much it would like to know, >= 0; 0 to begin with */
};

/* Someone who ranks. `self` is handed to each function. Errors end the play, but for TW_ARG of the first
 * `learn`: who has nothing to learn from does not play, and the report says why. */
struct tw_loop_player {
    const char *name;
    bool profile;           /* it is measured by features, from a profile of its own */
    bool all_labels;        /* every item's result reaches it, inspected or not, without misses */
    bool chance;            /* part of its budget is drawn */
    bool sees_truth;        /* it is the oracle: its view is not blinded */
    uint32_t retrain_weeks; /* 0 = it never learns */
    uint32_t thin;          /* of results that were conform it learns from one in so many, drawn, with that
                               propensity (its profile gets all); 0 or 1 = all */
    void *self;
    /* v->result are exactly the results known before v->as_of; v->from = v->to. */
    tw_err (*learn)(void *self, const struct tw_trial_view *v, struct tw_fault *fault);
    /* Of the declarations of one day; v->from and v->to are their items. */
    tw_err (*score)(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                    struct tw_fault *fault);
};

struct tw_loop_players {
    const struct tw_loop_player *at;
    size_t n;
};

/* One day of the border, whoever inspects. Declarations, but for duty. */
struct tw_loop_flow {
    uint32_t lodged, noncompliant;
    uint32_t met[TW_LOOP_MECHANISMS]; /* declarations with that mechanism in them */
    double duty;                      /* recoverable, minor units */
};

/* What one player did on it. Found = an inspection found something, so misses are not in it. */
struct tw_loop_catch {
    uint32_t selected, found;
    uint32_t drawn, explored; /* of those selected */
    uint32_t drawn_found, explored_found;
    uint32_t caught[TW_LOOP_MECHANISMS];
    double duty;
};

struct tw_loop_line {
    const char *name;
    bool ran;
    char why_not[160];
    uint32_t learned;          /* times */
    struct tw_loop_catch *day; /* n_days; NULL when it did not run */
};

struct tw_loop_report {
    int32_t first_day; /* UTC day of the first declaration since the split */
    size_t n_days;     /* up to the last */
    struct tw_loop_flow *day;
    struct tw_loop_line line[TW_LOOP_PLAYERS_MAX];
    size_t lines;
    double budget, random, explore;
    uint32_t retrain_weeks, retrain_full_weeks, thin_full;
    struct tw_str mechanism[TW_LOOP_MECHANISMS]; /* texts are the data's */
    size_t mechanisms;
    int32_t onset[TW_LOOP_MECHANISMS]; /* day of its first declaration, of those that began since the split;
                                          TW_NO_DAY = not one of these */
};
void tw_loop_report_free(struct tw_loop_report *r); /* frees what it holds; takes one of all zero */
/* TW_SCOPED_LOOP r = {.lines = 0}; */
#define TW_SCOPED_LOOP __attribute__((cleanup(tw_loop_report_free))) struct tw_loop_report

/* Plays.
 * TW_ARG  no truth; nothing before or since the split; a setting; too many players
 * TW_INTERRUPTED  the watch said so; TW_NOMEM; and what the players return */
tw_err tw_loop_play(const struct tw_trial_data *d, const struct tw_loop_players *players,
                    const struct tw_loop_settings *set, const struct tw_trial_watch *watch,
                    struct tw_loop_report *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The same with the scorers of trial/scorer.h: ours, xgboost_raw, xgboost_tabular, full_labels, random,
 * oracle. */
tw_err tw_loop_evaluate(struct tw_trial_data *d, const struct tw_loop_settings *set,
                        const struct tw_trial_watch *watch, struct tw_loop_report *ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* Sums over days [from, from + n) of the report, as far as there are such days. */
struct tw_loop_flow tw_loop_flow_sum(const struct tw_loop_report *r, size_t from, size_t n);
struct tw_loop_catch tw_loop_catch_sum(const struct tw_loop_report *r, size_t line, size_t from, size_t n);

/* Weeks since the mechanism began until the first week in which line's recall on it was at least half of
 * full_labels' (which must have found some); 1 = the first week; 0 = never, or it is not a new one.
 * lasting  also from that week to the last together; may be NULL */
uint32_t tw_loop_weeks_to_half(const struct tw_loop_report *r, size_t line, size_t mechanism,
                               uint32_t *lasting);

/* Is there anything of which half could be reached: full_labels played, and found some in a whole week since
 * the mechanism began? Without, 0 weeks above do not mean "never". */
bool tw_loop_half_is_known(const struct tw_loop_report *r, size_t mechanism);

/* docs/formats/closed-loop.md; and a table for people. */
void tw_loop_report_json(const struct tw_loop_report *r, struct tw_json *j);
void tw_loop_report_text(const struct tw_loop_report *r, struct tw_buf *out);

#endif
