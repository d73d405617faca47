/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_compose_priv.h -- what a writer of EDIFACT messages has in hand.
 *
 * In : nothing.
 * Out: its state; one line of the map as a segment (message/edifact_line.c); what was left
 * (message/edifact_left.c); what stands around the message (message/edifact_enclose.c).
 * Not: the order of segments; message/edifact_compose.c goes through it.
 */
#ifndef TW_MESSAGE_EDIFACT_COMPOSE_PRIV_H
#define TW_MESSAGE_EDIFACT_COMPOSE_PRIV_H

#include "base/hash.h"
#include "base/map.h"
#include "message/edifact_compose.h"
#include "message/edifact_map_priv.h"

enum { EDI_PATH_BYTES = 96 };

/* An object whose segments are being written, the record first. */
struct edi_frame {
    enum tw_level level;
    const void *object;
    const char *list; /* its name in the owner; NULL of the record */
    size_t index;
    uint64_t key; /* of its place in the record */
};

struct tw_edi_writer {
    struct edi_map map;
    enum tw_edi_message message;
    struct tw_edi_service service;
    const struct tw_edi_row *row;
    size_t rows;
    struct edi_frame frame[TW_EDI_DEPTH_MAX + 1];
    size_t frames;
    unsigned group;        /* that is being written */
    uint32_t ordinal;      /* of it among its like */
    struct tw_map64 *done; /* elements that have been written, by the key of their object */
    struct tw_arena *arena;
    struct tw_buf *out; /* the message, in UTF-8 */
    struct tw_buf text; /* values of a segment */
    uint32_t segments;
};

/* The key of an object: which one of that level in its owner. */
uint64_t edi_key(uint64_t owner, enum tw_level level, size_t index);

/* Has an element of the object with that key been written? */
bool edi_is_done(const struct tw_edi_writer *w, uint64_t key, enum tw_element e);
tw_err edi_set_done(struct tw_edi_writer *w, uint64_t key, enum tw_element e) TW_MUST_CHECK;

/* Writes where an element of the innermost object stands: items[2].documents[1].id. e = TW_ELEMENT_N: the
 * object itself. */
void edi_frame_path(const struct tw_edi_writer *w, enum tw_element e, char ret[EDI_PATH_BYTES]);
tw_err edi_blame(const struct tw_edi_writer *w, enum tw_element e, struct tw_fault *fault);

/* Writes the segments that a line makes of its object, the innermost frame: several, where a text goes on.
 * *ret_n: how many; 0 where there is nothing to say, unless `always`.
 * The errors of tw_edi_compose */
tw_err edi_line_write(struct tw_edi_writer *w, const struct edi_line *line, bool always, uint32_t *ret_n,
                      struct tw_fault *fault) TW_MUST_CHECK;

/* Tells what has not been written of the record. TW_NOMEM */
tw_err edi_left_tell(struct tw_edi_writer *w, const void *record, struct tw_edi_written *ret) TW_MUST_CHECK;

/* Marks what need not be written of the innermost object: what follows from the rest. TW_NOMEM */
tw_err edi_left_derived(struct tw_edi_writer *w) TW_MUST_CHECK;

/* The character set that a message needs. */
enum edi_set { EDI_UNOA, EDI_UNOC, EDI_UNOY };
enum edi_set edi_set_of(struct tw_str utf8);

/* Appends UNA, UNB, the message in that set, UNZ. version 3 or 4; UNOY has 4. TW_LIMIT: sender or recipient
 * is too long; TW_NOMEM */
tw_err edi_enclose(const struct tw_edi_ends *ends, enum edi_set set, unsigned version, struct tw_str message,
                   struct tw_buf *out, struct tw_fault *fault) TW_MUST_CHECK;

#endif
