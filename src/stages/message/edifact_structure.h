/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_structure.h -- where in its message a segment stands.
 *
 * In : the tags of a message's segments in their order.
 * Out: for each one its group and the repetitions of the groups around it; or that it has no place there.
 * Not: what a segment says.
 *
 * The idea: the directory draws a message as a tree of groups. A segment goes to the nearest place behind the
 * one before it: further on in the same group, the group once more, then further on in the group around it.
 * What is passed over on the way must not be mandatory.
 *
 * Source: message/edifact_structure.def; ISO 9735, order of segments and groups in a message.
 */
#ifndef TW_MESSAGE_EDIFACT_STRUCTURE_H
#define TW_MESSAGE_EDIFACT_STRUCTURE_H

#include "base/buf.h"

/* X(id, type in UNH, release whose structure we know, the same as people write it) */
#define TW_EDI_MESSAGE_TABLE(X)                                                                              \
    X(CUSCAR, "CUSCAR", "95B", "D.95B")                                                                      \
    X(CUSDEC, "CUSDEC", "96B", "D.96B")                                                                      \
    X(CUSRES, "CUSRES", "96B", "D.96B")                                                                      \
    X(COARRI, "COARRI", "95B", "D.95B")                                                                      \
    X(CODECO, "CODECO", "95B", "D.95B")

enum tw_edi_message {
#define X(id, type, release, words) TW_EDI_##id,
    TW_EDI_MESSAGE_TABLE(X)
#undef X
        TW_EDI_MESSAGE_N /* also: none of them */
};
enum tw_edi_message tw_edi_message_find(struct tw_str type);
const char *tw_edi_message_type(enum tw_edi_message m);
const char *tw_edi_message_release(enum tw_edi_message m);

const char *tw_edi_message_words(enum tw_edi_message m); /* D.95B */

/* One row of edifact_structure.def. */
struct tw_edi_row {
    uint8_t depth, group; /* group 0: a segment */
    char tag[4];          /* "" of a group; its first segment, which opens it, is the next row */
    bool mandatory;
    uint32_t most;
};

/* The rows of a message, in static storage. */
const struct tw_edi_row *tw_edi_structure(enum tw_edi_message m, size_t *ret_n);

/* The row behind a segment or a whole group in the group around it; n when there is none. */
size_t tw_edi_structure_next(const struct tw_edi_row *rows_of, size_t n, size_t row);

enum { TW_EDI_DEPTH_MAX = 8, TW_EDI_NO_ROW = UINT16_MAX };

struct tw_edi_frame {
    uint16_t group; /* its row; TW_EDI_NO_ROW = the message */
    uint16_t at;    /* the row it stands at; TW_EDI_NO_ROW = none yet */
    uint32_t times; /* that it has stood at that row */
};

/* A plain value; begin it with tw_edi_walk_begin. */
struct tw_edi_walk {
    enum tw_edi_message message;
    unsigned depth; /* of the last segment: frame[depth] holds it */
    struct tw_edi_frame frame[TW_EDI_DEPTH_MAX];
};

enum tw_edi_stand {
    TW_EDI_STANDS,
    TW_EDI_STANDS_TOO_OFTEN, /* there it is, once more than the directory allows */
    TW_EDI_STANDS_NOWHERE    /* the walk has not moved */
};

void tw_edi_walk_begin(enum tw_edi_message m, struct tw_edi_walk *ret);

/* Takes the next tag. *ret_missing (static storage): the tag of a mandatory segment that was passed over,
 * NULL when there is none. */
enum tw_edi_stand tw_edi_walk_next(struct tw_edi_walk *w, struct tw_str tag, const char **ret_missing);

unsigned tw_edi_walk_group(const struct tw_edi_walk *w);   /* that the last segment is in; 0 = none */
bool tw_edi_walk_opens(const struct tw_edi_walk *w);       /* that group is opened by it */
uint32_t tw_edi_walk_ordinal(const struct tw_edi_walk *w); /* of that group among its like, from 1 */

/* Appends the place of the last segment: CNI[1]/RFF[2]/LOC[3], groups named by the segment that opens them.
 */
void tw_edi_walk_path(const struct tw_edi_walk *w, struct tw_buf *out);

#endif
