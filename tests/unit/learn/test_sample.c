/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/sample.h"

#include <math.h>

#include "fault.h"

enum { N = 100 };
static struct tw_truth truth[N];
static const struct tw_learn_rows rows = {.truth = truth, .n = N};

/* Ten rows a day for ten days, two items to a declaration, every second one inspected, every tenth found. */
static void ordinary(void)
{
    for (int32_t i = 0; i < N; i++)
        truth[i] = (struct tw_truth){.lodged_day = 1000 + i / 10,
                                     .known_day = 1002 + i / 10,
                                     .declaration = (uint32_t)i / 2,
                                     .known = i % 2 == 0,
                                     .found = i % 10 == 0,
                                     .propensity = i % 4 == 0 ? 1 : 0.01,
                                     .recovered_minor = TW_RECOVERED_UNKNOWN};
}

static struct tw_sample *drawn(void)
{
    struct tw_sample_settings set = tw_sample_settings_default();
    struct tw_sample *s = NULL;
    CHECK(tw_sample_new(&rows, &set, &s, NULL) == TW_OK);
    return s;
}

static void takes_the_inspected_rows_in_time_order_and_cuts_between_days(void)
{
    ordinary();
    struct tw_truth first = truth[0];
    truth[0] = truth[98]; /* out of order */
    truth[98] = first;
    TW_SCOPED(tw_sample) *s = drawn();
    CHECK(s->n == 50 && s->n_found == 10 && s->first_day == 1000 && s->last_day == 1009);
    for (size_t i = 1; i < s->n; i++) CHECK(truth[s->pick[i]].lodged_day >= truth[s->pick[i - 1]].lodged_day);
    CHECK(s->pick[0] == 2 && s->pick[4] == 98 && s->cut_day == 1008 && s->n_held == 10 &&
          s->n_held_found == 2);
    for (size_t i = 0; i < s->n; i++)
        CHECK((s->part[i] == TW_PART_HELD) == (truth[s->pick[i]].lodged_day >= 1008));
}

static void a_result_known_after_the_cut_does_not_teach_before_it(void)
{
    ordinary();
    TW_SCOPED(tw_sample) *s = drawn();
    size_t late = 0;
    for (size_t i = 0; i < s->n; i++) {
        int32_t day = truth[s->pick[i]].lodged_day;
        CHECK((s->part[i] == TW_PART_LATE) == (day == 1006 || day == 1007)); /* known on 1008 and 1009 */
        late += s->part[i] == TW_PART_LATE;
    }
    CHECK(late == 10 && s->n_late == 10);
}

static void weighs_by_capped_inverse_propensity_with_mean_one(void)
{
    ordinary();
    truth[2].propensity = 0; /* not recorded: as if certain */
    TW_SCOPED(tw_sample) *s = drawn();
    double sum = 0;
    double flow = 0;
    for (size_t i = 0; i < s->n; i++) {
        sum += (double)s->weight[i];
        flow += s->flow[i];
    }
    CHECK(fabs(sum - 50) < 1e-4 && fabs(flow - 50) < 1e-9 && s->n_unrecorded == 1);
    CHECK(fabs((double)(s->weight[3] / s->weight[0]) - 8) < 1e-4); /* rows 6 and 0: 0.01 capped at 1 in 8 */
    CHECK(fabs(s->flow[3] / s->flow[0] - 100) < 1e-9);
    double ones = 26;
    double hundreds = 24;
    double total = ones + 8 * hundreds;
    CHECK(fabs(s->effective_n - total * total / (ones + 64 * hundreds)) < 1e-3);
    CHECK(fabs(s->base_rate - (5 + 5 * 100) / (ones + 100 * hundreds)) < 1e-9);
}

static void cuts_between_declarations_when_there_is_one_day_only(void)
{
    ordinary();
    for (int i = 0; i < N; i++) {
        truth[i].lodged_day = truth[i].known_day = 1000;
        truth[i].known = true;
        truth[i].declaration = (uint32_t)i / 7;
    }
    TW_SCOPED(tw_sample) *s = drawn();
    CHECK(s->cut_within_a_day && s->n == 100 && s->n_late == 0);
    size_t at = 0;
    while (s->part[at] != TW_PART_HELD) at++;
    CHECK(truth[s->pick[at]].declaration != truth[s->pick[at - 1]].declaration);
    CHECK(s->n_held >= 17 && s->n_held <= 23);
}

static void one_declaration_alone_holds_nothing_back(void)
{
    ordinary();
    for (int i = 0; i < N; i++) {
        truth[i].lodged_day = truth[i].known_day = 1000;
        truth[i].declaration = 1;
    }
    TW_SCOPED(tw_sample) *s = drawn();
    CHECK(s->n_held == 0 && s->cut_day == 1001);
}

static void says_what_is_needed_when_there_is_nothing_to_learn_from(void)
{
    struct tw_sample_settings set = tw_sample_settings_default();
    struct tw_sample *s = NULL;
    struct tw_fault fault = {0};
    ordinary();
    for (int i = 0; i < N; i++) truth[i].known = false;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_ARG &&
          strstr(fault.note, "no declaration has") != NULL);
    ordinary();
    for (int i = 0; i < N; i++) truth[i].found = false;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_ARG && strstr(fault.note, "none of the 50") != NULL);
    ordinary();
    for (int i = 0; i < N; i++) truth[i].found = true;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_ARG && strstr(fault.note, "all 50") != NULL);
    CHECK(s == NULL);
}

static void refuses_what_cannot_be(void)
{
    struct tw_sample_settings set = tw_sample_settings_default();
    struct tw_sample *s = NULL;
    struct tw_fault fault = {0};
    ordinary();
    truth[4].propensity = 1.5;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_RANGE && fault.item == 4);
    truth[4].propensity = (double)NAN;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_RANGE && fault.item == 4);
    ordinary();
    truth[6].known_day = 999;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_RANGE && fault.item == 6);
    ordinary();
    set.held_share = 0.7;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_ARG);
    set = tw_sample_settings_default();
    set.cap = 0.5;
    CHECK(tw_sample_new(&rows, &set, &s, &fault) == TW_ARG && s == NULL);
}

static tw_err draw(void)
{
    struct tw_sample_settings set = tw_sample_settings_default();
    TW_SCOPED(tw_sample) *s = NULL;
    return tw_sample_new(&rows, &set, &s, NULL);
}

static void survives_every_failed_allocation(void)
{
    ordinary();
    CHECK(fault_each_allocation(draw) > 6);
}

int main(void)
{
    RUN(takes_the_inspected_rows_in_time_order_and_cuts_between_days);
    RUN(a_result_known_after_the_cut_does_not_teach_before_it);
    RUN(weighs_by_capped_inverse_propensity_with_mean_one);
    RUN(cuts_between_declarations_when_there_is_one_day_only);
    RUN(one_declaration_alone_holds_nothing_back);
    RUN(says_what_is_needed_when_there_is_nothing_to_learn_from);
    RUN(refuses_what_cannot_be);
    RUN(survives_every_failed_allocation);
    return DONE();
}
