/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h -- the rules of channel.h in their plainest form: every score is kept, every count is made anew.
 * Slow, and easy to check by reading; the module must say the same. */
#ifndef TW_TEST_CHANNEL_PLAIN_H
#define TW_TEST_CHANNEL_PLAIN_H

#include <math.h>

#include "flow.h"

enum { PLAIN_CASES = 2000, PLAIN_OFFICES = 3 };

struct plain {
    struct tw_channel_settings s;
    double score[PLAIN_CASES];
    enum tw_channel channel[PLAIN_CASES];
    bool by_score[PLAIN_CASES]; /* and by nothing stronger */
    bool asked[PLAIN_CASES];    /* by a criterion, and by nothing stronger */
    size_t office[PLAIN_CASES];
    int32_t day[PLAIN_CASES];
    size_t n;
    int32_t today;
};

static const enum tw_channel plain_order[3] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};

/* Cases behind the window have been forgotten. */
static inline size_t plain_first(const struct plain *p)
{
    return p->n > (size_t)p->s.window ? p->n - (size_t)p->s.window : 0;
}

/* The k-th highest score of the window, k = 1 .. */
static inline double plain_highest(const struct plain *p, size_t k)
{
    for (size_t i = plain_first(p); i < p->n; i++) {
        size_t above = 0, equal = 0;
        for (size_t j = plain_first(p); j < p->n; j++) {
            above += p->score[j] > p->score[i];
            equal += p->score[j] == p->score[i];
        }
        if (above < k && k <= above + equal) return p->score[i];
    }
    return (double)INFINITY;
}

/* Places of the window that score may fill up to and with the first `channels` of the order. */
static inline double plain_places(const struct plain *p, int channels)
{
    double sum = 0;
    const double n = (double)(p->n - plain_first(p));
    for (int c = 0; c < channels; c++) {
        double others = 0;
        for (size_t i = plain_first(p); i < p->n; i++)
            others += p->channel[i] == plain_order[c] && !p->by_score[i];
        const double places = p->s.expected[plain_order[c]] * n - others;
        if (places > 0) sum += places;
    }
    return sum;
}

static inline bool plain_room(const struct plain *p, size_t office, enum tw_channel ch, bool by_chance)
{
    const int64_t capacity = p->s.capacity[ch];
    if (capacity < 0) return true;
    int64_t taken = 0, scored = 0, kept = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->office[i] == office && p->day[i] == p->today && p->channel[i] == ch) {
            taken++;
            scored += p->by_score[i] || p->asked[i];
        }
    if (p->s.random[ch] > 0 && capacity > 1) {
        kept = (int64_t)ceil(p->s.random[ch] / (p->s.random[ch] + p->s.expected[ch]) * (double)capacity);
        if (kept < 1) kept = 1;
    }
    return taken < capacity && (by_chance || scored < capacity - kept);
}

static inline uint32_t plain_ppm(double p)
{
    return (uint32_t)floor(p * 1e6 + 0.5);
}

/* How much of from..to lies in at..at+n. */
static inline double plain_overlap(double from, double to, double at, double n)
{
    const double lo = from > at ? from : at, hi = to < at + n ? to : at + n;
    return hi > lo ? hi - lo : 0;
}

/* What score asks for, and the probability of each channel: it stands behind all that are higher; ties share
 * their places in the order of their draws. */
static inline enum tw_channel plain_wish(const struct plain *p, double score, double tie,
                                         double share[TW_CHANNEL_N])
{
    double above = 0, equal = 0;
    enum tw_channel got = TW_CHANNEL_GREEN;
    for (int c = 0; c < TW_CHANNEL_N; c++) share[c] = c == TW_CHANNEL_GREEN;
    if (p->n - plain_first(p) < (size_t)p->s.window_min) return got;
    for (size_t i = plain_first(p); i < p->n; i++) {
        above += p->score[i] > score;
        equal += p->score[i] == score;
    }
    const double ties = equal > 0 ? equal : 1, at = above + tie * ties;
    for (int c = 0; c < 3; c++) {
        const double from = plain_places(p, c), to = plain_places(p, c + 1);
        if (from <= at && at < to) got = plain_order[c];
        share[plain_order[c]] = plain_overlap(from, to, above, ties) / ties;
        share[TW_CHANNEL_GREEN] -= share[plain_order[c]];
    }
    return got;
}

static inline void plain_boundaries(const struct plain *p, struct tw_channel_choice *ret)
{
    ret->red_from = ret->green_below = (double)INFINITY;
    const size_t n = p->n - plain_first(p);
    if (n < (size_t)p->s.window_min) return;
    const double red = plain_places(p, 1), all = ceil(plain_places(p, 3));
    for (size_t i = plain_first(p); i < p->n; i++) {
        size_t as_high = 0;
        for (size_t j = plain_first(p); j < p->n; j++) as_high += p->score[j] >= p->score[i];
        if ((double)as_high <= red && p->score[i] < ret->red_from) ret->red_from = p->score[i];
    }
    if (all > 0) ret->green_below = plain_highest(p, all < (double)n ? (size_t)all : n);
}

/* The strictest channel with room, from `wanted` downwards; never milder than blue. */
static inline enum tw_channel plain_with_room(const struct plain *p, size_t office, enum tw_channel wanted)
{
    enum tw_channel got = TW_CHANNEL_BLUE;
    for (int c = 2; c >= 0; c--) {
        if (plain_room(p, office, plain_order[c], false)) got = plain_order[c];
        if (plain_order[c] == wanted) break;
    }
    return got;
}

static inline enum tw_channel plain_stricter(enum tw_channel a, enum tw_channel b)
{
    return tw_channel_rank(a) >= tw_channel_rank(b) ? a : b;
}

static inline struct tw_channel_choice plain_decide(struct plain *p, const struct tw_channel_case *k,
                                                    size_t office)
{
    const double u = (double)(k->draw >> 32) / 4294967296.0,
                 tie = (double)(k->draw & 0xffffffff) / 4294967296.0;
    struct tw_channel_choice ret = {.channel = TW_CHANNEL_GREEN};
    double share[TW_CHANNEL_N], chance[TW_CHANNEL_N] = {[TW_CHANNEL_GREEN] = 1}, from = 0;
    enum tw_channel drawn = TW_CHANNEL_GREEN;
    if (p->n == 0 || k->day > p->today) p->today = k->day;
    ret.score_channel = plain_wish(p, k->score, tie, share);
    if (k->unfounded) {
        ret.score_channel = TW_CHANNEL_GREEN;
        for (int c = 0; c < TW_CHANNEL_N; c++) share[c] = c == TW_CHANNEL_GREEN;
    }
    plain_boundaries(p, &ret);
    for (int c = 0; c < 3; c++) {
        const double rate = p->s.random[plain_order[c]];
        if (!(rate > 0) || !plain_room(p, office, plain_order[c], true)) continue;
        if (u >= from && u < from + rate) drawn = plain_order[c];
        chance[plain_order[c]] = rate;
        chance[TW_CHANNEL_GREEN] -= rate;
        from += rate;
    }
    const enum tw_channel wish = k->facilitated ? TW_CHANNEL_GREEN : ret.score_channel,
                          score =
                              wish != TW_CHANNEL_GREEN ? plain_with_room(p, office, wish) : TW_CHANNEL_GREEN;
    if (k->facilitated)
        for (int c = 0; c < TW_CHANNEL_N; c++) share[c] = c == TW_CHANNEL_GREEN;
    enum tw_channel criterion = TW_CHANNEL_GREEN;
    for (size_t i = 0; i < k->asks && !k->facilitated; i++)
        if (k->ask[i].draw < k->ask[i].probability)
            criterion = plain_stricter(criterion, plain_with_room(p, office, k->ask[i].channel));
    ret.channel = plain_stricter(k->mandatory, plain_stricter(criterion, score));
    if (score == TW_CHANNEL_GREEN) ret.channel = plain_stricter(ret.channel, drawn);
    if (ret.channel != TW_CHANNEL_GREEN) {
        if (k->mandatory == ret.channel) ret.basis |= 1u << TW_BASIS_MANDATORY;
        if (criterion == ret.channel) ret.basis |= 1u << TW_BASIS_CRITERION;
        if (score == ret.channel) ret.basis |= 1u << TW_BASIS_SCORE;
        if (drawn == ret.channel) ret.basis |= 1u << TW_BASIS_RANDOM;
    }
    double probability = 0; /* of every way that leads there: what score and chance make of it, who asks */
    const size_t asks = k->facilitated ? 0 : k->asks;
    for (size_t way = 0; way < (size_t)1 << asks; way++) {
        double likely = 1;
        enum tw_channel asked = k->mandatory;
        for (size_t i = 0; i < asks; i++) {
            likely *= (way >> i & 1) != 0 ? k->ask[i].probability : 1 - k->ask[i].probability;
            if ((way >> i & 1) != 0)
                asked = plain_stricter(asked, plain_with_room(p, office, k->ask[i].channel));
        }
        for (int c = 0; c < TW_CHANNEL_N; c++) {
            if (plain_stricter(asked, (enum tw_channel)c) == ret.channel)
                probability += likely * share[TW_CHANNEL_GREEN] * chance[c];
            if (c == TW_CHANNEL_GREEN || share[c] <= 0) continue;
            if (plain_stricter(asked, plain_with_room(p, office, (enum tw_channel)c)) == ret.channel)
                probability += likely * share[c];
        }
    }
    ret.propensity_ppm = plain_ppm(probability);
    CHECK(p->n < PLAIN_CASES);
    p->score[p->n] = k->score;
    p->channel[p->n] = ret.channel;
    const bool law = (ret.basis & 1u << TW_BASIS_MANDATORY) != 0;
    p->by_score[p->n] = (ret.basis & 1u << TW_BASIS_SCORE) != 0 && !law;
    p->asked[p->n] = (ret.basis & 1u << TW_BASIS_CRITERION) != 0 && !law;
    p->office[p->n] = office;
    p->day[p->n++] = p->today;
    return ret;
}

#endif
