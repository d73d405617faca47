/* SPDX-License-Identifier: Apache-2.0 */
/* base/str.h -- text as pointer and length.
 *
 * In : bytes owned by somebody else.
 * Out: slices of them, comparisons, copies into an arena.
 * Not: NUL-terminated strings, locale, Unicode tables.
 */
#ifndef TW_BASE_STR_H
#define TW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

/* A slice of text; not owned, not NUL-terminated. s may be NULL only when n is 0. n == 0 = absent. */
struct tw_str {
    const char *s;
    size_t n;
};

#define TW_STR(literal) ((struct tw_str){(literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", TW_STR_ARG(x)). */
#define TW_STR_ARG(x) (int)(x).n, ((x).n > 0 ? (x).s : "")
/* The same, at most the first `most` bytes of it: for messages that show what was read. */
#define TW_STR_FIRST(x, most) (int)((x).n < (most) ? (x).n : (most)), ((x).n > 0 ? (x).s : "")

static inline struct tw_str tw_str_from(const char *z) /* a NUL-terminated text; NULL gives an absent one */
{
    return (struct tw_str){z, z != NULL ? strlen(z) : 0};
}

static inline bool tw_str_eq(struct tw_str a, struct tw_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

static inline bool tw_str_is(struct tw_str a, const char *z)
{
    return tw_str_eq(a, tw_str_from(z));
}

int tw_str_cmp(struct tw_str a, struct tw_str b); /* bytewise, shorter first; <0, 0, >0 */

static inline bool tw_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without ASCII blanks at both ends. Here, because every field of every row is asked twice. */
static inline struct tw_str tw_str_trim(struct tw_str a)
{
    while (a.n > 0 && tw_is_blank(a.s[0])) {
        a.s++;
        a.n--;
    }
    while (a.n > 0 && tw_is_blank(a.s[a.n - 1])) a.n--;
    return a;
}

bool tw_str_starts(struct tw_str a, struct tw_str prefix);

/* Splits off what stands before the first `sep`; *rest is what follows (absent when there is no `sep`). */
struct tw_str tw_str_cut(struct tw_str a, char sep, struct tw_str *rest);

/* A NUL-terminated copy (ret->n does not count the NUL). TW_NOMEM */
tw_err tw_str_dup(struct tw_arena *arena, struct tw_str a, struct tw_str *ret) TW_MUST_CHECK;

/* Whole text as a base-10 integer, optional sign, nothing else. TW_FORMAT, TW_RANGE */
tw_err tw_str_i64(struct tw_str a, int64_t *ret) TW_MUST_CHECK;

/* Whole text as a finite double in C notation (the only place that calls strtod). TW_FORMAT, TW_RANGE */
tw_err tw_str_f64(struct tw_str a, double *ret) TW_MUST_CHECK;

/* True when `a` is well-formed UTF-8 without NUL; else *bad (may be NULL) is the offset of the first bad
 * byte. Source: Unicode 15, table 3-7. */
bool tw_str_utf8(struct tw_str a, size_t *bad);

#endif
