/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_split.h -- the JSON texts of a file that arrives piece by piece.
 *
 * In : bytes, in pieces of any size.
 * Out: one text after another, for message/json_in.h to read; or a place where none can be told, with the
 * reason. Not: what is in them.
 *
 * A file is one of three, by its first bytes: an array, whose elements are the texts; JSON Lines, where the
 * first line is a whole object and from then on each line is one; or one text that takes several lines. So a
 * file may be far larger than one text may be, and a bad text costs only itself: in JSON Lines always, in an
 * array unless its quotes or brackets do not match. UTF-8, with or without a mark at its head.
 */
#ifndef TW_MESSAGE_JSON_SPLIT_H
#define TW_MESSAGE_JSON_SPLIT_H

#include "message/json_in.h"

/* A text, valid until the next call. */
struct tw_json_piece {
    struct tw_str text;
    uint32_t line, column; /* of its first byte in the file, 1-based */
    uint64_t byte;
};

enum tw_json_step {
    TW_JSON_PIECE,   /* a text */
    TW_JSON_REFUSED, /* a fault of what stands between texts, or a text that is too long; the next call goes
                        on */
    TW_JSON_MORE,    /* more bytes are needed, or tw_json_split_end */
    TW_JSON_END
};

struct tw_json_split;

/* bytes_max  of one text; 0 = as tw_json_limits. TW_NOMEM */
tw_err tw_json_split_new(uint32_t bytes_max, struct tw_json_split **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_json_split_free(struct tw_json_split *s); /* takes NULL */
static inline void tw_json_split_freep(struct tw_json_split **s)
{
    tw_json_split_free(*s);
}
void tw_json_split_clear(struct tw_json_split *s); /* for the next file */

/* Where the next bytes may be put: *n >= 16 KiB of room; NULL when out of memory. Only after TW_JSON_MORE or
 * at the start; it makes pieces handed out before invalid. */
char *tw_json_split_room(struct tw_json_split *s, size_t *n);
void tw_json_split_filled(struct tw_json_split *s, size_t n);
void tw_json_split_end(struct tw_json_split *s); /* there are no more */

/* *fault (not NULL) is written only with TW_JSON_REFUSED: TW_FORMAT, TW_LIMIT with line and column. */
enum tw_json_step tw_json_split_next(struct tw_json_split *s, struct tw_json_piece *ret,
                                     struct tw_fault *fault);

/* Moves the place in a fault from the text to the file that it stands in. */
void tw_json_piece_blame(const struct tw_json_piece *piece, struct tw_fault *fault);

#endif
