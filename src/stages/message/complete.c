/* SPDX-License-Identifier: Apache-2.0 */
#include "message/complete.h"

#include <stdio.h>

#include "base/date.h"

/* The rules that every declaration keeps. */
static tw_err check(const struct tw_decl *decl, const struct tw_completion *how, struct tw_arena *arena,
                    struct tw_violations *ret, struct tw_fault *fault)
{
    TW_TRY(tw_decl_check(decl, how->now, arena, ret, fault));
    for (size_t i = 0; i < ret->n; i++) {
        const struct tw_violation *v = &ret->at[i];
        const bool passes = (how->pass >> v->check & 1) != 0;
        if (tw_check_severity(v->check) == TW_SEVERITY_FAULT && !passes)
            return tw_violation_fault(v, decl, fault);
    }
    return TW_OK;
}

/* Blames the amount that could not be converted: the item's price, or a charge that it shares in. */
static tw_err no_rate(const struct tw_decl *d, size_t item, const struct tw_rates *rates,
                      struct tw_fault *fault)
{
    const struct {
        const char *element;
        struct tw_money money;
    } of[] = {{"price_currency", d->items.at[item].price},
              {"freight_currency", d->freight},
              {"insurance_currency", d->insurance}};
    struct tw_money converted;
    fault->item = item;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (tw_rates_convert(rates, of[i].money, tw_time_day(d->lodged_at), &converted, fault) != TW_NOTFOUND)
            continue;
        snprintf(fault->path, sizeof fault->path, "%s", of[i].element);
        return fault->code;
    }
    return TW_OK;
}

/* Values and rates that were left open. */
static tw_err complete_values(struct tw_decl *decl, const struct tw_completion *how, struct tw_arena *arena,
                              struct tw_completed *ret, struct tw_fault *fault)
{
    ret->value = NULL;
    if (how->valuation == NULL) return TW_OK;
    ret->value = tw_arena_array(arena, decl->items.n, sizeof *ret->value);
    if (ret->value == NULL && decl->items.n > 0) return TW_NOMEM;
    tw_decl_value(decl, how->valuation, ret->value);
    for (size_t i = 0; i < decl->items.n; i++) {
        const bool lacks = ret->value[i].value_gap == TW_GAP_NO_RATE;
        ret->rate_lacks |= lacks;
        if (lacks && !how->rates_may_lack) TW_TRY(no_rate(decl, i, how->valuation->rates, fault));
        tw_item_value_apply(&ret->value[i], &decl->items.at[i]);
    }
    return TW_OK;
}

tw_err tw_complete(struct tw_decl *decl, const struct tw_completion *how, struct tw_arena *arena,
                   struct tw_completed *ret, struct tw_fault *fault)
{
    struct tw_fault own = {0};
    struct tw_completed done = {.value = NULL};
    if (fault == NULL) fault = &own;
    if (decl->version == 0) decl->version = 1;
    TW_TRY(tw_decl_settle(decl, how->currency, fault));
    TW_TRY(check(decl, how, arena, &done.warnings, fault));
    TW_TRY(complete_values(decl, how, arena, &done, fault));
    *ret = done;
    return TW_OK;
}
