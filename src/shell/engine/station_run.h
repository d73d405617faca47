/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_run.h -- a station decides, and decides its past again.
 *
 * In : what was taken in (engine/intake.h) and not decided yet, in its order; settings as of any run.
 * Out: decisions, each with its row and leaf; the state for the next run. Or: where what is on record comes
 * out otherwise. Not: taking in; showing.
 *
 * What was decided behind the last kept state is decided again first, and compared with the record: so a
 * machine may stop at any moment, and the profile is what it would have been. For that it must be decided by
 * the same model, criteria and settings; with others it is refused until that is done.
 */
#ifndef TW_ENGINE_STATION_RUN_H
#define TW_ENGINE_STATION_RUN_H

#include "engine/run.h"
#include "engine/station.h"

/* A decision that comes out otherwise than it stands on record. */
struct tw_station_difference {
    uint64_t reg;
    uint32_t version;
    enum tw_channel was, is;
    struct tw_str was_record, is_record; /* JSON */
};

struct tw_station_run {
    struct tw_station *station;
    const struct tw_run_options
        *how; /* declarations, state, draws, only, to, decided and done are not read */
    void *to;
    /* Each new decision, not acknowledged yet; valid during the call. NULL = not wanted */
    tw_err (*decided)(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                      struct tw_fault *fault);
    /* All that were handed to `decided` are durable and signed. NULL = not wanted */
    tw_err (*safe)(void *to, struct tw_fault *fault);
    /* Of a replay. NULL = not wanted */
    tw_err (*differs)(void *to, const struct tw_station_difference *d, struct tw_fault *fault);
    /* Every so many. NULL = not wanted */
    void (*progress)(void *to, uint64_t done);
};

struct tw_station_count {
    uint64_t decided; /* new */
    uint64_t again;   /* behind the last kept state, decided again */
    uint64_t replayed, differ;
    uint64_t erased; /* decided again, of these: what criteria said was taken from the record, for names that
                        they may have looked at are gone */
    bool kept, kept_differs; /* of a replay: the kept state is of its last decision; it comes out otherwise */
};

/* Decides what is not decided.
 * TW_CONFLICT  what was decided last was decided by another model or set, and is not in a kept state yet; or
 * it comes out otherwise; the errors of tw_run and tw_station_commit. What was acknowledged stays. */
tw_err tw_station_assess(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Decides again all that was decided from the first declaration on, and compares each with the record to the
 * bit, and where it ends where a state was kept, that too; writes nothing. The station may be open for
 * reading alone. */
tw_err tw_station_replay(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
