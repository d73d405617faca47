/* SPDX-License-Identifier: Apache-2.0 */
/* decl/cargo_priv.h -- the book of decl/cargo.h. */
#ifndef TW_DECL_CARGO_PRIV_H
#define TW_DECL_CARGO_PRIV_H

#include "decl/cargo.h"
#include "decl/reconcile_priv.h"

/* A consignment of one version of a manifest. */
struct part {
    const struct tw_consignment *c;
    uint32_t version; /* the manifest */
    uint32_t group;   /* its document, in all versions */
    uint32_t next;    /* of its group; NOWHERE */
    bool late;        /* it, or what it was in a version before, was changed when the ship had arrived */
    int64_t off;      /* when its document was taken off the manifest, that late; INT64_MAX = never */
};

/* A document of one family of manifests. */
struct group {
    uint32_t first;              /* part */
    struct tw_cargo_share alone; /* of declarations that name it and no other */
};

/* What one importer declared of one group. Those that its declarations hold together are tied (union-find,
 * members in a ring). */
struct tie {
    uint32_t group;
    uint32_t parent, next;
    struct tw_cargo_share alone;
    /* At a root: */
    uint32_t members;
    struct tw_cargo_share all;
};

struct tw_cargo {
    const struct tw_manifest *const *manifest;
    struct versions versions;
    struct part *part;
    struct group *group;
    size_t parts, groups;
    struct index bills, masters, containers; /* -> parts */
    struct index voyages;                    /* -> manifests that cancel nothing */
    struct tw_map64 *ties;                   /* (importer, group) -> tie */
    struct tie *tie;
    size_t ties_n, ties_cap;
};

static inline bool cargo_stands(const struct tw_cargo *c, uint32_t version, int64_t at)
{
    return c->versions.of[version].from <= at && at < c->versions.of[version].until;
}

/* Fills an empty book. */
tw_err cargo_build(struct tw_cargo *c, size_t n) TW_MUST_CHECK;

#endif
