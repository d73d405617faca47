/* SPDX-License-Identifier: Apache-2.0 */
/* engine/manifests.h -- manifests and terminals' reports from files.
 *
 * In : paths of EDIFACT interchanges with customs manifests (CUSCAR) and reports of containers (COARRI,
 * CODECO), or of directories and archives of them.
 * Out: all of them in one arena.
 * Not: what they are held against (engine/reconcile.h, decl/cargo.h).
 */
#ifndef TW_ENGINE_MANIFESTS_H
#define TW_ENGINE_MANIFESTS_H

#include "decl/cargo.h"
#include "engine/input.h"
#include "message/edifact_read.h"

enum { TW_MANIFESTS_MIB = 1024 }; /* memory of them: default, MiB */

struct tw_manifests {
    const struct tw_manifest *const *at; /* in the arena */
    size_t n;
    const struct tw_edi_report *const *report; /* the same */
    size_t reports;
    uint64_t refused; /* files */
    uint64_t passed;  /* messages of other types, in the interchanges read */
};

/* Reads `n` paths; of `input` stop, file, to and manifest_told count. A file is taken whole or refused whole,
 * and then told. arena  owns what is found
 * TW_NOTFOUND  no manifest in what was named
 * TW_LIMIT     the arena is full
 * TW_INTERRUPTED, TW_NOMEM and the errors of tw_walk */
tw_err tw_manifests_read(const char *const *path, size_t n, const struct tw_input_options *input,
                         struct tw_arena *arena, struct tw_manifests *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The manifests that `input` names, as declarations are held against them one after another. */
struct tw_carried {
    struct tw_arena *arena;
    struct tw_manifests manifests;
    struct tw_cargo *cargo; /* NULL = none were named */
};

/* Does nothing where `input` names none. What was read is for tw_carried_free to free, also after an error.
 */
tw_err tw_carried_read(const struct tw_input_options *input, struct tw_carried *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_carried_free(struct tw_carried *c);

#endif
