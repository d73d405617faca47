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
    struct tw_str text; /* KEY, PLAIN, FORM; MEMBER: what is written where there is none */
    bool none;          /* MEMBER: that text is read as none */
    struct tw_str word; /* KEY: what `member` then is; absent = nothing */
};

enum { EDI_SLOTS_MAX = 24, EDI_LINES_MAX = 224 };

struct edi_line {
    enum tw_edi_message message;
    uint8_t group;
    bool begins; /* a new object */
    bool refers; /* to the object that its last member names */
    struct tw_str tag;
    struct tw_str only;  /* the event of the reports it counts in; absent = all */
    enum tw_level level; /* of its members; TW_LEVEL_N when it has none */
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

/* Is there a place for the element in the line? */
bool edi_line_has(const struct edi_line *line, enum tw_element e);

/* Any list, as TW_LIST lays it out. */
struct edi_list {
    void *at;
    size_t n;
};

/* Which objects have which lists. */
struct edi_has {
    enum tw_level owner, level;
    uint16_t offset;  /* of the list in the owner */
    const char *name; /* of the list */
};
extern const struct edi_has edi_lists[];
extern const size_t edi_lists_n;

static inline struct edi_list *edi_list_in(const struct edi_has *has, void *owner)
{
    return (struct edi_list *)(void *)((char *)owner + has->offset);
}

/* The list of that level in objects of `owner`; NULL when they have none. */
const struct edi_has *edi_list_find(enum tw_level owner, enum tw_level level);

/* Which object a message becomes, and is made of; TW_LEVEL_N: none. */
enum tw_level edi_record_level(enum tw_edi_message m);

/* What an item leaves open and its lists say: the number and kind of its packages, rate and amount of its
 * customs duty. As message/xml_read.h has it. message/edifact_finish.c */
void edi_item_derive(struct tw_item *item);

/* Which kind of contract its qualifier says a transport document is of; TW_BILL_N: not known. */
enum tw_bill edi_bill_kind(struct tw_str qualifier);

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

/* Is the slot's place written by a later one of its line? */
bool edi_slot_is_again(const struct edi_line *line, size_t slot);

/* Appends an element as EDIFACT writes it: a time in `form` (in 204, where it has seconds), an amount that
 * waits for its currency too, anything else as tw_element_print; nothing when it is absent. */
void edi_element_print(enum tw_element e, const void *object, struct tw_str form, struct tw_buf *out);

/* Appends a time's digits, in UTC: 20261123055700. */
void edi_time_digits(int64_t at, struct tw_buf *out);

/* The form that edi_element_print uses for a time. */
struct tw_str edi_time_form(enum tw_element e, const void *object, struct tw_str form);

#endif
