/* SPDX-License-Identifier: Apache-2.0 */
#include "reason/change.h"

#include <math.h>

#include "../profile/border.h"
#include "decl/money.h"
#include "fault.h"

static struct tw_arena *arena;

/* A made-up score, and how often it was asked. */
struct judge {
    double (*score)(const struct tw_item *i);
    int asked;
    size_t items;
    bool untouched; /* the other items, and the declaration itself */
    const struct tw_decl *was;
};

static tw_err ask(void *to, const struct tw_decl *variant, bool codes, double *ret)
{
    struct judge *j = to;
    const struct tw_item *i = &variant->items.at[j->items - 1], *was = &j->was->items.at[j->items - 1];
    CHECK(codes == (!tw_str_eq(i->dispatch, was->dispatch) || !tw_str_eq(i->preference, was->preference)));
    j->asked++;
    j->untouched = j->untouched && variant != j->was && variant->items.n == j->items &&
                   tw_str_eq(variant->id, j->was->id);
    *ret = j->score(i);
    return TW_OK;
}

struct found {
    struct tw_str text, json;
    int asked;
};

/* 1,000 kg (1,100 gross) of item 1 for 4,100.00 XTS, CN by way of SG; green below 0.5. */
static struct found find(struct shipment *s, double (*score)(const struct tw_item *i))
{
    struct judge j = {score, 0, 1, true, &s->decl};
    const struct tw_change_case c = {&s->decl, 0, 0.5, "XTS", {&j, ask}};
    struct found f;
    const struct shipment before = *s;
    CHECK(tw_change_find(&c, arena, &f.text, &f.json) == TW_OK);
    CHECK(memcmp(&before, s, sizeof before) == 0 && j.untouched);
    CHECK(j.asked <= TW_CHANGE_SCORINGS_MAX);
    f.asked = j.asked;
    return f;
}

static bool holds(struct tw_str text, const char *part)
{
    return memmem(text.s, text.n, part, strlen(part)) != NULL;
}

static struct shipment shipment(void)
{
    static struct shipment s;
    (void)declare(&s, 1, 1, 1, 20000, 410000, 1000000);
    s.item.preference = TW_STR("300");
    s.item.package_count = 40;
    return s;
}

static void settle(struct shipment *s) /* a copy's pointers are its own again */
{
    s->decl.items.at = &s->item;
}

static double dear_enough(const struct tw_item *i)
{
    return i->customs_value.minor >= 983700 ? 0.4 : 0.6;
}

static double cheap_and_dutied(const struct tw_item *i)
{
    return i->customs_value.minor >= 500000 && i->duty_amount.minor == i->customs_value.minor / 20 ? 0 : 1;
}

static void finds_the_price_that_would_have_done(void)
{
    struct shipment s = shipment();
    settle(&s);
    struct found f = find(&s, dear_enough);
    CHECK(tw_str_is(
        f.text,
        "Had the customs value of item 1 been 9,900 XTS (9.90 XTS/kg) instead of 4,100 XTS (4.10 XTS/kg), "
        "all else as declared, score alone would have released the declaration"));
    CHECK(tw_str_is(f.json,
                    "{\"field\":\"customs_value\",\"item\":1,\"to\":9900,\"to_per_kg\":9.90,\"from\":4100,"
                    "\"from_per_kg\":4.10,\"currency\":\"XTS\"}"));
    s.item.duty_amount = (struct tw_money){410000 / 20, "XTS"}; /* duty goes with the value */
    f = find(&s, cheap_and_dutied);
    CHECK(holds(f.json, "\"to\":5000,"));
}

static double light_enough(const struct tw_item *i)
{
    return tw_dec_f64(i->net_mass_kg) <= 400 && tw_dec_f64(i->gross_mass_kg) <= 440 ? 0.4 : 0.6;
}

static double heavy_enough(const struct tw_item *i)
{
    return tw_dec_f64(i->net_mass_kg) > 1201 ? 0.4 : 0.6;
}

static void finds_the_mass_up_or_down_and_takes_gross_along(void)
{
    struct shipment s = shipment();
    settle(&s);
    struct found f = find(&s, light_enough);
    CHECK(tw_str_is(f.text,
                    "Had the net mass of item 1 been 400.00 kg instead of 1,000 kg, gross mass in proportion "
                    "and all else as declared, score alone would have released the declaration"));
    f = find(&s, heavy_enough);
    CHECK(holds(f.json, "\"field\":\"net_mass_kg\"") && holds(f.json, "\"to\":1220"));
    s.item.net_mass_kg.set = false; /* what is not declared is not changed */
    CHECK(find(&s, light_enough).text.n == 0);
}

static double many_packages(const struct tw_item *i)
{
    return i->package_count >= 47 ? 0 : 1;
}

static double few_units(const struct tw_item *i)
{
    return i->quantity.value.v <= 4000 ? 0 : 1;
}

static double sent_direct(const struct tw_item *i)
{
    return tw_str_eq(i->dispatch, i->origin) ? 0 : 1;
}

static double never(const struct tw_item *i)
{
    (void)i;
    return 1;
}

static double no_preference(const struct tw_item *i)
{
    return tw_str_is(i->preference, "100") ? 0 : 1;
}

static void finds_the_other_fields(void)
{
    struct shipment s = shipment();
    settle(&s);
    CHECK(tw_str_is(
        find(&s, many_packages).text,
        "Had item 1 come in 47 packages instead of 40, all else as declared, score alone would have "
        "released the declaration"));
    CHECK(tw_str_is(
        find(&s, few_units).text,
        "Had the quantity of item 1 been 4,000 NAR instead of 5,000 NAR, all else as declared, score alone "
        "would have released the declaration"));
    CHECK(tw_str_is(
        find(&s, sent_direct).text,
        "Had item 1 been dispatched from its origin CN instead of SG, all else as declared, score alone "
        "would have released the declaration"));
    CHECK(tw_str_is(
        find(&s, no_preference).text,
        "Had no preference been claimed for item 1, all else as declared, score alone would have released "
        "the declaration"));
    const int asked = find(&s, never).asked;
    s.item.preference = TW_STR("100"); /* nothing is claimed, nothing differs */
    s.item.dispatch = TW_STR("CN");
    CHECK(find(&s, never).asked == asked - 2);
}

static double unknown(const struct tw_item *i)
{
    (void)i;
    return (double)NAN;
}

static double ragged(const struct tw_item *i) /* helps in two stretches */
{
    int64_t v = i->customs_value.minor;
    return (v >= 500000 && v < 520000) || v >= 700000 ? 0 : 1;
}

static void says_nothing_where_no_single_field_would_do(void)
{
    struct shipment s = shipment();
    settle(&s);
    struct found f = find(&s, never);
    CHECK(f.text.n == 0 && f.json.n == 0 && f.asked <= 12);
    CHECK(find(&s, unknown).text.n == 0);
    s.item.customs_value.minor = 0;
    s.item.package_count = -1;
    s.item.net_mass_kg.v = 0;
    s.item.quantity.value.v = INT64_MAX;
    CHECK(find(&s, never).asked == 2); /* dispatch and preference are all there is */
    s.decl.items.n = 0;
    struct judge j = {never, 0, 0, true, &s.decl};
    const struct tw_change_case c = {&s.decl, 0, 0.5, "XTS", {&j, ask}};
    CHECK(tw_change_find(&c, arena, &f.text, &f.json) == TW_OK && f.text.n == 0 && j.asked == 0);
}

/* Whatever the score looks like: what is said helps, and the step before it does not. */
static void says_only_what_was_scored(void)
{
    struct shipment s = shipment();
    settle(&s);
    struct found f = find(&s, ragged);
    const char *to = memmem(f.json.s, f.json.n, "\"to\":", 5);
    CHECK(to != NULL);
    struct tw_item i = s.item;
    i.customs_value.minor = 100 * strtol(to + 5, NULL, 10);
    CHECK(ragged(&i) == 0);
    i.customs_value.minor -= 10000;
    CHECK(ragged(&i) == 1);
}

static double item_two_dear(const struct tw_item *i)
{
    return i->number == 2 && i->customs_value.minor > 300 ? 0 : 1;
}

static void changes_the_worst_item_alone(void)
{
    struct shipment s = shipment();
    struct tw_item two[2] = {s.item, s.item};
    two[1].number = 2;
    two[1].customs_value.minor = 205;
    two[1].net_mass_kg = (struct tw_dec){0};
    s.decl.items.at = two;
    s.decl.items.n = 2;
    struct judge j = {item_two_dear, 0, 2, true, &s.decl};
    const struct tw_change_case c = {&s.decl, 1, 0.5, "", {&j, ask}};
    struct found f;
    CHECK(tw_change_find(&c, arena, &f.text, &f.json) == TW_OK);
    CHECK(tw_str_is(
        f.text, "Had the customs value of item 2 been 3.05 XTS instead of 2.05 XTS, all else as declared, "
                "score alone would have released the declaration"));
    CHECK(two[1].customs_value.minor == 205 && two[0].customs_value.minor == 410000);
}

static tw_err fail(void *to, const struct tw_decl *variant, bool codes, double *ret)
{
    (void)to, (void)variant, (void)codes, (void)ret;
    return TW_NOMEM;
}

static tw_err find_under_pressure(void)
{
    struct shipment s = shipment();
    settle(&s);
    struct judge j = {dear_enough, 0, 1, true, &s.decl};
    const struct tw_change_case c = {&s.decl, 0, 0.5, "XTS", {&j, ask}};
    struct tw_str text = TW_STR("before"), json = TW_STR("before");
    struct tw_arena *own = NULL;
    tw_err err = tw_arena_new(1 << 20, &own);
    if (err == TW_OK) err = tw_change_find(&c, own, &text, &json);
    CHECK(tw_str_is(text, "before") == (err != TW_OK) && tw_str_is(json, "before") == (err != TW_OK));
    tw_arena_free(own);
    return err;
}

static void leaves_results_alone_on_failure(void)
{
    struct shipment s = shipment();
    settle(&s);
    CHECK(fault_each_allocation(find_under_pressure) >= 2);
    struct tw_str text = TW_STR("before"), json = TW_STR("before");
    const struct tw_change_case c = {&s.decl, 0, 0.5, "XTS", {NULL, fail}};
    CHECK(tw_change_find(&c, arena, &text, &json) == TW_NOMEM && tw_str_is(text, "before") &&
          tw_str_is(json, "before"));
}

int main(void)
{
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK);
    RUN(finds_the_price_that_would_have_done);
    RUN(finds_the_mass_up_or_down_and_takes_gross_along);
    RUN(finds_the_other_fields);
    RUN(says_nothing_where_no_single_field_would_do);
    RUN(says_only_what_was_scored);
    RUN(changes_the_worst_item_alone);
    RUN(leaves_results_alone_on_failure);
    tw_arena_free(arena);
    return DONE();
}
