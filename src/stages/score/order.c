/* SPDX-License-Identifier: Apache-2.0 */
#include "score/order.h"

#include <math.h>

#include "base/fmath.h"

/* What a logarithm is taken of is never less; and a margin never outweighs a difference one could see. */
static const double RISK_LEAST = 1e-9, TIE = 1e-6, MARGIN_MOST = 1e3;

double tw_order_risk(const struct tw_order_item *item, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        if (item[i].risk > worst) worst = item[i].risk;
    return worst < 1 ? worst : 1;
}

double tw_order(const struct tw_order_item *item, size_t n, double mix)
{
    double expected = 0, highest = -MARGIN_MOST, risk = tw_order_risk(item, n);
    for (size_t i = 0; i < n; i++) {
        if (item[i].expected_minor > 0) expected += item[i].expected_minor;
        if ((double)item[i].margin > highest) highest = (double)item[i].margin;
    }
    if (highest > MARGIN_MOST) highest = MARGIN_MOST;
    if (expected > 1e300) expected = 1e300;
    return (1 - mix) * tw_log(risk > RISK_LEAST ? risk : RISK_LEAST) + mix * tw_log(expected + 1) +
           TIE * highest;
}
