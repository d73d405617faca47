/* SPDX-License-Identifier: Apache-2.0 */
/* name/index.h -- many names, and those among them that are like a given one.
 *
 * In : names in normal form, one after another.
 * Out: for a name, the most alike of them, best first, in microseconds.
 * Not: what a name belongs to; its number is for the caller.
 *
 * The idea. Names are many, their tokens few. Each token of the question leads to the tokens that a slip or
 * two makes of it (deletion neighbours: two words within two edits become the same when some two letters are
 * left out of each) and to those that sound the same; these lead to names. The question's rarest token is
 * followed first, up to a budget of names; each name met is judged by the numbers of its tokens alone, and
 * the best are compared token by token (name/name.h). An index of three letters each was tried first: among a
 * million names it found half of what this does.
 *
 * Source: deletion neighbours: W. Garbe, SymSpell, 2012; after F. Bocek, E. Hunt, B. Stiller, Fast similarity
 * search in large dictionaries, 2007.
 *
 * Memory: of each name its text and some 45 bytes, of each distinct token some 500.
 */
#ifndef TW_NAME_INDEX_H
#define TW_NAME_INDEX_H

#include "name/name.h"

struct tw_name_index;

/* TW_NOMEM */
tw_err tw_name_index_new(struct tw_name_index **ret) TW_MUST_CHECK;
void tw_name_index_free(struct tw_name_index *x); /* takes NULL */
static inline void tw_name_index_freep(struct tw_name_index **x)
{
    tw_name_index_free(*x);
}

/* Takes a name in; the first has number 0. After tw_name_index_ready none may be added. TW_NOMEM, TW_LIMIT
 * (2^31 names, 4 GiB of text) */
tw_err tw_name_index_add(struct tw_name_index *x, const struct tw_name *name) TW_MUST_CHECK;

/* All are in: counts and sorts. TW_NOMEM, TW_LIMIT */
tw_err tw_name_index_ready(struct tw_name_index *x) TW_MUST_CHECK;

size_t tw_name_index_n(const struct tw_name_index *x);
/* A name as it was added. */
void tw_name_index_get(const struct tw_name_index *x, uint32_t number, struct tw_name *ret);

/* How much the tokens of any name weigh here: the logarithm of how many names there are to one with that
 * token, between 1 and 4; legal forms little. */
void tw_name_index_weights(const struct tw_name_index *x, const struct tw_name *name,
                           struct tw_name_weights *ret);

struct tw_name_hit {
    uint32_t number;
    struct tw_name_likeness likeness; /* a = the question, b = the name found */
};

/* The names most alike, best first, at least `least`; of equal ones the lower number first. At most `max`
 * into `ret`; their count. No heap. Not for several threads at once on one index. */
size_t tw_name_index_find(struct tw_name_index *x, const struct tw_name *question, double least, size_t max,
                          struct tw_name_hit *ret);

#endif
