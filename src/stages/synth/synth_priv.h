/* SPDX-License-Identifier: Apache-2.0 */
/* synth/synth_priv.h -- firms, lanes, consignments, for this module's files alone. */
#ifndef TW_SYNTH_SYNTH_PRIV_H
#define TW_SYNTH_SYNTH_PRIV_H

#include "base/rng.h"
#include "synth/synth.h"

enum { ITEMS_MAX = 60, LANES_MAX = 12, CURRENCIES_MAX = 64 };

/* A habit of a firm: these goods from this exporter. */
struct lane {
    uint32_t goods, exporter; /* exporter: a number within its country */
    uint16_t origin, dispatch, currency;
    uint8_t term;  /* 0 FOB, 1 CIF, 2 EXW */
    float quality; /* log of how its price stands to the usual, in units of the goods' sigma */
    float log_kg;  /* log of its usual consignment, kg */
};

struct firm {
    int32_t enters, leaves; /* days, [enters, leaves) */
    uint32_t identity;      /* the number under which it declares now */
    uint32_t address, declarant;
    uint16_t office, courier;
    uint8_t lanes, mechanism;
    int8_t bad_lane; /* -1 = all of them */
    bool parcels;
    float propensity; /* of a consignment being non-compliant */
    float degree;     /* how its offences stand to the mechanism's size */
    int32_t pressed;  /* day of its next change of identity by pressure; INT32_MAX = none */
    struct lane lane[LANES_MAX];
};

/* What is known of an identity: kept by the incumbent. */
struct identity {
    uint32_t declared;
    int32_t found; /* last day a non-compliance became known; INT32_MIN = none */
};

struct goods_line {
    uint32_t goods; /* as declared */
    uint32_t true_goods;
    uint16_t origin, true_origin, dispatch;
    bool preference;
    double usd_kg; /* price that is declared per declared kg, before terms */
    double net_kg, true_net_kg, gross_kg;
    double units;
    int64_t packages;
    double true_usd; /* what the goods are worth */
    uint8_t mechanism;
    uint32_t confounders; /* bits */
    uint8_t description;  /* 0 declared goods, 1 true goods, 2 vague */
    uint8_t vague;
    /* worked out by write.c */
    int64_t price_minor, value_minor, duty_minor, true_value_minor, recoverable_minor;
    double duty_percent;
};

struct consignment {
    int32_t day;
    int32_t second; /* of the day */
    uint32_t firm, identity;
    struct lane lane;
    uint32_t declarant, address;
    uint16_t office, courier;
    size_t n;
    struct goods_line item[ITEMS_MAX];
    double freight_usd, insurance_usd;
};

/* A part of a split consignment that waits for its hour. */
struct waiting {
    int32_t day;
    struct consignment *c;
};

/* A result that will be known. */
struct result {
    int32_t day;
    uint32_t firm, identity;
    bool found;
};

/* A consignment on board, and how its declaration names it. */
struct carried {
    size_t office, vessel;
    int32_t second;            /* of the day on which it is declared */
    struct tw_str bill;        /* on the manifest */
    struct tw_str named;       /* in the declaration: the same but for errors; absent = it is not declared */
    struct tw_consignment is;  /* as the manifest says in the end */
    struct tw_consignment was; /* in the first version, where it was changed later */
    bool late;
};

struct tw_synth {
    const struct tw_world *world;
    const struct tw_world_goods_list *goods;
    struct tw_synth_options options;
    struct tw_rng traffic;

    int32_t days;
    int64_t done, today, left_today; /* declarations: written, of this day, still to come of it */
    int32_t day;                     /* index from 0 */
    double sum_weight_days;

    struct firm *firm;
    size_t firms, firms_cap;
    double *cumulative; /* weights of firms 0..ordinary-1 */
    size_t ordinary;
    uint32_t phantom[64], ring[32]; /* firm numbers */
    size_t phantoms, ring_n;

    struct identity *identity;
    size_t identities, identities_cap;

    struct waiting *waiting;
    size_t waiting_n, waiting_cap;
    struct result *result;
    size_t result_n, result_cap;

    struct tw_str currency[CURRENCIES_MAX];
    size_t currencies;
    double *rate;         /* [day * currencies + c]: national units for one unit, six decimals */
    double *goods_weight; /* cumulative, all goods */
    double *country_weight;
    double *chapter_price; /* fixed price per kg in dollars by chapter, 100 entries: the incumbent's table */
    uint8_t *fits;         /* [country * 100 + chapter] */

    struct consignment now;

    /* Of the day at hand, in the arena `sea`; manifests are of the day before, in `ashore`. */
    struct tw_arena *sea, *ashore;
    struct carried *carried;
    size_t carried_n, carried_cap;
    const struct carried *aboard; /* that the declaration at hand is about; NULL = it did not come by sea */
    struct tw_manifest *manifest;
    size_t manifests;
};

static inline const struct tw_world_country *country_of(const struct tw_synth *s, size_t i)
{
    return (const struct tw_world_country *)s->world->countries.at + i;
}

static inline const struct tw_world_office *office_of(const struct tw_synth *s, size_t i)
{
    return (const struct tw_world_office *)s->world->offices.at + i;
}

static inline double between(struct tw_rng *r, double lo, double hi)
{
    return lo + tw_rng_unit(r) * (hi - lo);
}

static inline bool chance(struct tw_rng *r, double p)
{
    return tw_rng_unit(r) < p;
}

/* A number in [0, 1) that depends on seed, declaration, item and purpose alone. */
double fixed_unit(const struct tw_synth *s, int64_t declaration, size_t item, const char *purpose);

size_t pick(const double *cumulative, size_t n, struct tw_rng *r);

/* entity.c */
tw_err entity_populate(struct tw_synth *s) TW_MUST_CHECK;
tw_err entity_identity(struct tw_synth *s, uint32_t *ret) TW_MUST_CHECK;
void entity_lane(struct tw_synth *s, struct tw_rng *r, bool parcels, struct lane *ret);
tw_err entity_firm(struct tw_synth *s, struct tw_rng *r, int32_t enters, int32_t leaves, uint32_t *ret)
    TW_MUST_CHECK;
/* mechanism.c */
void mechanism_assign(struct tw_synth *s);
tw_err mechanism_special(struct tw_synth *s, uint32_t *firm, bool *taken) TW_MUST_CHECK;
tw_err mechanism_apply(struct tw_synth *s, struct consignment *c) TW_MUST_CHECK;
tw_err mechanism_caught(struct tw_synth *s, uint32_t firm) TW_MUST_CHECK;
tw_err mechanism_pressure(struct tw_synth *s) TW_MUST_CHECK;
double mechanism_size(const struct tw_synth *s, enum tw_mechanism m);
/* traffic.c */
void traffic_price(struct tw_synth *s, struct tw_rng *r, const struct lane *lane, int32_t day,
                   struct goods_line *item);
void traffic_measure(struct tw_synth *s, struct tw_rng *r, struct goods_line *item);
/* incumbent.c */
tw_err incumbent_inspect(struct tw_synth *s, struct consignment *c, struct tw_buf *findings) TW_MUST_CHECK;
tw_err incumbent_results(struct tw_synth *s) TW_MUST_CHECK;
/* value.c */
void value_settle(const struct tw_synth *s, struct consignment *c);
int currency_digits(struct tw_str code);
/* cargo.c */
/* Takes the consignment at hand aboard. TW_NOMEM */
tw_err cargo_load(struct tw_synth *s, const struct consignment *c) TW_MUST_CHECK;
/* The day's ships are in: makes their manifests. TW_NOMEM */
tw_err cargo_arrive(struct tw_synth *s, int32_t day) TW_MUST_CHECK;
void cargo_free(struct tw_synth *s);
/* Of the ships of an office on a day; with the check digits of their standards. */
void cargo_voyage(const struct tw_synth *s, size_t office, int32_t day, size_t vessel, struct tw_buf *out);
void cargo_container(const struct tw_synth *s, uint64_t number, struct tw_buf *out);
/* write.c */
void write_importer(uint64_t n, struct tw_buf *id, struct tw_buf *name);
void write_exporter(uint64_t n, struct tw_buf *id, struct tw_buf *name);
void write_description(const struct tw_synth *s, const struct goods_line *i, struct tw_buf *out);
void write_declaration(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out);
void write_truth(const struct tw_synth *s, const struct consignment *c, struct tw_buf *out);
void write_id(const struct tw_synth *s, struct tw_buf *out);
const char *result_code(enum tw_mechanism m);

#endif
