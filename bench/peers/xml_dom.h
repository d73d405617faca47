/* SPDX-License-Identifier: Apache-2.0 */
/* peers/xml_dom.h -- libxml2 as most programs use it for messages: a tree, held to the schema. */
#ifndef TW_PEER_XML_DOM_H
#define TW_PEER_XML_DOM_H

#include <stdbool.h>
#include <stddef.h>

struct peer_xml_dom {
    void *parser, *schema, *valid;
};

/* Compiles the schema, once; ends the program when it cannot. */
struct peer_xml_dom peer_xml_dom_new(const char *xsd);
void peer_xml_dom_free(struct peer_xml_dom *p);

/* Is the document well-formed and valid? */
bool peer_xml_dom(const struct peer_xml_dom *p, const char *s, size_t n);

#endif
