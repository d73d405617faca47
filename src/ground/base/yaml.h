/* SPDX-License-Identifier: Apache-2.0 */
/* base/yaml.h -- configuration, maps, worlds and criteria from YAML, typed by our own tables.
 *
 * In : YAML 1.1 bytes (libyaml's events).
 * Out: a tree in which each value knows line and column, and structs filled from it by field tables.
 * Not: YAML's own guesses at types: `NO` stays Norway. Refused: aliases, anchors, tags, duplicate and unknown
 *      keys, second documents, 1.5junk, non-finite numbers, depth > 32, > 1,000,000 nodes.
 */
#ifndef TW_BASE_YAML_H
#define TW_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { TW_YAML_DEPTH_MAX = 32, TW_YAML_NODES_MAX = 1000000 };

enum tw_yaml_kind { TW_YAML_SCALAR, TW_YAML_LIST, TW_YAML_MAP };

struct tw_yaml {
    enum tw_yaml_kind kind;
    uint32_t line, column;   /* 1-based */
    struct tw_str text;      /* scalar */
    bool quoted;             /* scalar: stood in quotes or as a block */
    struct tw_str key;       /* when this node is a member of a map */
    size_t n;                /* members */
    struct tw_yaml **member; /* in file order */
};

/* The one document in `text`. Everything returned lives in `arena`.
 * TW_FORMAT  with fault->line and column; TW_LIMIT; TW_NOMEM */
tw_err tw_yaml_parse(struct tw_str text, struct tw_arena *arena, struct tw_yaml **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The member of map `node` named `key`; NULL when absent or node is NULL or no map. */
const struct tw_yaml *tw_yaml_get(const struct tw_yaml *node, const char *key);

enum tw_yaml_type {
    TW_YAML_TEXT,   /* struct tw_str */
    TW_YAML_I64,    /* int64_t in [min, max] */
    TW_YAML_F64,    /* double in [min, max], finite */
    TW_YAML_BOOL,   /* bool: true or false, no other word */
    TW_YAML_DAY,    /* int32_t: a date */
    TW_YAML_STRUCT, /* a map into the struct at `offset`, by `sub` */
    TW_YAML_ITEMS, /* a list of maps into struct tw_yaml_items at `offset`: an array of `size`-byte structs */
    TW_YAML_TEXTS, /* a list of scalars into struct tw_yaml_items of struct tw_str */
    TW_YAML_NUMBERS, /* a list of scalars into struct tw_yaml_items of double in [min, max] */
    TW_YAML_NODE     /* const struct tw_yaml *: left to the caller */
};

struct tw_yaml_items {
    void *at; /* NULL when n is 0 */
    size_t n;
};

struct tw_yaml_field {
    const char *name;
    enum tw_yaml_type type;
    size_t offset;
    bool required;                   /* else what the struct held before stays */
    double min, max;                 /* I64, F64, NUMBERS; both 0 = no bounds */
    const struct tw_yaml_field *sub; /* STRUCT, ITEMS; ends with a row whose name is NULL */
    size_t size;                     /* ITEMS: bytes of one */
};

/* Rows of such a table: the key `key` goes to `member` of `owner` (struct head), read as TW_YAML_##kind; what
 * else a row says follows, as in .required = true. The last row is TW_YAML_END. */
#define TW_YAML_KEY(owner, key, kind, member, ...)                                                           \
    {                                                                                                        \
        .name = (key), .type = TW_YAML_##kind, .offset = offsetof(owner, member), __VA_ARGS__                \
    }
#define TW_YAML_END                                                                                          \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

/* Fills the struct `out` from map `node` by `fields` (ends with a row whose name is NULL). Unknown and
 * missing keys, wrong types and ranges are faults with line, column and what would be right; then `out` may
 * be half filled. Texts point into the tree. TW_FORMAT, TW_RANGE, TW_NOMEM */
tw_err tw_yaml_bind(const struct tw_yaml *node, const struct tw_yaml_field *fields, void *out,
                    struct tw_arena *arena, struct tw_fault *fault) TW_MUST_CHECK;

/* Points a fault at `node`: line, column and, as its path, the key. `fault` may be NULL. */
void tw_yaml_point(const struct tw_yaml *node, struct tw_fault *fault);

/* The same, and says what is wrong there: return TW_YAML_WRONG(node, fault, TW_FORMAT, "no such office"). */
#define TW_YAML_WRONG(node, fault, ...) (tw_yaml_point((node), (fault)), tw_fail((fault), __VA_ARGS__))

#endif
