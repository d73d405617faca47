/* SPDX-License-Identifier: Apache-2.0 */
#include "message/idset.h"

#include "base/arena.h"
#include "base/hash.h"
#include "check.h"
#include "fault.h"

static void knows_what_it_has_seen(void)
{
    TW_SCOPED(tw_idset) *s = NULL;
    CHECK(tw_idset_new(1 << 20, &s) == TW_OK);
    for (uint64_t round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 100000; i++) { /* close keys, zero among them */
            bool seen = round == 0;
            tw_idset_prefetch(s, i);
            CHECK(tw_idset_put(s, i, &seen) == TW_OK && seen == (round == 1));
        }
    }
}

static void remembers_the_last_half_and_forgets_what_is_older_than_all(void)
{
    TW_SCOPED(tw_idset) *s = NULL;
    bool seen;
    CHECK(tw_idset_new(2000, &s) == TW_OK);
    for (uint64_t i = 1; i <= 10000; i++) CHECK(tw_idset_put(s, tw_mix64(i), &seen) == TW_OK && !seen);
    for (uint64_t i = 10000; i > 9000; i--) CHECK(tw_idset_put(s, tw_mix64(i), &seen) == TW_OK && seen);
    CHECK(tw_idset_put(s, tw_mix64(7000), &seen) == TW_OK && !seen);
}

static tw_err put_many(void)
{
    TW_SCOPED(tw_idset) *s = NULL;
    TW_TRY(tw_idset_new(8000, &s));
    for (uint64_t i = 1; i <= 10000; i++) {
        bool seen = true;
        TW_TRY(tw_idset_put(s, tw_mix64(i), &seen));
        CHECK(!seen);
    }
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(put_many) > 5);
}

int main(void)
{
    RUN(knows_what_it_has_seen);
    RUN(remembers_the_last_half_and_forgets_what_is_older_than_all);
    RUN(survives_every_failed_allocation);
    return DONE();
}
