/* SPDX-License-Identifier: Apache-2.0 */
/* message/edi_text.h -- tells in one text what tw_edi_next makes of another, so that tests can compare.
 *
 *   3 NAD [SU][123][][9]      a segment that begins in line 3: each value after its separator: + element, :
 * component,
 *                             * repetition (the first element's + is not told)
 *   ! 4 @17 FORMAT <raw>      a refused segment: the place, the error, its bytes (of one too long its
 * beginning)
 *
 * `same` collects what tw_edi_write makes of every segment behind its gap: the whole text again, where
 * nothing was refused and no release character was needless. */
#ifndef TW_TESTS_EDI_TEXT_H
#define TW_TESTS_EDI_TEXT_H

#include "check.h"
#include "message/edifact.h"

static inline void edi_tell(struct tw_buf *out, const struct tw_edi_segment *s)
{
    tw_buf_printf(out, "%u %.*s ", s->line, (int)s->tag.n, s->tag.s);
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        if (i > 0) tw_buf_text(out, v->component > 0 ? ":" : v->repetition > 0 ? "*" : "+");
        tw_buf_char(out, '[');
        tw_buf_str(out, v->text);
        tw_buf_char(out, ']');
    }
    tw_buf_char(out, '\n');
}

/* Feeds `text` in pieces of `piece` bytes and tells every segment. True when nothing was refused and no
 * release character needless. */
static inline bool edi_tell_all(struct tw_str text, size_t piece, const struct tw_edi_config *config,
                                struct tw_buf *out, struct tw_buf *same)
{
    TW_SCOPED(tw_edi) *e = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_edi_new(config, &e, NULL) == TW_OK);
    size_t at = 0;
    bool plain = true;
    tw_buf_clear(out);
    if (same != NULL) tw_buf_clear(same);
    for (enum tw_edi_step step = TW_EDI_MORE; step != TW_EDI_END;) {
        struct tw_edi_segment s;
        step = tw_edi_next(e, &s, &fault);
        if (step == TW_EDI_SEGMENT || step == TW_EDI_REFUSED) {
            CHECK(s.byte + s.raw.n <= text.n);
            CHECK(tw_str_eq(s.raw, (struct tw_str){text.s + s.byte, s.raw.n}));
            CHECK(tw_str_eq(s.gap, (struct tw_str){text.s + s.byte - s.gap.n, s.gap.n}));
        }
        plain = plain && step != TW_EDI_REFUSED && (step != TW_EDI_SEGMENT || s.needless == 0);
        if (same != NULL && step != TW_EDI_MORE) tw_buf_str(same, s.gap);
        if (step == TW_EDI_SEGMENT) {
            edi_tell(out, &s);
            if (same != NULL && s.una) tw_edi_write_una(&s.service, same);
            if (same != NULL && !s.una) tw_edi_write(&s, same);
        }
        if (step == TW_EDI_REFUSED) {
            CHECK(fault.note[0] != '\0' && fault.line == s.line && fault.byte == s.byte);
            tw_buf_printf(out, "! %u @%llu %s <", fault.line, (unsigned long long)fault.byte,
                          tw_err_name(fault.code));
            tw_buf_str(out, s.raw);
            tw_buf_text(out, ">\n");
        }
        if (step != TW_EDI_MORE) continue;
        size_t room;
        char *p = tw_edi_room(e, &room);
        CHECK(room >= 65536);
        size_t n = text.n - at < piece ? text.n - at : piece;
        if (n > room) n = room;
        if (n > 0) memcpy(p, text.s + at, n);
        tw_edi_filled(e, n);
        at += n;
        if (n == 0) tw_edi_end(e);
    }
    CHECK(!out->failed && (same == NULL || !same->failed));
    return plain;
}

#endif
