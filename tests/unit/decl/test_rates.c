/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/rates.h"

#include "base/date.h"
#include "check.h"
#include "fault.h"

static int32_t day(int month, int dom)
{
    return tw_day_from_civil(2026, month, dom);
}

static struct tw_dec dec(const char *text)
{
    struct tw_dec d = {0};
    CHECK(tw_dec_parse(tw_str_from(text), &d, NULL) == TW_OK);
    return d;
}

static struct tw_rate row(int32_t on, const char *currency, const char *rate)
{
    return (struct tw_rate){on, tw_str_from(currency), dec(rate)};
}

static tw_err build(struct tw_rates **ret, struct tw_fault *fault)
{
    struct tw_rate rows[] = {
        row(day(3, 1), "USD", "9.50"),  row(day(1, 1), "USD", "10.25"), row(day(2, 1), "USD", "10.00"),
        row(day(1, 1), "JPY", "0.065"), row(day(1, 1), "KWD", "33.1"),  row(day(2, 1), "USD", "10.0"),
        row(day(1, 1), "NOK", "1.00"),  row(day(1, 1), "AED", "2.8"),   row(day(1, 1), "ZWL", "0.0001"),
    };
    return tw_rates_new(rows, sizeof rows / sizeof rows[0], TW_STR("NOK"), TW_RATES_AGE_D, ret, fault);
}

static void check_rate(const struct tw_rates *rates, const char *currency, int32_t on, const char *expected)
{
    struct tw_dec rate = {0};
    CHECK(tw_rates_find(rates, tw_str_from(currency), on, &rate, NULL) == TW_OK);
    CHECK(tw_dec_cmp(rate, dec(expected)) == 0);
}

static void the_latest_rate_on_or_before_the_day_stands(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    CHECK(build(&rates, NULL) == TW_OK);
    check_rate(rates, "USD", day(1, 1), "10.25");
    check_rate(rates, "USD", day(1, 31), "10.25");
    check_rate(rates, "USD", day(2, 1), "10");
    check_rate(rates, "USD", day(3, 1), "9.5");
    check_rate(rates, "USD", day(4, 1), "9.5");
    check_rate(rates, "AED", day(1, 1), "2.8"); /* the first currency of the list */
    check_rate(rates, "ZWL", day(1, 2), "0.0001");
    check_rate(rates, "NOK", day(12, 31), "1");
    CHECK(strcmp(tw_rates_national(rates)->code, "NOK") == 0);
}

static void no_rate_is_guessed(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    struct tw_dec rate = {7, 0, true};
    struct tw_fault fault = {0};
    CHECK(build(&rates, NULL) == TW_OK);
    CHECK(tw_rates_find(rates, TW_STR("USD"), day(1, 1) - 1, &rate, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_find(rates, TW_STR("USD"), day(3, 1) + 31, &rate, NULL) == TW_OK);
    rate = (struct tw_dec){7, 0, true};
    CHECK(tw_rates_find(rates, TW_STR("USD"), day(3, 1) + 32, &rate, &fault) == TW_NOTFOUND);
    CHECK(strcmp(fault.note,
                 "there is no exchange rate of USD for 2026-04-02 or the 31 days before; add one to the "
                 "file of rates") == 0);
    CHECK(tw_rates_find(rates, TW_STR("EUR"), day(1, 1), &rate, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_find(rates, TW_STR("QQQ"), day(1, 1), &rate, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_find(rates, (struct tw_str){NULL, 0}, day(1, 1), &rate, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_find(rates, TW_STR("USD"), INT32_MIN, &rate, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_find(rates, TW_STR("USD"), INT32_MAX, &rate, NULL) == TW_NOTFOUND);
    CHECK(rate.v == 7);
}

static void money_is_converted_between_minor_units(void)
{
    static const struct {
        struct tw_money from;
        int64_t minor;
    } cases[] = {
        {{10000, "USD"}, 102500}, /* 100.00 x 10.25 = 1025.00 */
        {{1000, "JPY"}, 6500},    /* 1000 x 0.065 = 65.00 */
        {{1500, "KWD"}, 4965},    /* 1.500 x 33.1 = 49.65 */
        {{-10000, "USD"}, -102500}, {{123, "NOK"}, 123}, {{50, "ZWL"}, 0},
        {{15000, "ZWL"}, 2},        {{5000, "ZWL"}, 0}, /* half a minor unit goes to the even one */
    };
    TW_SCOPED(tw_rates) *rates = NULL;
    CHECK(build(&rates, NULL) == TW_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tw_money m = {0};
        CHECK(tw_rates_convert(rates, cases[i].from, day(1, 5), &m, NULL) == TW_OK);
        CHECK(m.minor == cases[i].minor && strcmp(m.cur, "NOK") == 0);
    }
}

static void what_cannot_be_converted_is_left_alone(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    struct tw_money m = {7, "NOK"};
    CHECK(build(&rates, NULL) == TW_OK);
    CHECK(tw_rates_convert(rates, (struct tw_money){0}, day(1, 5), &m, NULL) == TW_ARG);
    CHECK(tw_rates_convert(rates, (struct tw_money){1, "EUR"}, day(1, 5), &m, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_convert(rates, (struct tw_money){1, "QQQ"}, day(1, 5), &m, NULL) == TW_NOTFOUND);
    CHECK(tw_rates_convert(rates, (struct tw_money){INT64_MAX, "USD"}, day(1, 5), &m, NULL) == TW_RANGE);
    CHECK(m.minor == 7);
}

static void a_rate_too_fine_and_too_large_does_not_overflow(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    struct tw_rate rows[] = {{day(1, 1), TW_STR("USD"), {INT64_MAX / 2, 0, true}}};
    struct tw_money m = {7, "NOK"};
    CHECK(tw_rates_new(rows, 1, TW_STR("NOK"), 0, &rates, NULL) == TW_OK);
    CHECK(tw_rates_convert(rates, (struct tw_money){1, "USD"}, day(1, 1), &m, NULL) == TW_RANGE &&
          m.minor == 7);
}

static void without_rows_only_the_national_currency_is_known(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    struct tw_money m = {0};
    CHECK(tw_rates_new(NULL, 0, TW_STR("EUR"), 31, &rates, NULL) == TW_OK);
    CHECK(tw_rates_convert(rates, (struct tw_money){5, "EUR"}, day(1, 1), &m, NULL) == TW_OK && m.minor == 5);
    CHECK(tw_rates_convert(rates, (struct tw_money){5, "USD"}, day(1, 1), &m, NULL) == TW_NOTFOUND);
}

static void check_refused(struct tw_rate bad, tw_err code, const char *note)
{
    struct tw_rates *rates = NULL;
    struct tw_fault fault = {0};
    struct tw_rate rows[] = {row(day(1, 1), "USD", "10"), bad};
    CHECK(tw_rates_new(rows, 2, TW_STR("NOK"), 31, &rates, &fault) == code);
    CHECK(rates == NULL && fault.item == 1 && strstr(fault.note, note) != NULL);
}

static void rows_that_cannot_be_are_refused_with_their_place(void)
{
    check_refused(row(day(1, 1), "QQQ", "1"), TW_FORMAT, "\"QQQ\" is no currency of ISO 4217");
    check_refused(row(day(1, 1), "EUR", "0.00"), TW_FORMAT, "the rate of EUR is not above zero");
    check_refused(row(day(1, 1), "EUR", "-1"), TW_FORMAT, "the rate of EUR is not above zero");
    check_refused((struct tw_rate){day(1, 1), TW_STR("EUR"), {0}}, TW_FORMAT,
                  "the rate of EUR is not above zero");
    check_refused(row(day(1, 1), "USD", "10.01"), TW_CONFLICT, "a second, different rate of USD for one day");
    check_refused(row(day(1, 1), "NOK", "1.01"), TW_CONFLICT, "NOK is the national currency");
    struct tw_rates *rates = NULL;
    CHECK(tw_rates_new(NULL, 0, TW_STR("XX"), 31, &rates, NULL) == TW_FORMAT && rates == NULL);
}

static tw_err build_once(void)
{
    TW_SCOPED(tw_rates) *rates = NULL;
    return build(&rates, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(build_once) == 3);
    tw_rates_free(NULL);
}

int main(void)
{
    RUN(the_latest_rate_on_or_before_the_day_stands);
    RUN(no_rate_is_guessed);
    RUN(money_is_converted_between_minor_units);
    RUN(what_cannot_be_converted_is_left_alone);
    RUN(a_rate_too_fine_and_too_large_does_not_overflow);
    RUN(without_rows_only_the_national_currency_is_known);
    RUN(rows_that_cannot_be_are_refused_with_their_place);
    RUN(survives_every_failed_allocation);
    return DONE();
}
