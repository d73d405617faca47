/* SPDX-License-Identifier: Apache-2.0 */
/* cli/bindings.h -- a JSON object as the names that an expression may see.
 *
 * In : the tree of a JSON text.
 * Out: a variable for each member, with its type as the values show it, and its value.
 * Not: the reading of JSON (message/json_in.h), the language (cel/cel.h).
 *
 * An object is a map with text keys whose members the checker knows, so that a misspelt one is refused. A
 * number without fraction and exponent is an int, any other a double; null is null. Objects of one list are
 * taken together: a member has the type it has in all of them, else dyn.
 */
#ifndef TW_CLI_BINDINGS_H
#define TW_CLI_BINDINGS_H

#include "cel/cel.h"
#include "message/json_in.h"

struct tw_bindings {
    struct tw_cel_variable *variable;
    struct tw_cel_value *slot;
    size_t n;
};

/* All of *ret lives in `arena`; texts are those of the tree. TW_FORMAT (no object), TW_NOMEM */
tw_err tw_bindings_of(const struct tw_json_node *json, struct tw_arena *arena, struct tw_bindings *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

#endif
