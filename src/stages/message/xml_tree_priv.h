/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_tree_priv.h -- the table of message/xml_paths.def as a tree, and the names of namespaces.
 *
 * In : nothing.
 * Out: rows with their parent, first child and next sibling.
 * Not: what a message holds.
 *
 * How `extra` names a place: steps joined by '/', a step is a name, "[2]" behind it for the second of that
 * name and so on. A path begins with D (the declaration), I (the goods item whose extra it is) or / (what
 * stands around the declaration). A name without a prefix is of the declaration's namespace, others have the
 * prefix of XML_NS_TABLE, or their namespace in braces: {urn:other}name. Attributes are written as in a tag,
 * their values escaped as there: currencyID="GBP" xsi:schemaLocation="a b".
 */
#ifndef TW_MESSAGE_XML_TREE_PRIV_H
#define TW_MESSAGE_XML_TREE_PRIV_H

#include "base/buf.h"
#include "decl/element.h"

/* X(id, prefix, URI) */
#define XML_NS_TABLE(X)                                                                                      \
    X(DEC, "", "urn:wco:datamodel:WCO:DEC-DMS:2")                                                            \
    X(DS, "ds", "urn:wco:datamodel:WCO:Declaration_DS:DMS:2")                                                \
    X(MD, "md", "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2")                                              \
    X(RES, "res", "urn:wco:datamodel:WCO:RES-DMS:2")                                                         \
    X(RDS, "rds", "urn:wco:datamodel:WCO:Response_DS:DMS:2")                                                 \
    X(XSI, "xsi", "http://www.w3.org/2001/XMLSchema-instance")                                               \
    X(XML, "xml", "http://www.w3.org/XML/1998/namespace")

enum xml_ns {
#define X(id, prefix, uri) XML_NS_##id,
    XML_NS_TABLE(X)
#undef X
        XML_NS_OTHER, /* its URI stands beside it; "" = in no namespace */
};

extern const char *const xml_ns_prefix[XML_NS_OTHER], *const xml_ns_uri[XML_NS_OTHER];

enum xml_ns xml_ns_find(struct tw_str uri); /* XML_NS_OTHER when it is none of the table */

/* What a row is. */
enum xml_how {
    XML_NODE,
    XML_MEMBER,
    XML_PLACE,
    XML_ALSO,
    XML_AMOUNT,
    XML_QUANTITY,
    XML_MASS,
    XML_LIST,
    XML_GROUP,
    XML_PART
};

enum xml_group { XML_CLASSIFICATION, XML_ORIGIN, XML_PROCEDURE, XML_GROUP_N };

struct xml_row {
    const char *name, *tag;
    uint8_t depth, name_n;
    enum xml_how how;
    enum tw_element element; /* MEMBER .. MASS */
    enum tw_element with;    /* AMOUNT, QUANTITY: that of the attribute; else TW_ELEMENT_N */
    enum tw_level level;     /* LIST: of its entries */
    enum tw_level owner;     /* LIST: of the object that has the list */
    uint16_t list;           /* LIST: where in the owner it is */
    uint8_t which;           /* GROUP: enum xml_group; PART: 0 or 1; NODE: 1 = several may stand there */
};

/* A list of any type, as TW_LIST lays it out. */
struct xml_list {
    void *at;
    size_t n;
};

/* Appends a zeroed entry to a list in the arena, which has room for 4, 8, 16 ...; NULL: the arena is full. */
void *xml_list_append(struct tw_arena *arena, void *list, size_t size);

enum { XML_WAY_MAX = 12 }; /* rows within each other; the table has 6 */
enum { XML_ROWS_MAX = 512, XML_NO_ROW = UINT16_MAX };

extern const struct xml_row xml_row[];
extern const size_t xml_rows;

struct xml_tree {
    uint16_t parent[XML_ROWS_MAX], child[XML_ROWS_MAX], next[XML_ROWS_MAX]; /* XML_NO_ROW = none */
    uint16_t first;                                                         /* child of Declaration */
};

void xml_tree_link(struct xml_tree *ret);

/* The row of that name below `parent` (XML_NO_ROW: below Declaration); `near` is where to look first: the row
 * found before, or XML_NO_ROW. XML_NO_ROW when there is none. */
uint16_t xml_tree_find(const struct xml_tree *t, uint16_t parent, struct tw_str name, uint16_t near);

/* DateTimeString is a simple type's. */
static inline enum xml_ns xml_row_ns(const struct xml_row *row)
{
    return row->name_n == 14 && row->name[0] == 'D' && row->name[8] == 'S' ? XML_NS_DS : XML_NS_DEC;
}

/* May several of it stand beside each other? */
bool xml_row_repeats(const struct xml_row *row);

/* The name of the attribute that a row heeds: currencyID, unitCode, formatCode; "" = none. */
const char *xml_row_attribute(const struct xml_row *row);

/* Sets a row's element in `object` from text and attribute (absent: without). On failure the fault tells, and
 * the object has what could be set. */
tw_err xml_row_set(const struct xml_row *row, struct tw_str text, struct tw_str attribute,
                   struct tw_arena *arena, void *object, struct tw_fault *fault) TW_MUST_CHECK;

/* Appends how a row's element is written; nothing when it is absent. */
void xml_row_print(const struct xml_row *row, const void *object, struct tw_buf *text);
void xml_row_print_attribute(const struct xml_row *row, const void *object, struct tw_buf *text);

/* Appends text as XML has it: in an element, or in an attribute's double quotes. */
void xml_escape(struct tw_str text, bool attribute, struct tw_buf *out);

/* -- groups: message/xml_group.c */

/* One element of a group: its two texts, "" where there is none. */
struct xml_pair {
    struct tw_str text[2];
};

/* What the pairs of a group make: as many elements of an item as it has. */
enum { XML_GROUP_ELEMENTS = 3 };
struct xml_made {
    struct tw_str text[XML_GROUP_ELEMENTS];
};

/* Its elements, TW_ELEMENT_N where it has fewer. */
extern const enum tw_element xml_group_element[XML_GROUP_N][XML_GROUP_ELEMENTS];

/* Has the pair a part in what the group makes? */
bool xml_group_counts(enum xml_group group, const struct xml_pair *pair);

/* From pairs that count to elements. TW_NOMEM */
tw_err xml_group_make(enum xml_group group, const struct xml_pair *pair, size_t n, struct tw_arena *arena,
                      struct xml_made *ret) TW_MUST_CHECK;

/* And back: the pairs that make these elements, written in `pair`; their number is at most XML_PAIRS_MAX,
 * what is beyond is left out. */
enum { XML_PAIRS_MAX = 100 };
size_t xml_group_part(enum xml_group group, const struct xml_made *made, struct xml_pair pair[XML_PAIRS_MAX]);

#endif
