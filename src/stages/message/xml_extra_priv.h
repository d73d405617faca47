/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_extra_priv.h -- the extra of a declaration or goods item as a tree.
 *
 * In : extras, whose paths message/xml_tree_priv.h describes.
 * Out: their steps as nodes; children stand in the order of the table, those it does not know behind them in
 * the order of the message. Not: what the members hold.
 */
#ifndef TW_MESSAGE_XML_EXTRA_PRIV_H
#define TW_MESSAGE_XML_EXTRA_PRIV_H

#include "message/xml_tree_priv.h"

struct xml_node {
    enum xml_ns ns;
    struct tw_str uri, name;
    uint32_t index;
    uint16_t row; /* XML_NO_ROW = not of the table */
    bool given;   /* an extra names it; else it is only on the way to one */
    struct tw_str value, attributes;
    struct xml_node *first, *last, *next; /* children; sibling */
    struct xml_node **child;              /* the same in the order of writing, `children` of them */
    size_t children;
};

/* The three places a path may begin at. */
struct xml_extras {
    struct xml_node envelope, declaration, item; /* of / and D and I */
    size_t left;                                 /* paths that begin elsewhere or are none */
};

/* All nodes live in `arena`; texts point where the extras' do. TW_NOMEM */
tw_err xml_extras_make(const struct xml_tree *tree, const struct tw_extra *extra, size_t n,
                       struct tw_arena *arena, struct xml_extras *ret) TW_MUST_CHECK;

/* Takes the next step off a path, which begins with it; braces may hold slashes. False: it is none. */
bool xml_step_next(struct tw_str *path, struct xml_node *step);

/* The next of an extra's attributes, still escaped; false = there is none. Its name has a prefix or braces.
 */
bool xml_attribute_next(struct tw_str *rest, struct tw_str *name, struct tw_str *value);

/* The value of the attribute of that name, unescaped, in `arena`; absent where there is none. TW_NOMEM */
tw_err xml_attribute_get(struct tw_str attributes, const char *name, struct tw_arena *arena,
                         struct tw_str *ret) TW_MUST_CHECK;

/* Splits {uri}name or prefix:name; names without a prefix are of DEC. False: it is no name. */
bool xml_name_split(struct tw_str text, enum xml_ns *ns, struct tw_str *uri, struct tw_str *name);

#endif
