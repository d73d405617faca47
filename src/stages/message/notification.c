/* SPDX-License-Identifier: Apache-2.0 */
/* An answer comes as its elements, each with its path. A path is followed through the table step by step, and
 * makes the objects on its way; what it leads to goes into its member where the member would give back just
 * that. Writing walks the table from top to bottom and asks at each place whether something was kept there.
 */
#include "message/notification.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "message/xml_extra_priv.h"

#define X(id, object, words) typedef object level_##id;
TW_LEVEL_TABLE(X)
#undef X

/* clang-format off */
#define ROW(depth, name, tag) (name), (tag), (depth), sizeof(name) - 1
#define NODE(depth, name, tag) {ROW(depth, name, tag), XML_NODE, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_N, TW_LEVEL_N, 0, 0},
#define TAKES(depth, name, tag, how, element, with) \
    {ROW(depth, name, tag), how, TW_ELEMENT_##element, with, TW_LEVEL_N, TW_LEVEL_N, 0, 0},
#define MEMBER(depth, name, tag, element) TAKES(depth, name, tag, XML_MEMBER, element, TW_ELEMENT_N)
#define AMOUNT(depth, name, tag, element, with) TAKES(depth, name, tag, XML_AMOUNT, element, TW_ELEMENT_##with)
#define QUANTITY(depth, name, tag, element, with) TAKES(depth, name, tag, XML_QUANTITY, element, TW_ELEMENT_##with)
#define LIST(depth, name, tag, level, owner, list) \
    {ROW(depth, name, tag), XML_LIST, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_##level, TW_LEVEL_##owner, \
     offsetof(level_##owner, list), 0},
/* clang-format on */

static const struct xml_row rows[] = {
#include "message/notification_paths.def"
};

enum { ROWS = sizeof rows / sizeof *rows, NONE = -1 };

static const char default_place[] = "/md:MetaData/res:Response";

static tw_err no_room(const struct tw_arena *arena, struct tw_fault *fault)
{
    if (!tw_arena_full(arena)) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "memory");
    return tw_fail(fault, TW_LIMIT, "the answer takes more memory than one may; send it in parts");
}

/* The first row below `parent` (NONE: below Response), and the next one of the same depth; NONE = no more. */
static int first_below(int parent)
{
    const int c = parent + 1;
    const int depth = parent == NONE ? 1 : rows[parent].depth + 1;
    return c < ROWS && rows[c].depth == depth ? c : NONE;
}

static int next_of(int row)
{
    int i = row + 1;
    while (i < ROWS && rows[i].depth > rows[row].depth) i++;
    return i < ROWS && rows[i].depth == rows[row].depth ? i : NONE;
}

static enum xml_ns ns_of(const struct xml_row *row)
{
    return xml_row_ns(row) == XML_NS_DS ? XML_NS_RDS : XML_NS_RES;
}

/* -- members */

static bool is_code(const struct xml_row *row)
{
    return row->element == TW_ELEMENT_NOTIFICATION__CODE;
}

static tw_err set(const struct xml_row *row, struct tw_str text, struct tw_str attribute,
                  struct tw_arena *arena, void *object)
{
    if (!is_code(row)) return xml_row_set(row, text, attribute, arena, object, NULL);
    ((struct tw_notification *)object)->code = tw_notice_of_function(text);
    return TW_OK;
}

static void print(const struct xml_row *row, const void *object, struct tw_buf *text)
{
    if (is_code(row))
        tw_buf_text(text, tw_notice_function(((const struct tw_notification *)object)->code));
    else
        xml_row_print(row, object, text);
}

/* The attributes that a row is written with, as extra has them. */
static void print_attributes(const struct xml_row *row, const void *object, struct tw_buf *text)
{
    const char *name = xml_row_attribute(row);
    TW_SCOPED_BUF value = {0};
    xml_row_print_attribute(row, object, &value);
    if (name[0] == '\0' || value.n == 0) return;
    tw_buf_printf(text, "%s=\"", name);
    xml_escape(tw_buf_view(&value), true, text);
    tw_buf_char(text, '"');
    if (value.failed) text->failed = true;
}

/* -- reading */

struct reading {
    struct tw_arena *arena;
    struct tw_notification *n;
    void *at[TW_LEVEL_N];
    struct tw_buf text;
    bool found;
};

static tw_err keep(struct reading *r, const struct tw_extra *e)
{
    struct tw_extra *kept = xml_list_append(r->arena, &r->n->extra, sizeof *kept);
    if (kept == NULL) return TW_NOMEM;
    *kept = *e;
    return TW_OK;
}

/* What stands in the declaration of an answer: its path from D. */
static tw_err keep_value(struct reading *r, const struct tw_extra *e, struct tw_str rest)
{
    struct tw_extra *value = xml_list_append(r->arena, &r->n->values, sizeof *value);
    char *path = tw_arena_room(r->arena, rest.n + 2, 1);
    if (value == NULL || path == NULL) return TW_NOMEM;
    const size_t n = rest.n > 0 ? rest.n + 2 : 1;
    memcpy(path, "D/", n < 2 ? n : 2);
    if (rest.n > 0) memcpy(path + 2, rest.s, rest.n);
    *value = *e;
    value->path = (struct tw_str){path, n};
    return TW_OK;
}

/* Takes a text into its member; *exact: the member gives back just that. */
static tw_err take(struct reading *r, const struct xml_row *row, const struct tw_extra *e, bool *exact)
{
    void *object = r->at[tw_element_row(row->element)->level];
    struct tw_str attribute = {NULL, 0};
    *exact = false;
    if (tw_str_trim(e->value).n == 0) return TW_OK;
    if (xml_row_attribute(row)[0] != '\0')
        TW_TRY(xml_attribute_get(e->attributes, xml_row_attribute(row), r->arena, &attribute));
    if (row->how == XML_AMOUNT && attribute.n == 0) return TW_OK; /* of what currency is not ours to say */
    const tw_err err = set(row, tw_str_trim(e->value), attribute, r->arena, object);
    if (err != TW_OK) return err == TW_NOMEM ? err : TW_OK;
    tw_buf_clear(&r->text);
    print(row, object, &r->text);
    *exact = tw_str_eq(tw_buf_view(&r->text), e->value);
    tw_buf_clear(&r->text);
    print_attributes(row, object, &r->text);
    *exact = *exact && tw_str_eq(tw_buf_view(&r->text), e->attributes);
    return r->text.failed ? TW_NOMEM : TW_OK;
}

/* The entry of a list that a step leads to; *fits: it is the last one or the next. */
static tw_err open_entry(struct reading *r, const struct xml_row *row, uint32_t index, bool *fits)
{
    struct xml_list list;
    void *at = (char *)r->at[row->owner] + row->list;
    memcpy(&list, at, sizeof list);
    *fits = index == list.n || index == list.n + 1;
    if (index != list.n + 1) return TW_OK;
    void *entry = xml_list_append(r->arena, at, tw_level_size(row->level));
    if (entry == NULL) return TW_NOMEM;
    tw_level_init(row->level, entry);
    r->at[row->level] = entry;
    return TW_OK;
}

static int row_of(int parent, const struct xml_node *step)
{
    int c = first_below(parent);
    while (c != NONE && !(tw_str_is(step->name, rows[c].name) && step->ns == ns_of(&rows[c]))) c = next_of(c);
    return c;
}

/* One step from a row (NONE: from Response) to the next; NONE: the table does not know it, or it stands where
 * no member could give it back. */
static tw_err take_step(struct reading *r, const struct xml_node *step, int *row)
{
    const bool leaf = *row != NONE && rows[*row].how != XML_NODE && rows[*row].how != XML_LIST;
    bool fits = step->index == 1;
    *row = leaf ? NONE : row_of(*row, step);
    if (*row == NONE) return TW_OK;
    if (rows[*row].how == XML_LIST) TW_TRY(open_entry(r, &rows[*row], step->index, &fits));
    if (!fits) *row = NONE;
    return TW_OK;
}

/* What a path leads to goes to its member. */
static tw_err arrive(struct reading *r, int row, const struct tw_extra *e)
{
    bool exact = false;
    if (row == NONE || rows[row].how == XML_NODE) return keep(r, e);
    if (rows[row].how == XML_LIST)
        exact = e->attributes.n == 0 && tw_str_trim(e->value).n == 0;
    else
        TW_TRY(take(r, &rows[row], e, &exact));
    return exact ? TW_OK : keep(r, e);
}

/* Follows what of a path is below Response. */
static tw_err follow(struct reading *r, const struct tw_extra *e, struct tw_str rest)
{
    struct xml_node step;
    int row = NONE;
    for (bool first = true; rest.n > 0; first = false) {
        if (!xml_step_next(&rest, &step)) return keep(r, e);
        if (first && step.ns == XML_NS_DEC && step.index == 1 && tw_str_is(step.name, "Declaration"))
            return keep_value(r, e, rest);
        TW_TRY(take_step(r, &step, &row));
        if (row == NONE) return keep(r, e);
    }
    return arrive(r, row, e);
}

/* Is Response on the path? *rest is what is behind it, *place the path up to it. */
static bool to_response(struct tw_str path, struct tw_str *place, struct tw_str *rest)
{
    struct xml_node step;
    if (path.n == 0 || path.s[0] != '/') return false;
    *rest = (struct tw_str){path.s + 1, path.n - 1};
    while (rest->n > 0 && xml_step_next(rest, &step)) {
        if (step.ns != XML_NS_RES || step.index != 1 || !tw_str_is(step.name, "Response")) continue;
        *place = path;
        if (rest->n > 0) place->n = (size_t)(rest->s - path.s) - 1;
        return true;
    }
    return false;
}

bool tw_notification_is_place(struct tw_str path)
{
    struct tw_str place, rest;
    return tw_str_starts(path, TW_STR("BGM[")) || to_response(path, &place, &rest);
}

static int by_sequence(const void *a, const void *b)
{
    const struct tw_extra *x = *(const struct tw_extra *const *)a, *y = *(const struct tw_extra *const *)b;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    return x < y ? -1 : x > y;
}

static tw_err read_one(struct reading *r, const struct tw_extra *e)
{
    struct tw_str place, rest;
    if (!to_response(e->path, &place, &rest)) return keep(r, e);
    if (!r->found && rest.n > 0) { /* so that its place in the envelope is known */
        const struct tw_extra response = {.path = place, .sequence = e->sequence > 1 ? e->sequence - 1 : 1};
        TW_TRY(keep(r, &response));
    }
    r->found = true;
    return rest.n == 0 ? keep(r, e) : follow(r, e, rest);
}

tw_err tw_notification_read(const struct tw_decl *answer, struct tw_arena *arena, struct tw_notification *ret,
                            struct tw_fault *fault)
{
    const size_t n = answer->extra.n;
    struct tw_notification read;
    struct reading r = {.arena = arena, .n = &read};
    tw_err err = TW_OK;
    tw_notification_init(&read);
    r.at[TW_LEVEL_NOTIFICATION] = &read;
    const struct tw_extra **order = tw_arena_array(arena, n + 1, sizeof(struct tw_extra *));
    if (order == NULL) return no_room(arena, fault);
    for (size_t i = 0; i < n; i++) order[i] = &answer->extra.at[i];
    qsort(order, n, sizeof(struct tw_extra *), by_sequence);
    for (size_t i = 0; i < n && err == TW_OK; i++) err = read_one(&r, order[i]);
    tw_buf_free(&r.text);
    if (err != TW_OK) return no_room(arena, fault);
    if (!r.found) return tw_fail(fault, TW_FORMAT, "the message is no answer of customs: it has no Response");
    *ret = read;
    return TW_OK;
}

/* -- writing */

struct writing {
    struct tw_arena *arena;
    const struct tw_notification *n;
    struct tw_decl *decl;
    const void *at[TW_LEVEL_N];
    struct tw_map64 *kept; /* entries of extra, by the hash of their path */
    bool *used;
    struct tw_buf path, text, attributes;
};

static tw_err emit(struct writing *w, struct tw_str path, struct tw_str value, struct tw_str attributes)
{
    struct tw_extra *e = xml_list_append(w->arena, &w->decl->extra, sizeof *e);
    if (e == NULL || w->path.failed || w->text.failed || w->attributes.failed) return TW_NOMEM;
    *e = (struct tw_extra){.sequence = (uint32_t)w->decl->extra.n};
    TW_TRY(tw_str_dup(w->arena, path, &e->path));
    if (value.n > 0) TW_TRY(tw_str_dup(w->arena, value, &e->value));
    return attributes.n > 0 ? tw_str_dup(w->arena, attributes, &e->attributes) : TW_OK;
}

/* The entry of extra that stands at the path under way; NULL = none. */
static const struct tw_extra *kept_here(struct writing *w)
{
    const struct tw_str path = tw_buf_view(&w->path);
    if (w->kept == NULL) return NULL;
    const uint32_t i = tw_map64_find(w->kept, tw_hash64(path.s, path.n, 1));
    if (i == TW_MAP_NONE || w->used[i] || !tw_str_eq(w->n->extra.at[i].path, path)) return NULL;
    w->used[i] = true;
    return &w->n->extra.at[i];
}

/* `always`: also when there is nothing in it. */
static tw_err emit_here(struct writing *w, struct tw_str value, struct tw_str attributes, bool always)
{
    const struct tw_extra *kept = kept_here(w);
    if (kept != NULL) return emit(w, kept->path, kept->value, kept->attributes);
    return always || value.n > 0 ? emit(w, tw_buf_view(&w->path), value, attributes) : TW_OK;
}

static tw_err write_below(struct writing *w, int parent);

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static tw_err write_list(struct writing *w, int row)
{
    const size_t end = w->path.n, size = tw_level_size(rows[row].level);
    struct xml_list list;
    memcpy(&list, (const char *)w->at[rows[row].owner] + rows[row].list, sizeof list);
    for (size_t i = 0; i < list.n; i++) {
        w->at[rows[row].level] = (const char *)list.at + i * size;
        if (i > 0) tw_buf_printf(&w->path, "[%zu]", i + 1);
        TW_TRY(emit_here(w, (struct tw_str){NULL, 0}, (struct tw_str){NULL, 0}, true));
        TW_TRY(write_below(w, row));
        w->path.n = end;
    }
    return TW_OK;
}

static tw_err write_member(struct writing *w, const struct xml_row *row)
{
    const void *object = w->at[tw_element_row(row->element)->level];
    tw_buf_clear(&w->text);
    tw_buf_clear(&w->attributes);
    print(row, object, &w->text);
    if (w->text.n > 0) print_attributes(row, object, &w->attributes);
    return emit_here(w, tw_buf_view(&w->text), tw_buf_view(&w->attributes), false);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static tw_err write_row(struct writing *w, int row)
{
    if (rows[row].how == XML_LIST) return write_list(w, row);
    if (rows[row].how != XML_NODE) return write_member(w, &rows[row]);
    TW_TRY(emit_here(w, (struct tw_str){NULL, 0}, (struct tw_str){NULL, 0}, false));
    return write_below(w, row);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static tw_err write_below(struct writing *w, int parent)
{
    const size_t end = w->path.n;
    for (int row = first_below(parent); row != NONE; row = next_of(row)) {
        tw_buf_printf(&w->path, "/%s:%s", xml_ns_prefix[ns_of(&rows[row])], rows[row].name);
        TW_TRY(write_row(w, row));
        w->path.n = end;
    }
    return TW_OK;
}

/* New values stand in a declaration of their own behind the answer's. */
static tw_err write_values(struct writing *w)
{
    const size_t end = w->path.n;
    for (size_t i = 0; i < w->n->values.n; i++) {
        const struct tw_extra *v = &w->n->values.at[i];
        if (v->path.n == 0 || v->path.s[0] != 'D' || (v->path.n > 1 && v->path.s[1] != '/')) continue;
        tw_buf_text(&w->path, "/Declaration");
        tw_buf_put(&w->path, v->path.s + 1, v->path.n - 1);
        TW_TRY(emit(w, tw_buf_view(&w->path), v->value, v->attributes));
        w->path.n = end;
    }
    return TW_OK;
}

/* What was kept of the envelope, in front of the answer or behind it. */
static tw_err write_kept(struct writing *w, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct tw_extra *e = &w->n->extra.at[i];
        if (!w->used[i]) TW_TRY(emit(w, e->path, e->value, e->attributes));
        w->used[i] = true;
    }
    return TW_OK;
}

static tw_err write_envelope(struct writing *w)
{
    const struct tw_str none = {NULL, 0};
    TW_TRY(emit(w, TW_STR("/md:MetaData/md:WCODataModelVersionCode"), TW_STR("3.6"), none));
    TW_TRY(emit(w, TW_STR("/md:MetaData/md:WCOTypeName"), TW_STR("RES"), none));
    return emit(w, TW_STR("/md:MetaData/res:Response"), none, none);
}

/* So that what was kept is found by its path. TW_CONFLICT: two have the same */
static tw_err index_kept(struct writing *w)
{
    const size_t n = w->n->extra.n;
    if (n == 0) return TW_OK;
    w->used = tw_arena_array(w->arena, n, sizeof *w->used);
    if (w->used == NULL) return TW_NOMEM;
    TW_TRY(tw_map64_new(&w->kept));
    for (size_t i = 0; i < n; i++) {
        const struct tw_str path = w->n->extra.at[i].path;
        uint32_t number;
        TW_TRY(tw_map64_put(w->kept, tw_hash64(path.s, path.n, 1), &number));
        if (number != i) return TW_CONFLICT;
    }
    return TW_OK;
}

/* Up to the answer itself: what was kept of the envelope it came in, else one of our own. */
static tw_err write_head(struct writing *w)
{
    const size_t n = w->n->extra.n;
    struct tw_str place = {NULL, 0}, rest;
    size_t i = 0;
    while (i < n && !(to_response(w->n->extra.at[i].path, &place, &rest) && rest.n == 0)) i++;
    tw_buf_str(&w->path, i < n ? place : TW_STR(default_place));
    return i < n ? write_kept(w, 0, i + 1) : write_envelope(w);
}

static tw_err write_all(struct writing *w)
{
    TW_TRY(index_kept(w));
    TW_TRY(write_head(w));
    TW_TRY(write_below(w, NONE));
    TW_TRY(write_values(w));
    return write_kept(w, 0, w->n->extra.n);
}

tw_err tw_notification_write(const struct tw_notification *n, struct tw_arena *arena, struct tw_decl *ret,
                             struct tw_fault *fault)
{
    struct tw_decl decl;
    struct writing w = {.arena = arena, .n = n, .decl = &decl};
    tw_decl_init(&decl);
    w.at[TW_LEVEL_NOTIFICATION] = n;
    const tw_err err = write_all(&w);
    tw_map64_free(w.kept);
    tw_buf_free(&w.path);
    tw_buf_free(&w.text);
    tw_buf_free(&w.attributes);
    if (err == TW_CONFLICT)
        return tw_fail(fault, err, "two entries of extra have one path; a place holds one value");
    if (err != TW_OK) return no_room(arena, fault);
    *ret = decl;
    return TW_OK;
}
