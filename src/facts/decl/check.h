/* SPDX-License-Identifier: Apache-2.0 */
/* decl/check.h -- what must hold of one declaration, whatever message it came in.
 *
 * In : a settled declaration.
 * Out: every rule of check.def that it breaks, with the element and the item.
 * Not: what is unusual; profile/ and feature/ know that. Not the law of a nation; criteria/ has that.
 */
#ifndef TW_DECL_CHECK_H
#define TW_DECL_CHECK_H

#include "decl/element.h"

enum tw_severity { TW_SEVERITY_WARNING, TW_SEVERITY_FAULT };

enum tw_check {
#define X(id, code, severity, error, words) TW_CHECK_##id,
#include "decl/check.def"
#undef X
    TW_CHECK_N
};

/* One rule broken. */
struct tw_violation {
    enum tw_check check;
    enum tw_element element; /* at fault */
    bool of_item;
    size_t item; /* index in decl->items; 0 when the header is at fault */
};

struct tw_violations {
    struct tw_violation *at; /* in the arena */
    size_t n;
};

/* All rules that `decl` breaks: the header's first, then item by item.
 * now  UTC seconds at which it is read; TW_NO_TIME: not known, nothing lies ahead
 * TW_NOMEM. Time O(items). */
tw_err tw_decl_check(const struct tw_decl *decl, int64_t now, struct tw_arena *arena,
                     struct tw_violations *ret, struct tw_fault *fault) TW_MUST_CHECK;

const struct tw_vocabulary *tw_check_vocabulary(void); /* code and words of each rule */
enum tw_severity tw_check_severity(enum tw_check check);

/* Tells a violation as a fault (NULL is allowed): code, path, item and a sentence with the numbers that
 * clash. Returns the code, so that a reader can `return tw_violation_fault(...)`. */
tw_err tw_violation_fault(const struct tw_violation *v, const struct tw_decl *decl, struct tw_fault *fault);

#endif
