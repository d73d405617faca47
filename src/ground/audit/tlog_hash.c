/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit/tlog.h"

void tw_tlog_leaf_hash(const void *p, size_t n, uint8_t ret[TW_TLOG_HASH])
{
    static const uint8_t LEAF = 0;
    tw_sha256_two(&LEAF, 1, p, n, ret);
}

void tw_tlog_node_hash(const uint8_t left[TW_TLOG_HASH], const uint8_t right[TW_TLOG_HASH],
                       uint8_t ret[TW_TLOG_HASH])
{
    uint8_t text[1 + 2 * TW_TLOG_HASH] = {1};
    memcpy(text + 1, left, TW_TLOG_HASH);
    memcpy(text + 1 + TW_TLOG_HASH, right, TW_TLOG_HASH);
    tw_sha256(text, sizeof text, ret);
}

void tw_tlog_empty_root(uint8_t ret[TW_TLOG_HASH])
{
    tw_sha256(NULL, 0, ret);
}

static bool same(const uint8_t a[TW_TLOG_HASH], const uint8_t b[TW_TLOG_HASH])
{
    return memcmp(a, b, TW_TLOG_HASH) == 0;
}

/* Where a node stands, and the last of its row: both halved on the way up. */
struct place {
    uint64_t at, last;
};

static void up(struct place *p)
{
    p->at >>= 1;
    p->last >>= 1;
}

static bool is_right(const struct place *p)
{
    return (p->at & 1) != 0 || p->at == p->last;
}

/* A node that is the last of its row, and not its first, has no brother until it stands at an odd place. */
static void skip(struct place *p)
{
    while ((p->at & 1) == 0) up(p);
}

bool tw_tlog_inclusion_holds(uint64_t index, const uint8_t hash[TW_TLOG_HASH], uint64_t size,
                             const uint8_t root[TW_TLOG_HASH], const uint8_t (*proof)[TW_TLOG_HASH], size_t n)
{
    struct place p = {index, size - 1};
    uint8_t r[TW_TLOG_HASH];
    if (index >= size) return false;
    memcpy(r, hash, sizeof r);
    for (size_t i = 0; i < n; i++) {
        if (p.last == 0) return false;
        if (is_right(&p)) {
            tw_tlog_node_hash(proof[i], r, r);
            skip(&p);
        } else {
            tw_tlog_node_hash(r, proof[i], r);
        }
        up(&p);
    }
    return p.last == 0 && same(r, root);
}

/* 0 < old < size */
static bool grows(uint64_t old, const uint8_t old_root[TW_TLOG_HASH], uint64_t size,
                  const uint8_t root[TW_TLOG_HASH], const uint8_t (*proof)[TW_TLOG_HASH], size_t n)
{
    struct place p = {old - 1, size - 1};
    uint8_t was[TW_TLOG_HASH], is[TW_TLOG_HASH];
    const bool whole = (old & (old - 1)) == 0; /* the old tree is a node of the new one */
    if (!whole && n == 0) return false;
    while ((p.at & 1) != 0) up(&p);
    memcpy(was, whole ? old_root : proof[0], sizeof was);
    memcpy(is, was, sizeof is);
    for (size_t i = whole ? 0 : 1; i < n; i++) {
        if (p.last == 0) return false;
        if (is_right(&p)) {
            tw_tlog_node_hash(proof[i], was, was);
            tw_tlog_node_hash(proof[i], is, is);
            skip(&p);
        } else {
            tw_tlog_node_hash(is, proof[i], is);
        }
        up(&p);
    }
    return p.last == 0 && same(was, old_root) && same(is, root);
}

bool tw_tlog_consistency_holds(uint64_t old, const uint8_t old_root[TW_TLOG_HASH], uint64_t size,
                               const uint8_t root[TW_TLOG_HASH], const uint8_t (*proof)[TW_TLOG_HASH],
                               size_t n)
{
    uint8_t none[TW_TLOG_HASH];
    tw_tlog_empty_root(none);
    if (old > size) return false;
    if (old == 0 && !same(old_root, none)) return false;
    if (size == 0 && !same(root, none)) return false;
    if (old == size) return n == 0 && same(old_root, root);
    if (old == 0) return n == 0;
    return grows(old, old_root, size, root, proof, n);
}
