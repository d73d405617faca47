/* SPDX-License-Identifier: Apache-2.0 */
/* decl/money.h -- amounts between text, minor units and plain numbers.
 *
 * In : an amount in major units ("1234.50") and a currency code, in either order.
 * Out: minor units of that currency, rounded half to even.
 * Not: exchange; decl/rates.h does that.
 *
 * An amount and its currency stand in two fields that arrive in either order, and the minor unit is not known
 * before both are here. Until then struct tw_money holds the half that came first, and to everyone else it is
 * absent (cur[0] is NUL): an amount   minor = its digits, cur[1] = '0' + its decimals a currency  cur[1..3] =
 * its code Give the other half, or tw_money_settle() it with the currency it is meant in.
 */
#ifndef TW_DECL_MONEY_H
#define TW_DECL_MONEY_H

#include "base/buf.h"
#include "base/decimal.h"

/* Adds the amount to `money`; one that is already there is replaced. Any number of decimals is taken; what is
 * finer than the minor unit is rounded away. TW_FORMAT, TW_RANGE (negative, too large); `money` is then as
 * before. */
tw_err tw_money_set_amount(struct tw_money *money, struct tw_str text, struct tw_fault *fault) TW_MUST_CHECK;

/* The same, and negative amounts are taken. */
tw_err tw_money_set_signed(struct tw_money *money, struct tw_str text, struct tw_fault *fault) TW_MUST_CHECK;

/* Adds the currency, in either case of letters.
 * TW_FORMAT    not a currency of ISO 4217
 * TW_CONFLICT  another one is already there
 * TW_RANGE     the amount is too large in it; `money` is then as before */
tw_err tw_money_set_currency(struct tw_money *money, struct tw_str code, struct tw_fault *fault)
    TW_MUST_CHECK;

/* An amount that waits for its currency gets `currency`; a currency that waits for its amount goes. Then the
 * money is either whole or absent, in every byte. TW_FORMAT (no currency of ISO 4217), TW_RANGE */
tw_err tw_money_settle(struct tw_money *money, struct tw_str currency, struct tw_fault *fault) TW_MUST_CHECK;

static inline bool tw_money_set(struct tw_money money) /* is it there */
{
    return money.cur[0] != '\0';
}

static inline struct tw_str
tw_money_cur(const struct tw_money *money) /* its currency; lives as long as the money */
{
    return (struct tw_str){money->cur, money->cur[0] != '\0' ? 3 : 0};
}

/* Is there an amount that waits for its currency? Then *ret is it, in major units. */
bool tw_money_waits(const struct tw_money *money, struct tw_dec *ret);

/* Major units, e.g. 1234.50; absent when the money is. */
struct tw_dec tw_money_dec(struct tw_money money);
double tw_money_f64(struct tw_money money); /* nearest double; NaN when absent */

/* Money from major units, rounded half to even to the minor unit. TW_FORMAT (currency), TW_ARG (absent),
 * TW_RANGE */
tw_err tw_money_from(struct tw_dec amount, struct tw_str currency, struct tw_money *ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

void tw_buf_amount(struct tw_buf *b, struct tw_money money); /* 1234.50; nothing when absent */

#endif
