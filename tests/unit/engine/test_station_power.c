/* SPDX-License-Identifier: Apache-2.0 */
/* A whole station -- log, signer, profile -- whose power goes at its n-th call of the disk, for every n. */
#include "base/hash.h"
#include "fault.h"
#include "house.h"

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

static void must(tw_err (*step)(struct tw_fault *fault), long n, const char *what)
{
    struct tw_fault why = {0};
    const tw_err err = step(&why);
    if (err == TW_OK) return;
    fprintf(stderr, "cut %ld, %s: ", n, what);
    say(&why);
    CHECK(0 && "it does not go on");
}

/* false: the whole script ran before it. */
static bool live_until(long n, bool (*keep)(void))
{
    int done = 0;
    house_renew();
    fault_vfs_fail(n, VFS_CUT);
    while (done < HOUSE_STEPS && house_step[done](NULL) == TW_OK && !vfs_dead()) done++;
    const bool cut = vfs_dead();
    tw_station_free(station);
    station = NULL;
    fault_vfs_power_back(keep);
    if (done == 0) must(make_it, n, "making");
    must(open_it, n, "opening");
    must(settle, n, "settling");
    house_is_sound();
    for (int i = done > HOUSE_OPEN ? done : HOUSE_OPEN + 1; i < HOUSE_STEPS; i++)
        must(house_step[i], n, "going on");
    house_is_sound();
    house_folds();
    return cut;
}

static void a_power_cut_at_any_call_loses_nothing_acknowledged(void)
{
    long n = 0;
    while (live_until(n, none)) n += FAULT_EVERY;
    printf("# %ld calls\n", n);
    CHECK(n > 200);
}

static void nor_where_some_of_what_was_not_synced_came_through(void)
{
    long n = 0;
    for (chance = 20261129; live_until(n, some);) n += FAULT_EVERY;
    CHECK(n > 200);
}

int main(void)
{
    house_begin();
    RUN(a_power_cut_at_any_call_loses_nothing_acknowledged);
    RUN(nor_where_some_of_what_was_not_synced_came_through);
    house_end();
    return DONE();
}
