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

/* What a rule looks at: one value by itself, values that must agree, or a value that is not there. */
enum tw_about { TW_ABOUT_VALUE, TW_ABOUT_TOGETHER, TW_ABOUT_LACKS };

enum tw_check {
#define X(id, code, severity, error, about, words, says, remedy, source) TW_CHECK_##id,
#include "decl/check.def"
#undef X
    TW_CHECK_N
};

/* A row of the table. */
struct tw_check_row {
    const char *code, *words, *says, *remedy, *source;
    enum tw_severity severity;
    enum tw_about about;
    tw_err error;
};

/* One rule broken. */
struct tw_violation {
    enum tw_check check;
    enum tw_element element; /* at fault */
    bool of_item;
    size_t item;  /* index in decl->items; 0 when the header is at fault */
    size_t entry; /* of an element of a list: index of its object there */
};

struct tw_violations {
    struct tw_violation *at; /* in the arena */
    size_t n;
};

/* The rules that decide whether a declaration is taken, as far as `decl` breaks them: the header's first,
 * then item by item. now  UTC seconds at which it is read; TW_NO_TIME: not known, nothing lies ahead
 * TW_NOMEM. Time O(items). */
tw_err tw_decl_check(const struct tw_decl *decl, int64_t now, struct tw_arena *arena,
                     struct tw_violations *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* What an officer would ask about besides: code lists, check digits, sums, what stands twice, what a
 * procedure demands. All of these are warnings, and nobody waits for them when a declaration is decided
 * about: they are for whoever wants to hear of every fault. `decl` is settled; *ret is as of tw_decl_check.
 * TW_NOMEM. Time O(items and all they list). */
tw_err tw_decl_check_trade(const struct tw_decl *decl, int64_t now, struct tw_arena *arena,
                           struct tw_violations *ret, struct tw_fault *fault) TW_MUST_CHECK;

const struct tw_check_row *tw_check_row(enum tw_check check); /* static storage */
const struct tw_vocabulary *tw_check_vocabulary(void);        /* code and words of each rule */
enum tw_severity tw_check_severity(enum tw_check check);

/* Tells a violation as a fault (NULL is allowed): code, path, item and a sentence with the numbers that
 * clash. Returns the code, so that a reader can `return tw_violation_fault(...)`. */
tw_err tw_violation_fault(const struct tw_violation *v, const struct tw_decl *decl, struct tw_fault *fault);

#endif
