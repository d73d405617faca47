/* SPDX-License-Identifier: Apache-2.0 */
/* list/list.h -- lists of what an administration watches for, and what of a declaration stands on them.
 *
 * In : the head of a list (YAML, docs/lists.md), rows of its entries; a declaration, a day.
 * Out: the list, held to its own examples; the best hit of a declaration, and why in words.
 * Not: files (engine/lists.h); what follows from a hit, which criteria say.
 *
 * A list comes about in steps, and is whole or nothing:
 *
 *   tw_watchlist_new(yaml, ...)                      head, entries that stand there
 *   tw_watchlist_bytes(...), tw_watchlist_columns(...), tw_watchlist_row(...)
 *                                                    those of a table, where the head names one
 *   tw_watchlist_ready(...)                          indexes; every example is run
 */
#ifndef TW_LIST_LIST_H
#define TW_LIST_LIST_H

#include "base/hash.h"
#include "decl/element.h"
#include "decl/vocabulary.h"
#include "name/name.h"

/* What a list is of: X(ID, name, may it be fuzzy, words) */
#define TW_WATCH_TABLE(X)                                                                                    \
    X(PARTIES, "parties", 1, "persons and firms, by name or number")                                         \
    X(ADDRESSES, "addresses", 1, "streets with their towns")                                                 \
    X(CONTAINERS, "containers", 0, "numbers of containers")                                                  \
    X(VESSELS, "vessels", 1, "means of transport, by name or number")                                        \
    X(COUNTRIES, "countries", 0, "countries, ISO 3166 alpha-2")                                              \
    X(CODES, "codes", 0, "commodity codes, each with all that begin with it")

enum tw_watch_kind {
#define X(id, name, fuzzy, words) TW_WATCH_##id,
    TW_WATCH_TABLE(X)
#undef X
        TW_WATCH_N
};
const struct tw_vocabulary *tw_watch_vocabulary(void);

/* Zero in a member means its default. */
struct tw_watch_limits {
    uint32_t entries;     /* of one list: 1,000,000 */
    uint32_t entry_bytes; /* of all texts of one entry: 1,024 */
    uint32_t examples;    /* of one list: 1,000 */
    uint64_t memory;      /* of one list's head and entries, bytes: 1 GiB; its indexes take as much again */
};

struct tw_watch_entry {
    struct tw_str id, value, note;
    int32_t from, to; /* valid on these UTC days and between; INT32_MIN, INT32_MAX = open */
    uint32_t line;    /* of the file it stands in */
};

/* What can be known of a list. Texts live as long as it. */
struct tw_watch_head {
    struct tw_str name, words, owner, source;
    struct tw_str file; /* the table of its entries, as the head names it; absent = they stand in the head */
    int64_t version;    /* 0 = the head names none */
    uint8_t sha256[TW_SHA256_BYTES]; /* of the head's bytes with the table's behind them; of a ready list */
    enum tw_watch_kind kind;
    bool fuzzy;
    double threshold; /* least score of a hit of a fuzzy list */
    int32_t from, to; /* as an entry's */
    size_t entries, examples;
};

/* What is no fault, but its owner should look at. */
struct tw_watch_remark {
    uint32_t line; /* 0 = the list as such */
    bool of_table; /* the line is one of the table, else of the head */
    struct tw_str words;
};

struct tw_watchlist; /* not for several threads at once */

/* The head of a list that comes with the program (data/lists): addresses. Absent when there is none. */
struct tw_str tw_watchlist_builtin(struct tw_str name);

/* Reads the head. fold  outlives the list. limits  NULL = all defaults
 * Faults have line and column. TW_FORMAT (no YAML; a key that is missing, unknown or of another kind),
 * TW_RANGE, TW_NOTFOUND (a kind or element that does not exist), TW_CONFLICT (an id that stands twice),
 * TW_LIMIT, TW_NOMEM, TW_UNAVAILABLE (no SHA-256)
 */
tw_err tw_watchlist_new(struct tw_str yaml, const struct tw_watch_limits *limits, struct tw_name_fold *fold,
                        struct tw_watchlist **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_watchlist_free(struct tw_watchlist *l); /* takes NULL */
static inline void tw_watchlist_freep(struct tw_watchlist **l)
{
    tw_watchlist_free(*l);
}

/* The table's bytes, unpacked, in their order and in pieces of any size: they go into the list's hash. */
void tw_watchlist_bytes(struct tw_watchlist *l, const void *p, size_t n);

/* The header row of the table: id and value, and where wanted from, to, note; in any order. TW_FORMAT,
 * TW_NOTFOUND (a column is missing, or is none of these), TW_CONFLICT (it stands twice) */
tw_err tw_watchlist_columns(struct tw_watchlist *l, const struct tw_str *field, size_t n,
                            struct tw_fault *fault) TW_MUST_CHECK;

/* A row of it; texts are copied. Errors as tw_watchlist_new, with the line and the column's number. */
tw_err tw_watchlist_row(struct tw_watchlist *l, const struct tw_str *field, size_t n, uint32_t line,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* All entries are in: builds what look-ups need and runs the examples; a fault in one has its line in the
 * head. TW_FORMAT (an example that is not as it says; a list without entries), TW_NOTFOUND (it names an entry
 * that is not there), TW_NOMEM, TW_LIMIT */
tw_err tw_watchlist_ready(struct tw_watchlist *l, struct tw_fault *fault) TW_MUST_CHECK;

const struct tw_watch_head *tw_watchlist_head(const struct tw_watchlist *l);
const struct tw_watch_entry *tw_watchlist_entries(const struct tw_watchlist *l, size_t *ret_n);
const struct tw_watch_entry *tw_watchlist_entry(const struct tw_watchlist *l,
                                                struct tw_str id); /* NULL: it has none of that id */
bool tw_watchlist_over(const struct tw_watchlist *l, int32_t day); /* no day of it is left */

/* Remarks on entries as they were read. Those that a day makes are told by tw_watchlist_over. */
const struct tw_watch_remark *tw_watchlist_remarks(const struct tw_watchlist *l, size_t *ret_n);

/* -- asking, of a list that is ready */

/* Lists by their names, of which none stands twice. Nothing is owned. */
struct tw_watchlists {
    struct tw_watchlist *const *at;
    size_t n;
};

struct tw_watch_hit {
    const struct tw_watch_entry *entry;
    double score;            /* 1 = the same in normal form */
    enum tw_element element; /* where it stands; TW_ELEMENT_END = a text that was asked for as such */
    uint32_t item;           /* number of the item, as declared; 0 = the header */
    struct tw_str value;     /* what stands there */
    uint32_t asked; /* how many texts of a declaration were looked up; 0 = none of them is declared */
};

/* The best entry that is valid on `day` and like the text; false: none, or the list is not valid. ret->value
 * is `text`. No heap for ASCII. */
bool tw_watchlist_find(struct tw_watchlist *l, struct tw_str text, int32_t day, struct tw_watch_hit *ret);

/* The best hit of a declaration: of its header and of `item`, or of all items when that is NULL. Of equal
 * ones the first in the order of tw_watch_elements. ret->entry NULL: none. arena  owns
 * values that stand in several elements (an address). TW_NOMEM */
tw_err tw_watchlist_ask(struct tw_watchlist *l, const struct tw_decl *decl, const struct tw_item *item,
                        int32_t day, struct tw_arena *arena, struct tw_watch_hit *ret) TW_MUST_CHECK;

/* The same in two steps, for who asks about one item after another: the header once, then each item; *io is
 * what the header came to and takes a better hit of the item. TW_NOMEM */
tw_err tw_watchlist_ask_header(struct tw_watchlist *l, const struct tw_decl *decl, int32_t day,
                               struct tw_arena *arena, struct tw_watch_hit *ret) TW_MUST_CHECK;
void tw_watchlist_ask_item(struct tw_watchlist *l, const struct tw_item *item, int32_t day,
                           struct tw_watch_hit *io);

/* Does it look at anything that stands in items? Else all items of a declaration have the same hit. */
bool tw_watchlist_looks_in_items(const struct tw_watchlist *l);

/* Does it look at the element of that name, importer.name? */
bool tw_watchlist_looks_at(const struct tw_watchlist *l, struct tw_str element);

/* The elements a list of that kind looks at, unless its head names some of them. Static storage. */
const enum tw_element *tw_watch_elements(enum tw_watch_kind kind, size_t *ret_n);

/* The hit as an officer reads it: where, how like, which entry, and of a name which parts agree. */
void tw_watch_say(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_buf *out);

/* What of the value agrees with the entry: of a name its words that do, wholly or nearly, in small letters as
 * tw_watch_say writes them; of a number or code the whole of it in normal form. arena  owns them. TW_NOMEM */
tw_err tw_watch_parts(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_arena *arena,
                      const struct tw_str **ret, size_t *ret_n) TW_MUST_CHECK;

#endif
