/* SPDX-License-Identifier: Apache-2.0 */
/* Each token stands under the hash of itself and of all that is left of its first letters when one or two are
 * left out, and under that of its sounds. Sorted by hash: a look-up is a bucket and a few entries. Hashes
 * that fall together bring in a token too many, which the comparison throws out. */
#include "name/near.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum {
    PREFIX = 9,   /* letters that edits are looked for in */
    TWO_FROM = 6, /* letters of a token from which on two edits are looked for */
    KEYS_MAX = 1 + PREFIX + PREFIX * (PREFIX - 1) / 2 + 1,
    BUCKET_BITS_MIN = 8
};

struct entry {
    uint32_t key, token;
};

struct name_near {
    struct entry *entry;
    uint32_t *bucket; /* by the top bits of the key: where its entries begin */
    size_t n;
    unsigned shift;
};

void name_near_free(struct name_near *n)
{
    if (n == NULL) return;
    tw_free(n->entry);
    tw_free(n->bucket);
    tw_free(n);
}

static uint32_t key_of(const char *s, size_t n, uint64_t seed)
{
    return (uint32_t)tw_hash64(s, n, seed);
}

/* Keys of a token; the number of them. */
static size_t keys_of(struct tw_str t, uint32_t ret[KEYS_MAX])
{
    char part[PREFIX], room[TW_NAME_TOKEN_MAX];
    const size_t p = t.n < PREFIX ? t.n : PREFIX;
    size_t n = 0;
    ret[n++] = key_of(t.s, p, 1);
    if (name_kind(t) != TW_NAME_WORD) return n;
    for (size_t i = 0; i < p && p > 2; i++) {
        memcpy(part, t.s, i);
        memcpy(part + i, t.s + i + 1, p - i - 1);
        ret[n++] = key_of(part, p - 1, 1);
        for (size_t k = i; k + 1 < p && t.n >= TWO_FROM;
             k++) { /* the letter at k of what is left goes as well */
            char two[PREFIX];
            memcpy(two, part, k);
            memcpy(two + k, part + k + 1, p - 2 - k);
            ret[n++] = key_of(two, p - 2, 1);
        }
    }
    const struct tw_str sounds = name_sounds(t, room);
    if (sounds.n >= 3) ret[n++] = key_of(sounds.s, sounds.n, 2);
    return n;
}

/* Counts keys, or places them: two runs of the same order. */
static void run(struct name_near *n, const struct tw_intern *tokens, bool place)
{
    uint32_t key[KEYS_MAX];
    for (uint32_t t = 0; t < tw_intern_n(tokens); t++) {
        const size_t keys = keys_of(tw_intern_text(tokens, t), key);
        for (size_t i = 0; i < keys; i++) {
            uint32_t *at = &n->bucket[(key[i] >> n->shift) + (place ? 1 : 2)];
            if (place) n->entry[*at] = (struct entry){key[i], t};
            ++*at;
        }
        n->n += place ? 0 : keys;
    }
}

tw_err name_near_new(const struct tw_intern *tokens, struct name_near **ret)
{
    struct name_near *n = tw_calloc(1, sizeof *n);
    if (n == NULL) return TW_NOMEM;
    unsigned bits = BUCKET_BITS_MIN;
    while (bits < 24 && (UINT64_C(1) << bits) < tw_intern_n(tokens) * 16) bits++;
    n->shift = 32 - bits;
    n->bucket = tw_calloc((UINT64_C(1) << bits) + 2, sizeof *n->bucket);
    if (n->bucket != NULL) run(n, tokens, false);
    if (n->n < UINT32_MAX) n->entry = tw_calloc(n->n + 1, sizeof *n->entry);
    if (n->bucket == NULL || n->entry == NULL) {
        name_near_free(n);
        return TW_NOMEM;
    }
    for (size_t b = 2; b < (UINT64_C(1) << bits) + 2; b++) n->bucket[b] += n->bucket[b - 1];
    run(n, tokens, true);
    *ret = n;
    return TW_OK;
}

size_t name_near_find(const struct name_near *n, struct tw_str token, size_t max, uint32_t *ret)
{
    uint32_t key[KEYS_MAX];
    const size_t keys = keys_of(token, key);
    size_t found = 0;
    for (size_t i = 0; i < keys; i++) __builtin_prefetch(&n->bucket[key[i] >> n->shift]);
    for (size_t i = 0; i < keys; i++) __builtin_prefetch(&n->entry[n->bucket[key[i] >> n->shift]]);
    for (size_t i = 0; i < keys; i++) {
        const uint32_t b = key[i] >> n->shift;
        for (uint32_t e = n->bucket[b]; e < n->bucket[b + 1] && found < max; e++)
            if (n->entry[e].key == key[i]) ret[found++] = n->entry[e].token;
    }
    return found;
}
