/* SPDX-License-Identifier: Apache-2.0 */
#include "reason/reason.h"

#include "case.h"
#include "fault.h"
#include "score/shap.h"

static struct tw_arena *arena;

static bool holds(struct tw_str text, const char *part)
{
    return memmem(text.s, text.n, part, strlen(part)) != NULL;
}

static size_t write(const struct told *t, struct tw_reason *ret)
{
    size_t n = 99;
    CHECK(tw_reason_write(&t->c, arena, ret, &n) == TW_OK && n <= TW_REASONS_MAX);
    return n;
}

static void says_the_comparison_and_its_population(void)
{
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    told(&t);
    know(&t, TW_FEATURE_PRICE_ORIGIN, -0.97,
         (struct tw_evidence){410, 1080, 1240, TODAY - 365, TW_KIND_HS6_ORIGIN});
    t.a[TW_FEATURE_PRICE_ORIGIN] = 1.31;
    CHECK(write(&t, r) == 1);
    CHECK(tw_str_is(r[0].text, "Price low: 4.10 XTS/kg, 62 % below the median 10.80 of 1,240 consignments of "
                               "HS 8517.01 from CN in 12 months"));
    CHECK(tw_str_is(r[0].values_json,
                    "{\"feature\":\"price_origin_ratio\",\"value\":4.10,\"currency\":\"XTS\","
                    "\"percent_below\":62,\"reference\":10.80,\"population\":1240,\"hs6\":\"851701\","
                    "\"origin\":\"CN\",\"months\":12}"));
    CHECK(r[0].family == TW_FAMILY_PRICE && !r[0].against && r[0].audience == TW_AUDIENCE_TRADER);
    CHECK(r[0].weight_micro == 1310000 && r[0].item == 1);
}

/* Three columns of one family are one reason; its sentence is the strongest comparison's. */
static void sums_a_family_and_lets_its_strongest_comparison_speak(void)
{
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    told(&t);
    const struct tw_evidence usual = {410, 1080, 1240, TODAY - 30, TW_KIND_HS6};
    know(&t, TW_FEATURE_PRICE_LOG, 6, (struct tw_evidence){.value = 410, .kind = TW_KIND_N});
    know(&t, TW_FEATURE_PRICE_GOODS, -0.97, usual);
    know(&t, TW_FEATURE_PRICE_ROUTE, -0.97, usual);
    t.a[TW_FEATURE_PRICE_LOG] = 0.5; /* stronger, but compares with nothing */
    t.a[TW_FEATURE_PRICE_GOODS] = 0.2;
    t.a[TW_FEATURE_PRICE_ROUTE] = -0.1;
    CHECK(write(&t, r) == 1 && r[0].weight_micro == 600000);
    CHECK(holds(r[0].values_json, "price_goods_ratio"));
    t.a[TW_FEATURE_PRICE_GOODS] = 0.04; /* ten times weaker: then the plain number speaks */
    CHECK(write(&t, r) == 1 && tw_str_is(r[0].text, "Price: 4.10 XTS/kg"));
    t.a[TW_FEATURE_PRICE_ROUTE] = -0.9; /* and the other way the other one */
    CHECK(write(&t, r) == 1 && r[0].against && r[0].weight_micro == -360000);
    CHECK(holds(r[0].values_json, "price_route_ratio"));
}

static void a_limit_far_below_the_value_does_not_speak(void)
{
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    told(&t);
    know(&t, TW_FEATURE_VALUE_LOG, 5, (struct tw_evidence){.value = 220, .kind = TW_KIND_N});
    t.a[TW_FEATURE_LIMIT_SHARE] = 0.3;
    t.a[TW_FEATURE_VALUE_LOG] = 0.4;
    know(&t, TW_FEATURE_LIMIT_SHARE, 1.47, (struct tw_evidence){220, 150, (double)NAN, TW_NO_DAY, TW_KIND_N});
    CHECK(write(&t, r) == 1 && holds(r[0].text, "147 % of the limit"));
    know(&t, TW_FEATURE_LIMIT_SHARE, 1.5, (struct tw_evidence){240, 150, (double)NAN, TW_NO_DAY, TW_KIND_N});
    CHECK(write(&t, r) == 1 && holds(r[0].text, "Customs value of the item"));
    t.a[TW_FEATURE_VALUE_LOG] = 0; /* but where it is all there is, it is said */
    CHECK(write(&t, r) == 1 && holds(r[0].text, "160 % of the limit"));
}

static void keeps_four_for_and_the_strongest_against_in_order(void)
{
    static const enum tw_feature up[] = {TW_FEATURE_PRICE_LOG,  TW_FEATURE_NET_LOG,
                                         TW_FEATURE_VALUE_LOG,  TW_FEATURE_ROUTE_SHARE,
                                         TW_FEATURE_GOODS_SEEN, TW_FEATURE_IMPORTER_SEEN};
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    told(&t);
    for (size_t i = 0; i < 6; i++) t.a[up[i]] = 0.1 * (double)(i + 1);
    t.a[TW_FEATURE_EXPORTER_SEEN] = -0.3;
    t.a[TW_FEATURE_DECLARANT_SEEN] = -0.4;
    t.a[TW_FEATURE_HOUR] = -0.2;
    CHECK(write(&t, r) == 5);
    for (int i = 0; i < 4; i++) CHECK(!r[i].against && r[i].weight_micro == 600000 - 100000 * i);
    CHECK(r[4].against && r[4].family == TW_FAMILY_DECLARANT && r[4].weight_micro == -400000);
}

static void calls_nothing_a_reason_that_hardly_moved_anything(void)
{
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    told(&t);
    CHECK(write(&t, r) == 0);
    t.a[TW_FEATURE_NET_LOG] = 0.0199;
    t.a[TW_FEATURE_PRICE_LOG] = -0.0199;
    CHECK(write(&t, r) == 0);
    t.a[TW_FEATURE_NET_LOG] = 0.02;
    t.a[TW_FEATURE_PRICE_LOG] = -0.02;
    CHECK(write(&t, r) == 2 && !r[0].against && r[1].against);
    t.a[TW_FEATURE_DUTY_RATE] = 1; /* beside it a fiftieth is none */
    CHECK(write(&t, r) == 2 && r[0].weight_micro > 900000 && r[1].against);
    t.c.item = 1; /* there is no such item */
    CHECK(write(&t, r) == 0);
}

static void shows_a_trader_no_result_and_nobody_else_s_prices(void)
{
    static const struct {
        enum tw_feature f;
        enum tw_audience who;
    } row[] = {{TW_FEATURE_PRICE_GOODS, TW_AUDIENCE_TRADER},
               {TW_FEATURE_HS6_RATE, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_ADDRESS_PRICES, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_PRICE_EXPORTER_GOODS, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_ORIGIN_RATE, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_ROUTE_SHARE, TW_AUDIENCE_TRADER},
               {TW_FEATURE_IMPORTER_SEEN, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_LOW_ADDRESS, TW_AUDIENCE_OFFICER},
               {TW_FEATURE_DESCRIPTION_RATE, TW_AUDIENCE_OFFICER}};
    struct tw_reason r[TW_REASONS_MAX];
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct told t;
        told(&t);
        t.a[row[i].f] = 1;
        CHECK(write(&t, r) == 1 && r[0].audience == row[i].who);
    }
    for (int f = 0; f < TW_FEATURE_N; f++) { /* and no rate of findings ever */
        struct told t;
        told(&t);
        t.a[f] = 1;
        const struct tw_feature_row *row_f = tw_feature_row((enum tw_feature)f);
        CHECK(write(&t, r) == 1);
        if (row_f->form == TW_FORM_RATE || !tw_family_row(row_f->family)->trader)
            CHECK(r[0].audience == TW_AUDIENCE_OFFICER);
    }
}

static void checks_prices_alone_where_there_is_no_model(void)
{
    float x[TW_FEATURE_N] = {0};
    double a[TW_FEATURE_N];
    x[TW_FEATURE_PRICE_SPREAD] = -2.5F;
    CHECK(tw_reason_price_check(x, a) == 2.5 && a[TW_FEATURE_PRICE_SPREAD] == 2.5);
    for (int f = 0; f < TW_FEATURE_N; f++) CHECK(f == TW_FEATURE_PRICE_SPREAD || a[f] == 0);
    x[TW_FEATURE_PRICE_SPREAD] = 2.5F;
    CHECK(tw_reason_price_check(x, a) == 0 && a[TW_FEATURE_PRICE_SPREAD] == 0);
    x[TW_FEATURE_PRICE_SPREAD] = NAN;
    CHECK(tw_reason_price_check(x, a) == 0 && a[TW_FEATURE_PRICE_SPREAD] == 0);
}

static tw_err write_under_pressure(void)
{
    struct told t;
    struct tw_reason r[TW_REASONS_MAX];
    size_t n = 77;
    struct tw_arena *own = NULL;
    told(&t);
    t.a[TW_FEATURE_NET_LOG] = 1;
    t.a[TW_FEATURE_PRICE_LOG] = -1;
    memset(r, 0x55, sizeof r);
    tw_err err = tw_arena_new(1 << 20, &own);
    if (err == TW_OK) err = tw_reason_write(&t.c, own, r, &n);
    CHECK(err == TW_OK ? n == 2 : n == 77 && r[0].family == 0x55);
    tw_arena_free(own);
    return err;
}

static void leaves_results_alone_without_memory(void)
{
    CHECK(fault_each_allocation(write_under_pressure) >= 2);
}

static void says_any_feature_that_is_asked_for(void)
{
    struct told t;
    struct tw_reason r;
    told(&t);
    know(&t, TW_FEATURE_PRICE_ORIGIN, -0.97,
         (struct tw_evidence){410, 1080, 1240, TODAY - 365, TW_KIND_HS6_ORIGIN});
    t.a[TW_FEATURE_PRICE_ORIGIN] = -0.0125; /* too little for a reason */
    CHECK(tw_reason_feature(&t.c, TW_FEATURE_PRICE_ORIGIN, arena, &r) == TW_OK);
    CHECK(holds(r.text, "62 % below the median 10.80") && r.against && r.weight_micro == -12500);
    CHECK(r.family == TW_FAMILY_PRICE && r.item == 1);
    t.c.attribution = NULL;
    CHECK(tw_reason_feature(&t.c, TW_FEATURE_PRICE_UNIT, arena, &r) == TW_OK);
    CHECK(r.text.n > 0 && r.weight_micro == 0 && !r.against);
    t.c.item = 7;
    CHECK(tw_reason_feature(&t.c, TW_FEATURE_PRICE_UNIT, arena, &r) == TW_ARG);
}

int main(void)
{
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    RUN(says_the_comparison_and_its_population);
    RUN(sums_a_family_and_lets_its_strongest_comparison_speak);
    RUN(a_limit_far_below_the_value_does_not_speak);
    RUN(keeps_four_for_and_the_strongest_against_in_order);
    RUN(calls_nothing_a_reason_that_hardly_moved_anything);
    RUN(shows_a_trader_no_result_and_nobody_else_s_prices);
    RUN(checks_prices_alone_where_there_is_no_model);
    RUN(says_any_feature_that_is_asked_for);
    RUN(leaves_results_alone_without_memory);
    tw_arena_free(arena);
    return DONE();
}
