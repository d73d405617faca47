/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations and notifications one at a time: from one message, JSON or a table. */
#include <string.h>

#include "engine/convert_put_priv.h"
#include "message/json_read.h"
#include "message/notification.h"
#include "message/read.h"

enum { DECLARATION_BYTES = 16 << 20 };

struct decls {
    struct convert *c;
    struct put put;
    bool refused; /* one of them */
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
    if (reading.kind == TW_XML_RESPONSE) {
        struct tw_notification n;
        TW_TRY(tw_notification_read(reading.decl, c->arena, &n, fault));
        TW_TRY(put_record(&d->put, (struct record){TW_LEVEL_NOTIFICATION, &n}, fault));
    } else {
        TW_TRY(put_record(&d->put, (struct record){TW_LEVEL_DECL, reading.decl}, fault));
    }
    c->count->bare += reading.bare;
    convert_tell_unfit(c, &reading);
    return TW_OK;
}

static tw_err read_piece(struct decls *d, const struct tw_json_piece *piece, struct record *ret,
                         struct tw_fault *fault)
{
    struct tw_arena *arena = d->c->arena;
    const struct tw_json_node *root = NULL;
    struct tw_notification *n = NULL;
    struct tw_decl *decl = NULL;
    TW_TRY(tw_json_parse(piece->text, NULL, arena, &root, fault));
    if (tw_json_level(root) == TW_LEVEL_NOTIFICATION) {
        TW_TRY(tw_json_read_notification(root, NULL, arena, &n, fault));
        *ret = (struct record){TW_LEVEL_NOTIFICATION, n};
        return TW_OK;
    }
    TW_TRY(tw_json_read_decl(root, 0, NULL, arena, &decl, fault));
    *ret = (struct record){TW_LEVEL_DECL, decl};
    return TW_OK;
}

static tw_err take_piece(struct decls *d, const struct tw_json_piece *piece, struct tw_fault *fault)
{
    struct record record;
    tw_err err = read_piece(d, piece, &record, fault);
    if (err != TW_OK) {
        tw_json_piece_blame(piece, fault);
        return err;
    }
    err = put_record(&d->put, record, fault);
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
    if (d->put.n > 0 || d->refused) return TW_OK;
    return tw_fail(fault, TW_FORMAT, "there is no declaration or notification in it");
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
    const tw_err err = put_record(&d->put, (struct record){TW_LEVEL_DECL, reading->decl}, &why);
    if (err == TW_OK && reading->finding_n > 0) put_leave(&d->put, "finding", reading->finding_n);
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
    struct decls d = {
        .c = c, .put = {.c = c, .path = path, .kind = kind, .other = form_of[kind] != c->options->form}};
    tw_arena_reset(c->arena);
    tw_arena_reset(c->work);
    tw_err err = kind == CONVERT_OF_XML    ? from_message(&d, from, fault)
                 : kind == CONVERT_OF_JSON ? from_json(&d, from, fault)
                                           : from_table(&d, from, fault);
    if (err == TW_OK ||
        (d.put.n > 0 && goes_on(&d, err))) { /* what was read is kept, though the rest cannot be */
        struct tw_fault why = {0};
        const tw_err end = put_finish(&d.put, &why);
        if (end != TW_OK && fault != NULL) *fault = why;
        if (end != TW_OK) err = end;
    }
    put_close(&d.put);
    return err;
}
