/* SPDX-License-Identifier: Apache-2.0 */
/* From score, criteria, officers and chance to the decision. */
#include <string.h>

#include "assess/assess_priv.h"

enum { DAY_S = 86400, MINUTE_S = 60 };

/* -- what the channel is to know */

static tw_err keep(struct tw_arena *arena, struct tw_goods_floor *floor)
{
    return floor->of.s != NULL ? tw_str_dup(arena, floor->of, &floor->of) : TW_OK;
}

/* Goods that were declared before are controlled no less than then; a later version keeps its draw. */
static tw_err find_before(const struct tw_assessor *a, struct tw_assessment *one, uint64_t *draw)
{
    struct tw_goods *goods = tw_channels_goods(a->parts.channels);
    const struct weighed *w = one->weighed;
    struct tw_goods_before *before = &one->before;
    bool found;
    *before = (struct tw_goods_before){.draw_day = w->look.day};
    if (goods == NULL) return TW_OK;
    TW_TRY(tw_goods_find(goods, one->decl, w->look.day, before, &found));
    if (before->version) *draw = before->draw;
    TW_TRY(keep(w->arena, &before->own));
    return keep(w->arena, &before->shared);
}

/* What its hits ask of the channel, each by its own draw. */
static tw_err take_hits(struct weighed *w, uint64_t draw, struct tw_channel_case *k)
{
    struct tw_channel_ask *to = w->hits > 0 ? tw_arena_array(w->arena, w->hits, sizeof *to) : NULL;
    if (w->hits > 0 && to == NULL) return TW_NOMEM;
    k->ask = to;
    for (size_t i = 0; i < w->hits; i++) {
        const struct tw_criteria_hit *h = &w->hit[i];
        const struct tw_criterion *c = h->criterion;
        if (h->outcome != TW_OUTCOME_HIT) continue;
        if (c->class == TW_CRITERION_MANDATORY && tw_channel_rank(c->channel) > tw_channel_rank(k->mandatory))
            k->mandatory = c->channel;
        k->facilitated = k->facilitated || c->class == TW_CRITERION_FACILITATION;
        if (c->class != TW_CRITERION_CRITERION) continue;
        to[k->asks++] =
            (struct tw_channel_ask){.id = c->id,
                                    .channel = c->channel,
                                    .probability = c->probability,
                                    .draw = c->probability < 1 ? tw_criteria_draw(draw, c->id) : 0,
                                    .patience = c->patience};
    }
    return TW_OK;
}

/* Which of them asked. */
static void tell_hits(struct weighed *w, const struct tw_channel_case *k)
{
    size_t next = 0;
    for (size_t i = 0; i < w->hits; i++) {
        struct tw_criteria_hit *h = &w->hit[i];
        if (h->outcome != TW_OUTCOME_HIT) continue;
        h->asks = true;
        if (h->criterion->class != TW_CRITERION_CRITERION) continue;
        h->asks = k->ask[next].asks;
        h->certain = k->ask[next++].certain;
    }
}

/* How little is known of the goods: seldom seen, or prices speak for a control and the model does not. 0..1
 */
static double novelty_of(const struct tw_assessor *a, const struct weighed *w)
{
    static const double EXTRAORDINARY = 4; /* spreads below the usual price: hardly a matter of chance */
    double most = 0, unused[TW_FEATURE_N];
    for (size_t i = 0; i < w->look.n; i++) {
        const float *x = w->x + i * TW_FEATURE_N;
        const double unseen = tw_feature_unseen(x);
        if (unseen > most) most = unseen;
        if (a->parts.model == NULL) continue;
        double price = (tw_reason_price_check(x, unused) - PRICE_GROUND) / (EXTRAORDINARY - PRICE_GROUND);
        if (price > 1) price = 1;
        const double against = price * (1 - w->item[i].risk_ppm / 1e6);
        if (against > most) most = against;
    }
    return most;
}

static bool explores(const struct tw_channel_settings *s)
{
    for (int ch = 0; ch < TW_CHANNEL_N; ch++)
        if (s->explore[ch] > 0) return true;
    return false;
}

/* -- the record */

static void put_times(const struct tw_channel_settings *s, struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    one->stand_by_until = one->blue_at = TW_NO_TIME;
    if (k->decided_at == TW_NO_TIME) return;
    if (k->channel == TW_CHANNEL_GREEN && s->stand_by > 0)
        one->stand_by_until = k->decided_at + s->stand_by * MINUTE_S;
    if (k->channel == TW_CHANNEL_YELLOW && s->yellow_days > 0)
        one->blue_at = k->decided_at + s->yellow_days * DAY_S;
}

static void put_decision(const struct tw_assessor *a, const struct weighed *w, uint64_t draw,
                         const struct tw_channel_choice *c, struct tw_assessment *one)
{
    const struct tw_decl *d = one->decl;
    one->score = w->score;
    one->red_from = c->red_from;
    one->green_below = c->green_below;
    if (a->parts.model == NULL && one->green_below < PRICE_GROUND) one->green_below = PRICE_GROUND;
    one->look = w->look;
    one->x = w->x;
    one->evidence = w->evidence;
    one->worst = w->worst;
    one->selected = w->selected;
    one->explored = c->explored;
    one->shift = c->shift;
    one->capacity = c->capacity;
    one->beyond = c->beyond;
    one->full = c->full;
    one->full_capacity = c->full_capacity;
    one->hit = w->hit;
    one->hits = w->hits;
    struct tw_decision *k = &one->decision;
    k->declaration_id = d->id;
    k->version = d->version;
    k->decided_at = d->lodged_at;
    k->channel = c->channel;
    k->basis = c->basis;
    k->propensity_ppm = c->propensity_ppm;
    k->score_channel = c->score_channel;
    k->draw = draw;
    memcpy(k->model_hash, a->model_hash, sizeof k->model_hash);
    memcpy(k->profile_hash, a->parts.profile_hash, sizeof k->profile_hash);
    if (a->parts.criteria != NULL)
        memcpy(k->criteria_hash, tw_criteria_hash(a->parts.criteria), sizeof k->criteria_hash);
    k->items.at = w->item;
    k->items.n = w->look.n;
    put_times(tw_channels_settings(a->parts.channels), one);
}

/* -- the decision */

static tw_err choose(struct tw_assessor *a, struct tw_assessment *one, uint64_t draw)
{
    struct weighed *w = one->weighed;
    struct tw_channels *channels = a->parts.channels;
    struct tw_channel_choice choice;
    TW_TRY(find_before(a, one, &draw));
    const int64_t at = one->decl->lodged_at;
    struct tw_channel_case k = {.score = w->score,
                                .draw = draw,
                                .office = one->decl->office,
                                .day = w->look.day,
                                .second = at != TW_NO_TIME ? (int32_t)(at - (int64_t)w->look.day * DAY_S) : 0,
                                .again = one->before.own.of.s != NULL,
                                .version = one->before.version,
                                .unfounded = a->parts.model == NULL && w->score < PRICE_GROUND};
    if (k.again) k.relodged = one->before.own.channel;
    if (one->before.shared.of.s != NULL) k.shared = one->before.shared.channel;
    if (w->selected != NULL) k.manual = w->selected->channel;
    one->novelty = explores(tw_channels_settings(channels)) ? novelty_of(a, w) : 0;
    k.novelty = one->novelty;
    TW_TRY(take_hits(w, draw, &k));
    TW_TRY(tw_channels_decide(channels, &k, &choice));
    tell_hits(w, &k);
    put_decision(a, w, draw, &choice, one);
    struct tw_goods *goods = tw_channels_goods(channels);
    if (goods == NULL) return TW_OK;
    return tw_goods_put(goods, one->decl, k.day, draw, one->before.draw_day, choice.channel);
}

tw_err tw_assess_decide(struct tw_assessor *a, struct tw_assessment *one, size_t later, uint64_t draw)
{
    struct weighed *w = one->weighed;
    if (w->evidenced) {
        assess_fetch(a, one, later);
        assess_measure(a, one->decl, w);
        TW_TRY(assess_ask(a, one->decl, w));
        for (size_t i = 0; i < w->look.n && a->parts.model != NULL; i++) assess_judge(a, w, i);
    }
    assess_rank(a, w);
    TW_TRY(choose(a, one, draw));
    if (w->evidenced && one->decision.score_channel != TW_CHANNEL_GREEN && w->look.n > 0)
        TW_TRY(assess_find_change(a, w, w->arena, one)); /* before the fold: against what was known then */
    if (w->evidenced) TW_TRY(tw_profile_fold(a->parts.profile, &w->look));
    return one->decision.channel != TW_CHANNEL_GREEN ? tw_assess_await(a, one) : TW_OK;
}
