/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_witness.h -- a station's last checkpoint, shown to a witness that cosigns it.
 *
 * In : a station, open for work; the address of a witness (docs/formats/log.md).
 * Out: the checkpoint as it is kept, with the witness's line below the log's.
 * Not: how many witnesses are enough (audit/policy.h).
 *
 * Source: C2SP tlog-witness, add-checkpoint.
 */
#ifndef TW_ENGINE_STATION_WITNESS_H
#define TW_ENGINE_STATION_WITNESS_H

#include "engine/station.h"

/* Nothing is owned. */
struct tw_station_witness {
    const char *url; /* with /add-checkpoint or without */
    struct tw_str
        policy; /* whose keys a line must hold by, where it is of one of them; absent = kept unchecked */
    const volatile sig_atomic_t *stop;
};

struct tw_station_witnessed {
    uint64_t size;    /* of the checkpoint */
    unsigned lines;   /* that were added: 0 = it had cosigned this very one before */
    unsigned checked; /* of these by a key of the policy, which holds */
};

/* TW_CONFLICT  it has cosigned what this log does not begin with, or more than it has; a line does not hold
 * TW_FORMAT    it answers what no witness does; and the errors of tw_http_post and tw_station_commit */
tw_err tw_station_witness(struct tw_station *s, const struct tw_station_witness *w,
                          struct tw_station_witnessed *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
