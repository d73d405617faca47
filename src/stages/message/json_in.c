/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of message/ that names jansson. Values come from both sides in the order of the text: from the
 * scanner with their places, from jansson with their meaning (its objects keep the order in which they were
 * read, since 2.8). */
#include "message/json_in.h"

#include <jansson.h>
#include <stdio.h>

enum { BYTES = 10000000, BYTES_MOST = 64 << 20, DEPTH = 32, VALUES = 500000, VALUES_MOST = 10000000 };

static uint32_t limit(uint32_t given, uint32_t otherwise, uint32_t most)
{
    if (given == 0) return otherwise;
    return given < most ? given : most;
}

/* The text on its way. */
struct scan {
    struct tw_str text;
    size_t at;
    uint32_t line, column; /* of `at` */
    uint64_t object;       /* bit for each open level: an object */
    uint32_t depth;
    bool name; /* a string that stands next is a name */
};

static void step(struct scan *s)
{
    const unsigned char c = (unsigned char)s->text.s[s->at++];
    if (c == '\n') {
        s->line++;
        s->column = 1;
    } else if ((c & 0xC0) != 0x80) {
        s->column++;
    }
}

static void skip_string(struct scan *s)
{
    const char *p = s->text.s;
    size_t end = s->at + 1;
    while (end < s->text.n && p[end] != '"') end += p[end] == '\\' && end + 1 < s->text.n ? 2 : 1;
    end = end < s->text.n ? end + 1 : s->text.n;
    if (memchr(p + s->at, '\n', end - s->at) != NULL) { /* which no JSON may have: it is told where */
        while (s->at < end) step(s);
        return;
    }
    uint32_t columns = 0;
    for (size_t i = s->at; i < end; i++) columns += ((unsigned char)p[i] & 0xC0) != 0x80;
    s->column += columns;
    s->at = end;
}

static bool ends_word(char c)
{
    return tw_json_is_blank(c) || strchr(",:]}[{\"", c) != NULL;
}

static bool in_object(const struct scan *s)
{
    return s->depth > 0 && (s->object >> (s->depth - 1) & 1) != 0;
}

/* Behind a value: goes over it, or into it. */
static void enter(struct scan *s)
{
    const char c = s->text.s[s->at];
    if (c == '"') {
        skip_string(s);
    } else if (c == '{' || c == '[') {
        const uint64_t bit = 1ull << s->depth++;
        s->object = c == '{' ? s->object | bit : s->object & ~bit;
        s->name = c == '{';
        step(s);
    } else {
        do step(s);
        while (s->at < s->text.n && !ends_word(s->text.s[s->at]));
    }
}

/* Goes to where the next value begins; false: there is none. */
static bool next_value(struct scan *s)
{
    while (s->at < s->text.n) {
        const char c = s->text.s[s->at];
        if (c == ']' || c == '}') {
            if (s->depth > 0) s->depth--;
            s->name = false;
        } else if (c == ',') {
            s->name = in_object(s);
        } else if (c == ':') {
            s->name = false;
        } else if (c == '"' && s->name) {
            skip_string(s);
            continue;
        } else if (!tw_json_is_blank(c)) {
            return true;
        }
        step(s);
    }
    return false;
}

static void place(const struct scan *s, struct tw_fault *fault)
{
    if (fault == NULL) return;
    fault->line = s->line;
    fault->column = s->column;
    fault->byte = s->at;
}

static tw_err over(struct tw_fault *fault, const char *name, const char *what, uint32_t most)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
    return tw_fail(fault, TW_LIMIT, "%s; %u are allowed", what, most);
}

static struct scan begin(struct tw_str text)
{
    return (struct scan){.text = text, .line = 1, .column = 1};
}

/* Counts the values and holds the text to the limits. */
static tw_err measure(struct tw_str text, const struct tw_json_limits *limits, uint32_t *ret,
                      struct tw_fault *fault)
{
    const uint32_t bytes = limit(limits->bytes, BYTES, BYTES_MOST);
    const uint32_t depth = limit(limits->depth, DEPTH, TW_JSON_DEPTH_MOST);
    const uint32_t values = limit(limits->values, VALUES, VALUES_MOST);
    struct scan s = begin(text);
    uint32_t n = 0;
    if (text.n > bytes) return over(fault, "bytes", "the text has too many bytes", bytes);
    const char *nul = text.n > 0 ? memchr(text.s, '\0', text.n) : NULL; /* jansson takes it for the end */
    if (nul != NULL) {
        while (s.text.s + s.at < nul) step(&s);
        place(&s, fault);
        return tw_fail(fault, TW_FORMAT, "this is no JSON: a byte that is zero stands here");
    }
    while (next_value(&s)) {
        const char c = text.s[s.at];
        place(&s, fault);
        if (++n > values) return over(fault, "values", "the text has too many values", values);
        if ((c == '{' || c == '[') && s.depth == depth)
            return over(fault, "depth", "objects and arrays lie too deep within each other", depth);
        enter(&s);
    }
    if (fault != NULL) *fault = (struct tw_fault){.item = fault->item};
    *ret = n;
    return TW_OK;
}

/* -- the tree */

struct build {
    struct scan scan;
    struct tw_arena *arena;
    struct tw_json_node *node;
    uint32_t at, n;
};

static enum tw_json_kind kind_of(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return TW_JSON_OBJECT;
    case JSON_ARRAY:
        return TW_JSON_ARRAY;
    case JSON_STRING:
        return TW_JSON_TEXT;
    case JSON_TRUE:
        return TW_JSON_TRUE;
    case JSON_FALSE:
        return TW_JSON_FALSE;
    case JSON_NULL:
        return TW_JSON_NULL;
    default:
        return TW_JSON_NUMBER;
    }
}

/* What the scanner took for the beginning of a value must be what jansson read there. */
static bool begins(enum tw_json_kind kind, char c)
{
    static const char first[] = {'n', 'f', 't', '\0', '"', '[', '{'};
    return kind == TW_JSON_NUMBER ? c == '-' || (c >= '0' && c <= '9') : c == first[kind];
}

static tw_err add(struct build *b, json_t *v, struct tw_str key, const struct tw_json_node *parent);

/* NOLINTNEXTLINE(misc-no-recursion): the depth has a limit */
static tw_err add_object(struct build *b, json_t *v, struct tw_json_node *node)
{
    struct tw_json_node *before = NULL;
    node->n = (uint32_t)json_object_size(v);
    for (void *i = json_object_iter(v); i != NULL; i = json_object_iter_next(v, i)) {
        struct tw_json_node *child = b->node + b->at;
        if (before != NULL) before->next = child;
        TW_TRY(add(b, json_object_iter_value(i), tw_str_from(json_object_iter_key(i)), node));
        before = child;
    }
    return TW_OK;
}

/* NOLINTNEXTLINE(misc-no-recursion): the depth has a limit */
static tw_err add(struct build *b, json_t *v, struct tw_str key, const struct tw_json_node *parent)
{
    if (b->at == b->n || !next_value(&b->scan)) return TW_INTERNAL;
    struct tw_json_node *node = &b->node[b->at++], *before = NULL;
    const size_t from = b->scan.at;
    *node = (struct tw_json_node){.kind = kind_of(v),
                                  .line = b->scan.line,
                                  .column = b->scan.column,
                                  .byte = (uint32_t)from,
                                  .parent = parent};
    if (!begins(node->kind, b->scan.text.s[from])) return TW_INTERNAL;
    enter(&b->scan);
    if (key.n > 0) TW_TRY(tw_str_dup(b->arena, key, &node->key));
    if (node->kind == TW_JSON_NUMBER)
        node->text = (struct tw_str){b->scan.text.s + from, b->scan.at - from};
    else if (node->kind == TW_JSON_TEXT && json_string_length(v) > 0)
        return tw_str_dup(b->arena, (struct tw_str){json_string_value(v), json_string_length(v)},
                          &node->text);
    else if (node->kind == TW_JSON_OBJECT)
        return add_object(b, v, node);
    if (node->kind != TW_JSON_ARRAY) return TW_OK;
    node->n = (uint32_t)json_array_size(v);
    for (size_t i = 0; i < node->n; i++) {
        struct tw_json_node *child = b->node + b->at;
        if (before != NULL) before->next = child;
        TW_TRY(add(b, json_array_get(v, i), (struct tw_str){NULL, 0}, node));
        before = child;
    }
    return TW_OK;
}

static tw_err no_memory(const struct tw_arena *arena, struct tw_fault *fault)
{
    if (!tw_arena_full(arena)) return tw_fail(fault, TW_NOMEM, "out of memory while reading JSON");
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "memory");
    return tw_fail(fault, TW_LIMIT, "this text takes more memory than one may; send it in parts");
}

/* jansson's words about a text, which may quote it. */
static tw_err no_json(const json_error_t *error, struct tw_str text, struct tw_fault *fault)
{
    char words[JSON_ERROR_TEXT_LENGTH];
    if (json_error_code(error) == json_error_out_of_memory || error->text[0] == '\0')
        return tw_fail(fault, TW_NOMEM,
                       "out of memory while reading JSON"); /* an empty text is the same there */
    snprintf(words, sizeof words, "%s", error->text);
    for (char *p = words; *p != '\0'; p++)
        if ((unsigned char)*p < ' ') *p = ' ';
    if (fault != NULL) {
        fault->line = error->line > 0 ? (uint32_t)error->line : 1;
        fault->column = error->column > 0 ? (uint32_t)error->column : 0;
        fault->byte =
            error->position > 0 && (size_t)error->position <= text.n ? (uint64_t)error->position : 0;
    }
    if (json_error_code(error) == json_error_duplicate_key)
        return tw_fail(fault, TW_FORMAT, "a name stands twice in one object; once is right (%.100s)", words);
    return tw_fail(fault, TW_FORMAT, "this is no JSON: %.150s", words);
}

tw_err tw_json_parse(struct tw_str text, const struct tw_json_limits *limits, struct tw_arena *arena,
                     const struct tw_json_node **ret, struct tw_fault *fault)
{
    static const struct tw_json_limits defaults = {0};
    struct build b = {.scan = begin(text), .arena = arena};
    json_error_t error;
    if (tw_str_trim(text).n == 0)
        return tw_fail(fault, TW_FORMAT, "there is nothing here; a JSON value is wanted");
    TW_TRY(measure(text, limits != NULL ? limits : &defaults, &b.n, fault));
    json_t *root = json_loadb(
        text.s, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
        &error);
    if (root == NULL) return no_json(&error, text, fault);
    tw_err err = TW_NOMEM;
    b.node = tw_arena_array(arena, b.n, sizeof *b.node);
    if (b.node != NULL) err = add(&b, root, (struct tw_str){NULL, 0}, NULL);
    if (err == TW_OK && b.at != b.n) err = TW_INTERNAL;
    json_decref(root);
    if (err == TW_NOMEM) return no_memory(arena, fault);
    if (err != TW_OK) return tw_fail(fault, err, "the places of this text could not be told");
    *ret = b.node;
    return TW_OK;
}

const struct tw_json_node *tw_json_get(const struct tw_json_node *node, const char *key)
{
    if (node == NULL || node->kind != TW_JSON_OBJECT) return NULL;
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL; m = m->next)
        if (tw_str_is(m->key, key)) return m;
    return NULL;
}

const char *tw_json_kind_words(enum tw_json_kind kind)
{
    static const char *const words[] = {"null",   "false",    "true",     "a number",
                                        "a text", "an array", "an object"};
    return (unsigned)kind < sizeof words / sizeof *words ? words[kind] : "";
}

void tw_json_blame(const struct tw_json_node *node, struct tw_fault *fault)
{
    char path[512];
    size_t from = sizeof path - 1;
    if (fault == NULL) return;
    fault->line = node->line;
    fault->column = node->column;
    fault->byte = node->byte;
    path[from] = '\0';
    for (; node->parent != NULL; node = node->parent) {
        char one[96];
        int n;
        if (node->parent->kind == TW_JSON_OBJECT) {
            n = snprintf(one, sizeof one, "%s%.*s", node->parent->parent != NULL ? "." : "",
                         (int)(node->key.n < 80 ? node->key.n : 80), node->key.s != NULL ? node->key.s : "");
        } else {
            uint32_t i = 0;
            for (const struct tw_json_node *m = tw_json_first(node->parent); m != node; m = m->next) i++;
            n = snprintf(one, sizeof one, "[%u]", i);
        }
        if ((size_t)n > from) break;
        from -= (size_t)n;
        memcpy(path + from, one, (size_t)n);
    }
    const size_t n = sizeof path - 1 - from, most = sizeof fault->path - 1;
    if (n > most) from += n - most;
    snprintf(fault->path, sizeof fault->path, "%s", path + from);
}

bool tw_json_sniff(struct tw_str first)
{
    if (first.n >= 3 && memcmp(first.s, "\xef\xbb\xbf", 3) == 0)
        first = (struct tw_str){first.s + 3, first.n - 3};
    first = tw_str_trim(first);
    return first.n > 0 && (first.s[0] == '{' || first.s[0] == '[');
}
