/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <stdbool.h>

#include "base/load.h"

/* Source: Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil and civil_from_days.
 */
int32_t tw_day_from_civil(int year, int month, int day)
{
    int y = year - (month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void tw_day_to_civil(int32_t day, int *year, int *month, int *dom)
{
    int64_t z = (int64_t)day + 719468; /* any day, INT32_MAX too */
    int era = (int)((z >= 0 ? z : z - 146096) / 146097);
    int doe = (int)(z - (int64_t)era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *dom = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

int tw_day_weekday(int32_t day)
{
    int w = (int)(((int64_t)day + 3) % 7); /* 1970-01-01 was a Thursday */
    return w < 0 ? w + 7 : w;
}

/* What is left to read. */
struct cursor {
    const char *p;
    size_t n;
};

static bool number(struct cursor *c, size_t width, int *ret)
{
    if (c->n < width) return false;
    int v = 0;
    for (size_t i = 0; i < width; i++) {
        if (c->p[i] < '0' || c->p[i] > '9') return false;
        v = v * 10 + (c->p[i] - '0');
    }
    c->p += width;
    c->n -= width;
    *ret = v;
    return true;
}

static bool literal(struct cursor *c, char x)
{
    if (c->n == 0 || c->p[0] != x) return false;
    c->p++;
    c->n--;
    return true;
}

static tw_err bad_date(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "not a date; write it as 2026-11-23 (years 1900 to 2200)");
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return length[month - 1] + (month == 2 && leap(year));
}

static bool in_range(int year, int month)
{
    return year >= 1900 && year <= 2200 && month >= 1 && month <= 12;
}

static tw_err read_day(struct cursor *c, int32_t *ret, struct tw_fault *fault)
{
    int y, m, d;
    if (!number(c, 4, &y)) return bad_date(fault);
    bool dashes = literal(c, '-');
    if (!number(c, 2, &m) || (dashes && !literal(c, '-')) || !number(c, 2, &d)) return bad_date(fault);
    if (!in_range(y, m)) return bad_date(fault);
    if (d < 1 || d > month_days(y, m))
        return tw_fail(fault, TW_FORMAT, "%04d-%02d-%02d is no day of the calendar; that month has %d days",
                       y, m, d, month_days(y, m));
    *ret = tw_day_from_civil(y, m, d);
    return TW_OK;
}

/* Bytes of which each that is '0' in `form` must be a digit and each other must be as there: the digits'
 * values, 0 for the others. False = they are not like that. */
static inline bool digits_in(uint64_t bytes, const char form[static 8], uint64_t *ret)
{
    const uint64_t x = bytes ^ tw_load8(form);
    uint64_t allowance = 0; /* what carries into bit 7 from 10 up for a digit, from 1 up for others */
    for (size_t i = 0; i < 8; i++) allowance |= (uint64_t)(form[i] == '0' ? 0x76 : 0x7f) << 8 * i;
    *ret = x;
    return ((x | (x + allowance)) & 0x8080808080808080u) == 0;
}

static inline int two_at(uint64_t digits, unsigned at)
{
    return (int)((digits >> 8 * at & 0xff) * 10 + (digits >> 8 * at >> 8 & 0xff));
}

/* 2026-11-23T05:57:00Z, as nearly every time is written. False = look closer. */
static bool usual_time(struct tw_str text, int64_t *ret)
{
    uint64_t a, b, c;
    if (text.n != 20 || !digits_in(tw_load8(text.s), "0000-00-", &a) ||
        !digits_in(tw_load8(text.s + 8), "00T00:00", &b) ||
        !digits_in(tw_load4(text.s + 16) << 32, "\0\0\0\0:00Z", &c))
        return false;
    const int year = two_at(a, 0) * 100 + two_at(a, 2), month = two_at(a, 5), day = two_at(b, 0);
    const int hour = two_at(b, 3), minute = two_at(b, 6), second = two_at(c, 5);
    if (!in_range(year, month) || day < 1 || day > month_days(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *ret = (int64_t)tw_day_from_civil(year, month, day) * TW_DAY_S + (int64_t)hour * 3600 +
           (int64_t)minute * 60 + second;
    return true;
}

tw_err tw_day_parse(struct tw_str text, int32_t *ret, struct tw_fault *fault)
{
    struct cursor c = {text.s, text.n};
    int32_t day = 0;
    TW_TRY(read_day(&c, &day, fault));
    if (c.n != 0) return bad_date(fault);
    *ret = day;
    return TW_OK;
}

/* hh:mm[:ss[.fraction]] or hhmm[ss]; a leap second counts as the one before it. */
static bool read_clock(struct cursor *c, int *seconds)
{
    int h, m, s = 0;
    if (!number(c, 2, &h)) return false;
    bool colons = literal(c, ':');
    if (!number(c, 2, &m)) return false;
    if (colons ? literal(c, ':') : (c->n > 0 && c->p[0] >= '0' && c->p[0] <= '9')) {
        if (!number(c, 2, &s)) return false;
        if (literal(c, '.')) {
            int ignored;
            if (!number(c, 1, &ignored)) return false;
            while (number(c, 1, &ignored)) {
            }
        }
    }
    if (h > 23 || m > 59 || s > 60) return false;
    *seconds = h * 3600 + m * 60 + (s == 60 ? 59 : s);
    return true;
}

static bool read_offset(struct cursor *c, int *seconds)
{
    *seconds = 0;
    if (c->n == 0 || literal(c, 'Z')) return true;
    int sign = literal(c, '+') ? 1 : literal(c, '-') ? -1 : 0;
    int h, m = 0;
    if (sign == 0 || !number(c, 2, &h)) return false;
    bool colon = literal(c, ':');
    if ((colon || c->n > 0) && !number(c, 2, &m)) return false;
    if (h > 14 || m > 59) return false;
    *seconds = sign * (h * 3600 + m * 60);
    return true;
}

tw_err tw_time_parse(struct tw_str text, int64_t *ret_utc_s, struct tw_fault *fault)
{
    struct cursor c = {text.s, text.n};
    int32_t day = 0;
    int clock = 0, offset = 0;
    if (usual_time(text, ret_utc_s)) return TW_OK;
    TW_TRY(read_day(&c, &day, fault));
    if (c.n > 0) {
        if (!literal(&c, 'T') && !literal(&c, ' ') && !(c.p[0] >= '0' && c.p[0] <= '9'))
            return bad_date(fault);
        if (!read_clock(&c, &clock) || !read_offset(&c, &offset) || c.n != 0)
            return tw_fail(fault, TW_FORMAT, "not a time; write it as 2026-11-23T05:57:00Z");
    }
    *ret_utc_s = (int64_t)day * TW_DAY_S + clock - offset;
    return TW_OK;
}

static void two(char *at, int v)
{
    at[0] = (char)('0' + v / 10 % 10);
    at[1] = (char)('0' + v % 10);
}

void tw_buf_day(struct tw_buf *b, int32_t day)
{
    int y, m, d;
    char text[10] = "0000-00-00";
    tw_day_to_civil(day, &y, &m, &d);
    if (y < 0 || y > 9999) {
        tw_buf_printf(b, "%d-%02d-%02d", y, m, d);
        return;
    }
    two(text, y / 100);
    two(text + 2, y % 100);
    two(text + 5, m);
    two(text + 8, d);
    tw_buf_put(b, text, sizeof text);
}

void tw_buf_time(struct tw_buf *b, int64_t utc_s)
{
    int32_t day = tw_time_day(utc_s);
    int s = (int)(utc_s - (int64_t)day * TW_DAY_S);
    char text[10] = "T00:00:00Z";
    tw_buf_day(b, day);
    two(text + 1, s / 3600);
    two(text + 4, s / 60 % 60);
    two(text + 7, s % 60);
    tw_buf_put(b, text, sizeof text);
}
