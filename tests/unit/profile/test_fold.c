/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "border.h"
#include "fault.h"

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

/* Reference: every row's sums recomputed from the whole list of events. */
static void counts_what_a_full_recount_counts(void)
{
    enum { N = 400 };
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    int importer[N];
    int32_t day[N];
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    unsigned seed = 7;
    int32_t today = 20000;
    for (int i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        today += (int32_t)((seed >> 20) % 3);
        importer[i] = (int)((seed >> 8) % 9);
        day[i] = today;
        struct shipment s;
        const struct tw_decl *d = declare(&s, i, importer[i], importer[i] % 4, today, 100000, 5000);
        struct tw_look look;
        CHECK(tw_profile_look(p, d, arena, &look) == TW_OK);
        const struct tw_stat *stat = tw_profile_stat(p, &look.item[0], TW_KIND_IMPORTER);
        double seen30 = 0;
        unsigned n = 0;
        for (int k = 0; k < i; k++)
            if (importer[k] == importer[i]) {
                n++;
                seen30 += exp2(-(today - day[k]) / 30.0);
            }
        CHECK((stat == NULL) == (n == 0));
        if (stat != NULL) CHECK(stat->n == n && fabs(tw_stat_seen(stat, today, 30) - seen30) < 1e-4 * seen30);
        CHECK(tw_profile_fold(p, &look) == TW_OK);
    }
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
    double before = tw_profile_rate(p, &next.item[0], TW_KIND_IMPORTER, 20001, 5);
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
    CHECK(tw_profile_rate(p, &next.item[0], TW_KIND_IMPORTER, 20001, 5) > before);

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
        tw_profile_rates(p, &look.item[0], day, 12, rate);
        tw_profile_seen(p, &look.item[0], day, seen);
        for (int k = 0; k < TW_KIND_N; k++) {
            const struct tw_stat *t = tw_profile_stat(p, &look.item[0], (enum tw_kind)k);
            CHECK(rate[k] == tw_profile_rate(p, &look.item[0], (enum tw_kind)k, day, 12));
            CHECK(seen[k] == (t != NULL ? tw_stat_seen(t, day, 180) : 0));
        }
    }
    tw_profile_free(p);
}

int main(void)
{
    RUN(decays_by_half_in_one_half_life);
    RUN(counts_what_a_full_recount_counts);
    RUN(knows_a_finding_only_after_it_was_folded_in);
    RUN(keeps_prices_for_one_year_at_the_most);
    RUN(survives_every_failed_allocation);
    RUN(gives_all_rates_and_counts_at_once_as_one_by_one);
    return DONE();
}
