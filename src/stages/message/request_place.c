/* SPDX-License-Identifier: Apache-2.0 */
#include "message/request_place_priv.h"

#include <stdio.h>

#define DEC xml_ns_uri[XML_NS_DEC]

static bool is_sequence(uint16_t row)
{
    return strcmp(xml_row[row].tag, "006") == 0;
}

bool place_is_numbered(const struct xml_tree *tree, uint16_t row)
{
    uint16_t c = tree->child[row];
    while (c != XML_NO_ROW && !is_sequence(c)) c = tree->next[c];
    return c != XML_NO_ROW;
}

uint32_t place_number(const struct xml_element *e)
{
    int64_t number = 0;
    const struct xml_element *c = xml_doc_child(e, DEC, "SequenceNumeric");
    if (c == NULL || tw_str_i64(tw_str_trim(c->text), &number) != TW_OK) return 0;
    return number > 0 && number < UINT32_MAX ? (uint32_t)number : 0;
}

/* A statement about an amendment of the same message is the request's, none of the declaration's. */
static bool is_about_amendment(const struct xml_element *e)
{
    bool about = false;
    for (const struct xml_element *p = e->first; p != NULL; p = p->next) {
        if (!tw_str_is(p->name, "Pointer")) continue;
        const struct xml_element *section = xml_doc_child(p, DEC, "DocumentSectionCode");
        about = section != NULL && tw_str_is(tw_str_trim(section->text), "06A");
    }
    return about;
}

static bool is_of_row(const struct xml_element *e, const struct xml_row *row)
{
    if (!tw_str_is(e->name, row->name) || !tw_str_is(e->ns, xml_ns_uri[xml_row_ns(row)])) return false;
    return row->depth != 1 || strcmp(row->tag, "03A") != 0 || !is_about_amendment(e);
}

tw_err place_step_down(const struct xml_tree *tree, const struct xml_element *parent, struct place_step *step,
                       struct xml_element **ret, uint32_t *ret_last, struct tw_fault *fault)
{
    const struct xml_row *row = &xml_row[step->row];
    const bool numbered = place_is_numbered(tree, step->row), many = xml_row_repeats(row);
    struct xml_element *by_number = NULL, *by_place = NULL, *first = NULL;
    uint32_t n = 0, highest = 0;
    for (struct xml_element *e = parent->first; e != NULL; e = e->next) {
        if (!is_of_row(e, row)) continue;
        const uint32_t number = numbered ? place_number(e) : 0;
        if (n++ == 0) first = e;
        if (n == step->sequence) by_place = e;
        if (number > highest) highest = number;
        if (number > 0 && number == step->sequence && by_number == NULL) by_number = e;
    }
    *ret_last = highest > 0 ? highest : n;
    *ret = !many ? first : highest > 0 ? by_number : by_place;
    if (!many || step->sequence > 0) return TW_OK;
    if (n > 1)
        return tw_fail(fault, TW_CONFLICT,
                       "there are %u of %s (%s); the pointer must say which one by its sequence", n,
                       row->name, row->tag);
    *ret = first;
    step->sequence = highest > 0 ? highest : 1;
    return TW_OK;
}

static uint16_t find_tag(const struct xml_tree *tree, uint16_t parent, struct tw_str tag)
{
    uint16_t c = parent == XML_NO_ROW ? tree->first : tree->child[parent];
    while (c != XML_NO_ROW && !(tag.n > 0 && tw_str_is(tag, xml_row[c].tag))) c = tree->next[c];
    return c;
}

/* Why `code` leads nowhere below the place found so far. */
static tw_err leads_nowhere(const struct place *p, const char *what, struct tw_str code,
                            struct tw_fault *fault)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%.90s", p->path);
    return tw_fail(fault, TW_NOTFOUND, "there is no %s %.*s in %s; see the table of docs/formats/xml.md",
                   what, (int)(code.n < 12 ? code.n : 12), code.n > 0 ? code.s : "",
                   p->n > 0 ? xml_row[p->step[p->n - 1].row].name : "Declaration");
}

static tw_err go_on(const struct xml_tree *tree, const char *what, struct tw_str code, uint32_t sequence,
                    struct place *p, struct tw_fault *fault)
{
    const uint16_t parent = p->n > 0 ? p->step[p->n - 1].row : XML_NO_ROW;
    const uint16_t row = find_tag(tree, parent, code);
    if (row == XML_NO_ROW) return leads_nowhere(p, what, code, fault);
    p->step[p->n++] = (struct place_step){row, xml_row_repeats(&xml_row[row]) ? sequence : 0};
    place_name(p);
    return TW_OK;
}

tw_err place_find(const struct xml_tree *tree, const struct tw_amendment *amendment, struct place *ret,
                  struct tw_fault *fault)
{
    const size_t n = amendment->pointers.n;
    const struct tw_pointer *at = amendment->pointers.at;
    *ret = (struct place){.n = 0};
    if (n == 0) return tw_fail(fault, TW_FORMAT, "the amendment has no pointer; it must say what it changes");
    if (!tw_str_is(at[0].section, "42A"))
        return tw_fail(
            fault, TW_FORMAT, "the first pointer is \"%.*s\"; pointers begin at the declaration, 42A",
            (int)(at[0].section.n < 12 ? at[0].section.n : 12), at[0].section.n > 0 ? at[0].section.s : "");
    for (size_t i = 0; i < n; i++) {
        if (i > 0) TW_TRY(go_on(tree, "section", at[i].section, at[i].sequence, ret, fault));
        if (at[i].tag.n == 0) continue;
        if (i + 1 < n)
            return tw_fail(
                fault, TW_FORMAT,
                "a tag (%.*s) stands at pointer %zu of %zu; it belongs to the last one, whose element it is",
                (int)(at[i].tag.n < 12 ? at[i].tag.n : 12), at[i].tag.s, i + 1, n);
        TW_TRY(go_on(tree, "tag", at[i].tag, 0, ret, fault));
        ret->element = true;
    }
    if (ret->n == 0)
        return tw_fail(
            fault, TW_FORMAT,
            "the amendment points at the whole declaration; lodge a new one, or point at what changes");
    return TW_OK;
}

/* What an officer calls a row: without what its level is made of. */
static struct tw_str words_of(const struct xml_row *row)
{
    struct tw_str rest;
    if (row->how == XML_LIST) return tw_str_cut(tw_str_from(tw_level_words(row->level)), ':', &rest);
    if (row->element != TW_ELEMENT_N) return tw_str_from(tw_element_row(row->element)->words);
    return tw_str_from(row->name);
}

void place_name(struct place *place)
{
    struct tw_buf path = tw_buf_in(place->path, sizeof place->path - 1);
    struct tw_buf words = tw_buf_in(place->words, sizeof place->words - 1);
    for (size_t i = 0; i < place->n; i++) {
        const struct place_step *s = &place->step[i];
        const struct xml_row *row = &xml_row[s->row];
        const bool many = xml_row_repeats(row), last = i + 1 == place->n;
        tw_buf_printf(&path, "%s%s", i > 0 ? "/" : "", row->name);
        if (many && s->sequence > 0) tw_buf_printf(&path, "[%u]", s->sequence);
        if (!many && !last && row->element == TW_ELEMENT_N) continue;
        if (words.n > 0) tw_buf_text(&words, ": ");
        tw_buf_str(&words, words_of(row));
        if (many && s->sequence > 0) tw_buf_printf(&words, " %u", s->sequence);
    }
    place->path[path.n] = '\0';
    place->words[words.n] = '\0';
}
