/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/list/make.h -- lists from a few lines, for the tests of this folder. */
#ifndef TW_TEST_LIST_MAKE_H
#define TW_TEST_LIST_MAKE_H

#include "base/date.h"
#include "check.h"
#include "list/list.h"

#define HEAD(kind) "list: L\nkind: " kind "\nwords: w\nowner: o\nsource: s\n"
#define NONE       "examples: [{value: ZZZZ99, hit: false}]\n"

static struct tw_name_fold *fold;
static struct tw_fault fault;

/* The list, ready; NULL and `fault` when it is refused. */
static inline struct tw_watchlist *make_within(const char *yaml, const struct tw_watch_limits *limits)
{
    struct tw_watchlist *l = NULL;
    fault = (struct tw_fault){.code = TW_OK};
    if (fold == NULL) CHECK(tw_name_fold_new(&fold, NULL) == TW_OK);
    if (tw_watchlist_new(tw_str_from(yaml), limits, fold, &l, &fault) != TW_OK) return NULL;
    if (tw_watchlist_ready(l, &fault) == TW_OK) return l;
    tw_watchlist_free(l);
    return NULL;
}

static inline struct tw_watchlist *make(const char *yaml)
{
    struct tw_watchlist *l = make_within(yaml, NULL);
    if (l == NULL) printf("# %u:%u %s\n", fault.line, fault.column, fault.note);
    CHECK(l != NULL);
    return l;
}

static inline int32_t day(const char *text)
{
    int32_t d = 0;
    CHECK(tw_day_parse(tw_str_from(text), &d, NULL) == TW_OK);
    return d;
}

/* Is the text a hit of that entry? entry NULL: of none. */
static inline bool hits(struct tw_watchlist *l, const char *text, const char *on, const char *entry)
{
    struct tw_watch_hit hit;
    const bool is = tw_watchlist_find(l, tw_str_from(text), day(on), &hit);
    return is ? entry != NULL && tw_str_is(hit.entry->id, entry) : entry == NULL;
}

#endif
