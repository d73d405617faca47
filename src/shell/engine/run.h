/* SPDX-License-Identifier: Apache-2.0 */
/* engine/run.h -- a file of declarations, each decided in its turn.
 *
 * In : paths of declarations and findings, of a model and of a state; where chance comes from.
 * Out: one decision after another, explained by the block; the state for the next run; counts.
 * Not: how decisions are shown.
 *
 * Memory does not grow with the file: what is kept is the profile under its ceiling, the window of scores,
 * the ids already met, one block of declarations and the findings of the file of findings.
 *
 * A declaration is decided at the moment it was lodged, in the order of the file. Findings count from the day
 * after they were known (engine/results.h).
 */
#ifndef TW_ENGINE_RUN_H
#define TW_ENGINE_RUN_H

#include "assess/assess.h"
#include "engine/draws.h"
#include "engine/input.h"

struct tw_run_summary;
struct tw_state;

/* Declarations that stand in no file: a station's. Nothing in it is owned. Each function returns what ends
 * the run, or TW_OK. */
struct tw_run_source {
    void *to;
    /* The state to go on from, which the run frees; TW_NOTFOUND: there is none yet. */
    tw_err (*begin)(void *to, struct tw_state *ret, struct tw_fault *fault);
    /* The next one, as tw_input_next; *came = results that became known before it, which count from now on
     * and are copied. More, but no declaration: there is none for now, and what was taken is decided and
     * handed on. */
    tw_err (*next)(void *to, struct tw_arena *arena, struct tw_reading *ret, struct tw_finding_list *came,
                   bool *more, struct tw_fault *fault);
    /* What criteria said of one that was handed out, asked of each in its turn, before its draw; NULL = they
     * are asked. It lives as long as the declaration. */
    const struct tw_criteria_given *(*said)(void *to);
    /* The draw of one that was handed out. */
    tw_err (*draw)(void *to, const struct tw_decl *d, uint64_t *ret);
    /* The state at the end; its profile_hash is of the past that the record names. A profile or channels that
     * are taken out of it, NULL being left behind, are not freed by the run. */
    tw_err (*leave)(void *to, struct tw_state *s, struct tw_fault *fault);
    struct tw_cargo *cargo; /* what carriers say of the goods, in which declarations are taken in; not owned.
                               NULL = no manifests */
    const bool *reasons; /* are they wanted, where the run wants them? Read after each `next`; it changes only
                            where nothing is held. NULL = yes */
};

/* Nothing in it is owned; it must outlive the call. NULL and 0: not wanted. */
struct tw_run_options {
    struct tw_input_options input;
    const char *declarations;           /* a path, or "-" */
    const struct tw_run_source *source; /* instead of declarations and state; NULL = these */
    const char *findings;               /* a path */
    const char *model;                  /* a directory (engine/model_dir.h); NULL = price checks and chance */
    const char *state;     /* a directory (engine/state_dir.h): go on from it, and leave the new one */
    const char *criteria;  /* a path: a set, with signers a directory of published ones; NULL = none */
    const char *signers;   /* a path: who may sign sets (criteria/signers.h); NULL = the set is a draft */
    const char *selected;  /* a path: what officers want controlled (engine/instructions.h) */
    const char *cancelled; /* a path: what was cancelled (the same) */
    struct tw_criteria_limits criteria_limits;
    struct tw_watchlists lists; /* that the set may name; n = 0: none */
    struct tw_channel_settings channels;
    struct tw_profile_limits limits; /* of a profile that begins empty */
    uint32_t memory_mib;             /* ceiling of any profile (tw_profile_fit); 0 = as it says itself */
    double duty_mix;                 /* 0..1, assess/assess.h; negative = as the model was trained */
    bool reasons;
    struct tw_draws draws;
    const char *only; /* id: the rest is decided and not handed on; the run ends behind it, and leaves no
                         state */
    void *to;
    /* Each decision in the order of the file; valid during the call. What it returns ends the run. */
    tw_err (*decided)(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                      struct tw_fault *fault);
    /* After the last decision, before the state is written: what was handed on is to be safe by its end. */
    tw_err (*done)(void *to, const struct tw_run_summary *sum, struct tw_fault *fault);
};

/* Why scores of earlier runs were not measured against. */
enum tw_window_new {
    TW_WINDOW_KEPT,  /* they were, where there are any */
    TW_WINDOW_MODEL, /* those in the state were another model's: the model's own were taken */
    TW_WINDOW_ORDER, /* those in the state were in order of another mix: the model's own were taken */
    TW_WINDOW_EMPTY  /* the model's are in order of another mix too: there are none */
};

/* Does the model's score go by manifests where there are some, and not where there are none? */
enum tw_run_manifests {
    TW_RUN_AS_TAUGHT, /* so, or there is no model */
    TW_RUN_WITHOUT,   /* it goes by them, and the run has none */
    TW_RUN_UNTAUGHT   /* it does not, and the run has some */
};

/* An office whose channel took more in a shift than it can: what law demands, what an officer picked or what
 * goods had before is not turned down for want of room. */
enum { TW_RUN_FULL_MAX = 8 };
struct tw_run_full {
    char office[64];
    int64_t shift; /* when it begins, UTC seconds */
    enum tw_channel channel;
    int64_t capacity;
    uint32_t beyond;
};

struct tw_run_summary {
    uint64_t declarations, items, refused;         /* refused: declarations */
    uint64_t channel[TW_CHANNEL_N];                /* declarations */
    uint64_t basis[TW_BASIS_N];                    /* declarations; one may have several, or none */
    uint64_t alone[TW_BASIS_N];                    /* of these on no other basis */
    uint64_t findings, findings_found;             /* folded in; of these non-compliant */
    uint64_t findings_unmatched, findings_waiting; /* engine/results.h */
    uint64_t keys, evicted;                        /* rows of the profile; that had to go in this run */
    uint64_t before;                               /* declarations decided in the runs before */
    int32_t first_day, last_day;                   /* UTC days of lodging; TW_NO_DAY = none */
    uint64_t out_of_order;                         /* lodged on a day before the one in front of them */
    uint64_t again, relodged; /* later versions; goods declared again after a cancellation */
    uint64_t selected,
        selected_late; /* by officers: decided so; picked after it was decided, or of none here */
    uint64_t cancelled, cancelled_unknown; /* of these not decided before, or long ago */
    uint64_t full;                         /* called for in a stricter channel, which was full */
    uint64_t beyond, beyond_shifts;        /* controls beyond capacity; in how many shifts of a channel */
    struct tw_run_full fullest[TW_RUN_FULL_MAX]; /* the first of them */
    size_t fullest_n;
    bool model; /* there was one */
    enum tw_window_new window_new;
    enum tw_run_manifests manifests;
};

/* TW_NOTFOUND  also: `only` is not in the file
 * TW_ARG       findings wanted that the map cannot read; and the errors of tw_input_*, tw_model_dir_open,
 *              tw_state_open, tw_state_write, tw_assess and of `decided`
 * After a failure no state has been written. */
tw_err tw_run(const struct tw_run_options *o, struct tw_run_summary *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
