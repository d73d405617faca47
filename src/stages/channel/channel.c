/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/hash.h"
#include "base/mem.h"
#include "channel/channel_priv.h"
#include "criteria/criteria.h"

static const double EXPLORED_MOST = 0.5; /* of what is hardly known at all, half is left alone */

uint64_t tw_channel_draw(const struct tw_hmac_key *day_key, struct tw_str registration_number)
{
    uint8_t mac[TW_SHA256_BYTES];
    tw_hmac_by(day_key, registration_number.s, registration_number.n, mac);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | mac[i];
    return v;
}

static tw_err build(struct tw_channels *c)
{
    const struct tw_channel_settings *s = &c->settings;
    c->ring = tw_calloc((size_t)s->window, sizeof *c->ring);
    c->taken = tw_calloc((size_t)s->window, sizeof *c->taken);
    if (c->ring == NULL || c->taken == NULL) return TW_NOMEM;
    TW_TRY(ranking_new(&c->sorted, (size_t)s->window));
    TW_TRY(tw_intern_new(&c->offices));
    TW_TRY(tw_intern_new(&c->criteria));
    const struct tw_goods_limits known = {s->relodging_days, s->goods_max, s->goods_names};
    return known.days > 0 ? tw_goods_new(&known, &c->goods) : TW_OK;
}

tw_err tw_channels_new(const struct tw_channel_settings *s, struct tw_channels **ret, struct tw_fault *fault)
{
    TW_TRY(tw_channel_settings_check(s, fault));
    struct tw_channels *c = tw_calloc(1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    c->settings = *s;
    const tw_err err = build(c);
    if (err != TW_OK) {
        tw_channels_free(c);
        return err;
    }
    *ret = c;
    return TW_OK;
}

void tw_channels_free(struct tw_channels *c)
{
    if (c == NULL) return;
    tw_goods_free(c->goods);
    tw_intern_free(c->criteria);
    tw_free(c->unheard);
    tw_intern_free(c->offices);
    tw_free(c->shift);
    tw_free(c->ring);
    ranking_free(&c->sorted);
    tw_free(c->taken);
    tw_free(c);
}

const struct tw_channel_settings *tw_channels_settings(const struct tw_channels *c)
{
    return &c->settings;
}

struct tw_goods *tw_channels_goods(struct tw_channels *c)
{
    return c->goods;
}

void tw_channels_order(struct tw_channels *c, double order)
{
    c->order = order;
}

double tw_channels_ordered_by(const struct tw_channels *c)
{
    return c->order;
}

/* -- odds
 * ----------------------------------------------------------------------------------------------------- */

static uint32_t ppm(double p) /* 0 <= p <= 1 */
{
    return (uint32_t)floor(p * 1e6 + 0.5);
}

/* The probability of each channel, by its code. */
struct odds {
    double p[CODES];
};

/* Of two outcomes that do not hang together the stricter counts. */
static struct odds stricter_of(const struct odds *a, const struct odds *b)
{
    struct odds r = {{0}};
    double a_below = 0, b_upto = 0;
    for (int k = 0; k < CODES; k++) {
        b_upto += b->p[k];
        r.p[k] = a->p[k] * b_upto + a_below * b->p[k];
        a_below += a->p[k];
    }
    return r;
}

/* What speaks for a control, each on its own; green = nothing. `odds` is what all of it comes to, `wanted`
 * the strictest that was called for, were there room everywhere. */
struct grounds {
    enum tw_channel of[TW_BASIS_N];
    struct odds odds;
    enum tw_channel wanted;
};

static void ground(struct grounds *g, enum tw_basis basis, enum tw_channel channel, const struct odds *odds)
{
    g->of[basis] = channel;
    g->odds = stricter_of(&g->odds, odds);
}

static void want(struct grounds *g, enum tw_channel channel)
{
    if (channel_code(channel) > channel_code(g->wanted)) g->wanted = channel;
}

/* One that no draw moves. */
static void certain(struct grounds *g, enum tw_basis basis, enum tw_channel channel)
{
    struct odds o = {{0}};
    o.p[channel_code(channel)] = 1;
    ground(g, basis, channel, &o);
}

static void by_score(const struct tw_channels *c, uint32_t office, const struct wish *w, struct grounds *g)
{
    struct odds o = {{w->share[TW_CHANNEL_GREEN]}};
    for (int i = 0; i < STRICT_N; i++)
        if (w->share[BY_STRICTNESS[i]] > 0)
            o.p[channel_code(channels_with_room(c, office, BY_STRICTNESS[i]))] += w->share[BY_STRICTNESS[i]];
    const bool none = w->channel == TW_CHANNEL_GREEN;
    want(g, w->channel);
    ground(g, TW_BASIS_SCORE, none ? TW_CHANNEL_GREEN : channels_with_room(c, office, w->channel), &o);
}

/* The draws below rate[red] are red, the next yellow, then blue, where there is room. Returns their part. */
static double by_rate(const struct tw_channels *c, uint32_t office, const double rate[TW_CHANNEL_N], double u,
                      enum tw_basis basis, struct grounds *g)
{
    struct odds o = {{1}};
    double from = 0, were = 0; /* and where they would stand, were there room everywhere */
    enum tw_channel got = TW_CHANNEL_GREEN;
    for (int i = 0; i < STRICT_N; i++) {
        const enum tw_channel ch = BY_STRICTNESS[i];
        if (rate[ch] <= 0) continue;
        if (u >= were && u < were + rate[ch]) want(g, ch);
        were += rate[ch];
        if (!channels_room(c, office, ch, true)) continue;
        if (u >= from && u < from + rate[ch]) got = ch;
        from += rate[ch];
        o.p[channel_code(ch)] = rate[ch];
        o.p[0] -= rate[ch];
    }
    ground(g, basis, got, &o);
    return from;
}

static double sum_of(const double rate[TW_CHANNEL_N])
{
    double sum = 0;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) sum += rate[ch];
    return sum;
}

/* Each declaration's part of the rate goes by how it stands to the mean of those before it. Returns what it
 * had in all. */
static double by_exploration(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                             struct grounds *g)
{
    double rate[TW_CHANNEL_N];
    const double all = sum_of(c->settings.explore);
    if (all <= 0 || k->facilitated || !(k->novelty > 0)) return 0;
    double part = c->novelty > 0 ? k->novelty / c->novelty : 1;
    if (part * all > EXPLORED_MOST) part = EXPLORED_MOST / all;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) rate[ch] = part * c->settings.explore[ch];
    return by_rate(c, office, rate, tw_criteria_draw(k->draw, TW_STR(":explore")), TW_BASIS_EXPLORE, g);
}

/* Criteria ask one by one; each that asks gets the channel there is room for. */
static void by_criteria(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                        struct grounds *g)
{
    for (size_t i = 0; i < k->asks; i++) {
        const struct tw_channel_ask *a = &k->ask[i];
        const double p = a->certain ? 1 : a->probability;
        const enum tw_channel got = channels_with_room(c, office, a->channel);
        struct odds one = {{1 - p}};
        one.p[channel_code(got)] = p;
        const enum tw_channel before = g->of[TW_BASIS_CRITERION];
        const bool stricter = a->asks && channel_code(got) > channel_code(before);
        if (a->asks) want(g, a->channel);
        ground(g, TW_BASIS_CRITERION, stricter ? got : before, &one);
    }
}

/* What goods had before; what another's had, within capacity. */
static void by_goods(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                     struct grounds *g)
{
    const bool shared = channel_code(k->shared) > channel_code(k->relodged);
    const enum tw_channel had = shared ? channels_with_room(c, office, k->shared) : TW_CHANNEL_GREEN;
    if (shared) want(g, k->shared);
    certain(g, TW_BASIS_RELODGED, channel_code(had) > channel_code(k->relodged) ? had : k->relodged);
}

/* -- the decision
 * ---------------------------------------------------------------------------------------------- */

/* The strictest of all grounds, and every basis that alone would have come to it. */
static void choose(const struct grounds *g, struct tw_channel_choice *ret)
{
    for (int b = 0; b < TW_BASIS_N; b++)
        if (channel_code(g->of[b]) > channel_code(ret->channel)) ret->channel = g->of[b];
    const unsigned code = channel_code(ret->channel);
    for (int b = 0; b < TW_BASIS_N; b++)
        if (code > 0 && channel_code(g->of[b]) == code) ret->basis |= 1u << b;
    ret->propensity_ppm = ppm(g->odds.p[code]);
    if (channel_code(g->wanted) > code) ret->full = g->wanted;
}

static const uint32_t LAW = TW_BASIS_BIT(MANDATORY) | TW_BASIS_BIT(MANUAL);
static const uint32_t ASKED = TW_BASIS_BIT(SCORE) | TW_BASIS_BIT(CRITERION);

/* Takes the choice into the counts of its office's shift. */
static void count(struct office_shift *o, const struct tw_channel_case *k, struct tw_channel_choice *choice)
{
    const unsigned code = channel_code(choice->channel);
    choice->shift = o->begins;
    choice->capacity = o->capacity[code];
    if (choice->full != TW_CHANNEL_GREEN) choice->full_capacity = o->capacity[channel_code(choice->full)];
    if (code == 0 || (k->version && choice->channel == k->relodged)) return;
    o->taken[code]++;
    o->by_score[code] += (choice->basis & LAW) == 0 && (choice->basis & ASKED) != 0;
    if (choice->capacity >= 0 && o->taken[code] > choice->capacity)
        choice->beyond = (uint32_t)(o->taken[code] - choice->capacity);
}

/* Score and novelty go into what the next are measured against. What was selected by score as well has one of
 * score's places. */
static void remember(struct tw_channels *c, const struct tw_channel_case *k,
                     const struct tw_channel_choice *choice)
{
    const unsigned code = channel_code(choice->channel);
    const bool by_score = (choice->basis & LAW) == 0 && (choice->basis & TW_BASIS_BIT(SCORE)) != 0;
    channels_enter(c, k->score, (uint8_t)(code | (code > 0 && !by_score ? TAKEN_OTHERWISE : 0)));
    if (sum_of(c->settings.explore) <= 0) return;
    if (c->novelty_n < (uint64_t)c->settings.window) c->novelty_n++;
    c->novelty += (k->novelty - c->novelty) / (double)c->novelty_n;
}

void channels_weigh(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                    struct tw_channel_choice *ret)
{
    struct tw_channel_choice choice = {.channel = TW_CHANNEL_GREEN, .full = TW_CHANNEL_GREEN};
    struct grounds g = {.odds = {{1}}, .wanted = TW_CHANNEL_GREEN};
    channels_boundaries(c, &choice.red_from, &choice.green_below);
    /* One draw, two independent uses: its upper half is chance's, its lower half breaks ties. */
    const double u = (double)(k->draw >> 32) * 0x1p-32, tie = (double)(k->draw & UINT32_MAX) * 0x1p-32;
    const struct wish w = k->unfounded ? channels_wish_green() : channels_wish(c, k->score, tie);
    choice.score_channel = w.channel;
    by_rate(c, office, c->settings.random, u, TW_BASIS_RANDOM, &g);
    if (!k->facilitated) {
        by_score(c, office, &w, &g);
        by_criteria(c, office, k, &g);
    }
    choice.explored = by_exploration(c, office, k, &g);
    certain(&g, TW_BASIS_MANDATORY, k->mandatory);
    certain(&g, TW_BASIS_MANUAL, k->manual);
    by_goods(c, office, k, &g);
    choose(&g, &choice);
    if (k->version) choice.propensity_ppm = 1000000;
    *ret = choice;
}

tw_err tw_channels_decide(struct tw_channels *c, const struct tw_channel_case *k,
                          struct tw_channel_choice *ret)
{
    uint32_t office;
    TW_TRY(channels_office(c, k->office, k->day, k->second, &office));
    TW_TRY(channels_patience(c, k));
    channels_weigh(c, office, k, ret);
    count(&c->shift[office], k, ret);
    if (!k->again) remember(c, k, ret);
    if (!k->facilitated && !k->again) channels_heard(c, k, ret->channel);
    return TW_OK;
}
