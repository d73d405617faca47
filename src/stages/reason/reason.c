/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the features sums each family and keeps its strongest feature on either side, then a handful
 * of families is picked out of twelve. */
#include "reason/reason.h"

#include <math.h>
#include <string.h>

#include "reason/say_priv.h"
#include "score/shap.h"

enum side { FOR, AGAINST, SIDES };

/* A comparison speaks for its family unless another feature moved it ten times as far. */
static const double SPEAKS = 0.1;
static const double LEAST = 0.02; /* margin units; families that moved less are no reason */

/* The feature of one family that moved it furthest to one side. */
struct strongest {
    double any, compared; /* how far, >= 0; 0 = none */
    enum tw_feature any_f, compared_f;
};

struct families {
    double sum[TW_FAMILY_N];
    struct strongest of[TW_FAMILY_N][SIDES];
};

static void sum_up(const struct tw_reason_case *c, struct families *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int f = 0; f < TW_FEATURE_N; f++) {
        const double a = c->attribution[f], far = fabs(a);
        if (!(far > 0)) continue;
        const enum tw_family family = tw_feature_row((enum tw_feature)f)->family;
        struct strongest *s = &ret->of[family][a > 0 ? FOR : AGAINST];
        ret->sum[family] += a;
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

/* The family that moved furthest to that side and is not yet taken; TW_FAMILY_N when none moved far enough.
 */
static int furthest(const struct families *f, enum side side, uint32_t taken)
{
    int best = TW_FAMILY_N;
    double most = 0;
    for (int k = 0; k < TW_FAMILY_N; k++) {
        const double v = side == FOR ? f->sum[k] : -f->sum[k];
        if (v < LEAST || v <= most || (taken & (1u << k)) != 0) continue;
        most = v;
        best = k;
    }
    return best;
}

tw_err tw_reason_write(const struct tw_reason_case *c, struct tw_arena *arena, struct tw_reason *ret,
                       size_t *ret_n)
{
    static const int most[SIDES] = {[FOR] = TW_REASONS_FOR, [AGAINST] = TW_REASONS_AGAINST};
    struct tw_reason reason[TW_REASONS_MAX];
    struct families families;
    size_t n = 0;
    uint32_t taken = 0;
    if (c->item < c->decl->items.n) sum_up(c, &families);
    for (int side = FOR; side < SIDES && c->item < c->decl->items.n; side++)
        for (int k = 0; k < most[side]; k++) {
            const int family = furthest(&families, (enum side)side, taken);
            if (family == TW_FAMILY_N) break;
            taken |= 1u << family;
            reason[n] = (struct tw_reason){.family = (uint8_t)family,
                                           .against = side == AGAINST,
                                           .weight_micro = micro(families.sum[family]),
                                           .item = c->decl->items.at[c->item].number};
            TW_TRY(say_feature(c, speaker(&families.of[family][side]), arena, &reason[n]));
            n++;
        }
    memcpy(ret, reason, n * sizeof *ret);
    *ret_n = n;
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
