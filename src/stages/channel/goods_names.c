/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "channel/goods_priv.h"
#include "decl/code.h"

static uint64_t hash_of(struct tw_str number, const char *kind)
{
    char room[TW_NUMBER_BYTES];
    const struct tw_str key = tw_number_key(number, room);
    return tw_number_names(key) ? tw_hash64(key.s, key.n, tw_hash64(kind, strlen(kind), 0)) : 0;
}

static uint64_t type_hash(struct tw_str type)
{
    char room[TW_NUMBER_BYTES];
    const struct tw_str key = tw_number_key(type, room);
    return tw_hash64(key.s, key.n, 1);
}

static uint64_t document_hash(const struct tw_previous_document *p)
{
    if (tw_transport_document(p->type)) return hash_of(p->id, "transport document");
    const uint64_t h = hash_of(p->id, "previous document");
    return h == 0 ? 0 : tw_hash_join(tw_hash_join(h, type_hash(p->type)), p->line);
}

tw_err hashes_add(struct hashes *s, uint64_t hash)
{
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

bool hashes_hold(const struct hashes *s, size_t n, uint64_t hash)
{
    return n > 0 && bsearch(&hash, s->at, n, sizeof hash, by_value) != NULL;
}

/* Items of a declaration name the same container thousands of times. */
static void once_each(struct hashes *s)
{
    size_t kept = 0;
    if (s->n > 1) qsort(s->at, s->n, sizeof *s->at, by_value);
    for (size_t i = 0; i < s->n; i++)
        if (kept == 0 || s->at[kept - 1] != s->at[i]) s->at[kept++] = s->at[i];
    s->n = kept;
}

static tw_err add(struct hashes *s, uint64_t hash)
{
    return hash != 0 ? hashes_add(s, hash) : TW_OK;
}

static tw_err add_documents(struct hashes *s, const struct tw_previous_document *at, size_t n)
{
    for (size_t i = 0; i < n; i++) TW_TRY(add(s, document_hash(&at[i])));
    return TW_OK;
}

static tw_err add_containers(struct hashes *s, const struct tw_container *at, size_t n)
{
    for (size_t i = 0; i < n; i++) TW_TRY(add(s, hash_of(at[i].id, "container")));
    return TW_OK;
}

tw_err goods_names(const struct tw_decl *d, size_t most, struct hashes *ret)
{
    ret->n = 0;
    TW_TRY(add(ret, hash_of(d->bill_of_lading, "transport document")));
    TW_TRY(add_documents(ret, d->previous_documents.at, d->previous_documents.n));
    TW_TRY(add_containers(ret, d->containers.at, d->containers.n));
    for (size_t i = 0; i < d->items.n; i++) {
        const struct tw_item *item = &d->items.at[i];
        TW_TRY(add_documents(ret, item->previous_documents.at, item->previous_documents.n));
        TW_TRY(add_containers(ret, item->containers.at, item->containers.n));
    }
    once_each(ret);
    if (ret->n > most) ret->n = most;
    return TW_OK;
}

uint64_t goods_owner(const struct tw_decl *d)
{
    const struct tw_str by[] = {d->importer.id, d->importer.name, d->declarant.id};
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        char room[TW_NUMBER_BYTES];
        const struct tw_str key = tw_number_key(by[i], room);
        if (key.n > 0) return tw_hash64(key.s, key.n, i);
    }
    return 0;
}
