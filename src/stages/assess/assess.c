/* SPDX-License-Identifier: Apache-2.0 */
/* The way itself. Everything up to the score is a function of the declaration and the profile before it
 * (weigh); so the same function answers what a variant of the declaration would have scored. */
#include "assess/assess.h"

#include <math.h>
#include <string.h>

#include "assess/assess_priv.h"
#include "base/mem.h"
#include "decl/code.h"
#include "reason/change.h"
#include "score/order.h"
#include "score/own.h"

enum {
    VARIANT_BYTES = 64 << 20, /* 9,999 items take 10 MB */
    JUDGED_TOGETHER = 16      /* rows; what the evaluator walks side by side */
};

struct tw_assess_settings tw_assess_settings_default(void)
{
    return (struct tw_assess_settings){.duty_mix = TW_ORDER_MIX, .reasons = true};
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* What only a model or reasons need. */
static tw_err build(struct tw_assessor *a, struct tw_fault *fault)
{
    const struct tw_model *m = a->parts.model;
    if (a->set.reasons && tw_arena_new(VARIANT_BYTES, &a->variant) != TW_OK) return no_memory(fault);
    if (m == NULL) return TW_OK;
    TW_TRY(tw_own_match(m, fault));
    const char *hex = tw_model_sha256(m);
    for (size_t i = 0; i < sizeof a->model_hash; i++)
        a->model_hash[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return a->set.reasons ? tw_shap_new(&tw_model_spec(m)->risk, "trees", &a->shap, fault) : TW_OK;
}

tw_err tw_assessor_new(const struct tw_assess_parts *parts, const struct tw_assess_settings *set,
                       struct tw_assessor **ret, struct tw_fault *fault)
{
    if (!(set->duty_mix >= 0 && set->duty_mix <= 1))
        return tw_fail(fault, TW_ARG, "the mix of risk and duty lies from 0 (risk alone) to 1 (duty alone)");
    struct tw_assessor *a = tw_calloc(1, sizeof *a);
    if (a == NULL) return no_memory(fault);
    a->parts = *parts;
    a->set = *set;
    a->reasons = set->reasons;
    const struct tw_currency *national = tw_currency_find(tw_str_from(set->currency));
    a->digits = national != NULL ? national->digits : 2;
    tw_sha256_hex(parts->profile_hash, a->profile_hex);
    for (size_t i = 0; i < sizeof parts->profile_hash; i++) a->profile_known |= parts->profile_hash[i] != 0;
    const tw_err err = build(a, fault);
    if (err != TW_OK) {
        tw_assessor_free(a);
        return err;
    }
    *ret = a;
    return TW_OK;
}

void tw_assessor_free(struct tw_assessor *a)
{
    if (a == NULL) return;
    tw_shap_free(a->shap);
    tw_arena_free(a->variant);
    tw_free(a);
}

const struct tw_criteria *tw_assessor_criteria(const struct tw_assessor *a)
{
    return a->parts.criteria;
}

void tw_assessor_reasons(struct tw_assessor *a, bool wanted)
{
    a->reasons = wanted && a->set.reasons;
}

/* -- up to the score
 * --------------------------------------------------------------------------------------------- */

struct weighed {
    struct tw_arena *arena; /* everything below lies in it */
    bool evidenced;         /* reasons were wanted: measured when decided, and folded in behind that */
    struct tw_look look;
    float *x;                      /* items x TW_FEATURE_N */
    struct tw_evidence *evidence;  /* the same; NULL = not wanted */
    struct tw_decision_item *item; /* one for each */
    struct tw_order_item *order;   /* one for each */
    struct tw_criteria_hit *hit;   /* hits of them */
    size_t hits;
    double score;
    size_t worst;
};

/* What the model has said of one item. */
static void take_judgement(const struct tw_assessor *a, struct tw_judgement j, struct tw_decision_item *item,
                           struct tw_order_item *order)
{
    item->margin = j.margin;
    item->risk_ppm = j.risk_ppm;
    *order = (struct tw_order_item){j.risk_ppm / 1e6, j.expected_minor, j.margin};
    if (isnan(j.expected_minor) || a->set.currency[0] == '\0') return;
    item->expected_duty.minor = (int64_t)j.expected_minor;
    memcpy(item->expected_duty.cur, a->set.currency, sizeof item->expected_duty.cur);
}

static void judge(const struct tw_assessor *a, struct weighed *w, size_t i)
{
    const float *x = w->x + i * TW_FEATURE_N;
    take_judgement(a, tw_model_judge(a->parts.model, x, w->look.item[i].stake), &w->item[i], &w->order[i]);
}

/* Items of several declarations, to be judged together. */
struct panel {
    size_t n;
    const float *x[JUDGED_TOGETHER];
    double stake[JUDGED_TOGETHER];
    struct {
        struct weighed *w;
        size_t i;
    } whose[JUDGED_TOGETHER];
};

static void judge_panel(const struct tw_assessor *a, struct panel *b)
{
    struct tw_judgement j[JUDGED_TOGETHER];
    tw_model_judge_many(a->parts.model, b->x, b->stake, b->n, j);
    for (size_t k = 0; k < b->n; k++) {
        struct weighed *w = b->whose[k].w;
        const size_t i = b->whose[k].i;
        take_judgement(a, j[k], &w->item[i], &w->order[i]);
    }
    b->n = 0;
}

static void judge_all(const struct tw_assessor *a, struct tw_assessment *one, size_t n)
{
    struct panel b = {.n = 0};
    for (size_t k = 0; k < n; k++) {
        struct weighed *w = one[k].weighed;
        for (size_t i = 0; i < w->look.n; i++) {
            b.x[b.n] = w->x + i * TW_FEATURE_N;
            b.stake[b.n] = w->look.item[i].stake;
            b.whose[b.n].w = w;
            b.whose[b.n++].i = i;
            if (b.n == JUDGED_TOGETHER) judge_panel(a, &b);
        }
    }
    judge_panel(a, &b);
}

/* Prices up to one spread below the usual one are usual: score selects none of them. */
static const double PRICE_GROUND = 1.0;

/* By price alone: the item furthest below the usual counts. */
static void rank_by_price(struct weighed *w)
{
    double unused[TW_FEATURE_N];
    for (size_t i = 0; i < w->look.n; i++) {
        double v = tw_reason_price_check(w->x + i * TW_FEATURE_N, unused);
        w->item[i].margin = NAN;
        if (v <= w->score) continue;
        w->score = v;
        w->worst = i;
    }
}

static void rank_by_model(const struct tw_assessor *a, struct weighed *w)
{
    w->score = tw_order(w->order, w->look.n, a->set.duty_mix);
    double most = -(double)INFINITY;
    for (size_t i = 0; i < w->look.n && w->look.n > 1; i++) {
        double v = tw_order(&w->order[i], 1, a->set.duty_mix);
        if (v <= most) continue;
        most = v;
        w->worst = i;
    }
}

static void rank(const struct tw_assessor *a, struct weighed *w)
{
    if (a->parts.model != NULL)
        rank_by_model(a, w);
    else
        rank_by_price(w);
}

/* Keys, and room for the rest. */
static tw_err begin(const struct tw_assessor *a, const struct tw_assess_case *c, struct tw_assessment *ret)
{
    struct weighed *w = tw_arena_alloc(c->arena, sizeof *w);
    if (w == NULL) return TW_NOMEM;
    *w = (struct weighed){.arena = c->arena, .evidenced = a->reasons};
    *ret = (struct tw_assessment){.decl = c->decl, .weighed = w};
    TW_TRY(tw_profile_look_keys(a->parts.profile, c->decl, c->arena, &w->look));
    const size_t n = w->look.n;
    if (n == 0) return TW_OK;
    w->x = tw_arena_room(c->arena, n, TW_FEATURE_N * sizeof *w->x);
    w->item = tw_arena_array(c->arena, n, sizeof *w->item);
    w->order = tw_arena_array(c->arena, n, sizeof *w->order);
    if (w->evidenced) w->evidence = tw_arena_room(c->arena, n, TW_FEATURE_N * sizeof *w->evidence);
    return w->x == NULL || w->item == NULL || w->order == NULL || (w->evidenced && w->evidence == NULL)
               ? TW_NOMEM
               : TW_OK;
}

static void measure(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w)
{
    tw_profile_look_rows(a->parts.profile, &w->look);
    for (size_t i = 0; i < w->look.n; i++) {
        struct tw_evidence *evidence = w->evidenced ? w->evidence + i * TW_FEATURE_N : NULL;
        tw_feature_compute(a->parts.profile, d, &w->look, i, w->x + i * TW_FEATURE_N, evidence);
        w->item[i].number = d->items.at[i].number;
    }
}

/* Criteria see what the features do: the past before this declaration. */
static tw_err ask(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w)
{
    if (a->parts.criteria == NULL) return TW_OK;
    const struct tw_criteria_case k = {.decl = d,
                                       .profile = a->parts.profile,
                                       .look = &w->look,
                                       .x = w->x,
                                       .digits = a->digits,
                                       .day = w->look.day};
    return tw_criteria_ask(a->parts.criteria, &k, w->arena, &w->hit, &w->hits);
}

/* What memory fetches of the next three while one is measured; each wave finds what the one before it asked
 * for. */
static void fetch(const struct tw_assessor *a, const struct tw_assessment *one, size_t later)
{
    static const enum tw_fetch what[] = {TW_FETCH_COUNTS, TW_FETCH_PRICES, TW_FETCH_ROWS};
    for (size_t k = 0; k < sizeof what / sizeof what[0] && k < later; k++)
        tw_profile_fetch(a->parts.profile, &one[k + 1].weighed->look, what[k]);
}

tw_err tw_assess_begin(struct tw_assessor *a, const struct tw_assess_case *c, size_t n,
                       struct tw_assessment *ret)
{
    for (size_t i = 0; i < n; i++) TW_TRY(begin(a, &c[i], &ret[i]));
    for (size_t i = 0; i < n && i < 3; i++)
        tw_profile_fetch(a->parts.profile, &ret[i].weighed->look, TW_FETCH_ROWS);
    if (a->reasons) return TW_OK;
    for (size_t i = 0; i < n; i++) {
        fetch(a, &ret[i], n - 1 - i);
        measure(a, c[i].decl, ret[i].weighed);
        TW_TRY(ask(a, c[i].decl, ret[i].weighed));
        TW_TRY(tw_profile_fold(a->parts.profile, &ret[i].weighed->look));
    }
    if (a->parts.model != NULL) judge_all(a, ret, n);
    return TW_OK;
}

/* -- what would have made it green
 * ------------------------------------------------------------------------------- */

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
    if (v->a->parts.model != NULL) judge(v->a, &v->now, i);
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
    rank(v->a, &v->now);
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

static tw_err find_change(const struct tw_assessor *a, const struct weighed *w, struct tw_arena *arena,
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

/* -- the decision
 * ------------------------------------------------------------------------------------------------ */

static void put_decision(const struct tw_assessor *a, const struct weighed *w, uint64_t draw,
                         const struct tw_channel_choice *c, struct tw_assessment *one)
{
    const struct tw_decl *d = one->decl;
    one->score = w->score;
    one->red_from = c->red_from;
    one->green_below = c->green_below;
    if (a->parts.model == NULL && one->green_below < PRICE_GROUND) one->green_below = PRICE_GROUND;
    one->look = w->look;
    one->x = w->x;
    one->evidence = w->evidence;
    one->worst = w->worst;
    one->hit = w->hit;
    one->hits = w->hits;
    struct tw_decision *k = &one->decision;
    k->declaration_id = d->id;
    k->version = d->version;
    k->decided_at = d->lodged_at;
    k->channel = c->channel;
    k->basis = c->basis;
    k->propensity_ppm = c->propensity_ppm;
    k->score_channel = c->score_channel;
    k->draw = draw;
    memcpy(k->model_hash, a->model_hash, sizeof k->model_hash);
    memcpy(k->profile_hash, a->parts.profile_hash, sizeof k->profile_hash);
    if (a->parts.criteria != NULL)
        memcpy(k->criteria_hash, tw_criteria_hash(a->parts.criteria), sizeof k->criteria_hash);
    k->items.at = w->item;
    k->items.n = w->look.n;
}

/* What its hits ask of the channel, each by its own draw. */
static tw_err take_hits(struct weighed *w, uint64_t draw, struct tw_channel_case *k)
{
    struct tw_channel_ask *to = w->hits > 0 ? tw_arena_array(w->arena, w->hits, sizeof *to) : NULL;
    if (w->hits > 0 && to == NULL) return TW_NOMEM;
    k->ask = to;
    for (size_t i = 0; i < w->hits; i++) {
        struct tw_criteria_hit *h = &w->hit[i];
        const struct tw_criterion *c = h->criterion;
        if (h->outcome != TW_OUTCOME_HIT) continue;
        if (c->class == TW_CRITERION_MANDATORY && tw_channel_rank(c->channel) > tw_channel_rank(k->mandatory))
            k->mandatory = c->channel;
        k->facilitated = k->facilitated || c->class == TW_CRITERION_FACILITATION;
        const double own = c->probability < 1 ? tw_criteria_draw(draw, c->id) : 0;
        h->asks = own < c->probability;
        if (c->class == TW_CRITERION_CRITERION)
            to[k->asks++] = (struct tw_channel_ask){c->channel, c->probability, own};
    }
    return TW_OK;
}

tw_err tw_assess_decide(struct tw_assessor *a, struct tw_assessment *one, size_t later, uint64_t draw)
{
    struct weighed *w = one->weighed;
    struct tw_channel_choice choice;
    if (w->evidenced) {
        fetch(a, one, later);
        measure(a, one->decl, w);
        TW_TRY(ask(a, one->decl, w));
        for (size_t i = 0; i < w->look.n && a->parts.model != NULL; i++) judge(a, w, i);
    }
    rank(a, w);
    struct tw_channel_case k = {.score = w->score,
                                .draw = draw,
                                .office = one->decl->office,
                                .day = w->look.day,
                                .unfounded = a->parts.model == NULL && w->score < PRICE_GROUND};
    TW_TRY(take_hits(w, draw, &k));
    TW_TRY(tw_channels_decide(a->parts.channels, &k, &choice));
    put_decision(a, w, draw, &choice, one);
    if (w->evidenced && choice.score_channel != TW_CHANNEL_GREEN && w->look.n > 0)
        TW_TRY(find_change(a, w, w->arena, one)); /* before the fold: against what was known then */
    if (w->evidenced) TW_TRY(tw_profile_fold(a->parts.profile, &w->look));
    return choice.channel != TW_CHANNEL_GREEN ? tw_assess_await(a, one) : TW_OK;
}

tw_err tw_assess(struct tw_assessor *a, const struct tw_decl *d, uint64_t draw, struct tw_arena *arena,
                 struct tw_assessment *ret)
{
    struct tw_assessment one;
    TW_TRY(tw_assess_begin(a, &(struct tw_assess_case){d, arena}, 1, &one));
    TW_TRY(tw_assess_decide(a, &one, 0, draw));
    *ret = one;
    return TW_OK;
}

tw_err tw_assess_await(struct tw_assessor *a, struct tw_assessment *one)
{
    if (one->awaited) return TW_OK;
    for (size_t i = 0; i < one->look.n; i++)
        TW_TRY(tw_profile_await(a->parts.profile, one->look.declaration, one->decl->items.at[i].number,
                                &one->look.item[i]));
    one->awaited = true;
    return TW_OK;
}
