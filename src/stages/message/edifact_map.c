/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_map_priv.h"

#include <assert.h>
#include <stddef.h>

static const struct {
    enum tw_edi_message message;
    uint8_t group;
    const char *text;
} lines[] = {
#define X(message, group, text) {TW_EDI_##message, group, text},
#include "message/edifact_map.def"
#undef X
};
enum { LINES = sizeof lines / sizeof *lines };
_Static_assert((int)LINES <= (int)EDI_LINES_MAX, "EDI_LINES_MAX is too small");

#define HAS(OWNER, object, LEVEL, list)                                                                      \
    {                                                                                                        \
        TW_LEVEL_##OWNER, TW_LEVEL_##LEVEL, offsetof(struct object, list), #list                             \
    }
const struct edi_has edi_lists[] = {
    HAS(MANIFEST, tw_manifest, CONTAINER, containers),
    HAS(MANIFEST, tw_manifest, CONSIGNMENT, consignments),
    HAS(CONSIGNMENT, tw_consignment, CONTAINER, containers),
    HAS(CONSIGNMENT, tw_consignment, CONSIGNMENT_ITEM, items),
    HAS(CONSIGNMENT, tw_consignment, PREVIOUS_DOCUMENT, previous_documents),
    HAS(CONSIGNMENT_ITEM, tw_consignment_item, CONTAINER, containers),
    HAS(DECL, tw_decl, AUTHORISATION, authorisations),
    HAS(DECL, tw_decl, GUARANTEE, guarantees),
    HAS(DECL, tw_decl, DOCUMENT, documents),
    HAS(DECL, tw_decl, PREVIOUS_DOCUMENT, previous_documents),
    HAS(DECL, tw_decl, CONTAINER, containers),
    HAS(DECL, tw_decl, CHARGE, charges),
    HAS(DECL, tw_decl, STATEMENT, statements),
    HAS(DECL, tw_decl, FISCAL_PARTY, fiscal_parties),
    HAS(DECL, tw_decl, AMENDMENT, amendments),
    HAS(DECL, tw_decl, ITEM, items),
    HAS(AMENDMENT, tw_amendment, POINTER, pointers),
    HAS(NOTIFICATION, tw_notification, REMARK, remarks),
    HAS(NOTIFICATION, tw_notification, AMENDMENT, amendments),
    HAS(NOTIFICATION, tw_notification, ERROR, errors),
    HAS(NOTIFICATION, tw_notification, STATUS, statuses),
    HAS(NOTIFICATION, tw_notification, CONTACT_OFFICE, contact_offices),
    HAS(NOTIFICATION, tw_notification, PAYMENT, payments),
    HAS(NOTIFICATION, tw_notification, NOTIFIED_ITEM, items),
    HAS(REMARK, tw_remark, POINTER, pointers),
    HAS(ERROR, tw_notified_error, POINTER, pointers),
    HAS(STATUS, tw_status, POINTER, pointers),
    HAS(CONTACT_OFFICE, tw_contact_office, CONTACT, contacts),
    HAS(PAYMENT, tw_payment, GUARANTEE, guarantees),
    HAS(NOTIFIED_ITEM, tw_notified_item, TAX_LINE, taxes),
    HAS(ITEM, tw_item, PACKAGE, packages),
    HAS(ITEM, tw_item, DOCUMENT, documents),
    HAS(ITEM, tw_item, PREVIOUS_DOCUMENT, previous_documents),
    HAS(ITEM, tw_item, CONTAINER, containers),
    HAS(ITEM, tw_item, DUTY, duties),
    HAS(ITEM, tw_item, CHARGE, charges),
    HAS(ITEM, tw_item, STATEMENT, statements),
    HAS(ITEM, tw_item, FISCAL_PARTY, fiscal_parties),
};
const size_t edi_lists_n = sizeof edi_lists / sizeof *edi_lists;

const struct edi_has *edi_list_find(enum tw_level owner, enum tw_level level)
{
    for (size_t i = 0; i < edi_lists_n; i++)
        if (edi_lists[i].owner == owner && edi_lists[i].level == level) return &edi_lists[i];
    return NULL;
}

enum tw_level edi_record_level(enum tw_edi_message m)
{
    static const enum tw_level of[] = {[TW_EDI_CUSCAR] = TW_LEVEL_MANIFEST,
                                       [TW_EDI_CUSDEC] = TW_LEVEL_DECL,
                                       [TW_EDI_CUSRES] = TW_LEVEL_NOTIFICATION,
                                       [TW_EDI_COARRI] = TW_LEVEL_MOVEMENT,
                                       [TW_EDI_CODECO] = TW_LEVEL_MOVEMENT};
    return (unsigned)m < sizeof of / sizeof *of ? of[m] : TW_LEVEL_N;
}

static unsigned number_of(struct tw_str text)
{
    int64_t v = 1;
    TW_IGNORE(tw_str_i64(text, &v));
    return (unsigned)v;
}

static void add_member(struct edi_line *line, enum tw_element e)
{
    assert(line->members == 0 || line->level == tw_element_row(e)->level);
    line->level = tw_element_row(e)->level;
    line->members++;
}

/* The table is ours: what is wrong in it is a fault of the program, and any test finds it. */
static void parse_slot(struct tw_str text, struct edi_line *line, unsigned element, unsigned component)
{
    if (text.n == 0) return;
    assert(line->n < EDI_SLOTS_MAX);
    struct edi_slot *slot = &line->slot[line->n++];
    *slot = (struct edi_slot){.kind = EDI_PLAIN,
                              .element = (uint8_t)element,
                              .component = (uint8_t)component,
                              .pieces = 1,
                              .member = TW_ELEMENT_N,
                              .text = text};
    if (text.s[0] == '#') slot->kind = EDI_ORDINAL;
    if (text.s[0] == '=') {
        slot->kind = EDI_KEY;
        struct tw_str says = {NULL, 0};
        slot->text = tw_str_cut((struct tw_str){text.s + 1, text.n - 1}, '>', &says);
        if (says.n == 0) return;
        slot->member = tw_element_find_any(tw_str_cut(says, '=', &slot->word));
        assert(slot->member != TW_ELEMENT_N);
        add_member(line, slot->member);
    }
    if (text.s[0] == '<') {
        slot->kind = EDI_FORM;
        slot->text = (struct tw_str){text.s + 1, text.n - 2};
    }
    if (text.s[0] != '{') return;
    struct tw_str size = {NULL, 0}, width = {NULL, 0};
    const struct tw_str inner = {text.s + 1, text.n - 2};
    slot->none = memchr(inner.s, '~', inner.n) != NULL;
    const struct tw_str whole = tw_str_cut(inner, slot->none ? '~' : '|', &slot->text);
    const struct tw_str name = tw_str_cut(whole, '*', &size);
    slot->kind = EDI_MEMBER;
    slot->member = tw_element_find_any(name);
    assert(slot->member != TW_ELEMENT_N);
    if (size.n > 0) {
        slot->pieces = (uint8_t)number_of(tw_str_cut(size, 'x', &width));
        slot->width = (uint16_t)number_of(width);
    }
    add_member(line, slot->member);
}

/* The objects whose elements begin with that name. */
static enum tw_level level_named(struct tw_str name)
{
    for (int e = TW_ELEMENT_N + 1; e < TW_ELEMENT_END; e++) {
        struct tw_str rest;
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (tw_str_eq(tw_str_cut(tw_str_from(row->name), '.', &rest), name)) return row->level;
    }
    return TW_LEVEL_N;
}

void edi_map_parse(struct edi_map *ret)
{
    ret->n = LINES;
    for (size_t i = 0; i < LINES; i++) {
        struct edi_line *line = &ret->line[i];
        struct tw_str rest = tw_str_from(lines[i].text);
        *line = (struct edi_line){.message = lines[i].message, .group = lines[i].group, .level = TW_LEVEL_N};
        line->tag = tw_str_cut(rest, '+', &rest);
        if (line->tag.n > 0 && memchr(line->tag.s, '?', line->tag.n) != NULL)
            line->only = tw_str_cut(line->tag, '?', &line->tag);
        if (line->tag.n > 0 && memchr(line->tag.s, '>', line->tag.n) != NULL)
            line->level = level_named(tw_str_cut(line->tag, '>', &line->tag));
        line->begins = tw_str_starts(line->tag, TW_STR("*"));
        line->refers = tw_str_starts(line->tag, TW_STR("@"));
        if (line->begins || line->refers) line->tag = (struct tw_str){line->tag.s + 1, line->tag.n - 1};
        for (unsigned element = 0; rest.n > 0; element++) {
            struct tw_str all = tw_str_cut(rest, '+', &rest);
            for (unsigned component = 0; all.n > 0; component++)
                parse_slot(tw_str_cut(all, ':', &all), line, element, component);
        }
    }
}

static bool fits(const struct edi_line *line, const struct tw_edi_segment *s)
{
    for (size_t i = 0; i < line->n; i++) {
        const struct edi_slot *slot = &line->slot[i];
        if (slot->kind == EDI_KEY && !tw_str_eq(slot->text, tw_edi_at(s, slot->element, slot->component)))
            return false;
    }
    return true;
}

const struct edi_line *edi_map_find(const struct edi_map *m, enum tw_edi_message message, unsigned group,
                                    const struct tw_edi_segment *s)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct edi_line *line = &m->line[i];
        if (line->message == message && line->group == group && tw_str_eq(line->tag, s->tag) && fits(line, s))
            return line;
    }
    return NULL;
}

const struct edi_slot *edi_line_at(const struct edi_line *line, const struct tw_edi_value *v)
{
    if (v->repetition > 0) return NULL;
    for (size_t i = 0; i < line->n; i++) {
        const struct edi_slot *slot = &line->slot[i];
        if (slot->element == v->element && slot->component <= v->component &&
            v->component < slot->component + slot->pieces)
            return slot;
    }
    return NULL;
}

bool edi_line_has(const struct edi_line *line, enum tw_element e)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->slot[i].kind == EDI_MEMBER && line->slot[i].member == e) return true;
    return false;
}

bool edi_slot_is_again(const struct edi_line *line, size_t slot)
{
    for (size_t i = slot + 1; i < line->n; i++)
        if (line->slot[i].kind == EDI_MEMBER && line->slot[i].member == line->slot[slot].member) return true;
    return false;
}
