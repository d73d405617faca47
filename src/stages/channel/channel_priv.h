/* SPDX-License-Identifier: Apache-2.0 */
/* channel/channel_priv.h -- the window and the day's counts, for this module's files alone. */
#ifndef TW_CHANNEL_CHANNEL_PRIV_H
#define TW_CHANNEL_CHANNEL_PRIV_H

#include "base/map.h"
#include "channel/channel.h"
#include "channel/ranking_priv.h"

enum { TAKEN_OTHERWISE = 4 }; /* in `taken`: the low two bits are the channel, this one says not by score */

/* What an office has taken on today, by channel code. */
struct office_day {
    uint32_t taken[4];
    uint32_t by_score[4]; /* of these, what is not chance nor law: score and criteria */
};

struct tw_channels {
    struct tw_channel_settings settings;
    double *ring;          /* the last `n` scores; ring[next] is the oldest once it is full */
    uint8_t *taken;        /* beside it: channel code, TAKEN_OTHERWISE */
    struct ranking sorted; /* the same scores, falling */
    size_t n, next;
    size_t otherwise[4]; /* in the window, by channel code: taken there, but not by score */
    struct tw_intern *offices;
    struct office_day *today;
    size_t offices_cap;
    int32_t day;
    double order;
};

/* 0 green, 1 blue, 2 yellow, 3 red: stricter is larger. */
static inline unsigned channel_code(enum tw_channel ch)
{
    return ch == TW_CHANNEL_RED ? 3 : ch == TW_CHANNEL_YELLOW ? 2 : ch == TW_CHANNEL_BLUE ? 1 : 0;
}

/* Puts a score into the window; the oldest leaves it when it is full. */
void channels_enter(struct tw_channels *c, double score, uint8_t taken);
/* The number of an office, a new one if it is new; on a new day every count starts again. TW_NOMEM */
tw_err channels_office(struct tw_channels *c, struct tw_str name, int32_t day, uint32_t *ret) TW_MUST_CHECK;

#endif
