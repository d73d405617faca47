/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of one declaration are a chain through the list, found by the hash of its id. */
#include "engine/labels_priv.h"

#include "base/map.h"
#include "base/mem.h"
#include "profile/profile.h"

enum { END = UINT32_MAX };

struct labels {
    struct tw_finding_list list;
    struct tw_map64 *chain; /* hash of a declaration -> number of its chain */
    uint32_t *first, *last; /* of each chain: places in the list */
    uint32_t *next;         /* of each finding: the next of its chain */
    uint64_t in_rows, matched, superseded;
};

static tw_err link_all(struct labels *l)
{
    for (uint32_t i = 0; i < l->list.n; i++) {
        const size_t chains = tw_map64_n(l->chain);
        uint32_t c;
        TW_TRY(tw_map64_put(l->chain, tw_profile_declaration(l->list.at[i].declaration_id), &c));
        if (tw_map64_n(l->chain) > chains)
            l->first[c] = i;
        else
            l->next[l->last[c]] = i;
        l->last[c] = i;
        l->next[i] = END;
    }
    return TW_OK;
}

tw_err labels_new(struct tw_finding_list list, struct labels **ret)
{
    if (list.n >= END) return TW_LIMIT;
    struct labels *l = tw_calloc(1, sizeof *l);
    if (l == NULL) return TW_NOMEM;
    l->list = list;
    l->first = tw_calloc(list.n + 1, sizeof *l->first);
    l->last = tw_calloc(list.n + 1, sizeof *l->last);
    l->next = tw_calloc(list.n + 1, sizeof *l->next);
    tw_err err = l->first == NULL || l->last == NULL || l->next == NULL ? TW_NOMEM : tw_map64_new(&l->chain);
    if (err == TW_OK) err = link_all(l);
    if (err != TW_OK) {
        labels_free(l);
        return err;
    }
    *ret = l;
    return TW_OK;
}

void labels_free(struct labels *l)
{
    if (l == NULL) return;
    tw_map64_free(l->chain);
    tw_free(l->first);
    tw_free(l->last);
    tw_free(l->next);
    tw_free(l);
}

/* Writes one finding to the items it is about. */
static void join(struct labels *l, const struct tw_decl *d, const struct tw_finding *f,
                 const struct tw_finding **ret)
{
    bool met = false;
    for (size_t i = 0; i < d->items.n; i++) {
        if (f->item != 0 && f->item != d->items.at[i].number) continue;
        l->superseded += ret[i] != NULL;
        ret[i] = f;
        met = true;
    }
    l->matched += met;
}

void labels_meet(struct labels *l, const struct tw_reading *reading, const struct tw_finding **ret)
{
    const struct tw_decl *d = reading->decl;
    for (size_t i = 0; i < d->items.n; i++) ret[i] = NULL;
    l->in_rows += reading->finding_n;
    for (size_t i = 0; i < reading->finding_n; i++) join(l, d, &reading->finding[i], ret);
    if (l->list.n == 0) return;
    const uint32_t c = tw_map64_find(l->chain, tw_profile_declaration(d->id));
    if (c == TW_MAP_NONE) return;
    for (uint32_t i = l->first[c]; i != END; i = l->next[i]) join(l, d, &l->list.at[i], ret);
}

struct labels_count labels_count(const struct labels *l)
{
    const uint64_t read = l->list.n + l->in_rows;
    return (struct labels_count){
        .read = read, .unmatched = read > l->matched ? read - l->matched : 0, .superseded = l->superseded};
}
