/* SPDX-License-Identifier: Apache-2.0 */
#include "stat/sketch.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

enum { MANTISSA_BITS = 4, STEPS = 1 << MANTISSA_BITS, CAP_STEP = 4 };
/* Buckets of all normal doubles: exponents -1022 .. 1023, STEPS each. */
enum { BUCKET_MIN = -1022 * STEPS, BUCKET_MAX = 1024 * STEPS - 1 };

static int32_t bucket(double value)
{
    uint64_t u;
    memcpy(&u, &value, sizeof u);
    return (int32_t)(u >> (52 - MANTISSA_BITS)) - 1023 * STEPS;
}

/* Lower end of a bucket. */
static double lower(int32_t b)
{
    uint64_t u = (uint64_t)(b + 1023 * STEPS) << (52 - MANTISSA_BITS);
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

/* The value whose relative distance to both ends is the same: 2ab / (a + b). */
static double middle(int32_t b)
{
    double lo = lower(b), hi = b == BUCKET_MAX ? lo * (1 + 1.0 / STEPS) : lower(b + 1);
    return 2 * lo / (1 + lo / hi);
}

void tw_sketch_free(struct tw_sketch *s)
{
    tw_free(s->count);
    *s = (struct tw_sketch){0};
}

void tw_sketch_clear(struct tw_sketch *s)
{
    tw_sketch_free(s);
}

static uint32_t plus(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Makes the run reach from `first` to `last`, both inside the limit on its length. */
static tw_err reach(struct tw_sketch *s, int32_t first, int32_t last)
{
    const size_t n = (size_t)((int64_t)last - first + 1);
    if (n > s->cap || s->count == NULL) {
        size_t cap = (n + CAP_STEP - 1) / CAP_STEP * CAP_STEP;
        uint32_t *count = tw_realloc(s->count, cap, sizeof *count);
        if (count == NULL) return TW_NOMEM;
        s->count = count;
        s->cap = (uint16_t)cap;
    }
    size_t shift = s->n > 0 ? (size_t)(s->first - first) : 0;
    if (s->n > 0 && shift > 0) memmove(s->count + shift, s->count, s->n * sizeof *s->count);
    if (shift > 0) memset(s->count, 0, shift * sizeof *s->count);
    memset(s->count + shift + s->n, 0, (n - shift - s->n) * sizeof *s->count);
    s->first = first;
    s->n = (uint16_t)n;
    return TW_OK;
}

/* Lets the lowest buckets collapse so that the run can end at `last`. */
static void collapse(struct tw_sketch *s, int32_t first)
{
    size_t gone = (size_t)(first - s->first);
    uint32_t sum = 0;
    if (gone >= s->n) {
        for (size_t i = 0; i < s->n; i++) sum = plus(sum, s->count[i]);
        s->n = 1;
        s->count[0] = sum;
        s->first = first;
        return;
    }
    for (size_t i = 0; i <= gone; i++) sum = plus(sum, s->count[i]);
    memmove(s->count, s->count + gone, (s->n - gone) * sizeof *s->count);
    s->n = (uint16_t)(s->n - gone);
    s->count[0] = sum;
    s->first = first;
}

/* Makes room for a bucket; *b becomes the one it is counted in. */
static tw_err make_room(struct tw_sketch *s, int32_t *b)
{
    if (s->n == 0) return reach(s, *b, *b);
    const int32_t first = s->first, last = s->first + s->n - 1;
    if (*b > last) {
        if (*b - first >= TW_SKETCH_BUCKETS_MAX) {
            TW_TRY(reach(s, first, last)); /* nothing yet: only makes a later failure impossible */
            collapse(s, *b - TW_SKETCH_BUCKETS_MAX + 1);
        }
        return reach(s, s->first, *b);
    }
    const int32_t lowest = last - TW_SKETCH_BUCKETS_MAX + 1;
    if (*b < lowest) *b = lowest < first ? lowest : first;
    return *b < first ? reach(s, *b, last) : TW_OK;
}

static tw_err add_bucket(struct tw_sketch *s, int32_t b, uint32_t count)
{
    TW_TRY(make_room(s, &b));
    uint32_t *at = &s->count[b - s->first];
    *at = plus(*at, count);
    s->total = plus(s->total, count);
    return TW_OK;
}

tw_err tw_sketch_add(struct tw_sketch *s, double value, uint32_t count)
{
    if (!(value >= 0x1p-1022) || isinf(value)) return TW_ARG;
    return count == 0 ? TW_OK : add_bucket(s, bucket(value), count);
}

static uint32_t at_bucket(const struct tw_sketch *s, int32_t b)
{
    return b >= s->first && b < s->first + s->n ? s->count[b - s->first] : 0;
}

static inline uint64_t both(const struct tw_sketch *a, const struct tw_sketch *b, int32_t at)
{
    return (uint64_t)at_bucket(a, at) + at_bucket(b, at);
}

enum { STRIDE = 8 };

/* What lies in the STRIDE buckets from `from` on. */
static inline uint64_t in_stride(const struct tw_sketch *s, int32_t from)
{
    if (s->count == NULL) return 0; /* empty */
    uint64_t sum = 0;
    int32_t lo = from - s->first, hi = lo + STRIDE;
    if (lo >= 0 && hi <= s->n) { /* nearly always: written out, without asking for the end */
        const uint32_t *count = s->count + lo;
        for (int32_t i = 0; i < STRIDE; i++) sum += count[i];
        return sum;
    }
    if (lo < 0) lo = 0;
    if (hi > s->n) hi = s->n;
    for (int32_t i = lo; i < hi; i++) sum += s->count[i];
    return sum;
}

/* A walk through the buckets of two sketches, upwards. */
struct walk {
    const struct tw_sketch *a, *b;
    int32_t at, end;
    uint64_t below; /* in the buckets before `at` */
};

static struct walk walk_begin(const struct tw_sketch *a, const struct tw_sketch *b)
{
    struct walk w = {.a = a, .b = b};
    const int32_t end_a = a->first + a->n, end_b = b->first + b->n;
    w.at = a->n == 0 || (b->n > 0 && b->first < a->first) ? b->first : a->first;
    w.end = a->n == 0 || (b->n > 0 && end_b > end_a) ? end_b : end_a;
    return w;
}

/* The first bucket with which at least `least` have come by. Strides over buckets that cannot hold it; counts
 * are whole, so it is the same whichever way they are added. */
static int32_t walk_to(struct walk *w, uint64_t least)
{
    for (uint64_t here; w->at < w->end; w->at += STRIDE, w->below += here) {
        here = in_stride(w->a, w->at) + in_stride(w->b, w->at);
        if (w->below + here >= least) break;
    }
    uint64_t sum = w->below;
    for (int32_t i = w->at; i < w->end; i++) {
        sum += both(w->a, w->b, i);
        if (sum >= least) return i;
    }
    return w->end - 1;
}

static double total2(const struct tw_sketch *a, const struct tw_sketch *b)
{
    return (double)a->total + (double)b->total;
}

void tw_sketch_quantiles2(const struct tw_sketch *a, const struct tw_sketch *b, const double *q, size_t n,
                          double *ret)
{
    const double total = total2(a, b);
    struct walk w = walk_begin(a, b);
    for (size_t k = 0; k < n; k++) {
        const double want = ceil(q[k] * total);
        ret[k] = total == 0 ? (double)NAN : middle(walk_to(&w, want > 1 ? (uint64_t)want : 1));
    }
}

/* How many have come by with the bucket of a quartile: so many fourths, rounded up. */
static uint64_t fourths(uint64_t total, uint32_t quartile)
{
    const uint64_t want = (total * quartile + 3) / 4;
    return want > 1 ? want : 1;
}

void tw_sketch_marks(const struct tw_sketch *a, const struct tw_sketch *b, uint32_t first, size_t n,
                     struct tw_sketch_mark *ret)
{
    const uint64_t total = (uint64_t)a->total + b->total;
    struct walk w = walk_begin(a, b);
    for (size_t k = 0; k < n; k++) {
        const int32_t at = total == 0 ? w.at : walk_to(&w, fourths(total, first + (uint32_t)k));
        uint64_t below = w.below;
        for (int32_t i = w.at; i < at; i++) below += both(a, b, i);
        ret[k] = (struct tw_sketch_mark){at, (uint32_t)below};
    }
}

/* To the first bucket with which at least `least` have come by. */
static void mark_follow(struct tw_sketch_mark *m, const struct tw_sketch *a, const struct tw_sketch *b,
                        uint64_t least)
{
    uint64_t below = m->below;
    int32_t at = m->at;
    for (uint64_t with; (with = below + both(a, b, at)) < least; at++) below = with;
    while (below >= least) below -= both(a, b, --at);
    *m = (struct tw_sketch_mark){at, (uint32_t)below};
}

tw_err tw_sketch_add_marked(struct tw_sketch *a, const struct tw_sketch *b, double value, uint32_t first,
                            size_t n, struct tw_sketch_mark *mark)
{
    const uint64_t total = (uint64_t)a->total + b->total + 1;
    const int32_t lowest = a->n > 0 ? a->first : BUCKET_MAX;
    TW_TRY(tw_sketch_add(a, value, 1));
    if (total >= UINT32_MAX || total == 1 || a->first > lowest) { /* or the lowest buckets have collapsed */
        tw_sketch_marks(a, b, first, n, mark);
        return TW_OK;
    }
    const int32_t own = bucket(value), counted = own < a->first ? a->first : own;
    for (size_t k = 0; k < n; k++) {
        mark[k].below += counted < mark[k].at;
        mark_follow(&mark[k], a, b, fourths(total, first + (uint32_t)k));
    }
    return TW_OK;
}

double tw_sketch_marked(struct tw_sketch_mark mark)
{
    return middle(mark.at);
}

double tw_sketch_quantile2(const struct tw_sketch *a, const struct tw_sketch *b, double q)
{
    double v;
    tw_sketch_quantiles2(a, b, &q, 1, &v);
    return v;
}

double tw_sketch_quantile(const struct tw_sketch *s, double q)
{
    const struct tw_sketch none = {0};
    return tw_sketch_quantile2(s, &none, q);
}

static double below_bucket(const struct tw_sketch *s, int32_t b)
{
    double below = 0;
    for (int32_t i = 0; i < s->n && s->first + i < b; i++) below += s->count[i];
    return below + 0.5 * at_bucket(s, b);
}

double tw_sketch_rank2(const struct tw_sketch *a, const struct tw_sketch *b, double value)
{
    const double total = total2(a, b);
    if (total == 0) return (double)NAN;
    if (!(value >= 0x1p-1022)) return 0;
    if (isinf(value)) return 1;
    int32_t at = bucket(value);
    return (below_bucket(a, at) + below_bucket(b, at)) / total;
}

tw_err tw_sketch_merge(struct tw_sketch *s, const struct tw_sketch *from)
{
    for (int32_t i = from->n; i-- > 0;)
        if (from->count[i] > 0) TW_TRY(add_bucket(s, from->first + i, from->count[i]));
    return TW_OK;
}

static void put_le(struct tw_buf *out, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) tw_buf_char(out, (char)(uint8_t)(v >> (8 * i)));
}

void tw_sketch_save(const struct tw_sketch *s, struct tw_buf *out)
{
    put_le(out, s->n, 2);
    put_le(out, (uint32_t)s->first, 4);
    for (size_t i = 0; i < s->n; i++) put_le(out, s->count[i], 4);
}

static uint32_t get_le(const uint8_t *p, int bytes)
{
    uint32_t v = 0;
    for (int i = 0; i < bytes; i++) v |= (uint32_t)p[i] << (8 * i);
    return v;
}

tw_err tw_sketch_load(const uint8_t *p, size_t n, size_t *used, struct tw_sketch *ret)
{
    enum { HEAD = 6 };
    if (n < HEAD) return TW_FORMAT;
    uint32_t buckets = get_le(p, 2);
    int32_t first = (int32_t)get_le(p + 2, 4);
    if (buckets > TW_SKETCH_BUCKETS_MAX || (n - HEAD) / 4 < buckets || (buckets == 0 && first != 0))
        return TW_FORMAT;
    struct tw_sketch s = {0};
    if (buckets > 0) {
        if (first < BUCKET_MIN || first > BUCKET_MAX - (int32_t)buckets) return TW_FORMAT;
        TW_TRY(reach(&s, first, first + (int32_t)buckets - 1));
        for (uint32_t i = 0; i < buckets; i++) {
            s.count[i] = get_le(p + HEAD + 4 * (size_t)i, 4);
            s.total = plus(s.total, s.count[i]);
        }
    }
    *used = HEAD + 4 * (size_t)buckets;
    *ret = s;
    return TW_OK;
}
