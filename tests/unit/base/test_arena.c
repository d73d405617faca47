/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "fault.h"

static tw_err fill_a_megabyte(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_TRY(tw_arena_new(2 << 20, &arena));
    for (int i = 0; i < 1000; i++) {
        char *p = tw_arena_alloc(arena, 1000);
        if (p == NULL) return TW_NOMEM;
        memset(p, i, 1000);
    }
    return TW_OK;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(fill_a_megabyte) > 2);
}

static void hands_out_zeroed_aligned_memory_again_after_a_reset(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 2000; size += 37) {
            unsigned char *p = tw_arena_alloc(arena, size);
            CHECK(p != NULL && (uintptr_t)p % 16 == 0);
            for (size_t i = 0; i < size; i++) CHECK(p[i] == 0);
            memset(p, 0xff, size);
        }
        tw_arena_reset(arena);
    }
}

static void hands_out_room_as_it_does_zeroed_memory(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 10, &arena) == TW_OK);
    unsigned char *before = tw_arena_alloc(arena, 100), *room = tw_arena_room(arena, 3, 100);
    CHECK(before != NULL && room != NULL && (uintptr_t)room % 16 == 0);
    memset(room, 0xff, 300);
    const unsigned char *behind = tw_arena_alloc(arena, 100);
    for (size_t i = 0; i < 100; i++) CHECK(before[i] == 0 && behind[i] == 0);
    CHECK(tw_arena_room(arena, SIZE_MAX / 2, 3) == NULL && tw_arena_room(arena, 65, 1024) == NULL);
    CHECK(tw_arena_room(arena, 0, 8) == NULL && tw_arena_room(arena, 8, 0) == NULL);
}

static void tells_what_it_holds_of_the_heap(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 10, &arena) == TW_OK);
    CHECK(tw_arena_bytes(arena) == 0);
    CHECK(tw_arena_alloc(arena, 100) != NULL);
    const size_t one = tw_arena_bytes(arena);
    CHECK(one >= 100 && tw_arena_alloc(arena, 100) != NULL && tw_arena_bytes(arena) == one);
    CHECK(tw_arena_alloc(arena, 40 << 10) != NULL);
    CHECK(tw_arena_bytes(arena) >= one + (40 << 10) && tw_arena_bytes(arena) <= 64 << 10);
    CHECK(tw_arena_alloc(arena, 40 << 10) == NULL && tw_arena_bytes(arena) <= 64 << 10);
    tw_arena_reset(arena);
    CHECK(tw_arena_bytes(arena) <= 64 << 10);
}

static void refuses_more_than_its_ceiling(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 10, &arena) == TW_OK);
    CHECK(tw_arena_alloc(arena, 65 << 10) == NULL);
    CHECK(tw_arena_array(arena, SIZE_MAX / 2, 3) == NULL);
    CHECK(tw_arena_alloc(arena, 0) == NULL);
    CHECK(tw_arena_alloc(arena, 60 << 10) != NULL);
    CHECK(tw_arena_alloc(arena, 16 << 10) == NULL);
}

/* With an empty heap, only what a reset kept can be handed out. */
static bool kept(size_t used)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK && tw_arena_alloc(arena, used) != NULL);
    tw_arena_reset(arena);
    tw_mem_fail_after(0);
    bool some = tw_arena_alloc(arena, 100) != NULL;
    tw_mem_fail_after(-1);
    return some;
}

static void keeps_a_block_over_a_reset_unless_it_is_a_giant(void)
{
    CHECK(kept(100) && kept(100 << 10) && !kept(8 << 20));
}

int main(void)
{
    RUN(survives_every_failed_allocation);
    RUN(hands_out_zeroed_aligned_memory_again_after_a_reset);
    RUN(hands_out_room_as_it_does_zeroed_memory);
    RUN(tells_what_it_holds_of_the_heap);
    RUN(refuses_more_than_its_ceiling);
    RUN(keeps_a_block_over_a_reset_unless_it_is_a_giant);
    return DONE();
}
