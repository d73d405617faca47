/* SPDX-License-Identifier: Apache-2.0 */
/* audit/leaf.h -- what a leaf of a log must be: one JSON object that can be written in one way only.
 *
 * In : bytes. Out: whether they are that. Not: what the members mean (docs/formats/log.md).
 *
 * Canonical as RFC 8785 has it (JCS), and narrower, so that no reader has to know about floating point or
 * UTF-16: no blanks; keys of ASCII letters, digits, _ - and ., each once, by rising bytes; numbers are
 * integers of up to 2^53 - 1 either way, without -0; texts are UTF-8 with no escapes but \" \\ \b \f \n \r \t
 * and \u00xx in small hex for the other control characters. base/json.h writes all of it but the order of
 * keys.
 */
#ifndef TW_AUDIT_LEAF_H
#define TW_AUDIT_LEAF_H

#include "audit/tlog.h"

enum { TW_LEAF_DEPTH_MAX = 16 };

/* TW_FORMAT with the column of the byte at fault; TW_LIMIT (TW_TLOG_LEAF_MAX bytes, TW_LEAF_DEPTH_MAX objects
 * in each other) */
tw_err tw_leaf_check(struct tw_str bytes, struct tw_fault *fault) TW_MUST_CHECK;

#endif
