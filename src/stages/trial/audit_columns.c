/* SPDX-License-Identifier: Apache-2.0 */
/* One column at a time. A value's past share of findings, taken from the earlier rows and drawn to the base
 * rate while it is seen seldom, is tried as a score on the later rows. A column filled in honestly before
 * anybody looked tells something this way; one that was filled in after the inspection tells nearly
 * everything. Numbers are read twice: by the quarter octave they lie in, as a model would, and each as a
 * value of its own, as a copied row would show. */
#include <math.h>

#include "base/hash.h"
#include "base/mem.h"
#include "learn/drift.h"
#include "trial/audit_priv.h"

enum { SURE_ROWS = 10, SMOOTH = 10, GROUPS_MIN = 30, TOP = 9 };
static const double SURE_RATE = 0.9;
static const double ALPHA = 0.01; /* that any unchanged column of a file is called moved */

/* How a column's values are numbered. */
enum coding { AS_CODES, EACH_NUMBER, BY_OCTAVE };

/* One coding of one column. */
struct coded {
    uint32_t *number;  /* per item; AUDIT_ABSENT = absent */
    size_t n;          /* numbers in use, AUDIT_ABSENT included */
    double *all, *hit; /* per number: earlier rows asked, of them hits; room for n */
};

static void coded_free(struct coded *c)
{
    tw_free(c->number);
    tw_free(c->all);
    tw_free(c->hit);
    *c = (struct coded){.number = NULL};
}

/* Sign, exponent and top two bits of the mantissa: four steps to a doubling. */
static uint64_t number_key(float v, enum coding how)
{
    union {
        double f;
        uint64_t bits;
    } u = {.f = v != 0 ? (double)v : 0};
    return tw_mix64((how == BY_OCTAVE ? u.bits >> 50 : u.bits) + 1);
}

static tw_err code(const struct audit *w, const struct audit_source *s, enum coding how, struct coded *ret)
{
    struct coded c = {.number = tw_calloc(w->d->items + 1, sizeof *c.number), .n = s->codes + 1};
    TW_SCOPED(tw_map64) *map = NULL;
    tw_err err = c.number == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK && how != AS_CODES) err = tw_map64_new(&map);
    for (size_t k = 0; k < w->d->items && err == TW_OK; k++) {
        uint32_t at;
        if (isnan(s->value[k])) continue;
        if (how == AS_CODES) {
            c.number[k] = (uint32_t)s->value[k] + 1;
            continue;
        }
        err = tw_map64_put(map, number_key(s->value[k], how), &at);
        c.number[k] = at + 1;
    }
    if (err == TW_OK && how != AS_CODES) c.n = tw_map64_n(map) + 1;
    if (err == TW_OK) {
        c.all = tw_calloc(c.n, sizeof *c.all);
        c.hit = tw_calloc(c.n, sizeof *c.hit);
        if (c.all == NULL || c.hit == NULL) err = TW_NOMEM;
    }
    if (err == TW_OK)
        *ret = c;
    else
        coded_free(&c);
    return err;
}

/* What is asked of rows: findings of those with a result, or inspection of all. */
enum target { FOUND, INSPECTED };

static bool asked(const struct tw_trial_item *i, enum target t)
{
    return t == INSPECTED || i->inspected;
}

static bool hit(const struct tw_trial_item *i, enum target t)
{
    return t == INSPECTED ? i->inspected : i->found;
}

/* Room for scores of later rows. */
struct scores {
    double *score;
    uint8_t *label;
    uint32_t *group;
};

static void scores_free(struct scores *s)
{
    tw_free(s->score);
    tw_free(s->label);
    tw_free(s->group);
}

static tw_err scores_new(size_t n, struct scores *ret)
{
    struct scores s = {.score = tw_calloc(n + 1, sizeof(double)),
                       .label = tw_calloc(n + 1, 1),
                       .group = tw_calloc(n + 1, sizeof(uint32_t))};
    if (s.score == NULL || s.label == NULL || s.group == NULL) {
        scores_free(&s);
        return TW_NOMEM;
    }
    *ret = s;
    return TW_OK;
}

/* Rows that belong together: those of one trader where the column names traders, else of one declaration. */
static tw_err area(const struct audit *w, const struct coded *c, enum target t, bool by_value,
                   struct scores *s, struct tw_auc *ret)
{
    const struct tw_trial_data *d = w->d;
    double all = 0, hits = 0;
    for (size_t v = 0; v < c->n; v++) c->all[v] = c->hit[v] = 0;
    for (size_t k = 0; k < w->split; k++) {
        if (!asked(&d->item[k], t)) continue;
        c->all[c->number[k]] += 1;
        c->hit[c->number[k]] += hit(&d->item[k], t);
        all += 1;
        hits += hit(&d->item[k], t);
    }
    double base = all > 0 ? hits / all : 0;
    size_t n = 0;
    for (size_t k = w->split; k < d->items; k++) {
        if (!asked(&d->item[k], t)) continue;
        uint32_t v = c->number[k];
        s->score[n] = (c->hit[v] + SMOOTH * base) / (c->all[v] + SMOOTH);
        s->label[n] = hit(&d->item[k], t);
        s->group[n++] =
            by_value && v != AUDIT_ABSENT ? v : (uint32_t)(c->n + d->item[k].declaration - d->train);
    }
    struct tw_grouped rows = {s->score, s->label, s->group, n, c->n + (d->n - d->train)};
    return tw_auc_grouped(&rows, ret);
}

/* Later rows at values that had findings nearly always; the counts are those of `area` for FOUND. */
static void sure(const struct audit *w, const struct coded *c, struct tw_trial_alone *a)
{
    size_t rows = 0, found = 0;
    for (size_t k = w->split; k < w->d->items; k++) {
        uint32_t v = c->number[k];
        if (!w->d->item[k].inspected || c->all[v] < SURE_ROWS || c->hit[v] < SURE_RATE * c->all[v]) continue;
        rows++;
        found += w->d->item[k].found;
    }
    if (found < a->sure_found) return;
    a->sure = rows;
    a->sure_found = found;
}

static void unseen(const struct audit *w, const struct coded *c, struct tw_trial_alone *a)
{
    size_t later = 0, fresh = 0;
    for (size_t v = 0; v < c->n; v++) c->all[v] = 0;
    for (size_t k = 0; k < w->split; k++) c->all[c->number[k]] = 1;
    for (size_t k = w->split; k < w->d->items; k++) {
        if (c->number[k] == AUDIT_ABSENT) continue;
        later++;
        fresh += c->all[c->number[k]] == 0;
    }
    a->unseen = later > 0 ? (double)fresh / (double)later : (double)NAN;
}

static tw_err one_coding(struct audit *w, size_t at, enum coding how, struct scores *s)
{
    const struct audit_source *src = &w->source[at];
    struct tw_trial_alone *a = &w->a->column[at];
    struct coded c;
    TW_TRY(code(w, src, how, &c));
    bool by_value = src->party && c.n > GROUPS_MIN;
    struct tw_auc *found = how == EACH_NUMBER ? &a->exact : &a->found;
    tw_err err = area(w, &c, FOUND, by_value, s, found);
    if (err == TW_OK) sure(w, &c, a);
    if (how != BY_OCTAVE) a->values = c.n - 1;
    if (err == TW_OK && how != EACH_NUMBER) err = area(w, &c, INSPECTED, by_value, s, &a->inspected);
    if (err == TW_OK && how == AS_CODES) {
        a->exact = a->found;
        unseen(w, &c, a);
    }
    coded_free(&c);
    return err;
}

static void missing(const struct audit *w, size_t at)
{
    size_t n = 0;
    for (size_t k = 0; k < w->d->items; k++) n += isnan(w->source[at].value[k]) ? 1 : 0;
    w->a->column[at].missing = (double)n / (double)w->d->items;
}

tw_err audit_columns(struct audit *w)
{
    struct scores s;
    TW_TRY(scores_new(w->d->items - w->split, &s));
    tw_err err = TW_OK;
    for (size_t at = 0; at < w->sources && err == TW_OK; at++) {
        err = audit_step(w, "each column alone");
        missing(w, at);
        w->a->column[at].unseen = (double)NAN;
        if (err == TW_OK && w->source[at].code) err = one_coding(w, at, AS_CODES, &s);
        if (err == TW_OK && !w->source[at].code) err = one_coding(w, at, BY_OCTAVE, &s);
        if (err == TW_OK && !w->source[at].code) err = one_coding(w, at, EACH_NUMBER, &s);
    }
    scores_free(&s);
    return err;
}

/* -- drift
 * ------------------------------------------------------------------------------------------------------- */

/* A code column's TOP most frequent values get bins of their own, all others share one. Frequent over earlier
 * and later rows taken together: chosen by the earlier alone, they would seem to become rarer by that choice.
 */
static void top_values(const uint32_t *count, size_t n, float *bin)
{
    for (size_t v = 0; v < n; v++) bin[v] = TOP;
    for (int t = 0; t < TOP; t++) {
        size_t most = n;
        for (size_t v = 0; v < n; v++)
            if (bin[v] == TOP && count[v] > 0 && (most == n || count[v] > count[most])) most = v;
        if (most == n) return;
        bin[most] = (float)t;
    }
}

/* The column by each declaration's first item, so that one long declaration counts once. */
static tw_err first_items(const struct audit *w, const struct audit_source *s, float *x)
{
    const struct tw_trial_data *d = w->d;
    for (size_t i = 0; i < d->n; i++) x[i] = d->first[i] < d->first[i + 1] ? s->value[d->first[i]] : NAN;
    if (!s->code) return TW_OK;
    uint32_t *count = tw_calloc(s->codes + 1, sizeof *count);
    float *bin = tw_calloc(s->codes + 1, sizeof *bin);
    tw_err err = count == NULL || bin == NULL ? TW_NOMEM : TW_OK;
    if (err == TW_OK) {
        for (size_t i = 0; i < d->n; i++)
            if (!isnan(x[i])) count[(size_t)x[i]]++;
        top_values(count, s->codes, bin);
        for (size_t i = 0; i < d->n; i++)
            if (!isnan(x[i])) x[i] = bin[(size_t)x[i]];
    }
    tw_free(count);
    tw_free(bin);
    return err;
}

tw_err audit_drift(struct audit *w)
{
    const struct tw_trial_data *d = w->d;
    float *x = tw_calloc(d->n + 1, sizeof *x);
    tw_err err = x == NULL ? TW_NOMEM : TW_OK;
    for (size_t at = 0; at < w->sources && err == TW_OK; at++) {
        struct tw_drift moved;
        err = first_items(w, &w->source[at], x);
        struct tw_drift_rows before = {x, d->train, 1}, after = {x + d->train, d->n - d->train, 1};
        if (err == TW_OK) err = tw_drift_compare(&before, &after, ALPHA / (double)w->sources, &moved, NULL);
        if (err != TW_OK) break;
        w->a->column[at].psi = moved.psi;
        w->a->column[at].threshold = moved.threshold;
    }
    tw_free(x);
    return err;
}
