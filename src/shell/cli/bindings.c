/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bindings.h"

/* -- types: of several values at once, for the elements of a list have one */

struct nodes {
    const struct tw_json_node **at;
    size_t n;
};

static const struct tw_cel_type *type_of(struct nodes of, struct tw_str name, struct tw_arena *arena);

static bool is_whole(const struct tw_json_node *number, int64_t *ret)
{
    return tw_str_i64(number->text, ret) == TW_OK;
}

static enum tw_cel_kind kind_of(const struct tw_json_node *node)
{
    int64_t unused;
    switch (node->kind) {
    case TW_JSON_NULL:
        return TW_CEL_NULL;
    case TW_JSON_FALSE:
    case TW_JSON_TRUE:
        return TW_CEL_BOOL;
    case TW_JSON_NUMBER:
        return is_whole(node, &unused) ? TW_CEL_INT : TW_CEL_DOUBLE;
    case TW_JSON_TEXT:
        return TW_CEL_STRING;
    case TW_JSON_ARRAY:
        return TW_CEL_LIST;
    default:
        return TW_CEL_MAP;
    }
}

/* All that stands within the nodes: elements of lists; the members of that name. NULL at: no memory. */
static struct nodes within(struct nodes of, const struct tw_str *name, struct tw_arena *arena)
{
    size_t n = 1;
    struct nodes ret = {0};
    for (size_t i = 0; i < of.n; i++) n += of.at[i]->n;
    ret.at = tw_arena_room(arena, n, sizeof(const struct tw_json_node *));
    for (size_t i = 0; i < of.n && ret.at != NULL; i++)
        for (const struct tw_json_node *m = tw_json_first(of.at[i]); m != NULL; m = m->next)
            if (name == NULL || tw_str_eq(m->key, *name)) ret.at[ret.n++] = m;
    return ret;
}

static const struct tw_cel_type *list_of(struct nodes of, struct tw_str name, struct tw_arena *arena)
{
    const struct nodes elements = within(of, NULL, arena);
    struct tw_cel_type *t = tw_arena_alloc(arena, sizeof *t);
    const struct tw_cel_type **part = tw_arena_alloc(arena, sizeof(const struct tw_cel_type *));
    if (elements.at == NULL || t == NULL || part == NULL) return NULL;
    part[0] = type_of(elements, name, arena);
    *t = (struct tw_cel_type){.kind = TW_CEL_LIST, .n = 1, .part = part};
    return part[0] != NULL ? t : NULL;
}

static bool has_field(const struct tw_cel_type *t, const struct tw_cel_field *field, struct tw_str name)
{
    for (uint32_t i = 0; i < t->fields_n; i++)
        if (tw_str_eq(field[i].name, name)) return true;
    return false;
}

static const struct tw_cel_type *record_of(struct nodes of, struct tw_str name, struct tw_arena *arena)
{
    const struct nodes members = within(of, NULL, arena);
    struct tw_cel_type *t = tw_arena_alloc(arena, sizeof *t);
    struct tw_cel_field *field = tw_arena_array(arena, members.n + 1, sizeof *field);
    if (members.at == NULL || t == NULL || field == NULL) return NULL;
    *t = (struct tw_cel_type){.kind = TW_CEL_RECORD, .keyed = true, .name = name, .field = field};
    for (size_t i = 0; i < members.n; i++) {
        const struct tw_str key = members.at[i]->key;
        if (has_field(t, field, key)) continue;
        const struct nodes same = within(of, &key, arena);
        const struct tw_cel_type *type = same.at != NULL ? type_of(same, key, arena) : NULL;
        if (type == NULL) return NULL;
        field[t->fields_n++] = (struct tw_cel_field){key, type};
    }
    return t;
}

/* NULL: no memory. */
static const struct tw_cel_type *type_of(struct nodes of, struct tw_str name, struct tw_arena *arena)
{
    if (of.n == 0) return tw_cel_type_of(TW_CEL_DYN);
    const enum tw_cel_kind kind = kind_of(of.at[0]);
    bool any = false;
    for (size_t i = 0; i < of.n; i++) {
        if (kind_of(of.at[i]) != kind) return tw_cel_type_of(TW_CEL_DYN);
        any = any || of.at[i]->n > 0;
    }
    if (kind == TW_CEL_LIST && any) return list_of(of, name, arena);
    if (kind == TW_CEL_MAP && any) return record_of(of, name, arena);
    return tw_cel_type_of(kind);
}

/* -- values */

static tw_err value_of(const struct tw_json_node *node, struct tw_arena *arena, struct tw_cel_value *ret)
{
    int64_t whole;
    double f;
    switch (node->kind) {
    case TW_JSON_NULL:
        *ret = tw_cel_null();
        return TW_OK;
    case TW_JSON_FALSE:
    case TW_JSON_TRUE:
        *ret = tw_cel_bool(node->kind == TW_JSON_TRUE);
        return TW_OK;
    case TW_JSON_TEXT:
        *ret = tw_cel_string(node->text);
        return TW_OK;
    case TW_JSON_NUMBER:
        if (is_whole(node, &whole)) {
            *ret = tw_cel_int(whole);
            return TW_OK;
        }
        TW_TRY(tw_str_f64(node->text, &f));
        *ret = tw_cel_double(f);
        return TW_OK;
    default:
        break;
    }
    const bool map = node->kind == TW_JSON_OBJECT;
    struct tw_cel_value *at = tw_arena_array(arena, (size_t)node->n * 2 + 1, sizeof *at);
    uint32_t n = 0;
    if (at == NULL) return TW_NOMEM;
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL; m = m->next) {
        if (map) at[n++] = tw_cel_string(m->key);
        TW_TRY(value_of(m, arena, &at[n++]));
    }
    *ret = map ? tw_cel_map(at, n / 2) : tw_cel_list(at, n);
    return TW_OK;
}

tw_err tw_bindings_of(const struct tw_json_node *json, struct tw_arena *arena, struct tw_bindings *ret,
                      struct tw_fault *fault)
{
    struct tw_bindings b = {0};
    if (json->kind != TW_JSON_OBJECT) {
        tw_json_blame(json, fault);
        return tw_fail(fault, TW_FORMAT, "bindings are an object: {\"name\": value}");
    }
    b.variable = tw_arena_array(arena, json->n + 1, sizeof *b.variable);
    b.slot = tw_arena_array(arena, json->n + 1, sizeof *b.slot);
    if (b.variable == NULL || b.slot == NULL) return tw_fail(fault, TW_NOMEM, "no memory for the bindings");
    for (const struct tw_json_node *m = tw_json_first(json); m != NULL; m = m->next, b.n++) {
        b.variable[b.n] = (struct tw_cel_variable){m->key, type_of((struct nodes){&m, 1}, m->key, arena)};
        if (b.variable[b.n].type == NULL) return tw_fail(fault, TW_NOMEM, "no memory for the bindings");
        const tw_err err = value_of(m, arena, &b.slot[b.n]);
        if (err == TW_OK) continue;
        tw_json_blame(m, fault);
        return tw_fail(fault, err,
                       err == TW_NOMEM ? "no memory for the bindings"
                                       : "a number has more digits than can be read");
    }
    *ret = b;
    return TW_OK;
}
