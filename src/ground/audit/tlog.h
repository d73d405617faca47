/* SPDX-License-Identifier: Apache-2.0 */
/* audit/tlog.h -- a log that can only grow: its hashes, its tiles, proofs of what stands in it.
 *
 * In : leaves, one after another; tiles that somebody else keeps.
 * Out: roots, tiles to be kept, proofs of inclusion and of consistency; whether a proof holds.
 * Not: files, signatures (audit/note.h), what a leaf says (audit/leaf.h).
 *
 * A tree's hashes are kept in tiles of 256: level 0 are the hashes of leaves, level l + 1 the roots of full
 * tiles of level l. Sources: RFC 6962, section 2.1 (hashes and proofs); RFC 9162, sections 2.1.3.2
 * and 2.1.4.2 (verification); C2SP tlog-tiles (tiles, their paths, bundles of entries).
 */
#ifndef TW_AUDIT_TLOG_H
#define TW_AUDIT_TLOG_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/hash.h"

enum {
    TW_TLOG_HASH = TW_SHA256_BYTES,
    TW_TLOG_TILE = 256,      /* hashes of a full tile */
    TW_TLOG_LEVELS = 8,      /* of tiles: logs of up to 2^63 leaves */
    TW_TLOG_PROOF_MAX = 64,  /* hashes of a proof */
    TW_TLOG_LEAF_MAX = 65535 /* bytes: a bundle of entries counts them in two bytes */
};

/* -- hashes */

void tw_tlog_leaf_hash(const void *p, size_t n, uint8_t ret[TW_TLOG_HASH]);
void tw_tlog_node_hash(const uint8_t left[TW_TLOG_HASH], const uint8_t right[TW_TLOG_HASH],
                       uint8_t ret[TW_TLOG_HASH]);
void tw_tlog_empty_root(uint8_t ret[TW_TLOG_HASH]); /* of no leaves */

/* -- verification */

/* Does the leaf of that hash stand at `index` in the tree of `size` leaves with that root? */
bool tw_tlog_inclusion_holds(uint64_t index, const uint8_t hash[TW_TLOG_HASH], uint64_t size,
                             const uint8_t root[TW_TLOG_HASH], const uint8_t (*proof)[TW_TLOG_HASH],
                             size_t n);
/* Does the tree of `size` leaves begin with the tree of `old` ones? From no leaves, and to the same size, the
 * proof is empty. */
bool tw_tlog_consistency_holds(uint64_t old, const uint8_t old_root[TW_TLOG_HASH], uint64_t size,
                               const uint8_t root[TW_TLOG_HASH], const uint8_t (*proof)[TW_TLOG_HASH],
                               size_t n);

/* -- tiles, as somebody else keeps them */

struct tw_tlog_tiles {
    void *to;
    /* The first `width` hashes of a tile, 1..256. What it returns ends the work. */
    tw_err (*read)(void *to, unsigned level, uint64_t index, unsigned width, uint8_t *ret,
                   struct tw_fault *fault);
    /* A tile as it is now; it takes the place of a narrower one. */
    tw_err (*write)(void *to, unsigned level, uint64_t index, unsigned width, const uint8_t *hashes,
                    struct tw_fault *fault);
};

/* The root of the first `size` leaves. size 0 reads nothing */
tw_err tw_tlog_root_of(const struct tw_tlog_tiles *tiles, uint64_t size, uint8_t ret[TW_TLOG_HASH],
                       struct tw_fault *fault) TW_MUST_CHECK;

struct tw_tlog_path {
    uint8_t hash[TW_TLOG_PROOF_MAX][TW_TLOG_HASH]; /* from the leaf's side */
    size_t n;
};
/* TW_RANGE  index >= size, old > size */
tw_err tw_tlog_prove_inclusion(const struct tw_tlog_tiles *tiles, uint64_t index, uint64_t size,
                               struct tw_tlog_path *ret, struct tw_fault *fault) TW_MUST_CHECK;
tw_err tw_tlog_prove_consistency(const struct tw_tlog_tiles *tiles, uint64_t old, uint64_t size,
                                 struct tw_tlog_path *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* -- growing */

struct tw_tlog; /* its right edge: 64 KiB */

/* The tree of the first `size` leaves, whose edge is read from the tiles. TW_NOMEM, errors of tiles->read */
tw_err tw_tlog_new(const struct tw_tlog_tiles *tiles, uint64_t size, struct tw_tlog **ret,
                   struct tw_fault *fault) TW_MUST_CHECK;
void tw_tlog_free(struct tw_tlog *t); /* takes NULL */
static inline void tw_tlog_freep(struct tw_tlog **t)
{
    tw_tlog_free(*t);
}

uint64_t tw_tlog_size(const struct tw_tlog *t);
void tw_tlog_root(const struct tw_tlog *t, uint8_t ret[TW_TLOG_HASH]);

/* Takes a leaf in by its hash; tiles that become full are written. After a failure the tree is no more. */
tw_err tw_tlog_append(struct tw_tlog *t, const uint8_t hash[TW_TLOG_HASH], struct tw_fault *fault)
    TW_MUST_CHECK;
/* Writes the tiles that are not full and have changed since the last time. */
tw_err tw_tlog_flush(struct tw_tlog *t, struct tw_fault *fault) TW_MUST_CHECK;

/* -- as files */

/* Appends tile/0/x001/x234/067, for a width under 256 with .p/<W> behind it. */
void tw_tlog_tile_path(unsigned level, uint64_t index, unsigned width, struct tw_buf *out);
/* The same of the bundle with the entries: tile/entries/... */
void tw_tlog_bundle_path(uint64_t index, unsigned width, struct tw_buf *out);
/* An entry as it stands in a bundle: its length in two bytes, most significant first, and it. n <= 65,535 */
void tw_tlog_bundle_put(struct tw_str entry, struct tw_buf *out);

#endif
