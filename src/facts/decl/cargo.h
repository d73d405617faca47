/* SPDX-License-Identifier: Apache-2.0 */
/* decl/cargo.h -- what carriers had said of a declaration's goods when it was lodged.
 *
 * In : manifests, all versions of them; declarations in the order of lodging.
 * Out: for the next declaration, the consignments that its transport documents name: their gross mass and
 * packages, what was declared under them before, containers, whether the manifest was changed when the ship
 * was there. Not: a verdict. The list of everything that disagrees, with hindsight, is decl/reconcile.h's.
 *
 * A declaration knows no manifest that was lodged after it, and of a manifest the version that stood at its
 * own time; of one that was cancelled none. A manifest without a time is known from the beginning when it is
 * the only version; beside others it is not known at all. The join is reconcile.h's: by transport document,
 * consignments of another voyage or ship only when the declaration names none; who names no document, or one
 * that no manifest knows, is joined by its containers within the voyage it names.
 *
 * Anyone may name anyone's document. So what is counted as declared is first what the same importer declared,
 * of all that hangs together by its own declarations; what others declared under a document alone is told
 * apart, and can make a gap smaller, never larger.
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

/* Declarations, and what of them is known: gross mass in kg, packages. */
struct tw_cargo_share {
    uint32_t declarations;
    double kg, packages;
};

/* One declaration against its manifest. */
struct tw_cargo_view {
    const uint32_t *consignment; /* that it names, in the arena; n of them */
    size_t n;
    int64_t at;     /* the time that it was looked at from */
    uint64_t party; /* its importer, who else declares it; 0 = neither is named */
    bool sought;    /* it names a transport document, which is on a manifest, or its voyage has arrived */
    bool absent;    /* and the document is on none */
    bool late;      /* the carrier changed one of them when the ship had arrived, or took its document off */
    uint32_t boxes, strange; /* containers declared; of them such as the manifest does not give these goods.
                                Both 0 where the manifest names no container for them */
    double declared_kg, packages;    /* of this declaration: its header's, else its items'; NaN = not known */
    double items_kg, items_packages; /* of its items alone; NaN = not known of one */
    double manifested_kg, manifested_packages; /* NaN = not known of one of them */
    struct tw_cargo_share before; /* by the same importer, under these documents and what hangs together with
                                   them by its declarations */
    struct tw_cargo_share others; /* by others, who named one of these documents and no other */
};

/* Which consignments it names, as of a time. The sums come with the second step, for they change with every
 * declaration that is taken in. at  when it was lodged, UTC seconds; arena  owns ret->consignment. TW_NOMEM
 */
tw_err tw_cargo_look(const struct tw_cargo *c, const struct tw_decl *d, int64_t at, struct tw_arena *arena,
                     struct tw_cargo_view *ret) TW_MUST_CHECK;
void tw_cargo_sum(const struct tw_cargo *c, struct tw_cargo_view *v);

/* What the declaration itself says. */
void tw_cargo_declared(const struct tw_decl *d, struct tw_cargo_view *v);
/* The same of a variant of it with other items; `was` is the declaration's own. A header's sum changes as its
 * items' does. */
void tw_cargo_redeclared(const struct tw_decl *d, const struct tw_cargo_view *was, struct tw_cargo_view *v);

/* Takes the declaration in: it is one of those before the next. O(v->n) but for the depth of joins. After
 * TW_NOMEM nothing is taken in. */
tw_err tw_cargo_fold(struct tw_cargo *c, const struct tw_cargo_view *v) TW_MUST_CHECK;

#endif
