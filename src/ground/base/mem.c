/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* The one mutable global of the library: a test switch, -1 in every real run. */
static long allocations_left = -1;

void tw_mem_fail_after(long n)
{
    allocations_left = n;
}

static bool refused(size_t n, size_t size)
{
    if (n == 0 || size == 0 || n > SIZE_MAX / size) return true;
    if (allocations_left < 0) return false;
    if (allocations_left == 0) return true;
    allocations_left--;
    return false;
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
