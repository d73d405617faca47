/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/money.h"

#include <math.h>

#include "check.h"

static struct tw_money money(const char *amount, const char *currency)
{
    struct tw_money m = {0};
    CHECK(tw_money_set_amount(&m, tw_str_from(amount), NULL) == TW_OK);
    CHECK(tw_money_set_currency(&m, tw_str_from(currency), NULL) == TW_OK);
    return m;
}

static void each_half_waits_for_the_other(void)
{
    struct tw_money m = {0};
    CHECK(tw_money_set_amount(&m, TW_STR("12.34"), NULL) == TW_OK && !tw_money_set(m));
    CHECK(tw_money_set_currency(&m, TW_STR("EUR"), NULL) == TW_OK && tw_money_set(m));
    CHECK(m.minor == 1234 && strcmp(m.cur, "EUR") == 0);
    struct tw_money other = {0};
    CHECK(tw_money_set_currency(&other, TW_STR("eur"), NULL) == TW_OK && !tw_money_set(other));
    CHECK(tw_money_cur(&other).n == 0);
    CHECK(tw_money_set_amount(&other, TW_STR("12.34"), NULL) == TW_OK);
    CHECK(memcmp(&m, &other, sizeof m) == 0);
    CHECK(tw_money_set_amount(&m, TW_STR("0"), NULL) == TW_OK && m.minor == 0 && tw_money_set(m));
}

static void minor_units_are_those_of_the_currency(void)
{
    CHECK(money("1234.5", "USD").minor == 123450);
    CHECK(money("1234.5", "JPY").minor == 1234); /* half to even */
    CHECK(money("1235.5", "JPY").minor == 1236);
    CHECK(money("1234.5", "KWD").minor == 1234500);
    CHECK(money("1234.5", "CLF").minor == 12345000);
}

static void amounts_finer_than_the_minor_unit_are_rounded_as_the_whole_text_would(void)
{
    CHECK(money("372254.40000000001", "USD").minor == 37225440);
    CHECK(money("0.005", "USD").minor == 0);
    CHECK(money("0.015", "USD").minor == 2);
    CHECK(money("0.00500000000000001", "USD").minor == 1);
    CHECK(money("0.00499999999999999", "USD").minor == 0);
    CHECK(money("0.00005000000000001", "CLF").minor == 1);
    CHECK(money("0.00000000000000000000", "USD").minor == 0);
    CHECK(money("9000000000000.123456789", "USD").minor == 900000000000012);
}

static void what_is_no_amount_is_refused_and_leaves_the_money_alone(void)
{
    static const char *const bad[] = {".", "-", "1.2.3", "1,5", "12 ", "1e5", "NaN", "", "--1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tw_money m = money("7", "USD"), before = m;
        struct tw_fault fault = {0};
        CHECK(tw_money_set_signed(&m, tw_str_from(bad[i]), &fault) == TW_FORMAT);
        CHECK(strstr(fault.note, "is no amount; write digits with at most one point") != NULL);
        CHECK(memcmp(&m, &before, sizeof m) == 0);
    }
    struct tw_money m = {0};
    CHECK(tw_money_set_amount(&m, TW_STR("-1"), NULL) == TW_RANGE);
    CHECK(tw_money_set_amount(&m, TW_STR("9999999999999999999"), NULL) == TW_RANGE);
    CHECK(tw_money_set_amount(&m, TW_STR("92233720368547758.076"), NULL) == TW_RANGE);
    CHECK(m.minor == 0 && m.cur[1] == '\0');
}

static void an_amount_too_large_for_its_currency_is_refused_when_it_comes(void)
{
    struct tw_money m = {0}, before;
    CHECK(tw_money_set_amount(&m, TW_STR("900000000000000000"), NULL) == TW_OK);
    before = m;
    CHECK(tw_money_set_currency(&m, TW_STR("USD"), NULL) == TW_RANGE);
    CHECK(tw_money_settle(&m, TW_STR("USD"), NULL) == TW_RANGE);
    CHECK(memcmp(&m, &before, sizeof m) == 0);
    CHECK(tw_money_set_currency(&m, TW_STR("KRW"), NULL) == TW_OK && m.minor == 900000000000000000);
}

static void signed_amounts_go_below_zero(void)
{
    struct tw_money m = {0};
    CHECK(tw_money_set_signed(&m, TW_STR("-12.5"), NULL) == TW_OK);
    CHECK(tw_money_settle(&m, TW_STR("EUR"), NULL) == TW_OK && m.minor == -1250);
    TW_SCOPED_BUF out = {0};
    tw_buf_amount(&out, m);
    CHECK(tw_str_is(tw_buf_view(&out), "-12.50"));
}

static void one_amount_has_one_currency(void)
{
    struct tw_money m = money("7", "USD");
    struct tw_fault fault = {0};
    CHECK(tw_money_set_currency(&m, TW_STR("USD"), NULL) == TW_OK);
    CHECK(tw_money_set_currency(&m, TW_STR("EUR"), &fault) == TW_CONFLICT);
    CHECK(strcmp(fault.note, "currency EUR after USD; one amount has one currency") == 0);
    CHECK(m.minor == 700 && strcmp(m.cur, "USD") == 0);
    struct tw_money waiting = {0};
    CHECK(tw_money_set_currency(&waiting, TW_STR("USD"), NULL) == TW_OK);
    CHECK(tw_money_set_currency(&waiting, TW_STR("EUR"), NULL) == TW_CONFLICT);
    CHECK(tw_money_set_currency(&waiting, TW_STR("US"), NULL) == TW_FORMAT);
    CHECK(tw_money_set_currency(&waiting, (struct tw_str){NULL, 0}, NULL) == TW_FORMAT);
}

static void a_money_with_a_currency_that_is_none_takes_no_amount(void)
{
    struct tw_money m = {.minor = 5, .cur = "QQQ"};
    CHECK(tw_money_set_amount(&m, TW_STR("1"), NULL) == TW_FORMAT && m.minor == 5);
    CHECK(!tw_money_dec(m).set && isnan(tw_money_f64(m)));
}

static void settling_makes_whole_or_absent(void)
{
    struct tw_money m = {0}, none = {0};
    CHECK(tw_money_settle(&m, TW_STR("QQQ"), NULL) == TW_OK && memcmp(&m, &none, sizeof m) == 0);
    CHECK(tw_money_set_currency(&m, TW_STR("USD"), NULL) == TW_OK);
    CHECK(tw_money_settle(&m, TW_STR("EUR"), NULL) == TW_OK && memcmp(&m, &none, sizeof m) == 0);
    CHECK(tw_money_set_amount(&m, TW_STR("3"), NULL) == TW_OK);
    CHECK(tw_money_settle(&m, TW_STR("QQQ"), NULL) == TW_FORMAT && m.minor == 3);
    CHECK(tw_money_settle(&m, TW_STR("EUR"), NULL) == TW_OK && m.minor == 300);
    CHECK(tw_money_settle(&m, TW_STR("USD"), NULL) == TW_OK && strcmp(m.cur, "EUR") == 0);
}

static void converts_to_and_from_major_units(void)
{
    struct tw_money m = {0};
    CHECK(tw_money_from((struct tw_dec){123455, 4, true}, TW_STR("USD"), &m, NULL) == TW_OK &&
          m.minor == 1235);
    CHECK(tw_money_f64(m) == 12.35 && tw_money_dec(m).scale == 2);
    CHECK(tw_money_from((struct tw_dec){0}, TW_STR("USD"), &m, NULL) == TW_ARG);
    CHECK(tw_money_from((struct tw_dec){1, 0, true}, TW_STR("???"), &m, NULL) == TW_FORMAT);
    CHECK(tw_money_from((struct tw_dec){INT64_MAX, 0, true}, TW_STR("USD"), &m, NULL) == TW_RANGE);
    CHECK(m.minor == 1235);
    TW_SCOPED_BUF out = {0};
    tw_buf_amount(&out, (struct tw_money){0});
    CHECK(out.n == 0);
}

int main(void)
{
    RUN(each_half_waits_for_the_other);
    RUN(minor_units_are_those_of_the_currency);
    RUN(amounts_finer_than_the_minor_unit_are_rounded_as_the_whole_text_would);
    RUN(what_is_no_amount_is_refused_and_leaves_the_money_alone);
    RUN(an_amount_too_large_for_its_currency_is_refused_when_it_comes);
    RUN(signed_amounts_go_below_zero);
    RUN(one_amount_has_one_currency);
    RUN(a_money_with_a_currency_that_is_none_takes_no_amount);
    RUN(settling_makes_whole_or_absent);
    RUN(converts_to_and_from_major_units);
    return DONE();
}
