/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "name/near.h"

static const float FORM_WEIGHT = 0.1F;

void tw_name_even(const struct tw_name *n, struct tw_name_weights *ret)
{
    for (size_t i = 0; i < n->tokens; i++) ret->of[i] = n->token[i].kind == TW_NAME_FORM ? FORM_WEIGHT : 1;
}

static struct tw_str token(const struct tw_name *n, size_t i)
{
    return (struct tw_str){n->text + n->token[i].at, n->token[i].n};
}

/* -- two tokens */

/* Letters that stand alike in both, no further apart than half the longer one, in the order of each. */
static size_t common(struct tw_str a, struct tw_str b, char in_a[TW_NAME_TOKEN_MAX],
                     char in_b[TW_NAME_TOKEN_MAX])
{
    const size_t longer = a.n > b.n ? a.n : b.n, reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
    uint64_t taken = 0;
    size_t n = 0, m = 0;
    for (size_t i = 0; i < a.n; i++) {
        const size_t from = i > reach ? i - reach : 0, to = i + reach + 1 < b.n ? i + reach + 1 : b.n;
        for (size_t k = from; k < to; k++) {
            if (a.s[i] != b.s[k] || (taken & (UINT64_C(1) << k)) != 0) continue;
            taken |= UINT64_C(1) << k;
            in_a[n++] = a.s[i];
            break;
        }
    }
    for (size_t k = 0; k < b.n; k++)
        if ((taken & (UINT64_C(1) << k)) != 0) in_b[m++] = b.s[k];
    return n;
}

double tw_name_jaro_winkler(struct tw_str a, struct tw_str b)
{
    char x[TW_NAME_TOKEN_MAX], y[TW_NAME_TOKEN_MAX];
    if (a.n > TW_NAME_TOKEN_MAX) a.n = TW_NAME_TOKEN_MAX;
    if (b.n > TW_NAME_TOKEN_MAX) b.n = TW_NAME_TOKEN_MAX;
    if (a.n == 0 || b.n == 0) return a.n == b.n ? 1 : 0;
    const size_t n = common(a, b, x, y);
    if (n == 0) return 0;
    size_t moved = 0, prefix = 0;
    for (size_t i = 0; i < n; i++) moved += x[i] != y[i];
    while (prefix < 4 && prefix < a.n && prefix < b.n && a.s[prefix] == b.s[prefix]) prefix++;
    const double m = (double)n;
    const double jaro = (m / (double)a.n + m / (double)b.n + (m - (double)moved / 2) / m) / 3;
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}

/* What is left of a word where vowels were not written and a sound has several letters: 0 = it is left out.
 */
static const char sounds[26] = {0,   'B', 'K', 'T', 0,   'F', 'G', 'H', 0,   'G', 'K', 'L', 'M',
                                'N', 0,   'B', 'K', 'R', 'S', 'T', 0,   'F', 0,   'K', 0,   'S'};

struct tw_str name_sounds(struct tw_str word, char room[TW_NAME_TOKEN_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < TW_NAME_TOKEN_MAX; i++) {
        char c = word.s[i];
        if (c >= 'A' && c <= 'Z') c = sounds[c - 'A'];
        const bool digraph = c == 'H' && i > 0 && strchr("BCDGKPSTZ", word.s[i - 1]) != NULL; /* KH, SH, TH */
        if (c != 0 && !digraph && (n == 0 || room[n - 1] != c)) room[n++] = c;
    }
    return (struct tw_str){room, n};
}

double name_alike(struct tw_str a, enum tw_name_kind ka, struct tw_str b, enum tw_name_kind kb)
{
    static const double LEAST = 0.75, SOUNDS = 0.9;
    if (tw_str_eq(a, b)) return 1;
    if (ka != TW_NAME_WORD || kb != TW_NAME_WORD) return 0;
    const double jw = tw_name_jaro_winkler(a, b);
    if (jw >= LEAST) return jw;
    char ra[TW_NAME_TOKEN_MAX], rb[TW_NAME_TOKEN_MAX];
    const struct tw_str sa = name_sounds(a, ra), sb = name_sounds(b, rb);
    return sa.n >= 3 && tw_str_eq(sa, sb) ? SOUNDS : 0;
}

static double alike(const struct tw_name *a, size_t i, const struct tw_name *b, size_t k)
{
    return name_alike(token(a, i), (enum tw_name_kind)a->token[i].kind, token(b, k),
                      (enum tw_name_kind)b->token[k].kind);
}

double name_score(double agreed, double lost, double alone_a, double alone_b)
{
    static const double AGAINST = 3, MISSING = 0.2;
    const double against = alone_a < alone_b ? alone_a : alone_b;
    const double missing = alone_a < alone_b ? alone_b - alone_a : alone_a - alone_b;
    const double all = agreed + lost + AGAINST * against + MISSING * missing;
    return all > 0 ? agreed / all : 0;
}

/* -- two names */

struct pairing {
    const struct tw_name *a, *b;
    uint16_t used_a, used_b, exact_a;
    double agreed, lost; /* weight of what agrees, and of what is written otherwise in it */
};

static bool is_used(uint16_t bits, size_t i)
{
    return (bits & (1u << i)) != 0;
}

/* A pair counts by the mean of its weights, less what sets the two apart. */
static void take(struct pairing *p, size_t i, size_t k, double likeness, double weight)
{
    const double part = name_part(likeness);
    p->used_a |= (uint16_t)(1u << i);
    p->used_b |= (uint16_t)(1u << k);
    if (likeness == 1) p->exact_a |= (uint16_t)(1u << i);
    p->agreed += weight * part;
    p->lost += weight * (1 - part);
}

static double mean(const struct tw_name_weights *wa, size_t i, const struct tw_name_weights *wb, size_t k)
{
    return ((double)wa->of[i] + (double)wb->of[k]) / 2;
}

static void pair_exact(struct pairing *p, const struct tw_name_weights *wa, const struct tw_name_weights *wb)
{
    for (size_t i = 0; i < p->a->tokens; i++)
        for (size_t k = 0; k < p->b->tokens; k++) {
            if (is_used(p->used_b, k) || !tw_str_eq(token(p->a, i), token(p->b, k))) continue;
            take(p, i, k, 1, mean(wa, i, wb, k));
            break;
        }
}

/* The most alike first. */
static void pair_near(struct pairing *p, const struct tw_name_weights *wa, const struct tw_name_weights *wb)
{
    float likeness[TW_NAME_TOKENS_MAX][TW_NAME_TOKENS_MAX];
    for (size_t i = 0; i < p->a->tokens; i++)
        for (size_t k = 0; k < p->b->tokens; k++) {
            const bool open = !is_used(p->used_a, i) && !is_used(p->used_b, k);
            likeness[i][k] = open ? (float)alike(p->a, i, p->b, k) : 0;
        }
    for (;;) {
        size_t x = 0, y = 0;
        float best = 0;
        for (size_t i = 0; i < p->a->tokens; i++)
            for (size_t k = 0; k < p->b->tokens; k++) {
                if (likeness[i][k] <= best || is_used(p->used_a, i) || is_used(p->used_b, k)) continue;
                best = likeness[i][k];
                x = i;
                y = k;
            }
        if (best <= 0) return;
        take(p, x, y, (double)best, mean(wa, x, wb, y));
    }
}

/* Two neighbours of one side that are one token of the other: JOHN SON. */
static bool is_joined(const struct tw_name *parts, size_t k, const struct tw_name *whole, size_t i,
                      double *likeness)
{
    char both[2 * TW_NAME_TOKEN_MAX];
    const struct tw_str x = token(parts, k), y = token(parts, k + 1), w = token(whole, i);
    if (x.n + y.n > TW_NAME_TOKEN_MAX || whole->token[i].kind != TW_NAME_WORD) return false;
    memcpy(both, x.s, x.n);
    memcpy(both + x.n, y.s, y.n);
    const struct tw_str joined = {both, x.n + y.n};
    *likeness = tw_str_eq(joined, w) ? 1 : tw_name_jaro_winkler(joined, w);
    return *likeness >= 0.92;
}

static void pair_joined(struct pairing *p, const struct tw_name_weights *wa, const struct tw_name_weights *wb)
{
    double likeness;
    for (size_t i = 0; i < p->a->tokens; i++)
        for (size_t k = 0; k + 1 < p->b->tokens && !is_used(p->used_a, i); k++) {
            if (is_used(p->used_b, k) || is_used(p->used_b, k + 1) || !is_joined(p->b, k, p->a, i, &likeness))
                continue;
            take(p, i, k, likeness, (double)wa->of[i]);
            p->used_b |= (uint16_t)(1u << (k + 1));
        }
    for (size_t k = 0; k < p->b->tokens; k++)
        for (size_t i = 0; i + 1 < p->a->tokens && !is_used(p->used_b, k); i++) {
            if (is_used(p->used_a, i) || is_used(p->used_a, i + 1) || !is_joined(p->a, i, p->b, k, &likeness))
                continue;
            take(p, i, k, likeness, (double)wb->of[k]);
            p->used_a |= (uint16_t)(1u << (i + 1));
        }
}

static double left_over(const struct tw_name *n, const struct tw_name_weights *w, uint16_t used)
{
    double sum = 0;
    for (size_t i = 0; i < n->tokens; i++) sum += is_used(used, i) ? 0 : (double)w->of[i];
    return sum;
}

struct tw_name_likeness tw_name_compare(const struct tw_name *a, const struct tw_name_weights *wa,
                                        const struct tw_name *b, const struct tw_name_weights *wb)
{
    struct pairing p = {.a = a, .b = b};
    pair_exact(&p, wa, wb);
    pair_joined(&p, wa, wb); /* before JOHN is taken for JOHNSON */
    pair_near(&p, wa, wb);
    const double score = name_score(p.agreed, p.lost, left_over(a, wa, p.used_a), left_over(b, wb, p.used_b));
    return (struct tw_name_likeness){score, p.used_a, p.used_b, p.exact_a};
}
