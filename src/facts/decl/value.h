/* SPDX-License-Identifier: Apache-2.0 */
/* decl/value.h -- what the items of a declaration are worth at the border, and what duty depends on it.
 *
 * In : a settled declaration, exchange rates, a tariff.
 * Out: for each item customs value, duty at stake, price per kg and per unit, all in the national currency,
 * each with its basis or with the reason why it cannot be had. Not: a guess. Without a rate for its currency
 * a price is not comparable; no stage may put another number there.
 *
 * The customs value is the one declared. Where none is, it is the price of the item at the rate of the day of
 * lodging plus the item's share of those header charges (freight, insurance) that the delivery term leaves
 * out of the price. Shares go by price; they add up to the charge to the minor unit. Where the delivery term
 * is not known, charges that are declared are taken to come on top of the price: nobody declares what is
 * already in it. Prices compare only within one basis. Source: WTO Agreement on Customs Valuation, articles 1
 * and 8.2 (value at the border, freight and insurance in).
 */
#ifndef TW_DECL_VALUE_H
#define TW_DECL_VALUE_H

#include "decl/decl.h"
#include "decl/rates.h"
#include "decl/tariff.h"
#include "decl/vocabulary.h"

/* What a value stands on. */
#define TW_VALUE_BASIS_TABLE(X)                                                                              \
    X(NONE, "none", "there is no value")                                                                     \
    X(DECLARED, "declared", "as declared")                                                                   \
    X(BORDER, "border", "price with freight and insurance to the border")                                    \
    X(NO_FREIGHT, "no_freight",                                                                              \
      "price without freight: the delivery term leaves it out and none is declared")                         \
    X(NO_TERM, "no_term", "price and declared charges; the delivery term is not known")

enum tw_value_basis {
#define X(id, code, words) TW_VALUE_##id,
    TW_VALUE_BASIS_TABLE(X)
#undef X
        TW_VALUE_N
};

/* Why a number cannot be had. */
#define TW_GAP_TABLE(X)                                                                                      \
    X(NONE, "none", "nothing is missing")                                                                    \
    X(NO_PRICE, "no_price", "no price is declared")                                                          \
    X(ZERO_PRICE, "zero_price", "the price or value is zero")                                                \
    X(NO_DAY, "no_day", "the day of lodging is not known")                                                   \
    X(NO_RATE, "no_rate", "there is no exchange rate for the currency on that day")                          \
    X(NO_SHARE, "no_share", "freight cannot be shared: another item has no comparable price")                \
    X(NO_DUTY_RATE, "no_duty_rate", "no duty rate is declared and the tariff has none")                      \
    X(NO_MASS, "no_mass", "no net mass above zero is declared")                                              \
    X(NO_QUANTITY, "no_quantity", "no quantity above zero with its unit is declared")                        \
    X(TOO_LARGE, "too_large", "the number is too large")

enum tw_gap {
#define X(id, code, words) TW_GAP_##id,
    TW_GAP_TABLE(X)
#undef X
        TW_GAP_N
};

/* What there is to say of one item. Where a gap is not TW_GAP_NONE, its number is absent (NaN). */
struct tw_item_value {
    struct tw_money value;     /* customs value, national currency */
    enum tw_value_basis basis; /* TW_VALUE_NONE: `value_gap` says why */
    enum tw_gap value_gap;
    struct tw_dec duty_rate; /* per cent: as declared, else from the tariff */
    bool duty_rate_declared;
    struct tw_money duty; /* duty at stake, national currency: as declared, else value x rate */
    enum tw_gap duty_gap;
    double per_kg; /* value in major units / net mass in kg */
    enum tw_gap per_kg_gap;
    double per_unit; /* value in major units / quantity; compare within one unit */
    enum tw_gap per_unit_gap;
};

/* How values are found. Nothing in it is owned. */
struct tw_valuation {
    const struct tw_rates *rates;   /* with the national currency */
    const struct tw_tariff *tariff; /* NULL: declared rates only */
};

/* Fills ret[0 .. decl->items.n - 1]. Never fails: what cannot be had is a gap.
 * Time O(items x log(rates + tariff rows)). Pure. */
void tw_decl_value(const struct tw_decl *decl, const struct tw_valuation *how, struct tw_item_value *ret);

/* Puts what was found into the members that the item leaves open: customs value, duty rate, duty amount. Once
 * done, they can no longer be told from declared ones; keep the tw_item_value. */
void tw_item_value_apply(const struct tw_item_value *value, struct tw_item *item);

const struct tw_vocabulary *tw_value_basis_vocabulary(void);
const struct tw_vocabulary *tw_gap_vocabulary(void);

#endif
