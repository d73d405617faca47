/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h -- the rules of channel.h in their plainest form: every score is kept, every count is made anew.
 * Slow, and easy to check by reading; the module must say the same. */
#ifndef TW_TEST_CHANNEL_PLAIN_H
#define TW_TEST_CHANNEL_PLAIN_H

#include <math.h>

#include "criteria/criteria.h"
#include "flow.h"

enum { PLAIN_CASES = 2000, PLAIN_OFFICES = 3, PLAIN_CRITERIA = 3 };

struct plain {
    struct tw_channel_settings s;
    double score[PLAIN_CASES];
    enum tw_channel channel[PLAIN_CASES];
    bool by_score[PLAIN_CASES]; /* and by nothing stronger */
    bool asked[PLAIN_CASES];    /* by a criterion, and by nothing stronger */
    size_t office[PLAIN_CASES];
    int64_t shift[PLAIN_CASES];
    size_t n;
    int64_t now[PLAIN_OFFICES]; /* shift of each */
    bool open[PLAIN_OFFICES];
    uint32_t unheard[PLAIN_CRITERIA]; /* by the first letter of the id */
    double novelty[PLAIN_CASES];
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

/* Shifts begin at six and at ten at night, if there are any; what is before six is yesterday's second. */
static inline int64_t plain_shift(const struct plain *p, const struct tw_channel_case *k)
{
    const int64_t midnight = (int64_t)k->day * 86400;
    if (p->s.shifts == 0) return midnight;
    if (k->second < 6 * 3600) return midnight - 2 * 3600;
    return midnight + (k->second < 22 * 3600 ? 6 : 22) * 3600;
}

static inline int64_t plain_capacity(const struct plain *p, size_t office, enum tw_channel ch)
{
    const bool night = p->s.shifts > 0 && (p->now[office] + 86400 * 10) % 86400 == 22 * 3600;
    const int64_t at_night = p->s.shift[1].capacity[ch],
                  own = p->s.offices > 0 ? p->s.office[0].capacity[ch] : 0;
    if (night && at_night != TW_CHANNEL_SAME) return at_night;
    if (p->s.offices > 0 && office == 1 && own != TW_CHANNEL_SAME) return own;
    return p->s.capacity[ch];
}

static inline bool plain_room(const struct plain *p, size_t office, enum tw_channel ch, bool by_chance)
{
    const int64_t capacity = plain_capacity(p, office, ch);
    if (capacity < 0) return true;
    int64_t taken = 0, scored = 0, kept = 0;
    const double chance = p->s.random[ch] + p->s.explore[ch];
    for (size_t i = 0; i < p->n; i++)
        if (p->office[i] == office && p->shift[i] == p->now[office] && p->channel[i] == ch) {
            taken++;
            scored += p->by_score[i] || p->asked[i];
        }
    if (chance > 0 && capacity > 1) {
        kept = (int64_t)ceil(chance / (chance + p->s.expected[ch]) * (double)capacity);
        if (kept < 1) kept = 1;
        if (kept > capacity / 2) kept = capacity / 2;
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

/* The channel that a draw picks by rates, where there is room, and the probability of each. */
static inline enum tw_channel plain_drawn(const struct plain *p, size_t office,
                                          const double rate[TW_CHANNEL_N], double u,
                                          double odds[TW_CHANNEL_N])
{
    enum tw_channel drawn = TW_CHANNEL_GREEN;
    double from = 0;
    for (int c = 0; c < TW_CHANNEL_N; c++) odds[c] = c == TW_CHANNEL_GREEN;
    for (int c = 0; c < 3; c++) {
        const enum tw_channel ch = plain_order[c];
        if (!(rate[ch] > 0) || !plain_room(p, office, ch, true)) continue;
        if (u >= from && u < from + rate[ch]) drawn = ch;
        odds[ch] = rate[ch];
        odds[TW_CHANNEL_GREEN] -= rate[ch];
        from += rate[ch];
    }
    return drawn;
}

/* What each channel's part of exploration is for goods as new as these. */
static inline void plain_exploration(const struct plain *p, const struct tw_channel_case *k,
                                     double rate[TW_CHANNEL_N])
{
    double all = 0, mean = 0, n = 0;
    for (int c = 0; c < TW_CHANNEL_N; c++) rate[c] = 0;
    for (int c = 0; c < 3; c++) all += p->s.explore[plain_order[c]];
    if (!(all > 0) || k->facilitated || !(k->novelty > 0)) return;
    for (size_t i = 0; i < p->n; i++) { /* a mean that forgets when the window is full */
        if (n < (double)p->s.window) n++;
        mean += (p->novelty[i] - mean) / n;
    }
    const double part = mean > 0 ? k->novelty / mean : 1;
    for (int c = 0; c < 3; c++)
        rate[plain_order[c]] = p->s.explore[plain_order[c]] * (part * all > 0.5 ? 0.5 / all : part);
}

/* What a draw called for, were there room everywhere. */
static inline enum tw_channel plain_wanted(const double rate[TW_CHANNEL_N], double u)
{
    double end = 0;
    for (int c = 0; c < 3; c++) {
        end += rate[plain_order[c]];
        if (u < end) return plain_order[c];
    }
    return TW_CHANNEL_GREEN;
}

static inline struct tw_channel_choice plain_decide(struct plain *p, const struct tw_channel_case *k,
                                                    size_t office)
{
    const double u = (double)(k->draw >> 32) / 4294967296.0,
                 tie = (double)(k->draw & 0xffffffff) / 4294967296.0;
    struct tw_channel_choice ret = {.channel = TW_CHANNEL_GREEN};
    double share[TW_CHANNEL_N], chance[TW_CHANNEL_N], explore[TW_CHANNEL_N], rate[TW_CHANNEL_N];
    const int64_t shift = plain_shift(p, k);
    if (!p->open[office] || shift > p->now[office]) p->now[office] = shift;
    p->open[office] = true;
    ret.score_channel = plain_wish(p, k->score, tie, share);
    if (k->unfounded) ret.score_channel = TW_CHANNEL_GREEN;
    plain_boundaries(p, &ret);
    const enum tw_channel wish = k->facilitated ? TW_CHANNEL_GREEN : ret.score_channel,
                          score =
                              wish != TW_CHANNEL_GREEN ? plain_with_room(p, office, wish) : TW_CHANNEL_GREEN;
    if (k->facilitated || k->unfounded)
        for (int c = 0; c < TW_CHANNEL_N; c++) share[c] = c == TW_CHANNEL_GREEN;
    const enum tw_channel drawn = plain_drawn(p, office, p->s.random, u, chance);
    plain_exploration(p, k, rate);
    for (int c = 0; c < 3; c++)
        if (plain_room(p, office, plain_order[c], true)) ret.explored += rate[plain_order[c]];
    const enum tw_channel explored =
        plain_drawn(p, office, rate, tw_criteria_draw(k->draw, TW_STR(":explore")), explore);
    enum tw_channel criterion = TW_CHANNEL_GREEN;
    double asking[PLAIN_CRITERIA] = {0};
    for (size_t i = 0; i < k->asks; i++) {
        const bool sure = k->ask[i].patience > 0 && p->unheard[k->ask[i].id.s[0] - 'a'] >= k->ask[i].patience;
        asking[i] = sure ? 1 : k->ask[i].probability;
        if (k->ask[i].draw < asking[i] && !k->facilitated)
            criterion = plain_stricter(criterion, plain_with_room(p, office, k->ask[i].channel));
    }
    const enum tw_channel shared = plain_stricter(k->shared, k->relodged) != k->relodged
                                       ? plain_with_room(p, office, k->shared)
                                       : TW_CHANNEL_GREEN;
    const enum tw_channel before = plain_stricter(k->relodged, shared);
    enum tw_channel fixed = plain_stricter(k->mandatory, plain_stricter(k->manual, before));
    ret.channel = plain_stricter(fixed, plain_stricter(criterion, score));
    ret.channel = plain_stricter(ret.channel, plain_stricter(drawn, explored));
    if (ret.channel != TW_CHANNEL_GREEN) {
        if (k->mandatory == ret.channel) ret.basis |= 1u << TW_BASIS_MANDATORY;
        if (k->manual == ret.channel) ret.basis |= 1u << TW_BASIS_MANUAL;
        if (before == ret.channel) ret.basis |= 1u << TW_BASIS_RELODGED;
        if (criterion == ret.channel) ret.basis |= 1u << TW_BASIS_CRITERION;
        if (score == ret.channel) ret.basis |= 1u << TW_BASIS_SCORE;
        if (drawn == ret.channel) ret.basis |= 1u << TW_BASIS_RANDOM;
        if (explored == ret.channel) ret.basis |= 1u << TW_BASIS_EXPLORE;
    }
    enum tw_channel wanted =
        plain_stricter(plain_stricter(k->shared, wish),
                       plain_stricter(plain_wanted(p->s.random, u),
                                      plain_wanted(rate, tw_criteria_draw(k->draw, TW_STR(":explore")))));
    for (size_t i = 0; i < k->asks && !k->facilitated; i++)
        if (k->ask[i].draw < asking[i]) wanted = plain_stricter(wanted, k->ask[i].channel);
    ret.full = plain_stricter(wanted, ret.channel) != ret.channel ? wanted : TW_CHANNEL_GREEN;
    double probability = 0; /* of every way that leads there: score, chance, exploration, who asks */
    const size_t asks = k->facilitated ? 0 : k->asks;
    for (size_t way = 0; way < (size_t)1 << asks; way++) {
        double likely = 1;
        enum tw_channel asked = fixed;
        for (size_t i = 0; i < asks; i++) {
            likely *= (way >> i & 1) != 0 ? asking[i] : 1 - asking[i];
            if ((way >> i & 1) != 0)
                asked = plain_stricter(asked, plain_with_room(p, office, k->ask[i].channel));
        }
        for (int s = 0; s < TW_CHANNEL_N; s++)
            for (int c = 0; c < TW_CHANNEL_N; c++)
                for (int e = 0; e < TW_CHANNEL_N; e++) {
                    enum tw_channel got = asked;
                    if (s != TW_CHANNEL_GREEN && share[s] > 0)
                        got = plain_stricter(got, plain_with_room(p, office, (enum tw_channel)s));
                    got = plain_stricter(got, plain_stricter((enum tw_channel)c, (enum tw_channel)e));
                    if (got == ret.channel) probability += likely * share[s] * chance[c] * explore[e];
                }
    }
    ret.propensity_ppm = k->version ? 1000000 : plain_ppm(probability);
    for (size_t i = 0; i < k->asks && !k->facilitated; i++) {
        uint32_t *unheard = &p->unheard[k->ask[i].id.s[0] - 'a'];
        if (k->ask[i].patience > 0)
            *unheard = plain_stricter(ret.channel, k->ask[i].channel) == ret.channel ? 0 : *unheard + 1;
    }
    CHECK(p->n < PLAIN_CASES);
    p->score[p->n] = k->score;
    p->channel[p->n] = ret.channel;
    const bool law =
        ((k->mandatory == ret.channel || k->manual == ret.channel) && ret.channel != TW_CHANNEL_GREEN);
    p->by_score[p->n] = (ret.basis & 1u << TW_BASIS_SCORE) != 0 && !law;
    p->asked[p->n] = (ret.basis & 1u << TW_BASIS_CRITERION) != 0 && !law;
    p->office[p->n] = office;
    p->novelty[p->n] = k->novelty;
    p->shift[p->n++] = p->now[office];
    return ret;
}

#endif
