/* SPDX-License-Identifier: Apache-2.0 */
/* One segment at a time: the walk says where it stands, the map which of its values are which elements. */
#include <assert.h>

#include "base/mem.h"
#include "decl/code.h"
#include "message/edifact_read_priv.h"

enum { SEGMENTS_MAX = 1000000, PATH_BYTES = 160, IMO_DIGITS = 7 };

static const struct {
    const char *name, *right;
} flaws[] = {
#define X(id, name, right) {name, right},
    TW_EDI_FLAW_TABLE(X)
#undef X
};

const char *tw_edi_flaw_name(enum tw_edi_flaw f)
{
    return flaws[f].name;
}

const char *tw_edi_flaw_right(enum tw_edi_flaw f)
{
    return flaws[f].right;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err tw_edi_reader_new(const struct tw_edi_reader_config *config, struct tw_edi_reader **ret,
                         struct tw_fault *fault)
{
    const struct tw_edi_reader_config usual = {.segments = 0};
    const struct tw_edi_reader_config *c = config != NULL ? config : &usual;
    struct tw_edi_reader *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return no_memory(fault);
    r->segments_max = c->segments > 0 ? c->segments : SEGMENTS_MAX;
    r->items_max = c->items > 0 ? c->items : TW_ITEMS_MAX;
    edi_map_parse(&r->map);
    *ret = r;
    return TW_OK;
}

void tw_edi_reader_free(struct tw_edi_reader *r)
{
    if (r == NULL) return;
    tw_buf_free(&r->text);
    tw_buf_free(&r->left);
    tw_buf_free(&r->wide);
    tw_free(r);
}

/* -- telling */

/* What is wrong with a value (NULL: with the segment as a whole). The sentence is `why`'s, or the rule's own.
 */
static void tell(struct tw_edi_reader *r, enum tw_edi_flaw flaw, const struct tw_edi_segment *s,
                 const struct tw_edi_value *v, const struct tw_fault *why)
{
    char place[PATH_BYTES];
    struct tw_buf path = tw_buf_in(place, sizeof place);
    struct edi_list list = {r->told, r->out.told_n};
    struct tw_edi_told *told =
        r->out.told_all++ < TW_EDI_TOLD_MAX ? edi_list_grow(r->arena, &list, sizeof *told) : NULL;
    if (told == NULL) return;
    r->told = list.at;
    r->out.told_n = list.n;
    told->flaw = flaw;
    struct tw_fault *f = &told->fault;
    *f = (struct tw_fault){.byte = s->byte, .line = s->line, .item = r->out.segments};
    if (flaw == TW_EDI_FLAW_PLACE)
        tw_buf_str(&path, s->tag);
    else
        tw_edi_walk_path(&r->walk, &path);
    if (v != NULL) tw_buf_printf(&path, " %u.%u", v->element + 1U, v->component + 1U);
    const size_t n = path.n < sizeof f->path ? path.n : sizeof f->path - 1;
    memcpy(f->path, place, n);
    f->path[n] = '\0';
    tw_fail(f, why != NULL ? why->code : TW_FORMAT, "%s", why != NULL ? why->note : flaws[flaw].right);
}

/* -- values */

static bool is_set(struct tw_edi_reader *r, enum tw_element e, const void *object)
{
    tw_buf_clear(&r->text);
    tw_element_print(e, object, &r->text);
    return r->text.n > 0;
}

/* Numbers with check digits and codes with a form: told, and taken as they are. */
static void check_code(struct tw_edi_reader *r, enum tw_element e, const struct tw_edi_segment *s,
                       const struct tw_edi_value *v)
{
    struct tw_fault why = {0};
    switch ((int)e) {
    case TW_ELEMENT_CONTAINER__ID:
    case TW_ELEMENT_MOVEMENT__SUBJECT_ID:
        if (tw_container_check(v->text, &why) != TW_OK) tell(r, TW_EDI_FLAW_CONTAINER, s, v, &why);
        break;
    case TW_ELEMENT_MANIFEST__TRANSPORT_MEANS:
    case TW_ELEMENT_MOVEMENT__MEANS:
        if (v->text.n == IMO_DIGITS && edi_all_digits(v->text) && tw_imo_check(v->text, &why) != TW_OK)
            tell(r, TW_EDI_FLAW_IMO, s, v, &why);
        break;
    case TW_ELEMENT_MANIFEST__DEPARTURE_PLACE:
    case TW_ELEMENT_MANIFEST__ARRIVAL_PLACE:
    case TW_ELEMENT_CONSIGNMENT__LOADING_PLACE:
    case TW_ELEMENT_MOVEMENT__PLACE:
    case TW_ELEMENT_CONSIGNMENT__DISCHARGE_PLACE:
    case TW_ELEMENT_CONSIGNMENT__DELIVERY_PLACE:
        if (tw_locode_check(v->text, &why) != TW_OK) tell(r, TW_EDI_FLAW_LOCODE, s, v, &why);
        break;
    default:
        break;
    }
}

/* Sets a member from the value that its slot begins with; *ret_held says whether it took it. */
static tw_err set_member(struct tw_edi_reader *r, const struct edi_line *line, const struct edi_slot *slot,
                         const struct tw_edi_segment *s, const struct tw_edi_value *v, bool *ret_held)
{
    struct tw_fault why = {0};
    struct tw_str text = {NULL, 0};
    const enum tw_element e = slot->member;
    void *object = r->object;
    const bool more = r->grown != NULL && object == r->grown_object && slot->pieces > 1 &&
                      line->members == 1 && edi_line_has(r->grown, e);
    *ret_held = false;
    if (is_set(r, e, object) && !more) { /* what says the same again says nothing new */
        tw_buf_clear(&r->wide);
        edi_put_utf8(&r->wide, tw_str_trim(v->text));
        if (r->wide.failed) return TW_NOMEM;
        *ret_held = slot->pieces == 1 && tw_str_eq(tw_buf_view(&r->text), tw_buf_view(&r->wide));
        return TW_OK;
    }
    if (more && r->grown_text.n > 0) { /* with the blanks at its end, which now are within */
        tw_buf_clear(&r->text);
        tw_buf_str(&r->text, r->grown_text);
    }
    const bool bare = r->out.manifest != NULL && tw_element_row(e)->type == TW_TYPE_AMOUNT &&
                      tw_edi_at(s, slot->element, slot->component + 1U).n == 0;
    tw_err err = bare ? tw_fail(&why, TW_FORMAT, "an amount comes with its currency")
                      : edi_value_text(line, slot, s, &r->text, &why);
    if (r->text.failed) return TW_NOMEM;
    if (err == TW_OK && r->text.n > 0) TW_TRY(tw_str_dup(r->arena, tw_buf_view(&r->text), &text));
    if (err == TW_OK && tw_element_row(e)->type == TW_TYPE_MASS)
        err = tw_element_set_mass(e, text, edi_value_form(line, slot, s), object, &why);
    else if (err == TW_OK)
        err = tw_element_set(e, text, r->arena, object, &why);
    if (err == TW_NOMEM) return err;
    if (err == TW_OK && slot->pieces > 1) r->growing = text;
    if (err == TW_OK && tw_element_row(e)->type == TW_TYPE_AMOUNT)
        err = edi_money_exact(text, tw_edi_at(s, slot->element, slot->component + 1U), &why);
    *ret_held = err == TW_OK;
    if (err == TW_OK)
        check_code(r, e, s, v);
    else
        tell(r, TW_EDI_FLAW_VALUE, s, v, &why);
    return TW_OK;
}

/* A key that says what an element is. */
static tw_err set_word(struct tw_edi_reader *r, const struct edi_slot *slot)
{
    if (slot->word.n == 0 || r->object == NULL) return TW_OK;
    return tw_element_set(slot->member, slot->word, r->arena, r->object, NULL);
}

/* Is the value what the line says of its place, or what the place around it has taken? */
static bool says_nothing_new(const struct tw_edi_reader *r, const struct edi_slot *slot, struct tw_str text)
{
    int64_t n;
    if (slot->kind == EDI_KEY || slot->kind == EDI_FORM) return true;
    if (slot->kind == EDI_PLAIN) return tw_str_eq(text, slot->text);
    return slot->kind == EDI_ORDINAL && tw_str_i64(text, &n) == TW_OK && n == tw_edi_walk_ordinal(&r->walk);
}

/* -- what nothing holds */

/* Of the object that the segment stands in. */
static struct edi_list *extra_of(const struct tw_edi_reader *r)
{
    struct tw_consignment *c = edi_open_find(r, TW_LEVEL_CONSIGNMENT);
    struct tw_item *item = edi_open_find(r, TW_LEVEL_ITEM);
    if (c != NULL) return (struct edi_list *)(void *)&c->extra;
    if (item != NULL) return (struct edi_list *)(void *)&item->extra;
    if (r->out.decl != NULL) return (struct edi_list *)(void *)&r->out.decl->extra;
    if (r->out.report != NULL) return (struct edi_list *)(void *)&r->out.report->extra;
    if (r->out.notification != NULL) return (struct edi_list *)(void *)&r->out.notification->extra;
    return (struct edi_list *)(void *)&r->out.manifest->extra;
}

static tw_err keep(struct tw_edi_reader *r, const struct tw_edi_segment *s, bool placed)
{
    struct tw_edi_segment plain = *s;
    char place[PATH_BYTES];
    struct tw_buf path = tw_buf_in(place, sizeof place);
    struct tw_extra *extra = edi_list_grow(r->arena, extra_of(r), sizeof *extra);
    if (extra == NULL) return TW_NOMEM;
    *extra = (struct tw_extra){.sequence = r->out.segments};
    plain.service = tw_edi_service_default(s->service.repetition != 0 ? 4 : 3);
    if (placed)
        tw_edi_walk_path(&r->walk, &path);
    else
        tw_buf_str(&path, s->tag);
    tw_buf_clear(&r->wide);
    tw_edi_write(&plain, &r->wide);
    tw_buf_clear(&r->text);
    for (size_t at = 0, end; at < r->wide.n; at = end) { /* each text may be in another set */
        for (end = at + 1; end < r->wide.n && strchr("+:*'", r->wide.p[end]) == NULL;) end++;
        edi_put_utf8(&r->text, (struct tw_str){r->wide.p + at, end - at});
    }
    if (r->text.failed || r->wide.failed || r->left.failed) return TW_NOMEM;
    TW_TRY(tw_str_dup(r->arena, tw_buf_view(&path), &extra->path));
    TW_TRY(tw_str_dup(r->arena, tw_buf_view(&r->text), &extra->value));
    return tw_str_dup(r->arena, tw_buf_view(&r->left), &extra->attributes);
}

static tw_err take_value(struct tw_edi_reader *r, const struct edi_line *line, const struct edi_slot *slot,
                         const struct tw_edi_segment *s, const struct tw_edi_value *v, bool *ret_held)
{
    *ret_held = slot->none && tw_str_eq(slot->text, v->text);
    if (*ret_held) return TW_OK;
    if (slot->kind == EDI_MEMBER) return set_member(r, line, slot, s, v, ret_held);
    *ret_held = says_nothing_new(r, slot, v->text);
    return slot->kind == EDI_KEY ? set_word(r, slot) : TW_OK;
}

/* Takes the values of a segment one by one; r->left gets the places of those that nothing holds. */
static tw_err take_values(struct tw_edi_reader *r, const struct edi_line *line,
                          const struct tw_edi_segment *s)
{
    const struct edi_slot *taken = NULL; /* it has taken all its components */
    tw_buf_clear(&r->left);
    r->growing = (struct tw_str){NULL, 0};
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        const struct edi_slot *slot = line != NULL ? edi_line_at(line, v) : NULL;
        bool held = slot != NULL && slot == taken;
        if (v->text.n == 0) continue;
        if (slot != NULL && !held) TW_TRY(take_value(r, line, slot, s, v, &held));
        if (held) taken = slot;
        r->out.values++;
        r->out.held += held;
        if (!held)
            tw_buf_printf(&r->left, "%s%u.%u", r->left.n > 0 ? " " : "", v->element + 1U, v->component + 1U);
    }
    return TW_OK;
}

/* -- segments */

static void tell_stand(struct tw_edi_reader *r, enum tw_edi_stand stand, const struct tw_edi_segment *s,
                       const char *missing)
{
    struct tw_fault why = {0};
    if (stand == TW_EDI_STANDS_NOWHERE) {
        tw_fail(&why, TW_FORMAT, "%.*s has no place here; segments stand in the order of the directory",
                TW_STR_ARG(s->tag));
        tell(r, TW_EDI_FLAW_PLACE, s, NULL, &why);
    }
    if (stand == TW_EDI_STANDS_TOO_OFTEN) tell(r, TW_EDI_FLAW_OFTEN, s, NULL, NULL);
    if (missing == NULL) return;
    tw_fail(&why, TW_FORMAT, "%s is mandatory, and there is none before this segment", missing);
    tell(r, TW_EDI_FLAW_MISSING, s, NULL, &why);
}

/* Is a text alone in the line, which the segment before has begun? */
static bool goes_on(const struct tw_edi_reader *r, const struct edi_line *line)
{
    if (r->grown == NULL || r->grown->level != line->level || line->members != 1) return false;
    for (size_t i = 0; i < line->n; i++)
        if (line->slot[i].pieces > 1) return edi_line_has(r->grown, line->slot[i].member);
    return false;
}

/* Does the line count here? Some do in reports of one event; and what is said of equipment that is no event,
 * as a chassis, is not said of the report. */
static bool counts(const struct tw_edi_reader *r, const struct edi_line *line)
{
    const struct tw_edi_report *report = r->out.report;
    if (report == NULL) return true;
    const unsigned group = r->walk.message == TW_EDI_COARRI ? EDI_COARRI_EQD : EDI_CODECO_EQD;
    if (line->only.n > 0 && (report->head.event == TW_EVENT_N ||
                             !tw_str_is(line->only, tw_event_vocabulary()->at[report->head.event].code)))
        return false;
    return line->begins || line->group != group || r->open_n > 1;
}

/* The line of the map that speaks of the segment, and r->object, which it speaks of; NULL when there is none.
 */
static tw_err find_line(struct tw_edi_reader *r, const struct tw_edi_segment *s, const struct edi_line **ret,
                        struct tw_fault *fault)
{
    const struct edi_line *line = edi_map_find(&r->map, r->walk.message, tw_edi_walk_group(&r->walk), s);
    *ret = NULL;
    r->object = NULL;
    if (line == NULL || !counts(r, line)) return TW_OK;
    if (line->begins)
        TW_TRY(edi_object_begin(r, line, &r->object, fault));
    else if (line->refers)
        r->object = edi_object_refer(r, line, s);
    else if (goes_on(r, line))
        r->object = r->grown_object;
    else
        r->object = line->members > 0 ? edi_open_find(r, line->level) : r->open[0].object;
    if (r->object != NULL) *ret = line;
    return TW_OK;
}

/* Is the segment in a group that stands too often? It is not read, nor is what belongs to it. */
static bool in_refused(struct tw_edi_reader *r, enum tw_edi_stand stand)
{
    const bool opens = tw_edi_walk_opens(&r->walk);
    if (stand == TW_EDI_STANDS_NOWHERE) return r->refused > 0;
    if (r->walk.depth < r->refused || (r->walk.depth == r->refused && opens)) r->refused = 0;
    if (r->refused == 0 && stand == TW_EDI_STANDS_TOO_OFTEN && opens) r->refused = r->walk.depth;
    return r->refused > 0;
}

/* Texts that are no UTF-8 are read where their set is known, or taken for ISO 8859-1 where UNB asks for less;
 * of other sets nothing could be written that is right. */
static tw_err check_charset(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    size_t i = 0;
    if (r->latin1 || (r->foreign && !r->other)) return TW_OK;
    while (i < s->n && tw_str_utf8(s->value[i].text, NULL)) i++;
    if (i == s->n) return TW_OK;
    if (!r->other) {
        tell(r, TW_EDI_FLAW_CHARSET, s, &s->value[i], NULL);
        r->foreign = true;
        return TW_OK;
    }
    tw_fail(
        fault, TW_FORMAT,
        "%s: a text of this segment is no UTF-8, and UNB names a character set that is not read; send it as "
        "UTF-8 (UNOY) or ISO 8859-1 (UNOC)",
        tw_edi_flaw_name(TW_EDI_FLAW_CHARSET));
    if (fault != NULL) {
        fault->line = s->line;
        fault->byte = s->byte;
    }
    return TW_FORMAT;
}

static tw_err take(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    const char *missing;
    const struct edi_line *line = NULL;
    const enum tw_edi_stand stand = tw_edi_walk_next(&r->walk, s->tag, &missing);
    const bool placed = stand != TW_EDI_STANDS_NOWHERE;
    tell_stand(r, stand, s, missing);
    TW_TRY(check_charset(r, s, fault));
    const bool refused = in_refused(r, stand);
    r->closed = placed && tw_str_is(s->tag, "UNT");
    if (r->closed) return TW_OK;
    if (placed) edi_open_close(r);
    if (stand == TW_EDI_STANDS && !refused) TW_TRY(find_line(r, s, &line, fault));
    TW_TRY(take_values(r, line, s));
    r->grown_text = r->growing;
    r->grown = line;
    r->grown_object = line != NULL ? r->object : NULL;
    return r->left.n > 0 || !placed ? keep(r, s, placed) : TW_OK;
}

void tw_edi_reader_charset(struct tw_edi_reader *r, struct tw_str identifier)
{
    r->latin1 = tw_str_is(identifier, "UNOC");
    r->other =
        identifier.n > 0 && !r->latin1 && !tw_str_is(identifier, "UNOA") && !tw_str_is(identifier, "UNOB");
}

bool tw_edi_reader_takes(enum tw_edi_message m)
{
    return edi_record_level(m) != TW_LEVEL_N;
}

/* The record of the message and all that is told of it. */
static tw_err begin_record(struct tw_edi_reader *r, enum tw_edi_message m, const struct tw_edi_segment *unh)
{
    const enum tw_level level = edi_record_level(m);
    struct tw_edi_report *report =
        level == TW_LEVEL_MOVEMENT ? tw_arena_alloc(r->arena, sizeof *report) : NULL;
    void *record = report != NULL ? (void *)&report->head : tw_arena_alloc(r->arena, tw_level_size(level));
    r->told = NULL;
    r->out = (struct tw_edi_reading){.message = m, .segments = 1, .line = unh->line};
    if (record == NULL) return TW_NOMEM;
    if (report != NULL) *report = (struct tw_edi_report){.movements = {NULL, 0}};
    tw_level_init(level, record);
    r->out.report = report;
    if (level == TW_LEVEL_DECL)
        r->out.decl = record;
    else if (level == TW_LEVEL_MANIFEST)
        r->out.manifest = record;
    else if (level == TW_LEVEL_NOTIFICATION)
        r->out.notification = record;
    r->open_n = 0;
    r->walk.depth = 0;
    edi_open_push(r, level, record);
    return tw_str_dup(r->arena, tw_edi_at(unh, 0, 0), &r->out.reference);
}

tw_err tw_edi_reader_begin(struct tw_edi_reader *r, const struct tw_edi_segment *unh, struct tw_arena *arena,
                           struct tw_fault *fault)
{
    const struct tw_str type = tw_edi_at(unh, 1, 0), release = tw_edi_at(unh, 1, 2);
    const enum tw_edi_message m = type.n == 0 ? TW_EDI_CUSCAR : tw_edi_message_find(type);
    const char *missing;
    if (!tw_edi_reader_takes(m)) {
        if (fault != NULL) {
            fault->line = unh->line;
            fault->byte = unh->byte;
        }
        return tw_fail(
            fault, TW_NOTFOUND,
            "a message of type \"%.*s\" becomes no record; CUSDEC, CUSCAR, CUSRES, COARRI and CODECO do",
            (int)(type.n < 20 ? type.n : 20), type.s);
    }
    r->arena = arena;
    r->fresh = r->closed = false;
    r->untyped = type.n == 0;
    r->foreign = false;
    r->refused = 0;
    r->grown = NULL;
    r->line = unh->line;
    r->byte = unh->byte;
    if (begin_record(r, m, unh) != TW_OK) return no_memory(fault);
    tw_edi_walk_begin(m, &r->walk);
    TW_IGNORE((tw_err)tw_edi_walk_next(&r->walk, TW_STR("UNH"), &missing));
    if (r->untyped) tell(r, TW_EDI_FLAW_TYPE, unh, NULL, NULL);
    if (!tw_str_is(release, tw_edi_message_release(m))) tell(r, TW_EDI_FLAW_RELEASE, unh, NULL, NULL);
    return TW_OK;
}

tw_err tw_edi_reader_put(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    if (r->out.segments >= r->segments_max)
        return tw_fail(fault, TW_LIMIT, "a message has more than %u segments", r->segments_max);
    if (r->untyped && r->out.segments == 1 &&
        !(tw_str_is(s->tag, "BGM") && tw_str_is(tw_edi_at(s, 0, 0), "85")))
        return tw_fail(fault, TW_NOTFOUND, "UNH names no type of message, and no BGM+85 makes it a manifest");
    r->out.segments++;
    r->line = s->line;
    r->byte = s->byte;
    const tw_err err = take(r, s, fault);
    return err == TW_NOMEM ? no_memory(fault) : err;
}

/* -- at the end */

tw_err tw_edi_reader_end(struct tw_edi_reader *r, struct tw_edi_reading *ret, struct tw_fault *fault)
{
    struct tw_fault why = {0};
    const struct tw_edi_segment last = {.tag = TW_STR("UNT"), .line = r->line, .byte = r->byte};
    tw_fail(&why, TW_FORMAT, "a message ends with UNT, and this one ends here");
    if (!r->closed) tell(r, TW_EDI_FLAW_MISSING, &last, NULL, &why);
    if (r->out.report != NULL && r->out.report->head.event == TW_EVENT_N)
        tell(r, TW_EDI_FLAW_EVENT, &last, NULL, NULL);
    if (edi_finish(r) != TW_OK) return no_memory(fault);
    r->out.told = r->told;
    *ret = r->out;
    return TW_OK;
}
