/* SPDX-License-Identifier: Apache-2.0 */
#include "message/edifact_envelope.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *right;
} rule_row[TW_EDI_RULE_N] = {
#define X(id, name, right) {name, right},
    TW_EDI_RULE_TABLE(X)
#undef X
};

const char *tw_edi_rule_name(enum tw_edi_rule r)
{
    return rule_row[r].name;
}

const char *tw_edi_rule_right(enum tw_edi_rule r)
{
    return rule_row[r].right;
}

/* Where what is wrong goes. */
struct told {
    struct tw_edi_remark *at;
    size_t n;
};

static void tell(struct told *t, enum tw_edi_rule rule, uint32_t line, uint64_t byte, struct tw_str tag,
                 const char *fmt, ...) TW_PRINTF(6, 7);
static void tell(struct told *t, enum tw_edi_rule rule, uint32_t line, uint64_t byte, struct tw_str tag,
                 const char *fmt, ...)
{
    if (t->n == TW_EDI_REMARKS_MAX) return;
    struct tw_edi_remark *r = &t->at[t->n++];
    *r = (struct tw_edi_remark){.rule = rule, .fault = {.code = TW_FORMAT, .line = line, .byte = byte}};
    snprintf(r->fault.path, sizeof r->fault.path, "%.*s", (int)tag.n, tag.s);
    char words[sizeof r->fault.note];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    TW_IGNORE(tw_fail(&r->fault, TW_FORMAT, "%s", words)); /* what is quoted may hold anything */
}

/* The three levels, the outermost first: what opens and closes them, where their reference and count stand.
 */
enum level { INTERCHANGE, GROUP, MESSAGE, LEVELS };
static const struct {
    const char *opens, *closes, *what, *holds;
    uint8_t reference; /* element of the segment that opens it; in the one that closes it the second has it */
    enum tw_edi_place opening, closing;
} level_row[LEVELS] = {
    {"UNB", "UNZ", "interchange", "groups or messages", 4, TW_EDI_OPENS, TW_EDI_CLOSES},
    {"UNG", "UNE", "group", "messages", 4, TW_EDI_OPENS_GROUP, TW_EDI_CLOSES_GROUP},
    {"UNH", "UNT", "message", "segments", 0, TW_EDI_OPENS_MESSAGE, TW_EDI_CLOSES_MESSAGE},
};

static struct tw_edi_level *level_of(struct tw_edi_envelope *e, enum level k)
{
    return k == INTERCHANGE ? &e->interchange : k == GROUP ? &e->group : &e->message;
}

static void not_closed(struct tw_edi_envelope *e, enum level k, struct told *t)
{
    struct tw_edi_level *l = level_of(e, k);
    if (!l->open) return;
    tell(t, TW_EDI_RULE_NOT_CLOSED, l->line, l->byte, tw_str_from(level_row[k].opens),
         "the %s %.*s%sends without %s", level_row[k].what, (int)l->reference_n, l->reference,
         l->reference_n > 0 ? " " : "", level_row[k].closes);
    *l = (struct tw_edi_level){.open = false};
}

/* What a segment that opens must name: elements from 0, each by its first component. */
static void check_opening(const struct tw_edi_segment *s, enum level k, struct told *t)
{
    static const uint8_t names[LEVELS][5] = {{0, 1, 2, 3, 4}, {0, 4}, {0, 1}};
    static const uint8_t names_n[LEVELS] = {5, 2, 2};
    for (int i = 0; i < names_n[k]; i++) {
        if (tw_edi_at(s, names[k][i], 0).n > 0) continue;
        tell(t, TW_EDI_RULE_MANDATORY, s->line, s->byte, s->tag, "element %d of %s is missing",
             names[k][i] + 1, level_row[k].opens);
        return;
    }
}

static void opens(struct tw_edi_envelope *e, const struct tw_edi_segment *s, enum level k, struct told *t)
{
    for (int inner = LEVELS - 1; inner >= (int)k; inner--) not_closed(e, (enum level)inner, t);
    if (k == INTERCHANGE) e->grouped = e->loose = false;
    if (k == GROUP) e->grouped = true;
    if (k == MESSAGE && e->interchange.open && !e->group.open) e->loose = true;
    if ((k == GROUP && e->loose) || (k == MESSAGE && e->grouped && !e->group.open))
        tell(t, TW_EDI_RULE_MIXED, s->line, s->byte, s->tag,
             "a %s here, where the interchange has held a %s before", level_row[k].what,
             k == GROUP ? "message outside a group" : "group");
    if (k == GROUP) e->interchange.held++;
    if (k == MESSAGE) (e->group.open ? &e->group : &e->interchange)->held++;
    struct tw_edi_level *l = level_of(e, k);
    *l = (struct tw_edi_level){.open = true, .line = s->line, .byte = s->byte};
    const struct tw_str reference = tw_edi_at(s, level_row[k].reference, 0);
    l->reference_n = (uint8_t)(reference.n < TW_EDI_REFERENCE_MAX ? reference.n : TW_EDI_REFERENCE_MAX);
    if (l->reference_n > 0) memcpy(l->reference, reference.s, l->reference_n);
    check_opening(s, k, t);
}

static void closes(struct tw_edi_envelope *e, const struct tw_edi_segment *s, enum level k, struct told *t)
{
    struct tw_edi_level *l = level_of(e, k);
    for (int inner = LEVELS - 1; inner > (int)k; inner--) not_closed(e, (enum level)inner, t);
    if (!l->open) {
        tell(t, TW_EDI_RULE_NOT_OPEN, s->line, s->byte, s->tag, "%s closes a %s that no %s has opened",
             level_row[k].closes, level_row[k].what, level_row[k].opens);
        return;
    }
    const struct tw_str count = tw_edi_at(s, 0, 0), named = tw_edi_at(s, 1, 0);
    int64_t counted;
    if (tw_str_i64(count, &counted) != TW_OK || counted < 0 || (uint64_t)counted != l->held)
        tell(t, TW_EDI_RULE_COUNT, s->line, s->byte, s->tag, "%s counts '%.*s' %s, the %s holds %llu",
             level_row[k].closes, count.n < 20 ? (int)count.n : 20, count.n > 0 ? count.s : "",
             level_row[k].holds, level_row[k].what, (unsigned long long)l->held);
    const struct tw_str reference = {l->reference, l->reference_n};
    const struct tw_str begins = {named.s, named.n < TW_EDI_REFERENCE_MAX ? named.n : TW_EDI_REFERENCE_MAX};
    if (!tw_str_eq(begins, reference))
        tell(t, TW_EDI_RULE_REFERENCE, s->line, s->byte, s->tag, "%s names '%.*s', %s named '%.*s'",
             level_row[k].closes, (int)begins.n, begins.n > 0 ? begins.s : "", level_row[k].opens,
             (int)reference.n, reference.s);
    *l = (struct tw_edi_level){.open = false};
}

enum tw_edi_place tw_edi_envelope_next(struct tw_edi_envelope *e, const struct tw_edi_segment *s,
                                       struct tw_edi_remark remark[TW_EDI_REMARKS_MAX], size_t *n)
{
    struct told t = {remark, 0};
    enum tw_edi_place place = TW_EDI_BODY;
    *n = 0;
    if (s->una) return TW_EDI_ADVICE;
    for (int k = 0; k < LEVELS; k++) {
        const bool in = tw_str_is(s->tag, level_row[k].opens), out = tw_str_is(s->tag, level_row[k].closes);
        if (k == MESSAGE && out) e->message.held++;
        if (in) opens(e, s, (enum level)k, &t);
        if (in) place = level_row[k].opening;
        if (out) closes(e, s, (enum level)k, &t);
        if (out) place = level_row[k].closing;
    }
    if (place == TW_EDI_OPENS_MESSAGE || (place == TW_EDI_BODY && e->message.open)) e->message.held++;
    if (place == TW_EDI_BODY && !e->message.open) {
        tell(&t, TW_EDI_RULE_STRAY, s->line, s->byte, s->tag, "%.*s stands outside any message",
             (int)s->tag.n, s->tag.s);
        place = TW_EDI_STRAY;
    }
    *n = t.n;
    return place;
}

void tw_edi_envelope_end(struct tw_edi_envelope *e, struct tw_edi_remark remark[TW_EDI_REMARKS_MAX],
                         size_t *n)
{
    struct told t = {remark, 0};
    for (int k = LEVELS - 1; k >= 0; k--) not_closed(e, (enum level)k, &t);
    *n = t.n;
}
