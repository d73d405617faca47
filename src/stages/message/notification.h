/* SPDX-License-Identifier: Apache-2.0 */
/* message/notification.h -- a customs answer becomes a notification, and a notification one.
 *
 * In : an answer as message/xml_read.h reads it, all of it in `extra`; or a notification.
 * Out: the notification, what no member of it holds in its `extra`; or what message/xml_write.h writes as
 * XML. Written again it holds the same elements with the same texts and attributes. Not: bytes; whether a
 * notification is right.
 *
 * As in declarations, an entry of `extra` at the place of a member is that member's spelling, `20.00` where
 * we would write `20`, or a value that it cannot hold, and is written instead of the member: whoever changes
 * a member of a notification that was read drops the entry. `values` are paths below D, the declaration.
 */
#ifndef TW_MESSAGE_NOTIFICATION_H
#define TW_MESSAGE_NOTIFICATION_H

#include "decl/decl.h"
#include "decl/notification.h"

/* Does a path of extra lead to an answer of customs, or into it: to Response, or to the BGM of a CUSRES? */
bool tw_notification_is_place(struct tw_str path);

/* Texts point where those of `answer` do, the rest lives in `arena`.
 * TW_FORMAT  no answer; TW_LIMIT (the arena is full, fault->path "memory"), TW_NOMEM */
tw_err tw_notification_read(const struct tw_decl *answer, struct tw_arena *arena, struct tw_notification *ret,
                            struct tw_fault *fault) TW_MUST_CHECK;

/* Makes a message of it, for tw_xml_write; in an envelope (MetaData) of our own where it came in none.
 * TW_CONFLICT  two entries of extra at one place; TW_LIMIT, TW_NOMEM */
tw_err tw_notification_write(const struct tw_notification *n, struct tw_arena *arena, struct tw_decl *ret,
                             struct tw_fault *fault) TW_MUST_CHECK;

#endif
