/* SPDX-License-Identifier: Apache-2.0 */
/* decl/rates.h -- exchange rates by day.
 *
 * In : rows of day, currency and rate, as a file gave them; the nation's own currency.
 * Out: the rate that stood on a day, and money in the national currency.
 * Not: files, and no guess: a currency without a recent rate is not converted.
 */
#ifndef TW_DECL_RATES_H
#define TW_DECL_RATES_H

#include "decl/code.h"
#include "decl/decl.h"

enum {
    TW_RATES_AGE_D = 31
}; /* customs rates are set for a month; so old may one be where nothing else is said */

/* One unit of `currency` costs `rate` units of the national currency from `day` on. */
struct tw_rate {
    int32_t day; /* UTC day */
    struct tw_str currency;
    struct tw_dec rate; /* > 0 */
};

struct tw_rates;

/* A table of `n` rows in any order; their texts are not kept. Without rows it converts the national currency
 * alone. national   ISO 4217 max_age_d  days a rate stands when no newer one comes, >= 0
 *
 * TW_FORMAT    a currency that is none, a rate that is not above zero; fault->item is the row
 * TW_CONFLICT  two rates of one currency on one day; the national currency at another rate than 1
 * TW_NOMEM */
tw_err tw_rates_new(const struct tw_rate *rows, size_t n, struct tw_str national, int32_t max_age_d,
                    struct tw_rates **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_rates_free(struct tw_rates *rates); /* takes NULL */
static inline void tw_rates_freep(struct tw_rates **rates)
{
    tw_rates_free(*rates);
}

const struct tw_currency *tw_rates_national(const struct tw_rates *rates);

/* The rate of `currency` on `day`: that of the latest row on or before the day, if it is not too old. The
 * national currency is 1. TW_NOTFOUND (no such rate, no such currency; the note says which day is missing) */
tw_err tw_rates_find(const struct tw_rates *rates, struct tw_str currency, int32_t day, struct tw_dec *ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* `money` in the national currency, rounded half to even. TW_ARG (absent), TW_NOTFOUND (as above), TW_RANGE
 * Time O(log n). */
tw_err tw_rates_convert(const struct tw_rates *rates, struct tw_money money, int32_t day,
                        struct tw_money *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
