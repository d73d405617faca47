/* SPDX-License-Identifier: Apache-2.0 */
/* message/map.h -- which column of a file is which element of a declaration or finding.
 *
 * In : a map file (YAML; docs/formats/maps.md), the header row of a CSV file.
 * Out: for each column, by its name, what it means and how its text is to be taken.
 * Not: values of rows; read.c has those. Files; the shell brings their text.
 */
#ifndef TW_MESSAGE_MAP_H
#define TW_MESSAGE_MAP_H

#include "decl/check.h"
#include "decl/element.h"
#include "decl/finding.h"

/* A text in the file and the text meant by it. */
struct tw_map_word {
    struct tw_str from, to; /* `to` absent: the value is absent */
};

/* What a finding is made of. X(id, name) */
#define TW_FINDING_FIELD_TABLE(X)                                                                            \
    X(DECLARATION, "declaration_id")                                                                         \
    X(ITEM, "item")                                                                                          \
    X(RESULT, "result_code")                                                                                 \
    X(DELTA_VALUE, "delta_value")                                                                            \
    X(DELTA_VALUE_CURRENCY, "delta_value_currency")                                                          \
    X(DELTA_DUTY, "delta_duty")                                                                              \
    X(DELTA_DUTY_CURRENCY, "delta_duty_currency")                                                            \
    X(KNOWN, "date_known")                                                                                   \
    X(BASIS, "basis")                                                                                        \
    X(PROPENSITY, "propensity")

enum tw_finding_field {
#define X(id, name) TW_FINDING_##id,
    TW_FINDING_FIELD_TABLE(X)
#undef X
        TW_FINDING_FIELD_N
};

const char *tw_finding_field_name(enum tw_finding_field f);

/* A column that the map names, or a constant (then `name` is absent and `constant` is not). */
struct tw_map_column {
    struct tw_str name; /* as in the header row of the file */
    struct tw_str constant;
    uint32_t target;                /* enum tw_element, or enum tw_finding_field */
    struct tw_str unit;             /* masses: UN/ECE Recommendation 20; absent = KGM */
    bool required;                  /* a file without it is refused */
    const struct tw_map_word *word; /* translations; where there are some, no other text is allowed */
    size_t word_n;
    const struct tw_str *absent; /* texts that mean: no value */
    size_t absent_n;
};

struct tw_map_columns {
    const struct tw_map_column *at; /* in the order of the map */
    size_t n;
};

struct tw_map {
    struct tw_str name, words;
    char separator;
    bool own_names;          /* a column called like an element (or field of a finding) is that element */
    bool row_is_declaration; /* else consecutive rows with one id are its items */
    struct tw_str national_currency; /* of amounts that come without one; absent = such amounts are faults */
    struct tw_map_columns declaration, finding, findings_file; /* n = 0: the map does not say */
    uint64_t pass;            /* bit 1 << enum tw_check: the rule, when broken, is a warning, not a fault */
    int64_t known_days_after; /* such a finding is known that many days after lodging */
};

/* The map in `yaml`; all of *ret lives in `arena` or points into `yaml`.
 * TW_FORMAT, TW_RANGE, TW_NOTFOUND (an element that does not exist); fault->line and column are those in the
 * YAML TW_NOMEM */
tw_err tw_map_parse(struct tw_str yaml, struct tw_arena *arena, struct tw_map *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The text of a map that is part of the program. TW_NOTFOUND: the note lists those there are */
tw_err tw_map_builtin(struct tw_str name, struct tw_str *ret_yaml, struct tw_fault *fault) TW_MUST_CHECK;

/* Which column of a file feeds what. */
struct tw_bound {
    const struct tw_map_column *column;
    uint32_t field; /* index in the row; meaningless for a constant */
};

struct tw_binding {
    struct tw_bound *at; /* in the order of the map, then of the file; constants where the map has them */
    size_t n;
    size_t columns; /* how many of them are columns of the file */
};

/* The header row of a file. Blanks around a name do not count. */
struct tw_map_header {
    const struct tw_str *name; /* must outlive the binding where the map takes elements' own names */
    size_t n;
    bool *taken; /* n of them; set where the binding takes the column */
};

enum tw_binding_of { TW_BIND_DECLARATION, TW_BIND_FINDING, TW_BIND_FINDINGS_FILE };

/* Finds the columns of one list of the map in a header row.
 * TW_NOTFOUND  a required column is missing; the note names it, what was found, and the likeliest misspelling
 * TW_CONFLICT  a column that is needed stands twice; fault->column is the second
 * TW_NOMEM */
tw_err tw_map_bind(const struct tw_map *map, enum tw_binding_of which, const struct tw_map_header *header,
                   struct tw_arena *arena, struct tw_binding *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
