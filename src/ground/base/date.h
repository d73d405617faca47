/* SPDX-License-Identifier: Apache-2.0 */
/* base/date.h -- calendar days and UTC seconds as integers.
 *
 * In : 2026-11-23, 20261123, 2026-11-23T05:57:00Z, 20261123055700Z, 202611230557, with an optional +hh:mm.
 * Out: days and seconds since 1970-01-01 UTC.
 * Not: the clock, time zones by name.
 */
#ifndef TW_BASE_DATE_H
#define TW_BASE_DATE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum { TW_DAY_S = 86400 };

int32_t tw_day_from_civil(int year, int month,
                          int day); /* proleptic Gregorian; month 1..12, day 1..31 unchecked */
void tw_day_to_civil(int32_t day, int *year, int *month, int *dom);
int tw_day_weekday(int32_t day); /* 0 = Monday .. 6 = Sunday */

/* Years 1900..2200. TW_FORMAT (also 31 February), on failure `ret` is untouched. */
tw_err tw_day_parse(struct tw_str text, int32_t *ret, struct tw_fault *fault) TW_MUST_CHECK;

/* A date alone is its midnight. Without an offset the text is taken as UTC. TW_FORMAT */
tw_err tw_time_parse(struct tw_str text, int64_t *ret_utc_s, struct tw_fault *fault) TW_MUST_CHECK;

static inline int32_t tw_time_day(int64_t utc_s) /* the UTC day, also before 1970 */
{
    return (int32_t)((utc_s >= 0 ? utc_s : utc_s - (TW_DAY_S - 1)) / TW_DAY_S);
}

void tw_buf_day(struct tw_buf *b, int32_t day);    /* 2026-11-23 */
void tw_buf_time(struct tw_buf *b, int64_t utc_s); /* 2026-11-23T05:57:00Z */

#endif
