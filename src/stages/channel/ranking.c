/* SPDX-License-Identifier: Apache-2.0 */
/* Every decision asks four times, and where a search turns is as good as random: so it halves without a
 * branch, first among the last numbers of the pieces, which stand side by side.
 *
 * Two neighbours hold more than half a piece together, or they are joined; so there are never more than four
 * pieces for each that would do if all were full, and one. */
#include "channel/ranking_priv.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

enum { HALF = RANKING_PIECE / 2 };

static double *numbers(const struct ranking *r, size_t k)
{
    return r->number + (size_t)r->piece[k] * RANKING_PIECE;
}

tw_err ranking_new(struct ranking *ret, size_t most)
{
    const size_t room = most / RANKING_PIECE * 4 + 6;
    *ret = (struct ranking){.n = 0};
    ret->number = tw_calloc(room * RANKING_PIECE, sizeof *ret->number);
    ret->piece = tw_calloc(room, sizeof *ret->piece);
    ret->held = tw_calloc(room, sizeof *ret->held);
    ret->last = tw_calloc(room, sizeof *ret->last);
    if (ret->number == NULL || ret->piece == NULL || ret->held == NULL || ret->last == NULL) return TW_NOMEM;
    for (size_t k = 0; k < room; k++) ret->piece[k] = (uint16_t)k;
    return TW_OK;
}

void ranking_free(struct ranking *r)
{
    tw_free(r->number);
    tw_free(r->piece);
    tw_free(r->held);
    tw_free(r->last);
}

/* How many of the falling numbers at[0..n-1] are higher than v, or, where `or_equal`, v. */
static inline size_t within(const double *at, size_t n, double v, bool or_equal)
{
    const double *from = at; /* all before it are; none behind it but the next n */
    for (size_t half; n > 0; n -= half) {
        half = (n + 1) / 2;
        const double here = from[half - 1];
        from += (or_equal ? here >= v : here > v) ? half : 0;
    }
    return (size_t)(from - at);
}

/* The first piece whose last number is lower than v, or, where `or_equal`, not higher; `pieces` = none. */
static size_t piece_of(const struct ranking *r, double v, bool or_equal)
{
    return within(r->last, r->pieces, v, !or_equal);
}

static size_t before(const struct ranking *r, size_t k)
{
    size_t n = 0;
    for (size_t i = 0; i < k; i++) n += r->held[i];
    return n;
}

size_t ranking_above(const struct ranking *r, double v)
{
    const size_t k = piece_of(r, v, true);
    return before(r, k) + (k < r->pieces ? within(numbers(r, k), r->held[k], v, false) : 0);
}

size_t ranking_upto(const struct ranking *r, double v)
{
    const size_t k = piece_of(r, v, false);
    return before(r, k) + (k < r->pieces ? within(numbers(r, k), r->held[k], v, true) : 0);
}

double ranking_at(const struct ranking *r, size_t place)
{
    size_t k = 0;
    for (; place >= r->held[k]; k++) place -= r->held[k];
    return numbers(r, k)[place];
}

/* Makes room for a piece in place k, and takes the first that is not in use. */
static void open_piece(struct ranking *r, size_t k)
{
    const uint16_t own = r->piece[r->pieces];
    memmove(&r->piece[k + 1], &r->piece[k], (r->pieces - k) * sizeof *r->piece);
    memmove(&r->held[k + 1], &r->held[k], (r->pieces - k) * sizeof *r->held);
    memmove(&r->last[k + 1], &r->last[k], (r->pieces - k) * sizeof *r->last);
    r->piece[k] = own;
    r->held[k] = 0;
    r->pieces++;
}

static void close_piece(struct ranking *r, size_t k)
{
    const uint16_t own = r->piece[k];
    r->pieces--;
    memmove(&r->piece[k], &r->piece[k + 1], (r->pieces - k) * sizeof *r->piece);
    memmove(&r->held[k], &r->held[k + 1], (r->pieces - k) * sizeof *r->held);
    memmove(&r->last[k], &r->last[k + 1], (r->pieces - k) * sizeof *r->last);
    r->piece[r->pieces] = own;
}

/* Piece k has other numbers than before, and some. */
static void changed(struct ranking *r, size_t k)
{
    r->last[k] = numbers(r, k)[r->held[k] - 1];
}

static void split(struct ranking *r, size_t k)
{
    open_piece(r, k + 1);
    memcpy(numbers(r, k + 1), numbers(r, k) + HALF, HALF * sizeof(double));
    r->held[k] = r->held[k + 1] = HALF;
    changed(r, k);
    changed(r, k + 1);
}

void ranking_put(struct ranking *r, double v)
{
    size_t k = 0;
    if (r->pieces == 0)
        open_piece(r, 0); /* empty: it has no last number to be found by */
    else
        k = piece_of(r, v, false);
    if (k == r->pieces) k--;
    if (r->held[k] == RANKING_PIECE) {
        split(r, k);
        if (numbers(r, k)[HALF - 1] >= v) k++;
    }
    double *const at = numbers(r, k);
    const size_t i = within(at, r->held[k], v, true);
    memmove(at + i + 1, at + i, (r->held[k] - i) * sizeof *at);
    at[i] = v;
    r->held[k]++;
    changed(r, k);
    r->n++;
}

/* Joins piece k and the next when they hold little. */
static void join(struct ranking *r, size_t k)
{
    if (k + 1 >= r->pieces || r->held[k] + r->held[k + 1] > HALF) return;
    memcpy(numbers(r, k) + r->held[k], numbers(r, k + 1), r->held[k + 1] * sizeof(double));
    r->held[k] = (uint16_t)(r->held[k] + r->held[k + 1]);
    changed(r, k);
    close_piece(r, k + 1);
}

void ranking_take(struct ranking *r, double v)
{
    const size_t k = piece_of(r, v, true);
    double *const at = numbers(r, k);
    const size_t i = within(at, r->held[k], v, false);
    r->held[k]--;
    memmove(at + i, at + i + 1, (r->held[k] - i) * sizeof *at);
    r->n--;
    if (r->held[k] == 0) {
        close_piece(r, k);
    } else {
        changed(r, k);
        join(r, k);
    }
    if (k > 0) join(r, k - 1);
}
