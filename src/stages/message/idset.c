/* SPDX-License-Identifier: Apache-2.0 */
/* Two open-addressed tables, young and old. New hashes go into the young one; when it holds half of what may
 * be remembered it becomes the old one and the old one is forgotten. A table is filled to 80 % and then grows
 * by half, so a hash takes 8/0.8 = 10 to 8/0.53 = 15 bytes. The place of a hash is its share of the table's
 * length, which lets tables have any length. 0 marks a free place; the hash 0 is kept as 1. */
#include "message/idset.h"

#include "base/hash.h"
#include "base/mem.h"

enum { SLOTS_FIRST = 1024 };

struct table {
    uint64_t *slot;
    uint64_t slots, n;
};

struct tw_idset {
    struct table young, old;
    uint64_t half;
};

/* Takes the high 64 bits of the product. */
static uint64_t place(uint64_t hash, uint64_t slots)
{
    return (uint64_t)((unsigned __int128)hash * slots >> 64);
}

static bool has(const struct table *t, uint64_t hash)
{
    if (t->slots == 0) return false;
    for (uint64_t i = place(hash, t->slots);; i = i + 1 == t->slots ? 0 : i + 1) {
        if (t->slot[i] == hash) return true;
        if (t->slot[i] == 0) return false;
    }
}

static void add(struct table *t, uint64_t hash)
{
    uint64_t i = place(hash, t->slots);
    while (t->slot[i] != 0) i = i + 1 == t->slots ? 0 : i + 1;
    t->slot[i] = hash;
    t->n++;
}

static tw_err grow(struct table *t)
{
    struct table bigger = {.slots = t->slots < SLOTS_FIRST ? SLOTS_FIRST : t->slots + t->slots / 2};
    bigger.slot = tw_calloc((size_t)bigger.slots, sizeof *bigger.slot);
    if (bigger.slot == NULL) return TW_NOMEM;
    for (uint64_t i = 0; i < t->slots; i++)
        if (t->slot[i] != 0) add(&bigger, t->slot[i]);
    tw_free(t->slot);
    *t = bigger;
    return TW_OK;
}

tw_err tw_idset_new(uint64_t max, struct tw_idset **ret)
{
    struct tw_idset *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return TW_NOMEM;
    s->half = max / 2;
    *ret = s;
    return TW_OK;
}

void tw_idset_free(struct tw_idset *s)
{
    if (s == NULL) return;
    tw_free(s->young.slot);
    tw_free(s->old.slot);
    tw_free(s);
}

/* Ids often differ in few bits; the tables want all bits to. */
static uint64_t kept_as(uint64_t hash)
{
    hash = tw_mix64(hash);
    return hash != 0 ? hash : 1;
}

void tw_idset_prefetch(const struct tw_idset *s, uint64_t hash)
{
    hash = kept_as(hash);
    if (s->young.slots > 0) __builtin_prefetch(&s->young.slot[place(hash, s->young.slots)], 1);
    if (s->old.slots > 0) __builtin_prefetch(&s->old.slot[place(hash, s->old.slots)]);
}

tw_err tw_idset_put(struct tw_idset *s, uint64_t hash, bool *ret_seen)
{
    hash = kept_as(hash);
    if (has(&s->young, hash)) {
        *ret_seen = true;
        return TW_OK;
    }
    if (s->young.n >= s->half) {
        tw_free(s->old.slot);
        s->old = s->young;
        s->young = (struct table){NULL, 0, 0};
    }
    if ((s->young.n + 1) * 5 > s->young.slots * 4) TW_TRY(grow(&s->young));
    *ret_seen = has(&s->old, hash);
    add(&s->young, hash); /* also when it was in the old one: it is remembered from now */
    return TW_OK;
}
