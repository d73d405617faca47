/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_segment.h -- which values a segment may hold: their kinds, their lengths, which must be
 * there.
 *
 * In : a segment, or a place in one.
 * Out: what the directory says of the place; what in the segment it does not allow.
 * Not: where in a message the segment may stand (message/edifact_structure.h), what its codes mean.
 *
 * Source: message/edifact_segment.def.
 */
#ifndef TW_MESSAGE_EDIFACT_SEGMENT_H
#define TW_MESSAGE_EDIFACT_SEGMENT_H

#include "message/edifact.h"

/* What can be wrong: X(ID, code, words). Source: UN/EDIFACT 0085, syntax error, coded. */
#define TW_EDI_SYNTAX_TABLE(X)                                                                               \
    X(VALUE, 12, "invalid value")                                                                            \
    X(MISSING, 13, "missing")                                                                                \
    X(VALUE_HERE, 14, "value not supported in this position")                                                \
    X(PLACE, 15, "not supported in this position")                                                           \
    X(CONSTITUENTS, 16, "too many constituents")                                                             \
    X(UNSPECIFIED, 18, "unspecified error")                                                                  \
    X(REFERENCE, 28, "references do not match")                                                              \
    X(COUNT, 29, "control count does not match number of instances received")                                \
    X(MIXED, 30, "groups and messages mixed")                                                                \
    X(OUTSIDE, 33, "invalid occurrence outside message or group")                                            \
    X(OFTEN, 35, "too many repetitions")                                                                     \
    X(CHARACTER, 37, "invalid type of character")                                                            \
    X(LONG, 39, "data element too long")                                                                     \
    X(SHORT, 40, "data element too short")

enum tw_edi_syntax {
#define X(id, code, words) TW_EDI_SYNTAX_##id,
    TW_EDI_SYNTAX_TABLE(X)
#undef X
        TW_EDI_SYNTAX_N
};
unsigned tw_edi_syntax_code(enum tw_edi_syntax s);
const char *tw_edi_syntax_words(enum tw_edi_syntax s);

/* One place of a segment. */
struct tw_edi_spec {
    char kind;      /* 'a' letters, 'n' a number, 'x' any characters */
    uint16_t most;  /* characters; of a number its digits */
    bool mandatory; /* where its element is there */
    bool needed;    /* the element it belongs to must be there */
};

/* Do we know such segments? */
bool tw_edi_segment_known(struct tw_str tag);

/* What may stand at a place, elements and components counted from 0. False: nothing may, or the segment is
 * not known. */
bool tw_edi_spec_find(struct tw_str tag, unsigned element, unsigned component, struct tw_edi_spec *ret);

/* The characters that a length counts: those of UTF-8, or bytes where the text is none; of a number its
 * digits. */
size_t tw_edi_length(const struct tw_edi_spec *spec, struct tw_str text);

struct tw_edi_wrong {
    enum tw_edi_syntax what;
    uint16_t element, component; /* from 0 */
    struct tw_edi_spec spec;     /* of that place; unset with CONSTITUENTS */
    size_t length;               /* with LONG: of the value */
};

/* Looks at a segment; writes at most `most` things that are wrong with it, in the order of their places, and
 * returns how many. A segment that is not known has nothing wrong. Time O(values x places). */
size_t tw_edi_segment_check(const struct tw_edi_segment *s, struct tw_edi_wrong *ret, size_t most);

#endif
