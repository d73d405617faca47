/* SPDX-License-Identifier: Apache-2.0 */
/* trial/audit_rows_priv.h -- labelled rows as hashes, for the search for twins.
 *
 * Each row has a hash per goods column. The key of a set of columns is the sum of its hashes, so that a
 * column is left out by a subtraction. Sets are bits, numbered as in `hash`.
 */
#ifndef TW_TRIAL_AUDIT_ROWS_PRIV_H
#define TW_TRIAL_AUDIT_ROWS_PRIV_H

#include "base/hash.h"
#include "trial/audit_priv.h"

enum { AUDIT_GOODS_MAX = 32 };

/* Arrays of n, in order of lodging. */
struct audit_rows {
    size_t n, split; /* rows before it are earlier */
    uint32_t *item;
    uint64_t *chapter; /* hash of HS2 */
    uint64_t *hash[AUDIT_GOODS_MAX];
    uint16_t column[AUDIT_GOODS_MAX]; /* number in tw_trial_audit.column */
    bool measured[AUDIT_GOODS_MAX];   /* a number of many values: a mass, an amount */
    size_t goods;
    uint64_t *key, *dealt; /* scratch */
    uint32_t *deal;        /* from whom row r has its measures when they are dealt anew */
    uint64_t *whole;       /* key of all columns of the file */
    const float *trader;   /* per item; NULL = nobody is named */
};

/* TW_NOMEM; free what it holds then, too */
tw_err audit_rows_fill(struct audit *w, struct audit_rows *r) TW_MUST_CHECK;
void audit_rows_free(struct audit_rows *r);

static inline bool audit_in(uint32_t set, size_t c)
{
    return (set >> c & 1u) != 0;
}

size_t audit_measured_in(const struct audit_rows *r, uint32_t set); /* count */

/* The key of row i, without the column that adds `without` (NULL = of all), as tables take it. */
static inline uint64_t audit_key(const uint64_t *key, const uint64_t *without, size_t i)
{
    return tw_mix64(key[i] - (without != NULL ? without[i] : 0));
}

/* Keys of a set of columns; dealt: with what is measured dealt anew within each chapter. */
void audit_fill_key(const struct audit_rows *r, uint32_t set, bool dealt, uint64_t *key);

/* Share of later rows whose key an earlier row has. Of many rows whole chapters are looked at, one in `thin`:
 * rows chosen one by one would leave their twins behind. TW_NOMEM */
tw_err audit_share(const struct audit_rows *r, const uint64_t *key, const uint64_t *without, uint64_t thin,
                   double *ret) TW_MUST_CHECK;

/* Earlier rows by key; arrays by number in `map`. */
struct audit_before {
    struct tw_map64 *map;
    double *all, *found;
    uint32_t *last; /* the latest of them */
};
tw_err audit_before_new(const struct audit *w, const struct audit_rows *r, const uint64_t *key,
                        const uint64_t *without, struct audit_before *ret) TW_MUST_CHECK; /* TW_NOMEM */
void audit_before_free(struct audit_before *b);

/* The largest set of goods columns that were repeated together; 0 = none. TW_NOMEM, TW_INTERRUPTED */
tw_err audit_widest(struct audit *w, struct audit_rows *r, uint32_t *ret) TW_MUST_CHECK;

#endif
