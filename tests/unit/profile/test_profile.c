/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
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

/* Goods that come at ever other prices: their sketches fill the ceiling before the rows do. */
static void lets_rows_go_when_prices_fill_their_ceiling(void)
{
    struct tw_profile_limits limits = tw_profile_defaults();
    limits.max_keys = 2000;
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_profile_new(limits, &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    struct shipment s;
    size_t most = 0;
    for (int i = 0; i < 20000; i++) {
        const int64_t price = (int64_t)1 << (i % 40);
        (void)pass(p, declare(&s, i, i % 7, i % 90, 20000 + i / 500, price, 5000), arena);
        if (tw_profile_keys(p) > most) most = tw_profile_keys(p);
        tw_arena_reset(arena);
        if (i % 500 != 0) continue;
        TW_SCOPED_BUF bytes = {0};
        CHECK(tw_profile_save(p, &bytes) == TW_OK);
        CHECK(bytes.n < 2000 * (116 + 64 + 64)); /* one declaration may pass the ceiling */
    }
    CHECK(tw_profile_evicted(p) > 0 && most < 1900);
    tw_profile_free(p);
}

/* What is saved and loaded lets the same rows go as what ran on. */
static void lets_the_same_rows_go_after_a_break(void)
{
    struct tw_profile_limits limits = tw_profile_defaults();
    limits.max_keys = 700;
    struct tw_profile *p = NULL, *q = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_profile_new(limits, &p) == TW_OK && tw_profile_new(limits, &q) == TW_OK);
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    struct shipment s;
    for (int i = 0; i < 2000; i++) {
        const int64_t price = (int64_t)1 << (i % 40);
        const struct tw_decl *d = declare(&s, i, i % 200, i % 90, 20000 + i / 50, price, 5000);
        (void)pass(p, d, arena);
        (void)pass(q, d, arena);
        tw_arena_reset(arena);
        if (i % 40 != 0) continue;
        TW_SCOPED_BUF one = {0}, two = {0};
        CHECK(tw_profile_save(p, &one) == TW_OK && tw_profile_save(q, &two) == TW_OK);
        CHECK(tw_str_eq(tw_buf_view(&one), tw_buf_view(&two)));
        tw_profile_free(q);
        CHECK(tw_profile_load(tw_buf_view(&two), &q, NULL) == TW_OK);
    }
    CHECK(tw_profile_evicted(p) > 0);
    tw_profile_free(p);
    tw_profile_free(q);
}

static void takes_a_lower_ceiling_at_once(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    struct tw_look look = {.n = 0};
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    for (int i = 0; i < 400; i++) {
        look = pass(p, declare(&s, i, i, i % 90, 20000 + i, 1000 * i + 1, 5000), arena);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
    }
    CHECK(tw_profile_keys(p) > 600 && tw_profile_awaited(p) == 400 && tw_profile_evicted(p) == 0);
    CHECK(tw_profile_resize(p, 1, 100) == TW_ARG && tw_profile_resize(p, 100, 0) == TW_ARG);
    CHECK(tw_profile_resize(p, 300, 100) == TW_OK);
    CHECK(tw_profile_keys(p) <= 300 && tw_profile_keys(p) > 30 && tw_profile_awaited(p) == 100);
    struct tw_finding f = {.declaration_id = TW_STR("D299"), .item = 1, .known_day = 20500};
    CHECK(tw_profile_finding(p, &f) == TW_NOTFOUND);
    f.declaration_id = TW_STR("D300");
    CHECK(tw_profile_finding(p, &f) == TW_OK);
    CHECK(tw_profile_look(p, declare(&s, 999, 399, 39, 20400, 1, 1), arena, &look) == TW_OK);
    CHECK(tw_profile_stat(p, &look.item[0], TW_KIND_IMPORTER) != NULL); /* the latest are there */
    CHECK(tw_profile_look(p, declare(&s, 999, 1, 1, 20400, 1, 1), arena, &look) == TW_OK);
    CHECK(tw_profile_stat(p, &look.item[0], TW_KIND_IMPORTER) == NULL);
    tw_profile_free(p);
}

static void keeps_its_ceiling_where_memory_ends(void)
{
    struct tw_profile *p = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct shipment s;
    tw_err err;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    for (int i = 0; i < 100; i++) (void)pass(p, declare(&s, i, i, i % 90, 20000 + i, 1000, 5000), arena);
    tw_mem_fail_after(0);
    err = tw_profile_resize(p, 200, 5);
    tw_mem_fail_after(-1);
    const size_t keys = tw_profile_keys(p);
    CHECK(err == TW_NOMEM && keys > 200);
    (void)pass(p, declare(&s, 500, 500, 1, 20500, 1000, 5000), arena);
    CHECK(tw_profile_keys(p) > keys && tw_profile_evicted(p) == 0);
    tw_profile_free(p);
}

/* The ceiling in MiB, reckoned by what this file knows of a profile: rows, index, prices, awaited items. */
static void fits_its_limits_into_a_number_of_mebibytes(void)
{
    struct tw_profile_limits l = tw_profile_defaults(), small = l;
    tw_profile_fit(&small, TW_PROFILE_MEMORY_MIN);
    CHECK(small.max_keys > 60000 && small.max_awaited > 9000 && small.de_minimis == l.de_minimis);
    for (uint32_t mib = TW_PROFILE_MEMORY_MIN; mib <= TW_PROFILE_MEMORY_MAX; mib *= 2) {
        tw_profile_fit(&l, mib);
        const double bytes = (double)l.max_keys * (sizeof(struct tw_stat) + 16 + 64) +
                             (double)l.max_awaited * (24 + 8 * TW_KIND_N) * 1.25;
        CHECK(bytes <= (double)mib * 1048576 && bytes > (double)mib * 1048576 * 0.97);
        CHECK(l.max_keys < UINT32_MAX / 2);
    }
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
    RUN(lets_rows_go_when_prices_fill_their_ceiling);
    RUN(lets_the_same_rows_go_after_a_break);
    RUN(takes_a_lower_ceiling_at_once);
    RUN(keeps_its_ceiling_where_memory_ends);
    RUN(fits_its_limits_into_a_number_of_mebibytes);
    RUN(refuses_limits_of_nothing);
    RUN(drops_the_oldest_awaited_item_at_its_limit);
    RUN(names_every_kind_and_ends_every_chain);
    return DONE();
}
