/* SPDX-License-Identifier: Apache-2.0 */
/* profile/profile_priv.h -- the rows and the index behind a profile, for this module's files alone. */
#ifndef TW_PROFILE_PROFILE_PRIV_H
#define TW_PROFILE_PROFILE_PRIV_H

#include "profile/profile.h"

enum {
    HALF_LIFE_WEEK = 7,
    HALF_LIFE_MONTH = 30,
    HALF_LIFE_LONG = 180,
    GENERATION_DAYS = 180,
    DECAY_DAYS = 3600 /* beyond ten years everything has decayed to nothing */
};

/* What a row may own of usual prices, on the average over all. */
enum { PRICE_BYTES_KEY = 64 };

#define NO_ROW      UINT32_MAX
#define RESULT_CAME UINT32_MAX /* an item number no declaration can have */

/* An item whose result is awaited: what tw_profile_finding needs to find its rows again. */
struct awaited {
    uint64_t declaration;
    uint32_t item; /* RESULT_CAME = done, or dropped */
    uint32_t has;  /* bit per kind */
    double duty;
    uint64_t key[TW_KIND_N];
};

struct tw_profile {
    struct tw_profile_limits limits;
    int32_t day; /* last folded in */
    uint64_t evicted;
    struct tw_cargo *cargo; /* the caller's, or NULL */

    struct tw_stat *row;
    size_t rows, rows_cap;
    uint32_t *slot; /* open addressing: row number + 1; 0 = empty */
    size_t slots;   /* a power of two */

    struct tw_usual *usual;
    size_t usuals, usuals_cap;
    size_t sketch_bytes; /* of all counts in them */

    struct awaited *awaited; /* in order of arrival; the items of a declaration stand together */
    size_t awaited_n, awaited_cap;
    size_t awaited_first;   /* nothing before it is live */
    uint32_t *awaited_slot; /* declaration -> its first position + 1, by linear probing */
    size_t awaited_slots, awaited_live;
};

static inline const struct tw_stat *stat_of(const struct tw_profile *p, const struct tw_look_item *item,
                                            unsigned k)
{
    return item->at[k] != NO_ROW ? &p->row[item->at[k]] : NULL;
}

/* Row number of `key`; NO_ROW when it has none. */
uint32_t profile_find(const struct tw_profile *p, uint64_t key);
/* The same, a new row when it has none. TW_NOMEM */
tw_err profile_row(struct tw_profile *p, uint64_t key, int32_t day, uint32_t *ret) TW_MUST_CHECK;
/* Makes the slot table fit `rows` rows again. TW_NOMEM */
tw_err profile_reindex(struct tw_profile *p, size_t rows) TW_MUST_CHECK;
/* Lets old rows go when `items` more might not fit; row numbers change. TW_NOMEM */
tw_err profile_make_room(struct tw_profile *p, size_t items) TW_MUST_CHECK;
tw_err profile_usual_new(struct tw_profile *p, int32_t day, uint32_t *ret) TW_MUST_CHECK;
tw_err profile_awaited_reindex(struct tw_profile *p, size_t room) TW_MUST_CHECK;
/* The oldest awaited item is awaited no longer; there is one. */
void profile_drop_awaited(struct tw_profile *p);
/* Bytes of the counts in `u` that are in use: what is saved and loaded again has the same. */
size_t profile_usual_bytes(const struct tw_usual *u);
/* Finds the quartiles anew, from the counts. */
void profile_usual_marks(struct tw_usual *u);
void moment_add(struct tw_moment *m, double x, double decay);

#endif
