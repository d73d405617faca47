/* SPDX-License-Identifier: Apache-2.0 */
/* decl/reconcile_priv.h -- what the files of decl/reconcile.h and decl/cargo.h share: numbers and who bears
 * them, versions of manifests, what a version says of one transport document. */
#ifndef TW_DECL_RECONCILE_PRIV_H
#define TW_DECL_RECONCILE_PRIV_H

#include "base/hash.h"
#include "base/map.h"
#include "decl/code.h"
#include "decl/reconcile.h"

enum { NOWHERE = UINT32_MAX };

/* -- numbers (reconcile_number.c) */

/* Are they one number, however it is written? */
bool reconcile_same(struct tw_str a, struct tw_str b);

/* From a number (document, container, voyage) to those that bear it. */
struct index {
    struct tw_intern *keys;
    struct link {
        uint32_t leaf, next; /* NOWHERE = the last */
    } * link;
    uint32_t *head; /* by the number of the key */
    size_t links, link_cap, head_cap;
};

tw_err reconcile_index_new(struct index *x) TW_MUST_CHECK;
void reconcile_index_free(struct index *x);
/* TW_NOMEM */
tw_err reconcile_index_put(struct index *x, struct tw_str number, uint32_t leaf) TW_MUST_CHECK;
/* The first link of a number, the one that was put last; NOWHERE. */
uint32_t reconcile_index_find(const struct index *x, struct tw_str number);
/* Which key it is: 0, 1, 2 ...; NOWHERE = no key. */
uint32_t reconcile_index_number(const struct index *x, struct tw_str number);

/* The key of a pair, for tw_map64. One pair one key. */
static inline uint64_t reconcile_pair(uint32_t a, uint32_t b)
{
    return tw_mix64((uint64_t)a << 32 | b);
}

/* Memory with room for one more than n; NULL, and the old one stays, when there is none. */
void *reconcile_grown(void *at, size_t *cap, size_t n, size_t size);

/* Hands over each transport document that a declaration names; what `each` returns ends it. */
typedef tw_err reconcile_document_fn(void *to, struct tw_str number);
tw_err reconcile_documents(const struct tw_decl *d, reconcile_document_fn *each, void *to) TW_MUST_CHECK;

/* Does a declaration name another voyage or ship than this manifest's? */
bool reconcile_elsewhere(const struct tw_manifest *m, const struct tw_decl *d);

/* Is this vessel and voyage that of a manifest? Who does not say the vessel is taken at the voyage's word. */
bool reconcile_same_voyage(const struct tw_manifest *m, struct tw_str means, struct tw_str voyage);

/* -- versions (reconcile_version.c) */

/* The place of one manifest among those of its number, carrier, voyage and ship: its family. Their order is
 * that of version numbers; of one number what cancels comes last, else what came later. */
struct version {
    uint32_t family;
    uint32_t before, after; /* the last one ahead of it that cancels nothing; the next one; NOWHERE */
    int64_t from, until;    /* when it stood. One that does not say when it was lodged stood always where it
                               is alone in its family, and else never */
    bool late;              /* it changes another, and was lodged after the arrival that it states */
};

struct versions {
    struct version *of; /* of each manifest */
    uint32_t *order;    /* manifests, family by family, in order */
    size_t n;
    uint32_t families;
};

/* TW_NOMEM. O(n log n) */
tw_err reconcile_versions_new(const struct tw_manifest *const *m, size_t n, struct versions *ret)
    TW_MUST_CHECK;
void reconcile_versions_free(struct versions *v);

/* The arrival that a manifest states: the actual one, else the expected; TW_NO_TIME. */
int64_t reconcile_arrival(const struct tw_manifest *m);

/* -- documents (reconcile_document.c) */

/* What a version says of one transport document, all parts of it together; those without a number count as
 * one. */
struct document {
    uint32_t first; /* consignment of its manifest: the first part */
    double kg;      /* NaN, -1 = not known of a part */
    int64_t packages;
    uint64_t containers, consignees, descriptions; /* hashes of the sets of them */
};

struct documents {
    const struct tw_manifest *const *manifest;
    struct tw_intern *numbers;        /* of bills and masters */
    struct tw_map64 *pairs, *masters; /* (manifest, number) -> document; those that have houses there */
    struct document *at;
    size_t n, cap;
};

/* TW_NOMEM. `m` outlives ret. O(n log n) in consignments and containers */
tw_err reconcile_list_documents(const struct tw_manifest *const *m, size_t n, struct documents *ret)
    TW_MUST_CHECK;
void reconcile_documents_free(struct documents *d);

/* The number of a document's key; NOWHERE = none has it. */
uint32_t reconcile_number(const struct documents *d, struct tw_str bill);
/* What a manifest says of it; NULL = nothing. */
const struct document *reconcile_document(const struct documents *d, uint32_t manifest, uint32_t number);

/* A master document with houses in the same manifest holds nothing itself. */
bool reconcile_has_houses(const struct documents *d, uint32_t manifest, const struct tw_consignment *c);

/* The weightiest difference of a document in two versions, in an officer's words; NULL = none. */
const char *reconcile_changed(const struct document *a, const struct document *b);

/* Of all that a manifest says, in any order: equal when nothing is changed. */
uint64_t reconcile_fingerprint(const struct documents *d, uint32_t manifest);

/* Of a consignment, gross: as it says, else the sum of its items. NaN, -1 = not known. */
double reconcile_kg(const struct tw_consignment *c);
int64_t reconcile_packages(const struct tw_consignment *c);

/* Of a declaration: as its header says, else the sum of its items. NaN, -1 = not known. */
double reconcile_declared_kg(const struct tw_decl *d);
int64_t reconcile_declared_packages(const struct tw_decl *d);
double reconcile_items_kg(const struct tw_decl *d);
int64_t reconcile_items_packages(const struct tw_decl *d);

/* -- comparing (reconcile.c) */

/* A consignment that goods are in: of a master with houses here, the houses. */
struct leaf {
    uint32_t manifest, consignment;
};

enum side { MANIFESTED, DECLARED, SIDES };

/* Of a group, kept at its root. */
struct sums {
    struct side_sum {
        double mass_kg;    /* NaN = not known of one of them */
        int64_t packages;  /* -1 = the same */
        size_t n, first;   /* leaves or declarations; the first */
        size_t containers; /* that they name */
    } of[SIDES];
};

struct work {
    const struct tw_reconcile_input *in;
    struct tw_reconcile_limits limits;
    struct versions versions;
    struct documents documents;
    struct index bills;   /* -> the first leaf of each document; its parts are tied to it */
    struct index masters; /* -> leaves */
    struct index containers;
    struct index voyages; /* -> manifests that count */
    bool *current;        /* of each manifest: does it count? */
    struct leaf *leaf;
    size_t leaves, nodes; /* nodes: leaves, then declarations */
    uint32_t *parent;     /* union-find */
    struct sums *sums;    /* of each node */
    struct tw_discrepancy *found;
    size_t found_n, found_cap;
};

/* One more is found. TW_NOMEM */
tw_err reconcile_tell(struct work *w, struct tw_discrepancy d) TW_MUST_CHECK;

tw_err reconcile_landed(struct work *w) TW_MUST_CHECK;
tw_err reconcile_amendments(struct work *w) TW_MUST_CHECK;

#endif
