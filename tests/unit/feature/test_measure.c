/* SPDX-License-Identifier: Apache-2.0 */
#include "../profile/border.h"
#include "fault.h"
#include "feature/feature.h"

enum { ITEMS = 3 };

static struct tw_profile *profile;
static struct tw_arena *arena;
static struct shipment s;
static struct tw_item item[ITEMS];
static float x[ITEMS * TW_FEATURE_N];
static struct tw_evidence e[ITEMS * TW_FEATURE_N];

/* A declaration of three items of different weight. */
static const struct tw_decl *three(void)
{
    (void)declare(&s, 9000, 1, 1, 20100, 50000, 5000);
    for (int i = 0; i < ITEMS; i++) {
        item[i] = s.item;
        item[i].number = (uint32_t)i + 1;
        item[i].net_mass_kg.v = 4000 + 1000 * i;
    }
    s.decl.items.at = item;
    s.decl.items.n = ITEMS;
    return &s.decl;
}

static void each_item_gets_the_vector_it_would_get_alone(void)
{
    const struct tw_decl *d = three();
    struct tw_look look, own;
    CHECK(tw_feature_measure(profile, d, arena, x, e, &look) == TW_OK && look.n == ITEMS);
    CHECK(tw_profile_look(profile, d, arena, &own) == TW_OK);
    for (size_t i = 0; i < ITEMS; i++) {
        float want[TW_FEATURE_N];
        struct tw_evidence want_e[TW_FEATURE_N];
        tw_feature_compute(profile, d, &own, i, want, want_e);
        CHECK(memcmp(want, x + i * TW_FEATURE_N, sizeof want) == 0);
        CHECK(e[i * TW_FEATURE_N + TW_FEATURE_NET_LOG].value == want_e[TW_FEATURE_NET_LOG].value);
        CHECK(look.item[i].stake == own.item[i].stake);
    }
    CHECK(x[TW_FEATURE_NET_LOG] < x[2 * TW_FEATURE_N + TW_FEATURE_NET_LOG]);
    float without[ITEMS * TW_FEATURE_N];
    CHECK(tw_feature_measure(profile, d, arena, without, NULL, &look) == TW_OK);
    CHECK(memcmp(without, x, sizeof x) == 0);
}

static void leaves_the_profile_as_it_was(void)
{
    struct tw_look look;
    const size_t keys = tw_profile_keys(profile);
    CHECK(tw_feature_measure(profile, three(), arena, x, NULL, &look) == TW_OK);
    CHECK(tw_profile_keys(profile) == keys && tw_profile_day(profile) == 20009);
}

static tw_err work(void)
{
    TW_SCOPED(tw_arena) *own = NULL;
    struct tw_look look;
    TW_TRY(tw_arena_new(1 << 20, &own));
    return tw_feature_measure(profile, three(), own, x, NULL, &look);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(work) >= 2);
}

int main(void)
{
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    CHECK(tw_profile_new(tw_profile_defaults(), &profile) == TW_OK);
    for (int i = 0; i < 40; i++)
        (void)pass(profile, declare(&s, i, i % 5, 1, 20000 + i / 4, 90000 + 100 * i, 5000), arena);
    RUN(each_item_gets_the_vector_it_would_get_alone);
    RUN(leaves_the_profile_as_it_was);
    RUN(survives_every_failed_allocation);
    tw_profile_free(profile);
    tw_arena_free(arena);
    return DONE();
}
