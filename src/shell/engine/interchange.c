/* SPDX-License-Identifier: Apache-2.0 */
/* Remarks on the envelope come with the segment that brings them, and are handed out before the message that
 * ends with it: so they wait in a row. */
#include "engine/interchange_priv.h"

#include <stdio.h>

#include "base/mem.h"

struct interchange {
    const struct interchange_source *from;
    struct tw_str first;
    struct tw_edi *edi;
    struct tw_edi_reader *reader;
    struct tw_edi_envelope envelope;
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t remarks, told; /* of them told already */
    uint32_t number;
    bool reading; /* a message has begun */
    bool ends;    /* it ends when the remarks have been told */
    bool damaged; /* a remark was of this message */
    bool over;    /* there are no more segments */
    bool waits;   /* `next` begins a message; one that is not closed is handed out before */
    struct tw_edi_segment next;
};

tw_err interchange_open(const struct interchange_source *from, struct interchange **ret,
                        struct tw_fault *fault)
{
    struct interchange *i = tw_calloc(1, sizeof *i);
    if (i == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    i->from = from;
    i->first = from->first;
    tw_err err = tw_edi_new(NULL, &i->edi, fault);
    if (err == TW_OK) err = tw_edi_reader_new(NULL, &i->reader, fault);
    if (err != TW_OK) {
        interchange_close(i);
        return err;
    }
    *ret = i;
    return TW_OK;
}

void interchange_close(struct interchange *i)
{
    if (i == NULL) return;
    tw_edi_free(i->edi);
    tw_edi_reader_free(i->reader);
    tw_free(i);
}

static tw_err feed(struct interchange *i, struct tw_fault *fault)
{
    size_t room, n = 0;
    char *p = tw_edi_room(i->edi, &room);
    if (i->first.n > 0) {
        n = i->first.n < room ? i->first.n : room;
        memcpy(p, i->first.s, n);
        i->first = (struct tw_str){i->first.s + n, i->first.n - n};
    } else if (i->from->in != NULL) {
        TW_TRY(tw_file_in_read(i->from->in, p, room, &n, fault));
        if (i->from->hash != NULL) tw_sha256_add(i->from->hash, p, n);
        if (i->from->bytes != NULL) *i->from->bytes += n;
    }
    tw_edi_filled(i->edi, n);
    if (n == 0) tw_edi_end(i->edi);
    return TW_OK;
}

/* A message for which there is no room is refused by itself. */
static tw_err no_room(tw_err err, const struct tw_arena *arena, struct tw_fault *fault)
{
    if (err != TW_NOMEM || !tw_arena_full(arena)) return err;
    return tw_fail(fault, TW_LIMIT, "the message takes more memory than one may; send it in parts");
}

static void refuse(struct interchange *i, tw_err err, struct interchange_found *ret)
{
    ret->step = err == TW_NOTFOUND ? INTERCHANGE_OTHER : INTERCHANGE_REFUSED;
    ret->number = i->number;
    i->reading = i->ends = false;
}

static tw_err begin(struct interchange *i, const struct tw_edi_segment *s, struct tw_arena *arena, bool *some,
                    struct interchange_found *ret, struct tw_fault *fault)
{
    const struct tw_str type = tw_edi_at(s, 1, 0);
    i->number++;
    i->damaged = false;
    tw_arena_reset(arena);
    tw_err err = TW_OK;
    if (i->from->records || tw_str_is(type, "CUSDEC") || (i->from->answers && tw_str_is(type, "CUSRES")))
        err = no_room(tw_edi_reader_begin(i->reader, s, arena, fault), arena, fault);
    else
        err = tw_fail(fault, TW_NOTFOUND,
                      "message %u is of type \"%.*s\", no declaration (CUSDEC)%s; it is passed over",
                      i->number, (int)(type.n < 20 ? type.n : 20), type.n > 0 ? type.s : "",
                      i->from->answers ? " or answer (CUSRES)" : "");
    fault->line = s->line;
    fault->byte = s->byte;
    if (err == TW_NOMEM) return err;
    i->reading = err == TW_OK;
    *some = err != TW_OK;
    if (err != TW_OK) refuse(i, err, ret);
    return TW_OK;
}

/* *some: there is something to hand out. */
static tw_err take(struct interchange *i, const struct tw_edi_segment *s, struct tw_arena *arena, bool *some,
                   struct interchange_found *ret, struct tw_fault *fault)
{
    const bool was_open = i->envelope.message.open;
    i->told = 0;
    const enum tw_edi_place place = tw_edi_envelope_next(&i->envelope, s, i->remark, &i->remarks);
    const bool within = place == TW_EDI_BODY || place == TW_EDI_CLOSES_MESSAGE;
    if (place == TW_EDI_OPENS) tw_edi_reader_charset(i->reader, tw_edi_at(s, 0, 0));
    if (place == TW_EDI_OPENS_MESSAGE) {
        i->next = *s; /* stands until the next segment is asked for */
        i->waits = true;
        i->ends = i->damaged = i->reading;
        return TW_OK;
    }
    if (was_open && i->remarks > 0) i->damaged = true;
    if (i->reading && within) {
        const tw_err err = no_room(tw_edi_reader_put(i->reader, s, fault), arena, fault);
        if (err == TW_NOMEM) return err;
        *some = err != TW_OK;
        if (*some && fault->line == 0) fault->line = s->line;
        if (*some) refuse(i, err, ret);
    }
    i->ends = i->reading && place != TW_EDI_BODY;
    return TW_OK;
}

/* What waits: remarks, then the message that ended with them. */
static tw_err hand_out(struct interchange *i, struct tw_arena *arena, bool *some,
                       struct interchange_found *ret, struct tw_fault *fault)
{
    *some = true;
    ret->number = i->number;
    if (i->told < i->remarks) {
        const struct tw_edi_remark *remark = &i->remark[i->told++];
        ret->step = INTERCHANGE_REMARK;
        ret->rule = remark->rule;
        ret->damaged = i->reading;
        *fault = remark->fault;
        snprintf(fault->note, sizeof fault->note, "%s: %.*s", tw_edi_rule_name(remark->rule),
                 (int)(sizeof fault->note - 24), remark->fault.note);
        return TW_OK;
    }
    if (i->ends) {
        i->ends = i->reading = false;
        ret->damaged = i->damaged;
        const tw_err err = no_room(tw_edi_reader_end(i->reader, &ret->reading, fault), arena, fault);
        ret->step = err == TW_OK && ret->reading.notification != NULL ? INTERCHANGE_NOTIFICATION
                                                                      : INTERCHANGE_DECLARATION;
        if (err == TW_LIMIT) refuse(i, err, ret);
        return err == TW_LIMIT ? TW_OK : err;
    }
    if (i->waits) {
        i->waits = false;
        return begin(i, &i->next, arena, some, ret, fault);
    }
    *some = i->over;
    ret->step = INTERCHANGE_END;
    return TW_OK;
}

/* What is not closed at the end of the bytes. */
static void end(struct interchange *i)
{
    i->over = true;
    i->told = 0;
    tw_edi_envelope_end(&i->envelope, i->remark, &i->remarks);
    i->damaged |= i->reading && i->remarks > 0;
    i->ends = i->reading;
}

/* The next segment, or more bytes. */
static tw_err step(struct interchange *i, struct tw_arena *arena, bool *some, struct interchange_found *ret,
                   struct tw_fault *fault)
{
    struct tw_edi_segment s;
    switch (tw_edi_next(i->edi, &s, fault)) {
    case TW_EDI_SEGMENT:
        return s.una ? TW_OK : take(i, &s, arena, some, ret, fault);
    case TW_EDI_REFUSED:
        return fault->code;
    case TW_EDI_MORE:
        return feed(i, fault);
    case TW_EDI_END:
        end(i);
        return TW_OK;
    }
    return TW_OK;
}

tw_err interchange_next(struct interchange *i, struct tw_arena *arena, struct interchange_found *ret,
                        struct tw_fault *fault)
{
    for (bool some = false; !some;) {
        TW_TRY(hand_out(i, arena, &some, ret, fault));
        if (!some) TW_TRY(step(i, arena, &some, ret, fault));
    }
    return TW_OK;
}

bool interchange_flaw_counts(enum tw_edi_flaw flaw)
{
    return flaw != TW_EDI_FLAW_TYPE && flaw != TW_EDI_FLAW_RELEASE && flaw < TW_EDI_FLAW_CONTAINER;
}

tw_err interchange_is_whole(const struct interchange_found *found, struct tw_fault *fault)
{
    const struct tw_edi_reading *r = &found->reading;
    fault->line = r->line;
    for (size_t i = 0; i < r->told_n; i++) {
        const enum tw_edi_flaw flaw = r->told[i].flaw;
        if (!interchange_flaw_counts(flaw)) continue;
        *fault = r->told[i].fault;
        snprintf(fault->note, sizeof fault->note, "%s: %.*s", tw_edi_flaw_name(flaw),
                 (int)(sizeof fault->note - 24), r->told[i].fault.note);
        return fault->code;
    }
    if (!found->damaged) return TW_OK;
    return tw_fail(fault, TW_FORMAT,
                   "message %u does not end as it says (count, reference or UNT); have it sent again",
                   found->number);
}
