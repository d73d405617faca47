/* SPDX-License-Identifier: Apache-2.0 */
/* Both tables are open addressing over slots that hold number + 1; the keys lie densely in the order of their
 * numbers, so growing touches only the slots. */
#include "base/map.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { SLOTS_MIN = 64, CHUNK_BYTES = 64 * 1024 };

/* -- texts -------------------------------------------------------------------------------------------------
 */

struct chunk {
    struct chunk *next;
    size_t used, size;
    char data[];
};

struct tw_intern {
    uint32_t *slot;
    size_t slots;
    struct tw_str *text;
    uint64_t *hash;
    size_t n, cap;
    struct chunk *chunk;
};

tw_err tw_intern_new(struct tw_intern **ret)
{
    struct tw_intern *m = tw_calloc(1, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    m->slots = SLOTS_MIN;
    m->slot = tw_calloc(m->slots, sizeof *m->slot);
    if (m->slot == NULL) {
        tw_intern_free(m);
        return TW_NOMEM;
    }
    *ret = m;
    return TW_OK;
}

void tw_intern_free(struct tw_intern *m)
{
    if (m == NULL) return;
    for (struct chunk *c = m->chunk, *next; c != NULL; c = next) {
        next = c->next;
        tw_free(c);
    }
    tw_free(m->slot);
    tw_free(m->text);
    tw_free(m->hash);
    tw_free(m);
}

static size_t intern_slot(const struct tw_intern *m, struct tw_str key, uint64_t hash)
{
    size_t i = hash & (m->slots - 1);
    for (; m->slot[i] != 0; i = (i + 1) & (m->slots - 1)) {
        uint32_t at = m->slot[i] - 1;
        if (m->hash[at] == hash && tw_str_eq(m->text[at], key)) break;
    }
    return i;
}

static tw_err intern_grow(struct tw_intern *m)
{
    if (m->n == m->cap) {
        size_t cap = m->cap < 32 ? 32 : m->cap * 2;
        struct tw_str *text = tw_realloc(m->text, cap, sizeof *text);
        if (text == NULL) return TW_NOMEM;
        m->text = text;
        uint64_t *hash = tw_realloc(m->hash, cap, sizeof *hash);
        if (hash == NULL) return TW_NOMEM;
        m->hash = hash;
        m->cap = cap;
    }
    if ((m->n + 1) * 2 <= m->slots) return TW_OK;
    uint32_t *slot = tw_calloc(m->slots * 2, sizeof *slot);
    if (slot == NULL) return TW_NOMEM;
    tw_free(m->slot);
    m->slot = slot;
    m->slots *= 2;
    for (size_t k = 0; k < m->n; k++) {
        size_t i = m->hash[k] & (m->slots - 1);
        while (slot[i] != 0) i = (i + 1) & (m->slots - 1);
        slot[i] = (uint32_t)k + 1;
    }
    return TW_OK;
}

static tw_err keep_text(struct tw_intern *m, struct tw_str key, struct tw_str *ret)
{
    if (m->chunk == NULL || m->chunk->size - m->chunk->used < key.n + 1) {
        size_t size = key.n + 1 > CHUNK_BYTES ? key.n + 1 : CHUNK_BYTES;
        struct chunk *c = tw_calloc(1, sizeof *c + size);
        if (c == NULL) return TW_NOMEM;
        c->size = size;
        c->next = m->chunk;
        m->chunk = c;
    }
    char *s = m->chunk->data + m->chunk->used;
    if (key.n > 0) memcpy(s, key.s, key.n);
    m->chunk->used += key.n + 1;
    *ret = (struct tw_str){s, key.n};
    return TW_OK;
}

tw_err tw_intern_put(struct tw_intern *m, struct tw_str key, uint32_t *ret)
{
    uint64_t hash = tw_hash64(key.s, key.n, 1);
    size_t i = intern_slot(m, key, hash);
    if (m->slot[i] == 0) {
        if (m->n >= TW_MAP_NONE - 1) return TW_LIMIT;
        TW_TRY(intern_grow(m));
        TW_TRY(keep_text(m, key, &m->text[m->n]));
        i = intern_slot(m, key, hash);
        m->hash[m->n] = hash;
        m->slot[i] = (uint32_t)++m->n;
    }
    *ret = m->slot[i] - 1;
    return TW_OK;
}

uint32_t tw_intern_find(const struct tw_intern *m, struct tw_str key)
{
    size_t i = intern_slot(m, key, tw_hash64(key.s, key.n, 1));
    return m->slot[i] != 0 ? m->slot[i] - 1 : TW_MAP_NONE;
}

struct tw_str tw_intern_text(const struct tw_intern *m, uint32_t number)
{
    return m->text[number];
}

size_t tw_intern_n(const struct tw_intern *m)
{
    return m->n;
}

/* -- 64-bit keys
 * --------------------------------------------------------------------------------------------- */

struct tw_map64 {
    uint32_t *slot;
    size_t slots;
    uint64_t *key;
    size_t n, cap;
};

tw_err tw_map64_new(struct tw_map64 **ret)
{
    struct tw_map64 *m = tw_calloc(1, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    m->slots = SLOTS_MIN;
    m->slot = tw_calloc(m->slots, sizeof *m->slot);
    if (m->slot == NULL) {
        tw_map64_free(m);
        return TW_NOMEM;
    }
    *ret = m;
    return TW_OK;
}

void tw_map64_free(struct tw_map64 *m)
{
    if (m == NULL) return;
    tw_free(m->slot);
    tw_free(m->key);
    tw_free(m);
}

static size_t map64_slot(const struct tw_map64 *m, uint64_t key)
{
    size_t i = key & (m->slots - 1);
    while (m->slot[i] != 0 && m->key[m->slot[i] - 1] != key) i = (i + 1) & (m->slots - 1);
    return i;
}

static tw_err map64_grow(struct tw_map64 *m)
{
    if (m->n == m->cap) {
        size_t cap = m->cap < 32 ? 32 : m->cap * 2;
        uint64_t *key = tw_realloc(m->key, cap, sizeof *key);
        if (key == NULL) return TW_NOMEM;
        m->key = key;
        m->cap = cap;
    }
    if ((m->n + 1) * 2 <= m->slots) return TW_OK;
    uint32_t *slot = tw_calloc(m->slots * 2, sizeof *slot);
    if (slot == NULL) return TW_NOMEM;
    tw_free(m->slot);
    m->slot = slot;
    m->slots *= 2;
    for (size_t k = 0; k < m->n; k++) {
        size_t i = m->key[k] & (m->slots - 1);
        while (slot[i] != 0) i = (i + 1) & (m->slots - 1);
        slot[i] = (uint32_t)k + 1;
    }
    return TW_OK;
}

tw_err tw_map64_put(struct tw_map64 *m, uint64_t key, uint32_t *ret)
{
    size_t i = map64_slot(m, key);
    if (m->slot[i] == 0) {
        if (m->n >= TW_MAP_NONE - 1) return TW_LIMIT;
        TW_TRY(map64_grow(m));
        i = map64_slot(m, key);
        m->key[m->n] = key;
        m->slot[i] = (uint32_t)++m->n;
    }
    *ret = m->slot[i] - 1;
    return TW_OK;
}

uint32_t tw_map64_find(const struct tw_map64 *m, uint64_t key)
{
    size_t i = map64_slot(m, key);
    return m->slot[i] != 0 ? m->slot[i] - 1 : TW_MAP_NONE;
}

size_t tw_map64_n(const struct tw_map64 *m)
{
    return m->n;
}
