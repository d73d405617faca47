/* SPDX-License-Identifier: Apache-2.0 */
/* channel/ranking_priv.h -- numbers in falling order, of which some leave and others come all the time.
 *
 * In : finite numbers, one by one.
 * Out: how many are higher than one, or as high; the number at a place.
 *
 * A sorted array in pieces: putting one in or taking one out moves what stands behind it in its own piece
 * alone, and the place of a piece is the sum of what those before it hold. Ten thousand numbers in one array
 * would move 27 KB for each that is exchanged, and push everything else out of the nearest memory.
 */
#ifndef TW_CHANNEL_RANKING_PRIV_H
#define TW_CHANNEL_RANKING_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { RANKING_PIECE = 256 }; /* numbers */

struct ranking {
    size_t n;        /* numbers in all */
    size_t pieces;   /* in use */
    double *number;  /* `room` pieces of RANKING_PIECE */
    uint16_t *piece; /* piece k in order stands at number[piece[k] * RANKING_PIECE]; behind them those not in
                        use */
    uint16_t *held;  /* numbers in piece k, never 0 */
    double *last;    /* of them, the lowest of piece k */
};

/* `most` numbers at once, 1 .. 1,000,000. TW_NOMEM (then *ret can be freed) */
tw_err ranking_new(struct ranking *ret, size_t most) TW_MUST_CHECK;
void ranking_free(struct ranking *r);

void ranking_put(struct ranking *r, double v);
void ranking_take(struct ranking *r, double v); /* one that was put in */

size_t ranking_above(const struct ranking *r, double v);  /* how many are higher than v */
size_t ranking_upto(const struct ranking *r, double v);   /* how many are higher than v or v */
double ranking_at(const struct ranking *r, size_t place); /* 0 = the highest; place < n */

#endif
