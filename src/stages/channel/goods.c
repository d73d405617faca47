/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations stand in a ring in the order of decision, each with the hashes of its documents and
 * containers. Two tables lead to them: by id, and, of those that were cancelled, by what they name. Tables
 * only grow; they are made anew when most of what is in them is gone. */
#include "channel/goods.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "decl/code.h"

enum { RING_LEAST = 64, TABLE_LEAST = 1024, NO_NUMBER = 0 };

/* One declaration; owns the id that its draw is of. */
struct known {
    uint64_t id; /* hash of its own */
    uint64_t draw;
    int32_t day, draw_day;
    enum tw_channel channel; /* the strictest so far */
    bool cancelled;
    uint32_t keys, of_n;
    uint64_t key[]; /* keys of them; behind them the id, of_n bytes */
};

/* -- what a declaration names */

static uint64_t hash_of(struct tw_str number, const char *kind)
{
    char room[TW_NUMBER_BYTES];
    const struct tw_str key = tw_number_key(number, room);
    return key.n == 0 ? 0 : tw_hash64(key.s, key.n, tw_hash64(kind, strlen(kind), 0));
}

static uint64_t document_hash(const struct tw_previous_document *p)
{
    if (tw_transport_document(p->type)) return hash_of(p->id, "transport document");
    const uint64_t h = hash_of(p->id, "previous document");
    return h == 0 ? 0 : tw_hash_join(tw_hash_join(h, hash_of(p->type, "type")), p->line);
}

/* Hashes of what a declaration names. */
struct names {
    uint64_t *at;
    size_t n, cap;
};

static tw_err name(struct names *s, uint64_t hash)
{
    if (hash == 0) return TW_OK;
    if (s->n == s->cap) {
        const size_t cap = s->cap > 0 ? 2 * s->cap : 64;
        uint64_t *more = tw_realloc(s->at, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        s->at = more;
        s->cap = cap;
    }
    s->at[s->n++] = hash;
    return TW_OK;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Each once: items of a declaration name the same container thousands of times. */
static void once_each(struct names *s)
{
    size_t kept = 0;
    if (s->n > 1) qsort(s->at, s->n, sizeof *s->at, by_value);
    for (size_t i = 0; i < s->n; i++)
        if (kept == 0 || s->at[kept - 1] != s->at[i]) s->at[kept++] = s->at[i];
    s->n = kept;
}

static tw_err name_documents(struct names *s, const struct tw_previous_document *at, size_t n)
{
    for (size_t i = 0; i < n; i++) TW_TRY(name(s, document_hash(&at[i])));
    return TW_OK;
}

static tw_err name_containers(struct names *s, const struct tw_container *at, size_t n)
{
    for (size_t i = 0; i < n; i++) TW_TRY(name(s, hash_of(at[i].id, "container")));
    return TW_OK;
}

static tw_err names_of(const struct tw_decl *d, struct names *s)
{
    s->n = 0;
    TW_TRY(name(s, hash_of(d->bill_of_lading, "transport document")));
    TW_TRY(name_documents(s, d->previous_documents.at, d->previous_documents.n));
    TW_TRY(name_containers(s, d->containers.at, d->containers.n));
    for (size_t i = 0; i < d->items.n; i++) {
        const struct tw_item *item = &d->items.at[i];
        TW_TRY(name_documents(s, item->previous_documents.at, item->previous_documents.n));
        TW_TRY(name_containers(s, item->containers.at, item->containers.n));
    }
    return TW_OK;
}

/* What cancelled ones name: the one decided first, and the last. */
struct named {
    uint64_t first, last; /* number + 1; NO_NUMBER = none */
    enum tw_channel channel;
};

struct tw_goods {
    int64_t days;
    uint64_t max;
    struct known **ring; /* that of number k at ring[k % cap] */
    size_t cap;
    uint64_t begin, end;  /* numbers of those that are known: begin .. end - 1 */
    struct tw_map64 *ids; /* -> of_id */
    uint64_t *of_id;      /* number + 1 of the last with that id */
    size_t of_id_cap;
    struct tw_map64 *names; /* -> named */
    struct named *named;
    size_t named_cap;
    size_t cancelled;     /* known ones that are */
    size_t keys;          /* of all that are known */
    struct names scratch; /* of the declaration at hand */
};

static uint64_t id_hash(struct tw_str id)
{
    return tw_hash64(id.s, id.n, 1);
}

static struct tw_str whose_draw(const struct known *k)
{
    return (struct tw_str){(const char *)&k->key[k->keys], k->of_n};
}

/* -- the ring and its tables */

tw_err tw_goods_new(int64_t days, int64_t max, struct tw_goods **ret)
{
    struct tw_goods *g = tw_calloc(1, sizeof *g);
    if (g == NULL) return TW_NOMEM;
    g->days = days;
    g->max = (uint64_t)max;
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
        if (g->end - g->begin <= g->max && (int64_t)k->day >= (int64_t)day - g->days) return;
        g->cancelled -= k->cancelled;
        g->keys -= k->keys;
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

static enum tw_channel stricter(enum tw_channel a, enum tw_channel b)
{
    return tw_channel_rank(a) >= tw_channel_rank(b) ? a : b;
}

/* Leads from all that a cancelled one names to it. */
static tw_err enter_names(struct tw_goods *g, uint64_t number)
{
    const struct known *one = known_at(g, number);
    for (size_t i = 0; i < one->keys; i++) {
        const size_t before = tw_map64_n(g->names);
        uint32_t k;
        TW_TRY(tw_map64_put(g->names, one->key[i], &k));
        struct named *more = room_for(g->named, &g->named_cap, k, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        g->named = more;
        struct named *n = &more[k];
        if (k >= before || at(g, n->last) == NULL) *n = (struct named){.channel = TW_CHANNEL_GREEN};
        if (at(g, n->first) == NULL || number + 1 < n->first) n->first = number + 1;
        if (number + 1 > n->last) n->last = number + 1;
        n->channel = stricter(n->channel, one->channel);
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
    g->keys += one->keys;
    if (tw_map64_n(g->ids) > 2 * tw_goods_n(g) + TABLE_LEAST ||
        tw_map64_n(g->names) > 2 * g->keys + TABLE_LEAST)
        return sweep(g);
    TW_TRY(enter_id(g, g->end - 1));
    return one->cancelled ? enter_names(g, g->end - 1) : TW_OK;
}

static struct known *known_new(const uint64_t *key, size_t keys, struct tw_str of)
{
    struct known *k = tw_calloc(1, sizeof *k + keys * sizeof k->key[0] + of.n);
    if (k == NULL) return NULL;
    k->keys = (uint32_t)keys;
    k->of_n = (uint32_t)of.n;
    if (keys > 0) memcpy(k->key, key, keys * sizeof *key);
    if (of.n > 0) memcpy(&k->key[keys], of.s, of.n);
    return k;
}

/* -- what is asked and told */

static void take(const struct known *k, bool cancelled, struct tw_goods_before *ret)
{
    *ret = (struct tw_goods_before){.of = whose_draw(k),
                                    .draw = k->draw,
                                    .draw_day = k->draw_day,
                                    .channel = k->channel,
                                    .cancelled = cancelled};
}

/* Among those that were cancelled, by all that the declaration names. */
static bool find_cancelled(const struct tw_goods *g, struct tw_goods_before *ret)
{
    uint64_t earliest = NO_NUMBER;
    const struct known *first = NULL;
    enum tw_channel channel = TW_CHANNEL_GREEN;
    for (size_t i = 0; i < g->scratch.n; i++) {
        const uint32_t k = tw_map64_find(g->names, g->scratch.at[i]);
        if (k == TW_MAP_NONE || at(g, g->named[k].last) == NULL) continue;
        const struct named *found = &g->named[k];
        const uint64_t number = at(g, found->first) != NULL ? found->first : found->last;
        if (first == NULL || number < earliest) first = at(g, number);
        if (earliest == NO_NUMBER || number < earliest) earliest = number;
        channel = stricter(channel, found->channel);
    }
    if (first == NULL) return false;
    take(first, true, ret);
    ret->channel = channel;
    return true;
}

tw_err tw_goods_find(struct tw_goods *g, const struct tw_decl *d, int32_t day, struct tw_goods_before *ret,
                     bool *found)
{
    struct tw_goods_before cancelled;
    forget(g, plausible(g, day));
    if (g->cancelled > 0) TW_TRY(names_of(d, &g->scratch));
    const bool again = g->cancelled > 0 && find_cancelled(g, &cancelled);
    const struct known *same = of_id(g, id_hash(d->id));
    *found = same != NULL || again;
    if (same != NULL) take(same, false, ret);
    if (again && same != NULL) ret->channel = stricter(ret->channel, cancelled.channel);
    if (again && same == NULL) *ret = cancelled;
    return TW_OK;
}

tw_err tw_goods_put(struct tw_goods *g, const struct tw_decl *d, int32_t day, uint64_t draw,
                    enum tw_channel channel, const struct tw_goods_before *before)
{
    const struct tw_str whose = before != NULL ? before->of : d->id;
    const struct known *earlier = of_id(g, id_hash(d->id)); /* what it named then it may still be known by */
    TW_TRY(names_of(d, &g->scratch));
    for (uint32_t i = 0; earlier != NULL && i < earlier->keys; i++)
        TW_TRY(name(&g->scratch, earlier->key[i]));
    once_each(&g->scratch);
    struct known *k = known_new(g->scratch.at, g->scratch.n, whose);
    if (k == NULL) return TW_NOMEM;
    k->id = id_hash(d->id);
    k->draw = before != NULL ? before->draw : draw;
    k->day = plausible(g, day);
    k->draw_day = before != NULL ? before->draw_day : day;
    k->channel = before != NULL ? stricter(before->channel, channel) : channel;
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

enum { ONE_BYTES = 7 * 8 };

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
        put_u64(out, k->of_n);
        put_u64(out, k->keys);
        tw_buf_str(out, whose_draw(k));
        for (size_t i = 0; i < k->keys; i++) put_u64(out, k->key[i]);
    }
}

/* One of them; NULL with *good = true: no memory. */
static struct known *get_one(const uint8_t **p, const uint8_t *end, struct names *room, bool *good)
{
    *good = end - *p >= ONE_BYTES;
    if (!*good) return NULL;
    const uint64_t id = get_u64(p), draw = get_u64(p);
    const int64_t day = (int64_t)get_u64(p), draw_day = (int64_t)get_u64(p);
    const uint64_t what = get_u64(p), of_n = get_u64(p), keys = get_u64(p);
    const uint64_t left = (uint64_t)(end - *p);
    *good = what >> 1 < TW_CHANNEL_N && day >= INT32_MIN && day <= INT32_MAX && draw_day >= INT32_MIN &&
            draw_day <= INT32_MAX && of_n <= left && keys <= (left - of_n) / 8;
    if (!*good) return NULL;
    const struct tw_str of = {(const char *)*p, (size_t)of_n};
    *p += of_n;
    room->n = 0;
    for (uint64_t i = 0; i < keys; i++)
        if (name(room, get_u64(p)) != TW_OK) return NULL;
    struct known *k = known_new(room->at, room->n, of);
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
