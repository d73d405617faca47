/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes lie in one buffer:  ... rows handed out | rec ... at ... scanned ... end | room
 *
 * csv_scan.c finds, 4 KiB at a time, every byte that may mean something (`place`); this file walks from one
 * such byte to the next and never looks at the bytes between. What a byte means depends on `state` alone, so
 * a row can be left in the middle when the bytes run out and gone on with later, and the pieces they came in
 * cannot matter.
 *
 * Three rules keep that exact:
 *   - What lies beyond the longest row is never looked at: before a quote or a line end is acted upon,
 * `overlong` asks whether it still belongs to a row of allowed length.
 *   - A CR at the end of the bytes waits for the byte behind it.
 *   - A row that ends well but is refused all the same (`bad`) is read to its end; a row whose quotes are
 * wrong (SKIP) ends with its line, or goes back to the end of the line where the quote opened. Rows are at
 * most row_bytes long and going back passes only over lines without an opening quote, so the way back and
 * forth costs at most as much again as reading.
 */
#include "message/csv.h"

#include <string.h>

#include "base/mem.h"
#include "message/csv_scan_priv.h"

enum {
    ROW_BYTES = 1 << 20,
    COLUMNS = 512,
    FIELD_BYTES = 64 << 10,
    ROW_BYTES_MAX = 64 << 20,
    COLUMNS_MAX = 1 << 16,
    ROOM = 64 << 10,       /* least room offered */
    ROOM_MOST = 128 << 10, /* more would leave the fast caches */
    CHEAP_MOVE = 4096      /* bytes rather moved to the front of the buffer than left where they are */
};

enum state {
    PLAIN,  /* in a field without quotes, or at the start of a field */
    QUOTED, /* inside quotes */
    CLOSED, /* behind a quote inside quotes: it closes the field, or it is doubled */
    SKIP,   /* to the end of a line that is refused */
    DROP    /* to the end of a line whose beginning has been refused as too long */
};

/* What a place led to. */
enum outcome { GO_ON, WAIT, ROW, REFUSED, END };

struct tw_csv {
    struct tw_csv_config limit;
    csv_scan_fn *scan;
    char *buf, *scratch; /* scratch: fields whose doubled quotes had to go */
    size_t cap, end, rec, scanned;
    uint64_t base;       /* offset of buf[0] in the text */
    uint32_t line, here; /* of rec; of the place being looked at */
    bool begun, ended;   /* the byte order mark has been looked for; no more bytes will come */

    enum state state;
    bool doubled; /* the field being read has doubled quotes */
    bool bad;     /* the row is refused: `fault` */
    bool row_odd, window_odd;
    size_t field_at;          /* start of the field being read */
    size_t open_at, close_at; /* its quotes */
    size_t after_open;        /* behind the first line end inside its quotes; 0 = none */
    uint32_t open_line;
    uint32_t n, columns; /* fields read; fields of the first row, 0 = not known yet */
    size_t scratch_n;
    struct tw_str *field;
    struct tw_fault fault;

    ptrdiff_t window; /* place[i] stands at buf[window + place[i]] */
    size_t place_i, place_n;
    uint16_t place[CSV_PLACES];
};

static tw_err check_config(const struct tw_csv_config *c, struct tw_fault *fault)
{
    if (c->separator <= 0 || c->separator == '"' || c->separator == '\n' || c->separator == '\r')
        return tw_fail(fault, TW_ARG, "the separator must be one ASCII character, no quote and no line end");
    if (c->row_bytes > ROW_BYTES_MAX || c->field_bytes > ROW_BYTES_MAX || c->columns > COLUMNS_MAX)
        return tw_fail(fault, TW_ARG, "at most %d bytes a row or field and %d columns can be allowed",
                       ROW_BYTES_MAX, COLUMNS_MAX);
    return TW_OK;
}

tw_err tw_csv_new(const struct tw_csv_config *config, struct tw_csv **ret, struct tw_fault *fault)
{
    struct tw_csv_config limit = config != NULL ? *config : (struct tw_csv_config){0};
    if (limit.separator == 0) limit.separator = ',';
    if (limit.row_bytes == 0) limit.row_bytes = ROW_BYTES;
    if (limit.columns == 0) limit.columns = COLUMNS;
    if (limit.field_bytes == 0) limit.field_bytes = FIELD_BYTES;
    TW_TRY(check_config(&limit, fault));
    csv_scan_fn *scan = csv_scan_for(limit.simd);
    if (scan == NULL) return tw_fail(fault, TW_ARG, "this machine has no such vector instructions");
    TW_SCOPED(tw_csv) *csv = tw_calloc(1, sizeof *csv);
    if (csv == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    csv->limit = limit;
    csv->scan = scan;
    csv->line = csv->here = 1;
    csv->cap = (size_t)limit.row_bytes + ROOM_MOST;
    csv->buf = tw_calloc(csv->cap + CSV_PAD, 1);
    csv->scratch = tw_calloc((size_t)limit.row_bytes + TW_CSV_PAD, 1);
    csv->field = tw_calloc(limit.columns, sizeof *csv->field);
    if (csv->buf == NULL || csv->scratch == NULL || csv->field == NULL)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    *ret = csv;
    csv = NULL;
    return TW_OK;
}

void tw_csv_free(struct tw_csv *csv)
{
    if (csv == NULL) return;
    tw_free(csv->buf);
    tw_free(csv->scratch);
    tw_free(csv->field);
    tw_free(csv);
}

/* Moves the unread bytes to the front and everything that points at them. */
static void move_to_front(struct tw_csv *csv)
{
    const size_t by = csv->rec;
    if (by == 0) return;
    memmove(csv->buf, csv->buf + by, csv->end - by);
    for (uint32_t i = 0; i < csv->n; i++) {
        const uintptr_t offset = (uintptr_t)csv->field[i].s - (uintptr_t)csv->buf;
        if (offset <= csv->end) csv->field[i].s = csv->buf + (offset - by); /* the others lie in scratch */
    }
    csv->base += by;
    csv->end -= by;
    csv->scanned -= by;
    csv->rec = 0;
    csv->field_at -= by;
    csv->open_at -= by;
    csv->close_at -= by;
    csv->after_open -= csv->after_open > 0 ? by : 0;
    csv->window -= (ptrdiff_t)by;
}

char *tw_csv_room(struct tw_csv *csv, size_t *n)
{
    if (csv->end - csv->rec <= CHEAP_MOVE || csv->cap - csv->end < ROOM) move_to_front(csv);
    *n = csv->cap - csv->end < ROOM_MOST ? csv->cap - csv->end : ROOM_MOST;
    return csv->buf + csv->end;
}

void tw_csv_filled(struct tw_csv *csv, size_t n)
{
    csv->end += n;
}

void tw_csv_end(struct tw_csv *csv)
{
    csv->ended = true;
}

static void start_row(struct tw_csv *csv, size_t at, uint32_t line)
{
    csv->rec = csv->field_at = csv->open_at = csv->close_at = at;
    csv->line = csv->here = line;
    csv->state = PLAIN;
    csv->n = 0;
    csv->scratch_n = 0;
    csv->after_open = 0;
    csv->bad = csv->doubled = false;
    csv->row_odd = csv->window_odd;
}

/* Notes why the row is refused, unless an earlier reason is noted already. */
#define REFUSE(csv, at, ln, col, ...)                                                                        \
    do {                                                                                                     \
        if (!(csv)->bad) {                                                                                   \
            (csv)->bad = true;                                                                               \
            (csv)->fault = (struct tw_fault){.byte = (csv)->base + (at), .line = (ln), .column = (col)};     \
            TW_IGNORE(tw_fail(&(csv)->fault, __VA_ARGS__));                                                  \
        }                                                                                                    \
    } while (0)

/* Writes a quoted field with its doubled quotes made single behind the other such fields in scratch. */
static struct tw_str undouble(struct tw_csv *csv, const char *s, size_t n)
{
    char *out = csv->scratch + csv->scratch_n, *const start = out;
    for (const char *const end = s + n; s < end;) {
        const char *quote = memchr(s, '"', (size_t)(end - s));
        const size_t run = quote == NULL ? (size_t)(end - s) : (size_t)(quote - s) + 1;
        memcpy(out, s, run);
        out += run;
        s += run + (quote != NULL);
    }
    csv->scratch_n += (size_t)(out - start);
    return (struct tw_str){start, (size_t)(out - start)};
}

/* Takes the field that ends before buf[at]. */
static void push_field(struct tw_csv *csv, size_t at)
{
    struct tw_str f = {csv->buf + csv->field_at, at - csv->field_at};
    const uint32_t line = csv->state == CLOSED ? csv->open_line : csv->here;
    if (csv->state == CLOSED) {
        f = (struct tw_str){csv->buf + csv->open_at + 1, csv->close_at - csv->open_at - 1};
        if (csv->doubled) f = undouble(csv, f.s, f.n);
        csv->state = PLAIN;
        csv->doubled = false;
        csv->after_open = 0;
    }
    if (f.n > csv->limit.field_bytes)
        REFUSE(csv, csv->field_at, line, csv->n + 1, TW_LIMIT,
               "this field has %zu bytes; at most %u are allowed; is a quote missing?", f.n,
               csv->limit.field_bytes);
    if (csv->n == csv->limit.columns)
        REFUSE(csv, csv->field_at, line, csv->n + 1, TW_LIMIT,
               "this row has more than %u columns, the most allowed", csv->limit.columns);
    else
        csv->field[csv->n++] = f;
    csv->field_at = at + 1;
}

/* Which field of the row holds byte `bad` of it, 1-based. */
static uint32_t column_of(struct tw_str row, size_t bad, char separator)
{
    uint32_t column = 1;
    bool quoted = false;
    for (size_t i = 0; i < bad; i++) {
        if (row.s[i] == '"')
            quoted = !quoted;
        else if (row.s[i] == separator && !quoted)
            column++;
    }
    return column;
}

static void check_text(struct tw_csv *csv, struct tw_str row)
{
    size_t bad = 0;
    if (tw_str_utf8(row, &bad)) return;
    const unsigned byte = (unsigned char)row.s[bad];
    const uint32_t column = column_of(row, bad, csv->limit.separator);
    if (byte == 0)
        REFUSE(csv, csv->rec + bad, csv->line, column, TW_FORMAT,
               "a byte 0 stands in the text; save the file as CSV UTF-8 (this looks like UTF-16 or no text "
               "at all)");
    else
        REFUSE(
            csv, csv->rec + bad, csv->line, column, TW_FORMAT,
            "byte 0x%02x does not belong to UTF-8; save the file as CSV UTF-8 (not Latin-1 or Windows-1252)",
            byte);
}

/* The row ends before buf[end]; the next one begins at buf[next]. */
static enum outcome end_row(struct tw_csv *csv, size_t end, size_t next, struct tw_csv_row *ret)
{
    const bool empty = csv->state == PLAIN && csv->n == 0 && end == csv->rec;
    const bool skipped = csv->state == SKIP;
    const uint32_t next_line = csv->here + (next > end);
    if (empty || csv->state == DROP) {
        start_row(csv, next, next_line);
        return GO_ON;
    }
    if (!skipped) push_field(csv, end);
    if (csv->row_odd && !csv->bad) check_text(csv, (struct tw_str){csv->buf + csv->rec, end - csv->rec});
    if (csv->columns == 0 && !csv->bad) csv->columns = csv->n;
    if (csv->n != csv->columns && !csv->bad)
        REFUSE(csv, csv->rec, csv->line, csv->n < csv->columns ? csv->n : csv->columns + 1, TW_FORMAT,
               "this row has %u fields where the first row has %u; quote fields that contain the separator",
               csv->n, csv->columns);
    *ret = (struct tw_csv_row){.field = csv->field,
                               .n = csv->n,
                               .raw = {csv->buf + csv->rec, next - csv->rec},
                               .line = csv->line,
                               .byte = csv->base + csv->rec};
    const bool bad = csv->bad;
    start_row(csv, next, next_line);
    return bad ? REFUSED : ROW;
}

/* A row whose end is not known is refused: what is kept of it is handed out, and reading goes on at
 * buf[next]. */
static enum outcome break_row(struct tw_csv *csv, size_t keep, size_t next, enum state state,
                              struct tw_csv_row *ret)
{
    *ret = (struct tw_csv_row){.field = csv->field,
                               .n = csv->n,
                               .raw = {csv->buf + csv->rec, keep},
                               .line = csv->line,
                               .byte = csv->base + csv->rec,
                               .cut = state == DROP};
    start_row(csv, next, csv->here);
    csv->state = state;
    return REFUSED;
}

/* Goes back to the line behind the one in which the open quote stands. */
static enum outcome go_back(struct tw_csv *csv, struct tw_csv_row *ret)
{
    csv->here = csv->open_line + 1;
    csv->scanned = csv->after_open;
    csv->place_i = csv->place_n = 0;
    csv->window_odd = false; /* the scan that follows tells */
    return break_row(csv, csv->after_open - csv->rec, csv->after_open, PLAIN, ret);
}

/* The row goes on beyond the longest allowed; buf[at] is behind that. */
static enum outcome overlong(struct tw_csv *csv, size_t at, struct tw_csv_row *ret)
{
    if (csv->state == QUOTED) {
        csv->bad = false; /* the quote explains the rest */
        REFUSE(csv, csv->open_at, csv->open_line, csv->n + 1, TW_LIMIT,
               "the quote that opens here is not closed within %u bytes, the longest row allowed; close it",
               csv->limit.row_bytes);
        if (csv->after_open > 0) return go_back(csv, ret);
    } else if (csv->state != SKIP) {
        csv->bad = false;
        REFUSE(csv, csv->rec, csv->line, 0, TW_LIMIT, "this row is longer than %u bytes, the longest allowed",
               csv->limit.row_bytes);
    }
    return break_row(csv, csv->limit.row_bytes, at, DROP, ret);
}

static enum outcome not_closed(struct tw_csv *csv, struct tw_csv_row *ret)
{
    csv->bad = false;
    REFUSE(csv, csv->open_at, csv->open_line, csv->n + 1, TW_FORMAT,
           "the quote that opens here is never closed; close it before the next separator or line end");
    if (csv->after_open > 0) return go_back(csv, ret);
    csv->state = SKIP;
    return end_row(csv, csv->end, csv->end, ret);
}

/* Something follows a closing quote that may not. */
static enum outcome not_doubled(struct tw_csv *csv, struct tw_csv_row *ret)
{
    csv->bad = false;
    REFUSE(csv, csv->open_at, csv->open_line, csv->n + 1, TW_FORMAT,
           "text follows the closing quote (line %u) of the field that opens here; double the quotes inside "
           "a field",
           csv->here);
    if (csv->after_open > 0) return go_back(csv, ret);
    csv->state = SKIP;
    return GO_ON;
}

/* A quote at buf[at]. */
static enum outcome take_quote(struct tw_csv *csv, size_t at)
{
    switch (csv->state) {
    case PLAIN:
        if (at == csv->field_at) {
            csv->state = QUOTED;
            csv->open_at = at;
            csv->open_line = csv->here;
            csv->after_open = 0;
            break;
        }
        REFUSE(csv, at, csv->here, csv->n + 1, TW_FORMAT,
               "a quote stands inside a field without quotes; put quotes around the field and double those "
               "inside");
        csv->state = SKIP;
        break;
    case QUOTED:
        csv->state = CLOSED;
        csv->close_at = at;
        break;
    case CLOSED:
        csv->state = QUOTED;
        csv->doubled = true;
        break;
    case SKIP:
    case DROP:
        break;
    }
    return GO_ON;
}

/* A CR or LF at buf[at]. */
static enum outcome take_line_end(struct tw_csv *csv, size_t at, struct tw_csv_row *ret)
{
    size_t next = at + 1;
    if (csv->buf[at] == '\r') {
        if (next == csv->end && !csv->ended) return WAIT;
        if (next < csv->end && csv->buf[next] == '\n') next++;
    }
    if (next - at == 2) { /* its LF is the next place */
        if (csv->place_i + 1 < csv->place_n)
            csv->place_i++;
        else if (csv->scanned < next)
            csv->scanned = next;
    }
    if (csv->state != QUOTED) return end_row(csv, at, next, ret);
    csv->here++;
    if (csv->after_open == 0) csv->after_open = next;
    return GO_ON;
}

/* One place that is not a separator ending a plain field of allowed length. Leaves place_i on it when it
 * WAITs. */
static enum outcome take_place(struct tw_csv *csv, struct tw_csv_row *ret)
{
    const size_t at = (size_t)(csv->window + csv->place[csv->place_i]);
    const char c = csv->buf[at];
    const bool separator = c == csv->limit.separator;
    enum outcome outcome = GO_ON;
    const bool harmless = csv->state == DROP || (separator && csv->state != CLOSED);
    if (at - csv->rec > csv->limit.row_bytes && !harmless) return overlong(csv, at, ret);
    if (csv->state == CLOSED && at != csv->close_at + 1) return not_doubled(csv, ret);
    if (separator) {
        if (csv->state == PLAIN || csv->state == CLOSED) push_field(csv, at);
    } else if (c == '"') {
        outcome = take_quote(csv, at);
    } else {
        outcome = take_line_end(csv, at, ret);
        if (outcome == WAIT) return WAIT;
    }
    csv->place_i++;
    return outcome;
}

/* Plain fields one after another: the everyday case, with nothing in its way. Only those that begin and end
 * in the window, so that they cannot be too long. */
static void take_plain_fields(struct tw_csv *csv)
{
    if (csv->window < 0 || csv->field_at < (size_t)csv->window || csv->limit.field_bytes < CSV_WINDOW) return;
    const char *const window = csv->buf + csv->window;
    const char *from = csv->buf + csv->field_at;
    const char separator = csv->limit.separator;
    const size_t left = csv->place_n - csv->place_i, room = csv->limit.columns - csv->n;
    const uint16_t *place = csv->place + csv->place_i;
    const uint16_t *const end = place + (left < room ? left : room);
    struct tw_str *field = csv->field + csv->n;
    for (; place < end; place++) {
        const char *const at = window + *place;
        if (*at != separator) break;
        *field++ = (struct tw_str){from, (size_t)(at - from)};
        from = at + 1;
    }
    csv->place_i = (size_t)(place - csv->place);
    csv->field_at = (size_t)(from - csv->buf);
    csv->n = (uint32_t)(field - csv->field);
}

/* No place is left in what has come. */
static enum outcome out_of_places(struct tw_csv *csv, struct tw_csv_row *ret)
{
    if (csv->state == DROP) {
        start_row(csv, csv->end, csv->here);
        csv->state = DROP;
    }
    if (csv->end - csv->rec > csv->limit.row_bytes) return overlong(csv, csv->end, ret);
    if (!csv->ended) return WAIT;
    if (csv->rec == csv->end) return END;
    if (csv->state == QUOTED) return not_closed(csv, ret);
    if (csv->state == CLOSED && csv->close_at + 1 != csv->end) {
        const enum outcome outcome = not_doubled(csv, ret);
        if (outcome != GO_ON) return outcome;
    }
    return end_row(csv, csv->end, csv->end, ret);
}

static void scan_window(struct tw_csv *csv)
{
    const size_t left = csv->end - csv->scanned, n = left < CSV_WINDOW ? left : CSV_WINDOW;
    csv->place_n = csv->scan((const unsigned char *)csv->buf + csv->scanned, n,
                             (unsigned char)csv->limit.separator, csv->place, &csv->window_odd);
    csv->place_i = 0;
    csv->window = (ptrdiff_t)csv->scanned;
    csv->scanned += n;
    csv->row_odd |= csv->window_odd;
}

/* Skips a byte order mark. False = more bytes are needed to tell. */
static bool begin(struct tw_csv *csv)
{
    const char *p = csv->buf;
    if (csv->end < 3 && !csv->ended) return false;
    csv->begun = true;
    if (csv->end >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        csv->scanned = 3;
        start_row(csv, 3, 1);
    } else if (csv->end >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
        REFUSE(csv, 0, 1, 1, TW_FORMAT, "this text is UTF-16; save the file as CSV UTF-8");
    }
    return true;
}

enum tw_csv_step tw_csv_next(struct tw_csv *csv, struct tw_csv_row *ret, struct tw_fault *fault)
{
    if (!csv->begun && !begin(csv)) return TW_CSV_MORE;
    enum outcome outcome = GO_ON;
    while (outcome == GO_ON) {
        if (csv->state == PLAIN) take_plain_fields(csv);
        if (csv->place_i < csv->place_n)
            outcome = take_place(csv, ret);
        else if (csv->scanned < csv->end)
            scan_window(csv);
        else
            outcome = out_of_places(csv, ret);
    }
    if (outcome == REFUSED) *fault = csv->fault;
    static const enum tw_csv_step step[] = {TW_CSV_MORE, TW_CSV_MORE, TW_CSV_ROW, TW_CSV_REFUSED, TW_CSV_END};
    return step[outcome];
}
