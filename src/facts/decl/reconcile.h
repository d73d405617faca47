/* SPDX-License-Identifier: Apache-2.0 */
/* decl/reconcile.h -- what carriers say is on board, what traders declare, what terminals land.
 *
 * In : manifests, declarations, and container events of the same arrivals.
 * Out: where they disagree: goods that nobody declares, containers that did not come or that no manifest
 * knows, other weights and packages, manifests changed when the ship was there. Not: whether somebody is to
 * blame. Reading; who is told.
 *
 * The join: a declaration names transport documents (its bill of lading; previous documents of a transport
 * document's type), the manifest has a consignment for each. Several declarations may share a document, and
 * one may cover several; a master document stands for its houses. So weights and packages are compared over
 * all that hangs together: sums of the consignments against sums of the declarations. A declaration that
 * names no document known here is joined by its containers: within the voyage it names, for containers go
 * round; who names none is joined by a container of one manifest alone. Two carriers may give one number to
 * two documents: where a declaration names its voyage or ship, consignments of another one are joined only
 * when no other has the document.
 *
 * Source: UN/EDIFACT code list 1001 (transport documents); the words short-landed and over-landed as in the
 * Istanbul Convention's and the Kyoto Convention's annex on cargo declarations (outturn against the
 * declaration).
 */
#ifndef TW_DECL_RECONCILE_H
#define TW_DECL_RECONCILE_H

#include "base/buf.h"
#include "decl/manifest.h"
#include "decl/movement.h"

/* X(ID, code, words) */
#define TW_DISCREPANCY_TABLE(X)                                                                              \
    X(UNDECLARED, "undeclared", "on the manifest, and no declaration names it")                              \
    X(UNMANIFESTED, "unmanifested", "declared for this voyage, and on no manifest of it")                    \
    X(WEIGHT, "weight", "declared and manifested gross mass differ")                                         \
    X(PACKAGES, "packages", "declared and manifested packages differ")                                       \
    X(CONTAINER_UNMANIFESTED, "container_unmanifested",                                                      \
      "a declared container that the manifest does not give these goods")                                    \
    X(CONTAINER_UNDECLARED, "container_undeclared",                                                          \
      "a manifested container that the declarations do not name")                                            \
    X(SHORT_LANDED, "short_landed", "a manifested container that was not discharged")                        \
    X(OVER_LANDED, "over_landed", "a discharged container that is on no manifest of its voyage")             \
    X(LATE_AMENDMENT, "late_amendment", "a manifest changed after the arrival that it states")               \
    X(TWICE, "twice", "a manifest came twice in one version, and not the same; both are compared")

enum tw_discrepancy_kind {
#define X(id, code, words) TW_DISCREPANCY_##id,
    TW_DISCREPANCY_TABLE(X)
#undef X
        TW_DISCREPANCY_N
};
const struct tw_vocabulary *tw_discrepancy_vocabulary(void);

/* Zero in a member means its default. */
struct tw_reconcile_limits {
    uint32_t mass_permille; /* of the manifested gross mass that is no discrepancy: 50 */
    uint32_t mass_kg;       /* and so many kg, whichever is more: 50 */
};

/* What is compared. Nothing in it is owned. Manifests with one number, carrier, ship and voyage are
 * versions of one: the highest counts, the ones before it say what was changed; when it cancels (UN/EDIFACT
 * 1225: 1, 3), none counts. */
struct tw_reconcile_input {
    TW_LIST(const struct tw_manifest *const) manifests;
    TW_LIST(const struct tw_decl *const) declarations;
    TW_LIST(const struct tw_movement) movements;
    struct tw_reconcile_limits limits;
};

#define TW_NO_INDEX SIZE_MAX

/* One disagreement. Texts point into what was compared. */
struct tw_discrepancy {
    enum tw_discrepancy_kind kind;
    size_t manifest, consignment; /* indices; TW_NO_INDEX = it is about none. The first of those joined */
    size_t declaration;           /* the same */
    size_t consignments, declarations; /* how many were taken together */
    struct tw_str container;           /* that it is about; absent = none */
    double declared_kg, manifested_kg; /* gross, of all taken together; NaN = not known of one of them */
    int64_t declared_packages, manifested_packages; /* -1 = the same */
    const char *what; /* LATE_AMENDMENT: what was changed, in an officer's words; static */
    bool expected;    /* LATE_AMENDMENT: the arrival is the expected one; the manifest knows no other */
};

struct tw_discrepancies {
    struct tw_discrepancy *at; /* in the arena; in the order of manifests and their consignments, then of
                                  declarations */
    size_t n;
    size_t consignments; /* compared: of the manifests that count, without masters that have houses */
    size_t joined;       /* of them, those that a declaration names */
};

/* arena  owns ret->at
 * TW_NOMEM. Time O(n log n) in consignments, declarations, containers and events, but for what many name:
 * each declaration is tied to every manifest that has its document. Pure. */
tw_err tw_reconcile(const struct tw_reconcile_input *in, struct tw_arena *arena, struct tw_discrepancies *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* Appends it as a sentence, without a line end. */
void tw_discrepancy_say(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                        struct tw_buf *out);

#endif
