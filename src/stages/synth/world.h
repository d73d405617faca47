/* SPDX-License-Identifier: Apache-2.0 */
/* synth/world.h -- a country as a world file describes it.
 *
 * In : data/worlds/NAME.yaml and data/worlds/goods.csv as bytes; a seed to vary.
 * Out: numbers with ranges drawn, goods with their neighbours.
 * Not: traffic; synth/synth.h makes that.
 */
#ifndef TW_SYNTH_WORLD_H
#define TW_SYNTH_WORLD_H

#include "base/embed.h"
#include "base/yaml.h"

/* A number and the range that --vary draws from, evenly. After tw_world_new only `is` counts. */
struct tw_world_draw {
    double is, from, to;
};

struct tw_world_country {
    struct tw_str code, currency;
    double usd;   /* dollars one unit of its currency is worth on the first day */
    double level; /* of prices */
    double weight;
    bool agreement, hub;
    struct tw_yaml_items chapters; /* doubles, pairs from..to; none = all */
};

struct tw_world_office {
    struct tw_str code;
    int64_t mode;
    double weight;
    bool parcels;
};

/* The mechanisms of non-compliance: name in the world file and the truth. */
#define TW_MECHANISM_TABLE(X)                                                                                \
    X(UNDERVALUATION, undervaluation)                                                                        \
    X(MISCLASSIFICATION, misclassification)                                                                  \
    X(FALSE_ORIGIN, false_origin)                                                                            \
    X(TRANSSHIPMENT, transshipment)                                                                          \
    X(SHORT_WEIGHT, short_weight)                                                                            \
    X(SPLIT, split)                                                                                          \
    X(PHANTOM, phantom)                                                                                      \
    X(PROHIBITED, prohibited)                                                                                \
    X(COUNTERFEIT, counterfeit)                                                                              \
    X(CONSOLIDATOR, consolidator)

enum tw_mechanism {
    TW_MECHANISM_NONE,
#define X(id, name) TW_MECHANISM_##id,
    TW_MECHANISM_TABLE(X)
#undef X
        TW_MECHANISM_N
};

const char *tw_mechanism_name(enum tw_mechanism m); /* "none" for TW_MECHANISM_NONE */

/* Honest things that look odd; several may hold at once. */
#define TW_CONFOUNDER_TABLE(X)                                                                               \
    X(CLEARANCE, clearance)                                                                                  \
    X(TYPING_ERROR, typing_error)                                                                            \
    X(HUB, hub)                                                                                              \
    X(VAGUE, vague)                                                                                          \
    X(NEW_TRADER, new_trader)                                                                                \
    X(BULK, bulk)                                                                                            \
    X(RATE_SHOCK, rate_shock)

enum tw_confounder {
#define X(id, name) TW_CONFOUNDER_##id,
    TW_CONFOUNDER_TABLE(X)
#undef X
        TW_CONFOUNDER_N
};

const char *tw_confounder_name(enum tw_confounder c);

struct tw_world_mechanism {
    struct tw_world_draw rate, size, onset;
    double habitual; /* share of its volume that comes from habitual offenders */
    double miss;     /* probability that an inspection does not find it */
};

struct tw_world {
    struct tw_str name, currency;
    double units_per_usd, de_minimis;
    int64_t months, declarations;
    struct {
        double importers_per_1000, importer_tail, exporters_per_importer, declarant_tail, new_trader_share,
            exit_share, lanes_mean, new_lane, items_mean, growth, inflation, price_spread, lane_spread,
            bulk_discount, parcel_share, rate_daily;
        int64_t declarants;
    } traffic;
    struct tw_yaml_items countries; /* struct tw_world_country */
    struct tw_yaml_items offices;   /* struct tw_world_office */
    struct {
        struct tw_str origin;
        double percent;
    } extra_duty;
    struct tw_world_mechanism mechanism[TW_MECHANISM_N]; /* by enum; NONE unused */
    struct {
        double new_identity, new_declarant, new_exporter, keeps_address, pressure_days;
    } caught;
    struct {
        struct tw_world_draw clearance, typing_error, hub_share, vague_share, rate_shock, shock_at;
        double clearance_factor, shared_address;
    } confounder;
    struct { /* what carriers say of goods that come by sea; all 0 = nothing */
        double per_vessel, weighed, weight_sigma, packages, container, document, late, undeclared, hiding;
    } manifests;
    struct {
        double random, delay_days, chapter_origin, new_importer, low_value_factor, low_value, repeat,
            office_rate;
        struct tw_yaml_items chapters, origins, office_chapters; /* doubles, texts, doubles */
        struct tw_str office;
    } incumbent;
};

struct tw_world_goods {
    struct tw_str hs, description, unit;
    double kg_per_unit, usd_per_kg, sigma, duty_percent, season, weight;
    int peak_month; /* 1..12 */
    int chapter;
    bool brand, control, ad;
    uint32_t cheaper[8]; /* neighbours in the chapter or the next ones with lower duty */
    size_t cheaper_n;
};

struct tw_world_goods_list {
    struct tw_world_goods *at;
    size_t n;
};

/* The worlds that are part of the program, by name, and `goods`: the goods table. */
extern const struct tw_embed tw_worlds[];

/* The world in YAML `text`; with `vary` other than 0 every range is drawn from. All in `arena`.
 * TW_FORMAT, TW_RANGE with line and column; TW_NOMEM */
tw_err tw_world_new(struct tw_str text, uint64_t vary, struct tw_arena *arena, struct tw_world *ret,
                    struct tw_fault *fault) TW_MUST_CHECK;

/* The goods table. TW_FORMAT with line; TW_NOMEM */
tw_err tw_world_goods_new(struct tw_str csv, struct tw_arena *arena, struct tw_world_goods_list *ret,
                          struct tw_fault *fault) TW_MUST_CHECK;

#endif
