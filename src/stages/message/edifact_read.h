/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact_read.h -- a message becomes a record, and nothing of it is lost: CUSCAR a manifest, CUSDEC
 * a declaration, CUSRES a notification, COARRI and CODECO events of containers.
 *
 * In : the segments of one message, UNH to UNT, in their order (message/edifact.h).
 * Out: the record; segments of which some value is held by no member, in `extra` (docs/formats/edifact.md);
 * what is wrong, each with the segment's number, its place, a rule's id and what would be right. Not: the
 * envelope (message/edifact_envelope.h). Character sets: texts become UTF-8, or the message is refused.
 *
 * In an extra, path is the segment's place, CNI[1]/RFF[2]/NAD[3]; sequence its number in the message, UNH
 * being 1; value the segment, written with the default service characters; attributes the values that nothing
 * else holds, 2.1 the first component of the second element, with blanks between them.
 *
 * Source: UN/EDIFACT D.95B CUSCAR, COARRI and CODECO, D.96B CUSDEC and CUSRES; message/edifact_map.def says
 * which value is which element.
 */
#ifndef TW_MESSAGE_EDIFACT_READ_H
#define TW_MESSAGE_EDIFACT_READ_H

#include "decl/manifest.h"
#include "decl/movement.h"
#include "decl/notification.h"
#include "message/edifact.h"
#include "message/edifact_structure.h"

/* What can be wrong in a message: X(ID, id in reports, what would be right) */
#define TW_EDI_FLAW_TABLE(X)                                                                                 \
    X(PLACE, "edifact.place", "segments stand in the order of the directory")                                \
    X(OFTEN, "edifact.often", "a segment or group stands no more often than the directory allows")           \
    X(MISSING, "edifact.missing", "what the directory makes mandatory is there")                             \
    X(TYPE, "edifact.type", "UNH names the type of its message")                                             \
    X(RELEASE, "edifact.release", "CUSCAR, COARRI and CODECO are read by D.95B, CUSDEC and CUSRES by D.96B") \
    X(CHARSET, "edifact.charset", "texts are UTF-8, or ISO 8859-1 where UNB says UNOC")                      \
    X(VALUE, "edifact.value", "a value has the form of its element")                                         \
    X(CONTAINER, "edifact.container", "a container's number has the form and check digit of ISO 6346")       \
    X(IMO, "edifact.imo", "a ship's number of seven digits has the check digit of the IMO scheme")           \
    X(LOCODE, "edifact.locode", "a port is a UN/LOCODE: its country and three letters or digits")            \
    X(EVENT, "edifact.event", "BGM says what is reported: COARRI 98, 119 or 122, CODECO 34 or 36")

enum tw_edi_flaw {
#define X(id, name, right) TW_EDI_FLAW_##id,
    TW_EDI_FLAW_TABLE(X)
#undef X
        TW_EDI_FLAW_N
};
const char *tw_edi_flaw_name(enum tw_edi_flaw f);
const char *tw_edi_flaw_right(enum tw_edi_flaw f);

/* None of them refuses the message. Line and byte of the segment, fault.item its number, place and value
 * (CNI[1]/LOC[2] 2.1) in fault.path, a sentence in fault.note. */
struct tw_edi_told {
    enum tw_edi_flaw flaw;
    struct tw_fault fault;
};

enum { TW_EDI_TOLD_MAX = 1000 }; /* of a message, told in full; others are counted */

/* A report of container events. */
struct tw_edi_report {
    struct tw_movement head; /* what all of them have in common; its id is the report's */
    TW_LIST(struct tw_movement) movements;
    TW_LIST(struct tw_extra) extra; /* of the report and all its events */
};

struct tw_edi_reading {
    enum tw_edi_message message;
    struct tw_manifest *manifest;         /* of CUSCAR, in the arena; else NULL */
    struct tw_decl *decl;                 /* of CUSDEC, the same */
    struct tw_notification *notification; /* of CUSRES, the same */
    struct tw_edi_report *report;         /* of COARRI and CODECO, the same */
    struct tw_str reference;              /* of the message */
    uint32_t line;                        /* of UNH */
    const struct tw_edi_told *told;
    size_t told_n;
    uint32_t told_all;
    uint32_t segments; /* of the message */
    uint32_t values;   /* that are not empty, behind UNH and before UNT */
    uint32_t held;     /* of them, by a member or by saying nothing new; the others are in an extra */
};

struct tw_edi_reader;

/* Zero in a member means its default. */
struct tw_edi_reader_config {
    uint32_t segments; /* most of a message: 1,000,000 */
    uint32_t items;    /* most of a declaration: TW_ITEMS_MAX */
};

/* config NULL = all defaults. TW_NOMEM */
tw_err tw_edi_reader_new(const struct tw_edi_reader_config *config, struct tw_edi_reader **ret,
                         struct tw_fault *fault) TW_MUST_CHECK;
void tw_edi_reader_free(struct tw_edi_reader *r); /* takes NULL */
static inline void tw_edi_reader_freep(struct tw_edi_reader **r)
{
    tw_edi_reader_free(*r);
}

/* The syntax identifier of UNB: with UNOC, what is no UTF-8 is taken for ISO 8859-1; with UNOA, UNOB and
 * before the first call too, and told; with another, such a message is refused. Holds until the next call. */
void tw_edi_reader_charset(struct tw_edi_reader *r, struct tw_str identifier);

/* Does the reader make a record of such a message? */
bool tw_edi_reader_takes(enum tw_edi_message m);

/* Begins with UNH; what was read lives in `arena`. A message begun before is forgotten.
 * Where UNH names no type, a BGM of a customs manifest (85) behind it makes it a CUSCAR; that is told.
 * TW_NOTFOUND  a type of message that becomes no record; then also from tw_edi_reader_put
 * TW_NOMEM     also when the arena is full */
tw_err tw_edi_reader_begin(struct tw_edi_reader *r, const struct tw_edi_segment *unh, struct tw_arena *arena,
                           struct tw_fault *fault) TW_MUST_CHECK;

/* The next segment behind UNH, UNT too; it is copied. After an error the message is lost.
 * TW_LIMIT  too many segments, too many items
 * TW_FORMAT a text is no UTF-8, and UNB names a set that is not read
 * TW_NOMEM */
tw_err tw_edi_reader_put(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
    TW_MUST_CHECK;

/* Completes the message: behind UNT, or where it breaks off (then with edifact.missing). TW_NOMEM */
tw_err tw_edi_reader_end(struct tw_edi_reader *r, struct tw_edi_reading *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

#endif
