/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/value.h"

#include <math.h>

#include "base/date.h"
#include "base/rng.h"
#include "check.h"
#include "decl/element.h"

enum { ITEMS_MAX = 8 };

/* A declaration under test with its surroundings. */
struct bed {
    struct tw_rates *rates;
    struct tw_tariff *tariff;
    struct tw_decl decl;
    struct tw_item items[ITEMS_MAX];
    struct tw_item_value values[ITEMS_MAX];
};

static void begin(struct bed *b, size_t items)
{
    const struct tw_rate rates[] = {{20000, TW_STR("USD"), {10, 0, true}},
                                    {20000, TW_STR("JPY"), {7, 2, true}}};
    const struct tw_tariff_row tariff[] = {
        {TW_STR("85"), TW_STR("*"), {NULL, 0}, TW_NO_DAY, TW_NO_DAY, {125, 1, true}}};
    memset(b, 0, sizeof *b);
    CHECK(tw_rates_new(rates, 2, TW_STR("NOK"), 31, &b->rates, NULL) == TW_OK);
    CHECK(tw_tariff_new(tariff, 1, &b->tariff, NULL) == TW_OK);
    tw_decl_init(&b->decl);
    b->decl.lodged_at = (int64_t)20005 * TW_DAY_S;
    b->decl.items.at = b->items;
    b->decl.items.n = items;
    for (size_t i = 0; i < items; i++) {
        tw_item_init(&b->items[i]);
        b->items[i].hs = TW_STR("851713");
    }
}

static void end(struct bed *b)
{
    tw_rates_free(b->rates);
    tw_tariff_free(b->tariff);
}

static void run(struct bed *b)
{
    tw_decl_value(&b->decl, &(struct tw_valuation){b->rates, b->tariff}, b->values);
}

static bool is_nok(struct tw_money m, int64_t minor)
{
    return strcmp(m.cur, "NOK") == 0 && m.minor == minor;
}

static void a_declared_value_is_taken(void)
{
    struct bed b;
    begin(&b, 1);
    b.items[0].customs_value = (struct tw_money){500000, "NOK"};
    b.items[0].price = (struct tw_money){1, "EUR"};
    run(&b);
    CHECK(b.values[0].basis == TW_VALUE_DECLARED && b.values[0].value_gap == TW_GAP_NONE);
    CHECK(is_nok(b.values[0].value, 500000) && is_nok(b.values[0].duty, 62500)); /* 12.5 % */
    b.items[0].customs_value = (struct tw_money){50000, "USD"};
    run(&b);
    CHECK(b.values[0].basis == TW_VALUE_DECLARED && is_nok(b.values[0].value, 500000));
    b.items[0].customs_value = (struct tw_money){50000, "EUR"};
    run(&b);
    CHECK(b.values[0].basis == TW_VALUE_NONE && b.values[0].value_gap == TW_GAP_NO_RATE);
    CHECK(b.values[0].value.cur[0] == '\0');
    end(&b);
}

static void a_price_becomes_a_value_at_the_border(void)
{
    static const struct {
        const char *term;
        int64_t freight, insurance; /* 0 = not declared */
        int64_t value;
        enum tw_value_basis basis;
    } cases[] = {
        {"CIF", 2000, 300, 100000, TW_VALUE_BORDER}, {"cif", 0, 0, 100000, TW_VALUE_BORDER},
        {"FOB", 2000, 300, 102300, TW_VALUE_BORDER}, {"FOB", 2000, 0, 102000, TW_VALUE_BORDER},
        {"CFR", 2000, 300, 100300, TW_VALUE_BORDER}, {"EXW", 0, 300, 100300, TW_VALUE_NO_FREIGHT},
        {"FOB", 0, 0, 100000, TW_VALUE_NO_FREIGHT},  {"DDP", 2000, 300, 100000, TW_VALUE_BORDER},
        {NULL, 0, 0, 100000, TW_VALUE_NO_TERM},      {NULL, 2000, 300, 102300, TW_VALUE_NO_TERM},
        {"C&F", 2000, 0, 102000, TW_VALUE_NO_TERM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bed b;
        begin(&b, 1);
        b.items[0].price = (struct tw_money){10000, "USD"}; /* 1,000.00 NOK */
        b.decl.delivery_term = tw_str_from(cases[i].term);
        if (cases[i].freight > 0) b.decl.freight = (struct tw_money){cases[i].freight, "NOK"};
        if (cases[i].insurance > 0) b.decl.insurance = (struct tw_money){cases[i].insurance / 10, "USD"};
        run(&b);
        CHECK(is_nok(b.values[0].value, cases[i].value));
        CHECK(b.values[0].basis == cases[i].basis && b.values[0].value_gap == TW_GAP_NONE);
        end(&b);
    }
}

static void without_a_rate_a_price_is_not_comparable(void)
{
    struct bed b;
    begin(&b, 1);
    b.items[0].price = (struct tw_money){10000, "EUR"};
    b.items[0].net_mass_kg = (struct tw_dec){1, 0, true};
    run(&b);
    CHECK(b.values[0].basis == TW_VALUE_NONE && b.values[0].value_gap == TW_GAP_NO_RATE);
    CHECK(b.values[0].per_kg_gap == TW_GAP_NO_RATE && isnan(b.values[0].per_kg));
    CHECK(b.values[0].duty_gap == TW_GAP_NO_RATE && b.values[0].duty.cur[0] == '\0');
    b.items[0].price.cur[0] = '\0';
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NO_PRICE);
    b.items[0].price = (struct tw_money){10000, "USD"};
    b.decl.lodged_at = TW_NO_TIME;
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NO_DAY);
    b.items[0].price = (struct tw_money){10000, "NOK"}; /* needs no day */
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NONE && is_nok(b.values[0].value, 10000));
    CHECK(b.values[0].duty_gap == TW_GAP_NO_DUTY_RATE); /* the tariff does */
    b.items[0].price = (struct tw_money){INT64_MAX, "USD"};
    b.decl.lodged_at = (int64_t)20005 * TW_DAY_S;
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_TOO_LARGE);
    end(&b);
}

static void a_charge_that_cannot_be_converted_leaves_no_value(void)
{
    struct bed b;
    begin(&b, 2);
    b.decl.delivery_term = TW_STR("FOB");
    b.decl.freight = (struct tw_money){100, "EUR"};
    b.decl.insurance = (struct tw_money){100, "NOK"};
    b.items[0].price = b.items[1].price = (struct tw_money){10000, "NOK"};
    b.items[1].customs_value = (struct tw_money){10500, "NOK"};
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NO_RATE && b.values[0].basis == TW_VALUE_NONE);
    CHECK(b.values[1].basis == TW_VALUE_DECLARED);
    b.decl.freight = (struct tw_money){INT64_MAX, "NOK"};
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_TOO_LARGE);
    b.decl.insurance = (struct tw_money){0};
    b.items[1].price.minor = 1;
    b.items[0].price.minor = INT64_MAX / 2;
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_TOO_LARGE);
    end(&b);
}

static void freight_is_shared_only_among_prices_that_compare(void)
{
    struct bed b;
    begin(&b, 3);
    b.decl.delivery_term = TW_STR("FOB");
    b.decl.freight = (struct tw_money){100, "NOK"};
    b.items[0].price = b.items[1].price = (struct tw_money){10000, "NOK"};
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NO_SHARE && b.values[2].value_gap == TW_GAP_NO_PRICE);
    b.decl.freight.cur[0] = '\0'; /* nothing to share */
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NONE && b.values[2].value_gap == TW_GAP_NO_PRICE);
    b.decl.freight = (struct tw_money){100, "NOK"};
    for (int i = 0; i < 3; i++) b.items[i].price = (struct tw_money){0, "NOK"};
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_NO_SHARE);
    b.items[0].price = b.items[1].price = (struct tw_money){INT64_MAX - 1, "NOK"};
    run(&b);
    CHECK(b.values[0].value_gap == TW_GAP_TOO_LARGE);
    end(&b);
}

static void shares_add_up_to_the_charge(void)
{
    struct tw_rng rng = tw_rng_new(11, "value");
    for (int round = 0; round < 500; round++) {
        struct bed b;
        size_t n = 1 + tw_rng_below(&rng, ITEMS_MAX);
        int64_t given = 0;
        begin(&b, n);
        b.decl.delivery_term = TW_STR("FOB");
        b.decl.freight = (struct tw_money){(int64_t)tw_rng_below(&rng, 100000), "NOK"};
        for (size_t i = 0; i < n; i++)
            b.items[i].price = (struct tw_money){(int64_t)tw_rng_below(&rng, 5000) + 1, "NOK"};
        run(&b);
        int64_t total = 0;
        for (size_t i = 0; i < n; i++) total += b.items[i].price.minor;
        for (size_t i = 0; i < n; i++) {
            int64_t share = b.values[i].value.minor - b.items[i].price.minor;
            double exact = (double)b.decl.freight.minor * (double)b.items[i].price.minor / (double)total;
            CHECK(b.values[i].basis == TW_VALUE_BORDER && fabs((double)share - exact) <= 1.0);
            given += share;
        }
        CHECK(given == b.decl.freight.minor);
        end(&b);
    }
}

static void duty_at_stake_is_declared_or_value_times_rate(void)
{
    struct bed b;
    begin(&b, 1);
    b.items[0].price = (struct tw_money){33333, "NOK"};
    run(&b);
    CHECK(is_nok(b.values[0].duty, 4167) && !b.values[0].duty_rate_declared); /* 41.66625 */
    CHECK(tw_dec_cmp(b.values[0].duty_rate, (struct tw_dec){125, 1, true}) == 0);
    b.items[0].duty_rate = (struct tw_dec){0, 0, true};
    run(&b);
    CHECK(is_nok(b.values[0].duty, 0) && b.values[0].duty_rate_declared &&
          b.values[0].duty_gap == TW_GAP_NONE);
    b.items[0].duty_amount = (struct tw_money){77, "JPY"};
    run(&b);
    CHECK(is_nok(b.values[0].duty, 539));
    b.items[0].duty_amount = (struct tw_money){77, "EUR"};
    run(&b);
    CHECK(b.values[0].duty_gap == TW_GAP_NO_RATE && b.values[0].duty.cur[0] == '\0');
    b.items[0].duty_amount = (struct tw_money){0};
    b.items[0].duty_rate = (struct tw_dec){INT64_MAX, 0, true};
    b.items[0].price.minor = INT64_MAX / 2;
    run(&b);
    CHECK(b.values[0].duty_gap == TW_GAP_TOO_LARGE);
    b.items[0].duty_rate = (struct tw_dec){0};
    tw_decl_value(&b.decl, &(struct tw_valuation){b.rates, NULL}, b.values);
    CHECK(b.values[0].duty_gap == TW_GAP_NO_DUTY_RATE);
    end(&b);
}

static void prices_per_kg_and_per_unit_say_why_they_are_missing(void)
{
    struct bed b;
    begin(&b, 1);
    b.items[0].price = (struct tw_money){41000, "NOK"};
    run(&b);
    CHECK(b.values[0].per_kg_gap == TW_GAP_NO_MASS && isnan(b.values[0].per_kg));
    CHECK(b.values[0].per_unit_gap == TW_GAP_NO_QUANTITY && isnan(b.values[0].per_unit));
    b.items[0].net_mass_kg = (struct tw_dec){0, 1, true};
    b.items[0].quantity.value = (struct tw_dec){50, 0, true};
    run(&b);
    CHECK(b.values[0].per_kg_gap == TW_GAP_NO_MASS);
    CHECK(b.values[0].per_unit_gap == TW_GAP_NO_QUANTITY); /* 50 of what? */
    b.items[0].net_mass_kg = (struct tw_dec){1000, 1, true};
    b.items[0].quantity.unit = TW_STR("NAR");
    run(&b);
    CHECK(b.values[0].per_kg_gap == TW_GAP_NONE && b.values[0].per_kg == 4.1);
    CHECK(b.values[0].per_unit_gap == TW_GAP_NONE && b.values[0].per_unit == 8.2);
    b.items[0].price.minor = 0;
    run(&b);
    CHECK(b.values[0].per_kg_gap == TW_GAP_ZERO_PRICE && b.values[0].per_unit_gap == TW_GAP_ZERO_PRICE);
    CHECK(b.values[0].value_gap == TW_GAP_NONE);
    end(&b);
}

static void what_was_found_fills_only_what_is_open(void)
{
    struct bed b;
    begin(&b, 2);
    b.items[0].price = b.items[1].price = (struct tw_money){1000, "NOK"};
    b.items[1].customs_value = (struct tw_money){2000, "NOK"};
    b.items[1].duty_rate = (struct tw_dec){5, 0, true};
    b.items[1].duty_amount = (struct tw_money){1, "NOK"};
    run(&b);
    for (int i = 0; i < 2; i++) tw_item_value_apply(&b.values[i], &b.items[i]);
    CHECK(is_nok(b.items[0].customs_value, 1000) && is_nok(b.items[0].duty_amount, 125));
    CHECK(b.items[0].duty_rate.set && b.items[0].duty_rate.v == 125);
    CHECK(is_nok(b.items[1].customs_value, 2000) && is_nok(b.items[1].duty_amount, 1));
    CHECK(b.items[1].duty_rate.v == 5);
    end(&b);
}

static void every_basis_and_gap_has_words(void)
{
    CHECK(tw_value_basis_vocabulary()->n == TW_VALUE_N && tw_gap_vocabulary()->n == TW_GAP_N);
    for (size_t i = 0; i < TW_GAP_N; i++) CHECK(tw_gap_vocabulary()->at[i].words[0] != '\0');
    for (size_t i = 0; i < TW_VALUE_N; i++) CHECK(tw_value_basis_vocabulary()->at[i].words[0] != '\0');
}

int main(void)
{
    RUN(a_declared_value_is_taken);
    RUN(a_price_becomes_a_value_at_the_border);
    RUN(without_a_rate_a_price_is_not_comparable);
    RUN(a_charge_that_cannot_be_converted_leaves_no_value);
    RUN(freight_is_shared_only_among_prices_that_compare);
    RUN(shares_add_up_to_the_charge);
    RUN(duty_at_stake_is_declared_or_value_times_rate);
    RUN(prices_per_kg_and_per_unit_say_why_they_are_missing);
    RUN(what_was_found_fills_only_what_is_open);
    RUN(every_basis_and_gap_has_words);
    return DONE();
}
