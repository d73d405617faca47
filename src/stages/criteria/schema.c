/* SPDX-License-Identifier: Apache-2.0 */
/* Records of conditions, made from the tables of elements, features and own.def: a new element is seen
 * without a line here. */
#include "criteria/schema_priv.h"

#include <string.h>

#include "decl/element.h"

static const struct own_row {
    const char *name, *words;
    enum root root;
    enum tw_cel_kind kind;
} own_row[] = {
#define X(root, id, name, kind, words) {name, words, ROOT_##root, TW_CEL_##kind},
#include "criteria/own.def"
#undef X
};

/* -- records */

enum { MEMBERS_MOST = 160 }; /* no object has more of them */

static tw_err record_new(struct tw_arena *arena, const char *name, size_t cap, struct record **ret)
{
    struct record *r = tw_arena_alloc(arena, sizeof *r);
    if (r == NULL) return TW_NOMEM;
    *r = (struct record){.cap = cap};
    r->cel = tw_arena_array(arena, cap, sizeof *r->cel);
    r->field = tw_arena_array(arena, cap, sizeof *r->field);
    if (r->cel == NULL || r->field == NULL) return TW_NOMEM;
    r->type = (struct tw_cel_type){.kind = TW_CEL_RECORD, .name = tw_str_from(name), .field = r->cel};
    *ret = r;
    return TW_OK;
}

static tw_err add_field(struct record *r, struct tw_str name, const struct tw_cel_type *type, struct field f)
{
    if (r->n == r->cap) return TW_LIMIT;
    r->cel[r->n] = (struct tw_cel_field){name, type};
    r->field[r->n++] = f;
    r->type.fields_n = (uint32_t)r->n;
    return TW_OK;
}

static const struct tw_cel_type *list_of(const struct tw_cel_type *element, struct tw_arena *arena)
{
    struct tw_cel_type *t = tw_arena_alloc(arena, sizeof *t);
    const struct tw_cel_type **part = tw_arena_alloc(arena, sizeof(const struct tw_cel_type *));
    if (t == NULL || part == NULL) return NULL;
    part[0] = element;
    *t = (struct tw_cel_type){.kind = TW_CEL_LIST, .n = 1, .part = part};
    return t;
}

static const struct tw_cel_type *type_of(enum tw_type type, struct tw_arena *arena)
{
    switch (type) {
    case TW_TYPE_TIME:
        return tw_cel_type_of(TW_CEL_TIMESTAMP);
    case TW_TYPE_COUNT:
    case TW_TYPE_NUMBER:
        return tw_cel_type_of(TW_CEL_INT);
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
    case TW_TYPE_AMOUNT:
    case TW_TYPE_SIGNED:
        return tw_cel_type_of(TW_CEL_DOUBLE);
    case TW_TYPE_CONTAINERS:
        return list_of(tw_cel_type_of(TW_CEL_STRING), arena);
    default:
        return tw_cel_type_of(TW_CEL_STRING);
    }
}

/* The sub-record of that name, a new one where there is none. */
static tw_err sub_record(struct record *r, struct tw_str name, struct tw_arena *arena, struct record **ret)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->field[i].source == SOURCE_RECORD && tw_str_eq(r->cel[i].name, name)) {
            *ret = r->field[i].sub;
            return TW_OK;
        }
    TW_TRY(record_new(arena, "", MEMBERS_MOST, ret));
    (*ret)->type.name = name;
    return add_field(r, name, &(*ret)->type,
                     (struct field){.source = SOURCE_RECORD, .sub = *ret, .words = ""});
}

/* An element under its own name, parts of it between points as records. */
static tw_err add_element(struct record *r, enum tw_element e, struct tw_arena *arena)
{
    const struct tw_element_row *row = tw_element_row(e);
    struct tw_str rest = tw_element_own_name(e);
    const struct tw_cel_type *type = type_of(row->type, arena);
    if (e == TW_ELEMENT_DECLARATION_ID) rest = TW_STR("id");
    if (e == TW_ELEMENT_ITEM) rest = TW_STR("number");
    if (e == TW_ELEMENT_ITEM_CONTAINER_ID) rest = TW_STR("container_id");
    if (type == NULL) return TW_NOMEM;
    for (const char *dot; (dot = memchr(rest.s, '.', rest.n)) != NULL;) {
        const struct tw_str head = {rest.s, (size_t)(dot - rest.s)};
        TW_TRY(sub_record(r, head, arena, &r));
        rest = (struct tw_str){dot + 1, rest.n - head.n - 1};
    }
    return add_field(r, rest, type,
                     (struct field){.source = SOURCE_ELEMENT, .which = (uint32_t)e, .words = row->words});
}

static tw_err of_level(enum tw_level level, const char *name, struct tw_arena *arena, struct record **ret);

static tw_err add_list(struct record *r, const struct tw_list_row *list, struct tw_arena *arena)
{
    struct record *one;
    TW_TRY(of_level(list->level, list->name, arena, &one));
    const struct tw_cel_type *type = list_of(&one->type, arena);
    if (type == NULL) return TW_NOMEM;
    return add_field(
        r, tw_str_from(list->name), type,
        (struct field){
            .source = SOURCE_LIST, .sub = one, .list = list, .words = tw_level_words(list->level)});
}

/* All members of an object; lists of what no condition needs are left out. */
static tw_err of_level(enum tw_level level, const char *name, struct tw_arena *arena, struct record **ret)
{
    size_t lists;
    TW_TRY(record_new(arena, name, MEMBERS_MOST, ret));
    for (unsigned e = 0; e < TW_ELEMENT_END; e++)
        if (e != TW_ELEMENT_N && tw_element_row((enum tw_element)e)->level == level)
            TW_TRY(add_element(*ret, (enum tw_element)e, arena));
    const struct tw_list_row *list = tw_list_rows(level, &lists);
    for (size_t i = 0; i < lists; i++)
        if (list[i].level != TW_LEVEL_EXTRA && list[i].level != TW_LEVEL_AMENDMENT)
            TW_TRY(add_list(*ret, &list[i], arena));
    return TW_OK;
}

static tw_err add_own(struct record *r, enum root root, struct tw_arena *arena)
{
    for (uint32_t i = 0; i < OWN_N; i++) {
        if (own_row[i].root != root) continue;
        const struct tw_cel_type *type = own_row[i].kind == TW_CEL_LIST
                                             ? list_of(tw_cel_type_of(TW_CEL_STRING), arena)
                                             : tw_cel_type_of(own_row[i].kind);
        if (type == NULL) return TW_NOMEM;
        TW_TRY(add_field(r, tw_str_from(own_row[i].name), type,
                         (struct field){.source = SOURCE_OWN, .which = i, .words = own_row[i].words}));
    }
    return TW_OK;
}

/* A record for each list, all of one type; conditions find each as a variable of its own, lists.NAME. */
static tw_err of_lists(struct schema *s, const struct tw_watchlists *lists, struct tw_arena *arena)
{
    struct record *one;
    TW_TRY(record_new(arena, "lists.NAME", MEMBERS_MOST, &one));
    TW_TRY(add_own(one, ROOT_LISTS, arena));
    TW_TRY(record_new(arena, "lists", lists->n + 1, &s->root[ROOT_LISTS]));
    for (size_t i = 0; i < lists->n; i++) {
        const struct tw_str name = tw_watchlist_head(lists->at[i])->name;
        char whole[6 + 64]; /* so long may names be */
        struct tw_buf path = tw_buf_in(whole, sizeof whole);
        tw_buf_printf(&path, "lists.%.*s", TW_STR_ARG(name));
        TW_TRY(tw_str_dup(arena, tw_buf_view(&path), &s->variable[ROOT_N + i].name));
        s->variable[ROOT_N + i].type = &one->type;
        TW_TRY(add_field(s->root[ROOT_LISTS], name, &one->type,
                         (struct field){.source = SOURCE_RECORD, .sub = one, .words = ""}));
    }
    s->lists = lists->n;
    return TW_OK;
}

static tw_err of_features(struct tw_arena *arena, struct record **ret)
{
    TW_TRY(record_new(arena, "features", TW_FEATURE_N, ret));
    for (uint32_t f = 0; f < TW_FEATURE_N; f++) {
        const struct tw_feature_row *row = tw_feature_row((enum tw_feature)f);
        TW_TRY(add_field(*ret, tw_str_from(row->name), tw_cel_type_of(TW_CEL_DOUBLE),
                         (struct field){.source = SOURCE_FEATURE, .which = f, .words = row->words}));
    }
    return TW_OK;
}

static tw_err of_roots(struct schema *s, struct tw_arena *arena)
{
    TW_TRY(of_level(TW_LEVEL_DECL, "declaration", arena, &s->root[ROOT_DECLARATION]));
    TW_TRY(of_level(TW_LEVEL_ITEM, "item", arena, &s->root[ROOT_ITEM]));
    TW_TRY(record_new(arena, "profile", MEMBERS_MOST, &s->root[ROOT_PROFILE]));
    TW_TRY(of_features(arena, &s->root[ROOT_FEATURES]));
    TW_TRY(record_new(arena, "manifest", MEMBERS_MOST, &s->root[ROOT_MANIFEST]));
    for (int r = 0; r < ROOT_LISTS; r++) TW_TRY(add_own(s->root[r], (enum root)r, arena));
    return TW_OK;
}

tw_err schema_new(const struct tw_watchlists *lists, struct tw_arena *arena, struct schema **ret)
{
    const struct tw_watchlists none = {NULL, 0};
    struct schema *s = tw_arena_alloc(arena, sizeof *s);
    if (s == NULL) return TW_NOMEM;
    memset(s, 0, sizeof *s);
    if (lists == NULL) lists = &none;
    s->variable = tw_arena_array(arena, ROOT_N + lists->n, sizeof *s->variable);
    if (s->variable == NULL) return TW_NOMEM;
    TW_TRY(of_roots(s, arena));
    TW_TRY(of_lists(s, lists, arena));
    for (int r = 0; r < ROOT_N; r++) {
        s->variable[r] = (struct tw_cel_variable){s->root[r]->type.name, &s->root[r]->type};
        TW_TRY(schema_blank(s, (enum root)r, arena, &s->blank[r]));
        s->read[r] = tw_arena_array(arena, s->root[r]->n + 1, sizeof *s->read[r]);
        if (s->read[r] == NULL) return TW_NOMEM;
    }
    s->env = (struct tw_cel_env){.variable = s->variable,
                                 .variables = lists->n > 0 ? ROOT_N + lists->n : ROOT_LISTS};
    *ret = s;
    return TW_OK;
}

/* -- names */

static bool find_member(const struct record *r, struct tw_str path, struct tw_cel_value at,
                        struct tw_cel_value **ret, const struct tw_cel_type **type)
{
    const char *dot = memchr(path.s, '.', path.n);
    const struct tw_str head = {path.s, dot != NULL ? (size_t)(dot - path.s) : path.n};
    for (size_t i = 0; i < r->n; i++) {
        if (!tw_str_eq(r->cel[i].name, head)) continue;
        union {
            const struct tw_cel_value *read;
            struct tw_cel_value *write; /* it is an array of schema_fill's or schema_blank's */
        } member = {&at.record[i]};
        if (dot != NULL) {
            const struct tw_str rest = {dot + 1, path.n - head.n - 1};
            return r->field[i].source == SOURCE_RECORD &&
                   find_member(r->field[i].sub, rest, *member.read, ret, type);
        }
        *ret = member.write;
        *type = r->cel[i].type;
        return r->field[i].source != SOURCE_RECORD;
    }
    return false;
}

tw_err schema_find(const struct schema *s, struct tw_str path, struct tw_cel_value *at,
                   struct tw_cel_value **ret, const struct tw_cel_type **type)
{
    if (path.n == 0) return TW_NOTFOUND;
    for (int r = 0; r < ROOT_N; r++) {
        const struct tw_str root = s->variable[r].name;
        if (path.n <= root.n || path.s[root.n] != '.' || !tw_str_starts(path, root)) continue;
        const struct tw_str rest = {path.s + root.n + 1, path.n - root.n - 1};
        if (find_member(s->root[r], rest, at[r], ret, type)) return TW_OK;
    }
    static const enum root order[] = {ROOT_ITEM,     ROOT_DECLARATION, ROOT_PROFILE,
                                      ROOT_MANIFEST, ROOT_FEATURES,    ROOT_LISTS};
    for (size_t i = 0; i < ROOT_N; i++)
        if (find_member(s->root[order[i]], path, at[order[i]], ret, type)) return TW_OK;
    return TW_NOTFOUND;
}
