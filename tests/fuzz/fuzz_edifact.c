/* SPDX-License-Identifier: Apache-2.0 */
/* Segments of EDIFACT interchanges: first byte
 *   e  usual limits     E  limits so low that every one is met
 *
 * Whatever the pieces, the same must be told; what was read whole and plain must be written again byte for
 * byte. */
#include "fuzz.h"

#include <jansson.h>

#include "message/edifact_compose.h"
#include "message/edifact_envelope.h"
#include "message/json_write.h"
#include "unit/message/edi_record.h"
#include "unit/message/edi_text.h"

/* The envelope takes whatever was read, and tells of nothing without its place. */
static void hold_together(struct fuzz_input in)
{
    TW_SCOPED(tw_edi) *e = NULL;
    struct tw_edi_envelope env = {.grouped = false};
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    struct tw_edi_segment s;
    struct tw_fault fault = {0};
    size_t n = 0;
    CHECK(tw_edi_new(NULL, &e, NULL) == TW_OK);
    for (enum tw_edi_step step; (step = tw_edi_next(e, &s, &fault)) != TW_EDI_END;) {
        if (step == TW_EDI_REFUSED) fuzz_fault(fault.code, &fault);
        if (step == TW_EDI_SEGMENT) (void)tw_edi_envelope_next(&env, &s, remark, &n);
        for (size_t i = 0; step == TW_EDI_SEGMENT && i < n; i++) fuzz_fault(TW_FORMAT, &remark[i].fault);
        if (step != TW_EDI_MORE) continue;
        size_t room;
        char *p = tw_edi_room(e, &room);
        const size_t fed = fuzz_feed(&in, p, room);
        tw_edi_filled(e, fed);
        if (fed == 0) tw_edi_end(e);
    }
    tw_edi_envelope_end(&env, remark, &n);
    CHECK(n <= 3);
}

/* The record that a message became; NULL: a report, which is not written. */
static const void *record_of(const struct tw_edi_reading *m)
{
    if (m->decl != NULL) return m->decl;
    return m->manifest != NULL ? (const void *)m->manifest : m->notification;
}

/* What has been read can be written, or is refused with its place; what was written reads back the same. */
static void comes_back(const struct tw_edi_reading *m)
{
    const enum tw_level level = edi_record_level(m->message);
    const void *record = record_of(m);
    const struct tw_edi_order order = {m->message, record, {TW_STR("A"), TW_STR("B"), 0}};
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_edi_writer) *w = NULL;
    TW_SCOPED_BUF text = {0}, want = {0}, have = {0};
    struct tw_edi_written written;
    struct tw_edi_reading again;
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(16 << 20, &arena) == TW_OK && tw_edi_writer_new(&w, NULL) == TW_OK);
    const tw_err err = tw_edi_compose(w, &order, arena, &text, &written, &fault);
    if (err != TW_OK) {
        CHECK(fault.note[0] != '\0' && text.n == 0 && (err == TW_FORMAT || err == TW_LIMIT));
        return;
    }
    CHECK(read_record(tw_buf_view(&text), 0, arena, &again, NULL) == TW_OK && again.message == m->message);
    if (written.left_all > 0) return;
    say_tree(&want, 0, level, record);
    say_tree(&have, 0, level, record_of(&again));
    if (!tw_str_eq(tw_buf_view(&want), tw_buf_view(&have)))
        printf("# wanted\n%.*s# have\n%.*s# by %.*s\n", TW_STR_ARG(tw_buf_view(&want)),
               TW_STR_ARG(tw_buf_view(&have)), TW_STR_ARG(tw_buf_view(&text)));
    CHECK(tw_str_eq(tw_buf_view(&want), tw_buf_view(&have)));
}

/* Each value of a record is held or kept, and what is told has its place. */
static void nothing_is_lost(struct tw_str text)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_reading m = {.manifest = NULL};
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(4 << 20, &arena) == TW_OK);
    const tw_err err = read_record(text, 500, arena, &m, &fault);
    if (err != TW_OK) {
        CHECK(fault.note[0] != '\0' &&
              (err == TW_FORMAT || err == TW_NOTFOUND || err == TW_LIMIT || err == TW_NOMEM));
        return;
    }
    const size_t kept = m.manifest != NULL       ? kept_places(m.manifest)
                        : m.decl != NULL         ? kept_in_decl(m.decl)
                        : m.notification != NULL ? places(m.notification->extra.at, m.notification->extra.n)
                                                 : places(m.report->extra.at, m.report->extra.n);
    CHECK(m.values == m.held + kept && m.told_n <= m.told_all);
    for (size_t i = 0; i < m.told_n; i++) CHECK(m.told[i].fault.note[0] != '\0' && m.told[i].fault.line > 0);
    say_told(&out, &m);
    if (record_of(&m) != NULL) comes_back(&m);
    if (m.manifest == NULL) return;
    say_manifest(&out, m.manifest);
    tw_buf_clear(&out);
    struct tw_json j = {.out = &out};
    tw_json_write(TW_LEVEL_MANIFEST, m.manifest, &j);
    CHECK(!out.failed);
    json_t *read = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    CHECK(read != NULL);
    json_decref(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct tw_edi_config low = {.segment_bytes = 24, .values = 4};
    struct fuzz_input in;
    TW_SCOPED_BUF whole = {0}, pieces = {0}, same = {0};
    if (!fuzz_split(data, n, &in) || (in.kind != 'e' && in.kind != 'E')) return 0;
    const struct tw_edi_config *config = in.kind == 'E' ? &low : NULL;
    const bool plain = edi_tell_all(in.text, SIZE_MAX, config, &whole, &same);
    (void)edi_tell_all(in.text, in.piece > 0 ? in.piece : 1, config, &pieces, NULL);
    CHECK(tw_str_eq(tw_buf_view(&whole), tw_buf_view(&pieces)));
    const size_t mark = in.text.n >= 3 && memcmp(in.text.s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    CHECK(!plain || tw_str_eq(tw_buf_view(&same), (struct tw_str){in.text.s + mark, in.text.n - mark}));
    hold_together(in);
    nothing_is_lost(in.text);
    return 0;
}
