/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/results.h"

#include "../profile/border.h"
#include "fault.h"

static struct tw_finding finding(const char *id, int32_t known_day, bool found)
{
    return (struct tw_finding){.declaration_id = tw_str_from(id),
                               .item = 1,
                               .known_day = known_day,
                               .result = found ? TW_RESULT_VALUE : TW_RESULT_CONFORM};
}

/* A profile that has seen and awaits D0 .. D<n-1>, all of one importer, on day 20000. */
static struct tw_profile *awaiting(struct tw_arena *arena, int n)
{
    struct tw_profile *p = NULL;
    CHECK(tw_profile_new(tw_profile_defaults(), &p) == TW_OK);
    for (int i = 0; i < n; i++) {
        struct shipment s;
        struct tw_look look = pass(p, declare(&s, i, 1, 1, 20000, 100000, 5000), arena);
        CHECK(tw_profile_await(p, look.declaration, 1, &look.item[0]) == TW_OK);
    }
    return p;
}

/* Results of the importer that the profile knows. */
static uint32_t inspected(const struct tw_profile *p, struct tw_arena *arena)
{
    struct shipment s;
    struct tw_look look;
    CHECK(tw_profile_look(p, declare(&s, 99, 1, 1, 20100, 100000, 5000), arena, &look) == TW_OK);
    return tw_profile_stat(p, &look.item[0], TW_KIND_IMPORTER)->inspected;
}

static void knows_a_result_from_the_day_after(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_profile *p = awaiting(arena, 3);
    const struct tw_finding at[] = {finding("D0", 20001, true), finding("D1", 20001, false),
                                    finding("D2", 20003, false)};
    struct tw_results *r = NULL;
    CHECK(tw_results_new((struct tw_finding_list){at, 3}, &r) == TW_OK);
    CHECK(tw_results_expects(r, tw_profile_declaration(TW_STR("D2"))));
    CHECK(!tw_results_expects(r, tw_profile_declaration(TW_STR("D3"))));
    CHECK(tw_results_fold(r, 20001, p) == TW_OK && inspected(p, arena) == 0);
    CHECK(tw_results_fold(r, 20002, p) == TW_OK && inspected(p, arena) == 2);
    CHECK(tw_results_fold(r, 20003, p) == TW_OK && inspected(p, arena) == 2);
    struct tw_results_count c = tw_results_count(r);
    CHECK(c.folded == 2 && c.found == 1 && c.waiting == 1 && c.unmatched == 0);
    tw_results_free(r);
    tw_profile_free(p);
}

static void puts_results_of_rows_in_the_order_of_their_days(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_profile *p = awaiting(arena, 40);
    const struct tw_finding of_file[] = {finding("D39", 20002, false)};
    struct tw_results *r = NULL;
    CHECK(tw_results_new((struct tw_finding_list){of_file, 1}, &r) == TW_OK);
    for (int i = 0; i < 39; i++) {
        char id[8];
        snprintf(id, sizeof id, "D%d", i);
        struct tw_finding f = finding(id, 20001 + (i * 17) % 13, false);
        CHECK(tw_results_add(r, &f, 1) == TW_OK);
        memset(id, 'x', sizeof id); /* they are copies */
    }
    for (int day = 0; day < 13; day++) { /* three of rows a day, and the file's */
        CHECK(tw_results_fold(r, 20002 + day, p) == TW_OK);
        CHECK(inspected(p, arena) == (uint32_t)(3 * (day + 1) + (day >= 1)));
    }
    CHECK(tw_results_count(r).folded == 40 && tw_results_count(r).waiting == 0);
    tw_results_free(r);
    tw_profile_free(p);
}

static void counts_what_matches_nothing(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(8 << 20, &arena) == TW_OK);
    struct tw_profile *p = awaiting(arena, 1);
    const struct tw_finding at[] = {finding("D0", 20001, true), finding("D0", 20001, true),
                                    finding("NONE", 20001, true)};
    struct tw_results *r = NULL;
    CHECK(tw_results_new((struct tw_finding_list){at, 3}, &r) == TW_OK);
    CHECK(tw_results_fold(r, 20009, p) == TW_OK);
    struct tw_results_count c = tw_results_count(r);
    CHECK(c.folded == 1 && c.unmatched == 2 && tw_str_is(c.first_unmatched, "D0") &&
          inspected(p, arena) == 1);
    tw_results_free(r);
    tw_profile_free(p);
}

static tw_err wait_and_fold(void)
{
    const struct tw_finding at[] = {finding("D0", 20001, true)};
    const struct tw_finding row[] = {finding("D1", 20002, true), finding("D2", 20001, true)};
    TW_SCOPED(tw_profile) *p = NULL;
    TW_SCOPED(tw_results) *r = NULL;
    TW_TRY(tw_profile_new(tw_profile_defaults(), &p));
    TW_TRY(tw_results_new((struct tw_finding_list){at, 1}, &r));
    TW_TRY(tw_results_add(r, row, 2));
    return tw_results_fold(r, 20002, p);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(wait_and_fold) > 5);
}

int main(void)
{
    RUN(knows_a_result_from_the_day_after);
    RUN(puts_results_of_rows_in_the_order_of_their_days);
    RUN(counts_what_matches_nothing);
    RUN(survives_every_failed_allocation);
    return DONE();
}
