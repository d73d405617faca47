/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: first byte
 *   j  one text, usual limits      J  limits so low that every one is met
 *   d  a file of declarations and notifications: split, read, written and read again, also as messages of the
 *      WCO Data Model
 *
 * What a text holds lies where its places say. What was read has one form, which reads back to
 * itself; and whatever JSON can say, what is written from it as XML is well-formed. */
#include "fuzz.h"

#include <jansson.h>

#include "message/json_read.h"
#include "message/json_split.h"
#include "message/json_write.h"
#include "message/notification.h"
#include "unit/message/xml_message.h"

static void look(struct tw_str text, const struct tw_json_node *node, unsigned depth)
{
    struct tw_fault f = {0};
    uint32_t n = 0;
    CHECK(node->byte < text.n && node->line > 0 && node->column > 0 && depth <= 32);
    const char c = text.s[node->byte];
    CHECK((node->kind == TW_JSON_OBJECT) == (c == '{') && (node->kind == TW_JSON_ARRAY) == (c == '['));
    CHECK((node->kind == TW_JSON_TEXT) == (c == '"'));
    CHECK(tw_str_utf8(node->text, NULL) || memchr(node->text.s, '\0', node->text.n) != NULL);
    tw_json_blame(node, &f);
    CHECK(f.line == node->line && memchr(f.path, '\0', sizeof f.path) != NULL);
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL; m = m->next, n++) {
        CHECK(m->parent == node);
        look(text, m, depth + 1);
    }
    CHECK(n == node->n);
}

static void parse(struct tw_str text, const struct tw_json_limits *limits)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_json_node *root = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
    const tw_err err = tw_json_parse(text, limits, arena, &root, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        look(text, root, 1);
}

struct record {
    enum tw_level level;
    void *object;
};

static tw_err read(struct tw_str text, struct tw_arena *arena, struct record *ret, struct tw_fault *fault)
{
    const struct tw_json_node *root = NULL;
    struct tw_decl *decl = NULL;
    struct tw_notification *n = NULL;
    TW_TRY(tw_json_parse(text, NULL, arena, &root, fault));
    if (tw_json_level(root) == TW_LEVEL_NOTIFICATION) {
        TW_TRY(tw_json_read_notification(root, NULL, arena, &n, fault));
        *ret = (struct record){TW_LEVEL_NOTIFICATION, n};
        return TW_OK;
    }
    TW_TRY(tw_json_read_decl(root, 0, NULL, arena, &decl, fault));
    *ret = (struct record){TW_LEVEL_DECL, decl};
    return TW_OK;
}

static void as_xml(struct xml_house *h, const struct record *r)
{
    struct tw_decl *d = r->object, answer;
    tw_buf_clear(&h->out);
    tw_arena_reset(h->work);
    if (r->level == TW_LEVEL_NOTIFICATION) {
        const tw_err err = tw_notification_write(r->object, h->work, &answer, &h->fault);
        if (err != TW_OK) {
            fuzz_fault(err, &h->fault);
            return;
        }
        d = &answer;
    }
    CHECK(tw_xml_write(h->writer, d, h->work, &h->out, NULL, &h->fault) == TW_OK);
    const tw_err err = xml_feed(h->xml, tw_buf_view(&h->out), SIZE_MAX, &h->fault);
    if (err == TW_OK && tw_xml_parse(h->xml, NULL, &h->fault) == TW_FORMAT)
        fprintf(stderr, "%.*s\n%s\n", TW_STR_ARG(tw_buf_view(&h->out)), h->fault.note);
    CHECK(err != TW_OK || tw_xml_parse(h->xml, NULL, NULL) != TW_FORMAT);
}

static void record(struct xml_house *h, struct tw_str text)
{
    TW_SCOPED_BUF first = {0}, second = {0};
    struct record is, back = {TW_LEVEL_N, NULL};
    struct tw_fault fault = {0};
    tw_arena_reset(h->arena);
    const tw_err err = read(text, h->arena, &is, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    tw_json_write_line(is.level, is.object, &first);
    CHECK(!first.failed && read(tw_buf_view(&first), h->arena, &back, &fault) == TW_OK);
    tw_json_write_line(back.level, back.object, &second);
    CHECK(tw_str_eq(tw_buf_view(&first), tw_buf_view(&second)));
    as_xml(h, &is);
}

static void records(struct fuzz_input *in)
{
    XML_HOUSE h;
    TW_SCOPED(tw_json_split) *s = NULL;
    uint64_t last = 0;
    xml_house_open(&h);
    CHECK(tw_json_split_new(0, &s, NULL) == TW_OK);
    for (enum tw_json_step step = TW_JSON_MORE; step != TW_JSON_END;) {
        struct tw_json_piece piece;
        struct tw_fault fault = {0};
        step = tw_json_split_next(s, &piece, &fault);
        if (step == TW_JSON_REFUSED) fuzz_fault(fault.code, &fault);
        if (step == TW_JSON_PIECE) {
            CHECK(piece.byte >= last && piece.text.n > 0 && piece.line > 0);
            last = piece.byte + piece.text.n;
            record(&h, piece.text);
        }
        if (step != TW_JSON_MORE) continue;
        size_t room;
        char *p = tw_json_split_room(s, &room);
        const size_t n = fuzz_feed(in, p, room);
        tw_json_split_filled(s, n);
        if (n == 0) tw_json_split_end(s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct tw_json_limits low = {.bytes = 60, .depth = 3, .values = 6};
    struct fuzz_input in;
    if (!fuzz_split(data, n, &in)) return 0;
    if (in.kind == 'j' || in.kind == 'J') parse(in.text, in.kind == 'J' ? &low : NULL);
    if (in.kind == 'd') records(&in);
    return 0;
}
