/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations one at a time: from one message, JSON or a table, to JSON, a table or messages. */
#include <stdio.h>
#include <string.h>

#include "engine/convert_priv.h"
#include "message/csv_decl.h"
#include "message/json_read.h"
#include "message/json_write.h"
#include "message/read.h"
#include "message/xml_same.h"

enum { DECLARATION_BYTES = 16 << 20 };

struct decls {
    struct convert *c;
    const char *path;
    enum convert_kind kind;
    bool other;              /* another form is written than was read */
    struct tw_file_out *out; /* JSON or a table, once there is something to write */
    char to[CONVERT_PATH_MAX];
    struct tw_buf held;         /* the first message, until it is known whether there is a second */
    struct tw_buf before;       /* id of the declaration before */
    unsigned n;                 /* written */
    bool refused;               /* one of them */
    const struct tw_decl *decl; /* under way */
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void refuse(struct decls *d, const struct tw_fault *why)
{
    const struct tw_convert_options *o = d->c->options;
    d->c->count->refused++;
    d->refused = true;
    if (o->refused != NULL) o->refused(o->to, why);
}

/* -- what is left out */

static void leave(struct decls *d, const char *name, uint64_t n)
{
    struct tw_convert_count *c = d->c->count;
    size_t k = 0;
    while (k < c->left_kinds && strcmp(c->left_of[k].name, name) != 0) k++;
    if (k == TW_CONVERT_LEFT_MAX) k--;
    struct tw_convert_left *of = &c->left_of[k];
    if (k == c->left_kinds) {
        c->left_kinds++;
        snprintf(of->name, sizeof of->name, "%s", name);
    }
    of->n += n;
    c->left += n;
    if (d->c->options->check) c->lost += n;
}

/* Where an extra stood among others may change, and a version that was not given counts as the first. */
static void on_missing(void *to, const struct tw_list_row *list, enum tw_element e)
{
    const struct decls *d = to;
    char name[64];
    if (e == TW_ELEMENT_EXTRA__SEQUENCE || (e == TW_ELEMENT_VERSION && d->decl->version == 1)) return;
    const struct tw_str own = tw_element_own_name(e);
    snprintf(name, sizeof name, "%s%s%.*s", list != NULL ? list->name : "", list != NULL ? "." : "",
             TW_STR_ARG(own));
    leave(to, name, 1);
}

/* -- writing */

static tw_err append(struct decls *d, struct tw_fault *fault)
{
    struct convert *c = d->c;
    const struct tw_file_options how = {.stop = c->options->stop};
    if (c->text.failed) return no_memory(fault);
    if (d->out == NULL) TW_TRY(convert_name(c, d->path, d->other, 0, d->to, fault));
    c->fatal = true;
    if (d->out == NULL) TW_TRY(tw_file_out_open(d->to, &how, &d->out, fault));
    TW_TRY(tw_file_out_write(d->out, c->text.p, c->text.n, fault));
    c->fatal = false;
    return TW_OK;
}

static tw_err feed(struct convert *c, struct tw_str text, struct tw_fault *fault)
{
    tw_xml_clear(c->written);
    while (text.n > 0) {
        size_t room;
        char *p = tw_xml_room(c->written, &room);
        if (p == NULL) return no_memory(fault);
        if (room > text.n) room = text.n;
        memcpy(p, text.s, room);
        TW_TRY(tw_xml_filled(c->written, room, fault));
        text = (struct tw_str){text.s + room, text.n - room};
    }
    return TW_OK;
}

/* Reads c->text again and asks for everything; of a message also as a message. */
static tw_err check_json(struct decls *d, const struct tw_decl *decl, struct tw_fault *fault)
{
    struct convert *c = d->c;
    const struct tw_json_node *root = NULL;
    struct tw_decl *back = NULL;
    const struct tw_missing missing = {d, on_missing};
    TW_SCOPED_BUF xml = {0};
    struct tw_xml_difference same;
    tw_arena_reset(c->work);
    TW_TRY(tw_json_parse(tw_buf_view(&c->text), NULL, c->work, &root, fault));
    TW_TRY(tw_json_read_decl(root, 0, NULL, c->work, &back, fault));
    (void)tw_object_missing(TW_LEVEL_DECL, decl, back, &missing);
    c->count->elements += tw_object_missing(TW_LEVEL_DECL, decl, NULL, NULL);
    const size_t added = tw_object_missing(TW_LEVEL_DECL, back, decl, NULL);
    if (added > 0) leave(d, "added", added);
    if (d->kind != CONVERT_OF_XML) return TW_OK;
    TW_TRY(tw_xml_write(c->writer, back, c->work, &xml, NULL, fault));
    TW_TRY(feed(c, tw_buf_view(&xml), fault));
    TW_TRY(tw_xml_compare(c->xml, c->written, &same, fault));
    if (same.missing + same.added > 0) leave(d, same.first, (uint64_t)same.missing + same.added);
    return TW_OK;
}

static tw_err put_json(struct decls *d, const struct tw_decl *decl, struct tw_fault *fault)
{
    tw_json_write_decl(decl, &d->c->text);
    if (d->c->text.failed) return no_memory(fault);
    if (d->c->options->check) TW_TRY(check_json(d, decl, fault));
    return append(d, fault);
}

static tw_err put_rows(struct decls *d, const struct tw_decl *decl, struct tw_fault *fault)
{
    const struct tw_missing missing = {d, on_missing};
    size_t left;
    if (d->out == NULL) tw_csv_write_names(&d->c->text);
    TW_TRY(tw_csv_write_decl(decl, tw_buf_view(&d->before), &missing, &d->c->text, &left, fault));
    if (d->c->options->check) d->c->count->elements += tw_object_missing(TW_LEVEL_DECL, decl, NULL, NULL);
    tw_buf_clear(&d->before);
    tw_buf_str(&d->before, decl->id);
    if (d->before.failed) return no_memory(fault);
    return append(d, fault);
}

static tw_err write_message(struct decls *d, unsigned number, struct tw_fault *fault)
{
    TW_TRY(convert_name(d->c, d->path, d->other, number, d->to, fault));
    d->c->fatal = true;
    TW_TRY(convert_write(d->c, d->to, fault));
    TW_TRY(convert_written(d->c, d->to, fault));
    d->c->fatal = false;
    return TW_OK;
}

static void swap(struct tw_buf *a, struct tw_buf *b)
{
    const struct tw_buf was = *a;
    *a = *b;
    *b = was;
}

/* A message of its own, which is read again to see what has found a place in it. */
static tw_err put_message(struct decls *d, const struct tw_decl *decl, struct tw_fault *fault)
{
    struct convert *c = d->c;
    struct tw_xml_reading back;
    const struct tw_missing missing = {d, on_missing};
    tw_arena_reset(c->work);
    TW_TRY(tw_xml_write(c->writer, decl, c->work, &c->text, NULL, fault));
    if (c->text.failed) return no_memory(fault);
    TW_TRY(feed(c, tw_buf_view(&c->text), fault));
    tw_arena_reset(c->work);
    tw_xml_hold_to(c->written, c->schema);
    const tw_err err = tw_xml_read(c->reader, c->written, c->work, &back, fault);
    tw_xml_hold_to(c->written, NULL);
    TW_TRY(err);
    (void)tw_object_missing(TW_LEVEL_DECL, decl, back.decl, &missing);
    if (c->options->check) c->count->elements += tw_object_missing(TW_LEVEL_DECL, decl, NULL, NULL);
    if (d->n == 0) {
        swap(&c->text, &d->held);
        return TW_OK;
    }
    if (d->n == 1) {
        swap(&c->text, &d->held);
        TW_TRY(write_message(d, 1, fault));
        swap(&c->text, &d->held);
    }
    return write_message(d, d->n + 1, fault);
}

/* One declaration. Faults of its own are told here. */
static tw_err put(struct decls *d, const struct tw_decl *decl, struct tw_fault *fault)
{
    tw_buf_clear(&d->c->text);
    d->decl = decl;
    const enum tw_convert_form form = d->c->options->form;
    const tw_err err = form == TW_CONVERT_JSON  ? put_json(d, decl, fault)
                       : form == TW_CONVERT_CSV ? put_rows(d, decl, fault)
                                                : put_message(d, decl, fault);
    if (err == TW_OK) {
        d->n++;
        d->c->count->read++;
    }
    return err;
}

static tw_err finish(struct decls *d, struct tw_fault *fault)
{
    struct convert *c = d->c;
    if (d->n == 0) return TW_OK;
    if (d->out == NULL && c->options->form == TW_CONVERT_XML) {
        if (d->n > 1) return TW_OK;
        swap(&c->text, &d->held);
        return write_message(d, 0, fault);
    }
    c->fatal = true;
    TW_TRY(tw_file_out_commit(d->out, fault));
    TW_TRY(convert_written(c, d->to, fault));
    c->fatal = false;
    return TW_OK;
}

/* -- reading */

/* Is it the file's end, or only one declaration's? */
static bool goes_on(const struct decls *d, tw_err err)
{
    return !d->c->fatal && convert_is_message_s(err);
}

static tw_err from_message(struct decls *d, const struct source *from, struct tw_fault *fault)
{
    struct convert *c = d->c;
    struct tw_xml_reading reading;
    TW_TRY(convert_fill(c, from, fault));
    TW_TRY(tw_xml_read(c->reader, c->xml, c->arena, &reading, fault));
    TW_TRY(put(d, reading.decl, fault));
    c->count->bare += reading.bare;
    convert_tell_unfit(c, &reading);
    return TW_OK;
}

static tw_err take_piece(struct decls *d, const struct tw_json_piece *piece, struct tw_fault *fault)
{
    const struct tw_json_node *root = NULL;
    struct tw_decl *decl = NULL;
    tw_err err = tw_json_parse(piece->text, NULL, d->c->arena, &root, fault);
    if (err == TW_OK) err = tw_json_read_decl(root, 0, NULL, d->c->arena, &decl, fault);
    if (err != TW_OK) {
        tw_json_piece_blame(piece, fault);
        return err;
    }
    err = put(d, decl, fault);
    if (err != TW_OK && fault->line == 0) tw_json_piece_blame(piece, fault);
    return err;
}

static tw_err read_more(struct decls *d, const struct source *from, bool *begun, struct tw_fault *fault)
{
    size_t room, n = from->n;
    char *p = tw_json_split_room(d->c->json, &room);
    if (p == NULL) return no_memory(fault);
    if (*begun)
        TW_TRY(tw_file_in_read(from->in, p, room, &n, fault));
    else
        memcpy(p, from->first, n);
    *begun = true;
    if (n > 0)
        tw_json_split_filled(d->c->json, n);
    else
        tw_json_split_end(d->c->json);
    return TW_OK;
}

static tw_err from_json(struct decls *d, const struct source *from, struct tw_fault *fault)
{
    bool begun = false;
    tw_json_split_clear(d->c->json);
    for (;;) {
        struct tw_json_piece piece;
        struct tw_fault why = {0};
        tw_arena_reset(d->c->arena);
        const enum tw_json_step step = tw_json_split_next(d->c->json, &piece, &why);
        if (step == TW_JSON_END) break;
        if (step == TW_JSON_MORE) {
            TW_TRY(read_more(d, from, &begun, fault));
            continue;
        }
        const tw_err err = step == TW_JSON_REFUSED ? why.code : take_piece(d, &piece, &why);
        if (err == TW_OK) continue;
        if (goes_on(d, err)) {
            refuse(d, &why);
            continue;
        }
        if (fault != NULL) *fault = why;
        return err;
    }
    if (d->n > 0 || d->refused) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "there is no declaration in it");
}

static tw_err on_refused(void *to, const struct tw_refused *refused, struct tw_fault *fault)
{
    (void)fault;
    if (refused->culprit) refuse(to, refused->fault);
    return TW_OK;
}

static tw_err take_rows(struct decls *d, const struct tw_reading *reading, struct tw_fault *fault)
{
    struct tw_fault why = {0};
    const tw_err err = put(d, reading->decl, &why);
    if (err == TW_OK && reading->finding_n > 0) leave(d, "finding", reading->finding_n);
    if (err == TW_OK) return TW_OK;
    if (why.line == 0) why.line = reading->line;
    if (goes_on(d, err)) {
        refuse(d, &why);
        return TW_OK;
    }
    if (fault != NULL) *fault = why;
    return err;
}

static tw_err read_rows(struct tw_reader *r, const struct source *from, bool *begun, struct tw_fault *fault)
{
    size_t room, n = from->n;
    char *p = tw_reader_room(r, &room);
    if (*begun)
        TW_TRY(tw_file_in_read(from->in, p, room, &n, fault));
    else
        memcpy(p, from->first, n);
    *begun = true;
    if (n > 0)
        tw_reader_filled(r, n);
    else
        tw_reader_end(r);
    return TW_OK;
}

static tw_err pump(struct decls *d, struct tw_reader *r, const struct source *from, struct tw_fault *fault)
{
    bool begun = false;
    for (enum tw_read_step step = TW_READ_MORE; step != TW_READ_END;) {
        struct tw_reading reading;
        TW_TRY(tw_reader_next(r, d->c->arena, &step, &reading, fault));
        if (step == TW_READ_DECL) TW_TRY(take_rows(d, &reading, fault));
        if (step == TW_READ_MORE) TW_TRY(read_rows(r, from, &begun, fault));
    }
    return TW_OK;
}

/* Rows are taken as they stand: what a declaration must keep is asked when it is decided about. */
static tw_err from_table(struct decls *d, const struct source *from, struct tw_fault *fault)
{
    struct tw_map map = *d->c->options->map;
    map.pass = ~0ull;
    map.national_currency = (struct tw_str){NULL, 0};
    const struct tw_reader_config config = {.map = &map,
                                            .currency = tw_str_from(d->c->options->currency),
                                            .ids_may_return = true,
                                            .declaration_bytes = DECLARATION_BYTES,
                                            .to = d,
                                            .refuse = on_refused};
    TW_SCOPED(tw_reader) *r = NULL;
    TW_TRY(tw_reader_new(&config, &r, fault));
    return pump(d, r, from, fault);
}

tw_err convert_decls(struct convert *c, const char *path, enum convert_kind kind, const struct source *from,
                     struct tw_fault *fault)
{
    static const enum tw_convert_form form_of[] = {[CONVERT_OF_XML] = TW_CONVERT_XML,
                                                   [CONVERT_OF_EDIFACT] = TW_CONVERT_EDIFACT,
                                                   [CONVERT_OF_JSON] = TW_CONVERT_JSON,
                                                   [CONVERT_OF_TABLE] = TW_CONVERT_CSV};
    struct decls d = {.c = c, .path = path, .kind = kind, .other = form_of[kind] != c->options->form};
    tw_arena_reset(c->arena);
    tw_arena_reset(c->work);
    tw_err err = kind == CONVERT_OF_XML    ? from_message(&d, from, fault)
                 : kind == CONVERT_OF_JSON ? from_json(&d, from, fault)
                                           : from_table(&d, from, fault);
    if (err == TW_OK ||
        (d.n > 0 && goes_on(&d, err))) { /* what was read is kept, though the rest cannot be */
        struct tw_fault why = {0};
        const tw_err end = finish(&d, &why);
        if (end != TW_OK && fault != NULL) *fault = why;
        if (end != TW_OK) err = end;
    }
    tw_file_out_free(d.out);
    tw_buf_free(&d.held);
    tw_buf_free(&d.before);
    return err;
}
