/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns were copied together? First a set in which rows repeat beyond coincidence, found from all
 * goods columns down, always without the one that keeps most rows apart. Then each column is asked by itself:
 * do rows that are equal in the others agree in this one too? Copied together, they do; set beside by chance,
 * they agree as often as any two rows. */
#include "base/mem.h"
#include "trial/audit_rows_priv.h"

enum { ROWS_SEARCHED_MAX = 60000, PASSES = 2 };
static const double EXCESS_MIN = 0.10; /* of share over coincidence, for a set to be worth telling */
static const double TOGETHER =
    0.80; /* agreement beyond chance, as a share of what is possible (Cohen's kappa) */

size_t audit_measured_in(const struct audit_rows *r, uint32_t set)
{
    size_t n = 0;
    for (size_t c = 0; c < r->goods; c++) n += audit_in(set, c) && r->measured[c];
    return n;
}

/* The column without which most rows have a twin; AUDIT_GOODS_MAX = none may go. */
static tw_err weakest(const struct audit_rows *r, uint32_t set, uint64_t thin, size_t *ret)
{
    double most = -1;
    size_t measured = audit_measured_in(r, set);
    *ret = AUDIT_GOODS_MAX;
    for (size_t c = 0; c < r->goods; c++) {
        double now;
        if (!audit_in(set, c) || (r->measured[c] && measured == 1)) continue;
        TW_TRY(audit_share(r, r->key, r->hash[c], thin, &now));
        if (now <= most) continue;
        most = now;
        *ret = c;
    }
    return TW_OK;
}

/* Share of later rows with a twin, beyond coincidence; r->key is the set's afterwards. */
static tw_err excess(const struct audit_rows *r, uint32_t set, uint64_t thin, double *ret)
{
    double all, coincide;
    audit_fill_key(r, set, true, r->dealt);
    TW_TRY(audit_share(r, r->dealt, NULL, thin, &coincide));
    audit_fill_key(r, set, false, r->key);
    TW_TRY(audit_share(r, r->key, NULL, thin, &all));
    *ret = all - coincide;
    return TW_OK;
}

/* From all goods columns down; of the sets met, the one with most repetition beyond coincidence. 0 = none has
 * enough. */
static tw_err repeated(struct audit *w, struct audit_rows *r, uint32_t *ret)
{
    uint32_t set = 0;
    double most = EXCESS_MIN;
    const uint64_t thin = r->n / ROWS_SEARCHED_MAX + 1;
    *ret = 0;
    for (size_t c = 0; c < r->goods; c++) set |= 1u << c;
    while (audit_measured_in(r, set) > 0) {
        double now;
        size_t out;
        TW_TRY(audit_step(w, "columns in which rows repeat"));
        TW_TRY(excess(r, set, thin, &now));
        if (now > most) {
            most = now;
            *ret = set;
        }
        TW_TRY(weakest(r, set, thin, &out));
        if (out == AUDIT_GOODS_MAX) break;
        set &= ~(1u << out);
    }
    return TW_OK;
}

/* How often any two rows agree in a column. */
static tw_err agree_by_chance(const struct audit_rows *r, const uint64_t *hash, double *ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    double *n = tw_calloc(r->n + 1, sizeof *n), sum = 0;
    tw_err err = n == NULL ? TW_NOMEM : TW_OK;
    for (size_t i = 0; i < r->n && err == TW_OK; i++) {
        uint32_t at;
        err = tw_map64_put(map, tw_mix64(hash[i]), &at);
        if (err == TW_OK) sum += 2 * n[at]++ + 1; /* sums up to the square of each count */
    }
    tw_free(n);
    *ret = r->n > 0 ? sum / ((double)r->n * (double)r->n) : 1;
    return err;
}

/* Kappa of column c among later rows and their latest earlier twin in the rest of the set. */
static tw_err together(const struct audit *w, const struct audit_rows *r, uint32_t set, size_t c, double *ret)
{
    struct audit_before b;
    double pairs = 0, agree = 0, chance;
    TW_TRY(agree_by_chance(r, r->hash[c], &chance));
    audit_fill_key(r, set & ~(1u << c), false, r->key);
    TW_TRY(audit_before_new(w, r, r->key, NULL, &b));
    for (size_t i = r->split; i < r->n; i++) {
        uint32_t at = tw_map64_find(b.map, audit_key(r->key, NULL, i));
        if (at == TW_MAP_NONE) continue;
        pairs += 1;
        agree += r->hash[c][i] == r->hash[c][b.last[at]];
    }
    audit_before_free(&b);
    *ret = pairs > 0 && chance < 1 ? (agree / pairs - chance) / (1 - chance) : 0;
    return TW_OK;
}

tw_err audit_widest(struct audit *w, struct audit_rows *r, uint32_t *ret)
{
    uint32_t set;
    TW_TRY(repeated(w, r, &set));
    for (int pass = 0; pass < PASSES && set != 0; pass++)
        for (size_t c = 0; c < r->goods; c++) {
            double kappa;
            if (audit_measured_in(r, set & ~(1u << c)) == 0) continue;
            TW_TRY(together(w, r, set, c, &kappa));
            set = kappa >= TOGETHER ? set | 1u << c : set & ~(1u << c);
        }
    *ret = set;
    return TW_OK;
}
