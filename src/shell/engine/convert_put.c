/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/convert_put_priv.h"

#include <stdio.h>
#include <string.h>

#include "message/csv_decl.h"
#include "message/json_read.h"
#include "message/json_write.h"
#include "message/notification.h"
#include "message/xml_same.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- what is left out */

void put_leave(struct put *p, const char *name, uint64_t n)
{
    struct tw_convert_count *c = p->c->count;
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
    if (p->c->options->check) c->lost += n;
}

/* Where an extra stood among others may change, and a version that was not given counts as the first. */
static void on_missing(void *to, const struct tw_list_row *list, enum tw_element e)
{
    const struct put *p = to;
    char name[64];
    if (e == TW_ELEMENT_EXTRA__SEQUENCE ||
        (e == TW_ELEMENT_VERSION && ((const struct tw_decl *)p->record.object)->version == 1))
        return;
    const struct tw_str own = tw_element_own_name(e);
    snprintf(name, sizeof name, "%s%s%.*s", list != NULL ? list->name : "", list != NULL ? "." : "",
             TW_STR_ARG(own));
    put_leave(to, name, 1);
}

/* -- writing */

static tw_err append(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    const struct tw_file_options how = {.stop = c->options->stop};
    if (c->text.failed) return no_memory(fault);
    if (p->out == NULL) TW_TRY(convert_name(c, p->path, p->other, 0, p->to, fault));
    c->fatal = true;
    if (p->out == NULL) TW_TRY(tw_file_out_open(p->to, &how, &p->out, fault));
    TW_TRY(tw_file_out_write(p->out, c->text.p, c->text.n, fault));
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

/* What the record has and `back` has not is told as left out; what `back` has besides, as added. */
static void compare(struct put *p, const void *back, bool whole)
{
    const struct record r = p->record;
    const struct tw_missing missing = {p, on_missing};
    (void)tw_object_missing(r.level, r.object, back, &missing);
    if (p->c->options->check) p->c->count->elements += tw_object_missing(r.level, r.object, NULL, NULL);
    const size_t added = whole ? tw_object_missing(r.level, back, r.object, NULL) : 0;
    if (added > 0) put_leave(p, "added", added);
}

static tw_err read_json(const struct put *p, struct record *ret, struct tw_fault *fault)
{
    const struct tw_json_node *root = NULL;
    struct tw_notification *n = NULL;
    struct tw_decl *decl = NULL;
    TW_TRY(tw_json_parse(tw_buf_view(&p->c->text), NULL, p->c->work, &root, fault));
    ret->level = tw_json_level(root);
    if (ret->level == TW_LEVEL_NOTIFICATION)
        TW_TRY(tw_json_read_notification(root, NULL, p->c->work, &n, fault));
    else
        TW_TRY(tw_json_read_decl(root, 0, NULL, p->c->work, &decl, fault));
    ret->object = n != NULL ? (void *)n : (void *)decl;
    return TW_OK;
}

/* A record as a message of the WCO Data Model. */
static tw_err write_xml(struct convert *c, struct record r, struct tw_buf *out, struct tw_fault *fault)
{
    const struct tw_decl *decl = r.object;
    struct tw_decl answer;
    if (r.level == TW_LEVEL_NOTIFICATION) {
        TW_TRY(tw_notification_write(r.object, c->work, &answer, fault));
        decl = &answer;
    }
    TW_TRY(tw_xml_write(c->writer, decl, c->work, out, NULL, fault));
    return out->failed ? no_memory(fault) : TW_OK;
}

/* Reads c->text again and asks for everything; of a message also as a message. */
static tw_err check_json(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    struct record back;
    TW_SCOPED_BUF xml = {0};
    struct tw_xml_difference same;
    tw_arena_reset(c->work);
    TW_TRY(read_json(p, &back, fault));
    if (back.level != p->record.level)
        return tw_fail(fault, TW_CONFLICT,
                       "this declaration would be read as a notification; take Response out of it");
    compare(p, back.object, true);
    if (p->kind != CONVERT_OF_XML) return TW_OK;
    TW_TRY(write_xml(c, back, &xml, fault));
    TW_TRY(feed(c, tw_buf_view(&xml), fault));
    TW_TRY(tw_xml_compare(c->xml, c->written, &same, fault));
    if (same.missing + same.added > 0) put_leave(p, same.first, (uint64_t)same.missing + same.added);
    return TW_OK;
}

static tw_err put_json(struct put *p, struct tw_fault *fault)
{
    tw_json_write_line(p->record.level, p->record.object, &p->c->text);
    if (p->c->text.failed) return no_memory(fault);
    if (p->c->options->check) TW_TRY(check_json(p, fault));
    return append(p, fault);
}

static tw_err put_rows(struct put *p, struct tw_fault *fault)
{
    const struct tw_decl *decl = p->record.object;
    const struct tw_missing missing = {p, on_missing};
    size_t left;
    if (p->record.level != TW_LEVEL_DECL)
        return tw_fail(fault, TW_FORMAT,
                       "an answer of customs is no row of a table; write it as json, xml or edifact");
    if (p->out == NULL) tw_csv_write_names(&p->c->text);
    TW_TRY(tw_csv_write_decl(decl, tw_buf_view(&p->before), &missing, &p->c->text, &left, fault));
    if (p->c->options->check) p->c->count->elements += tw_object_missing(TW_LEVEL_DECL, decl, NULL, NULL);
    tw_buf_clear(&p->before);
    tw_buf_str(&p->before, decl->id);
    if (p->before.failed) return no_memory(fault);
    return append(p, fault);
}

static tw_err write_message(struct put *p, unsigned number, struct tw_fault *fault)
{
    TW_TRY(convert_name(p->c, p->path, p->other, number, p->to, fault));
    p->c->fatal = true;
    TW_TRY(convert_write(p->c, p->to, fault));
    TW_TRY(convert_written(p->c, p->to, fault));
    p->c->fatal = false;
    return TW_OK;
}

static void swap(struct tw_buf *a, struct tw_buf *b)
{
    const struct tw_buf was = *a;
    *a = *b;
    *b = was;
}

/* c->text is a message: the first waits until there is a second, which gives it a number. */
static tw_err keep_message(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    if (p->n == 0) {
        swap(&c->text, &p->held);
        return TW_OK;
    }
    if (p->n == 1) {
        swap(&c->text, &p->held);
        TW_TRY(write_message(p, 1, fault));
        swap(&c->text, &p->held);
    }
    return write_message(p, p->n + 1, fault);
}

/* Reads the message in c->text again, to see what has found a place in it. */
static tw_err check_xml(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    struct tw_xml_reading back;
    struct tw_notification n;
    TW_TRY(feed(c, tw_buf_view(&c->text), fault));
    tw_arena_reset(c->work);
    tw_xml_hold_to(c->written, c->schema, NULL);
    const tw_err err = tw_xml_read(c->reader, c->written, c->work, &back, fault);
    tw_xml_hold_to(c->written, NULL, NULL);
    TW_TRY(err);
    if (p->record.level == TW_LEVEL_NOTIFICATION) {
        TW_TRY(tw_notification_read(back.decl, c->work, &n, fault));
        compare(p, &n, false);
    } else {
        compare(p, back.decl, false);
    }
    return TW_OK;
}

static tw_err put_xml(struct put *p, struct tw_fault *fault)
{
    tw_arena_reset(p->c->work);
    TW_TRY(write_xml(p->c, p->record, &p->c->text, fault));
    TW_TRY(check_xml(p, fault));
    return keep_message(p, fault);
}

/* Tells a loss: what the message has no place for has been told when it was written. */
static void on_lost(void *to, const struct tw_list_row *list, enum tw_element e)
{
    const struct put *p = to;
    const enum tw_edi_message m = p->record.level == TW_LEVEL_NOTIFICATION ? TW_EDI_CUSRES : TW_EDI_CUSDEC;
    if (tw_edi_writer_carries(p->c->composer, m, e)) on_missing(to, list, e);
}

static void tell_left(void *to, const struct tw_fault *what)
{
    const struct put *p = to;
    convert_tell(p->c, what);
}

/* An interchange of its own. */
static tw_err put_edifact(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    struct tw_edi_written done;
    struct record back;
    const struct tw_missing lost = {p, on_lost};
    const struct decl_job job = {
        .path = p->path, .work = c->work, .text = &c->text, .count = c->count, .to = p, .told = tell_left};
    tw_arena_reset(c->work);
    TW_TRY(decl_to_edifact(&job, c->composer, p->record, &done, fault));
    if (c->options->check) {
        c->count->elements += done.segments;
        c->count->lost += done.left_all;
        TW_TRY(decl_read_back(&job, &back, fault));
        (void)tw_object_missing(p->record.level, p->record.object, back.object, &lost);
    }
    return keep_message(p, fault);
}

tw_err put_record(struct put *p, struct record record, struct tw_fault *fault)
{
    const enum tw_convert_form form = p->c->options->form;
    tw_buf_clear(&p->c->text);
    p->record = record;
    TW_TRY(form == TW_CONVERT_JSON      ? put_json(p, fault)
           : form == TW_CONVERT_CSV     ? put_rows(p, fault)
           : form == TW_CONVERT_EDIFACT ? put_edifact(p, fault)
                                        : put_xml(p, fault));
    p->n++;
    p->c->count->read++;
    return TW_OK;
}

tw_err put_finish(struct put *p, struct tw_fault *fault)
{
    struct convert *c = p->c;
    if (p->n == 0) return TW_OK;
    if (p->out == NULL) {
        if (p->n > 1) return TW_OK;
        swap(&c->text, &p->held);
        return write_message(p, 0, fault);
    }
    c->fatal = true;
    TW_TRY(tw_file_out_commit(p->out, fault));
    TW_TRY(convert_written(c, p->to, fault));
    c->fatal = false;
    return TW_OK;
}

void put_close(struct put *p)
{
    tw_file_out_free(p->out);
    tw_buf_free(&p->held);
    tw_buf_free(&p->before);
}
