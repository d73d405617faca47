/* SPDX-License-Identifier: Apache-2.0 */
/* score/order.h -- in which order declarations are to be controlled.
 *
 * In : probability of a finding and duty expected to be recovered of each item.
 * Out: one number per declaration; higher = sooner.
 * Not: how many are controlled; that is channel/.
 *
 * An office orders by risk (mix 0), by expected duty (mix 1), or by a stated mix of both: risk^(1-mix) x
 * (expected duty + 1 minor unit)^mix, as a logarithm.
 */
#ifndef TW_SCORE_ORDER_H
#define TW_SCORE_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* What there is to say of one item. */
struct tw_order_item {
    double risk;           /* probability of a finding, 0..1; NaN = not known, counts as 0 */
    double expected_minor; /* duty expected to be recovered (risk included), minor units, >= 0; NaN = 0 */
    float margin;          /* breaks ties where risks saturate */
};

/* What the office orders by unless it says otherwise; docs/adr/0007-order.md has what other mixes come to. */
#define TW_ORDER_MIX 0.4

/* Risk of a declaration: that of its worst item. Items of one declaration share their trader and their story,
 * so their risks rise together; taken as independent chances they would put long declarations first. Pure. */
double tw_order_risk(const struct tw_order_item *item, size_t n);

/* The declaration's place, finite. mix 0..1. Pure; same bits everywhere. */
double tw_order(const struct tw_order_item *item, size_t n, double mix);

#endif
