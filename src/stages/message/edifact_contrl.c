/* SPDX-License-Identifier: Apache-2.0 */
/* Segments are looked at as they come; what is wrong with a message waits in `faults` until the message ends
 * and its UCM can be written before it. */
#include "message/edifact_contrl.h"

#include "base/mem.h"
#include "message/edifact_compose_priv.h"
#include "message/edifact_envelope.h"
#include "message/edifact_segment.h"

enum { NAME_MAX_BYTES = 140, REFERENCE_MAX = 14, ACKNOWLEDGED = 7, REJECTED = 4 };

/* A value that is said again: of UNB and UNH. */
struct echo {
    char s[NAME_MAX_BYTES];
    size_t n;
};

/* What is wrong with an interchange or message as a whole; the first such fault is told. */
struct verdict {
    bool rejected;
    enum tw_edi_syntax why;
    char tag[4];
    unsigned position, component; /* 0 = none */
};

struct tw_edi_answer {
    int64_t at;
    struct tw_buf *out;
    struct tw_edi_envelope envelope;
    struct tw_edi_walk walk;
    struct tw_edi_answered count;
    struct tw_buf body, faults; /* segments of CONTRL: of messages before; of this one */
    uint32_t body_n, faults_n;
    struct verdict interchange, message;
    bool open, reading, known; /* an interchange; a message; of a type that is known */
    unsigned version;
    uint32_t segment; /* of the message, UNH is 1 */
    uint32_t ucs;
    struct echo control, sender[3], recipient[3], reference, type[5];
};

tw_err tw_edi_answer_new(struct tw_edi_answer **ret, struct tw_fault *fault)
{
    struct tw_edi_answer *a = tw_calloc(1, sizeof *a);
    if (a == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    *ret = a;
    return TW_OK;
}

void tw_edi_answer_free(struct tw_edi_answer *a)
{
    if (a == NULL) return;
    tw_buf_free(&a->body);
    tw_buf_free(&a->faults);
    tw_free(a);
}

void tw_edi_answer_begin(struct tw_edi_answer *a, int64_t at, struct tw_buf *out)
{
    tw_buf_clear(&a->body);
    tw_buf_clear(&a->faults);
    const struct tw_buf body = a->body, faults = a->faults;
    *a = (struct tw_edi_answer){.at = at, .out = out, .body = body, .faults = faults, .version = 3};
}

/* -- segments of the answer */

struct draft {
    struct tw_edi_value value[16];
    size_t n;
    char digits[4][12];
    size_t numbers;
};

static void put_text(struct draft *d, unsigned element, unsigned component, struct tw_str text)
{
    if (text.n > 0) d->value[d->n++] = (struct tw_edi_value){text, (uint16_t)element, 0, (uint16_t)component};
}

static void put_number(struct draft *d, unsigned element, unsigned component, unsigned number)
{
    char *place = d->digits[d->numbers++];
    struct tw_buf digits = tw_buf_in(place, sizeof d->digits[0]);
    tw_buf_u64(&digits, number);
    put_text(d, element, component, tw_buf_view(&digits));
}

static void put_echo(struct draft *d, unsigned element, unsigned component, const struct echo *e)
{
    put_text(d, element, component, (struct tw_str){e->s, e->n});
}

static void write(const struct tw_edi_answer *a, const char *tag, const struct draft *d, struct tw_buf *out)
{
    const struct tw_edi_segment s = {
        .tag = tw_str_from(tag), .value = d->value, .n = d->n, .service = tw_edi_service_default(a->version)};
    tw_edi_write(&s, out);
}

/* Action, error, tag and place of UCI and UCM. */
static void put_verdict(struct draft *d, unsigned element, const struct verdict *v, unsigned action)
{
    put_number(d, element, 0, action);
    if (!v->rejected) return;
    put_number(d, element + 1, 0, tw_edi_syntax_code(v->why));
    put_text(d, element + 2, 0, tw_str_from(v->tag));
    if (v->position == 0) return;
    put_number(d, element + 3, 0, v->position);
    if (v->component > 0) put_number(d, element + 3, 1, v->component);
}

static void say_again(struct echo *e, struct tw_str text, size_t most)
{
    struct tw_buf out = tw_buf_in(e->s, sizeof e->s);
    const bool utf8 = tw_str_utf8(text, NULL);
    size_t n = text.n < most ? text.n : most;
    while (utf8 && n > 0 && n < text.n && ((unsigned char)text.s[n] & 0xC0U) == 0x80U) n--;
    edi_put_utf8(&out, (struct tw_str){text.s, n});
    e->n = out.n;
}

static void reject(struct verdict *v, enum tw_edi_syntax why, struct tw_str tag, unsigned position,
                   unsigned component)
{
    if (v->rejected) return;
    *v = (struct verdict){.rejected = true, .why = why, .position = position, .component = component};
    memcpy(v->tag, tag.s, tag.n < 3 ? tag.n : 3);
}

/* -- a message */

/* A segment of it is at fault; `code` of the segment itself, or 0 where its elements are. */
static void tell_segment(struct tw_edi_answer *a, unsigned code, const struct tw_edi_wrong *wrong, size_t n)
{
    if (a->ucs++ >= TW_EDI_ANSWER_UCS_MAX) return;
    struct draft ucs = {.n = 0};
    put_number(&ucs, 0, 0, a->segment);
    if (code > 0) put_number(&ucs, 1, 0, code);
    write(a, "UCS", &ucs, &a->faults);
    a->faults_n++;
    for (size_t i = 0; i < n && i < TW_EDI_ANSWER_UCD_MAX; i++) {
        struct draft ucd = {.n = 0};
        put_number(&ucd, 0, 0, tw_edi_syntax_code(wrong[i].what));
        put_number(&ucd, 1, 0, wrong[i].element + 2U);
        put_number(&ucd, 1, 1, wrong[i].component + 1U);
        write(a, "UCD", &ucd, &a->faults);
        a->faults_n++;
    }
}

static void begin_message(struct tw_edi_answer *a, const struct tw_edi_segment *s)
{
    static const uint8_t most[5] = {6, 3, 3, 3, 6};
    const enum tw_edi_message m = tw_edi_message_find(tw_edi_at(s, 1, 0));
    const char *missing;
    tw_buf_clear(&a->faults);
    a->faults_n = a->ucs = 0;
    a->message = (struct verdict){.rejected = false};
    a->reading = true;
    a->segment = 1;
    a->known = m != TW_EDI_MESSAGE_N;
    a->count.messages++;
    if (!a->open) a->count.loose++;
    say_again(&a->reference, tw_edi_at(s, 0, 0), REFERENCE_MAX);
    for (unsigned i = 0; i < 5; i++) say_again(&a->type[i], tw_edi_at(s, 1, i), most[i]);
    if (!a->known) {
        reject(&a->message, a->type[0].n > 0 ? TW_EDI_SYNTAX_VALUE_HERE : TW_EDI_SYNTAX_MISSING,
               TW_STR("UNH"), 3, 1);
        return;
    }
    tw_edi_walk_begin(m, &a->walk);
    TW_IGNORE((tw_err)tw_edi_walk_next(&a->walk, s->tag, &missing));
}

static void check_segment(struct tw_edi_answer *a, const struct tw_edi_segment *s)
{
    struct tw_edi_wrong wrong[TW_EDI_ANSWER_UCD_MAX];
    const char *missing = NULL;
    a->segment++;
    if (!a->known) return;
    const enum tw_edi_stand stand = tw_edi_walk_next(&a->walk, s->tag, &missing);
    const size_t n = tw_edi_segment_check(s, wrong, TW_EDI_ANSWER_UCD_MAX);
    if (missing != NULL) tell_segment(a, tw_edi_syntax_code(TW_EDI_SYNTAX_MISSING), NULL, 0);
    const unsigned code = stand == TW_EDI_STANDS_NOWHERE     ? tw_edi_syntax_code(TW_EDI_SYNTAX_PLACE)
                          : stand == TW_EDI_STANDS_TOO_OFTEN ? tw_edi_syntax_code(TW_EDI_SYNTAX_OFTEN)
                                                             : 0;
    if (code > 0 || n > 0) tell_segment(a, code, wrong, n);
}

/* Its UCM, where it is rejected; what is not named is acknowledged with the interchange. */
static void end_message(struct tw_edi_answer *a)
{
    if (!a->reading) return;
    a->reading = false;
    if (!a->message.rejected && a->faults_n == 0) return;
    struct draft ucm = {.n = 0};
    put_echo(&ucm, 0, 0, &a->reference);
    for (unsigned i = 0; i < 5; i++) put_echo(&ucm, 1, i, &a->type[i]);
    put_verdict(&ucm, 2, &a->message, REJECTED);
    write(a, "UCM", &ucm, &a->body);
    tw_buf_str(&a->body, tw_buf_view(&a->faults));
    a->body_n += 1 + a->faults_n;
    a->count.messages_rejected++;
}

/* -- an interchange */

static void begin_interchange(struct tw_edi_answer *a, const struct tw_edi_segment *s)
{
    static const uint8_t most[3] = {35, 14, 14};
    tw_buf_clear(&a->body);
    a->body_n = 0;
    a->open = true;
    a->interchange = (struct verdict){.rejected = false};
    a->version = tw_str_is(tw_edi_at(s, 0, 1), "4") ? 4 : 3;
    say_again(&a->control, tw_edi_at(s, 4, 0), REFERENCE_MAX);
    for (unsigned i = 0; i < 3; i++) {
        say_again(&a->sender[i], tw_edi_at(s, 1, i), most[i]);
        say_again(&a->recipient[i], tw_edi_at(s, 2, i), most[i]);
    }
}

/* What UCI must have, and UNB may lack. */
static void put_named(struct draft *d, unsigned element, const struct echo *e, unsigned n)
{
    if (e[0].n == 0) put_text(d, element, 0, TW_STR("UNKNOWN"));
    for (unsigned i = 0; i < n; i++) put_echo(d, element, i, &e[i]);
}

static void write_contrl(const struct tw_edi_answer *a, struct tw_buf *out)
{
    struct draft unh = {.n = 0}, uci = {.n = 0}, unt = {.n = 0};
    const bool rejected = a->interchange.rejected;
    put_text(&unh, 0, 0, TW_STR("1"));
    put_text(&unh, 1, 0, TW_STR("CONTRL"));
    put_text(&unh, 1, 1, a->version == 4 ? TW_STR("4") : TW_STR("D"));
    put_text(&unh, 1, 2, a->version == 4 ? TW_STR("1") : TW_STR("3"));
    put_text(&unh, 1, 3, TW_STR("UN"));
    write(a, "UNH", &unh, out);
    put_named(&uci, 0, &a->control, 1);
    put_named(&uci, 1, a->sender, 3);
    put_named(&uci, 2, a->recipient, 3);
    put_verdict(&uci, 3, &a->interchange, rejected ? REJECTED : ACKNOWLEDGED);
    write(a, "UCI", &uci, out);
    if (!rejected) tw_buf_str(out, tw_buf_view(&a->body));
    put_number(&unt, 0, 0, 3 + (rejected ? 0 : a->body_n));
    put_text(&unt, 1, 0, TW_STR("1"));
    write(a, "UNT", &unt, out);
}

/* The answer goes the other way. */
static tw_err end_interchange(struct tw_edi_answer *a, struct tw_fault *fault)
{
    TW_SCOPED_BUF message = {0};
    end_message(a);
    if (!a->open) return TW_OK;
    a->open = false;
    a->count.interchanges++;
    a->count.rejected += a->interchange.rejected;
    write_contrl(a, &message);
    if (message.failed || a->body.failed || a->faults.failed)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    const struct tw_str from = {a->recipient[0].s, a->recipient[0].n}, to = {a->sender[0].s, a->sender[0].n};
    const struct tw_edi_ends ends = {.sender = from.n > 0 ? from : TW_STR("UNKNOWN"),
                                     .recipient = to.n > 0 ? to : TW_STR("UNKNOWN"),
                                     .at = a->at};
    const tw_err err = edi_enclose(&ends, edi_set_of(tw_buf_view(&message)), a->version,
                                   tw_buf_view(&message), a->out, fault);
    return err == TW_NOMEM ? tw_fail(fault, TW_NOMEM, "out of memory") : err;
}

static const enum tw_edi_syntax rule_code[TW_EDI_RULE_N] = {
    [TW_EDI_RULE_STRAY] = TW_EDI_SYNTAX_OUTSIDE,     [TW_EDI_RULE_NOT_CLOSED] = TW_EDI_SYNTAX_MISSING,
    [TW_EDI_RULE_NOT_OPEN] = TW_EDI_SYNTAX_PLACE,    [TW_EDI_RULE_MIXED] = TW_EDI_SYNTAX_MIXED,
    [TW_EDI_RULE_COUNT] = TW_EDI_SYNTAX_COUNT,       [TW_EDI_RULE_REFERENCE] = TW_EDI_SYNTAX_REFERENCE,
    [TW_EDI_RULE_MANDATORY] = TW_EDI_SYNTAX_MISSING,
};

/* Where in UNT and UNZ count and reference stand. */
static void take_remark(struct tw_edi_answer *a, const struct tw_edi_remark *remark)
{
    const struct tw_str tag = tw_str_from(remark->fault.path);
    const bool message = a->reading && (tw_str_is(tag, "UNH") || tw_str_is(tag, "UNT"));
    const unsigned position = remark->rule == TW_EDI_RULE_COUNT       ? 2
                              : remark->rule == TW_EDI_RULE_REFERENCE ? 3
                                                                      : 0;
    struct tw_str where = tag;
    if (remark->rule == TW_EDI_RULE_NOT_CLOSED) /* what is missing is the segment that closes */
        where = tw_str_is(tag, "UNH") ? TW_STR("UNT") : tw_str_is(tag, "UNG") ? TW_STR("UNE") : TW_STR("UNZ");
    reject(message ? &a->message : &a->interchange, rule_code[remark->rule], where, position, 0);
}

tw_err tw_edi_answer_put(struct tw_edi_answer *a, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    if (s->una) return TW_OK;
    const enum tw_edi_place place = tw_edi_envelope_next(&a->envelope, s, remark, &n);
    const bool opens = place == TW_EDI_OPENS || place == TW_EDI_OPENS_MESSAGE;
    size_t k = 0;
    if (place == TW_EDI_BODY || place == TW_EDI_CLOSES_MESSAGE)
        if (a->reading) check_segment(a, s);
    /* what the segment before it left open is of the message or interchange before it */
    for (; opens && k < n && remark[k].rule == TW_EDI_RULE_NOT_CLOSED; k++) take_remark(a, &remark[k]);
    if (place == TW_EDI_OPENS) {
        TW_TRY(end_interchange(a, fault));
        begin_interchange(a, s);
    }
    if (place == TW_EDI_OPENS_MESSAGE) {
        end_message(a);
        begin_message(a, s);
    }
    for (; k < n; k++) take_remark(a, &remark[k]);
    if (place == TW_EDI_CLOSES_MESSAGE) end_message(a);
    return place == TW_EDI_CLOSES ? end_interchange(a, fault) : TW_OK;
}

void tw_edi_answer_broken(struct tw_edi_answer *a)
{
    reject(&a->interchange, TW_EDI_SYNTAX_UNSPECIFIED, TW_STR("UNB"), 0, 0);
}

tw_err tw_edi_answer_end(struct tw_edi_answer *a, struct tw_edi_answered *ret, struct tw_fault *fault)
{
    struct tw_edi_remark remark[TW_EDI_REMARKS_MAX];
    size_t n = 0;
    tw_edi_envelope_end(&a->envelope, remark, &n);
    for (size_t k = 0; k < n; k++) take_remark(a, &remark[k]);
    TW_TRY(end_interchange(a, fault));
    *ret = a->count;
    return TW_OK;
}
