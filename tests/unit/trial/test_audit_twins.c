/* SPDX-License-Identifier: Apache-2.0 */
/* Twins against their definition, pair by pair. */
#include "examine.h"

enum { N = 1500 };

static const struct tw_item *item_of(const struct border *b, size_t k)
{
    const struct tw_trial_data *d = b->data;
    const struct tw_decl *decl = d->decl[d->item[k].declaration];
    return &decl->items.at[k - d->first[d->item[k].declaration]];
}

static struct tw_str importer_of(const struct border *b, size_t k)
{
    return b->data->decl[b->data->item[k].declaration]->importer.id;
}

/* In how many of the five columns that vary do they differ; weight counts for many, as it must stay. */
static int apart(const struct border *b, size_t x, size_t y)
{
    const struct tw_item *p = item_of(b, x), *q = item_of(b, y);
    return !tw_str_eq(p->hs, q->hs) + !tw_str_eq(p->dispatch, q->dispatch) +
           !tw_str_eq(p->origin, q->origin) + (tw_dec_cmp(p->duty_rate, q->duty_rate) != 0) +
           9 * (p->net_mass_kg.v != q->net_mass_kg.v);
}

struct counted {
    double later, twins, agree, said, found, other, near, near_agree;
};

static void count_row(const struct border *b, size_t k, struct counted *c)
{
    double all = 0, hits = 0;
    bool near = false, other = false;
    c->later += 1;
    for (size_t e = 0; b->data->item[e].declaration < b->data->train; e++) {
        if (!b->data->item[e].inspected) continue;
        int d = apart(b, k, e);
        near = near || d == 1;
        if (d != 0) continue;
        all += 1;
        hits += b->data->item[e].found;
        other = !tw_str_eq(importer_of(b, k), importer_of(b, e));
    }
    c->near += all == 0 && near;
    if (all == 0) return;
    double said = 2 * hits == all ? 0.5 : 2 * hits > all;
    c->twins += 1;
    c->other += other;
    c->said += said;
    c->found += b->data->item[k].found;
    c->agree += b->data->item[k].found ? said : 1 - said;
}

static struct counted count_all(const struct border *b)
{
    struct counted c = {0};
    for (size_t k = b->data->first[b->data->train]; k < b->data->items; k++)
        if (b->data->item[k].inspected) count_row(b, k, &c);
    return c;
}

static bool near_to(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static bool has(const struct tw_trial_audit *a, const struct tw_trial_twins *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (tw_str_is(a->column[t->column[i]].name, name)) return true;
    return false;
}

/* Labels of copies are flipped here and there, so that earlier copies are of two minds. */
static void figures_are_those_of_the_definition(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct border b;
        border_open(&b, N, seed, COPIES | ALL_INSPECTED);
        for (size_t k = 0; k < b.data->items; k += 5) b.data->item[k].found = !b.data->item[k].found;
        for (size_t k = 3; k < b.data->items; k += 7) { /* near twins: another rate */
            size_t of = b.data->item[k].declaration;
            b.data->decl[of]->items.at[k - b.data->first[of]].duty_rate.v += 1;
        }
        struct counted c = count_all(&b);
        TW_SCOPED(tw_trial_audit) *a = examine(&b);
        const struct tw_trial_twins *t = &a->six;
        CHECK(t->columns == 5 && has(a, t, "hs") && has(a, t, "net_mass_kg") && !has(a, t, "tax_type"));
        CHECK(c.twins > 100 && near_to(t->share, c.twins / c.later) && near_to(t->purity, c.agree / c.twins));
        double s = c.said / c.twins, f = c.found / c.twins;
        CHECK(near_to(t->chance, s * f + (1 - s) * (1 - f)) && near_to(t->other_trader, c.other / c.twins));
        CHECK(c.near > 10 && near_to(t->near_share, c.near / c.later) && t->near_purity > 0.5);
        CHECK(t->lookup.auc > 0.55 && t->precision[3] > a->selection.raw);
        CHECK(t->precision_ci[3].lo <= t->precision[3] && t->precision[3] <= t->precision_ci[3].hi);
        border_close(&b);
    }
}

static void honest_goods_have_no_twins(void)
{
    struct border b;
    border_open(&b, 3000, 5, ALL_INSPECTED);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->six.share < 0.01 && a->six.distinct > a->six.rows - 20 && a->widest.columns == 0);
    CHECK(isnan(a->widest.share) && isnan(a->widest.lookup.auc) && a->widest.rows == a->labelled);
    CHECK(fabs(a->six.lookup.auc - 0.5) < 0.02 && a->whole_row == 0);
    border_close(&b);
}

/* Weights of a few usual sizes coincide; dealing them anew says so. */
static void usual_weights_are_coincidence(void)
{
    struct border b;
    border_open(&b, 3000, 6, ALL_INSPECTED);
    for (size_t i = 0; i < b.data->n; i++)
        for (size_t k = 0; k < b.data->decl[i]->items.n; k++) {
            struct tw_item *item = &b.data->decl[i]->items.at[k];
            item->net_mass_kg.v = 1000 * (1 + item->net_mass_kg.v % 40);
            item->customs_value.minor = item->net_mass_kg.v * 7;
        }
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->six.share > 0.3 && fabs(a->six.share - a->six.coincidence) < 0.05 && a->widest.columns == 0);
    CHECK(a->believable && a->verdict[TW_TRIAL_CHECK_TWINS] == TW_TRIAL_NOTE);
    border_close(&b);
}

static void without_anything_measured_nothing_is_a_twin(void)
{
    struct border b;
    border_open(&b, 1000, 7, ALL_INSPECTED | NO_MASS);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->six.columns == 0 && a->widest.columns == 0 && isnan(a->six.share));
    CHECK(a->verdict[TW_TRIAL_CHECK_TWINS] == TW_TRIAL_NOTE);
    border_close(&b);
}

int main(void)
{
    RUN(figures_are_those_of_the_definition);
    RUN(honest_goods_have_no_twins);
    RUN(usual_weights_are_coincidence);
    RUN(without_anything_measured_nothing_is_a_twin);
    return DONE();
}
