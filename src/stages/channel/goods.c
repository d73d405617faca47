/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations stand in a ring in the order of decision, each with the hashes of its documents and
 * containers. Two tables lead to them: by id, and, of those that were cancelled, by what they name, alone and
 * together with whose goods they were. Tables only grow; they are made anew when most of what is in them is
 * gone. */
#include "channel/goods.h"

#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "channel/goods_priv.h"

enum {
    RING_LEAST = 64,
    TABLE_LEAST = 1024,
    NO_NUMBER = 0,
    OWNERS_MAX = 4 /* of a declaration, those of its last versions */
};

/* One declaration. */
struct known {
    uint64_t id; /* hash of its own */
    uint64_t draw;
    int32_t day, draw_day;
    enum tw_channel channel;
    bool cancelled;
    uint32_t owners, keys, id_n;
    uint64_t key[]; /* owners of them, keys of them; behind them the id, id_n bytes */
};

/* What cancelled ones name: for each channel, by its rank, the last that had it. */
struct named {
    uint64_t last[TW_CHANNEL_N]; /* number + 1; NO_NUMBER = none */
};

struct tw_goods {
    struct tw_goods_limits limits;
    struct known **ring; /* that of number k at ring[k % cap] */
    size_t cap;
    uint64_t begin, end;  /* numbers of those that are known: begin .. end - 1 */
    struct tw_map64 *ids; /* -> of_id */
    uint64_t *of_id;      /* number + 1 of the last with that id */
    size_t of_id_cap;
    struct tw_map64 *names; /* -> named */
    struct named *named;
    size_t named_cap;
    size_t cancelled;      /* known ones that are */
    size_t keys;           /* of all that are known, what they can be found by */
    struct hashes scratch; /* of the declaration at hand */
};

static uint64_t id_hash(struct tw_str id)
{
    return tw_hash64(id.s, id.n, 1);
}

static struct tw_str id_of(const struct known *k)
{
    return (struct tw_str){(const char *)&k->key[k->owners + k->keys], k->id_n};
}

static size_t ways_to(const struct known *k)
{
    return (size_t)k->keys * (1 + k->owners);
}

/* -- the ring and its tables */

tw_err tw_goods_new(const struct tw_goods_limits *limits, struct tw_goods **ret)
{
    struct tw_goods *g = tw_calloc(1, sizeof *g);
    if (g == NULL) return TW_NOMEM;
    g->limits = *limits;
    g->cap = RING_LEAST;
    g->ring = tw_calloc(g->cap, sizeof(struct known *));
    if (g->ring == NULL || tw_map64_new(&g->ids) != TW_OK || tw_map64_new(&g->names) != TW_OK) {
        tw_goods_free(g);
        return TW_NOMEM;
    }
    *ret = g;
    return TW_OK;
}

void tw_goods_free(struct tw_goods *g)
{
    if (g == NULL) return;
    for (uint64_t k = g->begin; g->ring != NULL && k < g->end; k++) tw_free(g->ring[k % g->cap]);
    tw_free(g->ring);
    tw_map64_free(g->ids);
    tw_map64_free(g->names);
    tw_free(g->of_id);
    tw_free(g->named);
    tw_free(g->scratch.at);
    tw_free(g);
}

size_t tw_goods_n(const struct tw_goods *g)
{
    return (size_t)(g->end - g->begin);
}

/* begin <= number < end */
__attribute__((returns_nonnull)) static struct known *known_at(const struct tw_goods *g, uint64_t number)
{
    return g->ring[number % g->cap];
}

/* By number + 1; NULL when it has been forgotten. */
static struct known *at(const struct tw_goods *g, uint64_t number_1)
{
    return number_1 > g->begin ? known_at(g, number_1 - 1) : NULL;
}

static struct known *of_id(const struct tw_goods *g, uint64_t id)
{
    const uint32_t k = tw_map64_find(g->ids, id);
    return k != TW_MAP_NONE ? at(g, g->of_id[k]) : NULL;
}

/* Nobody goes on more than a year after the last declaration: a mistyped year is none to forget all by. */
static int32_t plausible(const struct tw_goods *g, int32_t day)
{
    enum { YEAR = 366 };
    const int32_t last = g->begin < g->end ? known_at(g, g->end - 1)->day : day;
    return (int64_t)day - last > YEAR ? last : day;
}

static void forget(struct tw_goods *g, int32_t day)
{
    while (g->begin < g->end) {
        struct known *k = known_at(g, g->begin);
        if (g->end - g->begin <= (uint64_t)g->limits.max && k->day >= day - g->limits.days) return;
        g->cancelled -= k->cancelled;
        g->keys -= ways_to(k);
        tw_free(k);
        g->ring[g->begin++ % g->cap] = NULL;
    }
}

/* Room for one more in an array beside a table. */
static void *room_for(void *p, size_t *cap, uint32_t k, size_t size)
{
    if (k < *cap) return p;
    const size_t more = ((size_t)k + 1) * 2;
    void *q = tw_realloc(p, more, size);
    if (q != NULL) *cap = more;
    return q;
}

static tw_err enter_id(struct tw_goods *g, uint64_t number)
{
    uint32_t k;
    TW_TRY(tw_map64_put(g->ids, known_at(g, number)->id, &k));
    uint64_t *more = room_for(g->of_id, &g->of_id_cap, k, sizeof *more);
    if (more == NULL) return TW_NOMEM;
    g->of_id = more;
    g->of_id[k] = number + 1;
    return TW_OK;
}

static tw_err enter_name(struct tw_goods *g, uint64_t name, uint64_t number)
{
    const size_t before = tw_map64_n(g->names);
    uint32_t k;
    TW_TRY(tw_map64_put(g->names, name, &k));
    struct named *more = room_for(g->named, &g->named_cap, k, sizeof *more);
    if (more == NULL) return TW_NOMEM;
    g->named = more;
    if (k >= before) more[k] = (struct named){{NO_NUMBER}};
    uint64_t *last = &more[k].last[tw_channel_rank(known_at(g, number)->channel)];
    if (number + 1 > *last) *last = number + 1;
    return TW_OK;
}

/* Leads from all that a cancelled one names to it. */
static tw_err enter_names(struct tw_goods *g, uint64_t number)
{
    const struct known *one = known_at(g, number);
    const uint64_t *name = &one->key[one->owners];
    for (size_t i = 0; i < one->keys; i++) {
        TW_TRY(enter_name(g, name[i], number));
        for (size_t o = 0; o < one->owners; o++)
            TW_TRY(enter_name(g, tw_hash_join(name[i], one->key[o]), number));
    }
    return TW_OK;
}

/* Makes the tables anew. */
static tw_err sweep(struct tw_goods *g)
{
    struct tw_map64 *ids = NULL, *names = NULL;
    if (tw_map64_new(&ids) != TW_OK || tw_map64_new(&names) != TW_OK) {
        tw_map64_free(ids);
        return TW_NOMEM;
    }
    tw_map64_free(g->ids);
    tw_map64_free(g->names);
    g->ids = ids;
    g->names = names;
    for (uint64_t k = g->begin; k < g->end; k++) {
        TW_TRY(enter_id(g, k));
        if (known_at(g, k)->cancelled) TW_TRY(enter_names(g, k));
    }
    return TW_OK;
}

/* A ring of twice the size. */
static tw_err grow(struct tw_goods *g)
{
    const size_t cap = 2 * g->cap;
    struct known **more = tw_calloc(cap, sizeof(struct known *));
    if (more == NULL) return TW_NOMEM;
    for (uint64_t k = g->begin; k < g->end; k++) more[k % cap] = g->ring[k % g->cap];
    tw_free(g->ring);
    g->ring = more;
    g->cap = cap;
    return TW_OK;
}

/* Takes it in; it is freed where there is no room. */
static tw_err add(struct tw_goods *g, struct known *one)
{
    if (tw_goods_n(g) == g->cap && grow(g) != TW_OK) {
        tw_free(one);
        return TW_NOMEM;
    }
    g->ring[g->end++ % g->cap] = one;
    g->cancelled += one->cancelled;
    g->keys += ways_to(one);
    if (tw_map64_n(g->ids) > 2 * tw_goods_n(g) + TABLE_LEAST ||
        tw_map64_n(g->names) > 2 * g->keys + TABLE_LEAST)
        return sweep(g);
    TW_TRY(enter_id(g, g->end - 1));
    return one->cancelled ? enter_names(g, g->end - 1) : TW_OK;
}

/* Whose goods they were: of the last versions. */
struct owners {
    uint64_t of[OWNERS_MAX];
    size_t n;
};

static struct known *known_new(const struct owners *owners, const struct hashes *names, struct tw_str id)
{
    const size_t keys = owners->n + names->n;
    struct known *k = tw_calloc(1, sizeof *k + keys * sizeof k->key[0] + id.n);
    if (k == NULL) return NULL;
    k->owners = (uint32_t)owners->n;
    k->keys = (uint32_t)names->n;
    k->id_n = (uint32_t)id.n;
    memcpy(k->key, owners->of, owners->n * sizeof k->key[0]);
    if (names->n > 0) memcpy(&k->key[owners->n], names->at, names->n * sizeof k->key[0]);
    if (id.n > 0) memcpy(&k->key[keys], id.s, id.n);
    return k;
}

/* -- what is asked and told */

/* The strictest of those that are named so, where it is stricter than what is at hand. */
static void raise(const struct tw_goods *g, uint64_t name, struct tw_goods_floor *floor)
{
    const uint32_t k = tw_map64_find(g->names, name);
    if (k == TW_MAP_NONE) return;
    const int least = floor->of.s != NULL ? (int)tw_channel_rank(floor->channel) + 1 : 0;
    for (int rank = TW_CHANNEL_N - 1; rank >= least; rank--) {
        const struct known *one = at(g, g->named[k].last[rank]);
        if (one == NULL) continue;
        *floor = (struct tw_goods_floor){one->channel, id_of(one)};
        return;
    }
}

/* Among those that were cancelled, by all that the declaration names. */
static void find_cancelled(const struct tw_goods *g, uint64_t owner, struct tw_goods_before *ret)
{
    struct tw_goods_floor any = {.of = {NULL, 0}};
    for (size_t i = 0; i < g->scratch.n; i++) {
        raise(g, g->scratch.at[i], &any);
        if (owner != 0) raise(g, tw_hash_join(g->scratch.at[i], owner), &ret->own);
    }
    const enum tw_channel own = ret->own.of.s != NULL ? ret->own.channel : TW_CHANNEL_GREEN;
    if (any.of.s != NULL && tw_channel_rank(any.channel) > tw_channel_rank(own)) ret->shared = any;
}

tw_err tw_goods_find(struct tw_goods *g, const struct tw_decl *d, int32_t day, struct tw_goods_before *ret,
                     bool *found)
{
    struct tw_goods_before before = {.draw_day = day};
    forget(g, plausible(g, day));
    const struct known *same = of_id(g, id_hash(d->id));
    if (same != NULL) {
        before.version = true;
        before.draw = same->draw;
        before.draw_day = same->draw_day;
        before.own = (struct tw_goods_floor){same->channel, id_of(same)};
    }
    if (g->cancelled > 0) {
        TW_TRY(goods_names(d, (size_t)g->limits.names, &g->scratch));
        find_cancelled(g, goods_owner(d), &before);
    }
    *found = before.own.of.s != NULL || before.shared.of.s != NULL;
    if (*found) *ret = before;
    return TW_OK;
}

/* Its own, and behind it the earlier versions'. */
static struct owners owners_of(const struct tw_decl *d, const struct known *earlier)
{
    const uint64_t own = goods_owner(d);
    struct owners r = {.of = {own}, .n = own != 0};
    for (size_t i = 0; earlier != NULL && i < earlier->owners && r.n < OWNERS_MAX; i++)
        if (earlier->key[i] != own) r.of[r.n++] = earlier->key[i];
    return r;
}

/* Into g->scratch, what it names, and behind that what earlier versions named: by that it may still be known.
 */
static tw_err names_of(struct tw_goods *g, const struct tw_decl *d, const struct known *earlier)
{
    const size_t most = (size_t)g->limits.names;
    struct hashes *names = &g->scratch;
    TW_TRY(goods_names(d, most, names));
    const size_t own = names->n;
    for (size_t i = 0; earlier != NULL && i < earlier->keys && names->n < most; i++) {
        const uint64_t name = earlier->key[earlier->owners + i];
        if (!hashes_hold(names, own, name)) TW_TRY(hashes_add(names, name));
    }
    return TW_OK;
}

tw_err tw_goods_put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw, int32_t draw_day,
                    enum tw_channel channel)
{
    const struct known *earlier = of_id(g, id_hash(d->id));
    const struct owners owners = owners_of(d, earlier);
    TW_TRY(names_of(g, d, earlier));
    struct known *k = known_new(&owners, &g->scratch, d->id);
    if (k == NULL) return TW_NOMEM;
    k->id = id_hash(d->id);
    k->draw = draw;
    k->day = plausible(g, day);
    k->draw_day = draw_day;
    k->channel = channel;
    return add(g, k);
}

tw_err tw_goods_cancel(struct tw_goods *g, struct tw_str id, bool *known)
{
    struct known *k = of_id(g, id_hash(id));
    *known = k != NULL;
    if (k == NULL || k->cancelled) return TW_OK;
    k->cancelled = true;
    g->cancelled++;
    return enter_names(g, g->of_id[tw_map64_find(g->ids, k->id)] - 1);
}

/* -- as bytes */

enum { ONE_BYTES = 8 * 8 };

static void put_u64(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static uint64_t get_u64(const uint8_t **p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)(*p)[i] << (8 * i);
    *p += 8;
    return v;
}

void tw_goods_save(const struct tw_goods *g, struct tw_buf *out)
{
    put_u64(out, tw_goods_n(g));
    for (uint64_t n = g->begin; n < g->end; n++) {
        const struct known *k = known_at(g, n);
        put_u64(out, k->id);
        put_u64(out, k->draw);
        put_u64(out, (uint64_t)(int64_t)k->day);
        put_u64(out, (uint64_t)(int64_t)k->draw_day);
        put_u64(out, (uint64_t)k->channel << 1 | k->cancelled);
        put_u64(out, k->id_n);
        put_u64(out, k->owners);
        put_u64(out, k->keys);
        tw_buf_str(out, id_of(k));
        for (size_t i = 0; i < k->owners + k->keys; i++) put_u64(out, k->key[i]);
    }
}

/* One of them; NULL with *good = true: no memory. */
static struct known *get_one(const uint8_t **p, const uint8_t *end, struct hashes *room, bool *good)
{
    *good = end - *p >= ONE_BYTES;
    if (!*good) return NULL;
    const uint64_t id = get_u64(p), draw = get_u64(p);
    const int64_t day = (int64_t)get_u64(p), draw_day = (int64_t)get_u64(p);
    const uint64_t what = get_u64(p), id_n = get_u64(p), owners = get_u64(p), keys = get_u64(p);
    const uint64_t left = (uint64_t)(end - *p);
    *good = what >> 1 < TW_CHANNEL_N && day >= INT32_MIN && day <= INT32_MAX && draw_day >= INT32_MIN &&
            draw_day <= INT32_MAX && owners <= OWNERS_MAX && id_n <= left && keys <= (left - id_n) / 8 &&
            owners + keys <= (left - id_n) / 8;
    if (!*good) return NULL;
    const struct tw_str text = {(const char *)*p, (size_t)id_n};
    *p += id_n;
    struct owners whose = {.n = (size_t)owners};
    for (uint64_t i = 0; i < owners; i++) whose.of[i] = get_u64(p);
    room->n = 0;
    for (uint64_t i = 0; i < keys; i++)
        if (hashes_add(room, get_u64(p)) != TW_OK) return NULL;
    struct known *k = known_new(&whose, room, text);
    if (k == NULL) return NULL;
    k->id = id;
    k->draw = draw;
    k->day = (int32_t)day;
    k->draw_day = (int32_t)draw_day;
    k->channel = (enum tw_channel)(what >> 1);
    k->cancelled = (what & 1) != 0;
    return k;
}

tw_err tw_goods_load(struct tw_goods *g, const uint8_t **p, const uint8_t *end, bool *good)
{
    *good = end - *p >= 8;
    if (!*good) return TW_OK;
    const uint64_t n = get_u64(p);
    for (uint64_t i = 0; i < n; i++) {
        struct known *k = get_one(p, end, &g->scratch, good);
        if (k == NULL) return *good ? TW_NOMEM : TW_OK;
        TW_TRY(add(g, k));
    }
    return TW_OK;
}
