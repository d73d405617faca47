/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "border.h"
#include "fault.h"
#include "recount.h"

static void decays_by_half_in_one_half_life(void)
{
    CHECK(tw_decay(0, 7) == 1.0 && tw_decay(-5, 7) == 1.0);
    CHECK(tw_decay(7, 7) == 0.5 && tw_decay(60, 30) == 0.25 && tw_decay(540, 180) == 0.125);
    for (int d = 0; d < 2000; d++) {
        CHECK(fabs(tw_decay(d, 30) - exp2(-d / 30.0)) <= 1e-15);
        CHECK(tw_decay(d + 1, 180) < tw_decay(d, 180));
    }
    CHECK(tw_decay(100000, 7) == 0.0);
}

/* Every row of every kind against a count from the whole list of what happened. */
static void counts_what_a_full_recount_counts(void)
{
    static struct past t;
    for (int gaps = 0; gaps < 2; gaps++) {
        live(&t, 7, gaps);
        CHECK(t.results > 80 && tw_profile_keys(t.p) > 200);
        for (size_t d = 0; d < t.n; d++)
            for (size_t i = 0; i < t.look[d].n; i++)
                for (int k = 0; k < TW_KIND_N; k++) {
                    const struct tw_look_item *l = &t.look[d].item[i];
                    if (!l->has[k] || seen_before(&t, (enum tw_kind)k, l->key[k], d, i)) continue;
                    const bool party = k == TW_KIND_IMPORTER || k == TW_KIND_DECLARANT ||
                                       k == TW_KIND_EXPORTER || k == TW_KIND_ADDRESS ||
                                       k == TW_KIND_IMPORTER_ORIGIN || k == TW_KIND_IMPORTER_EXPORTER ||
                                       k == TW_KIND_EXPORTER_ORIGIN || k == TW_KIND_IMPORTER_HS4 ||
                                       k == TW_KIND_LANE; /* these keep a ratio */
                    recount(&t, (enum tw_kind)k, l->key[k], !gaps && !party);
                }
        for (size_t d = 0; d < t.n; d++)
            for (size_t i = 0; i < t.look[d].n; i++)
                for (int k = 0; k < TW_KIND_N; k++) recount_results(&t, (enum tw_kind)k, &t.look[d].item[i]);
        CHECK(tw_profile_day(t.p) >= t.look[t.n - 1].day);
        past_end(&t);
    }
}

static struct tw_profile *empty(struct tw_arena **arena)
{
    struct tw_profile *p = NULL;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, arena) == TW_OK);
    return p;
}

/* The row of `k` as it stands for what `d` declares first. */
static const struct tw_stat *row_of(const struct tw_profile *p, const struct tw_decl *d, enum tw_kind k,
                                    struct tw_arena *arena)
{
    struct tw_look look;
    CHECK(tw_profile_look(p, d, arena, &look) == TW_OK);
    return tw_profile_stat(p, &look.item[0], k);
}

static void keeps_of_parties_how_they_stand_to_the_usual(void)
{
    static const enum tw_kind party[] = {
        TW_KIND_IMPORTER,        TW_KIND_DECLARANT,       TW_KIND_EXPORTER,
        TW_KIND_ADDRESS,         TW_KIND_IMPORTER_ORIGIN, TW_KIND_IMPORTER_EXPORTER,
        TW_KIND_EXPORTER_ORIGIN, TW_KIND_IMPORTER_HS4,    TW_KIND_LANE};
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    for (int i = 0; i < 12; i++) pass(p, declare(&s, i, 1, 1, 20000, 100000, 5000), arena);
    for (size_t i = 0; i < sizeof party / sizeof *party; i++) /* so far there was nothing to stand to */
        CHECK(row_of(p, &s.decl, party[i], arena)->price.weight == 0);
    const struct tw_look look = pass(p, declare(&s, 99, 1, 1, 20000, 200000, 5000), arena);
    CHECK(fabs(look.item[0].log_ratio - log(2)) < 0.04);
    for (size_t i = 0; i < sizeof party / sizeof *party; i++) {
        const struct tw_stat *stat = row_of(p, &s.decl, party[i], arena);
        CHECK(stat->price.weight == 1 && fabs((double)stat->price.mean - look.item[0].log_ratio) < 1e-6);
    }
    const struct tw_stat *goods = row_of(p, &s.decl, TW_KIND_ORIGIN, arena); /* the price itself */
    CHECK(goods->price.weight == 13 && fabs((double)goods->price.mean - (log(20000) + log(2) / 13)) < 1e-4);
    tw_profile_free(p);
}

static void keeps_what_is_usual_of_goods(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    for (int i = 0; i < 4; i++) {
        declare(&s, i, 1, 1, 20000 + 180 * (i / 2), (int64_t)100000 * (i + 1), 5000); /* 25 units */
        s.item.package_count = 5;
        pass(p, &s.decl, arena);
    }
    struct tw_look look;
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    for (int k = 0; k < TW_KIND_N; k++) {
        const struct tw_usual *u = tw_profile_usual(p, &look.item[0], (enum tw_kind)k);
        CHECK((u != NULL) == (k == TW_KIND_HS6 || k == TW_KIND_HS6_ORIGIN || k == TW_KIND_HS6_ROUTE));
        if (u == NULL) continue;
        CHECK(u->generation_day == 20180 && u->since_day == 20000);
        CHECK(tw_sketch_n(&u->per_kg[0]) == 2 && tw_sketch_n(&u->per_kg[1]) == 2);
        CHECK(tw_sketch_n(&u->per_unit[0]) == 2 && tw_sketch_n(&u->per_unit[1]) == 2);
        const double kg = tw_sketch_quantile(&u->per_kg[1], 0), unit = tw_sketch_quantile(&u->per_unit[1], 0);
        CHECK(fabs(kg / 20000 - 1) < 0.031 && fabs(unit / 4000 - 1) < 0.031);
        CHECK(fabs((double)u->tare.mean - log(1.1)) < 1e-5 &&
              fabs((double)u->kg_unit.mean - log(0.2)) < 1e-5);
        CHECK(fabs((double)u->kg_package.mean - 0) < 1e-5);
        CHECK(fabs((double)u->tare.weight - 3) < 1e-6); /* two, halved, and two */
        CHECK(fabs((double)u->kg_unit.weight - 3) < 1e-6 && fabs((double)u->kg_package.weight - 3) < 1e-6);
    }
    declare(&s, 5, 1, 7, 20180, 1,
            500); /* 0.01 for half a kilogram in one package, and nothing is too small */
    s.item.package_count = 1;
    s.item.quantity.value.v = 4;
    pass(p, &s.decl, arena);
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    const struct tw_usual *small = tw_profile_usual(p, &look.item[0], TW_KIND_HS6);
    CHECK(tw_sketch_n(&small->per_kg[0]) == 1 && tw_sketch_n(&small->per_unit[0]) == 1);
    CHECK(small->tare.weight == 1 && small->kg_unit.weight == 1 && small->kg_package.weight == 1);
    declare(&s, 6, 1, 1, 20180, 400000, 5000);
    s.item.gross_mass_kg.v = 4999; /* below net: no tare; nothing else is left out */
    s.item.quantity.value.v = 0;
    s.item.package_count = 0;
    pass(p, &s.decl, arena);
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    const struct tw_usual *u = tw_profile_usual(p, &look.item[0], TW_KIND_HS6);
    CHECK(fabs((double)u->tare.weight - 3) < 1e-6 && fabs((double)u->kg_unit.weight - 3) < 1e-6);
    CHECK(fabs((double)u->kg_package.weight - 3) < 1e-6);
    CHECK(tw_sketch_n(&u->per_kg[0]) == 3 && tw_sketch_n(&u->per_unit[0]) == 2);
    s.item.gross_mass_kg.v = 5000; /* as much as net is a tare of nothing */
    pass(p, &s.decl, arena);
    CHECK(fabs((double)tw_profile_usual(p, &look.item[0], TW_KIND_HS6)->tare.weight - 4) < 1e-6);
    tw_profile_free(p);
}

/* Ore at half a minor unit per kg, half a unit of a hundred kg: nothing is too small to be compared. */
static void compares_what_is_cheap_and_what_is_less_than_a_unit(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    struct tw_look look;
    for (int i = 0; i < 13; i++) {
        declare(&s, i, 1, 1, 20000, 50, 100000);
        s.item.quantity.value = (struct tw_dec){5, 1, true};
        look = pass(p, &s.decl, arena);
        CHECK(look.item[0].price_kg == 0.5 && look.item[0].price_unit == 100 && look.item[0].units == 0.5);
    }
    CHECK(look.item[0].usual_kind == TW_KIND_HS6_ROUTE && fabs(look.item[0].usual_kg / 0.5 - 1) < 0.031);
    CHECK(fabs(look.item[0].log_ratio) < 0.031); /* NaN fails */
    const struct tw_usual *u = tw_profile_usual(p, &look.item[0], TW_KIND_HS6_ROUTE);
    CHECK(tw_sketch_n(&u->per_unit[0]) == 13 && fabs((double)u->kg_unit.weight - 13) < 1e-5);
    CHECK(fabs((double)u->kg_unit.mean - log(200)) < 1e-5);
    tw_profile_free(p);
}

/* A silence of a year leaves no generation behind; half of one leaves the older. */
static void forgets_prices_by_generations(void)
{
    static const struct {
        int32_t later;
        unsigned now, before;
        int32_t generation, since;
    } row[] = {{179, 2, 0, 20000, 20000},
               {180, 1, 1, 20180, 20000},
               {359, 1, 1, 20359, 20000},
               {360, 1, 0, 20360, 20360},
               {900, 1, 0, 20900, 20900}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        TW_SCOPED(tw_arena) *arena = NULL;
        struct tw_profile *p = empty(&arena);
        struct shipment s;
        struct tw_look look;
        pass(p, declare(&s, 1, 1, 1, 20000, 1000, 5000), arena);
        pass(p, declare(&s, 2, 1, 1, 20000 + row[i].later, 1000, 5000), arena);
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
        const struct tw_usual *u = tw_profile_usual(p, &look.item[0], TW_KIND_HS6);
        CHECK(tw_sketch_n(&u->per_kg[0]) == row[i].now && tw_sketch_n(&u->per_kg[1]) == row[i].before);
        CHECK(tw_sketch_n(&u->per_unit[0]) == row[i].now && tw_sketch_n(&u->per_unit[1]) == row[i].before);
        CHECK(u->generation_day == row[i].generation && u->since_day == row[i].since);
        tw_profile_free(p);
    }
}

/* One finding for a whole declaration is the result of each of its items; each item's own result comes once.
 */
static void finds_the_items_of_a_declaration_again(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    struct tw_item item[3];
    struct tw_look look;
    CHECK(tw_profile_finding(p, &(struct tw_finding){.declaration_id = TW_STR("D1")}) ==
          TW_NOTFOUND); /* none yet */
    for (int id = 1; id <= 3; id++) {
        declare(&s, id, id, id, 20000, 1000, 1000);
        for (uint32_t i = 0; i < 3; i++) {
            item[i] = s.item;
            item[i].number = 10 * (i + 1);
        }
        s.decl.items.at = item;
        s.decl.items.n = 3;
        look = pass(p, &s.decl, arena);
        for (size_t i = 0; i < 3; i++)
            CHECK(tw_profile_await(p, look.declaration, item[i].number, &look.item[i]) == TW_OK);
    }
    CHECK(tw_profile_await(p, 0, 1, &look.item[0]) == TW_OK && tw_profile_awaited(p) == 9); /* it has no id */
    struct tw_finding f = {.declaration_id = TW_STR("D2"), .item = 20, .known_day = 20001};
    CHECK(tw_profile_finding(p, &f) == TW_OK && tw_profile_awaited(p) == 8);
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND && tw_profile_awaited(p) == 8);
    f.item = 40;
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND);
    f.item = 0;
    CHECK(tw_profile_finding(p, &f) == TW_OK && tw_profile_awaited(p) == 6);
    f.declaration_id = (struct tw_str){NULL, 0};
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND && tw_profile_awaited(p) == 6);
    for (int id = 1; id <= 3; id++) {
        const struct tw_stat *stat = row_of(p, declare(&s, 9, id, id, 20002, 1, 1), TW_KIND_IMPORTER, arena);
        CHECK(stat->inspected == (id == 2 ? 3 : 0) && stat->found == 0);
    }
    tw_profile_free(p);
}

/* More are remembered than there was room for at first; results make room, and nothing is mixed up. */
static void keeps_thousands_of_awaited_items_apart(void)
{
    enum { N = 700 };
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    char id[24];
    for (int i = 0; i < N; i++) {
        const struct tw_look look = pass(p, declare(&s, i, i, 1, 20000, 1000, 1000), arena);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        if (i < 100 || i % 2 == 0) continue;
        snprintf(id, sizeof id, "D%d", i - 100);
        const struct tw_finding f = {.declaration_id = tw_str_from(id), .item = 1, .known_day = 20001};
        CHECK(tw_profile_finding(p, &f) == TW_OK);
    }
    CHECK(tw_profile_awaited(p) == N - 300);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "D%d", i);
        const struct tw_finding f = {.declaration_id = tw_str_from(id), .item = 1, .known_day = 20002};
        const bool came = i < 600 && i % 2 == 1;
        CHECK(tw_profile_finding(p, &f) == (came ? TW_NOTFOUND : TW_OK));
        CHECK(row_of(p, declare(&s, 9, i, 1, 20002, 1, 1), TW_KIND_IMPORTER, arena)->inspected == 1);
    }
    CHECK(tw_profile_awaited(p) == 0);
    tw_profile_free(p);
}

/* (found + m x parent) / (results + m) along the chain: of parties decayed to the day that is asked for, of
 * goods all there ever were. */
static void backs_a_rate_off_along_its_parents(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    struct tw_look look;
    for (int i = 0; i < 6; i++) { /* goods 1: found, found, conform; goods 2: conform three times */
        look = pass(p, declare(&s, i, 1, 1 + i / 3, 20000, 1000, 1000), arena);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        char id[24];
        snprintf(id, sizeof id, "D%d", i);
        const struct tw_finding f = {.declaration_id = tw_str_from(id),
                                     .item = 1,
                                     .result = i < 2 ? TW_RESULT_ORIGIN : TW_RESULT_CONFORM,
                                     .known_day = 20000};
        CHECK(tw_profile_finding(p, &f) == TW_OK);
    }
    CHECK(tw_profile_look(p, declare(&s, 9, 1, 1, 20180, 1000, 1000), arena, &look) == TW_OK);
    for (int halved = 0; halved < 2; halved++) {
        const double d = halved ? 0.5 : 1, m = 4;
        const double all = (2 * d + m * 0.05) / (6 * d + m), importer = (2 * d + m * all) / (6 * d + m);
        const double chapter = (2 + all) / 7, heading = (2 + chapter) / 7, goods = (2 + heading) / 4;
        const int32_t day = halved ? 20180 : 20000;
        CHECK(fabs(tw_profile_rate(p, &look.item[0], TW_KIND_GLOBAL, day) - all) < 1e-7);
        CHECK(fabs(tw_profile_rate(p, &look.item[0], TW_KIND_HS2, day) - chapter) < 1e-7);
        CHECK(fabs(tw_profile_rate(p, &look.item[0], TW_KIND_HS6, day) - goods) < 1e-7);
        CHECK(fabs(tw_profile_rate(p, &look.item[0], TW_KIND_IMPORTER, day) - importer) < 1e-7);
    }
    /* A key without a row says what its parent says. */
    CHECK(tw_profile_look(p, declare(&s, 9, 77, 1, 20180, 1000, 1000), arena, &look) == TW_OK);
    CHECK(tw_profile_rate(p, &look.item[0], TW_KIND_IMPORTER, 20180) ==
          tw_profile_rate(p, &look.item[0], TW_KIND_GLOBAL, 20180));
    tw_profile_free(p);
}

/* An item without a value in a declaration of low value must not make the sums of its goods NaN. */
static void adds_no_value_where_there_is_none(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = empty(&arena);
    struct shipment s;
    struct tw_item item[2];
    declare(&s, 1, 1, 1, 20000, 5000, 1000);
    item[0] = item[1] = s.item;
    item[1].customs_value.cur[0] = '\0';
    item[1].hs = TW_STR("640399");
    s.decl.items.at = item;
    s.decl.items.n = 2;
    const struct tw_look look = pass(p, &s.decl, arena);
    CHECK(look.low_value && look.value == 50 && isnan(look.item[1].value));
    item[0].customs_value.cur[0] = '\0';
    struct tw_look none; /* nor is a declaration without values one of value zero */
    CHECK(tw_profile_look(p, &s.decl, arena, &none) == TW_OK && isnan(none.value) && !none.low_value);
    struct tw_look next;
    CHECK(tw_profile_look(p, &s.decl, arena, &next) == TW_OK);
    const struct tw_stat *with = tw_profile_stat(p, &next.item[0], TW_KIND_HS6),
                         *without = tw_profile_stat(p, &next.item[1], TW_KIND_HS6);
    CHECK(with->low7 == 1 && with->low_value7 == 50 && with->today_value == 50);
    CHECK(without->low7 == 1 && without->low_value7 == 0 && without->today_value == 0);
    tw_profile_free(p);
}

static void knows_a_finding_only_after_it_was_folded_in(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_look look = pass(p, declare(&s, 1, 1, 1, 20000, 100000, 5000), arena);
    CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK && tw_profile_awaited(p) == 1);

    struct tw_look next;
    CHECK(tw_profile_look(p, declare(&s, 2, 1, 1, 20001, 100000, 5000), arena, &next) == TW_OK);
    double before = tw_profile_rate(p, &next.item[0], TW_KIND_IMPORTER, 20001);
    struct tw_finding f = {.declaration_id = TW_STR("D1"),
                           .item = 1,
                           .result = TW_RESULT_VALUE,
                           .known_day = 20001,
                           .delta_duty = {2500, "XTS"},
                           .propensity = 0.5};
    CHECK(tw_profile_finding(p, &f) == TW_OK && tw_profile_awaited(p) == 0);
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND);
    const struct tw_stat *stat = tw_profile_stat(p, &next.item[0], TW_KIND_IMPORTER);
    CHECK(stat->inspected == 1 && stat->found == 1 && stat->found_day == 20001);
    CHECK(fabs((double)stat->recovered_share - 0.5) < 1e-6); /* 25.00 of a duty at stake of 50.00 */
    CHECK(stat->inspected_w > 1.99F && stat->inspected_w < 2.01F);
    CHECK(tw_profile_rate(p, &next.item[0], TW_KIND_IMPORTER, 20001) > before);

    struct tw_finding unknown = {.declaration_id = TW_STR("nobody"), .item = 1, .known_day = 20001};
    CHECK(tw_profile_finding(p, &unknown) == TW_NOTFOUND);
    tw_profile_free(p);
}

static void keeps_prices_for_one_year_at_the_most(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    for (int i = 0; i < 50; i++) pass(p, declare(&s, i, 1, 1, 20000, 1000000, 5000), arena);
    for (int i = 0; i < 50; i++) pass(p, declare(&s, 50 + i, 1, 1, 20200, 2000000, 5000), arena);
    struct tw_look look = pass(p, declare(&s, 200, 1, 1, 20201, 2000000, 5000), arena);
    const struct tw_usual *u = tw_profile_usual(p, &look.item[0], TW_KIND_HS6);
    CHECK(u != NULL && u->since_day == 20000 && u->generation_day == 20200);
    look = pass(p, declare(&s, 201, 1, 1, 20390, 2000000, 5000), arena);
    u = tw_profile_usual(p, &look.item[0], TW_KIND_HS6);
    CHECK(u->since_day == 20200);
    /* All that is left was declared at 4,000.00 a kg. */
    double median = tw_sketch_quantile2(&u->per_kg[0], &u->per_kg[1], 0.5);
    CHECK(median > 400000 * 0.97 && median < 400000 * 1.03);
    tw_profile_free(p);
}

static tw_err fold_a_hundred(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    tw_err err = tw_profile_new(tw_profile_defaults(), &p);
    if (err == TW_OK) err = tw_arena_new(64 << 20, &arena);
    for (int i = 0; i < 100 && err == TW_OK; i++) {
        struct shipment s;
        struct tw_look look;
        err = tw_profile_look(p, declare(&s, i, i % 7, i % 5, 20000 + i, 100000 + i, 5000), arena, &look);
        if (err == TW_OK) err = tw_profile_fold(p, &look);
        if (err == TW_OK) err = tw_profile_await(p, look.declaration, 1, &look.item[0]);
    }
    tw_profile_free(p);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(fold_a_hundred) > 10);
}

static void gives_all_rates_and_counts_at_once_as_one_by_one(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_profile *p = NULL;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK && tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    for (int i = 0; i < 300; i++) {
        struct shipment s;
        struct tw_look look =
            pass(p, declare(&s, i, i % 11, i % 3, 20000 + i, 90000 + 100 * (i % 200), 5000), arena);
        if (i % 4 != 0) continue;
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        struct tw_finding f = {.declaration_id = s.decl.id,
                               .item = 1,
                               .known_day = 20003 + i,
                               .result = i % 12 == 0 ? TW_RESULT_VALUE : TW_RESULT_CONFORM};
        CHECK(tw_profile_finding(p, &f) == TW_OK);
    }
    for (int i = 0; i < 40; i++) { /* some of them importers and goods never seen */
        struct shipment s;
        struct tw_look look;
        double rate[TW_KIND_N], seen[TW_KIND_N];
        const int32_t day = 20290 + 17 * i;
        CHECK(tw_profile_look(p, declare(&s, 900, i % 15, i % 5, day, 100000, 5000), arena, &look) == TW_OK);
        tw_profile_rates(p, &look.item[0], day, rate);
        tw_profile_seen(p, &look.item[0], day, seen);
        for (int k = 0; k < TW_KIND_N; k++) {
            const struct tw_stat *t = tw_profile_stat(p, &look.item[0], (enum tw_kind)k);
            CHECK(rate[k] == tw_profile_rate(p, &look.item[0], (enum tw_kind)k, day));
            CHECK(seen[k] == (t != NULL ? tw_stat_seen(t, day, 180) : 0));
        }
    }
    tw_profile_free(p);
}

/* What comes late is folded in, and does not turn the profile's day back. */
static void keeps_its_day_when_a_declaration_comes_late(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    CHECK(tw_profile_day(p) == TW_NO_DAY);
    pass(p, declare(&s, 1, 1, 1, 20005, 1000, 1000), arena);
    pass(p, declare(&s, 2, 1, 1, 20001, 1000, 1000), arena);
    CHECK(tw_profile_day(p) == 20005);
    tw_profile_free(p);
}

int main(void)
{
    RUN(decays_by_half_in_one_half_life);
    RUN(counts_what_a_full_recount_counts);
    RUN(keeps_of_parties_how_they_stand_to_the_usual);
    RUN(keeps_what_is_usual_of_goods);
    RUN(compares_what_is_cheap_and_what_is_less_than_a_unit);
    RUN(forgets_prices_by_generations);
    RUN(finds_the_items_of_a_declaration_again);
    RUN(keeps_thousands_of_awaited_items_apart);
    RUN(backs_a_rate_off_along_its_parents);
    RUN(adds_no_value_where_there_is_none);
    RUN(knows_a_finding_only_after_it_was_folded_in);
    RUN(keeps_prices_for_one_year_at_the_most);
    RUN(survives_every_failed_allocation);
    RUN(gives_all_rates_and_counts_at_once_as_one_by_one);
    RUN(keeps_its_day_when_a_declaration_comes_late);
    return DONE();
}
