/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/messages_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/file.h"
#include "store/walk.h"

enum { SNIFF_BYTES = 512 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err add_path(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct messages *m = to;
    struct stat info;
    if (found && stat(path, &info) == 0 && info.st_size == 0) return TW_OK; /* holds no message */
    if (m->n == m->cap) {
        const size_t cap = m->cap > 0 ? m->cap * 2 : 64;
        char **more = tw_realloc(m->path, cap, sizeof *more);
        if (more == NULL) return no_memory(fault);
        m->path = more;
        m->cap = cap;
    }
    const size_t n = strlen(path) + 1;
    char *copy = tw_realloc(NULL, n, 1);
    if (copy == NULL) return no_memory(fault);
    m->path[m->n++] = memcpy(copy, path, n);
    return TW_OK;
}

tw_err messages_open(const char *path, bool sha256, struct messages *ret, struct tw_fault *fault)
{
    TW_TRY(tw_xml_new(NULL, &ret->xml, fault));
    TW_TRY(tw_xml_reader_new(0, &ret->reader, fault));
    if (sha256 && tw_sha256_new(&ret->hash) != TW_OK) return no_memory(fault);
    return tw_walk(path, &(struct tw_walk){.to = ret, .file = add_path}, fault);
}

static void end_interchange(struct messages *m)
{
    interchange_close(m->interchange);
    tw_file_in_free(m->in);
    tw_free(m->first);
    m->interchange = NULL;
    m->in = NULL;
    m->first = NULL;
}

void messages_close(struct messages *m)
{
    tw_xml_free(m->xml);
    tw_xml_reader_free(m->reader);
    tw_sha256_free(m->hash);
    end_interchange(m);
    tw_archive_free(m->archive);
    for (size_t i = 0; i < m->n; i++) tw_free(m->path[i]);
    tw_free(m->path);
}

tw_err messages_load(struct messages *m, struct tw_str bytes, struct tw_fault *fault)
{
    m->loaded = true;
    m->bytes += bytes.n;
    if (m->hash != NULL) tw_sha256_add(m->hash, bytes.s, bytes.n);
    while (bytes.n > 0) {
        size_t room;
        char *p = tw_xml_room(m->xml, &room);
        if (p == NULL) return no_memory(fault);
        if (room > bytes.n) room = bytes.n;
        memcpy(p, bytes.s, room);
        bytes = (struct tw_str){bytes.s + room, bytes.n - room};
        TW_TRY(tw_xml_filled(m->xml, room, fault));
    }
    return TW_OK;
}

static tw_err open_file(const struct messages *m, const char *path, struct tw_file_in **ret,
                        struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = m->stop};
    return m->archive != NULL ? tw_archive_file(m->archive, ret, fault)
                              : tw_file_in_open(path, &how, ret, fault);
}

static tw_err take_bytes(struct messages *m, const char *p, size_t n, struct tw_fault *fault)
{
    m->bytes += n;
    if (m->hash != NULL) tw_sha256_add(m->hash, p, n);
    return tw_xml_filled(m->xml, n, fault);
}

static tw_err open_interchange(struct messages *m, struct tw_file_in *in, struct tw_str first,
                               const char *path, struct tw_fault *fault)
{
    m->from = (struct interchange_source){.in = in, .first = first, .hash = m->hash, .bytes = &m->bytes};
    m->path_now = path;
    m->bytes += first.n;
    if (m->hash != NULL) tw_sha256_add(m->hash, first.s, first.n);
    return interchange_open(&m->from, &m->interchange, fault);
}

tw_err messages_load_interchange(struct messages *m, struct tw_file_in *in, struct tw_str first,
                                 struct tw_fault *fault)
{
    return open_interchange(m, in, first, m->path[m->at++], fault);
}

/* An interchange of our own: it keeps the file. */
static tw_err begin_interchange(struct messages *m, struct tw_file_in **in_take, struct tw_str first,
                                const char *path, struct tw_fault *fault)
{
    m->first = tw_realloc(NULL, first.n, 1);
    if (m->first == NULL) return no_memory(fault);
    memcpy(m->first, first.s, first.n);
    m->in = *in_take;
    *in_take = NULL;
    return open_interchange(m, m->in, (struct tw_str){m->first, first.n}, path, fault);
}

/* *xml: it begins like XML; else not all of it was read, and m->interchange is there if it is one. */
static tw_err load_file(struct messages *m, const char *path, bool *xml, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_in) *in = NULL;
    TW_TRY(open_file(m, path, &in, fault));
    tw_xml_clear(m->xml);
    for (size_t n = 1, all = 0; n > 0; all += n) {
        size_t room;
        char *p = tw_xml_room(m->xml, &room);
        if (p == NULL) return no_memory(fault);
        TW_TRY(tw_file_in_read(in, p, room, &n, fault));
        const struct tw_str first = {p, n < SNIFF_BYTES ? n : SNIFF_BYTES};
        if (all == 0) *xml = tw_xml_sniff(first);
        if (all == 0 && tw_edi_sniff(first))
            return begin_interchange(m, &in, (struct tw_str){p, n}, path, fault);
        if (!*xml) return TW_OK;
        TW_TRY(take_bytes(m, p, n, fault));
    }
    return TW_OK;
}

/* Only declarations are decided about. */
static tw_err is_declaration(const struct tw_xml_reading *r, struct tw_fault *fault)
{
    const struct tw_decl *d = r->decl;
    fault->line = r->line;
    if (r->kind == TW_XML_RESPONSE)
        return tw_fail(fault, TW_FORMAT, "this is an answer of customs, no declaration; leave it out");
    if (tw_str_is(d->function, "13"))
        return tw_fail(fault, TW_FORMAT,
                       "this is a request (%.*s) about a declaration, none itself; leave it out",
                       (int)(d->type.n < 8 ? d->type.n : 8), d->type.s);
    if (r->unfit_n == 0) return TW_OK;
    *fault = r->unfit[0];
    return fault->code;
}

static bool is_message_s(tw_err err)
{
    return err == TW_FORMAT || err == TW_LIMIT || err == TW_RANGE || err == TW_CONFLICT ||
           err == TW_NOTFOUND || err == TW_IO;
}

/* One file. *some = false: there is no message in it. */
static tw_err read_one(struct messages *m, const char *path, struct tw_arena *arena, bool *some,
                       struct tw_xml_reading *ret, struct tw_fault *fault)
{
    *some = true;
    if (!m->loaded) TW_TRY(load_file(m, path, some, fault));
    m->loaded = false;
    if (!*some) return TW_OK;
    TW_TRY(tw_xml_read(m->reader, m->xml, arena, ret, fault));
    return is_declaration(ret, fault);
}

/* Goes to the next file; *path is NULL when there is none. After an error *path is the file at fault; *ended:
 * it ends all. */
static tw_err next_file(struct messages *m, const char **path, bool *ended, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = m->stop};
    *ended = false;
    *path = NULL;
    if (m->archive == NULL && m->at < m->n) {
        *path = m->path[m->at++];
        if (m->loaded || !tw_archive_is(*path)) return TW_OK;
        TW_TRY(tw_archive_open(*path, NULL, &how, &m->archive, fault));
    }
    if (m->archive == NULL) return TW_OK;
    enum tw_archive_step step = TW_ARCHIVE_END;
    const char *name = "";
    *path = m->path[m->at - 1];
    tw_err err = tw_archive_next(m->archive, &step, &name, fault);
    if (err == TW_OK && step != TW_ARCHIVE_END) {
        snprintf(m->member, sizeof m->member, "%s/%s", *path, name);
        *path = m->member;
        return step == TW_ARCHIVE_REFUSED ? fault->code : TW_OK;
    }
    tw_archive_free(m->archive);
    m->archive = NULL;
    if (err == TW_OK) return next_file(m, path, ended, fault); /* NOLINT(misc-no-recursion): once a path */
    *ended = !is_message_s(err);
    return err;
}

/* A declaration whose message is damaged, or has a value that is none, is not decided about; numbers that
 * fail their check digit are taken as they are. */
static tw_err is_whole(const struct interchange_found *found, struct tw_fault *fault)
{
    const struct tw_edi_reading *r = &found->reading;
    fault->line = r->line;
    for (size_t i = 0; i < r->told_n; i++) {
        const enum tw_edi_flaw flaw = r->told[i].flaw;
        if (flaw == TW_EDI_FLAW_TYPE || flaw == TW_EDI_FLAW_RELEASE || flaw >= TW_EDI_FLAW_CONTAINER)
            continue;
        *fault = r->told[i].fault;
        snprintf(fault->note, sizeof fault->note, "%s: %.*s", tw_edi_flaw_name(flaw),
                 (int)(sizeof fault->note - 24), r->told[i].fault.note);
        return fault->code;
    }
    if (found->damaged)
        return tw_fail(fault, TW_FORMAT,
                       "message %u does not end as it says (count, reference or UNT); have it sent again",
                       found->number);
    if (tw_str_is(r->decl->function, "13"))
        return tw_fail(fault, TW_FORMAT, "this is a request about a declaration, none itself; leave it out");
    return TW_OK;
}

/* The next declaration of the interchange that is open; *some = false: there is none any more. */
static tw_err next_of_interchange(struct messages *m, struct tw_arena *arena, bool *some,
                                  struct tw_xml_reading *ret, struct tw_fault *fault)
{
    for (;;) {
        struct interchange_found found = {.number = 0};
        *fault = (struct tw_fault){.item = 0};
        const tw_err err = interchange_next(m->interchange, arena, &found, fault);
        *some = err != TW_OK || found.step != INTERCHANGE_END;
        if (err != TW_OK || found.step == INTERCHANGE_END) end_interchange(m);
        if (!*some || err != TW_OK) return err;
        if (found.step == INTERCHANGE_REMARK) continue; /* a message it is of is damaged */
        if (found.step != INTERCHANGE_DECLARATION) return fault->code;
        *ret = (struct tw_xml_reading){.decl = found.reading.decl, .line = found.reading.line};
        return is_whole(&found, fault);
    }
}

tw_err messages_next(struct messages *m, struct tw_arena *arena, enum messages_step *step,
                     const char **ret_path, struct tw_xml_reading *ret, struct tw_fault *fault)
{
    for (;;) {
        bool some = false, ended = false;
        tw_err err = TW_OK;
        tw_arena_reset(arena);
        *fault = (struct tw_fault){.item = 0};
        if (m->stop != NULL && *m->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        const bool within = m->interchange != NULL;
        if (within)
            *ret_path = m->path_now;
        else
            err = next_file(m, ret_path, &ended, fault);
        if (err == TW_OK && *ret_path == NULL) break;
        if (err == TW_OK && !within) err = read_one(m, *ret_path, arena, &some, ret, fault);
        if (err == TW_OK && m->interchange != NULL) err = next_of_interchange(m, arena, &some, ret, fault);
        if (err != TW_OK && (ended || !is_message_s(err))) return err;
        if (err == TW_OK && !some) continue;
        *step = err == TW_OK ? MESSAGES_DECLARATION : MESSAGES_REFUSED;
        return TW_OK;
    }
    *step = MESSAGES_END;
    return TW_OK;
}
