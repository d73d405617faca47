/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/amend_base_priv.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "decl/notification.h"
#include "store/file.h"
#include "store/walk.h"

enum { ARENA_BYTES_MAX = 48 << 20, MESSAGE_BYTES_MAX = 10000000 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static bool room_for(void **at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return true;
    const size_t more = *cap > 0 ? *cap * 2 : 64;
    void *p = tw_realloc(*at, more, size);
    if (p == NULL) return false;
    memset((char *)p + *cap * size, 0, (more - *cap) * size);
    *at = p;
    *cap = more;
    return true;
}

/* -- paths */

static uint64_t identity(const struct stat *info)
{
    return tw_hash_join(tw_mix64((uint64_t)info->st_dev), tw_mix64((uint64_t)info->st_ino));
}

static tw_err add_path(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct paths *p = to;
    struct stat info;
    uint32_t number;
    (void)found;
    if (p->files == NULL && tw_map64_new(&p->files) != TW_OK) return no_memory(fault);
    if (stat(path, &info) == 0 && tw_map64_put(p->files, identity(&info), &number) != TW_OK)
        return no_memory(fault);
    const size_t n = strlen(path) + 1;
    if (!room_for((void **)&p->at, p->n, &p->cap, sizeof *p->at)) return no_memory(fault);
    char *copy = tw_realloc(NULL, n, 1);
    if (copy == NULL) return no_memory(fault);
    p->at[p->n++] = memcpy(copy, path, n);
    return TW_OK;
}

tw_err paths_add(struct paths *p, const char *path, struct tw_fault *fault)
{
    return tw_walk(path, &(struct tw_walk){.to = p, .file = add_path}, fault);
}

bool paths_have(const struct paths *p, const char *path)
{
    struct stat info;
    return p->files != NULL && stat(path, &info) == 0 &&
           tw_map64_find(p->files, identity(&info)) != TW_MAP_NONE;
}

void paths_free(struct paths *p)
{
    for (size_t i = 0; i < p->n; i++) tw_free(p->at[i]);
    tw_free(p->at);
    tw_map64_free(p->files);
}

/* -- numbers */

static tw_err name_of(struct amend_base *b, char kind, struct tw_str id, uint32_t *ret)
{
    TW_SCOPED_BUF text = {0};
    tw_buf_char(&text, kind);
    tw_buf_str(&text, id);
    if (text.failed) return TW_NOMEM;
    TW_TRY(tw_intern_put(b->names, tw_buf_view(&text), ret));
    while (*ret >= b->entry_cap)
        if (!room_for((void **)&b->entry_of, b->entry_cap, &b->entry_cap, sizeof *b->entry_of))
            return TW_NOMEM;
    return TW_OK;
}

static void name_entry(struct amend_base *b, uint32_t name, uint32_t entry)
{
    const uint32_t had = b->entry_of[name];
    b->entry_of[name] = had == 0 || had == entry + 1 ? entry + 1 : UINT32_MAX;
}

/* The number without its kind. */
static struct tw_str number_of(const struct amend_base *b, uint32_t name)
{
    const struct tw_str text = tw_intern_text(b->names, name);
    return (struct tw_str){text.s + 1, text.n - 1};
}

static tw_err add_declaration(struct amend_base *b, const char *path, const struct tw_decl *d)
{
    uint32_t name;
    if (!room_for((void **)&b->entry, b->n, &b->cap, sizeof *b->entry)) return TW_NOMEM;
    const uint32_t number = (uint32_t)b->n;
    struct amend_entry *e = &b->entry[b->n++];
    *e = (struct amend_entry){.path = path, .standing = tw_standing_of(d)};
    e->standing.mrn = (struct tw_str){NULL, 0};
    if (d->lrn.n > 0) {
        TW_TRY(name_of(b, 'L', d->lrn, &name));
        name_entry(b, name, number);
    }
    if (d->mrn.n == 0) return TW_OK;
    TW_TRY(name_of(b, 'M', d->mrn, &name));
    name_entry(b, name, number);
    e->standing.mrn = number_of(b, name);
    return TW_OK;
}

/* The text of an answer's element, which is kept with its path. */
static struct tw_str answer_value(const struct tw_decl *d, const char *path)
{
    const size_t n = strlen(path);
    for (size_t i = 0; i < d->extra.n; i++) {
        const struct tw_extra *e = &d->extra.at[i];
        if (e->path.n >= n && memcmp(e->path.s + e->path.n - n, path, n) == 0) return tw_str_trim(e->value);
    }
    return (struct tw_str){NULL, 0};
}

static tw_err add_answer(struct amend_base *b, const struct tw_decl *d)
{
    const struct tw_str mrn = answer_value(d, "/res:Response/res:Declaration/res:ID");
    const struct tw_str lrn = answer_value(d, "/res:Response/res:Declaration/res:FunctionalReferenceID");
    if (mrn.n == 0 || lrn.n == 0) return TW_OK;
    if (!room_for((void **)&b->told, b->told_n, &b->told_cap, sizeof *b->told)) return TW_NOMEM;
    struct told *t = &b->told[b->told_n++];
    t->cancelled = tw_notice_of_function(answer_value(d, "/res:Response/res:FunctionCode")) == TW_NOTICE_INV;
    TW_TRY(name_of(b, 'M', mrn, &t->mrn));
    return name_of(b, 'L', lrn, &t->lrn);
}

/* What the answers tell of the declarations, when all have been read. */
static void use_answers(struct amend_base *b)
{
    for (size_t i = 0; i < b->told_n; i++) {
        const struct told *t = &b->told[i];
        const uint32_t by_lrn = b->entry_of[t->lrn];
        if (by_lrn == UINT32_MAX && b->entry_of[t->mrn] == 0) b->entry_of[t->mrn] = UINT32_MAX;
        if (by_lrn == 0 || by_lrn == UINT32_MAX) continue;
        struct amend_entry *e = &b->entry[by_lrn - 1];
        if (e->standing.mrn.n > 0 && !tw_str_eq(e->standing.mrn, number_of(b, t->mrn))) continue;
        e->standing.mrn = number_of(b, t->mrn);
        name_entry(b, t->mrn, by_lrn - 1);
    }
    for (size_t i = 0; i < b->told_n; i++) {
        const uint32_t entry = b->entry_of[b->told[i].mrn];
        if (b->told[i].cancelled && entry > 0 && entry != UINT32_MAX)
            b->entry[entry - 1].standing.cancelled = true;
    }
}

/* -- reading */

tw_err amend_base_read(struct amend_base *b, const char *path, const struct amend_entry *entry,
                       struct tw_arena *arena, struct tw_xml_reading *ret, struct tw_fault *fault)
{
    struct tw_str text = entry != NULL ? tw_buf_view(&entry->text) : (struct tw_str){NULL, 0};
    if (text.n == 0) {
        tw_buf_clear(&b->bytes);
        TW_TRY(tw_file_in_all(path, MESSAGE_BYTES_MAX, &b->bytes, fault));
        text = tw_buf_view(&b->bytes);
        if (!tw_xml_sniff((struct tw_str){text.s, text.n < 512 ? text.n : 512})) {
            TW_IGNORE(tw_fail(fault, TW_FORMAT, "this is no XML; messages of the WCO Data Model are read"));
            return TW_FORMAT;
        }
    }
    tw_xml_clear(b->xml);
    TW_TRY(tw_xml_fill(b->xml, text, fault));
    return tw_xml_read(b->reader, b->xml, arena, ret, fault);
}

/* A message of the base. Requests are none of it. */
static tw_err take_message(struct amend_base *b, const char *path, const struct tw_xml_reading *reading,
                           struct tw_amend_count *count)
{
    const bool answer = reading->kind == TW_XML_RESPONSE;
    if (!answer && tw_str_is(reading->decl->function, "13")) {
        count->unread++;
        return TW_OK;
    }
    count->answers += answer;
    count->declarations += !answer;
    return answer ? add_answer(b, reading->decl) : add_declaration(b, path, reading->decl);
}

static tw_err take_file(struct amend_base *b, const char *path, struct tw_amend_count *count,
                        struct tw_fault *fault)
{
    struct tw_xml_reading reading;
    tw_arena_reset(b->arena);
    const tw_err err = amend_base_read(b, path, NULL, b->arena, &reading, fault);
    if (err == TW_NOMEM || err == TW_INTERRUPTED || (err != TW_OK && b->paths.n == 1)) return err;
    if (err == TW_OK) return take_message(b, path, &reading, count) == TW_OK ? TW_OK : no_memory(fault);
    count->unread++;
    return TW_OK;
}

tw_err amend_base_open(const char *path, const struct tw_amend_options *options, struct tw_amend_count *count,
                       struct amend_base *ret, struct tw_fault *fault)
{
    TW_TRY(tw_xml_new(NULL, &ret->xml, fault));
    TW_TRY(tw_xml_reader_new(0, &ret->reader, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &ret->arena) != TW_OK || tw_intern_new(&ret->names) != TW_OK)
        return no_memory(fault);
    TW_TRY(paths_add(&ret->paths, path, fault));
    for (size_t i = 0; i < ret->paths.n; i++) {
        if (options->stop != NULL && *options->stop != 0)
            return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        TW_TRY(take_file(ret, ret->paths.at[i], count, fault));
    }
    if (fault != NULL) *fault = (struct tw_fault){.code = TW_OK};
    use_answers(ret);
    if (ret->n > 0) return TW_OK;
    return tw_fail(fault, TW_NOTFOUND, "there is no declaration here that a request could be about");
}

void amend_base_close(struct amend_base *b)
{
    tw_xml_free(b->xml);
    tw_xml_reader_free(b->reader);
    tw_arena_free(b->arena);
    tw_intern_free(b->names);
    tw_buf_free(&b->bytes);
    for (size_t i = 0; i < b->n; i++) tw_buf_free(&b->entry[i].text);
    paths_free(&b->paths);
    tw_free(b->entry);
    tw_free(b->entry_of);
    tw_free(b->told);
}

tw_err amend_base_find(struct amend_base *b, const struct tw_decl *request, struct amend_entry **ret,
                       struct tw_fault *fault)
{
    uint32_t name, entry = 0;
    if (request->mrn.n > 0) {
        if (name_of(b, 'M', request->mrn, &name) != TW_OK) return no_memory(fault);
        entry = b->entry_of[name];
    }
    if (entry == 0 && b->n == 1 && b->paths.n == 1) entry = 1; /* the one that was named */
    if (entry == UINT32_MAX)
        return tw_fail(fault, TW_CONFLICT,
                       "several declarations have the number %.*s; name the file of the one that is meant",
                       (int)(request->mrn.n < 40 ? request->mrn.n : 40), request->mrn.s);
    if (entry == 0)
        return tw_fail(
            fault, TW_NOTFOUND,
            "no declaration %.*s is among those of --base, nor an answer that gives one this number",
            (int)(request->mrn.n < 40 ? request->mrn.n : 40), request->mrn.n > 0 ? request->mrn.s : "");
    *ret = &b->entry[entry - 1];
    return TW_OK;
}
