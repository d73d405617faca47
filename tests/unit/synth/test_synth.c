/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "country.h"
#include "fault.h"

enum {
    T_ID,
    T_ITEM,
    T_MECHANISM,
    T_RESULT,
    T_HS,
    T_ORIGIN,
    T_VALUE,
    T_NET,
    T_DUTY,
    T_BAD,
    T_MISS,
    T_DELAY,
    T_FIRST
};
enum {
    D_ID,
    D_LODGED,
    D_ITEM = 19,
    D_HS = 20,
    D_ORIGIN = 22,
    D_GROSS = 25,
    D_NET = 26,
    D_VALUE = 35,
    D_RATE = 36,
    D_DUTY = 37,
    D_N
};
enum { F_ID, F_ITEM, F_RESULT, F_DVALUE, F_DDUTY, F_KNOWN, F_BASIS, F_PROPENSITY, F_N };

static double number(struct tw_str s)
{
    double v = 0;
    CHECK(tw_str_f64(s, &v) == TW_OK);
    return v;
}

static void shows_every_mechanism_at_about_its_rate(void)
{
    struct country c;
    country_open(&c, "harbor", 3, 0, 60000);
    country_live(&c);
    struct tw_str rest = tw_buf_view(&c.out.truth), cell[40];
    double count[TW_MECHANISM_N] = {0}, bad_declarations = 0;
    size_t columns = next_row(&rest, cell, 40);
    CHECK(columns == T_FIRST + TW_MECHANISM_N - 1 + TW_CONFOUNDER_N);
    struct tw_str last = {0}, last_bad = {0};
    double declarations = 0;
    while (next_row(&rest, cell, 40) > 0) {
        int m = 0;
        while (m < TW_MECHANISM_N && !tw_str_is(cell[T_MECHANISM], tw_mechanism_name((enum tw_mechanism)m)))
            m++;
        CHECK(m < TW_MECHANISM_N && tw_str_is(cell[T_BAD], m > 0 ? "1" : "0"));
        for (int k = 1; k < TW_MECHANISM_N; k++) CHECK(tw_str_is(cell[T_FIRST + k - 1], k == m ? "1" : "0"));
        bool fresh = !tw_str_eq(cell[T_ID], last);
        declarations += fresh;
        if (m > 0 && !tw_str_eq(cell[T_ID], last_bad)) {
            bad_declarations += 1;
            count[m] += 1;
            last_bad = cell[T_ID];
        }
        last = cell[T_ID];
    }
    CHECK(declarations == 60000);
    CHECK(bad_declarations / declarations > 0.03 && bad_declarations / declarations < 0.055);
    for (int m = 1; m < TW_MECHANISM_N; m++) {
        double want = c.world.mechanism[m].rate.is * (1 - c.world.mechanism[m].onset.is) * declarations;
        CHECK(count[m] > 0.4 * want && count[m] < 2.2 * want);
    }
    country_close(&c);
}

/* Declarations and truth go row by row: what was avoided follows from both. */
static void keeps_declaration_and_truth_consistent(void)
{
    struct country c;
    country_open(&c, "cove", 5, 0, 8000);
    country_live(&c);
    struct tw_str d = tw_buf_view(&c.out.declarations), t = tw_buf_view(&c.out.truth), dc[64], tc[40];
    CHECK(next_row(&d, dc, 64) == D_N && next_row(&t, tc, 40) > T_FIRST);
    struct tw_str last_time = {0}, last_id = {0};
    while (next_row(&d, dc, 64) == D_N) {
        CHECK(next_row(&t, tc, 40) > T_FIRST);
        CHECK(tw_str_eq(dc[D_ID], tc[T_ID]) && tw_str_eq(dc[D_ITEM], tc[T_ITEM]));
        CHECK(tw_str_cmp(dc[D_LODGED], last_time) >= 0 && tw_str_cmp(dc[D_ID], last_id) >= 0);
        last_time = dc[D_LODGED];
        last_id = dc[D_ID];
        CHECK(number(dc[D_GROSS]) >= number(dc[D_NET]) && number(dc[D_NET]) > 0 && number(dc[D_VALUE]) > 0);
        double duty = number(dc[D_DUTY]);
        CHECK(duty == 0 || fabs(duty - number(dc[D_VALUE]) * number(dc[D_RATE]) / 100) < 0.011);
        bool bad = tw_str_is(tc[T_BAD], "1");
        if (!bad) {
            CHECK(tw_str_eq(dc[D_HS], tc[T_HS]) && tw_str_eq(dc[D_ORIGIN], tc[T_ORIGIN]) &&
                  number(tc[T_DUTY]) == 0);
            CHECK(tw_str_eq(dc[D_VALUE], tc[T_VALUE]) && tw_str_is(tc[T_MISS], "0"));
        }
        if (tw_str_is(tc[T_MECHANISM], "undervaluation"))
            CHECK(number(tc[T_VALUE]) > number(dc[D_VALUE]) && number(tc[T_DUTY]) >= 0);
        if (tw_str_is(tc[T_MECHANISM], "misclassification")) CHECK(!tw_str_eq(tc[T_HS], dc[D_HS]));
        if (tw_str_is(tc[T_MECHANISM], "false_origin")) CHECK(!tw_str_eq(tc[T_ORIGIN], dc[D_ORIGIN]));
        if (tw_str_is(tc[T_MECHANISM], "short_weight")) CHECK(number(tc[T_NET]) > number(dc[D_NET]));
        if (tw_str_is(tc[T_MECHANISM], "split"))
            CHECK(number(dc[D_VALUE]) <= c.world.de_minimis + 0.005 && duty == 0);
    }
    country_close(&c);
}

static void records_what_the_incumbent_inspected_and_how_surely(void)
{
    struct country c;
    country_open(&c, "harbor", 4, 0, 60000);
    country_live(&c);
    struct tw_str rest = tw_buf_view(&c.out.findings), cell[16], last = {0};
    CHECK(next_row(&rest, cell, 16) == F_N);
    double by_criterion = 0, by_chance = 0, weight = 0;
    while (next_row(&rest, cell, 16) == F_N) {
        double p = number(cell[F_PROPENSITY]);
        CHECK(p >= 0.0099 && p <= 1);
        if (tw_str_is(cell[F_RESULT], "conform")) CHECK(number(cell[F_DDUTY]) == 0);
        if (tw_str_eq(cell[F_ID], last)) continue;
        last = cell[F_ID];
        if (tw_str_is(cell[F_BASIS], "criterion"))
            by_criterion += 1;
        else
            by_chance += 1;
        weight += 1 / p;
    }
    CHECK(by_criterion / 60000 > 0.03 && by_criterion / 60000 < 0.08);
    CHECK(by_chance / 60000 > 0.007 && by_chance / 60000 < 0.012);
    /* Inverse propensities of what was inspected add up to what there was: within four of their own
     * deviations. */
    CHECK(fabs(weight / 60000 - 1) < 0.2);
    country_close(&c);
}

static void repeats_itself_for_a_seed_and_differs_for_another(void)
{
    struct country a, b, other;
    country_open(&a, "cove", 1, 9, 1000);
    country_open(&b, "cove", 1, 9, 1000);
    country_open(&other, "cove", 2, 9, 1000);
    country_live(&a);
    country_live(&b);
    country_live(&other);
    CHECK(tw_str_eq(tw_buf_view(&a.out.declarations), tw_buf_view(&b.out.declarations)));
    CHECK(tw_str_eq(tw_buf_view(&a.out.truth), tw_buf_view(&b.out.truth)));
    CHECK(tw_str_eq(tw_buf_view(&a.out.findings), tw_buf_view(&b.out.findings)));
    CHECK(!tw_str_eq(tw_buf_view(&a.out.declarations), tw_buf_view(&other.out.declarations)));
    country_close(&a);
    country_close(&b);
    country_close(&other);
}

static tw_err live_a_little(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_synth) *s = NULL;
    struct tw_world world;
    struct tw_world_goods_list goods;
    struct tw_synth_out out = {.declarations = {0}, .findings = {0}, .truth = {0}};
    TW_TRY(tw_arena_new(64 << 20, &arena));
    TW_TRY(tw_world_goods_new(tw_embed_find(tw_worlds, TW_STR("goods")), arena, &goods, NULL));
    TW_TRY(tw_world_new(tw_embed_find(tw_worlds, TW_STR("cove")), 0, arena, &world, NULL));
    struct tw_synth_options o = {.seed = 1, .declarations = 200, .start_day = 20000};
    tw_err err = tw_synth_new(&world, &goods, &o, &s, NULL);
    for (bool more = true; more && err == TW_OK;) err = tw_synth_next(s, &out, &more);
    tw_buf_free(&out.declarations);
    tw_buf_free(&out.findings);
    tw_buf_free(&out.truth);
    return err;
}

/* From behind the reading of the world (yaml has its own test; libyaml's allocations are not ours). */
static void survives_failed_allocations(void)
{
    CHECK(live_a_little() == TW_OK);
    long failures = 0;
    for (long n = 0; n < 20000; n += n < 60 ? 1 : 13) {
        tw_mem_fail_after(n);
        tw_err err = live_a_little();
        tw_mem_fail_after(-1);
        if (err == TW_OK) break;
        CHECK(err == TW_NOMEM);
        failures++;
    }
    CHECK(failures > 20);
}

int main(void)
{
    RUN(shows_every_mechanism_at_about_its_rate);
    RUN(keeps_declaration_and_truth_consistent);
    RUN(records_what_the_incumbent_inspected_and_how_surely);
    RUN(repeats_itself_for_a_seed_and_differs_for_another);
    RUN(survives_failed_allocations);
    return DONE();
}
