/* SPDX-License-Identifier: Apache-2.0 */
/* From a declaration to the keys and measures under which its past is found. */
#include "base/date.h"
#include "base/fmath.h"
#include "base/hash.h"
#include "decl/money.h"
#include "profile/profile_priv.h"

#include <math.h>

/* Hashes of the codes that keys are made of; 0 = the declaration does not say. */
struct codes {
    uint64_t importer, declarant, exporter, courier, office, address;
    uint64_t hs2, hs4, hs6, origin, dispatch, cell, description;
};

enum { SEED_TEXT = 0x7477 };

static uint64_t code(struct tw_str s)
{
    if (s.n == 0) return 0;
    uint64_t h = tw_hash64(s.s, s.n, SEED_TEXT);
    return h != 0 ? h : 1;
}

static struct tw_str first(struct tw_str s, size_t n)
{
    return (struct tw_str){s.s, s.n < n ? s.n : n};
}

/* A party is known by its id, else by its name. */
static uint64_t party(const struct tw_party *a)
{
    return a->id.n > 0 ? code(a->id) : code(a->name);
}

static uint64_t join2(uint64_t a, uint64_t b)
{
    return a == 0 || b == 0 ? 0 : tw_hash_join(a, b);
}

/* "12 Quay Rd." and "12, QUAY RD" are one place. */
size_t tw_look_address(const struct tw_party *p, char ret[TW_LOOK_ADDRESS])
{
    size_t n = 0;
    const struct tw_str part[] = {p->street, p->postcode};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < part[k].n && n < TW_LOOK_ADDRESS; i++) {
            unsigned char c = (unsigned char)part[k].s[i];
            if (c >= 'a' && c <= 'z') c = (unsigned char)(c - 'a' + 'A');
            if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80) ret[n++] = (char)c;
        }
    return n;
}

static uint64_t address(const struct tw_party *a)
{
    char text[TW_LOOK_ADDRESS];
    if (a->place != 0) return a->place;
    if (a->street.n == 0 && a->postcode.n == 0) return 0;
    return code((struct tw_str){text, tw_look_address(a, text)});
}

static double or_nan(struct tw_dec d)
{
    return d.set ? tw_dec_f64(d) : (double)NAN;
}

static double minor_of(const struct tw_item *i)
{
    return i->customs_value.cur[0] != '\0' ? (double)i->customs_value.minor : (double)NAN;
}

/* NaN for what is not above zero. */
static double log_of(double v)
{
    return v > 0 ? tw_log(v) : (double)NAN;
}

static void measures(const struct tw_item *i, struct tw_look_item *l)
{
    l->net_kg = or_nan(i->net_mass_kg);
    l->gross_kg = or_nan(i->gross_mass_kg);
    l->units = or_nan(i->quantity.value);
    l->packages = i->package_count >= 0 ? (double)i->package_count : (double)NAN;
    double minor = minor_of(i);
    l->minor = minor;
    l->value = tw_money_f64(i->customs_value);
    l->price_kg = l->net_kg > 0 && minor > 0 ? minor / l->net_kg : (double)NAN;
    l->price_unit = l->units > 0 && minor > 0 ? minor / l->units : (double)NAN;
    l->log_price = log_of(l->price_kg);
    l->log_tare = l->net_kg > 0 ? log_of(l->gross_kg / l->net_kg) : (double)NAN;
    l->log_kg_unit = l->units > 0 ? log_of(l->net_kg / l->units) : (double)NAN;
    l->log_kg_package = l->packages > 0 ? log_of(l->net_kg / l->packages) : (double)NAN;
    l->duty_percent = or_nan(i->duty_rate);
    l->duty = i->duty_amount.cur[0] != '\0' ? (double)i->duty_amount.minor
              : i->duty_rate.set            ? minor * tw_dec_f64(i->duty_rate) / 100.0
                                            : (double)NAN;
}

static void set(struct tw_look_item *l, enum tw_kind k, uint64_t h)
{
    l->has[k] = h != 0;
    l->key[k] = h != 0 ? tw_hash_join((uint64_t)k + 1, h) : 0;
}

static void keys(const struct codes *c, struct tw_look_item *l)
{
    uint64_t hs6_origin = join2(c->hs6, c->origin);
    uint64_t importer_hs4 = join2(c->importer, c->hs4);
    set(l, TW_KIND_GLOBAL, 1);
    set(l, TW_KIND_IMPORTER, c->importer);
    set(l, TW_KIND_DECLARANT, c->declarant);
    set(l, TW_KIND_EXPORTER, c->exporter);
    set(l, TW_KIND_COURIER, c->courier);
    set(l, TW_KIND_OFFICE, c->office);
    set(l, TW_KIND_ADDRESS, c->address);
    set(l, TW_KIND_HS2, c->hs2);
    set(l, TW_KIND_HS4, c->hs4);
    set(l, TW_KIND_HS6, c->hs6);
    set(l, TW_KIND_ORIGIN, c->origin);
    set(l, TW_KIND_DISPATCH, c->dispatch);
    set(l, TW_KIND_ROUTE, join2(c->dispatch, c->origin));
    set(l, TW_KIND_HS6_ORIGIN, hs6_origin);
    set(l, TW_KIND_HS6_ROUTE, join2(hs6_origin, c->dispatch));
    set(l, TW_KIND_HS6_DISPATCH, join2(c->hs6, c->dispatch));
    set(l, TW_KIND_CELL, c->cell);
    set(l, TW_KIND_IMPORTER_HS4, importer_hs4);
    set(l, TW_KIND_IMPORTER_ORIGIN, join2(c->importer, c->origin));
    set(l, TW_KIND_IMPORTER_EXPORTER, join2(c->importer, c->exporter));
    set(l, TW_KIND_DECLARANT_IMPORTER, join2(c->declarant, c->importer));
    set(l, TW_KIND_EXPORTER_HS6, join2(c->exporter, c->hs6));
    set(l, TW_KIND_LANE, join2(importer_hs4, c->exporter));
    set(l, TW_KIND_ORIGIN_HS2, join2(c->origin, c->hs2));
    set(l, TW_KIND_DECLARANT_HS2, join2(c->declarant, c->hs2));
    set(l, TW_KIND_EXPORTER_ORIGIN, join2(c->exporter, c->origin));
    set(l, TW_KIND_DESCRIPTION, c->description);
    set(l, TW_KIND_DESCRIPTION_HS6, join2(c->description, c->hs6));
}

static void goods(const struct tw_decl *d, const struct tw_item *i, struct codes *c)
{
    c->hs2 = i->hs.n >= 2 ? code(first(i->hs, 2)) : 0;
    c->hs4 = i->hs.n >= 4 ? code(first(i->hs, 4)) : 0;
    c->hs6 = i->hs.n >= 6 ? code(first(i->hs, 6)) : 0;
    c->origin = code(i->origin);
    c->dispatch = code(i->dispatch.n > 0 ? i->dispatch : d->dispatch);
    c->description = code(i->description);
    uint64_t rate = i->duty_rate.set ? tw_mix64((uint64_t)i->duty_rate.v * 16u + i->duty_rate.scale + 1u) : 1;
    uint64_t terms = tw_hash_join(tw_hash_join(rate, code(i->tax_type)), code(i->preference));
    uint64_t route = join2(join2(c->hs6, c->origin), c->dispatch);
    c->cell = route != 0 ? tw_hash_join(route, terms) : 0;
}

/* Whose prices a price is compared with, the narrowest first. */
static const enum tw_kind priced[] = {TW_KIND_HS6_ROUTE, TW_KIND_HS6_ORIGIN, TW_KIND_HS6};
enum { PRICED_N = sizeof priced / sizeof priced[0] };

/* The median of the narrowest population of at least 12: route, then origin, then goods. */
static void find_usual(const struct tw_profile *p, struct tw_look_item *l)
{
    enum { ENOUGH = 12 };
    l->usual_kg = (double)NAN;
    l->usual_kind = TW_KIND_N;
    for (size_t k = 0; k < PRICED_N; k++) {
        const struct tw_usual *u = tw_profile_usual(p, l, priced[k]);
        if (u == NULL || tw_sketch_n(&u->per_kg[0]) + tw_sketch_n(&u->per_kg[1]) < ENOUGH) continue;
        l->usual_kg = tw_usual_kg(u, TW_MEDIAN);
        l->usual_kind = priced[k];
        return;
    }
}

/* The row that a key's slot names, which is mostly its own; NULL = none. */
static const struct tw_stat *likely(const struct tw_profile *p, uint64_t key)
{
    const uint32_t at = p->slot[key & (p->slots - 1)];
    return at != 0 ? &p->row[at - 1] : NULL;
}

static void fetch_slots(const struct tw_profile *p, const struct tw_look_item *l)
{
    for (int k = 0; k < TW_KIND_N; k++) __builtin_prefetch(&p->slot[l->key[k] & (p->slots - 1)]);
}

/* A row lies in two or three cache lines. */
static void fetch_rows(const struct tw_profile *p, const struct tw_look_item *l)
{
    for (int k = 0; k < TW_KIND_N; k++) {
        const struct tw_stat *row = likely(p, l->key[k]);
        if (row == NULL) continue;
        __builtin_prefetch(row);
        __builtin_prefetch((const char *)row + 64);
        __builtin_prefetch((const char *)(row + 1) - 1);
    }
}

static const struct tw_usual *likely_prices(const struct tw_profile *p, uint64_t key)
{
    const struct tw_stat *row = likely(p, key);
    return row != NULL && row->key == key && row->block != NO_ROW ? &p->usual[row->block] : NULL;
}

static void fetch_prices(const struct tw_profile *p, const struct tw_look_item *l)
{
    for (size_t k = 0; k < PRICED_N; k++) {
        const struct tw_usual *u = likely_prices(p, l->key[priced[k]]);
        if (u == NULL) continue;
        __builtin_prefetch(u);
        __builtin_prefetch((const char *)u + 64);
        __builtin_prefetch((const char *)(u + 1) - 1);
    }
}

static void fetch_counts(const struct tw_profile *p, const struct tw_look_item *l)
{
    for (size_t k = 0; k < PRICED_N; k++) {
        const struct tw_usual *u = likely_prices(p, l->key[priced[k]]);
        if (u == NULL) continue;
        tw_sketch_fetch(&u->per_kg[0]);
        tw_sketch_fetch(&u->per_kg[1]);
    }
}

void tw_profile_fetch(const struct tw_profile *p, const struct tw_look *look, enum tw_fetch what)
{
    static void (*const fetch[])(const struct tw_profile *, const struct tw_look_item *) = {
        [TW_FETCH_ROWS] = fetch_rows, [TW_FETCH_PRICES] = fetch_prices, [TW_FETCH_COUNTS] = fetch_counts};
    for (size_t i = 0; i < look->n; i++) fetch[what](p, &look->item[i]);
}

uint64_t tw_profile_declaration(struct tw_str declaration_id)
{
    return code(declaration_id);
}

/* A declaration that does not say when it was lodged knows what was known when the last day seen began. */
static int64_t time_of(const struct tw_look *look)
{
    return look->lodged_at != TW_NO_TIME ? look->lodged_at : (int64_t)look->day * TW_DAY_S;
}

tw_err tw_profile_look_keys(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                            struct tw_look *ret)
{
    struct tw_look look = {.lodged_at = d->lodged_at,
                           .declaration = tw_profile_declaration(d->id),
                           .n = d->items.n,
                           .day = d->lodged_at != TW_NO_TIME ? tw_time_day(d->lodged_at) : p->day};
    if (look.day == TW_NO_DAY) look.day = 0;
    if (look.n > 0) {
        look.item = tw_arena_room(arena, look.n, sizeof *look.item);
        if (look.item == NULL) return TW_NOMEM;
    }
    struct codes c = {.importer = party(&d->importer),
                      .declarant = party(&d->declarant),
                      .exporter = party(&d->exporter),
                      .courier = party(&d->carrier),
                      .office = code(d->office),
                      .address = address(&d->importer)};
    if (c.exporter == 0) c.exporter = party(&d->seller);
    for (size_t n = 0; n < look.n; n++) {
        struct tw_look_item *l = &look.item[n];
        goods(d, &d->items.at[n], &c);
        measures(&d->items.at[n], l);
        keys(&c, l);
        l->hs6_code = c.hs6 != 0 ? (uint32_t)(c.hs6 >> 32) | 1u : 0;
        l->origin_code = c.origin != 0 ? (uint32_t)(c.origin >> 32) | 1u : 0;
        fetch_slots(p, l);
    }
    look.value = tw_look_total(&look);
    look.low_value = p->limits.de_minimis > 0 && look.value > 0 && look.value <= p->limits.de_minimis;
    if (p->cargo != NULL) TW_TRY(tw_cargo_look(p->cargo, d, time_of(&look), arena, &look.cargo));
    *ret = look;
    return TW_OK;
}

double tw_look_total(const struct tw_look *look)
{
    double total = (double)NAN;
    for (size_t i = 0; i < look->n; i++) {
        const double value = look->item[i].value;
        if (!isnan(value)) total = isnan(total) ? value : total + value;
    }
    return total;
}

/* The highest of the declared duty rate and those usual around it: of the chapter, of this importer, at this
 * address, of this importer on this heading. What a false code, origin or preference would hide. */
static double percent_at_stake(const struct tw_profile *p, const struct tw_look_item *l)
{
    static const struct {
        enum tw_kind kind;
        uint32_t least; /* times seen before its usual rate counts */
    } around[] = {{TW_KIND_HS2, 5}, {TW_KIND_IMPORTER, 5}, {TW_KIND_ADDRESS, 5}, {TW_KIND_IMPORTER_HS4, 2}};
    double most = l->duty_percent; /* NaN = absent */
    for (size_t k = 0; k < sizeof around / sizeof around[0]; k++) {
        const struct tw_stat *s = tw_profile_stat(p, l, around[k].kind);
        if (s == NULL || s->n < around[k].least) continue;
        if (!(most > (double)s->duty_percent)) most = (double)s->duty_percent;
    }
    return most > 0 ? most : 0;
}

/* What is at stake, and how the price stands to the usual one: when measures and rows are known. */
static void compare(const struct tw_profile *p, struct tw_look_item *l)
{
    l->stake = l->minor * percent_at_stake(p, l) / 100;
    l->log_ratio = l->price_kg > 0 && l->usual_kg > 0 ? tw_log(l->price_kg / l->usual_kg) : (double)NAN;
}

void tw_profile_look_rows(const struct tw_profile *p, struct tw_look *look)
{
    for (size_t n = 0; n < look->n; n++) {
        struct tw_look_item *l = &look->item[n];
        for (int k = 0; k < TW_KIND_N; k++) l->at[k] = l->has[k] ? profile_find(p, l->key[k]) : NO_ROW;
        fetch_prices(p, l);
        find_usual(p, l);
        compare(p, l);
    }
    if (p->cargo != NULL) tw_cargo_sum(p->cargo, &look->cargo);
}

void tw_profile_look_amounts(const struct tw_profile *p, const struct tw_item *item,
                             struct tw_look_item *look)
{
    measures(item, look);
    compare(p, look);
}

tw_err tw_profile_look(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                       struct tw_look *ret)
{
    TW_TRY(tw_profile_look_keys(p, d, arena, ret));
    tw_profile_fetch(p, ret, TW_FETCH_ROWS);
    tw_profile_look_rows(p, ret);
    return TW_OK;
}
