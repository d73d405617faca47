/* SPDX-License-Identifier: Apache-2.0 */
/* message/json_read.h -- JSON becomes a declaration, notification or manifest (docs/formats/json.md).
 *
 * In : one JSON text (message/json_in.h).
 * Out: what it says, as it was written by message/json_write.h or by others in the same form; or every fault
 * there is, with its path, its place, and what would be right. Not: whether a declaration is right
 * (decl/check.h).
 *
 * Strict: a member that is not known, a value of another kind than its member has, an empty text, null, a
 * text with characters that no message may carry, an amount finer than its currency has coins: all are
 * faults. So nothing that was sent is passed over in silence.
 */
#ifndef TW_MESSAGE_JSON_READ_H
#define TW_MESSAGE_JSON_READ_H

#include "decl/element.h"
#include "message/json_in.h"

/* Who is told of each fault; in the order of the text. */
struct tw_json_told {
    void *to;
    void (*fault)(void *to, const struct tw_fault *fault);
};

/* Reads a declaration.
 * items_max  0 = TW_ITEMS_MAX
 * told       told of each fault of a member, which is left out, and the declaration is handed out all the
 * same: for who wants to hear of every fault. NULL: the first ends the reading ret        in the arena, with
 * initialised members; not settled TW_FORMAT, TW_RANGE, TW_CONFLICT, TW_NOTFOUND  the first fault; with
 * `told` only what is no object at all TW_LIMIT   too many items (fault->path "items"), the arena is full
 * ("memory") TW_NOMEM */
tw_err tw_json_read_decl(const struct tw_json_node *node, uint32_t items_max, const struct tw_json_told *told,
                         struct tw_arena *arena, struct tw_decl **ret, struct tw_fault *fault) TW_MUST_CHECK;

/* The same of a notification; of its goods items, too, there are up to TW_ITEMS_MAX. One without a code is
 * refused, unless extra says where the answer stood that it was read from: its function is there, too. */
tw_err tw_json_read_notification(const struct tw_json_node *node, const struct tw_json_told *told,
                                 struct tw_arena *arena, struct tw_notification **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* The same of a manifest, as message/json_write.h writes it. */
tw_err tw_json_read_manifest(const struct tw_json_node *node, const struct tw_json_told *told,
                             struct tw_arena *arena, struct tw_manifest **ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* What an object could be: TW_LEVEL_DECL or TW_LEVEL_NOTIFICATION, whichever knows more of its members; where
 * both know as many, a notification that was read has its envelope in extra, else it is a declaration.
 * TW_LEVEL_N: it is no object, or neither knows any of them. */
enum tw_level tw_json_level(const struct tw_json_node *node);

#endif
