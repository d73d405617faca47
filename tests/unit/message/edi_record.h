/* SPDX-License-Identifier: Apache-2.0 */
/* message/edi_record.h -- tells in one text what a record has, each value by its element's name, so that
 * tests can compare. Objects are set in by two blanks more than the one they belong to. */
#ifndef TW_TESTS_EDI_RECORD_H
#define TW_TESTS_EDI_RECORD_H

#include "check.h"
#include "decl/element.h"
#include "message/edifact_map_priv.h"
#include "message/edifact_read.h"

static inline void say(struct tw_buf *out, int by, enum tw_level level, const void *object)
{
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        if (e == TW_ELEMENT_N) continue;
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->level != level) continue;
        const size_t from = out->n;
        tw_buf_printf(out, "%*s%s = ", by, "", row->name);
        const size_t at = out->n;
        tw_element_print((enum tw_element)e, object, out);
        if (out->n == at)
            out->n = from;
        else
            tw_buf_char(out, '\n');
    }
}

static inline void say_extra(struct tw_buf *out, int by, const struct tw_extra *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tw_buf_printf(out, "%*s. %u %.*s (%.*s) %.*s\n", by, "", at[i].sequence, TW_STR_ARG(at[i].path),
                      TW_STR_ARG(at[i].attributes), TW_STR_ARG(at[i].value));
}

static inline void say_boxes(struct tw_buf *out, int by, const struct tw_container *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at[i].seal.n > 0)
            tw_buf_printf(out, "%*sseal of %.*s = %.*s\n", by, "", TW_STR_ARG(at[i].id),
                          TW_STR_ARG(at[i].seal));
}

/* The object and all below it, each list's name before its objects; extras are left out. */
static inline void say_tree(struct tw_buf *out, int by, enum tw_level level, const void *object)
{
    say(out, by, level, object);
    for (size_t i = 0; i < edi_lists_n; i++) {
        const struct edi_has *has = &edi_lists[i];
        struct edi_list list;
        if (has->owner != level) continue;
        memcpy(&list, (const char *)object + has->offset, sizeof list);
        for (size_t k = 0; k < list.n; k++) {
            tw_buf_printf(out, "%*s%s %zu\n", by, "", has->name, k + 1);
            say_tree(out, by + 2, has->level, (const char *)list.at + k * tw_level_size(has->level));
        }
    }
}

static inline void say_manifest(struct tw_buf *out, const struct tw_manifest *m)
{
    say(out, 0, TW_LEVEL_MANIFEST, m);
    say_boxes(out, 0, m->containers.at, m->containers.n);
    say_extra(out, 0, m->extra.at, m->extra.n);
    for (size_t i = 0; i < m->consignments.n; i++) {
        const struct tw_consignment *c = &m->consignments.at[i];
        say(out, 2, TW_LEVEL_CONSIGNMENT, c);
        say_boxes(out, 2, c->containers.at, c->containers.n);
        say_extra(out, 2, c->extra.at, c->extra.n);
        for (size_t k = 0; k < c->items.n; k++) {
            say(out, 4, TW_LEVEL_CONSIGNMENT_ITEM, &c->items.at[k]);
            say_boxes(out, 4, c->items.at[k].containers.at, c->items.at[k].containers.n);
        }
    }
}

static inline size_t places(const struct tw_extra *at, size_t n)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++) {
        all += at[i].attributes.n > 0;
        for (size_t k = 0; k < at[i].attributes.n; k++) all += at[i].attributes.s[k] == ' ';
    }
    return all;
}

/* Values that stand in extras and nowhere else. */
static inline size_t kept_places(const struct tw_manifest *m)
{
    size_t all = places(m->extra.at, m->extra.n);
    for (size_t i = 0; i < m->consignments.n; i++)
        all += places(m->consignments.at[i].extra.at, m->consignments.at[i].extra.n);
    return all;
}

static inline size_t kept_in_decl(const struct tw_decl *d)
{
    size_t all = places(d->extra.at, d->extra.n);
    for (size_t i = 0; i < d->items.n; i++) all += places(d->items.at[i].extra.at, d->items.at[i].extra.n);
    return all;
}

/* Reads the first message of `text`. */
static inline tw_err read_record(struct tw_str text, uint32_t segments_max, struct tw_arena *arena,
                                 struct tw_edi_reading *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_edi) *e = NULL;
    TW_SCOPED(tw_edi_reader) *r = NULL;
    struct tw_edi_segment s;
    size_t room, at = 0;
    bool begun = false;
    TW_TRY(tw_edi_new(NULL, &e, fault));
    TW_TRY(tw_edi_reader_new(&(struct tw_edi_reader_config){.segments = segments_max}, &r, fault));
    for (enum tw_edi_step step; (step = tw_edi_next(e, &s, NULL)) != TW_EDI_END;) {
        if (step == TW_EDI_MORE) {
            char *p = tw_edi_room(e, &room);
            if (room > text.n - at) room = text.n - at;
            if (room > 0) memcpy(p, text.s + at, room);
            tw_edi_filled(e, room);
            at += room;
            if (room == 0) tw_edi_end(e);
        } else if (step == TW_EDI_SEGMENT && tw_str_is(s.tag, "UNB")) {
            tw_edi_reader_charset(r, tw_edi_at(&s, 0, 0));
        } else if (step == TW_EDI_SEGMENT && tw_str_is(s.tag, "UNH")) {
            if (begun) break;
            TW_TRY(tw_edi_reader_begin(r, &s, arena, fault));
            begun = true;
        } else if (step == TW_EDI_SEGMENT && begun && !tw_str_is(s.tag, "UNZ")) {
            TW_TRY(tw_edi_reader_put(r, &s, fault));
        }
    }
    if (!begun) return tw_fail(fault, TW_FORMAT, "no message");
    TW_TRY(tw_edi_reader_end(r, ret, fault));
    CHECK((ret->manifest != NULL) + (ret->decl != NULL) + (ret->report != NULL) +
              (ret->notification != NULL) ==
          1);
    return TW_OK;
}

static inline void say_told(struct tw_buf *out, const struct tw_edi_reading *m)
{
    for (size_t i = 0; i < m->told_n; i++) {
        const struct tw_fault *f = &m->told[i].fault;
        tw_buf_printf(out, "! line %u segment %zu %s %s: %s\n", f->line, f->item, f->path,
                      tw_edi_flaw_name(m->told[i].flaw), f->note);
    }
}

#endif
