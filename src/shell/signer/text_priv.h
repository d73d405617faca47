/* SPDX-License-Identifier: Apache-2.0 */
/* signer/text_priv.h -- dates and bytes that can be written in one way alone.
 *
 * In : words of requests and of files.
 * Out: what they say. Not: other forms of a date, capitals.
 */
#ifndef TW_SIGNER_TEXT_PRIV_H
#define TW_SIGNER_TEXT_PRIV_H

#include "base/str.h"

tw_err signer_day_read(struct tw_str text, int32_t *ret) TW_MUST_CHECK; /* 2026-11-23; TW_FORMAT */
tw_err signer_hex_read(struct tw_str text, uint8_t *ret, size_t n)
    TW_MUST_CHECK; /* n bytes as 2n of 0-9a-f; TW_FORMAT */

#endif
