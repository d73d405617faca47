/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_write.h -- a declaration becomes a WCO Data Model message.
 *
 * In : a declaration with its extra.
 * Out: XML, in UTF-8, its elements in the order of the data model. Of one that message/xml_read.h read: the
 * same elements with the same texts and attributes, but for what has been changed since; there a member goes
 * before the extra that spelled it. Not: comments, prefixes and blanks between elements as they were.
 */
#ifndef TW_MESSAGE_XML_WRITE_H
#define TW_MESSAGE_XML_WRITE_H

#include "base/buf.h"
#include "decl/decl.h"

struct tw_xml_writer;

/* TW_NOMEM */
tw_err tw_xml_writer_new(struct tw_xml_writer **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_xml_writer_free(struct tw_xml_writer *w); /* takes NULL */
static inline void tw_xml_writer_freep(struct tw_xml_writer **w)
{
    tw_xml_writer_free(*w);
}

/* Appends the message to `out`.
 * arena     for the work alone; it may be reset behind the call
 * ret_left  extras that are no places of a message (columns of a table, a second outermost element), which
 * are left out; may be NULL TW_LIMIT  the arena is full TW_NOMEM; after both what `out` has is no message */
tw_err tw_xml_write(struct tw_xml_writer *w, const struct tw_decl *decl, struct tw_arena *arena,
                    struct tw_buf *out, size_t *ret_left, struct tw_fault *fault) TW_MUST_CHECK;

#endif
