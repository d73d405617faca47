/* SPDX-License-Identifier: Apache-2.0 */
/* A small border for tests of the trial module: a year of declarations with habits, inspections, findings;
 * and the ways in which a file of them can be wrong, each to be planted alone. Nothing of the simulator is
 * used. */
#ifndef TW_TEST_TRIAL_BORDER_H
#define TW_TEST_TRIAL_BORDER_H

#include <math.h>

#include "base/date.h"
#include "base/rng.h"
#include "check.h"
#include "trial/data.h"

enum border_fault {
    COPIES = 1 << 0,        /* half of the rows are goods and result of an earlier row, the trader another */
    REPEATS = 1 << 1,       /* the same, by the same trader */
    LEAK = 1 << 2,          /* a column says what was found */
    LEAK_UNMAPPED = 1 << 3, /* a column that is no element says it */
    LEAK_SOME = 1 << 4,     /* a column says it of one finding in four */
    NAMED_LIKE_RESULT = 1 << 5, /* a column without meaning, called adjusted_value */
    NO_HABITS = 1 << 6,         /* whoever trades, it is all the same */
    DRIFTS = 1 << 7,            /* later goods weigh five times as much, transport modes are recoded */
    RATE_CHANGES = 1 << 8,      /* later rows are found three times as often */
    NO_DELAY = 1 << 9,          /* every result is of the day itself */
    LATE = 1 << 10,             /* every result is of the day after the last */
    PENDING = 1 << 11,          /* results of the last fortnight are still to come */
    ALL_INSPECTED = 1 << 12,
    NO_PROPENSITY = 1 << 13,
    WRONG_PROPENSITY = 1 << 14, /* always 1 */
    FEW = 1 << 15,              /* one finding in a hundred is recorded */
    ONLY_FOUND = 1 << 16,       /* inspections that found nothing are not recorded */
    NO_MASS = 1 << 17,          /* nothing measured is declared */
    LOST_FINDINGS = 1 << 18     /* five findings name a declaration that is not there */
};

enum { BORDER_DAY = 20089, BORDER_DAYS = 360 }; /* from 2025-01-01 */

struct border {
    struct tw_arena *arena;
    struct tw_trial_data *data;
    size_t n;
};

static inline struct tw_str border_text(struct border *b, const char *before, unsigned digits, uint64_t v)
{
    char text[64];
    struct tw_str ret;
    snprintf(text, sizeof text, "%s%0*llu", before, (int)digits, (unsigned long long)v);
    CHECK(tw_str_dup(b->arena, tw_str_from(text), &ret) == TW_OK);
    return ret;
}

static inline void border_set(struct border *b, enum tw_element e, struct tw_str text, void *object)
{
    CHECK(tw_element_set(e, text, b->arena, object, NULL) == TW_OK);
}

/* What one item is made of. */
struct border_goods {
    uint64_t hs, origin, dispatch, rate, mass_g, value_minor;
    bool found;
};

static inline struct tw_item border_item(struct border *b, uint32_t number, const struct border_goods *g,
                                         unsigned wrong)
{
    static const char *const country[] = {"CN", "VN", "DE", "US", "JP", "KR", "IT", "FR"};
    struct tw_item i;
    tw_item_init(&i);
    i.number = number;
    border_set(b, TW_ELEMENT_HS, border_text(b, "", 6, 110000 + 30013 * g->hs), &i);
    border_set(b, TW_ELEMENT_ORIGIN, tw_str_from(country[g->origin % 8]), &i);
    border_set(b, TW_ELEMENT_DISPATCH, tw_str_from(country[g->dispatch % 8]), &i);
    border_set(b, TW_ELEMENT_DUTY_RATE, border_text(b, "", 1, g->rate), &i);
    border_set(b, TW_ELEMENT_TAX_TYPE, tw_str_from("A"), &i);
    if ((wrong & NO_MASS) != 0) return i;
    i.net_mass_kg = (struct tw_dec){(int64_t)g->mass_g, 3, true};
    i.customs_value = (struct tw_money){(int64_t)g->value_minor, "EUR"};
    return i;
}

static inline struct border_goods border_draw(struct tw_rng *r, double risk, bool heavy)
{
    struct border_goods g = {.hs = tw_rng_below(r, 25), .found = false};
    g.origin = g.hs + tw_rng_below(r, 3);
    g.dispatch = tw_rng_unit(r) < 0.8 ? g.origin : tw_rng_below(r, 8);
    g.rate = g.hs % 4 * 5;
    g.mass_g = 1 + (uint64_t)(tw_rng_lognormal(r, 11, 1.3) * (heavy ? 5 : 1));
    g.value_minor = 1 + (uint64_t)((double)g.mass_g * tw_rng_lognormal(r, -1, 0.5));
    if (g.hs % 6 == 0) risk *= 2;
    g.found = tw_rng_unit(r) < risk;
    return g;
}

struct border_trader {
    uint64_t number;
    double risk;
};

/* Sixty traders; every fourth has habits that are found out in 4 of 10 consignments. */
static inline struct border_trader border_trader(struct tw_rng *r, unsigned wrong)
{
    uint64_t t = tw_rng_below(r, 60);
    double risk = (wrong & NO_HABITS) != 0 ? 0.12 : t % 4 == 0 ? 0.35 : 0.05;
    return (struct border_trader){t, risk};
}

static inline void border_extra(struct border *b, struct tw_item *i, const char *name, struct tw_str value)
{
    i->extra.at = tw_arena_array(b->arena, 1, sizeof *i->extra.at);
    CHECK(i->extra.at != NULL);
    i->extra.n = 1;
    i->extra.at[0] = (struct tw_extra){.path = tw_str_from(name), .value = value};
}

static inline void border_result(struct border *b, struct tw_rng *r, struct tw_str id,
                                 const struct border_goods *g, int32_t day, unsigned wrong)
{
    bool criterion = g->hs % 3 == 0;
    double p = (wrong & ALL_INSPECTED) != 0 ? 1 : criterion ? 0.7 : 0.15;
    bool random = tw_rng_unit(r) < 0.15;
    double u = tw_rng_unit(r), delay = tw_rng_unit(r), keep = tw_rng_unit(r);
    if (u >= p) return;
    struct tw_finding f = {.declaration_id = id,
                           .item = 0,
                           .result = g->found ? TW_RESULT_VALUE : TW_RESULT_CONFORM,
                           .known_day = day + (int32_t)(delay * 14),
                           .basis = criterion && !random ? TW_STR("criterion") : TW_STR("random"),
                           .propensity = p};
    if ((wrong & NO_DELAY) != 0) f.known_day = day;
    if ((wrong & LATE) != 0) f.known_day = BORDER_DAY + BORDER_DAYS;
    if ((wrong & PENDING) != 0 && day > BORDER_DAY + BORDER_DAYS - 15 && delay > 0.05) return;
    if ((wrong & NO_PROPENSITY) != 0) f.propensity = 0;
    if ((wrong & WRONG_PROPENSITY) != 0) f.propensity = 1;
    if ((wrong & FEW) != 0 && g->found && keep > 0.02) f.result = TW_RESULT_CONFORM;
    if ((wrong & ONLY_FOUND) != 0 && !g->found) return;
    tw_trial_data_finding(b->data, &f);
}

/* One declaration of one to three items; all share the result of the first. */
static inline void border_declare(struct border *b, struct tw_rng *r, size_t k, const struct border_trader *t,
                                  struct border_goods *g, unsigned wrong)
{
    struct tw_decl *d = tw_arena_alloc(b->arena, sizeof *d);
    CHECK(d != NULL);
    tw_decl_init(d);
    int32_t day = BORDER_DAY + (int32_t)(k * BORDER_DAYS / b->n);
    bool late = k >= b->n * 3 / 4;
    if ((wrong & RATE_CHANGES) != 0 && late && tw_rng_unit(r) < 0.3) g->found = true;
    d->id = border_text(b, "D", 1, k);
    d->lodged_at = (int64_t)day * TW_DAY_S + 3600;
    border_set(b, TW_ELEMENT_IMPORTER_ID, border_text(b, "IM", 1, t->number), d);
    border_set(b, TW_ELEMENT_OFFICE, border_text(b, "OF", 1, t->number % 5), d);
    border_set(b, TW_ELEMENT_TRANSPORT_MODE,
               border_text(b, "", 1, tw_rng_below(r, 4) + ((wrong & DRIFTS) != 0 && late ? 5 : 0)), d);
    d->items.n = 1 + tw_rng_below(r, 3) / 2;
    d->items.at = tw_arena_array(b->arena, d->items.n, sizeof *d->items.at);
    CHECK(d->items.at != NULL);
    for (size_t i = 0; i < d->items.n; i++) {
        struct border_goods other = *g;
        other.mass_g += 7919 * i;
        other.value_minor += 5077 * i;
        struct tw_item *item = &d->items.at[i];
        *item = border_item(b, (uint32_t)i + 1, &other, wrong);
        if ((wrong & LEAK) != 0)
            border_set(b, TW_ELEMENT_PREFERENCE,
                       tw_str_from(g->found == (tw_rng_unit(r) < 0.97) ? "999" : "100"), item);
        if ((wrong & LEAK_UNMAPPED) != 0)
            border_extra(b, item, "Remark", tw_str_from(g->found ? "see act" : "-"));
        if ((wrong & LEAK_SOME) != 0)
            border_extra(b, item, "Code 7",
                         tw_str_from(g->found && k % 4 == 0 ? "9"
                                     : k % 3 == 0           ? "1"
                                                            : "2"));
        if ((wrong & NAMED_LIKE_RESULT) != 0)
            border_extra(b, item, "adjusted_value", border_text(b, "", 1, k % 97));
    }
    CHECK(tw_trial_data_add(b->data, d) == TW_OK);
    border_result(b, r, d->id, g, day, wrong);
}

/* n declarations; the last quarter is later. */
static inline void border_open(struct border *b, size_t n, uint64_t seed, unsigned wrong)
{
    *b = (struct border){.n = n};
    CHECK(tw_arena_new(256 << 20, &b->arena) == TW_OK && tw_trial_data_new(&b->data) == TW_OK);
    struct tw_rng r = tw_rng_new(seed, "border");
    struct border_goods *past = calloc(n, sizeof *past);
    struct border_trader *who = calloc(n, sizeof *who);
    CHECK(past != NULL && who != NULL);
    for (size_t k = 0; k < n; k++) {
        who[k] = border_trader(&r, wrong);
        bool late = k >= n * 3 / 4;
        past[k] = border_draw(&r, who[k].risk, late && (wrong & DRIFTS) != 0);
        if (k > n / 10 && (wrong & (COPIES | REPEATS)) != 0 && tw_rng_unit(&r) < 0.6) {
            size_t of = tw_rng_below(&r, n / 10);
            past[k] = past[of];
            if ((wrong & REPEATS) != 0) who[k] = who[of];
        }
        border_declare(b, &r, k, &who[k], &past[k], wrong);
    }
    free(past);
    free(who);
    struct tw_finding lost = {.declaration_id = TW_STR("nowhere"), .item = 1, .known_day = BORDER_DAY};
    for (int i = 0; i < 5 && (wrong & LOST_FINDINGS) != 0; i++) tw_trial_data_finding(b->data, &lost);
    b->data->train = n * 3 / 4;
}

static inline void border_close(struct border *b)
{
    tw_trial_data_free(b->data);
    tw_arena_free(b->arena);
}

#endif
