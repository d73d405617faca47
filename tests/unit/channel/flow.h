/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of cases with scores and draws from a seed. */
#ifndef TW_TEST_CHANNEL_FLOW_H
#define TW_TEST_CHANNEL_FLOW_H

#include "base/rng.h"
#include "channel/channel.h"
#include "check.h"

static inline struct tw_channel_case next_case(struct tw_rng *r, int i, int per_day)
{
    static const char *const office[] = {"HB01", "HB02", "HB03"};
    return (struct tw_channel_case){.score = tw_rng_unit(r),
                                    .draw = tw_rng_u64(r),
                                    .office = tw_str_from(office[i % 3]),
                                    .day = 20000 + i / per_day};
}

static inline struct tw_channels *channels(const struct tw_channel_settings *s)
{
    struct tw_channels *c = NULL;
    CHECK(tw_channels_new(s, &c, NULL) == TW_OK);
    return c;
}

#endif
