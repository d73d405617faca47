/* SPDX-License-Identifier: Apache-2.0 */
#include "office.h"

enum { BLOCK = 40 };

/* Explains a block of declarations together, and each alone; both must say the same. */
static void gives_the_same_reasons_alone_and_in_a_block(void)
{
    struct office o = office(true, true);
    static struct shipment s[BLOCK];
    struct tw_assessment one[BLOCK], alone[BLOCK];
    struct tw_assessment *all[BLOCK];
    struct tw_arena *arena[BLOCK];
    live(&o, 600);
    tw_arena_reset(o.arena);
    for (int i = 0; i < BLOCK; i++) {
        one[i] = assess(&o, declare(&s[i], 9000 + i, i % 9, 1, 20015, 20000 + 3000 * i, 5000), UINT64_MAX);
        alone[i] = one[i];
        all[i] = &one[i];
        arena[i] = o.arena;
    }
    CHECK(tw_assess_explain(o.a, all, arena, BLOCK) == TW_OK);
    for (int i = 0; i < BLOCK; i++) {
        struct tw_assessment *single[] = {&alone[i]};
        CHECK(tw_assess_explain(o.a, single, &o.arena, 1) == TW_OK);
        CHECK(alone[i].decision.reasons.n == one[i].decision.reasons.n);
        for (size_t k = 0; k < one[i].decision.reasons.n; k++) {
            const struct tw_reason *a = &one[i].decision.reasons.at[k], *b = &alone[i].decision.reasons.at[k];
            CHECK(tw_str_eq(a->text, b->text) && tw_str_eq(a->values_json, b->values_json));
            CHECK(a->family == b->family && a->weight_micro == b->weight_micro);
        }
    }
    office_close(&o);
}

static void says_that_the_price_is_low_with_a_model_and_without(void)
{
    for (int model = 0; model < 2; model++) {
        struct office o = office(model != 0, true);
        struct shipment s;
        live(&o, 600);
        struct tw_assessment one = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
        struct tw_assessment *all[] = {&one};
        CHECK(tw_assess_explain(o.a, all, &o.arena, 1) == TW_OK);
        CHECK(one.decision.reasons.n >= 1);
        const struct tw_reason *r = &one.decision.reasons.at[0];
        CHECK(r->family == TW_FAMILY_PRICE && !r->against && r->text.n > 0 && r->item == 1);
        CHECK(r->weight_micro > 0);
        office_close(&o);
    }
}

static void names_the_change_that_would_have_made_it_green_and_only_where_it_was_not(void)
{
    struct office o = office(true, true);
    struct shipment s;
    live(&o, 600);
    struct tw_assessment low = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
    CHECK(low.decision.channel == TW_CHANNEL_RED && low.decision.counterfactual.n > 0 &&
          low.change_json.n > 0);
    struct tw_assessment fine = assess(&o, declare(&s, 9001, 3, 1, 20015, 100000, 5000), UINT64_MAX);
    CHECK(fine.decision.score_channel == TW_CHANNEL_GREEN && fine.decision.counterfactual.n == 0);
    office_close(&o);
}

/* Three small items, the second 200 g for `minor`. */
static struct tw_assessment three_items(bool model, int64_t minor, struct office *o, struct tw_item item[3])
{
    static struct shipment s;
    *o = office(model, true);
    live(o, 600);
    (void)declare(&s, 9000, 3, 1, 20015, 100000, 5000);
    for (uint32_t i = 0; i < 3; i++) {
        item[i] = s.item;
        item[i].number = i + 1;
        item[i].customs_value.minor = 100;
        item[i].net_mass_kg = item[i].gross_mass_kg = (struct tw_dec){5, 3, true};
        item[i].quantity.value.set = false;
    }
    item[1].net_mass_kg = item[1].gross_mass_kg = (struct tw_dec){200, 3, true};
    item[1].customs_value.minor = minor;
    s.decl.items.at = item;
    s.decl.items.n = 3;
    return assess(o, &s.decl, UINT64_MAX);
}

static void what_is_said_of_a_change_is_what_would_have_happened(void)
{
    for (int model = 0; model < 2; model++) {
        struct tw_item item[3];
        struct office was, same, less;
        struct tw_assessment one = three_items(model != 0, 1000, &was, item);
        CHECK(one.worst == 1 && one.decision.score_channel == TW_CHANNEL_RED && one.change_json.n > 0);
        CHECK(memmem(one.change_json.s, one.change_json.n, "\"customs_value\",\"item\":2,", 25) != NULL);
        const char *to = memmem(one.change_json.s, one.change_json.n, "\"to\":", 5);
        CHECK(to != NULL);
        const int64_t minor = (int64_t)(strtod(to + 5, NULL) * 100 + 0.5);
        struct tw_assessment done = three_items(model != 0, minor, &same, item);
        struct tw_assessment step = three_items(model != 0, minor - 20, &less, item); /* of 10.00: 0.20 */
        CHECK(done.score < one.green_below && done.decision.score_channel == TW_CHANNEL_GREEN);
        CHECK(step.score >= one.green_below && step.decision.score_channel != TW_CHANNEL_GREEN);
        office_close(&was);
        office_close(&same);
        office_close(&less);
    }
}

static void writes_nothing_when_not_asked_to(void)
{
    struct office o = office(true, false);
    struct shipment s;
    live(&o, 600);
    struct tw_assessment one = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
    struct tw_assessment *all[] = {&one};
    CHECK(tw_assess_explain(o.a, all, &o.arena, 1) == TW_OK);
    CHECK(one.decision.reasons.n == 0 && one.decision.counterfactual.n == 0 && one.evidence == NULL);
    office_close(&o);
}

int main(void)
{
    RUN(gives_the_same_reasons_alone_and_in_a_block);
    RUN(says_that_the_price_is_low_with_a_model_and_without);
    RUN(names_the_change_that_would_have_made_it_green_and_only_where_it_was_not);
    RUN(what_is_said_of_a_change_is_what_would_have_happened);
    RUN(writes_nothing_when_not_asked_to);
    return DONE();
}
