/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"

static const struct planted planted[] = {
    {DRIFTS, TW_TRIAL_CHECK_DRIFT, TW_TRIAL_WARNS, "transport_mode", false},
    {RATE_CHANGES, TW_TRIAL_CHECK_BASE_RATE, TW_TRIAL_WARNS, "chance does not do that", true},
    {NO_DELAY, TW_TRIAL_CHECK_DELAY, TW_TRIAL_WARNS, "does not say when it was known", false},
    {LATE, TW_TRIAL_CHECK_DELAY, TW_TRIAL_WARNS,
     "100.0 % of the earlier results became known after the split", true},
    {PENDING, TW_TRIAL_CHECK_DELAY, TW_TRIAL_WARNS, "results are still to come", true},
    {ALL_INSPECTED, TW_TRIAL_CHECK_SELECTION, TW_TRIAL_WARNS, "No border inspects everything", false},
    {NO_PROPENSITY, TW_TRIAL_CHECK_SELECTION, TW_TRIAL_WARNS, "do not say how likely they were", true},
    {WRONG_PROPENSITY, TW_TRIAL_CHECK_SELECTION, TW_TRIAL_WARNS, "propensities do not add up", true},
};

static void each_planted_fault_is_seen_by_its_check(void)
{
    each_is_seen(planted, sizeof planted / sizeof planted[0]);
}

int main(void)
{
    RUN(each_planted_fault_is_seen_by_its_check);
    return DONE();
}
