/* SPDX-License-Identifier: Apache-2.0 */
/* engine/pins_priv.h -- hashes and counts as they stand in what a station has pinned. */
#ifndef TW_ENGINE_PINS_PRIV_H
#define TW_ENGINE_PINS_PRIV_H

#include "base/hash.h"
#include "message/json_in.h"

/* 64 small hexadecimal digits; false: it is not that. node may be NULL */
bool pin_hash_read(const struct tw_json_node *node, uint8_t ret[TW_SHA256_BYTES]);

/* A whole number from 0; false: it is none. node may be NULL */
bool pin_whole_read(const struct tw_json_node *node, uint64_t *ret);

#endif
