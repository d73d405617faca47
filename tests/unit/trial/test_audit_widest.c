/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"

static bool has(const struct tw_trial_audit *a, const struct tw_trial_twins *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (tw_str_is(a->column[t->column[i]].name, name)) return true;
    return false;
}

/* The copies are whole in goods, not in trader, office or mode. */
static void the_widest_set_is_what_was_copied(void)
{
    struct border b;
    border_open(&b, 3000, 4, COPIES | ALL_INSPECTED);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    const struct tw_trial_twins *t = &a->widest;
    CHECK(has(a, t, "hs") && has(a, t, "net_mass_kg") && has(a, t, "customs_value") && has(a, t, "origin"));
    CHECK(!has(a, t, "transport_mode") && !has(a, t, "importer.id") && t->columns == 6);
    CHECK(fabs(t->share - a->six.share) < 0.01 && t->coincidence < t->share - 0.1);
    CHECK(t->purity == 1 && t->distinct < t->rows * 3 / 4 && a->whole_row < 0.05 && a->whole_row > 0);
    border_close(&b);
}

/* A column that says the same in nearly all rows agrees nearly always, and was copied with nothing. */
static void what_is_nearly_constant_is_not_in_it(void)
{
    struct border b;
    border_open(&b, 3000, 5, COPIES | ALL_INSPECTED);
    for (size_t i = 0; i < b.data->n; i++) {
        b.data->decl[i]->type = i % 50 == 0 ? TW_STR("B") : TW_STR("A");
        for (size_t k = 0; k < b.data->decl[i]->items.n; k++) /* and one that follows from the goods is */
            b.data->decl[i]->items.at[k].quota = b.data->decl[i]->items.at[k].hs;
    }
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(!has(a, &a->widest, "type") && has(a, &a->widest, "quota") && a->widest.columns == 7);
    border_close(&b);
}

int main(void)
{
    RUN(the_widest_set_is_what_was_copied);
    RUN(what_is_nearly_constant_is_not_in_it);
    return DONE();
}
