/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_in.h -- one JSON text as a tree in which each value knows its place.
 *
 * In : the bytes of one JSON text (RFC 8259), or the first ones of a file.
 * Out: its values; or the first fault with line, column and what would be right.
 * Not: what a member means (message/json_read.h); several texts in one file (message/json_split.h).
 *
 * A scanner that knows quotes and brackets and nothing else holds the bytes to the limits below and notes
 * where each value begins; then jansson reads the very same bytes, and its tree is copied beside the places.
 * Only jansson says what is JSON.
 *
 * Refused beside what is no JSON: a name that stands twice in an object, a NUL in a name, a number no double
 * can hold, and what is beyond the limits. Source: RFC 8259; RFC 7493 (I-JSON) section 2.3 for names that
 * stand twice.
 */
#ifndef TW_MESSAGE_JSON_IN_H
#define TW_MESSAGE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { TW_JSON_DEPTH_MOST = 64 };

/* Zero in a member means its default. */
struct tw_json_limits {
    uint32_t bytes;  /* of the text: 10,000,000; at most 64 MiB */
    uint32_t depth;  /* objects and arrays within each other: 32; at most TW_JSON_DEPTH_MOST */
    uint32_t values; /* of the text, names not counted: 500,000; at most 10,000,000 */
};

enum tw_json_kind {
    TW_JSON_NULL,
    TW_JSON_FALSE,
    TW_JSON_TRUE,
    TW_JSON_NUMBER,
    TW_JSON_TEXT,
    TW_JSON_ARRAY,
    TW_JSON_OBJECT
};

struct tw_json_node {
    enum tw_json_kind kind;
    uint32_t line, column;             /* 1-based, where it begins; characters of the line */
    uint32_t byte;                     /* offset of the same in the text */
    uint32_t n;                        /* members or elements */
    struct tw_str key;                 /* when it is a member of an object */
    struct tw_str text;                /* TEXT: what it says; NUMBER: its digits as they stand */
    const struct tw_json_node *parent; /* NULL at the top */
    const struct tw_json_node *next;   /* the next of the same object or array */
};

static inline bool tw_json_is_blank(char c) /* RFC 8259, section 2 */
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Its first member or element; NULL where there is none. */
static inline const struct tw_json_node *tw_json_first(const struct tw_json_node *node)
{
    return node->n > 0 ? node + 1 : NULL;
}

/* The member of that name; NULL when absent, or when `node` is NULL or no object. */
const struct tw_json_node *tw_json_get(const struct tw_json_node *node, const char *key);

const char *tw_json_kind_words(enum tw_json_kind kind); /* "a text"; static storage */

/* Reads the whole of `text`. All of *ret lives in `arena`, NUMBERs point into `text`.
 * limits  NULL = all defaults
 * TW_FORMAT  no JSON, not UTF-8, a name twice in an object
 * TW_LIMIT   fault->path is the limit's name; "memory": the arena is full
 * TW_NOMEM */
tw_err tw_json_parse(struct tw_str text, const struct tw_json_limits *limits, struct tw_arena *arena,
                     const struct tw_json_node **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* Says in a fault where the value stands: line, column, byte, and its path such as items[2].price.amount,
 * which is cut at the left where it is too long. `fault` may be NULL. */
void tw_json_blame(const struct tw_json_node *node, struct tw_fault *fault);

/* Does it begin like a JSON object or array, behind blanks and a mark? For who has only some first bytes. */
bool tw_json_sniff(struct tw_str first);

#endif
