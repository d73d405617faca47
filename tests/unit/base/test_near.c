/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"

#include "check.h"

static unsigned slips(const char *a, const char *b)
{
    const unsigned n = tw_near_slips(tw_str_from(a), tw_str_from(b));
    CHECK(n == tw_near_slips(tw_str_from(b), tw_str_from(a)));
    return n;
}

static void counts_slips_either_way(void)
{
    CHECK(slips("", "") == 0 && slips("abc", "ABC") == 0 && slips("", "abc") == 3);
    CHECK(slips("kitten", "sitting") == 3 && slips("ab", "ba") == 1 && slips("orgin", "origin") == 1);
    CHECK(slips("ca", "abc") == 3); /* optimal string alignment: no part is edited twice */
    char longer[66];
    memset(longer, 'x', 65);
    longer[65] = 0;
    CHECK(slips(longer, "x") == TW_NEAR_FAR);
    longer[64] = 0;
    CHECK(slips(longer, "x") == 63);
}

static void offers_only_what_is_near(void)
{
    unsigned best = TW_NEAR_FAR;
    CHECK(!tw_near_better(TW_STR("origin"), TW_STR("dispatch"), &best) && best == TW_NEAR_FAR);
    CHECK(tw_near_better(TW_STR("orgn"), TW_STR("origin"), &best) && best == 2);
    CHECK(!tw_near_better(TW_STR("orgn"), TW_STR("origan"), &best)); /* no nearer */
    CHECK(tw_near_better(TW_STR("orgn"), TW_STR("organ"), &best) && best == 1);
}

int main(void)
{
    RUN(counts_slips_either_way);
    RUN(offers_only_what_is_near);
    return DONE();
}
