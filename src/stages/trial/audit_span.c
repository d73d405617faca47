/* SPDX-License-Identifier: Apache-2.0 */
/* What happens over the months: the share of findings, when results come, who is inspected. */
#include <math.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/mem.h"
#include "stat/rank.h"
#include "trial/audit_priv.h"

enum { MONTH_LABELLED_MIN = 20, LAST_DAYS = 14 };
static const double WEIGHT_CAP = 200; /* as learn/sample.h measures */

/* -- months, by declaration: items of one are no independent witnesses
 * ----------------------------------------- */

static int32_t month_number(int32_t day)
{
    int year, month, dom;
    tw_day_to_civil(day, &year, &month, &dom);
    return (int32_t)year * 12 + month - 1;
}

static void count_declaration(const struct tw_trial_data *d, size_t i, struct tw_trial_month *m)
{
    bool labelled = true, found = false;
    for (size_t k = d->first[i]; k < d->first[i + 1]; k++) {
        labelled = labelled && d->item[k].inspected;
        found = found || (d->item[k].inspected && d->item[k].found);
    }
    m->declarations++;
    m->labelled += labelled;
    m->found += labelled && found;
}

/* Would shares differ as much if there were one share? Chi-square over the months with labels enough. */
static double same_share(const struct tw_trial_month *m, size_t n)
{
    double all = 0, found = 0, stat = 0, months = 0;
    for (size_t i = 0; i < n; i++) {
        if (m[i].labelled < MONTH_LABELLED_MIN) continue;
        all += (double)m[i].labelled;
        found += (double)m[i].found;
        months += 1;
    }
    double p = all > 0 ? found / all : 0;
    if (months < 2 || p <= 0 || p >= 1) return (double)NAN;
    for (size_t i = 0; i < n; i++) {
        if (m[i].labelled < MONTH_LABELLED_MIN) continue;
        double k = (double)m[i].labelled, off = (double)m[i].found - k * p;
        stat += off * off / (k * p * (1 - p));
    }
    return tw_gamma_q((months - 1) / 2, stat / 2);
}

tw_err audit_months(struct audit *w)
{
    const struct tw_trial_data *d = w->d;
    int32_t from = month_number(w->a->first_day), to = month_number(w->a->last_day);
    size_t span = (size_t)(to - from) + 1, n = 0;
    struct tw_trial_month *m = tw_calloc(span, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    for (size_t i = 0; i < d->n; i++)
        if (d->first[i] < d->first[i + 1])
            count_declaration(d, i, &m[month_number(d->item[d->first[i]].day) - from]);
    for (size_t k = 0; k < span; k++) {
        if (m[k].declarations == 0) continue;
        struct tw_trial_month one = m[k];
        one.year = (from + (int)k) / 12;
        one.month = (from + (int)k) % 12 + 1;
        one.ci = one.labelled > 0 ? tw_wilson((double)one.found, (double)one.labelled)
                                  : (struct tw_interval){(double)NAN, (double)NAN};
        m[n++] = one;
    }
    w->a->month = m;
    w->a->months = n;
    w->a->month_p = same_share(m, n);
    return TW_OK;
}

/* -- delay
 * ----------------------------------------------------------------------------------------------------- */

static double part(size_t of, size_t in_all)
{
    return in_all > 0 ? (double)of / (double)in_all : (double)NAN;
}

static void last_days(struct audit *w)
{
    const struct tw_trial_data *d = w->d;
    size_t last = 0, last_seen = 0, before = 0, before_seen = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->first[i] == d->first[i + 1]) continue;
        bool late = d->item[d->first[i]].day > w->a->last_day - LAST_DAYS, seen = false;
        for (size_t k = d->first[i]; k < d->first[i + 1]; k++) seen = seen || d->item[k].inspected;
        last += late;
        last_seen += late && seen;
        before += !late;
        before_seen += !late && seen;
    }
    w->a->delay.last_declarations = (double)last;
    w->a->delay.last_inspected = part(last_seen, last);
    w->a->delay.before_inspected = part(before_seen, before);
}

tw_err audit_delay(struct audit *w)
{
    double *days = tw_calloc(w->a->labelled + 1, sizeof *days);
    if (days == NULL) return TW_NOMEM;
    size_t n = 0, same = 0, by_14 = 0, by_30 = 0, earlier = 0, late = 0;
    double most = (double)NAN;
    for (size_t k = 0; k < w->d->items; k++) {
        const struct tw_trial_item *i = &w->d->item[k];
        if (!i->inspected) continue;
        double delay = (double)i->known_day - (double)i->day;
        days[n++] = delay;
        same += delay <= 0;
        by_14 += delay <= 14;
        by_30 += delay <= 30;
        if (!(delay <= most)) most = delay;
        if (k >= w->split) continue;
        earlier++;
        late += i->known_day >= w->a->split_day;
    }
    w->a->delay.median = tw_quantile(days, n, 0.5);
    w->a->delay.p90 = tw_quantile(days, n, 0.9);
    w->a->delay.most = most;
    w->a->delay.same_day = part(same, n);
    w->a->delay.by_14 = part(by_14, n);
    w->a->delay.by_30 = part(by_30, n);
    w->a->delay.earlier_unknown = part(late, earlier);
    last_days(w);
    tw_free(days);
    return TW_OK;
}

/* -- selection
 * ------------------------------------------------------------------------------------------------- */

/* Sums over inspections with a recorded propensity. */
struct weights {
    size_t recorded;
    double sum, sum2, found; /* of weights up to the cap */
    double stands, stands2;  /* of full weights; of their variance */
};

/* Items of one declaration are inspected together, so what they stand for varies together. */
static void weigh_declaration(const struct tw_trial_data *d, size_t at, struct weights *s)
{
    double stands = 0, propensity = 1;
    for (size_t k = d->first[at]; k < d->first[at + 1]; k++) {
        const struct tw_trial_item *i = &d->item[k];
        if (!i->inspected || !(i->propensity > 0)) continue;
        double full = 1 / i->propensity, weight = full < WEIGHT_CAP ? full : WEIGHT_CAP;
        s->recorded++;
        s->sum += weight;
        s->sum2 += weight * weight;
        s->found += i->found ? weight : 0;
        stands += full;
        if (i->propensity < propensity) propensity = i->propensity;
    }
    s->stands += stands;
    s->stands2 += (1 - propensity) * stands * stands;
}

void audit_selection(struct audit *w)
{
    struct tw_trial_audit *a = w->a;
    struct weights s = {0};
    for (size_t i = 0; i < w->d->n; i++) weigh_declaration(w->d, i, &s);
    for (size_t k = 0; k < w->d->items; k++) {
        const struct tw_trial_item *i = &w->d->item[k];
        if (!i->inspected) continue;
        struct tw_trial_basis *by = &a->selection.by[i->basis <= TW_BASIS_N ? i->basis : TW_BASIS_N];
        by->rows++;
        by->found += i->found;
    }
    const double nan = (double)NAN, rows = (double)a->rows;
    a->selection.share = part(a->labelled, a->rows);
    a->selection.recorded = part(s.recorded, a->labelled);
    a->selection.raw = part(a->found, a->labelled);
    a->selection.raw_ci =
        a->labelled > 0 ? tw_wilson((double)a->found, (double)a->labelled) : (struct tw_interval){nan, nan};
    a->selection.weighted = s.sum > 0 ? s.found / s.sum : nan;
    a->selection.effective = s.sum2 > 0 ? s.sum * s.sum / s.sum2 : 0;
    a->selection.stand_for = s.recorded > 0 ? s.stands / rows : nan;
    a->selection.stand_for_se = s.recorded > 0 ? sqrt(s.stands2) / rows : nan;
}
