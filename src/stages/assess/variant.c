/* SPDX-License-Identifier: Apache-2.0 */
/* What would have made it green: the declaration weighed again, one item declared otherwise. */
#include <math.h>
#include <string.h>

#include "assess/assess_priv.h"
#include "reason/change.h"

/* What a declaration would have scored, had one item been declared otherwise. The others are taken over as
 * they were measured, unless a sum of the whole declaration has changed: its value, and masses and packages
 * where there is a manifest. Nothing else of an item reaches them. */
struct variants {
    const struct tw_assessor *a;
    const struct weighed *base;
    struct weighed now;
    double target;       /* scores below it are asked for; others may be told too low, but not below it */
    double value;        /* of the declaration, with which the other items were measured */
    double kg, packages; /* the same: what is held against the manifest */
};

/* The keys of an item whose codes have changed, and all that is found under them. */
static tw_err look_anew(struct variants *v, const struct tw_decl *variant, size_t i)
{
    struct tw_decl alone = *variant;
    struct tw_look look;
    alone.items.at = &variant->items.at[i];
    alone.items.n = 1;
    tw_arena_reset(v->a->variant);
    TW_TRY(tw_profile_look(v->a->parts.profile, &alone, v->a->variant, &look));
    v->now.look.item[i] = look.item[0];
    return TW_OK;
}

static void measure_variant(struct variants *v, const struct tw_decl *d, size_t i, bool codes)
{
    const struct tw_profile *profile = v->a->parts.profile;
    float *x = v->now.x + i * TW_FEATURE_N;
    if (codes) {
        tw_feature_compute(profile, d, &v->now.look, i, x, NULL);
    } else {
        memcpy(x, v->base->x + i * TW_FEATURE_N, TW_FEATURE_N * sizeof *x); /* codes may have been others */
        tw_feature_amounts(profile, d, &v->now.look, i, x);
    }
    if (v->a->parts.model != NULL) assess_judge(v->a, &v->now, i);
}

/* Does the item alone hold the declaration back? Others only add to a score, but for the last bits of a
 * logarithm. */
static bool holds_alone(const struct variants *v, size_t i)
{
    static const double BITS = 1e-9;
    return v->a->parts.model != NULL && tw_order(&v->now.order[i], 1, v->a->set.duty_mix) >= v->target + BITS;
}

static bool differs(double a, double b)
{
    return a != b && !(isnan(a) && isnan(b));
}

/* Were the other items measured with other sums of the declaration? */
static bool reaches_others(const struct variants *v)
{
    const struct tw_cargo_view *c = &v->now.look.cargo;
    return v->now.look.value != v->value ||
           (c->n > 0 && (differs(c->declared_kg, v->kg) || differs(c->packages, v->packages)));
}

static tw_err score_variant(void *to, const struct tw_decl *variant, bool codes, double *ret)
{
    struct variants *v = to;
    const size_t worst = v->base->worst, n = v->base->look.n;
    if (codes) {
        TW_TRY(look_anew(v, variant, worst));
    } else {
        v->now.look.item[worst] = v->base->look.item[worst];
        tw_profile_look_amounts(v->a->parts.profile, &variant->items.at[worst], &v->now.look.item[worst]);
    }
    v->now.look.value = tw_look_total(&v->now.look);
    tw_cargo_redeclared(variant, &v->base->look.cargo, &v->now.look.cargo);
    measure_variant(v, variant, worst, codes);
    if (reaches_others(v)) {
        if (holds_alone(v, worst)) {
            *ret = v->target;
            return TW_OK;
        }
        for (size_t i = 0; i < n; i++)
            if (i != worst) measure_variant(v, variant, i, false);
        v->value = v->now.look.value;
        v->kg = v->now.look.cargo.declared_kg;
        v->packages = v->now.look.cargo.packages;
    }
    v->now.score = 0;
    v->now.worst = 0;
    assess_rank(v->a, &v->now);
    *ret = v->now.score;
    return TW_OK;
}

static void *copied(struct tw_arena *arena, const void *from, size_t n, size_t size)
{
    void *p = tw_arena_room(arena, n, size);
    if (p != NULL) memcpy(p, from, n * size);
    return p;
}

/* Would the declaration have been held for the other items alone? Then no change of its worst would have
 * done. */
static bool others_suffice(const struct tw_assessor *a, const struct weighed *w, double green_below,
                           struct tw_order_item *room)
{
    if (a->parts.model == NULL || w->look.n < 2) return false;
    memcpy(room, w->order, w->worst * sizeof *room);
    memcpy(room + w->worst, w->order + w->worst + 1, (w->look.n - w->worst - 1) * sizeof *room);
    return tw_order(room, w->look.n - 1, a->set.duty_mix) >= green_below;
}

tw_err assess_find_change(const struct tw_assessor *a, const struct weighed *w, struct tw_arena *arena,
                          struct tw_assessment *one)
{
    const size_t n = w->look.n;
    struct variants v = {.a = a,
                         .base = w,
                         .now = *w,
                         .target = one->green_below,
                         .value = w->look.value,
                         .kg = w->look.cargo.declared_kg,
                         .packages = w->look.cargo.packages};
    v.now.look.item = copied(arena, w->look.item, n, sizeof *w->look.item);
    v.now.x = copied(arena, w->x, n, TW_FEATURE_N * sizeof *w->x);
    v.now.item = copied(arena, w->item, n, sizeof *w->item);
    v.now.order = copied(arena, w->order, n, sizeof *w->order);
    if (v.now.look.item == NULL || v.now.x == NULL || v.now.item == NULL || v.now.order == NULL)
        return TW_NOMEM;
    if (others_suffice(a, w, one->green_below, v.now.order)) return TW_OK;
    memcpy(v.now.order, w->order, n * sizeof *w->order);
    const struct tw_change_case c = {.decl = one->decl,
                                     .item = w->worst,
                                     .target = one->green_below,
                                     .currency = a->set.currency,
                                     .scorer = {&v, score_variant}};
    return tw_change_find(&c, arena, &one->decision.counterfactual, &one->change_json);
}
