/* SPDX-License-Identifier: Apache-2.0 */
/* Sums by family first; then a handful of families is picked out of twelve, and only theirs are the features
 * that are asked who speaks. */
#include "reason/reason.h"

#include <math.h>
#include <string.h>

#include "reason/say_priv.h"
#include "score/shap.h"

enum side { FOR, AGAINST, SIDES };

/* A comparison speaks for its family unless another feature moved it ten times as far. */
static const double SPEAKS = 0.1;
static const double LEAST = 0.02; /* margin units; families that moved less are no reason */
static const double FAINT = 0.05; /* of what the first reason moved: less beside it is none either */

/* The features of one family that moved it furthest to its side. */
struct strongest {
    double any, compared; /* how far, >= 0; 0 = none */
    enum tw_feature any_f, compared_f;
};

static const uint8_t family_of[TW_FEATURE_N] = {
#define X(id, name, family, form, monotone, words, source) TW_FAMILY_##family,
#include "feature/feature.def"
#undef X
};

static void sum_up(const struct tw_reason_case *c, double sum[TW_FAMILY_N])
{
    for (int k = 0; k < TW_FAMILY_N; k++) sum[k] = 0;
    for (int f = 0; f < TW_FEATURE_N;) {
        const int family = family_of[f];
        double v = sum[family]; /* most features stand beside those of their family */
        while (f < TW_FEATURE_N && family_of[f] == family) v += c->attribution[f++];
        sum[family] = v;
    }
}

/* Of each family in `wanted` (a bit each), the strongest on the family's side. */
static void ask(const struct tw_reason_case *c, const double sum[TW_FAMILY_N], uint32_t wanted,
                struct strongest ret[TW_FAMILY_N])
{
    memset(ret, 0, TW_FAMILY_N * sizeof *ret);
    for (int f = 0; f < TW_FEATURE_N; f++) {
        const int family = family_of[f];
        if ((wanted & (1u << family)) == 0) continue;
        const double far = sum[family] > 0 ? c->attribution[f] : -c->attribution[f];
        struct strongest *s = &ret[family];
        if (far > s->any) {
            s->any = far;
            s->any_f = (enum tw_feature)f;
        }
        if (far > s->compared && say_compares(c, (enum tw_feature)f)) {
            s->compared = far;
            s->compared_f = (enum tw_feature)f;
        }
    }
}

static enum tw_feature speaker(const struct strongest *s)
{
    return s->compared > 0 && s->compared >= SPEAKS * s->any ? s->compared_f : s->any_f;
}

static int32_t micro(double v)
{
    const int64_t m = tw_shap_micro(v);
    return m > INT32_MAX ? INT32_MAX : m < -INT32_MAX ? -INT32_MAX : (int32_t)m;
}

/* The family that moved furthest to that side and is not yet taken; TW_FAMILY_N when none moved as far as
 * `least`. */
static int furthest(const double sum[TW_FAMILY_N], enum side side, uint32_t taken, double least)
{
    int best = TW_FAMILY_N;
    double most = 0;
    for (int k = 0; k < TW_FAMILY_N; k++) {
        const double v = side == FOR ? sum[k] : -sum[k];
        if (!(v >= least) || v <= most || (taken & (1u << k)) != 0) continue;
        most = v;
        best = k;
    }
    return best;
}

/* The families that are reasons, in the order they are given; *ret_n of them. A bit each. */
static uint32_t pick(const double sum[TW_FAMILY_N], int ret[TW_REASONS_MAX], size_t *ret_n)
{
    static const int most[SIDES] = {[FOR] = TW_REASONS_FOR, [AGAINST] = TW_REASONS_AGAINST};
    uint32_t taken = 0;
    size_t n = 0;
    for (int side = FOR; side < SIDES; side++) {
        double least = LEAST;
        for (int k = 0; k < most[side]; k++) {
            const int family = furthest(sum, (enum side)side, taken, least);
            if (family == TW_FAMILY_N) break;
            if (k == 0 && FAINT * fabs(sum[family]) > least) least = FAINT * fabs(sum[family]);
            taken |= 1u << family;
            ret[n++] = family;
        }
    }
    *ret_n = n;
    return taken;
}

tw_err tw_reason_write(const struct tw_reason_case *c, struct tw_arena *arena, struct tw_reason *ret,
                       size_t *ret_n)
{
    struct tw_reason reason[TW_REASONS_MAX];
    struct strongest strongest[TW_FAMILY_N];
    double sum[TW_FAMILY_N];
    int family[TW_REASONS_MAX];
    size_t n = 0;
    if (c->item < c->decl->items.n) {
        sum_up(c, sum);
        ask(c, sum, pick(sum, family, &n), strongest);
    }
    for (size_t k = 0; k < n; k++) {
        const double weight = sum[family[k]];
        reason[k] = (struct tw_reason){.family = (uint8_t)family[k],
                                       .against = weight < 0,
                                       .weight_micro = micro(weight),
                                       .item = c->decl->items.at[c->item].number};
        TW_TRY(say_feature(c, speaker(&strongest[family[k]]), arena, &reason[k]));
    }
    if (n > 0) memcpy(ret, reason, n * sizeof *ret);
    *ret_n = n;
    return TW_OK;
}

tw_err tw_reason_feature(const struct tw_reason_case *c, enum tw_feature f, struct tw_arena *arena,
                         struct tw_reason *ret)
{
    if (c->item >= c->decl->items.n) return TW_ARG;
    const double weight = c->attribution != NULL ? c->attribution[f] : 0;
    struct tw_reason r = {.family = (uint8_t)tw_feature_row(f)->family,
                          .against = weight < 0,
                          .weight_micro = micro(weight),
                          .item = c->decl->items.at[c->item].number};
    TW_TRY(say_feature(c, f, arena, &r));
    *ret = r;
    return TW_OK;
}

double tw_reason_price_check(const float *x, double *ret)
{
    memset(ret, 0, TW_FEATURE_N * sizeof *ret);
    const double spread = (double)x[TW_FEATURE_PRICE_SPREAD];
    if (!(spread < 0)) return 0; /* dearer than usual, or not known */
    ret[TW_FEATURE_PRICE_SPREAD] = -spread;
    return -spread;
}
