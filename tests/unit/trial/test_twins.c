/* SPDX-License-Identifier: Apache-2.0 */
#include "examine.h"
#include "fault.h"
#include "trial/data_priv.h"

/* evaluate and audit-data must not tell two stories of one file. Labels are flipped here and there, so that
 * earlier copies are of two minds. */
static void counts_as_the_audit_does(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct border b;
        double share, purity;
        border_open(&b, 2000, seed, COPIES | ALL_INSPECTED);
        for (size_t k = 0; k < b.data->items; k += 5) b.data->item[k].found = !b.data->item[k].found;
        tw_trial_data_judge_by_findings(b.data);
        TW_SCOPED(tw_trial_audit) *a = examine(&b);
        CHECK(tw_trial_twins_count(b.data, &share, &purity) == TW_OK);
        CHECK(share > 0.4 && fabs(share - a->six.share) < 1e-12);
        CHECK(purity < 0.9 && purity > 0.6 && fabs(purity - a->six.purity) < 1e-12);
        border_close(&b);
    }
}

static void says_nothing_where_nothing_is_judged(void)
{
    struct border b;
    double share, purity;
    border_open(&b, 100, 4, 0);
    CHECK(tw_trial_twins_count(b.data, &share, &purity) == TW_OK && isnan(share) && isnan(purity));
    border_close(&b);
}

static struct border small;

static tw_err work(void)
{
    double share = 7, purity = 8;
    tw_err err = tw_trial_twins_count(small.data, &share, &purity);
    CHECK(err == TW_OK || (share == 7 && purity == 8));
    return err;
}

static void leaves_results_alone_on_failure(void)
{
    border_open(&small, 50, 5, COPIES | ALL_INSPECTED);
    tw_trial_data_judge_by_findings(small.data);
    CHECK(fault_each_allocation(work) >= 3);
    border_close(&small);
}

int main(void)
{
    RUN(counts_as_the_audit_does);
    RUN(says_nothing_where_nothing_is_judged);
    RUN(leaves_results_alone_on_failure);
    return DONE();
}
