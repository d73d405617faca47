/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_structure.h"

#include <assert.h>

static const struct tw_edi_row rows[] = {
#define X(message, depth, group, tag, mandatory, most) {depth, group, tag, mandatory, most},
#include "message/edifact_structure.def"
#undef X
};
static const uint8_t message_of[] = {
#define X(message, depth, group, tag, mandatory, most) TW_EDI_##message,
#include "message/edifact_structure.def"
#undef X
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
    const char *type, *release, *words;
} messages[] = {
#define X(id, type, release, words) {type, release, words},
    TW_EDI_MESSAGE_TABLE(X)
#undef X
};

enum tw_edi_message tw_edi_message_find(struct tw_str type)
{
    unsigned m = 0;
    while (m < TW_EDI_MESSAGE_N && !tw_str_is(type, messages[m].type)) m++;
    return (enum tw_edi_message)m;
}

const char *tw_edi_message_type(enum tw_edi_message m)
{
    return messages[m].type;
}

const char *tw_edi_message_release(enum tw_edi_message m)
{
    return messages[m].release;
}

const char *tw_edi_message_words(enum tw_edi_message m)
{
    return messages[m].words;
}

const struct tw_edi_row *tw_edi_structure(enum tw_edi_message m, size_t *ret_n)
{
    size_t first = 0, n = 0;
    while (message_of[first] != m) first++;
    while (first + n < ROWS && message_of[first + n] == m) n++;
    *ret_n = n;
    return rows + first;
}

size_t tw_edi_structure_next(const struct tw_edi_row *rows_of, size_t n, size_t row)
{
    const uint8_t depth = rows_of[row].depth;
    do row++;
    while (row < n && rows_of[row].depth > depth);
    return row < n && rows_of[row].depth == depth ? row : n;
}

void tw_edi_walk_begin(enum tw_edi_message m, struct tw_edi_walk *ret)
{
    *ret = (struct tw_edi_walk){.message = m};
    ret->frame[0] = (struct tw_edi_frame){TW_EDI_NO_ROW, TW_EDI_NO_ROW, 0};
}

/* The tag that a segment or a group begins with. */
static const char *begins(size_t row)
{
    return rows[row].group > 0 ? rows[row + 1].tag : rows[row].tag;
}

/* The next row of the same group; ROWS when there is none. */
static size_t sibling(size_t row)
{
    const uint8_t depth = rows[row].depth;
    const uint8_t m = message_of[row];
    do row++;
    while (row < ROWS && message_of[row] == m && rows[row].depth > depth);
    return row < ROWS && message_of[row] == m && rows[row].depth == depth ? row : ROWS;
}

/* Where a frame goes on: the row it stands at, or its first. */
static size_t from(const struct tw_edi_walk *w, const struct tw_edi_frame *f)
{
    if (f->at != TW_EDI_NO_ROW) return f->at;
    size_t row = 0;
    while (message_of[row] != w->message) row++;
    return row;
}

struct found {
    size_t row;          /* ROWS = nowhere */
    bool often;          /* it has stood there as often as it may */
    const char *missing; /* a mandatory one before it */
    const char *rest;    /* a mandatory one anywhere further on */
};

/* Looks for the tag further on in one frame; a place that may take no more counts when there is no other. */
static struct found look(const struct tw_edi_walk *w, const struct tw_edi_frame *f, struct tw_str tag)
{
    struct found full = {ROWS, true, NULL, NULL};
    const char *missing = NULL;
    for (size_t row = from(w, f); row < ROWS; row = sibling(row)) {
        const uint32_t times = row == f->at ? f->times : 0;
        if (tw_str_is(tag, begins(row))) {
            if (times < rows[row].most) return (struct found){row, false, missing, NULL};
            if (full.row == ROWS) full = (struct found){row, true, missing, NULL};
        }
        if (rows[row].mandatory && times == 0 && missing == NULL) missing = begins(row);
    }
    full.rest = missing;
    return full;
}

static void enter(struct tw_edi_walk *w, unsigned depth, size_t row)
{
    struct tw_edi_frame *f = &w->frame[depth];
    f->times = f->at == row ? f->times + 1 : 1;
    f->at = (uint16_t)row;
    w->depth = depth;
    if (rows[row].group == 0) return;
    assert(depth + 1 < TW_EDI_DEPTH_MAX);
    w->frame[++w->depth] = (struct tw_edi_frame){(uint16_t)row, (uint16_t)(row + 1), 1};
}

enum tw_edi_stand tw_edi_walk_next(struct tw_edi_walk *w, struct tw_str tag, const char **ret_missing)
{
    const char *missing = NULL;
    struct found full = {.row = ROWS};
    unsigned full_at = 0;
    *ret_missing = NULL;
    for (unsigned d = w->depth + 1; d-- > 0;) {
        const struct found here = look(w, &w->frame[d], tag);
        if (here.row < ROWS && !here.often) {
            *ret_missing = missing != NULL ? missing : here.missing;
            enter(w, d, here.row);
            return TW_EDI_STANDS;
        }
        if (here.row < ROWS && full.row == ROWS) {
            full = here;
            full_at = d;
        }
        if (missing == NULL) missing = here.rest;
    }
    if (full.row == ROWS) return TW_EDI_STANDS_NOWHERE;
    enter(w, full_at, full.row);
    return TW_EDI_STANDS_TOO_OFTEN;
}

unsigned tw_edi_walk_group(const struct tw_edi_walk *w)
{
    return w->depth == 0 ? 0 : rows[w->frame[w->depth].group].group;
}

bool tw_edi_walk_opens(const struct tw_edi_walk *w)
{
    const struct tw_edi_frame *f = &w->frame[w->depth];
    return w->depth > 0 && f->at == f->group + 1;
}

uint32_t tw_edi_walk_ordinal(const struct tw_edi_walk *w)
{
    return w->depth == 0 ? 1 : w->frame[w->depth - 1].times;
}

void tw_edi_walk_path(const struct tw_edi_walk *w, struct tw_buf *out)
{
    const unsigned last = w->depth - (tw_edi_walk_opens(w) ? 1 : 0);
    for (unsigned d = 0; d <= last; d++) {
        if (w->frame[d].at == TW_EDI_NO_ROW) return;
        if (d > 0) tw_buf_char(out, '/');
        tw_buf_printf(out, "%s[%u]", begins(w->frame[d].at), w->frame[d].times);
    }
}
