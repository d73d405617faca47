/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_compose.h -- a record becomes a message: a declaration CUSDEC, a manifest CUSCAR, a
 * notification CUSRES.
 *
 * In : the record.
 * Out: the interchange that holds the message; what of the record the message has no place for, each with its
 * path. Read again (message/edifact_read.h), the rest of the record is equal. Not: values cut short: one that
 * is longer than its data element, and a list longer than the directory allows, refuse the record.
 *
 * The character set is the least that holds all texts: UNOA, UNOC (ISO 8859-1), or UNOY (UTF-8) with syntax
 * version 4; the others have version 3, with a UNA before.
 *
 * Source: message/edifact_map.def, edifact_structure.def, edifact_segment.def; ISO 9735.
 */
#ifndef TW_MESSAGE_EDIFACT_COMPOSE_H
#define TW_MESSAGE_EDIFACT_COMPOSE_H

#include "base/arena.h"
#include "decl/element.h"
#include "message/edifact_structure.h"

struct tw_edi_writer;

/* TW_NOMEM */
tw_err tw_edi_writer_new(struct tw_edi_writer **ret, struct tw_fault *fault) TW_MUST_CHECK;
void tw_edi_writer_free(struct tw_edi_writer *w); /* takes NULL */
static inline void tw_edi_writer_freep(struct tw_edi_writer **w)
{
    tw_edi_writer_free(*w);
}

/* Who sends the interchange to whom. */
struct tw_edi_ends {
    struct tw_str sender, recipient; /* at most 35 characters */
    int64_t at;                      /* when it was prepared, UTC seconds */
};

/* What is to be written. */
struct tw_edi_order {
    enum tw_edi_message message;
    const void *record; /* CUSDEC: a struct tw_decl; CUSCAR: tw_manifest; CUSRES: tw_notification. Not
                           changed; what follows from an item's lists is not written */
    struct tw_edi_ends ends;
};

enum { TW_EDI_LEFT_MAX = 20 }; /* told in full; others are counted */

struct tw_edi_written {
    uint32_t segments; /* of the message, UNH and UNT too */
    /* What the message has no place for: path items[2].documents[1].written_off, in the arena. */
    const struct tw_fault *left;
    size_t left_n;
    uint32_t left_all;
};

/* Has a message of that type a place for the element? */
bool tw_edi_writer_carries(const struct tw_edi_writer *w, enum tw_edi_message message,
                           enum tw_element element);

/* Appends an interchange with one message to `out`. Its reference is a hash of the message, so that the same
 * record gives the same bytes.
 *
 * arena   owns ret->left; TW_LIMIT when it is full
 *
 * The record is refused, with the element's path in the fault, and `out` is as before:
 * TW_LIMIT   a value is longer than its data element, a list than the directory allows
 * TW_FORMAT  a value cannot be written: a control character, an element missing without which another cannot
 * stand
 * TW_NOMEM */
tw_err tw_edi_compose(struct tw_edi_writer *w, const struct tw_edi_order *order, struct tw_arena *arena,
                      struct tw_buf *out, struct tw_edi_written *ret, struct tw_fault *fault) TW_MUST_CHECK;

#endif
