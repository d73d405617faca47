/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic: what is beyond the range of its type is a fault, never wrapped. Durations are int64
 * nanoseconds, timestamps are of years 1 to 9999. */
#include "cel/run_priv.h"

typedef struct tw_cel_value value;

enum { NS_PER_S = 1000000000 };
#define FIRST_S INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST_S  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static value overflow(void)
{
    return tw_cel_error(TW_CEL_FAULT_OVERFLOW);
}

/* -- times */

/* a + ns */
static value later(value a, int64_t ns)
{
    int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S + a.n;
    if (rest < 0) rest += NS_PER_S, s--;
    if (rest >= NS_PER_S) rest -= NS_PER_S, s++;
    s += a.i; /* both far from the ends of int64 */
    return s < FIRST_S || s > LAST_S ? overflow() : tw_cel_timestamp(s, (uint32_t)rest);
}

static value span(value a, value b)
{
    int64_t ns;
    if (__builtin_mul_overflow(a.i - b.i, (int64_t)NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, (int64_t)a.n - (int64_t)b.n, &ns))
        return overflow();
    return tw_cel_duration(ns);
}

/* -- texts and lists */

static value joined(struct tw_cel_run *r, value a, value b)
{
    if (a.n == 0) return b;
    if (b.n == 0) return a;
    if ((uint64_t)a.n + b.n > UINT32_MAX) return tw_cel_halt(r, TW_NOMEM);
    if (a.kind == TW_CEL_LIST) {
        value *at = tw_cel_make(r, (size_t)a.n + b.n, sizeof *at);
        if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
        memcpy(at, a.list, a.n * sizeof *at);
        memcpy(at + a.n, b.list, b.n * sizeof *at);
        return tw_cel_list(at, a.n + b.n);
    }
    char *at = tw_cel_make(r, (size_t)a.n + b.n, 1);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    memcpy(at, a.s, a.n);
    memcpy(at + a.n, b.s, b.n);
    return (value){.s = at, .n = a.n + b.n, .kind = a.kind};
}

/* -- operators */

static value add_same(struct tw_cel_run *r, value a, value b)
{
    int64_t i;
    uint64_t u;
    switch (a.kind) {
    case TW_CEL_INT:
        return __builtin_add_overflow(a.i, b.i, &i) ? overflow() : tw_cel_int(i);
    case TW_CEL_UINT:
        return __builtin_add_overflow(a.u, b.u, &u) ? overflow() : tw_cel_uint(u);
    case TW_CEL_DOUBLE:
        return tw_cel_double(a.f + b.f);
    case TW_CEL_DURATION:
        return __builtin_add_overflow(a.i, b.i, &i) ? overflow() : tw_cel_duration(i);
    case TW_CEL_STRING:
    case TW_CEL_BYTES:
    case TW_CEL_LIST:
        return joined(r, a, b);
    default:
        return tw_cel_no_overload((const value[]){a, b}, 2);
    }
}

value tw_cel_call_add(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (arg[0].kind == arg[1].kind) return add_same(r, arg[0], arg[1]);
    if (arg[0].kind == TW_CEL_TIMESTAMP && arg[1].kind == TW_CEL_DURATION) return later(arg[0], arg[1].i);
    if (arg[0].kind == TW_CEL_DURATION && arg[1].kind == TW_CEL_TIMESTAMP) return later(arg[1], arg[0].i);
    return tw_cel_no_overload(arg, n);
}

static value subtract_same(value a, value b)
{
    int64_t i;
    uint64_t u;
    switch (a.kind) {
    case TW_CEL_INT:
        return __builtin_sub_overflow(a.i, b.i, &i) ? overflow() : tw_cel_int(i);
    case TW_CEL_UINT:
        return __builtin_sub_overflow(a.u, b.u, &u) ? overflow() : tw_cel_uint(u);
    case TW_CEL_DOUBLE:
        return tw_cel_double(a.f - b.f);
    case TW_CEL_DURATION:
        return __builtin_sub_overflow(a.i, b.i, &i) ? overflow() : tw_cel_duration(i);
    case TW_CEL_TIMESTAMP:
        return span(a, b);
    default:
        return tw_cel_no_overload((const value[]){a, b}, 2);
    }
}

value tw_cel_call_subtract(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    if (arg[0].kind == arg[1].kind) return subtract_same(arg[0], arg[1]);
    if (arg[0].kind != TW_CEL_TIMESTAMP || arg[1].kind != TW_CEL_DURATION) return tw_cel_no_overload(arg, n);
    /* -INT64_MIN has no place; in two steps it has */
    if (arg[1].i != INT64_MIN) return later(arg[0], -arg[1].i);
    const value near = later(arg[0], INT64_MAX);
    return near.kind == TW_CEL_ERROR ? near : later(near, 1);
}

value tw_cel_call_multiply(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    int64_t i;
    uint64_t u;
    if (arg[0].kind != arg[1].kind) return tw_cel_no_overload(arg, n);
    switch (arg[0].kind) {
    case TW_CEL_INT:
        return __builtin_mul_overflow(arg[0].i, arg[1].i, &i) ? overflow() : tw_cel_int(i);
    case TW_CEL_UINT:
        return __builtin_mul_overflow(arg[0].u, arg[1].u, &u) ? overflow() : tw_cel_uint(u);
    case TW_CEL_DOUBLE:
        return tw_cel_double(arg[0].f * arg[1].f);
    default:
        return tw_cel_no_overload(arg, n);
    }
}

value tw_cel_call_divide(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    const value a = arg[0], b = arg[1];
    if (a.kind == TW_CEL_DOUBLE && b.kind == TW_CEL_DOUBLE) return tw_cel_double(a.f / b.f);
    if (a.kind != b.kind || (a.kind != TW_CEL_INT && a.kind != TW_CEL_UINT))
        return tw_cel_no_overload(arg, n);
    if (b.u == 0) return tw_cel_error(TW_CEL_FAULT_DIVISION);
    if (a.kind == TW_CEL_UINT) return tw_cel_uint(a.u / b.u);
    return a.i == INT64_MIN && b.i == -1 ? overflow() : tw_cel_int(a.i / b.i);
}

value tw_cel_call_modulo(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    const value a = arg[0], b = arg[1];
    if (a.kind != b.kind || (a.kind != TW_CEL_INT && a.kind != TW_CEL_UINT))
        return tw_cel_no_overload(arg, n);
    if (b.u == 0) return tw_cel_error(TW_CEL_FAULT_MODULUS);
    if (a.kind == TW_CEL_UINT) return tw_cel_uint(a.u % b.u);
    return a.i == INT64_MIN && b.i == -1 ? overflow() : tw_cel_int(a.i % b.i);
}

value tw_cel_call_negate(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    if (arg[0].kind == TW_CEL_DOUBLE) return tw_cel_double(-arg[0].f);
    if (arg[0].kind != TW_CEL_INT) return tw_cel_no_overload(arg, n);
    return arg[0].i == INT64_MIN ? overflow() : tw_cel_int(-arg[0].i);
}

value tw_cel_call_not(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)r;
    return arg[0].kind == TW_CEL_BOOL ? tw_cel_bool(!arg[0].b) : tw_cel_no_overload(arg, n);
}
