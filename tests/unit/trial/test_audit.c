/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"
#include "fault.h"

static void the_truth_is_not_looked_at(void)
{
    struct border b, c;
    border_open(&b, 1500, 5, 0);
    border_open(&c, 1500, 5, 0);
    for (size_t k = 0; k < c.data->items; k++) {
        c.data->item[k].judged = k % 2 == 0;
        c.data->item[k].noncompliant = k % 3 == 0;
        c.data->item[k].would_miss = true;
        c.data->item[k].recoverable = 1000;
    }
    TW_SCOPED(tw_trial_audit) *one = examine(&b);
    TW_SCOPED(tw_trial_audit) *two = examine(&c);
    TW_SCOPED_BUF x = {0};
    TW_SCOPED_BUF y = {0};
    tw_trial_audit_json(one, &x);
    tw_trial_audit_json(two, &y);
    CHECK(!x.failed && tw_str_eq(tw_buf_view(&x), tw_buf_view(&y)));
    border_close(&b);
    border_close(&c);
}

static void counts_what_there_is(void)
{
    struct border b;
    border_open(&b, EXAMINED, 6, LOST_FINDINGS);
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    size_t labelled = 0, found = 0, later = 0, later_found = 0;
    for (size_t k = 0; k < b.data->items; k++) {
        const struct tw_trial_item *i = &b.data->item[k];
        labelled += i->inspected;
        found += i->found;
        later += i->inspected && i->declaration >= b.data->train;
        later_found += i->found && i->declaration >= b.data->train;
    }
    CHECK(a->declarations == EXAMINED && a->rows == b.data->items && a->labelled == labelled &&
          a->found == found);
    CHECK(a->later_labelled == later && a->later_found == later_found &&
          a->later_declarations == EXAMINED / 4);
    CHECK(a->first_day == BORDER_DAY && a->last_day == BORDER_DAY + BORDER_DAYS - 1 && a->unmatched == 5);
    CHECK(a->split_day == BORDER_DAY + BORDER_DAYS * 3 / 4);
    border_close(&b);
}

static bool stop_at_third(void *to, const char *words)
{
    int *left = to;
    CHECK(words[0] != '\0');
    return --*left > 0;
}

static void refuses_what_has_no_two_sides_and_stops_when_told(void)
{
    struct border b;
    struct tw_trial_audit_settings set = tw_trial_audit_settings_default();
    struct tw_trial_audit *a = NULL;
    struct tw_fault fault = {.note = ""};
    border_open(&b, 300, 7, 0);
    for (int i = 0; i < 2; i++) {
        b.data->train = i == 0 ? 0 : b.data->n;
        CHECK(tw_trial_audit(b.data, &set, NULL, &a, &fault) == TW_ARG && a == NULL);
        CHECK(strstr(fault.note, "before and after the split") != NULL);
    }
    b.data->train = 200;
    for (int steps = 1; steps < 6; steps++) {
        int left = steps;
        struct tw_trial_watch watch = {stop_at_third, &left};
        CHECK(tw_trial_audit(b.data, &set, &watch, &a, &fault) == TW_INTERRUPTED && a == NULL);
    }
    border_close(&b);
    tw_trial_audit_free(NULL);
}

/* Nothing is labelled, nothing is declared but the bare minimum: every check says so, none divides by
 * nothing. */
static void poor_data_are_examined_too(void)
{
    struct border b;
    border_open(&b, 40, 8, NO_MASS);
    for (size_t k = 0; k < b.data->items; k++) b.data->item[k].inspected = b.data->item[k].found = false;
    TW_SCOPED(tw_trial_audit) *a = examine(&b);
    CHECK(!a->believable && a->verdict[TW_TRIAL_CHECK_LABELS] == TW_TRIAL_FORBIDS);
    CHECK(says(a, "No row carries a result") && a->verdict[TW_TRIAL_CHECK_TWINS] == TW_TRIAL_UNKNOWN);
    CHECK(a->verdict[TW_TRIAL_CHECK_LEAKS] == TW_TRIAL_UNKNOWN &&
          a->verdict[TW_TRIAL_CHECK_SELECTION] == TW_TRIAL_UNKNOWN);
    CHECK(a->verdict[TW_TRIAL_CHECK_DELAY] == TW_TRIAL_UNKNOWN && isnan(a->month_p) && isnan(a->six.share));
    border_close(&b);
}

static struct border small;

static tw_err work(void)
{
    struct tw_trial_audit_settings set = tw_trial_audit_settings_default();
    struct tw_trial_audit *a = NULL;
    set.draws = 2;
    tw_err err = tw_trial_audit(small.data, &set, NULL, &a, NULL);
    CHECK((err == TW_OK) == (a != NULL));
    tw_trial_audit_free(a);
    return err;
}

static void leaves_nothing_behind_when_memory_ends(void)
{
    border_open(&small, 60, 9, LEAK_SOME | ALL_INSPECTED);
    CHECK(fault_each_allocation(work) > 300);
    border_close(&small);
}

int main(void)
{
    RUN(the_truth_is_not_looked_at);
    RUN(counts_what_there_is);
    RUN(refuses_what_has_no_two_sides_and_stops_when_told);
    RUN(poor_data_are_examined_too);
    RUN(leaves_nothing_behind_when_memory_ends);
    return DONE();
}
