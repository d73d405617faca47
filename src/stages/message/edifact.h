/* SPDX-License-Identifier: Apache-2.0 */
/* message/edifact.h -- segments of an EDIFACT interchange that arrives piece by piece, and their writing.
 *
 * In : bytes, in pieces of any size.
 * Out: one segment at a time, its values freed of release characters; or a refused one with the reason; the
 * same whatever the pieces. And the way back: a segment's bytes. Not: counts and references of the envelope
 * (message/edifact_envelope.h), what a segment means, character sets: values are bytes in the set that UNB
 * names.
 *
 * Source: ISO 9735 (UN/EDIFACT application level syntax rules), versions 1 to 4:
 *   - A service string advice, UNA and six characters, may stand before UNB and names the characters that
 * follow: component separator, element separator, decimal mark, release character, repetition separator (a
 * blank: none, as in versions 1 to 3), segment terminator. Without it they are  : + . ? ' and, from version 4
 * on, * for repetition.
 *   - The release character takes its meaning from the service character behind it.
 *   - Behind UNZ another interchange may begin, with or without its own UNA.
 * And where practice is wider than the rules:
 *   - Line ends and blanks before a tag are nobody's (kept in `gap`). A byte order mark before the first is
 * skipped.
 *   - Without UNA, an interchange whose first line ends before any ' is taken to have lines for segments.
 *   - A release character before one that needs none is told (`needless`): the value has the character behind
 * it.
 */
#ifndef TW_MESSAGE_EDIFACT_H
#define TW_MESSAGE_EDIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* The characters that are not data. 0 = there is none. */
struct tw_edi_service {
    char component, element, decimal, release, repetition, terminator;
};
/* : + . ? * ' ; the repetition separator counts from syntax version 4 on */
struct tw_edi_service tw_edi_service_default(unsigned version);

/* Zero in a member means its default. */
struct tw_edi_config {
    uint32_t segment_bytes; /* longest segment: 64 KiB; at most 16 MiB */
    uint32_t values;        /* most values in a segment: 1,000; at most 65,535 */
};

/* One value: element, repetition and component count from 0 behind the tag. Every place that a separator
 * opens has its value, be it empty, so that what was read can be written again. */
struct tw_edi_value {
    struct tw_str text;
    uint16_t element, repetition, component;
};

struct tw_edi_segment {
    struct tw_str tag; /* "NAD"; as it stands, so "UNH" of a malformed one may be anything */
    const struct tw_edi_value *value;
    size_t n;
    struct tw_edi_service service; /* that it was read by */
    struct tw_str gap;             /* line ends and blanks before the tag */
    struct tw_str raw; /* verbatim from the tag to its terminator; of a segment too long its beginning */
    uint32_t line;     /* 1-based, of its tag */
    uint32_t needless; /* release characters before what needs none */
    uint64_t byte;     /* offset of its tag */
    bool una;          /* this is a service string advice: raw has it, there are no values */
};

/* The text at a place; absent (s = NULL) where the segment has no such place. Time O(values). */
struct tw_str tw_edi_at(const struct tw_edi_segment *s, unsigned element, unsigned component);

enum tw_edi_step {
    TW_EDI_SEGMENT, /* a segment */
    TW_EDI_REFUSED, /* a refused one and its fault; the next call goes on behind its terminator */
    TW_EDI_MORE,    /* more bytes are needed, or tw_edi_end */
    TW_EDI_END      /* no more segments */
};

struct tw_edi;

/* TW_ARG (a limit above its ceiling), TW_NOMEM. config NULL = all defaults. All memory is taken here: about 3
 * x segment_bytes + 24 x values + 128 KiB. */
tw_err tw_edi_new(const struct tw_edi_config *config, struct tw_edi **ret, struct tw_fault *fault)
    TW_MUST_CHECK;
void tw_edi_free(struct tw_edi *e); /* takes NULL */
static inline void tw_edi_freep(struct tw_edi **e)
{
    tw_edi_free(*e);
}

/* Does it begin like an interchange or a message: UNA, UNB, UNG or UNH behind blanks and a mark? For who has
 * only some first bytes. */
bool tw_edi_sniff(struct tw_str first);

/* Where the next bytes may be put: *n >= 64 KiB of room. Segments handed out before are no longer valid. Call
 * it only after TW_EDI_MORE or at the start. */
char *tw_edi_room(struct tw_edi *e, size_t *n);
void tw_edi_filled(struct tw_edi *e, size_t n); /* n bytes have been put there */
void tw_edi_end(struct tw_edi *e);              /* there are no more */

/* The next segment; valid until the next call of tw_edi_next or tw_edi_room.
 *
 * Refused, with line and byte of the tag in the fault:
 *   TW_FORMAT  a tag that is not three capital letters or digits; a UNA cut short or whose characters are not
 * six different ones; a release character at the end; a segment that the end of the bytes cuts off; a NUL;
 *              bytes before the first segment that begin none (they are passed over to the next terminator)
 *   TW_LIMIT   a segment longer than segment_bytes (its rest is passed over), more values, more blanks
 * between two
 *
 * With TW_EDI_END `gap` has the blanks behind the last segment. */
enum tw_edi_step tw_edi_next(struct tw_edi *e, struct tw_edi_segment *ret, struct tw_fault *fault)
    TW_MUST_CHECK;

/* -- writing */

/* Appends the segment: tag, values with their separators, terminator; what data has in common with the
 * service characters is released. A segment that was read is written as it stood, byte for byte, but for
 * needless release characters and the gap. Places between two values are written empty. What cannot be
 * written sets out->failed: values that are not in rising order of place, a repetition or a service character
 * in a value without the sign for it. */
void tw_edi_write(const struct tw_edi_segment *s, struct tw_buf *out);

/* The nine bytes of the advice. */
void tw_edi_write_una(const struct tw_edi_service *service, struct tw_buf *out);

#endif
