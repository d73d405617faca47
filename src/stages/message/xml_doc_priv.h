/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_doc_priv.h -- one XML message as a tree that can be changed.
 *
 * In : bytes (message/xml.h), or elements of another tree.
 * Out: elements with their names, attributes and texts; XML again.
 * Not: what an element means; where among elements a text stands, comments, prefixes.
 */
#ifndef TW_MESSAGE_XML_DOC_PRIV_H
#define TW_MESSAGE_XML_DOC_PRIV_H

#include "base/buf.h"
#include "message/xml.h"

/* All of it lives in the arena it was made in. */
struct xml_element {
    struct tw_str ns, name; /* ns: absent = in none */
    struct tw_str text;     /* of one that holds elements: its texts joined, without blanks around */
    const struct tw_xml_attribute *attribute;
    size_t attributes;
    struct xml_element *parent, *first, *last, *next;
    bool gone; /* taken away: neither compared nor printed, but still counted among its siblings */
};

/* The message whose bytes `x` has. The errors of tw_xml_parse */
tw_err xml_doc_parse(struct tw_xml *x, struct tw_arena *arena, struct xml_element **ret,
                     struct tw_fault *fault) TW_MUST_CHECK;

/* Appends it, each element with its namespace. */
void xml_doc_print(const struct xml_element *e, struct tw_buf *out);

/* The first child of that name that is not gone; NULL = none. */
struct xml_element *xml_doc_child(const struct xml_element *e, const char *ns, const char *name);

/* Have both the same text (but for blanks around it), attributes and elements, in the same order? */
bool xml_doc_same(const struct xml_element *a, const struct xml_element *b);

/* A new child of `parent`, in front of `before` (NULL: the last). NULL: the arena is full. */
struct xml_element *xml_doc_add(struct xml_element *parent, struct xml_element *before, struct tw_str ns,
                                struct tw_str name, struct tw_arena *arena);

/* Makes `to` hold what `from` holds: copies of its elements, the same texts. TW_NOMEM */
tw_err xml_doc_copy(const struct xml_element *from, struct xml_element *to, struct tw_arena *arena)
    TW_MUST_CHECK;

#endif
