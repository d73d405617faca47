/* SPDX-License-Identifier: Apache-2.0 */
/* criteria/schema_priv.h -- what conditions may see: six records, and their values for one declaration. */
#ifndef TW_CRITERIA_SCHEMA_PRIV_H
#define TW_CRITERIA_SCHEMA_PRIV_H

#include "criteria/criteria.h"

/* Variables of every condition: these, and behind them one for each list, lists.NAME. */
enum root { ROOT_DECLARATION, ROOT_ITEM, ROOT_PROFILE, ROOT_FEATURES, ROOT_MANIFEST, ROOT_LISTS, ROOT_N };

/* Members of own.def, in the order of the file. */
enum own {
#define X(root, id, name, kind, words) OWN_##root##_##id,
#include "criteria/own.def"
#undef X
    OWN_N
};

enum source {
    SOURCE_ELEMENT, /* a member of the object that the record is made of */
    SOURCE_RECORD,  /* a record of more of its members */
    SOURCE_LIST,    /* a list of objects */
    SOURCE_OWN,     /* own.def */
    SOURCE_FEATURE
};

struct field {
    enum source source;
    uint32_t which; /* element, own, feature */
    struct record *sub;
    const struct tw_list_row *list;
    const char *words;
};

/* A record type, with where its values come from. Lives in an arena. */
struct record {
    struct tw_cel_type type;
    struct tw_cel_field *cel;
    struct field *field; /* beside it */
    size_t n, cap;
};

struct schema {
    struct record *root[ROOT_N];
    struct tw_cel_value blank[ROOT_N]; /* of each, a record of which nothing is known */
    bool *read[ROOT_N];                /* of each, the members that any condition reads */
    struct tw_cel_variable *variable;  /* ROOT_N + lists of them */
    size_t lists;
    struct tw_cel_env env;
};

/* Everything in it lives in the arena. Without lists conditions see no `lists`. TW_NOMEM */
tw_err schema_new(const struct tw_watchlists *lists, struct tw_arena *arena, struct schema **ret)
    TW_MUST_CHECK;

/* The values of a root but ROOT_LISTS, of members that no condition reads as where nothing is known. `item`:
 * 0-based; for the roots of an item alone. TW_NOMEM */
tw_err schema_fill(const struct schema *s, enum root root, const struct tw_criteria_case *k, size_t item,
                   struct tw_arena *arena, struct tw_cel_value *ret) TW_MUST_CHECK;

/* The same with nothing known: every member absent, which an example then sets one by one. TW_NOMEM */
tw_err schema_blank(const struct schema *s, enum root root, struct tw_arena *arena, struct tw_cel_value *ret)
    TW_MUST_CHECK;

/* The member of a path, item.price_per_kg or, where it is the name of one member alone, price_per_kg. `at`
 * are the values of all roots. TW_NOTFOUND */
tw_err schema_find(const struct schema *s, struct tw_str path, struct tw_cel_value *at,
                   struct tw_cel_value **ret, const struct tw_cel_type **type) TW_MUST_CHECK;

#endif
