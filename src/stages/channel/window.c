/* SPDX-License-Identifier: Apache-2.0 */
/* The window: a ring in order of arrival, and the same scores sorted, falling. */
#include <math.h>

#include "channel/channel_priv.h"

void channels_enter(struct tw_channels *c, double score, uint8_t taken)
{
    const size_t window = (size_t)c->settings.window;
    if (c->n == window) {
        c->otherwise[c->taken[c->next] & 3] -= (c->taken[c->next] & TAKEN_OTHERWISE) != 0;
        ranking_take(&c->sorted, c->ring[c->next]);
    } else {
        c->n++;
    }
    ranking_put(&c->sorted, score);
    c->ring[c->next] = score;
    c->taken[c->next] = taken;
    c->otherwise[taken & 3] += (taken & TAKEN_OTHERWISE) != 0;
    c->next = (c->next + 1) % window;
}

void tw_channels_seed(struct tw_channels *c, double score)
{
    if (isfinite(score)) channels_enter(c, score, 0);
}

struct wish channels_wish_green(void)
{
    return (struct wish){.channel = TW_CHANNEL_GREEN, .share[TW_CHANNEL_GREEN] = 1};
}

/* Places that score fills in one channel: its share of the window, less what chance and law took of it. */
static double places_of(const struct tw_channels *c, enum tw_channel ch)
{
    double places = c->settings.expected[ch] * (double)c->n - (double)c->otherwise[channel_code(ch)];
    return places > 0 ? places : 0;
}

/* How much of the stretch from..from + n lies before `end`. */
static double before(double end, double from, double n)
{
    return end <= from ? 0 : end >= from + n ? n : end - from;
}

struct wish channels_wish(const struct tw_channels *c, double score, double tie)
{
    if (c->n < (size_t)c->settings.window_min) return channels_wish_green();
    const size_t first = ranking_above(&c->sorted, score), equal = ranking_upto(&c->sorted, score) - first;
    const double from = (double)first, ties = equal > 0 ? (double)equal : 1, at = from + tie * ties;
    struct wish w = {.channel = TW_CHANNEL_GREEN};
    double end = 0, taken = 0; /* where the places of a channel end; how many of the ties they hold */
    for (int i = 0; i < STRICT_N; i++) {
        enum tw_channel ch = BY_STRICTNESS[i];
        const bool behind = end <= at;
        end += places_of(c, ch);
        if (behind && end > at) w.channel = ch;
        const double upto = before(end, from, ties);
        w.share[ch] = (upto - taken) / ties;
        taken = upto;
    }
    w.share[TW_CHANNEL_GREEN] = (ties - taken) / ties;
    return w;
}

/* The lowest score that has one of the first `places` for sure: not one that ties with what stands behind. */
static double sure_from(const struct tw_channels *c, size_t places)
{
    if (places > 0 && places < c->n && ranking_at(&c->sorted, places) == ranking_at(&c->sorted, places - 1))
        places = ranking_above(&c->sorted, ranking_at(&c->sorted, places));
    return places > 0 ? ranking_at(&c->sorted, places - 1) : (double)INFINITY;
}

void channels_boundaries(const struct tw_channels *c, double *red_from, double *green_below)
{
    *red_from = *green_below = (double)INFINITY;
    if (c->n < (size_t)c->settings.window_min) return;
    double places = 0;
    for (int i = 0; i < STRICT_N; i++) {
        places += places_of(c, BY_STRICTNESS[i]);
        if (BY_STRICTNESS[i] == TW_CHANNEL_RED) *red_from = sure_from(c, (size_t)places);
    }
    size_t k = (size_t)ceil(places);
    if (k > 0) *green_below = ranking_at(&c->sorted, (k < c->n ? k : c->n) - 1);
}
