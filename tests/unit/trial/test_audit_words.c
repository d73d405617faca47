/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"
#include "trial/audit_priv.h"

static void clean_data_raise_no_warning(void)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct border b;
        border_open(&b, EXAMINED, seed, 0);
        TW_SCOPED(tw_trial_audit) *a = examine(&b);
        bool quiet = a->believable;
        for (int c = 0; c < TW_TRIAL_CHECK_N; c++) quiet = quiet && a->verdict[c] < TW_TRIAL_WARNS;
        if (!quiet) show(a);
        CHECK(quiet);
        border_close(&b);
    }
}

static const struct planted planted[] = {
    {COPIES, TW_TRIAL_CHECK_TWINS, TW_TRIAL_FORBIDS, "the rows were copied", false},
    {REPEATS, TW_TRIAL_CHECK_TWINS, TW_TRIAL_WARNS, "the same firms ship the same again", false},
    {LEAK, TW_TRIAL_CHECK_LEAKS, TW_TRIAL_FORBIDS, "preference alone tells later findings apart", true},
    {LEAK_UNMAPPED, TW_TRIAL_CHECK_LEAKS, TW_TRIAL_WARNS, "Remark alone tells later findings apart", true},
    {LEAK_SOME, TW_TRIAL_CHECK_LEAKS, TW_TRIAL_WARNS, "Code 7 has values that are nearly always a finding",
     true},
    {NAMED_LIKE_RESULT, TW_TRIAL_CHECK_LEAKS, TW_TRIAL_WARNS, "adjusted_value sounds like something", true},
    {NO_HABITS | ALL_INSPECTED, TW_TRIAL_CHECK_ENTITIES, TW_TRIAL_WARNS,
     "It does not matter who trades: importer.id", false},
    {FEW, TW_TRIAL_CHECK_LABELS, TW_TRIAL_FORBIDS, "every figure is chance", false},
    {ONLY_FOUND, TW_TRIAL_CHECK_LABELS, TW_TRIAL_FORBIDS, "Every row with a result is a finding", false},
    {LOST_FINDINGS, TW_TRIAL_CHECK_LABELS, TW_TRIAL_WARNS, "5 findings name no declaration", true},
};

static void each_planted_fault_is_seen_by_its_check(void)
{
    each_is_seen(planted, sizeof planted / sizeof planted[0]);
}

static void names_are_told_up_to_a_point(void)
{
    struct audit_names l = {.text = ""};
    audit_add_name(&l, "a");
    CHECK(strcmp(audit_names_end(&l), "a") == 0);
    for (int i = 0; i < 20; i++) audit_add_name(&l, "%d", i);
    CHECK(strcmp(audit_names_end(&l), "a, 0, 1, 2, 3, 4, 5, 6 and 13 more") == 0);
    struct audit_names longer = {.text = ""};
    for (int i = 0; i < 8; i++)
        audit_add_name(&longer, "%.*s", 100,
                       "a name of such a length that it must be cut somewhere before its end");
    CHECK(strlen(audit_names_end(&longer)) < sizeof longer.text && longer.in < 8);
    CHECK(strstr(longer.text, " more") != NULL);
}

static void remarks_end_where_the_room_does(void)
{
    struct tw_trial_audit a = {.declarations = 0};
    a.remark = calloc(48, sizeof *a.remark);
    CHECK(a.remark != NULL);
    for (int i = 0; i < 60; i++) audit_say(&a, TW_TRIAL_CHECK_DRIFT, TW_TRIAL_NOTE, "number %d", i);
    CHECK(a.remarks == 48 && strcmp(a.remark[47].text, "number 47") == 0);
    free(a.remark);
    for (int c = 0; c < TW_TRIAL_CHECK_N; c++)
        CHECK(tw_trial_check_name((enum tw_trial_check)c)[0] != '\0' &&
              tw_trial_check_words((enum tw_trial_check)c)[0] != '\0');
    CHECK(strcmp(tw_trial_weight_name(TW_TRIAL_FORBIDS), "forbids") == 0);
}

int main(void)
{
    RUN(clean_data_raise_no_warning);
    RUN(each_planted_fault_is_seen_by_its_check);
    RUN(names_are_told_up_to_a_point);
    RUN(remarks_end_where_the_room_does);
    return DONE();
}
