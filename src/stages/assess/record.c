/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as a line of JSON. Every key is described in docs/formats/decision.md; the keys that come first
 * are a promise, the rest may grow. Written piece by piece instead of through base/json.h: every declaration
 * gets one, and a constant piece costs a copy. */
#include <math.h>

#include "assess/assess_priv.h"
#include "base/date.h"
#include "base/json.h"
#include "decl/money.h"

#define PUT(out, literal) tw_buf_put((out), (literal), sizeof(literal) - 1)

static void put_str(struct tw_buf *out, struct tw_str s)
{
    struct tw_json j = {.out = out};
    tw_json_str(&j, s);
}

/* A name of ours: nothing in it needs escaping. */
static void put_name(struct tw_buf *out, const char *z)
{
    tw_buf_char(out, '"');
    tw_buf_text(out, z);
    tw_buf_char(out, '"');
}

static void put_bool(struct tw_buf *out, bool v)
{
    if (v)
        PUT(out, "true");
    else
        PUT(out, "false");
}

static void put_fixed(struct tw_buf *out, double v)
{
    tw_buf_fixed(out, v, 9);
}

static void put_time(struct tw_buf *out, int64_t utc_s)
{
    if (utc_s == TW_NO_TIME) {
        PUT(out, "null");
        return;
    }
    tw_buf_char(out, '"');
    tw_buf_time(out, utc_s);
    tw_buf_char(out, '"');
}

static void put_money(struct tw_buf *out, struct tw_money m)
{
    if (!tw_money_set(m)) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"amount\":\"");
    tw_buf_amount(out, m);
    PUT(out, "\",\"currency\":\"");
    tw_buf_str(out, tw_money_cur(&m));
    PUT(out, "\"}");
}

/* -- features
 * ---------------------------------------------------------------------------------------------------- */

/* {"value":..} and, where it was kept, what it was compared with; null and absent = there was nothing. */
static void put_feature(struct tw_buf *out, float value, const struct tw_evidence *e)
{
    PUT(out, "{\"value\":");
    tw_buf_f32(out, value);
    if (e != NULL && !isnan(value)) {
        PUT(out, ",\"declared\":");
        tw_buf_f64(out, e->value);
        if (!isnan(e->reference)) {
            PUT(out, ",\"reference\":");
            tw_buf_f64(out, e->reference);
        }
        if (!isnan(e->population)) {
            PUT(out, ",\"population\":");
            tw_buf_f64(out, e->population);
        }
        if (e->since_day != TW_NO_DAY) {
            PUT(out, ",\"since\":\"");
            tw_buf_day(out, e->since_day);
            tw_buf_char(out, '"');
        }
        if (e->kind < TW_KIND_N) {
            PUT(out, ",\"of\":");
            put_name(out, tw_kind_name((enum tw_kind)e->kind));
        }
    }
    tw_buf_char(out, '}');
}

static void put_features(struct tw_buf *out, const struct tw_assessment *one, size_t item)
{
    PUT(out, ",\"features\":{");
    for (size_t f = 0; f < TW_FEATURE_N; f++) {
        const size_t at = item * TW_FEATURE_N + f;
        if (f > 0) tw_buf_char(out, ',');
        put_name(out, tw_feature_row((enum tw_feature)f)->name);
        tw_buf_char(out, ':');
        put_feature(out, one->x[at], one->evidence != NULL ? &one->evidence[at] : NULL);
    }
    tw_buf_char(out, '}');
}

/* -- items and reasons
 * -------------------------------------------------------------------------------------------- */

static void put_items(struct tw_buf *out, bool model, const struct tw_assessment *one, bool full)
{
    for (size_t i = 0; i < one->decision.items.n; i++) {
        const struct tw_decision_item *k = &one->decision.items.at[i];
        if (i > 0) tw_buf_char(out, ',');
        PUT(out, "{\"number\":");
        tw_buf_u64(out, k->number);
        PUT(out, ",\"risk\":");
        if (model)
            tw_buf_dec(out, k->risk_ppm, 6);
        else
            PUT(out, "null");
        PUT(out, ",\"expected_duty\":");
        put_money(out, k->expected_duty);
        PUT(out, ",\"margin\":");
        tw_buf_f32(out, k->margin);
        if (full) put_features(out, one, i);
        tw_buf_char(out, '}');
    }
}

static void put_basis(struct tw_buf *out, uint32_t basis)
{
    bool some = false;
    for (int b = 0; b < TW_BASIS_N && basis != 0; b++) {
        if ((basis & (1u << b)) == 0) continue;
        if (some) tw_buf_char(out, ',');
        put_name(out, tw_basis_name((enum tw_basis)b));
        some = true;
    }
}

static void put_reasons(struct tw_buf *out, const struct tw_assessment *one)
{
    for (size_t i = 0; i < one->decision.reasons.n; i++) {
        const struct tw_reason *r = &one->decision.reasons.at[i];
        if (i > 0) tw_buf_char(out, ',');
        PUT(out, "{\"family\":");
        put_name(out, tw_family_row((enum tw_family)r->family)->name);
        PUT(out, ",\"for\":");
        put_bool(out, !r->against);
        PUT(out, ",\"audience\":");
        put_name(out, tw_audience_name((enum tw_audience)r->audience));
        PUT(out, ",\"text\":");
        put_str(out, r->text);
        PUT(out, ",\"values\":");
        tw_buf_str(out, r->values_json.n > 0 ? r->values_json : TW_STR("{}"));
        PUT(out, ",\"item\":");
        tw_buf_u64(out, r->item);
        PUT(out, ",\"weight\":");
        tw_buf_dec(out, r->weight_micro, 6);
        tw_buf_char(out, '}');
    }
}

static void put_change(struct tw_buf *out, const struct tw_assessment *one)
{
    PUT(out, ",\"counterfactual\":");
    if (one->decision.counterfactual.n > 0)
        put_str(out, one->decision.counterfactual);
    else
        PUT(out, "null");
    if (one->change_json.n == 0) return;
    PUT(out, ",\"counterfactual_values\":");
    tw_buf_str(out, one->change_json);
}

/* -- criteria
 * ----------------------------------------------------------------------------------------------------- */

static void put_member(struct tw_buf *out, const char *key, struct tw_str value)
{
    if (value.n == 0) return;
    tw_buf_char(out, ',');
    put_name(out, key);
    tw_buf_char(out, ':');
    put_str(out, value);
}

static void put_version(struct tw_buf *out, const struct tw_watch_head *list)
{
    if (list->version == 0) return;
    PUT(out, ",\"version\":");
    tw_buf_i64(out, list->version);
}

/* named: with what stands there, and what the list says of whom it means. */
static void put_listed(struct tw_buf *out, const struct tw_criteria_listed *l, bool named)
{
    PUT(out, "{\"list\":");
    put_str(out, l->list->name);
    put_version(out, l->list);
    put_member(out, "owner", l->list->owner);
    put_member(out, "entry", l->hit.entry->id);
    PUT(out, ",\"score\":");
    tw_buf_fixed(out, l->hit.score, 4);
    put_member(out, "element", tw_str_from(tw_element_row(l->hit.element)->name));
    if (l->hit.item > 0) {
        PUT(out, ",\"item\":");
        tw_buf_u64(out, l->hit.item);
    }
    if (named) {
        put_member(out, "value", l->hit.value);
        PUT(out, ",\"parts\":[");
        for (size_t i = 0; i < l->parts; i++) {
            if (i > 0) tw_buf_char(out, ',');
            put_str(out, l->part[i]);
        }
        tw_buf_char(out, ']');
        put_member(out, "note", l->hit.entry->note);
    }
    put_member(out, "audience", tw_str_from(tw_audience_name(TW_AUDIENCE_OFFICER)));
    if (named) put_member(out, "words", l->words);
    tw_buf_char(out, '}');
}

/* What of the declaration stands on which lists, where the hit rests on that. */
static void put_all_listed(struct tw_buf *out, const struct tw_criteria_hit *h, bool named)
{
    if (h->quoted.n > 0) {
        PUT(out, ",\"lists\":");
        tw_buf_str(out, h->quoted);
    }
    if (h->listed_n == 0) return;
    PUT(out, ",\"lists\":[");
    for (size_t i = 0; i < h->listed_n; i++) {
        if (i > 0) tw_buf_char(out, ',');
        put_listed(out, &h->listed[i], named);
    }
    tw_buf_char(out, ']');
}

static void put_hit(struct tw_buf *out, const struct tw_criteria_hit *h, bool named)
{
    const struct tw_criterion *c = h->criterion;
    PUT(out, "{\"id\":");
    put_str(out, c->id);
    PUT(out, ",\"class\":");
    put_name(out, tw_criterion_vocabulary()->at[c->class].code);
    if (h->item > 0) {
        PUT(out, ",\"item\":");
        tw_buf_u64(out, h->item);
        PUT(out, ",\"items\":");
        tw_buf_u64(out, h->items);
    }
    if (h->outcome != TW_OUTCOME_HIT) {
        put_member(out, h->outcome == TW_OUTCOME_UNKNOWN ? "not_known" : "fault", h->why);
        tw_buf_char(out, '}');
        return;
    }
    if (c->class != TW_CRITERION_FACILITATION) {
        PUT(out, ",\"channel\":");
        put_name(out, tw_channel_name(c->channel));
        PUT(out, ",\"probability\":");
        tw_buf_f64(out, c->probability);
        PUT(out, ",\"asks\":");
        put_bool(out, h->asks);
        if (h->certain) PUT(out, ",\"certain\":true");
    }
    put_member(out, "reason", c->reason);
    put_member(out, "task", c->task);
    put_member(out, "legal_basis", c->legal_basis);
    put_all_listed(out, h, named);
    tw_buf_char(out, '}');
}

/* The lists that the set reads, whether or not they hit: with others it might have come to something else. */
static void put_lists(struct tw_buf *out, struct tw_watchlists lists)
{
    if (lists.n == 0) return;
    PUT(out, ",\"lists\":[");
    for (size_t i = 0; i < lists.n; i++) {
        const struct tw_watch_head *h = tw_watchlist_head(lists.at[i]);
        if (i > 0) tw_buf_char(out, ',');
        PUT(out, "{\"list\":");
        put_str(out, h->name);
        put_version(out, h);
        PUT(out, ",\"sha256\":\"");
        tw_buf_hex(out, h->sha256, sizeof h->sha256);
        PUT(out, "\"}");
    }
    tw_buf_char(out, ']');
}

/* Who signed the set that decided; of a draft null. */
static void put_signed(const struct tw_criteria *set, struct tw_buf *out)
{
    if (tw_criteria_reviewer(set).n == 0) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"author\":");
    put_str(out, tw_criteria_author(set));
    put_member(out, "reviewer", tw_criteria_reviewer(set));
    tw_buf_char(out, '}');
}

/* Those that hit, and those that could not be evaluated; nothing where there is no set. */
static void put_criteria(const struct tw_assessor *a, struct tw_buf *out, const struct tw_assessment *one,
                         bool named)
{
    const struct tw_criteria *set = a->parts.criteria;
    if (set == NULL) return;
    PUT(out, ",\"criteria\":{\"set\":");
    put_str(out, tw_criteria_name(set));
    PUT(out, ",\"version\":");
    tw_buf_i64(out, tw_criteria_version(set));
    PUT(out, ",\"sha256\":\"");
    tw_buf_hex(out, tw_criteria_hash(set), TW_SHA256_BYTES);
    PUT(out, "\",\"signed\":");
    put_signed(set, out);
    put_lists(out, tw_criteria_lists(set));
    for (int hit = 1; hit >= 0; hit--) {
        bool some = false;
        if (hit == 1)
            PUT(out, ",\"hits\":[");
        else
            PUT(out, "],\"not_evaluated\":[");
        for (size_t i = 0; i < one->hits; i++) {
            if ((one->hit[i].outcome == TW_OUTCOME_HIT) != (hit == 1)) continue;
            if (some) tw_buf_char(out, ',');
            put_hit(out, &one->hit[i], named);
            some = true;
        }
    }
    PUT(out, "]}");
}

/* -- officers, goods declared before, exploration, capacity, time
 * ------------------------------------------------------------- */

static void put_day_member(struct tw_buf *out, int32_t day)
{
    PUT(out, ",\"draw_day\":\"");
    tw_buf_day(out, day);
    tw_buf_char(out, '"');
}

static void put_time_member(struct tw_buf *out, const char *key, int64_t at)
{
    if (at == TW_NO_TIME) return;
    tw_buf_char(out, ',');
    put_name(out, key);
    tw_buf_char(out, ':');
    put_time(out, at);
}

static void put_selected(struct tw_buf *out, const struct tw_instruction *s, bool named)
{
    if (s == NULL) return;
    PUT(out, ",\"selected\":{\"channel\":");
    put_name(out, tw_channel_name(s->channel));
    put_member(out, "officer", s->officer);
    if (named) put_member(out, "reason", s->reason);
    put_time_member(out, "at", s->at);
    tw_buf_char(out, '}');
}

/* Begins the member; ends it nobody where there is none. */
static void put_floor(struct tw_buf *out, const char *key, const struct tw_goods_floor *floor)
{
    if (floor->of.s == NULL) return;
    tw_buf_char(out, ',');
    put_name(out, key);
    PUT(out, ":{\"of\":");
    put_str(out, floor->of);
    PUT(out, ",\"channel\":");
    put_name(out, tw_channel_name(floor->channel));
}

static void put_before(struct tw_buf *out, const struct tw_assessment *one)
{
    const struct tw_goods_before *before = &one->before;
    put_floor(out, "relodged", &before->own);
    if (before->own.of.s != NULL) {
        PUT(out, ",\"version\":");
        put_bool(out, before->version);
        if (before->version) put_day_member(out, before->draw_day);
        tw_buf_char(out, '}');
    }
    put_floor(out, "shared", &before->shared);
    if (before->shared.of.s != NULL) tw_buf_char(out, '}');
}

/* What only some decisions have. */
static void put_circumstances(struct tw_buf *out, const struct tw_assessment *one, bool named)
{
    put_selected(out, one->selected, named);
    put_before(out, one);
    if (one->explored > 0) {
        PUT(out, ",\"exploration\":{\"novelty\":");
        put_fixed(out, one->novelty);
        PUT(out, ",\"probability\":");
        put_fixed(out, one->explored);
        tw_buf_char(out, '}');
    }
    if (one->full != TW_CHANNEL_GREEN) {
        PUT(out, ",\"full\":{\"channel\":");
        put_name(out, tw_channel_name(one->full));
        PUT(out, ",\"capacity\":");
        tw_buf_i64(out, one->full_capacity);
        put_time_member(out, "shift", one->shift);
        tw_buf_char(out, '}');
    }
    if (one->beyond > 0) {
        PUT(out, ",\"beyond_capacity\":{\"capacity\":");
        tw_buf_i64(out, one->capacity);
        PUT(out, ",\"by\":");
        tw_buf_u64(out, one->beyond);
        put_time_member(out, "shift", one->shift);
        tw_buf_char(out, '}');
    }
    put_time_member(out, "stand_by_until", one->stand_by_until);
    put_time_member(out, "blue_at", one->blue_at);
}

/* How it came about: what anyone needs to decide it again. */
static void put_grounds(const struct tw_assessor *a, struct tw_buf *out, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    const bool model = a->parts.model != NULL;
    PUT(out, ",\"decided_at\":");
    put_time(out, k->decided_at);
    PUT(out, ",\"office\":");
    if (one->decl->office.n > 0)
        put_str(out, one->decl->office);
    else
        PUT(out, "null");
    PUT(out, ",\"score\":");
    put_fixed(out, one->score);
    if (model)
        PUT(out, ",\"scored_by\":\"model\",\"score_channel\":");
    else
        PUT(out, ",\"scored_by\":\"price\",\"score_channel\":");
    put_name(out, tw_channel_name(k->score_channel));
    PUT(out, ",\"red_from\":");
    put_fixed(out, one->red_from);
    PUT(out, ",\"green_below\":");
    put_fixed(out, one->green_below);
    PUT(out, ",\"worst_item\":");
    tw_buf_u64(out, k->items.n > 0 ? k->items.at[one->worst].number : 0);
    uint8_t draw[8];
    for (int i = 0; i < 8; i++) draw[i] = (uint8_t)(k->draw >> (56 - 8 * i));
    PUT(out, ",\"draw\":\"");
    tw_buf_hex(out, draw, sizeof draw);
    tw_buf_char(out, '"');
    if (k->decided_at == TW_NO_TIME) { /* whose key drew it, where no time of lodging says so */
        put_day_member(out, one->look.day);
    }
    PUT(out, ",\"model\":");
    if (model)
        put_name(out, tw_model_sha256(a->parts.model));
    else
        PUT(out, "null");
    PUT(out, ",\"profile\":");
    if (a->profile_known)
        put_name(out, a->profile_hex);
    else
        PUT(out, "null");
}

struct extent {
    bool full, named;
};

static void put_decision(const struct tw_assessor *a, const struct tw_assessment *one, struct extent how,
                         struct tw_buf *out)
{
    const struct tw_decision *k = &one->decision;
    PUT(out, "{\"id\":");
    put_str(out, k->declaration_id);
    PUT(out, ",\"channel\":");
    put_name(out, tw_channel_name(k->channel));
    PUT(out, ",\"basis\":[");
    put_basis(out, k->basis);
    PUT(out, "],\"propensity\":");
    tw_buf_dec(out, k->propensity_ppm, 6);
    PUT(out, ",\"items\":[");
    put_items(out, a->parts.model != NULL, one, how.full);
    PUT(out, "],\"reasons\":[");
    put_reasons(out, one);
    tw_buf_char(out, ']');
    put_change(out, one);
    if (k->version > 0) {
        PUT(out, ",\"version\":");
        tw_buf_u64(out, k->version);
    }
    put_criteria(a, out, one, how.named);
    put_circumstances(out, one, how.named);
    put_grounds(a, out, one);
    tw_buf_char(out, '}');
}

void tw_assess_json(const struct tw_assessor *a, const struct tw_assessment *one, bool full,
                    struct tw_buf *out)
{
    put_decision(a, one, (struct extent){full, true}, out);
}

void tw_assess_record(const struct tw_assessor *a, const struct tw_assessment *one, struct tw_buf *out)
{
    put_decision(a, one, (struct extent){false, false}, out);
}
