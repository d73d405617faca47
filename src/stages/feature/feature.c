/* SPDX-License-Identifier: Apache-2.0 */
/* One pass per item: each family of measures fills its features from the rows that the look found. */
#include "feature/feature.h"

#include <math.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/hash.h"
#include "decl/money.h"

static const struct tw_feature_row feature_row[TW_FEATURE_N] = {
#define X(id, name, family, form, monotone, words, source)                                                   \
    {name, TW_FAMILY_##family, TW_FORM_##form, monotone, words, source},
#include "feature/feature.def"
#undef X
};

#define OFFICER false
#define TRADER  true
static const struct tw_family_row family_row[TW_FAMILY_N] = {
#define X(id, name, words, audience) {name, words, audience},
#include "feature/family.def"
#undef X
};

const struct tw_feature_row *tw_feature_row(enum tw_feature f)
{
    return &feature_row[f];
}

const int8_t *tw_feature_monotone(void)
{
    static const int8_t monotone[TW_FEATURE_N] = {
#define X(id, name, family, form, way, words, source) way,
#include "feature/feature.def"
#undef X
    };
    return monotone;
}

const struct tw_family_row *tw_family_row(enum tw_family f)
{
    return &family_row[f];
}

const char *tw_form_name(enum tw_form f)
{
    static const char *const name[TW_FORM_N] = {"ratio", "deviate", "rank",    "share", "rate",  "count",
                                                "days",  "amount",  "percent", "flag",  "number"};
    return name[f];
}

void tw_feature_table_sha256(uint8_t ret[32])
{
    static const char names[] =
#define X(id, name, family, form, monotone, words, source) name "\n"
#include "feature/feature.def"
#undef X
        ;
    tw_sha256(names, sizeof names - 1, ret);
}

enum { ENOUGH = 8 }; /* observations before a population is compared with */

/* Logarithms that are taken together in the end. */
struct logs {
    size_t n;
    double of[TW_FEATURE_N];
    enum tw_feature id[TW_FEATURE_N];
};

/* What is being filled. */
struct fill {
    const struct tw_profile *p;
    const struct tw_decl *d;
    const struct tw_item *i;
    const struct tw_look *look;
    const struct tw_look_item *l;
    float *x;
    struct logs *logs;
    struct tw_evidence *e;                 /* or NULL */
    const struct tw_stat *stat[TW_KIND_N]; /* NULL = never seen */
    double seen[TW_KIND_N];                /* times, half-life 180 days, as of the look; 0 = never */
    double rate[TW_KIND_N];                /* smoothed */
};

static void put(const struct fill *f, enum tw_feature id, double v, struct tw_evidence e)
{
    f->x[id] = (float)v;
    if (f->e != NULL) f->e[id] = e;
}

static void put_plain(const struct fill *f, enum tw_feature id, double v, double shown)
{
    put(f, id, v, (struct tw_evidence){shown, (double)NAN, (double)NAN, TW_NO_DAY, TW_KIND_N});
}

/* log(1 + v), for each feature once; what was never seen is the most common case by far. */
static void put_log(const struct fill *f, enum tw_feature id, double v, struct tw_evidence e)
{
    put(f, id, v == 0 ? 0 : (double)NAN, e);
    if (!(v > 0)) return;
    f->logs->id[f->logs->n] = id;
    f->logs->of[f->logs->n++] = 1 + v;
}

static void put_plain_log(const struct fill *f, enum tw_feature id, double v)
{
    put_log(f, id, v, (struct tw_evidence){v, (double)NAN, (double)NAN, TW_NO_DAY, TW_KIND_N});
}

static void take_logs(const struct fill *f)
{
    double log[TW_FEATURE_N];
    tw_log_many(f->logs->of, f->logs->n, log);
    for (size_t i = 0; i < f->logs->n; i++) f->x[f->logs->id[i]] = (float)log[i];
}

/* -- price
 * ------------------------------------------------------------------------------------------------------- */

static double observations(const struct tw_sketch s[2])
{
    return (double)tw_sketch_n(&s[0]) + (double)tw_sketch_n(&s[1]);
}

/* Prices that one is compared with. */
struct population {
    const struct tw_usual *u;  /* NULL = none */
    const struct tw_sketch *s; /* one of its two pairs */
    enum tw_kind kind;
};

static struct population per_kg(const struct tw_usual *u, enum tw_kind kind)
{
    return (struct population){u, u != NULL ? u->per_kg : NULL, kind};
}

static struct population per_unit(const struct tw_usual *u, enum tw_kind kind)
{
    return (struct population){u, u != NULL ? u->per_unit : NULL, kind};
}

/* log(price / median) of one population; the price in national units in the evidence. */
static void against(const struct fill *f, enum tw_feature id, double price, struct population p)
{
    f->x[id] = NAN;
    if (f->e != NULL) f->e[id] = (struct tw_evidence){.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    if (p.u == NULL || !(price > 0) || observations(p.s) < ENOUGH) return;
    const bool kg = p.s == p.u->per_kg, looked = kg && f->l->usual_kind == (uint32_t)p.kind;
    double median = kg ? tw_usual_kg(p.u, TW_MEDIAN) : tw_usual_unit(p.u);
    double v = looked ? f->l->log_ratio : tw_log(price / median);
    put(f, id, v, (struct tw_evidence){price, median, observations(p.s), p.u->since_day, (uint32_t)p.kind});
}

/* log(price) against a decayed mean of logs. */
static void against_mean(const struct fill *f, enum tw_feature id, double log_value, const struct tw_stat *s,
                         enum tw_kind kind)
{
    f->x[id] = NAN;
    if (f->e != NULL) f->e[id] = (struct tw_evidence){.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    if (s == NULL || isnan(log_value) || !(s->price.weight >= 2)) return;
    double v = log_value - (double)s->price.mean;
    struct tw_evidence e = {.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    if (f->e != NULL)
        e = (struct tw_evidence){f->l->price_kg, f->l->price_kg / tw_exp(v), s->n, s->first_day,
                                 (uint32_t)kind};
    put(f, id, v, e);
}

/* How a party's prices stand to the usual, shrunk to 0 while little is known of it. */
static void level(const struct fill *f, enum tw_feature id, enum tw_kind kind)
{
    const struct tw_stat *s = f->stat[kind];
    struct tw_evidence e = {.value = 100, .reference = 100, .since_day = TW_NO_DAY, .kind = (uint32_t)kind};
    double v = 0;
    if (s != NULL) {
        const double w = (double)s->price.weight;
        v = w > 0 ? (double)s->price.mean * w / (w + 4) : 0;
        if (f->e != NULL) /* what others declare for the same goods is 100 */
            e = (struct tw_evidence){100 * tw_exp(v), 100, s->n, s->first_day, (uint32_t)kind};
    }
    put(f, id, f->l->has[kind] ? v : (double)NAN, e);
}

/* Place and spread in the narrower population that is large enough. */
static void places(const struct fill *f, const struct tw_usual *origin, const struct tw_usual *goods)
{
    const struct tw_look_item *l = f->l;
    const struct tw_usual *u = origin != NULL && observations(origin->per_kg) >= 20 ? origin : goods;
    enum tw_kind kind = u == origin ? TW_KIND_HS6_ORIGIN : TW_KIND_HS6;
    bool known = u != NULL && l->price_kg > 0 && observations(u->per_kg) >= 20;
    struct tw_evidence e = {.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    double rank = (double)NAN, spread = (double)NAN;
    if (known) {
        const double median = tw_usual_kg(u, TW_MEDIAN),
                     /* of a normal, from its quartiles */
            sd = tw_log(tw_usual_kg(u, TW_UPPER_QUARTILE) / tw_usual_kg(u, TW_LOWER_QUARTILE)) / 1.349;
        rank = tw_sketch_rank2(&u->per_kg[0], &u->per_kg[1], l->price_kg);
        spread = tw_log(l->price_kg / median) / (sd > 0.05 ? sd : 0.05);
        e = (struct tw_evidence){l->price_kg, median, observations(u->per_kg), u->since_day, (uint32_t)kind};
    }
    put(f, TW_FEATURE_PRICE_RANK, rank, e);
    put(f, TW_FEATURE_PRICE_SPREAD, spread, e);
}

static void prices(const struct fill *f)
{
    const struct tw_look_item *l = f->l;
    const struct tw_usual *goods = tw_profile_usual(f->p, l, TW_KIND_HS6);
    const struct tw_usual *origin = tw_profile_usual(f->p, l, TW_KIND_HS6_ORIGIN);
    const struct tw_usual *route = tw_profile_usual(f->p, l, TW_KIND_HS6_ROUTE);
    const struct tw_usual *unit = origin != NULL && observations(origin->per_unit) >= ENOUGH ? origin : goods;
    places(f, origin, goods);
    against(f, TW_FEATURE_PRICE_GOODS, l->price_kg, per_kg(goods, TW_KIND_HS6));
    against(f, TW_FEATURE_PRICE_ORIGIN, l->price_kg, per_kg(origin, TW_KIND_HS6_ORIGIN));
    against(f, TW_FEATURE_PRICE_ROUTE, l->price_kg, per_kg(route, TW_KIND_HS6_ROUTE));
    against(f, TW_FEATURE_PRICE_UNIT, l->price_unit,
            per_unit(unit, unit == origin ? TW_KIND_HS6_ORIGIN : TW_KIND_HS6));
    against_mean(f, TW_FEATURE_PRICE_HEADING, l->log_price, f->stat[TW_KIND_HS4], TW_KIND_HS4);
    against_mean(f, TW_FEATURE_PRICE_EXPORTER_GOODS, l->log_price, f->stat[TW_KIND_EXPORTER_HS6],
                 TW_KIND_EXPORTER_HS6);
    against_mean(f, TW_FEATURE_PRICE_LANE, l->log_ratio, f->stat[TW_KIND_LANE], TW_KIND_LANE);
    against_mean(f, TW_FEATURE_PRICE_IMPORTER_HEADING, l->log_ratio, f->stat[TW_KIND_IMPORTER_HS4],
                 TW_KIND_IMPORTER_HS4);
    put_plain(f, TW_FEATURE_PRICE_LOG, l->log_price, l->price_kg);
    level(f, TW_FEATURE_IMPORTER_PRICES, TW_KIND_IMPORTER);
    level(f, TW_FEATURE_EXPORTER_PRICES, TW_KIND_EXPORTER);
    level(f, TW_FEATURE_LANE_PRICES, TW_KIND_LANE);
    level(f, TW_FEATURE_ADDRESS_PRICES, TW_KIND_ADDRESS);
}

/* -- weight
 * ------------------------------------------------------------------------------------------------------ */

/* How far a ratio lies from what is usual of these goods, in their own spread. */
static void deviate(const struct fill *f, enum tw_feature id, double ratio, double log_ratio,
                    const struct tw_usual *u, struct tw_moment m)
{
    struct tw_evidence e = {.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    double v = (double)NAN;
    if (u != NULL && ratio > 0 && m.weight >= 5) {
        double sd = sqrt((double)m.var);
        v = (log_ratio - (double)m.mean) / (sd > 0.03 ? sd : 0.03);
        if (f->e != NULL)
            e = (struct tw_evidence){ratio, tw_exp((double)m.mean), floor((double)m.weight + 0.5),
                                     u->since_day, TW_KIND_HS6};
    }
    put(f, id, v, e);
}

static void weights(const struct fill *f)
{
    const struct tw_look_item *l = f->l;
    const struct tw_usual *u = tw_profile_usual(f->p, l, TW_KIND_HS6);
    const struct tw_moment none = {0};
    double gross_net = l->net_kg > 0 ? l->gross_kg / l->net_kg : (double)NAN;
    deviate(f, TW_FEATURE_TARE, gross_net, l->log_tare, u, u != NULL ? u->tare : none);
    deviate(f, TW_FEATURE_KG_UNIT, l->units > 0 ? l->net_kg / l->units : (double)NAN, l->log_kg_unit, u,
            u != NULL ? u->kg_unit : none);
    deviate(f, TW_FEATURE_KG_PACKAGE, l->packages > 0 ? l->net_kg / l->packages : (double)NAN,
            l->log_kg_package, u, u != NULL ? u->kg_package : none);
    put_plain(f, TW_FEATURE_GROSS_NET, l->log_tare, gross_net);
    put_plain_log(f, TW_FEATURE_NET_LOG, l->net_kg);
    put_plain_log(f, TW_FEATURE_PACKAGES_LOG, l->packages);
}

/* -- value and duty
 * ---------------------------------------------------------------------------------------------- */

static void below(const struct fill *f, enum tw_feature id, enum tw_kind kind, uint32_t enough)
{
    const struct tw_stat *s = f->stat[kind];
    bool known = s != NULL && s->n >= enough && !isnan(f->l->duty_percent);
    struct tw_evidence e = {.since_day = TW_NO_DAY, .kind = TW_KIND_N};
    if (known)
        e = (struct tw_evidence){f->l->duty_percent, (double)s->duty_percent, s->n, s->first_day,
                                 (uint32_t)kind};
    put(f, id, known ? (double)s->duty_percent - f->l->duty_percent : (double)NAN, e);
}

static void low_values(const struct fill *f, enum tw_feature id, enum tw_kind kind)
{
    const struct tw_stat *s = f->stat[kind];
    double n = s != NULL ? (double)s->low7 * tw_decay(f->look->day - s->last_day, 7) : 0;
    struct tw_evidence e = {n, (double)NAN, (double)NAN, f->look->day - 7, (uint32_t)kind};
    put_log(f, id, f->l->has[kind] ? n : (double)NAN, e);
}

static void values(const struct fill *f, double de_minimis)
{
    const struct tw_look_item *l = f->l;
    put_plain_log(f, TW_FEATURE_VALUE_LOG, l->value);
    put_plain_log(f, TW_FEATURE_DECLARATION_VALUE, f->look->value);
    double duty =
        f->i->duty_amount.cur[0] != '\0' ? tw_money_f64(f->i->duty_amount) : l->value * l->duty_percent / 100;
    put_plain_log(f, TW_FEATURE_DUTY_LOG, duty);
    put_plain(f, TW_FEATURE_DUTY_RATE, l->duty_percent, l->duty_percent);
    below(f, TW_FEATURE_DUTY_CHAPTER, TW_KIND_HS2, 5);
    below(f, TW_FEATURE_DUTY_IMPORTER, TW_KIND_IMPORTER, 5);
    below(f, TW_FEATURE_DUTY_ADDRESS, TW_KIND_ADDRESS, 5);
    below(f, TW_FEATURE_DUTY_HEADING, TW_KIND_IMPORTER_HS4, 2);
    double share = de_minimis > 0 ? f->look->value / de_minimis : (double)NAN;
    put(f, TW_FEATURE_LIMIT_SHARE, share > 1.5 ? 1.5 : share,
        (struct tw_evidence){f->look->value, de_minimis, (double)NAN, TW_NO_DAY, TW_KIND_N});
    low_values(f, TW_FEATURE_LOW_IMPORTER, TW_KIND_IMPORTER);
    low_values(f, TW_FEATURE_LOW_ADDRESS, TW_KIND_ADDRESS);
    put_plain(f, TW_FEATURE_ITEMS, (double)f->d->items.n, (double)f->d->items.n);
}

/* -- counts, shares, rates
 * --------------------------------------------------------------------------------------- */

static void seen(const struct fill *f, enum tw_feature id, enum tw_kind kind, double n)
{
    const struct tw_stat *s = f->stat[kind];
    struct tw_evidence e = {.value = s != NULL ? s->n : 0,
                            .reference = (double)NAN,
                            .population = n,
                            .since_day = s != NULL ? s->first_day : TW_NO_DAY,
                            .kind = (uint32_t)kind};
    put_log(f, id, f->l->has[kind] ? n : (double)NAN, e);
}

/* How much of `whole` comes with `part`, by times seen with half-life 180 days; one is added to soften small
 * wholes. */
static void share_of(const struct fill *f, enum tw_feature id, enum tw_kind part, enum tw_kind whole)
{
    const struct tw_stat *a = f->stat[part], *b = f->stat[whole];
    double n = f->seen[part], all = f->seen[whole];
    struct tw_evidence e = {.value = a != NULL ? a->n : 0,
                            .reference = (double)NAN,
                            .population = b != NULL ? b->n : 0,
                            .since_day = b != NULL ? b->first_day : TW_NO_DAY,
                            .kind = (uint32_t)whole};
    put(f, id, f->l->has[part] ? n / (all + 1) : (double)NAN, e);
}

static void rate(const struct fill *f, enum tw_feature id, enum tw_kind kind)
{
    const struct tw_stat *s = f->stat[kind], *all = f->stat[TW_KIND_GLOBAL];
    struct tw_evidence e = {
        .value = s != NULL ? s->found : 0,
        .reference = all != NULL && all->inspected > 0 ? (double)all->found / all->inspected : (double)NAN,
        .population = s != NULL ? s->inspected : 0,
        .since_day = s != NULL ? s->first_day : TW_NO_DAY,
        .kind = (uint32_t)kind};
    put(f, id, f->l->has[kind] ? f->rate[kind] : (double)NAN, e);
}

/* The days since `day`; they may count as another number. */
static void put_days(const struct fill *f, enum tw_feature id, enum tw_kind kind, int32_t day, double days,
                     double counted)
{
    put_log(f, id, counted, (struct tw_evidence){days, (double)NAN, (double)NAN, day, (uint32_t)kind});
}

static void days_since(const struct fill *f, enum tw_feature id, enum tw_kind kind, int32_t day)
{
    const double days = day != TW_NO_DAY ? (double)(f->look->day - day) : (double)NAN;
    put_days(f, id, kind, day, days, days);
}

/* Days since a party was first seen. Whoever was there when the profile began has an age that nobody knows:
 * it counts as old, so that the first months do not teach that all who are new then are honest. */
static void age(const struct fill *f, enum tw_feature id, enum tw_kind kind)
{
    enum { BEGIN_DAYS = 30, OLD_DAYS = 180 };
    const struct tw_stat *s = f->stat[kind], *all = f->stat[TW_KIND_GLOBAL];
    int32_t first = s != NULL ? s->first_day : f->look->day;
    bool from_the_begin = all == NULL || first - all->first_day < BEGIN_DAYS;
    if (!f->l->has[kind]) {
        days_since(f, id, kind, TW_NO_DAY);
        return;
    }
    const double days = f->look->day - first;
    put_days(f, id, kind, first, days, from_the_begin || days > OLD_DAYS ? OLD_DAYS : days);
}

static void number_of(const struct fill *f, enum tw_feature id, enum tw_kind kind, double n, double shown)
{
    const struct tw_stat *s = f->stat[kind];
    put(f, id, n,
        (struct tw_evidence){shown, (double)NAN, (double)NAN, s != NULL ? s->first_day : TW_NO_DAY,
                             (uint32_t)kind});
}

static void log_number_of(const struct fill *f, enum tw_feature id, enum tw_kind kind, double n, double shown)
{
    const struct tw_stat *s = f->stat[kind];
    put_log(f, id, n,
            (struct tw_evidence){shown, (double)NAN, (double)NAN, s != NULL ? s->first_day : TW_NO_DAY,
                                 (uint32_t)kind});
}

static void counts(const struct fill *f)
{
    static const struct {
        enum tw_feature id;
        enum tw_kind kind;
    } row[] = {
        {TW_FEATURE_EXPORTER_ORIGIN, TW_KIND_EXPORTER_ORIGIN},
        {TW_FEATURE_GOODS_SEEN, TW_KIND_HS6},
        {TW_FEATURE_CELL_SEEN, TW_KIND_CELL},
        {TW_FEATURE_DESCRIPTION_SEEN, TW_KIND_DESCRIPTION},
        {TW_FEATURE_IMPORTER_SEEN, TW_KIND_IMPORTER},
        {TW_FEATURE_ADDRESS_SEEN, TW_KIND_ADDRESS},
        {TW_FEATURE_EXPORTER_SEEN, TW_KIND_EXPORTER},
        {TW_FEATURE_EXPORTER_GOODS_SEEN, TW_KIND_EXPORTER_HS6},
        {TW_FEATURE_DECLARANT_SEEN, TW_KIND_DECLARANT},
        {TW_FEATURE_DECLARANT_CHAPTER_SEEN, TW_KIND_DECLARANT_HS2},
        {TW_FEATURE_IMPORTER_HS4_SEEN, TW_KIND_IMPORTER_HS4},
        {TW_FEATURE_IMPORTER_ORIGIN_SEEN, TW_KIND_IMPORTER_ORIGIN},
        {TW_FEATURE_IMPORTER_EXPORTER_SEEN, TW_KIND_IMPORTER_EXPORTER},
        {TW_FEATURE_DECLARANT_IMPORTER_SEEN, TW_KIND_DECLARANT_IMPORTER},
        {TW_FEATURE_LANE_SEEN, TW_KIND_LANE},
    };
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++)
        seen(f, row[k].id, row[k].kind, f->seen[row[k].kind]);
    const struct tw_stat *importer = f->stat[TW_KIND_IMPORTER];
    seen(f, TW_FEATURE_IMPORTER_WEEK, TW_KIND_IMPORTER,
         importer != NULL ? tw_stat_seen(importer, f->look->day, 7) : 0);
}

static void rates(const struct fill *f)
{
    static const struct {
        enum tw_feature id;
        enum tw_kind kind;
    } row[] = {
        {TW_FEATURE_HS6_RATE, TW_KIND_HS6},
        {TW_FEATURE_HS4_RATE, TW_KIND_HS4},
        {TW_FEATURE_HS2_RATE, TW_KIND_HS2},
        {TW_FEATURE_HS6_ORIGIN_RATE, TW_KIND_HS6_ORIGIN},
        {TW_FEATURE_HS6_DISPATCH_RATE, TW_KIND_HS6_DISPATCH},
        {TW_FEATURE_HS6_ROUTE_RATE, TW_KIND_HS6_ROUTE},
        {TW_FEATURE_CELL_RATE, TW_KIND_CELL},
        {TW_FEATURE_ORIGIN_RATE, TW_KIND_ORIGIN},
        {TW_FEATURE_ROUTE_RATE, TW_KIND_ROUTE},
        {TW_FEATURE_DESCRIPTION_RATE, TW_KIND_DESCRIPTION},
        {TW_FEATURE_IMPORTER_RATE, TW_KIND_IMPORTER},
        {TW_FEATURE_EXPORTER_RATE, TW_KIND_EXPORTER},
        {TW_FEATURE_DECLARANT_RATE, TW_KIND_DECLARANT},
        {TW_FEATURE_ADDRESS_RATE, TW_KIND_ADDRESS},
        {TW_FEATURE_OFFICE_RATE, TW_KIND_OFFICE},
        {TW_FEATURE_IMPORTER_HS4_RATE, TW_KIND_IMPORTER_HS4},
        {TW_FEATURE_IMPORTER_ORIGIN_RATE, TW_KIND_IMPORTER_ORIGIN},
        {TW_FEATURE_LANE_RATE, TW_KIND_LANE},
        {TW_FEATURE_EXPORTER_HS6_RATE, TW_KIND_EXPORTER_HS6},
        {TW_FEATURE_DECLARANT_HS2_RATE, TW_KIND_DECLARANT_HS2},
        {TW_FEATURE_ORIGIN_HS2_RATE, TW_KIND_ORIGIN_HS2},
    };
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) rate(f, row[k].id, row[k].kind);
    const struct tw_stat *importer = f->stat[TW_KIND_IMPORTER], *cell = f->stat[TW_KIND_CELL];
    double results = cell != NULL ? cell->inspected : 0;
    log_number_of(f, TW_FEATURE_CELL_RESULTS, TW_KIND_CELL, f->l->has[TW_KIND_CELL] ? results : (double)NAN,
                  results);
    days_since(f, TW_FEATURE_FOUND_DAYS, TW_KIND_IMPORTER,
               importer != NULL ? importer->found_day : TW_NO_DAY);
}

/* -- origin, description, parties, time
 * -------------------------------------------------------------------------- */

static void origins(const struct fill *f)
{
    struct tw_str dispatch = f->i->dispatch.n > 0 ? f->i->dispatch : f->d->dispatch;
    bool known = dispatch.n > 0 && f->i->origin.n > 0, differs = known && !tw_str_eq(dispatch, f->i->origin);
    put_plain(f, TW_FEATURE_DISPATCH_DIFFERS, known ? (differs ? 1 : 0) : (double)NAN, differs);
    share_of(f, TW_FEATURE_ROUTE_SHARE, TW_KIND_ROUTE, TW_KIND_ORIGIN);
    share_of(f, TW_FEATURE_GOODS_ORIGIN_SHARE, TW_KIND_HS6_ORIGIN, TW_KIND_HS6);
    share_of(f, TW_FEATURE_GOODS_ROUTE_SHARE, TW_KIND_HS6_ROUTE, TW_KIND_HS6_ORIGIN);
    share_of(f, TW_FEATURE_CHAPTER_ORIGIN_SHARE, TW_KIND_ORIGIN_HS2, TW_KIND_HS2);
    /* Codes 100 to 199 mean no preference (EU and UK customs, data element 14 11 000 000). */
    bool claimed = f->i->preference.n > 0 && f->i->preference.s[0] != '1';
    put_plain(f, TW_FEATURE_PREFERENCE, f->i->preference.n > 0 ? (claimed ? 1 : 0) : (double)NAN, claimed);
    const struct tw_stat *exporter = f->stat[TW_KIND_EXPORTER];
    double switches = exporter != NULL ? (double)exporter->switches : 0;
    log_number_of(f, TW_FEATURE_EXPORTER_SWITCHES, TW_KIND_EXPORTER,
                  f->l->has[TW_KIND_EXPORTER] ? switches : (double)NAN, switches);
}

static void descriptions(const struct fill *f)
{
    const struct tw_stat *s = f->stat[TW_KIND_DESCRIPTION];
    share_of(f, TW_FEATURE_DESCRIPTION_CODE_SHARE, TW_KIND_DESCRIPTION_HS6, TW_KIND_DESCRIPTION);
    if (s == NULL)
        f->x[TW_FEATURE_DESCRIPTION_CODE_SHARE] = NAN; /* never seen at all: nothing to contradict */
    double switches = s != NULL ? (double)s->switches : 0;
    log_number_of(f, TW_FEATURE_DESCRIPTION_SWITCHES, TW_KIND_DESCRIPTION,
                  f->l->has[TW_KIND_DESCRIPTION] ? switches : (double)NAN, switches);
}

static void parties(const struct fill *f)
{
    const struct tw_stat *importer = f->stat[TW_KIND_IMPORTER];
    const struct tw_stat *address = f->stat[TW_KIND_ADDRESS];
    const struct tw_stat *declarant = f->stat[TW_KIND_DECLARANT];
    const struct tw_stat *heading = f->stat[TW_KIND_IMPORTER_HS4];
    int32_t today = f->look->day;
    age(f, TW_FEATURE_IMPORTER_AGE, TW_KIND_IMPORTER);
    age(f, TW_FEATURE_EXPORTER_AGE, TW_KIND_EXPORTER);
    days_since(f, TW_FEATURE_IMPORTER_GAP, TW_KIND_IMPORTER,
               importer != NULL ? importer->last_day : TW_NO_DAY);
    double headings = importer != NULL ? importer->partners : 0,
           tenants = address != NULL ? address->partners + 1.0 : 0;
    /* A party's first partner came with it and was not counted; evidence shows the whole number. */
    log_number_of(f, TW_FEATURE_IMPORTER_HEADINGS, TW_KIND_IMPORTER,
                  f->l->has[TW_KIND_IMPORTER] ? headings : (double)NAN, headings + (importer != NULL));
    log_number_of(f, TW_FEATURE_ADDRESS_IMPORTERS, TW_KIND_ADDRESS,
                  f->l->has[TW_KIND_ADDRESS] ? tenants : (double)NAN, tenants);
    /* An address known long before its importer: perhaps an old hand under a new name. */
    double lead = (double)NAN;
    if (address != NULL && f->l->has[TW_KIND_IMPORTER])
        lead = (double)((importer != NULL ? importer->first_day : today) - address->first_day);
    log_number_of(f, TW_FEATURE_ADDRESS_LEAD, TW_KIND_ADDRESS, lead, lead);
    double served = declarant != NULL ? declarant->partners : 0;
    log_number_of(f, TW_FEATURE_DECLARANT_IMPORTERS, TW_KIND_DECLARANT,
                  f->l->has[TW_KIND_DECLARANT] ? served : (double)NAN, served + (declarant != NULL));
    share_of(f, TW_FEATURE_LANE_SHARE, TW_KIND_LANE, TW_KIND_IMPORTER_HS4);
    share_of(f, TW_FEATURE_PAIR_SHARE, TW_KIND_IMPORTER_EXPORTER, TW_KIND_EXPORTER);
    double switches = heading != NULL ? (double)heading->switches : 0;
    log_number_of(f, TW_FEATURE_HEADING_SWITCHES, TW_KIND_IMPORTER_HS4,
                  f->l->has[TW_KIND_IMPORTER_HS4] ? switches : (double)NAN, switches);
}

/* Of a trader who has declared as steadily for so many days: times seen with a half-life of 7 days by those
 * with one of 180. A steady stream of one a day sums to (1 - 2^(-days / h)) / (1 - 2^(-1 / h)). */
static double pace(int32_t days)
{
    return (1 - tw_decay(days + 1, 7)) * (1 - tw_decay(1, 180)) /
           ((1 - tw_decay(days + 1, 180)) * (1 - tw_decay(1, 7)));
}

static void times(const struct fill *f)
{
    const struct tw_stat *importer = f->stat[TW_KIND_IMPORTER];
    const struct tw_stat *address = f->stat[TW_KIND_ADDRESS];
    int32_t today = f->look->day;
    double week = importer != NULL ? tw_stat_seen(importer, today, 7) : 0, half = f->seen[TW_KIND_IMPORTER];
    double surge =
        importer != NULL && half > 0 ? week / half / pace(today - importer->first_day) : (double)NAN;
    number_of(f, TW_FEATURE_IMPORTER_SURGE, TW_KIND_IMPORTER, surge, surge);
    double mine = importer != NULL && importer->last_day == today ? importer->today_n : 0;
    double there = address != NULL && address->last_day == today ? address->today_n : 0;
    log_number_of(f, TW_FEATURE_IMPORTER_TODAY, TW_KIND_IMPORTER,
                  f->l->has[TW_KIND_IMPORTER] ? mine : (double)NAN, mine);
    log_number_of(f, TW_FEATURE_ADDRESS_TODAY, TW_KIND_ADDRESS,
                  f->l->has[TW_KIND_ADDRESS] ? there : (double)NAN, there);
    bool timed = f->look->lodged_at != TW_NO_TIME;
    double hour =
        timed ? floor((double)(f->look->lodged_at - (int64_t)today * TW_DAY_S) / 3600) : (double)NAN;
    put_plain(f, TW_FEATURE_HOUR, hour, hour);
    double weekday = timed ? tw_day_weekday(today) : (double)NAN;
    put_plain(f, TW_FEATURE_WEEKDAY, weekday, weekday);
    int64_t mode;
    double code = tw_str_i64(f->d->transport_mode, &mode) == TW_OK ? (double)mode : (double)NAN;
    put_plain(f, TW_FEATURE_TRANSPORT_MODE, code, code);
}

/* What is declared of the goods so far, this declaration included, against what the carrier says: by this
 * importer, or by all who named the document where that comes nearer. So nobody makes another's gap wider. */
static void against_manifest(const struct fill *f, enum tw_feature id, double own, double others,
                             double manifested)
{
    const struct tw_cargo_view *c = &f->look->cargo;
    const struct tw_evidence none = {(double)NAN, (double)NAN, (double)NAN, TW_NO_DAY, TW_KIND_N};
    if (!(own > 0 && manifested > 0)) { /* so for NaN */
        put(f, id, (double)NAN, none);
        return;
    }
    const double alone = tw_log(own / manifested);
    const double shared = c->others.declarations > 0 ? tw_log((own + others) / manifested) : alone;
    const bool all = fabs(shared) < fabs(alone);
    const double declarations = 1.0 + c->before.declarations + (all ? c->others.declarations : 0);
    put(f, id, all ? shared : alone,
        (struct tw_evidence){all ? own + others : own, manifested, declarations, TW_NO_DAY, TW_KIND_N});
}

static void manifests(const struct fill *f)
{
    const struct tw_cargo_view *c = &f->look->cargo;
    const bool joined = c->n > 0;
    const double nothing = (double)NAN;
    against_manifest(f, TW_FEATURE_MANIFEST_MASS, joined ? c->before.kg + c->declared_kg : nothing,
                     c->others.kg, c->manifested_kg);
    against_manifest(f, TW_FEATURE_MANIFEST_PACKAGES, joined ? c->before.packages + c->packages : nothing,
                     c->others.packages, c->manifested_packages);
    const double absent = c->sought ? c->absent : nothing;
    put_plain(f, TW_FEATURE_UNMANIFESTED, absent, absent);
    const double strange = c->boxes > 0 ? c->strange : nothing;
    put(f, TW_FEATURE_STRANGE_CONTAINERS, strange,
        (struct tw_evidence){strange, nothing, c->boxes > 0 ? c->boxes : nothing, TW_NO_DAY, TW_KIND_N});
    const double late = joined || c->late ? c->late : nothing;
    put_plain(f, TW_FEATURE_MANIFEST_LATE, late, late);
}

static void amounts(const struct fill *f)
{
    manifests(f);
    prices(f);
    weights(f);
    values(f, tw_profile_de_minimis(f->p));
}

void tw_feature_amounts(const struct tw_profile *p, const struct tw_decl *d, const struct tw_look *look,
                        size_t item, float *ret) /* NOLINT(readability-non-const-parameter): filled below */
{
    struct logs logs;
    struct fill f = {.p = p,
                     .d = d,
                     .i = &d->items.at[item],
                     .look = look,
                     .l = &look->item[item],
                     .x = ret,
                     .logs = &logs};
    logs.n = 0;
    tw_profile_stats(p, f.l, f.stat);
    amounts(&f);
    take_logs(&f);
}

void tw_feature_compute(const struct tw_profile *p, const struct tw_decl *d, const struct tw_look *look,
                        size_t item, float *ret, /* NOLINT(readability-non-const-parameter): filled below */
                        struct tw_evidence *evidence)
{
    struct logs logs;
    struct fill f = {.p = p,
                     .d = d,
                     .i = &d->items.at[item],
                     .look = look,
                     .l = &look->item[item],
                     .x = ret,
                     .logs = &logs,
                     .e = evidence};
    logs.n = 0;
    tw_profile_stats(p, f.l, f.stat);
    tw_profile_seen(p, f.l, look->day, f.seen);
    tw_profile_rates(p, f.l, look->day, f.rate);
    amounts(&f);
    counts(&f);
    rates(&f);
    origins(&f);
    descriptions(&f);
    parties(&f);
    times(&f);
    take_logs(&f);
}

double tw_feature_unseen(const float *x)
{
    static const enum tw_feature counts[] = {TW_FEATURE_GOODS_SEEN,          TW_FEATURE_CELL_RESULTS,
                                             TW_FEATURE_IMPORTER_SEEN,       TW_FEATURE_EXPORTER_SEEN,
                                             TW_FEATURE_IMPORTER_HS4_SEEN,   TW_FEATURE_EXPORTER_GOODS_SEEN,
                                             TW_FEATURE_IMPORTER_ORIGIN_SEEN};
    double sum = 0, known = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const double count = (double)x[counts[i]]; /* log(1 + times seen) */
        if (isnan(count)) continue;
        sum += tw_exp(-count);
        known += 1;
    }
    return known > 0 ? sum / known : 1;
}
