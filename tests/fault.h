/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fault.h -- makes allocation 1, 2, 3 ... fail until the work succeeds.
 *
 *   static tw_err work(void) {...}          must leave its results alone and leak nothing when it fails
 *   CHECK(fault_each_allocation(work) > 2)  the number of failure points met
 */
#ifndef TW_FAULT_H
#define TW_FAULT_H

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

/* Of the calls that a test makes fail one after another, every how many: where all take too long, meson says
 * more. */
#ifndef FAULT_EVERY
#define FAULT_EVERY 1
#endif

static inline long fault_each_allocation(tw_err (*work)(void))
{
    for (long n = 0; n < 100000; n++) {
        tw_mem_fail_after(n);
        tw_err err = work();
        tw_mem_fail_after(-1);
        if (err == TW_OK) return n;
        CHECK(err == TW_NOMEM);
    }
    CHECK(0 && "never succeeded");
    return -1;
}

#endif
