/* SPDX-License-Identifier: Apache-2.0 */
/* message/complete.h -- a declaration that has been read becomes one that can be decided about.
 *
 * In : a declaration as it was read, in whatever form.
 * Out: the same settled, checked, with the values and duty rates that it left open.
 * Not: reading; findings.
 */
#ifndef TW_MESSAGE_COMPLETE_H
#define TW_MESSAGE_COMPLETE_H

#include "decl/check.h"
#include "decl/value.h"

struct tw_completion {
    struct tw_str currency;               /* of amounts without one */
    const struct tw_valuation *valuation; /* NULL: what is left open stays open */
    int64_t now;                          /* UTC seconds; TW_NO_TIME = not known */
    uint64_t pass;       /* bit 1 << enum tw_check: the rule, when broken, is a warning, not a fault */
    bool rates_may_lack; /* a price without a rate is left out of comparison; else it is a fault */
};

struct tw_completed {
    struct tw_item_value *value;   /* one for each item, in the arena; NULL without a valuation */
    struct tw_violations warnings; /* rules broken that let it pass */
    bool rate_lacks;               /* a price is left out, for want of a rate */
};

/* fault->item is the index of the item at fault, fault->path the element.
 * The errors of tw_decl_settle, tw_decl_check and tw_violation_fault; TW_NOTFOUND (no exchange rate),
 * TW_NOMEM */
tw_err tw_complete(struct tw_decl *decl, const struct tw_completion *how, struct tw_arena *arena,
                   struct tw_completed *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
