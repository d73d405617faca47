/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps (RFC 3339, years 1 to 9999) and durations (int64 nanoseconds, written as Go writes them). */
#include "base/date.h"
#include "cel/run_priv.h"

typedef struct tw_cel_value value;

enum { NS_PER_S = 1000000000, NS_PER_MS = 1000000 };

struct cursor {
    const char *p;
    size_t n;
};

static bool take(struct cursor *c, char x)
{
    if (c->n == 0 || *c->p != x) return false;
    c->p++;
    c->n--;
    return true;
}

static bool is_digit(const struct cursor *c)
{
    return c->n > 0 && *c->p >= '0' && *c->p <= '9';
}

static bool number(struct cursor *c, unsigned digits, int *ret)
{
    int v = 0;
    for (; digits > 0; digits--, c->p++, c->n--) {
        if (!is_digit(c)) return false;
        v = v * 10 + (*c->p - '0');
    }
    *ret = v;
    return true;
}

/* -- timestamps */

static bool day(struct cursor *c, int32_t *ret)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, m, d;
    if (!number(c, 4, &y) || !take(c, '-') || !number(c, 2, &m) || !take(c, '-') || !number(c, 2, &d))
        return false;
    if (y < 1 || m < 1 || m > 12 || d < 1) return false;
    const bool leap = m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    if (d > days[m - 1] + leap) return false;
    *ret = tw_day_from_civil(y, m, d);
    return true;
}

/* .5 behind a second: 1 to 9 digits. */
static bool fraction(struct cursor *c, uint32_t *ret)
{
    uint32_t ns = 0, unit = NS_PER_S / 10;
    if (!take(c, '.')) return true;
    if (!is_digit(c)) return false;
    for (; is_digit(c); c->p++, c->n--, unit /= 10) {
        if (unit == 0) return false;
        ns += (uint32_t)(*c->p - '0') * unit;
    }
    *ret = ns;
    return true;
}

static bool offset(struct cursor *c, int32_t *ret)
{
    int h, m;
    if (take(c, 'Z')) return *ret = 0, true;
    const bool minus = take(c, '-');
    if (!minus && !take(c, '+')) return false;
    if (!number(c, 2, &h) || !take(c, ':') || !number(c, 2, &m) || h > 23 || m > 59) return false;
    *ret = (minus ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

bool tw_cel_time_read(struct tw_str s, value *ret)
{
    struct cursor c = {s.s, s.n};
    int32_t date, east;
    uint32_t ns = 0;
    int h, m, sec;
    if (!day(&c, &date) || !take(&c, 'T') || !number(&c, 2, &h) || !take(&c, ':') || !number(&c, 2, &m) ||
        !take(&c, ':') || !number(&c, 2, &sec) || !fraction(&c, &ns) || !offset(&c, &east) || c.n > 0)
        return false;
    if (h > 23 || m > 59 || sec > 59) return false;
    const int64_t utc_s = (int64_t)date * TW_DAY_S + (int64_t)(h * 3600 + m * 60 + sec - east);
    if (utc_s < INT64_C(-62135596800) || utc_s > INT64_C(253402300799)) return false;
    *ret = tw_cel_timestamp(utc_s, ns);
    return true;
}

/* .25, without zeros at the end */
static void put_fraction(struct tw_buf *out, uint32_t ns)
{
    if (ns == 0) return;
    unsigned digits = 9;
    for (; ns % 10 == 0; ns /= 10) digits--;
    tw_buf_printf(out, ".%0*u", (int)digits, (unsigned)ns);
}

/* The civil day and the second of it, at `offset_s` east of UTC. */
static int32_t local_day(value time, int32_t offset_s, int32_t *second)
{
    const int64_t s = time.i + offset_s;
    const int64_t d = (s >= 0 ? s : s - (TW_DAY_S - 1)) / TW_DAY_S;
    *second = (int32_t)(s - d * TW_DAY_S);
    return (int32_t)d;
}

void tw_cel_time_write(value v, struct tw_buf *out)
{
    int y, m, d;
    int32_t s;
    tw_day_to_civil(local_day(v, 0, &s), &y, &m, &d);
    tw_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", y, m, d, s / 3600, s / 60 % 60, s % 60);
    put_fraction(out, v.n);
    tw_buf_char(out, 'Z');
}

value tw_cel_time_part(enum tw_cel_fn part, value time, int32_t offset_s)
{
    int y, m, d;
    int32_t s;
    const int32_t day_of = local_day(time, offset_s, &s);
    tw_day_to_civil(day_of, &y, &m, &d);
    switch (part) {
    case TW_CEL_FN_YEAR:
        return tw_cel_int(y);
    case TW_CEL_FN_MONTH:
        return tw_cel_int(m - 1);
    case TW_CEL_FN_DATE:
        return tw_cel_int(d);
    case TW_CEL_FN_DAY_OF_MONTH:
        return tw_cel_int(d - 1);
    case TW_CEL_FN_DAY_OF_WEEK:
        return tw_cel_int((tw_day_weekday(day_of) + 1) % 7);
    case TW_CEL_FN_DAY_OF_YEAR:
        return tw_cel_int(day_of - tw_day_from_civil(y, 1, 1));
    case TW_CEL_FN_HOURS:
        return tw_cel_int(s / 3600);
    case TW_CEL_FN_MINUTES:
        return tw_cel_int(s / 60 % 60);
    case TW_CEL_FN_SECONDS:
        return tw_cel_int(s % 60);
    default:
        return tw_cel_int(time.n / NS_PER_MS);
    }
}

/* -- durations */

static const struct {
    char name[4];
    int64_t ns;
} units[] = {{"ns", 1},       {"us", 1000},           {"\xc2\xb5s", 1000},     {"ms", NS_PER_MS},
             {"s", NS_PER_S}, {"m", 60LL * NS_PER_S}, {"h", 3600LL * NS_PER_S}};

static int64_t unit(struct cursor *c)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t n = strnlen(units[i].name, sizeof units[i].name);
        if (c->n < n || memcmp(c->p, units[i].name, n) != 0) continue;
        if (n == 1 && *c->p == 'm' && c->n > 1 && c->p[1] == 's') continue;
        c->p += n;
        c->n -= n;
        return units[i].ns;
    }
    return 0;
}

/* One part, 1.5h, added to *ns. Digits of a fraction beyond the nanosecond are dropped. */
static bool addend(struct cursor *c, int64_t *ns)
{
    int64_t whole = 0, part = 0, scale = 1;
    bool any = false;
    for (; is_digit(c); c->p++, c->n--, any = true)
        if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, *c->p - '0', &whole))
            return false;
    if (take(c, '.'))
        for (; is_digit(c); c->p++, c->n--, any = true)
            if (scale < INT64_C(1000000000000000)) part = part * 10 + (*c->p - '0'), scale *= 10;
    const int64_t each = unit(c);
    if (!any || each == 0) return false;
    const int64_t rest = (int64_t)((__int128)part * each / scale);
    return !__builtin_mul_overflow(whole, each, &whole) && !__builtin_add_overflow(*ns, whole, ns) &&
           !__builtin_add_overflow(*ns, rest, ns);
}

bool tw_cel_duration_read(struct tw_str s, value *ret)
{
    struct cursor c = {s.s, s.n};
    int64_t ns = 0;
    const bool minus = take(&c, '-');
    if (!minus) (void)take(&c, '+');
    if (c.n == 0) return false;
    if (c.n == 1 && *c.p == '0') return *ret = tw_cel_duration(0), true;
    while (c.n > 0)
        if (!addend(&c, &ns)) return false;
    *ret = tw_cel_duration(minus ? -ns : ns);
    return true;
}

void tw_cel_duration_write(value v, struct tw_buf *out)
{
    const uint64_t ns = v.i < 0 ? -(uint64_t)v.i : (uint64_t)v.i;
    if (v.i < 0) tw_buf_char(out, '-');
    tw_buf_u64(out, ns / NS_PER_S);
    put_fraction(out, (uint32_t)(ns % NS_PER_S));
    tw_buf_char(out, 's');
}

static value duration_part(enum tw_cel_fn part, value v)
{
    switch (part) {
    case TW_CEL_FN_HOURS:
        return tw_cel_int(v.i / (3600LL * NS_PER_S));
    case TW_CEL_FN_MINUTES:
        return tw_cel_int(v.i / (60LL * NS_PER_S));
    case TW_CEL_FN_SECONDS:
        return tw_cel_int(v.i / NS_PER_S);
    case TW_CEL_FN_MILLISECONDS:
        return tw_cel_int(v.i / NS_PER_MS % 1000);
    default:
        return tw_cel_no_overload(&v, 1);
    }
}

/* -- functions */

/* A zone that is no literal is looked up for this one call. */
static value part_of(struct tw_cel_run *r, enum tw_cel_fn part, const value *arg, size_t n)
{
    enum { ZONE_STEPS = 100 };
    int32_t east = 0;
    if (arg[0].kind == TW_CEL_DURATION && n == 1) return duration_part(part, arg[0]);
    if (arg[0].kind != TW_CEL_TIMESTAMP) return tw_cel_no_overload(arg, n);
    if (n == 1) return tw_cel_time_part(part, arg[0], 0);
    if (arg[1].kind != TW_CEL_STRING) return tw_cel_no_overload(arg, n);
    if (!tw_cel_charge(r, ZONE_STEPS)) return tw_cel_halt(r, TW_LIMIT);
    const tw_err err = tw_cel_zone_once(tw_cel_text(arg[1]), arg[0].i, &east);
    if (err == TW_NOMEM) return tw_cel_halt(r, TW_NOMEM);
    return err == TW_OK ? tw_cel_time_part(part, arg[0], east) : tw_cel_error(TW_CEL_FAULT_ZONE);
}

#define PART(function, fn)                                                                                   \
    value function(struct tw_cel_run *r, const value *arg, size_t n)                                         \
    {                                                                                                        \
        return part_of(r, fn, arg, n);                                                                       \
    }
PART(tw_cel_call_year, TW_CEL_FN_YEAR)
PART(tw_cel_call_month, TW_CEL_FN_MONTH)
PART(tw_cel_call_date, TW_CEL_FN_DATE)
PART(tw_cel_call_day_of_month, TW_CEL_FN_DAY_OF_MONTH)
PART(tw_cel_call_day_of_week, TW_CEL_FN_DAY_OF_WEEK)
PART(tw_cel_call_day_of_year, TW_CEL_FN_DAY_OF_YEAR)
PART(tw_cel_call_hours, TW_CEL_FN_HOURS)
PART(tw_cel_call_minutes, TW_CEL_FN_MINUTES)
PART(tw_cel_call_seconds, TW_CEL_FN_SECONDS)
PART(tw_cel_call_milliseconds, TW_CEL_FN_MILLISECONDS)
