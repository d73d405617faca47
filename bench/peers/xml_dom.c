/* SPDX-License-Identifier: Apache-2.0 */
/* The fastest way through the tree interface that libxml2 documents: one parser context for all documents, so
 * that its dictionary of names is kept, and one validation context. */
#include "xml_dom.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>

/* What is wrong is not asked. */
static void silent(void *ctx, const char *words, ...)
{
    (void)ctx;
    (void)words;
}

struct peer_xml_dom peer_xml_dom_new(const char *xsd)
{
    xmlSchemaParserCtxtPtr from = xmlSchemaNewParserCtxt(xsd);
    struct peer_xml_dom p = {.parser = xmlNewParserCtxt(),
                             .schema = from != NULL ? xmlSchemaParse(from) : NULL};
    if (p.schema != NULL) p.valid = xmlSchemaNewValidCtxt(p.schema);
    xmlSchemaFreeParserCtxt(from);
    if (p.valid != NULL) xmlSchemaSetValidErrors(p.valid, silent, silent, NULL);
    if (p.parser == NULL || p.valid == NULL) {
        fprintf(stderr, "peer xml_dom: cannot compile %s\n", xsd);
        exit(2);
    }
    return p;
}

void peer_xml_dom_free(struct peer_xml_dom *p)
{
    xmlSchemaFreeValidCtxt(p->valid);
    xmlSchemaFree(p->schema);
    xmlFreeParserCtxt(p->parser);
}

bool peer_xml_dom(const struct peer_xml_dom *p, const char *s, size_t n)
{
    const int how = XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    xmlDocPtr d = xmlCtxtReadMemory(p->parser, s, (int)n, NULL, NULL, how);
    if (d == NULL) return false;
    const bool good = xmlSchemaValidateDoc(p->valid, d) == 0;
    xmlFreeDoc(d);
    return good;
}
