/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_write.h -- a declaration, notification or manifest as JSON (docs/formats/json.md).
 *
 * In : an object of any level of decl/element.h.
 * Out: one JSON object, its members in the order of message/json_form_priv.h; what is absent has no member.
 * The same object gives the same bytes: the text is canonical by RFC 8785. Not: reading it again
 * (message/json_read.h).
 */
#ifndef TW_MESSAGE_JSON_WRITE_H
#define TW_MESSAGE_JSON_WRITE_H

#include "base/json.h"
#include "decl/element.h"

/* Texts that are no UTF-8 have U+FFFD for each byte that is none. */
void tw_json_write(enum tw_level level, const void *object, struct tw_json *j);

/* A declaration, or an object of any level, and a line end. */
void tw_json_write_line(enum tw_level level, const void *object, struct tw_buf *out);
static inline void tw_json_write_decl(const struct tw_decl *decl, struct tw_buf *out)
{
    tw_json_write_line(TW_LEVEL_DECL, decl, out);
}

/* The JSON Schema (draft 2020-12) of a declaration (TW_LEVEL_DECL) or notification, a line for each member.
 */
void tw_json_write_schema(enum tw_level level, struct tw_buf *out);

#endif
