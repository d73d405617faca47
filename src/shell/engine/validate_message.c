/* SPDX-License-Identifier: Apache-2.0 */
/* What a file holds, by its kind: each message begins, has its faults told, and ends. */
#include <string.h>

#include "engine/interchange_priv.h"
#include "engine/validate_priv.h"
#include "message/json_read.h"
#include "message/request.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- XML */

static tw_err fill_xml(struct judge *j, struct tw_fault *fault)
{
    TW_TRY(tw_xml_fill(j->xml, files_first(&j->files), fault));
    for (size_t n = 1; n > 0;) {
        size_t room;
        char *p = tw_xml_room(j->xml, &room);
        if (p == NULL) return no_memory(fault);
        TW_TRY(tw_file_in_read(j->files.file, p, room, &n, fault));
        TW_TRY(tw_xml_filled(j->xml, n, fault));
    }
    return TW_OK;
}

enum { SCHEMA_TOLD_MAX = 1000 }; /* of one message, as values; what is beyond is counted */

struct schema_faults {
    struct judge *j;
    uint64_t n;
};

static void on_schema(void *to, const struct tw_fault *what)
{
    struct schema_faults *s = to;
    if (s->n++ < SCHEMA_TOLD_MAX) tw_validation_refused(&s->j->v, TW_READING_RULE_SCHEMA, what);
}

/* All that does not keep the schema is told, and the message read all the same. */
static tw_err read_xml(struct judge *j, struct tw_xml_reading *ret, struct tw_fault *fault)
{
    struct schema_faults faults = {j, 0};
    const struct tw_xml_told told = {&faults, on_schema};
    struct tw_fault rest = {.path = "schema"};
    tw_xml_hold_to(j->xml, j->schema, &told);
    const tw_err err = tw_xml_read(j->reader, j->xml, j->arena, ret, fault);
    tw_xml_hold_to(j->xml, NULL, NULL);
    if (faults.n > SCHEMA_TOLD_MAX) {
        TW_IGNORE(tw_fail(&rest, TW_FORMAT, "and %llu places more that do not keep the schema",
                          (unsigned long long)(faults.n - SCHEMA_TOLD_MAX)));
        tw_validation_refused(&j->v, TW_READING_RULE_SCHEMA, &rest);
    }
    return err;
}

/* What is beyond the most that are told of one message. */
static void tell_rest(struct judge *j, uint32_t all, size_t told)
{
    struct tw_fault rest = {.line = j->line};
    if (all <= told) return;
    TW_IGNORE(tw_fail(&rest, TW_FORMAT, "and %zu values more that their elements cannot hold", all - told));
    tw_validation_value(&j->v, &rest);
}

static tw_err judge_xml_reading(struct judge *j, const struct tw_xml_reading *r, struct tw_fault *fault)
{
    struct tw_fault why = {.line = r->line, .path = "type"};
    enum tw_request_kind kind;
    j->line = r->line;
    j->decl = r->decl;
    j->subject = r->decl->id;
    j->item_line = r->item_lines.at;
    j->item_lines = r->item_lines.n;
    for (size_t i = 0; i < r->unfit_n; i++) tw_validation_value(&j->v, &r->unfit[i]);
    tell_rest(j, r->unfit_all, r->unfit_n);
    if (r->kind == TW_XML_RESPONSE) return TW_OK; /* read, and nothing is asked of it */
    if (tw_str_is(r->decl->function, "13") && tw_request_kind_of(r->decl, &kind, &why) != TW_OK)
        tw_validation_value(&j->v, &why);
    return judge_decl(j, r->decl, fault);
}

tw_err judge_xml(struct judge *j, struct tw_fault *fault)
{
    struct tw_xml_reading r = {.decl = NULL};
    tw_arena_reset(j->arena);
    tw_xml_clear(j->xml);
    TW_TRY(fill_xml(j, fault));
    judge_begin(j);
    const tw_err err = read_xml(j, &r, fault);
    if (err == TW_OK) {
        TW_TRY(judge_xml_reading(j, &r, fault));
        return judge_end(j, fault);
    }
    if (!files_goes_on(err)) return err;
    judge_refuse(j, fault);
    return TW_OK;
}

/* -- JSON */

static void on_value(void *to, const struct tw_fault *fault)
{
    struct judge *j = to;
    tw_validation_value(&j->v, fault);
}

/* A fault within a text, told with its place in the file. */
struct within {
    struct judge *j;
    const struct tw_json_piece *piece;
};

static void on_member(void *to, const struct tw_fault *fault)
{
    const struct within *w = to;
    struct tw_fault placed = *fault;
    tw_json_piece_blame(w->piece, &placed);
    tw_validation_value(&w->j->v, &placed);
}

/* Where the items of the declaration begin. */
static tw_err find_items(struct judge *j, const struct tw_json_piece *piece, const struct tw_json_node *root)
{
    const struct tw_json_node *items = tw_json_get(root, "items");
    if (items == NULL || items->kind != TW_JSON_ARRAY || items->n == 0) return TW_OK;
    uint32_t *line = tw_arena_array(j->arena, items->n, sizeof *line);
    if (line == NULL) return TW_NOMEM;
    j->item_line = line;
    j->item_lines = items->n;
    for (const struct tw_json_node *m = tw_json_first(items); m != NULL; m = m->next)
        *line++ = piece->line + m->line - 1;
    return TW_OK;
}

static tw_err judge_piece(struct judge *j, const struct tw_json_piece *piece, struct tw_fault *fault)
{
    struct within within = {j, piece};
    const struct tw_json_told told = {&within, on_member};
    const struct tw_json_node *root = NULL;
    struct tw_notification *notification;
    struct tw_decl *decl;
    tw_arena_reset(j->arena);
    judge_begin(j);
    j->line = piece->line;
    TW_TRY(tw_json_parse(piece->text, NULL, j->arena, &root, fault));
    const enum tw_level level = tw_json_level(root);
    if (root->kind == TW_JSON_OBJECT && level == TW_LEVEL_N)
        return tw_fail(fault, TW_FORMAT,
                       "this object is neither declaration nor notification: it has none of their members");
    if (level == TW_LEVEL_NOTIFICATION) {
        TW_TRY(tw_json_read_notification(root, &told, j->arena, &notification, fault));
        return judge_end(j, fault); /* read, and nothing is asked of it */
    }
    TW_TRY(tw_json_read_decl(root, 0, &told, j->arena, &decl, fault));
    TW_TRY(find_items(j, piece, root));
    TW_TRY(judge_decl(j, decl, fault));
    return judge_end(j, fault);
}

static tw_err give_json(struct judge *j, const char *from, size_t n, struct tw_fault *fault)
{
    size_t room;
    char *p = tw_json_split_room(j->json, &room);
    if (p == NULL) return no_memory(fault);
    memcpy(p, from, n);
    tw_json_split_filled(j->json, n);
    return TW_OK;
}

static tw_err read_on(struct judge *j, struct tw_fault *fault)
{
    size_t room, n;
    char *p = tw_json_split_room(j->json, &room);
    if (p == NULL) return no_memory(fault);
    TW_TRY(tw_file_in_read(j->files.file, p, room, &n, fault));
    if (n > 0)
        tw_json_split_filled(j->json, n);
    else
        tw_json_split_end(j->json);
    return TW_OK;
}

/* One step of the file: a text, what is none, or more bytes. */
static tw_err take_step(struct judge *j, enum tw_json_step step, const struct tw_json_piece *piece,
                        struct tw_fault *why)
{
    tw_err err = TW_OK;
    if (step == TW_JSON_PIECE) {
        err = judge_piece(j, piece, why);
        if (err != TW_OK) tw_json_piece_blame(piece, why);
    } else if (step == TW_JSON_REFUSED) {
        judge_begin(j);
        err = why->code;
    }
    if (err == TW_OK || !files_goes_on(err) || j->err != TW_OK) return err;
    judge_refuse(j, why);
    return TW_OK;
}

tw_err judge_json(struct judge *j, struct tw_fault *fault)
{
    tw_json_split_clear(j->json);
    TW_TRY(give_json(j, j->files.first, j->files.first_n, fault));
    for (enum tw_json_step step = TW_JSON_MORE; step != TW_JSON_END && j->err == TW_OK;) {
        struct tw_json_piece piece;
        *fault = (struct tw_fault){.item = 0};
        step = tw_json_split_next(j->json, &piece, fault);
        if (step == TW_JSON_MORE)
            TW_TRY(read_on(j, fault));
        else
            TW_TRY(take_step(j, step, &piece, fault));
    }
    return j->err;
}

/* -- EDIFACT */

static void tell_segment(struct judge *j, const char *rule, const char *right, bool counts,
                         const struct tw_fault *fault)
{
    tw_validation_tell(&j->v, &(struct tw_wrong){.severity = counts ? TW_SEVERITY_FAULT : TW_SEVERITY_WARNING,
                                                 .rule = tw_str_from(rule),
                                                 .remedy = tw_str_from(right),
                                                 .fault = fault,
                                                 .element = TW_ELEMENT_N});
}

/* The sentence behind "rule: ". */
static struct tw_fault without_rule(const struct tw_fault *fault, const char *rule)
{
    struct tw_fault at = *fault;
    const size_t n = strlen(rule);
    if (strncmp(at.note, rule, n) == 0 && strncmp(at.note + n, ": ", 2) == 0)
        memmove(at.note, at.note + n + 2, strlen(at.note + n + 2) + 1);
    return at;
}

static tw_err judge_record(struct judge *j, const struct interchange_found *found, struct tw_fault *fault)
{
    const struct tw_edi_reading *r = &found->reading;
    j->line = r->line;
    j->subject = r->decl != NULL && r->decl->id.n > 0 ? r->decl->id : r->reference;
    for (size_t i = 0; i < r->told_n; i++) {
        const enum tw_edi_flaw flaw = r->told[i].flaw;
        struct tw_fault at = r->told[i].fault;
        at.item = 0; /* it is the segment's number */
        tell_segment(j, tw_edi_flaw_name(flaw), tw_edi_flaw_right(flaw), interchange_flaw_counts(flaw), &at);
        j->v.unplaced |= interchange_flaw_counts(flaw);
    }
    tell_rest(j, r->told_all, r->told_n);
    return r->decl != NULL ? judge_decl(j, r->decl, fault) : TW_OK;
}

/* Remarks on the envelope come before the message that ends with them, and are its where it is damaged. */
static tw_err take_found(struct judge *j, const struct interchange_found *found, bool *begun,
                         struct tw_fault *why)
{
    struct tw_fault at = *why;
    if (!*begun) judge_begin(j);
    *begun = true;
    j->number = found->number;
    switch (found->step) {
    case INTERCHANGE_REMARK:
        at = without_rule(&at, tw_edi_rule_name(found->rule));
        tell_segment(j, tw_edi_rule_name(found->rule), tw_edi_rule_right(found->rule), true, &at);
        *begun = found->damaged;
        return TW_OK;
    case INTERCHANGE_DECLARATION:
    case INTERCHANGE_NOTIFICATION:
        *begun = false;
        TW_TRY(judge_record(j, found, why));
        return judge_end(j, why);
    case INTERCHANGE_REFUSED:
        *begun = false;
        judge_refuse(j, &at);
        return TW_OK;
    case INTERCHANGE_OTHER:
        *begun = false;
        j->count->other++;
        return TW_OK;
    case INTERCHANGE_END:
        return TW_OK;
    }
    return TW_OK;
}

static tw_err judge_all(struct judge *j, struct interchange *i, struct tw_fault *fault)
{
    struct interchange_found found = {.step = INTERCHANGE_REMARK};
    bool begun = false;
    while (found.step != INTERCHANGE_END && j->err == TW_OK) {
        found = (struct interchange_found){.number = 0};
        *fault = (struct tw_fault){.item = 0};
        TW_TRY(interchange_next(i, j->arena, &found, fault));
        if (found.step != INTERCHANGE_END) TW_TRY(take_found(j, &found, &begun, fault));
    }
    return j->err;
}

tw_err judge_interchange(struct judge *j, struct tw_fault *fault)
{
    struct interchange *i = NULL;
    const struct interchange_source from = {
        .in = j->files.file, .first = files_first(&j->files), .records = true};
    tw_arena_reset(j->arena);
    TW_TRY(interchange_open(&from, &i, fault));
    j->rules.skip = 1ull << TW_CHECK_CONTAINER_DIGIT; /* edifact.container */
    const tw_err err = judge_all(j, i, fault);
    j->rules.skip = 0;
    interchange_close(i);
    return err;
}

/* -- tables */

static tw_err on_refused(void *to, const struct tw_refused *refused, struct tw_fault *fault)
{
    struct judge *j = to;
    (void)fault;
    if (!refused->culprit) return TW_OK;
    j->subject = refused->declaration_id;
    tw_validation_refused(&j->v,
                          refused->fault->code == TW_CONFLICT ? TW_READING_RULE_SENT_TWICE
                          : refused->fault->code == TW_LIMIT  ? TW_READING_RULE_TOO_LARGE
                                                              : TW_READING_RULE_UNREADABLE,
                          refused->fault);
    tw_validation_begin(&j->v, &j->rules); /* what comes next is another's */
    return j->err;
}

/* Can the table say it? What it has no column for is not missed. */
static bool has_column(void *to, enum tw_element e)
{
    const struct judge *j = to;
    return tw_reader_has(j->rows, e);
}

static tw_err give_rows(struct judge *j, bool *begun, struct tw_fault *fault)
{
    size_t room, n = j->files.first_n;
    char *p = tw_reader_room(j->rows, &room);
    if (*begun)
        TW_TRY(tw_file_in_read(j->files.file, p, room, &n, fault));
    else
        memcpy(p, j->files.first, n);
    *begun = true;
    if (n > 0)
        tw_reader_filled(j->rows, n);
    else
        tw_reader_end(j->rows);
    return TW_OK;
}

static tw_err judge_rows(struct judge *j, struct tw_fault *fault)
{
    bool begun = false;
    judge_begin(j);
    for (enum tw_read_step step = TW_READ_MORE; step != TW_READ_END;) {
        struct tw_reading r;
        TW_TRY(tw_reader_next(j->rows, j->arena, &step, &r, fault));
        if (step == TW_READ_MORE) TW_TRY(give_rows(j, &begun, fault));
        if (step != TW_READ_DECL) continue;
        j->line = r.line;
        TW_TRY(judge_decl(j, r.decl, fault));
        TW_TRY(judge_end(j, fault));
        judge_begin(j);
    }
    return TW_OK;
}

tw_err judge_table(struct judge *j, struct tw_fault *fault)
{
    const struct tw_str messages = j->rules.currency;
    if (messages.n == 0) j->rules.currency = j->options->map->national_currency;
    const struct tw_reader_config config = {.map = j->options->map,
                                            .currency = j->rules.currency,
                                            .now = j->options->now != TW_NO_TIME ? j->options->now : 0,
                                            .to = j,
                                            .refuse = on_refused,
                                            .told = on_value};
    TW_TRY(tw_reader_new(&config, &j->rows, fault));
    j->rules.of_table = true;
    j->rules.has = has_column;
    const tw_err err = judge_rows(j, fault);
    j->count->refused += tw_reader_count(j->rows).refused_declarations;
    if (err != TW_OK) j->number = 0; /* it is the file's */
    tw_reader_free(j->rows);
    j->rows = NULL;
    j->rules.currency = messages;
    j->rules.of_table = false;
    j->rules.has = NULL;
    return err;
}
