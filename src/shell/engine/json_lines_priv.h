/* SPDX-License-Identifier: Apache-2.0 */
/* engine/json_lines_priv.h -- JSON Lines that this program wrote, read again object by object.
 *
 * In : a path, or "-".
 * Out: each object with its line; its members as the types they are to have.
 * Not: what they mean.
 */
#ifndef TW_ENGINE_JSON_LINES_PRIV_H
#define TW_ENGINE_JSON_LINES_PRIV_H

#include <signal.h>

#include "message/json_in.h"

struct json_line {
    const struct tw_json_node *object; /* valid during the call */
    uint32_t line;                     /* of the file */
};

/* Who takes the lines. A fault it blames on a node of the line gets its place in the file. */
struct json_lines_taker {
    void *to;
    tw_err (*take)(void *to, const struct json_line *line, struct tw_fault *fault);
    const volatile sig_atomic_t *stop; /* not zero = give up; NULL = never */
};

/* The first bad line ends it: TW_FORMAT (no object, cut off), TW_LIMIT with its place; the errors of
 * tw_file_in_* and of `take`. */
tw_err json_lines_read(const char *path, const struct json_lines_taker *taker, struct tw_fault *fault)
    TW_MUST_CHECK;

/* A member of the line that must be there. TW_FORMAT with its place. */
tw_err json_line_text(const struct json_line *l, const char *key, struct tw_str *ret, struct tw_fault *fault)
    TW_MUST_CHECK;
/* n bytes as 2n hex digits. */
tw_err json_line_hex(const struct json_line *l, const char *key, uint8_t *ret, size_t n,
                     struct tw_fault *fault) TW_MUST_CHECK;
/* The UTC day of a date or time. */
tw_err json_line_day(const struct json_line *l, const char *key, int32_t *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
