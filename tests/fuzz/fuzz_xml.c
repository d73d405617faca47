/* SPDX-License-Identifier: Apache-2.0 */
/* XML messages: first byte
 *   x  usual limits     X  limits so low that every one is met
 *   d  a declaration: read, written and read again
 *
 * Whatever the pieces, the same must be told; and a fault has its place and its sentence. Nothing of a
 * message that was read may be lost or added by writing it, and what was written must read back to what
 * writes the same. */
#include "fuzz.h"

#include "message/notification.h"
#include "unit/message/xml_message.h"

/* An answer goes through its notification, and comes back whole from there too. */
static void answer(struct xml_house *h)
{
    struct tw_notification n;
    TW_SCOPED(tw_arena) *arena = NULL;
    CHECK(tw_arena_new(64 << 20, &arena) == TW_OK);
    tw_err err = tw_notification_read(h->reading.decl, arena, &n, &h->fault);
    if (err == TW_OK) err = tw_notification_write(&n, arena, h->reading.decl, &h->fault);
    if (err == TW_OK) {
        xml_house_same(h);
        return;
    }
    fuzz_fault(err, &h->fault);
    CHECK(err == TW_LIMIT);
}

static void read_and_write(struct tw_str text)
{
    XML_HOUSE h;
    TW_SCOPED_BUF first = {0};
    xml_house_open(&h);
    const tw_err err = xml_house_read(&h, text);
    if (err != TW_OK) {
        fuzz_fault(err, &h.fault);
        return;
    }
    for (size_t i = 0; i < h.reading.unfit_n; i++) fuzz_fault(h.reading.unfit[i].code, &h.reading.unfit[i]);
    xml_house_same(&h);
    if (h.reading.kind == TW_XML_RESPONSE) answer(&h);
    tw_buf_str(&first, tw_buf_view(&h.out));
    CHECK(xml_house_read(&h, tw_buf_view(&first)) == TW_OK);
    xml_house_write(&h);
    CHECK(tw_str_eq(tw_buf_view(&h.out), tw_buf_view(&first)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct tw_xml_limits low = {.bytes = 400,
                                             .tag_bytes = 60,
                                             .depth = 3,
                                             .attributes = 2,
                                             .namespaces = 2,
                                             .elements = 6,
                                             .references = 3,
                                             .names = 30};
    struct fuzz_input in;
    struct tw_fault fault;
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED_BUF whole = {0}, pieces = {0};
    if (!fuzz_split(data, n, &in)) return 0;
    if (in.kind == 'd') read_and_write(in.text);
    if (in.kind != 'x' && in.kind != 'X') return 0;
    CHECK(tw_xml_new(in.kind == 'X' ? &low : NULL, &x, NULL) == TW_OK);
    tw_err err = xml_tell_all(x, in.text, SIZE_MAX, &whole, &fault);
    if (err != TW_OK) fuzz_fault(err, &fault);
    CHECK(xml_tell_all(x, in.text, in.piece > 0 ? in.piece : 1, &pieces, &fault) == err);
    CHECK(tw_str_eq(tw_buf_view(&whole), tw_buf_view(&pieces)));
    return 0;
}
