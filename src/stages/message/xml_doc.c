/* SPDX-License-Identifier: Apache-2.0 */
#include "message/xml_doc_priv.h"

#include "message/xml_tree_priv.h"

struct building {
    struct tw_arena *arena;
    struct xml_element *root, *open;
    struct tw_buf text; /* of the element that is open */
    size_t from[256];   /* where the text of each open element begins; a message is at most 200 deep */
    size_t depth;
};

static tw_err no_room(const struct building *b, struct tw_fault *fault)
{
    if (!tw_arena_full(b->arena)) return tw_fail(fault, TW_NOMEM, "out of memory");
    return tw_fail(fault, TW_LIMIT, "the message takes more memory than one may; send it in parts");
}

static tw_err copy_attributes(const struct tw_xml_attribute *from, size_t n, struct xml_element *to,
                              struct tw_arena *arena)
{
    if (n == 0) return TW_OK;
    struct tw_xml_attribute *a = tw_arena_array(arena, n, sizeof *a);
    if (a == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) {
        TW_TRY(tw_str_dup(arena, from[i].ns, &a[i].ns));
        TW_TRY(tw_str_dup(arena, from[i].name, &a[i].name));
        if (from[i].value.n > 0) TW_TRY(tw_str_dup(arena, from[i].value, &a[i].value));
    }
    to->attribute = a;
    to->attributes = n;
    return TW_OK;
}

struct xml_element *xml_doc_add(struct xml_element *parent, struct xml_element *before, struct tw_str ns,
                                struct tw_str name, struct tw_arena *arena)
{
    struct xml_element *e = tw_arena_alloc(arena, sizeof *e);
    if (e == NULL) return NULL;
    *e = (struct xml_element){.ns = ns, .name = name, .parent = parent, .next = before};
    if (parent == NULL) return e;
    struct xml_element **at = &parent->first;
    if (before == NULL && parent->last != NULL) at = &parent->last->next;
    while (*at != before) at = &(*at)->next;
    *at = e;
    if (before == NULL) parent->last = e;
    return e;
}

static tw_err on_start(void *to, const struct tw_xml_element *given, struct tw_fault *fault)
{
    struct building *b = to;
    struct tw_str ns = {NULL, 0}, name;
    if (tw_str_dup(b->arena, given->name, &name) != TW_OK) return no_room(b, fault);
    if (b->open != NULL && tw_str_eq(given->ns, b->open->ns))
        ns = b->open->ns;
    else if (given->ns.n > 0 && tw_str_dup(b->arena, given->ns, &ns) != TW_OK)
        return no_room(b, fault);
    struct xml_element *e = xml_doc_add(b->open, NULL, ns, name, b->arena);
    if (e == NULL || copy_attributes(given->attribute, given->n, e, b->arena) != TW_OK)
        return no_room(b, fault);
    if (b->root == NULL) b->root = e;
    b->open = e;
    b->from[b->depth++] = b->text.n;
    return TW_OK;
}

static tw_err on_text(void *to, struct tw_str text, struct tw_fault *fault)
{
    struct building *b = to;
    tw_buf_str(&b->text, text);
    return b->text.failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err on_end(void *to, struct tw_fault *fault)
{
    struct building *b = to;
    const size_t from = b->from[--b->depth];
    struct tw_str text = tw_buf_from(&b->text, from);
    if (b->open->first != NULL) text = tw_str_trim(text);
    if (text.n > 0 && tw_str_dup(b->arena, text, &b->open->text) != TW_OK) return no_room(b, fault);
    b->text.n = from;
    b->open = b->open->parent;
    return TW_OK;
}

tw_err xml_doc_parse(struct tw_xml *x, struct tw_arena *arena, struct xml_element **ret,
                     struct tw_fault *fault)
{
    struct building b = {.arena = arena};
    const struct tw_xml_events events = {&b, on_start, on_text, on_end};
    const tw_err err = tw_xml_parse(x, &events, fault);
    tw_buf_free(&b.text);
    if (err == TW_OK) *ret = b.root;
    return err;
}

static void print_attribute(const struct tw_xml_attribute *a, size_t number, struct tw_buf *out)
{
    const bool xml = tw_str_is(a->ns, xml_ns_uri[XML_NS_XML]);
    if (a->ns.n > 0 && !xml) {
        tw_buf_printf(out, " xmlns:n%zu=\"", number);
        xml_escape(a->ns, true, out);
        tw_buf_char(out, '"');
    }
    tw_buf_char(out, ' ');
    if (xml)
        tw_buf_text(out, "xml:");
    else if (a->ns.n > 0)
        tw_buf_printf(out, "n%zu:", number);
    tw_buf_str(out, a->name);
    tw_buf_text(out, "=\"");
    xml_escape(a->value, true, out);
    tw_buf_char(out, '"');
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a message may be */
void xml_doc_print(const struct xml_element *e, struct tw_buf *out)
{
    if (e->gone) return;
    tw_buf_char(out, '<');
    tw_buf_str(out, e->name);
    if (e->parent == NULL ? e->ns.n > 0 : !tw_str_eq(e->ns, e->parent->ns)) {
        tw_buf_text(out, " xmlns=\"");
        xml_escape(e->ns, true, out);
        tw_buf_char(out, '"');
    }
    for (size_t i = 0; i < e->attributes; i++) print_attribute(&e->attribute[i], i, out);
    tw_buf_char(out, '>');
    xml_escape(e->text, false, out);
    for (const struct xml_element *c = e->first; c != NULL; c = c->next) xml_doc_print(c, out);
    tw_buf_text(out, "</");
    tw_buf_str(out, e->name);
    tw_buf_char(out, '>');
}

struct xml_element *xml_doc_child(const struct xml_element *e, const char *ns, const char *name)
{
    struct xml_element *c = e->first;
    while (c != NULL && (c->gone || !tw_str_is(c->name, name) || !tw_str_is(c->ns, ns))) c = c->next;
    return c;
}

/* Has `b` each attribute of `a`? */
static bool attributes_in(const struct xml_element *a, const struct xml_element *b)
{
    for (size_t i = 0; i < a->attributes; i++) {
        const struct tw_xml_attribute *x = &a->attribute[i];
        size_t k = 0;
        while (k < b->attributes &&
               !(tw_str_eq(x->name, b->attribute[k].name) && tw_str_eq(x->ns, b->attribute[k].ns) &&
                 tw_str_eq(x->value, b->attribute[k].value)))
            k++;
        if (k == b->attributes) return false;
    }
    return true;
}

static const struct xml_element *standing(const struct xml_element *e)
{
    while (e != NULL && e->gone) e = e->next;
    return e;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a message may be */
bool xml_doc_same(const struct xml_element *a, const struct xml_element *b)
{
    if (!tw_str_eq(a->name, b->name) || !tw_str_eq(a->ns, b->ns)) return false;
    if (!tw_str_eq(tw_str_trim(a->text), tw_str_trim(b->text))) return false;
    if (a->attributes != b->attributes || !attributes_in(a, b)) return false;
    const struct xml_element *x = standing(a->first), *y = standing(b->first);
    while (x != NULL && y != NULL && xml_doc_same(x, y)) {
        x = standing(x->next);
        y = standing(y->next);
    }
    return x == NULL && y == NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a message may be */
tw_err xml_doc_copy(const struct xml_element *from, struct xml_element *to, struct tw_arena *arena)
{
    to->text = from->text;
    to->attribute = from->attribute;
    to->attributes = from->attributes;
    to->first = to->last = NULL;
    for (const struct xml_element *c = from->first; c != NULL; c = c->next) {
        if (c->gone) continue;
        struct xml_element *e = xml_doc_add(to, NULL, c->ns, c->name, arena);
        if (e == NULL) return TW_NOMEM;
        TW_TRY(xml_doc_copy(c, e, arena));
    }
    return TW_OK;
}
