/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones by name, from the tables that are built into ICU, and nothing of ICU but this.
 *
 * When a program is compiled a zone's changes of offset are written down, from 1850 to 400 years after 2100.
 * The rules of a zone repeat after 2100 (Morocco's, which follow the moon, are set until 2087), and the
 * calendar repeats itself after 400 years to the day of the week; so a later moment has the offset of the one
 * 400, 800 ... years before it. To evaluate is then to search a list. */
#include <unicode/ucal.h>

#include "base/mem.h"
#include "cel/run_priv.h"

enum { NAME_MAX = 64, CHANGES_MOST = 4096 };
#define FIRST_S INT64_C(-3786825600)            /* 1850-01-01 */
#define LAST_S  (INT64_C(4102444800) + CYCLE_S) /* 2100-01-01, and 400 years */
#define CYCLE_S (INT64_C(146097) * 86400)

struct change {
    int64_t utc_s; /* from here on */
    int32_t offset_s;
};

struct tw_cel_zone {
    struct change *change;
    size_t n, cap;
    int32_t before_s; /* the offset before the first change */
};

/* UTC and [+-]hh:mm. */
static bool fixed(struct tw_str name, int32_t *ret)
{
    if (tw_str_is(name, "UTC") || tw_str_is(name, "Z")) return *ret = 0, true;
    const bool minus = name.n > 0 && name.s[0] == '-';
    if (minus || (name.n > 0 && name.s[0] == '+')) name.s++, name.n--;
    if (name.n != 5 || name.s[2] != ':') return false;
    int d[5];
    for (int i = 0; i < 5; i++) {
        d[i] = name.s[i] - '0';
        if (i != 2 && (d[i] < 0 || d[i] > 9)) return false;
    }
    const int h = d[0] * 10 + d[1], m = d[3] * 10 + d[4];
    if (h > 23 || m > 59) return false;
    *ret = (minus ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

/* A calendar of that zone; TW_NOTFOUND. */
static tw_err open_zone(struct tw_str name, UCalendar **ret)
{
    UChar id[NAME_MAX], canonical[NAME_MAX];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = 0;
    if (name.n == 0 || name.n >= NAME_MAX) return TW_NOTFOUND;
    for (size_t i = 0; i < name.n; i++) {
        if (name.s[i] < ' ' || name.s[i] > '~') return TW_NOTFOUND;
        id[i] = (UChar)name.s[i];
    }
    (void)ucal_getCanonicalTimeZoneID(id, (int32_t)name.n, canonical, NAME_MAX, &is_system, &status);
    if (U_FAILURE(status) || !is_system) return TW_NOTFOUND;
    *ret = ucal_open(id, (int32_t)name.n, "en_US", UCAL_GREGORIAN, &status);
    if (U_SUCCESS(status)) return TW_OK;
    return status == U_MEMORY_ALLOCATION_ERROR ? TW_NOMEM : TW_NOTFOUND;
}

static tw_err offset_at(UCalendar *calendar, int64_t utc_s, int32_t *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(calendar, (double)utc_s * 1000, &status);
    const int32_t ms =
        ucal_get(calendar, UCAL_ZONE_OFFSET, &status) + ucal_get(calendar, UCAL_DST_OFFSET, &status);
    if (U_FAILURE(status)) return status == U_MEMORY_ALLOCATION_ERROR ? TW_NOMEM : TW_NOTFOUND;
    *ret = ms / 1000;
    return TW_OK;
}

static tw_err put(struct tw_cel_zone *zone, int64_t utc_s, int32_t offset_s)
{
    if (zone->n == zone->cap) {
        const size_t cap = zone->cap > 0 ? zone->cap * 2 : 32;
        struct change *p = tw_realloc(zone->change, cap, sizeof *p);
        if (p == NULL) return TW_NOMEM;
        zone->change = p;
        zone->cap = cap;
    }
    zone->change[zone->n++] = (struct change){utc_s, offset_s};
    return TW_OK;
}

static tw_err read_changes(UCalendar *calendar, struct tw_cel_zone *zone)
{
    TW_TRY(offset_at(calendar, FIRST_S, &zone->before_s));
    while (zone->n < CHANGES_MOST) {
        UErrorCode status = U_ZERO_ERROR;
        double ms = 0;
        int32_t offset_s;
        if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &ms, &status)) break;
        if (U_FAILURE(status)) return TW_NOMEM;
        const int64_t utc_s = (int64_t)(ms / 1000);
        if (utc_s > LAST_S) break;
        TW_TRY(offset_at(calendar, utc_s, &offset_s));
        TW_TRY(put(zone, utc_s, offset_s));
    }
    return TW_OK;
}

static tw_err fill(struct tw_str name, struct tw_cel_zone *zone)
{
    UCalendar *calendar = NULL;
    if (fixed(name, &zone->before_s)) return TW_OK;
    TW_TRY(open_zone(name, &calendar));
    const tw_err err = read_changes(calendar, zone);
    ucal_close(calendar);
    return err;
}

tw_err tw_cel_zone_new(struct tw_str name, struct tw_cel_zone **ret)
{
    struct tw_cel_zone *zone = tw_calloc(1, sizeof *zone);
    if (zone == NULL) return TW_NOMEM;
    const tw_err err = fill(name, zone);
    if (err != TW_OK)
        tw_cel_zone_free(zone);
    else
        *ret = zone;
    return err;
}

void tw_cel_zone_free(struct tw_cel_zone *zone)
{
    if (zone == NULL) return;
    tw_free(zone->change);
    tw_free(zone);
}

int32_t tw_cel_zone_offset(const struct tw_cel_zone *zone, int64_t utc_s)
{
    if (utc_s > LAST_S) utc_s -= (utc_s - LAST_S + CYCLE_S - 1) / CYCLE_S * CYCLE_S;
    size_t low = 0, high = zone->n; /* the changes before `low` are past */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->change[middle].utc_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? zone->change[low - 1].offset_s : zone->before_s;
}

tw_err tw_cel_zone_once(struct tw_str name, int64_t utc_s, int32_t *ret)
{
    UCalendar *calendar = NULL;
    if (fixed(name, ret)) return TW_OK;
    TW_TRY(open_zone(name, &calendar));
    const tw_err err = offset_at(calendar, utc_s, ret);
    ucal_close(calendar);
    return err;
}
