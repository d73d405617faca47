/* SPDX-License-Identifier: Apache-2.0 */
/* cli/leaf_words.h -- a leaf of a station's log as a person reads it.
 *
 * In : its number and bytes (docs/formats/log.md). Out: one line. Not: whether it is true
 * (engine/station_log.h).
 */
#ifndef TW_CLI_LEAF_WORDS_H
#define TW_CLI_LEAF_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

/* Appends the line. One of a type that is not known shows its bytes. arena  room while it works. TW_NOMEM */
tw_err tw_cli_leaf_words(uint64_t idx, struct tw_str body, struct tw_arena *arena, struct tw_buf *out)
    TW_MUST_CHECK;

#endif
