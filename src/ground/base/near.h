/* SPDX-License-Identifier: Apache-2.0 */
/* base/near.h -- which word somebody probably meant.
 *
 * In : a word that is not known, and the words that are.
 * Out: how many slips of the pen lie between two words.
 * Not: languages; letters of ASCII count the same in either case, all else byte by byte.
 */
#ifndef TW_BASE_NEAR_H
#define TW_BASE_NEAR_H

#include "base/str.h"

enum { TW_NEAR_BYTES = 64, TW_NEAR_FAR = 1000 };

/* Letters left out, added, changed, or two neighbours swapped, that turn `a` into `b`; 0: equal but for case.
 * TW_NEAR_FAR when either is longer than TW_NEAR_BYTES.
 * Source: Damerau 1964, optimal string alignment. */
unsigned tw_near_slips(struct tw_str a, struct tw_str b);

/* Is `meant` near enough to be offered for `word`: at most one slip in three letters. *best (start at
 * TW_NEAR_FAR) is the distance of the nearest so far; true when `meant` is nearer, and then *best is its
 * distance. */
bool tw_near_better(struct tw_str word, struct tw_str meant, unsigned *best);

#endif
