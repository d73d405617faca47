/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_envelope.h -- whether an interchange is whole: what opens is closed, counts and references
 * agree.
 *
 * In : segments in their order (message/edifact.h).
 * Out: where each one stands; what is wrong with the envelope, each once, with a rule's id.
 * Not: what a message says.
 *
 * Source: ISO 9735: UNB .. UNZ hold groups (UNG .. UNE) or messages (UNH .. UNT). UNT counts the segments of
 * its message, itself and UNH among them, and repeats its reference; UNE counts messages and repeats UNG's
 * reference; UNZ counts groups where there are any, else messages, and repeats the control reference of UNB.
 * Wider: a message outside an interchange is one all the same (some systems hand on what the carrier's
 * envelope held).
 */
#ifndef TW_MESSAGE_EDIFACT_ENVELOPE_H
#define TW_MESSAGE_EDIFACT_ENVELOPE_H

#include "message/edifact.h"

/* What can be wrong: X(ID, id in reports, what would be right) */
#define TW_EDI_RULE_TABLE(X)                                                                                 \
    X(STRAY, "edifact.stray", "between two messages stand only UNB, UNG, UNH, UNE and UNZ")                  \
    X(NOT_CLOSED, "edifact.not_closed",                                                                      \
      "a message ends with UNT, a group with UNE, an interchange with UNZ")                                  \
    X(NOT_OPEN, "edifact.not_open", "UNT, UNE and UNZ close what UNH, UNG and UNB have opened")              \
    X(MIXED, "edifact.mixed", "an interchange holds groups or messages, not both")                           \
    X(COUNT, "edifact.count", "UNT counts its segments, UNE its messages, UNZ its groups or messages")       \
    X(REFERENCE, "edifact.reference", "UNT, UNE and UNZ repeat the reference of UNH, UNG and UNB")           \
    X(MANDATORY, "edifact.mandatory",                                                                        \
      "UNB names syntax, sender, recipient, time and reference; UNH reference and type")

enum tw_edi_rule {
#define X(id, name, right) TW_EDI_RULE_##id,
    TW_EDI_RULE_TABLE(X)
#undef X
        TW_EDI_RULE_N
};
const char *tw_edi_rule_name(enum tw_edi_rule r);
const char *tw_edi_rule_right(enum tw_edi_rule r);

/* Where a segment stands. */
enum tw_edi_place {
    TW_EDI_ADVICE,      /* UNA */
    TW_EDI_OPENS,       /* UNB */
    TW_EDI_OPENS_GROUP, /* UNG */
    TW_EDI_OPENS_MESSAGE,
    TW_EDI_BODY, /* of a message */
    TW_EDI_CLOSES_MESSAGE,
    TW_EDI_CLOSES_GROUP,
    TW_EDI_CLOSES,
    TW_EDI_STRAY /* nowhere: outside any message */
};

/* Something is wrong: line and byte of the segment at fault, its tag in fault.path, a sentence in fault.note.
 */
struct tw_edi_remark {
    enum tw_edi_rule rule;
    struct tw_fault fault;
};

enum { TW_EDI_REMARKS_MAX = 8 /* that one segment can bring */, TW_EDI_REFERENCE_MAX = 35 };

/* One level of the envelope. */
struct tw_edi_level {
    bool open;
    uint32_t line;                        /* of the segment that opened it */
    uint64_t byte;                        /* of it */
    uint64_t held;                        /* groups, messages or segments in it so far */
    char reference[TW_EDI_REFERENCE_MAX]; /* a longer one is compared by its beginning */
    uint8_t reference_n;
};

/* A plain value; {0} before the first segment. It holds nothing. */
struct tw_edi_envelope {
    struct tw_edi_level interchange, group, message;
    bool grouped, loose; /* the interchange has held a group, a message outside one */
};

/* Takes the next segment and says where it stands. Writes what is wrong to `remark` and how much to *n. Pure
 * but for `e`. What is not closed when another opens is told and closed. */
enum tw_edi_place tw_edi_envelope_next(struct tw_edi_envelope *e, const struct tw_edi_segment *s,
                                       struct tw_edi_remark remark[TW_EDI_REMARKS_MAX], size_t *n);

/* What is still open at the end; line and byte of what opened it. */
void tw_edi_envelope_end(struct tw_edi_envelope *e, struct tw_edi_remark remark[TW_EDI_REMARKS_MAX],
                         size_t *n);

#endif
