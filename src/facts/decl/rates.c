/* SPDX-License-Identifier: Apache-2.0 */
/* All rates in one array, ordered by currency and day; begin[c] is where currency c (its place in the table
 * of currencies) starts. A look-up is a binary search among one currency's days. */
#include "decl/rates.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/mem.h"

struct entry {
    int64_t v;
    int32_t day;
    uint16_t currency; /* place in the table of currencies */
    uint8_t scale;
    size_t row; /* as handed in, for faults */
};

struct tw_rates {
    const struct tw_currency *national;
    int32_t max_age_d;
    struct entry *at; /* owned */
    size_t *begin;    /* owned; one more than there are currencies */
};

static int by_currency_and_day(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->currency != y->currency) return x->currency < y->currency ? -1 : 1;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static tw_err no_currency(struct tw_str code, size_t item, struct tw_fault *fault)
{
    return tw_fail_at(fault, TW_FORMAT, item,
                      "\"%.*s\" is no currency of ISO 4217; three capitals such as USD are",
                      (int)(code.n < 24 ? code.n : 24), code.n > 0 ? code.s : "");
}

static tw_err read_row(const struct tw_rates *rates, const struct tw_rate *row, size_t i, struct entry *ret,
                       struct tw_fault *fault)
{
    static const struct tw_dec one = {1, 0, true};
    size_t n;
    const struct tw_currency *table = tw_currency_table(&n), *c = tw_currency_find(row->currency);
    if (c == NULL) return no_currency(row->currency, i, fault);
    if (!row->rate.set || row->rate.v <= 0)
        return tw_fail_at(fault, TW_FORMAT, i, "the rate of %s is not above zero", c->code);
    if (c == rates->national && tw_dec_cmp(row->rate, one) != 0)
        return tw_fail_at(fault, TW_CONFLICT, i,
                          "%s is the national currency; its rate is 1 and nothing else", c->code);
    *ret = (struct entry){row->rate.v, row->day, (uint16_t)(c - table), row->rate.scale, i};
    return TW_OK;
}

/* Orders the rows, refuses two rates for one day and drops rows said twice. */
static tw_err put_in_order(struct tw_rates *rates, size_t n, struct tw_fault *fault)
{
    size_t kept = 0, currencies;
    tw_currency_table(&currencies);
    qsort(rates->at, n, sizeof *rates->at, by_currency_and_day);
    for (size_t i = 0; i < n; i++) {
        const struct entry *e = &rates->at[i], *last = kept > 0 ? &rates->at[kept - 1] : NULL;
        if (last != NULL && last->currency == e->currency && last->day == e->day) {
            if (tw_dec_cmp((struct tw_dec){e->v, e->scale, true},
                           (struct tw_dec){last->v, last->scale, true}) == 0)
                continue;
            return tw_fail_at(fault, TW_CONFLICT, e->row, "a second, different rate of %s for one day",
                              tw_currency_table(&currencies)[e->currency].code);
        }
        rates->at[kept++] = *e;
    }
    size_t at = 0;
    for (size_t c = 0; c <= currencies; c++) {
        while (at < kept && rates->at[at].currency < c) at++;
        rates->begin[c] = at;
    }
    return TW_OK;
}

tw_err tw_rates_new(const struct tw_rate *rows, size_t n, struct tw_str national, int32_t max_age_d,
                    struct tw_rates **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_rates) *rates = tw_calloc(1, sizeof *rates);
    if (rates == NULL) return tw_fail(fault, TW_NOMEM, "no memory for exchange rates");
    rates->national = tw_currency_find(national);
    rates->max_age_d = max_age_d;
    if (rates->national == NULL) return no_currency(national, 0, fault);
    size_t currencies;
    tw_currency_table(&currencies);
    rates->begin = tw_calloc(currencies + 1, sizeof *rates->begin);
    if (n > 0) rates->at = tw_calloc(n, sizeof *rates->at);
    if (rates->begin == NULL || (n > 0 && rates->at == NULL))
        return tw_fail(fault, TW_NOMEM, "no memory for exchange rates");
    for (size_t i = 0; i < n; i++) TW_TRY(read_row(rates, &rows[i], i, &rates->at[i], fault));
    if (n > 0) TW_TRY(put_in_order(rates, n, fault));
    *ret = rates;
    rates = NULL;
    return TW_OK;
}

void tw_rates_free(struct tw_rates *rates)
{
    if (rates == NULL) return;
    tw_free(rates->at);
    tw_free(rates->begin);
    tw_free(rates);
}

const struct tw_currency *tw_rates_national(const struct tw_rates *rates)
{
    return rates->national;
}

static tw_err not_found(const struct tw_rates *rates, const struct tw_currency *c, int32_t day,
                        struct tw_fault *fault)
{
    int y, m, d;
    tw_day_to_civil(day, &y, &m, &d);
    return tw_fail(fault, TW_NOTFOUND,
                   "there is no exchange rate of %s for %04d-%02d-%02d or the %d days before; add one to the "
                   "file of rates",
                   c->code, y, m, d, (int)rates->max_age_d);
}

static tw_err find(const struct tw_rates *rates, const struct tw_currency *c, int32_t day, struct tw_dec *ret,
                   struct tw_fault *fault)
{
    if (c == rates->national) {
        *ret = (struct tw_dec){1, 0, true};
        return TW_OK;
    }
    size_t n;
    size_t place = (size_t)(c - tw_currency_table(&n));
    size_t first = rates->begin[place], lo = first, hi = rates->begin[place + 1];
    while (lo < hi) { /* lo = the first day after `day` */
        size_t mid = lo + (hi - lo) / 2;
        if (rates->at[mid].day <= day)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == first || (int64_t)day - rates->at[lo - 1].day > rates->max_age_d)
        return not_found(rates, c, day, fault);
    *ret = (struct tw_dec){rates->at[lo - 1].v, rates->at[lo - 1].scale, true};
    return TW_OK;
}

tw_err tw_rates_find(const struct tw_rates *rates, struct tw_str currency, int32_t day, struct tw_dec *ret,
                     struct tw_fault *fault)
{
    const struct tw_currency *c = tw_currency_find(currency);
    if (c == NULL)
        return tw_fail(fault, TW_NOTFOUND, "\"%.*s\" is no currency of ISO 4217",
                       (int)(currency.n < 24 ? currency.n : 24), currency.n > 0 ? currency.s : "");
    return find(rates, c, day, ret, fault);
}

tw_err tw_rates_convert(const struct tw_rates *rates, struct tw_money money, int32_t day,
                        struct tw_money *ret, struct tw_fault *fault)
{
    struct tw_dec rate = {0};
    if (money.cur[0] == '\0') return tw_fail(fault, TW_ARG, "there is no amount to convert");
    const struct tw_currency *c = tw_currency_find((struct tw_str){money.cur, 3});
    if (c == NULL) return tw_fail(fault, TW_NOTFOUND, "\"%.3s\" is no currency of ISO 4217", money.cur);
    TW_TRY(find(rates, c, day, &rate, fault));
    /* minor / 10^digits x v / 10^scale, in minor units: x 10^national / 10^(digits + scale) */
    int64_t num = rate.v, den = 1, minor = 0;
    bool fits = true;
    for (unsigned i = 0; i < rates->national->digits; i++)
        fits = fits && !__builtin_mul_overflow(num, 10, &num);
    for (unsigned i = 0; i < (unsigned)c->digits + rate.scale; i++) den *= 10; /* at most 10^13 */
    if (!fits || tw_muldiv(money.minor, num, den, &minor) != TW_OK)
        return tw_fail(fault, TW_RANGE, "the amount is too large in %s", rates->national->code);
    *ret = (struct tw_money){.minor = minor};
    memcpy(ret->cur, rates->national->code, sizeof ret->cur);
    return TW_OK;
}
