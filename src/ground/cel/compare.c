/* SPDX-License-Identifier: Apache-2.0 */
/* Equality and order. Numbers compare across int, uint and double as numbers: int and uint exactly, either
 * with a double as doubles (a double past the whole range of the other is past all of it). */
#include "cel/run_priv.h"

typedef struct tw_cel_value value;

enum { NEITHER = 2, NO_ORDER = 3 };

#define SIGN(a, b) (((a) > (b)) - ((a) < (b)))

static int order_double(double a, double b)
{
    return a != a || b != b ? NEITHER : SIGN(a, b);
}

static int order_int_double(int64_t i, double f)
{
    if (f != f) return NEITHER;
    if (f < -0x1p63) return 1;
    if (f > 0x1p63) return -1;
    return SIGN((double)i, f);
}

static int order_uint_double(uint64_t u, double f)
{
    if (f != f) return NEITHER;
    if (f < 0) return 1;
    if (f > 0x1p64) return -1;
    return SIGN((double)u, f);
}

static int order_int_uint(int64_t i, uint64_t u)
{
    if (i < 0) return -1;
    return SIGN((uint64_t)i, u);
}

static bool is_number(value v)
{
    return v.kind == TW_CEL_INT || v.kind == TW_CEL_UINT || v.kind == TW_CEL_DOUBLE;
}

static int reversed(int order)
{
    return order == NEITHER ? NEITHER : -order;
}

/* Of numbers of different kinds. */
static int order_numbers(value a, value b)
{
    if (a.kind == TW_CEL_INT && b.kind == TW_CEL_UINT) return order_int_uint(a.i, b.u);
    if (a.kind == TW_CEL_UINT && b.kind == TW_CEL_INT) return reversed(order_int_uint(b.i, a.u));
    if (a.kind == TW_CEL_INT) return order_int_double(a.i, b.f);
    if (b.kind == TW_CEL_INT) return reversed(order_int_double(b.i, a.f));
    if (a.kind == TW_CEL_UINT) return order_uint_double(a.u, b.f);
    return reversed(order_uint_double(b.u, a.f));
}

static int order_text(struct tw_cel_run *r, value a, value b)
{
    const uint32_t n = a.n < b.n ? a.n : b.n;
    if (n > 16) (void)tw_cel_charge_bytes(r, n);
    const int order = n > 0 ? memcmp(a.s, b.s, n) : 0; /* of UTF-8: the order of code points */
    return order != 0 ? SIGN(order, 0) : SIGN(a.n, b.n);
}

int tw_cel_run_order(struct tw_cel_run *r, value a, value b)
{
    if (a.kind != b.kind) return is_number(a) && is_number(b) ? order_numbers(a, b) : NO_ORDER;
    switch (a.kind) {
    case TW_CEL_BOOL:
        return SIGN(a.b, b.b);
    case TW_CEL_INT:
    case TW_CEL_DURATION:
        return SIGN(a.i, b.i);
    case TW_CEL_UINT:
        return SIGN(a.u, b.u);
    case TW_CEL_DOUBLE:
        return order_double(a.f, b.f);
    case TW_CEL_STRING:
    case TW_CEL_BYTES:
        return order_text(r, a, b);
    case TW_CEL_TIMESTAMP:
        return a.i != b.i ? SIGN(a.i, b.i) : SIGN(a.n, b.n);
    default:
        return NO_ORDER;
    }
}

value tw_cel_ordered(struct tw_cel_run *r, value a, value b, enum tw_cel_order order)
{
    const int is = tw_cel_run_order(r, a, b);
    if (is == NO_ORDER) {
        const value arg[2] = {a, b};
        return tw_cel_no_overload(arg, 2);
    }
    switch (order) {
    case TW_CEL_LT:
        return tw_cel_bool(is == -1);
    case TW_CEL_LE:
        return tw_cel_bool(is == -1 || is == 0);
    case TW_CEL_GT:
        return tw_cel_bool(is == 1);
    default:
        return tw_cel_bool(is == 1 || is == 0);
    }
}

/* -- equality */

static bool same_list(struct tw_cel_run *r, const value *a, const value *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!tw_cel_charge(r, 1) || !tw_cel_run_equal(r, a[i], b[i])) return false;
    return true;
}

static bool same_map(struct tw_cel_run *r, value a, value b)
{
    value found;
    for (uint32_t i = 0; i < a.n; i++)
        if (!tw_cel_charge(r, 1) || !tw_cel_run_find(r, b, tw_cel_map_key(a, i), &found) ||
            !tw_cel_run_equal(r, tw_cel_map_entry(a, i), found))
            return false;
    return true;
}

bool tw_cel_run_equal(struct tw_cel_run *r, value a, value b)
{
    if (a.kind != b.kind) return is_number(a) && is_number(b) && order_numbers(a, b) == 0;
    switch (a.kind) {
    case TW_CEL_STRING:
    case TW_CEL_BYTES:
        if (a.n != b.n) return false;
        if (a.n > 16) (void)tw_cel_charge_bytes(r, a.n);
        return a.n == 0 || memcmp(a.s, b.s, a.n) == 0;
    case TW_CEL_BOOL:
        return a.b == b.b;
    case TW_CEL_INT:
    case TW_CEL_UINT:
    case TW_CEL_DURATION:
        return a.u == b.u;
    case TW_CEL_TIMESTAMP:
        return a.i == b.i && a.n == b.n;
    case TW_CEL_DOUBLE:
        return a.f == b.f;
    case TW_CEL_LIST:
        return a.n == b.n && same_list(r, a.list, b.list, a.n);
    case TW_CEL_RECORD:
        return a.n == b.n && same_list(r, a.record, b.record, a.n);
    case TW_CEL_MAP:
        return a.n == b.n && same_map(r, a, b);
    case TW_CEL_TYPE:
        return a.type->kind == b.type->kind && tw_str_eq(a.type->name, b.type->name);
    default:
        return true; /* null; absent beside absent */
    }
}

bool tw_cel_equal(value a, value b)
{
    struct tw_cel_run r = {.steps = INT64_MAX};
    return tw_cel_run_equal(&r, a, b);
}

/* -- what is in lists and maps */

bool tw_cel_run_find(struct tw_cel_run *r, value map, value key, value *ret)
{
    for (uint32_t i = 0; i < map.n && tw_cel_charge(r, i % 4 == 3); i++)
        if (tw_cel_run_equal(r, tw_cel_map_key(map, i), key)) {
            *ret = tw_cel_map_entry(map, i);
            return true;
        }
    return false;
}

bool tw_cel_set_holds(const struct tw_cel_set *set, value v, bool *ret)
{
    if (v.kind != set->kind) return false;
    uint32_t low = 0, high = set->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const value at = set->at[middle];
        const int order =
            v.kind == TW_CEL_INT ? SIGN(at.i, v.i) : tw_str_cmp(tw_cel_text(at), tw_cel_text(v));
        if (order == 0) return *ret = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = false;
    return true;
}

value tw_cel_call_eq(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_bool(tw_cel_run_equal(r, arg[0], arg[1]));
}

value tw_cel_call_ne(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_bool(!tw_cel_run_equal(r, arg[0], arg[1]));
}

value tw_cel_call_lt(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_ordered(r, arg[0], arg[1], TW_CEL_LT);
}

value tw_cel_call_le(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_ordered(r, arg[0], arg[1], TW_CEL_LE);
}

value tw_cel_call_gt(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_ordered(r, arg[0], arg[1], TW_CEL_GT);
}

value tw_cel_call_ge(struct tw_cel_run *r, const value *arg, size_t n)
{
    (void)n;
    return tw_cel_ordered(r, arg[0], arg[1], TW_CEL_GE);
}

value tw_cel_call_in(struct tw_cel_run *r, const value *arg, size_t n)
{
    value found;
    if (arg[1].kind == TW_CEL_MAP) return tw_cel_bool(tw_cel_run_find(r, arg[1], arg[0], &found));
    if (arg[1].kind != TW_CEL_LIST) return tw_cel_no_overload(arg, n);
    bool yes = false;
    for (uint32_t i = 0; i < arg[1].n && !yes && tw_cel_charge(r, i % 4 == 3); i++)
        yes = tw_cel_run_equal(r, arg[1].list[i], arg[0]);
    return tw_cel_bool(yes);
}

/* The element a number stands for; false where it is no whole number. */
static bool whole(value v, int64_t *ret)
{
    if (v.kind == TW_CEL_UINT && v.u <= INT64_MAX) return *ret = (int64_t)v.u, true;
    if (v.kind == TW_CEL_INT) return *ret = v.i, true;
    if (v.kind != TW_CEL_DOUBLE || !(v.f >= 0 && v.f < 0x1p53) || v.f != (double)(int64_t)v.f) return false;
    return *ret = (int64_t)v.f, true;
}

value tw_cel_call_index(struct tw_cel_run *r, const value *arg, size_t n)
{
    value found;
    int64_t i;
    if (arg[0].kind == TW_CEL_MAP) {
        const bool there = tw_cel_run_find(r, arg[0], arg[1], &found);
        return there ? found : tw_cel_error(TW_CEL_FAULT_KEY);
    }
    if (arg[0].kind != TW_CEL_LIST || !is_number(arg[1])) return tw_cel_no_overload(arg, n);
    if (!whole(arg[1], &i) || i < 0 || i >= arg[0].n) return tw_cel_error(TW_CEL_FAULT_INDEX);
    return arg[0].list[i];
}
