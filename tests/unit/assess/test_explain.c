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
    RUN(writes_nothing_when_not_asked_to);
    return DONE();
}
