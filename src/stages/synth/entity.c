/* SPDX-License-Identifier: Apache-2.0 */
/* Firms, their habits, and the tables that choices are drawn from. */
#include <math.h>

#include "base/fmath.h"
#include "base/hash.h"
#include "base/mem.h"
#include "synth/synth_priv.h"

double fixed_unit(const struct tw_synth *s, int64_t declaration, size_t item, const char *purpose)
{
    uint64_t h = tw_hash64(purpose, __builtin_strlen(purpose), s->options.seed);
    h = tw_hash_join(tw_hash_join(h, (uint64_t)declaration), item);
    return (double)(h >> 11) * 0x1p-53;
}

size_t pick(const double *cumulative, size_t n, struct tw_rng *r)
{
    double u = tw_rng_unit(r) * cumulative[n - 1];
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cumulative[mid] > u)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

tw_err entity_identity(struct tw_synth *s, uint32_t *ret)
{
    if (s->identities == s->identities_cap) {
        size_t cap = s->identities_cap < 1024 ? 1024 : s->identities_cap * 2;
        struct identity *identity = tw_realloc(s->identity, cap, sizeof *identity);
        if (identity == NULL) return TW_NOMEM;
        s->identity = identity;
        s->identities_cap = cap;
    }
    s->identity[s->identities] = (struct identity){.found = INT32_MIN};
    *ret = (uint32_t)s->identities++;
    return TW_OK;
}

static bool fits(const struct tw_synth *s, size_t country, int chapter)
{
    return s->fits[country * 100 + (size_t)chapter] != 0;
}

/* An origin for goods: by weight among those that make such things; a dozen tries, then whatever came. */
static uint16_t pick_origin(const struct tw_synth *s, struct tw_rng *r, int chapter)
{
    size_t c = 0;
    for (int tries = 0; tries < 24; tries++) {
        c = pick(s->country_weight, s->world->countries.n, r);
        if (fits(s, c, chapter)) break;
    }
    return (uint16_t)c;
}

static uint16_t pick_hub(const struct tw_synth *s, struct tw_rng *r)
{
    for (;;) {
        size_t c = (size_t)tw_rng_below(r, s->world->countries.n);
        if (country_of(s, c)->hub) return (uint16_t)c;
    }
}

static uint16_t currency_number(const struct tw_synth *s, struct tw_str code)
{
    for (size_t i = 0; i < s->currencies; i++)
        if (tw_str_eq(s->currency[i], code)) return (uint16_t)i;
    return 0;
}

void entity_lane(struct tw_synth *s, struct tw_rng *r, bool parcels, struct lane *ret)
{
    struct lane l = {0};
    do l.goods = (uint32_t)pick(s->goods_weight, s->goods->n, r);
    while (parcels && s->goods->at[l.goods].usd_per_kg < 3);
    const struct tw_world_goods *g = &s->goods->at[l.goods];
    l.origin = pick_origin(s, r, g->chapter);
    l.dispatch = chance(r, s->world->confounder.hub_share.is) ? pick_hub(s, r) : l.origin;
    /* A few exporters of a country serve many, most serve one or two. */
    double u = tw_rng_unit(r), pool = s->world->traffic.exporters_per_importer * (double)s->ordinary *
                                      country_of(s, l.origin)->weight /
                                      s->country_weight[s->world->countries.n - 1];
    l.exporter = (uint32_t)(u * u * (pool < 8 ? 8 : pool));
    double which = tw_rng_unit(r);
    l.currency = which < 0.55   ? currency_number(s, TW_STR("USD"))
                 : which < 0.64 ? currency_number(s, TW_STR("EUR"))
                                : currency_number(s, country_of(s, l.origin)->currency);
    l.term = (uint8_t)(chance(r, 0.5) ? 1 : chance(r, 0.8) ? 0 : 2);
    l.quality = (float)tw_rng_normal(r);
    double usd = parcels ? tw_rng_lognormal(r, 3.9, 0.8) : tw_rng_lognormal(r, 9.2, 1.1);
    l.log_kg = (float)tw_log(usd / g->usd_per_kg);
    *ret = l;
}

static uint16_t pick_office(const struct tw_synth *s, struct tw_rng *r, bool parcels)
{
    double sum = 0;
    for (size_t i = 0; i < s->world->offices.n; i++)
        if (office_of(s, i)->parcels == parcels) sum += office_of(s, i)->weight;
    double u = tw_rng_unit(r) * sum;
    uint16_t last = 0;
    for (size_t i = 0; i < s->world->offices.n; i++) {
        if (office_of(s, i)->parcels != parcels) continue;
        last = (uint16_t)i;
        u -= office_of(s, i)->weight;
        if (u < 0) break;
    }
    return last;
}

tw_err entity_firm(struct tw_synth *s, struct tw_rng *r, int32_t enters, int32_t leaves, uint32_t *ret)
{
    if (s->firms == s->firms_cap) {
        size_t cap = s->firms_cap < 256 ? 256 : s->firms_cap * 2;
        struct firm *firm = tw_realloc(s->firm, cap, sizeof *firm);
        if (firm == NULL) return TW_NOMEM;
        s->firm = firm;
        s->firms_cap = cap;
    }
    const struct tw_world *w = s->world;
    struct firm f = {.enters = enters, .leaves = leaves, .bad_lane = -1, .pressed = INT32_MAX, .degree = 1};
    TW_TRY(entity_identity(s, &f.identity));
    f.parcels = chance(r, w->traffic.parcel_share);
    f.office = pick_office(s, r, f.parcels);
    f.courier = (uint16_t)(f.parcels ? 1 + tw_rng_below(r, 9) : 0);
    uint64_t declarants = (uint64_t)w->traffic.declarants;
    double d = tw_rng_pareto(r, w->traffic.declarant_tail) - 1;
    f.declarant = (uint32_t)(d * (double)declarants / 6) % (uint32_t)declarants;
    f.address = chance(r, w->confounder.shared_address) ? (uint32_t)tw_rng_below(r, 1 + s->ordinary / 40)
                                                        : 100000 + (uint32_t)s->identities;
    double lanes = w->traffic.lanes_mean;
    uint32_t n = 1 + tw_rng_poisson(r, lanes - 1);
    f.lanes = (uint8_t)(n < LANES_MAX ? n : LANES_MAX - 2);
    for (size_t i = 0; i < f.lanes; i++) entity_lane(s, r, f.parcels, &f.lane[i]);
    *ret = (uint32_t)s->firms;
    s->firm[s->firms++] = f;
    return TW_OK;
}

/* Cumulative tables of goods, countries, what each country makes, and the incumbent's fixed prices by
 * chapter. */
static tw_err tables(struct tw_synth *s)
{
    size_t countries = s->world->countries.n;
    s->goods_weight = tw_calloc(s->goods->n, sizeof *s->goods_weight);
    s->country_weight = tw_calloc(countries, sizeof *s->country_weight);
    s->fits = tw_calloc(countries * 100, 1);
    s->chapter_price = tw_calloc(100, sizeof *s->chapter_price);
    if (s->goods_weight == NULL || s->country_weight == NULL || s->fits == NULL || s->chapter_price == NULL)
        return TW_NOMEM;
    double sum = 0, count[100] = {0};
    for (size_t i = 0; i < s->goods->n; i++) {
        const struct tw_world_goods *g = &s->goods->at[i];
        s->goods_weight[i] = sum += g->weight;
        s->chapter_price[g->chapter] += tw_log(g->usd_per_kg);
        count[g->chapter] += 1;
    }
    for (int c = 0; c < 100; c++)
        if (count[c] > 0) s->chapter_price[c] = tw_exp(s->chapter_price[c] / count[c]);
    sum = 0;
    for (size_t i = 0; i < countries; i++) {
        const struct tw_world_country *c = country_of(s, i);
        s->country_weight[i] = sum += c->weight;
        const double *range = c->chapters.at;
        for (int chapter = 1; chapter < 100; chapter++) {
            bool makes = c->chapters.n == 0;
            for (size_t k = 0; k + 1 < c->chapters.n; k += 2)
                makes = makes || (chapter >= range[k] && chapter <= range[k + 1]);
            s->fits[i * 100 + (size_t)chapter] = makes;
        }
    }
    return TW_OK;
}

static void add_currency(struct tw_synth *s, struct tw_str code)
{
    for (size_t i = 0; i < s->currencies; i++)
        if (tw_str_eq(s->currency[i], code)) return;
    if (s->currencies < CURRENCIES_MAX) s->currency[s->currencies++] = code;
}

/* Dollars that one unit of each currency is worth, as a walk; one of them loses much within a week. */
static tw_err exchange_rates(struct tw_synth *s)
{
    const struct tw_world *w = s->world;
    add_currency(s, TW_STR("USD"));
    add_currency(s, TW_STR("EUR"));
    for (size_t i = 0; i < w->countries.n; i++) add_currency(s, country_of(s, i)->currency);
    s->rate = tw_calloc((size_t)s->days * s->currencies, sizeof *s->rate);
    if (s->rate == NULL) return TW_NOMEM;
    struct tw_rng r = tw_rng_new(s->options.seed, "rates");
    size_t shocked = 2 + (size_t)tw_rng_below(&r, s->currencies > 3 ? s->currencies - 2 : 1);
    int32_t shock_day = (int32_t)(w->confounder.shock_at.is * s->days);
    double walk[CURRENCIES_MAX] = {0};
    for (int32_t day = 0; day < s->days; day++)
        for (size_t c = 0; c < s->currencies; c++) {
            double usd = 1;
            for (size_t i = 0; i < w->countries.n; i++)
                if (tw_str_eq(country_of(s, i)->currency, s->currency[c])) usd = country_of(s, i)->usd;
            if (tw_str_is(s->currency[c], "USD")) usd = 1;
            if (tw_str_is(s->currency[c], "EUR")) usd = 1.08;
            walk[c] += w->traffic.rate_daily * tw_rng_normal(&r);
            if (c == shocked && day >= shock_day && day < shock_day + 5)
                walk[c] -= w->confounder.rate_shock.is / 5;
            double national = w->units_per_usd * usd * tw_exp(walk[c]);
            s->rate[(size_t)day * s->currencies + c] = floor(national * 1e6 + 0.5) / 1e6;
        }
    return TW_OK;
}

tw_err entity_populate(struct tw_synth *s)
{
    const struct tw_world *w = s->world;
    TW_TRY(tables(s));
    TW_TRY(exchange_rates(s));
    struct tw_rng r = tw_rng_new(s->options.seed, "firms");
    double firms = w->traffic.importers_per_1000 * (double)s->options.declarations / 1000;
    s->ordinary = firms < 40 ? 40 : (size_t)firms;
    s->cumulative = tw_calloc(s->ordinary, sizeof *s->cumulative);
    if (s->cumulative == NULL) return TW_NOMEM;
    double sum = 0;
    for (size_t i = 0; i < s->ordinary; i++) {
        int32_t enters = 0, leaves = INT32_MAX;
        if (chance(&r, w->traffic.new_trader_share)) enters = (int32_t)tw_rng_below(&r, (uint64_t)s->days);
        if (chance(&r, w->traffic.exit_share))
            leaves = enters + 20 + (int32_t)tw_rng_below(&r, (uint64_t)s->days);
        uint32_t at;
        TW_TRY(entity_firm(s, &r, enters, leaves, &at));
        /* The very largest are cut: no firm makes a tenth of a country's declarations. */
        double size = tw_rng_pareto(&r, w->traffic.importer_tail);
        if (size > (double)s->ordinary * 0.12) size = (double)s->ordinary * 0.12;
        s->cumulative[i] = sum += size;
    }
    return TW_OK;
}
