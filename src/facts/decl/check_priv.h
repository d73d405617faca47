/* SPDX-License-Identifier: Apache-2.0 */
/* decl/check_priv.h -- a check of a declaration on its way.
 *
 * In : rules found broken, one after another.
 * Out: all of them in the arena.
 * Not: which rules there are; check.c and check_trade.c know.
 */
#ifndef TW_DECL_CHECK_PRIV_H
#define TW_DECL_CHECK_PRIV_H

#include "decl/check.h"

enum { TW_CHECK_TRADE = TW_CHECK_TIME_OLD }; /* the first rule of tw_decl_check_trade */

struct check_run {
    const struct tw_decl *decl;
    struct tw_arena *arena;
    struct tw_violations found;
    size_t cap;
    bool failed; /* no room */
    bool of_item;
    size_t item;
    size_t entry;
};

/* Notes a rule where it is broken. */
void check_note(struct check_run *r, bool broken, enum tw_check check, enum tw_element element);

/* Notes a country that is on no list. */
void check_country(struct check_run *r, struct tw_str code, enum tw_element element);

/* What the run found, or TW_NOMEM. */
tw_err check_result(const struct check_run *r, struct tw_violations *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The sentence of a rule of tw_decl_check_trade. */
tw_err check_trade_tell(const struct tw_violation *v, const struct tw_decl *decl, struct tw_fault *fault);

#endif
