/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cel/run_priv.h"

typedef struct tw_cel_value value;

static value not_said(void)
{
    return tw_cel_error(TW_CEL_FAULT_TEXT);
}

static value range(void)
{
    return tw_cel_error(TW_CEL_FAULT_RANGE);
}

static value of_text(tw_err err, value v)
{
    return err == TW_OK ? v : err == TW_RANGE ? range() : not_said();
}

value tw_cel_call_bool(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    static const char *const yes[] = {"1", "t", "true", "TRUE", "True"}, *const no[] = {"0", "f", "false",
                                                                                        "FALSE", "False"};
    if (arg[0].kind == TW_CEL_BOOL) return arg[0];
    if (arg[0].kind != TW_CEL_STRING) return tw_cel_no_overload(arg, n);
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (tw_str_is(tw_cel_text(arg[0]), yes[i])) return tw_cel_bool(true);
        if (tw_str_is(tw_cel_text(arg[0]), no[i])) return tw_cel_bool(false);
    }
    return not_said();
}

value tw_cel_call_int(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    int64_t i = 0;
    switch (arg[0].kind) {
    case TW_CEL_INT:
        return arg[0];
    case TW_CEL_UINT:
        return arg[0].u > INT64_MAX ? range() : tw_cel_int((int64_t)arg[0].u);
    case TW_CEL_DOUBLE: /* the ends are out: a double cannot tell them from what is beyond */
        return arg[0].f > -0x1p63 && arg[0].f < 0x1p63 ? tw_cel_int((int64_t)arg[0].f) : range();
    case TW_CEL_STRING: {
        const tw_err err = tw_str_i64(tw_cel_text(arg[0]), &i);
        return of_text(err, tw_cel_int(i));
    }
    case TW_CEL_TIMESTAMP:
        return tw_cel_int(arg[0].i);
    default:
        return tw_cel_no_overload(arg, n);
    }
}

static tw_err read_uint(struct tw_str s, uint64_t *ret)
{
    uint64_t u = 0;
    if (s.n == 0) return TW_FORMAT;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] < '0' || s.s[i] > '9') return TW_FORMAT;
        if (__builtin_mul_overflow(u, 10, &u) || __builtin_add_overflow(u, (unsigned)(s.s[i] - '0'), &u))
            return TW_RANGE;
    }
    *ret = u;
    return TW_OK;
}

value tw_cel_call_uint(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    uint64_t u = 0;
    switch (arg[0].kind) {
    case TW_CEL_UINT:
        return arg[0];
    case TW_CEL_INT:
        return arg[0].i < 0 ? range() : tw_cel_uint((uint64_t)arg[0].i);
    case TW_CEL_DOUBLE:
        return arg[0].f >= 0 && arg[0].f < 0x1p64 ? tw_cel_uint((uint64_t)arg[0].f) : range();
    case TW_CEL_STRING: {
        const tw_err err = read_uint(tw_cel_text(arg[0]), &u);
        return of_text(err, tw_cel_uint(u));
    }
    default:
        return tw_cel_no_overload(arg, n);
    }
}

/* NaN, Inf, Infinity, in either case, with a sign. */
static bool special_double(struct tw_str s, double *ret)
{
    static const struct {
        const char *name;
        double f;
    } row[] = {{"nan", (double)NAN}, {"inf", (double)INFINITY}, {"infinity", (double)INFINITY}};
    const bool minus = s.n > 0 && s.s[0] == '-';
    char lower[9];
    if (s.n > 0 && (s.s[0] == '-' || s.s[0] == '+')) s.s++, s.n--;
    if (s.n >= sizeof lower) return false;
    for (size_t i = 0; i < s.n; i++)
        lower[i] = (char)(s.s[i] >= 'A' && s.s[i] <= 'Z' ? s.s[i] | 0x20 : s.s[i]);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (!tw_str_eq((struct tw_str){lower, s.n}, tw_str_from(row[i].name))) continue;
        *ret = minus ? -row[i].f : row[i].f;
        return true;
    }
    return false;
}

value tw_cel_call_double(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    double f = 0;
    switch (arg[0].kind) {
    case TW_CEL_DOUBLE:
        return arg[0];
    case TW_CEL_INT:
        return tw_cel_double((double)arg[0].i);
    case TW_CEL_UINT:
        return tw_cel_double((double)arg[0].u);
    case TW_CEL_STRING: {
        if (special_double(tw_cel_text(arg[0]), &f)) return tw_cel_double(f);
        const tw_err err = tw_str_f64(tw_cel_text(arg[0]), &f);
        return of_text(err, tw_cel_double(f));
    }
    default:
        return tw_cel_no_overload(arg, n);
    }
}

void tw_cel_double_write(double f, struct tw_buf *out)
{
    if (f != f)
        tw_buf_text(out, "NaN");
    else if (f - f != 0)
        tw_buf_text(out, f > 0 ? "Infinity" : "-Infinity");
    else if (f == 0 && signbit(f))
        tw_buf_text(out, "-0");
    else
        tw_buf_f64(out, f);
}

/* What was written, as a text of the arena. */
static value kept(struct tw_cel_run *r, const struct tw_buf *b)
{
    char *at = tw_cel_make(r, b->n, 1);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    memcpy(at, b->p, b->n);
    return tw_cel_string((struct tw_str){at, b->n});
}

value tw_cel_call_string(struct tw_cel_run *r, const value *arg, size_t n)
{
    char text[64];
    struct tw_buf b = tw_buf_in(text, sizeof text);
    switch (arg[0].kind) {
    case TW_CEL_STRING:
        return arg[0];
    case TW_CEL_BYTES:
        (void)tw_cel_charge_bytes(r, arg[0].n);
        if (!tw_cel_utf8_valid(tw_cel_text(arg[0]))) return tw_cel_error(TW_CEL_FAULT_UTF8);
        return tw_cel_string(tw_cel_text(arg[0]));
    case TW_CEL_BOOL:
        return tw_cel_string(arg[0].b ? TW_STR("true") : TW_STR("false"));
    case TW_CEL_INT:
        tw_buf_i64(&b, arg[0].i);
        break;
    case TW_CEL_UINT:
        tw_buf_u64(&b, arg[0].u);
        break;
    case TW_CEL_DOUBLE:
        tw_cel_double_write(arg[0].f, &b);
        break;
    case TW_CEL_TIMESTAMP:
        tw_cel_time_write(arg[0], &b);
        break;
    case TW_CEL_DURATION:
        tw_cel_duration_write(arg[0], &b);
        break;
    default:
        return tw_cel_no_overload(arg, n);
    }
    return kept(r, &b);
}

value tw_cel_call_bytes(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    if (arg[0].kind == TW_CEL_BYTES) return arg[0];
    return arg[0].kind == TW_CEL_STRING ? tw_cel_bytes(tw_cel_text(arg[0])) : tw_cel_no_overload(arg, n);
}

value tw_cel_call_timestamp(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    value v;
    switch (arg[0].kind) {
    case TW_CEL_TIMESTAMP:
        return arg[0];
    case TW_CEL_INT:
        return arg[0].i < INT64_C(-62135596800) || arg[0].i > INT64_C(253402300799)
                   ? range()
                   : tw_cel_timestamp(arg[0].i, 0);
    case TW_CEL_STRING:
        return tw_cel_time_read(tw_cel_text(arg[0]), &v) ? v : not_said();
    default:
        return tw_cel_no_overload(arg, n);
    }
}

value tw_cel_call_duration(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    value v;
    if (arg[0].kind == TW_CEL_DURATION) return arg[0];
    if (arg[0].kind != TW_CEL_STRING) return tw_cel_no_overload(arg, n);
    return tw_cel_duration_read(tw_cel_text(arg[0]), &v) ? v : not_said();
}

value tw_cel_call_dyn(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r, (void)n;
    return arg[0];
}

value tw_cel_call_type(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r, (void)n;
    return (value){.type = tw_cel_type_of((enum tw_cel_kind)arg[0].kind), .kind = TW_CEL_TYPE};
}
