/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and their index: open addressing over dense rows, so that growing moves the rows once and saving is a
 * walk in the order of first appearance. Findings and folding are in fold.c, bytes in state.c, keys in
 * look.c. */
#include "profile/profile_priv.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "stat/rank.h"

static const struct {
    const char *name, *words;
    enum tw_kind parent;
} kind_row[TW_KIND_N] = {
#define X(id, name, words, parent, level, block, results) {name, words, TW_KIND_##parent},
#include "profile/kinds.def"
#undef X
};

const char *tw_kind_name(enum tw_kind k)
{
    return kind_row[k].name;
}

const char *tw_kind_words(enum tw_kind k)
{
    return kind_row[k].words;
}

enum tw_kind tw_kind_parent(enum tw_kind k)
{
    return kind_row[k].parent;
}

enum {
    KEY_BYTES = sizeof(struct tw_stat) + 16 + PRICE_BYTES_KEY,
    AWAITED_BYTES = sizeof(struct awaited) * 5 / 4 + 16
};

void tw_profile_fit(struct tw_profile_limits *l, uint32_t mib)
{
    const size_t bytes = (size_t)mib << 20;
    l->max_keys = bytes / 5 * 4 / KEY_BYTES;
    l->max_awaited = bytes / 5 / AWAITED_BYTES;
}

struct tw_profile_limits tw_profile_defaults(void)
{
    struct tw_profile_limits l = {.de_minimis = 150, .propensity_floor = 0.05};
    tw_profile_fit(&l, TW_PROFILE_MEMORY_DEFAULT);
    return l;
}

tw_err tw_profile_new(struct tw_profile_limits limits, struct tw_profile **ret)
{
    if (limits.max_keys < TW_KIND_N || limits.max_awaited == 0 || !(limits.propensity_floor > 0))
        return TW_ARG;
    struct tw_profile *p = tw_calloc(1, sizeof *p);
    if (p == NULL) return TW_NOMEM;
    p->limits = limits;
    p->day = TW_NO_DAY;
    tw_err err = profile_reindex(p, 1000);
    if (err != TW_OK) {
        tw_profile_free(p);
        return err;
    }
    *ret = p;
    return TW_OK;
}

size_t profile_usual_bytes(const struct tw_usual *u)
{
    size_t n = 0;
    for (int g = 0; g < 2; g++) n += (size_t)u->per_kg[g].n + u->per_unit[g].n;
    return n * sizeof *u->per_kg[0].count;
}

static void usual_clear(struct tw_usual *u)
{
    for (int g = 0; g < 2; g++) {
        tw_sketch_free(&u->per_kg[g]);
        tw_sketch_free(&u->per_unit[g]);
    }
}

void tw_profile_free(struct tw_profile *p)
{
    if (p == NULL) return;
    for (size_t i = 0; i < p->usuals; i++) usual_clear(&p->usual[i]);
    tw_free(p->usual);
    tw_free(p->row);
    tw_free(p->slot);
    tw_free(p->awaited);
    tw_free(p->awaited_slot);
    tw_free(p);
}

uint32_t profile_find(const struct tw_profile *p, uint64_t key)
{
    for (size_t i = key & (p->slots - 1);; i = (i + 1) & (p->slots - 1)) {
        uint32_t at = p->slot[i];
        if (at == 0) return NO_ROW;
        if (p->row[at - 1].key == key) return at - 1;
    }
}

static void enter(struct tw_profile *p, uint32_t row)
{
    size_t i = p->row[row].key & (p->slots - 1);
    while (p->slot[i] != 0) i = (i + 1) & (p->slots - 1);
    p->slot[i] = row + 1;
}

tw_err profile_reindex(struct tw_profile *p, size_t rows)
{
    size_t want = 1024;
    while (want * 2 < rows * 4) want *= 2; /* filled to a half at the most when built */
    uint32_t *slot = tw_calloc(want, sizeof *slot);
    if (slot == NULL) return TW_NOMEM;
    tw_free(p->slot);
    p->slot = slot;
    p->slots = want;
    for (size_t i = 0; i < p->rows; i++) enter(p, (uint32_t)i);
    return TW_OK;
}

/* Takes out the `quota` rows seen longest ago, in the order of their numbers where one day holds too many;
 * their blocks are marked by a since_day of TW_NO_DAY. */
static void drop_rows(struct tw_profile *p, double cut, size_t quota)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->rows; i++) {
        const struct tw_stat *r = &p->row[i];
        if (quota == 0 || (double)r->last_day > cut) {
            p->row[kept++] = *r;
            continue;
        }
        quota--;
        p->evicted++;
        if (r->block == NO_ROW) continue;
        p->sketch_bytes -= profile_usual_bytes(&p->usual[r->block]);
        usual_clear(&p->usual[r->block]);
        p->usual[r->block].since_day = TW_NO_DAY;
    }
    p->rows = kept;
}

/* Closes the gaps among the blocks; rows follow them. `moved` has room for every block. */
static void close_blocks(struct tw_profile *p, uint32_t *moved)
{
    size_t blocks = 0;
    for (size_t i = 0; i < p->usuals; i++)
        if (p->usual[i].since_day != TW_NO_DAY) {
            moved[i] = (uint32_t)blocks;
            p->usual[blocks++] = p->usual[i];
        }
    p->usuals = blocks;
    for (size_t i = 0; i < p->rows; i++)
        if (p->row[i].block != NO_ROW) p->row[i].block = moved[p->row[i].block];
}

/* The quarter of the rows that was seen longest ago. */
static tw_err drop_quarter(struct tw_profile *p)
{
    double *day = tw_calloc(p->rows, sizeof *day);
    uint32_t *moved = tw_calloc(p->usuals + 1, sizeof *moved);
    tw_err err = day == NULL || moved == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK) {
        for (size_t i = 0; i < p->rows; i++) day[i] = p->row[i].last_day;
        drop_rows(p, tw_quantile(day, p->rows, 0.25), p->rows / 4);
        close_blocks(p, moved);
        memset(p->slot, 0, p->slots * sizeof *p->slot);
        for (size_t i = 0; i < p->rows; i++) enter(p, (uint32_t)i);
    }
    tw_free(day);
    tw_free(moved);
    return err;
}

/* Would `items` more not fit? Each may bring a row of every kind. */
static bool too_full(const struct tw_profile *p, size_t items)
{
    return p->rows + items * TW_KIND_N > p->limits.max_keys ||
           p->usuals * sizeof *p->usual + p->sketch_bytes > p->limits.max_keys * PRICE_BYTES_KEY;
}

tw_err profile_make_room(struct tw_profile *p, size_t items)
{
    return p->rows >= 4 && too_full(p, items) ? drop_quarter(p) : TW_OK;
}

tw_err tw_profile_resize(struct tw_profile *p, size_t max_keys, size_t max_awaited)
{
    if (max_keys < TW_KIND_N || max_awaited == 0) return TW_ARG;
    const struct tw_profile_limits before = p->limits;
    p->limits.max_keys = max_keys;
    p->limits.max_awaited = max_awaited;
    while (p->rows >= 4 && too_full(p, 0))
        if (drop_quarter(p) != TW_OK) {
            p->limits = before;
            return TW_NOMEM;
        }
    while (p->awaited_live > max_awaited) profile_drop_awaited(p);
    return TW_OK;
}

tw_err profile_row(struct tw_profile *p, uint64_t key, int32_t day, uint32_t *ret)
{
    uint32_t at = profile_find(p, key);
    if (at != NO_ROW) {
        *ret = at;
        return TW_OK;
    }
    if (p->rows == p->rows_cap) {
        size_t cap = p->rows_cap < 1000 ? 1000 : p->rows_cap + p->rows_cap / 2;
        struct tw_stat *row = tw_realloc(p->row, cap, sizeof *row);
        if (row == NULL) return TW_NOMEM;
        p->row = row;
        p->rows_cap = cap;
    }
    if ((p->rows + 1) * 3 > p->slots * 2) TW_TRY(profile_reindex(p, p->rows * 2));
    at = (uint32_t)p->rows++;
    p->row[at] = (struct tw_stat){.key = key,
                                  .first_day = day,
                                  .last_day = day,
                                  .found_day = TW_NO_DAY,
                                  .result_day = day,
                                  .block = NO_ROW};
    enter(p, at);
    *ret = at;
    return TW_OK;
}

tw_err profile_usual_new(struct tw_profile *p, int32_t day, uint32_t *ret)
{
    if (p->usuals == p->usuals_cap) {
        size_t cap = p->usuals_cap < 100 ? 100 : p->usuals_cap + p->usuals_cap / 2;
        struct tw_usual *usual = tw_realloc(p->usual, cap, sizeof *usual);
        if (usual == NULL) return TW_NOMEM;
        p->usual = usual;
        p->usuals_cap = cap;
    }
    p->usual[p->usuals] = (struct tw_usual){.generation_day = day, .since_day = day};
    *ret = (uint32_t)p->usuals++;
    return TW_OK;
}

const struct tw_stat *tw_profile_stat(const struct tw_profile *p, const struct tw_look_item *item,
                                      enum tw_kind k)
{
    return stat_of(p, item, k);
}

void tw_profile_stats(const struct tw_profile *p, const struct tw_look_item *item,
                      const struct tw_stat *ret[TW_KIND_N])
{
    for (unsigned k = 0; k < TW_KIND_N; k++) ret[k] = stat_of(p, item, k);
}

const struct tw_usual *tw_profile_usual(const struct tw_profile *p, const struct tw_look_item *item,
                                        enum tw_kind k)
{
    const struct tw_stat *s = stat_of(p, item, k);
    return s != NULL && s->block != NO_ROW ? &p->usual[s->block] : NULL;
}

size_t tw_profile_keys(const struct tw_profile *p)
{
    return p->rows;
}

size_t tw_profile_awaited(const struct tw_profile *p)
{
    return p->awaited_live;
}

int32_t tw_profile_day(const struct tw_profile *p)
{
    return p->day;
}

uint64_t tw_profile_evicted(const struct tw_profile *p)
{
    return p->evicted;
}

void tw_profile_set_cargo(struct tw_profile *p, struct tw_cargo *cargo)
{
    p->cargo = cargo;
}

double tw_profile_de_minimis(const struct tw_profile *p)
{
    return p->limits.de_minimis;
}
