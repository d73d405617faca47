/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/check.h"

#include "base/date.h"
#include "check.h"
#include "fault.h"

enum { ITEMS = 3 };
#define NOW ((int64_t)20600 * TW_DAY_S)

/* A declaration in which everything holds. */
struct bed {
    struct tw_arena *arena;
    struct tw_decl decl;
    struct tw_item items[ITEMS];
};

static void begin(struct bed *b)
{
    memset(b, 0, sizeof *b);
    CHECK(tw_arena_new(1 << 20, &b->arena) == TW_OK);
    tw_decl_init(&b->decl);
    b->decl.id = TW_STR("26NO0001");
    b->decl.lodged_at = (int64_t)20590 * TW_DAY_S;
    b->decl.delivery_term = TW_STR("FOB");
    b->decl.items.at = b->items;
    b->decl.items.n = ITEMS;
    b->decl.item_total = ITEMS;
    b->decl.package_total = 6;
    b->decl.gross_mass_kg = (struct tw_dec){300, 1, true};
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct tw_item *item = &b->items[i];
        tw_item_init(item);
        item->number = i + 1;
        item->hs = TW_STR("851713");
        item->origin = TW_STR("CN");
        item->gross_mass_kg = (struct tw_dec){10, 0, true};
        item->net_mass_kg = (struct tw_dec){9500, 3, true};
        item->quantity = (struct tw_quantity){{5, 0, true}, TW_STR("NAR")};
        item->package_count = 2;
        item->price = (struct tw_money){100, "USD"};
        item->customs_value = (struct tw_money){1000, "NOK"};
        item->duty_rate = (struct tw_dec){125, 1, true};
    }
}

/* The only rule broken is `check` at `element`, and its fault reads so. */
static void expect(struct bed *b, enum tw_check check, enum tw_element element, size_t item, const char *note)
{
    struct tw_violations found = {0};
    struct tw_fault fault = {0};
    CHECK(tw_decl_check(&b->decl, NOW, b->arena, &found, &fault) == TW_OK);
    CHECK(found.n == 1 && found.at[0].check == check && found.at[0].element == element &&
          found.at[0].item == item);
    tw_err code = tw_violation_fault(&found.at[0], &b->decl, &fault);
    CHECK(code != TW_OK && fault.code == code && fault.item == item);
    CHECK(strcmp(fault.path, tw_element_row(element)->name) == 0);
    CHECK(strcmp(fault.note, note) == 0);
    CHECK(tw_violation_fault(&found.at[0], &b->decl, NULL) == code);
    tw_arena_free(b->arena);
}

static void a_good_declaration_breaks_no_rule(void)
{
    struct bed b;
    struct tw_violations found = {NULL, 7};
    begin(&b);
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    tw_arena_free(b.arena);
}

static void mandatory_elements_are_asked_for(void)
{
    struct bed b;
    begin(&b);
    b.decl.id.n = 0;
    expect(&b, TW_CHECK_NO_ID, TW_ELEMENT_DECLARATION_ID, 0,
           "the declaration has no number; every declaration has one");
    begin(&b);
    b.decl.lodged_at = TW_NO_TIME;
    expect(&b, TW_CHECK_NO_TIME, TW_ELEMENT_LODGED_AT, 0,
           "there is no time of lodging; write it as 2026-11-23");
    begin(&b);
    b.items[1].number = 0;
    expect(&b, TW_CHECK_NO_NUMBER, TW_ELEMENT_ITEM, 1, "the item has no number; 1 to 9999 are allowed");
    begin(&b);
    b.items[2].hs.n = 0;
    expect(&b, TW_CHECK_NO_HS, TW_ELEMENT_HS, 2,
           "there is no commodity code; 2, 4 or 6 to 10 digits are needed");
    begin(&b);
    b.decl.items.n = 0;
    b.decl.item_total = b.decl.package_total = -1;
    expect(&b, TW_CHECK_NO_ITEMS, TW_ELEMENT_ITEM, 0, "the declaration has no items; 1 to 9999 are allowed");
}

static void times_must_be_possible(void)
{
    struct bed b;
    begin(&b);
    b.decl.lodged_at = -1;
    expect(&b, TW_CHECK_TIME_FAR, TW_ELEMENT_LODGED_AT, 0,
           "lodged on 1969-12-31; between 1990 and 2100 is possible");
    begin(&b);
    b.decl.lodged_at = (int64_t)tw_day_from_civil(2101, 1, 1) * TW_DAY_S;
    expect(&b, TW_CHECK_TIME_FAR, TW_ELEMENT_LODGED_AT, 0,
           "lodged on 2101-01-01; between 1990 and 2100 is possible");
    begin(&b);
    b.decl.lodged_at = NOW + 1;
    expect(&b, TW_CHECK_TIME_AHEAD, TW_ELEMENT_LODGED_AT, 0, "lodged on 2026-05-27, which is still to come");
    begin(&b);
    struct tw_violations found;
    b.decl.lodged_at = NOW + 1;
    CHECK(tw_decl_check(&b.decl, TW_NO_TIME, b.arena, &found, NULL) == TW_OK && found.n == 0);
    b.decl.lodged_at = (int64_t)tw_day_from_civil(1990, 1, 1) * TW_DAY_S;
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    tw_arena_free(b.arena);
}

static void item_numbers_rise_and_stand_once(void)
{
    struct bed b;
    begin(&b);
    b.items[2].number = 1;
    expect(&b, TW_CHECK_NUMBER_TWICE, TW_ELEMENT_ITEM, 2,
           "item number 1 stands twice; each item has its own");
    begin(&b);
    b.items[0].number = 9999;
    b.items[2].number = 9998;
    b.items[1].number = 9997;
    struct tw_violations found;
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 2);
    CHECK(found.at[0].check == TW_CHECK_NUMBER_ORDER && found.at[0].item == 1);
    CHECK(found.at[1].check == TW_CHECK_NUMBER_ORDER && found.at[1].item == 2);
    tw_arena_free(b.arena);
    begin(&b);
    b.items[0].number = 2;
    b.items[1].number = 1;
    expect(&b, TW_CHECK_NUMBER_ORDER, TW_ELEMENT_ITEM, 1, "item number 1 stands behind a higher one");
    begin(&b);
    b.items[2].number = 10000;
    expect(&b, TW_CHECK_NUMBER_FAR, TW_ELEMENT_ITEM, 2, "item number 10000; 1 to 9999 are allowed");
}

static void masses_fit_each_other(void)
{
    struct bed b;
    begin(&b);
    b.items[1].net_mass_kg = (struct tw_dec){100001, 4, true};
    expect(&b, TW_CHECK_NET_ABOVE_GROSS, TW_ELEMENT_NET_MASS_KG, 1,
           "the net mass of 10.0001 kg is above the gross mass of 10 kg; gross includes the packing");
    begin(&b);
    b.items[1].net_mass_kg = (struct tw_dec){0, 1, true};
    expect(&b, TW_CHECK_ZERO_NET, TW_ELEMENT_NET_MASS_KG, 1, "the net mass is 0.0 kg; it must be above zero");
    begin(&b);
    b.items[1].net_mass_kg = (struct tw_dec){-5, 3, true};
    expect(&b, TW_CHECK_ZERO_NET, TW_ELEMENT_NET_MASS_KG, 1,
           "the net mass is -0.005 kg; it must be above zero");
    begin(&b);
    b.items[1].net_mass_kg = (struct tw_dec){0};
    b.items[1].gross_mass_kg = (struct tw_dec){0, 0, true};
    expect(&b, TW_CHECK_ZERO_GROSS, TW_ELEMENT_GROSS_MASS_KG, 1,
           "the gross mass is 0 kg; it must be above zero");
    begin(&b);
    b.decl.gross_mass_kg = (struct tw_dec){2999, 2, true};
    expect(&b, TW_CHECK_MASS_TOTAL, TW_ELEMENT_HEADER_GROSS_MASS_KG, 0,
           "a gross mass of 29.99 kg is stated, the items have 30 kg");
    begin(&b);
    b.decl.gross_mass_kg = (struct tw_dec){0, 2, true};
    b.items[0].gross_mass_kg = (struct tw_dec){0};
    expect(&b, TW_CHECK_ZERO_GROSS, TW_ELEMENT_HEADER_GROSS_MASS_KG, 0,
           "the total gross mass is 0.00 kg; it must be above zero");
}

static void totals_are_those_of_the_items(void)
{
    struct bed b;
    begin(&b);
    b.decl.item_total = 4;
    expect(&b, TW_CHECK_ITEM_TOTAL, TW_ELEMENT_ITEM_TOTAL, 0, "4 items are stated, 3 are there");
    begin(&b);
    b.decl.package_total = 7;
    expect(&b, TW_CHECK_PACKAGE_TOTAL, TW_ELEMENT_PACKAGE_TOTAL, 0,
           "7 packages are stated, the items have 6");
    begin(&b);
    struct tw_violations found;
    b.decl.package_total = 7;
    b.items[1].package_count = -1; /* one does not say: nothing to compare */
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    b.items[1].package_count = INT64_MAX;
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    tw_arena_free(b.arena);
}

static void worth_is_above_zero(void)
{
    struct bed b;
    begin(&b);
    b.items[0].price = (struct tw_money){0, "USD"};
    expect(&b, TW_CHECK_ZERO_PRICE, TW_ELEMENT_PRICE, 0, "the price is 0.00 USD; it must be above zero");
    begin(&b);
    b.items[0].customs_value = (struct tw_money){-150, "NOK"};
    expect(&b, TW_CHECK_ZERO_VALUE, TW_ELEMENT_CUSTOMS_VALUE, 0,
           "the customs value is -1.50 NOK; it must be above zero");
    begin(&b);
    b.items[0].quantity.value.v = 0;
    expect(&b, TW_CHECK_ZERO_QUANTITY, TW_ELEMENT_QUANTITY, 0, "the quantity is 0; it should be above zero");
    begin(&b);
    b.items[0].duty_rate = (struct tw_dec){300001, 2, true};
    expect(&b, TW_CHECK_RATE_FAR, TW_ELEMENT_DUTY_RATE, 0,
           "a duty rate of 3000.01 per cent; is it written as per cent?");
}

static void codes_are_on_their_lists(void)
{
    struct bed b;
    begin(&b);
    b.decl.delivery_term = TW_STR("C&F");
    expect(&b, TW_CHECK_UNKNOWN_TERM, TW_ELEMENT_DELIVERY_TERM, 0,
           "\"C&F\" is no delivery term; Incoterms such as FOB or CIF are");
    begin(&b);
    b.items[2].dispatch = TW_STR("QX");
    expect(&b, TW_CHECK_UNKNOWN_COUNTRY, TW_ELEMENT_DISPATCH, 2,
           "\"QX\" is on no list of countries; is it ISO 3166 alpha-2?");
    begin(&b);
    b.decl.destination = TW_STR("UK");
    expect(&b, TW_CHECK_UNKNOWN_COUNTRY, TW_ELEMENT_HEADER_DESTINATION, 0,
           "\"UK\" is on no list of countries; is it ISO 3166 alpha-2?");
}

static void countries_that_iso_leaves_to_users_are_let_pass(void)
{
    struct bed b;
    struct tw_violations found = {NULL, 7};
    begin(&b);
    b.items[0].origin = TW_STR("XT");
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    tw_arena_free(b.arena);
}

/* What an item takes over from the header is told of the header alone. */
static void what_the_header_says_is_told_once(void)
{
    struct bed b;
    begin(&b);
    b.decl.dispatch = TW_STR("QX");
    for (size_t i = 0; i < ITEMS; i++) b.items[i].dispatch = b.decl.dispatch;
    expect(&b, TW_CHECK_UNKNOWN_COUNTRY, TW_ELEMENT_HEADER_DISPATCH, 0,
           "\"QX\" is on no list of countries; is it ISO 3166 alpha-2?");
}

static void a_declaration_may_have_9999_items_and_no_more(void)
{
    struct tw_item *items = calloc(TW_ITEMS_MAX + 1, sizeof *items);
    CHECK(items != NULL);
    struct bed b;
    begin(&b);
    b.decl.items.at = items;
    b.decl.items.n = TW_ITEMS_MAX;
    b.decl.item_total = b.decl.package_total = -1;
    b.decl.gross_mass_kg.set = false;
    for (uint32_t i = 0; i <= TW_ITEMS_MAX; i++) {
        tw_item_init(&items[i]);
        items[i].number = i + 1;
        items[i].hs = TW_STR("85");
    }
    struct tw_violations found;
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 0);
    b.decl.items.n = TW_ITEMS_MAX + 1;
    items[TW_ITEMS_MAX].number = 1; /* a second 1 */
    CHECK(tw_decl_check(&b.decl, NOW, b.arena, &found, NULL) == TW_OK && found.n == 2);
    CHECK(found.at[0].check == TW_CHECK_TOO_MANY_ITEMS && found.at[1].check == TW_CHECK_NUMBER_TWICE);
    struct tw_fault fault = {0};
    CHECK(tw_violation_fault(&found.at[0], &b.decl, &fault) == TW_LIMIT);
    CHECK(strcmp(fault.note, "the declaration has 10000 items; 1 to 9999 are allowed") == 0);
    free(items);
    tw_arena_free(b.arena);
}

static void every_rule_has_code_words_and_severity(void)
{
    const struct tw_vocabulary *v = tw_check_vocabulary();
    int faults = 0;
    CHECK(v->n == TW_CHECK_N && TW_CHECK_N <= 64); /* a set of rules fits 64 bits */
    for (size_t i = 0; i < v->n; i++) {
        CHECK(v->at[i].code[0] != '\0' && v->at[i].words[0] != '\0');
        faults += tw_check_severity((enum tw_check)i) == TW_SEVERITY_FAULT;
    }
    CHECK(faults > 0 && faults < TW_CHECK_N);
    CHECK(tw_check_severity(TW_CHECK_NET_ABOVE_GROSS) == TW_SEVERITY_FAULT);
    CHECK(tw_check_severity(TW_CHECK_UNKNOWN_TERM) == TW_SEVERITY_WARNING);
    CHECK(tw_check_severity(TW_CHECK_N) == TW_SEVERITY_WARNING);
}

static tw_err check_a_bad_one(void)
{
    struct bed b;
    TW_SCOPED(tw_arena) *arena = NULL;
    memset(&b, 0, sizeof b);
    tw_decl_init(&b.decl);
    b.decl.items.at = b.items;
    b.decl.items.n = ITEMS;
    for (int i = 0; i < ITEMS; i++) tw_item_init(&b.items[i]);
    for (int i = 0; i < ITEMS; i++) b.items[i].price = (struct tw_money){0, "USD"};
    struct tw_violations found = {NULL, 77};
    TW_TRY(tw_arena_new(1 << 20, &arena));
    tw_err err = tw_decl_check(&b.decl, NOW, arena, &found, NULL);
    CHECK(err == TW_OK ? found.n == 2 + 3 * ITEMS : found.n == 77);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(check_a_bad_one) == 2);
    TW_SCOPED(tw_arena) *none = NULL;
    struct tw_decl decl;
    struct tw_violations found = {NULL, 77};
    struct tw_fault fault = {0};
    tw_decl_init(&decl);
    CHECK(tw_arena_new(0, &none) == TW_OK);
    CHECK(tw_decl_check(&decl, NOW, none, &found, &fault) == TW_NOMEM && found.n == 77);
    CHECK(strcmp(fault.note, "no room left for this declaration") == 0);
}

int main(void)
{
    RUN(a_good_declaration_breaks_no_rule);
    RUN(mandatory_elements_are_asked_for);
    RUN(times_must_be_possible);
    RUN(item_numbers_rise_and_stand_once);
    RUN(masses_fit_each_other);
    RUN(totals_are_those_of_the_items);
    RUN(worth_is_above_zero);
    RUN(codes_are_on_their_lists);
    RUN(countries_that_iso_leaves_to_users_are_let_pass);
    RUN(what_the_header_says_is_told_once);
    RUN(a_declaration_may_have_9999_items_and_no_more);
    RUN(every_rule_has_code_words_and_severity);
    RUN(survives_every_failed_allocation);
    return DONE();
}
