/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/build_priv.h"

static char at(const struct tw_cel_build *b, size_t i)
{
    if (i < b->source.n) return b->source.s[i];
    return '\0'; /* there is no such character behind the end; one within means nothing either */
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* -- numbers */

static uint32_t digits(const struct tw_cel_build *b, uint32_t i)
{
    while (at(b, i) >= '0' && at(b, i) <= '9') i++;
    return i;
}

/* The end of [.digits][e[+-]digits] behind the first digits; `i` itself where there is neither. */
static uint32_t fraction(const struct tw_cel_build *b, uint32_t i)
{
    if (at(b, i) == '.' && digits(b, i + 1) > i + 1) i = digits(b, i + 1);
    if (at(b, i) != 'e' && at(b, i) != 'E') return i;
    const uint32_t mantissa = i++;
    if (at(b, i) == '+' || at(b, i) == '-') i++;
    return digits(b, i) > i ? digits(b, i) : mantissa;
}

static bool real(struct tw_cel_build *b, uint32_t from, uint32_t end, struct tw_cel_value *ret)
{
    double f = 0;
    const struct tw_str s = {b->source.s + from, end - from};
    if (tw_str_f64(s, &f) != TW_OK)
        return tw_cel_refuse(b, TW_FORMAT, from, "the number is longer or larger than a double can hold") !=
               NULL;
    *ret = tw_cel_double(f);
    return true;
}

/* Whole number: *ret is an INT, or a UINT where a u follows. 2^63 stays for the minus before it, as a UINT
 * whose n is 1. */
static bool whole(struct tw_cel_build *b, uint32_t from, unsigned base, uint32_t *i, struct tw_cel_value *ret)
{
    uint64_t v = 0;
    const uint32_t first = *i;
    bool over = false;
    for (int d; (d = hex_digit(at(b, *i))) >= 0 && d < (int)base; ++*i)
        over |= __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, (unsigned)d, &v);
    if (*i == first) return tw_cel_refuse(b, TW_FORMAT, from, "behind 0x stand the digits 0-9, a-f") != NULL;
    const bool is_uint = at(b, *i) == 'u' || at(b, *i) == 'U';
    if (is_uint) ++*i;
    if (over || (!is_uint && v > (uint64_t)INT64_MAX + 1))
        return tw_cel_refuse(b, TW_FORMAT, from, "the number is larger than %s can hold",
                             is_uint ? "a uint" : "an int") != NULL;
    *ret = is_uint ? tw_cel_uint(v) : tw_cel_int((int64_t)v);
    if (!is_uint && v > INT64_MAX) *ret = (struct tw_cel_value){.u = v, .n = 1, .kind = TW_CEL_UINT};
    return true;
}

bool tw_cel_literal_number(struct tw_cel_build *b, uint32_t *i, struct tw_cel_value *ret)
{
    const uint32_t from = *i;
    if (at(b, from) == '0' && (at(b, from + 1) == 'x' || at(b, from + 1) == 'X')) {
        *i = from + 2;
        return whole(b, from, 16, i, ret);
    }
    const uint32_t end = fraction(b, digits(b, from));
    if (end > digits(b, from)) {
        *i = end;
        return real(b, from, end, ret);
    }
    return whole(b, from, 10, i, ret);
}

/* -- texts */

struct quote {
    char mark;
    bool triple, raw, bytes;
};

/* The letters and quotes it begins with; returns the place behind them. */
static uint32_t open_quote(const struct tw_cel_build *b, uint32_t i, struct quote *q)
{
    *q = (struct quote){0};
    for (; at(b, i) != '"' && at(b, i) != '\''; i++) {
        q->raw |= at(b, i) == 'r' || at(b, i) == 'R';
        q->bytes |= at(b, i) == 'b' || at(b, i) == 'B';
    }
    q->mark = at(b, i);
    q->triple = at(b, i + 1) == q->mark && at(b, i + 2) == q->mark;
    return i + (q->triple ? 3 : 1);
}

static bool closes(const struct tw_cel_build *b, uint32_t i, const struct quote *q)
{
    return at(b, i) == q->mark && (!q->triple || (at(b, i + 1) == q->mark && at(b, i + 2) == q->mark));
}

/* `n` digits of base 8 or 16; UINT32_MAX where they are not all there. */
static uint32_t code_of(const struct tw_cel_build *b, uint32_t i, unsigned n, unsigned base)
{
    uint32_t v = 0;
    for (unsigned k = 0; k < n; k++) {
        const int d = hex_digit(at(b, i + k));
        if (d < 0 || d >= (int)base) return UINT32_MAX;
        v = v * base + (unsigned)d;
    }
    return v;
}

static bool bad_escape(struct tw_cel_build *b, uint32_t at_byte, const char *right)
{
    return tw_cel_refuse(b, TW_FORMAT, at_byte, "%s", right) != NULL;
}

/* A letter behind \ that stands for itself or for a character; 0 = none such. */
static char plain_escape(char c)
{
    static const char from[] = "\\?\"'`abfnrtv", to[] = "\\?\"'`\a\b\f\n\r\t\v";
    const char *p = c != '\0' ? strchr(from, c) : NULL;
    if (p != NULL) return to[p - from];
    return '\0';
}

/* The second half of a pair of \u that stand for one character. */
static uint32_t low_half(const struct tw_cel_build *b, uint32_t i)
{
    if (at(b, i) != '\\' || at(b, i + 1) != 'u') return 0;
    const uint32_t low = code_of(b, i + 2, 4, 16);
    return low >= 0xdc00 && low <= 0xdfff ? low : 0;
}

/* How many digits of which base follow the letter behind a \, and where they begin; n 0 = none do. */
struct coded {
    unsigned n, base, skip;
};

static struct coded coded_of(char c)
{
    if (c >= '0' && c <= '3') return (struct coded){3, 8, 1};
    const unsigned n = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    return (struct coded){n, 16, 2};
}

static const char *coded_words(struct coded c)
{
    if (c.base == 8) return "\\ and three digits 0-7 name a character: \\101";
    if (c.n == 2) return "\\x stands before two digits 0-9, a-f";
    return c.n == 4 ? "\\u stands before four digits 0-9, a-f" : "\\U stands before eight digits 0-9, a-f";
}

/* Writes a code point; `*i` stands behind it, where its second half may follow. */
static bool put_code(struct tw_cel_build *b, uint32_t code, uint32_t from, uint32_t *i, struct tw_buf *out)
{
    char utf8[4];
    const uint32_t low = code >= 0xd800 && code <= 0xdbff ? low_half(b, *i) : 0;
    if (low != 0) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *i += 6;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return bad_escape(b, from, "there is no such character in Unicode");
    tw_buf_put(out, utf8, tw_cel_utf8_put(code, utf8));
    return true;
}

/* \ and what follows, at `*i`; writes what it means. */
static bool escape(struct tw_cel_build *b, uint32_t *i, const struct quote *q, struct tw_buf *out)
{
    const uint32_t from = *i;
    const char letter = at(b, from + 1), plain = plain_escape(letter);
    const struct coded c = coded_of(letter);
    if (plain != '\0') {
        tw_buf_char(out, plain);
        *i += 2;
        return true;
    }
    if (c.n == 0)
        return bad_escape(
            b, from, "\\ stands before one of \\ ? \" ' ` a b f n r t v x u U 0-3; r'...' keeps it as it is");
    if (c.n >= 4 && q->bytes)
        return bad_escape(b, from, "bytes are written \\xff or \\377; \\u and \\U are for texts");
    const uint32_t code = code_of(b, from + c.skip, c.n, c.base);
    if (code == UINT32_MAX) return bad_escape(b, from, coded_words(c));
    *i = from + c.skip + c.n;
    if (!q->bytes) return put_code(b, code, from, i, out);
    tw_buf_char(out, (char)code);
    return true;
}

/* Where the quotes stand that close it; the end of the source where there are none. */
static uint32_t end_of(const struct tw_cel_build *b, uint32_t i, const struct quote *q)
{
    for (; i < b->source.n && !closes(b, i, q); i++) {
        if (!q->triple && (at(b, i) == '\n' || at(b, i) == '\r')) return (uint32_t)b->source.n;
        if (at(b, i) == '\\' && !q->raw) i++;
    }
    return i < b->source.n ? i : (uint32_t)b->source.n;
}

bool tw_cel_literal_text(struct tw_cel_build *b, uint32_t *i, struct tw_cel_value *ret)
{
    const uint32_t from = *i;
    struct quote q;
    *i = open_quote(b, from, &q);
    const uint32_t end = end_of(b, *i, &q);
    if (end == b->source.n)
        return tw_cel_refuse(b, TW_FORMAT, from, "the text does not end; it ends with %.*s", q.triple ? 3 : 1,
                             q.mark == '"' ? "\"\"\"" : "\'\'\'") != NULL;
    char *room = tw_cel_room(b, end - *i + 1, 1); /* no text is longer than what it is written with */
    if (room == NULL) return false;
    struct tw_buf out = tw_buf_in(room, end - *i + 1);
    while (*i < end) {
        if (at(b, *i) == '\\' && !q.raw) {
            if (!escape(b, i, &q, &out)) return false;
        } else {
            tw_buf_char(&out, at(b, (*i)++));
        }
    }
    *i = end + (q.triple ? 3 : 1);
    *ret = q.bytes ? tw_cel_bytes(tw_buf_view(&out)) : tw_cel_string(tw_buf_view(&out));
    return true;
}

bool tw_cel_is_reserved(struct tw_str name)
{
    static const char *const words[] = {"as",        "break",  "const",  "continue", "else", "for",
                                        "function",  "if",     "import", "let",      "loop", "package",
                                        "namespace", "return", "var",    "void",     "while"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (tw_str_is(name, words[i])) return true;
    return false;
}
