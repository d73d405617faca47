/* SPDX-License-Identifier: Apache-2.0 */
#include "synth/world.h"

#include <stddef.h>

#include "base/rng.h"
#include "decl/code.h"

static const char *const mechanism_name[TW_MECHANISM_N] = {"none",
#define X(id, name) #name,
                                                           TW_MECHANISM_TABLE(X)
#undef X
};

static const char *const confounder_name[TW_CONFOUNDER_N] = {
#define X(id, name) #name,
    TW_CONFOUNDER_TABLE(X)
#undef X
};

const char *tw_mechanism_name(enum tw_mechanism m)
{
    return mechanism_name[m];
}

const char *tw_confounder_name(enum tw_confounder c)
{
    return confounder_name[c];
}

#define F64(owner, member, lo, hi)                                                                           \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_F64, .offset = offsetof(owner, member), .min = (lo), .max = (hi),   \
        .required = true                                                                                     \
    }

static const struct tw_yaml_field draw_fields[] = {F64(struct tw_world_draw, is, 0, 1e9),
                                                   F64(struct tw_world_draw, from, 0, 1e9),
                                                   F64(struct tw_world_draw, to, 0, 1e9), TW_YAML_END};

#define DRAW(owner, member)                                                                                  \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_STRUCT, .offset = offsetof(owner, member), .sub = draw_fields,      \
        .required = true                                                                                     \
    }

static const struct tw_yaml_field mechanism_fields[] = {
    DRAW(struct tw_world_mechanism, rate),      DRAW(struct tw_world_mechanism, size),
    DRAW(struct tw_world_mechanism, onset),     F64(struct tw_world_mechanism, habitual, 0, 1),
    F64(struct tw_world_mechanism, miss, 0, 1), TW_YAML_END};

static const struct tw_yaml_field country_fields[] = {
    {.name = "code",
     .type = TW_YAML_TEXT,
     .offset = offsetof(struct tw_world_country, code),
     .required = true},
    {.name = "currency",
     .type = TW_YAML_TEXT,
     .offset = offsetof(struct tw_world_country, currency),
     .required = true},
    F64(struct tw_world_country, usd, 1e-6, 1e6),
    F64(struct tw_world_country, level, 0.01, 100),
    F64(struct tw_world_country, weight, 0, 1e6),
    {.name = "agreement", .type = TW_YAML_BOOL, .offset = offsetof(struct tw_world_country, agreement)},
    {.name = "hub", .type = TW_YAML_BOOL, .offset = offsetof(struct tw_world_country, hub)},
    {.name = "chapters",
     .type = TW_YAML_NUMBERS,
     .offset = offsetof(struct tw_world_country, chapters),
     .min = 1,
     .max = 99},
    TW_YAML_END};

static const struct tw_yaml_field office_fields[] = {
    {.name = "code",
     .type = TW_YAML_TEXT,
     .offset = offsetof(struct tw_world_office, code),
     .required = true},
    {.name = "mode",
     .type = TW_YAML_I64,
     .offset = offsetof(struct tw_world_office, mode),
     .min = 1,
     .max = 9,
     .required = true},
    F64(struct tw_world_office, weight, 0, 1e6),
    {.name = "parcels", .type = TW_YAML_BOOL, .offset = offsetof(struct tw_world_office, parcels)},
    TW_YAML_END};

#define TRAFFIC(member, lo, hi)                                                                              \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_F64,                                                                \
        .offset = offsetof(struct tw_world, traffic.member) - offsetof(struct tw_world, traffic),            \
        .min = (lo), .max = (hi), .required = true                                                           \
    }

static const struct tw_yaml_field traffic_fields[] = {
    TRAFFIC(importers_per_1000, 1, 1000),
    TRAFFIC(importer_tail, 0.5, 10),
    TRAFFIC(exporters_per_importer, 0.1, 20),
    TRAFFIC(declarant_tail, 0.5, 10),
    TRAFFIC(new_trader_share, 0, 1),
    TRAFFIC(exit_share, 0, 1),
    TRAFFIC(lanes_mean, 1, 50),
    TRAFFIC(new_lane, 0, 1),
    TRAFFIC(items_mean, 1, 50),
    TRAFFIC(growth, -1, 5),
    TRAFFIC(inflation, -1, 5),
    TRAFFIC(price_spread, 0.01, 5),
    TRAFFIC(lane_spread, 0, 1),
    TRAFFIC(bulk_discount, 0, 1),
    TRAFFIC(parcel_share, 0, 1),
    TRAFFIC(rate_daily, 0, 0.2),
    {.name = "declarants",
     .type = TW_YAML_I64,
     .offset = offsetof(struct tw_world, traffic.declarants) - offsetof(struct tw_world, traffic),
     .min = 1,
     .max = 1000000,
     .required = true},
    TW_YAML_END};

static const struct tw_yaml_field extra_duty_fields[] = {
    {.name = "origin", .type = TW_YAML_TEXT, .offset = 0, .required = true},
    {.name = "percent",
     .type = TW_YAML_F64,
     .offset = offsetof(struct tw_world, extra_duty.percent) - offsetof(struct tw_world, extra_duty),
     .max = 1000,
     .required = true},
    TW_YAML_END};

static const struct tw_yaml_field mechanism_list[] = {
#define X(id, name_)                                                                                         \
    {.name = #name_,                                                                                         \
     .type = TW_YAML_STRUCT,                                                                                 \
     .offset = TW_MECHANISM_##id * sizeof(struct tw_world_mechanism),                                        \
     .sub = mechanism_fields,                                                                                \
     .required = true},
    TW_MECHANISM_TABLE(X)
#undef X
        TW_YAML_END};

#define CAUGHT(member, hi)                                                                                   \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_F64,                                                                \
        .offset = offsetof(struct tw_world, caught.member) - offsetof(struct tw_world, caught), .max = (hi), \
        .required = true                                                                                     \
    }
static const struct tw_yaml_field caught_fields[] = {CAUGHT(new_identity, 1),      CAUGHT(new_declarant, 1),
                                                     CAUGHT(new_exporter, 1),      CAUGHT(keeps_address, 1),
                                                     CAUGHT(pressure_days, 10000), TW_YAML_END};

#define CONFOUNDER(member)                                                                                   \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_STRUCT,                                                             \
        .offset = offsetof(struct tw_world, confounder.member) - offsetof(struct tw_world, confounder),      \
        .sub = draw_fields, .required = true                                                                 \
    }
#define CONFOUNDER_F64(member)                                                                               \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_F64,                                                                \
        .offset = offsetof(struct tw_world, confounder.member) - offsetof(struct tw_world, confounder),      \
        .max = 1, .required = true                                                                           \
    }
static const struct tw_yaml_field confounder_fields[] = {CONFOUNDER(clearance),
                                                         CONFOUNDER(typing_error),
                                                         CONFOUNDER(hub_share),
                                                         CONFOUNDER(vague_share),
                                                         CONFOUNDER(rate_shock),
                                                         CONFOUNDER(shock_at),
                                                         CONFOUNDER_F64(clearance_factor),
                                                         CONFOUNDER_F64(shared_address),
                                                         TW_YAML_END};

#define INCUMBENT(member, kind, lo, hi)                                                                      \
    {                                                                                                        \
        .name = #member, .type = (kind),                                                                     \
        .offset = offsetof(struct tw_world, incumbent.member) - offsetof(struct tw_world, incumbent),        \
        .min = (lo), .max = (hi), .required = true                                                           \
    }
static const struct tw_yaml_field incumbent_fields[] = {INCUMBENT(random, TW_YAML_F64, 0, 0.5),
                                                        INCUMBENT(delay_days, TW_YAML_F64, 0, 365),
                                                        INCUMBENT(chapters, TW_YAML_NUMBERS, 1, 99),
                                                        INCUMBENT(origins, TW_YAML_TEXTS, 0, 0),
                                                        INCUMBENT(chapter_origin, TW_YAML_F64, 0, 0.99),
                                                        INCUMBENT(new_importer, TW_YAML_F64, 0, 0.99),
                                                        INCUMBENT(low_value_factor, TW_YAML_F64, 0, 1),
                                                        INCUMBENT(low_value, TW_YAML_F64, 0, 0.99),
                                                        INCUMBENT(repeat, TW_YAML_F64, 0, 0.99),
                                                        INCUMBENT(office, TW_YAML_TEXT, 0, 0),
                                                        INCUMBENT(office_chapters, TW_YAML_NUMBERS, 1, 99),
                                                        INCUMBENT(office_rate, TW_YAML_F64, 0, 0.99),
                                                        TW_YAML_END};

#define MANIFESTS(member, lo, hi)                                                                            \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_F64,                                                                \
        .offset = offsetof(struct tw_world, manifests.member) - offsetof(struct tw_world, manifests),        \
        .min = (lo), .max = (hi), .required = true                                                           \
    }
static const struct tw_yaml_field manifests_fields[] = {
    MANIFESTS(per_vessel, 1, 1000), MANIFESTS(weighed, 0, 1),
    MANIFESTS(weight_sigma, 0, 1),  MANIFESTS(packages, 0, 0.5),
    MANIFESTS(container, 0, 0.5),   MANIFESTS(document, 0, 0.5),
    MANIFESTS(late, 0, 0.5),        MANIFESTS(undeclared, 0, 0.5),
    MANIFESTS(hiding, 1, 1000),     TW_YAML_END};

#define PART(member, fields)                                                                                 \
    {                                                                                                        \
        .name = #member, .type = TW_YAML_STRUCT, .offset = offsetof(struct tw_world, member),                \
        .sub = (fields), .required = true                                                                    \
    }
static const struct tw_yaml_field world_fields[] = {
    {.name = "name", .type = TW_YAML_TEXT, .offset = offsetof(struct tw_world, name), .required = true},
    {.name = "currency",
     .type = TW_YAML_TEXT,
     .offset = offsetof(struct tw_world, currency),
     .required = true},
    F64(struct tw_world, units_per_usd, 1e-4, 1e6),
    F64(struct tw_world, de_minimis, 0, 1e9),
    {.name = "months",
     .type = TW_YAML_I64,
     .offset = offsetof(struct tw_world, months),
     .min = 1,
     .max = 120,
     .required = true},
    {.name = "declarations",
     .type = TW_YAML_I64,
     .offset = offsetof(struct tw_world, declarations),
     .min = 100,
     .max = 100000000,
     .required = true},
    PART(traffic, traffic_fields),
    {.name = "countries",
     .type = TW_YAML_ITEMS,
     .offset = offsetof(struct tw_world, countries),
     .sub = country_fields,
     .size = sizeof(struct tw_world_country),
     .required = true},
    {.name = "offices",
     .type = TW_YAML_ITEMS,
     .offset = offsetof(struct tw_world, offices),
     .sub = office_fields,
     .size = sizeof(struct tw_world_office),
     .required = true},
    PART(extra_duty, extra_duty_fields),
    {.name = "mechanisms",
     .type = TW_YAML_STRUCT,
     .offset = offsetof(struct tw_world, mechanism),
     .sub = mechanism_list,
     .required = true},
    PART(caught, caught_fields),
    {.name = "confounders",
     .type = TW_YAML_STRUCT,
     .offset = offsetof(struct tw_world, confounder),
     .sub = confounder_fields,
     .required = true},
    {.name = "manifests",
     .type = TW_YAML_STRUCT,
     .offset = offsetof(struct tw_world, manifests),
     .sub = manifests_fields},
    PART(incumbent, incumbent_fields),
    TW_YAML_END};

static void vary_one(struct tw_rng *r, struct tw_world_draw *d)
{
    d->is = d->from + tw_rng_unit(r) * (d->to - d->from);
}

static void vary_all(struct tw_world *w, uint64_t vary)
{
    struct tw_rng r = tw_rng_new(vary, "vary");
    for (int m = 1; m < TW_MECHANISM_N; m++) {
        vary_one(&r, &w->mechanism[m].rate);
        vary_one(&r, &w->mechanism[m].size);
        vary_one(&r, &w->mechanism[m].onset);
    }
    vary_one(&r, &w->confounder.clearance);
    vary_one(&r, &w->confounder.typing_error);
    vary_one(&r, &w->confounder.hub_share);
    vary_one(&r, &w->confounder.vague_share);
    vary_one(&r, &w->confounder.rate_shock);
    vary_one(&r, &w->confounder.shock_at);
}

/* Capital letters and, with `digits`, figures: what stands in rows unquoted. */
static bool is_code(struct tw_str text, size_t least, size_t most, bool digits)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        if (!(c >= 'A' && c <= 'Z') && !(digits && c >= '0' && c <= '9')) return false;
    }
    return text.n >= least && text.n <= most;
}

static tw_err check_codes(const struct tw_world *w, struct tw_fault *fault)
{
    enum { OFFICE_MAX = 17 };
    if (tw_currency_find(w->currency) == NULL)
        return tw_fail(fault, TW_FORMAT, "the currency is an ISO 4217 code of three letters");
    if (!is_code(w->extra_duty.origin, 2, 2, false))
        return tw_fail(fault, TW_FORMAT, "the origin of the extra duty is a country of two capital letters");
    for (size_t i = 0; i < w->countries.n; i++) {
        const struct tw_world_country *c = (const struct tw_world_country *)w->countries.at + i;
        if (!is_code(c->code, 2, 2, false) || tw_currency_find(c->currency) == NULL)
            return tw_fail(fault, TW_FORMAT,
                           "country %zu: two capital letters and a currency of ISO 4217 are needed", i + 1);
        if (c->chapters.n % 2 != 0)
            return tw_fail(fault, TW_FORMAT, "chapters of country %.2s come in pairs: from, to", c->code.s);
    }
    for (size_t i = 0; i < w->offices.n; i++) {
        const struct tw_world_office *o = (const struct tw_world_office *)w->offices.at + i;
        if (!is_code(o->code, 1, OFFICE_MAX, true))
            return tw_fail(fault, TW_FORMAT, "office %zu: a code of capital letters and figures is needed",
                           i + 1);
    }
    return TW_OK;
}

static tw_err check_places(const struct tw_world *w, struct tw_fault *fault)
{
    if (w->countries.n < 2 || w->countries.n > 250)
        return tw_fail(fault, TW_RANGE, "a world has from 2 to 250 countries");
    if (w->offices.n < 1 || w->offices.n > 250)
        return tw_fail(fault, TW_RANGE, "a world has from 1 to 250 offices");
    bool hub = false, agreement = false, normal = false, parcels = false;
    for (size_t i = 0; i < w->countries.n; i++) {
        const struct tw_world_country *c = (const struct tw_world_country *)w->countries.at + i;
        hub = hub || c->hub;
        agreement = agreement || c->agreement;
    }
    for (size_t i = 0; i < w->offices.n; i++) {
        const struct tw_world_office *o = (const struct tw_world_office *)w->offices.at + i;
        parcels = parcels || o->parcels;
        normal = normal || !o->parcels;
    }
    if (hub && agreement && normal && parcels) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "a world needs a hub, an agreement partner, an office and a parcel office");
}

tw_err tw_world_new(struct tw_str text, uint64_t vary, struct tw_arena *arena, struct tw_world *ret,
                    struct tw_fault *fault)
{
    struct tw_yaml *root = NULL;
    struct tw_world w = {0};
    TW_TRY(tw_yaml_parse(text, arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, world_fields, &w, arena, fault));
    TW_TRY(check_codes(&w, fault));
    TW_TRY(check_places(&w, fault));
    if (vary != 0) vary_all(&w, vary);
    *ret = w;
    return TW_OK;
}
