/* SPDX-License-Identifier: Apache-2.0 */
/* decl/element.h -- the vocabulary of a declaration: every element with its name, type, place and words.
 *
 * In : element.def, one row per element.
 * Out: enums, look-up by name, and setting or printing any element of a declaration by its row.
 * Not: formats; message/ knows those.
 */
#ifndef TW_DECL_ELEMENT_H
#define TW_DECL_ELEMENT_H

#include "base/buf.h"
#include "decl/decl.h"

/* Where an element stands. */
enum tw_level { TW_LEVEL_DECL, TW_LEVEL_ITEM };

/* How its text is read and what member holds it. */
enum tw_type {
    TW_TYPE_TEXT,    /* struct tw_str: any text */
    TW_TYPE_CODE,    /* struct tw_str: text without blanks, as given (leading zeros kept) */
    TW_TYPE_HS,      /* struct tw_str: 2, 4, 6..10 digits; dots and blanks inside are dropped */
    TW_TYPE_COUNTRY, /* struct tw_str: two letters (ISO 3166 form), upper-cased */
    TW_TYPE_TIME,    /* int64_t UTC seconds */
    TW_TYPE_COUNT,   /* int64_t >= 0 */
    TW_TYPE_NUMBER,  /* uint32_t */
    TW_TYPE_DEC,     /* struct tw_dec >= 0 */
    TW_TYPE_MASS,    /* struct tw_dec in kg >= 0; the map names the unit it comes in */
    TW_TYPE_AMOUNT,  /* struct tw_money's amount; its currency stands in the element's currency partner or the
                        map */
    TW_TYPE_CURRENCY, /* the currency of the amount partner, ISO 4217 */
    TW_TYPE_UNIT      /* struct tw_str: UN/ECE Recommendation 20 */
};

struct tw_element_row {
    const char *name; /* canonical name, e.g. importer.id; also CSV column and JSON key path */
    enum tw_level level;
    enum tw_type type;
    uint16_t offset;    /* in struct tw_decl or struct tw_item */
    uint16_t reference; /* row of the element list it comes from (1..48); 0 = ours */
    const char *wco;    /* WCO Data Model 3.6 path; "" = none */
    const char *words;  /* what an officer calls it */
};

enum tw_element {
#define X(id, name, level, type, member, reference, wco, words) TW_ELEMENT_##id,
#include "decl/element.def"
#undef X
    TW_ELEMENT_N
};

const struct tw_element_row *tw_element_row(enum tw_element e); /* static storage */
enum tw_element tw_element_find(struct tw_str name);            /* TW_ELEMENT_N when unknown */

/* Writes `text` into its member of `object` (struct tw_decl or struct tw_item by the row's level). Texts are
 * not copied: they point where `text` points (HS and COUNTRY that must change are rewritten into `arena`). An
 * empty text leaves the member absent. On failure the member is untouched; fault->path is the element's name.
 * TW_FORMAT, TW_RANGE (negative, too large), TW_NOMEM */
tw_err tw_element_set(enum tw_element e, struct tw_str text, struct tw_arena *arena, void *object,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* Appends the element's value as text; nothing when absent. What it writes, tw_element_set reads back equal.
 */
void tw_element_print(enum tw_element e, const void *object, struct tw_buf *out);

#endif
