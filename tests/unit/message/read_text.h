/* SPDX-License-Identifier: Apache-2.0 */
/* message/read_text.h -- tells as JSON lines what a reader makes of a CSV text, so that tests can compare.
 *
 *   {"line":2,"declaration_id":"A",...,"items":[{"item":"1","hs":"080810",...,"extra":{...}}],"findings":[...]}
 *   {"refused":[line,column],"byte":n,"element":s,"error":"FORMAT","note":s,"culprit":true,"row":s}
 *   {"fault":[line,column],"element":s,"error":s,"note":s}      reading ended there */
#ifndef TW_TESTS_READ_TEXT_H
#define TW_TESTS_READ_TEXT_H

#include "base/date.h"
#include "base/json.h"
#include "check.h"
#include "message/read.h"

static inline void tell_place(struct tw_json *j, const char *key, const struct tw_fault *fault)
{
    tw_json_key(j, key);
    tw_json_begin_array(j);
    tw_json_u64(j, fault->line);
    tw_json_u64(j, fault->column);
    tw_json_end_array(j);
    tw_json_key(j, "element");
    tw_json_text(j, fault->path);
    tw_json_key(j, "error");
    tw_json_text(j, tw_err_name(fault->code));
    tw_json_key(j, "note");
    tw_json_text(j, fault->note);
}

static inline tw_err tell_refused(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)fault;
    struct tw_json j = {.out = to};
    CHECK(r->fault->note[0] != 0);
    tw_json_begin_object(&j);
    tell_place(&j, "refused", r->fault);
    tw_json_key(&j, "id");
    tw_json_str(&j, r->declaration_id);
    tw_json_key(&j, "row");
    tw_json_str(&j, r->raw);
    tw_json_key(&j, "line");
    tw_json_u64(&j, r->line);
    if (r->culprit) {
        tw_json_key(&j, "culprit");
        tw_json_bool(&j, true);
    }
    tw_json_end_object(&j);
    tw_buf_char(to, '\n');
    return TW_OK;
}

static inline void tell_elements(struct tw_json *j, enum tw_level level, const void *object)
{
    TW_SCOPED_BUF text = {0};
    for (enum tw_element e = 0; e < TW_ELEMENT_N; e++) {
        if (tw_element_row(e)->level != level) continue;
        tw_buf_clear(&text);
        tw_element_print(e, object, &text);
        if (text.n == 0) continue;
        tw_json_key(j, tw_element_row(e)->name);
        tw_json_str(j, tw_buf_view(&text));
    }
}

static inline void tell_finding(struct tw_json *j, const struct tw_finding *f)
{
    TW_SCOPED_BUF day = {0};
    tw_buf_day(&day, f->known_day);
    tw_json_begin_object(j);
    tw_json_key(j, "declaration_id");
    tw_json_str(j, f->declaration_id);
    tw_json_key(j, "item");
    tw_json_u64(j, f->item);
    tw_json_key(j, "result");
    tw_json_text(j, tw_result_code(f->result));
    tw_json_key(j, "delta_value");
    tw_json_i64(j, f->delta_value.minor);
    tw_json_text(j, f->delta_value.cur);
    tw_json_key(j, "delta_duty");
    tw_json_i64(j, f->delta_duty.minor);
    tw_json_text(j, f->delta_duty.cur);
    tw_json_key(j, "known_day");
    tw_json_str(j, tw_buf_view(&day));
    tw_json_key(j, "basis");
    tw_json_str(j, f->basis);
    tw_json_key(j, "propensity");
    tw_json_f64(j, f->propensity);
    tw_json_end_object(j);
}

static inline void tell_reading(const struct tw_reading *g, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    tw_json_key(&j, "line");
    tw_json_u64(&j, g->line);
    tell_elements(&j, TW_LEVEL_DECL, g->decl);
    tw_json_key(&j, "items");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < g->decl->items.n; i++) {
        const struct tw_item *item = &g->decl->items.at[i];
        tw_json_begin_object(&j);
        tell_elements(&j, TW_LEVEL_ITEM, item);
        for (size_t k = 0; k < item->extra.n; k++) {
            tw_json_key(&j, "extra");
            tw_json_str(&j, item->extra.at[k].path);
            tw_json_str(&j, item->extra.at[k].value);
        }
        tw_json_end_object(&j);
    }
    tw_json_end_array(&j);
    if (g->finding_n > 0) {
        tw_json_key(&j, "findings");
        tw_json_begin_array(&j);
        for (size_t i = 0; i < g->finding_n; i++) tell_finding(&j, &g->finding[i]);
        tw_json_end_array(&j);
    }
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}

/* Reads `text` in pieces. config->to and ->refuse are set here. What ends the reading is told as well, but
 * for TW_NOMEM, which is returned. */
static inline tw_err tell_all(struct tw_str text, size_t piece, const struct tw_reader_config *config,
                              struct tw_buf *out)
{
    struct tw_reader_config c = *config;
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    c.to = out;
    c.refuse = tell_refused;
    TW_TRY(tw_arena_new((size_t)256 << 20, &arena));
    TW_TRY(tw_reader_new(&c, &r, &fault));
    size_t at = 0;
    for (;;) {
        enum tw_read_step step = TW_READ_END;
        struct tw_reading g;
        const tw_err err = tw_reader_next(r, arena, &step, &g, &fault);
        if (err == TW_NOMEM) return err;
        if (err != TW_OK) {
            struct tw_json j = {.out = out};
            CHECK(fault.code == err && fault.note[0] != 0);
            tw_json_begin_object(&j);
            tell_place(&j, "fault", &fault);
            tw_json_end_object(&j);
            tw_buf_char(out, '\n');
        }
        if (err != TW_OK || step == TW_READ_END) break;
        if (step == TW_READ_DECL) {
            CHECK(g.rows == g.decl->items.n && g.rows > 0);
            tell_reading(&g, out);
            continue;
        }
        size_t room;
        char *p = tw_reader_room(r, &room);
        size_t n = text.n - at < piece ? text.n - at : piece;
        if (n > room) n = room;
        if (n > 0) memcpy(p, text.s + at, n);
        at += n;
        tw_reader_filled(r, n);
        if (n == 0) tw_reader_end(r);
    }
    return out->failed ? TW_NOMEM : TW_OK;
}

#endif
