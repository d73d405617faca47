/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tlog.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { TILE_BITS = 8, HEIGHT_MAX = 64 };

/* -- subtrees, from tiles */

/* The root of `n` hashes, a power of two up to 256; they are written over. */
static void fold(uint8_t (*hash)[TW_TLOG_HASH], unsigned n, uint8_t ret[TW_TLOG_HASH])
{
    for (; n > 1; n /= 2)
        for (size_t i = 0; i < n / 2; i++) tw_tlog_node_hash(hash[2 * i], hash[2 * i + 1], hash[i]);
    memcpy(ret, hash[0], TW_TLOG_HASH);
}

/* The root of leaves at << height .. (at + 1) << height. */
static tw_err node(const struct tw_tlog_tiles *tiles, unsigned height, uint64_t at, uint8_t ret[TW_TLOG_HASH],
                   struct tw_fault *fault)
{
    uint8_t tile[TW_TLOG_TILE][TW_TLOG_HASH];
    const unsigned n = 1u << height % TILE_BITS;
    const uint64_t first = at * n;
    const unsigned from = (unsigned)(first % TW_TLOG_TILE);
    TW_TRY(tiles->read(tiles->to, height / TILE_BITS, first / TW_TLOG_TILE, from + n, tile[0], fault));
    fold(tile + from, n, ret);
    return TW_OK;
}

static unsigned height_of(uint64_t n) /* of the largest full subtree in n leaves; n > 0 */
{
    return 63 - (unsigned)__builtin_clzll(n);
}

/* The root of leaves lo .. lo + n, which are a subtree of the log: full ones of falling size, joined from the
 * right. */
static tw_err range(const struct tw_tlog_tiles *tiles, uint64_t lo, uint64_t n, uint8_t ret[TW_TLOG_HASH],
                    struct tw_fault *fault)
{
    uint8_t part[HEIGHT_MAX][TW_TLOG_HASH];
    unsigned parts = 0;
    for (; n > 0; parts++) {
        const unsigned height = height_of(n);
        TW_TRY(node(tiles, height, lo >> height, part[parts], fault));
        lo += (uint64_t)1 << height;
        n -= (uint64_t)1 << height;
    }
    for (; parts > 1; parts--) tw_tlog_node_hash(part[parts - 2], part[parts - 1], part[parts - 2]);
    memcpy(ret, part[0], TW_TLOG_HASH);
    return TW_OK;
}

tw_err tw_tlog_root_of(const struct tw_tlog_tiles *tiles, uint64_t size, uint8_t ret[TW_TLOG_HASH],
                       struct tw_fault *fault)
{
    tw_tlog_empty_root(ret);
    return size > 0 ? range(tiles, 0, size, ret, fault) : TW_OK;
}

/* -- proofs */

/* What the left part of a subtree of n leaves holds: the largest power of two below n. n > 1 */
static uint64_t left_of(uint64_t n)
{
    return (uint64_t)1 << height_of(n - 1);
}

static void turn(struct tw_tlog_path *p)
{
    uint8_t t[TW_TLOG_HASH];
    for (size_t i = 0; i < p->n / 2; i++) {
        memcpy(t, p->hash[i], sizeof t);
        memcpy(p->hash[i], p->hash[p->n - 1 - i], sizeof t);
        memcpy(p->hash[p->n - 1 - i], t, sizeof t);
    }
}

tw_err tw_tlog_prove_inclusion(const struct tw_tlog_tiles *tiles, uint64_t index, uint64_t size,
                               struct tw_tlog_path *ret, struct tw_fault *fault)
{
    ret->n = 0;
    if (index >= size) return tw_fail(fault, TW_RANGE, "there is no such leaf in a log of that size");
    for (uint64_t lo = 0, n = size; n > 1;) {
        const uint64_t left = left_of(n);
        const bool here = index - lo < left;
        TW_TRY(range(tiles, here ? lo + left : lo, here ? n - left : left, ret->hash[ret->n++], fault));
        lo += here ? 0 : left;
        n = here ? left : n - left;
    }
    turn(ret);
    return TW_OK;
}

tw_err tw_tlog_prove_consistency(const struct tw_tlog_tiles *tiles, uint64_t old, uint64_t size,
                                 struct tw_tlog_path *ret, struct tw_fault *fault)
{
    ret->n = 0;
    if (old > size) return tw_fail(fault, TW_RANGE, "a log does not shrink");
    if (old == 0) return TW_OK;
    uint64_t lo = 0, n = size;
    while (old - lo < n) {
        const uint64_t left = left_of(n);
        const bool here = old - lo <= left;
        TW_TRY(range(tiles, here ? lo + left : lo, here ? n - left : left, ret->hash[ret->n++], fault));
        lo += here ? 0 : left;
        n = here ? left : n - left;
    }
    if (lo > 0)
        TW_TRY(range(tiles, lo, n, ret->hash[ret->n++], fault)); /* else the old root, which is known */
    turn(ret);
    return TW_OK;
}

/* -- growing */

struct tw_tlog {
    struct tw_tlog_tiles tiles;
    uint64_t size, flushed;                                   /* leaves */
    uint8_t edge[TW_TLOG_LEVELS][TW_TLOG_TILE][TW_TLOG_HASH]; /* of each level the last tile */
};

static uint64_t hashes_at(uint64_t size, unsigned level) /* there are in all */
{
    return size >> (TILE_BITS * level);
}

static unsigned width_at(uint64_t size, unsigned level) /* of the tile that is not full; 0 = there is none */
{
    return (unsigned)(hashes_at(size, level) % TW_TLOG_TILE);
}

tw_err tw_tlog_new(const struct tw_tlog_tiles *tiles, uint64_t size, struct tw_tlog **ret,
                   struct tw_fault *fault)
{
    struct tw_tlog *t = tw_calloc(1, sizeof *t);
    if (t == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    t->tiles = *tiles;
    t->size = t->flushed = size;
    tw_err err = TW_OK;
    for (unsigned level = 0; level < TW_TLOG_LEVELS && err == TW_OK; level++) {
        const unsigned width = width_at(size, level);
        if (width > 0)
            err = tiles->read(tiles->to, level, hashes_at(size, level) / TW_TLOG_TILE, width,
                              t->edge[level][0], fault);
    }
    if (err != TW_OK) {
        tw_tlog_free(t);
        return err;
    }
    *ret = t;
    return TW_OK;
}

void tw_tlog_free(struct tw_tlog *t)
{
    tw_free(t);
}

uint64_t tw_tlog_size(const struct tw_tlog *t)
{
    return t->size;
}

void tw_tlog_root(const struct tw_tlog *t, uint8_t ret[TW_TLOG_HASH])
{
    bool some = false;
    tw_tlog_empty_root(ret);
    for (unsigned level = 0; level < TW_TLOG_LEVELS; level++)
        for (unsigned width = width_at(t->size, level); width > 0; width &= width - 1) {
            uint8_t part[TW_TLOG_TILE / 2][TW_TLOG_HASH], root[TW_TLOG_HASH];
            const unsigned n = width & -width, from = width - n; /* the last full subtree */
            memcpy(part, t->edge[level][from], (size_t)n * TW_TLOG_HASH);
            fold(part, n, root);
            if (some)
                tw_tlog_node_hash(root, ret, ret);
            else
                memcpy(ret, root, TW_TLOG_HASH);
            some = true;
        }
}

tw_err tw_tlog_append(struct tw_tlog *t, const uint8_t hash[TW_TLOG_HASH], struct tw_fault *fault)
{
    uint8_t h[TW_TLOG_HASH];
    memcpy(h, hash, sizeof h);
    t->size++;
    for (unsigned level = 0;; level++) {
        uint8_t(*tile)[TW_TLOG_HASH] = t->edge[level];
        const uint64_t last = hashes_at(t->size, level) - 1;
        memcpy(tile[last % TW_TLOG_TILE], h, sizeof h);
        if (last % TW_TLOG_TILE != TW_TLOG_TILE - 1) return TW_OK;
        TW_TRY(t->tiles.write(t->tiles.to, level, last / TW_TLOG_TILE, TW_TLOG_TILE, tile[0], fault));
        fold(tile, TW_TLOG_TILE, h);
    }
}

tw_err tw_tlog_flush(struct tw_tlog *t, struct tw_fault *fault)
{
    for (unsigned level = 0; level < TW_TLOG_LEVELS; level++) {
        const unsigned width = width_at(t->size, level);
        if (width == 0 || hashes_at(t->size, level) == hashes_at(t->flushed, level)) continue;
        TW_TRY(t->tiles.write(t->tiles.to, level, hashes_at(t->size, level) / TW_TLOG_TILE, width,
                              t->edge[level][0], fault));
    }
    t->flushed = t->size;
    return TW_OK;
}

/* -- as files */

static void put_path(uint64_t index, unsigned width, struct tw_buf *out)
{
    char digits[7][8]; /* three each, of 2^64 */
    int n = 0;
    for (; n == 0 || index > 0; n++, index /= 1000)
        snprintf(digits[n], sizeof digits[n], "%03u", (unsigned)(index % 1000));
    while (n-- > 0) tw_buf_printf(out, n > 0 ? "x%s/" : "%s", digits[n]);
    if (width < TW_TLOG_TILE) tw_buf_printf(out, ".p/%u", width);
}

void tw_tlog_tile_path(unsigned level, uint64_t index, unsigned width, struct tw_buf *out)
{
    tw_buf_printf(out, "tile/%u/", level);
    put_path(index, width, out);
}

void tw_tlog_bundle_path(uint64_t index, unsigned width, struct tw_buf *out)
{
    tw_buf_text(out, "tile/entries/");
    put_path(index, width, out);
}

void tw_tlog_bundle_put(struct tw_str entry, struct tw_buf *out)
{
    tw_buf_char(out, (char)(entry.n >> 8));
    tw_buf_char(out, (char)(entry.n & 0xff));
    tw_buf_str(out, entry);
}
