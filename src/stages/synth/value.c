/* SPDX-License-Identifier: Apache-2.0 */
/* From dollars to what stands in a declaration: prices, customs values and duty in minor units, declared and
 * true. */
#include <math.h>

#include "base/date.h"
#include "synth/synth_priv.h"

int currency_digits(struct tw_str code)
{
    static const char *const none[] = {"KRW", "JPY", "VND", "CLP"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (tw_str_is(code, none[i])) return 0;
    return 2;
}

static double rate_of(const struct tw_synth *s, int32_t day, size_t currency)
{
    return s->rate[(size_t)(day < s->days ? day : s->days - 1) * s->currencies + currency];
}

/* Duty in per cent for goods of an origin, with or without preference. */
static double tariff(const struct tw_synth *s, const struct tw_world_goods *g, uint16_t origin,
                     bool preference)
{
    double duty = g->duty_percent;
    if (preference && country_of(s, origin)->agreement)
        return duty <= 8 ? 0 : floor(duty * 0.25 * 2 + 0.5) / 2;
    if (g->ad && tw_str_eq(country_of(s, origin)->code, s->world->extra_duty.origin))
        duty += s->world->extra_duty.percent;
    return duty;
}

static int64_t round_minor(double v)
{
    return (int64_t)floor(v + 0.5);
}

/* What the goods of a consignment cost and what they were carried for, in dollars. */
struct bill {
    double goods, charges;
    bool includes;           /* prices contain the charges */
    double dollar, national; /* a dollar, a unit of the invoice's currency, in national units */
    double digits;           /* minor units of the invoice's currency in one of it */
};

/* As declared: price, customs value, rate of duty. */
static void settle_declared(const struct tw_synth *s, const struct bill *b, struct goods_line *i)
{
    /* A typing error is in the mass alone: the price was copied rightly from the invoice. */
    bool typed = (i->confounders & (1u << TW_CONFOUNDER_TYPING_ERROR)) != 0;
    double usd = i->usd_kg * (typed ? i->true_net_kg : i->net_kg), share = b->goods > 0 ? usd / b->goods : 0;
    if (b->includes) usd += b->charges * share;
    i->price_minor = round_minor(usd * b->dollar / b->national * b->digits);
    if (i->price_minor < 1) i->price_minor = 1;
    double value = (double)i->price_minor / b->digits * b->national * 100;
    if (!b->includes) value += b->charges * share * b->dollar * 100;
    i->value_minor = round_minor(value);
    if (i->value_minor < 1) i->value_minor = 1;
    i->duty_percent = tariff(s, &s->goods->at[i->goods], i->origin, i->preference);
}

/* In truth: value, and the duty that an inspection could recover. `small`: the consignment goes free. */
static void settle_true(const struct tw_synth *s, const struct bill *b, bool small, struct goods_line *i)
{
    bool m = i->mechanism != TW_MECHANISM_NONE;
    double pref_true =
        tariff(s, &s->goods->at[i->true_goods], i->true_origin, i->preference && i->origin == i->true_origin);
    i->duty_minor = small ? 0 : round_minor((double)i->value_minor * i->duty_percent / 100);
    double true_value = i->true_usd > 0 ? i->true_usd * b->dollar * 100 : (double)i->value_minor;
    if (m) true_value *= 1 + (b->goods > 0 ? b->charges / b->goods : 0);
    i->true_value_minor = m ? round_minor(true_value) : i->value_minor;
    if (i->true_value_minor < i->value_minor && i->mechanism != TW_MECHANISM_CONSOLIDATOR)
        i->true_value_minor = i->value_minor;
    int64_t due = m ? round_minor((double)i->true_value_minor * pref_true / 100) : i->duty_minor;
    i->recoverable_minor = due > i->duty_minor ? due - i->duty_minor : 0;
    if (i->mechanism == TW_MECHANISM_PROHIBITED || i->mechanism == TW_MECHANISM_COUNTERFEIT)
        i->recoverable_minor = 0;
}

void value_settle(const struct tw_synth *s, struct consignment *c)
{
    size_t cur = c->lane.currency;
    struct bill b = {.charges = c->freight_usd + c->insurance_usd,
                     .includes = c->lane.term == 1,
                     .dollar = rate_of(s, c->day, 0),
                     .national = rate_of(s, c->day, cur),
                     .digits = currency_digits(s->currency[cur]) == 2 ? 100 : 1};
    double total = 0;
    for (size_t k = 0; k < c->n; k++) b.goods += c->item[k].usd_kg * c->item[k].net_kg;
    for (size_t k = 0; k < c->n; k++) {
        settle_declared(s, &b, &c->item[k]);
        total += (double)c->item[k].value_minor;
    }
    bool small = total <= s->world->de_minimis * 100;
    for (size_t k = 0; k < c->n; k++) settle_true(s, &b, small, &c->item[k]);
}

void tw_synth_rates(const struct tw_synth *s, struct tw_buf *out)
{
    tw_buf_text(out, "date,currency,rate\n");
    for (int32_t day = 0; day < s->days; day++)
        for (size_t c = 0; c < s->currencies; c++) {
            tw_buf_day(out, s->options.start_day + day);
            tw_buf_char(out, ',');
            tw_buf_str(out, s->currency[c]);
            tw_buf_char(out, ',');
            tw_buf_fixed(out, rate_of(s, day, c), 6);
            tw_buf_char(out, '\n');
        }
}

static void tariff_row(const struct tw_world_goods *g, struct tw_str origin, const char *preference,
                       double rate, struct tw_buf *out)
{
    tw_buf_str(out, g->hs);
    tw_buf_char(out, ',');
    tw_buf_str(out, origin);
    tw_buf_char(out, ',');
    tw_buf_text(out, preference);
    tw_buf_text(out, ",,,");
    tw_buf_fixed(out, rate, 2);
    tw_buf_char(out, '\n');
}

void tw_synth_tariff(const struct tw_synth *s, struct tw_buf *out)
{
    tw_buf_text(out, "code,origin,preference,from,to,rate\n");
    for (size_t i = 0; i < s->goods->n; i++) {
        const struct tw_world_goods *g = &s->goods->at[i];
        tariff_row(g, TW_STR("*"), "100", g->duty_percent, out);
        if (g->ad)
            tariff_row(g, s->world->extra_duty.origin, "100", g->duty_percent + s->world->extra_duty.percent,
                       out);
        for (uint16_t c = 0; c < s->world->countries.n; c++)
            if (country_of(s, c)->agreement)
                tariff_row(g, country_of(s, c)->code, "300", tariff(s, g, c, true), out);
    }
}
