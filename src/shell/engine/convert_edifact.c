/* SPDX-License-Identifier: Apache-2.0 */
/* To check, what is written is read by a second reader while it is written. It may be some segments behind,
 * so the hashes of segments wait in a queue. */
#include "engine/convert_edifact_priv.h"

#include <stdio.h>

#include "base/mem.h"
#include "message/edifact_envelope.h"

enum { FLUSH_BYTES = 1 << 16 };

struct edifact_work {
    struct tw_edi *read, *again;
    struct tw_edi_envelope envelope;
    struct tw_buf text;  /* to be written */
    struct tw_buf queue; /* hashes of segments that the second reader has not read yet */
    size_t queue_at;     /* of the first of them */
    const struct edifact_job *job;
    struct edifact_count *count;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err edifact_work_new(struct edifact_work **ret, struct tw_fault *fault)
{
    struct edifact_work *w = tw_calloc(1, sizeof *w);
    if (w == NULL) return no_memory(fault);
    *ret = w;
    return TW_OK;
}

void edifact_work_free(struct edifact_work *w)
{
    if (w == NULL) return;
    tw_edi_free(w->read);
    tw_edi_free(w->again);
    tw_buf_free(&w->text);
    tw_buf_free(&w->queue);
    tw_free(w);
}

/* Values and their places; the bytes between and before segments are no part of it. */
static uint64_t hash_of(const struct tw_edi_segment *s)
{
    uint64_t h = tw_hash64(s->tag.s, s->tag.n, 0);
    if (s->una) return tw_hash64(s->raw.s, s->raw.n, h);
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        const uint64_t place = (uint64_t)v->element << 32 | (uint64_t)v->repetition << 16 | v->component;
        h = tw_hash64(v->text.s, v->text.n, tw_hash_join(h, place));
    }
    return h;
}

/* Takes what the second reader has read; the queue tells what it should be. */
static void compare(struct edifact_work *w)
{
    struct tw_edi_segment s;
    uint64_t want;
    for (enum tw_edi_step step; (step = tw_edi_next(w->again, &s, NULL)) <= TW_EDI_REFUSED;) {
        const bool known = w->queue.n - w->queue_at >= sizeof want;
        if (known) memcpy(&want, w->queue.p + w->queue_at, sizeof want);
        if (known) w->queue_at += sizeof want;
        if (!known || step == TW_EDI_REFUSED || hash_of(&s) != want) w->count->lost++;
    }
    if (w->queue_at < w->queue.n) return;
    w->queue_at = 0;
    tw_buf_clear(&w->queue);
}

static tw_err flush(struct edifact_work *w, bool ended, struct tw_fault *fault)
{
    if (w->text.failed || w->queue.failed) return no_memory(fault);
    for (size_t at = 0, room; w->job->check && at < w->text.n; at += room) {
        char *p = tw_edi_room(w->again, &room);
        if (room > w->text.n - at) room = w->text.n - at;
        memcpy(p, w->text.p + at, room);
        tw_edi_filled(w->again, room);
        compare(w);
    }
    if (w->job->check && ended) {
        tw_edi_end(w->again);
        compare(w);
        w->count->lost += (w->queue.n - w->queue_at) / sizeof(uint64_t);
    }
    *w->job->fatal = true;
    TW_TRY(tw_file_out_write(w->job->out, w->text.p, w->text.n, fault));
    *w->job->fatal = false;
    tw_buf_clear(&w->text);
    return TW_OK;
}

static void tell(const struct edifact_work *w, const struct tw_edi_remark *remark, size_t n)
{
    w->count->faults += n;
    for (size_t i = 0; i < n && w->job->told != NULL; i++) {
        struct tw_fault f = remark[i].fault;
        snprintf(f.note, sizeof f.note, "%s: %.*s", tw_edi_rule_name(remark[i].rule),
                 (int)(sizeof f.note - 24), remark[i].fault.note);
        w->job->told(w->job->to, &f);
    }
}

static void take(struct edifact_work *w, const struct tw_edi_segment *s)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    (void)tw_edi_envelope_next(&w->envelope, s, remark, &n);
    tell(w, remark, n);
    w->count->segments++;
    tw_buf_str(&w->text, s->gap);
    if (s->una)
        tw_edi_write_una(&s->service, &w->text);
    else if (s->needless > 0) /* the writer would leave them out */
        tw_buf_str(&w->text, s->raw);
    else
        tw_edi_write(s, &w->text);
    if (!w->job->check) return;
    const uint64_t h = hash_of(s);
    tw_buf_put(&w->queue, &h, sizeof h);
}

tw_err edifact_feed(struct tw_edi *e, struct tw_file_in *in, struct tw_str *first, struct tw_fault *fault)
{
    size_t room, n = 0;
    char *p = tw_edi_room(e, &room);
    if (first->n > 0) {
        n = first->n < room ? first->n : room;
        memcpy(p, first->s, n);
        *first = (struct tw_str){first->s + n, first->n - n};
    } else {
        TW_TRY(tw_file_in_read(in, p, room, &n, fault));
    }
    tw_edi_filled(e, n);
    if (n == 0) tw_edi_end(e);
    return TW_OK;
}

static tw_err pump(struct edifact_work *w, struct tw_fault *fault)
{
    struct tw_str first = w->job->first;
    struct tw_edi_segment s;
    for (;;) {
        switch (tw_edi_next(w->read, &s, fault)) {
        case TW_EDI_SEGMENT:
            take(w, &s);
            if (w->text.n >= FLUSH_BYTES) TW_TRY(flush(w, false, fault));
            break;
        case TW_EDI_REFUSED:
            return fault != NULL ? fault->code : TW_FORMAT;
        case TW_EDI_MORE:
            TW_TRY(edifact_feed(w->read, w->job->in, &first, fault));
            break;
        case TW_EDI_END:
            tw_buf_str(&w->text, s.gap);
            return flush(w, true, fault);
        }
    }
}

tw_err edifact_convert(struct edifact_work *w, const struct edifact_job *job, struct edifact_count *ret,
                       struct tw_fault *fault)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    struct tw_fault why = {0};
    size_t n = 0;
    *ret = (struct edifact_count){0};
    w->job = job;
    w->count = ret;
    w->envelope = (struct tw_edi_envelope){.grouped = false};
    w->queue_at = 0;
    tw_buf_clear(&w->text);
    tw_buf_clear(&w->queue);
    tw_edi_free(w->read);
    tw_edi_free(w->again);
    w->read = w->again = NULL;
    TW_TRY(tw_edi_new(NULL, &w->read, fault));
    if (job->check) TW_TRY(tw_edi_new(NULL, &w->again, fault));
    if (tw_str_starts(job->first, TW_STR("\xEF\xBB\xBF"))) tw_buf_put(&w->text, job->first.s, 3);
    const tw_err err = pump(w, &why);
    if (err != TW_OK) {
        if (fault != NULL) *fault = why;
        return err;
    }
    tw_edi_envelope_end(&w->envelope, remark, &n);
    tell(w, remark, n);
    return TW_OK;
}
