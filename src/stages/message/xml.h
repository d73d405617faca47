/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml.h -- elements, attributes and texts of one XML message.
 *
 * In : bytes, in pieces of any size.
 * Out: starts, texts and ends of elements, in the order of the message; or the first fault with its place.
 * Not: what an element means (message/xml_read.h), files, the network. Nothing that a message names is ever
 * fetched.
 *
 * The message is looked at three times before anyone trusts it: its bytes become UTF-8 (xml_decode), these
 * very bytes are held to the limits below by a scanner that knows tags and nothing else (xml_scan), and then
 * libxml2 reads them. The scanner is there because some messages cost a parser minutes or gigabytes before it
 * says no: 100,000 attributes on one element, entities of entities. It is linear, and whatever it does not
 * understand it leaves to libxml2, which stops at its first error.
 *
 * Source: XML 1.0 (Fifth Edition), Namespaces in XML 1.0 (Third Edition).
 */
#ifndef TW_MESSAGE_XML_H
#define TW_MESSAGE_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Zero in a member means its default. */
struct tw_xml_limits {
    uint32_t bytes;      /* of the message, as it comes and as UTF-8: 10,000,000; at most 64 MiB */
    uint32_t tag_bytes;  /* of one start tag with its attributes: 65,536; at most 1 MiB */
    uint32_t depth;      /* elements within each other: 32; at most 200 */
    uint32_t attributes; /* of one element: 64; at most 1,000 */
    uint32_t namespaces; /* declared by one element: 64; at most 1,000 */
    uint32_t elements;   /* of the message: 200,000; at most 10,000,000 */
    uint32_t names;      /* different ones, of elements, attributes and namespaces: 4,096; at most 65,536 */
    uint32_t references; /* such as &amp; in texts: 200,000; at most 10,000,000 */
};

struct tw_xml_attribute {
    struct tw_str ns, name, value; /* ns: the namespace's URI; absent = in none */
};

/* All of it is valid during the call only. */
struct tw_xml_element {
    struct tw_str ns, name;
    const struct tw_xml_attribute *attribute; /* declarations of namespaces are none */
    size_t n;
    uint32_t line, column; /* where its start tag ends */
};

/* Who is told. What a function returns but TW_OK ends the parsing and is handed on with its fault. A text may
 * come in several pieces; comments and processing instructions are not told. */
struct tw_xml_events {
    void *to;
    tw_err (*start)(void *to, const struct tw_xml_element *e, struct tw_fault *fault);
    tw_err (*text)(void *to, struct tw_str text, struct tw_fault *fault);
    tw_err (*end)(void *to, struct tw_fault *fault);
};

struct tw_xml;

/* limits  NULL = all defaults
 * TW_ARG (a limit above its ceiling), TW_NOMEM */
tw_err tw_xml_new(const struct tw_xml_limits *limits, struct tw_xml **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_xml_free(struct tw_xml *x); /* takes NULL */
static inline void tw_xml_freep(struct tw_xml **x)
{
    tw_xml_free(*x);
}

/* Where the next bytes of the message may be put: *n >= 64 KiB of room; NULL when out of memory. */
char *tw_xml_room(struct tw_xml *x, size_t *n);

/* So many have been put there. TW_LIMIT: more than a message may have; drop it by tw_xml_clear. */
tw_err tw_xml_filled(struct tw_xml *x, size_t n, struct tw_fault *fault) TW_MUST_CHECK;

/* Puts these bytes there. TW_LIMIT, TW_NOMEM */
tw_err tw_xml_fill(struct tw_xml *x, struct tw_str bytes, struct tw_fault *fault) TW_MUST_CHECK;

void tw_xml_clear(struct tw_xml *x); /* forgets the bytes that have come */

/* Parses what has come and tells it to `events` (NULL: only whether it can be read). May be called again with
 * the same bytes.
 *
 * Faults have line, column and, where it is known, the byte of the UTF-8 text:
 * TW_FORMAT  not well-formed, a prefix that is not declared, a DOCTYPE, bytes that are not UTF-8, an encoding
 *            other than UTF-8, or UTF-16 with its mark
 * TW_LIMIT   a limit is exceeded; fault->path is its name
 * TW_NOMEM   and whatever a function of `events` returns */
tw_err tw_xml_parse(struct tw_xml *x, const struct tw_xml_events *events, struct tw_fault *fault)
    TW_MUST_CHECK;

/* -- schemas */

struct tw_xml_schema;

/* Where the files of a schema come from: `location` is the first one's or what another names, relative to the
 * first. Their text goes to the end of `ret`. */
struct tw_xml_source {
    void *to;
    tw_err (*load)(void *to, struct tw_str location, struct tw_buf *ret, struct tw_fault *fault);
};

/* Compiles an XML Schema (W3C XSD 1.0) and all it includes and imports.
 * TW_FORMAT  no schema, or a wrong one; what `load` returns; TW_NOMEM */
tw_err tw_xml_schema_new(struct tw_str location, const struct tw_xml_source *source,
                         struct tw_xml_schema **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_xml_schema_free(struct tw_xml_schema *s); /* takes NULL */
static inline void tw_xml_schema_freep(struct tw_xml_schema **s)
{
    tw_xml_schema_free(*s);
}

/* Who is told of what does not keep a schema. */
struct tw_xml_told {
    void *to;
    void (*fault)(void *to,
                  const struct tw_fault *fault); /* line, column, path "schema", and what is wrong */
};

/* From now on tw_xml_parse also refuses (TW_FORMAT, path "schema") what does not keep the schema; NULL: no
 * longer. Of a message in an envelope of others, what is below each MetaData is held to it, and a Declaration
 * or Response outside of them is refused. With `told` all that does not keep the schema is handed to it
 * instead, fault by fault, and refuses nothing. Both must outlive it. */
void tw_xml_hold_to(struct tw_xml *x, const struct tw_xml_schema *s, const struct tw_xml_told *told);

/* Does it begin like XML: a '<' behind blanks and a mark, in UTF-8 or UTF-16? For who has only some first
 * bytes. */
bool tw_xml_sniff(struct tw_str first);

#endif
