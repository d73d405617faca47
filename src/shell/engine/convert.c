/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/convert.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/map.h"
#include "engine/convert_decl_priv.h"
#include "engine/convert_manifest_priv.h"
#include "engine/convert_priv.h"
#include "engine/xsd_priv.h"
#include "message/edifact.h"
#include "message/json_in.h"
#include "message/notification.h"
#include "message/xml_same.h"
#include "store/archive_in.h"
#include "store/walk.h"

enum { ARENA_BYTES_MAX = 48 << 20, NAME_BYTES_MAX = 255 };

static void close_convert(struct convert *c)
{
    tw_xml_free(c->xml);
    tw_xml_free(c->written);
    tw_json_split_free(c->json);
    tw_xml_schema_free(c->schema);
    tw_xml_reader_free(c->reader);
    tw_xml_writer_free(c->writer);
    edifact_work_free(c->edifact);
    tw_edi_writer_free(c->composer);
    tw_arena_free(c->arena);
    tw_arena_free(c->work);
    tw_buf_free(&c->text);
    tw_intern_free(c->names);
    tw_map64_free(c->inputs);
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void work_on(const struct convert *c, const char *path)
{
    if (c->options->file != NULL) *c->options->file = path;
}

/* Of a file or directory, under any of its names. */
static uint64_t identity(const struct stat *info)
{
    return tw_hash_join(tw_mix64((uint64_t)info->st_dev), tw_mix64((uint64_t)info->st_ino));
}

/* Nothing that is to be read may be written over. */
static tw_err look_at_inputs(struct convert *c, const char *const *path, size_t n, struct tw_fault *fault)
{
    struct stat out, info;
    if (stat(c->options->out, &out) != 0)
        return tw_fail(fault, TW_IO, "the directory to write to is gone; make it again");
    if (tw_map64_new(&c->inputs) != TW_OK) return no_memory(fault);
    for (size_t i = 0; i < n; i++) {
        uint32_t number;
        if (stat(path[i], &info) != 0) continue;
        if (identity(&info) == identity(&out))
            return tw_fail(fault, TW_ARG,
                           "what is read lies in this directory and would be written over; name another one");
        if (!S_ISDIR(info.st_mode) && tw_map64_put(c->inputs, identity(&info), &number) != TW_OK)
            return no_memory(fault);
    }
    return TW_OK;
}

static tw_err open_directory(struct convert *c, const char *const *path, size_t n, struct tw_fault *fault)
{
    struct stat info;
    work_on(c, c->options->out);
    if (mkdir(c->options->out, 0777) != 0 && (stat(c->options->out, &info) != 0 || !S_ISDIR(info.st_mode)))
        return tw_fail(fault, TW_ARG, "this can be no directory to write to; name one, or one to be made");
    return look_at_inputs(c, path, n, fault);
}

static tw_err open_readers(struct convert *c, struct tw_fault *fault)
{
    TW_TRY(tw_xml_new(NULL, &c->xml, fault));
    TW_TRY(tw_xml_new(NULL, &c->written, fault));
    TW_TRY(tw_json_split_new(0, &c->json, fault));
    TW_TRY(tw_xml_reader_new(0, &c->reader, fault));
    TW_TRY(tw_xml_writer_new(&c->writer, fault));
    TW_TRY(edifact_work_new(&c->edifact, fault));
    return tw_edi_writer_new(&c->composer, fault);
}

static tw_err open_convert(struct convert *c, struct tw_fault *fault)
{
    TW_TRY(open_readers(c, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &c->arena) != TW_OK ||
        tw_arena_new(ARENA_BYTES_MAX, &c->work) != TW_OK || tw_intern_new(&c->names) != TW_OK)
        return no_memory(fault);
    if (c->options->xsd == NULL) return TW_OK;
    work_on(c, c->options->xsd);
    TW_TRY(xsd_open(c->options->xsd, &c->schema, fault));
    tw_xml_hold_to(c->xml, c->schema, NULL);
    return TW_OK;
}

/* Faults of one message, behind which the next is gone on with. */
bool convert_is_message_s(tw_err err)
{
    return err == TW_FORMAT || err == TW_LIMIT || err == TW_RANGE || err == TW_CONFLICT ||
           err == TW_NOTFOUND || err == TW_IO;
}

/* `path`, or the file that `archive` has come to. */
static tw_err open_source(const struct convert *c, const char *path, struct tw_archive *archive,
                          struct source *ret, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = c->options->stop};
    TW_TRY(archive != NULL ? tw_archive_file(archive, &ret->in, fault)
                           : tw_file_in_open(path, &how, &ret->in, fault));
    for (size_t n = 1; n > 0 && ret->n < CONVERT_SNIFF_BYTES; ret->n += n)
        TW_TRY(tw_file_in_read(ret->in, ret->first + ret->n, CONVERT_SNIFF_BYTES - ret->n, &n, fault));
    return TW_OK;
}

static tw_err give(struct convert *c, const char *bytes, size_t n, struct tw_fault *fault)
{
    size_t room;
    char *p = tw_xml_room(c->xml, &room);
    if (p == NULL || room < n) return no_memory(fault);
    memcpy(p, bytes, n);
    return tw_xml_filled(c->xml, n, fault);
}

/* Fills c->xml with the bytes of a file. */
tw_err convert_fill(struct convert *c, const struct source *from, struct tw_fault *fault)
{
    tw_xml_clear(c->xml);
    TW_TRY(give(c, from->first, from->n, fault));
    for (size_t n = 1; n > 0;) {
        size_t room;
        char *p = tw_xml_room(c->xml, &room);
        if (p == NULL) return no_memory(fault);
        TW_TRY(tw_file_in_read(from->in, p, room, &n, fault));
        TW_TRY(tw_xml_filled(c->xml, n, fault));
    }
    return TW_OK;
}

/* What is written must replace neither the file it comes from nor another that was named. */
static tw_err spare_input(const struct convert *c, const char *from, const char *to, struct tw_fault *fault)
{
    struct stat source, target;
    if (stat(to, &target) != 0) return TW_OK;
    if (stat(from, &source) == 0 && identity(&source) == identity(&target))
        return tw_fail(fault, TW_CONFLICT,
                       "it would be written over itself; name another directory to write to");
    if (tw_map64_find(c->inputs, identity(&target)) != TW_MAP_NONE)
        return tw_fail(
            fault, TW_CONFLICT,
            "it would be written over another file that is read; name another directory to write to");
    return TW_OK;
}

/* The file's name without what a packer put behind it, and without its ending where another form is written.
 */
static size_t base_length(const char *base, bool other)
{
    size_t n = strlen(base);
    if (n > 3 && strcmp(base + n - 3, ".gz") == 0) n -= 3;
    if (n > 4 && strcmp(base + n - 4, ".zst") == 0) n -= 4;
    for (size_t k = n; other && k-- > 1;)
        if (base[k] == '.') return k;
    return n;
}

/* A name that no file can have costs its message alone. */
static tw_err may_be_name(const char *name, const char *path, struct tw_fault *fault)
{
    struct stat info;
    if (strlen(name) > NAME_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "the name to write to is longer than %d bytes; rename the file",
                       NAME_BYTES_MAX);
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return tw_fail(fault, TW_FORMAT, "no file can have this name; rename it");
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return tw_fail(fault, TW_CONFLICT, "a directory of this name lies where it would be written");
    return TW_OK;
}

tw_err convert_name(struct convert *c, const char *path, bool other, unsigned number,
                    char ret[CONVERT_PATH_MAX], struct tw_fault *fault)
{
    static const char *const ending[] = {".xml", ".edi", ".json", ".csv", ".contrl.edi"};
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const bool piped = strcmp(path, "-") == 0;
    if (piped) base = "stdin";
    char behind[16] = "";
    if (number > 0) snprintf(behind, sizeof behind, ".%u", number);
    if (snprintf(ret, CONVERT_PATH_MAX, "%s/%.*s%s%s", c->options->out, (int)base_length(base, other), base,
                 behind, other || piped ? ending[c->options->form] : "") >= CONVERT_PATH_MAX)
        return tw_fail(fault, TW_LIMIT, "the path to write to is longer than %d bytes", CONVERT_PATH_MAX - 1);
    TW_TRY(may_be_name(ret + strlen(c->options->out) + 1, ret, fault));
    if (tw_intern_find(c->names, tw_str_from(ret)) != TW_MAP_NONE)
        return tw_fail(fault, TW_CONFLICT,
                       "another file of this name has been written already; rename one of them");
    return spare_input(c, path, ret, fault);
}

/* What has been written: no other may have its name. */
tw_err convert_written(struct convert *c, const char *path, struct tw_fault *fault)
{
    uint32_t number;
    return tw_intern_put(c->names, tw_str_from(path), &number) == TW_OK ? TW_OK : no_memory(fault);
}

tw_err convert_write(struct convert *c, const char *path, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = c->options->stop};
    TW_SCOPED(tw_file_out) *out = NULL;
    TW_TRY(tw_file_out_open(path, &how, &out, fault));
    TW_TRY(tw_file_out_write(out, c->text.p, c->text.n, fault));
    return tw_file_out_commit(out, fault);
}

void convert_tell(const struct convert *c, const struct tw_fault *what)
{
    if (c->options->told != NULL) c->options->told(c->options->to, what);
}

/* Compares what was written with what it came from. */
static tw_err check(struct convert *c, struct tw_fault *fault)
{
    struct tw_xml_difference d;
    tw_xml_clear(c->written);
    for (size_t at = 0, room; at < c->text.n; at += room) {
        char *p = tw_xml_room(c->written, &room);
        if (p == NULL) return no_memory(fault);
        if (room > c->text.n - at) room = c->text.n - at;
        memcpy(p, c->text.p + at, room);
        TW_TRY(tw_xml_filled(c->written, room, fault));
    }
    TW_TRY(tw_xml_compare(c->xml, c->written, &d, fault));
    c->count->elements += d.elements;
    c->count->lost += (uint64_t)d.missing + d.added;
    if (d.missing + d.added == 0) return TW_OK;
    struct tw_fault what = {.code = TW_INTERNAL};
    snprintf(what.path, sizeof what.path, "%.95s", d.first);
    tw_fail(&what, TW_INTERNAL, "%u elements are missing from what was written, %u were added; this is one",
            d.missing, d.added);
    convert_tell(c, &what);
    return TW_OK;
}

void convert_tell_unfit(struct convert *c, const struct tw_xml_reading *reading)
{
    c->count->unfit += reading->unfit_all;
    for (size_t i = 0; i < reading->unfit_n; i++) convert_tell(c, &reading->unfit[i]);
}

/* What customs answered goes through the notification that it is. */
static tw_err as_notification(struct convert *c, struct tw_xml_reading *reading, struct tw_fault *fault)
{
    struct tw_notification n;
    if (reading->kind != TW_XML_RESPONSE) return TW_OK;
    TW_TRY(tw_notification_read(reading->decl, c->arena, &n, fault));
    return tw_notification_write(&n, c->arena, reading->decl, fault);
}

static tw_err convert_message(struct convert *c, const char *path, struct tw_fault *fault)
{
    struct tw_xml_reading reading;
    char to[CONVERT_PATH_MAX];
    tw_arena_reset(c->arena);
    tw_arena_reset(c->work);
    tw_buf_clear(&c->text);
    TW_TRY(tw_xml_read(c->reader, c->xml, c->arena, &reading, fault));
    TW_TRY(as_notification(c, &reading, fault));
    TW_TRY(tw_xml_write(c->writer, reading.decl, c->work, &c->text, NULL, fault));
    TW_TRY(convert_name(c, path, false, 0, to, fault));
    if (c->options->check) TW_TRY(check(c, fault));
    c->fatal = true;
    TW_TRY(convert_write(c, to, fault));
    TW_TRY(convert_written(c, to, fault));
    c->fatal = false;
    c->count->read++;
    c->count->bare += reading.bare;
    convert_tell_unfit(c, &reading);
    return TW_OK;
}

static tw_err convert_interchange(struct convert *c, const char *path, const struct source *from,
                                  struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = c->options->stop};
    TW_SCOPED(tw_file_out) *out = NULL;
    struct edifact_count n;
    char to[CONVERT_PATH_MAX];
    TW_TRY(convert_name(c, path, c->options->form != TW_CONVERT_EDIFACT, 0, to, fault));
    c->fatal = true;
    TW_TRY(tw_file_out_open(to, &how, &out, fault));
    c->fatal = false;
    const struct edifact_job job = {.in = from->in,
                                    .out = out,
                                    .first = {from->first, from->n},
                                    .check = c->options->check,
                                    .to = c->options->to,
                                    .told = c->options->told,
                                    .fatal = &c->fatal};
    TW_TRY(c->options->form == TW_CONVERT_JSON ? manifest_convert(&job, &n, fault)
                                               : edifact_convert(c->edifact, &job, &n, fault));
    c->fatal = true;
    TW_TRY(tw_file_out_commit(out, fault));
    TW_TRY(convert_written(c, to, fault));
    c->fatal = false;
    c->count->read++;
    c->count->faults += n.faults;
    c->count->flaws += n.flaws;
    if (!c->options->check) return TW_OK;
    c->count->elements += n.segments;
    c->count->lost += n.lost;
    if (n.lost == 0) return TW_OK;
    struct tw_fault what;
    tw_fail(&what, TW_INTERNAL, "%llu %s%s of what was written differ", (unsigned long long)n.lost,
            c->options->form == TW_CONVERT_JSON ? "element" : "segment", n.lost == 1 ? "" : "s");
    convert_tell(c, &what);
    return TW_OK;
}

/* -- from EDIFACT to XML, and answers to it */

struct across {
    struct convert *c;
    const char *path;
};

static tw_err put_text(struct convert *c, const char *path, unsigned number, struct tw_fault *fault)
{
    char to[CONVERT_PATH_MAX];
    TW_TRY(convert_name(c, path, true, number, to, fault));
    c->fatal = true;
    TW_TRY(convert_write(c, to, fault));
    TW_TRY(convert_written(c, to, fault));
    c->fatal = false;
    c->count->read++;
    return TW_OK;
}

static tw_err put_numbered(void *to, uint32_t number, struct tw_fault *fault)
{
    const struct across *a = to;
    return put_text(a->c, a->path, number, fault);
}

static void tell_across(void *to, const struct tw_fault *what)
{
    const struct across *a = to;
    convert_tell(a->c, what);
}

static void refuse_across(void *to, const struct tw_fault *why)
{
    const struct across *a = to;
    if (a->c->options->refused != NULL) a->c->options->refused(a->c->options->to, why);
}

static tw_err convert_across(struct convert *c, const char *path, const struct source *from,
                             struct tw_fault *fault)
{
    const struct tw_str first = {from->first, from->n};
    struct across a = {c, path};
    const struct decl_job job = {.path = path,
                                 .arena = c->arena,
                                 .work = c->work,
                                 .text = &c->text,
                                 .count = c->count,
                                 .to = &a,
                                 .told = tell_across,
                                 .refused = refuse_across,
                                 .put = put_numbered};
    tw_arena_reset(c->arena);
    tw_arena_reset(c->work);
    tw_buf_clear(&c->text);
    if (c->options->form == TW_CONVERT_CONTRL) {
        TW_TRY(decl_answer(&job, from->in, first, fault));
        return put_text(c, path, 0, fault);
    }
    const uint64_t left = c->count->left;
    const tw_err err = decl_to_xml(&job, c->writer, from->in, first, fault);
    if (c->options->check) c->count->lost += c->count->left - left;
    return err;
}

/* What the first bytes say. */
static enum convert_kind kind_of(struct tw_str first)
{
    if (tw_xml_sniff(first)) return CONVERT_OF_XML;
    if (tw_edi_sniff(first)) return CONVERT_OF_EDIFACT;
    return tw_json_sniff(first) ? CONVERT_OF_JSON : CONVERT_OF_TABLE;
}

/* An interchange becomes whatever form is wanted. */
static tw_err convert_edifact(struct convert *c, const char *path, const struct source *from,
                              struct tw_fault *fault)
{
    const enum tw_convert_form form = c->options->form;
    if (form == TW_CONVERT_EDIFACT || form == TW_CONVERT_JSON)
        return convert_interchange(c, path, from, fault);
    if (form == TW_CONVERT_CSV)
        return tw_fail(
            fault, TW_FORMAT,
            "an interchange is written as EDIFACT, XML or JSON; declarations in XML become a table");
    return convert_across(c, path, from, fault);
}

static tw_err convert_source(struct convert *c, const char *path, bool found, const struct source *from,
                             struct tw_fault *fault)
{
    const enum convert_kind kind = kind_of((struct tw_str){from->first, from->n});
    const enum tw_convert_form form = c->options->form;
    if (kind == CONVERT_OF_EDIFACT) return convert_edifact(c, path, from, fault);
    if (form == TW_CONVERT_CONTRL && (kind != CONVERT_OF_TABLE || !found))
        return tw_fail(
            fault, TW_FORMAT,
            "this is no EDIFACT interchange (one begins with UNA, UNB or UNH), which alone is answered by "
            "CONTRL");
    if (kind == CONVERT_OF_XML && form == TW_CONVERT_XML) {
        TW_TRY(convert_fill(c, from, fault));
        return convert_message(c, path, fault);
    }
    if (!found && memchr(from->first, '\0', from->n) != NULL)
        return tw_fail(fault, TW_FORMAT, "this is no text; XML, JSON, EDIFACT and tables (CSV) are read");
    if (kind != CONVERT_OF_TABLE || !found) return convert_decls(c, path, kind, from, fault);
    if (tw_archive_begins((struct tw_str){from->first, from->n})) return tw_archive_within(fault);
    c->count->passed++;
    return TW_OK;
}

static tw_err convert_file(struct convert *c, const char *path, struct tw_archive *archive, bool found,
                           struct tw_fault *fault)
{
    struct source from = {.n = 0};
    struct stat info;
    if (found && archive == NULL && stat(path, &info) == 0 && info.st_size == 0) { /* holds no message */
        c->count->passed++;
        return TW_OK;
    }
    tw_err err = open_source(c, path, archive, &from, fault);
    if (err == TW_OK) err = convert_source(c, path, found, &from, fault);
    tw_file_in_free(from.in);
    return err;
}

/* The path is its walker's, and does not outlive it. */
static void name_fault(struct convert *c, const char *path)
{
    static _Thread_local char kept[CONVERT_PATH_MAX];
    snprintf(kept, sizeof kept, "%.*s", CONVERT_PATH_MAX - 1, path);
    work_on(c, kept);
    c->told = true;
}

static void on_other(void *to)
{
    struct convert *c = to;
    c->count->passed++;
}

/* What has become of one file: a fault of its own is told, and the next is gone on with. */
static tw_err settle(struct convert *c, const char *path, tw_err err, const struct tw_fault *why,
                     struct tw_fault *fault)
{
    if (err != TW_OK && (c->fatal || !convert_is_message_s(err))) {
        if (fault != NULL) *fault = *why;
        name_fault(c, path);
        return err;
    }
    if (err != TW_OK) {
        c->count->refused++;
        if (c->options->refused != NULL) c->options->refused(c->options->to, why);
    }
    if (c->options->progress != NULL) c->options->progress(c->options->to, c->count->read);
    return TW_OK;
}

/* The files of an archive, under the path archive/name. What is wrong with the archive is told once. */
static tw_err convert_archive(struct convert *c, const char *path, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = c->options->stop};
    TW_SCOPED(tw_archive) *archive = NULL;
    struct tw_fault why = {0};
    tw_err err = tw_archive_open(path, NULL, &how, &archive, &why);
    while (err == TW_OK) {
        char shown[2 * CONVERT_PATH_MAX];
        enum tw_archive_step step = TW_ARCHIVE_END;
        const char *name;
        why = (struct tw_fault){.item = 0};
        err = tw_archive_next(archive, &step, &name, &why);
        if (err != TW_OK) break;
        if (step == TW_ARCHIVE_END) return TW_OK;
        snprintf(shown, sizeof shown, "%s/%s", path, name);
        work_on(c, shown);
        err = step == TW_ARCHIVE_REFUSED ? why.code : convert_file(c, shown, archive, true, &why);
        err = settle(c, shown, err, &why, fault);
        work_on(c, path);
        TW_TRY(err);
    }
    return settle(c, path, err, &why, fault);
}

static tw_err on_file(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct convert *c = to;
    struct tw_fault why = {0};
    if (c->options->stop != NULL && *c->options->stop != 0)
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    work_on(c, path);
    if (tw_archive_is(path)) return convert_archive(c, path, fault);
    const tw_err err = convert_file(c, path, NULL, found, &why);
    return settle(c, path, err, &why, fault);
}

tw_err tw_convert(const char *const *path, size_t n, const struct tw_convert_options *options,
                  struct tw_convert_count *ret, struct tw_fault *fault)
{
    struct convert c = {.options = options, .count = ret};
    *ret = (struct tw_convert_count){0};
    const struct tw_walk how = {.to = &c, .file = on_file, .other = on_other, .without = options->out};
    tw_err err = open_directory(&c, path, n, fault);
    if (err == TW_OK) err = open_convert(&c, fault);
    for (size_t i = 0; i < n && err == TW_OK; i++) {
        err = tw_walk(path[i], &how, fault);
        if (!c.told) work_on(&c, path[i]); /* paths below it are gone by now */
    }
    close_convert(&c);
    if (err == TW_OK) work_on(&c, NULL);
    return err;
}
