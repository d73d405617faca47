/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as a line of JSON. Every key is described in docs/formats/decision.md; the keys that come first
 * are a promise, the rest may grow. */
#include <math.h>

#include "assess/assess_priv.h"
#include "base/date.h"
#include "base/json.h"
#include "decl/money.h"

static void put_time(struct tw_json *j, int64_t utc_s)
{
    if (utc_s == TW_NO_TIME) {
        tw_json_null(j);
        return;
    }
    tw_json_raw(j, TW_STR("\""));
    tw_buf_time(j->out, utc_s);
    tw_buf_char(j->out, '"');
}

static void put_money(struct tw_json *j, struct tw_money m)
{
    if (!tw_money_set(m)) {
        tw_json_null(j);
        return;
    }
    tw_json_begin_object(j);
    tw_json_key(j, "amount");
    tw_json_raw(j, TW_STR("\""));
    tw_buf_amount(j->out, m);
    tw_buf_char(j->out, '"');
    tw_json_key(j, "currency");
    tw_json_str(j, tw_money_cur(&m));
    tw_json_end_object(j);
}

/* A text of JSON, or what stands for none. */
static void put_json(struct tw_json *j, struct tw_str json, struct tw_str none)
{
    tw_json_raw(j, json.n > 0 ? json : none);
}

static void put_hash(struct tw_json *j, bool some, const char *hex)
{
    if (some)
        tw_json_text(j, hex);
    else
        tw_json_null(j);
}

/* -- features
 * ---------------------------------------------------------------------------------------------------- */

/* {"value":..} and, where it was kept, what it was compared with; null and absent = there was nothing. */
static void put_feature(struct tw_json *j, float value, const struct tw_evidence *e)
{
    tw_json_begin_object(j);
    tw_json_key(j, "value");
    tw_json_f32(j, value);
    if (e != NULL && !isnan(value)) {
        tw_json_key(j, "declared");
        tw_json_f64(j, e->value);
        if (!isnan(e->reference)) {
            tw_json_key(j, "reference");
            tw_json_f64(j, e->reference);
        }
        if (!isnan(e->population)) {
            tw_json_key(j, "population");
            tw_json_f64(j, e->population);
        }
        if (e->since_day != TW_NO_DAY) {
            tw_json_key(j, "since");
            tw_json_raw(j, TW_STR("\""));
            tw_buf_day(j->out, e->since_day);
            tw_buf_char(j->out, '"');
        }
        if (e->kind < TW_KIND_N) {
            tw_json_key(j, "of");
            tw_json_text(j, tw_kind_name((enum tw_kind)e->kind));
        }
    }
    tw_json_end_object(j);
}

static void put_features(struct tw_json *j, const struct tw_assessment *one, size_t item)
{
    tw_json_key(j, "features");
    tw_json_begin_object(j);
    for (size_t f = 0; f < TW_FEATURE_N; f++) {
        size_t at = item * TW_FEATURE_N + f;
        tw_json_key(j, tw_feature_row((enum tw_feature)f)->name);
        put_feature(j, one->x[at], one->evidence != NULL ? &one->evidence[at] : NULL);
    }
    tw_json_end_object(j);
}

/* -- items and reasons
 * -------------------------------------------------------------------------------------------- */

static void put_items(const struct tw_assessor *a, struct tw_json *j, const struct tw_assessment *one,
                      bool full)
{
    bool model = a->parts.model != NULL;
    tw_json_key(j, "items");
    tw_json_begin_array(j);
    for (size_t i = 0; i < one->decision.items.n; i++) {
        const struct tw_decision_item *k = &one->decision.items.at[i];
        tw_json_begin_object(j);
        tw_json_key(j, "number");
        tw_json_u64(j, k->number);
        tw_json_key(j, "risk");
        if (model)
            tw_json_dec(j, k->risk_ppm, 6);
        else
            tw_json_null(j);
        tw_json_key(j, "expected_duty");
        put_money(j, k->expected_duty);
        tw_json_key(j, "margin");
        tw_json_f32(j, k->margin);
        if (full) put_features(j, one, i);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
}

static void put_basis(struct tw_json *j, uint32_t basis)
{
    tw_json_key(j, "basis");
    tw_json_begin_array(j);
    for (int b = 0; b < TW_BASIS_N; b++)
        if ((basis & (1u << b)) != 0) tw_json_text(j, tw_basis_name((enum tw_basis)b));
    tw_json_end_array(j);
}

static void put_reasons(struct tw_json *j, const struct tw_assessment *one)
{
    tw_json_key(j, "reasons");
    tw_json_begin_array(j);
    for (size_t i = 0; i < one->decision.reasons.n; i++) {
        const struct tw_reason *r = &one->decision.reasons.at[i];
        tw_json_begin_object(j);
        tw_json_key(j, "family");
        tw_json_text(j, tw_family_row((enum tw_family)r->family)->name);
        tw_json_key(j, "for");
        tw_json_bool(j, !r->against);
        tw_json_key(j, "audience");
        tw_json_text(j, tw_audience_name((enum tw_audience)r->audience));
        tw_json_key(j, "text");
        tw_json_str(j, r->text);
        tw_json_key(j, "values");
        put_json(j, r->values_json, TW_STR("{}"));
        tw_json_key(j, "item");
        tw_json_u64(j, r->item);
        tw_json_key(j, "weight");
        tw_json_dec(j, r->weight_micro, 6);
        tw_json_end_object(j);
    }
    tw_json_end_array(j);
    tw_json_key(j, "counterfactual");
    if (one->decision.counterfactual.n > 0)
        tw_json_str(j, one->decision.counterfactual);
    else
        tw_json_null(j);
    if (one->change_json.n > 0) {
        tw_json_key(j, "counterfactual_values");
        tw_json_raw(j, one->change_json);
    }
}

/* How it came about: what anyone needs to decide it again. */
static void put_grounds(const struct tw_assessor *a, struct tw_json *j, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    bool model = a->parts.model != NULL;
    tw_json_key(j, "decided_at");
    put_time(j, k->decided_at);
    tw_json_key(j, "office");
    if (one->decl->office.n > 0)
        tw_json_str(j, one->decl->office);
    else
        tw_json_null(j);
    tw_json_key(j, "score");
    tw_json_fixed(j, one->score, 9);
    tw_json_key(j, "scored_by");
    tw_json_text(j, model ? "model" : "price");
    tw_json_key(j, "score_channel");
    tw_json_text(j, tw_channel_name(k->score_channel));
    tw_json_key(j, "red_from");
    tw_json_fixed(j, one->red_from, 9);
    tw_json_key(j, "green_below");
    tw_json_fixed(j, one->green_below, 9);
    tw_json_key(j, "worst_item");
    tw_json_u64(j, k->items.n > 0 ? k->items.at[one->worst].number : 0);
    uint8_t draw[8];
    for (int i = 0; i < 8; i++) draw[i] = (uint8_t)(k->draw >> (56 - 8 * i));
    tw_json_key(j, "draw");
    tw_json_raw(j, TW_STR("\""));
    tw_buf_hex(j->out, draw, sizeof draw);
    tw_buf_char(j->out, '"');
    tw_json_key(j, "model");
    put_hash(j, model, model ? tw_model_sha256(a->parts.model) : "");
    tw_json_key(j, "profile");
    put_hash(j, a->profile_known, a->profile_hex);
}

void tw_assess_json(const struct tw_assessor *a, const struct tw_assessment *one, bool full,
                    struct tw_buf *out)
{
    const struct tw_decision *k = &one->decision;
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "id");
    tw_json_str(&j, k->declaration_id);
    tw_json_key(&j, "channel");
    tw_json_text(&j, tw_channel_name(k->channel));
    put_basis(&j, k->basis);
    tw_json_key(&j, "propensity");
    tw_json_dec(&j, k->propensity_ppm, 6);
    put_items(a, &j, one, full);
    put_reasons(&j, one);
    if (k->version > 0) {
        tw_json_key(&j, "version");
        tw_json_u64(&j, k->version);
    }
    put_grounds(a, &j, one);
    tw_json_end_object(&j);
}
