/* SPDX-License-Identifier: Apache-2.0 */
/* Code, origin and preference are packed into one number, without loss:
 *   bits 60..63 digits of the code, 26..59 the code itself, 16..25 origin (5 bits a letter, 0 = any),
 *   0..15 preference (0 = none, else its number)
 * Rows are ordered by that number and their first day, so that one search finds the only row that can stand.
 */
#include "decl/tariff.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "decl/code.h"

enum { PREFIX_MIN = 2, PREFIX_MAX = 10, PREFERENCES_MAX = UINT16_MAX };

struct entry {
    uint64_t key;
    int32_t from, to;
    int64_t v;
    uint8_t scale;
    size_t row; /* as handed in, for faults */
};

struct tw_tariff {
    struct tw_intern *preferences; /* owned */
    struct entry *at;              /* owned */
    size_t n;
    uint16_t lengths; /* bit l: there is a prefix of l digits */
};

static int by_key_and_day(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* The first `n` characters of `hs` as they stand in a key; false when one of them is no digit. */
static bool pack_prefix(struct tw_str hs, size_t n, uint64_t *ret)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (hs.s[i] < '0' || hs.s[i] > '9') return false;
        v = v * 10 + (uint64_t)(hs.s[i] - '0');
    }
    *ret = (uint64_t)n << 60 | v << 26;
    return true;
}

/* Two capitals; 0 for any origin. */
static bool pack_origin(struct tw_str origin, uint64_t *ret)
{
    *ret = 0;
    if (origin.n == 0 || tw_str_is(origin, "*")) return true;
    if (origin.n != 2) return false;
    for (size_t i = 0; i < 2; i++)
        if (origin.s[i] < 'A' || origin.s[i] > 'Z') return false;
    *ret = ((uint64_t)(origin.s[0] - 'A' + 1) << 5 | (uint64_t)(origin.s[1] - 'A' + 1)) << 16;
    return true;
}

static tw_err read_row(struct tw_tariff *t, const struct tw_tariff_row *row, size_t i, struct tw_fault *fault)
{
    uint64_t prefix = 0, origin = 0;
    uint32_t preference = 0;
    size_t n = row->prefix.n;
    if (n < PREFIX_MIN || n > PREFIX_MAX || !pack_prefix(row->prefix, n, &prefix))
        return tw_fail_at(fault, TW_FORMAT, i, "\"%.*s\" is no commodity code; 2 to 10 digits are",
                          (int)(n < 24 ? n : 24), n > 0 ? row->prefix.s : "");
    if (!pack_origin(row->origin, &origin))
        return tw_fail_at(fault, TW_FORMAT, i, "\"%.*s\" is no origin; two capitals of ISO 3166 are, or *",
                          (int)(row->origin.n < 24 ? row->origin.n : 24), row->origin.s);
    if (!row->rate.set || row->rate.v < 0)
        return tw_fail_at(fault, TW_FORMAT, i,
                          "the duty rate is missing or below zero; per cent, 0 or more is allowed");
    int32_t to = row->to == TW_NO_DAY ? INT32_MAX : row->to;
    if (row->from > to) return tw_fail_at(fault, TW_FORMAT, i, "the first day is behind the last");
    if (row->preference.n > 0) {
        tw_err err = tw_intern_put(t->preferences, row->preference, &preference);
        if (err != TW_OK) return tw_fail_at(fault, err, i, "no memory for the tariff");
        if (++preference > PREFERENCES_MAX)
            return tw_fail_at(fault, TW_LIMIT, i, "more than %d preferences", PREFERENCES_MAX);
    }
    t->lengths = (uint16_t)(t->lengths | 1u << n);
    t->at[i] = (struct entry){prefix | origin | preference, row->from, to, row->rate.v, row->rate.scale, i};
    return TW_OK;
}

tw_err tw_tariff_new(const struct tw_tariff_row *rows, size_t n, struct tw_tariff **ret,
                     struct tw_fault *fault)
{
    TW_SCOPED(tw_tariff) *t = tw_calloc(1, sizeof *t);
    if (t == NULL || tw_intern_new(&t->preferences) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "no memory for the tariff");
    if (n > 0) {
        t->at = tw_calloc(n, sizeof *t->at);
        if (t->at == NULL) return tw_fail(fault, TW_NOMEM, "no memory for the tariff");
        t->n = n;
        for (size_t i = 0; i < n; i++) TW_TRY(read_row(t, &rows[i], i, fault));
        qsort(t->at, n, sizeof *t->at, by_key_and_day);
    }
    for (size_t i = 1; i < n; i++)
        if (t->at[i].key == t->at[i - 1].key && t->at[i].from <= t->at[i - 1].to)
            return tw_fail_at(fault, TW_CONFLICT,
                              t->at[i].row > t->at[i - 1].row ? t->at[i].row : t->at[i - 1].row,
                              "another row stands on the same day for this code, origin and preference");
    *ret = t;
    t = NULL;
    return TW_OK;
}

void tw_tariff_free(struct tw_tariff *t)
{
    if (t == NULL) return;
    tw_intern_free(t->preferences);
    tw_free(t->at);
    tw_free(t);
}

/* The row of that key that stands on `day`, or NULL. */
static const struct entry *standing(const struct tw_tariff *t, uint64_t key, int32_t day)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) { /* lo = the first row behind (key, day) */
        size_t mid = lo + (hi - lo) / 2;
        const struct entry *e = &t->at[mid];
        if (e->key < key || (e->key == key && e->from <= day))
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct entry *e = lo > 0 ? &t->at[lo - 1] : NULL;
    return e != NULL && e->key == key && e->to >= day ? e : NULL;
}

tw_err tw_tariff_find(const struct tw_tariff *t, struct tw_tariff_query q, struct tw_dec *ret,
                      struct tw_fault *fault)
{
    uint64_t origin = 0, prefix = 0;
    uint32_t preference = 0;
    if (q.preference.n > 0) {
        preference = tw_intern_find(t->preferences, q.preference);
        if (preference == TW_MAP_NONE)
            return tw_fail(fault, TW_NOTFOUND, "the tariff knows no preference \"%.*s\"",
                           (int)(q.preference.n < 24 ? q.preference.n : 24), q.preference.s);
        preference++;
    }
    bool known_origin = pack_origin(q.origin, &origin) && origin != 0;
    for (size_t n = q.hs.n < PREFIX_MAX ? q.hs.n : PREFIX_MAX; n >= PREFIX_MIN; n--) {
        if ((t->lengths >> n & 1) == 0 || !pack_prefix(q.hs, n, &prefix)) continue;
        const struct entry *e = known_origin ? standing(t, prefix | origin | preference, q.day) : NULL;
        if (e == NULL) e = standing(t, prefix | preference, q.day);
        if (e == NULL) continue;
        *ret = (struct tw_dec){e->v, e->scale, true};
        return TW_OK;
    }
    return tw_fail(fault, TW_NOTFOUND, "the tariff has no rate for %.*s from %.*s on that day",
                   (int)(q.hs.n < 12 ? q.hs.n : 12), q.hs.n > 0 ? q.hs.s : "",
                   (int)(q.origin.n < 12 ? q.origin.n : 12), q.origin.n > 0 ? q.origin.s : "");
}
