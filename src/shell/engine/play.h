/* SPDX-License-Identifier: Apache-2.0 */
/* engine/play.h -- a border played: a model meets declarations whose truth is known.
 *
 * In : a model directory; declarations of a made-up country with their truth and what its incumbent found.
 * Out: each decision with what its inspection found; what inspections bring in, by way of selection.
 * Not: training; real data, which have no truth.
 *
 * What the model sends to red is inspected: the truth says what an inspection finds, what it misses and when
 * its result comes, and from the day after that the profile knows it, as at a real border. Nothing else of
 * the truth, and nothing of what the incumbent inspected, reaches the model.
 */
#ifndef TW_ENGINE_PLAY_H
#define TW_ENGINE_PLAY_H

#include "assess/assess.h"
#include "engine/input.h"

/* Ways of selecting, of which yields are told: X(ID, name in files, words) */
#define TW_PLAY_WAY_TABLE(X)                                                                                 \
    X(MANDATORY, "mandatory", "as the law demands")                                                          \
    X(CRITERION, "criterion", "by criteria")                                                                 \
    X(SCORE, "score", "by score")                                                                            \
    X(RANDOM, "random", "at random")                                                                         \
    X(INCUMBENT, "incumbent", "by the incumbent")                                                            \
    X(ALL, "all", "had all been inspected")

enum tw_play_way {
#define X(id, name, words) TW_PLAY_##id,
    TW_PLAY_WAY_TABLE(X)
#undef X
        TW_PLAY_WAYS
};
const char *tw_play_way_name(enum tw_play_way w);
const char *tw_play_way_words(enum tw_play_way w);

/* Of declarations. */
struct tw_play_yield {
    uint64_t inspected, found;
    double recovered_minor;
};

/* What came of one decision. */
struct tw_play_outcome {
    bool inspected;
    bool found;             /* on some item */
    double recovered_minor; /* duty */
};

/* Nothing in it is owned. */
struct tw_play_options {
    struct tw_input_options input;
    const char *declarations, *findings, *truth; /* paths; findings = the incumbent's on these declarations */
    const char *model;                           /* a directory */
    const struct tw_criteria *criteria;          /* NULL = none */
    struct tw_channel_settings channels;
    double duty_mix;
    uint64_t seed; /* of the draws */
    void *to;
    /* Each decision in the order of lodging; reasons are there of those that are not green. Valid during the
     * call. What it returns ends the play. NULL = not wanted */
    tw_err (*decided)(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                      const struct tw_play_outcome *outcome);
};

/* Seven days, counted from the day of the first declaration. */
struct tw_play_week {
    int32_t from;                   /* UTC day */
    uint64_t channel[TW_CHANNEL_N]; /* declarations */
};

enum { TW_PLAY_WEEKS_MAX = 160 };

struct tw_play_report {
    uint64_t declarations, items;
    int32_t first_day, last_day;    /* UTC days of lodging */
    uint64_t channel[TW_CHANNEL_N]; /* declarations */
    struct tw_play_week week[TW_PLAY_WEEKS_MAX];
    size_t weeks; /* up to the last declaration; what lies beyond the room is in none */
    struct tw_play_yield of[TW_PLAY_WAYS]; /* who was selected on several bases stands in the first of them */
    double cpu_s;                          /* of reading, measuring, deciding and explaining, one thread */
};

/* The errors of tw_past_read, tw_model_dir_open, tw_assessor_new, tw_input_*, and of `decided` */
tw_err tw_play(const struct tw_play_options *o, struct tw_play_report *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
