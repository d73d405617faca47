/* SPDX-License-Identifier: Apache-2.0 */
/* base/base64.h -- bytes as text and back.
 *
 * In : bytes; text in the alphabet of RFC 4648, section 4, padded.
 * Out: the other.
 * Not: line ends, other alphabets, text that says the same bytes another way.
 */
#ifndef TW_BASE_BASE64_H
#define TW_BASE_BASE64_H

#include "base/buf.h"

/* Appends, with padding. */
void tw_buf_base64(struct tw_buf *b, const void *p, size_t n);

/* Appends the bytes of `text`. One text alone gives them: unused bits are zero (section 3.5).
 * TW_FORMAT  `ret` is as before; TW_NOMEM */
tw_err tw_base64_read(struct tw_str text, struct tw_buf *ret) TW_MUST_CHECK;

#endif
