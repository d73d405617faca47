/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of base that names libyaml: its events become a tree in which every value keeps its place. */
#include "base/yaml.h"

#include <yaml.h>

#include "base/hash.h"
#include "base/map.h"

/* A member waiting for its container to close. */
struct pending {
    struct pending *next;
    struct tw_yaml *node;
};

struct builder {
    yaml_parser_t parser;
    struct tw_arena *arena;
    struct tw_fault *fault;
    size_t nodes;
    uint64_t maps;         /* begun so far: each has a number */
    struct tw_map64 *keys; /* hashes of (number of the map, key): a million keys are compared fast */
};

static tw_err at_mark(struct builder *b, yaml_mark_t mark, tw_err code, const char *note)
{
    if (b->fault != NULL) {
        b->fault->line = (uint32_t)mark.line + 1;
        b->fault->column = (uint32_t)mark.column + 1;
        b->fault->byte = mark.index;
    }
    return tw_fail(b->fault, code, "%s", note);
}

static tw_err next_event(struct builder *b, yaml_event_t *event)
{
    if (yaml_parser_parse(&b->parser, event)) return TW_OK;
    if (b->parser.error == YAML_MEMORY_ERROR)
        return tw_fail(b->fault, TW_NOMEM, "out of memory while reading YAML");
    yaml_mark_t mark = b->parser.problem_mark;
    if (b->fault != NULL) {
        b->fault->line = (uint32_t)mark.line + 1;
        b->fault->column = (uint32_t)mark.column + 1;
        b->fault->byte = b->parser.problem_offset;
    }
    return tw_fail(b->fault, TW_FORMAT, "this is not YAML: %s",
                   b->parser.problem != NULL ? b->parser.problem : "unreadable");
}

static tw_err new_node(struct builder *b, const yaml_event_t *e, enum tw_yaml_kind kind, struct tw_yaml **ret)
{
    if (++b->nodes > TW_YAML_NODES_MAX)
        return at_mark(b, e->start_mark, TW_LIMIT, "more than 1,000,000 values; split the file");
    struct tw_yaml *node = tw_arena_alloc(b->arena, sizeof *node);
    if (node == NULL) return tw_fail(b->fault, TW_NOMEM, "no room for the YAML tree");
    node->kind = kind;
    node->line = (uint32_t)e->start_mark.line + 1;
    node->column = (uint32_t)e->start_mark.column + 1;
    *ret = node;
    return TW_OK;
}

static tw_err plain_only(struct builder *b, const yaml_event_t *e, const yaml_char_t *anchor,
                         const yaml_char_t *tag)
{
    if (anchor != NULL)
        return at_mark(b, e->start_mark, TW_FORMAT, "anchors (&) are not allowed; write the value out");
    if (tag != NULL)
        return at_mark(b, e->start_mark, TW_FORMAT, "tags (!) are not allowed; types come from our tables");
    return TW_OK;
}

static tw_err scalar(struct builder *b, const yaml_event_t *e, struct tw_yaml **ret)
{
    TW_TRY(plain_only(b, e, e->data.scalar.anchor, e->data.scalar.tag));
    struct tw_yaml *node = NULL;
    TW_TRY(new_node(b, e, TW_YAML_SCALAR, &node));
    if (node == NULL) return TW_NOMEM; /* never: for the compiler's peace */
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    struct tw_str text = {(const char *)e->data.scalar.value, e->data.scalar.length};
    size_t bad;
    if (!tw_str_utf8(text, &bad))
        return at_mark(b, e->start_mark, TW_FORMAT, "a text with a NUL or bad UTF-8");
    if (tw_str_dup(b->arena, text, &node->text) != TW_OK)
        return tw_fail(b->fault, TW_NOMEM, "no room for the YAML tree");
    *ret = node;
    return TW_OK;
}

static tw_err container(struct builder *b, const yaml_event_t *start, unsigned depth, struct tw_yaml **ret);

/* The value that begins with event `e`; consumes the events up to its end. */
static tw_err value(struct builder *b, const yaml_event_t *e, unsigned depth, struct tw_yaml **ret)
{
    if (e->type == YAML_SCALAR_EVENT) return scalar(b, e, ret);
    if (e->type == YAML_ALIAS_EVENT)
        return at_mark(b, e->start_mark, TW_FORMAT, "aliases (*) are not allowed; write the value out");
    return container(b, e, depth, ret);
}

static tw_err add_member(struct builder *b, struct pending **last, struct tw_yaml *node)
{
    struct pending *p = tw_arena_alloc(b->arena, sizeof *p);
    if (p == NULL) return tw_fail(b->fault, TW_NOMEM, "no room for the YAML tree");
    p->node = node;
    p->next = *last;
    *last = p;
    return TW_OK;
}

static tw_err collect(struct builder *b, struct pending *last, struct tw_yaml *node)
{
    if (node->n == 0) return TW_OK;
    node->member = tw_arena_array(b->arena, node->n, sizeof(struct tw_yaml *));
    if (node->member == NULL) return tw_fail(b->fault, TW_NOMEM, "no room for the YAML tree");
    for (size_t i = node->n; i-- > 0; last = last->next) node->member[i] = last->node;
    return TW_OK;
}

/* The member of that name, which stood before; NULL = none. */
static const struct tw_yaml *stood_before(const struct pending *last, struct tw_str key)
{
    for (; last != NULL; last = last->next)
        if (tw_str_eq(last->node->key, key)) return last->node;
    return NULL;
}

/* A key must be a scalar that has not stood in this map before. */
static tw_err key_of(struct builder *b, const yaml_event_t *e, const struct pending *last, uint64_t map,
                     struct tw_str *ret)
{
    if (e->type != YAML_SCALAR_EVENT)
        return at_mark(b, e->start_mark, TW_FORMAT, "a key must be a plain text");
    struct tw_yaml *key = NULL;
    TW_TRY(scalar(b, e, &key));
    if (key == NULL) return TW_NOMEM; /* never: for the compiler's peace */
    const size_t before = tw_map64_n(b->keys);
    uint32_t at;
    if (tw_map64_put(b->keys, tw_hash64(key->text.s, key->text.n, map), &at) != TW_OK)
        return tw_fail(b->fault, TW_NOMEM, "no room for the YAML tree");
    /* A hash that was there is most likely the same key; only then is it worth looking. */
    const struct tw_yaml *twin = at < before ? stood_before(last, key->text) : NULL;
    if (twin != NULL) {
        if (b->fault != NULL) {
            b->fault->line = key->line;
            b->fault->column = key->column;
        }
        return tw_fail(b->fault, TW_FORMAT, "the key '%.60s' stands twice; it was given in line %u already",
                       key->text.s, twin->line);
    }
    *ret = key->text;
    return TW_OK;
}

/* The event with which the next member's value begins, behind its key; or the end of the container. */
static tw_err next_member(struct builder *b, const struct tw_yaml *node, const struct pending *last,
                          uint64_t map, yaml_event_t *e, struct tw_str *key)
{
    TW_TRY(next_event(b, e));
    if (node->kind != TW_YAML_MAP || e->type == YAML_MAPPING_END_EVENT) return TW_OK;
    tw_err err = key_of(b, e, last, map, key);
    yaml_event_delete(e);
    return err == TW_OK ? next_event(b, e) : err;
}

static tw_err members(struct builder *b, struct tw_yaml *node, unsigned depth)
{
    struct pending *last = NULL;
    const uint64_t map = ++b->maps;
    for (;;) {
        yaml_event_t e;
        struct tw_str key = {0};
        TW_TRY(next_member(b, node, last, map, &e, &key));
        const bool end = e.type == YAML_MAPPING_END_EVENT || e.type == YAML_SEQUENCE_END_EVENT;
        struct tw_yaml *child = NULL;
        tw_err err = end ? TW_OK : value(b, &e, depth + 1, &child);
        yaml_event_delete(&e);
        if (end) return collect(b, last, node);
        if (err == TW_OK && child != NULL) {
            child->key = key;
            err = add_member(b, &last, child);
        }
        if (err != TW_OK) return err;
        node->n++;
    }
}

static tw_err container(struct builder *b, const yaml_event_t *start, unsigned depth, struct tw_yaml **ret)
{
    bool map = start->type == YAML_MAPPING_START_EVENT;
    if (!map && start->type != YAML_SEQUENCE_START_EVENT)
        return at_mark(b, start->start_mark, TW_FORMAT, "a value was expected here");
    if (depth > TW_YAML_DEPTH_MAX)
        return at_mark(b, start->start_mark, TW_LIMIT, "nested deeper than 32 levels");
    TW_TRY(plain_only(b, start, map ? start->data.mapping_start.anchor : start->data.sequence_start.anchor,
                      map ? start->data.mapping_start.tag : start->data.sequence_start.tag));
    struct tw_yaml *node = NULL;
    TW_TRY(new_node(b, start, map ? TW_YAML_MAP : TW_YAML_LIST, &node));
    if (node == NULL) return TW_NOMEM;
    TW_TRY(members(b, node, depth));
    *ret = node;
    return TW_OK;
}

/* Reads on to an event of type `want`; anything else is a fault with `note`. */
static tw_err expect(struct builder *b, yaml_event_type_t want, const char *note)
{
    yaml_event_t e;
    TW_TRY(next_event(b, &e));
    tw_err err = e.type == want ? TW_OK : at_mark(b, e.start_mark, TW_FORMAT, note);
    yaml_event_delete(&e);
    return err;
}

static tw_err document(struct builder *b, struct tw_yaml **ret)
{
    TW_TRY(expect(b, YAML_STREAM_START_EVENT, "this is not YAML"));
    TW_TRY(expect(b, YAML_DOCUMENT_START_EVENT, "the file is empty; it must hold one YAML document"));
    yaml_event_t e;
    TW_TRY(next_event(b, &e));
    tw_err err = value(b, &e, 1, ret);
    yaml_event_delete(&e);
    TW_TRY(err);
    TW_TRY(expect(b, YAML_DOCUMENT_END_EVENT, "the document goes on where it should end"));
    return expect(b, YAML_STREAM_END_EVENT, "a second document begins here; only one is allowed");
}

tw_err tw_yaml_parse(struct tw_str text, struct tw_arena *arena, struct tw_yaml **ret, struct tw_fault *fault)
{
    struct builder b = {.arena = arena, .fault = fault};
    if (!yaml_parser_initialize(&b.parser))
        return tw_fail(fault, TW_NOMEM, "out of memory while reading YAML");
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.n > 0 ? text.s : ""), text.n);
    struct tw_yaml *root = NULL;
    tw_err err = tw_map64_new(&b.keys) != TW_OK ? tw_fail(fault, TW_NOMEM, "no room for the YAML tree")
                                                : document(&b, &root);
    tw_map64_free(b.keys);
    yaml_parser_delete(&b.parser);
    if (err == TW_OK) *ret = root;
    return err;
}

const struct tw_yaml *tw_yaml_get(const struct tw_yaml *node, const char *key)
{
    if (node == NULL || node->kind != TW_YAML_MAP) return NULL;
    for (size_t i = 0; i < node->n; i++)
        if (tw_str_is(node->member[i]->key, key)) return node->member[i];
    return NULL;
}
