/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/messages_priv.h"

#include <string.h>

#include "message/json_read.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

bool messages_sniff(struct tw_str first)
{
    return tw_xml_sniff(first) || tw_edi_sniff(first) || tw_json_sniff(first);
}

tw_err messages_open(const char *path, bool sha256, struct messages *ret, struct tw_fault *fault)
{
    TW_TRY(tw_xml_new(NULL, &ret->xml, fault));
    TW_TRY(tw_xml_reader_new(0, &ret->reader, fault));
    TW_TRY(tw_json_split_new(0, &ret->json, fault));
    if (sha256 && tw_sha256_new(&ret->hash) != TW_OK) return no_memory(fault);
    return files_add(&ret->files, path, fault);
}

static void leave_file(struct messages *m)
{
    interchange_close(m->interchange);
    m->interchange = NULL;
    files_leave(&m->files);
    m->file = NULL;
}

void messages_close(struct messages *m, const char **file)
{
    leave_file(m);
    tw_xml_free(m->xml);
    tw_xml_reader_free(m->reader);
    tw_json_split_free(m->json);
    tw_sha256_free(m->hash);
    files_close(&m->files, file);
}

/* Where the next bytes of the file under way go. */
static char *room_of(struct messages *m, size_t *room)
{
    return m->of_json ? tw_json_split_room(m->json, room) : tw_xml_room(m->xml, room);
}

/* So many have been put there; 0: there are no more. */
static tw_err filled(struct messages *m, const char *p, size_t n, struct tw_fault *fault)
{
    m->bytes += n;
    if (m->hash != NULL) tw_sha256_add(m->hash, p, n);
    if (!m->of_json) return tw_xml_filled(m->xml, n, fault);
    if (n > 0)
        tw_json_split_filled(m->json, n);
    else
        tw_json_split_end(m->json);
    return TW_OK;
}

static tw_err begin_interchange(struct messages *m, struct tw_str first, struct tw_fault *fault)
{
    m->from = (struct interchange_source){.in = m->file, .first = first, .hash = m->hash, .bytes = &m->bytes};
    m->bytes += first.n;
    if (m->hash != NULL) tw_sha256_add(m->hash, first.s, first.n);
    return interchange_open(&m->from, &m->interchange, fault);
}

/* A file whose first bytes have been read; they stay where they are. */
static tw_err begin(struct messages *m, struct tw_str first, struct tw_fault *fault)
{
    if (tw_edi_sniff(first)) return begin_interchange(m, first, fault);
    m->of_json = tw_json_sniff(first);
    if (m->of_json)
        tw_json_split_clear(m->json);
    else
        tw_xml_clear(m->xml);
    while (first.n > 0) {
        size_t room;
        char *p = room_of(m, &room);
        if (p == NULL) return no_memory(fault);
        if (room > first.n) room = first.n;
        memcpy(p, first.s, room);
        TW_TRY(filled(m, p, room, fault));
        first = (struct tw_str){first.s + room, first.n - room};
    }
    return TW_OK;
}

static tw_err read_on(struct messages *m, size_t *n, struct tw_fault *fault)
{
    size_t room;
    char *p = room_of(m, &room);
    if (p == NULL) return no_memory(fault);
    TW_TRY(tw_file_in_read(m->file, p, room, n, fault));
    return filled(m, p, *n, fault);
}

tw_err messages_lend(struct messages *m, struct tw_file_in *file, struct tw_str first, struct tw_fault *fault)
{
    m->files.at = m->files.n;
    m->files.name = m->files.path[m->files.n - 1].path;
    m->file = file;
    return begin(m, first, fault);
}

/* Requests are about declarations, and decided elsewhere. */
static tw_err is_no_request(const struct tw_decl *d, struct tw_fault *fault)
{
    if (!tw_str_is(d->function, "13")) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "this is a request (%.*s) about a declaration, none itself; leave it out",
                   (int)(d->type.n < 8 ? d->type.n : 8), d->type.s);
}

static tw_err read_xml(struct messages *m, struct tw_arena *arena, struct message *ret,
                       struct tw_fault *fault)
{
    struct tw_xml_reading r;
    for (size_t n = 1; n > 0;) TW_TRY(read_on(m, &n, fault));
    TW_TRY(tw_xml_read(m->reader, m->xml, arena, &r, fault));
    *ret = (struct message){r.decl, r.line};
    fault->line = r.line;
    if (r.kind == TW_XML_RESPONSE)
        return tw_fail(fault, TW_FORMAT, "this is an answer of customs, no declaration; leave it out");
    TW_TRY(is_no_request(r.decl, fault));
    if (r.unfit_n == 0) return TW_OK;
    *fault = r.unfit[0];
    return fault->code;
}

static tw_err read_json(const struct tw_json_piece *piece, struct tw_arena *arena, struct message *ret,
                        struct tw_fault *fault)
{
    const struct tw_json_node *root = NULL;
    TW_TRY(tw_json_parse(piece->text, NULL, arena, &root, fault));
    const enum tw_level level = tw_json_level(root);
    if (level == TW_LEVEL_NOTIFICATION)
        return tw_fail(fault, TW_FORMAT, "this is an answer of customs, no declaration; leave it out");
    if (root->kind == TW_JSON_OBJECT && level == TW_LEVEL_N)
        return tw_fail(fault, TW_FORMAT,
                       "this object is no declaration: it has none of its members; leave it out");
    TW_TRY(tw_json_read_decl(root, 0, NULL, arena, &ret->decl, fault));
    ret->line = piece->line;
    return is_no_request(ret->decl, fault);
}

/* The next declaration of the file under way; *end: there are no more. */
static tw_err next_of_json(struct messages *m, struct tw_arena *arena, bool *end, struct message *ret,
                           struct tw_fault *fault)
{
    for (;;) {
        struct tw_json_piece piece;
        size_t n;
        const enum tw_json_step step = tw_json_split_next(m->json, &piece, fault);
        *end = step == TW_JSON_END;
        if (*end) return TW_OK;
        if (step == TW_JSON_REFUSED) return fault->code;
        if (step == TW_JSON_PIECE) {
            const tw_err err = read_json(&piece, arena, ret, fault);
            if (err != TW_OK) tw_json_piece_blame(&piece, fault);
            return err;
        }
        const tw_err err = read_on(m, &n, fault);
        if (err == TW_OK) continue;
        leave_file(m); /* it is damaged: no more of it is read */
        return err;
    }
}

/* The next declaration of the interchange that is open; *some = false: there is none any more. */
static tw_err next_of_interchange(struct messages *m, struct tw_arena *arena, bool *some, struct message *ret,
                                  struct tw_fault *fault)
{
    for (;;) {
        struct interchange_found found = {.number = 0};
        *fault = (struct tw_fault){.item = 0};
        const tw_err err = interchange_next(m->interchange, arena, &found, fault);
        *some = err != TW_OK || found.step != INTERCHANGE_END;
        if (err != TW_OK || found.step == INTERCHANGE_END) leave_file(m);
        if (!*some || err != TW_OK) return err;
        if (found.step == INTERCHANGE_REMARK && found.damaged) continue; /* its message is refused for it */
        if (found.step == INTERCHANGE_REMARK) return TW_FORMAT;
        if (found.step != INTERCHANGE_DECLARATION) return fault->code;
        *ret = (struct message){found.reading.decl, found.reading.line};
        TW_TRY(interchange_is_whole(&found, fault));
        return is_no_request(ret->decl, fault);
    }
}

/* The file under way. *some = false: it is at its end. */
static tw_err read_one(struct messages *m, struct tw_arena *arena, bool *some, struct message *ret,
                       struct tw_fault *fault)
{
    bool end = false;
    *some = true;
    if (m->interchange != NULL) return next_of_interchange(m, arena, some, ret, fault);
    if (m->of_json) {
        TW_TRY(next_of_json(m, arena, &end, ret, fault));
        if (end) leave_file(m);
        *some = !end;
        return TW_OK;
    }
    const tw_err err = read_xml(m, arena, ret, fault);
    leave_file(m);
    return err;
}

/* The next file; *some = false: there is none. m->file stays NULL where it does not begin like a message. */
static tw_err go_on(struct messages *m, bool *some, bool *ended, struct tw_fault *fault)
{
    m->files.stop = m->stop;
    TW_TRY(files_next(&m->files, some, ended, fault));
    if (!*some || !messages_sniff(files_first(&m->files))) return TW_OK;
    m->file = m->files.file;
    const tw_err err = begin(m, files_first(&m->files), fault);
    if (err != TW_OK) leave_file(m);
    return err;
}

tw_err messages_next(struct messages *m, struct tw_arena *arena, enum messages_step *step,
                     const char **ret_path, struct message *ret, struct tw_fault *fault)
{
    for (bool more = true; more;) {
        bool some = false, ended = false;
        tw_err err = TW_OK;
        tw_arena_reset(arena);
        *fault = (struct tw_fault){.item = 0};
        if (m->stop != NULL && *m->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        if (m->file == NULL) err = go_on(m, &more, &ended, fault);
        if (err == TW_OK && m->file != NULL) err = read_one(m, arena, &some, ret, fault);
        *ret_path = m->files.name;
        if (err != TW_OK && (ended || !files_goes_on(err))) return err;
        if (err == TW_OK && !some) continue;
        *step = err == TW_OK ? MESSAGES_DECLARATION : MESSAGES_REFUSED;
        return TW_OK;
    }
    *step = MESSAGES_END;
    return TW_OK;
}
