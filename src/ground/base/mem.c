/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* The one mutable global of the library: a test switch, -1 in every real run. */
static long allocations_left = -1;

void tw_mem_fail_after(long n)
{
    __atomic_store_n(&allocations_left, n, __ATOMIC_SEQ_CST);
}

static bool refused(size_t n, size_t size)
{
    if (n == 0 || size == 0 || n > SIZE_MAX / size) return true;
    long left = __atomic_load_n(&allocations_left, __ATOMIC_RELAXED);
    while (left > 0)
        if (__atomic_compare_exchange_n(&allocations_left, &left, left - 1, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            return false;
    return left == 0;
}

void *tw_calloc(size_t n, size_t size)
{
    return refused(n, size) ? NULL : calloc(n, size);
}

void *tw_realloc(void *p, size_t n, size_t size)
{
    return refused(n, size) ? NULL : realloc(p, n * size);
}

void tw_free(void *p)
{
    free(p);
}
