/* SPDX-License-Identifier: Apache-2.0 */
/* decl/same.h -- what of one object another one does not hold.
 *
 * In : two objects of a level, such as a declaration and what came back of it.
 * Out: each element of the first that the second lacks or has otherwise.
 * Not: what the second has besides.
 */
#ifndef TW_DECL_SAME_H
#define TW_DECL_SAME_H

#include "decl/element.h"

struct tw_missing {
    void *to;
    /* list  the one that the object stands in; NULL = the top object itself */
    void (*tell)(void *to, const struct tw_list_row *list, enum tw_element element);
};

/* Elements of `a` and of all that it lists, which are set and not the same in `b` at the same place; b NULL:
 * it holds nothing. Returns their number. missing NULL: only the number is wanted. */
size_t tw_object_missing(enum tw_level level, const void *a, const void *b, const struct tw_missing *missing);

#endif
