/* SPDX-License-Identifier: Apache-2.0 */
/* decl/cargo.h -- what carriers had said of a declaration's goods when it was lodged.
 *
 * In : manifests, all versions of them; declarations in the order of lodging.
 * Out: for the next declaration, the consignments that its transport documents name: their gross mass and
 * packages, what was declared under them before, containers, whether the manifest was changed when the ship
 * was there. Not: a verdict. The list of everything that disagrees, with hindsight, is decl/reconcile.h's.
 *
 * A declaration knows no manifest that was lodged after it, and of a manifest the version that stood at its
 * own time. One without a time is known from the beginning. The join is reconcile.h's: by transport document,
 * consignments of another voyage or ship only when the declaration names none; who names no document, or one
 * that no manifest knows, is joined by its containers where it names its voyage or ship. Declarations of one
 * consignment are held against it together: the last of them fills it.
 */
#ifndef TW_DECL_CARGO_H
#define TW_DECL_CARGO_H

#include "decl/manifest.h"

/* Consignments that are compared together at most: beyond it nothing is said of their mass. */
enum { TW_CARGO_TOGETHER_MAX = 1024 };

struct tw_cargo;

/* `manifests` must outlive what is returned; of one version that came twice the later counts. TW_NOMEM.
 * Time O(n log n) in consignments. Pure. */
tw_err tw_cargo_new(const struct tw_manifest *const *manifest, size_t n, struct tw_cargo **ret) TW_MUST_CHECK;
void tw_cargo_free(struct tw_cargo *c); /* takes NULL */
static inline void tw_cargo_freep(struct tw_cargo **c)
{
    tw_cargo_free(*c);
}

/* One declaration against its manifest. Sums are of all that hangs together by documents. */
struct tw_cargo_view {
    const uint32_t *consignment; /* that it names, in the arena; n of them */
    size_t n;
    bool sought; /* it names a transport document, and its goods or its voyage are on a manifest */
    bool absent; /* and that document is on none: where it has any consignment, its containers led there */
    bool late;   /* the carrier changed one of them when the ship had arrived */
    uint32_t boxes, strange; /* containers declared; of them such as the manifest does not give these goods.
                                Both 0 where the manifest names no container for them */
    double declared_kg;      /* gross, of this declaration; NaN = not known of one of its items */
    double packages;         /* the same */
    double manifested_kg, manifested_packages;           /* NaN = not known of one of them */
    double declared_before_kg, declared_before_packages; /* under the same documents */
    uint32_t declared_before;                            /* declarations */
};

/* Which consignments it names, as of its own time. The sums come with the second step, for they change with
 * every declaration that is taken in. arena  owns ret->consignment. TW_NOMEM */
tw_err tw_cargo_look(const struct tw_cargo *c, const struct tw_decl *d, struct tw_arena *arena,
                     struct tw_cargo_view *ret) TW_MUST_CHECK;
void tw_cargo_sum(const struct tw_cargo *c, int64_t at, struct tw_cargo_view *v);

/* What the declaration itself says, when its items have changed and its documents have not. */
void tw_cargo_declared(const struct tw_decl *d, struct tw_cargo_view *v);

/* Takes the declaration in: it is one of those before the next. O(v->n) but for the depth of joins. */
void tw_cargo_fold(struct tw_cargo *c, const struct tw_cargo_view *v);

#endif
