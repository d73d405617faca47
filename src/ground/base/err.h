/* SPDX-License-Identifier: Apache-2.0 */
/* base/err.h -- error codes and the fault record that explains them.
 *
 * In : what went wrong, where.
 * Out: one code for the program, one sentence for the person.
 * Not: logging, exiting; that is done once, in server/ and cli/.
 */
#ifndef TW_BASE_ERR_H
#define TW_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

/* One row per error: name, HTTP status, exit code, text. Everything else is generated from it.
 * Exit codes: 0 ok, 1 finding, 2 usage, 3 input rejected, 4 unavailable, 130 interrupted. */
#define TW_ERR_TABLE(X)                                                                                      \
    X(OK, 200, 0, "no error")                                                                                \
    X(NOMEM, 503, 4, "out of memory")                                                                        \
    X(ARG, 400, 2, "argument outside its documented range")                                                  \
    X(FORMAT, 422, 3, "input does not follow its format")                                                    \
    X(RANGE, 422, 3, "value outside what is possible")                                                       \
    X(LIMIT, 413, 3, "input is larger than the set limit")                                                   \
    X(NOTFOUND, 404, 3, "no such record")                                                                    \
    X(CONFLICT, 409, 3, "contradicts what is already known")                                                 \
    X(IO, 503, 4, "file or device could not be read or written")                                             \
    X(FULL, 507, 3, "no room left to write")                                                                 \
    X(UNAVAILABLE, 503, 4, "a part this needs is not available")                                             \
    X(BUSY, 503, 4, "too much is waiting; try again in a moment")                                            \
    X(INTERRUPTED, 503, 130, "interrupted")                                                                  \
    X(INTERNAL, 500, 4, "fault of the program itself")

typedef enum tw_err {
#define X(name, http, exit_code, text) TW_##name,
    TW_ERR_TABLE(X)
#undef X
        TW_ERR_N
} tw_err;

/* Where and why a call failed. A plain value with no memory of its own; NULL is allowed in any call. */
struct tw_fault {
    tw_err code;
    uint64_t byte;   /* offset in the input, 0-based */
    uint32_t line;   /* 1-based; 0 = not a text input */
    uint32_t column; /* 1-based column of a table, or character of a line; 0 = not known */
    size_t item;     /* index of the offending element, 0-based */
    char path[96];   /* place in the message, e.g. item.net_mass; "" = not known */
    char note[192];  /* one sentence a clerk understands, no newline */
};

#define TW_MUST_CHECK   __attribute__((warn_unused_result))
#define TW_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Passes an error on to the caller. */
#define TW_TRY(expr)                                                                                         \
    do {                                                                                                     \
        tw_err try_err_ = (expr);                                                                            \
        if (try_err_ != TW_OK) return try_err_;                                                              \
    } while (0)

/* Drops an error on purpose. */
#define TW_IGNORE(expr)                                                                                      \
    do {                                                                                                     \
        tw_err ignored_ = (expr);                                                                            \
        (void)ignored_;                                                                                      \
    } while (0)

const char *tw_err_text(tw_err err); /* static storage, never NULL */
const char *tw_err_name(tw_err err); /* "FORMAT"; static storage */
int tw_err_http(tw_err err);
int tw_err_exit(tw_err err);

/* Fills code and note of `fault` (may be NULL; other members keep what they hold) and hands `code` back, so a
 * caller can write `return tw_fail(...)`. A note that does not fit is cut at 191 bytes. */
tw_err tw_fail(struct tw_fault *fault, tw_err code, const char *fmt, ...) TW_PRINTF(3, 4);

/* The same, and fault->item = item. */
tw_err tw_fail_at(struct tw_fault *fault, tw_err code, size_t item, const char *fmt, ...) TW_PRINTF(4, 5);

#endif
