/* SPDX-License-Identifier: Apache-2.0 */
/* engine/station_run.h -- a station decides, and decides its past again.
 *
 * In : what was taken in (engine/intake.h) and not decided yet, in its order; what is handed in meanwhile;
 *      the settings that were in force when (engine/settings.h), with all they name.
 * Out: decisions, each with its row and leaf; the state for the next run. Or: where what is on record comes
 * out otherwise. Not: showing.
 *
 * Two threads: one decides (engine/decider.h), the one that calls here keeps the record, up to a thousand
 * declarations behind. Under load a batch holds what was handed in and the decisions of the batch before;
 * when nothing more comes, what is left is decided and made durable at once. Nothing is drawn for before its
 * number stands in the signed log.
 *
 * What was decided behind the last kept state is decided again first, and compared with the record: so a
 * machine may stop at any moment, and the profile is what it would have been. Each is decided by the settings
 * of its own period, whatever is in force now: a run ends where a period does, and the next goes on from its
 * state.
 */
#ifndef TW_ENGINE_STATION_RUN_H
#define TW_ENGINE_STATION_RUN_H

#include "engine/intake.h"
#include "engine/rules.h"
#include "engine/station.h"

/* A decision that comes out otherwise than it stands on record. */
struct tw_station_difference {
    uint64_t reg;
    uint32_t version;
    enum tw_channel was, is;
    struct tw_str was_record, is_record; /* JSON */
};

/* A new decision. */
struct tw_station_decided {
    uint64_t reg, draw;
    uint32_t version;
    enum tw_channel channel;
    struct tw_str record; /* JSON as it is shown; where `full` is set, with all there is */
};

/* What is handed in while the station decides. */
enum tw_station_kind {
    TW_STATION_DECL,
    TW_STATION_FINDING,
    TW_STATION_IDLE, /* nothing for now: what came is decided and acknowledged, then it is asked again */
    TW_STATION_END   /* no more */
};
struct tw_station_handed {
    enum tw_station_kind kind;
    const struct tw_decl *decl; /* valid until the next is asked for */
    const struct tw_finding *finding;
};

struct tw_station_feed {
    void *to;
    tw_err (*next)(void *to, struct tw_station_handed *ret, struct tw_fault *fault);
    /* What became of it, not acknowledged yet: its receipt (of a finding: `known` alone), or why it was
     * refused, it alone and nothing of it written. One of the two is NULL. NULL = not wanted */
    tw_err (*taken)(void *to, const struct tw_station_handed *what, const struct tw_intake_receipt *receipt,
                    const struct tw_fault *refused, struct tw_fault *fault);
};

/* What of a replay is compared and told; all before it is folded all the same. */
struct tw_station_range {
    uint64_t from_seq, to_seq; /* of declarations; to_seq 0 = to the last */
    int64_t from_at, to_at;    /* received, UTC seconds; to_at 0 = no matter */
};

struct tw_station_run {
    struct tw_station *station;
    /* Of it input counts: stop, file. What decides comes from the settings; where none were ever in force,
     * from here. */
    const struct tw_run_options *how;
    const struct tw_lists_options *lists; /* as tw_rules_open has it */
    const struct tw_pin_told *told;       /* NULL = nobody */
    struct tw_station_range range;        /* of a replay */
    /* Of a replay: puts other rules in the place of those of then. NULL = those of then */
    void (*with)(void *to, struct tw_run_options *io);
    const struct tw_station_feed *feed; /* NULL = nothing is handed in */
    bool full;                          /* of tw_station_decided */
    void *to;
    /* Each new decision, not acknowledged yet; valid during the call. NULL = not wanted */
    tw_err (*decided)(void *to, const struct tw_station_decided *one, struct tw_fault *fault);
    /* All that were handed to `decided`, and to the feed's `taken`, are durable and signed. NULL = not wanted
     */
    tw_err (*safe)(void *to, struct tw_fault *fault);
    /* Of a replay. NULL = not wanted */
    tw_err (*differs)(void *to, const struct tw_station_difference *d, struct tw_fault *fault);
    /* Every so many. NULL = not wanted */
    void (*progress)(void *to, uint64_t done);
};

struct tw_station_count {
    uint64_t taken, known, refused; /* handed in: new, here before, refused; declarations and findings */
    uint64_t decided;               /* new */
    uint64_t again;                 /* behind the last kept state, decided again */
    uint64_t replayed, differ;
    uint64_t erased;  /* decided again, of these: what criteria said was taken from the record, for names that
                         they may have looked at are gone */
    uint64_t periods; /* that decisions were of */
    uint64_t rules;   /* of a replay: other than this program's, the first there were; 0 = none */
    bool kept, kept_differs; /* of a replay: the kept state is of its last decision; it comes out otherwise */
};

/* Decides what is not decided, then what is handed in.
 * TW_CONFLICT  what was decided last comes out otherwise; the errors of tw_rules_open, tw_run and
 * tw_station_commit. What was acknowledged stays. */
tw_err tw_station_assess(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Decides again all that was decided from the first declaration on, and compares each with the record to the
 * bit, and where it ends where a state was kept, that too; no record is written. Each is decided by the
 * settings of its period. The station may be open for reading alone. */
tw_err tw_station_replay(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
