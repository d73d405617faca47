/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "office.h"
#include "score/order.h"

static bool has(const struct tw_assessment *one, enum tw_basis b)
{
    return (one->decision.basis & (1u << b)) != 0;
}

static void sends_what_the_model_finds_risky_to_red(void)
{
    struct office o = office(true, false);
    struct shipment s;
    live(&o, 600);
    /* A quarter of the usual price. */
    struct tw_assessment one = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
    const struct tw_decision *k = &one.decision;
    CHECK(k->channel == TW_CHANNEL_RED && has(&one, TW_BASIS_SCORE) && k->score_channel == TW_CHANNEL_RED);
    CHECK(k->propensity_ppm == 1000000 && one.score >= one.red_from && one.score >= one.green_below);
    CHECK(k->items.n == 1 && k->items.at[0].number == 1 && k->items.at[0].margin == 2.0F);
    CHECK(k->items.at[0].risk_ppm == 880797); /* 1 / (1 + exp(-2)) */
    /* Stake: 5 % of 250.00; half of it recovered, with that probability. */
    CHECK(strcmp(k->items.at[0].expected_duty.cur, "XTS") == 0 && k->items.at[0].expected_duty.minor == 550);
    CHECK(tw_str_is(k->declaration_id, "D9000") && k->decided_at == s.decl.lodged_at);
    CHECK(one.awaited && tw_profile_awaited(o.profile) >= 1);
    office_close(&o);
}

static void scores_by_what_the_record_says(void)
{
    struct office o = office(true, false);
    struct shipment s;
    live(&o, 300);
    for (int i = 0; i < 50; i++) {
        struct tw_assessment one =
            assess(&o, declare(&s, 9000 + i, 3, 1, 20010, 20000 + 1500 * i, 5000), UINT64_MAX);
        const struct tw_decision_item *k = &one.decision.items.at[0];
        struct tw_order_item item = {k->risk_ppm / 1e6, (double)k->expected_duty.minor, k->margin};
        CHECK(tw_order(&item, 1, tw_assess_settings_default().duty_mix) == one.score);
    }
    office_close(&o);
}

static void decides_by_price_and_chance_without_a_model(void)
{
    struct office o = office(false, false);
    struct shipment s;
    live(&o, 600);
    struct tw_assessment low = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
    CHECK(low.score > 3 && low.decision.channel == TW_CHANNEL_RED && has(&low, TW_BASIS_SCORE));
    CHECK(isnan(low.decision.items.at[0].margin) && low.decision.items.at[0].expected_duty.cur[0] == '\0');
    struct tw_assessment dear = assess(&o, declare(&s, 9001, 3, 1, 20015, 150000, 5000), UINT64_MAX);
    CHECK(dear.score == 0 && dear.decision.channel == TW_CHANNEL_GREEN && dear.decision.basis == 0);
    struct tw_assessment drawn = assess(&o, declare(&s, 9002, 3, 1, 20015, 150000, 5000), 0);
    CHECK(drawn.decision.channel == TW_CHANNEL_RED && has(&drawn, TW_BASIS_RANDOM) &&
          !has(&drawn, TW_BASIS_SCORE));
    CHECK(drawn.decision.propensity_ppm > 0 && drawn.decision.propensity_ppm <= 10000);
    office_close(&o);
}

static void takes_the_worst_item_for_the_declaration(void)
{
    struct office o = office(true, true);
    live(&o, 600);
    struct shipment s;
    declare(&s, 9000, 3, 1, 20015, 100000, 5000);
    struct tw_item item[3] = {s.item, s.item, s.item};
    item[1].number = 2;
    item[2].number = 7;
    item[2].customs_value.minor = 20000;
    s.decl.items.at = item;
    s.decl.items.n = 3;
    struct tw_assessment one = assess(&o, &s.decl, UINT64_MAX);
    CHECK(one.worst == 2 && one.decision.items.n == 3 && one.decision.items.at[2].number == 7);
    CHECK(one.decision.items.at[0].margin == -3.0F && one.decision.items.at[2].margin == 2.0F);
    CHECK(one.decision.channel == TW_CHANNEL_RED && one.evidence != NULL);
    const struct tw_evidence *e = &one.evidence[2 * TW_FEATURE_N + TW_FEATURE_PRICE_SPREAD];
    CHECK(e->value == 4000 && fabs(e->reference - 20000) < 1200);
    office_close(&o);
}

static void does_not_know_a_declaration_before_it_was_decided(void)
{
    struct office o = office(true, false);
    struct shipment s;
    live(&o, 300);
    const struct tw_decl *d = declare(&s, 9000, 77, 1, 20010, 100000, 5000);
    struct tw_assessment first = assess(&o, d, UINT64_MAX), second = assess(&o, d, UINT64_MAX);
    CHECK(first.x[TW_FEATURE_IMPORTER_SEEN] == 0 && second.x[TW_FEATURE_IMPORTER_SEEN] > 0);
    office_close(&o);
}

static void decides_what_has_no_items_and_no_time(void)
{
    struct office o = office(true, true);
    struct shipment s;
    live(&o, 300);
    declare(&s, 9000, 3, 1, 20010, 100000, 5000);
    s.decl.items.n = 0;
    s.decl.items.at = NULL;
    s.decl.lodged_at = TW_NO_TIME;
    struct tw_assessment one = assess(&o, &s.decl, UINT64_MAX);
    CHECK(one.decision.items.n == 0 && one.decision.channel == TW_CHANNEL_GREEN && isfinite(one.score));
    CHECK(one.look.day == tw_profile_day(o.profile) && one.decision.decided_at == TW_NO_TIME);
    struct tw_assessment *all[] = {&one};
    CHECK(tw_assess_explain(o.a, all, &o.arena, 1) == TW_OK && one.decision.reasons.n == 0);
    office_close(&o);
}

static void hears_of_results_of_what_others_controlled(void)
{
    struct office o = office(true, false);
    struct shipment s;
    live(&o, 300);
    struct tw_assessment one = assess(&o, declare(&s, 9000, 3, 1, 20010, 100000, 5000), UINT64_MAX);
    size_t before = tw_profile_awaited(o.profile);
    struct tw_finding f = {
        .declaration_id = s.decl.id, .item = 1, .known_day = 20011, .result = TW_RESULT_VALUE};
    CHECK(!one.awaited && tw_profile_finding(o.profile, &f) == TW_NOTFOUND);
    CHECK(tw_assess_await(o.a, &one) == TW_OK && tw_assess_await(o.a, &one) == TW_OK && one.awaited);
    CHECK(tw_profile_awaited(o.profile) == before + 1);
    CHECK(tw_profile_finding(o.profile, &f) == TW_OK);
    struct tw_assessment next = assess(&o, declare(&s, 9001, 3, 1, 20012, 100000, 5000), UINT64_MAX);
    CHECK(next.x[TW_FEATURE_FOUND_DAYS] > 0);
    office_close(&o);
}

static void decides_the_same_with_and_without_reasons(void)
{
    struct office a = office(true, true), b = office(true, false);
    struct tw_rng r = tw_rng_new(3, "price");
    for (int i = 0; i < 2000; i++) {
        struct shipment s;
        int64_t minor = (int64_t)(20000 + 100000 * tw_rng_unit(&r));
        const struct tw_decl *d = declare(&s, i, i % 7, 1, 20000 + i / 40, minor, 5000);
        uint64_t draw = tw_rng_u64(&r);
        tw_arena_reset(a.arena);
        tw_arena_reset(b.arena);
        struct tw_assessment x = assess(&a, d, draw), y = assess(&b, d, draw);
        CHECK(x.decision.channel == y.decision.channel && x.decision.basis == y.decision.basis);
        CHECK(x.score == y.score && memcmp(x.x, y.x, TW_FEATURE_N * sizeof *x.x) == 0);
        CHECK(x.evidence != NULL && y.evidence == NULL);
    }
    office_close(&a);
    office_close(&b);
}

static void refuses_a_model_of_other_features(void)
{
    static const char other[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct office o = office(false, false);
    struct tw_fault fault = {0};
    struct tw_assessor *a = NULL;
    struct tw_model *m = own_model(other);
    struct tw_assess_parts parts = {.model = m, .profile = o.profile, .channels = o.channels};
    struct tw_assess_settings set = tw_assess_settings_default();
    CHECK(tw_assessor_new(&parts, &set, &a, &fault) == TW_CONFLICT && a == NULL);
    CHECK(strstr(fault.note, "train it anew") != NULL);
    set.duty_mix = (double)NAN;
    parts.model = NULL;
    CHECK(tw_assessor_new(&parts, &set, &a, &fault) == TW_ARG && a == NULL);
    tw_model_free(m);
    office_close(&o);
}

enum { BLOCK_MOST = 32 };

/* The same traffic with a bargain now and then, `block` declarations begun at a time and of one day, to
 * `out`: every decision in full, and the profile it leaves. */
static void live_by_the_block(bool model, bool reasons, int block, struct tw_buf *out)
{
    struct office o = office(model, reasons);
    struct shipment s[BLOCK_MOST];
    struct tw_arena *arena[BLOCK_MOST];
    struct tw_assess_case c[BLOCK_MOST];
    struct tw_assessment one[BLOCK_MOST], *all[BLOCK_MOST];
    for (int k = 0; k < block; k++) CHECK(tw_arena_new(16 << 20, &arena[k]) == TW_OK);
    for (int i = 0, n = 0; i < 640; i += n) {
        for (n = 0; n < block && (n == 0 || (i + n) % 40 != 0); n++) {
            tw_arena_reset(arena[n]);
            const struct tw_decl *d = (i + n) % 23 == 22
                                          ? declare(&s[n], i + n, 3, 2, 20000 + (i + n) / 40, 9000, 5000)
                                          : usual(&s[n], i + n);
            c[n] = (struct tw_assess_case){.decl = d, .arena = arena[n]};
        }
        CHECK(tw_assess_begin(o.a, c, (size_t)n, one) == TW_OK);
        for (int k = 0; k < n; k++) {
            const uint64_t draw = tw_mix64((uint64_t)(i + k)) | 1;
            CHECK(tw_assess_decide(o.a, &one[k], (size_t)(n - 1 - k), draw) == TW_OK);
            all[k] = &one[k];
        }
        CHECK(tw_assess_explain(o.a, all, arena, (size_t)n) == TW_OK);
        for (int k = 0; k < n; k++) tw_assess_json(o.a, &one[k], true, out);
    }
    CHECK(tw_profile_save(o.profile, out) == TW_OK && !out->failed);
    for (int k = 0; k < block; k++) tw_arena_free(arena[k]);
    office_close(&o);
}

static void decides_the_same_by_the_block(void)
{
    static const int block[] = {2, 3, 16, 31};
    for (unsigned how = 0; how < 4; how++) {
        TW_SCOPED_BUF alone = {0};
        live_by_the_block(how & 1, how & 2, 1, &alone);
        for (size_t b = 0; b < sizeof block / sizeof block[0]; b++) {
            TW_SCOPED_BUF together = {0};
            live_by_the_block(how & 1, how & 2, block[b], &together);
            CHECK(together.n == alone.n && memcmp(together.p, alone.p, alone.n) == 0);
        }
    }
}

static struct tw_model *shared;

static tw_err work_a_day(void)
{
    struct office o = {.model = shared};
    struct tw_assess_settings set = tw_assess_settings_default();
    tw_err err = office_try(&o, true, &set);
    for (int i = 0; i < 3 && err == TW_OK; i++) {
        struct shipment s;
        struct tw_assessment one;
        struct tw_assessment *all[] = {&one};
        err = tw_assess(o.a, usual(&s, i), 0, o.arena, &one);
        if (err == TW_OK) err = tw_assess_explain(o.a, all, &o.arena, 1);
    }
    o.model = NULL;
    office_close(&o);
    return err;
}

static void survives_every_failed_allocation(void)
{
    shared = own_model(NULL);
    CHECK(fault_each_allocation(work_a_day) > 10);
    tw_model_free(shared);
}

int main(void)
{
    RUN(sends_what_the_model_finds_risky_to_red);
    RUN(scores_by_what_the_record_says);
    RUN(decides_by_price_and_chance_without_a_model);
    RUN(takes_the_worst_item_for_the_declaration);
    RUN(does_not_know_a_declaration_before_it_was_decided);
    RUN(decides_what_has_no_items_and_no_time);
    RUN(hears_of_results_of_what_others_controlled);
    RUN(decides_the_same_with_and_without_reasons);
    RUN(decides_the_same_by_the_block);
    RUN(refuses_a_model_of_other_features);
    RUN(survives_every_failed_allocation);
    return DONE();
}
