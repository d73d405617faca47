/* SPDX-License-Identifier: Apache-2.0 */
/* decl/vocabulary.h -- closed lists of codes, each with its words.
 *
 * In : a table of codes and words, a code from a file.
 * Out: the number of the code, or a fault that says which codes are allowed.
 * Not: open lists (countries, currencies, units); decl/code.h has those.
 */
#ifndef TW_DECL_VOCABULARY_H
#define TW_DECL_VOCABULARY_H

#include "base/err.h"
#include "base/str.h"

/* One entry: the code in files and API, and what an officer calls it. */
struct tw_word {
    const char *code;
    const char *words;
};

/* A list; the number of an entry is its enum constant. Static storage. */
struct tw_vocabulary {
    const char *name; /* what the list is of, e.g. "channel" */
    const struct tw_word *at;
    size_t n;
};

/* The number of the entry whose code is `code`, byte for byte. TW_NOTFOUND, the note lists what is allowed.
 */
tw_err tw_vocabulary_find(const struct tw_vocabulary *v, struct tw_str code, size_t *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;

#endif
