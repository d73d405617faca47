/* SPDX-License-Identifier: Apache-2.0 */
/* Extras are taken in the order of the message (their sequence), so that whatever belongs to one element
 * comes together, and a step is either the one before or a new one. */
#include "message/xml_extra_priv.h"

#include <stdlib.h>

#include "message/xml_priv.h"

enum { STEPS_MAX = 200 };     /* of a path: the deepest that a message may be */
enum { ATTRIBUTES_MAX = 64 }; /* of an element, as message/xml.h has it unless told otherwise */
enum { LOOK_BACK = 64 };      /* siblings that are looked at for a step that does not follow the one before */

/* Ranges of characters beyond ASCII that a name may have; those of `later` not at its beginning.
 * Source: XML 1.0 (Fifth Edition), productions 4 and 4a. */
static const struct {
    uint32_t from, to;
    bool later;
} name_chars[] = {{0xB7, 0xB7, true},      {0xC0, 0xD6, false},     {0xD8, 0xF6, false},
                  {0xF8, 0x2FF, false},    {0x300, 0x36F, true},    {0x370, 0x37D, false},
                  {0x37F, 0x1FFF, false},  {0x200C, 0x200D, false}, {0x203F, 0x2040, true},
                  {0x2070, 0x218F, false}, {0x2C00, 0x2FEF, false}, {0x3001, 0xD7FF, false},
                  {0xF900, 0xFDCF, false}, {0xFDF0, 0xFFFD, false}, {0x10000, 0xEFFFF, false}};

/* The character at name.s[*i], which is UTF-8; *i moves behind it. */
static uint32_t decode(struct tw_str name, size_t *i)
{
    const unsigned char c = (unsigned char)name.s[(*i)++];
    uint32_t u = c < 0x80 ? c : c < 0xE0 ? c & 0x1Fu : c < 0xF0 ? c & 0x0Fu : c & 0x07u;
    while (*i < name.n && ((unsigned char)name.s[*i] & 0xC0) == 0x80)
        u = u << 6 | ((unsigned char)name.s[(*i)++] & 0x3Fu);
    return u;
}

static bool is_name(struct tw_str name)
{
    for (size_t i = 0; i < name.n;) {
        const bool first = i == 0;
        const uint32_t c = decode(name, &i);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
        bool other = false;
        for (size_t k = 0; c >= 0x80 && !other && k < sizeof name_chars / sizeof *name_chars; k++)
            other = c >= name_chars[k].from && c <= name_chars[k].to && !(first && name_chars[k].later);
        if (!letter && !other && (first || !later)) return false;
    }
    return name.n > 0;
}

/* What may stand in braces: the namespaces that have a prefix here are named by it, and XML keeps one for
 * itself. */
static bool is_foreign(struct tw_str uri)
{
    if (uri.n == 0) return true; /* in no namespace */
    return xml_ns_find(uri) == XML_NS_OTHER && !tw_str_is(uri, "http://www.w3.org/2000/xmlns/") &&
           xml_is_uri(uri);
}

bool xml_name_split(struct tw_str text, enum xml_ns *ns, struct tw_str *uri, struct tw_str *name)
{
    *uri = (struct tw_str){NULL, 0};
    if (text.n > 0 && text.s[0] == '{') {
        const char *close = memchr(text.s, '}', text.n);
        if (close == NULL) return false;
        const size_t n = (size_t)(close - text.s) - 1;
        *ns = XML_NS_OTHER;
        *uri = (struct tw_str){text.s + 1, n};
        *name = (struct tw_str){close + 1, text.n - n - 2};
        return is_foreign(*uri) && is_name(*name);
    }
    const char *colon = memchr(text.s, ':', text.n);
    const struct tw_str prefix = {text.s, colon != NULL ? (size_t)(colon - text.s) : 0};
    int i = 0;
    while (i < XML_NS_OTHER && !tw_str_is(prefix, xml_ns_prefix[i])) i++;
    if (i == XML_NS_OTHER) return false;
    *ns = (enum xml_ns)i;
    *name = colon != NULL ? (struct tw_str){colon + 1, text.n - prefix.n - 1} : text;
    return is_name(*name);
}

bool xml_step_next(struct tw_str *path, struct xml_node *step)
{
    size_t n = 0;
    for (bool braces = false; n < path->n && (braces || path->s[n] != '/'); n++)
        braces = path->s[n] == '{' || (braces && path->s[n] != '}');
    struct tw_str text = {path->s, n};
    *path = n < path->n ? (struct tw_str){path->s + n + 1, path->n - n - 1} : (struct tw_str){NULL, 0};
    *step = (struct xml_node){.index = 1, .row = XML_NO_ROW};
    if (text.n > 3 && text.s[text.n - 1] == ']') {
        size_t open = text.n - 1;
        int64_t index = 0;
        while (open > 0 && text.s[open] != '[') open--;
        if (tw_str_i64((struct tw_str){text.s + open + 1, text.n - open - 2}, &index) != TW_OK) return false;
        if (index < 1 || index > UINT32_MAX) return false;
        step->index = (uint32_t)index;
        text.n = open;
    }
    return xml_name_split(text, &step->ns, &step->uri, &step->name);
}

static bool same_step(const struct xml_node *a, const struct xml_node *b)
{
    return a->index == b->index && a->ns == b->ns && tw_str_eq(a->name, b->name) && tw_str_eq(a->uri, b->uri);
}

static struct xml_node *find_child(const struct xml_node *parent, const struct xml_node *step)
{
    if (parent->last == NULL || same_step(parent->last, step)) return parent->last;
    if (parent->children > LOOK_BACK) return NULL;
    for (struct xml_node *c = parent->first; c != NULL; c = c->next)
        if (same_step(c, step)) return c;
    return NULL;
}

/* The child of that step, made where there is none. */
static struct xml_node *step_down(const struct xml_tree *tree, struct xml_node *parent, bool known,
                                  const struct xml_node *step, struct tw_arena *arena)
{
    struct xml_node *c = find_child(parent, step);
    if (c != NULL) return c;
    c = tw_arena_alloc(arena, sizeof *c);
    if (c == NULL) return NULL;
    *c = *step;
    if (known && (step->ns == XML_NS_DEC || step->ns == XML_NS_DS)) {
        const uint16_t row = xml_tree_find(tree, parent->row, step->name, XML_NO_ROW);
        if (row != XML_NO_ROW && xml_row_ns(&xml_row[row]) == step->ns) c->row = row;
    }
    if (parent->last != NULL)
        parent->last->next = c;
    else
        parent->first = c;
    parent->last = c;
    parent->children++;
    return c;
}

/* Where a path begins; *rest is what follows. */
static struct xml_node *begin(struct xml_extras *x, struct tw_str path, struct tw_str *rest)
{
    if (path.n == 0) return NULL;
    *rest = (struct tw_str){path.s + 1, path.n - 1};
    if (path.s[0] == '/') return &x->envelope;
    struct xml_node *at = path.s[0] == 'D' ? &x->declaration : path.s[0] == 'I' ? &x->item : NULL;
    if (at == NULL || (rest->n > 0 && rest->s[0] != '/')) return NULL;
    if (rest->n > 0) *rest = (struct tw_str){rest->s + 1, rest->n - 1};
    return at;
}

static bool all_steps(struct tw_str path)
{
    struct xml_node step;
    for (int n = 0; path.n > 0; n++)
        if (n == STEPS_MAX || !xml_step_next(&path, &step)) return false;
    return true;
}

/* What xml_escape writes. */
static const struct {
    const char *written;
    char c;
} escapes[] = {{"&amp;", '&'},  {"&lt;", '<'},  {"&gt;", '>'},  {"&quot;", '"'},
               {"&#10;", '\n'}, {"&#9;", '\t'}, {"&#13;", '\r'}};
enum { ESCAPES = sizeof escapes / sizeof *escapes };

/* Which of them stands at s.s[i]; ESCAPES: none. */
static size_t escape_at(struct tw_str s, size_t i)
{
    size_t k = 0;
    while (k < ESCAPES && !tw_str_starts((struct tw_str){s.s + i, s.n - i}, tw_str_from(escapes[k].written)))
        k++;
    return k;
}

/* Do they stand as in a tag? Those of a message do; extras that came otherwise may hold anything. */
static bool attributes_fit(struct tw_str attributes)
{
    struct tw_str seen[ATTRIBUTES_MAX], name, value, uri, local;
    enum xml_ns ns;
    size_t n = 0;
    while (xml_attribute_next(&attributes, &name, &value)) {
        if (n == ATTRIBUTES_MAX || !xml_name_split(name, &ns, &uri, &local)) return false;
        if (ns == XML_NS_DEC && tw_str_is(local, "xmlns")) return false;
        for (size_t i = 0; i < n; i++)
            if (tw_str_eq(seen[i], name)) return false;
        for (size_t i = 0; i < value.n; i++)
            if (value.s[i] == '<' || (value.s[i] == '&' && escape_at(value, i) == ESCAPES)) return false;
        seen[n++] = name;
    }
    return attributes.n == 0;
}

static tw_err add(const struct xml_tree *tree, const struct tw_extra *extra, struct tw_arena *arena,
                  struct xml_extras *x)
{
    struct tw_str rest;
    struct xml_node *at = begin(x, extra->path, &rest), step;
    if (at == NULL || !all_steps(rest) || !attributes_fit(extra->attributes)) {
        x->left++;
        return TW_OK;
    }
    bool known = at != &x->envelope;
    while (rest.n > 0) {
        if (!xml_step_next(&rest, &step)) break;
        at = step_down(tree, at, known, &step, arena);
        if (at == NULL) return TW_NOMEM;
        known = known && at->row != XML_NO_ROW;
    }
    at->given = true;
    at->value = extra->value;
    at->attributes = extra->attributes;
    return TW_OK;
}

static int by_sequence(const void *a, const void *b)
{
    const struct tw_extra *x = *(const struct tw_extra *const *)a, *y = *(const struct tw_extra *const *)b;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_row(const void *a, const void *b)
{
    const struct xml_node *x = *(const struct xml_node *const *)a, *y = *(const struct xml_node *const *)b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    if (x->row != XML_NO_ROW && x->index != y->index) return x->index < y->index ? -1 : 1;
    return 0; /* not met: of those the table does not know the order is kept */
}

/* Children in the order of writing, of all nodes below. The unknown stay as they are: only the known are
 * sorted. */
static tw_err put_in_order(struct xml_node *node, struct tw_arena *arena)
{
    size_t known = 0, unknown = 0;
    if (node->children == 0) return TW_OK;
    node->child = tw_arena_array(arena, node->children, sizeof(struct xml_node *));
    if (node->child == NULL) return TW_NOMEM;
    for (struct xml_node *c = node->first; c != NULL; c = c->next) known += c->row != XML_NO_ROW;
    unknown = known;
    known = 0;
    for (struct xml_node *c = node->first; c != NULL; c = c->next) {
        node->child[c->row != XML_NO_ROW ? known++ : unknown++] = c;
        TW_TRY(put_in_order(c, arena));
    }
    if (known > 1) qsort(node->child, known, sizeof(struct xml_node *), by_row);
    return TW_OK;
}

tw_err xml_extras_make(const struct xml_tree *tree, const struct tw_extra *extra, size_t n,
                       struct tw_arena *arena, struct xml_extras *ret)
{
    *ret = (struct xml_extras){
        .envelope = {.row = XML_NO_ROW}, .declaration = {.row = XML_NO_ROW}, .item = {.row = XML_NO_ROW}};
    for (uint16_t i = 0; i < xml_rows; i++)
        if (xml_row[i].level == TW_LEVEL_ITEM) ret->item.row = i;
    if (n == 0) return TW_OK;
    const struct tw_extra **order = tw_arena_array(arena, n, sizeof(struct tw_extra *));
    if (order == NULL) return TW_NOMEM;
    for (size_t i = 0; i < n; i++) order[i] = &extra[i];
    qsort(order, n, sizeof(struct tw_extra *), by_sequence);
    for (size_t i = 0; i < n; i++) TW_TRY(add(tree, order[i], arena, ret));
    TW_TRY(put_in_order(&ret->envelope, arena));
    TW_TRY(put_in_order(&ret->declaration, arena));
    return put_in_order(&ret->item, arena);
}

bool xml_attribute_next(struct tw_str *rest, struct tw_str *name, struct tw_str *value)
{
    while (rest->n > 0 && rest->s[0] == ' ') *rest = (struct tw_str){rest->s + 1, rest->n - 1};
    size_t n = 0;
    for (bool braces = false; n < rest->n && (braces || rest->s[n] != '='); n++)
        braces = rest->s[n] == '{' || (braces && rest->s[n] != '}');
    if (rest->n - n < 3 || rest->s[n + 1] != '"') return false;
    const char *from = rest->s + n + 2, *close = memchr(from, '"', rest->n - n - 2);
    if (close == NULL) return false;
    *name = (struct tw_str){rest->s, n};
    *value = (struct tw_str){from, (size_t)(close - from)};
    *rest = (struct tw_str){close + 1, rest->n - (size_t)(close + 1 - rest->s)};
    return true;
}

/* What xml_escape writes, back again, in place. */
static size_t unescape(char *s, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n;) {
        const size_t k = s[i] == '&' ? escape_at((struct tw_str){s, n}, i) : ESCAPES;
        if (k < ESCAPES)
            s[to++] = escapes[k].c;
        else
            s[to++] = s[i];
        i += k < ESCAPES ? strlen(escapes[k].written) : 1;
    }
    return to;
}

tw_err xml_attribute_get(struct tw_str attributes, const char *name, struct tw_arena *arena,
                         struct tw_str *ret)
{
    struct tw_str each, value;
    *ret = (struct tw_str){NULL, 0};
    while (xml_attribute_next(&attributes, &each, &value)) {
        if (!tw_str_is(each, name) || value.n == 0) continue;
        char *copy = tw_arena_room(arena, value.n, 1);
        if (copy == NULL) return TW_NOMEM;
        memcpy(copy, value.s, value.n);
        *ret = (struct tw_str){copy, unescape(copy, value.n)};
        return TW_OK;
    }
    return TW_OK;
}
