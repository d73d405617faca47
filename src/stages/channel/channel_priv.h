/* SPDX-License-Identifier: Apache-2.0 */
/* channel/channel_priv.h -- window, shifts and odds, for this module's files alone. */
#ifndef TW_CHANNEL_CHANNEL_PRIV_H
#define TW_CHANNEL_CHANNEL_PRIV_H

#include "base/map.h"
#include "channel/channel.h"
#include "channel/ranking_priv.h"

enum {
    CODES = 4,          /* green, blue, yellow, red */
    STRICT_N = 3,       /* channels that hold goods up, the strictest first */
    TAKEN_OTHERWISE = 4 /* in `taken`: the low two bits are the channel, this one says not by score */
};
static const enum tw_channel BY_STRICTNESS[STRICT_N] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};

/* What an office has taken on in its shift, by channel code. */
struct office_shift {
    int64_t begins; /* UTC seconds */
    int64_t capacity[CODES];
    uint32_t taken[CODES];
    uint32_t by_score[CODES];           /* of these, what is not chance nor law: score and criteria */
    const struct tw_channel_office *of; /* its own settings; NULL = none */
};

struct tw_channels {
    struct tw_channel_settings settings;
    double *ring;          /* the last `n` scores; ring[next] is the oldest once it is full */
    uint8_t *taken;        /* beside it: channel code, TAKEN_OTHERWISE */
    struct ranking sorted; /* the same scores, falling */
    size_t n, next;
    size_t otherwise[CODES]; /* in the window, by channel code: taken there, but not by score */
    struct tw_intern *offices;
    struct office_shift *shift;
    size_t offices_cap;
    struct tw_intern *criteria; /* ids of those that have patience */
    uint32_t *unheard;          /* of each, hits since the last control as strict */
    size_t criteria_cap;
    double novelty;         /* mean of the last cases' */
    uint64_t novelty_n;     /* cases it rests on, at most the window */
    struct tw_goods *goods; /* NULL = not wanted */
    double order;
};

/* 0 green, 1 blue, 2 yellow, 3 red: stricter is larger. */
static inline unsigned channel_code(enum tw_channel ch)
{
    return ch == TW_CHANNEL_RED ? 3 : ch == TW_CHANNEL_YELLOW ? 2 : ch == TW_CHANNEL_BLUE ? 1 : 0;
}

/* What the case comes to in this state, which stays as it is; its asks have been told whether they are
 * certain. Not yet: shift, capacity, beyond. */
void channels_weigh(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                    struct tw_channel_choice *ret);

/* -- the window (window.c) */

/* The channel that score alone asks for, and the probability of each. Scores that tie across the boundary of
 * a channel share the places left there: the draw decides among them. */
struct wish {
    enum tw_channel channel;
    double share[TW_CHANNEL_N]; /* adds up to 1 */
};

struct wish channels_wish_green(void);
/* Where a score stands in the window, and which channel has that place. Those that tie stand in the order of
 * their draws; one that ties with none takes the next place, and is drawn where only a part of that is left.
 * `tie` in [0, 1). */
struct wish channels_wish(const struct tw_channels *c, double score, double tie);
/* The scores where red begins and where green ends. Scores that a draw decides on, since they tie or since
 * their place is only partly there, count for neither. */
void channels_boundaries(const struct tw_channels *c, double *red_from, double *green_below);
/* Puts a score into the window; the oldest leaves it when it is full. */
void channels_enter(struct tw_channels *c, double score, uint8_t taken);

/* -- capacity (shift.c) */

/* The number of an office, a new one if it is new; in a new shift its counts start again. TW_NOMEM */
tw_err channels_office(struct tw_channels *c, struct tw_str name, int32_t day, int32_t second, uint32_t *ret)
    TW_MUST_CHECK;
bool channels_room(const struct tw_channels *c, uint32_t office, enum tw_channel ch, bool by_chance);
/* The strictest of `wanted` and what is milder that has room; never milder than blue. */
enum tw_channel channels_with_room(const struct tw_channels *c, uint32_t office, enum tw_channel wanted);

/* -- patience of criteria (patience.c) */

/* The number of a criterion, a new one if it is new. TW_NOMEM */
tw_err channels_criterion(struct tw_channels *c, struct tw_str id, uint32_t *ret) TW_MUST_CHECK;
/* Which of the asks are certain, for their patience is at an end. TW_NOMEM */
tw_err channels_patience(struct tw_channels *c, const struct tw_channel_case *k) TW_MUST_CHECK;
/* What came of them. */
void channels_heard(struct tw_channels *c, const struct tw_channel_case *k, enum tw_channel channel);

#endif
