/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_read_priv.h -- what a reader of EDIFACT messages has in hand, and the objects it has begun.
 *
 * In : nothing.
 * Out: the reader's state; objects that segments speak of (message/edifact_object.c); what is made of a whole
 * record at the end (message/edifact_finish.c).
 * Not: segments; message/edifact_read.c takes them.
 */
#ifndef TW_MESSAGE_EDIFACT_READ_PRIV_H
#define TW_MESSAGE_EDIFACT_READ_PRIV_H

#include "message/edifact_map_priv.h"
#include "message/edifact_read.h"

enum {
    EDI_CNI_RFF = 5,    /* the group of a transport document in CUSCAR */
    EDI_COARRI_EQD = 3, /* the group of a piece of equipment */
    EDI_CODECO_EQD = 5
};

struct edi_open {
    enum tw_level level;
    unsigned depth; /* of the group it was begun in */
    void *object;
};

struct tw_edi_reader {
    uint32_t segments_max, items_max;
    struct edi_map map;
    struct tw_edi_walk walk;
    struct edi_open open[TW_EDI_DEPTH_MAX + 1];
    size_t open_n;
    struct tw_arena *arena;
    struct tw_edi_reading out;
    struct tw_edi_told *told;
    struct tw_buf text, left, wide;
    void *object;     /* that the segment speaks of */
    bool fresh;       /* the consignment that CNI began has no transport document yet */
    bool closed;      /* UNT has come */
    bool latin1;      /* UNB says UNOC */
    bool other;       /* UNB names a set that is neither UNOA, UNOB nor UNOC */
    bool foreign;     /* a text in a set that is not named has been told */
    unsigned refused; /* depth of a group that stands too often, which is not read; 0 = none */
    bool untyped;     /* UNH names no type */
    uint32_t line;    /* of the last segment */
    uint64_t byte;
    const struct edi_line *grown; /* the line of the segment before, and its object */
    void *grown_object;
    struct tw_str grown_text, growing; /* the text in pieces that it set, blanks and all; of this segment */
};

/* A new last object of a list, not filled; NULL when the arena is full. */
void *edi_list_grow(struct tw_arena *arena, struct edi_list *list, size_t size);

/* The innermost open object of a level; NULL when there is none. */
void *edi_open_find(const struct tw_edi_reader *r, enum tw_level level);

void edi_open_push(struct tw_edi_reader *r, enum tw_level level, void *object);

/* Objects of groups that the last segment has left are closed. */
void edi_open_close(struct tw_edi_reader *r);

/* Begins the object that a line with a star speaks of, in the nearest list there is for it; *ret is NULL
 * where there is none. TW_NOMEM, TW_LIMIT (items) */
tw_err edi_object_begin(struct tw_edi_reader *r, const struct edi_line *line, void **ret,
                        struct tw_fault *fault) TW_MUST_CHECK;

/* The object of a line with an @ that has been begun and has the id that the segment names; NULL when there
 * is none. */
void *edi_object_refer(struct tw_edi_reader *r, const struct edi_line *line, const struct tw_edi_segment *s);

/* What follows from the rest of the record: ids, containers of consignments, packages of items. TW_NOMEM */
tw_err edi_finish(struct tw_edi_reader *r) TW_MUST_CHECK;

#endif
