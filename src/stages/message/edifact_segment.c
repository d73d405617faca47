/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_segment.h"

static const struct {
    char tag[4];
    const char *elements;
} rows[] = {
#define X(tag, elements) {tag, elements},
#include "message/edifact_segment.def"
#undef X
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
    uint8_t code;
    const char *words;
} syntax[] = {
#define X(id, code, words) {code, words},
    TW_EDI_SYNTAX_TABLE(X)
#undef X
};

unsigned tw_edi_syntax_code(enum tw_edi_syntax s)
{
    return syntax[s].code;
}

const char *tw_edi_syntax_words(enum tw_edi_syntax s)
{
    return syntax[s].words;
}

static struct tw_str elements_of(struct tw_str tag)
{
    for (size_t i = 0; i < ROWS; i++)
        if (tw_str_is(tag, rows[i].tag)) return tw_str_from(rows[i].elements);
    return (struct tw_str){NULL, 0};
}

bool tw_edi_segment_known(struct tw_str tag)
{
    return elements_of(tag).n > 0;
}

/* Takes a leading ! away. */
static bool mandatory(struct tw_str *text)
{
    if (!tw_str_starts(*text, TW_STR("!"))) return false;
    *text = (struct tw_str){text->s + 1, text->n - 1};
    return true;
}

/* One component: !an35. The table is ours, and any test reads all of it. */
static void parse(struct tw_str text, bool needed, struct tw_edi_spec *ret)
{
    *ret = (struct tw_edi_spec){.mandatory = mandatory(&text), .needed = needed};
    ret->kind = text.s[0];
    if (tw_str_starts(text, TW_STR("an"))) ret->kind = 'x';
    for (size_t i = ret->kind == 'x' ? 2 : 1; i < text.n; i++)
        ret->most = (uint16_t)(ret->most * 10 + (text.s[i] - '0'));
}

/* The element at a place, without its ( ); false when there is none. *ret_one: it is no composite. */
static bool element_at(struct tw_str all, unsigned element, struct tw_str *ret, bool *needed, bool *ret_one)
{
    for (unsigned e = 0; all.n > 0; e++) {
        struct tw_str text = tw_str_cut(all, '+', &all);
        if (e < element) continue;
        *needed = text.s[0] == '!';
        *ret_one = text.s[text.n - 1] != ')';
        if (!*ret_one) {
            (void)mandatory(&text);
            text = (struct tw_str){text.s + 1, text.n - 2};
        }
        *ret = text;
        return true;
    }
    return false;
}

static bool component_at(struct tw_str composite, unsigned component, bool needed, struct tw_edi_spec *ret)
{
    for (unsigned c = 0; composite.n > 0; c++) {
        const struct tw_str text = tw_str_cut(composite, ':', &composite);
        if (c < component) continue;
        parse(text, needed, ret);
        return true;
    }
    return false;
}

bool tw_edi_spec_find(struct tw_str tag, unsigned element, unsigned component, struct tw_edi_spec *ret)
{
    struct tw_str composite;
    bool needed, one;
    return element_at(elements_of(tag), element, &composite, &needed, &one) &&
           component_at(composite, component, needed, ret);
}

size_t tw_edi_length(const struct tw_edi_spec *spec, struct tw_str text)
{
    const bool utf8 = tw_str_utf8(text, NULL);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.s[i];
        if (spec->kind == 'n')
            n += c >= '0' && c <= '9';
        else
            n += !utf8 || (c & 0xC0U) != 0x80U;
    }
    return n;
}

/* A number may have a sign before it and one decimal mark in it. */
static bool is_number(struct tw_str text)
{
    unsigned marks = 0, digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.s[i];
        if (c == '-' && i == 0) continue;
        if (c == '.' || c == ',')
            marks++;
        else if (c >= '0' && c <= '9')
            digits++;
        else
            return false;
    }
    return digits > 0 && marks <= 1;
}

static bool is_alphabetic(struct tw_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] >= '0' && text.s[i] <= '9') return false;
    return true;
}

struct found {
    struct tw_edi_wrong *at;
    size_t n, most;
};

static void add(struct found *f, enum tw_edi_syntax what, unsigned element, unsigned component,
                const struct tw_edi_spec *spec, size_t length)
{
    if (f->n == f->most) return;
    f->at[f->n] = (struct tw_edi_wrong){
        .what = what, .element = (uint16_t)element, .component = (uint16_t)component, .length = length};
    if (spec != NULL) f->at[f->n].spec = *spec;
    f->n++;
}

static void check_value(struct found *f, const struct tw_edi_value *v, const struct tw_edi_spec *spec)
{
    const size_t length = tw_edi_length(spec, v->text);
    if ((spec->kind == 'n' && !is_number(v->text)) || (spec->kind == 'a' && !is_alphabetic(v->text)))
        add(f, TW_EDI_SYNTAX_CHARACTER, v->element, v->component, spec, length);
    else if (length > spec->most)
        add(f, TW_EDI_SYNTAX_LONG, v->element, v->component, spec, length);
}

/* One element of the directory: which of its components are missing or wrong. */
static void check_element(struct found *f, const struct tw_edi_segment *s, unsigned element,
                          struct tw_str composite, bool needed)
{
    bool there = needed;
    unsigned places = 0;
    for (size_t i = 0; i < s->n && !there; i++)
        there = s->value[i].element == element && s->value[i].text.n > 0;
    if (!there) return;
    for (struct tw_str rest = composite; rest.n > 0; places++) {
        struct tw_edi_spec spec;
        parse(tw_str_cut(rest, ':', &rest), needed, &spec);
        bool empty = true;
        for (size_t i = 0; i < s->n; i++) {
            const struct tw_edi_value *v = &s->value[i];
            if (v->element != element || v->component != places || v->text.n == 0) continue;
            empty = false;
            check_value(f, v, &spec);
        }
        if (empty && spec.mandatory) add(f, TW_EDI_SYNTAX_MISSING, element, places, &spec, 0);
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        if (v->element == element && v->component >= places && v->text.n > 0)
            add(f, TW_EDI_SYNTAX_CONSTITUENTS, element, v->component, NULL, 0);
    }
}

size_t tw_edi_segment_check(const struct tw_edi_segment *s, struct tw_edi_wrong *ret, size_t most)
{
    const struct tw_str all = elements_of(s->tag);
    struct found f = {ret, 0, most};
    struct tw_str composite;
    bool needed = false, one = false;
    unsigned elements = 0;
    if (all.n == 0) return 0;
    for (; element_at(all, elements, &composite, &needed, &one); elements++)
        check_element(&f, s, elements, composite, needed);
    for (size_t i = 0; i < s->n; i++)
        if (s->value[i].element >= elements && s->value[i].text.n > 0)
            add(&f, TW_EDI_SYNTAX_CONSTITUENTS, s->value[i].element, s->value[i].component, NULL, 0);
    return f.n;
}
