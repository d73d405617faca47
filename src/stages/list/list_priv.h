/* SPDX-License-Identifier: Apache-2.0 */
/* list/list_priv.h -- a list from the inside; for this module alone.
 *
 * In : what read.c finds in heads and tables.
 * Out: a list with its look-ups.
 * Not: YAML.
 */
#ifndef TW_LIST_LIST_PRIV_H
#define TW_LIST_LIST_PRIV_H

#include "base/map.h"
#include "base/yaml.h"
#include "list/list.h"
#include "name/index.h"

enum { LIST_COLUMNS = 5, LIST_REMARKS_MAX = 1000, LIST_ELEMENTS_MAX = 24 };

struct tw_watchlist {
    struct tw_arena *arena;
    struct tw_name_fold *fold; /* not owned */
    struct tw_watch_limits limits;
    struct tw_watch_head head;
    struct tw_sha256 *hash;                     /* of what has been read; NULL when the list is ready */
    enum tw_element element[LIST_ELEMENTS_MAX]; /* that are looked at */
    size_t elements;
    struct tw_watch_entry *entry;
    uint32_t *next; /* of each entry: another of the same key, + 1; 0 = none */
    size_t n, cap;
    struct tw_intern *ids, *keys; /* of each key: its first entry, first[key] */
    uint32_t *first;
    size_t first_cap;
    struct tw_name_index *index; /* of a fuzzy list: the names in the order of entries */
    const struct tw_yaml *examples;
    size_t column[LIST_COLUMNS]; /* where each stands in a row, + 1; 0 = nowhere */
    struct tw_watch_remark *remark;
    size_t remarks;
};

/* X(ID, name of the column or key, required) */
#define LIST_COLUMN_TABLE(X)                                                                                 \
    X(ID, "id", 1)                                                                                           \
    X(VALUE, "value", 1)                                                                                     \
    X(FROM, "from", 0)                                                                                       \
    X(TO, "to", 0)                                                                                           \
    X(NOTE, "note", 0)

enum list_column {
#define X(id, name, required) LIST_##id,
    LIST_COLUMN_TABLE(X)
#undef X
};

/* Is the kind looked up by names, else by numbers and codes? */
static inline bool list_is_of_names(enum tw_watch_kind kind)
{
    return kind == TW_WATCH_PARTIES || kind == TW_WATCH_ADDRESSES || kind == TW_WATCH_VESSELS;
}

/* Takes an entry in; its texts are copied. fault has note and path (the column). of_table: its line is */
tw_err list_add(struct tw_watchlist *l, const struct tw_watch_entry *entry, bool of_table,
                struct tw_fault *fault) TW_MUST_CHECK;

/* Indexes of all entries. */
tw_err list_index(struct tw_watchlist *l, struct tw_fault *fault) TW_MUST_CHECK;

/* The same form of a text for all ways to write it. name  room, filled for kinds of names */
struct tw_str list_key(const struct tw_watchlist *l, struct tw_str text, struct tw_name *name, char room[64]);

/* Is the entry valid on the day? */
bool list_valid(const struct tw_watch_entry *e, int32_t day);

#endif
