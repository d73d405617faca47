/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "border.h"

static void tells_kinds_apart_and_finds_the_same_key_again(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_look first = pass(p, declare(&s, 1, 1, 1, 20000, 100000, 5000), arena);
    for (int k = 0; k < TW_KIND_N; k++) {
        CHECK(first.item[0].at[k] == UINT32_MAX);
        if (!first.item[0].has[k]) continue;
        for (int j = 0; j < k; j++)
            CHECK(!first.item[0].has[j] || first.item[0].key[j] != first.item[0].key[k]);
    }
    struct tw_look again = pass(p, declare(&s, 2, 1, 1, 20000, 100000, 5000), arena);
    for (int k = 0; k < TW_KIND_N; k++)
        CHECK(!again.item[0].has[k] || tw_profile_stat(p, &again.item[0], (enum tw_kind)k)->n >= 1);
    CHECK(!again.item[0].has[TW_KIND_COURIER]); /* no courier was declared */
    tw_profile_free(p);
}

static void measures_price_per_kg_and_leaves_out_what_cannot_be_compared(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&s, 1, 1, 1, 20000, 123450, 5000); /* 1,234.50 for 5 kg and 25 pieces */
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK);
    CHECK(look.item[0].price_kg == 24690.0 && look.item[0].price_unit == 4938.0 && look.value == 1234.5);
    CHECK(fabs(look.item[0].duty - 6172.5) < 1e-9 && isnan(look.item[0].log_ratio) && !look.low_value);
    s.item.net_mass_kg = (struct tw_dec){0, 0, true};
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && isnan(look.item[0].price_kg));
    s.item.customs_value.cur[0] = '\0'; /* no rate for its currency */
    CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK && isnan(look.item[0].price_unit));
    CHECK(isnan(look.item[0].value));
    tw_profile_free(p);
}

static void takes_one_place_written_two_ways_as_one_address(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment a, b;
    struct tw_look one, two;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    declare(&a, 1, 1, 1, 20000, 1, 1);
    declare(&b, 2, 2, 1, 20000, 1, 1);
    b.decl.importer.street = TW_STR("12, QUAY RD");
    CHECK(tw_profile_look(p, &a.decl, arena, &one) == TW_OK &&
          tw_profile_look(p, &b.decl, arena, &two) == TW_OK);
    CHECK(one.item[0].key[TW_KIND_ADDRESS] == two.item[0].key[TW_KIND_ADDRESS]);
    CHECK(one.item[0].key[TW_KIND_IMPORTER] != two.item[0].key[TW_KIND_IMPORTER]);
    tw_profile_free(p);
}

int main(void)
{
    RUN(tells_kinds_apart_and_finds_the_same_key_again);
    RUN(measures_price_per_kg_and_leaves_out_what_cannot_be_compared);
    RUN(takes_one_place_written_two_ways_as_one_address);
    return DONE();
}
