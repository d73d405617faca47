/* SPDX-License-Identifier: Apache-2.0 */
/* A log in memory: its leaves are their numbers as text, its tiles lie in an array. */
#ifndef TW_KEPT_H
#define TW_KEPT_H

#include <stdio.h>

#include "audit/tlog.h"
#include "check.h"

enum { KEPT_TILES = 400, KEPT_LEVELS = 3 };

struct kept {
    uint8_t hash[KEPT_LEVELS][KEPT_TILES][TW_TLOG_TILE][TW_TLOG_HASH];
    unsigned width[KEPT_LEVELS][KEPT_TILES];
    int calls, fail; /* the call of that number fails; 0 = none */
};

static inline tw_err kept_call(struct kept *k, struct tw_fault *fault)
{
    return ++k->calls == k->fail ? tw_fail(fault, TW_IO, "no disk") : TW_OK;
}

static inline tw_err kept_read(void *to, unsigned level, uint64_t index, unsigned width, uint8_t *ret,
                               struct tw_fault *fault)
{
    struct kept *k = to;
    TW_TRY(kept_call(k, fault));
    CHECK(level < KEPT_LEVELS && index < KEPT_TILES && width > 0 && width <= k->width[level][index]);
    memcpy(ret, k->hash[level][index], (size_t)width * TW_TLOG_HASH);
    return TW_OK;
}

static inline tw_err kept_write(void *to, unsigned level, uint64_t index, unsigned width,
                                const uint8_t *hashes, struct tw_fault *fault)
{
    struct kept *k = to;
    TW_TRY(kept_call(k, fault));
    CHECK(level < KEPT_LEVELS && index < KEPT_TILES && width > k->width[level][index] &&
          width <= TW_TLOG_TILE);
    memcpy(k->hash[level][index], hashes, (size_t)width * TW_TLOG_HASH);
    k->width[level][index] = width;
    return TW_OK;
}

static inline struct tw_tlog_tiles kept_tiles(struct kept *k)
{
    return (struct tw_tlog_tiles){k, kept_read, kept_write};
}

static inline void kept_leaf(uint64_t i, uint8_t ret[TW_TLOG_HASH])
{
    char text[24];
    const int n = snprintf(text, sizeof text, "%llu", (unsigned long long)i);
    tw_tlog_leaf_hash(text, (size_t)n, ret);
}

/* Lets it grow to so many leaves. */
static inline void kept_grow(struct tw_tlog *t, uint64_t size)
{
    while (tw_tlog_size(t) < size) {
        uint8_t hash[TW_TLOG_HASH];
        kept_leaf(tw_tlog_size(t), hash);
        CHECK(tw_tlog_append(t, hash, NULL) == TW_OK);
    }
    CHECK(tw_tlog_flush(t, NULL) == TW_OK);
}

#endif
