/* SPDX-License-Identifier: Apache-2.0 */
/* The way itself. Everything up to the score is a function of the declaration and the profile before it
 * (weigh); so the same function answers what a variant of the declaration would have scored. */
#include "assess/assess.h"

#include <math.h>
#include <string.h>

#include "assess/assess_priv.h"
#include "base/mem.h"
#include "decl/code.h"
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

/* -- up to the score */

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

void assess_judge(const struct tw_assessor *a, struct weighed *w, size_t i)
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

void assess_rank(const struct tw_assessor *a, struct weighed *w)
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
    *w = (struct weighed){
        .arena = c->arena, .selected = c->selected, .given = c->given, .evidenced = a->reasons};
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

void assess_measure(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w)
{
    tw_profile_look_rows(a->parts.profile, &w->look);
    for (size_t i = 0; i < w->look.n; i++) {
        struct tw_evidence *evidence = w->evidenced ? w->evidence + i * TW_FEATURE_N : NULL;
        tw_feature_compute(a->parts.profile, d, &w->look, i, w->x + i * TW_FEATURE_N, evidence);
        w->item[i].number = d->items.at[i].number;
    }
}

tw_err assess_ask(const struct tw_assessor *a, const struct tw_decl *d, struct weighed *w)
{
    if (a->parts.criteria == NULL) return TW_OK;
    const struct tw_criteria_case k = {.given = w->given,
                                       .decl = d,
                                       .profile = a->parts.profile,
                                       .look = &w->look,
                                       .x = w->x,
                                       .digits = a->digits,
                                       .day = w->look.day};
    return tw_criteria_ask(a->parts.criteria, &k, w->arena, &w->hit, &w->hits);
}

void assess_fetch(const struct tw_assessor *a, const struct tw_assessment *one, size_t later)
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
        assess_fetch(a, &ret[i], n - 1 - i);
        assess_measure(a, c[i].decl, ret[i].weighed);
        TW_TRY(assess_ask(a, c[i].decl, ret[i].weighed));
        TW_TRY(tw_profile_fold(a->parts.profile, &ret[i].weighed->look));
    }
    if (a->parts.model != NULL) judge_all(a, ret, n);
    return TW_OK;
}

tw_err tw_assess(struct tw_assessor *a, const struct tw_decl *d, uint64_t draw, struct tw_arena *arena,
                 struct tw_assessment *ret)
{
    struct tw_assessment one;
    TW_TRY(tw_assess_begin(a, &(struct tw_assess_case){.decl = d, .arena = arena}, 1, &one));
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
