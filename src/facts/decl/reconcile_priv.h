/* SPDX-License-Identifier: Apache-2.0 */
/* decl/reconcile_priv.h -- what the files of decl/reconcile.h share: numbers and who bears them, what is
 * found. */
#ifndef TW_DECL_RECONCILE_PRIV_H
#define TW_DECL_RECONCILE_PRIV_H

#include "base/map.h"
#include "decl/reconcile.h"

enum { NOWHERE = UINT32_MAX };

/* A consignment that goods are in: of a master with houses here, the houses. */
struct leaf {
    size_t manifest, consignment;
};

/* From a number (document, container) to the leaves that bear it. */
struct index {
    struct tw_intern *keys;
    struct link {
        uint32_t leaf, next; /* NOWHERE = the last */
    } * link;
    uint32_t *head; /* by the number of the key */
    size_t links, link_cap, head_cap;
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
    struct index bills, masters, containers;
    struct index under; /* master documents -> manifests that have consignments under them */
    bool *current;      /* of each manifest: is it the highest version of its id? */
    struct leaf *leaf;
    size_t leaves, nodes; /* nodes: leaves, then declarations */
    uint32_t *parent;     /* union-find */
    struct sums *sums;    /* of each node */
    struct tw_discrepancy *found;
    size_t found_n, found_cap;
};

tw_err reconcile_index_new(struct index *x) TW_MUST_CHECK;
void reconcile_index_free(struct index *x);
/* TW_NOMEM */
tw_err reconcile_index_put(struct index *x, struct tw_str number, uint32_t leaf) TW_MUST_CHECK;
/* The first link of a number; NOWHERE. */
uint32_t reconcile_index_find(const struct index *x, struct tw_str number);

/* Memory with room for one more than n; NULL, and the old one stays, when there is none. */
void *reconcile_grown(void *at, size_t *cap, size_t n, size_t size);

/* Hands over each transport document that a declaration names; what `each` returns ends it. */
typedef tw_err reconcile_document_fn(void *to, struct tw_str number);
tw_err reconcile_documents(const struct tw_decl *d, reconcile_document_fn *each, void *to) TW_MUST_CHECK;

/* Does a declaration name another voyage or ship than this manifest's? */
bool reconcile_elsewhere(const struct tw_manifest *m, const struct tw_decl *d);

/* Are they one number, however it is written? */
bool reconcile_same(struct tw_str a, struct tw_str b);

/* Is this the ship of a manifest, by number or name? */
bool reconcile_same_ship(const struct tw_manifest *m, struct tw_str means);

/* Are they versions of one manifest? */
bool reconcile_one_manifest(const struct tw_manifest *a, const struct tw_manifest *b);

/* Have they the same consignments? */
bool reconcile_same_goods(const struct tw_manifest *a, const struct tw_manifest *b);

/* Is this vessel and voyage that of a manifest? Who does not say the vessel is taken at the voyage's word. */
bool reconcile_same_voyage(const struct tw_manifest *m, struct tw_str means, struct tw_str voyage);

/* The weightiest difference of two versions of a consignment, in an officer's words; NULL = none. */
const char *reconcile_changed(const struct tw_consignment *a, const struct tw_consignment *b);
/* The consignment of a transport document in a manifest; NULL. O(n). */
const struct tw_consignment *reconcile_of_bill(const struct tw_manifest *m, struct tw_str bill);

/* A master document with houses in the same manifest holds nothing itself. */
bool reconcile_has_houses(const struct work *w, size_t manifest, const struct tw_consignment *c);

/* Of a consignment, gross: as it says, else the sum of its items. NaN, -1 = not known. */
double reconcile_kg(const struct tw_consignment *c);
int64_t reconcile_packages(const struct tw_consignment *c);

/* One more is found. TW_NOMEM */
tw_err reconcile_tell(struct work *w, struct tw_discrepancy d) TW_MUST_CHECK;

tw_err reconcile_landed(struct work *w) TW_MUST_CHECK;
tw_err reconcile_amendments(struct work *w) TW_MUST_CHECK;

#endif
