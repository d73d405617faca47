/* SPDX-License-Identifier: Apache-2.0 */
/* Each column alone, against the definition. */
#include "examine.h"

static struct tw_str importer_of(const struct border *b, size_t k)
{
    return b->data->decl[b->data->item[k].declaration]->importer.id;
}

/* Past share of findings (or of inspections) at the importer of row k, from the earlier rows. */
static double score_of(const struct border *b, size_t k, bool inspected, double base)
{
    double all = 0, hits = 0;
    for (size_t e = 0; b->data->item[e].declaration < b->data->train; e++) {
        const struct tw_trial_item *i = &b->data->item[e];
        if ((!inspected && !i->inspected) || !tw_str_eq(importer_of(b, e), importer_of(b, k))) continue;
        all += 1;
        hits += inspected ? i->inspected : i->found;
    }
    return (hits + 10 * base) / (all + 10);
}

static double area_of(const struct border *b, bool inspected)
{
    const struct tw_trial_data *d = b->data;
    double all = 0, hits = 0, wins = 0, pairs = 0;
    static double score[4096];
    size_t from = d->first[d->train];
    CHECK(d->items - from <= 4096);
    for (size_t e = 0; e < from; e++) {
        all += inspected || d->item[e].inspected;
        hits += inspected ? d->item[e].inspected : d->item[e].found;
    }
    for (size_t k = from; k < d->items; k++) score[k - from] = score_of(b, k, inspected, hits / all);
    for (size_t x = from; x < d->items; x++)
        for (size_t y = from; y < d->items; y++) {
            const struct tw_trial_item *p = &d->item[x], *q = &d->item[y];
            if (!inspected && (!p->inspected || !q->inspected)) continue;
            if (!(inspected ? p->inspected : p->found) || (inspected ? q->inspected : q->found)) continue;
            pairs += 1;
            wins += score[x - from] > score[y - from] ? 1 : score[x - from] == score[y - from] ? 0.5 : 0;
        }
    return wins / pairs;
}

static void an_area_is_that_of_the_definition(void)
{
    struct border b;
    border_open(&b, 2000, 1, 0);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_alone *c = column_named(a, "importer.id");
    CHECK(fabs(c->found.auc - area_of(&b, false)) < 1e-9 &&
          fabs(c->inspected.auc - area_of(&b, true)) < 1e-9);
    CHECK(c->exact.auc == c->found.auc && c->entity && c->party && c->mapped && !c->number &&
          c->values == 60);
    CHECK(c->unseen == 0 && c->missing == 0 && c->found.auc > 0.6);
    border_close(&b);
}

static void numbers_are_read_by_size_and_by_digits(void)
{
    struct border b;
    border_open(&b, 4000, 2, ALL_INSPECTED | NO_HABITS);
    for (size_t k = 0; k < b.data->items; k++) {
        struct tw_item *i = &b.data->decl[b.data->item[k].declaration]
                                 ->items.at[k - b.data->first[b.data->item[k].declaration]];
        i->net_mass_kg.v = b.data->item[k].found ? 900000 : 3000; /* its size tells */
        i->customs_value.minor =
            1000000 + (int64_t)(k % 30) * 2 + b.data->item[k].found; /* its digits tell */
    }
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_alone *mass = column_named(a, "net_mass_kg"),
                                *value = column_named(a, "customs_value");
    CHECK(mass->number && mass->found.auc == 1 && mass->values == 2);
    CHECK(value->found.auc < 0.6 && value->exact.auc > 0.99 && value->values == 60 && isnan(value->unseen));
    CHECK(!a->believable && isnan(mass->inspected.auc)); /* everybody is inspected */
    /* Every later finding bears the weight that always was one. */
    CHECK(mass->sure == a->later_found && mass->sure_found == a->later_found);
    border_close(&b);
}

static void new_values_and_moved_ones_are_seen(void)
{
    struct border b;
    border_open(&b, 4000, 5, DRIFTS);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_alone *mode = column_named(a, "transport_mode"),
                                *mass = column_named(a, "net_mass_kg"), *hs = column_named(a, "hs"),
                                *who = column_named(a, "importer.id");
    CHECK(mode->unseen == 1 && mode->psi > 1 && mass->psi > 0.25 && mass->psi > mass->threshold);
    CHECK(hs->psi < hs->threshold && who->psi < who->threshold && hs->unseen == 0);
    border_close(&b);
}

/* Codes are compared by the values that are frequent over both parts: nothing has moved here, though half of
 * the later importers are new ones. */
static void many_small_traders_are_no_drift(void)
{
    struct border b;
    border_open(&b, 6000, 6, 0);
    struct tw_rng r = tw_rng_new(6, "many");
    for (size_t i = 0; i < b.data->n; i++)
        b.data->decl[i]->importer.id =
            border_text(&b, "M", 1, (uint64_t)(40 * tw_rng_pareto(&r, 0.7)) % 60000);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_alone *who = column_named(a, "importer.id");
    CHECK(who->values > 1000 && who->unseen > 0.1 && who->psi < who->threshold);
    border_close(&b);
}

int main(void)
{
    RUN(an_area_is_that_of_the_definition);
    RUN(numbers_are_read_by_size_and_by_digits);
    RUN(new_values_and_moved_ones_are_seen);
    RUN(many_small_traders_are_no_drift);
    return DONE();
}
