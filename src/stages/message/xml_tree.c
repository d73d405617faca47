/* SPDX-License-Identifier: Apache-2.0 */
#include "message/xml_tree_priv.h"

#include <assert.h>

#include "base/date.h"
#include "decl/money.h"

const char *const xml_ns_prefix[XML_NS_OTHER] = {
#define X(id, prefix, uri) prefix,
    XML_NS_TABLE(X)
#undef X
};

const char *const xml_ns_uri[XML_NS_OTHER] = {
#define X(id, prefix, uri) uri,
    XML_NS_TABLE(X)
#undef X
};

enum xml_ns xml_ns_find(struct tw_str uri)
{
    int i = 0;
    while (i < XML_NS_OTHER && !tw_str_is(uri, xml_ns_uri[i])) i++;
    return (enum xml_ns)i;
}

#define X(id, object, words) typedef object level_##id;
TW_LEVEL_TABLE(X)
#undef X

/* clang-format off */
#define ROW(depth, name, tag) (name), (tag), (depth), sizeof(name) - 1
#define NODE(depth, name, tag) {ROW(depth, name, tag), XML_NODE, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_N, TW_LEVEL_N, 0, 0},
#define MANY(depth, name, tag) {ROW(depth, name, tag), XML_NODE, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_N, TW_LEVEL_N, 0, 1},
#define TAKES(depth, name, tag, how, element, with) \
    {ROW(depth, name, tag), how, TW_ELEMENT_##element, with, TW_LEVEL_N, TW_LEVEL_N, 0, 0},
#define MEMBER(depth, name, tag, element) TAKES(depth, name, tag, XML_MEMBER, element, TW_ELEMENT_N)
#define PLACE(depth, name, tag, element) TAKES(depth, name, tag, XML_PLACE, element, TW_ELEMENT_N)
#define ALSO(depth, name, tag, element) TAKES(depth, name, tag, XML_ALSO, element, TW_ELEMENT_N)
#define MASS(depth, name, tag, element) TAKES(depth, name, tag, XML_MASS, element, TW_ELEMENT_N)
#define AMOUNT(depth, name, tag, element, with) TAKES(depth, name, tag, XML_AMOUNT, element, TW_ELEMENT_##with)
#define QUANTITY(depth, name, tag, element, with) TAKES(depth, name, tag, XML_QUANTITY, element, TW_ELEMENT_##with)
#define LIST(depth, name, tag, level, owner, list) \
    {ROW(depth, name, tag), XML_LIST, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_##level, TW_LEVEL_##owner, \
     offsetof(level_##owner, list), 0},
#define GROUP(depth, name, tag, kind) \
    {ROW(depth, name, tag), XML_GROUP, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_N, TW_LEVEL_N, 0, XML_##kind},
enum { FIRST, SECOND };
#define PART(depth, name, tag, which) \
    {ROW(depth, name, tag), XML_PART, TW_ELEMENT_N, TW_ELEMENT_N, TW_LEVEL_N, TW_LEVEL_N, 0, which},
/* clang-format on */

const struct xml_row xml_row[] = {
#include "message/xml_paths.def"
};

const size_t xml_rows = sizeof xml_row / sizeof *xml_row;
_Static_assert(sizeof xml_row / sizeof *xml_row <= XML_ROWS_MAX, "more rows than XML_ROWS_MAX");

void xml_tree_link(struct xml_tree *ret)
{
    uint16_t last[16]; /* the latest row of each depth */
    memset(ret, 0xFF, sizeof *ret);
    for (uint16_t i = 0; i < xml_rows; i++) {
        const unsigned depth = xml_row[i].depth;
        assert(depth >= 1 && depth < sizeof last / sizeof *last);
        if (i > 0 && depth <= xml_row[i - 1].depth) ret->next[last[depth]] = i;
        last[depth] = i;
        if (depth == 1) continue;
        ret->parent[i] = last[depth - 1];
        if (xml_row[i - 1].depth < depth) ret->child[last[depth - 1]] = i;
    }
    ret->first = 0;
}

static bool is_named(uint16_t row, struct tw_str name)
{
    return xml_row[row].name_n == name.n && memcmp(xml_row[row].name, name.s, name.n) == 0;
}

uint16_t xml_tree_find(const struct xml_tree *t, uint16_t parent, struct tw_str name, uint16_t near)
{
    const uint16_t first = parent == XML_NO_ROW ? t->first : t->child[parent];
    for (uint16_t i = near != XML_NO_ROW ? near : first; i != XML_NO_ROW; i = t->next[i])
        if (is_named(i, name)) return i;
    if (near == XML_NO_ROW) return XML_NO_ROW;
    for (uint16_t i = first; i != near; i = t->next[i])
        if (is_named(i, name)) return i;
    return XML_NO_ROW;
}

void *xml_list_append(struct tw_arena *arena, void *list, size_t size)
{
    struct xml_list l;
    memcpy(&l, list, sizeof l);
    if (l.n == 0 || (l.n >= 4 && (l.n & (l.n - 1)) == 0)) {
        void *more = tw_arena_array(arena, l.n > 0 ? l.n * 2 : 4, size);
        if (more == NULL) return NULL;
        if (l.n > 0) memcpy(more, l.at, l.n * size);
        l.at = more;
    }
    void *entry = (char *)l.at + l.n++ * size;
    memcpy(list, &l, sizeof l);
    return entry;
}

bool xml_row_repeats(const struct xml_row *row)
{
    return row->how == XML_LIST || row->how == XML_GROUP || (row->how == XML_NODE && row->which == 1);
}

static bool is_time(const struct xml_row *row)
{
    return row->element != TW_ELEMENT_N && tw_element_row(row->element)->type == TW_TYPE_TIME;
}

const char *xml_row_attribute(const struct xml_row *row)
{
    if (row->how == XML_AMOUNT) return "currencyID";
    if (row->how == XML_QUANTITY || row->how == XML_MASS) return "unitCode";
    return is_time(row) ? "formatCode" : "";
}

tw_err xml_row_set(const struct xml_row *row, struct tw_str text, struct tw_str attribute,
                   struct tw_arena *arena, void *object, struct tw_fault *fault)
{
    if (row->how == XML_MASS && attribute.n > 0)
        return tw_element_set_mass(row->element, text, attribute, object, fault);
    TW_TRY(tw_element_set(row->element, text, arena, object, fault));
    return row->with != TW_ELEMENT_N ? tw_element_set(row->with, attribute, arena, object, fault) : TW_OK;
}

/* 20261123055700Z, which is format 304 of UN/EDIFACT code list 2379. */
static void print_time(int64_t at, struct tw_buf *out)
{
    char iso[32];
    struct tw_buf small = tw_buf_in(iso, sizeof iso);
    tw_buf_time(&small, at);
    for (size_t i = 0; i < small.n; i++)
        if (strchr("-:T", iso[i]) == NULL) tw_buf_char(out, iso[i]);
}

void xml_row_print(const struct xml_row *row, const void *object, struct tw_buf *text)
{
    if (!is_time(row)) {
        tw_element_print(row->element, object, text);
        return;
    }
    int64_t at;
    memcpy(&at, (const char *)object + tw_element_row(row->element)->offset, sizeof at);
    if (at != TW_NO_TIME) print_time(at, text);
}

void xml_row_print_attribute(const struct xml_row *row, const void *object, struct tw_buf *text)
{
    if (row->with != TW_ELEMENT_N) tw_element_print(row->with, object, text);
    if (is_time(row)) tw_buf_text(text, "304");
}

/* What must be written in another way; NULL = as it is. */
static const char *instead(char c, bool attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

void xml_escape(struct tw_str text, bool attribute, struct tw_buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *other = instead(text.s[i], attribute);
        const bool ends_cdata = i >= 2 && text.s[i - 1] == ']' && text.s[i - 2] == ']';
        if (other == NULL || (text.s[i] == '>' && !attribute && !ends_cdata)) continue;
        tw_buf_put(out, text.s + from, i - from);
        tw_buf_text(out, other);
        from = i + 1;
    }
    if (text.n > from) tw_buf_put(out, text.s + from, text.n - from);
}
