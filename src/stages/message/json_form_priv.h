/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_form_priv.h -- how the elements of an object stand in its JSON: the one rule of writer, reader
 * and schema.
 *
 * In : element.def, record.def, list.def.
 * Out: the members of an object in their order.
 * Not: values.
 *
 * Members are sorted by name (byte order), which is also the order of RFC 8785. An element is a member of its
 * own name; where the name has a point, the words before it are an object: "declarant": {"id": ...}. An
 * amount and its currency are one member, {"amount": "12.34", "currency": "GBP"}; so are a quantity and its
 * unit, {"unit": "KGM", "value": "5"}. Lists are arrays of objects; the numbers of containers stand in their
 * list alone.
 */
#ifndef TW_MESSAGE_JSON_FORM_PRIV_H
#define TW_MESSAGE_JSON_FORM_PRIV_H

#include "decl/element.h"

enum json_form {
    JSON_FORM_NONE,    /* part of another member */
    JSON_FORM_TEXT,    /* as text */
    JSON_FORM_WHOLE,   /* as a number */
    JSON_FORM_DECIMAL, /* as text, so that no double comes near it */
    JSON_FORM_MONEY,
    JSON_FORM_QUANTITY
};

enum json_form json_form_of(enum tw_element e);

/* The most objects of a level that a list may have; 0 = as many as there is memory for. */
uint32_t json_form_limit(enum tw_level level);

struct json_member {
    struct tw_str group, key;       /* group absent: it stands in the object itself */
    const struct tw_list_row *list; /* NULL: an element */
    enum tw_element element;
};

/* The members of a level on the way. */
struct json_members {
    enum tw_level level;
    int element, end;
    const struct tw_list_row *list;
    size_t lists;
};

struct json_members json_members_of(enum tw_level level);
bool json_members_next(struct json_members *m, struct json_member *ret); /* false: there are no more */

#endif
