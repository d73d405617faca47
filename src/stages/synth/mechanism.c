/* SPDX-License-Identifier: Apache-2.0 */
/* Who offends, how, and what offenders do once caught. An honest consignment comes in; what is declared of it
 * is changed here, what is true of it stays in the true_ members. */
#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "synth/synth_priv.h"

double mechanism_size(const struct tw_synth *s, enum tw_mechanism m)
{
    return s->world->mechanism[m].size.is;
}

static bool begun(const struct tw_synth *s, enum tw_mechanism m)
{
    return s->day >= (int32_t)(s->world->mechanism[m].onset.is * s->days);
}

/* -- who
 * ---------------------------------------------------------------------------------------------------------
 */

static bool duty_free(const struct tw_synth *s, const struct lane *l)
{
    return s->goods->at[l->goods].duty_percent < 5;
}

/* Could this lane be used for it? */
static bool suits(const struct tw_synth *s, enum tw_mechanism m, const struct firm *f, const struct lane *l)
{
    const struct tw_world_goods *g = &s->goods->at[l->goods];
    const struct tw_world_country *c = country_of(s, l->origin);
    switch (m) {
    case TW_MECHANISM_UNDERVALUATION:
        return !duty_free(s, l);
    case TW_MECHANISM_MISCLASSIFICATION:
        return g->cheaper_n > 0 && !f->parcels;
    case TW_MECHANISM_FALSE_ORIGIN:
        return !c->agreement && g->duty_percent >= 8 && !f->parcels;
    case TW_MECHANISM_TRANSSHIPMENT:
        return g->ad && tw_str_eq(c->code, s->world->extra_duty.origin) && !f->parcels;
    case TW_MECHANISM_SHORT_WEIGHT:
        return !duty_free(s, l) && !f->parcels && g->usd_per_kg < 40;
    case TW_MECHANISM_SPLIT:
        return f->parcels && !duty_free(s, l);
    case TW_MECHANISM_PROHIBITED:
        return g->chapter >= 39 && g->usd_per_kg < 60;
    case TW_MECHANISM_COUNTERFEIT:
        return g->brand && g->duty_percent >= 5 && c->level < 1.05;
    default:
        return false;
    }
}

static int8_t suitable_lane(const struct tw_synth *s, enum tw_mechanism m, const struct firm *f)
{
    for (int i = 0; i < f->lanes; i++)
        if (suits(s, m, f, &f->lane[i])) return (int8_t)i;
    return -1;
}

/* Share of a firm's consignments that come by lane i: draft() takes lane floor(u*u*n). */
static double lane_share(const struct firm *f, int lane)
{
    return sqrt((lane + 1.0) / f->lanes) - sqrt((double)lane / f->lanes);
}

/* What an offence multiplies into declarations: a split one becomes several. */
static double declarations_each(const struct tw_synth *s, enum tw_mechanism m)
{
    return m == TW_MECHANISM_SPLIT ? mechanism_size(s, m) : 1;
}

static void assign_one(struct tw_synth *s, struct tw_rng *r, enum tw_mechanism m)
{
    const struct tw_world_mechanism *how = &s->world->mechanism[m];
    double n = (double)s->options.declarations * (1 - how->onset.is), all = s->cumulative[s->ordinary - 1];
    double want = how->rate.is * n, habitual = want * how->habitual, got = 0;
    for (size_t tries = 0; tries < 40 * s->ordinary && got < want; tries++) {
        size_t at = (size_t)tw_rng_below(r, s->ordinary);
        struct firm *f = &s->firm[at];
        int8_t lane = suitable_lane(s, m, f);
        if (f->mechanism != TW_MECHANISM_NONE || lane < 0) continue;
        double span = (double)((f->leaves < s->days ? f->leaves : s->days) - f->enters) / s->days;
        if (span <= 0) continue;
        double volume = n * (s->cumulative[at] - (at > 0 ? s->cumulative[at - 1] : 0)) / all * span;
        volume *= lane_share(f, lane) * declarations_each(s, m);
        double p = got < habitual ? between(r, 0.25, 0.65) : between(r, 0.015, 0.09);
        if (volume * p > 0.3 * want + 1) continue; /* no single firm is a mechanism */
        f->mechanism = (uint8_t)m;
        f->bad_lane = lane;
        f->propensity = (float)p;
        f->degree = (float)tw_rng_lognormal(r, 0, 0.25);
        got += volume * p;
    }
}

/* Firms that exist only to offend. Phantoms follow one another; the consolidator's ring waits for its onset.
 */
static tw_err shell_firm(struct tw_synth *s, struct tw_rng *r, enum tw_mechanism m, uint32_t *ret)
{
    TW_TRY(entity_firm(s, r, s->day < 0 ? 0 : s->day, INT32_MAX, ret));
    struct firm *f = &s->firm[*ret];
    f->mechanism = (uint8_t)m;
    f->propensity = m == TW_MECHANISM_PHANTOM ? 0.8F : 0.9F;
    f->degree = (float)tw_rng_lognormal(r, 0, 0.2);
    f->parcels = false;
    f->courier = 0;
    f->lanes = 2;
    f->bad_lane = -1;
    uint16_t office = (uint16_t)tw_rng_below(r, s->world->offices.n);
    for (size_t i = 0; i < s->world->offices.n && office_of(s, office)->parcels; i++)
        office = (uint16_t)((office + 1u) % s->world->offices.n);
    f->office = office;
    for (int i = 0; i < 2; i++)
        for (int tries = 0; tries < 400; tries++) {
            entity_lane(s, r, false, &f->lane[i]);
            const struct tw_world_goods *g = &s->goods->at[f->lane[i].goods];
            bool cheap_origin = country_of(s, f->lane[i].origin)->level < 0.95;
            if (g->duty_percent >= (m == TW_MECHANISM_PHANTOM ? 12 : 18) && cheap_origin && g->cheaper_n > 0)
                break;
        }
    if (m == TW_MECHANISM_PHANTOM) {
        f->leaves = f->enters + 18 + (int32_t)tw_rng_below(r, 45);
        if (chance(r, 0.6)) f->address = (uint32_t)tw_rng_below(r, 1 + s->ordinary / 40);
    }
    return TW_OK;
}

void mechanism_assign(struct tw_synth *s)
{
    static const enum tw_mechanism order[] = {TW_MECHANISM_TRANSSHIPMENT,     TW_MECHANISM_SPLIT,
                                              TW_MECHANISM_COUNTERFEIT,       TW_MECHANISM_FALSE_ORIGIN,
                                              TW_MECHANISM_PROHIBITED,        TW_MECHANISM_SHORT_WEIGHT,
                                              TW_MECHANISM_MISCLASSIFICATION, TW_MECHANISM_UNDERVALUATION};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct tw_rng r = tw_rng_new(s->options.seed, tw_mechanism_name(order[i]));
        assign_one(s, &r, order[i]);
    }
}

/* As many phantoms are about as the day needs; one that has left makes room for the next. */
static tw_err phantom_firm(struct tw_synth *s, struct tw_rng *r, double a_day, uint32_t *ret)
{
    const size_t cap = sizeof s->phantom / sizeof s->phantom[0];
    size_t want = (size_t)(a_day * 35 / 22) + 1; /* each makes about 22 declarations in about 35 days */
    if (want > cap) want = cap;
    while (s->phantoms < want) TW_TRY(shell_firm(s, r, TW_MECHANISM_PHANTOM, &s->phantom[s->phantoms++]));
    size_t at = (size_t)tw_rng_below(r, s->phantoms);
    if (s->firm[s->phantom[at]].leaves <= s->day)
        TW_TRY(shell_firm(s, r, TW_MECHANISM_PHANTOM, &s->phantom[at]));
    *ret = s->phantom[at];
    return TW_OK;
}

/* The ring grows with the traffic, and three brokers serve it. */
static tw_err ring_firm(struct tw_synth *s, struct tw_rng *r, double a_day, uint32_t *ret)
{
    const size_t cap = sizeof s->ring / sizeof s->ring[0];
    size_t want = (size_t)(a_day * 30 / 20) + 3;
    if (want > cap) want = cap;
    while (s->ring_n < want) {
        TW_TRY(shell_firm(s, r, TW_MECHANISM_CONSOLIDATOR, &s->ring[s->ring_n]));
        struct firm *f = &s->firm[s->ring[s->ring_n]];
        if (s->ring_n > 0) f->declarant = s->firm[s->ring[s->ring_n % 3]].declarant;
        f->pressed = s->day + 20 + (int32_t)tw_rng_below(r, 40);
        s->ring_n++;
    }
    *ret = s->ring[tw_rng_below(r, s->ring_n)];
    return TW_OK;
}

/* A slot of the day may belong to a phantom or to the consolidator's ring. */
tw_err mechanism_special(struct tw_synth *s, uint32_t *firm, bool *taken)
{
    struct tw_rng *r = &s->traffic;
    double phantom = s->world->mechanism[TW_MECHANISM_PHANTOM].rate.is / 0.8;
    double ring = begun(s, TW_MECHANISM_CONSOLIDATOR)
                      ? s->world->mechanism[TW_MECHANISM_CONSOLIDATOR].rate.is / 0.9
                      : 0;
    double u = tw_rng_unit(r);
    *taken = u < phantom + ring;
    if (!*taken) return TW_OK;
    double daily = (double)s->options.declarations / s->days;
    return u < phantom ? phantom_firm(s, r, daily * phantom, firm) : ring_firm(s, r, daily * ring, firm);
}

/* -- how
 * ---------------------------------------------------------------------------------------------------------
 */

static void mark(struct goods_line *i, enum tw_mechanism m)
{
    i->mechanism = (uint8_t)m;
    i->confounders &= ~(1u << TW_CONFOUNDER_TYPING_ERROR);
    i->net_kg = i->true_net_kg;
}

static double factor(struct tw_rng *r, const struct firm *f, double size, double lo, double hi)
{
    double x = size * (double)f->degree * tw_rng_lognormal(r, 0, 0.12);
    return x < lo ? lo : x > hi ? hi : x;
}

static uint16_t agreement_partner(const struct tw_synth *s, struct tw_rng *r, int chapter)
{
    uint16_t any = 0;
    for (int tries = 0; tries < 200; tries++) {
        uint16_t c = (uint16_t)tw_rng_below(r, s->world->countries.n);
        if (!country_of(s, c)->agreement) continue;
        any = c;
        if (s->fits[(size_t)c * 100 + (size_t)chapter] != 0) return c;
    }
    return any;
}

static void describe_falsely(struct tw_rng *r, struct goods_line *i, double vague, double truth)
{
    double u = tw_rng_unit(r);
    i->description = u < vague ? 2 : u < vague + truth ? 1 : 0;
    i->vague = (uint8_t)tw_rng_below(r, 8);
}

static void misclassify(struct tw_synth *s, struct tw_rng *r, const struct firm *f, struct goods_line *i)
{
    const struct tw_world_goods *g = &s->goods->at[i->true_goods];
    if (g->cheaper_n == 0) return;
    /* An offender keeps to one neighbour; the nearest in duty gap to the mechanism's size are preferred. */
    uint32_t best = g->cheaper[0];
    double least = 1e9;
    for (size_t k = 0; k < g->cheaper_n; k++) {
        double gap = g->duty_percent - s->goods->at[g->cheaper[k]].duty_percent;
        double off = fabs(gap - mechanism_size(s, TW_MECHANISM_MISCLASSIFICATION) * (double)f->degree);
        if (off < least) {
            least = off;
            best = g->cheaper[k];
        }
    }
    mark(i, TW_MECHANISM_MISCLASSIFICATION);
    i->goods = best;
    describe_falsely(r, i, 0.2, 0.2);
}

static void change_origin(struct tw_synth *s, struct tw_rng *r, struct firm *f, struct consignment *c,
                          enum tw_mechanism m)
{
    const struct tw_world_goods *g = &s->goods->at[c->lane.goods];
    /* The story is fixed per firm: its false origin and the exporter there hang on its number. */
    struct tw_rng own = tw_rng_new(s->options.seed ^ ((uint64_t)c->firm << 20), "false origin");
    uint16_t partner = agreement_partner(s, &own, g->chapter);
    bool reveals =
        chance(r, m == TW_MECHANISM_FALSE_ORIGIN ? mechanism_size(s, m) : 1 - mechanism_size(s, m));
    for (size_t k = 0; k < c->n; k++) {
        struct goods_line *i = &c->item[k];
        if (s->goods->at[i->true_goods].duty_percent < 5) continue;
        mark(i, m);
        i->origin = partner;
        i->dispatch = reveals ? i->true_origin : partner;
        i->preference = m == TW_MECHANISM_FALSE_ORIGIN || chance(r, 0.5);
    }
    c->lane.exporter = 900000 + c->firm % 97 * 13 + (uint32_t)f->degree;
}

static void hide_prohibited(struct tw_synth *s, struct tw_rng *r, const struct firm *f, struct goods_line *i)
{
    /* Hidden goods add weight and volume that the declared goods do not explain. */
    double heavier = factor(r, f, mechanism_size(s, TW_MECHANISM_PROHIBITED), 1.05, 4);
    mark(i, TW_MECHANISM_PROHIBITED);
    i->gross_kg *= 1 + (heavier - 1) * 0.5;
    i->packages = (int64_t)ceil((double)i->packages * heavier);
    if (chance(r, 0.3)) describe_falsely(r, i, 1, 0);
}

static void consolidate(struct tw_synth *s, struct tw_rng *r, const struct firm *f, struct consignment *c)
{
    for (size_t k = 0; k < c->n; k++) {
        struct goods_line *i = &c->item[k];
        const struct tw_world_goods *g = &s->goods->at[i->true_goods];
        if (g->duty_percent < 12) continue;
        /* Declared as some part of low duty, sold by weight, at the low end of what such parts cost. */
        struct tw_rng own = tw_rng_new(s->options.seed ^ ((uint64_t)c->firm << 24), "cover");
        uint32_t cover = 0;
        for (int tries = 0; tries < 2000; tries++) {
            cover = (uint32_t)tw_rng_below(&own, s->goods->n);
            const struct tw_world_goods *o = &s->goods->at[cover];
            if (o->duty_percent <= 5 && o->chapter >= 39 && o->chapter <= 87 && o->usd_per_kg < 45 &&
                o->usd_per_kg > 2)
                break;
        }
        mark(i, TW_MECHANISM_CONSOLIDATOR);
        i->goods = cover;
        double price = s->goods->at[cover].usd_per_kg * country_of(s, i->true_origin)->level;
        i->usd_kg = price * factor(r, f, mechanism_size(s, TW_MECHANISM_CONSOLIDATOR), 0.25, 0.95) *
                    tw_rng_lognormal(r, 0, 0.1);
        describe_falsely(r, i, 0.3, 0);
    }
}

static tw_err wait(struct tw_synth *s, const struct consignment *c, int32_t day)
{
    if (s->waiting_n == s->waiting_cap) {
        size_t cap = s->waiting_cap < 64 ? 64 : s->waiting_cap * 2;
        struct waiting *w = tw_realloc(s->waiting, cap, sizeof *w);
        if (w == NULL) return TW_NOMEM;
        s->waiting = w;
        s->waiting_cap = cap;
    }
    struct consignment *copy = tw_calloc(1, sizeof *copy);
    if (copy == NULL) return TW_NOMEM;
    *copy = *c;
    s->waiting[s->waiting_n++] = (struct waiting){day, copy};
    return TW_OK;
}

/* One order in several parcels, each just under the limit, over hours or days. */
static tw_err split(struct tw_synth *s, struct tw_rng *r, struct consignment *c)
{
    c->n = 1;
    struct goods_line *i = &c->item[0];
    uint32_t parts = 2 + tw_rng_poisson(r, mechanism_size(s, TW_MECHANISM_SPLIT) - 2);
    double limit = s->world->de_minimis / s->world->units_per_usd;
    mark(i, TW_MECHANISM_SPLIT);
    double each = limit * between(r, 0.72, 0.97);
    i->true_usd = each;
    i->true_net_kg = i->net_kg = floor(each / i->usd_kg * 1000 + 1) / 1000;
    i->usd_kg = each / i->net_kg;
    traffic_measure(s, r, i);
    c->freight_usd = each * 0.01;
    c->insurance_usd = 0;
    int32_t day = s->day;
    for (uint32_t k = 1; k < parts; k++) {
        struct consignment part = *c;
        struct goods_line *p = &part.item[0];
        double mine = limit * between(r, 0.72, 0.97);
        p->true_usd = mine;
        p->net_kg = p->true_net_kg = floor(mine / p->usd_kg * 1000 + 1) / 1000;
        p->usd_kg = mine / p->net_kg;
        part.freight_usd = mine * 0.01;
        traffic_measure(s, r, p);
        if (chance(r, 0.4)) day++;
        TW_TRY(wait(s, &part, day));
    }
    return TW_OK;
}

static void undervalue(struct tw_synth *s, struct tw_rng *r, const struct firm *f, struct consignment *c,
                       enum tw_mechanism m)
{
    double x = factor(r, f, mechanism_size(s, m), 0.12, 0.9);
    for (size_t k = 0; k < c->n; k++) {
        struct goods_line *i = &c->item[k];
        if (s->goods->at[i->true_goods].duty_percent < 3) continue;
        mark(i, m);
        double y = x * tw_rng_lognormal(r, 0, 0.06);
        i->usd_kg *= y < 0.95 ? y : 0.95;
    }
}

static void one_item(struct tw_synth *s, struct tw_rng *r, struct firm *f, struct consignment *c)
{
    struct goods_line *i = &c->item[0];
    enum tw_mechanism m = (enum tw_mechanism)f->mechanism;
    if (m == TW_MECHANISM_MISCLASSIFICATION) misclassify(s, r, f, i);
    if (m == TW_MECHANISM_PROHIBITED) hide_prohibited(s, r, f, i);
    if (m == TW_MECHANISM_SHORT_WEIGHT) {
        mark(i, m);
        double x = factor(r, f, mechanism_size(s, m), 0.3, 0.95);
        i->net_kg = floor(i->true_net_kg * x * 1000 + 1) / 1000;
        if (chance(r, 0.4)) i->gross_kg *= x * 1.08; /* some remember to change the gross mass too */
    }
    if (m == TW_MECHANISM_COUNTERFEIT) {
        mark(i, m);
        i->usd_kg *= factor(r, f, mechanism_size(s, m), 0.1, 0.9);
        i->true_usd = i->usd_kg * i->true_net_kg; /* copies are worth what is paid for them */
        if (chance(r, 0.35)) describe_falsely(r, i, 1, 0);
    }
}

tw_err mechanism_apply(struct tw_synth *s, struct consignment *c)
{
    struct tw_rng *r = &s->traffic;
    struct firm *f = &s->firm[c->firm];
    enum tw_mechanism m = (enum tw_mechanism)f->mechanism;
    if (m == TW_MECHANISM_NONE || !begun(s, m)) return TW_OK;
    if (f->bad_lane >= 0 && f->lane[f->bad_lane].goods != c->lane.goods) return TW_OK;
    if (!chance(r, (double)f->propensity)) return TW_OK;
    switch (m) {
    case TW_MECHANISM_UNDERVALUATION:
    case TW_MECHANISM_PHANTOM:
        undervalue(s, r, f, c, m);
        return TW_OK;
    case TW_MECHANISM_FALSE_ORIGIN:
    case TW_MECHANISM_TRANSSHIPMENT:
        change_origin(s, r, f, c, m);
        return TW_OK;
    case TW_MECHANISM_CONSOLIDATOR:
        consolidate(s, r, f, c);
        return TW_OK;
    case TW_MECHANISM_SPLIT:
        return split(s, r, c);
    default:
        one_item(s, r, f, c);
        return TW_OK;
    }
}

/* -- after being caught
 * ------------------------------------------------------------------------------------------ */

static tw_err change_identity(struct tw_synth *s, struct firm *f)
{
    struct tw_rng *r = &s->traffic;
    TW_TRY(entity_identity(s, &f->identity));
    f->enters = s->day;
    if (!chance(r, s->world->caught.keeps_address)) f->address = 100000 + (uint32_t)s->identities;
    if (chance(r, s->world->caught.new_declarant))
        f->declarant = (uint32_t)tw_rng_below(r, (uint64_t)s->world->traffic.declarants);
    if (chance(r, s->world->caught.new_exporter))
        for (int i = 0; i < f->lanes; i++) f->lane[i].exporter = 500000 + (uint32_t)tw_rng_below(r, 100000);
    return TW_OK;
}

tw_err mechanism_caught(struct tw_synth *s, uint32_t firm)
{
    struct firm *f = &s->firm[firm];
    if (f->mechanism == TW_MECHANISM_NONE) return TW_OK;
    double p = f->mechanism == TW_MECHANISM_CONSOLIDATOR ? 0.9 : s->world->caught.new_identity;
    if (!chance(&s->traffic, p)) {
        f->propensity *= 0.7F; /* some grow careful instead */
        return TW_OK;
    }
    TW_TRY(change_identity(s, f));
    if (f->mechanism == TW_MECHANISM_CONSOLIDATOR &&
        f->lanes > 1) { /* and another lane, by way of another hub */
        struct lane l;
        entity_lane(s, &s->traffic, false, &l);
        f->lane[0].dispatch = l.dispatch;
        f->lane[0].exporter = 700000 + (uint32_t)tw_rng_below(&s->traffic, 100000);
    }
    return TW_OK;
}

/* Identities also change without a catch in this history: traffic must not hang on who inspects, so what
 * another administration's catches would have brought about is stood in for by a steady pressure. */
tw_err mechanism_pressure(struct tw_synth *s)
{
    double daily = 1 / s->world->caught.pressure_days;
    for (size_t i = 0; i < s->firms; i++) {
        struct firm *f = &s->firm[i];
        bool ring = f->mechanism == TW_MECHANISM_CONSOLIDATOR;
        if (f->mechanism == TW_MECHANISM_NONE || f->mechanism == TW_MECHANISM_PHANTOM || f->propensity < 0.2F)
            continue;
        if (!begun(s, (enum tw_mechanism)f->mechanism)) continue;
        if (ring ? s->day >= f->pressed : chance(&s->traffic, daily * 0.35)) {
            TW_TRY(ring ? mechanism_caught(s, (uint32_t)i) : change_identity(s, f));
            f->pressed = s->day + 20 + (int32_t)tw_rng_below(&s->traffic, 40);
        }
    }
    return TW_OK;
}
