/* SPDX-License-Identifier: Apache-2.0 */
/* Only quotes, brackets and commas outside of quotes are looked at; whether what lies between them is JSON is
 * for who reads it. Bytes are kept from `from` on: the piece under way, or what has not been looked at. */
#include "message/json_split.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"

enum { BYTES = 10000000, ROOM = 16 << 10 };

enum mode { START, ARRAY, LINES, WHOLE, BEHIND, DONE };
enum want { FIRST, VALUE, COMMA };

struct tw_json_split {
    uint32_t max;
    struct tw_buf buf;
    size_t from, at;       /* in buf: see above; the next byte to be looked at */
    uint64_t base;         /* of buf in the file */
    uint32_t line, column; /* of `at` */
    bool ended;
    enum mode mode;
    enum want want; /* in an array */

    /* the piece under way */
    bool begun, dropped; /* dropped: it is too long, its bytes are gone */
    uint32_t piece_line, piece_column;
    uint64_t piece_byte;
    uint32_t depth;
    bool quoted, escaped;
};

tw_err tw_json_split_new(uint32_t bytes_max, struct tw_json_split **ret, struct tw_fault *fault)
{
    struct tw_json_split *s = tw_calloc(1, sizeof *s);
    if (s == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    s->max = bytes_max > 0 ? bytes_max : BYTES;
    tw_json_split_clear(s);
    *ret = s;
    return TW_OK;
}

void tw_json_split_free(struct tw_json_split *s)
{
    if (s == NULL) return;
    tw_buf_free(&s->buf);
    tw_free(s);
}

void tw_json_split_clear(struct tw_json_split *s)
{
    const struct tw_json_split fresh = {.max = s->max, .buf = s->buf, .line = 1, .column = 1};
    *s = fresh;
    tw_buf_clear(&s->buf);
}

char *tw_json_split_room(struct tw_json_split *s, size_t *n)
{
    struct tw_buf *b = &s->buf;
    if (s->from > 0) {
        memmove(b->p, b->p + s->from, b->n - s->from);
        s->base += s->from;
        b->n -= s->from;
        s->at -= s->from;
        s->from = 0;
    }
    if (b->cap - b->n < ROOM && tw_buf_room(b, b->n > ROOM ? b->n : ROOM) == NULL) return NULL;
    *n = b->cap - b->n;
    return b->p + b->n;
}

void tw_json_split_filled(struct tw_json_split *s, size_t n)
{
    s->buf.n += n;
}

void tw_json_split_end(struct tw_json_split *s)
{
    s->ended = true;
}

static char now(const struct tw_json_split *s)
{
    return s->buf.p[s->at];
}

static bool some(const struct tw_json_split *s)
{
    return s->at < s->buf.n;
}

static void step(struct tw_json_split *s)
{
    const unsigned char c = (unsigned char)s->buf.p[s->at++];
    if (c == '\n') {
        s->line++;
        s->column = 1;
    } else if ((c & 0xC0) != 0x80) {
        s->column++;
    }
}

static void skip_blanks(struct tw_json_split *s)
{
    while (some(s) && tw_json_is_blank(now(s))) step(s);
    s->from = s->at;
}

static void begin(struct tw_json_split *s)
{
    s->begun = true;
    s->dropped = s->quoted = s->escaped = false;
    s->depth = 0;
    s->piece_line = s->line;
    s->piece_column = s->column;
    s->piece_byte = s->base + s->at;
    s->from = s->at;
}

/* One byte of a piece; s->depth and s->quoted are those behind it. */
static void look(struct tw_json_split *s)
{
    const char c = now(s);
    if (s->quoted) {
        s->quoted = s->escaped || c != '"';
        s->escaped = !s->escaped && c == '\\';
    } else if (c == '"') {
        s->quoted = true;
    } else if (c == '{' || c == '[') {
        s->depth++;
    } else if ((c == '}' || c == ']') && s->depth > 0) {
        s->depth--;
    }
    step(s);
    s->dropped = s->dropped || s->at - s->from > s->max;
    if (s->dropped) s->from = s->at;
}

static enum tw_json_step refuse(const struct tw_json_split *s, struct tw_fault *fault, tw_err code,
                                const char *words)
{
    *fault = (struct tw_fault){.line = s->line, .column = s->column, .byte = s->base + s->at};
    TW_IGNORE(tw_fail(fault, code, "%s", words));
    return TW_JSON_REFUSED;
}

/* The piece has ended. */
static enum tw_json_step hand_out(struct tw_json_split *s, struct tw_json_piece *ret, struct tw_fault *fault)
{
    s->begun = false;
    size_t n = s->at - s->from;
    while (n > 0 && tw_json_is_blank(s->buf.p[s->from + n - 1])) n--;
    *ret = (struct tw_json_piece){.text = {s->buf.p + s->from, n},
                                  .line = s->piece_line,
                                  .column = s->piece_column,
                                  .byte = s->piece_byte};
    s->from = s->at;
    if (!s->dropped) return TW_JSON_PIECE;
    *fault = (struct tw_fault){.line = s->piece_line, .column = s->piece_column, .byte = s->piece_byte};
    snprintf(fault->path, sizeof fault->path, "bytes");
    TW_IGNORE(tw_fail(fault, TW_LIMIT, "this text has too many bytes; %u are allowed", s->max));
    return TW_JSON_REFUSED;
}

/* -- where the texts are the elements of an array */

/* What stands between two of them; TW_JSON_END: a piece begins. */
static enum tw_json_step between(struct tw_json_split *s, struct tw_fault *fault)
{
    const char c = now(s);
    const enum want want = s->want;
    if (c == ',') {
        s->want = VALUE;
        if (want != COMMA) {
            const enum tw_json_step told =
                refuse(s, fault, TW_FORMAT, "a value is missing before this comma");
            step(s);
            return told;
        }
        step(s);
        return TW_JSON_MORE;
    }
    if (c == ']') {
        enum tw_json_step told = TW_JSON_MORE;
        s->mode = BEHIND;
        if (want == VALUE) told = refuse(s, fault, TW_FORMAT, "a value is missing between the comma and ]");
        step(s);
        return told;
    }
    if (want == COMMA) {
        s->want = VALUE;
        return refuse(s, fault, TW_FORMAT, "a comma is missing between two values of the array");
    }
    begin(s);
    return TW_JSON_END;
}

static enum tw_json_step array_ends(struct tw_json_split *s, struct tw_json_piece *ret,
                                    struct tw_fault *fault)
{
    if (s->begun && s->depth == 0 && !s->quoted) {
        s->want = COMMA;
        return hand_out(s, ret, fault);
    }
    s->mode = DONE;
    if (s->begun) {
        s->line = s->piece_line;
        s->column = s->piece_column;
        return refuse(s, fault, TW_FORMAT, "the file ends within the value that begins here; was it cut?");
    }
    return refuse(s, fault, TW_FORMAT, "the file ends before its array is closed by ]; was it cut?");
}

static enum tw_json_step next_of_array(struct tw_json_split *s, struct tw_json_piece *ret,
                                       struct tw_fault *fault)
{
    while (some(s)) {
        if (!s->begun) {
            skip_blanks(s);
            if (!some(s)) break;
            const enum tw_json_step step = between(s, fault);
            if (step == TW_JSON_REFUSED || s->mode != ARRAY) return step;
            continue;
        }
        const char c = now(s);
        if (s->depth == 0 && !s->quoted && (c == ',' || c == ']')) {
            s->want = COMMA;
            return hand_out(s, ret, fault);
        }
        look(s);
    }
    return s->ended ? array_ends(s, ret, fault) : TW_JSON_MORE;
}

/* -- where they are lines, or one */

static enum tw_json_step next_of_lines(struct tw_json_split *s, struct tw_json_piece *ret,
                                       struct tw_fault *fault)
{
    if (!s->begun) {
        skip_blanks(s);
        if (some(s)) begin(s);
    }
    while (some(s) && (s->mode == WHOLE || now(s) != '\n')) look(s);
    if (!some(s) && !s->ended) return TW_JSON_MORE;
    if (s->begun) return hand_out(s, ret, fault);
    s->mode = DONE;
    return TW_JSON_END;
}

/* Nothing but blanks may stand behind an array. */
static enum tw_json_step behind(struct tw_json_split *s, struct tw_fault *fault)
{
    skip_blanks(s);
    if (!some(s) && !s->ended) return TW_JSON_MORE;
    s->mode = DONE;
    if (!some(s)) return TW_JSON_END;
    return refuse(s, fault, TW_FORMAT, "the array ends before this; nothing may stand behind it");
}

/* Which of the three is it? */
static void choose(struct tw_json_split *s)
{
    if (!s->begun && s->base == 0 && s->at == 0) {
        if (s->buf.n < 3 && !s->ended) return;
        if (s->buf.n >= 3 && memcmp(s->buf.p, "\xef\xbb\xbf", 3) == 0) s->at = 3;
    }
    if (!s->begun) skip_blanks(s);
    if (!s->begun && some(s)) {
        if (now(s) == '[') {
            step(s);
            s->from = s->at;
            s->mode = ARRAY;
            return;
        }
        begin(s);
    }
    while (some(s) && now(s) != '\n' && !s->dropped) look(s);
    if (!some(s) && !s->ended && !s->dropped) return;
    s->mode = LINES;
    if (!s->begun || s->dropped) return;
    if (s->depth > 0 || s->quoted) s->mode = WHOLE;
    s->at = s->from;
    s->line = s->piece_line;
    s->column = s->piece_column;
    s->begun = false;
}

enum tw_json_step tw_json_split_next(struct tw_json_split *s, struct tw_json_piece *ret,
                                     struct tw_fault *fault)
{
    enum tw_json_step step = TW_JSON_MORE;
    if (s->mode == START) choose(s);
    if (s->mode == ARRAY) step = next_of_array(s, ret, fault);
    if (s->mode == LINES || s->mode == WHOLE) step = next_of_lines(s, ret, fault);
    if (s->mode == BEHIND && step == TW_JSON_MORE) step = behind(s, fault);
    if (s->mode == DONE && step == TW_JSON_MORE) step = TW_JSON_END;
    return step;
}

void tw_json_piece_blame(const struct tw_json_piece *piece, struct tw_fault *fault)
{
    if (fault == NULL) return;
    if (fault->line <= 1) fault->column = piece->column + (fault->column > 0 ? fault->column - 1 : 0);
    fault->line = piece->line + (fault->line > 0 ? fault->line - 1 : 0);
    fault->byte += piece->byte;
}
