/* SPDX-License-Identifier: Apache-2.0 */
/* A station whose disk is full or fails at the n-th call, for every n, and works again. */
#include "fault.h"
#include "life.h"

static tw_err wanted(enum vfs_fault fault)
{
    return fault == VFS_FULL ? TW_FULL : TW_IO;
}

/* One life, in which the n-th call and all after it fail until the failure was seen. false: there was none.
 */
static bool live(long n, enum vfs_fault fault)
{
    bool met = false;
    station_place();
    fault_vfs_reset();
    fault_vfs_fail(n, fault);
    for (int i = 0; i < STEPS; i++) {
        struct tw_fault why = {0};
        tw_err err = step[i](&why);
        if (err != TW_OK) {
            /* a file that cannot be made, or its name not removed, is no matter of room */
            CHECK(fault_vfs.met && (err == wanted(fault) || err == TW_IO) && why.note[0] != '\0');
            if (db != NULL) holds(i); /* reads go on */
            fault_vfs_clear();
            met = true;
            err = step[i](&why);
            if (err != TW_OK) fprintf(stderr, "n %ld step %d: %s\n", n, i, why.note);
            CHECK(err == TW_OK);
        }
        if (db != NULL) holds(i + 1);
    }
    met = met || fault_vfs.met; /* one that cost nothing: a checkpoint is tried again later */
    fault_vfs_clear();
    is_sound(STEPS);
    tw_db_free(db);
    db = NULL;
    return met;
}

static void no_room_at_any_call_costs_a_batch_and_nothing_else(void)
{
    long n = 0;
    while (live(n, VFS_FULL)) n += FAULT_EVERY;
    CHECK(n > 100);
}

static void a_failing_disk_at_any_call_costs_a_batch_and_nothing_else(void)
{
    long n = 0;
    while (live(n, VFS_IO)) n += FAULT_EVERY;
    CHECK(n > 100);
}

int main(void)
{
    life_begin();
    RUN(no_room_at_any_call_costs_a_batch_and_nothing_else);
    RUN(a_failing_disk_at_any_call_costs_a_batch_and_nothing_else);
    life_end();
    return DONE();
}
