/* SPDX-License-Identifier: Apache-2.0 */
/* engine/rules.h -- the rules a station decides by: changed by paths and numbers, used from what is pinned.
 *
 * In : what a person names; settings (engine/settings.h).
 * Out: settings that were put in force, with all they name pinned (engine/pins.h); options for engine/run.h.
 * Not: deciding; options of the command line.
 *
 * What cannot decide is refused before anything is written, with the words that deciding by the file itself
 * would give.
 */
#ifndef TW_ENGINE_RULES_H
#define TW_ENGINE_RULES_H

#include "engine/lists.h"
#include "engine/pins.h"
#include "engine/run.h"
#include "engine/settings.h"

/* The path that means: none from now on. A directory of that name is ./none. */
#define TW_RULES_NONE "none"

/* Nothing is owned. NULL: as it was; where nothing was in force yet, as tw_settings_defaults says. */
struct tw_rules_change {
    const char *model, *criteria, *signers, *lists; /* paths, or TW_RULES_NONE; signers go with criteria */
    const struct tw_channel_settings *channels;
    const char *currency;
    struct tw_str currency_first; /* where nothing was in force yet */
    const double *duty_mix, *de_minimis;
    const uint32_t *memory_mib;
    const bool *reasons;
    const struct tw_criteria_limits *criteria_limits;
    const struct tw_lists_options *lists_how; /* limits; never NULL: stop and file, too */
    bool manifests;                           /* those that are here by now count */
};

struct tw_rules_changed {
    size_t objects; /* new ones */
    bool settings;  /* they were put in force */
};

/* Between batches; what it writes is one of its own, signed when it returns.
 * table  as in engine/lists.h
 * TW_ARG (signers without criteria, a directory of criteria without signers), the errors of
 * tw_model_dir_open, tw_published_open, tw_criteria_parse, tw_lists_open, tw_pin_put, tw_station_commit */
tw_err tw_rules_change(struct tw_station *s, const struct tw_rules_change *c, struct tw_buf *table,
                       struct tw_rules_changed *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* No model, criteria or lists; the program's own channels and limits. */
void tw_settings_defaults(struct tw_station_settings *ret);

/* Rules at hand. */
struct tw_rules {
    struct tw_station_settings set;
    struct tw_channel_settings channels;
    struct tw_lists lists;
    struct tw_arena *arena;                       /* owns the texts of the channels */
    struct tw_buf model, criteria, signers, path; /* paths, NUL-terminated; empty = none */
    struct tw_pin_set files;                      /* of the lists */
    struct tw_lists_options how;
};
/* Lays out what the settings name and reads channels and lists. how  stop and file count; told  may be NULL
 * TW_NOTFOUND, TW_FORMAT  something pinned is gone or damaged; and the errors of tw_lists_open */
tw_err tw_rules_open(struct tw_station *s, const struct tw_station_settings *set,
                     const struct tw_lists_options *how, const struct tw_pin_told *told, struct tw_rules *ret,
                     struct tw_fault *fault) TW_MUST_CHECK;
void tw_rules_close(struct tw_rules *r); /* *how->file is NULL then, where it was one of these */
static inline void tw_rules_closep(struct tw_rules *r)
{
    tw_rules_close(r);
}
/* Fills in all that the rules say; valid as long as they. */
void tw_rules_options(const struct tw_rules *r, struct tw_run_options *io);

#endif
