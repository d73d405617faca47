/* SPDX-License-Identifier: Apache-2.0 */
/* The text of an import: made UTF-8, then split into words. */
#include <string.h>

#include "base/mem.h"
#include "criteria/asycuda_priv.h"

/* -- characters */

/* windows-1252, 0x80 to 0x9F; 0 = no character. Source:
 * www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT */
static const uint16_t cp1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static void put_utf8(struct tw_buf *out, uint32_t c)
{
    if (c < 0x80) {
        tw_buf_char(out, (char)c);
    } else if (c < 0x800) {
        tw_buf_char(out, (char)(0xC0 | c >> 6));
        tw_buf_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        tw_buf_char(out, (char)(0xE0 | c >> 12));
        tw_buf_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        tw_buf_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

/* Characters of UTF-8 that neither a text nor YAML has: controls of ISO 6429, U+FEFF, U+FFFE, U+FFFF. */
static bool is_control(struct tw_str s, size_t at)
{
    const unsigned char *u = (const unsigned char *)s.s + at;
    if (*u == 0xC2 && s.n - at > 1) return u[1] < 0xA0;
    if (*u == 0xEF && s.n - at > 2) return (u[1] == 0xBB && u[2] == 0xBF) || (u[1] == 0xBF && u[2] >= 0xBE);
    return *u < ' ' || *u == 0x7F;
}

static void step(struct place *at, unsigned char c)
{
    if (c == '\n') {
        at->line++;
        at->column = 1;
    } else if ((c & 0xC0) != 0x80) {
        at->column++;
    }
}

static tw_err no_text(struct place at, unsigned char c, struct tw_fault *fault)
{
    tw_fail(fault, TW_FORMAT, "this is no text: it has a byte 0x%02X; criteria are expected as plain text",
            c);
    if (fault != NULL) {
        fault->line = at.line;
        fault->column = at.column;
    }
    return TW_FORMAT;
}

/* One byte, or character of windows-1252, of the text; false: no text has it. */
static bool put_clean(struct tw_str text, size_t i, bool utf8, struct tw_buf *out)
{
    const unsigned char c = (unsigned char)text.s[i];
    if (c == '\t' || c == '\f' || c == '\v') {
        tw_buf_char(out, ' ');
        return true;
    }
    if (utf8) {
        if (is_control(text, i)) return false;
        tw_buf_char(out, (char)c);
        return true;
    }
    const uint32_t character = c >= 0x80 && c < 0xA0 ? cp1252[c - 0x80] : c;
    if (character < ' ' || character == 0x7F) return false;
    put_utf8(out, character);
    return true;
}

tw_err asycuda_clean(struct tw_str text, struct tw_buf *out, struct tw_fault *fault)
{
    struct place at = {1, 1};
    size_t i = tw_str_starts(text, TW_STR("\xEF\xBB\xBF")) ? 3 : 0;
    if (text.n > 0 && text.s[text.n - 1] == 0x1A) text.n--; /* how files of DOS ended */
    const bool utf8 = tw_str_utf8((struct tw_str){text.s + i, text.n - i}, NULL);
    for (; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.s[i];
        const bool end = c == '\n' || c == '\r';
        if (c == '\r' && i + 1 < text.n && text.s[i + 1] == '\n') continue;
        if (end)
            tw_buf_char(out, '\n');
        else if (!put_clean(text, i, utf8, out))
            return no_text(at, c, fault);
        step(&at, end ? '\n' : utf8 ? c : 'x');
    }
    return out->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

/* -- words */

static bool more(const struct lexer *x, size_t n)
{
    return x->at + n < x->text.n;
}

static char peek(const struct lexer *x, size_t n)
{
    if (!more(x, n)) return '\0';
    return x->text.s[x->at + n];
}

static bool next_is(const struct lexer *x, const char *what)
{
    return tw_str_starts((struct tw_str){x->text.s + x->at, x->text.n - x->at}, tw_str_from(what));
}

static void pass(struct lexer *x, size_t n)
{
    for (; n > 0 && x->at < x->text.n; n--) step(&x->place, (unsigned char)x->text.s[x->at++]);
}

static void keep_comment(struct lexer *x, struct comment c)
{
    if (x->comments == x->comments_cap) {
        const size_t cap = x->comments_cap > 0 ? 2 * x->comments_cap : 64;
        struct comment *grown = tw_realloc(x->comment, cap, sizeof *grown);
        if (grown == NULL) {
            x->err = TW_NOMEM;
            return;
        }
        x->comment = grown;
        x->comments_cap = cap;
    }
    x->comment[x->comments++] = c;
}

/* A comment, if one begins here; one that is not closed ends with the text. */
static bool pass_comment(struct lexer *x)
{
    const bool line = next_is(x, "//"), block = next_is(x, "/*");
    if (!line && !block) return false;
    struct comment c = {.from = x->at, .at = x->place};
    pass(x, 2);
    const size_t from = x->at;
    while (more(x, 0) && (line ? peek(x, 0) != '\n' : !next_is(x, "*/"))) pass(x, 1);
    c.text = tw_str_trim((struct tw_str){x->text.s + from, x->at - from});
    if (block) pass(x, 2);
    keep_comment(x, c);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Box 33 is one word, blank or not. */
static void pass_box_number(struct lexer *x, struct word *w)
{
    size_t blanks = 0;
    while (peek(x, blanks) == ' ') blanks++;
    if (!asycuda_is(w->text, "box") || !is_digit(peek(x, blanks))) return;
    pass(x, blanks);
    while (is_digit(peek(x, 0))) pass(x, 1);
    w->text.n = x->at - w->from;
}

static struct word word_name(struct lexer *x, struct word w)
{
    while (is_letter(peek(x, 0)) || is_digit(peek(x, 0))) pass(x, 1);
    w.kind = WORD_NAME;
    w.text.n = x->at - w.from;
    pass_box_number(x, &w);
    return w;
}

static struct word word_number(struct lexer *x, struct word w)
{
    while (is_digit(peek(x, 0))) pass(x, 1);
    if (peek(x, 0) == '.' && is_digit(peek(x, 1))) {
        pass(x, 1);
        while (is_digit(peek(x, 0))) pass(x, 1);
    }
    w.kind = WORD_NUMBER;
    w.text.n = x->at - w.from;
    return w;
}

/* A text in quotes, straight or as a word processor makes them; it ends with its line at the latest. */
static struct word word_text(struct lexer *x, struct word w)
{
    static const char *const quote[][2] = {
        {"\"", "\""}, {"'", "'"}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}, {"\xE2\x80\x98", "\xE2\x80\x99"}};
    for (size_t i = 0; i < sizeof quote / sizeof *quote; i++) {
        if (!next_is(x, quote[i][0])) continue;
        pass(x, strlen(quote[i][0]));
        const size_t from = x->at;
        while (more(x, 0) && peek(x, 0) != '\n' && !next_is(x, quote[i][1])) pass(x, 1);
        if (!next_is(x, quote[i][1])) return w; /* not closed */
        w.kind = WORD_TEXT;
        w.text = (struct tw_str){x->text.s + from, x->at - from};
        pass(x, strlen(quote[i][1]));
        return w;
    }
    return w;
}

static struct word word_sign(struct lexer *x, struct word w)
{
    static const char *const sign[] = {"<=", ">=", "<>", ":="};
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        if (next_is(x, sign[i])) {
            pass(x, 2);
            w.text.n = 2;
            return w;
        }
    do pass(x, 1);
    while (more(x, 0) && ((unsigned char)peek(x, 0) & 0xC0) == 0x80);
    w.text.n = x->at - w.from;
    return w;
}

static struct word word_of(struct lexer *x)
{
    while (peek(x, 0) == ' ' || peek(x, 0) == '\n' || pass_comment(x))
        if (peek(x, 0) == ' ' || peek(x, 0) == '\n') pass(x, 1);
    struct word w = {.kind = WORD_SIGN, .text = {x->text.s + x->at, 0}, .from = x->at, .at = x->place};
    if (!more(x, 0)) {
        w.kind = WORD_END;
        return w;
    }
    if (is_letter(peek(x, 0))) return word_name(x, w);
    if (is_digit(peek(x, 0)) || (peek(x, 0) == '.' && is_digit(peek(x, 1)))) return word_number(x, w);
    const struct word text = word_text(x, w);
    if (text.kind == WORD_TEXT) return text;
    if (x->at > w.from) { /* a quote that is not closed: the rest of its line */
        w.text.n = x->at - w.from;
        return w;
    }
    return word_sign(x, w);
}

struct word asycuda_word(struct lexer *x)
{
    struct word w = word_of(x);
    w.to = x->at;
    w.last_line = x->place.line;
    return w;
}
