/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: UTF-8, code points counted, bytes compared. What a function only cuts out is a view. */
#include "cel/run_priv.h"

typedef struct tw_cel_value value;

/* -- UTF-8 */

size_t tw_cel_utf8_count(struct tw_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
    return n;
}

bool tw_cel_utf8_valid(struct tw_str s)
{
    while (s.n > 0) { /* base/str.h has no NUL in a text; here it is a character */
        const char *nul = memchr(s.s, '\0', s.n);
        const size_t n = nul != NULL ? (size_t)(nul - s.s) : s.n;
        if (!tw_str_utf8((struct tw_str){s.s, n}, NULL)) return false;
        if (nul == NULL) return true;
        s.s += n + 1;
        s.n -= n + 1;
    }
    return true;
}

size_t tw_cel_utf8_put(uint32_t code, char at[4])
{
    if (code < 0x80) return at[0] = (char)code, 1;
    const size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6) at[i] = (char)(0x80 | (code & 0x3f));
    at[0] = (char)(code | (n == 2 ? 0xc0u : n == 3 ? 0xe0u : 0xf0u));
    return n;
}

/* The code point that begins at s, and its bytes. */
static uint32_t code_at(struct tw_str s, size_t *bytes)
{
    const unsigned char a = (unsigned char)s.s[0];
    size_t n = a < 0x80 ? 1 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
    if (n > s.n) n = 1; /* no UTF-8 of ours */
    uint32_t code = n == 1 ? a : a & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) code = code << 6 | ((unsigned char)s.s[i] & 0x3f);
    *bytes = n;
    return code;
}

/* White space as Unicode's property has it. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* -- functions */

value tw_cel_call_size(struct tw_cel_run *r, const value *arg, size_t n)
{
    switch (arg[0].kind) {
    case TW_CEL_STRING:
        (void)tw_cel_charge_bytes(r, arg[0].n);
        return tw_cel_int((int64_t)tw_cel_utf8_count(tw_cel_text(arg[0])));
    case TW_CEL_BYTES:
    case TW_CEL_LIST:
    case TW_CEL_MAP:
        return tw_cel_int(arg[0].n);
    default:
        return tw_cel_no_overload(arg, n);
    }
}

static bool texts(const value *arg, size_t n)
{
    return n == 2 && arg[0].kind == TW_CEL_STRING && arg[1].kind == TW_CEL_STRING;
}

value tw_cel_call_contains(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (!texts(arg, n)) return tw_cel_no_overload(arg, n);
    (void)tw_cel_charge_bytes(r, (uint64_t)arg[0].n + arg[1].n);
    if (arg[1].n == 0) return tw_cel_bool(true);
    return tw_cel_bool(arg[0].n > 0 && memmem(arg[0].s, arg[0].n, arg[1].s, arg[1].n) != NULL);
}

value tw_cel_call_starts_with(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (!texts(arg, n)) return tw_cel_no_overload(arg, n);
    (void)tw_cel_charge_bytes(r, arg[1].n);
    return tw_cel_bool(arg[1].n == 0 || (arg[0].n >= arg[1].n && memcmp(arg[0].s, arg[1].s, arg[1].n) == 0));
}

value tw_cel_call_ends_with(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (!texts(arg, n)) return tw_cel_no_overload(arg, n);
    (void)tw_cel_charge_bytes(r, arg[1].n);
    return tw_cel_bool(arg[1].n == 0 || (arg[0].n >= arg[1].n &&
                                         memcmp(arg[0].s + arg[0].n - arg[1].n, arg[1].s, arg[1].n) == 0));
}

/* A pattern that is no literal is compiled for this one call, which costs as many steps as it does time. */
value tw_cel_call_matches(struct tw_cel_run *r, const value *arg, size_t n)
{
    enum { COMPILE_STEPS = 500 };
    char why[64];
    struct tw_cel_pattern *pattern = NULL;
    if (!texts(arg, n)) return tw_cel_no_overload(arg, n);
    if (!tw_cel_charge(r, COMPILE_STEPS + (uint64_t)arg[1].n + arg[0].n / 16))
        return tw_cel_halt(r, TW_LIMIT);
    const tw_err err = tw_cel_pattern_new(arg[1].s, arg[1].n, &pattern, why, sizeof why);
    if (err == TW_NOMEM) return tw_cel_halt(r, TW_NOMEM);
    if (err != TW_OK) return tw_cel_error(TW_CEL_FAULT_PATTERN);
    const bool yes = tw_cel_pattern_matches(pattern, arg[0].s, arg[0].n);
    tw_cel_pattern_free(pattern);
    return tw_cel_bool(yes);
}

static value in_case(struct tw_cel_run *r, const value *arg, size_t n, char first)
{
    if (arg[0].kind != TW_CEL_STRING) return tw_cel_no_overload(arg, n);
    if (arg[0].n == 0) return arg[0];
    char *at = tw_cel_make(r, arg[0].n, 1);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    for (uint32_t i = 0; i < arg[0].n; i++) {
        const char c = arg[0].s[i];
        at[i] = (char)(c >= first && c <= first + 25 ? c ^ 0x20 : c);
    }
    return tw_cel_string((struct tw_str){at, arg[0].n});
}

value tw_cel_call_lower_ascii(struct tw_cel_run *r, const value *arg, size_t n)
{
    return in_case(r, arg, n, 'A');
}

value tw_cel_call_upper_ascii(struct tw_cel_run *r, const value *arg, size_t n)
{
    return in_case(r, arg, n, 'a');
}

value tw_cel_call_trim(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (arg[0].kind != TW_CEL_STRING) return tw_cel_no_overload(arg, n);
    (void)tw_cel_charge_bytes(r, arg[0].n);
    struct tw_str s = tw_cel_text(arg[0]);
    for (size_t bytes; s.n > 0 && is_space(code_at(s, &bytes));) {
        s.s += bytes;
        s.n -= bytes;
    }
    while (s.n > 0) {
        size_t from = s.n - 1, bytes;
        while (from > 0 && ((unsigned char)s.s[from] & 0xc0) == 0x80) from--;
        if (!is_space(code_at((struct tw_str){s.s + from, s.n - from}, &bytes))) break;
        s.n = from;
    }
    return tw_cel_string(s);
}

/* The end of the next piece of s, and where the one behind it begins. */
static size_t piece(struct tw_str s, struct tw_str separator, size_t *behind)
{
    if (separator.n == 0) {
        (void)code_at(s, behind);
        return *behind;
    }
    const char *p = s.n > 0 ? memmem(s.s, s.n, separator.s, separator.n) : NULL;
    if (p == NULL) return *behind = s.n;
    *behind = (size_t)(p - s.s) + separator.n;
    return (size_t)(p - s.s);
}

/* Counts the pieces; writes them where `at` is not NULL. */
static uint32_t split(struct tw_str s, struct tw_str separator, int64_t most, value *at)
{
    uint32_t n = 0;
    for (bool more = true; more; n++) {
        size_t behind, end = piece(s, separator, &behind);
        more = n + 1 < most && (separator.n == 0 ? behind < s.n : end + separator.n <= s.n && behind > end);
        if (!more) end = s.n;
        if (at != NULL) at[n] = tw_cel_string((struct tw_str){s.s, end});
        s.s += more ? behind : 0;
        s.n -= more ? behind : 0;
    }
    return n;
}

value tw_cel_call_split(struct tw_cel_run *r, const value *arg, size_t n)
{
    if (!texts(arg, 2) || (n == 3 && arg[2].kind != TW_CEL_INT)) return tw_cel_no_overload(arg, n);
    int64_t most = n == 3 ? arg[2].i : -1;
    if (most < -1) return tw_cel_error(TW_CEL_FAULT_SPLIT);
    if (most < 0 || most > UINT32_MAX) most = UINT32_MAX;
    const struct tw_str s = tw_cel_text(arg[0]), separator = tw_cel_text(arg[1]);
    if (most == 0 || (s.n == 0 && separator.n == 0)) return tw_cel_list(NULL, 0);
    (void)tw_cel_charge_bytes(r, s.n);
    const uint32_t pieces = split(s, separator, most, NULL);
    value *at = tw_cel_make(r, pieces, sizeof *at);
    if (at == NULL) return tw_cel_halt(r, TW_NOMEM);
    (void)split(s, separator, most, at);
    return tw_cel_list(at, pieces);
}
