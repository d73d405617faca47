/* SPDX-License-Identifier: Apache-2.0 */
/* A whole station whose disk is full or fails, or which finds no memory, at the n-th call of each step of its
 * life, for every n: a fault each time that says why, what was acknowledged can be read, and when the cause
 * is gone the same handle does the step. What it had acknowledged to nobody is there once, or not at all. */
#include "fault.h"
#include "house.h"

enum { CALLS_MAX = 200000, MAKE = 0 };

static struct tw_fault why;

/* A step that failed says why, and is not the cause of another: what was acknowledged can be read. */
static void told(int step, long n, tw_err err, bool expected)
{
    if (!expected || err != why.code || why.note[0] == '\0') {
        fprintf(stderr, "call %ld of step %d: ", n, step);
        say(&why);
    }
    CHECK(expected && err == why.code && why.note[0] != '\0');
    if (station != NULL) house_holds();
}

static tw_err take_step(int step)
{
    why = (struct tw_fault){0};
    return house_step[step](&why);
}

/* A file that cannot be made, or its name not removed, is no matter of room. */
static bool is_of(enum vfs_fault fault, tw_err err)
{
    return fault_vfs.met && (err == TW_IO || (err == TW_FULL && fault == VFS_FULL));
}

/* Until nothing of the step is left that could fail. */
static long disk_fails(int step, enum vfs_fault fault)
{
    for (long n = 0; n < CALLS_MAX; n += FAULT_EVERY) {
        if (step == MAKE) house_place(); /* making has nothing signed */
        fault_vfs_fail(n, fault);
        const tw_err err = take_step(step);
        const bool met = fault_vfs.met;
        if (err != TW_OK) told(step, n, err, is_of(fault, err));
        fault_vfs_clear();
        if (err == TW_OK && !met) return n;
        if (step == MAKE) CHECK(take_step(step) == TW_OK); /* it goes on with what was begun */
    }
    CHECK(0 && "never done");
    return -1;
}

static long memory_fails(int step)
{
    for (long n = 0; n < CALLS_MAX; n += FAULT_EVERY) {
        if (step == MAKE) house_place(); /* making has nothing signed */
        tw_mem_fail_after(n);
        const tw_err err = take_step(step);
        tw_mem_fail_after(-1);
        if (err == TW_OK) return n;
        told(step, n, err, err == TW_NOMEM);
        if (step == MAKE) CHECK(take_step(step) == TW_OK);
    }
    CHECK(0 && "never done");
    return -1;
}

static void live(const char *words, long least, long (*fails)(int step))
{
    long all = 0;
    house_renew();
    for (int step = 0; step < HOUSE_STEPS; step++) {
        const long n = fails(step);
        printf("# %s: step %d, %ld calls\n", words, step, n);
        all += n;
    }
    CHECK(settle(NULL) == TW_OK);
    house_is_sound();
    house_folds();
    CHECK(all > least);
}

static long full(int step)
{
    return disk_fails(step, VFS_FULL);
}

static long broken(int step)
{
    return disk_fails(step, VFS_IO);
}

static void no_room_at_any_call_costs_a_batch_and_nothing_else(void)
{
    live("no room", 200, full);
}

static void a_failing_disk_at_any_call_costs_a_batch_and_nothing_else(void)
{
    live("failing disk", 200, broken);
}

static void no_memory_at_any_call_costs_a_batch_and_nothing_else(void)
{
    live("no memory", 2000, memory_fails);
}

int main(void)
{
    house_begin();
    RUN(no_room_at_any_call_costs_a_batch_and_nothing_else);
    RUN(a_failing_disk_at_any_call_costs_a_batch_and_nothing_else);
    RUN(no_memory_at_any_call_costs_a_batch_and_nothing_else);
    house_end();
    return DONE();
}
