/* SPDX-License-Identifier: Apache-2.0 */
#include "message/table.h"

#include "base/date.h"
#include "check.h"
#include "fault.h"

static struct tw_fault fault;

static tw_err read_table(enum tw_table_kind kind, const char *text, struct tw_table **ret)
{
    TW_SCOPED(tw_table) *t = NULL;
    fault = (struct tw_fault){0};
    TW_TRY(tw_table_new(kind, 3, &t, &fault));
    for (size_t left = strlen(text);;) {
        size_t room;
        char *p = tw_table_room(t, &room);
        const size_t n = left < 7 ? left : 7;
        memcpy(p, text, n);
        text += n;
        left -= n;
        TW_TRY(tw_table_filled(t, n, &fault));
        if (n == 0) break;
    }
    *ret = t;
    t = NULL;
    return TW_OK;
}

static tw_err make_rates(const char *text, struct tw_rates **ret)
{
    TW_SCOPED(tw_table) *t = NULL;
    TW_TRY(read_table(TW_TABLE_RATES, text, &t));
    struct tw_tariff *other = NULL;
    CHECK(tw_table_tariff(t, &other, NULL) == TW_ARG && other == NULL);
    return tw_table_rates(t, TW_STR("EUR"), TW_RATES_AGE_D, ret, &fault);
}

static tw_err make_tariff(const char *text, struct tw_tariff **ret)
{
    TW_SCOPED(tw_table) *t = NULL;
    TW_TRY(read_table(TW_TABLE_TARIFF, text, &t));
    struct tw_rates *other = NULL;
    CHECK(tw_table_rates(t, TW_STR("EUR"), 1, &other, NULL) == TW_ARG && other == NULL);
    return tw_table_tariff(t, ret, &fault);
}

static void reads_rates_in_any_order_of_columns(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    CHECK(make_rates("rate,who,currency,date,per\n0.92,x,USD,2026-01-02,\n0.61,y,JPY,2026-01-01,100\n",
                     &rates) == TW_OK);
    struct tw_dec rate;
    CHECK(tw_rates_find(rates, TW_STR("USD"), tw_day_from_civil(2026, 1, 5), &rate, NULL) == TW_OK);
    CHECK(tw_dec_f64(rate) == 0.92);
    CHECK(tw_rates_find(rates, TW_STR("JPY"), tw_day_from_civil(2026, 1, 5), &rate, NULL) == TW_OK);
    CHECK(tw_dec_f64(rate) == 0.0061);
}

static void reads_a_tariff(void)
{
    TW_SCOPED(tw_tariff) *tariff = NULL;
    CHECK(make_tariff(
              "code,origin,preference,from,to,rate\n0808,*,,2026-01-01,,8.0\n080810,CL,300,,2026-06-30,0\n",
              &tariff) == TW_OK);
    struct tw_dec rate;
    struct tw_tariff_query q = {
        .hs = TW_STR("08081080"), .origin = TW_STR("CL"), .day = tw_day_from_civil(2026, 5, 1)};
    CHECK(tw_tariff_find(tariff, q, &rate, NULL) == TW_OK && tw_dec_f64(rate) == 8);
    q.preference = TW_STR("300");
    CHECK(tw_tariff_find(tariff, q, &rate, NULL) == TW_OK && rate.v == 0);
}

static void names_the_place_of_what_is_wrong(void)
{
    static const struct {
        enum tw_table_kind kind;
        const char *text;
        tw_err err;
        uint32_t line, column;
    } wrong[] = {
        {TW_TABLE_RATES, "", TW_FORMAT, 0, 0},
        {TW_TABLE_RATES, "date,currency,rate\n", TW_FORMAT, 0, 0},
        {TW_TABLE_RATES, "day,currency,rate\n2026-01-01,USD,1\n", TW_NOTFOUND, 1, 0},
        {TW_TABLE_RATES, "date,currency,rate,rate\n2026-01-01,USD,1,1\n", TW_CONFLICT, 1, 4},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,USD,1\n2026-02-31,USD,1\n", TW_FORMAT, 3, 1},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,USD,0\n", TW_RANGE, 2, 3},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,USD,-1\n", TW_RANGE, 2, 3},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,,1\n", TW_FORMAT, 2, 2},
        {TW_TABLE_RATES, "date,currency,rate,per\n2026-01-01,USD,1,0\n", TW_RANGE, 2, 4},
        {TW_TABLE_RATES, "date,currency,rate,per\n2026-01-01,USD,0.000000001,10\n", TW_RANGE, 2, 0},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,USD,1\n\n2026-01-02,XXQ,1\n", TW_FORMAT, 4, 0},
        {TW_TABLE_RATES, "date,currency,rate\n2026-01-01,USD\n", TW_FORMAT, 2, 2},
        {TW_TABLE_RATES,
         "date,currency,rate\n2026-01-01,USD,1\n2026-01-02,USD,1\n2026-01-03,USD,1\n2026-01-04,USD,1\n",
         TW_LIMIT, 5, 0},
        {TW_TABLE_TARIFF, "code,rate\n08,-1\n", TW_RANGE, 2, 2},
        {TW_TABLE_TARIFF, "code,rate,from,to\n08,1,2026-01-02,2026-01-01\n", TW_FORMAT, 2, 0},
        {TW_TABLE_TARIFF, "code,rate\n08x,1\n", TW_FORMAT, 2, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tw_rates *rates = NULL;
        struct tw_tariff *tariff = NULL;
        const tw_err err = wrong[i].kind == TW_TABLE_RATES ? make_rates(wrong[i].text, &rates)
                                                           : make_tariff(wrong[i].text, &tariff);
        if (err != wrong[i].err || fault.line != wrong[i].line || fault.column != wrong[i].column)
            fprintf(stderr, "case %zu: %s %u:%u %s\n", i, tw_err_name(err), fault.line, fault.column,
                    fault.note);
        CHECK(err == wrong[i].err && fault.line == wrong[i].line && fault.column == wrong[i].column);
        CHECK(fault.note[0] != 0 && rates == NULL && tariff == NULL);
    }
}

static tw_err read_both(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    TW_SCOPED(tw_tariff) *tariff = NULL;
    TW_TRY(make_rates("date,currency,rate\n2026-01-01,USD,1\n", &rates));
    return make_tariff("code,origin,rate\n08,CN,1\n", &tariff);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_both) > 20);
}

int main(void)
{
    RUN(reads_rates_in_any_order_of_columns);
    RUN(reads_a_tariff);
    RUN(names_the_place_of_what_is_wrong);
    RUN(survives_every_failed_allocation);
    return DONE();
}
