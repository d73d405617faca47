/* SPDX-License-Identifier: Apache-2.0 */
/* profile/decay_priv.h -- 2^(-days / half-life) by look-up; the same bits as tw_decay. */
#ifndef TW_PROFILE_DECAY_PRIV_H
#define TW_PROFILE_DECAY_PRIV_H

#include <stdint.h>

#include "profile/decay_table_priv.h"

/* A power of two less is exact, so the product has the bits of a division. */
static inline double decay_by(const double *table, int32_t half_life, int32_t days)
{
    if (days <= 0) return 1.0;
    const int32_t q = days / half_life;
    if (q > 60) return 0.0;
    return q == 0 ? table[days] : table[days - q * half_life] / (double)((uint64_t)1 << q);
}

static inline double decay_week(int32_t days)
{
    return decay_by(decay_7, 7, days);
}

static inline double decay_month(int32_t days)
{
    return decay_by(decay_30, 30, days);
}

static inline double decay_long(int32_t days)
{
    return decay_by(decay_180, 180, days);
}

#endif
