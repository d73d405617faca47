/* SPDX-License-Identifier: Apache-2.0 */
/* engine/lists.h -- lists from their files.
 *
 * In : paths of heads (YAML), or of a directory with them; the tables that these name lie beside them (CSV,
 * also packed). Out: the lists, ready to be asked; all of them or none. Not: what a list says (list/list.h).
 */
#ifndef TW_ENGINE_LISTS_H
#define TW_ENGINE_LISTS_H

#include <signal.h>

#include "list/list.h"

/* Nothing in it is owned. NULL and 0: their defaults. */
struct tw_lists_options {
    struct tw_watch_limits limits;
    uint32_t lists_max;                /* 100 */
    const volatile sig_atomic_t *stop; /* not zero = give up with TW_INTERRUPTED */
    const char **file; /* set to the path being worked on, so that a fault can be told with it; that of a
                          head in a directory is `table`'s text, too */
    void *to;          /* first argument of the next two */
    /* The bytes of a file that lies elsewhere than on the disk, unpacked; NULL = they are on the disk */
    tw_err (*kept)(void *to, const char *path, struct tw_str *ret, struct tw_fault *fault);
    /* Each file of a list that is read: its head, and then its table; NULL = need not be told */
    tw_err (*reads)(void *to, const char *path, bool head, struct tw_fault *fault);
};

/* One list with its table. Where that is at fault *options->file is `table`'s text, the path of it.
 * TW_ARG  the head names a table that is not beside it; and the errors of tw_file_in_all, tw_watchlist_new,
 * tw_file_in_open, tw_csv_next, tw_watchlist_columns, tw_watchlist_row, tw_watchlist_ready */
tw_err tw_list_read(const char *path, const struct tw_lists_options *options, struct tw_name_fold *fold,
                    struct tw_buf *table, struct tw_watchlist **ret, struct tw_fault *fault) TW_MUST_CHECK;

struct tw_lists {
    struct tw_name_fold *fold;
    struct tw_watchlist **at;
    size_t n;
};

/* Replaces what `io` holds (at first all zero) when every list is good, else leaves it as it is: a broken
 * list never replaces a good one. table  as above TW_CONFLICT (two of one name), TW_LIMIT (too many),
 * TW_NOMEM and the errors of tw_list_read */
tw_err tw_lists_load(const char *const *path, size_t n, const struct tw_lists_options *options,
                     struct tw_buf *table, struct tw_lists *io, struct tw_fault *fault) TW_MUST_CHECK;
void tw_lists_free(struct tw_lists *l); /* leaves none behind */
static inline void tw_lists_freep(struct tw_lists *l)
{
    tw_lists_free(l);
}

/* The same of one path: a head, or a directory, of which all heads below it (*.yaml, *.yml) are read in the
 * order of their names. TW_NOTFOUND (there is none in it), and the errors of tw_walk */
tw_err tw_lists_open(const char *path, const struct tw_lists_options *options, struct tw_buf *table,
                     struct tw_lists *io, struct tw_fault *fault) TW_MUST_CHECK;

#endif
