/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/amend.h"

#include <stdio.h>
#include <sys/stat.h>

#include "engine/amend_base_priv.h"
#include "message/xml_write.h"
#include "store/file.h"

enum { ARENA_BYTES_MAX = 96 << 20, PATH_BYTES_MAX = 4096 };

struct desk {
    const struct tw_amend_options *options;
    struct tw_amend_count *count;
    struct amend_base base;
    struct paths asked;
    struct tw_requests *requests;
    struct tw_xml_writer *writer;
    struct tw_arena *message, *declaration, *next;
    struct tw_intern *written;
    struct tw_buf text;
    bool fatal; /* what could not be done is no fault of the request */
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void work_on(const struct desk *d, const char *path)
{
    if (d->options->file != NULL) *d->options->file = path;
}

static tw_err open_desk(struct desk *d, const char *const *path, size_t n, struct tw_fault *fault)
{
    struct stat info;
    work_on(d, d->options->out);
    if (mkdir(d->options->out, 0777) != 0 && (stat(d->options->out, &info) != 0 || !S_ISDIR(info.st_mode)))
        return tw_fail(fault, TW_ARG, "this can be no directory to write to; name one, or one to be made");
    TW_TRY(tw_requests_new(&d->options->limits, &d->requests, fault));
    TW_TRY(tw_xml_writer_new(&d->writer, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &d->message) != TW_OK ||
        tw_arena_new(ARENA_BYTES_MAX, &d->declaration) != TW_OK ||
        tw_arena_new(ARENA_BYTES_MAX, &d->next) != TW_OK || tw_intern_new(&d->written) != TW_OK)
        return no_memory(fault);
    work_on(d, d->options->base);
    TW_TRY(amend_base_open(d->options->base, d->options, d->count, &d->base, fault));
    for (size_t i = 0; i < n; i++) {
        work_on(d, path[i]);
        TW_TRY(paths_add(&d->asked, path[i], fault));
    }
    return TW_OK;
}

static void close_desk(struct desk *d)
{
    amend_base_close(&d->base);
    paths_free(&d->asked);
    tw_requests_free(d->requests);
    tw_xml_writer_free(d->writer);
    tw_arena_free(d->message);
    tw_arena_free(d->declaration);
    tw_arena_free(d->next);
    tw_intern_free(d->written);
    tw_buf_free(&d->text);
}

/* DIR/NAME.vN.xml, the name being that of the declaration's file. */
static tw_err name_version(struct desk *d, const struct amend_entry *e, uint32_t version,
                           char ret[PATH_BYTES_MAX], struct tw_fault *fault)
{
    const char *slash = strrchr(e->path, '/'), *base = slash != NULL ? slash + 1 : e->path;
    const char *dot = strrchr(base, '.');
    const size_t n = dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base);
    if (snprintf(ret, PATH_BYTES_MAX, "%s/%.*s.v%u.xml", d->options->out, (int)n, base, version) >=
        PATH_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "the path to write to is longer than %d bytes", PATH_BYTES_MAX - 1);
    if (tw_intern_find(d->written, tw_str_from(ret)) != TW_MAP_NONE)
        return tw_fail(fault, TW_CONFLICT,
                       "the file %.90s has been written already for another declaration; rename one of them",
                       ret);
    if (paths_have(&d->base.paths, ret) || paths_have(&d->asked, ret))
        return tw_fail(fault, TW_CONFLICT,
                       "it would be written over a file that is read; name another directory to write to");
    return TW_OK;
}

static tw_err write_version(struct desk *d, const char *path, struct tw_fault *fault)
{
    const struct tw_file_options how = {.stop = d->options->stop};
    uint32_t number;
    TW_SCOPED(tw_file_out) *out = NULL;
    TW_TRY(tw_file_out_open(path, &how, &out, fault));
    TW_TRY(tw_file_out_write(out, d->text.p, d->text.n, fault));
    TW_TRY(tw_file_out_commit(out, fault));
    return tw_intern_put(d->written, tw_str_from(path), &number) == TW_OK ? TW_OK : no_memory(fault);
}

/* The MRN must outlive the request. */
static void keep_standing(struct amend_entry *e, const struct tw_standing *now)
{
    const struct tw_str mrn = e->standing.mrn;
    e->standing = *now;
    e->standing.mrn = mrn;
}

/* The next version goes to its file, and is the current one from then on. */
static tw_err take_version(struct desk *d, struct amend_entry *e, struct tw_amend_result *result,
                           const struct tw_request_outcome *out, char written[PATH_BYTES_MAX],
                           struct tw_fault *fault)
{
    TW_TRY(name_version(d, e, out->standing.version, written, fault));
    tw_buf_clear(&d->text);
    tw_arena_reset(d->message); /* what the outcome says lies elsewhere */
    result->mrn = out->standing.mrn;
    result->lrn = out->decl->lrn;
    TW_TRY(tw_xml_write(d->writer, out->decl, d->message, &d->text, NULL, fault));
    d->fatal = true;
    TW_TRY(write_version(d, written, fault));
    result->written = written;
    tw_buf_clear(&e->text);
    tw_buf_str(&e->text, tw_buf_view(&d->text));
    if (e->text.failed) return no_memory(fault);
    d->fatal = false;
    return TW_OK;
}

static tw_err carry_out(struct desk *d, const char *path, struct tw_amend_result *result,
                        struct tw_request_outcome *out, char written[PATH_BYTES_MAX], struct tw_fault *fault)
{
    struct tw_xml_reading asked, base;
    struct amend_entry *e = NULL;
    enum tw_request_kind kind;
    TW_TRY(amend_base_read(&d->base, path, NULL, d->message, &asked, fault));
    if (asked.kind == TW_XML_RESPONSE)
        return tw_fail(fault, TW_FORMAT, "this is an answer of customs, no request; leave it out");
    result->mrn = asked.decl->mrn;
    result->lrn = asked.decl->lrn;
    TW_TRY(tw_request_kind_of(asked.decl, &kind, fault));
    TW_TRY(amend_base_find(&d->base, asked.decl, &e, fault));
    result->base = e->path;
    TW_TRY(amend_base_read(&d->base, e->path, e, d->declaration, &base, fault));
    const struct tw_request request = {
        .message = asked.decl, .base = base.decl, .standing = &e->standing, .version = d->options->version};
    TW_TRY(tw_request_apply(d->requests, &request, d->next, out, fault));
    if (out->decl != base.decl) TW_TRY(take_version(d, e, result, out, written, fault));
    keep_standing(e, &out->standing);
    return TW_OK;
}

static bool is_requests(tw_err err)
{
    return err == TW_FORMAT || err == TW_LIMIT || err == TW_RANGE || err == TW_CONFLICT ||
           err == TW_NOTFOUND || err == TW_IO;
}

static tw_err one(struct desk *d, const char *path, struct tw_fault *fault)
{
    char written[PATH_BYTES_MAX];
    struct tw_fault why = {.code = TW_OK};
    struct tw_request_outcome out;
    struct tw_amend_result result = {.file = path};
    if (d->options->stop != NULL && *d->options->stop != 0)
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    work_on(d, path);
    tw_arena_reset(d->message);
    tw_arena_reset(d->declaration);
    tw_arena_reset(d->next);
    const tw_err err = carry_out(d, path, &result, &out, written, &why);
    if (err != TW_OK && (d->fatal || !is_requests(err))) {
        if (fault != NULL) *fault = why;
        return err;
    }
    d->count->applied += err == TW_OK;
    d->count->refused += err != TW_OK;
    if (err == TW_OK)
        result.outcome = &out;
    else
        result.why = &why;
    if (d->options->result != NULL) d->options->result(d->options->to, &result);
    return TW_OK;
}

tw_err tw_amend(const char *const *path, size_t n, const struct tw_amend_options *options,
                struct tw_amend_count *ret, struct tw_fault *fault)
{
    struct desk d = {.options = options, .count = ret};
    *ret = (struct tw_amend_count){0};
    tw_err err = open_desk(&d, path, n, fault);
    for (size_t i = 0; i < d.asked.n && err == TW_OK; i++) err = one(&d, d.asked.at[i], fault);
    if (err == TW_OK) work_on(&d, NULL);
    if (err != TW_OK && options->file != NULL && d.asked.n > 0) *options->file = options->out;
    close_desk(&d);
    return err;
}
