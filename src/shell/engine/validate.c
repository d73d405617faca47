/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "engine/validate_priv.h"
#include "engine/xsd_priv.h"
#include "message/edifact.h"
#include "message/xml_place.h"

enum { ARENA_BYTES_MAX = 64 << 20, PLACE_MAX = 256, IDS_MAX = 1 << 26 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static void work_on(const struct judge *j, const char *path)
{
    if (j->options->file != NULL) *j->options->file = path;
}

/* -- places */

/* The list of that level in objects of `owner`; NULL: none. */
static const struct tw_list_row *list_of(enum tw_level owner, enum tw_level level)
{
    size_t n;
    const struct tw_list_row *row = tw_list_rows(owner, &n);
    for (size_t i = 0; i < n; i++)
        if (row[i].level == level) return &row[i];
    return NULL;
}

/* An item may be at fault for what its header lacks. */
static bool stands_in_item(const struct tw_wrong *w)
{
    const enum tw_level level = tw_element_row(w->element)->level;
    return w->of_item && level != TW_LEVEL_DECL &&
           (level == TW_LEVEL_ITEM || list_of(TW_LEVEL_ITEM, level) != NULL);
}

/* items[1].documents[0].type */
static void put_json_place(const struct tw_wrong *w, struct tw_buf *out)
{
    const enum tw_level level = tw_element_row(w->element)->level;
    const bool in_item = stands_in_item(w);
    const struct tw_list_row *list = list_of(in_item ? TW_LEVEL_ITEM : TW_LEVEL_DECL, level);
    if (in_item) tw_buf_printf(out, "items[%zu].", w->fault->item);
    if (list != NULL) tw_buf_printf(out, "%s[%zu].", list->name, w->entry);
    tw_buf_str(out, tw_element_own_name(w->element));
}

/* A fault that a reader tells has its place; that of a rule follows from its element. */
static void put_place(const struct judge *j, const struct tw_wrong *w, struct tw_buf *out)
{
    if (w->loose) return;
    if (w->element == TW_ELEMENT_N || j->kind == JUDGE_EDIFACT)
        tw_buf_text(out, w->element == TW_ELEMENT_N ? w->fault->path : "");
    else if (j->kind == JUDGE_XML)
        (void)tw_xml_place(w->element, stands_in_item(w) ? &w->fault->item : NULL, w->entry, out);
    else if (j->kind == JUDGE_JSON && w->fault->line > 0)
        tw_buf_text(out, w->fault->path);
    else if (j->kind == JUDGE_JSON)
        put_json_place(w, out);
}

/* Line and column of what a rule is about: the item, else the message. */
static void find_line(const struct judge *j, const struct tw_wrong *w, struct tw_fault *at)
{
    if (at->line > 0) return;
    at->line = j->line;
    if (j->rows != NULL && w->element != TW_ELEMENT_N && j->decl != NULL)
        tw_reader_blame(j->rows, w->of_item ? at->item : 0, at);
    else if (w->of_item && at->item < j->item_lines)
        at->line = j->item_line[at->item];
}

static void on_wrong(void *to, const struct tw_wrong *w)
{
    struct judge *j = to;
    char place[PLACE_MAX];
    struct tw_buf path = tw_buf_in(place, sizeof place);
    struct tw_fault at = *w->fault;
    if (j->err != TW_OK) return;
    put_place(j, w, &path);
    find_line(j, w, &at);
    const bool of_item = w->of_item && j->decl != NULL && at.item < j->decl->items.n;
    j->count->faults += w->severity == TW_SEVERITY_FAULT;
    j->count->warnings += w->severity == TW_SEVERITY_WARNING;
    const struct tw_validate_told told = {.wrong = w,
                                          .file = j->files.name,
                                          .message = j->number,
                                          .subject = j->subject,
                                          .item = of_item ? j->decl->items.at[at.item].number : 0,
                                          .line = at.line,
                                          .column = at.column,
                                          .place = tw_buf_view(&path)};
    j->err = j->options->told(j->options->to, &told, j->fault);
}

/* -- messages */

void judge_begin(struct judge *j)
{
    j->number++;
    j->decl = NULL;
    j->line = 0;
    j->item_line = NULL;
    j->item_lines = 0;
    j->subject = (struct tw_str){NULL, 0};
    tw_validation_begin(&j->v, &j->rules);
}

tw_err judge_end(struct judge *j, struct tw_fault *fault)
{
    struct tw_validate_count *n = j->count;
    n->read++;
    n->faulty += j->v.faults > 0;
    n->valid += j->v.faults == 0;
    n->warned += j->v.faults == 0 && j->v.warnings > 0;
    if (j->options->progress != NULL) j->options->progress(j->options->to, n->read + n->refused);
    if (j->options->stop != NULL && *j->options->stop != 0)
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    return j->err;
}

static enum tw_reading_rule rule_of(const struct tw_fault *why)
{
    if (strcmp(why->path, "schema") == 0) return TW_READING_RULE_SCHEMA;
    if (why->code == TW_LIMIT) return TW_READING_RULE_TOO_LARGE;
    if (why->code == TW_CONFLICT && strcmp(why->path, "declaration_id") == 0)
        return TW_READING_RULE_SENT_TWICE;
    return TW_READING_RULE_UNREADABLE;
}

void judge_refuse(struct judge *j, const struct tw_fault *why)
{
    j->count->refused++;
    tw_validation_refused(&j->v, rule_of(why), why);
}

/* Has a declaration of that id come in another message? It is decided about once. */
static tw_err come_once(struct judge *j, const struct tw_decl *d, struct tw_fault *fault)
{
    bool seen = false;
    struct tw_fault why = {.line = j->line, .path = "declaration_id"};
    if (j->kind == JUDGE_TABLE || d->id.n == 0 || tw_str_is(d->function, "13")) return TW_OK;
    if (tw_idset_put(j->ids, tw_hash64(d->id.s, d->id.n, 0), &seen) != TW_OK) return no_memory(fault);
    if (!seen) return TW_OK;
    TW_IGNORE(tw_fail(&why, TW_CONFLICT, "declaration %.*s came in another message already",
                      (int)(d->id.n < 40 ? d->id.n : 40), d->id.s));
    tw_validation_refused(&j->v, TW_READING_RULE_SENT_TWICE, &why);
    return TW_OK;
}

tw_err judge_decl(struct judge *j, struct tw_decl *decl, struct tw_fault *fault)
{
    j->decl = decl;
    j->subject = decl->id;
    TW_TRY(come_once(j, decl, fault));
    TW_TRY(tw_validation_decl(&j->v, decl, j->arena, fault));
    return j->options->rules != NULL ? tw_ruleset_check(j->options->rules, decl, &j->v, fault) : TW_OK;
}

/* -- files */

static enum judge_kind kind_of(struct tw_str first)
{
    if (tw_xml_sniff(first)) return JUDGE_XML;
    if (tw_edi_sniff(first)) return JUDGE_EDIFACT;
    return tw_json_sniff(first) ? JUDGE_JSON : JUDGE_TABLE;
}

/* A file whose name promises what it does not begin with: nobody means it to be passed over, or read as a
 * table. */
static tw_err hold_to_name(const struct judge *j, struct tw_fault *fault)
{
    static const char *const ending[] = {".xml", ".json", ".jsonl", ".edi"};
    const struct tw_str name = tw_str_from(j->files.name);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        const size_t n = strlen(ending[i]);
        if (name.n > n && strcasecmp(name.s + name.n - n, ending[i]) == 0)
            return tw_fail(fault, TW_FORMAT,
                           "it is named %s and does not begin like it; is something before it?", ending[i]);
    }
    return TW_OK;
}

static tw_err judge_file(struct judge *j, struct tw_fault *fault)
{
    const struct tw_str first = files_first(&j->files);
    j->kind = kind_of(first);
    j->number = 0;
    if (j->kind == JUDGE_TABLE && first.n > 0) TW_TRY(hold_to_name(j, fault));
    if (j->kind == JUDGE_TABLE && j->files.found) {
        j->count->passed++;
        return TW_OK;
    }
    if (j->kind == JUDGE_TABLE && first.n > 0 && memchr(first.s, '\0', first.n) != NULL)
        return tw_fail(fault, TW_FORMAT, "this is no text; XML, JSON, EDIFACT and tables (CSV) are read");
    switch (j->kind) {
    case JUDGE_XML:
        return judge_xml(j, fault);
    case JUDGE_EDIFACT:
        return judge_interchange(j, fault);
    case JUDGE_JSON:
        return judge_json(j, fault);
    case JUDGE_TABLE:
        return judge_table(j, fault);
    }
    return TW_OK;
}

/* A file that cannot be read, or not to its end. */
static void refuse_file(struct judge *j, const struct tw_fault *why)
{
    const bool first = j->number == 0;
    judge_begin(j);
    if (first) j->number = 0; /* of no message */
    judge_refuse(j, why);
}

static tw_err judge_files(struct judge *j, struct tw_fault *fault)
{
    for (bool some = true; some;) {
        bool ended = false;
        struct tw_fault why = {0};
        if (j->options->stop != NULL && *j->options->stop != 0)
            return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        j->number = 0;
        tw_err err = files_next(&j->files, &some, &ended, &why);
        work_on(j, j->files.name);
        ended |= !j->files.found && (err == TW_NOTFOUND || err == TW_IO); /* it was named, and is not there */
        if (err == TW_OK && some) err = judge_file(j, &why);
        if (err == TW_OK) err = j->err;
        if (err == TW_OK) continue;
        if (ended || j->err != TW_OK || !files_goes_on(err)) {
            if (j->err == TW_OK && fault != NULL) *fault = why;
            return err;
        }
        refuse_file(j, &why);
        TW_TRY(j->err);
    }
    return TW_OK;
}

static tw_err open_judge(struct judge *j, struct tw_fault *fault)
{
    const struct tw_validate_options *o = j->options;
    j->files.stop = o->stop;
    j->rules = (struct tw_validation_rules){.currency = tw_str_from(o->currency),
                                            .now = o->now,
                                            .pass = o->map->pass,
                                            .to = j,
                                            .wrong = on_wrong};
    if (o->currency != NULL && tw_currency_find(j->rules.currency) == NULL)
        return tw_fail(fault, TW_ARG, "'%.24s' is no currency of ISO 4217, such as USD", o->currency);
    TW_TRY(tw_xml_new(NULL, &j->xml, fault));
    TW_TRY(tw_xml_reader_new(0, &j->reader, fault));
    TW_TRY(tw_json_split_new(0, &j->json, fault));
    if (tw_arena_new(ARENA_BYTES_MAX, &j->arena) != TW_OK || tw_idset_new(IDS_MAX, &j->ids) != TW_OK)
        return no_memory(fault);
    if (o->xsd == NULL) return TW_OK;
    work_on(j, o->xsd);
    return xsd_open(o->xsd, &j->schema, fault);
}

static void close_judge(struct judge *j)
{
    files_close(&j->files, j->options->file);
    tw_xml_free(j->xml);
    tw_xml_schema_free(j->schema);
    tw_xml_reader_free(j->reader);
    tw_json_split_free(j->json);
    tw_idset_free(j->ids);
    tw_arena_free(j->arena);
}

tw_err tw_validate(const char *const *path, size_t n, const struct tw_validate_options *options,
                   struct tw_validate_count *ret, struct tw_fault *fault)
{
    struct judge j = {.options = options, .count = ret, .fault = fault};
    *ret = (struct tw_validate_count){0};
    tw_err err = open_judge(&j, fault);
    for (size_t i = 0; i < n && err == TW_OK; i++) {
        work_on(&j, path[i]);
        err = files_add(&j.files, path[i], fault);
    }
    if (err == TW_OK) err = judge_files(&j, fault);
    ret->passed += j.files.passed;
    if (err == TW_OK) work_on(&j, NULL);
    close_judge(&j);
    return err;
}
