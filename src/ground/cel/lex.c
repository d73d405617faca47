/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "cel/build_priv.h"

/* -- faults of a text, and memory */

void tw_cel_place(struct tw_str source, uint32_t byte, struct tw_fault *fault)
{
    if (fault == NULL) return;
    fault->byte = byte;
    fault->line = fault->column = 1;
    for (uint32_t i = 0; i < byte && i < source.n; i++) {
        if (source.s[i] == '\n') {
            fault->line++;
            fault->column = 1;
        } else if (((unsigned char)source.s[i] & 0xc0) != 0x80) {
            fault->column++;
        }
    }
}

void *tw_cel_refuse(struct tw_cel_build *b, tw_err err, uint32_t byte, const char *fmt, ...)
{
    if (b->err != TW_OK) return NULL;
    char note[sizeof b->fault->note];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(note, sizeof note, fmt, ap);
    va_end(ap);
    b->err = tw_fail(b->fault, err, "%s", note);
    tw_cel_place(b->source, byte, b->fault);
    return NULL;
}

void *tw_cel_starved(struct tw_cel_build *b)
{
    if (b->err == TW_OK) b->err = tw_fail(b->fault, TW_NOMEM, "no memory to compile the expression");
    return NULL;
}

void *tw_cel_room(struct tw_cel_build *b, size_t n, size_t size)
{
    void *p = tw_arena_array(b->scratch, n > 0 ? n : 1, size);
    return p != NULL ? p : tw_cel_starved(b);
}

/* -- tokens */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at(const struct tw_cel_build *b, size_t i)
{
    if (i < b->source.n) return b->source.s[i];
    return '\0'; /* there is no such character behind the end; one within means nothing either */
}

static uint32_t skip_blanks(const struct tw_cel_build *b, uint32_t i)
{
    const struct tw_str s = b->source;
    for (; i < s.n; i++) {
        if (s.s[i] == '/' && at(b, i + 1) == '/') {
            while (i < s.n && s.s[i] != '\n') i++;
            if (i == s.n) break;
        }
        if (s.s[i] != ' ' && s.s[i] != '\t' && s.s[i] != '\n' && s.s[i] != '\r' && s.s[i] != '\f') break;
    }
    return i;
}

/* Does a text begin here: a quote, or one to two letters of b, r and a quote? */
static bool begins_text(const struct tw_cel_build *b, uint32_t i)
{
    for (int letters = 0; letters < 3; letters++, i++) {
        const char c = at(b, i);
        if (c == '"' || c == '\'') return true;
        if (c != 'b' && c != 'B' && c != 'r' && c != 'R') return false;
    }
    return false;
}

static bool quoted(struct tw_cel_build *b, uint32_t from)
{
    uint32_t i = from + 1;
    while (is_letter(at(b, i)) || is_digit(at(b, i)) || at(b, i) == '.' || at(b, i) == '-' ||
           at(b, i) == '/' || at(b, i) == ' ')
        i++;
    if (at(b, i) != '`' || i == from + 1)
        return tw_cel_refuse(b, TW_FORMAT, from,
                             "a name in ` ` has letters, digits, blanks and _ . - / and ends with `") != NULL;
    b->token = (struct tw_cel_token){.kind = TW_CEL_TOKEN_QUOTED,
                                     .byte = from,
                                     .end = i + 1,
                                     .text = {b->source.s + from + 1, i - from - 1}};
    b->at = i + 1;
    return true;
}

static bool sign(struct tw_cel_build *b, uint32_t from)
{
    static const struct {
        char text[3];
        int kind;
    } two[] = {{"==", TW_CEL_TOKEN_EQ}, {"!=", TW_CEL_TOKEN_NE},  {"<=", TW_CEL_TOKEN_LE},
               {">=", TW_CEL_TOKEN_GE}, {"&&", TW_CEL_TOKEN_AND}, {"||", TW_CEL_TOKEN_OR}};
    const char first = at(b, from), second = at(b, from + 1);
    b->token = (struct tw_cel_token){.kind = (unsigned char)first, .byte = from, .end = from + 1};
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (first == two[i].text[0] && second == two[i].text[1])
            b->token = (struct tw_cel_token){.kind = two[i].kind, .byte = from, .end = from + 2};
    b->at = b->token.end;
    if (b->token.kind > 255 || strchr("<>!?:.,+-*/%()[]{}", first) != NULL) return true;
    const char *what = first == '='   ? "equal is written =="
                       : first == '&' ? "and is written &&"
                       : first == '|' ? "or is written ||"
                                      : "this character has no meaning here";
    return tw_cel_refuse(b, TW_FORMAT, from, "%s", what) != NULL;
}

bool tw_cel_next(struct tw_cel_build *b)
{
    if (b->err != TW_OK) return false;
    b->behind = b->token.end;
    const uint32_t from = skip_blanks(b, b->at);
    const char c = at(b, from);
    if (from >= b->source.n) {
        b->token = (struct tw_cel_token){
            .kind = TW_CEL_TOKEN_END, .byte = (uint32_t)b->source.n, .end = (uint32_t)b->source.n};
        b->at = from;
        return true;
    }
    const bool text = begins_text(b, from);
    if (text || is_digit(c) || (c == '.' && is_digit(at(b, from + 1)))) {
        struct tw_cel_token t = {.kind = TW_CEL_TOKEN_LITERAL, .byte = from, .end = from};
        const bool read =
            text ? tw_cel_literal_text(b, &t.end, &t.value) : tw_cel_literal_number(b, &t.end, &t.value);
        if (!read) return false;
        b->token = t;
        b->at = t.end;
        return true;
    }
    if (is_letter(c)) {
        uint32_t i = from;
        while (is_letter(at(b, i)) || is_digit(at(b, i))) i++;
        b->token = (struct tw_cel_token){
            .kind = TW_CEL_TOKEN_NAME, .byte = from, .end = i, .text = {b->source.s + from, i - from}};
        b->at = i;
        return true;
    }
    return c == '`' ? quoted(b, from) : sign(b, from);
}
