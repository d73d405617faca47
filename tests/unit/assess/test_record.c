/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "office.h"

static json_t *record(const struct office *o, const struct tw_assessment *one, bool full)
{
    TW_SCOPED_BUF out = {0};
    tw_assess_json(o->a, one, full, &out);
    CHECK(!out.failed && memchr(out.p, '\n', out.n) == NULL);
    json_error_t error;
    json_t *j = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
    if (j == NULL) printf("# %s: %.*s\n", error.text, (int)out.n, out.p);
    CHECK(j != NULL);
    return j;
}

static const char *text(const json_t *j, const char *key)
{
    const char *z = json_string_value(json_object_get(j, key));
    return z != NULL ? z : "";
}

static double number(const json_t *j, const char *key)
{
    CHECK(json_is_number(json_object_get(j, key)));
    return json_number_value(json_object_get(j, key));
}

static bool is_null(const json_t *j, const char *key)
{
    return json_is_null(json_object_get(j, key));
}

static void writes_the_promised_shape(void)
{
    struct office o = office(true, true);
    struct shipment s;
    live(&o, 600);
    declare(&s, 9000, 3, 1, 20015, 25000, 5000);
    s.decl.id = TW_STR("D\"9\\\n");
    struct tw_assessment one = assess(&o, &s.decl, 0x0123456789abcdefu | 1ull << 63);
    struct tw_assessment *all[] = {&one};
    CHECK(tw_assess_explain(o.a, all, &o.arena, 1) == TW_OK);
    json_t *j = record(&o, &one, false);
    CHECK(strcmp(text(j, "id"), "D\"9\\\n") == 0 && strcmp(text(j, "channel"), "red") == 0);
    CHECK(json_array_size(json_object_get(j, "basis")) == 1);
    CHECK(strcmp(json_string_value(json_array_get(json_object_get(j, "basis"), 0)), "score") == 0);
    CHECK(number(j, "propensity") == 1);
    const json_t *item = json_array_get(json_object_get(j, "items"), 0);
    CHECK(number(item, "number") == 1 && number(item, "risk") == 0.880797 && number(item, "margin") == 2);
    CHECK(strcmp(text(json_object_get(item, "expected_duty"), "amount"), "5.50") == 0);
    CHECK(strcmp(text(json_object_get(item, "expected_duty"), "currency"), "XTS") == 0);
    CHECK(json_object_get(item, "features") == NULL);
    CHECK(strcmp(text(j, "decided_at"), "2024-10-19T01:00:00Z") == 0 &&
          strcmp(text(j, "office"), "HB01") == 0);
    CHECK(strcmp(text(j, "score_channel"), "red") == 0 && strcmp(text(j, "scored_by"), "model") == 0);
    CHECK(strcmp(text(j, "draw"), "8123456789abcdef") == 0);
    CHECK(strcmp(text(j, "model"), tw_model_sha256(o.model)) == 0 && is_null(j, "profile"));
    CHECK(fabs(number(j, "score") - one.score) < 1e-9 && number(j, "worst_item") == 1);
    CHECK(number(j, "score") >= number(j, "red_from") && number(j, "red_from") >= number(j, "green_below"));
    CHECK(json_is_array(json_object_get(j, "reasons")) && json_object_get(j, "counterfactual") != NULL);
    json_decref(j);
    office_close(&o);
}

static void writes_each_reason_with_its_reader_and_its_numbers(void)
{
    struct office o = office(true, false);
    struct shipment s;
    struct tw_assessment one = assess(&o, usual(&s, 1), UINT64_MAX);
    struct tw_reason reason[] = {{.family = TW_FAMILY_PRICE,
                                  .audience = TW_AUDIENCE_TRADER,
                                  .text = TW_STR("Price \"low\""),
                                  .values_json = TW_STR("{\"price\":4.1}"),
                                  .weight_micro = 1310000,
                                  .item = 1},
                                 {.family = TW_FAMILY_RECORD,
                                  .against = true,
                                  .audience = TW_AUDIENCE_OFFICER,
                                  .text = TW_STR("No findings"),
                                  .weight_micro = -25,
                                  .item = 1}};
    one.decision.reasons.at = reason;
    one.decision.reasons.n = 2;
    one.decision.counterfactual = TW_STR("At 8.00 XTS/kg it would have been green.");
    one.change_json = TW_STR("{\"price\":8}");
    json_t *j = record(&o, &one, false);
    const json_t *a = json_array_get(json_object_get(j, "reasons"), 0),
                 *b = json_array_get(json_object_get(j, "reasons"), 1);
    CHECK(strcmp(text(a, "family"), "price") == 0 && json_is_true(json_object_get(a, "for")));
    CHECK(strcmp(text(a, "audience"), "trader") == 0 && strcmp(text(a, "text"), "Price \"low\"") == 0);
    CHECK(number(json_object_get(a, "values"), "price") == 4.1 && number(a, "weight") == 1.31);
    CHECK(json_is_false(json_object_get(b, "for")) && strcmp(text(b, "audience"), "officer") == 0);
    CHECK(json_object_size(json_object_get(b, "values")) == 0 && number(b, "weight") == -0.000025);
    CHECK(strstr(text(j, "counterfactual"), "8.00") != NULL);
    CHECK(number(json_object_get(j, "counterfactual_values"), "price") == 8);
    json_decref(j);
    office_close(&o);
}

static void says_that_there_was_no_model(void)
{
    struct office o = office(false, true);
    struct shipment s;
    declare(&s, 1, 3, 1, 20015, 25000, 5000);
    s.decl.office = (struct tw_str){NULL, 0};
    s.decl.lodged_at = TW_NO_TIME;
    struct tw_assessment one = assess(&o, &s.decl, UINT64_MAX);
    json_t *j = record(&o, &one, false);
    const json_t *item = json_array_get(json_object_get(j, "items"), 0);
    CHECK(is_null(item, "risk") && is_null(item, "expected_duty") && is_null(item, "margin"));
    CHECK(is_null(j, "model") && strcmp(text(j, "scored_by"), "price") == 0 && is_null(j, "counterfactual"));
    CHECK(is_null(j, "decided_at") && is_null(j, "office") && is_null(j, "red_from"));
    CHECK(json_array_size(json_object_get(j, "basis")) == 0 && strcmp(text(j, "channel"), "green") == 0);
    json_decref(j);
    office_close(&o);
}

static void lists_every_feature_with_its_evidence_in_full(void)
{
    struct office o = office(true, true);
    struct shipment s;
    live(&o, 600);
    struct tw_assessment one = assess(&o, declare(&s, 9000, 3, 1, 20015, 25000, 5000), UINT64_MAX);
    json_t *j = record(&o, &one, true);
    const json_t *f = json_object_get(json_array_get(json_object_get(j, "items"), 0), "features");
    CHECK(json_object_size(f) == TW_FEATURE_N);
    const json_t *spread = json_object_get(f, "price_spread");
    CHECK((float)number(spread, "value") == one.x[TW_FEATURE_PRICE_SPREAD]);
    CHECK(number(spread, "declared") == 5000 && number(spread, "population") == 600);
    CHECK(number(spread, "reference") == one.evidence[TW_FEATURE_PRICE_SPREAD].reference);
    CHECK(strcmp(text(spread, "of"), "hs6_origin") == 0 && strcmp(text(spread, "since"), "2024-10-04") == 0);
    CHECK(is_null(json_object_get(f, "found_days"), "value") &&
          json_object_size(json_object_get(f, "found_days")) == 1);
    json_decref(j);
    office_close(&o);
}

static void names_the_state_the_run_began_with(void)
{
    struct office o = office(false, false);
    struct tw_assess_parts parts = {.profile = o.profile, .channels = o.channels};
    struct tw_assess_settings set = tw_assess_settings_default();
    memset(parts.profile_hash, 0xa5, sizeof parts.profile_hash);
    tw_assessor_free(o.a);
    CHECK(tw_assessor_new(&parts, &set, &o.a, NULL) == TW_OK);
    struct shipment s;
    struct tw_assessment one = assess(&o, usual(&s, 1), UINT64_MAX);
    json_t *j = record(&o, &one, false);
    CHECK(strlen(text(j, "profile")) == 64 && strncmp(text(j, "profile"), "a5a5", 4) == 0);
    CHECK(one.decision.profile_hash[31] == 0xa5);
    json_decref(j);
    office_close(&o);
}

int main(void)
{
    RUN(writes_the_promised_shape);
    RUN(writes_each_reason_with_its_reader_and_its_numbers);
    RUN(says_that_there_was_no_model);
    RUN(lists_every_feature_with_its_evidence_in_full);
    RUN(names_the_state_the_run_began_with);
    return DONE();
}
