/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/value.h"

#include <math.h>

#include "base/date.h"
#include "decl/money.h"

#define X(id, code, words) {code, words},
static const struct tw_word basis_words[] = {TW_VALUE_BASIS_TABLE(X)};
static const struct tw_word gap_words[] = {TW_GAP_TABLE(X)};
#undef X
static const struct tw_vocabulary bases = {"basis of a value", basis_words, TW_VALUE_N};
static const struct tw_vocabulary gaps = {"gap", gap_words, TW_GAP_N};

const struct tw_vocabulary *tw_value_basis_vocabulary(void)
{
    return &bases;
}

const struct tw_vocabulary *tw_gap_vocabulary(void)
{
    return &gaps;
}

/* Money in the national currency, in minor units, or why not. */
struct amount {
    int64_t minor;
    enum tw_gap gap;
};

static struct amount national(const struct tw_decl *decl, const struct tw_rates *rates, struct tw_money money)
{
    struct tw_money converted;
    if (!tw_money_set(money)) return (struct amount){0, TW_GAP_NO_PRICE};
    bool foreign = strcmp(money.cur, tw_rates_national(rates)->code) != 0;
    if (!foreign) return (struct amount){money.minor, TW_GAP_NONE};
    if (decl->lodged_at == TW_NO_TIME) return (struct amount){0, TW_GAP_NO_DAY};
    switch (tw_rates_convert(rates, money, tw_time_day(decl->lodged_at), &converted, NULL)) {
    case TW_OK:
        return (struct amount){converted.minor, TW_GAP_NONE};
    case TW_RANGE:
        return (struct amount){0, TW_GAP_TOO_LARGE};
    default:
        return (struct amount){0, TW_GAP_NO_RATE};
    }
}

/* What comes on top of the prices of a declaration. */
struct charges {
    struct amount sum;         /* minor units, national currency */
    enum tw_value_basis basis; /* of a value computed with it */
};

static void add_charge(const struct tw_decl *decl, const struct tw_rates *rates, struct tw_money charge,
                       struct amount *sum)
{
    if (!tw_money_set(charge) || sum->gap != TW_GAP_NONE) return;
    struct amount more = national(decl, rates, charge);
    if (more.gap == TW_GAP_NONE && __builtin_add_overflow(sum->minor, more.minor, &more.minor))
        more.gap = TW_GAP_TOO_LARGE;
    *sum = more;
}

static struct charges charges_of(const struct tw_decl *decl, const struct tw_rates *rates)
{
    const struct tw_incoterm *term = tw_incoterm_find(decl->delivery_term);
    struct charges c = {{0, TW_GAP_NONE}, TW_VALUE_BORDER};
    if (term == NULL || !term->freight) add_charge(decl, rates, decl->freight, &c.sum);
    if (term == NULL || !term->insurance) add_charge(decl, rates, decl->insurance, &c.sum);
    if (term == NULL)
        c.basis = TW_VALUE_NO_TERM;
    else if (!term->freight && !tw_money_set(decl->freight))
        c.basis = TW_VALUE_NO_FREIGHT;
    return c;
}

static struct tw_money in_national(const struct tw_rates *rates, int64_t minor)
{
    struct tw_money m = {.minor = minor};
    memcpy(m.cur, tw_rates_national(rates)->code, sizeof m.cur);
    return m;
}

/* Adds the share of each item to its price. Shares are cut out of the charge between the running totals of
 * the prices, so that no minor unit is lost or made. ret[i].value.minor holds the price. */
static void share_out(const struct tw_decl *decl, const struct tw_rates *rates, const struct charges *c,
                      struct tw_item_value *ret)
{
    int64_t total = 0, running = 0, given = 0;
    enum tw_gap all = c->sum.gap;
    for (size_t i = 0; i < decl->items.n && all == TW_GAP_NONE && c->sum.minor != 0; i++) {
        if (ret[i].value_gap != TW_GAP_NONE)
            all = TW_GAP_NO_SHARE;
        else if (__builtin_add_overflow(total, ret[i].value.minor, &total))
            all = TW_GAP_TOO_LARGE;
    }
    if (all == TW_GAP_NONE && c->sum.minor != 0 && total <= 0) all = TW_GAP_NO_SHARE;
    for (size_t i = 0; i < decl->items.n; i++) {
        struct tw_item_value *v = &ret[i];
        int64_t upto = 0, price = v->value.minor;
        if (v->value_gap == TW_GAP_NONE) v->value_gap = all;
        if (v->value_gap == TW_GAP_NONE && c->sum.minor != 0) {
            running += price;
            if (tw_muldiv(c->sum.minor, running, total, &upto) != TW_OK ||
                __builtin_add_overflow(price, upto - given, &price))
                v->value_gap = TW_GAP_TOO_LARGE;
            given = upto;
        }
        v->basis = v->value_gap == TW_GAP_NONE ? c->basis : TW_VALUE_NONE;
        v->value = v->value_gap == TW_GAP_NONE ? in_national(rates, price) : (struct tw_money){0};
    }
}

static void find_duty(const struct tw_decl *decl, const struct tw_valuation *how, const struct tw_item *item,
                      struct tw_item_value *v)
{
    v->duty_rate = item->duty_rate;
    v->duty_rate_declared = item->duty_rate.set;
    if (!v->duty_rate.set && how->tariff != NULL && decl->lodged_at != TW_NO_TIME)
        TW_IGNORE(tw_tariff_find(
            how->tariff,
            (struct tw_tariff_query){item->hs, item->origin, item->preference, tw_time_day(decl->lodged_at)},
            &v->duty_rate, NULL));
    if (tw_money_set(item->duty_amount)) {
        struct amount declared = national(decl, how->rates, item->duty_amount);
        v->duty_gap = declared.gap;
        if (declared.gap == TW_GAP_NONE) v->duty = in_national(how->rates, declared.minor);
        return;
    }
    v->duty_gap = v->value_gap != TW_GAP_NONE ? v->value_gap
                  : v->duty_rate.set          ? TW_GAP_NONE
                                              : TW_GAP_NO_DUTY_RATE;
    if (v->duty_gap != TW_GAP_NONE) return;
    int64_t den = 100, minor = 0;
    for (unsigned i = 0; i < v->duty_rate.scale; i++) den *= 10;
    if (tw_muldiv(v->value.minor, v->duty_rate.v, den, &minor) == TW_OK)
        v->duty = in_national(how->rates, minor);
    else
        v->duty_gap = TW_GAP_TOO_LARGE;
}

/* value / amount, or why not. */
static double per(const struct tw_item_value *v, struct tw_dec amount, enum tw_gap none, enum tw_gap *gap)
{
    *gap = v->value_gap != TW_GAP_NONE    ? v->value_gap
           : v->value.minor <= 0          ? TW_GAP_ZERO_PRICE
           : !amount.set || amount.v <= 0 ? none
                                          : TW_GAP_NONE;
    return *gap == TW_GAP_NONE ? tw_money_f64(v->value) / tw_dec_f64(amount) : (double)NAN;
}

void tw_decl_value(const struct tw_decl *decl, const struct tw_valuation *how, struct tw_item_value *ret)
{
    struct charges c = charges_of(decl, how->rates);
    for (size_t i = 0; i < decl->items.n; i++) {
        struct amount price = national(decl, how->rates, decl->items.at[i].price);
        ret[i] = (struct tw_item_value){.value = {.minor = price.minor}, .value_gap = price.gap};
    }
    share_out(decl, how->rates, &c, ret);
    for (size_t i = 0; i < decl->items.n; i++) {
        const struct tw_item *item = &decl->items.at[i];
        struct tw_item_value *v = &ret[i];
        if (tw_money_set(item->customs_value)) {
            struct amount declared = national(decl, how->rates, item->customs_value);
            bool have = declared.gap == TW_GAP_NONE;
            v->value = have ? in_national(how->rates, declared.minor) : (struct tw_money){0};
            v->basis = have ? TW_VALUE_DECLARED : TW_VALUE_NONE;
            v->value_gap = declared.gap;
        }
        struct tw_dec quantity = item->quantity.unit.n > 0 ? item->quantity.value : (struct tw_dec){0};
        find_duty(decl, how, item, v);
        v->per_kg = per(v, item->net_mass_kg, TW_GAP_NO_MASS, &v->per_kg_gap);
        v->per_unit = per(v, quantity, TW_GAP_NO_QUANTITY, &v->per_unit_gap);
    }
}

void tw_item_value_apply(const struct tw_item_value *value, struct tw_item *item)
{
    if (!tw_money_set(item->customs_value)) item->customs_value = value->value;
    if (!item->duty_rate.set) item->duty_rate = value->duty_rate;
    if (!tw_money_set(item->duty_amount)) item->duty_amount = value->duty;
}
