/* SPDX-License-Identifier: Apache-2.0 */
#include "message/table.h"

#include <stdio.h>

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

/* What officers want and what was cancelled; a row at fault refuses the file, at its column. */
static void reads_instructions(void)
{
    TW_SCOPED(tw_table) *t = NULL, *gone = NULL, *rates = NULL;
    size_t n;
    CHECK(
        read_table(TW_TABLE_SELECTED,
                   "declaration_id,channel,officer,reason,at\nD1,red,kim,\"Tip, from the port\",2026-01-02\n"
                   "D2,blue,lee,Again,2026-01-02T03:04:05Z\n",
                   &t) == TW_OK);
    const struct tw_instruction *at = tw_table_instructions(t, &n);
    CHECK(n == 2 && tw_str_is(at[0].declaration_id, "D1") && at[0].channel == TW_CHANNEL_RED);
    CHECK(tw_str_is(at[0].officer, "kim") && tw_str_is(at[0].reason, "Tip, from the port"));
    CHECK(at[1].channel == TW_CHANNEL_BLUE && at[1].at - at[0].at == 3 * 3600 + 4 * 60 + 5);
    CHECK(read_table(TW_TABLE_CANCELLED, "at,declaration_id\n2026-01-02,D1\n", &gone) == TW_OK);
    at = tw_table_instructions(gone, &n);
    CHECK(n == 1 && tw_str_is(at->declaration_id, "D1") && at->channel == TW_CHANNEL_GREEN);
    struct tw_table *empty = NULL; /* nobody was picked that day */
    CHECK(read_table(TW_TABLE_CANCELLED, "at,declaration_id\n", &empty) == TW_OK);
    CHECK(tw_table_instructions(empty, &n) == NULL || n == 0);
    tw_table_free(empty);
    CHECK(read_table(TW_TABLE_CANCELLED, "", &empty) == TW_FORMAT);
    CHECK(read_table(TW_TABLE_RATES, "rate,currency,date\n0.92,USD,2026-01-02\n", &rates) == TW_OK);
    CHECK(tw_table_instructions(rates, &n) == NULL && n == 0);
    static const struct {
        const char *row, *path;
        tw_err err;
    } bad[] = {{",red,kim,x,2026-01-02", "declaration_id", TW_FORMAT},
               {"D1,green,kim,x,2026-01-02", "channel", TW_RANGE},
               {"D1,query,kim,x,2026-01-02", "channel", TW_RANGE},
               {"D1,orange,kim,x,2026-01-02", "channel", TW_NOTFOUND},
               {"D1,red,,x,2026-01-02", "officer", TW_FORMAT},
               {"D1,red,kim,,2026-01-02", "reason", TW_FORMAT},
               {"D1,red,kim,x,noon", "at", TW_FORMAT}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[160];
        struct tw_table *none = NULL;
        snprintf(text, sizeof text, "declaration_id,channel,officer,reason,at\nD0,red,kim,x,2026-01-01\n%s\n",
                 bad[i].row);
        CHECK(read_table(TW_TABLE_SELECTED, text, &none) == bad[i].err && none == NULL);
        CHECK(fault.line == 3 && strcmp(fault.path, bad[i].path) == 0 && fault.note[0] != '\0');
    }
}

int main(void)
{
    RUN(reads_instructions);
    RUN(reads_rates_in_any_order_of_columns);
    RUN(reads_a_tariff);
    RUN(names_the_place_of_what_is_wrong);
    RUN(survives_every_failed_allocation);
    return DONE();
}
