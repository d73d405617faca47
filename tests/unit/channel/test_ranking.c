/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/ranking_priv.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/rng.h"
#include "check.h"
#include "fault.h"

enum { MOST = 3000 };

/* The same numbers in one array, found by looking at each. */
struct heap {
    double v[MOST];
    size_t n;
};

static size_t count(const struct heap *h, double v, bool or_equal)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) n += h->v[i] > v || (or_equal && h->v[i] == v);
    return n;
}

/* Is `v` the number at this place: fewer are higher, and with those that are equal there are enough? */
static bool stands_at(const struct heap *h, double v, size_t place)
{
    return count(h, v, false) <= place && place < count(h, v, true);
}

static bool same(const struct ranking *r, const struct heap *h, struct tw_rng *rng, double v)
{
    if (r->n != h->n) return false;
    if (ranking_above(r, v) != count(h, v, false) || ranking_upto(r, v) != count(h, v, true)) return false;
    if (h->n == 0) return r->pieces == 0;
    const size_t place = tw_rng_below(rng, h->n);
    return stands_at(h, ranking_at(r, place), place) && stands_at(h, ranking_at(r, 0), 0) &&
           stands_at(h, ranking_at(r, h->n - 1), h->n - 1);
}

/* Neighbours that hold little are joined; no piece is empty or too full, and they hold all. */
static bool sound(const struct ranking *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->pieces; k++) {
        if (r->held[k] == 0 || r->held[k] > RANKING_PIECE) return false;
        if (k > 0 && r->held[k - 1] + r->held[k] <= RANKING_PIECE / 2) return false;
        n += r->held[k];
    }
    return n == r->n && r->pieces <= MOST / RANKING_PIECE * 4 + 6;
}

/* Numbers of `values` kinds come and go, by `grow` in 100 more often come; all goes in the end. */
static bool keeps_order(uint64_t seed, size_t values, size_t grow)
{
    struct ranking r = {.n = 0};
    struct heap *h = calloc(1, sizeof *h);
    struct tw_rng rng = tw_rng_new(seed, "ranking");
    bool good = h != NULL && ranking_new(&r, MOST) == TW_OK;
    for (size_t i = 0; good && i < 20000; i++) {
        const bool come = h->n == 0 || (h->n < MOST && tw_rng_below(&rng, 100) < grow);
        double v = (double)tw_rng_below(&rng, values) / 7 - 3;
        if (come) {
            ranking_put(&r, v);
            h->v[h->n++] = v;
        } else {
            const size_t at = tw_rng_below(&rng, h->n);
            ranking_take(&r, h->v[at]);
            v = h->v[at];
            h->v[at] = h->v[--h->n];
        }
        good = sound(&r) && (i % 16 != 0 || same(&r, h, &rng, v));
    }
    while (good && h->n > 0) {
        ranking_take(&r, h->v[--h->n]);
        good = sound(&r) && (h->n % 16 != 0 || same(&r, h, &rng, 0));
    }
    ranking_free(&r);
    free(h);
    return good;
}

static void numbers_stand_where_one_array_has_them(void)
{
    CHECK(keeps_order(1, 1000000, 90)); /* hardly any tie; fills up */
    CHECK(keeps_order(2, 40, 90));      /* ties longer than a piece */
    CHECK(keeps_order(3, 1, 70));       /* nothing but ties */
    CHECK(keeps_order(4, 1000000, 55)); /* grows slowly */
    CHECK(keeps_order(5, 300, 30));     /* nearly empty */
}

/* Each number `way` more than the one before it. */
static bool runs(int way, double highest)
{
    struct ranking r;
    bool good = ranking_new(&r, MOST) == TW_OK;
    for (int i = 0; good && i < 5 * MOST; i++) {
        if (i >= MOST) ranking_take(&r, way * (i - MOST));
        ranking_put(&r, way * i);
        good = sound(&r);
    }
    good = good && r.n == MOST && ranking_at(&r, 0) == highest;
    ranking_free(&r);
    return good;
}

static void rising_and_falling_numbers_fill_no_more_pieces_than_there_are(void)
{
    CHECK(runs(1, 5 * MOST - 1));
    CHECK(runs(-1, -4 * MOST));
}

static tw_err make_one(void)
{
    struct ranking r;
    const tw_err err = ranking_new(&r, MOST);
    ranking_free(&r);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(make_one) == 4);
}

int main(void)
{
    RUN(numbers_stand_where_one_array_has_them);
    RUN(rising_and_falling_numbers_fill_no_more_pieces_than_there_are);
    RUN(survives_every_failed_allocation);
    return DONE();
}
