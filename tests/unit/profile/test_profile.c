/* SPDX-License-Identifier: Apache-2.0 */
#include "border.h"

static void lets_the_rows_seen_longest_ago_go_when_full(void)
{
    struct tw_profile_limits limits = tw_profile_defaults();
    limits.max_keys = 600;
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_profile_new(limits, &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    struct shipment s;
    for (int i = 0; i < 500; i++) {
        struct tw_look look = pass(p, declare(&s, i, i, i % 90, 20000 + i / 5, 100000, 5000), arena);
        CHECK(tw_profile_keys(p) <= limits.max_keys);
        CHECK(tw_profile_look(p, &s.decl, arena, &look) == TW_OK); /* what was just folded in is there */
        CHECK(tw_profile_stat(p, &look.item[0], TW_KIND_IMPORTER)->n == 1);
    }
    CHECK(tw_profile_evicted(p) > 500);
    struct tw_look old;
    CHECK(tw_profile_look(p, declare(&s, 1000, 0, 0, 20200, 1, 1), arena, &old) == TW_OK);
    CHECK(tw_profile_stat(p, &old.item[0], TW_KIND_IMPORTER) == NULL);
    CHECK(tw_profile_stat(p, &old.item[0], TW_KIND_ORIGIN)->n == 500); /* seen every day: never the oldest */
    tw_profile_free(p);
}

static void refuses_limits_of_nothing(void)
{
    struct tw_profile *p = NULL;
    struct tw_profile_limits limits = tw_profile_defaults();
    limits.max_awaited = 0;
    CHECK(tw_profile_new(limits, &p) == TW_ARG && p == NULL);
}

static void drops_the_oldest_awaited_item_at_its_limit(void)
{
    struct tw_profile_limits limits = tw_profile_defaults();
    limits.max_awaited = 10;
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    CHECK(tw_profile_new(limits, &p) == TW_OK && tw_arena_new(8 << 20, &arena) == TW_OK);
    for (int i = 0; i < 200; i++) {
        struct tw_look look = pass(p, declare(&s, i, 1, 1, 20000, 1000, 1000), arena);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
        CHECK(tw_profile_awaited(p) == (i < 10 ? (size_t)i + 1 : 10));
    }
    struct tw_finding f = {.declaration_id = TW_STR("D3"), .item = 1, .known_day = 20001};
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND);
    f.declaration_id = TW_STR("D195");
    CHECK(tw_profile_finding(p, &f) == TW_OK);
    tw_profile_free(p);
}

static void names_every_kind_and_ends_every_chain(void)
{
    for (int k = 0; k < TW_KIND_N; k++) {
        int steps = 0;
        for (enum tw_kind at = (enum tw_kind)k; at != TW_KIND_GLOBAL; at = tw_kind_parent(at))
            CHECK(++steps < 8);
        CHECK(tw_kind_name((enum tw_kind)k)[0] != '\0' && tw_kind_words((enum tw_kind)k)[0] != '\0');
    }
}

int main(void)
{
    RUN(lets_the_rows_seen_longest_ago_go_when_full);
    RUN(refuses_limits_of_nothing);
    RUN(drops_the_oldest_awaited_item_at_its_limit);
    RUN(names_every_kind_and_ends_every_chain);
    return DONE();
}
