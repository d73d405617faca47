/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_read.h -- a WCO Data Model message becomes a declaration, and nothing of it is lost.
 *
 * In : the bytes of one message (message/xml.h).
 * Out: the declaration; what no member of it holds, in `extra`, with path, sequence and attributes
 *      (docs/formats/xml.md says how), so that message/xml_write.h gives back the same elements.
 * Not: comments and processing instructions, which say nothing to a program. Whether a declaration is right:
 *      decl/check.h. Schemas: message/xml_schema.h.
 *
 * A value that its member cannot hold (a date that is none, a mass below zero) stays in `extra` as it stands
 * and is told; who decides about declarations refuses such a one, who converts hands it on.
 */
#ifndef TW_MESSAGE_XML_READ_H
#define TW_MESSAGE_XML_READ_H

#include "decl/decl.h"
#include "message/xml.h"

enum tw_xml_kind {
    TW_XML_DECLARATION, /* a declaration, amendment, cancellation or presentation of goods */
    TW_XML_RESPONSE     /* what customs answered: all of it is in `extra` */
};

enum { TW_XML_UNFIT_MAX = 1000 }; /* of a message, told in full; others are counted */

struct tw_xml_reading {
    struct tw_decl *decl; /* in the arena */
    enum tw_xml_kind kind;
    bool bare;         /* forgiven: its elements are in no namespace, and were taken by their names */
    uint32_t elements; /* of the message */
    uint32_t line;     /* of the declaration or response */
    TW_LIST(uint32_t) item_lines; /* of each goods item's start tag */
    const struct tw_fault *unfit; /* values that their members cannot hold, in the arena; path = element */
    size_t unfit_n;               /* of `unfit`: at most TW_XML_UNFIT_MAX */
    uint32_t unfit_all;           /* of the message */
};

struct tw_xml_reader;

/* items_max  0 = TW_ITEMS_MAX
 * TW_NOMEM */
tw_err tw_xml_reader_new(uint32_t items_max, struct tw_xml_reader **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_xml_reader_free(struct tw_xml_reader *r); /* takes NULL */
static inline void tw_xml_reader_freep(struct tw_xml_reader **r)
{
    tw_xml_reader_free(*r);
}

/* Reads the message whose bytes `x` has. All of *ret lives in `arena`.
 *
 * The errors of tw_xml_parse, and
 * TW_FORMAT  no message of the WCO Data Model; two declarations in one message
 * TW_LIMIT   too many items, more than TW_XML_FOREIGN_MAX other namespaces; fault->path "paths": those of
 * what is kept are longer together than TW_XML_PATHS_MAX; "memory": the arena is full TW_NOMEM */
tw_err tw_xml_read(struct tw_xml_reader *r, struct tw_xml *x, struct tw_arena *arena,
                   struct tw_xml_reading *ret, struct tw_fault *fault) TW_MUST_CHECK;

enum { TW_XML_FOREIGN_MAX = 64, TW_XML_PATHS_MAX = 16 << 20 /* bytes */ };

#endif
