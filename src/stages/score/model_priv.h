/* SPDX-License-Identifier: Apache-2.0 */
/* score/model_priv.h -- what model.c, model_write.c and model_json.c share. */
#ifndef TW_SCORE_MODEL_PRIV_H
#define TW_SCORE_MODEL_PRIV_H

#include "base/arena.h"
#include "score/model.h"

/* A file is a body, which ends before the last member of the outer object, and a tail of fixed length:
 * ,"sha256":"<64 hex digits>"}<newline>  -- the SHA-256 of the body. */
#define MODEL_TAIL_BEFORE "\n,\"sha256\":\""
#define MODEL_TAIL_AFTER  "\"}\n"
enum { MODEL_TAIL_BYTES = sizeof MODEL_TAIL_BEFORE - 1 + 64 + sizeof MODEL_TAIL_AFTER - 1 };

#define MODEL_FORMAT "tidewaiter-model"

/* The rules that model.h and docs/formats/model.md state for a spec; errors as for tw_model_new. *ret_depth
 * is the longest path of both forests. */
tw_err model_check(const struct tw_model_spec *spec, uint32_t *ret_depth, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Reads a file whose hash has been compared. Texts and arrays go to `arena`; the rules between members are
 * left to model_check. *ret_depth is what the file says of itself. */
tw_err model_json_read(struct tw_str file, struct tw_arena *arena, struct tw_model_spec *ret,
                       uint32_t *ret_depth, struct tw_fault *fault) TW_MUST_CHECK;

/* How the file calls it; NULL = no such link. */
const char *model_link_name(enum tw_duty_link link);

/* Sets fault->path, printf-like, and hands `fault` back. */
struct tw_fault *model_at(struct tw_fault *fault, const char *fmt, ...) TW_PRINTF(2, 3);

#endif
