/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"

static void months_are_counted_by_declaration(void)
{
    struct border b;
    border_open(&b, 3000, 1, 0);
    /* Of one declaration with two items only one is inspected: it counts for neither. */
    size_t two = 0;
    while (b.data->decl[two]->items.n < 2 || !b.data->item[b.data->first[two]].inspected) two++;
    TW_SCOPED(tw_trial_audit) *whole = examine(&b);
    b.data->item[b.data->first[two] + 1].inspected = false;
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->months == 12 && a->month[0].year == 2025 && a->month[0].month == 1 && a->month[11].month == 12);
    CHECK(a->month[0].labelled + 1 == whole->month[0].labelled);
    size_t declarations = 0, found = 0;
    for (size_t m = 0; m < a->months; m++) {
        const struct tw_trial_month *x = &a->month[m];
        declarations += x->declarations;
        found += x->found;
        CHECK(x->labelled > 20 && x->ci.lo < (double)x->found / (double)x->labelled);
    }
    CHECK(declarations == 3000 && found < a->found);
    CHECK(a->month_p > 0.001 && a->month_p <= 1);
    border_close(&b);
}

static void months_without_declarations_are_left_out(void)
{
    struct border b;
    border_open(&b, 400, 2, ALL_INSPECTED);
    for (size_t k = 0; k < b.data->items; k++)
        if (b.data->item[k].day < BORDER_DAY + 90) b.data->item[k].day = BORDER_DAY;
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->months == 10 && a->month[0].month == 1 && a->month[1].month == 4);
    for (size_t k = 0; k < b.data->items; k++) b.data->item[k].day = b.data->item[k].known_day = BORDER_DAY;
    TW_SCOPED(tw_trial_audit) *one = examine(&b);
    CHECK(one->months == 1 && isnan(one->month_p) &&
          one->verdict[TW_TRIAL_CHECK_BASE_RATE] == TW_TRIAL_UNKNOWN);
    border_close(&b);
}

static void delays_are_those_of_the_results(void)
{
    struct border b;
    border_open(&b, 1000, 3, ALL_INSPECTED);
    for (size_t k = 0; k < b.data->items; k++) {
        struct tw_trial_item *i = &b.data->item[k];
        i->known_day = i->day + (int32_t)(k % 10 == 0 ? 40 : k % 10 < 4 ? 0 : 20);
    }
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->delay.median == 20 && a->delay.most == 40 && fabs(a->delay.same_day - 0.3) < 0.01);
    CHECK(fabs(a->delay.by_14 - 0.3) < 0.01 && fabs(a->delay.by_30 - 0.9) < 0.01);
    size_t earlier = 0, late = 0;
    for (size_t k = 0; k < b.data->first[b.data->train]; k++) {
        earlier++;
        late += b.data->item[k].known_day >= a->split_day;
    }
    CHECK(fabs(a->delay.earlier_unknown - (double)late / (double)earlier) < 1e-12 && late > 0);
    CHECK(a->delay.last_inspected == 1 && a->delay.before_inspected == 1);
    border_close(&b);
}

static void the_last_days_are_compared_with_before(void)
{
    struct border b;
    border_open(&b, 5000, 4, PENDING);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(a->delay.last_inspected < 0.03 && a->delay.before_inspected > 0.3);
    CHECK(a->delay.last_declarations == (double)(5000 * 14 / BORDER_DAYS));
    border_close(&b);
    /* A handful of declarations proves nothing. */
    border_open(&b, 300, 4, PENDING);
    TW_SCOPED(tw_trial_audit) *few = examine(&b);
    CHECK(few->delay.last_inspected == 0 && few->verdict[TW_TRIAL_CHECK_DELAY] == TW_TRIAL_NOTE);
    border_close(&b);
}

static void propensities_give_the_share_of_the_flow(void)
{
    struct border b;
    border_open(&b, 20000, 5, 0);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    /* What the whole flow holds, had everything been inspected: the same draws. */
    struct border all;
    border_open(&all, 20000, 5, ALL_INSPECTED);
    double found = 0;
    for (size_t k = 0; k < all.data->items; k++) found += all.data->item[k].found;
    double truth = found / (double)all.data->items;
    CHECK(a->selection.raw > truth + 0.01 && fabs(a->selection.weighted - truth) < 0.01);
    CHECK(fabs(a->selection.stand_for - 1) < 4 * a->selection.stand_for_se &&
          a->selection.stand_for_se < 0.03);
    CHECK(a->selection.recorded == 1 && a->selection.effective < (double)a->labelled);
    const struct tw_trial_basis *by = a->selection.by;
    CHECK(by[TW_BASIS_CRITERION].rows > 0 && by[TW_BASIS_RANDOM].rows > 0 && by[TW_BASIS_N].rows == 0);
    CHECK(by[TW_BASIS_CRITERION].rows + by[TW_BASIS_RANDOM].rows == a->labelled);
    CHECK(by[TW_BASIS_CRITERION].found + by[TW_BASIS_RANDOM].found == a->found);
    border_close(&all);
    border_close(&b);
}

static void a_weight_is_capped_and_a_word_unknown_is_not_recorded(void)
{
    struct border b;
    border_open(&b, 400, 6, ALL_INSPECTED);
    for (size_t k = 0; k < b.data->items; k++) b.data->item[k].found = k == 0;
    b.data->item[0].propensity = 1e-6;
    struct tw_finding f = {
        .declaration_id = b.data->decl[9]->id, .known_day = BORDER_DAY, .basis = TW_STR("hunch")};
    tw_trial_data_finding(b.data, &f);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    double rest = (double)b.data->items - 1 - (double)b.data->decl[9]->items.n;
    CHECK(fabs(a->selection.weighted - 200 / (200 + rest)) < 1e-12);
    CHECK(a->selection.by[TW_BASIS_N].rows == b.data->decl[9]->items.n && a->selection.recorded < 1);
    border_close(&b);
}

int main(void)
{
    RUN(months_are_counted_by_declaration);
    RUN(months_without_declarations_are_left_out);
    RUN(delays_are_those_of_the_results);
    RUN(the_last_days_are_compared_with_before);
    RUN(propensities_give_the_share_of_the_flow);
    RUN(a_weight_is_capped_and_a_word_unknown_is_not_recorded);
    return DONE();
}
