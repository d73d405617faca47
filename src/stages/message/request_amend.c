/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers speak of the version that the sender knew: what one amendment takes away keeps its place among its
 * siblings until all are done. */
#include <stdio.h>

#include "message/request_priv.h"

tw_err request_no_room(const struct tw_arena *arena, struct tw_fault *fault)
{
    if (!tw_arena_full(arena)) return tw_fail(fault, TW_NOMEM, "out of memory");
    return tw_fail(fault, TW_LIMIT, "declaration and request together take more memory than they may");
}

static void blame(const struct work *w, const struct place *p)
{
    if (w->fault != NULL) snprintf(w->fault->path, sizeof w->fault->path, "%.95s", p->path);
}

/* -- what changes */

/* A text with its first attribute behind it: 999 GBP. */
static tw_err print_value(struct tw_arena *arena, const struct xml_element *e, struct tw_str *ret)
{
    TW_SCOPED_BUF text = {0};
    *ret = (struct tw_str){NULL, 0};
    if (e == NULL || e->first != NULL) return TW_OK;
    tw_buf_str(&text, tw_str_trim(e->text));
    if (e->attributes > 0) {
        tw_buf_char(&text, ' ');
        tw_buf_str(&text, e->attribute[0].value);
    }
    if (text.failed) return TW_NOMEM;
    return text.n > 0 ? tw_str_dup(arena, tw_buf_view(&text), ret) : TW_OK;
}

static tw_err note_change(struct work *w, const struct tw_amendment *a, const struct place *p,
                          enum tw_change what, struct tw_str from, const struct xml_element *now)
{
    struct tw_request_change *c = &w->out->changes.at[w->out->changes.n++];
    *c = (struct tw_request_change){.what = what, .from = from};
    if (a->reason.n > 0) TW_TRY(tw_str_dup(w->arena, a->reason, &c->reason));
    TW_TRY(tw_str_dup(w->arena, tw_str_from(p->path), &c->path));
    TW_TRY(tw_str_dup(w->arena, tw_str_from(p->words), &c->words));
    return print_value(w->arena, now, &c->to);
}

/* Lies one of the two in the other, or are they the same? */
static bool overlap(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n]) n++;
    return (a[n] == '\0' && (b[n] == '\0' || b[n] == '/')) || (b[n] == '\0' && a[n] == '/');
}

static tw_err must_be_new(struct work *w, const struct place *p)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!overlap(w->done[i].path, p->path)) continue;
        blame(w, p);
        return tw_fail(w->fault, TW_CONFLICT,
                       "amendment %zu points at the same as amendment %zu, or at a part of it; "
                       "each change is asked for once",
                       w->n + 1, i + 1);
    }
    w->done[w->n++] = *p;
    return TW_OK;
}

/* What says which declaration it is, what the request itself is, or which one of several. */
static tw_err may_change(const struct work *w, const struct place *p)
{
    static const char *const fixed[] = {"017", "D026", "D014", "D013", "D011", "023", "06A"};
    const struct xml_row *row = &xml_row[p->step[0].row];
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (strcmp(row->tag, fixed[i]) != 0) continue;
        blame(w, p);
        return tw_fail(w->fault, TW_FORMAT,
                       "%s (%s) cannot be amended: in a request it speaks of the request", row->name,
                       row->tag);
    }
    row = &xml_row[p->step[p->n - 1].row];
    if (strcmp(row->tag, "006") != 0) return TW_OK;
    blame(w, p);
    return tw_fail(w->fault, TW_FORMAT,
                   "numbers that tell several apart cannot be amended; remove what has it and add another");
}

/* -- doing it */

/* How far a place leads in a tree. */
struct way {
    struct xml_element *at[PLACE_STEPS_MAX + 1]; /* at[0] is Declaration */
    size_t n;                                    /* steps that are there */
    uint32_t last;                               /* highest of what the first missing step could be */
};

static tw_err follow(struct work *w, struct xml_element *from, struct place *p, struct way *ret)
{
    *ret = (struct way){.at = {from}};
    while (ret->n < p->n) {
        struct xml_element *next = NULL;
        const tw_err err =
            place_step_down(w->tree, ret->at[ret->n], &p->step[ret->n], &next, &ret->last, w->fault);
        if (err != TW_OK) blame(w, p);
        TW_TRY(err);
        if (next == NULL || next->gone) return TW_OK;
        ret->at[++ret->n] = next;
    }
    return TW_OK;
}

static tw_err not_there(const struct work *w, const struct place *p, const struct way *base)
{
    const struct place_step *s = &p->step[base->n];
    const struct xml_row *row = &xml_row[s->row];
    blame(w, p);
    if (xml_row_repeats(row) && s->sequence > 0)
        return tw_fail(w->fault, TW_NOTFOUND, "%s %u is not there: %s %u, and the request gives none",
                       row->name, s->sequence, base->last > 0 ? "the last is" : "there are", base->last);
    return tw_fail(
        w->fault, TW_NOTFOUND,
        "%s is not there, and the request gives no value for it: neither can it be removed nor added",
        row->name);
}

/* Puts a new element of that step where it belongs. */
static struct xml_element *put(struct work *w, struct xml_element *parent, const struct place_step *s)
{
    const struct xml_row *row = &xml_row[s->row];
    struct xml_element *before = NULL;
    if (xml_row_repeats(row) && place_is_numbered(w->tree, s->row))
        for (struct xml_element *e = parent->first; e != NULL && before == NULL; e = e->next)
            if (tw_str_is(e->name, row->name) && place_number(e) > s->sequence) before = e;
    return xml_doc_add(parent, before, tw_str_from(xml_ns_uri[xml_row_ns(row)]), tw_str_from(row->name),
                       w->room);
}

/* A copy of the number of `from`, which `to` is told apart by. */
static tw_err copy_number(struct work *w, const struct xml_element *from, struct xml_element *to)
{
    const struct xml_element *number = xml_doc_child(from, xml_ns_uri[XML_NS_DEC], "SequenceNumeric");
    if (number == NULL) return TW_OK;
    struct xml_element *e = xml_doc_add(to, NULL, number->ns, number->name, w->room);
    return e != NULL ? xml_doc_copy(number, e, w->room) : TW_NOMEM;
}

/* What is missing on the way, and at its end what the request has there. */
static tw_err add(struct work *w, const struct place *p, struct way *base, const struct way *new)
{
    const struct place_step *s = &p->step[base->n];
    if (xml_row_repeats(&xml_row[s->row]) && s->sequence != base->last + 1 &&
        !(s->sequence <= base->last && place_is_numbered(w->tree, s->row))) {
        blame(w, p);
        return tw_fail(w->fault, TW_NOTFOUND, "%s %u cannot be added: the last is %u, so the next is %u",
                       xml_row[s->row].name, s->sequence, base->last, base->last + 1);
    }
    for (size_t i = base->n; i < p->n; i++) {
        struct xml_element *e = put(w, base->at[i], &p->step[i]);
        if (e == NULL) return request_no_room(w->room, w->fault);
        base->at[i + 1] = e;
        const tw_err err = i + 1 == p->n ? xml_doc_copy(new->at[i + 1], e, w->room)
                           : place_is_numbered(w->tree, p->step[i].row) ? copy_number(w, new->at[i + 1], e)
                                                                        : TW_OK;
        if (err != TW_OK) return request_no_room(w->room, w->fault);
    }
    return TW_OK;
}

static bool is_empty(const struct xml_element *e)
{
    return e->first == NULL && tw_str_trim(e->text).n == 0;
}

/* The request has nothing at the place, or an empty section that holds the place of what goes. */
static tw_err take_away(struct work *w, const struct tw_amendment *a, const struct place *p,
                        const struct way *base, const struct way *new)
{
    struct tw_str had;
    if (base->n < p->n) return not_there(w, p, base);
    if (p->element && new->n + 1 < p->n) {
        blame(w, p);
        return tw_fail(
            w->fault, TW_FORMAT,
            "the request gives no new value for it; to remove it, give the section that holds it without it");
    }
    TW_TRY(print_value(w->arena, base->at[p->n], &had));
    base->at[p->n]->gone = true;
    return note_change(w, a, p, TW_CHANGE_REMOVED, had, NULL);
}

static tw_err replace(struct work *w, const struct tw_amendment *a, const struct place *p,
                      struct xml_element *to, const struct xml_element *from)
{
    struct tw_str had;
    const bool same = xml_doc_same(to, from);
    TW_TRY(print_value(w->arena, to, &had));
    if (!same && xml_doc_copy(from, to, w->room) != TW_OK) return request_no_room(w->room, w->fault);
    return note_change(w, a, p, same ? TW_CHANGE_SAME : TW_CHANGE_REPLACED, had, from);
}

static tw_err amend(struct work *w, const struct tw_amendment *a, struct place *p)
{
    struct way base, new;
    TW_TRY(follow(w, w->new, p, &new));
    TW_TRY(follow(w, w->base, p, &base));
    place_name(p);
    TW_TRY(must_be_new(w, p));
    const struct xml_element *from = new.n == p->n ? new.at[p->n] : NULL;
    if (from == NULL || (!p->element && is_empty(from))) return take_away(w, a, p, &base, &new);
    if (is_empty(from)) {
        blame(w, p);
        return tw_fail(
            w->fault, TW_FORMAT,
            "it stands in the request without a value; give the new one, or leave it out to remove it");
    }
    if (base.n < p->n) {
        TW_TRY(add(w, p, &base, &new));
        return note_change(w, a, p, TW_CHANGE_ADDED, (struct tw_str){NULL, 0}, from);
    }
    return replace(w, a, p, base.at[p->n], from);
}

static tw_err over_limit(struct tw_fault *fault, const char *name, size_t n, uint32_t limit)
{
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%s", name);
    return tw_fail(fault, TW_LIMIT, "%zu %s; a request may have %u", n, name, limit);
}

/* Follows the pointers of one amendment, and does what they lead to. */
static tw_err carry_out(struct work *w, const struct tw_amendment *a)
{
    struct place p;
    if (a->pointers.n > w->limits->pointers)
        return over_limit(w->fault, "pointers", a->pointers.n, w->limits->pointers);
    TW_TRY(place_find(w->tree, a, &p, w->fault));
    TW_TRY(may_change(w, &p));
    const tw_err err = amend(w, a, &p);
    return err == TW_NOMEM ? request_no_room(w->arena, w->fault) : err;
}

tw_err request_amend_all(struct work *w, const struct tw_decl *message)
{
    const size_t n = message->amendments.n;
    struct tw_fault *fault = w->fault;
    if (n == 0)
        return tw_fail(fault, TW_FORMAT,
                       "the amendment says nothing that is to be changed: it has no Amendment");
    if (n > w->limits->amendments) return over_limit(fault, "amendments", n, w->limits->amendments);
    w->out->changes.at = tw_arena_array(w->arena, n, sizeof *w->out->changes.at);
    w->done = tw_arena_array(w->room, n, sizeof *w->done);
    if (w->out->changes.at == NULL) return request_no_room(w->arena, fault);
    if (w->done == NULL) return request_no_room(w->room, fault);
    for (size_t i = 0; i < n; i++) {
        if (fault != NULL) fault->item = i;
        TW_TRY(carry_out(w, &message->amendments.at[i]));
    }
    return TW_OK;
}

/* Where the goods are now, when a presentation says it. */
tw_err request_take_location(struct work *w)
{
    static const struct tw_pointer way[] = {{1, {"42A", 3}, {NULL, 0}},
                                            {1, {"67A", 3}, {NULL, 0}},
                                            {1, {"28A", 3}, {NULL, 0}},
                                            {1, {"64A", 3}, {NULL, 0}}};
    struct tw_pointer pointer[4];
    struct place p;
    struct way new;
    memcpy(pointer, way, sizeof pointer);
    const struct tw_amendment a = {.pointers = {pointer, 4}};
    TW_TRY(place_find(w->tree, &a, &p, w->fault));
    TW_TRY(follow(w, w->new, &p, &new));
    w->out->changes.at = tw_arena_alloc(w->arena, sizeof *w->out->changes.at);
    w->done = tw_arena_alloc(w->room, sizeof *w->done);
    if (w->out->changes.at == NULL || w->done == NULL) return request_no_room(w->room, w->fault);
    return new.n == p.n ? amend(w, &a, &p) : TW_OK;
}
