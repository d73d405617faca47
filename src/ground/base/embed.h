/* SPDX-License-Identifier: Apache-2.0 */
/* base/embed.h -- files that are part of the program.
 *
 * In : tools/embed makes, at build time, a table of this shape from files of data/.
 * Out: their bytes, under their names without folder and ending.
 * Not: files at run time; store/file.h has those.
 */
#ifndef TW_BASE_EMBED_H
#define TW_BASE_EMBED_H

#include "base/str.h"

struct tw_embed {
    const char *name;   /* NULL ends a table */
    struct tw_str text; /* static storage */
};

/* The text called `name` in a table; absent when there is none. */
static inline struct tw_str tw_embed_find(const struct tw_embed *table, struct tw_str name)
{
    for (; table->name != NULL; table++) {
        if (tw_str_is(name, table->name)) return table->text;
    }
    return (struct tw_str){NULL, 0};
}

#endif
