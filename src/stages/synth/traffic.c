/* SPDX-License-Identifier: Apache-2.0 */
/* Day after day: who declares what, honestly. What offenders change is in mechanism.c. */
#include <math.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/hash.h"
#include "base/mem.h"
#include "synth/synth_priv.h"

static double season(const struct tw_world_goods *g, int32_t utc_day)
{
    int y, m, d;
    tw_day_to_civil(utc_day, &y, &m, &d);
    return g->season * tw_cos2pi((m - g->peak_month + d / 31.0) / 12);
}

void traffic_price(struct tw_synth *s, struct tw_rng *r, const struct lane *lane, int32_t day,
                   struct goods_line *item)
{
    const struct tw_world *w = s->world;
    const struct tw_world_goods *g = &s->goods->at[item->true_goods];
    double sigma = g->sigma * w->traffic.price_spread * 0.75, share = w->traffic.lane_spread;
    double log_price = tw_log(g->usd_per_kg) + 0.8 * tw_log(country_of(s, item->true_origin)->level);
    log_price += sigma * (sqrt(share) * (double)lane->quality + sqrt(1 - share) * tw_rng_normal(r));
    log_price +=
        0.25 * season(g, s->options.start_day + day) + tw_log(1 + w->traffic.inflation) * day / 365.0;
    double bulk = tw_log(item->true_net_kg * g->usd_per_kg / 10000);
    log_price -= w->traffic.bulk_discount * bulk;
    if (bulk > 2.3) item->confounders |= 1u << TW_CONFOUNDER_BULK;
    if (chance(r, w->confounder.clearance.is)) {
        log_price += tw_log(w->confounder.clearance_factor) + 0.15 * tw_rng_normal(r);
        item->confounders |= 1u << TW_CONFOUNDER_CLEARANCE;
    }
    item->usd_kg = tw_exp(log_price);
    item->true_usd = item->usd_kg * item->true_net_kg;
}

/* A trait of the goods between 0 and 1 that never changes: how it is packed, how heavy its packaging is. */
static double trait(uint32_t goods, uint64_t which)
{
    return (double)(tw_mix64((uint64_t)goods * 977u + which * 0x51ed270bu + 7) >> 11) * 0x1p-53;
}

void traffic_measure(struct tw_synth *s, struct tw_rng *r, struct goods_line *item)
{
    const struct tw_world_goods *g = &s->goods->at[item->true_goods];
    double tare = 0.03 + 0.15 * trait(item->true_goods, 1);
    item->gross_kg = item->true_net_kg * (1 + tare * tw_rng_lognormal(r, 0, 0.18));
    double kg_package = (g->usd_per_kg > 30 ? 4 : 14) * (0.5 + 1.5 * trait(item->true_goods, 2));
    item->packages = (int64_t)ceil(item->true_net_kg / (kg_package * tw_rng_lognormal(r, 0, 0.12)));
    if (item->packages < 1) item->packages = 1;
    item->units = floor(item->true_net_kg / (g->kg_per_unit * tw_rng_lognormal(r, 0, 0.1)) + 0.5);
    if (item->units < 1) item->units = 1;
}

static double round_kg(double kg)
{
    double v = floor(kg * 1000 + 0.5) / 1000;
    return v < 0.001 ? 0.001 : v;
}

static void fill_item(struct tw_synth *s, struct tw_rng *r, const struct firm *f, const struct lane *lane,
                      struct consignment *c, uint32_t goods)
{
    struct goods_line *i = &c->item[c->n++];
    *i = (struct goods_line){.goods = goods,
                             .true_goods = goods,
                             .origin = lane->origin,
                             .true_origin = lane->origin,
                             .dispatch = lane->dispatch};
    double log_kg = (double)lane->log_kg + 0.6 * tw_rng_normal(r);
    if (goods != lane->goods)
        log_kg += tw_log(s->goods->at[lane->goods].usd_per_kg / s->goods->at[goods].usd_per_kg) - 0.7;
    i->true_net_kg = round_kg(tw_exp(log_kg));
    traffic_price(s, r, lane, c->day, i);
    traffic_measure(s, r, i);
    i->net_kg = i->true_net_kg;
    i->preference =
        country_of(s, i->origin)->agreement && s->goods->at[goods].duty_percent > 0 && chance(r, 0.85);
    if (chance(r, s->world->confounder.vague_share.is)) {
        i->description = 2;
        i->vague = (uint8_t)tw_rng_below(r, 8);
        i->confounders |= 1u << TW_CONFOUNDER_VAGUE;
    }
    if (chance(r, s->world->confounder.typing_error.is)) {
        i->net_kg = round_kg(i->true_net_kg * (chance(r, 0.5) ? 10 : 0.1));
        i->confounders |= 1u << TW_CONFOUNDER_TYPING_ERROR;
    }
    if (lane->dispatch != lane->origin) i->confounders |= 1u << TW_CONFOUNDER_HUB;
    if (c->day - f->enters < 60 && f->enters > 0) i->confounders |= 1u << TW_CONFOUNDER_NEW_TRADER;
}

/* Other goods of the same supplier: near in the table, which is ordered by code. */
static uint32_t companion(const struct tw_synth *s, struct tw_rng *r, uint32_t goods)
{
    int64_t at = (int64_t)goods + (int64_t)tw_rng_below(r, 13) - 6;
    if (at < 0) at = 0;
    if (at >= (int64_t)s->goods->n) at = (int64_t)s->goods->n - 1;
    return (uint32_t)at;
}

static void draft(struct tw_synth *s, uint32_t firm, struct consignment *c)
{
    struct tw_rng *r = &s->traffic;
    struct firm *f = &s->firm[firm];
    if (chance(r, s->world->traffic.new_lane) && !f->parcels) {
        /* A new habit takes the place of the least used one, the last. */
        size_t at = f->lanes < LANES_MAX - 2 ? f->lanes++ : f->lanes - 1u;
        if ((int)at != f->bad_lane) entity_lane(s, r, f->parcels, &f->lane[at]);
    }
    double u = tw_rng_unit(r);
    size_t lane = (size_t)(u * u * f->lanes); /* the first habits are the strongest */
    *c = (struct consignment){.day = s->day,
                              .firm = firm,
                              .identity = f->identity,
                              .lane = f->lane[lane],
                              .declarant = f->declarant,
                              .address = f->address,
                              .office = f->office,
                              .courier = f->courier};
    /* Working hours, with an early peak; parcels at all hours. */
    double hour = f->parcels ? 24 * tw_rng_unit(r) : 7 + 11 * (0.5 * (tw_rng_unit(r) + tw_rng_unit(r)));
    c->second = (int32_t)(hour * 3600);
    double more = 1 - 1 / (f->parcels ? 1.15 : s->world->traffic.items_mean);
    size_t n = 1;
    while (n < ITEMS_MAX && chance(r, more)) n++;
    for (size_t i = 0; i < n; i++)
        fill_item(s, r, f, &c->lane, c, i == 0 ? c->lane.goods : companion(s, r, c->lane.goods));
    double usd = 0;
    for (size_t i = 0; i < c->n; i++) usd += c->item[i].true_usd;
    c->freight_usd = usd * between(r, 0.02, 0.09);
    c->insurance_usd = usd * 0.004;
}

/* How many declarations a day gets: working days, growth, and what is left of the total. */
static double day_weight(const struct tw_synth *s, int32_t day)
{
    static const double weekday[] = {1.1, 1.12, 1.1, 1.1, 1.05, 0.35, 0.18};
    double w = weekday[tw_day_weekday(s->options.start_day + day)];
    return w * (1 + s->world->traffic.growth * day / 365.0);
}

static int64_t due_by(const struct tw_synth *s, int32_t day)
{
    double sum = 0;
    for (int32_t d = 0; d <= day; d++) sum += day_weight(s, d);
    return (int64_t)floor((double)s->options.declarations * sum / s->sum_weight_days + 0.5);
}

static bool active(const struct firm *f, int32_t day)
{
    return day >= f->enters && day < f->leaves;
}

/* A part of a split consignment whose day has come; NULL when there is none. */
static struct consignment *take_waiting(struct tw_synth *s)
{
    for (size_t i = 0; i < s->waiting_n; i++)
        if (s->waiting[i].day <= s->day) {
            struct consignment *c = s->waiting[i].c;
            s->waiting[i] = s->waiting[--s->waiting_n];
            return c;
        }
    return NULL;
}

static tw_err next_consignment(struct tw_synth *s)
{
    struct consignment *waited = take_waiting(s);
    if (waited != NULL) {
        s->now = *waited;
        s->now.day = s->day;
        tw_free(waited);
        return TW_OK;
    }
    uint32_t firm;
    bool special;
    TW_TRY(mechanism_special(s, &firm, &special));
    if (!special) {
        size_t at = 0;
        for (int tries = 0; tries < 64; tries++) {
            at = pick(s->cumulative, s->ordinary, &s->traffic);
            if (active(&s->firm[at], s->day)) break;
        }
        firm = (uint32_t)at;
    }
    draft(s, firm, &s->now);
    return mechanism_apply(s, &s->now);
}

/* Begins the next day with declarations, when this one has none left. *more = false: there is none. */
static tw_err begin_day(struct tw_synth *s, bool *more)
{
    *more = s->done < s->options.declarations;
    if (!*more || s->left_today == 0) TW_TRY(cargo_arrive(s, s->day));
    while (*more && s->left_today == 0) {
        s->day++;
        *more = s->day < s->days;
        if (!*more) break;
        s->left_today = s->today = due_by(s, s->day) - s->done;
        TW_TRY(incumbent_results(s));
        TW_TRY(mechanism_pressure(s));
    }
    return TW_OK;
}

tw_err tw_synth_next(struct tw_synth *s, struct tw_synth_out *out, bool *more)
{
    s->manifests = 0;
    TW_TRY(begin_day(s, more));
    if (!*more) return TW_OK;
    TW_TRY(next_consignment(s));
    s->left_today--;
    s->done++;
    /* Within a day, lodging follows the clock: the k-th of n stands in the k-th part of the day. */
    double part = 1 - (double)s->left_today / (double)s->today;
    s->now.second = (int32_t)(part * 86000.0 * 0.62 + 20000);
    value_settle(s, &s->now);
    TW_TRY(cargo_load(s, &s->now));
    write_declaration(s, &s->now, &out->declarations);
    write_truth(s, &s->now, &out->truth);
    TW_TRY(incumbent_inspect(s, &s->now, &out->findings));
    return out->declarations.failed || out->truth.failed || out->findings.failed ? TW_NOMEM : TW_OK;
}

tw_err tw_synth_new(const struct tw_world *world, const struct tw_world_goods_list *goods,
                    const struct tw_synth_options *options, struct tw_synth **ret, struct tw_fault *fault)
{
    struct tw_synth_options o = *options;
    if (o.declarations == 0) o.declarations = world->declarations;
    if (o.months == 0) o.months = world->months;
    if (o.declarations < 1 || o.declarations > 100000000)
        return tw_fail(fault, TW_RANGE, "from 1 to 100,000,000 declarations can be written");
    if (o.months < 1 || o.months > 120)
        return tw_fail(fault, TW_RANGE, "from 1 to 120 months can be written");
    struct tw_synth *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return TW_NOMEM;
    s->world = world;
    s->goods = goods;
    s->options = o;
    s->days = (int32_t)(o.months * 365 / 12);
    s->day = -1;
    s->traffic = tw_rng_new(o.seed, "traffic");
    for (int32_t d = 0; d < s->days; d++) s->sum_weight_days += day_weight(s, d);
    tw_err err = entity_populate(s);
    if (err != TW_OK) {
        tw_synth_free(s);
        return err;
    }
    mechanism_assign(s);
    *ret = s;
    return TW_OK;
}

void tw_synth_free(struct tw_synth *s)
{
    if (s == NULL) return;
    for (size_t i = 0; i < s->waiting_n; i++) tw_free(s->waiting[i].c);
    tw_free(s->waiting);
    tw_free(s->result);
    tw_free(s->identity);
    tw_free(s->firm);
    tw_free(s->cumulative);
    tw_free(s->rate);
    cargo_free(s);
    tw_free(s->goods_weight);
    tw_free(s->country_weight);
    tw_free(s->chapter_price);
    tw_free(s->fits);
    tw_free(s);
}

int64_t tw_synth_done(const struct tw_synth *s)
{
    return s->done;
}

int64_t tw_synth_total(const struct tw_synth *s)
{
    return s->options.declarations;
}
