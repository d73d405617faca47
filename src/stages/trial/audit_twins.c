/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that come again. Two questions keep honest repetition apart from copies. Would the rows coincide
 * anyway, because some weights and values are usual? What is measured is dealt anew among the rows of each
 * chapter, and the twins that remain are coincidence. And is it one trader who ships the same again? Copies
 * name whomever chance put beside them. */
#include <math.h>

#include "base/mem.h"
#include "trial/audit_rows_priv.h"

/* -- figures of one set
 * --------------------------------------------------------------------------------------- */

/* Later rows beside what their earlier twins say: the label of most of them. Where these are of two minds,
 * half of each is counted. */
struct pairs {
    double n, agree, said, found, traders, other_trader;
};

static void add_pair(const struct audit *w, const struct audit_rows *r, size_t later,
                     const struct audit_before *b, uint32_t at, struct pairs *p)
{
    const struct tw_trial_item *l = &w->d->item[r->item[later]];
    double mean = b->found[at] / b->all[at], said = mean > 0.5 ? 1 : mean < 0.5 ? 0 : 0.5;
    p->n += 1;
    p->said += said;
    p->found += l->found;
    p->agree += l->found ? said : 1 - said;
    if (r->trader == NULL) return;
    float mine = r->trader[r->item[later]], other = r->trader[r->item[b->last[at]]];
    if (isnan(mine) || isnan(other)) return;
    p->traders += 1;
    p->other_trader += mine != other;
}

static double part(double of, double in_all)
{
    return in_all > 0 ? of / in_all : (double)NAN;
}

static tw_err lookup(const struct audit *w, const double *score, const uint8_t *label, size_t n,
                     struct tw_trial_twins *t)
{
    struct tw_grouped grouped = {score, label, NULL, n, 0};
    struct tw_ranking ranking = {.score = score, .label = label, .n = n};
    TW_SCOPED(tw_ranked) *ranked = NULL;
    TW_TRY(tw_auc_grouped(&grouped, &t->lookup));
    TW_TRY(tw_ranked_new(&ranking, &ranked));
    for (int p = 0; p < TW_TRIAL_PARTS; p++) {
        t->precision[p] = tw_ranked_at(ranked, tw_trial_percent[p], NULL).precision;
        TW_TRY(tw_ranked_bootstrap(ranked, TW_STATISTIC_PRECISION, tw_trial_percent[p], w->set->draws,
                                   w->set->seed, &t->precision_ci[p]));
    }
    return TW_OK;
}

/* Exact twins; `exact` is set for later rows that have one. */
static tw_err exact_twins(const struct audit *w, const struct audit_rows *r, uint8_t *exact,
                          struct tw_trial_twins *t)
{
    struct audit_before b;
    TW_TRY(audit_before_new(w, r, r->key, NULL, &b));
    size_t later = r->n - r->split;
    double *score = tw_calloc(later + 1, sizeof *score), earlier_found = 0;
    uint8_t *label = tw_calloc(later + 1, 1);
    struct pairs p = {0};
    for (size_t i = 0; i < r->split; i++) earlier_found += w->d->item[r->item[i]].found;
    tw_err err = score == NULL || label == NULL ? TW_NOMEM : TW_OK;
    for (size_t i = r->split; i < r->n && err == TW_OK; i++) {
        uint32_t at = tw_map64_find(b.map, audit_key(r->key, NULL, i));
        exact[i] = at != TW_MAP_NONE;
        if (exact[i] != 0) add_pair(w, r, i, &b, at, &p);
        score[i - r->split] = exact[i] != 0  ? b.found[at] / b.all[at]
                              : r->split > 0 ? earlier_found / (double)r->split
                                             : 0;
        label[i - r->split] = w->d->item[r->item[i]].found;
    }
    if (err == TW_OK) {
        double e = part(p.said, p.n), l = part(p.found, p.n);
        t->share = part(p.n, (double)later);
        t->purity = part(p.agree, p.n);
        t->chance = e * l + (1 - e) * (1 - l);
        t->other_trader = part(p.other_trader, p.traders);
        err = lookup(w, score, label, later, t);
    }
    audit_before_free(&b);
    tw_free(score);
    tw_free(label);
    return err;
}

/* Rows without an exact twin that have one in all columns but one; what is measured must not all go. */
static tw_err near_twins(const struct audit *w, struct audit_rows *r, uint32_t set, uint8_t *exact,
                         struct tw_trial_twins *t)
{
    struct pairs p = {0};
    size_t measured = audit_measured_in(r, set);
    for (size_t c = 0; c < r->goods; c++) {
        struct audit_before b;
        if (!audit_in(set, c) || t->columns < 2 || (r->measured[c] && measured == 1)) continue;
        TW_TRY(audit_before_new(w, r, r->key, r->hash[c], &b));
        for (size_t i = r->split; i < r->n; i++) {
            if (exact[i] != 0) continue;
            uint32_t at = tw_map64_find(b.map, audit_key(r->key, r->hash[c], i));
            if (at == TW_MAP_NONE) continue;
            exact[i] = 1;
            add_pair(w, r, i, &b, at, &p);
        }
        audit_before_free(&b);
    }
    t->near_share = part(p.n, (double)(r->n - r->split));
    t->near_purity = part(p.agree, p.n);
    return TW_OK;
}

static tw_err count_distinct(const struct audit_rows *r, size_t *ret)
{
    TW_SCOPED(tw_map64) *map = NULL;
    TW_TRY(tw_map64_new(&map));
    for (size_t i = 0; i < r->n; i++) {
        uint32_t at;
        TW_TRY(tw_map64_put(map, audit_key(r->key, NULL, i), &at));
    }
    *ret = tw_map64_n(map);
    return TW_OK;
}

static tw_err figures(const struct audit *w, struct audit_rows *r, uint32_t set, struct tw_trial_twins *t)
{
    for (size_t c = 0; c < r->goods; c++)
        if (audit_in(set, c)) t->column[t->columns++] = r->column[c];
    if (t->columns == 0) return TW_OK;
    audit_fill_key(r, set, true, r->dealt);
    TW_TRY(audit_share(r, r->dealt, NULL, 1, &t->coincidence));
    audit_fill_key(r, set, false, r->key);
    TW_TRY(count_distinct(r, &t->distinct));
    uint8_t *exact = tw_calloc(r->n + 1, 1);
    tw_err err = exact == NULL ? TW_NOMEM : exact_twins(w, r, exact, t);
    if (err == TW_OK) err = near_twins(w, r, set, exact, t);
    tw_free(exact);
    return err;
}

/* -- the sets
 * ------------------------------------------------------------------------------------------------- */

/* The six of tw_trial_twin_key, where goods and something measured are among them. */
static uint32_t six_columns(const struct audit *w, const struct audit_rows *r)
{
    static const enum tw_element of[] = {TW_ELEMENT_HS,        TW_ELEMENT_DISPATCH, TW_ELEMENT_ORIGIN,
                                         TW_ELEMENT_DUTY_RATE, TW_ELEMENT_TAX_TYPE, TW_ELEMENT_NET_MASS_KG};
    uint32_t set = 0;
    bool goods = false, measured = false;
    for (size_t c = 0; c < r->goods; c++) {
        enum tw_element e = w->source[r->column[c]].element;
        for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
            if (e == of[i]) set |= 1u << c;
        goods = goods || e == TW_ELEMENT_HS;
        measured = measured || (audit_in(set, c) && r->measured[c]);
    }
    return goods && measured ? set : 0;
}

static void none(const struct audit_rows *r, struct tw_trial_twins *t)
{
    const double nan = (double)NAN;
    *t = (struct tw_trial_twins){.rows = r->n,
                                 .later = r->n - r->split,
                                 .share = nan,
                                 .coincidence = nan,
                                 .purity = nan,
                                 .chance = nan,
                                 .other_trader = nan,
                                 .near_share = nan,
                                 .near_purity = nan,
                                 .lookup = {nan, nan, {nan, nan}}};
    for (int p = 0; p < TW_TRIAL_PARTS; p++) {
        t->precision[p] = nan;
        t->precision_ci[p] = (struct tw_interval){nan, nan};
    }
}

tw_err audit_twins(struct audit *w)
{
    struct audit_rows r = {.n = 0};
    uint32_t set = 0;
    tw_err err = audit_step(w, "rows that come again");
    if (err == TW_OK) err = audit_rows_fill(w, &r);
    if (err == TW_OK) {
        none(&r, &w->a->six);
        none(&r, &w->a->widest);
        err = audit_share(&r, r.whole, NULL, 1, &w->a->whole_row);
    }
    if (err == TW_OK) err = figures(w, &r, six_columns(w, &r), &w->a->six);
    if (err == TW_OK) err = audit_widest(w, &r, &set);
    if (err == TW_OK) err = figures(w, &r, set, &w->a->widest);
    audit_rows_free(&r);
    return err;
}
