/* SPDX-License-Identifier: Apache-2.0 */
/* decl/tariff.h -- duty rates by commodity code, origin, preference and day.
 *
 * In : rows as a tariff file gave them.
 * Out: the one rate that stands for an item on a day.
 * Not: specific duties (per kg, per piece), quotas, additional duties; a declaration carries those as duty
 * lines.
 *
 * Which row stands: of those whose dates hold the day and whose preference is the item's (absent is one too),
 * the one with the longest code that the item's code begins with; among equals the one for the item's origin
 * before the one for any origin. Groups of countries are written out, one row for each.
 */
#ifndef TW_DECL_TARIFF_H
#define TW_DECL_TARIFF_H

#include "decl/decl.h"

struct tw_tariff_row {
    struct tw_str prefix;     /* of the commodity code, 2 to 10 digits */
    struct tw_str origin;     /* ISO 3166 alpha-2; "*" or absent: any */
    struct tw_str preference; /* as declarations claim it; absent: none is claimed */
    int32_t from, to;         /* UTC days, both included; TW_NO_DAY: open */
    struct tw_dec rate;       /* per cent of the customs value, >= 0 */
};

struct tw_tariff;

/* A tariff of `n` rows in any order; their texts are not kept.
 * TW_FORMAT    a prefix, origin or rate that is none, a first day behind the last; fault->item is the row
 * TW_CONFLICT  two rows stand on the same day for the same code, origin and preference
 * TW_LIMIT     more than 65,535 preferences
 * TW_NOMEM */
tw_err tw_tariff_new(const struct tw_tariff_row *rows, size_t n, struct tw_tariff **ret,
                     struct tw_fault *fault) TW_MUST_CHECK;
void tw_tariff_free(struct tw_tariff *tariff); /* takes NULL */
static inline void tw_tariff_freep(struct tw_tariff **tariff)
{
    tw_tariff_free(*tariff);
}

/* What an item is asked for by. */
struct tw_tariff_query {
    struct tw_str hs, origin, preference;
    int32_t day;
};

/* TW_NOTFOUND: no row stands. Time O(log n) for each prefix length in use. */
tw_err tw_tariff_find(const struct tw_tariff *tariff, struct tw_tariff_query q, struct tw_dec *ret,
                      struct tw_fault *fault) TW_MUST_CHECK;

#endif
