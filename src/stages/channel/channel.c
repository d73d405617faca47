/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel_priv.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

static const enum tw_channel BY_STRICTNESS[] = {TW_CHANNEL_RED, TW_CHANNEL_YELLOW, TW_CHANNEL_BLUE};
enum { STRICT_N = 3 };

uint64_t tw_channel_draw(const struct tw_hmac_key *day_key, struct tw_str registration_number)
{
    uint8_t mac[TW_SHA256_BYTES];
    tw_hmac_by(day_key, registration_number.s, registration_number.n, mac);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | mac[i];
    return v;
}

tw_err tw_channels_new(const struct tw_channel_settings *s, struct tw_channels **ret, struct tw_fault *fault)
{
    TW_TRY(tw_channel_settings_check(s, fault));
    struct tw_channels *c = tw_calloc(1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    c->settings = *s;
    c->day = TW_NO_DAY;
    c->ring = tw_calloc((size_t)s->window, sizeof *c->ring);
    c->taken = tw_calloc((size_t)s->window, sizeof *c->taken);
    tw_err err = c->ring == NULL || c->taken == NULL ? TW_NOMEM : ranking_new(&c->sorted, (size_t)s->window);
    if (err == TW_OK) err = tw_intern_new(&c->offices);
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
    tw_intern_free(c->offices);
    tw_free(c->today);
    tw_free(c->ring);
    ranking_free(&c->sorted);
    tw_free(c->taken);
    tw_free(c);
}

/* -- the window: a ring in order of arrival, and the same scores sorted, falling
 * ------------------------------- */

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

void tw_channels_order(struct tw_channels *c, double order)
{
    c->order = order;
}

double tw_channels_ordered_by(const struct tw_channels *c)
{
    return c->order;
}

/* The channel that score alone asks for, and the probability of each. Scores that tie across the boundary of
 * a channel share the places left there: the draw decides among them. */
struct wish {
    enum tw_channel channel;
    double share[TW_CHANNEL_N]; /* adds up to 1 */
};

static struct wish wish_green(void)
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

/* Where `score` stands in the window, and which channel has that place. Those that tie stand in the order of
 * their draws; one that ties with none takes the next place, and is drawn where only a part of that is left.
 * `tie` in [0, 1). */
static struct wish by_score(const struct tw_channels *c, double score, double tie)
{
    if (c->n < (size_t)c->settings.window_min) return wish_green();
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

/* The scores where red begins and where green ends. Scores that a draw decides on, since they tie or since
 * their place is only partly there, count for neither. */
static void boundaries(const struct tw_channels *c, double *red_from, double *green_below)
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

/* -- capacity
 * -------------------------------------------------------------------------------------------------- */

/* What is kept of a capacity for random picks: their part of what is expected, one at the least. */
static int64_t kept_for_chance(const struct tw_channel_settings *s, enum tw_channel ch)
{
    if (s->random[ch] <= 0 || s->capacity[ch] <= 1) return 0;
    double part = s->random[ch] / (s->random[ch] + s->expected[ch]); /* above 0, at most 1 */
    return (int64_t)ceil(part * (double)s->capacity[ch]);
}

static bool room(const struct tw_channels *c, uint32_t office, enum tw_channel ch, bool by_chance)
{
    int64_t capacity = c->settings.capacity[ch];
    if (capacity < 0) return true;
    const struct office_day *o = &c->today[office];
    if (o->taken[channel_code(ch)] >= (uint32_t)capacity) return false;
    if (by_chance) return true;
    return o->by_score[channel_code(ch)] < (uint32_t)(capacity - kept_for_chance(&c->settings, ch));
}

tw_err channels_office(struct tw_channels *c, struct tw_str name, int32_t day, uint32_t *ret)
{
    TW_TRY(tw_intern_put(c->offices, name, ret));
    if (*ret >= c->offices_cap) {
        size_t cap = ((size_t)*ret + 1) * 2;
        struct office_day *today = tw_realloc(c->today, cap, sizeof *today);
        if (today == NULL) return TW_NOMEM;
        memset(today + c->offices_cap, 0, (cap - c->offices_cap) * sizeof *today);
        c->today = today;
        c->offices_cap = cap;
    }
    if (day > c->day) {
        memset(c->today, 0, c->offices_cap * sizeof *c->today);
        c->day = day;
    }
    return TW_OK;
}

/* The strictest of `wanted` and what is milder that has room; never milder than blue. */
static enum tw_channel with_room(const struct tw_channels *c, uint32_t office, enum tw_channel wanted)
{
    for (int i = 0; i < STRICT_N; i++) {
        enum tw_channel ch = BY_STRICTNESS[i];
        if (channel_code(ch) > channel_code(wanted)) continue;
        if (room(c, office, ch, false)) return ch;
    }
    return TW_CHANNEL_BLUE;
}

/* -- the decision
 * ---------------------------------------------------------------------------------------------- */

static uint32_t ppm(double p) /* 0 <= p <= 1 */
{
    return (uint32_t)floor(p * 1e6 + 0.5);
}

/* What chance makes of what would be green: the draws below `random[red]` are red, the next yellow, if there
 * is room. `ret` gets the probability of each channel. */
static enum tw_channel by_chance(const struct tw_channels *c, uint32_t office, double u,
                                 double ret[TW_CHANNEL_N])
{
    double from = 0;
    enum tw_channel got = TW_CHANNEL_GREEN;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++) ret[ch] = 0;
    ret[TW_CHANNEL_GREEN] = 1;
    for (int i = 0; i < STRICT_N; i++) {
        enum tw_channel ch = BY_STRICTNESS[i];
        double rate = c->settings.random[ch];
        if (rate <= 0 || !room(c, office, ch, true)) continue;
        if (u >= from && u < from + rate) got = ch;
        from += rate;
        ret[ch] = rate;
        ret[TW_CHANNEL_GREEN] -= rate;
    }
    return got;
}

/* The probability of each channel, by its code. */
struct odds {
    double p[STRICT_N + 1];
};

/* Of two outcomes that do not hang together the stricter counts. */
static struct odds stricter_of(const struct odds *a, const struct odds *b)
{
    struct odds r = {{0}};
    double a_below = 0, b_upto = 0;
    for (int k = 0; k <= STRICT_N; k++) {
        b_upto += b->p[k];
        r.p[k] = a->p[k] * b_upto + a_below * b->p[k];
        a_below += a->p[k];
    }
    return r;
}

/* What speaks for a control, each on its own; green = nothing. */
struct grounds {
    enum tw_channel mandatory, criterion, score, chance;
};

/* Score, and chance for what score lets go. */
static struct odds by_draw(const struct tw_channels *c, uint32_t office, double u, const struct wish *w,
                           struct grounds *ret)
{
    struct odds d = {{0}};
    double chance[TW_CHANNEL_N];
    ret->chance = by_chance(c, office, u, chance);
    ret->score = w->channel != TW_CHANNEL_GREEN ? with_room(c, office, w->channel) : TW_CHANNEL_GREEN;
    for (int ch = 0; ch < TW_CHANNEL_N; ch++)
        d.p[channel_code((enum tw_channel)ch)] += w->share[TW_CHANNEL_GREEN] * chance[ch];
    for (int i = 0; i < STRICT_N; i++)
        if (w->share[BY_STRICTNESS[i]] > 0)
            d.p[channel_code(with_room(c, office, BY_STRICTNESS[i]))] += w->share[BY_STRICTNESS[i]];
    return d;
}

/* Criteria ask one by one; each that asks gets the channel there is room for. */
static struct odds by_criteria(const struct tw_channels *c, uint32_t office, const struct tw_channel_case *k,
                               struct grounds *ret)
{
    struct odds d = {{1}};
    for (size_t i = 0; i < k->asks; i++) {
        const struct tw_channel_ask *a = &k->ask[i];
        const enum tw_channel got = with_room(c, office, a->channel);
        struct odds one = {{1 - a->probability}};
        one.p[channel_code(got)] = a->probability;
        d = stricter_of(&d, &one);
        if (a->draw < a->probability && channel_code(got) > channel_code(ret->criterion))
            ret->criterion = got;
    }
    return d;
}

/* The strictest of all grounds, and every basis that alone would have come to it. Chance is left what score
 * lets go. */
static void choose(const struct grounds *g, struct tw_channel_choice *ret)
{
    const struct {
        enum tw_channel channel;
        uint32_t bit;
    } of[] = {{g->mandatory, TW_BASIS_BIT(MANDATORY)},
              {g->criterion, TW_BASIS_BIT(CRITERION)},
              {g->score, TW_BASIS_BIT(SCORE)},
              {g->chance, TW_BASIS_BIT(RANDOM)}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (of[i].bit == TW_BASIS_BIT(RANDOM) && g->score != TW_CHANNEL_GREEN) continue;
        if (channel_code(of[i].channel) > channel_code(ret->channel)) ret->channel = of[i].channel;
    }
    const unsigned code = channel_code(ret->channel);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (code > 0 && channel_code(of[i].channel) == code) ret->basis |= of[i].bit;
}

/* Takes the choice into the counts of its office and the window. What was selected by score as well has one
 * of score's places. */
static void count(struct tw_channels *c, uint32_t office, double score,
                  const struct tw_channel_choice *choice)
{
    const unsigned code = channel_code(choice->channel);
    const bool mandatory = (choice->basis & TW_BASIS_BIT(MANDATORY)) != 0;
    const bool by_score = (choice->basis & TW_BASIS_BIT(SCORE)) != 0 && !mandatory;
    const bool by_criterion = (choice->basis & TW_BASIS_BIT(CRITERION)) != 0 && !mandatory;
    if (code > 0) {
        c->today[office].taken[code]++;
        c->today[office].by_score[code] += by_score || by_criterion;
    }
    channels_enter(c, score, (uint8_t)(code | (code > 0 && !by_score ? TAKEN_OTHERWISE : 0)));
}

tw_err tw_channels_decide(struct tw_channels *c, const struct tw_channel_case *k,
                          struct tw_channel_choice *ret)
{
    uint32_t office;
    TW_TRY(channels_office(c, k->office, k->day, &office));
    struct tw_channel_choice choice = {.channel = TW_CHANNEL_GREEN};
    struct grounds g = {k->mandatory, TW_CHANNEL_GREEN, TW_CHANNEL_GREEN, TW_CHANNEL_GREEN};
    boundaries(c, &choice.red_from, &choice.green_below);
    /* One draw, two independent uses: its upper half is chance's, its lower half breaks ties. */
    const double u = (double)(k->draw >> 32) * 0x1p-32, tie = (double)(k->draw & UINT32_MAX) * 0x1p-32;
    const struct wish w = k->unfounded ? wish_green() : by_score(c, k->score, tie), none = wish_green();
    choice.score_channel = w.channel;
    struct odds d = by_draw(c, office, u, k->facilitated ? &none : &w, &g);
    if (k->asks > 0 && !k->facilitated) {
        const struct odds asked = by_criteria(c, office, k, &g);
        d = stricter_of(&d, &asked);
    }
    if (k->mandatory != TW_CHANNEL_GREEN) {
        struct odds law = {{0}};
        law.p[channel_code(k->mandatory)] = 1;
        d = stricter_of(&d, &law);
    }
    choose(&g, &choice);
    choice.propensity_ppm = ppm(d.p[channel_code(choice.channel)]);
    count(c, office, k->score, &choice);
    *ret = choice;
    return TW_OK;
}
