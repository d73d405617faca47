/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about declarations: first byte
 *   q  usual limits     Q  limits so low that every one is met
 *
 * A declaration, a NUL, a request. What is refused has its sentence and leaves all as it was; what is carried
 * out is one version further, and its next version can be written and read. */
#include "fuzz.h"

#include "message/request.h"
#include "unit/message/xml_message.h"

static bool is_there(struct xml_house *h, struct tw_str text)
{
    xml_house_open(h);
    return xml_house_read(h, text) == TW_OK;
}

static void check_next(const struct tw_decl *next)
{
    XML_HOUSE h;
    TW_SCOPED_BUF text = {0};
    xml_house_open(&h);
    CHECK(tw_xml_write(h.writer, next, h.work, &text, NULL, NULL) == TW_OK);
    CHECK(xml_house_read(&h, tw_buf_view(&text)) == TW_OK);
    xml_house_same(&h);
}

static void apply(const struct tw_decl *base, const struct tw_decl *message,
                  const struct tw_request_limits *limits)
{
    struct tw_fault fault = {.item = 0};
    struct tw_request_outcome out = {.decl = NULL};
    TW_SCOPED(tw_requests) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_standing standing = tw_standing_of(base);
    const struct tw_request request = {.message = message, .base = base, .standing = &standing};
    CHECK(tw_requests_new(limits, &r, NULL) == TW_OK && tw_arena_new(64 << 20, &arena) == TW_OK);
    const tw_err err = tw_request_apply(r, &request, arena, &out, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        CHECK(out.decl == NULL);
        return;
    }
    CHECK(out.decl != NULL && out.standing.version == standing.version + (out.decl != base));
    for (size_t i = 0; i < out.changes.n; i++)
        CHECK(out.changes.at[i].path.n > 0 && out.changes.at[i].words.n > 0);
    if (out.decl != base) check_next(out.decl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct tw_request_limits low = {.amendments = 2, .pointers = 3};
    struct fuzz_input in;
    XML_HOUSE base = {.xml = NULL};
    XML_HOUSE asked = {.xml = NULL};
    if (!fuzz_split(data, n, &in) || (in.kind != 'q' && in.kind != 'Q')) return 0;
    const char *cut = in.text.n > 0 ? memchr(in.text.s, '\0', in.text.n) : NULL;
    if (cut == NULL) return 0;
    const size_t first = (size_t)(cut - in.text.s);
    if (is_there(&base, (struct tw_str){in.text.s, first}) &&
        is_there(&asked, (struct tw_str){cut + 1, in.text.n - first - 1}))
        apply(base.reading.decl, asked.reading.decl, in.kind == 'Q' ? &low : NULL);
    return 0;
}
