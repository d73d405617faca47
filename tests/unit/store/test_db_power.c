/* SPDX-License-Identifier: Apache-2.0 */
/* A station whose power goes at its n-th call of the disk, for every n. */
#include "base/hash.h"
#include "fault.h"
#include "life.h"

static uint64_t chance;

static bool none(void)
{
    return false;
}

static bool some(void)
{
    chance = tw_mix64(chance + 0x9e3779b97f4a7c15u);
    return chance >> 63 != 0;
}

/* false: the whole script ran before it. */
static bool live_until(long n, bool (*keep)(void))
{
    int done = 0;
    station_place();
    fault_vfs_reset();
    fault_vfs_fail(n, VFS_CUT);
    while (done < STEPS && step[done](NULL) == TW_OK && !vfs_dead()) done++;
    const bool cut = vfs_dead();
    tw_db_free(db);
    db = NULL;
    fault_vfs_power_back(keep);
    struct tw_fault why = {0};
    if (done == 0) CHECK(make(&why) == TW_OK);
    if (open_it(&why) != TW_OK) fprintf(stderr, "cut %ld, %d steps: %s\n", n, done, why.note);
    CHECK(db != NULL);
    holds(done < 8 ? done : 8); /* the copy's own durability is fsync's, which is not played here */
    is_sound(done);
    for (int i = done > 2 ? done : 2; i < 7;
         i++) {                           /* and life goes on: what was not acknowledged is done again, */
        const tw_err err = step[i](&why); /* or stands already */
        CHECK(err == TW_OK || err == TW_CONFLICT);
    }
    holds(7);
    tw_db_free(db);
    db = NULL;
    return cut;
}

static void a_power_cut_at_any_call_loses_nothing_acknowledged(void)
{
    long n = 0;
    while (live_until(n, none)) n += FAULT_EVERY;
    CHECK(n > 100);
}

static void nor_where_some_of_what_was_not_synced_came_through(void)
{
    long n = 0;
    for (chance = 20261128; live_until(n, some);) n += FAULT_EVERY;
    CHECK(n > 100);
}

int main(void)
{
    life_begin();
    RUN(a_power_cut_at_any_call_loses_nothing_acknowledged);
    RUN(nor_where_some_of_what_was_not_synced_came_through);
    life_end();
    return DONE();
}
