/* SPDX-License-Identifier: Apache-2.0 */
/* message/manifest_json.h -- a manifest as JSON.
 *
 * In : a manifest.
 * Out: one object. Its keys are the names of decl/record.def without the object's own, a point in them being
 * an object
 *      ("carrier": {"id": ...}); lists are containers, consignments, items and extra. What is absent has no
 * key. Not: reading it again.
 *
 * Numbers are written with all their digits, times as ISO 8601 in UTC, amounts in major units beside their
 * currency.
 */
#ifndef TW_MESSAGE_MANIFEST_JSON_H
#define TW_MESSAGE_MANIFEST_JSON_H

#include "base/json.h"
#include "decl/manifest.h"

/* Texts that are no UTF-8 have U+FFFD for each byte that is none. */
void tw_manifest_json(const struct tw_manifest *m, struct tw_json *j);

#endif
