/* SPDX-License-Identifier: Apache-2.0 */
/* Each open element has a frame. A frame is `bound` when its place is one the table knows and the path to it
 * has no second of anything that is there once; only a bound element can feed a member. What a member gives
 * back exactly as it stood (text, attributes) is held by it; everything else is kept in the extra of the
 * goods item it stands in, or of the declaration. The writer goes the same way back, so that what is kept
 * here and what is written there are two halves of one.
 *
 * Elements of a group wait until their item is complete: what they make together is compared with what the
 * writer would make of it, and only where that is not the same are they kept. */
#include "message/xml_read.h"

#include <assert.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "message/xml_tree_priv.h"

struct frame {
    uint16_t row;  /* XML_NO_ROW = not of the table */
    uint16_t near; /* its child found last */
    enum xml_ns ns;
    struct tw_str uri, name; /* uri: of XML_NS_OTHER */
    uint32_t index, sequence, line, column;
    bool bound, in_item, parent, grouped;
    bool answer;              /* stands in an answer, at any depth */
    bool other;               /* has attributes that its row does not heed */
    struct tw_str heeded;     /* the attribute that it does */
    struct tw_str attributes; /* all of them, as extra has them */
    size_t text;              /* where its text begins in r->text */
};

/* A pair that waits for its item's end, with what is to be kept of it. */
struct waiting {
    struct xml_pair pair;
    bool plain; /* as the writer would write it */
    size_t from, to;
};

struct group {
    struct waiting *at;
    size_t n, cap;
};

struct tw_xml_reader {
    struct xml_tree tree;
    uint32_t items_max;
    struct tw_buf text, path, printed;
    struct frame *frame;
    size_t depth, frames; /* frames: there is room for */
    struct group group[XML_GROUP_N];
    struct tw_extra *kept; /* of pairs that wait */
    size_t kept_n, kept_cap;
    uint32_t count[XML_ROWS_MAX]; /* elements of that row below the open parent */

    /* of the message under way */
    struct tw_xml *xml;
    struct tw_arena *arena;
    struct tw_fault *fault;
    struct tw_map64 *unknown; /* how often an unknown name has stood below a parent */
    uint32_t *unknown_n;
    size_t unknown_cap;
    struct tw_str foreign[TW_XML_FOREIGN_MAX]; /* other namespaces */
    size_t foreign_n;
    const char *near_uri; /* the namespace met last, and which one it is */
    enum xml_ns near_ns;
    void *at[TW_LEVEL_N]; /* the object of each level under way */
    struct tw_xml_reading reading;
    struct tw_fault *unfit;
    size_t paths;       /* bytes of the paths of what is kept */
    size_t declaration; /* depth of its frame + 1; 0 = outside */
    bool found;
    uint32_t answered; /* declarations of the answer so far, in a message without namespaces */
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "no room left for this message");
}

tw_err tw_xml_reader_new(uint32_t items_max, struct tw_xml_reader **ret, struct tw_fault *fault)
{
    struct tw_xml_reader *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return no_memory(fault);
    r->items_max = items_max > 0 ? items_max : TW_ITEMS_MAX;
    xml_tree_link(&r->tree);
    *ret = r;
    return TW_OK;
}

void tw_xml_reader_free(struct tw_xml_reader *r)
{
    if (r == NULL) return;
    tw_buf_free(&r->text);
    tw_buf_free(&r->path);
    tw_buf_free(&r->printed);
    for (size_t i = 0; i < XML_GROUP_N; i++) tw_free(r->group[i].at);
    tw_free(r->kept);
    tw_free(r->frame);
    tw_map64_free(r->unknown);
    tw_free(r->unknown_n);
    tw_free(r);
}

/* Makes room for one more in an array of the heap. */
static bool room_for(void **at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return true;
    const size_t more = *cap > 0 ? *cap * 2 : 32;
    void *p = tw_realloc(*at, more, size);
    if (p == NULL) return false;
    *at = p;
    *cap = more;
    return true;
}

/* The innermost element; there is one. */
static struct frame *top(const struct tw_xml_reader *r)
{
    assert(r->depth > 0);
    return &r->frame[r->depth - 1];
}

static void blame(const struct tw_xml_reader *r, uint32_t line, uint32_t column)
{
    if (r->fault == NULL) return;
    r->fault->line = line;
    r->fault->column = column;
}

static void name_limit(struct tw_fault *fault, const char *name)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
}

/* What the row of a bound element is. */
static enum xml_how how_of(const struct frame *f)
{
    return f->bound && f->row != XML_NO_ROW ? xml_row[f->row].how : XML_NODE;
}

static bool is_item(const struct frame *f)
{
    return how_of(f) == XML_LIST && xml_row[f->row].level == TW_LEVEL_ITEM;
}

/* -- names and places */

static void put_step(struct tw_buf *out, const struct frame *f)
{
    if (f->ns == XML_NS_OTHER) {
        tw_buf_char(out, '{');
        tw_buf_str(out, f->uri);
        tw_buf_char(out, '}');
    } else if (f->ns != XML_NS_DEC) {
        tw_buf_text(out, xml_ns_prefix[f->ns]);
        tw_buf_char(out, ':');
    }
    tw_buf_str(out, f->name);
    if (f->index == 1) return;
    tw_buf_char(out, '[');
    tw_buf_u64(out, f->index);
    tw_buf_char(out, ']');
}

/* The path of the innermost frame, in the arena. */
static tw_err path_of(struct tw_xml_reader *r, struct tw_str *ret)
{
    const struct frame *f = top(r);
    size_t from = r->depth;
    tw_buf_clear(&r->path);
    if (f->in_item) {
        while (r->frame[from - 1].in_item) from--;
        from++; /* the item itself is I */
        tw_buf_char(&r->path, 'I');
    } else if (r->declaration > 0) {
        from = r->declaration;
        tw_buf_char(&r->path, 'D');
    } else {
        from = 0;
    }
    for (size_t i = from; i < r->depth; i++) {
        tw_buf_char(&r->path, '/');
        put_step(&r->path, &r->frame[i]);
    }
    r->paths += r->path.n;
    if (r->paths > TW_XML_PATHS_MAX) {
        blame(r, f->line, f->column);
        name_limit(r->fault, "paths");
        return tw_fail(
            r->fault, TW_LIMIT,
            "the paths of what is kept are longer together than %d bytes; shorten names, or send it "
            "in parts",
            TW_XML_PATHS_MAX);
    }
    return r->path.failed ? TW_NOMEM : tw_str_dup(r->arena, tw_buf_view(&r->path), ret);
}

/* -- what is kept */

static tw_err make_extra(struct tw_xml_reader *r, struct tw_str value, struct tw_extra *ret)
{
    const struct frame *f = top(r);
    *ret = (struct tw_extra){.sequence = f->sequence, .attributes = f->attributes};
    TW_TRY(path_of(r, &ret->path));
    return value.n > 0 ? tw_str_dup(r->arena, value, &ret->value) : TW_OK;
}

static tw_err push_extra(struct tw_xml_reader *r, const struct tw_extra *extra, bool in_item)
{
    void *list = in_item ? (void *)&((struct tw_item *)r->at[TW_LEVEL_ITEM])->extra : &r->reading.decl->extra;
    struct tw_extra *entry = xml_list_append(r->arena, list, sizeof *entry);
    if (entry == NULL) return TW_NOMEM;
    *entry = *extra;
    return TW_OK;
}

/* Keeps the innermost element with that text. */
static tw_err keep(struct tw_xml_reader *r, struct tw_str value)
{
    struct tw_extra extra;
    TW_TRY(make_extra(r, value, &extra));
    if (!top(r)->grouped) return push_extra(r, &extra, top(r)->in_item);
    if (!room_for((void **)&r->kept, r->kept_n, &r->kept_cap, sizeof *r->kept)) return TW_NOMEM;
    r->kept[r->kept_n++] = extra;
    return TW_OK;
}

/* A value that its member cannot hold, which r->fault tells. */
static tw_err note_unfit(struct tw_xml_reader *r, const struct tw_fault *why, uint32_t line, uint32_t column)
{
    struct tw_xml_reading *const to = &r->reading;
    if (to->unfit_all++ >= TW_XML_UNFIT_MAX) return TW_OK;
    struct xml_list list = {r->unfit, to->unfit_n};
    struct tw_fault *f = xml_list_append(r->arena, &list, sizeof *f);
    if (f == NULL) return TW_NOMEM;
    to->unfit = r->unfit = list.at;
    to->unfit_n = list.n;
    *f = *why;
    f->line = line;
    f->column = column;
    f->item = to->decl->items.n > 0 ? to->decl->items.n - 1 : 0;
    return TW_OK;
}

/* -- starts */

/* What a name without a namespace is taken for in a message that has none. The second Declaration of an
 * answer is one of its own: it holds the values that corrections put in. */
static enum xml_ns taken_for(struct tw_xml_reader *r, struct tw_str name)
{
    const enum xml_ns parent = r->depth > 0 ? r->frame[r->depth - 1].ns : XML_NS_OTHER;
    const bool inner = tw_str_is(name, "DateTimeString");
    if (parent == XML_NS_RES && tw_str_is(r->frame[r->depth - 1].name, "Response") &&
        tw_str_is(name, "Declaration"))
        return r->answered++ == 0 ? XML_NS_RES : XML_NS_DEC;
    if (parent == XML_NS_RES || parent == XML_NS_RDS) return inner ? XML_NS_RDS : XML_NS_RES;
    if (parent == XML_NS_DEC || parent == XML_NS_DS) return inner ? XML_NS_DS : XML_NS_DEC;
    if (tw_str_is(name, "MetaData")) return XML_NS_MD;
    if (tw_str_is(name, "Declaration")) return XML_NS_DEC;
    return tw_str_is(name, "Response") ? XML_NS_RES : parent;
}

static tw_err other_ns(struct tw_xml_reader *r, struct tw_str uri, struct tw_str *ret)
{
    for (size_t i = 0; i < r->foreign_n; i++) {
        if (!tw_str_eq(r->foreign[i], uri)) continue;
        *ret = r->foreign[i];
        return TW_OK;
    }
    if (r->foreign_n == TW_XML_FOREIGN_MAX)
        return tw_fail(r->fault, TW_LIMIT, "the message has more namespaces of others than %d",
                       TW_XML_FOREIGN_MAX);
    if (tw_str_dup(r->arena, uri, ret) != TW_OK) return no_memory(r->fault);
    r->foreign[r->foreign_n++] = *ret;
    return TW_OK;
}

static tw_err name_frame(struct tw_xml_reader *r, const struct tw_xml_element *e, struct frame *f)
{
    if (r->depth == 0) r->reading.bare = e->ns.n == 0;
    if (e->ns.n == 0) {
        f->ns = r->reading.bare ? taken_for(r, e->name) : XML_NS_OTHER;
    } else {
        if (e->ns.s != r->near_uri) r->near_ns = xml_ns_find(e->ns);
        r->near_uri = e->ns.s;
        f->ns = r->near_ns;
    }
    return f->ns == XML_NS_OTHER && e->ns.n > 0 ? other_ns(r, e->ns, &f->uri) : TW_OK;
}

static void find_row(struct tw_xml_reader *r, struct tw_str name, struct frame *f)
{
    if (r->declaration == 0) return;
    struct frame *parent = top(r);
    if (parent->row == XML_NO_ROW && r->depth != r->declaration) return;
    if (f->ns != XML_NS_DEC && f->ns != XML_NS_DS) return;
    const uint16_t row = xml_tree_find(&r->tree, parent->row, name, parent->near);
    if (row == XML_NO_ROW || xml_row_ns(&xml_row[row]) != f->ns) return;
    parent->near = f->row = row;
    f->index = ++r->count[row];
    f->name = (struct tw_str){xml_row[row].name, xml_row[row].name_n};
    const enum xml_how how = xml_row[row].how;
    f->bound = parent->bound && (f->index == 1 || how == XML_LIST || how == XML_GROUP);
    for (uint16_t c = r->tree.child[row]; c != XML_NO_ROW; c = r->tree.next[c]) r->count[c] = 0;
}

/* The index of an element of no row, and a copy of its name. */
static tw_err count_unknown(struct tw_xml_reader *r, struct tw_str name, struct frame *f)
{
    uint32_t number = 0;
    uint64_t key = tw_hash64(name.s, name.n, (uint64_t)f->ns + 1);
    if (f->uri.n > 0) key = tw_hash64(f->uri.s, f->uri.n, key);
    key = tw_hash_join(key, r->depth > 0 ? top(r)->sequence : 0);
    if (r->unknown == NULL) TW_TRY(tw_map64_new(&r->unknown));
    const size_t known = tw_map64_n(r->unknown);
    TW_TRY(tw_map64_put(r->unknown, key, &number));
    if (!room_for((void **)&r->unknown_n, known, &r->unknown_cap, sizeof *r->unknown_n)) return TW_NOMEM;
    if (number == known) r->unknown_n[number] = 0;
    f->index = ++r->unknown_n[number];
    return tw_str_dup(r->arena, name, &f->name);
}

static void put_attribute(struct tw_buf *out, const struct tw_xml_attribute *a)
{
    const enum xml_ns ns = a->ns.n > 0 ? xml_ns_find(a->ns) : XML_NS_DEC;
    if (out->n > 0) tw_buf_char(out, ' ');
    if (ns == XML_NS_OTHER || (ns == XML_NS_DEC && a->ns.n > 0)) {
        tw_buf_char(out, '{');
        tw_buf_str(out, a->ns);
        tw_buf_char(out, '}');
    } else if (ns != XML_NS_DEC) {
        tw_buf_text(out, xml_ns_prefix[ns]);
        tw_buf_char(out, ':');
    }
    tw_buf_str(out, a->name);
    tw_buf_text(out, "=\"");
    xml_escape(a->value, true, out);
    tw_buf_char(out, '"');
}

static tw_err take_attributes(struct tw_xml_reader *r, const struct tw_xml_element *e, struct frame *f)
{
    const char *heeded = how_of(f) != XML_NODE ? xml_row_attribute(&xml_row[f->row]) : "";
    tw_buf_clear(&r->path);
    for (size_t i = 0; i < e->n; i++) {
        const struct tw_xml_attribute *a = &e->attribute[i];
        if (a->ns.n == 0 && tw_str_is(a->name, heeded)) {
            TW_TRY(tw_str_dup(r->arena, a->value, &f->heeded));
        } else {
            struct tw_str same;
            f->other = true;
            if (a->ns.n > 0 && xml_ns_find(a->ns) == XML_NS_OTHER) TW_TRY(other_ns(r, a->ns, &same));
        }
        put_attribute(&r->path, a);
    }
    return r->path.failed ? TW_NOMEM : tw_str_dup(r->arena, tw_buf_view(&r->path), &f->attributes);
}

static tw_err open_entry(struct tw_xml_reader *r, const struct frame *f)
{
    const struct xml_row *row = &xml_row[f->row];
    if (row->level == TW_LEVEL_ITEM && r->reading.decl->items.n >= r->items_max) {
        blame(r, f->line, f->column);
        return tw_fail(r->fault, TW_LIMIT, "the declaration has more than %u items", r->items_max);
    }
    char *owner = r->at[row->owner];
    void *entry = xml_list_append(r->arena, owner + row->list, tw_level_size(row->level));
    if (entry == NULL) return TW_NOMEM;
    tw_level_init(row->level, entry);
    r->at[row->level] = entry;
    if (row->level != TW_LEVEL_ITEM) return TW_OK;
    uint32_t *line = xml_list_append(r->arena, &r->reading.item_lines, sizeof *line);
    if (line == NULL) return TW_NOMEM;
    *line = f->line;
    return TW_OK;
}

static tw_err open_declaration(struct tw_xml_reader *r, const struct frame *f)
{
    if (r->found) {
        blame(r, f->line, f->column);
        return tw_fail(r->fault, TW_FORMAT,
                       "a second declaration; a message has one, send the other by itself");
    }
    r->found = true;
    r->reading.line = f->line;
    TW_TRY(keep(r, (struct tw_str){NULL, 0})); /* so that its place in the envelope is known */
    r->declaration = r->depth;
    r->frame[r->depth - 1].bound = true;
    r->frame[r->depth - 1].attributes = (struct tw_str){NULL, 0}; /* kept with its place */
    for (uint16_t c = r->tree.first; c != XML_NO_ROW; c = r->tree.next[c]) r->count[c] = 0;
    return TW_OK;
}

static tw_err open_pair(struct tw_xml_reader *r, struct frame *f)
{
    struct group *g = &r->group[xml_row[f->row].which];
    if (!room_for((void **)&g->at, g->n, &g->cap, sizeof *g->at)) return TW_NOMEM;
    g->at[g->n++] = (struct waiting){.plain = true, .from = r->kept_n, .to = r->kept_n};
    f->grouped = true;
    return TW_OK;
}

static tw_err start(struct tw_xml_reader *r, const struct tw_xml_element *e)
{
    struct frame f = {.row = XML_NO_ROW, .near = XML_NO_ROW, .line = e->line, .column = e->column};
    TW_TRY(name_frame(r, e, &f));
    find_row(r, e->name, &f);
    if (f.row == XML_NO_ROW) TW_TRY(count_unknown(r, e->name, &f));
    if (r->depth > 0) {
        top(r)->parent = true;
        f.in_item = top(r)->in_item;
        f.grouped = top(r)->grouped;
        f.answer = top(r)->answer || top(r)->ns == XML_NS_RES;
    }
    f.sequence = ++r->reading.elements;
    f.text = r->text.n;
    if (e->n > 0) TW_TRY(take_attributes(r, e, &f));
    if (how_of(&f) == XML_LIST) TW_TRY(open_entry(r, &f));
    f.in_item = f.in_item || is_item(&f);
    if (how_of(&f) == XML_GROUP) TW_TRY(open_pair(r, &f));
    if (!room_for((void **)&r->frame, r->depth, &r->frames, sizeof *r->frame)) return TW_NOMEM;
    r->frame[r->depth++] = f;
    if (f.ns == XML_NS_DEC && r->declaration == 0 && !f.answer && tw_str_is(e->name, "Declaration"))
        return open_declaration(r, &r->frame[r->depth - 1]);
    if (f.ns == XML_NS_RES && tw_str_is(e->name, "Response") && !r->found) {
        r->found = true;
        r->reading.kind = TW_XML_RESPONSE;
        r->reading.line = f.line;
    }
    return TW_OK;
}

/* -- ends */

static bool printed_is(struct tw_xml_reader *r, struct tw_str text)
{
    return !r->printed.failed && tw_str_eq(tw_buf_view(&r->printed), text);
}

/* Would the writer write the same? */
static bool writes_same(struct tw_xml_reader *r, const struct xml_row *row, const void *object,
                        const struct frame *f, struct tw_str text)
{
    if (f->other || row->how == XML_PLACE || row->how == XML_ALSO) return false;
    tw_buf_clear(&r->printed);
    xml_row_print(row, object, &r->printed);
    if (!printed_is(r, text)) return false;
    tw_buf_clear(&r->printed);
    xml_row_print_attribute(row, object, &r->printed);
    return printed_is(r, f->heeded);
}

/* Sets the member of the innermost element. *exact: it gives the element back. */
static tw_err take_value(struct tw_xml_reader *r, struct tw_str text, bool *exact)
{
    const struct frame *f = top(r);
    const struct xml_row *row = &xml_row[f->row];
    void *object = r->at[tw_element_row(row->element)->level];
    struct tw_str value = tw_str_trim(text);
    struct tw_fault why = {0};
    *exact = false;
    if (value.n == 0) return TW_OK;
    if (row->how == XML_ALSO) {
        tw_buf_clear(&r->printed);
        xml_row_print(row, object, &r->printed);
        if (r->printed.n > 0) return TW_OK;
    }
    TW_TRY(tw_str_dup(r->arena, value, &value));
    const tw_err err = xml_row_set(row, value, f->heeded, r->arena, object, &why);
    if (err == TW_NOMEM) return err;
    if (err != TW_OK) return note_unfit(r, &why, f->line, f->column);
    *exact = writes_same(r, row, object, f, text);
    return TW_OK;
}

/* A part of a group's pair. */
static tw_err take_part(struct tw_xml_reader *r, struct tw_str text)
{
    const struct frame *f = top(r), *group = f - 1;
    struct waiting *w = &r->group[xml_row[group->row].which].at[r->group[xml_row[group->row].which].n - 1];
    const unsigned which = xml_row[f->row].which;
    const struct tw_str value = tw_str_trim(text);
    if (value.n == 0 || value.n != text.n || f->attributes.n > 0 || (which == 0 && w->pair.text[1].n > 0))
        w->plain = false;
    return value.n > 0 ? tw_str_dup(r->arena, value, &w->pair.text[which]) : TW_OK;
}

/* Would the writer make these pairs of it? */
static bool writes_pairs(enum xml_group which, const struct xml_made *made, const struct xml_pair *pair,
                         size_t n)
{
    struct xml_pair back[XML_PAIRS_MAX];
    if (xml_group_part(which, made, back) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (!tw_str_eq(pair[i].text[0], back[i].text[0]) || !tw_str_eq(pair[i].text[1], back[i].text[1]))
            return false;
    return true;
}

/* Sets what the pairs that count make; *exact: the writer would make these pairs of it. */
static tw_err take_group(struct tw_xml_reader *r, enum xml_group which, const struct xml_pair *pair, size_t n,
                         bool *exact)
{
    const struct frame *f = top(r);
    struct tw_item *item = r->at[TW_LEVEL_ITEM];
    struct xml_made made;
    TW_TRY(xml_group_make(which, pair, n, r->arena, &made));
    for (size_t k = 0; k < XML_GROUP_ELEMENTS; k++) {
        const enum tw_element e = xml_group_element[which][k];
        struct tw_fault why = {0};
        if (e == TW_ELEMENT_N) break;
        const tw_err err = e == TW_ELEMENT_ADDITIONAL_PROCEDURE
                               ? TW_OK
                               : tw_element_set(e, made.text[k], r->arena, item, &why);
        if (err == TW_NOMEM) return err;
        if (err != TW_OK) {
            *exact = false;
            TW_TRY(note_unfit(r, &why, f->line, f->column));
        }
    }
    if (which == XML_PROCEDURE) item->additional_procedure = made.text[2];
    for (size_t k = 0; k < XML_GROUP_ELEMENTS && xml_group_element[which][k] != TW_ELEMENT_N; k++)
        memcpy(&made.text[k], (char *)item + tw_element_row(xml_group_element[which][k])->offset,
               sizeof made.text[k]);
    *exact = *exact && writes_pairs(which, &made, pair, n);
    return TW_OK;
}

static tw_err end_group(struct tw_xml_reader *r, enum xml_group which)
{
    struct group *g = &r->group[which];
    if (g->n == 0) return TW_OK;
    struct xml_pair *pair = tw_arena_array(r->arena, g->n, sizeof *pair);
    bool exact = true;
    size_t n = 0;
    if (pair == NULL) return TW_NOMEM;
    for (size_t i = 0; i < g->n; i++) {
        if (!xml_group_counts(which, &g->at[i].pair)) continue;
        pair[n++] = g->at[i].pair;
        exact = exact && g->at[i].plain;
    }
    TW_TRY(take_group(r, which, pair, n, &exact));
    for (size_t i = 0; i < g->n; i++) {
        if (exact && xml_group_counts(which, &g->at[i].pair)) continue;
        for (size_t k = g->at[i].from; k < g->at[i].to; k++) TW_TRY(push_extra(r, &r->kept[k], true));
    }
    g->n = 0;
    return TW_OK;
}

/* What an item has of its lists. */
static void sum_up(struct tw_item *item)
{
    if (item->packages.n > 0) {
        item->package_type = item->packages.at[0].type;
        item->package_count = 0;
    }
    for (size_t i = 0; i < item->packages.n; i++) {
        const int64_t count = item->packages.at[i].count;
        if (count >= 0 && !__builtin_add_overflow(item->package_count, count, &item->package_count)) continue;
        item->package_count = -1;
        break;
    }
    for (size_t i = 0; i < item->duties.n; i++) {
        if (!tw_str_is(item->duties.at[i].type, "A00")) continue; /* the customs duty */
        item->duty_rate = item->duties.at[i].rate;
        item->duty_amount = item->duties.at[i].assessed;
        break;
    }
}

static tw_err end_item(struct tw_xml_reader *r)
{
    for (int g = 0; g < XML_GROUP_N; g++) TW_TRY(end_group(r, (enum xml_group)g));
    r->kept_n = 0;
    sum_up(r->at[TW_LEVEL_ITEM]);
    return TW_OK;
}

/* The innermost element has no element in it. */
static tw_err end_leaf(struct tw_xml_reader *r, struct tw_str text)
{
    const enum xml_how how = how_of(top(r));
    bool exact = false;
    if (how >= XML_MEMBER && how <= XML_MASS)
        TW_TRY(take_value(r, text, &exact));
    else if (how == XML_PART)
        TW_TRY(take_part(r, text));
    return exact ? TW_OK : keep(r, text);
}

/* Has the pair that the innermost element belongs to anything but its two parts? */
static void end_in_pair(struct tw_xml_reader *r, bool kept)
{
    const struct frame *f = top(r), *g = f;
    while (how_of(g) != XML_GROUP) g--;
    struct group *group = &r->group[xml_row[g->row].which];
    struct waiting *w = &group->at[group->n - 1];
    w->to = r->kept_n;
    if (f == g ? kept : how_of(f) != XML_PART) w->plain = false;
}

static tw_err end(struct tw_xml_reader *r)
{
    const struct frame *f = top(r);
    const struct tw_str text = tw_buf_from(&r->text, f->text);
    const bool blank = tw_str_trim(text).n == 0, keeps = !f->parent || f->attributes.n > 0 || !blank;
    if (!f->parent)
        TW_TRY(end_leaf(r, text));
    else if (keeps)
        TW_TRY(keep(r, tw_str_trim(text))); /* blanks around elements mean nothing */
    if (f->grouped) end_in_pair(r, keeps);
    if (is_item(f)) TW_TRY(end_item(r));
    r->text.n = f->text;
    if (r->depth == r->declaration) r->declaration = 0;
    r->depth--;
    return TW_OK;
}

/* -- */

static tw_err on_start(void *to, const struct tw_xml_element *e, struct tw_fault *fault)
{
    struct tw_xml_reader *r = to;
    r->fault = fault;
    const tw_err err = start(r, e);
    return err == TW_NOMEM ? no_memory(fault) : err;
}

static tw_err on_text(void *to, struct tw_str text, struct tw_fault *fault)
{
    struct tw_xml_reader *r = to;
    tw_buf_str(&r->text, text);
    return r->text.failed ? no_memory(fault) : TW_OK;
}

static tw_err on_end(void *to, struct tw_fault *fault)
{
    struct tw_xml_reader *r = to;
    r->fault = fault;
    const tw_err err = end(r);
    return err == TW_NOMEM ? no_memory(fault) : err;
}

/* A message that fills its arena is at fault itself; one that the heap had nothing for is not. */
static tw_err no_room(const struct tw_arena *arena, struct tw_fault *fault)
{
    if (!tw_arena_full(arena)) return no_memory(fault);
    name_limit(fault, "memory");
    return tw_fail(fault, TW_LIMIT, "the message takes more memory than one may; send it in parts");
}

static tw_err not_found(const struct tw_xml_reader *r, struct tw_fault *fault)
{
    const struct frame *root = &r->frame[0];
    if (fault != NULL) {
        fault->line = root->line;
        fault->column = root->column;
    }
    return tw_fail(
        fault, TW_FORMAT,
        "no message of the WCO Data Model: \"%.*s\" stands where MetaData and, in it, Declaration or "
        "Response would; are names and namespaces written right?",
        (int)(root->name.n < 40 ? root->name.n : 40), root->name.s);
}

tw_err tw_xml_read(struct tw_xml_reader *r, struct tw_xml *x, struct tw_arena *arena,
                   struct tw_xml_reading *ret, struct tw_fault *fault)
{
    const struct tw_xml_events events = {r, on_start, on_text, on_end};
    r->xml = x;
    r->arena = arena;
    r->depth = r->declaration = r->foreign_n = r->kept_n = r->paths = r->answered = 0;
    r->near_uri = NULL;
    r->found = false;
    r->unfit = NULL;
    r->reading = (struct tw_xml_reading){.kind = TW_XML_DECLARATION};
    for (int g = 0; g < XML_GROUP_N; g++) r->group[g].n = 0;
    tw_map64_free(r->unknown);
    r->unknown = NULL;
    tw_buf_clear(&r->text);
    r->reading.decl = tw_arena_alloc(arena, sizeof *r->reading.decl);
    if (r->reading.decl == NULL) return no_room(arena, fault);
    tw_decl_init(r->reading.decl);
    r->at[TW_LEVEL_DECL] = r->reading.decl;
    const tw_err err = tw_xml_parse(x, &events, fault);
    if (err != TW_OK) return err == TW_NOMEM ? no_room(arena, fault) : err;
    if (!r->found) return not_found(r, fault);
    struct tw_decl *d = r->reading.decl;
    d->id = d->mrn.n > 0 ? d->mrn : d->lrn;
    *ret = r->reading;
    return TW_OK;
}
