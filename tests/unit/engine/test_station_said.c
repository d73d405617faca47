/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_said_priv.h"

#include "check.h"
#include "fault.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char record[] =
    "{\"id\":\"1\",\"criteria\":{\"set\":\"s\",\"sha256\":\"" HASH
    "\",\"hits\":[{\"id\":\"A\",\"item\":2,\"items\":3,"
    "\"lists\":[{\"list\":\"L]\\\"}\",\"score\":0.9000}]},{\"id\":\"B\",\"channel\":\"red\"}],"
    "\"not_evaluated\":[{\"id\":\"C\",\"not_known\":\"item.hs\"},{\"id\":\"D\",\"fault\":\"no memory\"}]}}";

static void outcomes_come_out_as_they_stand(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_criteria_given *g = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(station_said(tw_str_from(record), arena, &g, NULL) == TW_OK && g->n == 4);
    CHECK(g->set[1] == 0x11 && g->set[31] == 0xff);
    CHECK(tw_str_is(g->at[0].id, "A") && g->at[0].outcome == TW_OUTCOME_HIT && g->at[0].item == 2 &&
          g->at[0].items == 3);
    CHECK(tw_str_is(g->at[0].lists, "[{\"list\":\"L]\\\"}\",\"score\":0.9000}]"));
    CHECK(tw_str_is(g->at[1].id, "B") && g->at[1].item == 0 && g->at[1].lists.n == 0);
    CHECK(g->at[2].outcome == TW_OUTCOME_UNKNOWN && tw_str_is(g->at[2].why, "item.hs"));
    CHECK(g->at[3].outcome == TW_OUTCOME_FAULT && tw_str_is(g->at[3].why, "no memory"));
}

static void a_record_without_a_set_says_nothing(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_criteria_given *g = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(station_said(TW_STR("{\"id\":\"1\"}"), arena, &g, NULL) == TW_OK && g == NULL);
    CHECK(station_said(TW_STR("{\"criteria\":{\"sha256\":\"" HASH "\"}}"), arena, &g, NULL) == TW_FORMAT);
    CHECK(station_said(TW_STR("{\"criteria\":{\"sha256\":\"00\",\"hits\":[],\"not_evaluated\":[]}}"), arena,
                       &g, NULL) == TW_FORMAT);
    CHECK(station_said(TW_STR("{"), arena, &g, NULL) == TW_FORMAT && g == NULL);
}

static tw_err all_of_it(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_criteria_given *g;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    return station_said(tw_str_from(record), arena, &g, NULL);
}

static void without_memory_it_is_told(void)
{
    CHECK(fault_each_allocation(all_of_it) > 1);
}

int main(void)
{
    RUN(outcomes_come_out_as_they_stand);
    RUN(a_record_without_a_set_says_nothing);
    RUN(without_memory_it_is_told);
    return DONE();
}
