/* SPDX-License-Identifier: Apache-2.0 */
/* reason/change.h -- the one field that would have made it green.
 *
 * In : a declaration that is not green by score, a way to score what it might have been.
 * Out: the smallest change of one declared field (customs value, mass, packages, preference, dispatch ...)
 * with which score alone would have let it go, as a sentence with its numbers. Not: advice; it says how the
 * decision hangs on what was declared.
 *
 * A declared field moves many features at once, so the declaration is measured anew with each candidate
 * value, against the same profile: what is said is exactly what would have happened. Fields are tried in the
 * order of reason/change.def, each up to twice and down to half of what was declared, then some up to eight
 * times; in the first that helps, bisection over rounded values finds the nearest that does while the rounded
 * value before it does not. Nothing is taken to rise or fall steadily: a still smaller change that helps may
 * hide between values that do not.
 */
#ifndef TW_REASON_CHANGE_H
#define TW_REASON_CHANGE_H

#include "base/arena.h"
#include "decl/decl.h"

/* Scores a variant of the declaration against the profile as it stands. TW_NOMEM
 * codes  a code of the item is another (dispatch, preference); else amounts alone are
 * ret    whether it lies below the case's target is all that is read */
struct tw_change_scorer {
    void *to;
    tw_err (*score)(void *to, const struct tw_decl *variant, bool codes, double *ret);
};

struct tw_change_case {
    const struct tw_decl *decl;
    size_t item;          /* the item that weighs most, 0-based */
    double target;        /* scores below this are green */
    const char *currency; /* national; "" = that of the item's customs value */
    struct tw_change_scorer scorer;
};

enum { TW_CHANGE_SCORINGS_MAX = 24 }; /* so often is the scorer asked at the most */

/* A sentence, or an absent text when no single field would have done. ret_json: the numbers in it, a JSON
 * object; absent with the sentence. Texts in the arena. TW_NOMEM and what the scorer returns. */
tw_err tw_change_find(const struct tw_change_case *c, struct tw_arena *arena, struct tw_str *ret,
                      struct tw_str *ret_json) TW_MUST_CHECK;

#endif
