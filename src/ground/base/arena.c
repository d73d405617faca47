/* SPDX-License-Identifier: Apache-2.0 */
/* A list of blocks, each filled from its start. Each new block is as large as all before it together, and a
 * reset keeps the newest, so that an arena used once per declaration soon stops asking the heap; but none
 * above KEEP_BYTES, so that one giant does not swell an arena for ever. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_BYTES = 16 * 1024, KEEP_BYTES = 512 * 1024, ALIGN = 16 };

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ALIGN) unsigned char data[];
};

struct tw_arena {
    struct block *head;
    size_t max_bytes, total;
    bool full;
};

tw_err tw_arena_new(size_t max_bytes, struct tw_arena **ret)
{
    struct tw_arena *a = tw_calloc(1, sizeof *a);
    if (a == NULL) return TW_NOMEM;
    a->max_bytes = max_bytes;
    *ret = a;
    return TW_OK;
}

static void free_blocks(struct block *b)
{
    for (struct block *next; b != NULL; b = next) {
        next = b->next;
        UNPOISON(b->data, b->size);
        tw_free(b);
    }
}

void tw_arena_reset(struct tw_arena *arena)
{
    struct block *b = arena->head;
    arena->full = false;
    if (b == NULL) return;
    free_blocks(b->next);
    b->next = NULL;
    if (b->size > KEEP_BYTES) {
        free_blocks(b);
        arena->head = NULL;
        arena->total = 0;
        return;
    }
    b->used = 0;
    POISON(b->data, b->size);
    arena->total = b->size;
}

bool tw_arena_full(const struct tw_arena *arena)
{
    return arena->full;
}

void tw_arena_free(struct tw_arena *arena)
{
    if (arena == NULL) return;
    free_blocks(arena->head);
    tw_free(arena);
}

size_t tw_arena_bytes(const struct tw_arena *arena)
{
    return arena->total;
}

static void *take(struct tw_arena *arena, size_t size)
{
    if (size == 0 || size > SIZE_MAX - ALIGN) return NULL;
    size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = arena->head;
    if (b == NULL || b->size - b->used < need) {
        const size_t left = arena->max_bytes - arena->total;
        size_t cap = arena->total < BLOCK_BYTES  ? BLOCK_BYTES
                     : arena->total < KEEP_BYTES ? arena->total
                                                 : KEEP_BYTES;
        if (cap > left) cap = left;
        if (cap < need) cap = need;
        if (cap > left) {
            arena->full = true;
            return NULL;
        }
        b = tw_realloc(NULL, 1, sizeof *b + cap); /* what is handed out is zeroed then */
        if (b == NULL) return NULL;
        *b = (struct block){.next = arena->head, .size = cap};
        POISON(b->data, cap);
        arena->head = b;
        arena->total += cap;
    }
    void *p = b->data + b->used;
    b->used += need;
    UNPOISON(p, size);
    return p;
}

void *tw_arena_alloc(struct tw_arena *arena, size_t size)
{
    void *p = take(arena, size);
    if (p != NULL) memset(p, 0, size);
    return p;
}

void *tw_arena_array(struct tw_arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) return NULL;
    return tw_arena_alloc(arena, n * size);
}

void *tw_arena_room(struct tw_arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) return NULL;
    return take(arena, n * size);
}
