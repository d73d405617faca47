/* SPDX-License-Identifier: Apache-2.0 */
/* engine/reconcile.h -- manifests from files held against declarations from files.
 *
 * In : paths of EDIFACT interchanges with customs manifests (CUSCAR) and terminals' reports (COARRI), or of
 * directories of them; one path of declarations, in whatever form engine/input.h reads.
 * Out: where they disagree (decl/reconcile.h).
 * Not: what is done about it.
 *
 * All of both sides is held in memory, since any document may meet any other.
 */
#ifndef TW_ENGINE_RECONCILE_H
#define TW_ENGINE_RECONCILE_H

#include "decl/reconcile.h"
#include "engine/input.h"

enum { TW_RECONCILE_MIB = 1024 }; /* memory of both sides: default, MiB */

/* Nothing in it is owned. */
struct tw_reconcile_options {
    const char *const *manifest; /* paths */
    size_t manifest_n;
    const char *declarations;
    const struct tw_input_options *input; /* how they are read, and who is told */
    struct tw_reconcile_limits limits;
    uint32_t memory_mib; /* 0 = TW_RECONCILE_MIB */
};

struct tw_reconciled {
    struct tw_arena *arena; /* owns all below */
    struct tw_reconcile_input in;
    struct tw_discrepancies found;
    uint64_t manifests_refused, declarations_refused; /* files; declarations */
    uint64_t messages_passed;                         /* of other types, in the interchanges read */
};

/* What was found is for tw_reconciled_free to free, also after an error.
 * TW_NOTFOUND  no manifest in what was named
 * TW_LIMIT     both sides take more memory than allowed
 * TW_INTERRUPTED, TW_NOMEM and the errors of tw_walk, tw_input_open, tw_input_next, tw_reconcile */
tw_err tw_reconcile_files(const struct tw_reconcile_options *options, struct tw_reconciled *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;
void tw_reconciled_free(struct tw_reconciled *r);

#endif
