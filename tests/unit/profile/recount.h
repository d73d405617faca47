/* SPDX-License-Identifier: Apache-2.0 */
/* recount.h -- a past of declarations of several items with results, and any row of it counted anew from the
 * whole list: slow, and easy to check by reading. */
#ifndef TW_TEST_PROFILE_RECOUNT_H
#define TW_TEST_PROFILE_RECOUNT_H

#include <math.h>

#include "base/rng.h"
#include "border.h"

enum { PAST_DECLS = 260, PAST_ITEMS = 4, PAST_RESULTS = 120 };

struct past {
    struct tw_profile *p;
    struct tw_arena *arena; /* owns the looks */
    struct tw_look look[PAST_DECLS];
    size_t n;
    struct {
        size_t decl, item; /* whose result it is */
        size_t after;      /* declarations that had been folded in before */
        struct tw_finding finding;
    } result[PAST_RESULTS];
    size_t results;
};

static inline bool per_item(enum tw_kind k)
{
#define DECL false
#define ITEM true
#define X(id, name, words, parent, level, block, results)                                                    \
    if (k == TW_KIND_##id) return level;
#include "profile/kinds.def"
#undef X
#undef DECL
#undef ITEM
    return false;
}

/* A declaration of 1 to 4 items out of few firms, goods and places; `gaps`: values and codes may be absent.
 */
static inline void random_decl(struct tw_rng *r, int id, int32_t day, bool gaps, struct tw_item *item,
                               struct shipment *s)
{
    static const char *const hs[] = {"851712", "851713", "851762", "640399", "640419"},
                             *const land[] = {"CN", "VN", "SG"}, *const words[] = {"goods", "shoes", ""};
    declare(s, id, (int)tw_rng_below(r, 5), 0, day, 0, 0);
    s->decl.exporter.id = tw_rng_below(r, 2) == 0 ? TW_STR("EX1") : TW_STR("EX2");
    s->decl.declarant.id = tw_rng_below(r, 3) == 0 ? TW_STR("BR1") : TW_STR("BR2");
    s->decl.importer.street = tw_rng_below(r, 4) == 0 ? TW_STR("1 Quay") : TW_STR("2 Quay");
    s->decl.items.n = 1 + tw_rng_below(r, PAST_ITEMS);
    s->decl.items.at = item;
    for (size_t i = 0; i < s->decl.items.n; i++) {
        struct tw_item *g = &item[i];
        *g = s->item;
        g->number = (uint32_t)i + 1;
        g->hs = tw_str_from(hs[tw_rng_below(r, 5)]);
        g->origin = gaps && tw_rng_below(r, 5) == 0 ? (struct tw_str){NULL, 0}
                                                    : tw_str_from(land[tw_rng_below(r, 3)]);
        g->dispatch = tw_str_from(land[tw_rng_below(r, 3)]);
        g->description = tw_str_from(words[tw_rng_below(r, gaps ? 3 : 2)]);
        g->net_mass_kg = (struct tw_dec){500 + (int64_t)tw_rng_below(r, 5000), 3, true};
        g->gross_mass_kg = (struct tw_dec){g->net_mass_kg.v + (int64_t)tw_rng_below(r, 500), 3, true};
        g->quantity.value = (struct tw_dec){1 + (int64_t)tw_rng_below(r, 50), 0, true};
        g->package_count = 1 + (int64_t)tw_rng_below(r, 9);
        g->customs_value = (struct tw_money){2000 + (int64_t)tw_rng_below(r, 9000), "XTS"};
        if (gaps && tw_rng_below(r, 4) == 0) g->customs_value.cur[0] = '\0';
        g->duty_rate = (struct tw_dec){(int64_t)tw_rng_below(r, 200), 1, !gaps || tw_rng_below(r, 3) > 0};
    }
}

/* Declarations on days that mostly rise, each folded in; results of some items, days later. */
static inline void live(struct past *t, uint64_t seed, bool gaps)
{
    struct tw_rng r = tw_rng_new(seed, "past");
    struct tw_item item[PAST_ITEMS];
    int32_t today = 20000;
    *t = (struct past){.n = 0};
    CHECK(tw_profile_new(tw_profile_defaults(), &t->p) == TW_OK &&
          tw_arena_new(64 << 20, &t->arena) == TW_OK);
    for (; t->n < PAST_DECLS; t->n++) {
        struct shipment s;
        today += (int32_t)tw_rng_below(&r, 5);
        random_decl(&r, (int)t->n, today - (tw_rng_below(&r, 12) == 0 ? 2 : 0), gaps, item, &s);
        t->look[t->n] = pass(t->p, &s.decl, t->arena);
        for (size_t i = 0; i < t->look[t->n].n; i++)
            CHECK(tw_profile_await(t->p, t->look[t->n].declaration, (uint32_t)i + 1,
                                   &t->look[t->n].item[i]) == TW_OK);
        if (tw_rng_below(&r, 2) == 0 || t->results == PAST_RESULTS) continue;
        char id[24];
        const size_t decl = tw_rng_below(&r, t->n + 1), item_n = tw_rng_below(&r, t->look[decl].n);
        snprintf(id, sizeof id, "D%d", (int)decl);
        struct tw_finding f = {.declaration_id = tw_str_from(id),
                               .item = (uint32_t)item_n + 1,
                               .result = tw_rng_below(&r, 3) == 0 ? TW_RESULT_VALUE : TW_RESULT_CONFORM,
                               .known_day = today - (int32_t)tw_rng_below(&r, 3),
                               .delta_duty = {500, "XTS"},
                               .propensity = (double)tw_rng_below(&r, 5) / 40}; /* 0 .. 0.1, floor 0.05 */
        if (tw_rng_below(&r, 3) == 0) f.delta_duty.cur[0] = '\0';
        if (tw_profile_finding(t->p, &f) != TW_OK) continue; /* it came before */
        t->result[t->results].decl = decl;
        t->result[t->results].item = item_n;
        t->result[t->results].after = t->n + 1;
        t->result[t->results].finding = f;
        t->result[t->results++].finding.declaration_id = (struct tw_str){NULL, 0};
    }
}

static inline void past_end(struct past *t)
{
    tw_profile_free(t->p);
    tw_arena_free(t->arena);
}

static inline bool about(double a, double b)
{
    return fabs(a - b) <= 2e-5 * (fabs(a) + fabs(b)) + 1e-12; /* beyond sixty half-lives nothing is left */
}

/* Has this key been seen in a declaration before `decl`, or in its items before `item`? */
static inline bool seen_before(const struct past *t, enum tw_kind k, uint64_t key, size_t decl, size_t item)
{
    for (size_t d = 0; d <= decl; d++)
        for (size_t i = 0; i < t->look[d].n && (d < decl || i < item); i++)
            if (t->look[d].item[i].has[k] && t->look[d].item[i].key[k] == key) return true;
    return false;
}

/* Pairs that were opened after their owner was known: of kind `pair`, by the row `key` of kind `whose`. */
static inline uint32_t partners_of(const struct past *t, enum tw_kind whose, uint64_t key, enum tw_kind pair)
{
    uint32_t n = 0;
    for (size_t d = 0; d < t->n; d++)
        for (size_t i = 0; i < t->look[d].n; i++) {
            const struct tw_look_item *l = &t->look[d].item[i];
            if (!l->has[whose] || l->key[whose] != key || !l->has[pair]) continue;
            n += seen_before(t, whose, key, d, i) && !seen_before(t, pair, l->key[pair], d, i);
        }
    return n;
}

/* One row's sums, from every event of its key. `moments`: everything had a price. */
static inline void recount(const struct past *t, enum tw_kind k, uint64_t key, bool moments)
{
    const struct tw_stat *s = NULL;
    struct tw_look_item probe = {.key = {0}};
    double seen[3] = {0}, low = 0, low_value = 0, today_value = 0, switches = 0, weight = 0, sum = 0,
           squares = 0;
    double duty = 0;
    static const int half_life[3] = {7, 30, 180};
    int32_t first = 0, last = 0;
    uint32_t n = 0, today_n = 0, code = 0;
    for (int kind = 0; kind < TW_KIND_N; kind++) probe.at[kind] = UINT32_MAX;
    for (size_t d = 0; d < t->n; d++)
        for (size_t i = 0; i < t->look[d].n; i++) {
            const struct tw_look *look = &t->look[d];
            const struct tw_look_item *l = &look->item[i];
            if (!l->has[k] || l->key[k] != key) continue;
            if (n == 0) first = last = look->day;
            const int32_t days = look->day > last ? look->day - last : 0;
            const double value = per_item(k) ? l->value : look->value;
            if (days > 0) today_n = 0, today_value = 0;
            for (int h = 0; h < 3; h++) seen[h] *= exp2(-days / (double)half_life[h]);
            low *= exp2(-days / 7.0);
            low_value *= exp2(-days / 7.0);
            switches *= exp2(-days / 180.0);
            weight *= exp2(-days / 180.0);
            sum *= exp2(-days / 180.0);
            squares *= exp2(-days / 180.0);
            last += days;
            if (per_item(k) || i == 0) {
                n++;
                today_n++;
                for (int h = 0; h < 3; h++) seen[h] += 1;
                if (!isnan(value)) today_value += value;
                if (look->low_value) low += 1;
                if (look->low_value && !isnan(value)) low_value += value;
            }
            if (!isnan(l->duty_percent)) duty += (l->duty_percent - duty) / seen[2];
            const bool goods = k == TW_KIND_IMPORTER_HS4 || k == TW_KIND_LANE || k == TW_KIND_DESCRIPTION;
            const bool origin =
                k == TW_KIND_EXPORTER_HS6 || k == TW_KIND_IMPORTER_EXPORTER || k == TW_KIND_EXPORTER;
            const uint32_t came_with = goods ? l->hs6_code : origin ? l->origin_code : 0;
            if (came_with != 0 && code != 0 && came_with != code) switches += 1;
            if (came_with != 0) code = came_with;
            if (moments) {
                weight += 1;
                sum += l->log_price;
                squares += l->log_price * l->log_price;
            }
        }
    for (size_t d = 0; d < t->n && s == NULL; d++) /* any later look at the key finds its row; so ask anew */
        for (size_t i = 0; i < t->look[d].n && s == NULL; i++)
            if (t->look[d].item[i].has[k] && t->look[d].item[i].key[k] == key &&
                t->look[d].item[i].at[k] != UINT32_MAX) {
                probe.at[k] = t->look[d].item[i].at[k];
                s = tw_profile_stat(t->p, &probe, k);
            }
    if (s == NULL) return; /* seen once: nobody has looked since */
    CHECK(s->key == key && s->n == n && s->first_day == first && s->last_day == last);
    CHECK(about((double)s->seen7, seen[0]) && about((double)s->seen30, seen[1]) &&
          about((double)s->seen180, seen[2]));
    CHECK(about((double)s->low7, low) && about((double)s->low_value7, low_value));
    CHECK(s->today_n == today_n && about((double)s->today_value, today_value));
    CHECK(s->last_code == code && about((double)s->switches, switches));
    CHECK(fabs((double)s->duty_percent - duty) < 1e-4);
    if (moments) {
        const double mean = sum / weight;
        CHECK(about((double)s->price.weight, weight) && fabs((double)s->price.mean - mean) < 1e-4);
        CHECK(fabs((double)s->price.var - (squares / weight - mean * mean)) < 1e-4);
    }
    if (k == TW_KIND_IMPORTER) CHECK(s->partners == partners_of(t, k, key, TW_KIND_IMPORTER_HS4));
    if (k == TW_KIND_EXPORTER) CHECK(s->partners == partners_of(t, k, key, TW_KIND_EXPORTER_HS6));
    if (k == TW_KIND_DECLARANT) CHECK(s->partners == partners_of(t, k, key, TW_KIND_DECLARANT_IMPORTER));
    if (k == TW_KIND_ADDRESS) CHECK(s->partners == partners_of(t, k, key, TW_KIND_IMPORTER));
}

/* The same for what results left in the row. */
static inline void recount_results(const struct past *t, enum tw_kind k, const struct tw_look_item *who)
{
    const struct tw_stat *s = tw_profile_stat(t->p, who, k);
    if (s == NULL) return;
    double inspected = 0, found = 0, inspected_w = 0, found_w = 0, share = 0;
    int32_t day = s->first_day, found_day = TW_NO_DAY;
    uint32_t n = 0, n_found = 0;
    for (size_t i = 0; i < t->results; i++) {
        const struct tw_look_item *l = &t->look[t->result[i].decl].item[t->result[i].item];
        const struct tw_finding *f = &t->result[i].finding;
        if (!l->has[k] || l->key[k] != who->key[k]) continue;
        const int32_t days = f->known_day > day ? f->known_day - day : 0;
        const double decay = exp2(-days / 180.0);
        const double w = f->propensity >= 0.05 ? 1 / f->propensity : f->propensity > 0 ? 20 : 1;
        const bool bad = f->result == TW_RESULT_VALUE;
        day += days;
        n++;
        inspected = inspected * decay + 1;
        found = found * decay + bad;
        inspected_w = inspected_w * decay + w;
        found_w = found_w * decay + (bad ? w : 0);
        if (!bad) continue;
        n_found++;
        found_day = f->known_day;
        if (f->delta_duty.cur[0] != '\0' && l->duty > 0) share += (500 / l->duty - share) / found;
    }
    CHECK(s->inspected == n && s->found == n_found && s->found_day == found_day && s->result_day == day);
    CHECK(about((double)s->inspected180, inspected) && about((double)s->found180, found));
    CHECK(about((double)s->inspected_w, inspected_w) && about((double)s->found_w, found_w));
    CHECK(fabs((double)s->recovered_share - share) <= 1e-4 * (1 + fabs(share)));
}

#endif
