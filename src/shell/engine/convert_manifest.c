/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/convert_manifest_priv.h"

#include <stdio.h>

#include "base/json.h"
#include "decl/same.h"
#include "message/edifact_envelope.h"
#include "message/edifact_read.h"
#include "message/json_read.h"
#include "message/json_write.h"

enum { FLUSH_BYTES = 1 << 16, ARENA_BYTES_MAX = 256 << 20 };

struct work {
    const struct edifact_job *job;
    struct edifact_count *count;
    struct tw_edi *edi;
    struct tw_edi_reader *reader;
    struct tw_arena *arena;
    struct tw_edi_envelope envelope;
    struct tw_buf text;
    struct tw_json json;
    bool reading; /* a message has begun */
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* Tells of a fault by its rule. */
static void tell(struct work *w, const char *rule, const struct tw_fault *what)
{
    struct tw_fault f = *what;
    if (w->job->told == NULL) return;
    snprintf(f.note, sizeof f.note, "%s: %.*s", rule, (int)(sizeof f.note - 24), what->note);
    w->job->told(w->job->to, &f);
}

static void tell_envelope(struct work *w, const struct tw_edi_remark *remark, size_t n)
{
    w->count->faults += n;
    for (size_t i = 0; i < n; i++) tell(w, tw_edi_rule_name(remark[i].rule), &remark[i].fault);
}

static tw_err flush(struct work *w, struct tw_fault *fault)
{
    if (w->text.failed) return no_memory(fault);
    *w->job->fatal = true;
    TW_TRY(tw_file_out_write(w->job->out, w->text.p, w->text.n, fault));
    *w->job->fatal = false;
    tw_buf_clear(&w->text);
    return TW_OK;
}

/* A message for which there is no room is refused, as any other: the next file is gone on with. */
static tw_err no_room(tw_err err, struct tw_fault *fault)
{
    if (err != TW_NOMEM) return err;
    return tw_fail(fault, TW_LIMIT, "the message takes more than %d MiB of memory; send it in parts",
                   ARENA_BYTES_MAX >> 20);
}

/* Reads what was written of a notification again, and counts what one of the two has and the other has not.
 */
static tw_err check(struct work *w, const struct tw_edi_reading *m, struct tw_fault *fault)
{
    const struct tw_json_node *root = NULL;
    struct tw_notification *back = NULL;
    TW_SCOPED_BUF line = {0};
    if (m->notification == NULL)
        return tw_fail(fault, TW_FORMAT,
                       "a manifest that is written as JSON is not read again; leave --check-lossless out");
    tw_json_write_line(TW_LEVEL_NOTIFICATION, m->notification, &line);
    if (line.failed) return no_memory(fault);
    TW_TRY(no_room(tw_json_parse(tw_buf_view(&line), NULL, w->arena, &root, fault), fault));
    TW_TRY(no_room(tw_json_read_notification(root, NULL, w->arena, &back, fault), fault));
    w->count->lost += tw_object_missing(TW_LEVEL_NOTIFICATION, m->notification, back, NULL) +
                      tw_object_missing(TW_LEVEL_NOTIFICATION, back, m->notification, NULL);
    return TW_OK;
}

static tw_err end_message(struct work *w, struct tw_fault *fault)
{
    struct tw_edi_reading m;
    w->reading = false;
    TW_TRY(no_room(tw_edi_reader_end(w->reader, &m, fault), fault));
    w->count->flaws += m.told_all;
    for (size_t i = 0; i < m.told_n; i++) tell(w, tw_edi_flaw_name(m.told[i].flaw), &m.told[i].fault);
    if (w->job->check) TW_TRY(check(w, &m, fault));
    if (m.notification != NULL)
        tw_json_write(TW_LEVEL_NOTIFICATION, m.notification, &w->json);
    else
        tw_json_write(TW_LEVEL_MANIFEST, m.manifest, &w->json);
    tw_arena_reset(w->arena);
    return w->text.n < FLUSH_BYTES ? TW_OK : flush(w, fault);
}

/* Messages that become a record, but neither manifest nor notification. */
static tw_err refuse_other(const struct tw_edi_segment *s, struct tw_fault *fault)
{
    const enum tw_edi_message m = tw_edi_message_find(tw_edi_at(s, 1, 0));
    if (m == TW_EDI_CUSCAR || m == TW_EDI_CUSRES || !tw_edi_reader_takes(m)) return TW_OK;
    fault->line = s->line;
    return tw_fail(fault, TW_NOTFOUND, "a message of type %s becomes no manifest%s", tw_edi_message_type(m),
                   m == TW_EDI_CUSDEC ? "; give --to xml" : "; reconcile reads it");
}

static tw_err take(struct work *w, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    const enum tw_edi_place place = tw_edi_envelope_next(&w->envelope, s, remark, &n);
    tell_envelope(w, remark, n);
    w->count->segments++;
    const bool within = place == TW_EDI_BODY || place == TW_EDI_CLOSES_MESSAGE;
    if (w->reading && !within) TW_TRY(end_message(w, fault));
    if (place == TW_EDI_OPENS) tw_edi_reader_charset(w->reader, tw_edi_at(s, 0, 0));
    if (place == TW_EDI_OPENS_MESSAGE) {
        TW_TRY(refuse_other(s, fault));
        TW_TRY(no_room(tw_edi_reader_begin(w->reader, s, w->arena, fault), fault));
        w->reading = true;
    }
    if (w->reading && within) TW_TRY(no_room(tw_edi_reader_put(w->reader, s, fault), fault));
    return w->reading && place == TW_EDI_CLOSES_MESSAGE ? end_message(w, fault) : TW_OK;
}

static tw_err pump(struct work *w, struct tw_fault *fault)
{
    struct tw_str first = w->job->first;
    struct tw_edi_segment s;
    tw_json_begin_array(&w->json);
    for (;;) {
        const enum tw_edi_step step = tw_edi_next(w->edi, &s, fault);
        if (step == TW_EDI_REFUSED) return fault->code;
        if (step == TW_EDI_END) break;
        if (step == TW_EDI_SEGMENT && !s.una) TW_TRY(take(w, &s, fault));
        if (step == TW_EDI_MORE) TW_TRY(edifact_feed(w->edi, w->job->in, &first, fault));
    }
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    tw_edi_envelope_end(&w->envelope, remark, &n);
    tell_envelope(w, remark, n);
    if (w->reading) TW_TRY(end_message(w, fault));
    tw_json_end_array(&w->json);
    tw_buf_char(&w->text, '\n');
    return flush(w, fault);
}

static tw_err open_work(struct work *w, struct tw_fault *fault)
{
    TW_TRY(tw_edi_new(NULL, &w->edi, fault));
    TW_TRY(tw_edi_reader_new(NULL, &w->reader, fault));
    return tw_arena_new(ARENA_BYTES_MAX, &w->arena) == TW_OK ? TW_OK : no_memory(fault);
}

tw_err manifest_convert(const struct edifact_job *job, struct edifact_count *ret, struct tw_fault *fault)
{
    struct work w = {.job = job, .count = ret};
    struct tw_fault why = {0};
    *ret = (struct edifact_count){0};
    w.json.out = &w.text;
    tw_err err = open_work(&w, &why);
    if (err == TW_OK) err = pump(&w, &why);
    tw_edi_free(w.edi);
    tw_edi_reader_free(w.reader);
    tw_arena_free(w.arena);
    tw_buf_free(&w.text);
    if (err != TW_OK && fault != NULL) *fault = why;
    return err;
}
