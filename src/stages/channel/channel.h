/* SPDX-License-Identifier: Apache-2.0 */
/* channel/channel.h -- score, capacity and chance to a channel.
 *
 * In : one declaration's score and draw, in the order of decision.
 * Out: its channel, every basis that applied, and the probability of just this outcome.
 * Not: the score, the draw's key, the clock.
 *
 * Mandatory controls come first, then criteria, each with its probability; of all that speak for a control
 * the strictest counts. Capacity holds for criteria as it holds for score; a mandatory control is made all
 * the same.
 *
 * The picture of score. A declaration is measured against a trailing window of earlier scores: red goes to
 * those that stand among the highest `expected` share of the window, yellow and blue to the next shares. What
 * would be green is then left to chance: a draw below the minimum random rate of a channel sends it there. An
 * office's daily capacity is hard: when red is full, a high score falls to yellow, then to blue (a score that
 * asks for control never turns green because an office is full); a random pick that finds its channel full is
 * not made. So that score does not eat up what chance needs, part of each capacity is kept for random picks.
 *
 * Scores that tie across a boundary have the same chance of the places left there: they stand in the window
 * in the order of their draws. So no channel is filled beyond its share, be nearly all scores the same.
 *
 * The order is ASYCUDA's (mandatory, criteria, random minimum, expected rate), since eighty administrations
 * know it; the difference is that every outcome's probability is recorded, for without it nothing can be
 * learned honestly from what was inspected. Source: ASYCUDA++ Functional Manual, section 6, selectivity.
 */
#ifndef TW_CHANNEL_CHANNEL_H
#define TW_CHANNEL_CHANNEL_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/yaml.h"
#include "decl/decision.h"

enum { TW_CHANNEL_WINDOW_MAX = 65536, TW_CHANNEL_NO_LIMIT = -1 };

struct tw_channel_settings {
    double
        expected[TW_CHANNEL_N];  /* share of all declarations that score may send there; red, yellow, blue */
    double random[TW_CHANNEL_N]; /* minimum random rate, of what would have been green; red, yellow */
    int64_t capacity[TW_CHANNEL_N]; /* declarations per office and UTC day; TW_CHANNEL_NO_LIMIT = none */
    int64_t window;     /* scores that a new one is measured against, 100..TW_CHANNEL_WINDOW_MAX */
    int64_t window_min; /* score selects nothing before so many have been seen */
};

/* Red 5 %, yellow 10 %, blue none; random 1 % red; no capacity limit; window 10,000, from 200 on. */
struct tw_channel_settings tw_channel_defaults(void);

/* Settings from YAML over the defaults (docs/formats/channels.md). Faults name line and column.
 * TW_FORMAT, TW_RANGE (shares that add up to more than 1, a random rate above 0.5 ...), TW_NOMEM */
tw_err tw_channel_settings_read(const struct tw_yaml *root, struct tw_arena *arena,
                                struct tw_channel_settings *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* TW_RANGE with the setting's name in fault->path. */
tw_err tw_channel_settings_check(const struct tw_channel_settings *s, struct tw_fault *fault) TW_MUST_CHECK;

/* A criterion that hits: what it asks for, and its own draw. */
struct tw_channel_ask {
    enum tw_channel channel; /* red, yellow, blue */
    double probability;      /* 0..1 */
    double draw;             /* in [0, 1), independent of the declaration's other draws; it asks when it lies
                                below the probability */
};

/* What is to be decided. */
struct tw_channel_case {
    double score;  /* higher = sooner to be controlled; finite */
    uint64_t draw; /* tw_channel_draw of the declaration's first version */
    struct tw_str office;
    int32_t day;    /* UTC day of the decision */
    bool unfounded; /* nothing speaks for a control: score does not select it, however many places are left */
    enum tw_channel mandatory; /* a control that law demands, whatever the rest says and capacity holds; green
                                  = none */
    bool facilitated;          /* a trader whom criteria and score let pass: chance is left */
    const struct tw_channel_ask *ask; /* criteria that hit; asks of it */
    size_t asks;
};

struct tw_channel_choice {
    enum tw_channel channel;
    uint32_t
        basis; /* bits 1u << TW_BASIS_..., each that alone would have sent it here; 0 = green by default */
    uint32_t propensity_ppm; /* probability of this channel, over the draw alone, given all decided before */
    enum tw_channel score_channel; /* what score alone would have chosen, were there room everywhere */
    double red_from;               /* scores from here on were red, whatever the draw; +inf = none */
    double green_below;            /* scores below this were green by score, whatever the draw; +inf = all */
};

/* The draw of a declaration: the first 64 bits, big-endian, of HMAC-SHA256(day key, registration number). */
uint64_t tw_channel_draw(const struct tw_hmac_key *day_key, struct tw_str registration_number);

struct tw_channels; /* the trailing window and the day's counts */

/* TW_RANGE, TW_NOMEM */
tw_err tw_channels_new(const struct tw_channel_settings *s, struct tw_channels **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_channels_free(struct tw_channels *c);
static inline void tw_channels_freep(struct tw_channels **c)
{
    tw_channels_free(*c);
}

/* Puts a score into the window without deciding anything: scores of the training span let a new model choose
 * from its first day. */
void tw_channels_seed(struct tw_channels *c, double score);

/* What its scores are in order of, as a number of the caller's, finite; 0 unless said. A state keeps it:
 * scores in another order do not compare. */
void tw_channels_order(struct tw_channels *c, double order);
double tw_channels_ordered_by(const struct tw_channels *c);

/* Decides, and counts the decision. Same order of cases, same choices. O(window) moves of 8 bytes at the
 * worst. TW_NOMEM */
tw_err tw_channels_decide(struct tw_channels *c, const struct tw_channel_case *k,
                          struct tw_channel_choice *ret) TW_MUST_CHECK;

/* State as bytes, to go on the next day. TW_NOMEM; TW_FORMAT */
tw_err tw_channels_save(const struct tw_channels *c, struct tw_buf *out) TW_MUST_CHECK;
tw_err tw_channels_load(struct tw_str bytes, const struct tw_channel_settings *s, struct tw_channels **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

#endif
