/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/rank.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"

/* Does row a stand before row b? A strict order: no two rows are equal. */
static bool before(const double *score, uint32_t a, uint32_t b)
{
    double x = score[a], y = score[b];
    bool nx = isnan(x), ny = isnan(y);
    if (nx != ny) return ny;
    if (!nx && x != y) return x > y;
    return a < b;
}

tw_err tw_rank_falling(const double *score, size_t n, uint32_t *order)
{
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    if (n < 2) return TW_OK;
    uint32_t *spare = tw_calloc(n, sizeof *spare), *from = order, *to = spare;
    if (spare == NULL) return TW_NOMEM;
    for (size_t width = 1; width < n; width *= 2) { /* merge sort from the bottom up */
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n;
            size_t i = lo, j = mid;
            for (size_t k = lo; k < hi; k++)
                to[k] = i < mid && (j == hi || before(score, from[i], from[j])) ? from[i++] : from[j++];
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        for (size_t i = 0; i < n; i++) order[i] = from[i];
    tw_free(spare);
    return TW_OK;
}

static double middle_of(double a, double b, double c)
{
    const double lo = a < b ? a : b, hi = a < b ? b : a;
    return c < lo ? lo : c > hi ? hi : c;
}

/* Hoare's partition of v[lo..hi]: what is returned is j with v[lo..j] <= pivot <= v[j+1..hi]. */
static size_t part_at(double *v, size_t lo, size_t hi)
{
    const double pivot = middle_of(v[lo], v[lo + (hi - lo) / 2], v[hi]);
    size_t i = lo, j = hi;
    for (;;) {
        while (v[i] < pivot) i++;
        while (v[j] > pivot) j--;
        if (i >= j) break;
        const double t = v[i];
        v[i++] = v[j];
        v[j--] = t;
    }
    return i == j && v[j] > pivot ? j - 1 : j;
}

/* Puts the k-th smallest at v[k], smaller ones before it (Hoare's quickselect, median of three). */
static double select_kth(double *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        const size_t j = part_at(v, lo, hi);
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
    return v[k];
}

double tw_quantile(double *v, size_t n, double q)
{
    if (n == 0) return (double)NAN;
    double at = q * (double)(n - 1);
    size_t k = (size_t)floor(at);
    double low = select_kth(v, n, k), part = at - (double)k;
    if (part == 0 || k + 1 >= n) return low;
    double high = v[k + 1];
    for (size_t i = k + 2; i < n; i++)
        if (v[i] < high) high = v[i];
    return low + part * (high - low);
}
