/* SPDX-License-Identifier: Apache-2.0 */
/* profile/profile.h -- what is usual, as a fold over the past.
 *
 * In : declarations in the order they were lodged, findings from the day their result was known.
 * Out: for each key of the next declaration (its importer, its goods, its route ...) what has been seen so
 * far. Not: judgement; feature/ compares a declaration with what is returned here.
 *
 * The picture: one row of numbers per key (struct tw_stat), found by a 64-bit hash of kind and codes. Looking
 * up a declaration gives the rows as they stand *before* it; folding it in changes them. A finding is folded
 * in by tw_profile_finding, which the caller calls only from the day its result came, so that nothing that is
 * looked up ever knows its own label or the future.
 *
 * Rows decay by half-lives of whole days, lazily: a row holds its sums as of `last_day`. Prices are kept in
 * two generations of quantile sketches that change every 180 days: what is asked covers the last 180 to 360
 * days.
 *
 * Memory: at most `max_keys` rows, and PRICE_BYTES_KEY bytes of usual prices for each of these. When either
 * is reached, the quarter of the rows that was seen longest ago goes, and whoever is seen again after that
 * counts as new. At most `max_awaited` items wait for their results; then the oldest goes. So much for each:
 *
 *   row       120 bytes, and 6 to 24 of its index, which grows fourfold at a time
 *   prices    64 bytes at most, on the average over all rows; only rows of goods have some (kinds.def), from
 * 144 bytes up to some kilobytes each awaited   248 bytes, and a quarter more for places whose results have
 * come, and 8 to 16 of its index
 */
#ifndef TW_PROFILE_PROFILE_H
#define TW_PROFILE_PROFILE_H

#include "base/buf.h"
#include "decl/cargo.h"
#include "decl/decl.h"
#include "decl/finding.h"
#include "stat/sketch.h"

enum tw_kind {
#define X(id, name, words, parent, level, block, results) TW_KIND_##id,
#include "profile/kinds.def"
#undef X
    TW_KIND_N
};

const char *tw_kind_name(enum tw_kind k);    /* "importer_hs4"; static storage */
const char *tw_kind_words(enum tw_kind k);   /* "this importer with this heading" */
enum tw_kind tw_kind_parent(enum tw_kind k); /* back-off; GLOBAL is its own parent */

/* A decayed mean and spread of logarithms: half-life 180 days. */
struct tw_moment {
    float weight; /* decayed count */
    float mean;   /* of the natural logarithm */
    float var;    /* of the same; 0 below two observations */
};

/* What has been seen of one key. Decayed sums are as of last_day. */
struct tw_stat {
    uint64_t key;
    int32_t first_day, last_day;  /* UTC days */
    uint32_t n;                   /* times seen, ever (declarations or items, by the kind's level) */
    uint32_t inspected, found;    /* items with a known result; of these non-compliant */
    int32_t found_day;            /* day the last non-compliance was known; TW_NO_DAY */
    float seen7, seen30, seen180; /* times seen, half-lives of 7, 30, 180 days */
    float low7;                   /* of these below the de-minimis value, half-life 7 days */
    float low_value7;             /* their value, national currency units, half-life 7 days */
    float inspected180, found180; /* results, decayed from the day they were known */
    float inspected_w, found_w;   /* results, each weighted by its capped inverse propensity */
    int32_t result_day;           /* day of the last result folded in: what found180 is as of */
    float recovered_share;        /* decayed mean of recovered duty / duty at stake over findings */
    uint32_t today_n;             /* times seen on last_day */
    float today_value;            /* customs value on last_day, national currency units */
    uint32_t last_code;           /* what it came with last (by kind: HS6 or origin), hashed; 0 = nothing */
    float switches;               /* changes of it, half-life 180 days */
    uint32_t partners;            /* distinct new pairs opened (importers: headings; others: importers) */
    struct tw_moment price;       /* log price per kg; for parties: log of price / median of the goods */
    float duty_percent;           /* decayed mean of declared duty rates; 0 when n is 0 */
    uint32_t block;               /* of usual prices; UINT32_MAX = none */
};

enum { TW_LOWER_QUARTILE, TW_MEDIAN, TW_UPPER_QUARTILE, TW_QUARTERS };

/* What is usual for goods. Prices in national minor units. Generation [0] is the current one. */
struct tw_usual {
    int32_t generation_day; /* when the current generation began */
    int32_t since_day;      /* when the older generation began: start of the window of every figure */
    struct tw_sketch per_kg[2], per_unit[2];
    struct tw_sketch_mark kg_quarter[TW_QUARTERS], unit_median; /* of both generations; tw_usual_kg, _unit */
    struct tw_moment tare;                                      /* log gross / net */
    struct tw_moment kg_unit;                                   /* log kg per supplementary unit */
    struct tw_moment kg_package;                                /* log net kg per package */
};

/* A quartile of the prices per kg, and the median of those per unit. There is at least one price. */
static inline double tw_usual_kg(const struct tw_usual *u, size_t quarter)
{
    return tw_sketch_marked(u->kg_quarter[quarter]);
}
static inline double tw_usual_unit(const struct tw_usual *u)
{
    return tw_sketch_marked(u->unit_median);
}

/* One item's keys and measures, before it is folded in. */
struct tw_look_item {
    uint64_t key[TW_KIND_N];
    uint32_t
        at[TW_KIND_N]; /* row numbers; UINT32_MAX = never seen (or the declaration does not have the code) */
    double value;      /* customs value, national currency units; NaN = absent */
    double minor;      /* the same, national minor units */
    double price_kg;   /* national minor units per kg net; NaN = not comparable */
    double price_unit; /* national minor units per supplementary unit; NaN = not comparable */
    double net_kg, gross_kg, units, packages; /* NaN = absent */
    double log_price;                         /* log of price_kg */
    double log_tare, log_kg_unit,
        log_kg_package;  /* logs of gross / net, net / units, net / packages; NaN = absent */
    double usual_kg;     /* median price per kg of the narrowest population of at least 12; NaN = none */
    uint32_t usual_kind; /* enum tw_kind of that population; TW_KIND_N = none */
    double log_ratio;    /* log of price_kg / usual_kg; NaN = not comparable */
    double duty_percent; /* declared duty rate; NaN = absent */
    double stake; /* duty at stake, national minor units: value x the highest of the declared rate and those
                     usual of the chapter, of this importer, at this address, of this importer on this
                     heading; NaN = unknown */
    double duty;  /* declared duty, national minor units; NaN = absent */
    uint32_t hs6_code, origin_code; /* hashes, never 0 when present */
    bool has[TW_KIND_N];            /* the declaration carries the codes of this key */
};

struct tw_look {
    int64_t lodged_at;
    int32_t day;
    uint64_t declaration;       /* hash of its id */
    double value;               /* of all items, national currency units; NaN = absent */
    bool low_value;             /* below the de-minimis value */
    struct tw_cargo_view cargo; /* against the manifests that were known; nothing where there are none */
    size_t n;
    struct tw_look_item *item; /* in the arena the look was made in */
};

/* The value of all items that have one, national currency units; NaN when none has. */
/* By what an address is the same as another, in at most TW_LOOK_ADDRESS bytes: letters and digits of street
 * and postcode, upper case. Returns how many; 0 = there is no address. */
enum { TW_LOOK_ADDRESS = 160 };
size_t tw_look_address(const struct tw_party *p, char ret[TW_LOOK_ADDRESS]);

double tw_look_total(const struct tw_look *look);

struct tw_profile_limits {
    size_t max_keys;         /* rows; at least one for each kind */
    size_t max_awaited;      /* items remembered until their result comes; at least 1 */
    double de_minimis;       /* national currency units; 0 = none */
    double propensity_floor; /* inverse propensities are capped at 1 / this; default 0.05 */
};

/* What fits into 1 GiB; de-minimis value 150. */
struct tw_profile_limits tw_profile_defaults(void);

enum { TW_PROFILE_MEMORY_DEFAULT = 1024, TW_PROFILE_MEMORY_MIN = 16, TW_PROFILE_MEMORY_MAX = 8192 }; /* MiB */

/* Sets max_keys and max_awaited so that all of it takes at most `mib` MiB (within the range above): four
 * fifths for rows and prices, one for awaited items. While rows are let go, 8 bytes a row come on top. */
void tw_profile_fit(struct tw_profile_limits *l, uint32_t mib);

struct tw_profile;

/* TW_NOMEM, TW_ARG (a limit of 0) */
tw_err tw_profile_new(struct tw_profile_limits limits, struct tw_profile **ret) TW_MUST_CHECK;
void tw_profile_free(struct tw_profile *p);
static inline void tw_profile_freep(struct tw_profile **p)
{
    tw_profile_free(*p);
}

/* From now on looks hold declarations against what carriers said, and folds take them in there too. Not
 * owned, not part of the saved state; NULL = no manifests. */
void tw_profile_set_cargo(struct tw_profile *p, struct tw_cargo *cargo);

/* Finds everything known of `d` before it. Rows stay valid until the next fold. A declaration without a time
 * is taken as lodged on the profile's last day. arena  owns ret->item TW_NOMEM */
tw_err tw_profile_look(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                       struct tw_look *ret) TW_MUST_CHECK;

/* The same in two steps, for a caller with several declarations at hand: keys and measures of each need
 * nothing of the past but its last day; the rows are found in the order of folding. TW_NOMEM */
tw_err tw_profile_look_keys(const struct tw_profile *p, const struct tw_decl *d, struct tw_arena *arena,
                            struct tw_look *ret) TW_MUST_CHECK;
void tw_profile_look_rows(const struct tw_profile *p, struct tw_look *look);

/* Measures one item of a look anew whose amounts have changed and whose codes have not: its keys, rows and
 * usual price stay. Nothing may have been folded in since. */
void tw_profile_look_amounts(const struct tw_profile *p, const struct tw_item *item,
                             struct tw_look_item *look);

/* Asks memory for what the second step will read, some time before it: first the rows; when they have
 * come, the prices they name; then the counts of those. Changes nothing but the waiting. */
enum tw_fetch { TW_FETCH_ROWS, TW_FETCH_PRICES, TW_FETCH_COUNTS };
void tw_profile_fetch(const struct tw_profile *p, const struct tw_look *look, enum tw_fetch what);

/* The row of one key as it stands; NULL = never seen. Valid until the next fold. */
const struct tw_stat *tw_profile_stat(const struct tw_profile *p, const struct tw_look_item *item,
                                      enum tw_kind k);
/* Those of all kinds. */
void tw_profile_stats(const struct tw_profile *p, const struct tw_look_item *item,
                      const struct tw_stat *ret[TW_KIND_N]);
/* What is usual for a kind with a price block; NULL = nothing. */
const struct tw_usual *tw_profile_usual(const struct tw_profile *p, const struct tw_look_item *item,
                                        enum tw_kind k);

/* Folds the declaration in. `look` must be the last one made of it, with nothing folded in between. Amounts
 * per declaration O(items). TW_NOMEM (then the profile is unchanged but for rows that grew) */
tw_err tw_profile_fold(struct tw_profile *p, const struct tw_look *look) TW_MUST_CHECK;

/* Remembers an item's keys until its result comes. The oldest goes when max_awaited is reached. TW_NOMEM */
tw_err tw_profile_await(struct tw_profile *p, uint64_t declaration, uint32_t item_number,
                        const struct tw_look_item *item) TW_MUST_CHECK;

/* Folds a finding in, on the day it is known. item 0 = every awaited item of the declaration.
 * TW_NOTFOUND  the item is not awaited (never declared here, or long ago) */
tw_err tw_profile_finding(struct tw_profile *p, const struct tw_finding *f) TW_MUST_CHECK;

/* The hash under which tw_profile_await and tw_profile_finding know a declaration. */
uint64_t tw_profile_declaration(struct tw_str declaration_id);

/* Other ceilings from now on; rows and awaited items that are too many go at once, the oldest first.
 * TW_NOMEM (then some may be gone, and the old ceilings hold), TW_ARG (as tw_profile_new) */
tw_err tw_profile_resize(struct tw_profile *p, size_t max_keys, size_t max_awaited) TW_MUST_CHECK;

size_t tw_profile_keys(const struct tw_profile *p);
size_t tw_profile_awaited(const struct tw_profile *p);
double tw_profile_de_minimis(const struct tw_profile *p); /* national currency units; 0 = none */
int32_t tw_profile_day(const struct tw_profile *p);       /* last day folded in; TW_NO_DAY = none */
uint64_t tw_profile_evicted(const struct tw_profile *p);  /* rows that had to go, ever */

/* Whole state as bytes (docs/formats/profile.md) with a SHA-256 at its end. TW_NOMEM */
tw_err tw_profile_save(const struct tw_profile *p, struct tw_buf *out) TW_MUST_CHECK;

/* The same bytes in pieces, so that a large state needs no room beside itself. TW_NOMEM and what `take`
 * returns. */
struct tw_profile_sink {
    void *to;
    tw_err (*take)(void *to, const void *p, size_t n);
};
tw_err tw_profile_write(const struct tw_profile *p, const struct tw_profile_sink *sink) TW_MUST_CHECK;
/* TW_FORMAT (truncated, edited, another version), TW_NOMEM */
tw_err tw_profile_load(struct tw_str bytes, struct tw_profile **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The same from pieces of any size. Its hash is looked at last: what comes from a place that anybody may
 * write to is hashed before. The errors of tw_profile_load and what `more` returns. */
struct tw_profile_source {
    void *to;
    size_t n; /* bytes in all */
    tw_err (*more)(void *to,
                   struct tw_str *ret); /* the next, valid until it is called again; none: the end */
};
tw_err tw_profile_read(const struct tw_profile_source *from, struct tw_profile **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* -- reading rows
 * -------------------------------------------------------------------------------------------- */

/* 2^(-days / half_life) for half_life 7, 30 or 180; 0 days or less gives 1. */
double tw_decay(int32_t days, int32_t half_life);

/* A decayed sum of `s` as it would stand on `day`. */
static inline double tw_stat_seen(const struct tw_stat *s, int32_t day, int32_t half_life)
{
    double v = half_life == 7 ? (double)s->seen7 : half_life == 30 ? (double)s->seen30 : (double)s->seen180;
    return v * tw_decay(day - s->last_day, half_life);
}

/* The smoothed share of past results that were non-compliant, backed off along the kind's parents:
 * (found + m * rate of the parent) / (results + m), the top of the chain against 0.05. Of kinds that count
 * EVER (kinds.def) all results and m = 1; of FADING ones results with half-life 180 days and m = 4. */
double tw_profile_rate(const struct tw_profile *p, const struct tw_look_item *item, enum tw_kind k,
                       int32_t day);

/* How often each kind's key was seen, half-life 180 days, as of `day`: tw_stat_seen of every row at once; 0
 * where there is none. */
void tw_profile_seen(const struct tw_profile *p, const struct tw_look_item *item, int32_t day,
                     double ret[TW_KIND_N]);

/* The rates of all kinds at once, each as tw_profile_rate gives it. */
void tw_profile_rates(const struct tw_profile *p, const struct tw_look_item *item, int32_t day,
                      double ret[TW_KIND_N]);

#endif
