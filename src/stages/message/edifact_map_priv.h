/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_map_priv.h -- the lines of message/edifact_map.def, taken apart.
 *
 * In : nothing.
 * Out: for each line its segment and what stands at its places.
 * Not: what a message holds.
 */
#ifndef TW_MESSAGE_EDIFACT_MAP_PRIV_H
#define TW_MESSAGE_EDIFACT_MAP_PRIV_H

#include "decl/element.h"
#include "message/edifact.h"
#include "message/edifact_structure.h"

enum edi_slot_kind {
    EDI_KEY,     /* the value must be this */
    EDI_PLAIN,   /* this value says nothing new */
    EDI_ORDINAL, /* the number of its group among its like */
    EDI_MEMBER,  /* an element */
    EDI_FORM     /* unit or form of the element beside it */
};

struct edi_slot {
    enum edi_slot_kind kind;
    uint8_t element, component;
    uint8_t pieces; /* MEMBER: so many components from here on; 1 = one */
    uint16_t width; /* MEMBER of several: characters in each; 0 = each is a line */
    enum tw_element member;
    struct tw_str text; /* KEY, PLAIN, FORM */
};

enum { EDI_SLOTS_MAX = 24, EDI_LINES_MAX = 128 };

struct edi_line {
    enum tw_edi_message message;
    uint8_t group;
    bool begins; /* a new object */
    struct tw_str tag;
    enum tw_level level; /* of its members */
    uint8_t members;     /* EDI_MEMBER slots */
    size_t n;
    struct edi_slot slot[EDI_SLOTS_MAX];
};

struct edi_map {
    size_t n;
    struct edi_line line[EDI_LINES_MAX];
};

void edi_map_parse(struct edi_map *ret);

/* The first line that fits a segment of that group; NULL when there is none. */
const struct edi_line *edi_map_find(const struct edi_map *m, enum tw_edi_message message, unsigned group,
                                    const struct tw_edi_segment *s);

/* What stands at a place; NULL when the line does not name it. */
const struct edi_slot *edi_line_at(const struct edi_line *line, const struct tw_edi_value *v);

/* -- values: message/edifact_value.c */

bool edi_all_digits(struct tw_str text);

/* Appends one text: as it is where that is UTF-8, from ISO 8859-1 where not. */
void edi_put_utf8(struct tw_buf *out, struct tw_str text);

/* Does an amount stay what it was written as, in a currency's minor units? TW_RANGE: it is rounded. */
tw_err edi_money_exact(struct tw_str text, struct tw_str currency, struct tw_fault *fault) TW_MUST_CHECK;

/* The form or unit that stands beside a value, or the usual one; absent where the line has no place for it.
 */
struct tw_str edi_value_form(const struct edi_line *line, const struct edi_slot *slot,
                             const struct tw_edi_segment *s);

/* Appends the value of a MEMBER slot as decl/element.h reads it: times as ISO 8601, numbers with a point, the
 * components of a text joined and UTF-8, behind what `out` has already. TW_FORMAT, TW_NOTFOUND (no such form
 * of time)
 */
tw_err edi_value_text(const struct edi_line *line, const struct edi_slot *slot,
                      const struct tw_edi_segment *s, struct tw_buf *out, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
