/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_priv.h -- what happens to a message's bytes before libxml2 sees them.
 *
 * In : bytes.
 * Out: UTF-8 that keeps the limits.
 * Not: whether it is well-formed.
 */
#ifndef TW_MESSAGE_XML_PRIV_H
#define TW_MESSAGE_XML_PRIV_H

#include "base/buf.h"
#include "message/xml.h"

/* The message as UTF-8 without a mark. *ret points into `bytes`, or into `room` where it had to be rewritten;
 * `room` is emptied first.
 * TW_FORMAT (encoding), TW_LIMIT (larger than `most` bytes as UTF-8), TW_NOMEM */
tw_err xml_decode(struct tw_str bytes, size_t most, struct tw_buf *room, struct tw_str *ret,
                  struct tw_fault *fault) TW_MUST_CHECK;

/* The fault of a message larger than `most` bytes. */
tw_err xml_too_large(size_t most, struct tw_fault *fault);

/* Holds UTF-8 text to the limits, of which none is 0. TW_FORMAT (a DOCTYPE), TW_LIMIT. Time O(n). */
tw_err xml_scan(struct tw_str text, const struct tw_xml_limits *limits, struct tw_fault *fault) TW_MUST_CHECK;

/* Would libxml2 take it for the name of a namespace? text.n > 0 */
bool xml_is_uri(struct tw_str text);

/* Writes line, column (characters) and byte of the place at `byte` into the fault, which may be NULL. */
void xml_place(struct tw_str text, size_t byte, struct tw_fault *fault);

#endif
