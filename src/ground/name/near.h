/* SPDX-License-Identifier: Apache-2.0 */
/* name/near.h -- tokens that a slip or two makes of one another; for this module alone.
 *
 * In : distinct tokens by number.
 * Out: the numbers of those near a token: within two edits of their first letters, or the same by their
 * sounds.
 */
#ifndef TW_NAME_NEAR_H
#define TW_NAME_NEAR_H

#include "base/map.h"
#include "name/name.h"

struct name_near;

/* Of all words of `tokens`; numbers and legal forms are near themselves alone. `tokens` must outlive it.
 * TW_NOMEM */
tw_err name_near_new(const struct tw_intern *tokens, struct name_near **ret) TW_MUST_CHECK;
void name_near_free(struct name_near *n); /* takes NULL */

/* Token numbers that may be near `token`, some twice; at most `max`. The token itself is among them if it is
 * known. */
size_t name_near_find(const struct name_near *n, struct tw_str token, size_t max, uint32_t *ret);

/* The sounds of a word: consonants, those that are written in several ways as one. */
struct tw_str name_sounds(struct tw_str word, char room[TW_NAME_TOKEN_MAX]);

/* How alike two tokens of the kinds given are, 0..1; 0 below what a slip explains. */
double name_alike(struct tw_str a, enum tw_name_kind ka, struct tw_str b, enum tw_name_kind kb);
enum tw_name_kind name_kind(struct tw_str token);

/* What a pair of that likeness counts of its weight. */
static inline double name_part(double likeness)
{
    const double part = 1 - 2 * (1 - likeness);
    return part > 0 ? part : 0;
}

/* The score from what agrees, what is written otherwise in it, and what stands alone on each side. */
double name_score(double agreed, double lost, double alone_a, double alone_b);

#endif
